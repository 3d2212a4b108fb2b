//! Public checks of assignment `knn`: few points, whose distances and votes can be worked out by hand.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases, speed.

use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, array};

use super::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check, expect_classes};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    let (two_loops, one_loop, no_loops) =
        ("compute_distances_two_loops", "compute_distances_one_loop", "compute_distances_no_loops");
    let (by_hand, four) = ("two points against three", "two points with four features");
    vec![
        check(two_loops, by_hand, HAND, |session, context| {
            two_against_three(call::compute_distances_two_loops, session, context)
        }),
        check(two_loops, four, FOUR, |session, context| {
            four_features(call::compute_distances_two_loops, session, context)
        }),
        check(one_loop, by_hand, HAND, |session, context| {
            two_against_three(call::compute_distances_one_loop, session, context)
        }),
        check(one_loop, four, FOUR, |session, context| {
            four_features(call::compute_distances_one_loop, session, context)
        }),
        check(no_loops, by_hand, HAND, |session, context| {
            two_against_three(call::compute_distances_no_loops, session, context)
        }),
        check(no_loops, four, FOUR, |session, context| {
            four_features(call::compute_distances_no_loops, session, context)
        }),
        check(
            no_loops,
            "points held against themselves",
            "0 between a point and itself, up to rounding, and never NaN",
            against_themselves,
        ),
        check(
            "predict_labels",
            "one neighbour and three",
            "the labels 2 and 1 for k = 1, and 1 and 0 for k = 3",
            one_and_three,
        ),
        check(
            "predict_labels",
            "a vote each",
            "of labels with equally many votes the smallest, wherever they lie",
            equal_votes,
        ),
        check(
            "predict_labels",
            "three at the same distance",
            "of training examples at the same distance those that come first",
            equal_distances,
        ),
        check(
            "cross_validate",
            "five points, two folds",
            "shares of right predictions, for folds of three and of two points",
            five_points,
        ),
        check(
            "cross_validate",
            "each point a fold",
            "1 for k = 1 and 0 for k = 3, for each of four points",
            each_a_fold,
        ),
    ]
}

const HAND: &str = "distances 5, 8, 6 from the first point and 5, 10, 0 from the second";
const FOUR: &str = "a distance of 6, the root of 4 + 16 + 16 + 0";

/// Calls a function of distances on test and training examples.
type DistancesCall = fn(&Array2<f64>, &Array2<f64>) -> Call<Array2<f64>>;

fn two_against_three(call: DistancesCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (x, x_train) = (array![[0.0, 0.0], [6.0, 0.0]], array![[3.0, 4.0], [0.0, 8.0], [6.0, 0.0]]);
    let expected = array![[5.0, 8.0, 6.0], [5.0, 10.0, 0.0]];
    context.expect_array(
        "the distances",
        &session.call(&call(&x, &x_train))?,
        &expected,
        TOLERANCE,
        &[
            ("the squares of the distances: the root is missing", &(&expected * &expected)),
            (
                "the sums of the absolute differences; square them, and take the root of their sum",
                &array![[7.0, 8.0, 6.0], [7.0, 14.0, 0.0]],
            ),
        ],
    )
}

fn four_features(call: DistancesCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let (x, x_train) = (array![[1.0, 2.0, 3.0, 4.0]], array![[3.0, -2.0, 7.0, 4.0]]);
    let slips = [
        ("the square of the distance: the root is missing", 36.0),
        ("the sum of the absolute differences; square them, and take the root of their sum", 10.0),
        ("the largest difference; all of them count", 4.0),
        ("the sum of the differences; square each before you add", 2.0),
        ("what the mean over the features gives; it is their sum", 3.0),
    ]
    .map(|(words, slip)| (words, array![[slip]]));
    let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
    context.expect_array("the distances", &session.call(&call(&x, &x_train))?, &array![[6.0]], TOLERANCE, &slips)
}

/// Many points, because rounding does not go below 0 for each.
fn against_themselves(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = Array2::from_shape_fn((40, 60), |(i, j)| ((7 * i + 3) as f64 * (j + 1) as f64).sin());
    let distances = session.call(&call::compute_distances_no_loops(&x, &x))?;
    context.expect(
        distances.dim() == (40, 40),
        "the distances have the wrong shape",
        "there is a row for each test example and a column for each training example",
    )?;
    context.expect(
        distances.iter().all(|distance| !distance.is_nan()),
        "some distances are NaN, which is what the root of a negative number is",
        "rounding can take a square of 0 a little below 0: put 0 there before you take the root",
    )?;
    context.expect(
        distances.diag().iter().all(|&distance| (0.0..1e-5).contains(&distance)),
        "a point is not at distance 0 from itself",
        "x^2 + y^2 - 2 x y is 0 where x is y",
    )
}

fn one_and_three(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let distances = array![[0.5, 0.1, 0.4, 9.0, 7.0], [1.0, 8.0, 7.0, 2.0, 3.0]];
    let y_train = array![1, 2, 1, 0, 0];
    for (k, expected) in [(1, [2, 1]), (3, [1, 0])] {
        let labels = session.call(&call::predict_labels(&distances, &y_train, k))?;
        expect_classes(&labels, &expected, context).map_err(|failure| {
            failure.with_hint(format!(
                "the labels at the places of the k smallest distances of each row vote; here k is {k}"
            ))
        })?;
    }
    Ok(())
}

fn equal_votes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let distances = array![[0.1, 0.2, 5.0, 6.0], [0.2, 0.1, 6.0, 5.0], [0.3, 0.4, 0.1, 0.2]];
    let labels = session.call(&call::predict_labels(&distances, &array![3, 1, 3, 1], 2))?;
    expect_classes(&labels, &[1, 1, 1], context)
        .map_err(|failure| failure.with_hint("3 and 1 have a vote each, and 1 is smaller"))
}

fn equal_distances(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let distances = array![[2.0, 1.0, 1.0, 1.0], [4.0, 4.0, 4.0, 4.0], [1.0, 3.0, 3.0, 3.0]];
    let labels = session.call(&call::predict_labels(&distances, &array![0, 2, 1, 1], 1))?;
    expect_classes(&labels, &[2, 0, 0], context)
        .map_err(|failure| failure.with_hint("a stable sort, such as sort_by, leaves equal distances in their order"))
}

fn five_points(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // On a line. From {11, 2}, both labelled 1, every point of the first fold gets 1. From {0, 10, 1} with k = 1, the point
    // 11 gets the label of 10 and 2 that of 1; with k = 2 both have a vote each for 0 and for 1.
    let x = array![[0.0], [10.0], [1.0], [11.0], [2.0]];
    let y = array![0, 1, 0, 1, 1];
    let third = 1.0 / 3.0;
    let expected = array![[third, 0.5], [third, 0.0]];
    let accuracies = session.call(&call::cross_validate(&x, &y, &array![1, 2], 2))?;
    context.expect_array(
        "the accuracies",
        &accuracies,
        &expected,
        TOLERANCE,
        &[
            ("the numbers of right predictions; divide by the length of the fold", &array![[1.0, 1.0], [1.0, 0.0]]),
            ("the shares of wrong predictions", &(1.0 - &expected)),
            ("transposed: choices of k go in rows, folds in columns", &expected.t().to_owned()),
            (
                "what folds of two and then three points give; the first fold is the longer one",
                &array![[1.0, 2.0 * third], [1.0, third]],
            ),
        ],
    )
}

fn each_a_fold(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y): (_, Array1<usize>) = (array![[0.0], [1.0], [10.0], [11.0]], array![0, 0, 1, 1]);
    let accuracies = session.call(&call::cross_validate(&x, &y, &array![1, 3], 4))?;
    let expected = array![[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]];
    context.expect_array(
        "the accuracies",
        &accuracies,
        &expected,
        TOLERANCE,
        &[("1 for k = 3 too: either the fold's own point votes, or k is always 1", &Array2::ones((2, 4)))],
    )
}
