//! Checks of `two_layer_net_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::{TwoLayerNet, call};
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::random_net::{Layers, Sizes, combine, examples, expect, hidden_scores, look_alikes, network};
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::gradients::{DERIVE_AGAIN, hold_slopes, regularised_slips};
use crate::common::{check, inputs, recorded};

const NAME: &str = "two_layer_net_loss";

/// The checks, 25 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check(NAME, name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            4,
            "the mean softmax loss of the scores, with reg = 0",
            |session, context| fresh(session, context, Part::Loss, Regularised::No),
        ),
        check(
            "loss with regularisation",
            3,
            "the mean softmax loss plus 0.5 * reg * (sum(w1^2) + sum(w2^2))",
            |session, context| fresh(session, context, Part::Loss, Regularised::Yes),
        ),
        check(
            "gradient of the second layer",
            4,
            "dw2 and db2 without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::Second), Regularised::No),
        ),
        check(
            "gradient of the first layer",
            5,
            "dw1 and db1 without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::First), Regularised::No),
        ),
        check(
            "gradients with regularisation",
            3,
            "reg * w1 and reg * w2 in the gradients of the weights, and nothing of it in those of the biases",
            |session, context| fresh(session, context, Part::Gradients(Layers::Both), Regularised::Yes),
        ),
        check("recorded network", 1, "the loss and gradients that were recorded for fixed numbers", recorded_network),
        check(
            "gradients against the slope of the loss",
            2,
            "gradients that are the slopes of the returned loss, and the right loss",
            numeric,
        ),
        check("one example, one class, one hidden unit", 1, "the right result when an axis has length 1", single),
        check("images", 1, "the right result for examples with three axes of their own", images),
        check("inputs left alone", 1, "network and data as they were before the call, and the right result", unchanged),
    ]
}

/// Which part of the result a check is about. Gradients are right only beside the right loss.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Loss,
    Gradients(Layers),
}

const ALL: Part = Part::Gradients(Layers::Both);

#[derive(Clone, Copy, PartialEq)]
enum Regularised {
    No,
    Yes,
}

#[derive(Clone)]
struct Inputs {
    net: TwoLayerNet,
    x: ArrayD<f64>,
    y: Array1<usize>,
    reg: f64,
}

type Found = (f64, TwoLayerNet);

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: Sizes, regularised: Regularised) -> Self {
        let scale = inputs::scale(random);
        let net = network(random, sizes, scale);
        let x = examples(random, sizes, scale);
        let y = inputs::labels(random, sizes.batch, sizes.classes);
        let reg = match regularised {
            Regularised::Yes => regulariser(random, &net),
            Regularised::No => 0.0,
        };
        Self { net, x, y, reg }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng, regularised: Regularised) -> Vec<Self> {
        let sizes = Sizes::ordinary(random);
        let first = Self::random(random, sizes, regularised);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        let y = inputs::other_labels(random, &first.y, sizes.classes);
        all.push(Self { y, ..first.clone() });
        if regularised == Regularised::Yes {
            all.push(Self { reg: regulariser(random, &first.net), ..first.clone() });
        }
        all.push(first);
        all
    }

    fn call(&self) -> Call<Found> {
        call::two_layer_net_loss(&self.net, &self.x, &self.y, self.reg)
    }

    fn expected(&self) -> Found {
        self.expected_with(self.reg)
    }

    fn expected_with(&self, reg: f64) -> Found {
        reference::two_layer_net_loss(&self.net, &self.x, &self.y, reg)
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
        let Self { net, reg, .. } = self;
        let (data_loss, n) = (self.expected_with(0.0).0, self.y.len() as f64);
        let penalty = expected - data_loss;
        let squares = |numbers: &mut dyn Iterator<Item = &f64>| numbers.map(|number| number * number).sum::<f64>();
        let of_biases = 0.5 * reg * squares(&mut net.b1.iter().chain(&net.b2));
        let of_second = 0.5 * reg * squares(&mut net.w2.iter());
        let classes = net.b2.len();
        let next = self.y.mapv(|label| (label + 1) % classes);
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); here a factor 0.5 belongs to it", data_loss + 2.0 * penalty),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + of_biases),
            ("the loss without w1 in the regulariser; it is about both weights", data_loss + of_second),
            ("the loss without w2 in the regulariser; it is about both weights", expected - of_second),
            ("the loss with the regulariser divided by the number of examples", data_loss + penalty / n),
            ("the sum over the examples plus the regulariser; the loss is their mean", data_loss * n + penalty),
            (
                "the loss with ReLU behind the second layer too; the scores are what that layer gives",
                self.loss_with(true, true) + penalty,
            ),
            ("the loss without ReLU between the layers", self.loss_with(false, false) + penalty),
            (
                "the loss of the class after the label: labels count from 0",
                reference::two_layer_net_loss(net, &self.x, &next, *reg).0,
            ),
        ];
        context.expect_number("the loss", found, expected, close_to([expected]), &slips)
    }

    /// The softmax loss with ReLU behind the first layer or not, and behind the second.
    fn loss_with(&self, first: bool, second: bool) -> f64 {
        let relu = |scores: Array2<f64>, on: bool| if on { scores.mapv(|score| score.max(0.0)) } else { scores };
        let hidden = relu(hidden_scores(&self.net, &self.x), first).into_dyn();
        let scores = relu(reference::affine_forward(&hidden, &self.net.w2, &self.net.b2).0, second);
        gradus_nn::softmax::softmax_loss(&scores, &self.y).0
    }

    fn compare_gradients(
        &self,
        found: &TwoLayerNet,
        expected: &TwoLayerNet,
        context: &Context,
        layers: Layers,
    ) -> Result<(), Failure> {
        let n = self.y.len() as f64;
        let (_, of_data) = self.expected_with(0.0);
        let of_regulariser = combine(expected, &of_data, |all, data| all - data);
        let mut with_biases = expected.clone();
        with_biases.b1.scaled_add(self.reg, &self.net.b1);
        with_biases.b2.scaled_add(self.reg, &self.net.b2);
        let unmasked = self.unmasked(&of_regulariser);
        let usual =
            regularised_slips(&of_data, &of_regulariser, with_biases, n, "examples", |a, b, f| combine(a, b, f));
        let mut slips: Vec<_> = usual.iter().map(|(words, slip)| (words.as_str(), slip)).collect();
        slips.push((
            "the gradient without ReLU's backward pass; a hidden unit that is off passes nothing on",
            &unmasked,
        ));
        expect(context, "the gradient of ", layers, found, expected, &slips)
    }

    /// The gradients as they are when every hidden unit passes on what comes back.
    fn unmasked(&self, of_regulariser: &TwoLayerNet) -> TwoLayerNet {
        let (out, first) = reference::affine_forward(&self.x, &self.net.w1, &self.net.b1);
        let hidden = out.mapv(|score| score.max(0.0)).into_dyn();
        let (scores, second) = reference::affine_forward(&hidden, &self.net.w2, &self.net.b2);
        let (_, dscores) = gradus_nn::softmax::softmax_loss(&scores, &self.y);
        let (dhidden, w2, b2) = reference::affine_backward(&dscores, &second);
        let dhidden = dhidden.into_dimensionality().expect("a row for each example");
        let (_, w1, b1) = reference::affine_backward(&dhidden, &first);
        combine(&TwoLayerNet { w1, b1, w2, b2 }, of_regulariser, |data, own| data + own)
    }
}

/// A regulariser that adds something of the order of the loss, whatever the weights.
fn regulariser(random: &mut ChaCha8Rng, net: &TwoLayerNet) -> f64 {
    let squares = net.w1.iter().chain(&net.w2).map(|weight| weight * weight).sum::<f64>();
    random.random_range(1.0..4.0) / squares
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
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
    for sizes in [[30, 20, 15, 10], [2, 2, 2, 2], [3, 7, 5, 2]] {
        all.push(Inputs::random(random, Sizes::of(sizes), regularised));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))
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

/// A recorded network, or the gradient with respect to one.
#[derive(Deserialize)]
pub struct RecordedNet {
    #[serde(deserialize_with = "recorded::matrix")]
    w1: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b1: Array1<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    w2: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b2: Array1<f64>,
}

impl From<RecordedNet> for TwoLayerNet {
    fn from(RecordedNet { w1, b1, w2, b2 }: RecordedNet) -> Self {
        TwoLayerNet { w1, b1, w2, b2 }
    }
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, y, reg, loss, gradients } in
        recorded::read(include_str!("../snapshots/two_layer_net_loss.snap"))
    {
        let inputs = Inputs { net: net.into(), x: x.into_dyn(), y, reg };
        inputs.compare(&session.call(&inputs.call())?, &(loss, gradients.into()), context, ALL)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own loss, where no hidden unit is near its edge.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[4, 3, 5, 3], [3, 5, 4, 2]] {
        let random = &mut context.random;
        let mut inputs = loop {
            let inputs = Inputs::random(random, Sizes::of(sizes), Regularised::Yes);
            // A step of 1e-5 of a weight moves a score by 1e-5 times a feature, which may be of the order of 10.
            if hidden_scores(&inputs.net, &inputs.x).iter().all(|score| score.abs() > 5e-3) {
                break inputs;
            }
        };
        inputs.reg = random.random_range(0.1..1.0);
        let (loss, found) = session.call(&inputs.call())?;
        inputs.compare_loss(loss, inputs.expected().0, context)?;
        let flat: Array1<f64> = found.w1.iter().chain(&found.b1).chain(&found.w2).chain(&found.b2).copied().collect();
        let net = &inputs.net;
        let count = net.w1.len() + net.b1.len() + net.w2.len() + net.b2.len();
        let right_shapes = flat.len() == count;
        hold_slopes(session, context, &inputs.call(), &flat, right_shapes, DERIVE_AGAIN)?;
    }
    ordinary(session, context)
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let Sizes { batch, features, hidden, classes } = Sizes::ordinary(&mut context.random);
    for sizes in [
        [1, features, hidden, classes],
        [batch, 1, hidden, classes],
        [batch, features, 1, classes],
        [batch, features, hidden, 1],
        [1, 1, 1, 1],
    ] {
        Inputs::random(&mut context.random, Sizes::of(sizes), Regularised::Yes).hold(session, context, ALL)?;
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [[4, 2, 3, 3], [1, 3, 2, 2], [5, 1, 4, 2]] {
        let features = shape[1..].iter().product();
        let mut inputs = Inputs::random(&mut context.random, Sizes::of([shape[0], features, 6, 4]), Regularised::Yes);
        inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
        inputs
            .hold(session, context, ALL)
            .map_err(|failure| failure.with_hint("hand x to the first layer as it is: the layer makes rows of it"))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let sizes = Sizes::ordinary(&mut context.random);
    let inputs = Inputs::random(&mut context.random, sizes, Regularised::Yes);
    let found = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&found, &inputs.expected(), context, ALL)
}
