//! Public checks of `max_norm` and `label_smoothing_loss`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array2, array};

use crate::dropout::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            "max_norm",
            "three columns by hand",
            "a column of the length 5 shortened to 2.5, and shorter ones as they are",
            three_columns,
        ),
        check("max_norm", "twice", "the same weights again when the limit is asked for a second time", twice),
        check(
            "label_smoothing_loss",
            "two examples by hand",
            "the loss and gradient of two examples with two and with four classes",
            smoothing_by_hand,
        ),
        check(
            "label_smoothing_loss",
            "slope of the loss",
            "a gradient that is the slope of the returned loss",
            smoothing_slope,
        ),
    ]
}

fn three_columns(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let w = array![[3.0, 1.0, 0.0], [-4.0, 2.0, -2.5]];
    let found = session.call(&call::max_norm(&w, 2.5))?;
    let expected = array![[1.5, 1.0, 0.0], [-2.0, 2.0, -2.5]];
    let slips = [
        ("w itself", &w),
        ("each weight held below the limit; it is about the length of a column", &w.mapv(|w| w.clamp(-2.5, 2.5))),
        (
            "every column with the length of the limit; shorter ones stay as they are",
            &array![[1.5, 2.5 / 5.0_f64.sqrt(), 0.0], [-2.0, 5.0 / 5.0_f64.sqrt(), -2.5]],
        ),
    ];
    context.expect_array("the weights", &found, &expected, TOLERANCE, &slips).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint("a column has the weights that lead to one unit; its length is sqrt(sum(w^2))"),
    })
}

fn twice(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let w = array![[1.0, 0.1, -2.0, 0.0], [0.5, 0.2, 3.0, 0.0], [-1.0, 0.3, 1.0, 0.0]];
    let once = session.call(&call::max_norm(&w, 1.2))?;
    let again = session.call(&call::max_norm(&once, 1.2))?;
    context.expect_array("the weights the second time", &again, &once, TOLERANCE, &[])?;
    context.expect(
        again.dim() == w.dim() && (again[[1, 1]] - 0.2).abs() < 1e-12,
        "a column within the limit was changed",
        "leave a column alone unless it is longer than the limit",
    )
}

fn smoothing_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // The shares are 3/4 and 1/4; the targets 0.9 and 0.1.
    let x = array![[3.0_f64.ln(), 0.0]];
    let (loss, dx) = session.call(&call::label_smoothing_loss(&x, &array![0], 0.2))?;
    let (three_quarters, quarter) = (-0.75_f64.ln(), -0.25_f64.ln());
    let slips = [
        ("the loss without smoothing", three_quarters),
        ("the loss with smoothing / (classes - 1) for the other classes", 0.8 * three_quarters + 0.2 * quarter),
    ];
    context.expect_number("the loss", loss, 0.9 * three_quarters + 0.1 * quarter, TOLERANCE, &slips)?;
    context.expect_array("dx", &dx, &array![[-0.15, 0.15]], TOLERANCE, &[])?;

    // All shares are 1/4; the targets are 0.7 and three times 0.1.
    let (loss, dx) = session.call(&call::label_smoothing_loss(&Array2::zeros((2, 4)), &array![1, 3], 0.4))?;
    context.expect_number("the loss", loss, quarter, TOLERANCE, &[("the sum of the losses", 2.0 * quarter)])?;
    let expected = array![[0.075, -0.225, 0.075, 0.075], [0.075, 0.075, 0.075, -0.225]];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[])
}

fn smoothing_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[0.5, -1.2, 2.0], [1.5, 0.3, -0.7], [-0.4, 0.0, 0.9]];
    let call = call::label_smoothing_loss(&x, &array![2, 1, 0], 0.15);
    let (_, dx) = session.call(&call)?;
    context.expect(dx.dim() == x.dim(), "dx has another shape than x", "a number for each score")?;
    let all: Vec<usize> = (0..x.len()).collect();
    let slope = session.numeric_gradient(&call, "x", &all, 1e-5, Projection::Number(0))?;
    let slope = Array2::from_shape_vec(x.raw_dim(), slope).expect("a slope for each score");
    context.expect_array("dx, held against the slope of your own loss", &dx, &slope, Tolerance::numeric_gradient(), &[])
}
