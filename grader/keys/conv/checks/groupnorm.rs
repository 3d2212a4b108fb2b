//! Checks of `spatial_groupnorm_forward` and `spatial_groupnorm_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::call;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array4};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::batchnorm::hold_slopes;
use super::recorded::{self, Numbers};
use super::sets::{Gradients, Part, RIGHT, Way, expect_gradients, expect_output, normalised, scaled};
use super::{ORDINARY_FIRST, agree, reference};
use crate::common::expected::in_turn;
use crate::common::{check, inputs};

/// The checks of `spatial_groupnorm_forward`, 7 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("spatial_groupnorm_forward", name, points, expectation, run);
    vec![
        check(
            "output of fresh images",
            3,
            "each group of each image normalised over its channels and places, times gamma, plus beta",
            fresh_output,
        ),
        check(
            "one group, a group for each channel, one image",
            1,
            "the right output where sets are as large or as small as can be, and when an axis has length 1",
            extreme_output,
        ),
        check("recorded images", 2, "the output that PyTorch gives for recorded images", recorded_output),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            unchanged_output,
        ),
    ]
}

/// The checks of `spatial_groupnorm_backward`, 8 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("spatial_groupnorm_backward", name, points, expectation, run);
    vec![
        check(
            "dx of fresh images",
            3,
            "the gradient through mean and deviation too, in the shape of x",
            |session, context| fresh_gradients(session, context, Part::X),
        ),
        check(
            "dgamma and dbeta of fresh images",
            1,
            "for each channel the sums over images and places",
            |session, context| fresh_gradients(session, context, Part::Parameters),
        ),
        check(
            "one group, a group for each channel, one image",
            1,
            "the right gradients where sets are as large or as small as can be, and when an axis has length 1",
            extreme_gradients,
        ),
        check("recorded images", 1, "the gradients that PyTorch gives for recorded images", recorded_gradients),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what spatial_groupnorm_forward returns",
            numeric,
        ),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
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
    groups: usize,
    eps: f64,
    dout: Array4<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, shape: [usize; 4], groups: usize) -> Self {
        let (scale, dout_scale) = (inputs::moderate_scale(random), inputs::scale(random));
        let mut x = inputs::normal(random, shape, scale);
        // Each channel of each image has a mean of its own.
        for mut image in x.outer_iter_mut() {
            for mut channel in image.outer_iter_mut() {
                channel += scale * random.random_range(-2.0..2.0);
            }
        }
        Self {
            x,
            gamma: inputs::normal(random, shape[1], 1.0),
            beta: inputs::normal(random, shape[1], 1.0),
            groups,
            eps: 10f64.powf(random.random_range(-4.0..-1.0)),
            dout: inputs::normal(random, shape, dout_scale),
        }
    }

    /// Images of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let groups = random.random_range(2..4);
        // With two groups as with three, another number than a group has channels.
        let shape = [random.random_range(2..4), 6, random.random_range(2..4), random.random_range(2..5)];
        let (first, other) = (Self::random(random, shape, groups), Self::random(random, shape, groups));
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { gamma: other.gamma, ..first.clone() },
            Self { beta: other.beta, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
            Self { eps: other.eps, ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.push(first);
        all
    }

    fn forward(&self) -> Call<Array4<f64>> {
        call::spatial_groupnorm_forward(&self.x, &self.gamma, &self.beta, self.groups, self.eps)
    }

    fn backward(&self) -> Call<Gradients> {
        call::spatial_groupnorm_backward(&self.x, &self.gamma, &self.beta, self.groups, self.eps, &self.dout)
    }

    fn hold_output(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_output(&session.call(&self.forward())?, &self.expected_output(), context)
    }

    fn expected_output(&self) -> Array4<f64> {
        reference::spatial_groupnorm_forward(&self.x, &self.gamma, &self.beta, self.groups, self.eps).0
    }

    /// The right set of a place.
    fn set(&self, (n, c, _, _): (usize, usize, usize, usize)) -> usize {
        n * self.groups + c / (self.x.dim().1 / self.groups)
    }

    fn compare_output(&self, out: &Array4<f64>, expected: &Array4<f64>, context: &Context) -> Result<(), Failure> {
        if agree(out, expected) {
            return Ok(());
        }
        let Self { x, gamma, beta, groups, eps, .. } = self;
        let (groups, channels) = (*groups, x.dim().1);
        let scaled = |x: Array4<f64>| scaled(&x, gamma, beta);
        let of_sets = |set: &dyn Fn((usize, usize, usize, usize)) -> usize| scaled(normalised(x, *eps, set, RIGHT));
        let by = |way| scaled(normalised(x, *eps, |place| self.set(place), way));
        let by_group = |numbers: &Array1<f64>| -> Array1<f64> {
            (0..channels).map(|c| numbers[c / (channels / groups)]).collect()
        };
        let slips = [
            (
                "the numbers before scale and shift: gamma and beta are missing",
                &normalised(x, *eps, |place| self.set(place), RIGHT),
            ),
            (
                "what you get when the groups of all images are normalised together; each image is taken by itself",
                &of_sets(&|(_, c, _, _)| c / (channels / groups)),
            ),
            ("what you get with batch norm, channel by channel", &of_sets(&|(_, c, _, _)| c)),
            (
                "what you get when each channel is normalised by itself; the channels of a group go together",
                &of_sets(&|(n, c, _, _)| n * channels + c),
            ),
            (
                "what you get when each image is normalised as a whole; each group has its own statistics",
                &of_sets(&|(n, ..)| n),
            ),
            (
                "what you get when every groups-th channel goes into a group; the channels of a group are neighbours",
                &of_sets(&|(n, c, _, _)| n * groups + c % groups),
            ),
            (
                "what you get when groups is taken for the number of channels in a group",
                &of_sets(&|(n, c, _, _)| n * channels + c / groups),
            ),
            (
                "what you get with one gamma and one beta for each group; each channel has its own",
                &super::sets::scaled(
                    &normalised(x, *eps, |place| self.set(place), RIGHT),
                    &by_group(gamma),
                    &by_group(beta),
                ),
            ),
            (
                "what you get with the unbiased variance; divide by the number of elements",
                &by(Way { correction: 1.0, ..RIGHT }),
            ),
            (
                "what you get with eps outside of the root; it is added to the variance",
                &by(Way { eps_in_root: false, ..RIGHT }),
            ),
            ("what you get without eps", &scaled(normalised(x, 0.0, |place| self.set(place), RIGHT))),
            ("what you get by dividing by the variance; divide by its root", &by(Way { by_variance: true, ..RIGHT })),
            ("what you get without taking off the mean", &by(Way { centred: false, ..RIGHT })),
        ];
        expect_output(context, out, expected, &slips)
    }

    fn expected_gradients(&self) -> Gradients {
        let Self { x, gamma, beta, groups, eps, dout } = self;
        reference::spatial_groupnorm_backward(
            dout,
            &reference::spatial_groupnorm_forward(x, gamma, beta, *groups, *eps).1,
        )
    }

    fn hold_gradients(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare_gradients(&session.call(&self.backward())?, &self.expected_gradients(), part, context)
    }

    fn compare_gradients(
        &self,
        found: &Gradients,
        expected: &Gradients,
        part: Part,
        context: &Context,
    ) -> Result<(), Failure> {
        let Self { x, gamma, eps, dout, .. } = self;
        if expect_gradients(context, part, (found, expected), dout, &[]).is_ok() {
            return Ok(());
        }
        let x_hat = normalised(x, *eps, |place| self.set(place), RIGHT);
        let dx = |shift: f64, stretch: f64, scale: bool| {
            let scaled = scaled(
                dout,
                &if scale { gamma.clone() } else { Array1::ones(gamma.len()) },
                &Array1::zeros(gamma.len()),
            );
            self.through_sets(&x_hat, &scaled, shift, stretch)
        };
        let slips = [
            ("the gradient as if mean and deviation did not depend on x; they do", &dx(0.0, 0.0, true)),
            ("the gradient as if the deviation did not depend on x; it does", &dx(1.0, 0.0, true)),
            ("the gradient as if the mean did not depend on x; it does", &dx(0.0, 1.0, true)),
            ("the gradient without gamma; it belongs into it before the means are taken", &dx(1.0, 1.0, false)),
            (
                "the gradient with gamma multiplied in at the end; it differs within a group, so it comes before the means",
                &scaled(&dx(1.0, 1.0, false), gamma, &Array1::zeros(gamma.len())),
            ),
        ];
        expect_gradients(context, part, (found, expected), dout, &slips)
    }

    /// The gradient back through the normalisation of each set, with what comes through mean and deviation or without.
    fn through_sets(&self, x_hat: &Array4<f64>, dx_hat: &Array4<f64>, shift: f64, stretch: f64) -> Array4<f64> {
        let (images, channels, height, width) = self.x.dim();
        let count = images * self.groups;
        let elements = (channels / self.groups * height * width) as f64;
        let (mut shifts, mut stretches) = (vec![0.0; count], vec![0.0; count]);
        let (mut means, mut squares) = (vec![0.0; count], vec![0.0; count]);
        for (place, &x) in self.x.indexed_iter() {
            let (set, at) = (self.set(place), [place.0, place.1, place.2, place.3]);
            shifts[set] += dx_hat[at] / elements;
            stretches[set] += dx_hat[at] * x_hat[at] / elements;
            means[set] += x / elements;
            squares[set] += x * x / elements;
        }
        Array4::from_shape_fn(self.x.raw_dim(), |place| {
            let (set, at) = (self.set(place), [place.0, place.1, place.2, place.3]);
            let deviation = (squares[set] - means[set] * means[set] + self.eps).sqrt();
            (dx_hat[at] - shift * shifts[set] - stretch * x_hat[at] * stretches[set]) / deviation
        })
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
    all.extend([([2, 6, 3, 5], 2), ([3, 6, 2, 2], 3)].map(|(shape, groups)| Inputs::random(random, shape, groups)));
    all
}

/// The largest and the smallest sets, of two numbers at least; axes of length 1.
fn extremes(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let cases = [
        ([2, 4, 3, 3], 1),
        ([2, 4, 3, 3], 4),
        ([1, 6, 2, 3], 3),
        ([3, 4, 1, 1], 2),
        ([1, 1, 3, 2], 1),
        ([2, 3, 1, 2], 3),
    ];
    cases.map(|(shape, groups)| Inputs::random(random, shape, groups)).to_vec()
}

const EXTREMES_HINT: &str = "there are batch * groups sets, each of channels / groups channels; one group and as many groups as channels are no exceptions";

fn fresh_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_output(session, context))
}

fn extreme_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let all = extremes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_output(session, context))
        .map_err(|failure| failure.with_hint(EXTREMES_HINT))
}

fn fresh_gradients(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_gradients(session, context, part))
}

fn extreme_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_gradients(session, context)?;
    let all = extremes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_gradients(session, context, Part::All))
        .map_err(|failure| failure.with_hint(EXTREMES_HINT))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    groups: usize,
    eps: f64,
    x: Numbers,
    gamma: Numbers,
    beta: Numbers,
    dout: Numbers,
    out: Numbers,
    dx: Numbers,
    dgamma: Numbers,
    dbeta: Numbers,
}

/// Inputs, the output and the gradients, recorded.
fn recorded_cases() -> impl Iterator<Item = (Inputs, Array4<f64>, Gradients)> {
    recorded::cases::<Recorded>("group_norm").into_iter().map(|case| {
        let Recorded { groups, eps, x, gamma, beta, dout, out, dx, dgamma, dbeta } = case;
        let inputs = Inputs { x: x.array(), gamma: gamma.array(), beta: beta.array(), groups, eps, dout: dout.array() };
        (inputs, out.array(), (dx.array(), dgamma.array(), dbeta.array()))
    })
}

fn recorded_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    for (inputs, out, _) in recorded_cases() {
        inputs.compare_output(&session.call(&inputs.forward())?, &out, context)?;
    }
    Ok(())
}

fn recorded_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_gradients(session, context)?;
    for (inputs, _, gradients) in recorded_cases() {
        inputs.compare_gradients(&session.call(&inputs.backward())?, &gradients, Part::All, context)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own output.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (shape, groups) in [([2, 4, 2, 2], 2), ([1, 3, 2, 3], 1)] {
        let inputs = Inputs { eps: 1e-2, ..Inputs::random(&mut context.random, shape, groups) };
        let found = session.call(&inputs.backward())?;
        let weights: Vec<f64> = inputs.dout.iter().copied().collect();
        hold_slopes(session, context, &inputs.forward(), &weights, &found)?;
    }
    ordinary_gradients(session, context)
}

fn unchanged_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_output(session, context)?;
    let inputs = Inputs::random(&mut context.random, [2, 6, 3, 2], 2);
    let out = session.call_watching_inputs(&inputs.forward())?;
    inputs.compare_output(&out, &inputs.expected_output(), context)
}

fn unchanged_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_gradients(session, context)?;
    let inputs = Inputs::random(&mut context.random, [2, 6, 3, 2], 2);
    let found = session.call_watching_inputs(&inputs.backward())?;
    inputs.compare_gradients(&found, &inputs.expected_gradients(), Part::All, context)
}
