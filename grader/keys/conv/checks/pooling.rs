//! Checks of `max_pool_forward_naive` and `max_pool_backward_naive`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array4, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::recorded::{self, Numbers};
use super::{ORDINARY_FIRST, agree, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs};

/// The checks of `max_pool_forward_naive`, 8 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("max_pool_forward_naive", name, points, expectation, run);
    vec![
        check("output of fresh images", 3, "the largest number of each window of 2 x 2", fresh_forward),
        check(
            "windows that overlap, gaps, rests",
            2,
            "the right output where the stride is no longer that of the windows, and where a rest is left",
            |session, context| held_forward(session, context, OTHER_WINDOWS, STRIDE_HINT),
        ),
        check(
            "windows and images that are not square",
            1,
            "the right output where heights and widths differ, down to one pixel, one channel, one image",
            |session, context| held_forward(session, context, RECTANGLES, RECTANGLES_HINT),
        ),
        check("recorded images", 1, "the output that PyTorch gives for recorded images", recorded_forward),
        check("images left alone", 1, "x as it was before the call, and the right output", unchanged_forward),
    ]
}

/// The checks of `max_pool_backward_naive`, 12 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("max_pool_backward_naive", name, points, expectation, run);
    vec![
        check("dx of fresh images", 4, "dout at the largest number of each window, 0 elsewhere", fresh_backward),
        check(
            "windows that overlap, gaps, rests",
            3,
            "a number that is the largest of several windows collects from all of them",
            |session, context| held_backward(session, context, OTHER_WINDOWS, OVERLAP_HINT),
        ),
        check(
            "windows and images that are not square",
            1,
            "the right dx where heights and widths differ, down to one pixel, one channel, one image",
            |session, context| held_backward(session, context, RECTANGLES, RECTANGLES_HINT),
        ),
        check("equal numbers", 1, "all of dout at the first of equal numbers, row by row", equal),
        check("recorded images", 1, "the gradient that PyTorch gives for recorded images", recorded_backward),
        check(
            "gradient against the slope of the output",
            1,
            "a gradient that is the slope of what max_pool_forward_naive returns",
            numeric,
        ),
        check("inputs left alone", 1, "x and dout as they were before the call, and the right dx", unchanged_backward),
    ]
}

const STRIDE_HINT: &str =
    "a window begins at i * stride and j * stride; there are (size - pool) / stride + 1 of them, rounded down";
const OVERLAP_HINT: &str = "where windows overlap, dx adds up what comes from each of them";
const RECTANGLES_HINT: &str = "heights go with heights, widths with widths; neither need be equal to the other";

/// Shapes of images, windows and strides: overlapping windows, gaps between windows, rests.
const OTHER_WINDOWS: &[([usize; 4], [usize; 2], usize)] = &[
    ([2, 2, 5, 5], [2, 2], 1),
    ([2, 1, 6, 6], [3, 3], 1),
    ([1, 2, 7, 7], [3, 3], 2),
    ([2, 2, 5, 5], [2, 2], 2),
    ([1, 2, 7, 7], [2, 2], 3),
    ([2, 1, 5, 5], [5, 5], 1),
];

const RECTANGLES: &[([usize; 4], [usize; 2], usize)] = &[
    ([2, 3, 4, 7], [2, 2], 2),
    ([2, 2, 5, 6], [3, 2], 1),
    ([2, 2, 6, 5], [1, 3], 2),
    ([1, 1, 2, 6], [2, 3], 3),
    ([1, 3, 4, 1], [2, 1], 2),
    ([3, 1, 1, 1], [1, 1], 1),
];

/// Arguments of both passes. No two numbers of an image are equal.
#[derive(Clone)]
struct Inputs {
    x: Array4<f64>,
    pool: [usize; 2],
    stride: usize,
    dout: Array4<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, (x, pool, stride): ([usize; 4], [usize; 2], usize)) -> Self {
        let (x_scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        let side = |axis: usize| (x[2 + axis] - pool[axis]) / stride + 1;
        let dout = inputs::normal(random, [x[0], x[1], side(0), side(1)], dout_scale);
        Self { x: inputs::normal(random, x, x_scale), pool, stride, dout }
    }

    /// Images of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let side = 2 * random.random_range(2..4);
        let shape = [random.random_range(2..4), random.random_range(2..4), side, side];
        let (first, other) = (Self::random(random, (shape, [2, 2], 2)), Self::random(random, (shape, [2, 2], 2)));
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
            Self { x: first.x.mapv(|x| -x), ..first.clone() },
            // Windows without a positive number.
            Self { x: first.x.mapv(|x| -x.abs()), ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.dout).map(|dout| Self { dout, ..first.clone() }));
        all.push(first);
        all
    }

    fn forward(&self) -> Call<Array4<f64>> {
        call::max_pool_forward_naive(&self.x, self.pool[0], self.pool[1], self.stride)
    }

    fn backward(&self) -> Call<Array4<f64>> {
        call::max_pool_backward_naive(&self.x, self.pool[0], self.pool[1], self.stride, &self.dout)
    }

    /// A number of each window, by what is made of it.
    fn of_windows(&self, f: impl Fn(ndarray::ArrayView2<f64>) -> f64) -> Array4<f64> {
        Array4::from_shape_fn(self.dout.raw_dim(), |(n, c, i, j)| {
            let (top, left) = (i * self.stride, j * self.stride);
            f(self.x.slice(s![n, c, top..top + self.pool[0], left..left + self.pool[1]]))
        })
    }

    fn hold_forward(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let out = session.call(&self.forward())?;
        self.compare_output(&out, &self.expected_output(), context)
    }

    fn expected_output(&self) -> Array4<f64> {
        reference::max_pool_forward_naive(&self.x, self.pool[0], self.pool[1], self.stride).0
    }

    fn compare_output(&self, out: &Array4<f64>, expected: &Array4<f64>, context: &Context) -> Result<(), Failure> {
        if out.dim() != expected.dim() {
            return Err(Failure::wrong("the output has the wrong shape").with_hint(
                "the output has the shape (batch, channels, output height, output width), and a side has \
                 (size - pool) / stride + 1 numbers, rounded down",
            ));
        }
        if agree(out, expected) {
            return Ok(());
        }
        let slips = [
            ("the mean of each window; take its largest number", &self.of_windows(|x| x.mean().unwrap_or(f64::NAN))),
            (
                "the smallest number of each window; take the largest",
                &self.of_windows(|x| x.fold(f64::INFINITY, |a, &b| a.min(b))),
            ),
            (
                "never below 0; a window may be negative throughout, so do not start from 0",
                &expected.mapv(|x| x.max(0.0)),
            ),
            (
                "the largest number without its sign; the sign counts",
                &self.of_windows(|x| x.fold(0.0, |a: f64, &b| a.max(b.abs()))),
            ),
            (
                "the number that is farthest from 0; take the largest, whatever its distance from 0",
                &self.of_windows(|x| x.fold(0.0, |a: f64, &b| if b.abs() > a.abs() { b } else { a })),
            ),
            ("the first number of each window; take the largest", &self.of_windows(|x| x[[0, 0]])),
            ("the sum of each window; take its largest number", &self.of_windows(|x| x.sum())),
        ];
        context.expect_array("the output", out, expected, close_to(expected.iter().copied()), &slips)
    }

    fn expected_gradient(&self) -> Array4<f64> {
        let cache = reference::max_pool_forward_naive(&self.x, self.pool[0], self.pool[1], self.stride).1;
        reference::max_pool_backward_naive(&self.dout, &cache)
    }

    fn hold_backward(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_gradient(&session.call(&self.backward())?, &self.expected_gradient(), context)
    }

    /// `dx` with what `spread` makes of the part of it, the window, and the slope of each window.
    fn spread(&self, spread: impl Fn(ndarray::ArrayViewMut2<f64>, ndarray::ArrayView2<f64>, f64)) -> Array4<f64> {
        let mut dx = Array4::zeros(self.x.raw_dim());
        for ((n, c, i, j), &slope) in self.dout.indexed_iter() {
            let (top, left) = (i * self.stride, j * self.stride);
            let window = s![n, c, top..top + self.pool[0], left..left + self.pool[1]];
            spread(dx.slice_mut(window), self.x.slice(window), slope);
        }
        dx
    }

    fn compare_gradient(&self, dx: &Array4<f64>, expected: &Array4<f64>, context: &Context) -> Result<(), Failure> {
        if agree(dx, expected) {
            return Ok(());
        }
        let largest = |x: ndarray::ArrayView2<f64>| x.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let to_all = self.spread(|mut dx, _, slope| dx += slope);
        let shared = self.spread(|mut dx, x, slope| dx += slope / x.len() as f64);
        let overwritten = self.spread(|mut dx, x, slope| {
            let largest = largest(x);
            dx.zip_mut_with(&x, |dx, &x| *dx = if x == largest { slope } else { *dx });
        });
        let cleared = self.spread(|mut dx, x, slope| {
            let largest = largest(x);
            dx.zip_mut_with(&x, |dx, &x| *dx = if x == largest { slope } else { 0.0 });
        });
        let masks = self.spread(|mut dx, x, _| {
            let largest = largest(x);
            dx.zip_mut_with(&x, |dx, &x| *dx += if x == largest { 1.0 } else { 0.0 });
        });
        let first = self.spread(|mut dx, _, slope| dx[[0, 0]] += slope);
        let each_equal = self.spread(|mut dx, x, slope| {
            let largest = largest(x);
            dx.zip_mut_with(&x, |dx, &x| *dx += if x == largest { slope } else { 0.0 });
        });
        let equal_shared = self.spread(|mut dx, x, slope| {
            let largest = largest(x);
            let count = x.iter().filter(|x| **x == largest).count() as f64;
            dx.zip_mut_with(&x, |dx, &x| *dx += if x == largest { slope / count } else { 0.0 });
        });
        let last = self.spread(|mut dx, x, slope| {
            let largest = largest(x);
            if let Some(((i, j), _)) = x.indexed_iter().filter(|(_, x)| **x == largest).last() {
                dx[[i, j]] += slope;
            }
        });
        let slips = [
            ("dout for every number of the window; the largest alone takes it", &to_all),
            ("dout shared among all numbers of the window; the largest alone takes it", &shared),
            ("1 at the largest number of each window; multiply by dout", &masks),
            ("dout at the first number of each window; the largest takes it", &first),
            (
                "what the last window gives; a number collects from all windows of which it is the largest: add up",
                &overwritten,
            ),
            ("right but that each window clears what others left in it: add up", &cleared),
            ("dout for each of equal numbers; the first one alone takes it", &each_equal),
            ("dout shared among equal numbers; the first one takes all", &equal_shared),
            ("dout for the last of equal numbers; the first one takes it", &last),
            ("dout times the largest number; dout passes as it is", &(expected * &self.x)),
        ];
        context.expect_array("dx", dx, expected, close_to(expected.iter().copied()), &slips)
    }
}

/// What every check of `max_pool_forward_naive` with points asks first.
fn ordinary_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// What every check of `max_pool_backward_naive` with points asks first.
fn ordinary_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let mut all = Inputs::look_alikes(random);
    all.extend([[2, 3, 8, 8], [4, 2, 4, 4]].map(|shape| Inputs::random(random, (shape, [2, 2], 2))));
    all
}

fn fresh_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
}

fn fresh_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
}

type Shapes = &'static [([usize; 4], [usize; 2], usize)];

fn held_forward(session: &mut Session<'_>, context: &mut Context, shapes: Shapes, hint: &str) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let all = shapes.iter().map(|shape| Inputs::random(&mut context.random, *shape)).collect();
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(hint))
}

fn held_backward(session: &mut Session<'_>, context: &mut Context, shapes: Shapes, hint: &str) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let all = shapes.iter().map(|shape| Inputs::random(&mut context.random, *shape)).collect();
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
        .map_err(|failure| failure.with_hint(hint))
}

/// Images of few different numbers.
fn equal(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let mut all = Vec::new();
    for shape in [([2, 2, 6, 6], [2, 2], 2), ([1, 2, 5, 5], [3, 3], 1)] {
        let mut inputs = Inputs::random(&mut context.random, shape);
        inputs.x.mapv_inplace(|_| f64::from(context.random.random_range(-1..2)));
        all.push(inputs);
    }
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    kernel: usize,
    stride: usize,
    x: Numbers,
    dout: Numbers,
    out: Numbers,
    dx: Numbers,
}

/// Inputs, the output and the gradient, recorded.
fn recorded_cases() -> impl Iterator<Item = (Inputs, Array4<f64>, Array4<f64>)> {
    recorded::cases::<Recorded>("max_pool").into_iter().map(|case| {
        let Recorded { kernel, stride, x, dout, out, dx } = case;
        (Inputs { x: x.array(), pool: [kernel; 2], stride, dout: dout.array() }, out.array(), dx.array())
    })
}

fn recorded_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    for (inputs, out, _) in recorded_cases() {
        inputs.compare_output(&session.call(&inputs.forward())?, &out, context)?;
    }
    Ok(())
}

fn recorded_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    for (inputs, _, dx) in recorded_cases() {
        inputs.compare_gradient(&session.call(&inputs.backward())?, &dx, context)?;
    }
    Ok(())
}

/// The gradient against the slope of the answer's own output, where no two numbers are nearly equal.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for shape in [([2, 2, 4, 4], [2, 2], 2), ([1, 2, 5, 4], [3, 2], 1)] {
        let mut inputs = Inputs::random(&mut context.random, shape);
        let mut order: Vec<usize> = (0..inputs.x.len()).collect();
        rand::seq::SliceRandom::shuffle(&mut order[..], &mut context.random);
        let count = order.len() as f64;
        inputs.x.iter_mut().zip(order).for_each(|(x, place)| *x = place as f64 / count - 0.5);
        let found: Array1<f64> = session.call(&inputs.backward())?.iter().copied().collect();
        let all: Vec<usize> = (0..inputs.x.len()).collect();
        let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
        let slope = Array1::from_vec(session.numeric_gradient(&inputs.forward(), "x", &all, 1e-5, weights)?);
        context
            .expect_array(
                "dx, held against the slope of your own output",
                &found,
                &slope,
                Tolerance::new(1e-5, 1e-6),
                &[],
            )
            .map_err(|failure| failure.with_hint("the gradient is the slope of sum(out * dout): derive it again"))?;
    }
    ordinary_backward(session, context)
}

fn unchanged_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let inputs = Inputs::random(&mut context.random, ([2, 2, 6, 6], [2, 2], 2));
    inputs.compare_output(&session.call_watching_inputs(&inputs.forward())?, &inputs.expected_output(), context)
}

fn unchanged_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let inputs = Inputs::random(&mut context.random, ([2, 2, 6, 6], [2, 2], 2));
    inputs.compare_gradient(&session.call_watching_inputs(&inputs.backward())?, &inputs.expected_gradient(), context)
}
