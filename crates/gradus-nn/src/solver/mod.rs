//! Training: batches, updates, learning rates over time, history, the best parameters so far, checkpoints.
//!
//! A [`Solver`] owns the network that it trains, the optimisers of its parameters and the generator of all random draws, so
//! that a run is repeated by its seed. [`Solver::save`] writes all of that, and a run that goes on from
//! [`Solver::load`] gives the same numbers, bit by bit, as one that never stopped.
//!
//! Source: CS231n, assignment 1, whose solver draws each batch anew; here an epoch sees every example once.

mod any_optimiser;
mod checkpoint;
mod optimisers;
mod resume;

use ndarray::{Array, Array1, Axis, Dimension, RemoveAxis};
use rand::seq::{SliceRandom, index};
use rand_chacha::ChaCha8Rng;

pub use any_optimiser::AnyOptimiser;
pub use checkpoint::CheckpointError;
pub use optimisers::Optimisers;

use crate::Scalar;
use crate::metrics::accuracy;
use crate::networks::{Network, Parameters, predict};
use crate::optimisers::{Optimiser, Sgd};
use crate::random::generator;
use crate::schedules::Plateau;
use crate::shape::require;

/// Inputs and their labels.
///
/// Shapes: `x` (batch, ...), `y` (batch).
#[derive(Debug, Clone, PartialEq)]
pub struct Examples<F, D: Dimension> {
    /// The inputs.
    pub x: Array<F, D>,
    /// The class of each.
    pub y: Array1<usize>,
}

/// How to train.
///
/// ```
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::schedules::step_decay;
/// use gradus_nn::solver::SolverSettings;
/// let settings = SolverSettings {
///     optimiser: Adam::new(1e-3).into(),
///     schedule: |learning_rate, epoch| step_decay(learning_rate, epoch, 10, 0.5),
///     ..Default::default()
/// };
/// assert_eq!((settings.epochs, settings.batch_size, (settings.schedule)(1.0, 20)), (10, 100, 0.25));
/// ```
#[derive(Debug, Clone)]
pub struct SolverSettings<F> {
    /// Copied for each parameter. Its learning rate is that of the first epoch, before the schedule.
    pub optimiser: AnyOptimiser<F>,
    /// From the optimiser's learning rate and the epoch, counted from 0, to the epoch's learning rate.
    pub schedule: fn(F, usize) -> F,
    /// If there is one, it sees after each epoch the share of wrong answers on the validation part, and its learning rate is
    /// a factor for that of the schedule: start it at 1, as in `Plateau::new(1.0, 0.1, 3)`.
    pub plateau: Option<Plateau<F>>,
    /// Examples for one update, from 1; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// How often to see every example.
    pub epochs: usize,
    /// On how many training examples, drawn at random, to measure the accuracy after an epoch.
    pub accuracy_examples: usize,
    /// Of all random draws.
    pub seed: u64,
}

impl<F: Scalar> Default for SolverSettings<F> {
    /// Gradient descent with the learning rate 0.01 throughout, 10 epochs, batches of 100, accuracy on 1000 examples.
    fn default() -> Self {
        SolverSettings {
            optimiser: Sgd::new(F::cast(1e-2)).into(),
            schedule: |learning_rate, _| learning_rate,
            plateau: None,
            batch_size: 100,
            epochs: 10,
            accuracy_examples: 1000,
            seed: 231,
        }
    }
}

/// What happened so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History<F> {
    /// The loss of each batch, before its update.
    pub loss: Vec<F>,
    /// After each epoch, the accuracy on some training examples, from 0 to 1.
    pub train_accuracy: Vec<f64>,
    /// After each epoch, the accuracy on all validation examples, from 0 to 1.
    pub validation_accuracy: Vec<f64>,
}

/// Parameters and state of the network after the epoch with the best validation accuracy, the first of equals.
#[derive(Debug, Clone, PartialEq)]
pub struct Best<F> {
    /// The accuracy, from 0 to 1.
    pub validation_accuracy: f64,
    /// The parameters.
    pub parameters: Parameters<F>,
    /// [`Network::state`].
    pub state: Parameters<F>,
}

/// Trains a network.
///
/// ```
/// use gradus_nn::networks::TwoLayerNet;
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::solver::{Examples, Solver, SolverSettings};
/// use ndarray::{Axis, Ix2};
///
/// let mut draws = generator(231);
/// let mut circle = |n| {
///     let x = normal::<f64, Ix2>((n, 2), 1.0, &mut draws);
///     let y = x.map_axis(Axis(1), |point| usize::from(point.dot(&point) < 1.4));
///     Examples { x, y }
/// };
/// let (train, validation) = (circle(500), circle(200));
/// let net = TwoLayerNet::new(2, 20, 2, 0.5, 0.0, &mut generator(1));
/// let settings = SolverSettings { optimiser: Adam::new(0.02).into(), batch_size: 50, ..Default::default() };
/// let mut solver = Solver::new(net, settings);
/// solver.train(&train, &validation);
/// assert_eq!((solver.history.loss.len(), solver.epoch), (100, 10));
/// assert!(solver.best.unwrap().validation_accuracy > 0.9);
/// ```
#[derive(Debug, Clone)]
pub struct Solver<F, N> {
    /// The network as it is now. [`best_network`](Solver::best_network) is often better.
    pub network: N,
    /// How to train. May be changed between epochs, but for the optimiser, the plateau and the seed.
    pub settings: SolverSettings<F>,
    /// How many epochs are done.
    pub epoch: usize,
    /// What happened in them.
    pub history: History<F>,
    /// None before the first epoch.
    pub best: Option<Best<F>>,
    optimisers: Optimisers<F>,
    plateau: Option<Plateau<F>>,
    generator: ChaCha8Rng,
    seed: u64,
}

impl<F: Scalar, N: Network<F>> Solver<F, N> {
    /// Before the first epoch.
    pub fn new(network: N, settings: SolverSettings<F>) -> Self {
        let optimisers = Optimisers::new(network.parameters(), settings.optimiser.clone());
        let plateau = settings.plateau.clone();
        let (generator, seed) = (generator(settings.seed), settings.seed);
        let history = History { loss: Vec::new(), train_accuracy: Vec::new(), validation_accuracy: Vec::new() };
        Solver { network, settings, epoch: 0, history, best: None, optimisers, plateau, generator, seed }
    }

    /// All epochs that are still to be done.
    ///
    /// # Panics
    /// As [`train_epoch`](Solver::train_epoch).
    #[track_caller]
    pub fn train(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        while self.epoch < self.settings.epochs {
            self.train_epoch(train, validation);
        }
    }

    /// One epoch: every example once, in random order, in batches; then the accuracies.
    ///
    /// # Panics
    /// If there is not one label for each input, a part has no examples, the batch size is 0, or the inputs do not fit the
    /// network.
    #[track_caller]
    pub fn train_epoch(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        require_examples("train", train);
        require_examples("validation", validation);
        assert!(self.settings.batch_size > 0, "Solver::train_epoch: batch_size must be at least 1, but is 0");
        let learning_rate = (self.settings.schedule)(self.settings.optimiser.learning_rate(), self.epoch);
        let share = self.plateau.as_ref().map_or(F::one(), |plateau| plateau.learning_rate);
        self.optimisers.set_learning_rate(learning_rate * share);

        let mut order: Vec<usize> = (0..train.y.len()).collect();
        order.shuffle(&mut self.generator);
        for batch in order.chunks(self.settings.batch_size) {
            let (x, y) = (train.x.select(Axis(0), batch), train.y.select(Axis(0), batch));
            self.update(&x, &y);
        }
        self.epoch += 1;
        self.measure(train, validation);
    }

    /// The network with the parameters and the state that had the best validation accuracy; as it is, before any epoch.
    pub fn best_network(&self) -> N
    where
        N: Clone,
    {
        let mut network = self.network.clone();
        if let Some(best) = &self.best {
            *network.parameters_mut() = best.parameters.clone();
            network.set_state(&best.state);
        }
        network
    }

    #[track_caller]
    fn update(&mut self, x: &Array<F, N::Dim>, y: &Array1<usize>) {
        let mut again = self.generator.clone();
        let (loss, mut gradients) = self.network.loss(x, y, &mut self.generator);
        self.history.loss.push(loss);
        if self.optimisers.perturb(self.network.parameters_mut(), &gradients) {
            // The same function at another place: with the same draws, and without moving running statistics twice.
            let state = self.network.state();
            (_, gradients) = self.network.loss(x, y, &mut again);
            self.network.set_state(&state);
        }
        self.optimisers.update(self.network.parameters_mut(), &gradients);
    }

    fn measure(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        let n = train.y.len();
        let sample = index::sample(&mut self.generator, n, self.settings.accuracy_examples.clamp(1, n)).into_vec();
        let (x, y) = (train.x.select(Axis(0), &sample), train.y.select(Axis(0), &sample));
        let batch_size = self.settings.batch_size;
        self.history.train_accuracy.push(accuracy(&predict(&self.network, &x, batch_size), &y));
        let validation_accuracy = accuracy(&predict(&self.network, &validation.x, batch_size), &validation.y);
        self.history.validation_accuracy.push(validation_accuracy);
        if let Some(plateau) = &mut self.plateau {
            plateau.observe(F::cast(1.0 - validation_accuracy));
        }
        if self.best.as_ref().is_none_or(|best| validation_accuracy > best.validation_accuracy) {
            let (parameters, state) = (self.network.parameters().clone(), self.network.state());
            self.best = Some(Best { validation_accuracy, parameters, state });
        }
    }
}

#[track_caller]
fn require_examples<F, D: RemoveAxis>(part: &str, examples: &Examples<F, D>) {
    let Examples { x, y } = examples;
    let rule = format!("{part} needs one label for each input, and at least one");
    let holds = x.shape()[0] == y.len() && !y.is_empty();
    require(holds, "Solver::train_epoch", &rule, ("x", x.shape()), ("y", y.shape()));
}
