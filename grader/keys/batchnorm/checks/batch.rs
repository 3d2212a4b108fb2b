//! Checks of `batchnorm_forward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{Mode, Running, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, array};
use rand::{Rng, SeedableRng};

use super::inputs::Inputs;
use super::numpy::Numpy;
use super::recorded::Recorded;
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs};

/// The checks, 20 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("batchnorm_forward", name, points, expectation, run);
    vec![
        check(
            "output in training",
            5,
            "gamma * (x - mean) / sqrt(var + eps) + beta, with each feature's mean and variance over the batch",
            |session, context| fresh(session, context, Part::Training),
        ),
        check(
            "running statistics",
            4,
            "momentum * running + (1 - momentum) * batch, of the mean and of the variance divided by n",
            |session, context| fresh(session, context, Part::Running),
        ),
        check(
            "output in evaluation",
            4,
            "gamma * (x - running mean) / sqrt(running variance + eps) + beta",
            |session, context| fresh(session, context, Part::Evaluation),
        ),
        check(
            "evaluation moves nothing",
            1,
            "in evaluation, the running statistics as they came in, beside the right output",
            evaluation_moves_nothing,
        ),
        check(
            "many batches, then evaluation",
            1,
            "the means and deviations that CS231n's notebook prints, after 50 batches",
            many_batches,
        ),
        check("recorded by PyTorch", 1, "the outputs of PyTorch in training and in evaluation", recorded),
        check(
            "features that are constant",
            1,
            "beta where all examples have the same number, and the right output elsewhere",
            constant,
        ),
        check("one example, one feature", 1, "the right output when an axis has length 1", single),
        check(
            "numbers far from 0",
            1,
            "an error of at most 1e-8 where means are 100,000 times as large as deviations",
            far_from_zero,
        ),
        check("inputs left alone", 1, "all arrays as they were before the call, and the right output", unchanged),
    ]
}

/// Which part of the result a check is about.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Training,
    Running,
    Evaluation,
}

impl Part {
    fn mode(self) -> Mode {
        if self == Part::Evaluation { Mode::Evaluate } else { Mode::Train }
    }
}

type Found = (Array2<f64>, Running);

impl Inputs {
    pub fn batchnorm(&self, mode: Mode) -> Call<Found> {
        call::batchnorm_forward(&self.x, &self.gamma, &self.beta, &self.running, mode, self.momentum, self.eps)
    }

    /// The mean and the variance of each feature.
    fn moments(&self) -> (Array1<f64>, Array1<f64>) {
        (self.x.mean_axis(Axis(0)).expect("at least one example"), self.x.var_axis(Axis(0), 0.0))
    }

    /// What another mean, and another divisor made of a variance and eps, would give.
    fn with(&self, mean: &Array1<f64>, var: &Array1<f64>, divisor: impl Fn(f64, f64) -> f64) -> Array2<f64> {
        (&self.x - mean) / &var.mapv(|var| divisor(var, self.eps)) * &self.gamma + &self.beta
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.batchnorm(part.mode()))?, context, part)
    }

    fn compare(&self, found: &Found, context: &Context, part: Part) -> Result<(), Failure> {
        let (out, running, _) = reference::batchnorm_forward(
            &self.x,
            &self.gamma,
            &self.beta,
            &self.running,
            part.mode(),
            self.momentum,
            self.eps,
        );
        match part {
            Part::Training => self.compare_out(&found.0, &out, context),
            Part::Evaluation => self.compare_evaluated(&found.0, &out, context),
            Part::Running => self.compare_running(&found.1, &running, context),
        }
    }

    fn compare_out(&self, found: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let ((mean, var), n) = (self.moments(), self.x.nrows() as f64);
        let zeros = Array1::zeros(mean.len());
        let x_hat = (expected - &self.beta) / &self.gamma;
        let rows = reference::layernorm_forward(&self.x, &self.gamma, &self.beta, self.eps).0;
        let slips = [
            (
                "divided by the root of the variance plus eps; eps stands below the root",
                &self.with(&mean, &var, |var, eps| var.sqrt() + eps),
            ),
            ("divided without eps", &self.with(&mean, &var, |var, _| var.sqrt())),
            ("divided by the variance; divide by its root", &self.with(&mean, &var, |var, eps| var + eps)),
            (
                "made with the variance divided by n - 1; here it is n",
                &self.with(&mean, &var, |var, eps| (var * n / (n - 1.0) + eps).sqrt()),
            ),
            (
                "made with the sum of squares; the variance is their mean",
                &self.with(&mean, &var, |var, eps| (var * n + eps).sqrt()),
            ),
            ("divided, but no mean was subtracted", &self.with(&zeros, &var, |var, eps| (var + eps).sqrt())),
            ("less the mean, but not divided", &self.with(&mean, &var, |_, _| 1.0)),
            (
                "made with the running statistics; training uses the batch's own",
                &self.with(&self.running.mean, &self.running.var, |var, eps| (var + eps).sqrt()),
            ),
            ("what layer normalisation gives: mean and variance of rows; here they are those of columns", &rows),
            ("x_hat alone; gamma scales it and beta shifts it", &x_hat),
            ("scaled by gamma, but not shifted by beta", &(expected - &self.beta)),
            ("shifted by beta, but not scaled by gamma", &(&x_hat + &self.beta)),
            ("made with gamma and beta exchanged", &(&x_hat * &self.beta + &self.gamma)),
        ];
        context.expect_array("the output", found, expected, close_to(expected.iter().copied()), &slips)
    }

    fn compare_evaluated(&self, found: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let Running { mean, var } = &self.running;
        let (own_mean, own_var) = self.moments();
        let root = |var: f64, eps: f64| (var + eps).sqrt();
        let slips = [
            (
                "made with the batch's own statistics; evaluation uses the running ones",
                &self.with(&own_mean, &own_var, root),
            ),
            ("made with the batch's own mean; evaluation uses the running one", &self.with(&own_mean, var, root)),
            ("made with the batch's own variance; evaluation uses the running one", &self.with(mean, &own_var, root)),
            (
                "divided by the root of the variance plus eps; eps stands below the root",
                &self.with(mean, var, |var, eps| var.sqrt() + eps),
            ),
            ("divided without eps", &self.with(mean, var, |var, _| var.sqrt())),
            ("divided by the running variance; divide by its root", &self.with(mean, var, |var, eps| var + eps)),
            ("x_hat alone; gamma scales it and beta shifts it", &((expected - &self.beta) / &self.gamma)),
        ];
        context.expect_array("the output", found, expected, close_to(expected.iter().copied()), &slips)
    }

    fn compare_running(&self, found: &Running, expected: &Running, context: &Context) -> Result<(), Failure> {
        let ((mean, var), n) = (self.moments(), self.x.nrows() as f64);
        let Running { mean: old_mean, var: old_var } = &self.running;
        let mixed = |old: &Array1<f64>, new: &Array1<f64>, kept: f64| old * kept + new * (1.0 - kept);
        let kept = self.momentum;
        let slips = [
            (
                "made with the shares exchanged; momentum goes with what was there before",
                &mixed(old_mean, &mean, 1.0 - kept),
            ),
            ("the batch's own; the running one moves towards it", &mean),
            ("as it came in; training moves it", old_mean),
            ("a sum; the batch's share is 1 - momentum", &(old_mean * kept + &mean)),
        ];
        let tolerance = close_to(expected.mean.iter().copied());
        context.expect_array("the running mean", &found.mean, &expected.mean, tolerance, &slips)?;
        let slips = [
            (
                "made with the shares exchanged; momentum goes with what was there before",
                &mixed(old_var, &var, 1.0 - kept),
            ),
            (
                "made with the variance divided by n - 1, as PyTorch does; here it is n",
                &mixed(old_var, &(&var * n / (n - 1.0)), kept),
            ),
            ("made with eps in the variance; eps is for the root alone", &mixed(old_var, &(&var + self.eps), kept)),
            ("made with the deviation; it is a mean of variances", &mixed(old_var, &var.mapv(f64::sqrt), kept)),
            (
                "made with the deviation; it is a mean of variances",
                &mixed(old_var, &(&var + self.eps).mapv(f64::sqrt), kept),
            ),
            ("the batch's own; the running one moves towards it", &var),
            ("as it came in; training moves it", old_var),
            ("a sum; the batch's share is 1 - momentum", &(old_var * kept + &var)),
        ];
        let tolerance = close_to(expected.var.iter().copied());
        context.expect_array("the running variance", &found.var, &expected.var, tolerance, &slips)
    }
}

/// What every check with points asks first, of a part of the result.
fn ordinary(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let mut all = Inputs::fresh(&mut context.random);
    if part == Part::Evaluation {
        all.extend([(1, 4), (1, 1)].map(|shape| Inputs::random(&mut context.random, shape)));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part))?;
    if part == Part::Running {
        for case in Recorded::of("batch_norm") {
            let inputs = case.inputs();
            let (_, running) = session.call(&inputs.batchnorm(Mode::Train))?;
            inputs.compare_running(&running, &case.next_running(), context)?;
        }
    }
    Ok(())
}

fn evaluation_moves_nothing(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| {
        let found = session.call(&inputs.batchnorm(Mode::Evaluate))?;
        inputs.compare(&found, context, Part::Evaluation).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
        context.expect(
            found.1 == inputs.running,
            "the running statistics are not what they were",
            "only training moves the running statistics; evaluation returns them as they came in",
        )
    })
}

/// `np.maximum(0, X.dot(W1)).dot(W2)` of CS231n's notebook.
pub fn three_outputs(x: &Array2<f64>, w1: &Array2<f64>, w2: &Array2<f64>) -> Array2<f64> {
    x.dot(w1).mapv(|x| x.max(0.0)).dot(w2)
}

/// The notebook prints 8 decimals.
pub const PRINTED: Tolerance = Tolerance::new(0.0, 1e-8);

fn many_batches(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for part in [Part::Training, Part::Running, Part::Evaluation] {
        ordinary(session, context, part)?;
    }
    let mut random = Numpy::seed(231);
    let (w1, w2) = (random.randn(50, 60), random.randn(60, 3));
    let mut inputs = Inputs {
        gamma: Array1::ones(3),
        beta: Array1::zeros(3),
        eps: 1e-5,
        momentum: 0.9,
        running: Running::new(3),
        ..Inputs::random(&mut context.random, (200, 3))
    };
    for _ in 0..50 {
        inputs.x = three_outputs(&random.randn(200, 50), &w1, &w2);
        inputs.running = session.call(&inputs.batchnorm(Mode::Train))?.1;
        context.expect(
            inputs.running.mean.len() == 3 && inputs.running.var.len() == 3,
            "the running statistics have the wrong shape",
            "a running mean and a running variance for each feature",
        )?;
    }
    inputs.x = three_outputs(&random.randn(200, 50), &w1, &w2);
    let (out, _) = session.call(&inputs.batchnorm(Mode::Evaluate))?;
    context.expect(out.dim() == (200, 3), "the output has the wrong shape", "out has the shape of x")?;
    let mean = out.mean_axis(Axis(0)).expect("200 rows");
    let hint = "each batch starts from the running statistics that the one before returned";
    let printed = array![-0.03927354, -0.04349152, -0.10452688];
    context
        .expect_array("the means in evaluation", &mean, &printed, PRINTED, &[])
        .map_err(|failure| failure.with_hint(hint))?;
    let printed = array![1.01531428, 1.01238373, 0.97819988];
    context
        .expect_array("the deviations in evaluation", &out.std_axis(Axis(0), 0.0), &printed, PRINTED, &[])
        .map_err(|failure| failure.with_hint(hint))
}

fn recorded(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for part in [Part::Training, Part::Evaluation] {
        ordinary(session, context, part)?;
    }
    for case in Recorded::of("batch_norm") {
        let inputs = case.inputs();
        let (out, _) = session.call(&inputs.batchnorm(Mode::Train))?;
        inputs.compare_out(&out, &case.out(), context)?;
        let (out, _) = session.call(&inputs.batchnorm(Mode::Evaluate))?;
        inputs.compare_evaluated(&out, &case.out_in_evaluation(), context)?;
    }
    Ok(())
}

fn constant(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Training)?;
    let all = Inputs::constant(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, Part::Training)).map_err(|failure| {
        failure.with_hint(
            "where the variance is 0, eps keeps the divisor away from 0, and x_hat is 0; no case of its own is needed",
        )
    })
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Training)?;
    let all = Inputs::single(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, Part::Training)).map_err(|failure| {
        failure
            .with_hint("one example has the variance 0: with eps below the root, its x_hat is 0, and its output beta")
    })
}

/// Means of 100,000 deviations. The key's README has the errors of right and wrong ways.
pub fn far(inputs: &Inputs, axis: Axis) -> Inputs {
    let mut x = inputs.x.clone();
    let size = x.std_axis(Axis(1 - axis.index()), 0.0).mean().expect("at least one lane");
    for (place, mut lane) in x.axis_iter_mut(axis).enumerate() {
        lane += if place % 2 == 0 { 1e5 * size } else { -1e5 * size };
    }
    Inputs { x, ..inputs.clone() }
}

/// Of the output, with scales and shifts of the order of 1.
pub const FAR: Tolerance = Tolerance::new(0.0, 1e-8);

pub const FAR_HINT: &str = "subtract the mean first, then take the mean of the squares: the mean of x^2 less the squared mean loses its digits";

fn far_from_zero(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Training)?;
    for shape in [(8, 3), (20, 5), (50, 2)] {
        let mut inputs = far(&Inputs::random(&mut context.random, shape), Axis(1));
        inputs.eps *= context.random.random_range(0.1..0.5);
        inputs.gamma = inputs::normal(&mut context.random, shape.1, 0.2) + 1.0;
        let (expected, ..) = reference::batchnorm_forward(
            &inputs.x,
            &inputs.gamma,
            &inputs.beta,
            &inputs.running,
            Mode::Train,
            inputs.momentum,
            inputs.eps,
        );
        let (out, _) = session.call(&inputs.batchnorm(Mode::Train))?;
        context.expect_array("the output", &out, &expected, FAR, &[]).map_err(|failure| failure.with_hint(FAR_HINT))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for part in [Part::Training, Part::Evaluation] {
        ordinary(session, context, part)?;
        let inputs = Inputs::random(&mut context.random, (5, 4));
        inputs.compare(&session.call_watching_inputs(&inputs.batchnorm(part.mode()))?, context, part)?;
    }
    Ok(())
}

/// The tolerance far from 0 lies well between the errors of right ways and those of the one that loses digits.
///
/// # Panics
/// If they are not.
pub fn the_tolerance_far_from_zero_is_fair() {
    let (mut two_passes, mut folded, mut squares) = (0.0f64, 0.0f64, f64::INFINITY);
    for seed in 0..100 {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut of_squares = 0.0f64;
        for shape in [(8, 3), (20, 5), (50, 2)] {
            let inputs = far(&Inputs::random(&mut random, shape), Axis(1));
            let (mean, var) = inputs.moments();
            // In exact arithmetic a shift changes nothing.
            let near = Inputs { x: &inputs.x - &inputs.x.row(0), ..inputs.clone() };
            let root = |var: f64, eps: f64| (var + eps).sqrt();
            let exact = near.with(&near.moments().0, &near.moments().1, root);
            let error = |out: &Array2<f64>| {
                (out - &exact)
                    .fold(0.0f64, |largest, error| if error.is_nan() { 1.0 } else { largest.max(error.abs()) })
            };
            two_passes = two_passes.max(error(&inputs.with(&mean, &var, root)));
            let factor = &inputs.gamma / &(&var + inputs.eps).mapv(f64::sqrt);
            folded = folded.max(error(&(&inputs.x * &factor + &(&inputs.beta - &mean * &factor))));
            let lossy = (&inputs.x * &inputs.x).mean_axis(Axis(0)).expect("rows") - &mean * &mean;
            of_squares = of_squares.max(error(&inputs.with(&mean, &lossy, root)));
        }
        squares = squares.min(of_squares);
    }
    let figures = format!("two passes {two_passes:.1e}, folded {folded:.1e}, squares at least {squares:.1e}");
    assert!(two_passes < 1e-9 && folded < 1e-9 && squares > 3e-8, "{figures}");
}
