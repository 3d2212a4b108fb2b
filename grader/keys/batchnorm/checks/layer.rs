//! Checks of `layernorm_forward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{Mode, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};

use super::batch::{FAR, FAR_HINT, far, three_outputs};
use super::inputs::Inputs;
use super::numpy::Numpy;
use super::recorded::Recorded;
use super::{ORDINARY_FIRST, reference};
use crate::common::check;
use crate::common::expected::{close_to, in_turn};

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("layernorm_forward", name, points, expectation, run);
    vec![
        check(
            "output of fresh inputs",
            4,
            "gamma * (x - mean) / sqrt(var + eps) + beta, with each example's mean and variance over its features",
            fresh,
        ),
        check(
            "numbers of CS231n's notebook",
            1,
            "rows with the mean 5 and the deviation 3, where gamma is 3 and beta 5",
            notebook,
        ),
        check("recorded by PyTorch", 1, "the outputs of PyTorch", recorded),
        check("each example by itself", 1, "the same output for each example, alone and among others", each_by_itself),
        check(
            "constant examples, one feature",
            1,
            "beta where all features have the same number, and the right output when an axis has length 1",
            edges,
        ),
        check(
            "numbers far from 0",
            1,
            "an error of at most 1e-8 where means are 100,000 times as large as deviations",
            far_from_zero,
        ),
        check("inputs left alone", 1, "all arrays as they were before the call, and the right output", unchanged),
    ]
}

impl Inputs {
    pub fn layernorm(&self) -> Call<Array2<f64>> {
        call::layernorm_forward(&self.x, &self.gamma, &self.beta, self.eps)
    }

    fn normalised(&self) -> Array2<f64> {
        reference::layernorm_forward(&self.x, &self.gamma, &self.beta, self.eps).0
    }

    /// What another divisor, made of a row's variance and eps, would give.
    fn with_divisor(&self, divisor: impl Fn(f64, f64) -> f64) -> Array2<f64> {
        let mean = self.x.mean_axis(Axis(1)).expect("at least one feature").insert_axis(Axis(1));
        let divisor = self.x.var_axis(Axis(1), 0.0).mapv(|var| divisor(var, self.eps)).insert_axis(Axis(1));
        (&self.x - &mean) / &divisor * &self.gamma + &self.beta
    }

    fn hold_rows(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_rows(&session.call(&self.layernorm())?, &self.normalised(), context)
    }

    fn compare_rows(&self, found: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let Self { x, gamma, beta, eps, running, momentum, .. } = self;
        let d = x.ncols() as f64;
        let of_columns = reference::batchnorm_forward(x, gamma, beta, running, Mode::Train, *momentum, *eps).0;
        let x_hat = (expected - beta) / gamma;
        let slips = [
            ("what batch normalisation gives: mean and variance of columns; here they are those of rows", &of_columns),
            (
                "divided by the root of the variance plus eps; eps stands below the root",
                &self.with_divisor(|var, eps| var.sqrt() + eps),
            ),
            ("divided without eps", &self.with_divisor(|var, _| var.sqrt())),
            ("divided by the variance; divide by its root", &self.with_divisor(|var, eps| var + eps)),
            (
                "made with the variance divided by d - 1; here it is d",
                &self.with_divisor(|var, eps| (var * d / (d - 1.0) + eps).sqrt()),
            ),
            ("less the mean, but not divided", &self.with_divisor(|_, _| 1.0)),
            ("x_hat alone; gamma scales it and beta shifts it", &x_hat),
            ("scaled by gamma, but not shifted by beta", &(expected - beta)),
            ("shifted by beta, but not scaled by gamma", &(&x_hat + beta)),
            ("made with gamma and beta exchanged", &(&x_hat * beta + gamma)),
        ];
        context.expect_array("the output", found, expected, close_to(expected.iter().copied()), &slips)
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_rows(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_rows(session, context))
}

fn notebook(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let mut random = Numpy::seed(231);
    let (x, w1, w2) = (random.randn(4, 50), random.randn(50, 60), random.randn(60, 3));
    let inputs = Inputs {
        x: three_outputs(&x, &w1, &w2),
        gamma: Array1::from_elem(3, 3.0),
        beta: Array1::from_elem(3, 5.0),
        eps: 1e-5,
        ..Inputs::random(&mut context.random, (4, 3))
    };
    let out = session.call(&inputs.layernorm())?;
    inputs.compare_rows(&out, &inputs.normalised(), context)?;
    // eps makes the deviations a little too small.
    let tolerance = Tolerance::new(0.0, 2e-6);
    let mean = out.mean_axis(Axis(1)).expect("three columns");
    context.expect_array("the means of the rows", &mean, &Array1::from_elem(4, 5.0), tolerance, &[])?;
    let deviation = out.std_axis(Axis(1), 0.0);
    context.expect_array("the deviations of the rows", &deviation, &Array1::from_elem(4, 3.0), tolerance, &[])
}

fn recorded(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for case in Recorded::of("layer_norm") {
        let inputs = case.inputs();
        inputs.compare_rows(&session.call(&inputs.layernorm())?, &case.out(), context)?;
    }
    Ok(())
}

fn each_by_itself(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, (5, 6));
    inputs.hold_rows(session, context)?;
    for i in 0..inputs.x.nrows() {
        let one = Inputs { x: inputs.x.select(Axis(0), &[i]), ..inputs.clone() };
        one.hold_rows(session, context).map_err(|failure| {
            failure.with_hint("nothing of an example's output may come from the rest of the batch")
        })?;
    }
    Ok(())
}

fn edges(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let mut all = Inputs::constant(&mut context.random);
    all.extend(Inputs::single(&mut context.random));
    in_turn(context, all, |inputs, context| inputs.hold_rows(session, context)).map_err(|failure| {
        failure
            .with_hint("where a row's variance is 0, eps below the root makes x_hat 0; one feature alone is such a row")
    })
}

fn far_from_zero(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [(3, 8), (5, 20), (2, 50)] {
        let inputs = far(&Inputs::random(&mut context.random, shape), Axis(0));
        let out = session.call(&inputs.layernorm())?;
        context
            .expect_array("the output", &out, &inputs.normalised(), FAR, &[])
            .map_err(|failure| failure.with_hint(FAR_HINT))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, (5, 4));
    inputs.compare_rows(&session.call_watching_inputs(&inputs.layernorm())?, &inputs.normalised(), context)
}
