//! Public checks of `conv_forward_naive` and `conv_backward_naive`.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{array, s};

use super::{EIGHT_DECIMALS, evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::conv::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const FORWARD: &str = "conv_forward_naive";
const BACKWARD: &str = "conv_backward_naive";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(FORWARD, "one image by hand", "47, 57, 77 and 87", one_image),
        check(
            FORWARD,
            "evenly spaced numbers",
            "the numbers that CS231n's notebook prints, for a stride of 2 and a padding of 1",
            printed,
        ),
        check(FORWARD, "a window that does not fit", "3 and 7; the last pixel of five is left out", rest),
        check(BACKWARD, "one image by hand", "dx = -1, -9 and 10, dw = 53 and 45, db = 11", one_image_backward),
        check(BACKWARD, "shapes", "dx, dw and db in the shapes of x, w and b, also with padding", shapes),
        check(
            BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what conv_forward_naive returns",
            slope,
        ),
    ]
}

fn one_image(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]];
    let w = array![[[[1.0, 2.0], [3.0, 4.0]]]];
    let out = session.call(&call::conv_forward_naive(&x, &w, &array![10.0], 1, 0))?;
    let expected = array![[[[47.0, 57.0], [77.0, 87.0]]]];
    let slips = [
        ("the output without the bias", &(&expected - 10.0)),
        ("what a flipped filter gives; it is laid on as it is", &array![[[[33.0, 43.0], [63.0, 73.0]]]]),
    ];
    context.expect_array("out", &out, &expected, TOLERANCE, &slips)
}

fn printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w) = (evenly_spaced(-0.1, 0.5, [2, 3, 4, 4]), evenly_spaced(-0.2, 0.3, [3, 3, 4, 4]));
    let out = session.call(&call::conv_forward_naive(&x, &w, &array![-0.1, 0.05, 0.2], 2, 1))?;
    let expected = array![
        [
            [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
            [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
            [[0.50813986, 0.54309974], [0.64082444, 0.67101435]]
        ],
        [
            [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
            [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
            [[2.36270298, 2.36904306], [2.38090835, 2.38247847]]
        ]
    ];
    context.expect_array("out", &out, &expected, EIGHT_DECIMALS, &[])
}

fn rest(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 2.0, 3.0, 4.0, 5.0]]]];
    let out = session.call(&call::conv_forward_naive(&x, &array![[[[1.0, 1.0]]]], &array![0.0], 2, 0))?;
    context
        .expect_array("out", &out, &array![[[[3.0, 7.0]]]], TOLERANCE, &[])
        .map_err(|failure| failure.with_hint("a side has (size + 2 * pad - filter) / stride + 1 outputs, rounded down"))
}

fn one_image_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w, dout) = (array![[[[3.0, 5.0, 4.0]]]], array![[[[-1.0, 1.0]]]], array![[[[1.0, 10.0]]]]);
    let (dx, dw, db) = session.call(&call::conv_backward_naive(&x, &w, &array![10.0], 1, 0, &dout))?;
    let last = ("what the last window gives; the middle pixel is in two windows, and collects from both", &{
        let mut last = array![[[[-1.0, -9.0, 10.0]]]];
        last[[0, 0, 0, 1]] = -10.0;
        last
    });
    context.expect_array("dx", &dx, &array![[[[-1.0, -9.0, 10.0]]]], TOLERANCE, &[last])?;
    let last = ("what the last window gives; sum over all windows", &array![[[[50.0, 40.0]]]]);
    context.expect_array("dw", &dw, &array![[[[53.0, 45.0]]]], TOLERANCE, &[last])?;
    context.expect_array("db", &db, &array![11.0], TOLERANCE, &[("the mean; db is the sum", &array![5.5])])
}

fn shapes(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let (x, w, b) = (scattered([2, 3, 5, 4]), scattered([4, 3, 3, 2]), scattered([4]));
    let dout = scattered([2, 4, 3, 3]);
    let (dx, dw, db) = session.call(&call::conv_backward_naive(&x, &w, &b, 2, 1, &dout))?;
    let gradients = [("dx", dx.shape(), x.shape()), ("dw", dw.shape(), w.shape()), ("db", db.shape(), b.shape())];
    expect_shapes(&gradients)
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (stride, pad, side) in [(1, 1, 4), (2, 0, 1), (3, 2, 2)] {
        let (x, w, b) = (scattered([2, 2, 4, 4]), scattered([3, 2, 3, 3]), scattered([3]));
        let dout = scattered([2, 3, side, side]).slice_move(s![.., .., ..;-1, ..]);
        let (dx, dw, db) = session.call(&call::conv_backward_naive(&x, &w, &b, stride, pad, &dout))?;
        expect_shapes(&[("dx", dx.shape(), x.shape()), ("dw", dw.shape(), w.shape()), ("db", db.shape(), b.shape())])?;
        let forward = call::conv_forward_naive(&x, &w, &b, stride, pad);
        let gradients = [("dx", "x", flat(&dx)), ("dw", "w", flat(&dw)), ("db", "b", flat(&db))];
        expect_slopes(session, context, &forward, &dout, &gradients)?;
    }
    Ok(())
}
