//! Public checks of assignment `softmax`: small inputs whose results can be worked out by hand.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

use std::time::Duration;

use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session, Visibility};
use ndarray::{Array1, Array2, array};

use super::call;

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    let naive = "softmax_classifier_loss_naive";
    let vectorised = "softmax_classifier_loss";
    vec![
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
        check("train_softmax", "shapes", "weights (features, max(y) + 1) and one loss for each iteration", shapes),
        check(
            "train_softmax",
            "same seed",
            "the same weights and losses in a second run with the same seed",
            same_seed,
        ),
        check(
            "train_softmax",
            "loss falls",
            "a loss that falls below a tenth on two groups of points that lie far apart",
            loss_falls,
        ),
        check("predict", "four examples by hand", "the classes 0, 1, 2 and 0", four_examples),
        check(
            "predict",
            "three negative scores",
            "the highest score, also where all scores are negative",
            negative_scores,
        ),
    ]
}

const HAND: &str = "the mean of ln(4/3) and ln(4), and its gradient dw";
const REGULARISER: &str = "reg * sum(w^2) added to the loss, and its gradient added to dw";
const SLOPE: &str = "a gradient dw that is the slope of the returned loss";

fn check(
    function: &'static str,
    name: &'static str,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    // Each call takes milliseconds; the rest is for a busy machine.
    let patience = Duration::from_secs(2);
    Check { function, name, expectation, points: 0, visibility: Visibility::Public, patience, run }
}

const TOLERANCE: Tolerance = Tolerance::new(1e-7, 1e-10);

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

type ClassifierCall = fn(&Array2<f64>, &Array2<f64>, &Array1<usize>, f64) -> Call<(f64, Array2<f64>)>;

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

fn slope(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let w = array![[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [-0.7, 0.2, 0.1], [0.0, 0.8, -0.3]];
    let x = array![[0.5, -1.0, 0.2, 1.5], [1.2, 0.3, -0.4, 0.1], [-0.6, 0.9, 0.8, -1.1]];
    let call = call(&w, &x, &array![2, 0, 1], 0.2);
    let (_, dw) = session.call(&call)?;
    context.expect(
        dw.dim() == w.dim(),
        "dw has another shape than w",
        "the gradient with respect to w has an element for each element of w, at the same place",
    )?;
    let all: Vec<usize> = (0..w.len()).collect();
    let slope = session.numeric_gradient(&call, "w", &all, 1e-5, Projection::Number(0))?;
    let slope = Array2::from_shape_vec(w.raw_dim(), slope).expect("one slope for each weight");
    context.expect_array("dw, held against the slope of your own loss", &dw, &slope, Tolerance::numeric_gradient(), &[])
}

/// Two groups of points that a line through the origin tells apart, and a column of ones.
fn two_groups() -> (Array2<f64>, Array1<usize>) {
    let x = array![
        [2.0, 1.0, 1.0],
        [2.5, 0.5, 1.0],
        [3.0, 1.5, 1.0],
        [2.0, 2.0, 1.0],
        [-2.0, -1.0, 1.0],
        [-2.5, -0.5, 1.0],
        [-3.0, -1.5, 1.0],
        [-2.0, -2.0, 1.0]
    ];
    (x, array![0, 0, 0, 0, 1, 1, 1, 1])
}

fn shapes(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    // Label 3 makes four classes, though nothing is labelled 2.
    let y = y.mapv(|label| 3 * label);
    for (iterations, batch_size) in [(7, 2), (0, 2), (2, 20)] {
        let (w, history) = session.call(&call::train_softmax(&x, &y, 0.1, 0.01, iterations, batch_size, 1))?;
        let failure = Failure::wrong("the shapes are wrong").with_detail(format!(
            "{iterations} iterations with labels 0 and 3 gave weights {:?} and {} losses; expected [3, 4] and {iterations}",
            w.shape(),
            history.len()
        ));
        if w.dim() != (3, 4) || history.len() != iterations {
            return Err(failure.with_hint("there are max(y) + 1 classes, and each iteration adds one loss"));
        }
    }
    Ok(())
}

fn same_seed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    let call = call::train_softmax(&x, &y, 0.1, 0.01, 5, 2, 7);
    let (first, second) = (session.call(&call)?, session.call(&call)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    context
        .expect_array("the weights of the second run", &second.0, &first.0, TOLERANCE, &[])
        .and_then(|()| {
            let (first, second) = (Array1::from_vec(first.1), Array1::from_vec(second.1));
            context.expect_array("the losses of the second run", &second, &first, TOLERANCE, &[])
        })
        .map_err(|failure| failure.with_hint(hint))
}

fn loss_falls(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    let (_, history) = session.call(&call::train_softmax(&x, &y, 0.5, 0.0, 200, 4, 3))?;
    let last = history.last().copied().unwrap_or(f64::NAN);
    if last < 0.1 {
        return Ok(());
    }
    Err(Failure::wrong("the loss does not fall")
        .with_detail(format!("the last of 200 losses is {last}; expected less than 0.1"))
        .with_hint("each step subtracts learning_rate * dw; rows of x and labels need the same indices"))
}

fn four_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let w = array![[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]];
    // Scores: (1, 0, -1), (0, 2, 0), (-3, 2, 3), (2, -2, -2)
    let x = array![[1.0, 0.0], [0.0, 1.0], [-3.0, 1.0], [2.0, -1.0]];
    expect_classes(&session.call(&call::predict(&w, &x))?, &[0, 1, 2, 0], context)
}

fn negative_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[1.0], [2.0]];
    let classes = session.call(&call::predict(&array![[-3.0, -1.0, -2.0]], &x))?;
    expect_classes(&classes, &[1, 1], context)
        .map_err(|failure| failure.with_hint("do not start the search for the highest score from 0"))
}

fn expect_classes(classes: &Array1<usize>, expected: &[usize], context: &Context) -> Result<(), Failure> {
    let expected: Array1<f64> = expected.iter().map(|&class| class as f64).collect();
    context.expect_array(
        "the classes",
        &classes.mapv(|class| class as f64),
        &expected,
        Tolerance::exact(),
        &[("one too high everywhere: classes count from 0", &(&expected + 1.0))],
    )
}
