//! Checks of `fully_connected_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, call};
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::random_net::{Layers, examples, expect, outputs, plain_gradients, scores_with};
use super::{ORDINARY_FIRST, reference, speed};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{RecordedNet, Sizes, combine, look_alikes, network};
use crate::common::gradients::{DERIVE_AGAIN, hold_slopes, regularised_slips};
use crate::common::{check, inputs, recorded};

const NAME: &str = "fully_connected_loss";

/// The checks, 30 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check(NAME, name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            5,
            "the mean softmax loss of the scores, with reg = 0",
            |session, context| fresh(session, context, Part::Loss, Regularised::No),
        ),
        check(
            "loss with regularisation",
            3,
            "the mean softmax loss plus 0.5 * reg * sum(w^2) over the weights of all layers",
            |session, context| fresh(session, context, Part::Loss, Regularised::Yes),
        ),
        check(
            "gradients of the last layer",
            4,
            "dw and db of the last layer without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::Last), Regularised::No),
        ),
        check(
            "gradients of the hidden layers",
            6,
            "dw and db of each hidden layer without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::Others), Regularised::No),
        ),
        check(
            "gradients with regularisation",
            3,
            "reg * w in the gradient of each layer's weights, and nothing of it in those of the biases",
            |session, context| fresh(session, context, Part::Gradients(Layers::All), Regularised::Yes),
        ),
        check("no hidden layer, and many", 2, "the right result with no hidden layer and with up to ten", depths),
        check("recorded network", 1, "the loss and gradients that were recorded for fixed numbers", recorded_network),
        check(
            "gradients against the slope of the loss",
            2,
            "gradients that are the slopes of the returned loss, and the right loss",
            numeric,
        ),
        check("one example, one class, single units", 1, "the right result when an axis has length 1", single),
        check("images", 1, "the right result for examples with three axes of their own", images),
        check("inputs left alone", 1, "network and data as they were before the call, and the right result", unchanged),
        speed::of(NAME, 1, "the right loss, about as fast as matrix products can give it", speed::loss),
    ]
}

/// Which part of the result a check is about. Gradients are right only beside the right loss.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Loss,
    Gradients(Layers),
}

const ALL: Part = Part::Gradients(Layers::All);

#[derive(Clone, Copy, PartialEq)]
enum Regularised {
    No,
    Yes,
}

#[derive(Clone)]
pub struct Inputs {
    pub net: FullyConnectedNet,
    pub x: ArrayD<f64>,
    pub y: Array1<usize>,
    pub reg: f64,
}

type Found = (f64, FullyConnectedNet);

fn squares<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> f64 {
    numbers.into_iter().map(|number| number * number).sum()
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: &Sizes, regularised: Regularised) -> Self {
        let scale = inputs::scale(random);
        let net = network(random, &sizes.stages, scale);
        let x = examples(random, sizes, scale);
        let y = inputs::labels(random, sizes.batch, sizes.classes());
        let reg = match regularised {
            Regularised::Yes => regulariser(random, &net),
            Regularised::No => 0.0,
        };
        Self { net, x, y, reg }
    }

    /// For the checks of speed.
    pub fn regularised(random: &mut ChaCha8Rng, sizes: &Sizes) -> Self {
        Self::random(random, sizes, Regularised::Yes)
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng, regularised: Regularised) -> Vec<Self> {
        let sizes = Sizes::ordinary(random, 1..4);
        let first = Self::random(random, &sizes, regularised);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        let y = inputs::other_labels(random, &first.y, sizes.classes());
        all.push(Self { y, ..first.clone() });
        if regularised == Regularised::Yes {
            all.push(Self { reg: regulariser(random, &first.net), ..first.clone() });
        }
        all.push(first);
        all
    }

    pub fn call(&self) -> Call<Found> {
        call::fully_connected_loss(&self.net, &self.x, &self.y, self.reg)
    }

    fn expected(&self) -> Found {
        self.expected_with(self.reg)
    }

    fn expected_with(&self, reg: f64) -> Found {
        reference::fully_connected_loss(&self.net, &self.x, &self.y, reg)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &self.expected(), context, part)
    }

    fn compare(&self, found: &Found, expected: &Found, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare_loss(found.0, expected.0, context)?;
        match part {
            Part::Loss => Ok(()),
            Part::Gradients(layers) => self.compare_gradients(&found.1, &expected.1, context, layers),
        }
    }

    fn compare_loss(&self, found: f64, expected: f64, context: &Context) -> Result<(), Failure> {
        let Self { net, x, y, reg } = self;
        let (data_loss, n) = (self.expected_with(0.0).0, y.len() as f64);
        let penalty = expected - data_loss;
        let of_layer = |layer: &Layer| 0.5 * reg * squares(&layer.w);
        let of_biases: f64 = net.layers.iter().map(|layer| 0.5 * reg * squares(&layer.b)).sum();
        let (first, last) = (&net.layers[0], net.layers.last().expect("at least one layer"));
        let classes = last.b.len();
        let next = y.mapv(|label| (label + 1) % classes);
        let bent = scores_with(net, x, |score| score.max(0.0)).mapv(|score| score.max(0.0));
        let straight = scores_with(net, x, |score| score);
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); a factor 0.5 belongs to it", data_loss + 2.0 * penalty),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + of_biases),
            (
                "the loss with the regulariser of the last layer alone; it is about all layers",
                data_loss + of_layer(last),
            ),
            (
                "the loss with the regulariser of the first layer alone; it is about all layers",
                data_loss + of_layer(first),
            ),
            ("the loss without the last layer in the regulariser; it is about all layers", expected - of_layer(last)),
            ("the loss with the regulariser divided by the number of examples", data_loss + penalty / n),
            ("the sum over the examples plus the regulariser; the loss is their mean", data_loss * n + penalty),
            (
                "the loss with ReLU behind the last layer too; the scores are what that layer gives",
                softmax_loss(&bent, y).0 + penalty,
            ),
            ("the loss without ReLU between the layers", softmax_loss(&straight, y).0 + penalty),
            (
                "the loss of the class after the label: labels count from 0",
                reference::fully_connected_loss(net, x, &next, *reg).0,
            ),
        ];
        context.expect_number("the loss", found, expected, close_to([expected]), &slips)
    }

    fn compare_gradients(
        &self,
        found: &FullyConnectedNet,
        expected: &FullyConnectedNet,
        context: &Context,
        layers: Layers,
    ) -> Result<(), Failure> {
        let n = self.y.len() as f64;
        let (_, of_data) = self.expected_with(0.0);
        let of_regulariser = combine(expected, &of_data, |all, data| all - data);
        let with_biases = {
            let mut net = expected.clone();
            net.layers.iter_mut().zip(&self.net.layers).for_each(|(to, from)| to.b.scaled_add(self.reg, &from.b));
            net
        };
        let unmasked =
            combine(&plain_gradients(&self.net, &self.x, &self.y, true).1, &of_regulariser, |data, own| data + own);
        let usual =
            regularised_slips(&of_data, &of_regulariser, with_biases, n, "examples", |a, b, f| combine(a, b, f));
        let mut slips: Vec<_> = usual.iter().map(|(words, slip)| (words.as_str(), slip)).collect();
        slips.push(("the gradient without ReLU's backward pass; a unit that is off passes nothing on", &unmasked));
        expect(context, "the gradient of ", layers, found, expected, &slips)
    }
}

/// A regulariser that adds something of the order of the loss, whatever the weights.
fn regulariser(random: &mut ChaCha8Rng, net: &FullyConnectedNet) -> f64 {
    random.random_range(1.0..4.0) / squares(net.layers.iter().flat_map(|layer| &layer.w))
}

/// What every check with points asks first.
pub fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random, Regularised::Yes);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, ALL))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(
    session: &mut Session<'_>,
    context: &mut Context,
    part: Part,
    regularised: Regularised,
) -> Result<(), Failure> {
    let random = &mut context.random;
    let mut all = Inputs::look_alikes(random, regularised);
    for (batch, stages) in [(30, &[20, 15, 10][..]), (2, &[2, 2, 2, 2]), (3, &[7, 5, 6, 4, 2])] {
        all.push(Inputs::random(random, &Sizes::of(batch, stages), regularised));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))
}

fn depths(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let all = [0, 0, 5, 6, 10].map(|hidden| {
        let sizes = Sizes::of_depth(&mut context.random, hidden);
        Inputs::random(&mut context.random, &sizes, Regularised::Yes)
    });
    in_turn(context, all.to_vec(), |inputs, context| inputs.hold(session, context, ALL)).map_err(|failure| {
        failure.with_hint("a loop over all layers but the last, forward and backward, serves any depth, also none")
    })
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    y: Array1<usize>,
    reg: f64,
    loss: f64,
    gradients: RecordedNet,
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, y, reg, loss, gradients } in
        recorded::read(include_str!("../snapshots/fully_connected_loss.snap"))
    {
        let inputs = Inputs { net: net.into(), x: x.into_dyn(), y, reg };
        inputs.compare(&session.call(&inputs.call())?, &(loss, gradients.into()), context, ALL)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own loss, where no hidden unit is near its edge.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (batch, stages) in [(4, &[3, 5, 4, 3][..]), (3, &[5, 4, 2])] {
        let random = &mut context.random;
        let mut inputs = loop {
            let inputs = Inputs::random(random, &Sizes::of(batch, stages), Regularised::Yes);
            let outs = outputs(&inputs.net, &inputs.x, |score| score.max(0.0));
            // A step of 1e-5 of a weight moves a score by 1e-5 times a feature, which may be of the order of 10, and later
            // scores by a few times that.
            if outs[..outs.len() - 1].iter().flatten().all(|score| score.abs() > 5e-3) {
                break inputs;
            }
        };
        inputs.reg = random.random_range(0.1..1.0);
        let (loss, found) = session.call(&inputs.call())?;
        inputs.compare_loss(loss, inputs.expected().0, context)?;
        let flat = |net: &FullyConnectedNet| -> Array1<f64> {
            net.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b)).copied().collect()
        };
        let (found, count) = (flat(&found), flat(&inputs.net).len());
        let right_shapes = found.len() == count;
        hold_slopes(session, context, &inputs.call(), &found, right_shapes, DERIVE_AGAIN)?;
    }
    ordinary(session, context)
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages) in
        [(1, &[5, 6, 4, 3][..]), (4, &[1, 6, 4, 3]), (4, &[5, 1, 1, 3]), (4, &[5, 6, 4, 1]), (1, &[1, 1, 1])]
    {
        let inputs = Inputs::random(&mut context.random, &Sizes::of(batch, stages), Regularised::Yes);
        inputs.hold(session, context, ALL)?;
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (shape, hidden) in [([4, 2, 3, 3], &[6, 5][..]), ([1, 3, 2, 2], &[7]), ([5, 1, 4, 2], &[5])] {
        let mut stages = vec![shape[1..].iter().product()];
        stages.extend(hidden);
        stages.push(4);
        let mut inputs = Inputs::random(&mut context.random, &Sizes::of(shape[0], &stages), Regularised::Yes);
        inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
        inputs
            .hold(session, context, ALL)
            .map_err(|failure| failure.with_hint("hand x to the first layer as it is: the layer makes rows of it"))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let sizes = Sizes::ordinary(&mut context.random, 1..4);
    let inputs = Inputs::random(&mut context.random, &sizes, Regularised::Yes);
    let found = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&found, &inputs.expected(), context, ALL)
}
