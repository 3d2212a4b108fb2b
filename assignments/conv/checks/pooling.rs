//! Public checks of `max_pool_forward_naive` and `max_pool_backward_naive`.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::array;

use super::{EIGHT_DECIMALS, evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::conv::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const FORWARD: &str = "max_pool_forward_naive";
const BACKWARD: &str = "max_pool_backward_naive";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(FORWARD, "one image by hand", "4 and -1; the column that fits into no window is left out", one_image),
        check(FORWARD, "evenly spaced numbers", "the numbers that CS231n's notebook prints", printed),
        check(
            BACKWARD,
            "one image by hand",
            "11 where both windows have their maximum, 0 elsewhere",
            one_image_backward,
        ),
        check(BACKWARD, "four equal numbers", "all of dout at the first of the four, and 0 at the others", equal),
        check(
            BACKWARD,
            "slope of the output",
            "a gradient that is the slope of what max_pool_forward_naive returns",
            slope,
        ),
    ]
}

fn one_image(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 2.0, -5.0, -2.0, 9.0], [4.0, 3.0, -1.0, -3.0, 8.0]]]];
    let out = session.call(&call::max_pool_forward_naive(&x, 2, 2, 2))?;
    let from_zero =
        ("what a search gives that starts at 0; a window may be negative throughout", &array![[[[4.0, 0.0]]]]);
    let means = ("the mean of each window; take its largest number", &array![[[[2.5, -2.75]]]]);
    context.expect_array("out", &out, &array![[[[4.0, -1.0]]]], TOLERANCE, &[from_zero, means])
}

fn printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let out = session.call(&call::max_pool_forward_naive(&evenly_spaced(-0.3, 0.4, [2, 3, 4, 4]), 2, 2, 2))?;
    let expected = array![
        [
            [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
            [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
            [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]]
        ],
        [
            [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
            [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
            [[0.32631579, 0.34105263], [0.38526316, 0.4]]
        ]
    ];
    context.expect_array("out", &out, &expected, EIGHT_DECIMALS, &[])
}

fn one_image_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 5.0, 2.0], [4.0, 3.0, 0.0]]]];
    let dx = session.call(&call::max_pool_backward_naive(&x, 2, 2, 1, &array![[[[10.0, 1.0]]]]))?;
    let expected = array![[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]];
    let last = (
        "what the last window gives; a number that is the maximum of two windows collects from both",
        &array![[[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]],
    );
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[last])
}

fn equal(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[2.0, 2.0], [2.0, 2.0]]]];
    let dx = session.call(&call::max_pool_backward_naive(&x, 2, 2, 2, &array![[[[8.0]]]]))?;
    let slips = [
        ("dout for each of equal numbers; the first one alone takes it", &array![[[[8.0, 8.0], [8.0, 8.0]]]]),
        ("dout for the last of equal numbers; the first one takes it", &array![[[[0.0, 0.0], [0.0, 8.0]]]]),
        ("dout shared among equal numbers; the first one takes all", &array![[[[2.0, 2.0], [2.0, 2.0]]]]),
    ];
    context.expect_array("dx", &dx, &array![[[[8.0, 0.0], [0.0, 0.0]]]], TOLERANCE, &slips)
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = scattered([2, 2, 5, 4]);
    for (height, width, stride, shape) in [(2, 2, 2, [2, 2, 2, 2]), (3, 2, 1, [2, 2, 3, 3])] {
        let dout = evenly_spaced(0.9, -0.7, shape);
        let dx = session.call(&call::max_pool_backward_naive(&x, height, width, stride, &dout))?;
        expect_shapes(&[("dx", dx.shape(), x.shape())])?;
        let forward = call::max_pool_forward_naive(&x, height, width, stride);
        expect_slopes(session, context, &forward, &dout, &[("dx", "x", flat(&dx))])?;
    }
    Ok(())
}
