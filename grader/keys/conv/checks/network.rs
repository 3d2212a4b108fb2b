//! Checks of `three_layer_convnet_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::{ThreeLayerConvNet, call};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array4, ArrayD, Ix4, IxDyn};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::random_net::{Layers, Sizes, away_from_edges, combine, expect, look_alikes, network};
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::gradients::{DERIVE_AGAIN, hold_slopes, regularised_slips};
use crate::common::{check, inputs, recorded};

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("three_layer_convnet_loss", name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            3,
            "the mean softmax loss of the scores, with reg = 0",
            |session, context| fresh(session, context, Part::Loss, Regularised::No),
        ),
        check(
            "loss with regularisation",
            1,
            "the mean softmax loss plus 0.5 * reg * (sum(w1^2) + sum(w2^2) + sum(w3^2))",
            |session, context| fresh(session, context, Part::Loss, Regularised::Yes),
        ),
        check(
            "gradients of the affine layers",
            2,
            "those of w2, b2, w3 and b3 without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::Affine), Regularised::No),
        ),
        check(
            "gradients of the filters",
            3,
            "those of w1 and b1 without a regulariser, beside the right loss",
            |session, context| fresh(session, context, Part::Gradients(Layers::Convolution), Regularised::No),
        ),
        check(
            "gradients with regularisation",
            2,
            "reg * w in the gradients of all three weights, and nothing of it in those of the biases",
            |session, context| fresh(session, context, Part::Gradients(Layers::All), Regularised::Yes),
        ),
        check("recorded network", 1, "the loss and gradients that were recorded for fixed numbers", recorded_network),
        check(
            "gradients against the slope of the loss",
            1,
            "gradients that are the slopes of the returned loss, and the right loss",
            numeric,
        ),
        check(
            "other sizes",
            1,
            "the right result for images with odd sides, one image, one channel, filters of 1 x 1 and 5 x 5",
            other_sizes,
        ),
        check("inputs left alone", 1, "network and data as they were before the call, and the right result", unchanged),
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
struct Inputs {
    net: ThreeLayerConvNet,
    x: Array4<f64>,
    y: Array1<usize>,
    reg: f64,
}

type Found = (f64, ThreeLayerConvNet);

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: Sizes, regularised: Regularised) -> Self {
        let scale = inputs::scale(random);
        let net = network(random, sizes, scale);
        let x = inputs::normal(random, sizes.x, scale);
        let y = inputs::labels(random, sizes.x[0], sizes.classes);
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
        call::three_layer_convnet_loss(&self.net, &self.x, &self.y, self.reg)
    }

    fn expected(&self) -> Found {
        self.expected_with(self.reg)
    }

    fn expected_with(&self, reg: f64) -> Found {
        reference::three_layer_convnet_loss(&self.net, &self.x, &self.y, reg)
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
        if close_to([expected]).accepts(found, expected) {
            return Ok(());
        }
        let Self { net, x, y, reg } = self;
        let (data_loss, n) = (self.expected_with(0.0).0, y.len() as f64);
        let penalty = expected - data_loss;
        let squares = |numbers: &mut dyn Iterator<Item = &f64>| 0.5 * reg * numbers.map(|w| w * w).sum::<f64>();
        let (of_w1, of_w2) = (squares(&mut net.w1.iter()), squares(&mut net.w2.iter()));
        let of_biases = squares(&mut net.b1.iter().chain(&net.b2).chain(&net.b3));
        let next = y.mapv(|label| (label + 1) % net.b3.len());
        let scores = |bends: [bool; 3]| softmax_loss(&self.scores(bends), y).0 + penalty;
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); here a factor 0.5 belongs to it", data_loss + 2.0 * penalty),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + of_biases),
            ("the loss without the filters w1 in the regulariser; they are weights too", expected - of_w1),
            ("the loss without w2 in the regulariser; it is about all three weights", expected - of_w2),
            ("the loss with the regulariser divided by the number of images", data_loss + penalty / n),
            ("the sum over the images plus the regulariser; the loss is their mean", data_loss * n + penalty),
            ("the loss without ReLU behind the convolution", scores([false, true, false])),
            ("the loss without ReLU behind the hidden affine layer", scores([true, false, false])),
            (
                "the loss with ReLU behind the last layer too; the scores are what that layer gives",
                scores([true, true, true]),
            ),
            (
                "the loss of the class after the label: labels count from 0",
                reference::three_layer_convnet_loss(net, x, &next, *reg).0,
            ),
        ];
        context.expect_number("the loss", found, expected, close_to([expected]), &slips)
    }

    /// The scores with ReLU behind each of the three layers or not.
    fn scores(&self, [first, second, third]: [bool; 3]) -> Array2<f64> {
        let net = &self.net;
        let relu = |on: bool| move |x: f64| if on { x.max(0.0) } else { x };
        let (maps, _) = reference::conv_forward_naive(&self.x, &net.w1, &net.b1, 1, (net.w1.dim().2 - 1) / 2);
        let (pooled, _) = reference::max_pool_forward_naive(&maps.mapv(relu(first)), 2, 2, 2);
        let hidden = affine_forward(&pooled, &net.w2, &net.b2).0.mapv(relu(second));
        affine_forward(&hidden, &net.w3, &net.b3).0.mapv(relu(third))
    }

    fn compare_gradients(
        &self,
        found: &ThreeLayerConvNet,
        expected: &ThreeLayerConvNet,
        context: &Context,
        layers: Layers,
    ) -> Result<(), Failure> {
        if expect(context, layers, found, expected, &[]).is_ok() {
            return Ok(());
        }
        let n = self.y.len() as f64;
        let (_, of_data) = self.expected_with(0.0);
        let of_regulariser = combine(expected, &of_data, |all, data| all - data);
        let mut with_biases = expected.clone();
        with_biases.b1.scaled_add(self.reg, &self.net.b1);
        with_biases.b2.scaled_add(self.reg, &self.net.b2);
        with_biases.b3.scaled_add(self.reg, &self.net.b3);
        let unmasked = combine(&self.unmasked(), &of_regulariser, |data, own| data + own);
        let usual = regularised_slips(&of_data, &of_regulariser, with_biases, n, "images", |a, b, f| combine(a, b, f));
        let mut slips: Vec<_> = usual.iter().map(|(words, slip)| (words.as_str(), slip)).collect();
        slips.push(("the gradient without the backward pass of the ReLU behind the convolution", &unmasked));
        expect(context, layers, found, expected, &slips)
    }

    /// The gradients as they are when ReLU behind the convolution passes on whatever comes back.
    fn unmasked(&self) -> ThreeLayerConvNet {
        let net = &self.net;
        let (maps, conv) = reference::conv_forward_naive(&self.x, &net.w1, &net.b1, 1, (net.w1.dim().2 - 1) / 2);
        let (pooled, pool) = reference::max_pool_forward_naive(&maps.mapv(|x| x.max(0.0)), 2, 2, 2);
        let (hidden, second) = affine_relu_forward(&pooled, &net.w2, &net.b2);
        let (scores, third) = affine_forward(&hidden, &net.w3, &net.b3);
        let (dhidden, w3, b3) = affine_backward(&softmax_loss(&scores, &self.y).1, &third);
        let (dpooled, w2, b2) = affine_relu_backward(&dhidden, &second);
        let (_, w1, b1) = reference::conv_backward_naive(&reference::max_pool_backward_naive(&dpooled, &pool), &conv);
        ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 }
    }
}

/// A regulariser that adds something of the order of the loss, whatever the weights.
fn regulariser(random: &mut ChaCha8Rng, net: &ThreeLayerConvNet) -> f64 {
    let squares = net.w1.iter().chain(&net.w2).chain(&net.w3).map(|weight| weight * weight).sum::<f64>();
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
    for sizes in [Sizes::of([5, 3, 6, 6], [4, 3, 9, 10]), Sizes::of([2, 2, 4, 6], [2, 3, 3, 2])] {
        all.push(Inputs::random(random, sizes, regularised));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    /// That of `x`, whose images stand here as rows.
    shape: Vec<usize>,
    #[serde(deserialize_with = "recorded::vector")]
    y: Array1<usize>,
    reg: f64,
    loss: f64,
    gradients: RecordedNet,
}

/// A recorded network, or the gradient with respect to one; filters as rows.
#[derive(Deserialize)]
struct RecordedNet {
    filters: Vec<usize>,
    #[serde(deserialize_with = "recorded::matrix")]
    w1: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b1: Array1<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    w2: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b2: Array1<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    w3: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b3: Array1<f64>,
}

/// Rows in their shape.
fn shaped(rows: Array2<f64>, shape: &[usize]) -> Array4<f64> {
    let array: ArrayD<f64> = rows.into_shape_with_order(IxDyn(shape)).expect("as many numbers");
    array.into_dimensionality::<Ix4>().expect("four axes")
}

impl From<RecordedNet> for ThreeLayerConvNet {
    fn from(RecordedNet { filters, w1, b1, w2, b2, w3, b3 }: RecordedNet) -> Self {
        ThreeLayerConvNet { w1: shaped(w1, &filters), b1, w2, b2, w3, b3 }
    }
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, shape, y, reg, loss, gradients } in
        recorded::read(include_str!("../snapshots/three_layer_convnet_loss.snap"))
    {
        let inputs = Inputs { net: net.into(), x: shaped(x, &shape), y, reg };
        inputs.compare(&session.call(&inputs.call())?, &(loss, gradients.into()), context, ALL)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own loss, where no number is near an edge.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [Sizes::of([2, 2, 4, 4], [2, 3, 3, 3]), Sizes::of([3, 1, 4, 5], [2, 3, 4, 2])] {
        let random = &mut context.random;
        let mut inputs = loop {
            let net = network(random, sizes, 1.0);
            let x = inputs::normal(random, sizes.x, 1.0);
            if away_from_edges(&net, &x) {
                break Inputs { net, x, y: inputs::labels(random, sizes.x[0], sizes.classes), reg: 0.0 };
            }
        };
        inputs.reg = random.random_range(0.1..1.0);
        let (loss, found) = session.call(&inputs.call())?;
        inputs.compare_loss(loss, inputs.expected().0, context)?;
        let numbers = |net: &ThreeLayerConvNet| -> Array1<f64> {
            let ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 } = net;
            w1.iter().chain(b1).chain(w2).chain(b2).chain(w3).chain(b3).copied().collect()
        };
        let flat = numbers(&found);
        let count = numbers(&inputs.net).len();
        let right_shapes = flat.len() == count;
        hold_slopes(session, context, &inputs.call(), &flat, right_shapes, DERIVE_AGAIN)?;
    }
    ordinary(session, context)
}

fn other_sizes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [
        Sizes::of([2, 2, 5, 5], [2, 3, 4, 3]),
        Sizes::of([3, 2, 4, 7], [3, 1, 4, 3]),
        Sizes::of([2, 1, 6, 5], [2, 5, 4, 3]),
        Sizes::of([1, 3, 4, 4], [1, 3, 1, 2]),
        Sizes::of([2, 1, 2, 2], [2, 1, 3, 1]),
    ] {
        Inputs::random(&mut context.random, sizes, Regularised::Yes).hold(session, context, ALL).map_err(|failure| {
            failure.with_hint(
                "the padding is (filter size - 1) / 2, whatever the size; pooling leaves out the last of an odd number of rows",
            )
        })?;
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
