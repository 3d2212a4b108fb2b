//! Checks of `spatial_batchnorm_forward` and `spatial_batchnorm_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::{BatchnormParam, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array4};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::sets::{Gradients, Part, RIGHT, Way, expect_gradients, expect_output, normalised, scaled};
use super::{ORDINARY_FIRST, agree, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs};

/// The checks of `spatial_batchnorm_forward`, 8 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("spatial_batchnorm_forward", name, points, expectation, run);
    vec![
        check(
            "output in training",
            3,
            "each channel normalised over images and places, times gamma, plus beta",
            fresh_output,
        ),
        check(
            "running statistics",
            2,
            "running = momentum * running + (1 - momentum) * of the batch, for means and variances; the settings as they were",
            running,
        ),
        check("output outside of training", 1, "the output by the running statistics, which stay as they are", in_use),
        check(
            "one image, one channel, one place",
            1,
            "the right output and statistics when an axis has length 1",
            single_output,
        ),
        check(
            "inputs left alone",
            1,
            "all arguments as they were before the call, and the right output",
            unchanged_output,
        ),
    ]
}

/// The checks of `spatial_batchnorm_backward`, 7 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("spatial_batchnorm_backward", name, points, expectation, run);
    vec![
        check(
            "dx of fresh images",
            2,
            "the gradient through mean and deviation too, in the shape of x",
            |session, context| fresh_gradients(session, context, Part::X),
        ),
        check(
            "dgamma and dbeta of fresh images",
            2,
            "for each channel the sums over images and places",
            |session, context| fresh_gradients(session, context, Part::Parameters),
        ),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what spatial_batchnorm_forward returns",
            numeric,
        ),
        check(
            "one image, one channel, one place",
            1,
            "the right gradients when an axis has length 1",
            single_gradients,
        ),
        check(
            "inputs left alone",
            1,
            "all arguments as they were before the call, and the right gradients",
            unchanged_gradients,
        ),
    ]
}

/// Arguments of both passes.
#[derive(Clone)]
struct Inputs {
    x: Array4<f64>,
    gamma: Array1<f64>,
    beta: Array1<f64>,
    param: BatchnormParam,
    dout: Array4<f64>,
}

impl Inputs {
    /// Images of this shape, in training.
    fn random(random: &mut ChaCha8Rng, shape: [usize; 4]) -> Self {
        let (scale, dout_scale) = (inputs::moderate_scale(random), inputs::scale(random));
        let channels = shape[1];
        let mut x = inputs::normal(random, shape, scale);
        // Each channel has a mean and a deviation of its own, which normalisation has to take off.
        for mut channel in x.axis_iter_mut(ndarray::Axis(1)) {
            let (factor, shift) = (random.random_range(0.5..2.0), random.random_range(-2.0..2.0));
            channel.mapv_inplace(|x| factor * x + shift * scale);
        }
        let param = BatchnormParam {
            training: true,
            eps: 10f64.powf(random.random_range(-4.0..-1.0)),
            momentum: random.random_range(0.3..0.95),
            running_mean: inputs::normal(random, channels, scale),
            running_var: inputs::normal(random, channels, 1.0).mapv(|v| scale * scale * (0.5 + v.abs())),
        };
        Self {
            x,
            gamma: inputs::normal(random, channels, 1.0),
            beta: inputs::normal(random, channels, 1.0),
            param,
            dout: inputs::normal(random, shape, dout_scale),
        }
    }

    fn ordinary_shape(random: &mut ChaCha8Rng) -> [usize; 4] {
        [random.random_range(2..5), random.random_range(2..5), random.random_range(2..5), random.random_range(2..5)]
    }

    /// Images of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = Self::ordinary_shape(random);
        let (first, other) = (Self::random(random, shape), Self::random(random, shape));
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { gamma: other.gamma, ..first.clone() },
            Self { beta: other.beta, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
            Self { param: other.param, ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.push(first);
        all
    }

    fn in_use(mut self) -> Self {
        self.param.training = false;
        self
    }

    fn forward(&self) -> Call<(Array4<f64>, BatchnormParam)> {
        call::spatial_batchnorm_forward(&self.x, &self.gamma, &self.beta, &self.param)
    }

    fn backward(&self) -> Call<Gradients> {
        call::spatial_batchnorm_backward(&self.x, &self.gamma, &self.beta, &self.param, &self.dout)
    }

    fn expected_output(&self) -> (Array4<f64>, BatchnormParam) {
        let (out, next, _) = reference::spatial_batchnorm_forward(&self.x, &self.gamma, &self.beta, &self.param);
        (out, next)
    }

    fn hold_output(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let (out, _) = session.call(&self.forward())?;
        self.compare_output(&out, context)
    }

    fn compare_output(&self, out: &Array4<f64>, context: &Context) -> Result<(), Failure> {
        let Self { x, gamma, beta, param, .. } = self;
        let (expected, _) = self.expected_output();
        if agree(out, &expected) {
            return Ok(());
        }
        let (_, channels, _, width) = x.dim();
        let scaled = |x: Array4<f64>| scaled(&x, gamma, beta);
        let by = |way| scaled(normalised(x, param.eps, |(_, c, _, _)| c, way));
        let plain = |x| normalised(x, param.eps, |(_, c, _, _)| c, RIGHT);
        let place = |(_, c, h, w): (usize, usize, usize, usize)| (c * x.dim().2 + h) * width + w;
        let mut other = param.clone();
        other.training = !param.training;
        let (other, _, _) = reference::spatial_batchnorm_forward(x, gamma, beta, &other);
        let slips = [
            ("the numbers before scale and shift: gamma and beta are missing", &plain(x)),
            ("what the other mode gives: in training the batch's statistics count, otherwise the running ones", &other),
            (
                "what you get when each image is normalised by itself; the statistics are over all images",
                &scaled(normalised(x, param.eps, |(n, c, _, _)| n * channels + c, RIGHT)),
            ),
            (
                "what you get when each place is a feature of its own; all places of a channel belong together",
                &scaled(normalised(x, param.eps, place, RIGHT)),
            ),
            (
                "what you get when all channels are normalised together; each has its own statistics",
                &scaled(normalised(x, param.eps, |_| 0, RIGHT)),
            ),
            ("what you get when pixels become rows without bringing the channels to the end first", &self.mixed()),
            (
                "what you get with the unbiased variance; divide by the number of elements",
                &by(Way { correction: 1.0, ..RIGHT }),
            ),
            (
                "what you get with eps outside of the root; it is added to the variance",
                &by(Way { eps_in_root: false, ..RIGHT }),
            ),
            ("what you get without eps", &scaled(normalised(x, 0.0, |(_, c, _, _)| c, RIGHT))),
            ("what you get by dividing by the variance; divide by its root", &by(Way { by_variance: true, ..RIGHT })),
            ("what you get without taking off the mean", &by(Way { centred: false, ..RIGHT })),
        ];
        expect_output(context, out, &expected, &slips)
    }

    /// What a mere change of shape gives: rows of neighbours in memory.
    fn mixed(&self) -> Array4<f64> {
        let (_, channels, height, width) = self.x.dim();
        let set =
            |(n, c, h, w): (usize, usize, usize, usize)| (((n * channels + c) * height + h) * width + w) % channels;
        let mut out = normalised(&self.x, self.param.eps, set, RIGHT);
        out.indexed_iter_mut().for_each(|(place, x)| *x = self.gamma[set(place)] * *x + self.beta[set(place)]);
        out
    }

    fn hold_running(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let (_, next) = session.call(&self.forward())?;
        self.compare_running(&next, context)
    }

    fn compare_running(&self, next: &BatchnormParam, context: &Context) -> Result<(), Failure> {
        let (_, expected) = self.expected_output();
        let Self { param, .. } = self;
        context.expect(
            (next.training, next.eps, next.momentum) == (param.training, param.eps, param.momentum),
            "the settings changed",
            "training, eps and momentum are returned as they came in",
        )?;
        let elements = (self.x.len() / self.x.dim().1) as f64;
        for (what, found, expected, old) in [
            ("the running mean", &next.running_mean, &expected.running_mean, &param.running_mean),
            ("the running variance", &next.running_var, &expected.running_var, &param.running_var),
        ] {
            let of_batch = (expected - old * param.momentum) / (1.0 - param.momentum);
            let exchanged = old * (1.0 - param.momentum) + &of_batch * param.momentum;
            let unbiased =
                old * param.momentum + &of_batch * ((1.0 - param.momentum) * elements / (elements - 1.0).max(1.0));
            let slips = [
                ("as it came in; in training it moves towards that of the batch", old),
                ("that of the batch alone; momentum keeps a share of the old one", &of_batch),
                ("a mean with both weights exchanged; momentum goes with the old one", &exchanged),
                ("that of the unbiased variance; divide by the number of elements", &unbiased),
                ("the sum of old and new; it is a mean with the weights momentum and 1 - momentum", &(old + &of_batch)),
            ];
            context.expect_array(what, found, expected, close_to(expected.iter().copied()), &slips)?;
        }
        Ok(())
    }

    fn expected_gradients(&self) -> Gradients {
        let (_, _, cache) = reference::spatial_batchnorm_forward(&self.x, &self.gamma, &self.beta, &self.param);
        reference::spatial_batchnorm_backward(&self.dout, &cache)
    }

    fn hold_gradients(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare_gradients(&session.call(&self.backward())?, part, context)
    }

    fn compare_gradients(&self, found: &Gradients, part: Part, context: &Context) -> Result<(), Failure> {
        let expected = self.expected_gradients();
        let Self { x, param, gamma, dout, .. } = self;
        if expect_gradients(context, part, (found, &expected), dout, &[]).is_ok() {
            return Ok(());
        }
        let x_hat = normalised(x, param.eps, |(_, c, _, _)| c, RIGHT);
        // gamma / deviation for each channel.
        let factor: Array1<f64> = x
            .axis_iter(ndarray::Axis(1))
            .zip(gamma)
            .map(|(channel, gamma)| gamma / (channel.var(0.0) + param.eps).sqrt())
            .collect();
        let elements = (x.len() / gamma.len()) as f64;
        let (shifts, stretches) = (&expected.2 / elements, &expected.1 / elements);
        let with = |shift: f64, stretch: f64| {
            Array4::from_shape_fn(x.raw_dim(), |(n, c, h, w)| {
                let place = [n, c, h, w];
                factor[c] * (dout[place] - shift * shifts[c] - stretch * x_hat[place] * stretches[c])
            })
        };
        let slips = [
            ("the gradient as if mean and deviation did not depend on x; they do", &with(0.0, 0.0)),
            ("the gradient as if the deviation did not depend on x; it does", &with(1.0, 0.0)),
            ("the gradient as if the mean did not depend on x; it does", &with(0.0, 1.0)),
            ("divided by the number of images; dx is not a mean", &(&expected.0 / x.dim().0 as f64)),
        ];
        expect_gradients(context, part, (found, &expected), dout, &slips)
    }
}

fn ordinary_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_output(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn ordinary_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_gradients(session, context, Part::All))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let mut all = Inputs::look_alikes(random);
    all.extend([[5, 4, 3, 6], [3, 3, 3, 3]].map(|shape| Inputs::random(random, shape)));
    all
}

fn fresh_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_output(session, context))
}

fn running(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_running(session, context))
}

fn in_use(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let mut all: Vec<Inputs> = fresh(&mut context.random).into_iter().map(Inputs::in_use).collect();
    all.push(Inputs::random(&mut context.random, [1, 3, 2, 2]).in_use());
    in_turn(context, all, |inputs, context| {
        let (out, next) = session.call(&inputs.forward())?;
        inputs.compare_output(&out, context)?;
        context.expect(
            next == inputs.param,
            "the running statistics or the settings changed outside of training",
            "outside of training all comes back as it came in",
        )
    })
}

/// Shapes with an axis of length 1. A channel has two numbers at least.
const NARROW: [[usize; 4]; 5] = [[1, 3, 3, 4], [4, 1, 3, 2], [5, 3, 1, 1], [2, 2, 1, 4], [1, 1, 2, 1]];

fn single_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let all = NARROW.map(|shape| Inputs::random(&mut context.random, shape)).to_vec();
    in_turn(context, all, |inputs, context| {
        let (out, _) = session.call(&inputs.forward())?;
        inputs.compare_output(&out, context)
    })
    .map_err(|failure| {
        failure.with_hint(
            "an axis of length 1 is an axis like any other; a batch of one image has as many numbers as places",
        )
    })
}

fn unchanged_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let inputs = Inputs::random(&mut context.random, [3, 2, 3, 4]);
    let (out, _) = session.call_watching_inputs(&inputs.forward())?;
    inputs.compare_output(&out, context)
}

fn fresh_gradients(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_gradients(session, context, part))
}

fn single_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_gradients(session, context)?;
    let all = NARROW.map(|shape| Inputs::random(&mut context.random, shape)).to_vec();
    in_turn(context, all, |inputs, context| inputs.hold_gradients(session, context, Part::All))
        .map_err(|failure| failure.with_hint("an axis of length 1 is an axis like any other"))
}

/// The gradients against the slopes of the answer's own output.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for shape in [[2, 3, 2, 3], [3, 2, 2, 2]] {
        let mut inputs = Inputs::random(&mut context.random, shape);
        inputs.param.eps = 1e-2;
        let found = session.call(&inputs.backward())?;
        let weights: Vec<f64> = inputs.dout.iter().copied().collect();
        hold_slopes(session, context, &inputs.forward(), &weights, &found)?;
    }
    ordinary_gradients(session, context)
}

/// Expects the gradients to be slopes of the output of `forward`.
pub fn hold_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    forward: &Call<R>,
    dout: &[f64],
    (dx, dgamma, dbeta): &Gradients,
) -> Result<(), Failure> {
    let size = dout.iter().fold(0.0, |size: f64, slope| size.max(slope.abs()));
    let dx: Array1<f64> = dx.iter().copied().collect();
    for (what, argument, gradient) in [("dx", "x", &dx), ("dgamma", "gamma", dgamma), ("dbeta", "beta", dbeta)] {
        let all: Vec<usize> = (0..gradient.len()).collect();
        let weights = Projection::WeightedSum(0, dout.to_vec());
        let slope = Array1::from_vec(session.numeric_gradient(forward, argument, &all, 1e-5, weights)?);
        let what = format!("{what}, held against the slope of your own output");
        context
            .expect_array(&what, gradient, &slope, Tolerance::new(1e-5, 1e-6 * size.max(1.0)), &[])
            .map_err(|failure| failure.with_hint("each gradient is the slope of sum(out * dout): derive it again"))?;
    }
    Ok(())
}

fn unchanged_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_gradients(session, context)?;
    let inputs = Inputs::random(&mut context.random, [3, 2, 3, 4]);
    let found = session.call_watching_inputs(&inputs.backward())?;
    inputs.compare_gradients(&found, Part::All, context)
}
