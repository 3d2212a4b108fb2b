//! Public checks of `dropout_forward` and `dropout_backward`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, ArrayD};

use super::evenly_spaced;
use crate::dropout::{Mode, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            "dropout_forward",
            "three probabilities of keeping",
            "for p = 0.25, 0.4 and 0.7 numbers that are 0 or x / p, a share of 1 - p that is 0, and the mean of x",
            three_probabilities,
        ),
        check(
            "dropout_forward",
            "nothing changed in evaluation",
            "x itself in evaluation, and in training with p = 1 as well",
            evaluation,
        ),
        check(
            "dropout_forward",
            "same seed",
            "the same numbers dropped for the same seed, and others for another one",
            same_seed,
        ),
        check(
            "dropout_backward",
            "through the same mask",
            "dout / p where a number was kept, and 0 where it was dropped",
            same_mask,
        ),
        check("dropout_backward", "evaluation", "dout itself in evaluation", evaluation_backward),
        check(
            "dropout_backward",
            "slope of the output",
            "a gradient that is the slope of what dropout_forward returns",
            slope,
        ),
    ]
}

/// What the output should be if what is 0 in it was dropped.
fn where_kept(x: &ArrayD<f64>, out: &ArrayD<f64>, p: f64) -> ArrayD<f64> {
    let mut expected = x / p;
    if out.shape() == x.shape() {
        expected.zip_mut_with(out, |expected, &out| {
            if out == 0.0 {
                *expected = 0.0;
            }
        });
    }
    expected
}

// The bounds are eight standard errors away.
fn three_probabilities(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(8.0, 12.0, [200, 250]).into_dyn();
    for p in [0.25, 0.4, 0.7] {
        let out = session.call(&call::dropout_forward(&x, p, Mode::Train, 231))?;
        let expected = where_kept(&x, &out, p);
        let slips = [
            ("without the division by p of what is kept", &(&expected * p)),
            ("x itself: nothing was dropped", &x),
            ("divided by 1 - p; p is the probability of keeping", &(&expected * (p / (1.0 - p)))),
        ];
        context.expect_array("the output", &out, &expected, TOLERANCE, &slips)?;
        let n = x.len() as f64;
        let dropped = out.iter().filter(|out| **out == 0.0).count() as f64 / n;
        let error = (p * (1.0 - p) / n).sqrt();
        if (dropped - (1.0 - p)).abs() > 8.0 * error {
            return Err(Failure::wrong("a wrong share of the numbers is 0")
                .with_detail(format!("with p = {p}, {dropped:.3} of the numbers are 0; expected about {:.3}", 1.0 - p))
                .with_hint("p is the probability of keeping: keep a number if its random number is below p"));
        }
        let (mean, wanted) = (out.sum() / n, x.sum() / n);
        // The square of a number is 101.3 in the mean.
        if (mean - wanted).abs() > 8.0 * (101.3 * (1.0 - p) / p / n).sqrt() {
            return Err(Failure::wrong("the mean is wrong")
                .with_detail(format!("with p = {p}, the output has the mean {mean:.3}; expected about {wanted:.3}"))
                .with_hint("each number has to be dropped or kept by a draw of its own, whatever its size"));
        }
    }
    Ok(())
}

fn evaluation(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-1.0, 2.0, [4, 5]).into_dyn();
    for (p, mode) in [(0.3, Mode::Evaluate), (0.6, Mode::Evaluate), (1.0, Mode::Train)] {
        let out = session.call(&call::dropout_forward(&x, p, mode, 231))?;
        let slips = [("x times p; inverted dropout has done all the scaling in training", &(&x * p))];
        context.expect_array(&format!("the output for p = {p} and {mode:?}"), &out, &x, TOLERANCE, &slips)?;
    }
    Ok(())
}

fn same_seed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(1.0, 2.0, [10, 10]).into_dyn();
    let mut run = |seed| session.call(&call::dropout_forward(&x, 0.5, Mode::Train, seed));
    let (first, again, other) = (run(1)?, run(1)?, run(2)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    context.expect(first == again, "other numbers are dropped for the same seed", hint)?;
    context.expect(first != other, "the same numbers are dropped for another seed", hint)
}

fn same_mask(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-3.0, 2.7, [8, 7]).into_dyn(); // none is 0
    let dout = evenly_spaced(-1.0, 1.1, [8, 7]).into_dyn();
    for p in [0.2, 0.5, 0.8] {
        let (out, dx) = session.call(&call::dropout_backward(&x, p, Mode::Train, 231, &dout))?;
        context.expect(out.shape() == x.shape(), "dropout_forward gives another shape", "out has the shape of x")?;
        let expected = where_kept(&dout, &out, p);
        let slips = [
            ("without the division by p; what is kept has the slope 1 / p", &(&expected * p)),
            ("dout itself; where a number was dropped, nothing comes back", &dout),
        ];
        context.expect_array("dx", &dx, &expected, TOLERANCE, &slips).map_err(|failure| match failure.hint {
            Some(_) => failure,
            None => failure.with_hint("multiply dout by the mask of the forward pass, kept in the cache"),
        })?;
    }
    Ok(())
}

fn evaluation_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-1.0, 2.0, [4, 5]).into_dyn();
    let dout = evenly_spaced(-1.0, 1.0, [4, 5]).into_dyn();
    for p in [0.3, 0.6] {
        let (_, dx) = session.call(&call::dropout_backward(&x, p, Mode::Evaluate, 231, &dout))?;
        context.expect_array("dx", &dx, &dout, TOLERANCE, &[])?;
    }
    Ok(())
}

// As in CS231n's notebook.
fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, dout) = (evenly_spaced(-2.0, 2.1, [10, 10]).into_dyn(), evenly_spaced(1.0, -1.5, [10, 10]).into_dyn());
    let (_, dx) = session.call(&call::dropout_backward(&x, 0.2, Mode::Train, 123, &dout))?;
    let all: Vec<usize> = (0..x.len()).collect();
    let weights = Projection::WeightedSum(0, dout.iter().copied().collect());
    let forward = call::dropout_forward(&x, 0.2, Mode::Train, 123);
    let slope = Array1::from_vec(session.numeric_gradient(&forward, "x", &all, 1e-5, weights)?);
    let dx: Array1<f64> = dx.iter().copied().collect();
    let what = "dx, held against the slope of your own output";
    context.expect_array(what, &dx, &slope, Tolerance::numeric_gradient(), &[])
}
