//! Checks of `predict`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::{TwoLayerNet, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::network::RecordedNet;
use super::random_net::{Sizes, examples, hidden_scores, look_alikes, network, scores};
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::in_turn;
use crate::common::{check, inputs, recorded};

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("predict", name, points, expectation, run);
    vec![
        check("classes of fresh examples", 4, "for each example the class with the highest score", fresh),
        check("negative scores", 2, "the highest score also where all scores are negative", negative_scores),
        check("recorded network", 1, "the classes that were recorded for a fixed network", recorded_network),
        check("one example, one class, one hidden unit", 1, "the right classes when an axis has length 1", single),
        check("images", 1, "the right classes for examples with three axes of their own", images),
        check(
            "inputs left alone",
            1,
            "network and data as they were before the call, and the right classes",
            unchanged,
        ),
    ]
}

struct Inputs {
    net: TwoLayerNet,
    x: ArrayD<f64>,
}

impl Inputs {
    /// Random inputs without ties, and without scores so near to each other that the order of summation decides.
    fn random(random: &mut ChaCha8Rng, sizes: Sizes) -> Self {
        loop {
            let scale = inputs::scale(random);
            let inputs = Self { net: network(random, sizes, scale), x: examples(random, sizes, scale) };
            if inputs.is_clear() {
                return inputs;
            }
        }
    }

    fn is_clear(&self) -> bool {
        scores(&self.net, &self.x).rows().into_iter().all(|scores| {
            let mut sorted = scores.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.windows(2).all(|pair| pair[1] - pair[0] > 1e-9)
        })
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let sizes = ordinary_sizes(random);
        loop {
            let first = Self::random(random, sizes);
            let nets = look_alikes(random, &first.net);
            let xs = inputs::look_alikes(random, &first.x);
            let mut all: Vec<_> = nets.into_iter().map(|net| Self { net, x: first.x.clone() }).collect();
            all.extend(xs.map(|x| Self { net: first.net.clone(), x }));
            all.push(first);
            if all.iter().all(Self::is_clear) {
                return all;
            }
        }
    }

    fn call(&self) -> Call<Array1<usize>> {
        call::predict(&self.net, &self.x)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &reference::predict(&self.net, &self.x), context)
    }

    fn compare(&self, classes: &Array1<usize>, expected: &Array1<usize>, context: &Context) -> Result<(), Failure> {
        let numbers = |classes: &Array1<usize>| classes.mapv(|class| class as f64);
        let Self { net, x } = self;
        let lowest = highest(&scores(net, x).mapv(|score| -score));
        let without_relu = highest(&(hidden_scores(net, x).dot(&net.w2) + &net.b2));
        let without_biases = highest(&scores(
            &TwoLayerNet { b1: Array1::zeros(net.b1.len()), b2: Array1::zeros(net.b2.len()), ..net.clone() },
            x,
        ));
        context.expect_array(
            "the predicted classes",
            &numbers(classes),
            &numbers(expected),
            Tolerance::exact(),
            &[
                ("the class with the lowest score", &numbers(&lowest)),
                ("one too high everywhere: classes count from 0", &(numbers(expected) + 1.0)),
                ("what the network without ReLU predicts", &numbers(&without_relu)),
                ("what the network without its biases predicts", &numbers(&without_biases)),
                (
                    "the hidden unit with the highest score; go on to the scores of the classes",
                    &numbers(&highest(&hidden_scores(net, x))),
                ),
            ],
        )
    }
}

fn highest(scores: &Array2<f64>) -> Array1<usize> {
    scores
        .rows()
        .into_iter()
        .map(|row| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class))
        .collect()
}

/// Enough examples that guessing is hopeless.
fn ordinary_sizes(random: &mut ChaCha8Rng) -> Sizes {
    Sizes { batch: random.random_range(30..60), ..Sizes::ordinary(random) }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let mut all = Inputs::look_alikes(random);
    for sizes in [[100, 20, 30, 10], [40, 3, 5, 2], [30, 5, 5, 5]] {
        all.push(Inputs::random(random, Sizes::of(sizes)));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn negative_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..2 {
        let sizes = ordinary_sizes(&mut context.random);
        let mut inputs = Inputs::random(&mut context.random, sizes);
        // A bias below every score: it changes no prediction.
        let highest = scores(&inputs.net, &inputs.x).fold(0.0, |highest: f64, &score| highest.max(score));
        inputs.net.b2 -= highest + 1.0;
        inputs.hold(session, context).map_err(|failure| {
            failure.with_hint("all scores can be negative: do not start the search for the highest from 0")
        })?;
    }
    Ok(())
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    classes: Array1<usize>,
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, classes } in recorded::read(include_str!("../snapshots/predict.snap")) {
        let inputs = Inputs { net: net.into(), x: x.into_dyn() };
        inputs.compare(&session.call(&inputs.call())?, &classes, context)?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let Sizes { batch, features, hidden, classes } = ordinary_sizes(&mut context.random);
    for sizes in
        [[1, features, hidden, classes], [batch, 1, hidden, classes], [batch, features, hidden, 1], [1, features, 1, 1]]
    {
        Inputs::random(&mut context.random, Sizes::of(sizes)).hold(session, context)?;
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [[20, 2, 3, 3], [30, 3, 2, 2]] {
        let features = shape[1..].iter().product();
        let mut inputs = Inputs::random(&mut context.random, Sizes::of([shape[0], features, 6, 4]));
        inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
        inputs
            .hold(session, context)
            .map_err(|failure| failure.with_hint("hand x to the first layer as it is: the layer makes rows of it"))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let sizes = ordinary_sizes(&mut context.random);
    let inputs = Inputs::random(&mut context.random, sizes);
    let classes = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&classes, &reference::predict(&inputs.net, &inputs.x), context)
}
