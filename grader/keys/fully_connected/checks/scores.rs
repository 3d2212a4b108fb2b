//! Checks of `scores`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, call};
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array2, ArrayD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::random_net::{examples, outputs, scores_with};
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{RecordedNet, Sizes, look_alikes, network};
use crate::common::{check, inputs, recorded};

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("scores", name, points, expectation, run);
    vec![
        check("scores of fresh examples", 5, "each layer's x w + b, with ReLU behind all but the last", fresh),
        check("deep networks", 3, "the right scores with five hidden layers and more", deep),
        check("no hidden layer", 2, "x w + b, where there is one layer alone", shallow),
        check("recorded network", 1, "the scores that were recorded for a fixed network", recorded_network),
        check("one example, one class, single units", 1, "the right scores when an axis has length 1", single),
        check("images", 2, "the right scores for examples with three axes of their own", images),
        check("inputs left alone", 1, "network and data as they were before the call, and the right scores", unchanged),
    ]
}

#[derive(Clone)]
struct Inputs {
    net: FullyConnectedNet,
    x: ArrayD<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: &Sizes) -> Self {
        let scale = inputs::scale(random);
        Self { net: network(random, &sizes.stages, scale), x: examples(random, sizes, scale) }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let sizes = Sizes::ordinary(random, 1..4);
        let first = Self::random(random, &sizes);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.push(first);
        all
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::scores(&self.net, &self.x)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &reference::scores(&self.net, &self.x), context)
    }

    fn compare(&self, found: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let Self { net, x } = self;
        let relu = |score: f64| score.max(0.0);
        let mut without_biases = net.clone();
        without_biases.layers.iter_mut().for_each(|layer| layer.b.fill(0.0));
        let last_bias = &net.layers.last().expect("at least one layer").b;
        let mut shares = expected.clone();
        for mut row in shares.axis_iter_mut(Axis(0)) {
            let highest = row.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
            row.mapv_inplace(|score| (score - highest).exp());
            let sum = row.sum();
            row /= sum;
        }
        let before_last = outputs(net, x, relu).into_iter().rev().nth(1);
        context.expect(
            before_last.is_none_or(|hidden| found.dim() == expected.dim() || hidden.dim() != found.dim()),
            "the result is what the hidden layers give",
            "go on to the last layer, whose outputs are the scores",
        )?;
        context.expect_array(
            "the scores",
            found,
            expected,
            close_to(expected.iter().copied()),
            &[
                (
                    "the scores with ReLU behind the last layer too; it belongs behind the hidden ones",
                    &expected.mapv(relu),
                ),
                ("the scores without ReLU behind the hidden layers", &scores_with(net, x, |score| score)),
                ("the scores without any biases", &scores_with(&without_biases, x, relu)),
                ("the scores without the last layer's biases", &(expected - last_bias)),
                ("softmax of the scores; the scores themselves are asked for", &shares),
                (
                    "the scores of a network with the sigmoid for ReLU",
                    &scores_with(net, x, |x| 1.0 / (1.0 + (-x).exp())),
                ),
            ],
        )
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn hold_all(session: &mut Session<'_>, context: &mut Context, all: &[Sizes]) -> Result<(), Failure> {
    let all = all.iter().map(|sizes| Inputs::random(&mut context.random, sizes)).collect();
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for stages in [&[20, 15, 10][..], &[3, 5, 5, 2], &[6, 4, 8, 7, 5]] {
        let batch = context.random.random_range(2..20);
        all.push(Inputs::random(&mut context.random, &Sizes::of(batch, stages)));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn deep(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let all = [4, 5, 7, 10].map(|hidden| Sizes::of_depth(&mut context.random, hidden));
    hold_all(session, context, &all)
        .map_err(|failure| failure.with_hint("go through net.layers in a loop, however many there are"))
}

fn shallow(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let all = [0, 0, 0].map(|hidden| Sizes::of_depth(&mut context.random, hidden));
    hold_all(session, context, &all)
        .map_err(|failure| failure.with_hint("without hidden layers the only layer is the last one, which has no ReLU"))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    scores: Array2<f64>,
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, scores } in recorded::read(include_str!("../snapshots/scores.snap")) {
        let inputs = Inputs { net: net.into(), x: x.into_dyn() };
        inputs.compare(&session.call(&inputs.call())?, &scores, context)?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let all = [
        Sizes::of(1, &[5, 6, 4, 3]),
        Sizes::of(4, &[1, 6, 4, 3]),
        Sizes::of(4, &[5, 1, 1, 3]),
        Sizes::of(4, &[5, 6, 4, 1]),
        Sizes::of(1, &[1, 1, 1]),
    ];
    hold_all(session, context, &all)
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (shape, hidden) in [([4, 2, 3, 3], &[6, 5][..]), ([1, 3, 2, 2], &[7]), ([5, 1, 4, 2], &[5])] {
        let mut stages = vec![shape[1..].iter().product()];
        stages.extend(hidden);
        stages.push(4);
        let mut inputs = Inputs::random(&mut context.random, &Sizes::of(shape[0], &stages));
        inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
        inputs
            .hold(session, context)
            .map_err(|failure| failure.with_hint("hand x to the first layer as it is: the layer makes rows of it"))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let sizes = Sizes::ordinary(&mut context.random, 1..4);
    let inputs = Inputs::random(&mut context.random, &sizes);
    let found = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&found, &reference::scores(&inputs.net, &inputs.x), context)
}
