//! Training as it should be where every mini-batch is the same, and what typical slips would make of it.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule, call};
use gradus_question::{Context, Failure, Session};
use ndarray::{Array1, ArrayD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::random_net::{Layers, expect, outputs};
use super::reference;
use crate::common::fully_connected::{Sizes, dimensions, network};
use crate::common::inputs;

/// Arguments of one call.
#[derive(Clone)]
pub struct Training {
    pub net: FullyConnectedNet,
    pub x: ArrayD<f64>,
    pub y: Array1<usize>,
    pub rule: UpdateRule,
    pub learning_rate: f64,
    pub reg: f64,
    pub iterations: usize,
    pub batch_size: usize,
    pub seed: u64,
}

pub type Trained = (FullyConnectedNet, Vec<f64>);

/// How a training treats its parameters and their states.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    /// As it should.
    Right,
    /// All states are 0 again in every iteration.
    ForgetsStates,
    /// Adam's `t` is counted up with each parameter.
    CountsParameters,
    /// Adam's `t` stays at 0.
    NeverCounts,
    /// Only the weights are updated.
    LeavesBiases,
    /// Only the last layer is updated.
    LastLayerOnly,
}

/// What a rule keeps for one parameter.
#[derive(Clone)]
struct State {
    first: ArrayD<f64>,
    second: ArrayD<f64>,
}

impl Training {
    /// One example, many times over, and plain gradient descent.
    pub fn of_one_example(random: &mut ChaCha8Rng) -> Self {
        Self::of_one_example_with(random, UpdateRule::Sgd)
    }

    /// One example, many times over.
    pub fn of_one_example_with(random: &mut ChaCha8Rng, rule: UpdateRule) -> Self {
        let hidden = random.random_range(1..4);
        let sizes = Sizes::of_depth(random, hidden);
        let example = inputs::normal(random, (1, sizes.features()), 1.0);
        let net = loop {
            let net = network(random, &sizes.stages, 1.0);
            let outs = outputs(&net, &example.clone().into_dyn(), |score| score.max(0.0));
            // Otherwise nothing comes back to the first layer. Nor may a unit be near its edge, where rounding decides.
            let hidden = &outs[..outs.len() - 1];
            let on = |out: &ndarray::Array2<f64>| out.iter().filter(|score| **score > 0.0).count();
            if hidden.iter().all(|out| on(out) >= 2 && out.iter().all(|score| score.abs() > 1e-3)) {
                break net;
            }
        };
        let rates = match rule {
            UpdateRule::Sgd | UpdateRule::SgdMomentum => 0.01..0.03,
            UpdateRule::RmsProp => 0.001..0.003,
            UpdateRule::Adam => 0.005..0.02,
        };
        Self {
            net,
            x: example.broadcast((sizes.batch, sizes.features())).expect("one row becomes many").to_owned().into_dyn(),
            y: Array1::from_elem(sizes.batch, random.random_range(0..sizes.classes())),
            rule,
            learning_rate: random.random_range(rates),
            reg: 0.0,
            iterations: 1,
            batch_size: random.random_range(2..=sizes.batch),
            seed: random.random(),
        }
    }

    pub fn run(&self, session: &mut Session<'_>) -> Result<Trained, Failure> {
        let Self { net, x, y, rule, learning_rate, reg, iterations, batch_size, seed } = self;
        Ok(session.call(&call::train(net, x, y, *rule, *learning_rate, *reg, *iterations, *batch_size, *seed))?)
    }

    /// Training on all examples at once; where all are the same, on any mini-batch.
    pub fn descend(&self) -> Trained {
        self.descend_with(Habit::Right)
    }

    fn descend_with(&self, habit: Habit) -> Trained {
        let zeros = |shape: &[usize]| State { first: ArrayD::zeros(shape), second: ArrayD::zeros(shape) };
        let fresh: Vec<[State; 2]> =
            self.net.layers.iter().map(|Layer { w, b }| [zeros(w.shape()), zeros(b.shape())]).collect();
        let (mut net, mut states, mut history) = (self.net.clone(), fresh.clone(), Vec::new());
        let (last, mut updates) = (net.layers.len() - 1, 0);
        for iteration in 0..self.iterations {
            let (loss, gradients) = reference::fully_connected_loss(&net, &self.x, &self.y, self.reg);
            history.push(loss);
            if habit == Habit::ForgetsStates {
                states.clone_from(&fresh);
            }
            for (i, (layer, gradient)) in net.layers.iter_mut().zip(gradients.layers).enumerate() {
                if habit == Habit::LastLayerOnly && i < last {
                    continue;
                }
                let [of_w, of_b] = &mut states[i];
                let mut update = |parameter: ArrayD<f64>, gradient: ArrayD<f64>, state: &mut State| {
                    let t = match habit {
                        Habit::CountsParameters => updates,
                        Habit::NeverCounts | Habit::ForgetsStates => 0,
                        _ => iteration,
                    };
                    updates += 1;
                    self.step(&parameter, &gradient, state, t)
                };
                let w = update(layer.w.clone().into_dyn(), gradient.w.into_dyn(), of_w);
                layer.w = w.into_dimensionality().expect("two axes");
                if habit != Habit::LeavesBiases {
                    let b = update(layer.b.clone().into_dyn(), gradient.b.into_dyn(), of_b);
                    layer.b = b.into_dimensionality().expect("one axis");
                }
            }
        }
        (net, history)
    }

    fn step(&self, w: &ArrayD<f64>, dw: &ArrayD<f64>, state: &mut State, t: usize) -> ArrayD<f64> {
        let (State { first, second }, rate) = (state, self.learning_rate);
        let next;
        match self.rule {
            UpdateRule::Sgd => next = w - dw * rate,
            UpdateRule::SgdMomentum => (next, *first) = reference::sgd_momentum(w, dw, first, rate, 0.9),
            UpdateRule::RmsProp => (next, *second) = reference::rmsprop(w, dw, second, rate, 0.99, 1e-8),
            UpdateRule::Adam => {
                (next, *first, *second, _) = reference::adam(w, dw, first, second, t, rate, 0.9, 0.999, 1e-8);
            }
        }
        next
    }

    /// Holds the network against training as it should be.
    pub fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<Trained, Failure> {
        let trained = self.run(session)?;
        context.expect(
            dimensions(&trained.0) == dimensions(&self.net),
            "the trained network has other shapes than the one to start from",
            "a step changes no shape",
        )?;
        let other = |change: &dyn Fn(&mut Self)| {
            let mut other = self.clone();
            change(&mut other);
            other.descend().0
        };
        let with = |habit: Habit| self.descend_with(habit).0;
        expect(
            context,
            "the trained ",
            Layers::All,
            &trained.0,
            &self.descend().0,
            &[
                // Before the next one: its biases, or its other layers, are at the start too.
                ("what it is when biases stay as they are", &with(Habit::LeavesBiases)),
                ("what it is when only the last layer is updated", &with(Habit::LastLayerOnly)),
                ("what it was at the start: it is never updated", &self.net),
                ("what steps up the gradient give", &other(&|training| training.learning_rate *= -1.0)),
                ("what steps without the learning rate give", &other(&|training| training.learning_rate = 1.0)),
                ("what steps without the regulariser's gradient give", &other(&|training| training.reg = 0.0)),
                (
                    "what steps with twice the regulariser's gradient give; it is reg * w",
                    &other(&|training| training.reg *= 2.0),
                ),
                ("what states give that are 0 again in every iteration; keep them", &with(Habit::ForgetsStates)),
                (
                    "what Adam gives when t is counted up with each parameter; count iterations",
                    &with(Habit::CountsParameters),
                ),
                ("what Adam gives when t stays at 0; hand on what the step before returned", &with(Habit::NeverCounts)),
                (
                    "what plain gradient descent gives; rule says how a step is made",
                    &other(&|training| training.rule = UpdateRule::Sgd),
                ),
                (
                    "what momentum gives; rule says how a step is made",
                    &other(&|training| training.rule = UpdateRule::SgdMomentum),
                ),
                (
                    "what RMSProp gives; rule says how a step is made",
                    &other(&|training| training.rule = UpdateRule::RmsProp),
                ),
                ("what Adam gives; rule says how a step is made", &other(&|training| training.rule = UpdateRule::Adam)),
                (
                    "what one iteration less gives",
                    &other(&|training| training.iterations = training.iterations.saturating_sub(1)),
                ),
                ("what one iteration more gives", &other(&|training| training.iterations += 1)),
            ],
        )?;
        Ok(trained)
    }

    /// Some of the examples.
    pub fn only(&self, examples: &[usize]) -> Self {
        Self { x: self.x.select(Axis(0), examples), y: self.y.select(Axis(0), examples), ..self.clone() }
    }

    /// The regulariser before each update.
    pub fn penalties_along_the_way(&self) -> Array1<f64> {
        (0..self.iterations)
            .map(|iterations| {
                let (net, _) = Self { iterations, ..self.clone() }.descend();
                let weights = net.layers.iter().flat_map(|layer| &layer.w);
                0.5 * self.reg * weights.map(|weight| weight * weight).sum::<f64>()
            })
            .collect()
    }
}
