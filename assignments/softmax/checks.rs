//! Public checks of assignment `softmax`: small inputs whose results can be worked out by hand.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, array};

use super::call;
use crate::linear::{ClassifierCall, HAND_TOLERANCE as TOLERANCE, SLOPE, check, predict_checks, slope, train_checks};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    let naive = "softmax_classifier_loss_naive";
    let vectorised = "softmax_classifier_loss";
    let of_losses = vec![
        check("softmax_loss", "two examples by hand", "the mean of ln(4/3) and ln(2), and its gradient", two_examples),
        check(
            "softmax_loss",
            "four equal scores",
            "a loss of ln(4) for four equal scores, and its gradient",
            equal_scores,
        ),
        check("softmax_loss", "scores of 1000", "the same formulas at scores of 1000, with no overflow", large_scores),
        check(naive, "two examples by hand", HAND, |session, context| {
            classifier_by_hand(call::softmax_classifier_loss_naive, session, context)
        }),
        check(naive, "regulariser", REGULARISER, |session, context| {
            regulariser(call::softmax_classifier_loss_naive, session, context)
        }),
        check(naive, "slope of the loss", SLOPE, |session, context| {
            slope(call::softmax_classifier_loss_naive, session, context)
        }),
        check(vectorised, "two examples by hand", HAND, |session, context| {
            classifier_by_hand(call::softmax_classifier_loss, session, context)
        }),
        check(vectorised, "regulariser", REGULARISER, |session, context| {
            regulariser(call::softmax_classifier_loss, session, context)
        }),
        check(vectorised, "slope of the loss", SLOPE, |session, context| {
            slope(call::softmax_classifier_loss, session, context)
        }),
    ];
    [of_losses, train_checks!("train_softmax", call::train_softmax), predict_checks!("predict", call::predict)].concat()
}

const HAND: &str = "the mean of ln(4/3) and ln(4), and its gradient dw";
const REGULARISER: &str = "reg * sum(w^2) added to the loss, and its gradient added to dw";

// Scores (0, ln 3) have the probabilities 1/4 and 3/4; scores (0, 0) have 1/2 and 1/2.
fn two_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[0.0, 3f64.ln()], [0.0, 0.0]];
    let (loss, dx) = session.call(&call::softmax_loss(&x, &array![1, 0]))?;
    let sum = (4.0 / 3.0f64).ln() + 2f64.ln();
    let slips = [("the sum over the examples; the loss is their mean", sum)];
    context.expect_number("the loss", loss, sum / 2.0, TOLERANCE, &slips)?;
    let of_sum = array![[0.25, -0.25], [-0.5, 0.5]];
    let probabilities = array![[0.125, 0.375], [0.25, 0.25]];
    context.expect_array(
        "dx",
        &dx,
        &(&of_sum / 2.0),
        TOLERANCE,
        &[
            ("the gradient of the sum; the loss is the mean over the examples, so divide the gradient too", &of_sum),
            (
                "the probabilities divided by the batch size; at each example's label 1 must be subtracted first",
                &probabilities,
            ),
        ],
    )
}

fn equal_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (loss, dx) = session.call(&call::softmax_loss(&Array2::from_elem((2, 4), 0.7), &array![3, 0]))?;
    let slips = [("twice ln(4): the sum over the examples; the loss is their mean", 2.0 * 4f64.ln())];
    context.expect_number("the loss", loss, 4f64.ln(), TOLERANCE, &slips)?;
    let expected = array![[0.125, 0.125, 0.125, -0.375], [-0.375, 0.125, 0.125, 0.125]];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[])
}

fn large_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let hint = "exp(1000) is infinite: subtract the largest score of each row before exp";
    let (loss, dx) = session.call(&call::softmax_loss(&array![[1000.0, 1000.0], [1000.0, 900.0]], &array![0, 1]))?;
    context
        .expect_number("the loss", loss, (2f64.ln() + 100.0) / 2.0, TOLERANCE, &[])
        .and_then(|()| context.expect_array("dx", &dx, &array![[-0.25, 0.25], [0.5, -0.5]], TOLERANCE, &[]))
        .map_err(|failure| failure.with_hint(hint))
}

/// Weights (3 features, 2 classes), data (2 examples, 3 features), labels. Both examples have the scores (0, ln 3).
fn small_classifier() -> (Array2<f64>, Array2<f64>, Array1<usize>) {
    let w = array![[0.0, 3f64.ln()], [0.0, 0.0], [0.0, 0.0]];
    (w, array![[1.0, 2.0, 0.0], [1.0, -1.0, 4.0]], array![1, 0])
}

fn small_loss() -> f64 {
    ((4.0 / 3.0f64).ln() + 4f64.ln()) / 2.0
}

fn small_gradient() -> Array2<f64> {
    array![[-0.25, 0.25], [0.625, -0.625], [-1.5, 1.5]]
}

fn classifier_by_hand(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (w, x, y) = small_classifier();
    let (loss, dw) = session.call(&call(&w, &x, &y, 0.0))?;
    let slips = [("the sum over the examples; the loss is their mean", 2.0 * small_loss())];
    context.expect_number("the loss", loss, small_loss(), TOLERANCE, &slips)?;
    let of_sum = small_gradient() * 2.0;
    context.expect_array(
        "dw",
        &dw,
        &small_gradient(),
        TOLERANCE,
        &[("the gradient of the sum over the examples; the loss is their mean, so divide the gradient too", &of_sum)],
    )
}

fn regulariser(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (w, x, y) = small_classifier();
    let (loss, dw) = session.call(&call(&w, &x, &y, 0.5))?;
    let penalty = 0.5 * 3f64.ln().powi(2);
    context.expect_number(
        "the loss",
        loss,
        small_loss() + penalty,
        TOLERANCE,
        &[
            ("the loss without reg * sum(w^2)", small_loss()),
            ("the loss with half of reg * sum(w^2)", small_loss() + penalty / 2.0),
        ],
    )?;
    let (without, half) = (small_gradient(), small_gradient() + &w / 2.0);
    context.expect_array(
        "dw",
        &dw,
        &(small_gradient() + &w),
        TOLERANCE,
        &[
            ("the gradient without the regulariser's part; the slope of reg * w^2 is 2 * reg * w", &without),
            ("the gradient with reg * w; the slope of reg * w^2 is 2 * reg * w", &half),
        ],
    )
}
