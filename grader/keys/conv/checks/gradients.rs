//! Checks of `conv_backward_naive`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array4, Axis, s};
use rand_chacha::ChaCha8Rng;

use super::convolution::{
    Gradients, Inputs, RECTANGLES_HINT, SINGLE_HINT, STRIDES_HINT, Shape, recorded_cases, rectangles, single, strides,
};
use super::{ORDINARY_FIRST, agree, reference};
use crate::common::check;
use crate::common::expected::{close_to, in_turn};

/// The checks, 20 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("conv_backward_naive", name, points, expectation, run);
    vec![
        check(
            "dx of fresh images",
            5,
            "dout times the filter, summed over all windows that a number is in",
            |session, context| fresh(session, context, Part::X),
        ),
        check(
            "dw of fresh images",
            4,
            "dout times the window, summed over all windows of all images",
            |session, context| fresh(session, context, Part::W),
        ),
        check("db of fresh images", 2, "dout, summed over images and places", |session, context| {
            fresh(session, context, Part::B)
        }),
        check(
            "strides and paddings",
            3,
            "the right gradients for strides from 1 to 3 and paddings from 0 to 2; 0 for what no window reaches",
            |session, context| held(session, context, strides, STRIDES_HINT),
        ),
        check(
            "images and filters that are not square",
            1,
            "the right gradients where heights and widths differ, of images, of filters, of both",
            |session, context| held(session, context, rectangles, RECTANGLES_HINT),
        ),
        check(
            "one image, one channel, one filter",
            1,
            "the right gradients where an axis has length 1, and with filters of 1 x 1 and as large as the image",
            |session, context| held(session, context, single, SINGLE_HINT),
        ),
        check("recorded inputs", 1, "the gradients that PyTorch gives for recorded inputs", recorded_gradients),
        check(
            "gradients against the slope of the output",
            2,
            "gradients that are the slopes of what conv_forward_naive returns",
            numeric,
        ),
        check("inputs left alone", 1, "all arrays as they were before the call, and the right gradients", unchanged),
    ]
}

/// Which gradient a check is about.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    X,
    W,
    B,
    All,
}

fn backward(inputs: &Inputs) -> Call<Gradients> {
    let Inputs { x, w, b, stride, pad, dout } = inputs;
    call::conv_backward_naive(x, w, b, *stride, *pad, dout)
}

fn expected(inputs: &Inputs) -> Gradients {
    let Inputs { x, w, b, stride, pad, dout } = inputs;
    reference::conv_backward_naive(dout, &reference::conv_forward_naive(x, w, b, *stride, *pad).1)
}

fn hold(inputs: &Inputs, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
    compare(inputs, &session.call(&backward(inputs))?, &expected(inputs), part, context)
}

fn compare(
    inputs: &Inputs,
    found: &Gradients,
    expected: &Gradients,
    part: Part,
    context: &Context,
) -> Result<(), Failure> {
    let (dx, dw, db) = expected;
    let Inputs { x, dout, pad, .. } = inputs;
    let n = x.dim().0 as f64;
    if (part == Part::X || part == Part::All) && !agree(&found.0, dx) {
        let (batch, channels, height, width) = x.dim();
        let padded = (batch, channels, height + 2 * pad, width + 2 * pad);
        let cut = "dx has the shape of x: cut the padding off on all four sides";
        context.expect(*pad == 0 || found.0.dim() != padded, "dx: wrong shape", cut)?;
        let (overwritten, _) = with_slips(inputs, Slip::Overwrites);
        let (flipped, _) = with_slips(inputs, Slip::Flips);
        let (of_first, _) = with_slips(inputs, Slip::FirstFilter);
        let slips = [
            ("divided by the number of images; dx is not a mean", &(dx / n)),
            ("what the last window gives; a number collects from all windows that it is in: add up", &overwritten),
            ("what flipped filters give; here they are laid on as in the forward pass", &flipped),
            ("what the first filter sends back; a number collects from all filters", &of_first),
        ];
        context.expect_array("dx", &found.0, dx, close_to(dx.iter().copied()), &slips)?;
    }
    if (part == Part::W || part == Part::All) && !agree(&found.1, dw) {
        let (_, overwritten) = with_slips(inputs, Slip::Overwrites);
        let (_, first) = with_slips(inputs, Slip::FirstImage);
        let (_, last) = with_slips(inputs, Slip::LastImage);
        let slips = [
            ("the mean over the images; dw is their sum, since dout holds the mean already", &(dw / n)),
            ("what the last window gives; a weight is used in all windows: add up", &overwritten),
            ("what the first image alone gives; sum over all", &first),
            ("what the last image alone gives; sum over all", &last),
        ];
        context.expect_array("dw", &found.1, dw, close_to(dw.iter().copied()), &slips)?;
    }
    if part == Part::B || part == Part::All {
        let places = (dout.len() / db.len().max(1)) as f64;
        let slips = [
            ("the mean over images and places; db is the sum", &(db / places)),
            ("the mean over the images; db is the sum", &(db / n)),
            ("the number of windows; sum dout over them", &Array1::from_elem(db.len(), places)),
            ("the sum of all of dout in each place; each filter has its own", &Array1::from_elem(db.len(), db.sum())),
            ("what the last image alone gives; sum over all", &{
                let last = dout.index_axis(Axis(0), dout.dim().0 - 1);
                last.sum_axis(Axis(2)).sum_axis(Axis(1))
            }),
        ];
        context.expect_array("db", &found.2, db, close_to(db.iter().copied()), &slips)?;
    }
    Ok(())
}

/// What goes wrong on the way back.
#[derive(Clone, Copy, PartialEq)]
enum Slip {
    /// `=` in place of `+=`.
    Overwrites,
    Flips,
    FirstFilter,
    FirstImage,
    LastImage,
}

/// `dx` and `dw` with a slip.
fn with_slips(inputs: &Inputs, slip: Slip) -> (Array4<f64>, Array4<f64>) {
    let Inputs { x, w, stride, pad, dout, .. } = inputs;
    let (batch, channels, height, width) = x.dim();
    let (_, _, filter_height, filter_width) = w.dim();
    let mut padded = Array4::<f64>::zeros((batch, channels, height + 2 * pad, width + 2 * pad));
    padded.slice_mut(s![.., .., *pad..pad + height, *pad..pad + width]).assign(x);
    let (mut dpadded, mut dw) = (Array4::<f64>::zeros(padded.raw_dim()), Array4::<f64>::zeros(w.raw_dim()));
    for ((n, f, i, j), &slope) in dout.indexed_iter() {
        let skipped = match slip {
            Slip::FirstFilter => f > 0,
            Slip::FirstImage => n > 0,
            Slip::LastImage => n + 1 < batch,
            Slip::Overwrites | Slip::Flips => false,
        };
        if skipped {
            continue;
        }
        let (top, left) = (i * stride, j * stride);
        let window = s![n, .., top..top + filter_height, left..left + filter_width];
        let filter = w.index_axis(Axis(0), f);
        let mut below = dpadded.slice_mut(window);
        let mut of_filter = dw.index_axis_mut(Axis(0), f);
        match slip {
            Slip::Overwrites => {
                below.assign(&(&filter * slope));
                of_filter.assign(&(&padded.slice(window) * slope));
            }
            Slip::Flips => below.scaled_add(slope, &filter.slice(s![.., ..;-1, ..;-1])),
            _ => {
                below.scaled_add(slope, &filter);
                of_filter.scaled_add(slope, &padded.slice(window));
            }
        }
    }
    (dpadded.slice(s![.., .., *pad..pad + height, *pad..pad + width]).to_owned(), dw)
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| hold(inputs, session, context, part))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for x in [[2, 3, 7, 7], [3, 1, 4, 4]] {
        all.push(Inputs::random(&mut context.random, Shape { x, w: [3, 3, 3], stride: 1, pad: 1 }));
    }
    in_turn(context, all, |inputs, context| hold(inputs, session, context, part))
}

/// Holds inputs of these shapes, after ordinary ones.
fn held(
    session: &mut Session<'_>,
    context: &mut Context,
    shapes: fn(&mut ChaCha8Rng) -> Vec<Shape>,
    hint: &str,
) -> Result<(), Failure> {
    ordinary(session, context, Part::All)?;
    let random = &mut context.random;
    let all = shapes(random).into_iter().map(|shape| Inputs::random(random, shape)).collect();
    in_turn(context, all, |inputs, context| hold(inputs, session, context, Part::All))
        .map_err(|failure| failure.with_hint(hint))
}

fn recorded_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::All)?;
    for (inputs, _, gradients) in recorded_cases() {
        compare(&inputs, &session.call(&backward(&inputs))?, &gradients, Part::All, context)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own output, whether that is right or not.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let shapes = [
        Shape { x: [2, 2, 4, 4], w: [2, 3, 3], stride: 1, pad: 1 },
        Shape { x: [1, 3, 5, 4], w: [2, 2, 3], stride: 2, pad: 0 },
    ];
    for shape in shapes {
        let inputs = Inputs::random(&mut context.random, shape);
        let (dx, dw, db) = session.call(&backward(&inputs))?;
        let flat = [
            ("dx", "x", dx.iter().copied().collect::<Array1<f64>>(), inputs.x.len()),
            ("dw", "w", dw.iter().copied().collect(), inputs.w.len()),
            ("db", "b", db, inputs.b.len()),
        ];
        for (what, argument, gradient, count) in flat {
            let all: Vec<usize> = (0..count).collect();
            let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
            let slope = Array1::from_vec(session.numeric_gradient(&inputs.forward(), argument, &all, 1e-5, weights)?);
            let what = format!("{what}, held against the slope of your own output");
            context.expect_array(&what, &gradient, &slope, Tolerance::new(1e-5, 1e-6), &[]).map_err(|failure| {
                failure.with_hint("each gradient is the slope of sum(out * dout): derive it again")
            })?;
        }
    }
    ordinary(session, context, Part::All)
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::All)?;
    let shape = Shape { x: [2, 2, 5, 5], w: [3, 3, 3], stride: 1, pad: 1 };
    let inputs = Inputs::random(&mut context.random, shape);
    compare(&inputs, &session.call_watching_inputs(&backward(&inputs))?, &expected(&inputs), Part::All, context)
}
