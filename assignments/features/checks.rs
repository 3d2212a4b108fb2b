//! Public checks of assignment `features`: images of a few pixels, whose results can be worked out by hand.
//!
//! They carry no points. The grader's own checks ask for more: other sizes, fresh numbers, edge cases.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, Array4, array, concatenate, s};

use super::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    let mut all = of_images();
    all.extend(of_features());
    all
}

fn of_images() -> Vec<Check> {
    vec![
        check(
            "rgb2gray",
            "four colours",
            "76.245 for red, 149.685 for green, 29.07 for blue, 255 for white",
            four_colours,
        ),
        check("rgb2gray", "one channel", "the only channel as it is, without its axis", one_channel),
        check("hog_feature", "the example", "0, 5/4, the root of 5 by 4, and 0", hog_example),
        check(
            "hog_feature",
            "four directions",
            "steps to the right and to the left in bin 0, steps down and up in the bin of 90 degrees",
            four_directions,
        ),
        check("hog_feature", "two rows of cells", "cells from left to right, then the next row; nine bins each", cells),
        check("color_histogram_hsv", "six colours", "a share of 1/6 for each of six hues", six_colours),
        check(
            "color_histogram_hsv",
            "the example and grey",
            "(200, 100, 150) in the last of three bins; white, grey and black in the first",
            hue_example,
        ),
    ]
}

fn of_features() -> Vec<Check> {
    vec![
        check(
            "extract_features",
            "means and extremes",
            "for each image the means of its channels, then its smallest and its largest value",
            means_and_extremes,
        ),
        check("extract_features", "all values", "all values of each image in its row", all_values),
        check("standardize", "three examples", "-1.2247, 0, 1.2247 for 1, 3, 5, and a column of ones", three_examples),
        check(
            "standardize",
            "other examples",
            "x less the mean and divided by the deviation of x_train",
            other_examples,
        ),
        check("standardize", "a constant feature", "x less the mean where x_train is constant", constant_feature),
        check(
            "tune_classifier",
            "a rate of 0",
            "0.25 for the rate that does not move, 0.75 for the one that learns, and the first pair of 0.75",
            rate_of_zero,
        ),
        check("tune_classifier", "four pairs alike", "of equally high accuracies the first", equally_good),
    ]
}

fn four_colours(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let image = array![[[255.0, 0.0], [0.0, 255.0]], [[0.0, 255.0], [0.0, 255.0]], [[0.0, 0.0], [255.0, 255.0]]];
    let expected = array![[76.245, 149.685], [29.07, 255.0]];
    context.expect_array(
        "the grey image",
        &session.call(&call::rgb2gray(&image))?,
        &expected,
        TOLERANCE,
        &[
            ("the mean of the channels; each has a weight of its own", &array![[85.0, 85.0], [85.0, 255.0]]),
            ("the sum of the channels; each has a weight of its own", &array![[255.0, 255.0], [255.0, 765.0]]),
            ("what the weights give in the order blue, green, red", &array![[29.07, 149.685], [76.245, 255.0]]),
        ],
    )
}

fn one_channel(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let gray = array![[3.0, 200.0, 255.0], [0.0, 17.5, 1.0]];
    let image = gray.clone().insert_axis(ndarray::Axis(0));
    context.expect_array(
        "the grey image",
        &session.call(&call::rgb2gray(&image))?,
        &gray,
        TOLERANCE,
        &[("the channel times 0.299; a single channel is grey already", &(&gray * 0.299))],
    )
}

/// An image of one channel.
fn gray(rows: Array2<f64>) -> Array3<f64> {
    rows.insert_axis(ndarray::Axis(0))
}

fn hog_example(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let image = gray(array![[0.0, 3.0, 3.0], [4.0, 3.0, 3.0], [6.0, 3.0, 3.0]]);
    let root = 5f64.sqrt();
    let expected = array![0.0, 1.25, root / 4.0, 0.0];
    context.expect_array(
        "the features",
        &session.call(&call::hog_feature(&image, 2, 4))?,
        &expected,
        TOLERANCE,
        &[
            ("the sums over the cell; divide by the number of its pixels", &(4.0 * &expected)),
            ("what counting the pixels gives; add up the lengths of their gradients", &array![0.0, 0.25, 0.25, 0.0]),
            (
                "what cutting the image to its cells first gives; steps go to neighbours outside of the cells too",
                &array![0.0, 1.25, 0.25, 0.0],
            ),
            ("what bins of a whole circle give; they are for half of it", &array![1.25, root / 4.0, 0.0, 0.0]),
            ("what atan2(dx, dy) gives; it is atan2(dy, dx)", &array![1.25, 0.0, 0.0, root / 4.0]),
        ],
    )
}

fn four_directions(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let across = array![[1.0, 4.0], [1.0, 4.0]];
    let down = across.t().to_owned();
    for (name, image, bin) in
        [("right", across.clone(), 0), ("left", -across, 0), ("down", down.clone(), 4), ("up", -down, 4)]
    {
        let mut expected = Array1::zeros(9);
        expected[bin] = 1.5;
        let found = session.call(&call::hog_feature(&gray(image), 2, 9))?;
        context.expect_array(&format!("the features of steps {name}"), &found, &expected, TOLERANCE, &[]).map_err(
            |failure| {
                failure.with_hint(
                    "opposite directions are the same: fold all angles of atan2 to at least 0 and below PI, then cut that into bins",
                )
            },
        )?;
    }
    Ok(())
}

fn cells(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // Steeper by one from cell to cell, in their order, and to the right throughout; two columns are left over.
    let image = gray(Array2::from_shape_fn((16, 26), |(h, w)| {
        let (i, j) = (h / 8, w / 8);
        if j == 3 { 0.0 } else { (1 + 3 * i + j) as f64 * (w % 2) as f64 }
    }));
    let found = session.call(&call::hog_feature(&image, 8, 9))?;
    context.expect(
        found.len() == 54,
        "the number of features is wrong",
        "there are 2 by 3 cells with nine bins each",
    )?;
    let strength = |cell: usize| found.slice(s![9 * cell..9 * cell + 9]).sum();
    context.expect(
        (0..5).all(|cell| strength(cell) < strength(cell + 1)),
        "the cells are in the wrong order",
        "the nine bins of a cell stand next to each other; then comes the cell to the right, at the end the next row of cells",
    )
}

/// An image of one row of these colours.
fn row_of(colours: &[[f64; 3]]) -> Array3<f64> {
    Array3::from_shape_fn((3, 1, colours.len()), |(channel, _, place)| colours[place][channel])
}

fn six_colours(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // Red, yellow, green, cyan, blue, magenta, each a little further on.
    let colours = [
        [255.0, 40.0, 0.0],
        [215.0, 255.0, 0.0],
        [0.0, 255.0, 40.0],
        [0.0, 215.0, 255.0],
        [40.0, 0.0, 255.0],
        [255.0, 0.0, 215.0],
    ];
    let found = session.call(&call::color_histogram_hsv(&row_of(&colours), 6))?;
    let shares = Array1::from_elem(6, 1.0 / 6.0);
    context.expect_array(
        "the histogram",
        &found,
        &shares,
        TOLERANCE,
        &[("the numbers of pixels; divide by how many there are", &Array1::ones(6))],
    )
}

fn hue_example(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let colours = [[200.0, 100.0, 150.0], [255.0; 3], [90.0; 3], [0.0; 3]];
    let found = session.call(&call::color_histogram_hsv(&row_of(&colours), 3))?;
    context
        .expect_array(
            "the histogram",
            &found,
            &array![0.75, 0.0, 0.25],
            TOLERANCE,
            &[(
                "what is to be expected if the first colour counts as red; -0.5 modulo 6 is 5.5",
                &array![1.0, 0.0, 0.0],
            )],
        )
        .map_err(|failure| {
            failure.with_hint("where largest and smallest are equal, nothing is divided, and the hue is 0")
        })
}

/// Two images of one row of two pixels, in three channels.
fn two_images() -> Array4<f64> {
    let first = array![[[1.0, 3.0]], [[10.0, 30.0]], [[0.0, 100.0]]];
    let second = array![[[5.0, 5.0]], [[7.0, 8.0]], [[2.0, 4.0]]];
    ndarray::stack![ndarray::Axis(0), first, second]
}

fn means_and_extremes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let found = session.call(&call::extract_features(&two_images(), &array![0, 1]))?;
    let expected = array![[2.0, 20.0, 50.0, 0.0, 100.0], [5.0, 7.5, 3.0, 2.0, 8.0]];
    context.expect_array(
        "the features",
        &found,
        &expected,
        TOLERANCE,
        &[(
            "what the functions give in the opposite order",
            &concatenate![ndarray::Axis(1), expected.slice(s![.., 3..]), expected.slice(s![.., ..3])],
        )],
    )
}

fn all_values(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let found = session.call(&call::extract_features(&two_images(), &array![3]))?;
    let expected = array![[1.0, 3.0, 10.0, 30.0, 0.0, 100.0], [5.0, 5.0, 7.0, 8.0, 2.0, 4.0]];
    context.expect_array("the features", &found, &expected, TOLERANCE, &[])
}

fn three_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[1.0], [3.0], [5.0]];
    let root = 1.5_f64.sqrt();
    context.expect_array(
        "the result",
        &session.call(&call::standardize(&x, &x))?,
        &array![[-root, 1.0], [0.0, 1.0], [root, 1.0]],
        TOLERANCE,
        &[
            ("what dividing by n - 1 gives; the deviation divides by n", &array![[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]),
            (
                "what dividing by the square of the deviation gives; the root is missing",
                &array![[-0.75, 1.0], [0.0, 1.0], [0.75, 1.0]],
            ),
        ],
    )
}

fn other_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x_train = array![[1.0, 0.0], [3.0, 20.0], [1.0, 0.0], [3.0, 20.0]];
    let x = array![[2.0, 30.0], [4.0, 10.0]];
    context.expect_array(
        "the result",
        &session.call(&call::standardize(&x, &x_train))?,
        &array![[0.0, 2.0, 1.0], [2.0, 0.0, 1.0]],
        TOLERANCE,
        &[(
            "what the mean and the deviation of x give; those of x_train are asked for",
            &array![[-1.0, 1.0, 1.0], [1.0, -1.0, 1.0]],
        )],
    )
}

fn constant_feature(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // Ten times 0.1 does not add up to 1.
    let x_train = Array2::from_elem((10, 1), 0.1);
    let found = session.call(&call::standardize(&array![[0.1], [2.1]], &x_train))?;
    context.expect_array("the result", &found, &array![[0.0, 1.0], [2.0, 1.0]], TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint("where all training values are equal, subtract their mean and divide by nothing")
    })
}

/// Two groups on a line, with a column of ones.
fn two_groups() -> (Array2<f64>, Array1<usize>) {
    (array![[-2.0, 1.0], [-1.0, 1.0], [1.0, 1.0], [2.0, 1.0]], array![0, 0, 1, 1])
}

type Tuned = (Array2<f64>, f64, f64);

fn expect_tuned(context: &Context, found: &Tuned, expected: &Tuned) -> Result<(), Failure> {
    context.expect_array(
        "the accuracies",
        &found.0,
        &expected.0,
        TOLERANCE,
        &[("transposed: learning rates go in rows, strengths in columns", &expected.0.t().to_owned())],
    )?;
    context.expect_number("the learning rate", found.1, expected.1, Tolerance::exact(), &[])?;
    context.expect_number("the strength of regularisation", found.2, expected.2, Tolerance::exact(), &[])
}

fn rate_of_zero(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // Without a step the small random weights stay, and with this seed they have the two classes the wrong way round. One
    // of the four labels contradicts another.
    let (x, y) = two_groups();
    let x_val = array![[3.0, 1.0], [-3.0, 1.0], [3.0, 1.0], [-3.0, 1.0]];
    let y_val = array![1, 0, 1, 1];
    let call = call::tune_classifier(&x, &y, &x_val, &y_val, &array![0.0, 0.5], &array![0.0, 0.001], 50, 2);
    expect_tuned(context, &session.call(&call)?, &(array![[0.25, 0.25], [0.75, 0.75]], 0.5, 0.0))
        .map_err(|failure| failure.with_hint("train on x_train, with mini-batches of 100, and measure on x_val"))
}

fn equally_good(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    let call = call::tune_classifier(&x, &y, &x, &y, &array![0.2, 0.5], &array![0.001, 0.0], 50, 1);
    expect_tuned(context, &session.call(&call)?, &(Array2::ones((2, 2)), 0.2, 0.001))
        .map_err(|failure| failure.with_hint("a later pair counts only if it is better than all before"))
}
