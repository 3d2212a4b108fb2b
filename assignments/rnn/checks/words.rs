//! Public checks of word vectors, the affine layer at each step and the loss over time.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, Array3, array};

use super::{EIGHT_DECIMALS, evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};
use crate::rnn::call;

const EMBEDDING: &str = "word_embedding_forward";
const EMBEDDING_BACKWARD: &str = "word_embedding_backward";
const AFFINE: &str = "temporal_affine_forward";
const AFFINE_BACKWARD: &str = "temporal_affine_backward";
const LOSS: &str = "temporal_softmax_loss";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(EMBEDDING, "three words by hand", "the rows 2, 0 and 2 of w", three_words),
        check(EMBEDDING, "evenly spaced numbers", "the numbers that CS231n's notebook prints", embedding_printed),
        check(
            EMBEDDING_BACKWARD,
            "a word said twice",
            "its row of dw is the sum of both gradients; that of a word not said is 0",
            said_twice,
        ),
        check(
            EMBEDDING_BACKWARD,
            "slope of the output",
            "a gradient that is the slope of what word_embedding_forward returns",
            embedding_slope,
        ),
        check(AFFINE, "two steps by hand", "(11, 22) and (13, 24)", affine_by_hand),
        check(AFFINE, "ones", "3 everywhere, in the shape (2, 3, 5)", ones),
        check(AFFINE_BACKWARD, "two steps by hand", "dx = 5 and 7, dw = (4, 11), db = (2, 5)", affine_backward_by_hand),
        check(
            AFFINE_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what temporal_affine_forward returns",
            affine_slope,
        ),
        check(LOSS, "nothing learned yet", "ln 10 for each step of a sequence, when all scores are 0", first_loss),
        check(LOSS, "masked places", "a masked place costs nothing, and its gradient is 0", masked),
        check(LOSS, "slope of the loss", "a gradient that is the slope of the returned loss", loss_slope),
    ]
}

fn three_words(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let w = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    let out = session.call(&call::word_embedding_forward(&array![[2, 0, 2]], &w))?;
    context.expect_array("out", &out, &array![[[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]], TOLERANCE, &[])
}

fn embedding_printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[0, 3, 1, 2], [2, 1, 0, 3]];
    let out = session.call(&call::word_embedding_forward(&x, &evenly_spaced(0.0, 1.0, [5, 3])))?;
    let expected = array![
        [
            [0.0, 0.07142857, 0.14285714],
            [0.64285714, 0.71428571, 0.78571429],
            [0.21428571, 0.28571429, 0.35714286],
            [0.42857143, 0.5, 0.57142857]
        ],
        [
            [0.42857143, 0.5, 0.57142857],
            [0.21428571, 0.28571429, 0.35714286],
            [0.0, 0.07142857, 0.14285714],
            [0.64285714, 0.71428571, 0.78571429]
        ]
    ];
    context.expect_array("out", &out, &expected, EIGHT_DECIMALS, &[])
}

fn said_twice(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dout) = (Array2::ones((3, 2)), array![[[1.0, 2.0], [3.0, 4.0], [10.0, 20.0]]]);
    let dw = session.call(&call::word_embedding_backward(&array![[2, 0, 2]], &w, &dout))?;
    let expected = array![[3.0, 4.0], [0.0, 0.0], [11.0, 22.0]];
    let last = (
        "what the last place of each word gives; a word said twice collects from both places",
        &array![[3.0, 4.0], [0.0, 0.0], [10.0, 20.0]],
    );
    context.expect_array("dw", &dw, &expected, TOLERANCE, &[last])
}

fn embedding_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, dout) = (array![[4, 1, 1, 0], [2, 4, 1, 4]], scattered([6, 3]), evenly_spaced(1.1, -0.8, [2, 4, 3]));
    let dw = session.call(&call::word_embedding_backward(&x, &w, &dout))?;
    expect_shapes(&[("dw", dw.shape(), w.shape())])?;
    let forward = call::word_embedding_forward(&x, &w);
    expect_slopes(session, context, &forward, &[&flat(&dout).to_vec()], &[("dw", "w", flat(&dw))])
}

fn affine_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, b) = (array![[[1.0], [3.0]]], array![[1.0, 1.0]], array![10.0, 21.0]);
    let out = session.call(&call::temporal_affine_forward(&x, &w, &b))?;
    let bare = ("the output without the bias b", &array![[[1.0, 1.0], [3.0, 3.0]]]);
    context.expect_array("out", &out, &array![[[11.0, 22.0], [13.0, 24.0]]], TOLERANCE, &[bare])
}

fn ones(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, b) = (Array3::ones((2, 3, 4)), Array2::from_elem((4, 5), 0.5), Array1::ones(5));
    let out = session.call(&call::temporal_affine_forward(&x, &w, &b))?;
    context.expect_array("out", &out, &Array3::from_elem((2, 3, 5), 3.0), TOLERANCE, &[])
}

fn affine_backward_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, dout) = (array![[[1.0], [3.0]]], array![[1.0, 2.0]], array![[[1.0, 2.0], [1.0, 3.0]]]);
    let (dx, dw, db) = session.call(&call::temporal_affine_backward(&x, &w, &array![0.0, 0.0], &dout))?;
    context.expect_array("dx", &dx, &array![[[5.0], [7.0]]], TOLERANCE, &[])?;
    let last = ("that of the last step alone; sum over all steps", &array![[3.0, 9.0]]);
    context.expect_array("dw", &dw, &array![[4.0, 11.0]], TOLERANCE, &[last])?;
    let mean = ("the mean over the steps; it is the sum", &array![1.0, 2.5]);
    context.expect_array("db", &db, &array![2.0, 5.0], TOLERANCE, &[mean])
}

fn affine_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, b) = (scattered([2, 3, 4]), evenly_spaced(-0.7, 0.9, [4, 2]), array![0.3, -0.2]);
    let dout = evenly_spaced(1.1, -0.8, [2, 3, 2]);
    let (dx, dw, db) = session.call(&call::temporal_affine_backward(&x, &w, &b, &dout))?;
    expect_shapes(&[("dx", dx.shape(), x.shape()), ("dw", dw.shape(), w.shape()), ("db", db.shape(), b.shape())])?;
    let gradients = [("dx", "x", flat(&dx)), ("dw", "w", flat(&dw)), ("db", "b", db)];
    let forward = call::temporal_affine_forward(&x, &w, &b);
    expect_slopes(session, context, &forward, &[&flat(&dout).to_vec()], &gradients)
}

// 100 sequences: of one step, of ten, and of ten of which nine are masked.
fn first_loss(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let ln_10 = std::f64::consts::LN_10;
    for (time, counted) in [(1, 1), (10, 10), (10, 1)] {
        let (x, y) = (Array3::zeros((100, time, 10)), Array2::from_elem((100, time), 3));
        let mask = Array2::from_shape_fn((100, time), |(_, t)| t < counted);
        let (loss, _) = session.call(&call::temporal_softmax_loss(&x, &y, &mask))?;
        let slips = [
            ("the mean over the places that count; divide by the batch size alone", ln_10),
            ("the sum over the batch; divide by the batch size", 100.0 * counted as f64 * ln_10),
            ("that of the masked places too", time as f64 * ln_10),
        ];
        context.expect_number("the loss", loss, counted as f64 * ln_10, TOLERANCE, &slips)?;
    }
    Ok(())
}

fn masked(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = (array![[[0.0, 0.0], [5.0, 1.0], [0.0, 0.0]]], array![[0, 1, 1]]);
    let (loss, dx) = session.call(&call::temporal_softmax_loss(&x, &y, &array![[true, false, true]]))?;
    context.expect_number("the loss", loss, 2.0 * std::f64::consts::LN_2, TOLERANCE, &[])?;
    let expected = array![[[-0.5, 0.5], [0.0, 0.0], [0.5, -0.5]]];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[])
}

fn loss_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = (scattered([2, 3, 4]).mapv(|x| 2.0 * x), array![[1, 0, 3], [2, 2, 0]]);
    let call = call::temporal_softmax_loss(&x, &y, &array![[true, true, false], [true, false, true]]);
    let (_, dx) = session.call(&call)?;
    expect_shapes(&[("dx", dx.shape(), x.shape())])?;
    let all: Vec<usize> = (0..x.len()).collect();
    let slopes = session.numeric_gradient(&call, "x", &all, 1e-5, Projection::Number(0))?;
    let what = "dx, held against the slope of your own loss";
    context.expect_array(what, &flat(&dx), &Array1::from_vec(slopes), Tolerance::numeric_gradient(), &[])
}
