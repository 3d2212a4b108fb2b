//! Checks of `fully_connected_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::batchnorm::{
    HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters, Running, RunningLayers, call,
};
use gradus_check::Tolerance;
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::numpy::Numpy;
use super::random_net::{Slip, before_relu, combine, examples, expect, look_alikes, network, scores_with};
use super::{ORDINARY_FIRST, reference, training};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::Sizes;
use crate::common::gradients::{DERIVE_AGAIN, hold_slopes};
use crate::common::{check, inputs};

const NAME: &str = "fully_connected_loss";

/// The checks, 25 points.
pub fn checks() -> Vec<Check> {
    use Normalisation::{Batch, Layer, None};
    let check = |name, points, expectation, run| check(NAME, name, points, expectation, run);
    let of_training = check(
        "training",
        1,
        "a deep network that learns images of clothing, batch by batch, from its gradients and its running statistics",
        training::clothing,
    );
    vec![
        check("loss without normalisation", 1, "the mean softmax loss of the scores, with reg = 0", |s, c| {
            fresh(s, c, None, Part::Loss)
        }),
        check(
            "loss with batch normalisation",
            3,
            "the loss with the statistics of this batch, with reg = 0",
            |s, c| fresh(s, c, Batch, Part::Loss),
        ),
        check(
            "loss with layer normalisation",
            2,
            "the loss with the statistics of each example, with reg = 0",
            |s, c| fresh(s, c, Layer, Part::Loss),
        ),
        check(
            "loss with regularisation",
            2,
            "the mean softmax loss plus 0.5 * reg * sum(w^2) over the weights of all layers, and over nothing else",
            |s, c| regularised(s, c, Part::Loss),
        ),
        check(
            "running statistics of the layers",
            3,
            "those after this batch with batch normalisation, and the network's own otherwise",
            running,
        ),
        check(
            "gradients without normalisation",
            2,
            "dw and db of each layer, and zeros for gamma and beta, beside the right loss",
            |s, c| fresh(s, c, None, Part::Gradients),
        ),
        check(
            "gradients with batch normalisation",
            4,
            "the gradient of each parameter, beside the right loss",
            |s, c| fresh(s, c, Batch, Part::Gradients),
        ),
        check(
            "gradients with layer normalisation",
            2,
            "the gradient of each parameter, beside the right loss",
            |s, c| fresh(s, c, Layer, Part::Gradients),
        ),
        check(
            "gradients with regularisation",
            1,
            "reg * w in the gradient of each layer's weights, and nothing of it elsewhere",
            |s, c| regularised(s, c, Part::Gradients),
        ),
        check(
            "numbers of CS231n's notebook",
            1,
            "the first losses 2.2611955101 for reg = 0 and 6.9965332201 for reg = 3.14 with batch normalisation",
            notebook,
        ),
        check(
            "gradients against the slope of the loss",
            1,
            "gradients that are the slopes of the returned loss, and the right loss",
            numeric,
        ),
        check(
            "no hidden layer, many, single units",
            1,
            "the right result with no hidden layer and with up to six, and when an axis has length 1",
            depths,
        ),
        check(
            "images, inputs left alone",
            1,
            "the right result for examples with three axes of their own, and all arrays as they were",
            images,
        ),
        Check { patience: Duration::from_secs(10), ..of_training },
    ]
}

/// Which part of the result a check is about. Gradients are right only beside the right loss.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Loss,
    Gradients,
}

#[derive(Clone)]
struct Inputs {
    net: NormalisedNet,
    x: ArrayD<f64>,
    y: Array1<usize>,
    reg: f64,
}

type Found = (f64, Parameters, RunningLayers);

fn squares<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> f64 {
    numbers.into_iter().map(|number| number * number).sum()
}

/// Of the weights, of the biases, of scales and shifts.
fn sums_of_squares(parameters: &Parameters) -> [f64; 3] {
    let Parameters { hidden, last } = parameters;
    let w = hidden.iter().map(|layer| squares(&layer.w)).sum::<f64>() + squares(&last.w);
    let b = hidden.iter().map(|layer| squares(&layer.b)).sum::<f64>() + squares(&last.b);
    [w, b, hidden.iter().map(|layer| squares(&layer.gamma) + squares(&layer.beta)).sum()]
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: &Sizes, normalisation: Normalisation, regularised: bool) -> Self {
        let net = network(random, sizes, normalisation);
        let (x, y) = (examples(random, sizes), inputs::labels(random, sizes.batch, sizes.classes()));
        let reg = if regularised { regulariser(random, &net) } else { 0.0 };
        Self { net, x, y, reg }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng, normalisation: Normalisation, regularised: bool) -> Vec<Self> {
        let sizes = Sizes::ordinary(random, 2..4);
        let first = Self::random(random, &sizes, normalisation, regularised);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        let y = inputs::other_labels(random, &first.y, sizes.classes());
        all.push(Self { y, ..first.clone() });
        if regularised {
            all.push(Self { reg: regulariser(random, &first.net), ..first.clone() });
        }
        all.push(first);
        all
    }

    fn call(&self) -> Call<Found> {
        call::fully_connected_loss(&self.net, &self.x, &self.y, self.reg)
    }

    fn expected(&self) -> Found {
        reference::fully_connected_loss(&self.net, &self.x, &self.y, self.reg)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context, part)
    }

    fn compare(&self, found: &Found, context: &Context, part: Part) -> Result<(), Failure> {
        let expected = self.expected();
        self.compare_loss(found.0, expected.0, context)?;
        match part {
            Part::Loss => Ok(()),
            Part::Gradients => self.compare_gradients(&found.1, &expected.1, context),
        }
    }

    fn compare_loss(&self, found: f64, expected: f64, context: &Context) -> Result<(), Failure> {
        let Self { net, x, y, reg } = self;
        let [w, b, scales] = sums_of_squares(&net.parameters).map(|sum| 0.5 * reg * sum);
        let (data_loss, n) = (expected - w, y.len() as f64);
        let with = |slip| softmax_loss(&scores_with(net, x, false, slip), y).0 + w;
        let last = 0.5 * reg * squares(&net.parameters.last.w);
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); a factor 0.5 belongs to it", data_loss + 2.0 * w),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + b),
            ("the loss with gamma and beta in the regulariser; it is about the weights alone", expected + scales),
            (
                "the loss with biases, gamma and beta in the regulariser; it is about the weights alone",
                expected + b + scales,
            ),
            ("the loss without the last layer in the regulariser; it is about all layers", expected - last),
            ("the loss with the regulariser of the last layer alone; it is about all layers", data_loss + last),
            ("the loss with the regulariser divided by the number of examples", data_loss + w / n),
            ("the sum over the examples plus the regulariser; the loss is their mean", data_loss * n + w),
            ("the loss without normalisation", with(Slip::Plain)),
            ("the loss with the running statistics; in training the batch's own count", with(Slip::OtherStatistics)),
            ("the loss with ReLU before normalisation; it belongs behind", with(Slip::ReluFirst)),
            ("the loss without gamma and beta", with(Slip::WithoutScale)),
            ("the loss without ReLU", with(Slip::Straight)),
            ("the loss with ReLU behind the last layer too", with(Slip::LastBent)),
            ("the loss with the other normalisation: that over rows, or over columns", with(Slip::OtherAxis)),
        ];
        context.expect_number("the loss", found, expected, close_to([expected]), &slips)
    }

    fn compare_gradients(&self, found: &Parameters, expected: &Parameters, context: &Context) -> Result<(), Failure> {
        let n = self.y.len() as f64;
        let of_data = Self { reg: 0.0, ..self.clone() }.expected().1;
        let of_regulariser = combine(expected, &of_data, |all, data| all - data);
        let with = |factor: f64| combine(&of_data, &of_regulariser, |data, own| data + factor * own);
        let with_everything = combine(&of_data, &self.net.parameters, |data, own| data + self.reg * own);
        let slips = [
            ("the gradient without the regulariser's part, which is reg * w", &of_data),
            ("the gradient with 2 * reg * w; with the factor 0.5 the slope is reg * w", &with(2.0)),
            ("the gradient with 0.5 * reg * w; the slope of 0.5 * reg * w^2 is reg * w", &with(0.5)),
            ("the gradient with the regulariser's part divided by the number of examples", &with(1.0 / n)),
            ("the gradient with reg times the parameter; only weights are regularised", &with_everything),
            (
                "the gradient divided by the number of examples once more: dscores holds the mean already",
                &combine(&of_data, &of_regulariser, |data, own| data / n + own),
            ),
            (
                "the gradient of the sum over the examples; the loss is their mean",
                &combine(&of_data, &of_regulariser, |data, own| data * n + own),
            ),
        ];
        expect(context, found, expected, &slips)
    }

    fn compare_running(&self, found: &RunningLayers, context: &Context) -> Result<(), Failure> {
        let expected = self.expected().2;
        context.expect(
            found.layers.len() == expected.layers.len(),
            "the running statistics have the wrong number of layers",
            "an element for each hidden layer, whatever the normalisation, first to last",
        )?;
        let mixed = |old: &Array1<f64>, next: &Array1<f64>| {
            // What the batch has, from its tenth, with momentum and share exchanged.
            let batch = (next - &(old * 0.9)) / 0.1;
            old * 0.1 + batch * 0.9
        };
        for (i, (found, expected)) in found.layers.iter().zip(&expected.layers).enumerate() {
            let Running { mean, var } = &self.net.running.layers[i];
            for (what, found, expected, old) in
                [("mean", &found.mean, &expected.mean, mean), ("variance", &found.var, &expected.var, var)]
            {
                let slips = [
                    ("as it was in net; training with batch normalisation moves it", old),
                    ("made with momentum 0.1; it is 0.9", &mixed(old, expected)),
                    ("0; without batch normalisation it stays as it is in net", &Array1::zeros(old.len())),
                ];
                let what = format!("the running {what} of layer {} with {:?}", i + 1, self.net.normalisation);
                context.expect_array(&what, found, expected, close_to(expected.iter().copied()), &slips)?;
            }
        }
        Ok(())
    }
}

/// A strength with which regulariser and loss of the data are of the same order.
fn regulariser(random: &mut ChaCha8Rng, net: &NormalisedNet) -> f64 {
    random.random_range(0.5..2.0) * 2.0 / sums_of_squares(&net.parameters)[0]
}

/// What every check with points asks first.
pub fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for normalisation in Normalisation::ALL {
        let all = Inputs::look_alikes(&mut context.random, normalisation, true);
        in_turn(context, all, |inputs, context| inputs.hold(session, context, Part::Gradients))
            .map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    }
    Ok(())
}

/// Look-alikes, and networks of several sizes.
fn all(random: &mut ChaCha8Rng, normalisation: Normalisation, regularised: bool) -> Vec<Inputs> {
    let mut all = Inputs::look_alikes(random, normalisation, regularised);
    for (batch, stages) in [(30, &[20, 15, 10][..]), (5, &[2, 7, 3, 3]), (3, &[11, 5, 5, 13])] {
        all.push(Inputs::random(random, &Sizes::of(batch, stages), normalisation, regularised));
    }
    all
}

fn fresh(
    session: &mut Session<'_>,
    context: &mut Context,
    normalisation: Normalisation,
    part: Part,
) -> Result<(), Failure> {
    let all = all(&mut context.random, normalisation, false);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))
}

fn regularised(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    for normalisation in Normalisation::ALL {
        let all = all(&mut context.random, normalisation, true);
        in_turn(context, all, |inputs, context| inputs.hold(session, context, part))?;
    }
    Ok(())
}

fn running(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for normalisation in [Normalisation::Batch, Normalisation::None, Normalisation::Layer] {
        let all = all(&mut context.random, normalisation, false);
        in_turn(context, all, |inputs, context| {
            let found = session.call(&inputs.call())?;
            inputs.compare_loss(found.0, inputs.expected().0, context)?;
            inputs.compare_running(&found.2, context)
        })?;
    }
    Ok(())
}

/// The network of CS231n's notebook: two hidden layers of 20 and 30 units, two examples.
#[expect(clippy::approx_constant, reason = "the strength that CS231n's notebook takes; no circle is meant")]
fn notebook(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let mut random = Numpy::seed(231);
    let x = random.randn(2, 15).into_dyn();
    let y = Array1::from_vec(random.randint(10, 2));
    for (reg, printed) in [(0.0, 2.2611955101340957), (3.14, 6.996533220108303)] {
        // The notebook draws a network of its own for each strength.
        let mut layer = |inputs, outputs: usize| HiddenLayer {
            w: random.randn(inputs, outputs) * 0.05,
            b: Array1::zeros(outputs),
            gamma: Array1::ones(outputs),
            beta: Array1::zeros(outputs),
        };
        let hidden = vec![layer(15, 20), layer(20, 30)];
        let last = LastLayer { w: random.randn(30, 10) * 0.05, b: Array1::zeros(10) };
        let net = NormalisedNet {
            normalisation: Normalisation::Batch,
            parameters: Parameters { hidden, last },
            running: RunningLayers { layers: vec![Running::new(20), Running::new(30)] },
        };
        let (loss, ..) = session.call(&call::fully_connected_loss(&net, &x, &y, reg))?;
        context
            .expect_number("the first loss", loss, printed, Tolerance::new(1e-8, 0.0), &[])
            .map_err(|failure| failure.with_hint("eps is 1e-5 in the network"))?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own loss, where no hidden unit is near its edge.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (normalisation, batch, stages) in [
        (Normalisation::None, 4, &[3, 5, 4, 3][..]),
        (Normalisation::Batch, 6, &[3, 4, 4, 3]),
        (Normalisation::Batch, 5, &[4, 4, 2]),
        (Normalisation::Layer, 4, &[3, 5, 4, 3]),
    ] {
        let random = &mut context.random;
        let mut inputs = loop {
            let inputs = Inputs::random(random, &Sizes::of(batch, stages), normalisation, true);
            if before_relu(&inputs.net, &inputs.x).iter().flatten().all(|score| score.abs() > 3e-3) {
                break inputs;
            }
        };
        inputs.reg = random.random_range(0.1..1.0);
        let (loss, found, _) = session.call(&inputs.call())?;
        inputs.compare_loss(loss, inputs.expected().0, context)?;
        let flat = |parameters: &Parameters| -> Array1<f64> { parameters.arrays().iter().flatten().copied().collect() };
        let (found, count) = (flat(&found), flat(&inputs.net.parameters).len());
        let right_shapes = found.len() == count;
        hold_slopes(session, context, &inputs.call(), &found, right_shapes, DERIVE_AGAIN)?;
    }
    ordinary(session, context)
}

fn depths(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for normalisation in Normalisation::ALL {
        let mut all = [0, 5, 6].map(|hidden| Sizes::of_depth(&mut context.random, hidden)).to_vec();
        all.extend(
            [(1, &[5, 6, 4, 3][..]), (4, &[1, 6, 3]), (4, &[5, 1, 1, 3]), (4, &[5, 6, 1])]
                .map(|(batch, stages)| Sizes::of(batch, stages)),
        );
        let all = all.iter().map(|sizes| Inputs::random(&mut context.random, sizes, normalisation, true)).collect();
        in_turn(context, all, |inputs: &Inputs, context| inputs.hold(session, context, Part::Gradients)).map_err(
            |failure| {
                failure.with_hint("a loop over the hidden layers, forward and backward, serves any depth, also none")
            },
        )?;
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (normalisation, shape, hidden) in [
        (Normalisation::Batch, [4, 2, 3, 3], &[6, 5][..]),
        (Normalisation::Layer, [5, 1, 4, 2], &[5]),
        (Normalisation::None, [3, 3, 2, 2], &[7]),
    ] {
        let mut stages = vec![shape[1..].iter().product()];
        stages.extend(hidden);
        stages.push(4);
        let sizes = Sizes::of(shape[0], &stages);
        let mut inputs = Inputs::random(&mut context.random, &sizes, normalisation, true);
        inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
        let found = session.call_watching_inputs(&inputs.call())?;
        inputs
            .compare(&found, context, Part::Gradients)
            .map_err(|failure| failure.with_hint("hand x to the first layer as it is: the layer makes rows of it"))?;
    }
    Ok(())
}
