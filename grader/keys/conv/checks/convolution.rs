//! Inputs of a convolution, and the checks of `conv_forward_naive`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::call;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array4, Axis, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::recorded::{self, Numbers};
use super::{ORDINARY_FIRST, agree, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs};

/// The checks, 15 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("conv_forward_naive", name, points, expectation, run);
    vec![
        check("output of fresh images", 5, "the weighed sum of each window over all channels, plus the bias", fresh),
        check(
            "strides and paddings",
            3,
            "the right output for strides from 1 to 3 and paddings from 0 to 2, where the stride divides and where not",
            |session, context| held(session, context, strides, STRIDES_HINT),
        ),
        check(
            "images and filters that are not square",
            2,
            "the right output where heights and widths differ, of images, of filters, of both",
            |session, context| held(session, context, rectangles, RECTANGLES_HINT),
        ),
        check(
            "one image, one channel, one filter",
            2,
            "the right output where an axis has length 1, and with filters of 1 x 1 and as large as the image",
            |session, context| held(session, context, single, SINGLE_HINT),
        ),
        check("recorded inputs", 2, "the output that PyTorch gives for recorded inputs", recorded_output),
        check("inputs left alone", 1, "all arrays as they were before the call, and the right output", unchanged),
    ]
}

pub const STRIDES_HINT: &str = "a window begins at i * stride and j * stride of the image with its zeros around it; there are \
     (size + 2 * pad - filter) / stride + 1 of them, rounded down";
pub const RECTANGLES_HINT: &str = "heights go with heights, widths with widths; neither need be equal to the other";
pub const SINGLE_HINT: &str = "an axis of length 1 is an axis like any other";

/// Axis lengths, and how the windows move.
#[derive(Clone, Copy)]
pub struct Shape {
    /// (batch, channels, height, width)
    pub x: [usize; 4],
    /// (filters, filter height, filter width)
    pub w: [usize; 3],
    pub stride: usize,
    pub pad: usize,
}

impl Shape {
    /// Square images and filters, a stride of 1, and a padding that keeps the size.
    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let side = random.random_range(4..7);
        let x = [random.random_range(2..4), random.random_range(2..4), side, side];
        Self { x, w: [random.random_range(2..5), 3, 3], stride: 1, pad: 1 }
    }

    /// Numbers of the output along a side.
    fn along(&self, axis: usize) -> usize {
        (self.x[2 + axis] + 2 * self.pad - self.w[1 + axis]) / self.stride + 1
    }
}

/// Arguments of both passes.
#[derive(Clone)]
pub struct Inputs {
    pub x: Array4<f64>,
    pub w: Array4<f64>,
    pub b: Array1<f64>,
    pub stride: usize,
    pub pad: usize,
    pub dout: Array4<f64>,
}

impl Inputs {
    /// Inputs of this shape.
    pub fn random(random: &mut ChaCha8Rng, shape: Shape) -> Self {
        let (x_scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        let ([batch, channels, ..], [filters, height, width]) = (shape.x, shape.w);
        // Sums of the order of the bias, so that neither is lost in rounding beside the other.
        let w_scale = 1.0 / (x_scale * ((channels * height * width) as f64).sqrt());
        Self {
            x: inputs::normal(random, shape.x, x_scale),
            w: inputs::normal(random, [filters, channels, height, width], w_scale),
            b: inputs::normal(random, filters, 1.0),
            stride: shape.stride,
            pad: shape.pad,
            dout: inputs::normal(random, [batch, filters, shape.along(0), shape.along(1)], dout_scale),
        }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    pub fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = Shape::ordinary(random);
        let (first, other) = (Self::random(random, shape), Self::random(random, shape));
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { w: other.w, ..first.clone() },
            Self { b: other.b, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.w).map(|w| Self { w, ..first.clone() }));
        all.push(first);
        all
    }

    pub fn forward(&self) -> Call<Array4<f64>> {
        call::conv_forward_naive(&self.x, &self.w, &self.b, self.stride, self.pad)
    }

    /// The output with other filters.
    fn output_of(&self, w: &Array4<f64>) -> Array4<f64> {
        reference::conv_forward_naive(&self.x, w, &self.b, self.stride, self.pad).0
    }

    pub fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.forward())?, &self.output_of(&self.w), context)
    }

    fn compare(&self, out: &Array4<f64>, expected: &Array4<f64>, context: &Context) -> Result<(), Failure> {
        self.compare_shape(out, expected)?;
        if agree(out, expected) {
            return Ok(());
        }
        let b = self.b.to_shape((1, self.b.len(), 1, 1)).expect("as many numbers");
        let flipped = self.output_of(&self.w.slice(s![.., .., ..;-1, ..;-1]).to_owned());
        let transposed = (self.w.dim().2 == self.w.dim().3)
            .then(|| self.output_of(&self.w.clone().permuted_axes([0, 1, 3, 2]).as_standard_layout().into_owned()));
        let mut one_channel = self.w.clone();
        one_channel.slice_mut(s![.., 1.., .., ..]).fill(0.0);
        let mut last_channel = self.w.clone();
        let last = self.w.dim().1 - 1;
        last_channel.slice_mut(s![.., ..last, .., ..]).fill(0.0);
        let without = expected - &b;
        context.expect_array(
            "the output",
            out,
            expected,
            close_to(expected.iter().copied()),
            &[
                ("the output without the bias b", &without),
                ("the output with the bias subtracted; it is added", &(&without - &b)),
                ("the output with the first bias everywhere; each filter has its own", &(&without + self.b[0])),
                ("the output with all biases added up; each filter has its own", &(&without + self.b.sum())),
                (
                    "the output with the bias once for each channel of the image; it is added once",
                    &(&without + &(&b * self.x.dim().1 as f64)),
                ),
                ("what flipped filters give; they are laid on as they are", &flipped),
                (
                    "what filters with rows and columns exchanged give; they are laid on as they are",
                    transposed.as_ref().unwrap_or(&without),
                ),
                ("what the first channel alone gives; sum over all channels", &self.output_of(&one_channel)),
                ("what the last channel alone gives; sum over all channels", &self.output_of(&last_channel)),
                ("the mean over the channels; take their sum", &(&without / self.x.dim().1 as f64 + &b)),
                ("the mean over the window; take the sum", &(&without / (self.w.len() / self.w.dim().0) as f64 + &b)),
                (
                    "the output with negative numbers set to 0; ReLU is a layer of its own",
                    &expected.mapv(|out| out.max(0.0)),
                ),
                ("what the same filter gives everywhere; each channel of the output has its own", &{
                    let first = self
                        .w
                        .index_axis(Axis(0), 0)
                        .insert_axis(Axis(0))
                        .broadcast(self.w.raw_dim())
                        .map(|w| w.to_owned());
                    first.map_or_else(|| without.clone(), |first| self.output_of(&first))
                }),
            ],
        )
    }

    /// What a shape tells that is not the right one.
    fn compare_shape(&self, out: &Array4<f64>, expected: &Array4<f64>) -> Result<(), Failure> {
        if out.dim() == expected.dim() {
            return Ok(());
        }
        let sides = |pads: usize, stride: usize, up: bool| {
            [0, 1].map(|axis| {
                let room = (self.x.shape()[2 + axis] + pads).checked_sub(self.w.shape()[2 + axis]);
                room.map_or(0, |room| if up { room.div_ceil(stride) } else { room / stride } + 1)
            })
        };
        let [height, width] = [out.dim().2, out.dim().3];
        let (found, stride, pad) = ([height, width], self.stride, self.pad);
        let hint = if found == sides(2 * pad, stride, true) {
            "of a rest that no whole window fits into nothing is made: the division is rounded down"
        } else if found == sides(0, stride, false) {
            "the padding is missing: put pad rows and columns of zeros around the image"
        } else if found == sides(pad, stride, false) {
            "the padding is on one side only: it stands on all four sides"
        } else if found == sides(2 * pad, 1, false) {
            "the stride is not looked at: neighbouring windows start that far apart"
        } else if [width, height] == sides(2 * pad, stride, false) {
            "height and width are exchanged"
        } else if found.map(|side| side + 1) == sides(2 * pad, stride, false) {
            "one more window fits in each direction: the first one starts at 0"
        } else {
            "the output has the shape (batch, filters, output height, output width), and a side has \
             (size + 2 * pad - filter) / stride + 1 numbers, rounded down"
        };
        Err(Failure::wrong("the output has the wrong shape").with_hint(hint))
    }
}

/// What every check with points asks first.
pub fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for x in [[2, 3, 7, 7], [3, 1, 4, 4]] {
        all.push(Inputs::random(&mut context.random, Shape { x, w: [3, 3, 3], stride: 1, pad: 1 }));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

/// What windows of several strides and paddings see; the stride divides in some of them.
pub fn strides(random: &mut ChaCha8Rng) -> Vec<Shape> {
    let square = |side, filter, stride, pad| Shape { x: [2, 2, side, side], w: [3, filter, filter], stride, pad };
    let side = random.random_range(5..8);
    vec![
        square(side, 3, 2, 1),
        square(side + 1, 3, 2, 1),
        square(side, 2, 1, 0),
        square(side, 3, 3, 2),
        square(side, 2, 3, 0),
        // A window may lie on zeros alone.
        square(4, 2, 1, 2),
        // Steps longer than the filter.
        square(7, 1, 3, 1),
    ]
}

/// Heights and widths that differ.
pub fn rectangles(random: &mut ChaCha8Rng) -> Vec<Shape> {
    let (short, long) = (random.random_range(3..5), random.random_range(5..8));
    let shape = |height, width, w, stride, pad| Shape { x: [2, 2, height, width], w, stride, pad };
    vec![
        shape(short, long, [2, 3, 3], 1, 1),
        shape(long, short, [2, 3, 3], 2, 1),
        shape(long, long, [2, 2, 3], 1, 0),
        shape(long, long, [2, 3, 1], 2, 1),
        shape(short, long, [3, 2, 4], 1, 0),
        shape(long, short, [2, 4, 2], 1, 2),
    ]
}

/// Shapes with an axis of length 1, and the smallest and the largest filters.
pub fn single(random: &mut ChaCha8Rng) -> Vec<Shape> {
    let side = random.random_range(4..6);
    let shape = |x, w, stride, pad| Shape { x, w, stride, pad };
    vec![
        shape([1, 2, side, side], [3, 3, 3], 1, 1),
        shape([3, 1, side, side], [2, 3, 3], 1, 1),
        shape([2, 3, side, side], [1, 3, 3], 1, 1),
        shape([2, 3, side, side], [2, 1, 1], 1, 0),
        shape([2, 2, side, side], [3, side, side], 1, 0),
        shape([1, 1, side, 1], [2, 3, 1], 1, 1),
        shape([1, 1, 1, 1], [1, 1, 1], 1, 0),
        shape([2, 1, 5, 3], [1, 5, 3], 2, 0),
    ]
}

/// Holds inputs of these shapes, after ordinary ones.
fn held(
    session: &mut Session<'_>,
    context: &mut Context,
    shapes: fn(&mut ChaCha8Rng) -> Vec<Shape>,
    hint: &str,
) -> Result<(), Failure> {
    ordinary(session, context)?;
    let random = &mut context.random;
    let all = shapes(random).into_iter().map(|shape| Inputs::random(random, shape)).collect();
    in_turn(context, all, |inputs, context| inputs.hold(session, context)).map_err(|failure| failure.with_hint(hint))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    stride: usize,
    pad: usize,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    dout: Numbers,
    out: Numbers,
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
}

/// Gradients with respect to `x`, `w` and `b`.
pub type Gradients = (Array4<f64>, Array4<f64>, Array1<f64>);

/// Inputs, the output and the gradients, recorded.
pub fn recorded_cases() -> impl Iterator<Item = (Inputs, Array4<f64>, Gradients)> {
    recorded::cases::<Recorded>("conv").into_iter().map(|case| {
        let Recorded { stride, pad, x, w, b, dout, out, dx, dw, db } = case;
        let inputs = Inputs { x: x.array(), w: w.array(), b: b.array(), stride, pad, dout: dout.array() };
        (inputs, out.array(), (dx.array(), dw.array(), db.array()))
    })
}

fn recorded_output(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (inputs, out, _) in recorded_cases() {
        inputs.compare(&session.call(&inputs.forward())?, &out, context)?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let shape = Shape::ordinary(&mut context.random);
    let inputs = Inputs::random(&mut context.random, shape);
    inputs.compare(&session.call_watching_inputs(&inputs.forward())?, &inputs.output_of(&inputs.w), context)
}
