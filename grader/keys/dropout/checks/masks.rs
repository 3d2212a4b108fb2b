//! Which numbers were kept, and statistics of that.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Context, Failure};
use ndarray::{Array2, ArrayD, Axis};

use crate::common::expected::close_to;

/// How many standard errors a statistic may be away from what is expected. For a right answer, more than that is out of the
/// question.
pub const ERRORS: f64 = 8.0;

/// Which numbers of `x` were kept: each output has to be 0 or `x / p`.
pub fn kept(x: &ArrayD<f64>, out: &ArrayD<f64>, p: f64, context: &Context) -> Result<ArrayD<bool>, Failure> {
    let mut expected = x / p;
    if out.shape() == x.shape() {
        expected.zip_mut_with(out, |expected, &out| {
            if out == 0.0 {
                *expected = 0.0;
            }
        });
    }
    let slips = [
        ("without the division by p of what is kept", &(&expected * p)),
        ("x itself: nothing was dropped", x),
        ("divided by 1 - p; p is the probability of keeping", &(&expected * (p / (1.0 - p)))),
        ("multiplied by p; what is kept becomes larger, not smaller", &(&expected * (p * p))),
        ("divided by p twice", &(&expected / p)),
        ("divided by the root of p", &(&expected * p.sqrt())),
    ];
    context.expect_array("the output", out, &expected, close_to(expected.iter().copied()), &slips)?;
    Ok(out.mapv(|out| out != 0.0))
}

/// Expects about a share of `p` to be kept.
pub fn expect_share(kept: impl IntoIterator<Item = bool>, p: f64, context: &Context) -> Result<(), Failure> {
    let (mut n, mut count) = (0.0, 0.0);
    for kept in kept {
        n += 1.0;
        count += f64::from(u8::from(kept));
    }
    let share = count / n;
    let is = |p: f64| (share - p).abs() <= ERRORS * (p * (1.0 - p) / n).sqrt();
    let hint = if share == 1.0 {
        "nothing is dropped"
    } else if share == 0.0 {
        "everything is dropped"
    } else if is(1.0 - p) {
        "p is the probability of keeping, not of dropping"
    } else {
        "keep a number if a random number between 0 and 1 is below p"
    };
    context.expect(is(p), "a wrong share is dropped", hint)
}

const OWN_DRAW: &str =
    "each number is dropped or kept by a draw of its own: one random number for each element of the mask";

/// Expects the elements of a mask to know nothing of each other: neighbours, rows and columns.
pub fn expect_independent(mask: &Array2<bool>, context: &Context) -> Result<(), Failure> {
    let n = mask.len() as f64;
    let share = mask.iter().filter(|kept| **kept).count() as f64 / n;
    // With the mean 0 and the variance 1.
    let z = mask.mapv(|kept| (f64::from(u8::from(kept)) - share) / (share * (1.0 - share)).sqrt());
    for (axis, words) in [(0, "examples"), (1, "features")] {
        let mut lines = z.axis_iter(Axis(axis));
        let (mut sum, mut pairs) = (0.0, 0.0);
        let mut before = lines.next();
        for line in lines {
            if let Some(before) = before {
                sum += before.dot(&line);
                pairs += line.len() as f64;
            }
            before = Some(line);
        }
        context.expect(
            (sum / pairs).abs() <= ERRORS / f64::sqrt(pairs),
            &format!("what is dropped in neighbouring {words} is alike"),
            OWN_DRAW,
        )?;
        // Squared sums of a row or column, each divided by its length: 1 in the mean, with the variance 2.
        let lines: Vec<f64> = z.axis_iter(Axis(axis)).map(|line| line.sum().powi(2) / line.len() as f64).collect();
        let mean = lines.iter().sum::<f64>() / lines.len() as f64;
        let error = (2.0 / lines.len() as f64).sqrt();
        let name = if axis == 0 { "rows" } else { "columns" };
        context.expect(
            // Sums of squares reach farther up than down.
            mean <= 1.0 + 1.5 * ERRORS * error,
            &format!("the shares that are dropped in single {name} differ too much"),
            OWN_DRAW,
        )?;
        // Rather far below 1, and no more than 0 if each has the same count.
        context.expect(
            mean >= (1.0 - ERRORS * error).max(0.02),
            &format!("the shares that are dropped in single {name} are too much alike"),
            "the number of zeros is not fixed: each element is drawn by itself, so it differs from row to row",
        )?;
    }
    Ok(())
}

/// Expects two masks to have no more in common than chance gives them.
pub fn expect_unrelated(
    first: impl IntoIterator<Item = bool>,
    second: impl IntoIterator<Item = bool>,
    context: &Context,
    otherwise: &str,
    hint: &str,
) -> Result<(), Failure> {
    let pairs: Vec<(f64, f64)> =
        first.into_iter().zip(second).map(|(a, b)| (f64::from(u8::from(a)), f64::from(u8::from(b)))).collect();
    let n = pairs.len() as f64;
    let (a, b) = (pairs.iter().map(|pair| pair.0).sum::<f64>() / n, pairs.iter().map(|pair| pair.1).sum::<f64>() / n);
    let covariance = pairs.iter().map(|pair| (pair.0 - a) * (pair.1 - b)).sum::<f64>() / n;
    let scale = (a * (1.0 - a) * b * (1.0 - b)).sqrt();
    context.expect(covariance.abs() <= ERRORS / n.sqrt() * scale, otherwise, hint)
}
