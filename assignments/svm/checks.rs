//! Public checks of assignment `svm`: small inputs whose results can be worked out by hand.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases. No margin here is
//! exactly 0, where the slope is a matter of taste.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, array};

use super::call;
use crate::linear::{ClassifierCall, HAND_TOLERANCE as TOLERANCE, SLOPE, check, predict_checks, slope, train_checks};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    let naive = "svm_classifier_loss_naive";
    let vectorised = "svm_classifier_loss";
    let of_losses = vec![
        check("svm_loss", "two examples by hand", "the mean of 0.5 and 5.5, and its gradient", two_examples),
        check("svm_loss", "four equal scores", "a loss of 3 for four equal scores, and its gradient", equal_scores),
        check(
            "svm_loss",
            "leads of more than 1",
            "no loss and no slope where the label's score leads by more than 1",
            margins_kept,
        ),
        check(naive, "two examples by hand", HAND, |session, context| {
            classifier_by_hand(call::svm_classifier_loss_naive, session, context)
        }),
        check(naive, "regulariser", REGULARISER, |session, context| {
            regulariser(call::svm_classifier_loss_naive, session, context)
        }),
        check(naive, "slope of the loss", SLOPE, |session, context| {
            slope(call::svm_classifier_loss_naive, session, context)
        }),
        check(vectorised, "two examples by hand", HAND, |session, context| {
            classifier_by_hand(call::svm_classifier_loss, session, context)
        }),
        check(vectorised, "regulariser", REGULARISER, |session, context| {
            regulariser(call::svm_classifier_loss, session, context)
        }),
        check(vectorised, "slope of the loss", SLOPE, |session, context| {
            slope(call::svm_classifier_loss, session, context)
        }),
    ];
    let of_search = vec![
        check("search", "accuracies in their places", PLACES, accuracies_in_their_places),
        check(
            "search",
            "a pair of the grid",
            "a learning rate and a strength of the grid, with the highest of the returned accuracies",
            best_pair,
        ),
    ];
    [of_losses, train_checks!("train_svm", call::train_svm), predict_checks!("predict", call::predict), of_search]
        .concat()
}

const HAND: &str = "the mean of 2 and 8, and its gradient dw";
const REGULARISER: &str = "reg * sum(w^2) added to the loss, and its gradient added to dw";
const PLACES: &str = "an accuracy for each pair, learning rates in rows; 1 in the row of the rate that learns";

const MEAN: &str = "the sum over the examples; the loss is their mean";
const TRUE_CLASS: &str = "the loss with the label's own class counted too, which adds 1; leave it out of the sum";
const NO_MARGIN: &str = "the loss without the margin: it is max(0, s_j - s_y + 1)";
const GRADIENT_MEAN: &str =
    "the gradient of the sum; the loss is the mean over the examples, so divide the gradient too";
const NO_TRUE_CLASS: &str =
    "the gradient without the label's own class, whose slope is minus the number of classes that miss the margin";
const TRUE_CLASS_ONCE: &str = "the gradient with the label's own class counted once; its slope is minus the number of classes that miss the margin";

// Margins (0.5, -2) and (3, 2.5).
fn two_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[2.0, 1.5, -1.0], [1.0, 3.0, 2.5]];
    let (loss, dx) = session.call(&call::svm_loss(&x, &array![0, 0]))?;
    let slips = [(MEAN, 6.0), (TRUE_CLASS, 4.0), (NO_MARGIN, 1.75)];
    context.expect_number("the loss", loss, 3.0, TOLERANCE, &slips)?;
    let of_sum = array![[-1.0, 1.0, 0.0], [-2.0, 1.0, 1.0]];
    let without_label = array![[0.0, 0.5, 0.0], [0.0, 0.5, 0.5]];
    let label_once = array![[-0.5, 0.5, 0.0], [-0.5, 0.5, 0.5]];
    context.expect_array(
        "dx",
        &dx,
        &(&of_sum / 2.0),
        TOLERANCE,
        &[(GRADIENT_MEAN, &of_sum), (NO_TRUE_CLASS, &without_label), (TRUE_CLASS_ONCE, &label_once)],
    )
}

fn equal_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (loss, dx) = session.call(&call::svm_loss(&Array2::from_elem((2, 4), 0.7), &array![3, 0]))?;
    let slips = [(MEAN, 6.0), (TRUE_CLASS, 4.0), (NO_MARGIN, 0.0)];
    context.expect_number("the loss", loss, 3.0, TOLERANCE, &slips)?;
    let expected = array![[0.5, 0.5, 0.5, -1.5], [-1.5, 0.5, 0.5, 0.5]];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[(GRADIENT_MEAN, &(&expected * 2.0))])
}

fn margins_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[5.0, 3.5, 1.0], [-4.0, -2.0, 0.0]];
    let hint = "a margin below 0 costs nothing and has no slope: max(0, ..) comes before the sum";
    let (loss, dx) = session.call(&call::svm_loss(&x, &array![0, 2]))?;
    context
        .expect_number("the loss", loss, 0.0, TOLERANCE, &[(TRUE_CLASS, 1.0)])
        .and_then(|()| context.expect_array("dx", &dx, &Array2::zeros((2, 3)), TOLERANCE, &[]))
        .map_err(|failure| failure.with_hint(hint))
}

/// Weights (2 features, 3 classes), data (2 examples, 2 features), labels. Scores (1, 2, -1.5) and (2, -1, 2), margins
/// (2, -1.5) and (4, 4).
fn small_classifier() -> (Array2<f64>, Array2<f64>, Array1<usize>) {
    (array![[1.0, 0.0, 0.5], [0.0, 1.0, -1.0]], array![[1.0, 2.0], [2.0, -1.0]], array![0, 1])
}

const SMALL_LOSS: f64 = 5.0;

fn small_gradient() -> Array2<f64> {
    array![[0.5, -1.5, 1.0], [-1.5, 2.0, -0.5]]
}

fn classifier_by_hand(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (w, x, y) = small_classifier();
    let (loss, dw) = session.call(&call(&w, &x, &y, 0.0))?;
    let slips = [(MEAN, 2.0 * SMALL_LOSS), (TRUE_CLASS, 6.0), (NO_MARGIN, 3.5)];
    context.expect_number("the loss", loss, SMALL_LOSS, TOLERANCE, &slips)?;
    let without_label = array![[1.0, 0.5, 1.0], [-0.5, 1.0, -0.5]];
    let label_once = array![[0.5, -0.5, 1.0], [-1.5, 1.5, -0.5]];
    context.expect_array(
        "dw",
        &dw,
        &small_gradient(),
        TOLERANCE,
        &[(GRADIENT_MEAN, &(small_gradient() * 2.0)), (NO_TRUE_CLASS, &without_label), (TRUE_CLASS_ONCE, &label_once)],
    )
}

fn regulariser(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (w, x, y) = small_classifier();
    let (loss, dw) = session.call(&call(&w, &x, &y, 0.5))?;
    let penalty = 0.5 * 3.25;
    context.expect_number(
        "the loss",
        loss,
        SMALL_LOSS + penalty,
        TOLERANCE,
        &[
            ("the loss without reg * sum(w^2)", SMALL_LOSS),
            (
                "the loss with half of reg * sum(w^2); it has no factor 1/2 and is not divided by the 2 examples",
                SMALL_LOSS + penalty / 2.0,
            ),
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

/// A step of 0 leaves the weights as they were drawn; one of 0.1 learns to tell the corners of a pentagon apart.
const RATES: [f64; 2] = [0.0, 0.1];
const REGS: [f64; 3] = [0.0, 1e-4, 1e-3];

/// Points near the corners of a pentagon, with a column of ones.
fn pentagon(radii: &[f64]) -> (Array2<f64>, Array1<usize>) {
    let n = 5 * radii.len();
    let x = Array2::from_shape_fn((n, 3), |(i, feature)| {
        let (radius, angle) = (radii[i / 5], std::f64::consts::TAU * (i % 5) as f64 / 5.0);
        [radius * angle.cos(), radius * angle.sin(), 1.0][feature]
    });
    (x, (0..n).map(|i| i % 5).collect())
}

fn searched(session: &mut Session<'_>) -> Result<(f64, f64, Array2<f64>), Failure> {
    let ((x_train, y_train), (x_val, y_val)) = (pentagon(&[3.0, 4.0]), pentagon(&[3.5, 4.5]));
    let (rates, regs) = (Array1::from_iter(RATES), Array1::from_iter(REGS));
    let found = session.call(&call::search(&x_train, &y_train, &x_val, &y_val, &rates, &regs, 200, 5, 3))?;
    let shape = found.2.dim();
    if shape == (RATES.len(), REGS.len()) {
        return Ok(found);
    }
    Err(Failure::wrong("the accuracies have the wrong shape")
        .with_detail(format!("2 learning rates and 3 strengths gave accuracies {shape:?}; expected (2, 3)"))
        .with_hint("accuracies has a row for each learning rate and a column for each strength"))
}

fn accuracies_in_their_places(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (_, _, accuracies) = searched(session)?;
    context.expect(
        accuracies.iter().all(|accuracy| (0.0..=1.0).contains(accuracy)),
        "some accuracies are not between 0 and 1",
        "an accuracy is a share: right predictions divided by validation examples",
    )?;
    context
        .expect_array(
            "the row of learning rate 0.1",
            &accuracies.row(1).to_owned(),
            &Array1::ones(REGS.len()),
            TOLERANCE,
            &[],
        )
        .map_err(|failure| failure.with_hint("accuracies[[i, j]] belongs to learning_rates[i] and regs[j]"))
}

fn best_pair(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let (rate, reg, accuracies) = searched(session)?;
    let highest = accuracies.fold(0.0, |highest: f64, &accuracy| highest.max(accuracy));
    let found = RATES.iter().position(|&other| other == rate).zip(REGS.iter().position(|&other| other == reg));
    match found {
        Some((i, j)) if accuracies[[i, j]] == highest => Ok(()),
        Some((i, j)) => Err(Failure::wrong("the pair is not the best one")
            .with_detail(format!(
                "the pair ({rate}, {reg}) has an accuracy of {}; another has {highest}",
                accuracies[[i, j]]
            ))
            .with_hint("remember the pair whenever its accuracy is above the best so far")),
        None => Err(Failure::wrong("the pair is not in the grid")
            .with_detail(format!("({rate}, {reg}) is no pair of a learning rate and a strength that were given"))
            .with_hint("return learning_rates[i] and regs[j] themselves, the learning rate first")),
    }
}
