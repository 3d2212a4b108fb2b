//! Checks of `affine_forward` and `affine_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::call;
use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{ORDINARY_FIRST, reference, speed};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs, recorded};

const FORWARD: &str = "affine_forward";
const BACKWARD: &str = "affine_backward";

/// The checks of `affine_forward`, 15 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check(FORWARD, name, points, expectation, run);
    vec![
        check("output of fresh inputs", 5, "x w + b, with the bias added to each example's row", fresh_forward),
        check(
            "output of images",
            3,
            "the output of examples with three axes of their own, each flattened in row-major order",
            images_forward,
        ),
        check("recorded inputs", 1, "the output that was recorded for fixed inputs", recorded_forward),
        check("one example, one feature, one output", 2, "the right output when an axis has length 1", single_forward),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            unchanged_forward,
        ),
        speed::of(FORWARD, 3, "the right output, about as fast as one matrix product can give it", speed::forward),
    ]
}

/// The checks of `affine_backward`, 20 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check(BACKWARD, name, points, expectation, run);
    vec![
        check("dx of fresh inputs", 4, "dout w^T, a row for each example", |session, context| {
            fresh_backward(session, context, Part::X)
        }),
        check("dw of fresh inputs", 4, "x^T dout, summed over the examples", |session, context| {
            fresh_backward(session, context, Part::W)
        }),
        check("db of fresh inputs", 3, "dout, summed over the examples", |session, context| {
            fresh_backward(session, context, Part::B)
        }),
        check(
            "gradients of images",
            2,
            "dx in the shape of x, where x has four axes, and dw of its rows",
            images_backward,
        ),
        check("recorded inputs", 1, "the gradients that were recorded for fixed inputs", recorded_backward),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what affine_forward returns",
            numeric,
        ),
        check(
            "one example, one feature, one output",
            1,
            "the right gradients when an axis has length 1",
            single_backward,
        ),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            unchanged_backward,
        ),
        speed::of(
            BACKWARD,
            3,
            "the right gradients, about as fast as two matrix products can give them",
            speed::backward,
        ),
    ]
}

/// Arguments of both passes.
#[derive(Clone)]
pub struct Inputs {
    pub x: ArrayD<f64>,
    pub w: Array2<f64>,
    pub b: Array1<f64>,
    pub dout: Array2<f64>,
}

/// Which gradient a check is about.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    X,
    W,
    B,
    All,
}

type Gradients = (ArrayD<f64>, Array2<f64>, Array1<f64>);

impl Inputs {
    /// Inputs of this shape of `x`.
    pub fn random(random: &mut ChaCha8Rng, shape: &[usize], outputs: usize) -> Self {
        let features: usize = shape[1..].iter().product();
        let (x_scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        // Outputs of the order of the bias, so that neither is lost in rounding beside the other.
        let w_scale = 1.0 / (x_scale * (features as f64).sqrt());
        Self {
            x: inputs::normal(random, shape, x_scale),
            w: inputs::normal(random, (features, outputs), w_scale),
            b: inputs::normal(random, outputs, 1.0),
            dout: inputs::normal(random, (shape[0], outputs), dout_scale),
        }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let (n, features, outputs) = ordinary_sizes(random);
        let first = Self::random(random, &[n, features], outputs);
        let other = Self::random(random, &[n, features], outputs);
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { w: other.w, ..first.clone() },
            Self { b: other.b, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.w).map(|w| Self { w, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.dout).map(|dout| Self { dout, ..first.clone() }));
        all.push(first);
        all
    }

    fn forward(&self) -> gradus_question::Call<Array2<f64>> {
        call::affine_forward(&self.x, &self.w, &self.b)
    }

    fn backward(&self) -> gradus_question::Call<Gradients> {
        call::affine_backward(&self.x, &self.w, &self.b, &self.dout)
    }

    /// Each example as a row, read column by column.
    fn columns_first(&self) -> Array2<f64> {
        let rows: Vec<f64> =
            self.x.outer_iter().flat_map(|example| example.t().iter().copied().collect::<Vec<_>>()).collect();
        Array2::from_shape_vec((self.x.shape()[0], self.w.nrows()), rows).expect("as many numbers")
    }

    fn compare_output(&self, out: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let (expected, _) = reference::affine_forward(&self.x, &self.w, &self.b);
        self.compare_output_with(out, &expected, context)
    }

    fn compare_output_with(&self, out: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let subtracted = expected - &(&self.b * 2.0);
        let columns_first = self.columns_first().dot(&self.w) + &self.b;
        context.expect_array(
            "the output",
            out,
            expected,
            close_to(expected.iter().copied()),
            &[
                ("the output without the bias b", &(expected - &self.b)),
                ("the output with the bias subtracted; it is added", &subtracted),
                ("the output with the bias added twice", &(expected + &self.b)),
                (
                    "the output of x w + sum(b); each output has a bias of its own",
                    &(expected - &self.b + self.b.sum()),
                ),
                ("the output with negative numbers set to 0; ReLU is a layer of its own", &expected.mapv(|out| out.max(0.0))),
                (
                    "what you get when each example is read column by column; its last axis is the one that runs fastest",
                    &columns_first,
                ),
            ],
        )
    }

    fn hold_forward(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_output(&session.call(&self.forward())?, context)
    }

    fn expected_gradients(&self) -> Gradients {
        let (_, cache) = reference::affine_forward(&self.x, &self.w, &self.b);
        reference::affine_backward(&self.dout, &cache)
    }

    fn compare_gradients(
        &self,
        found: &Gradients,
        expected: &Gradients,
        part: Part,
        context: &Context,
    ) -> Result<(), Failure> {
        let (dx, dw, db) = expected;
        let n = self.dout.nrows() as f64;
        if part == Part::X || part == Part::All {
            let as_rows = found.0.shape() == [self.dout.nrows(), self.w.nrows()] && self.x.ndim() != 2;
            context.expect(!as_rows, "dx: wrong shape", "dx has the shape of x: give its rows that shape")?;
            let mean = dx / n;
            let tolerance = close_to(dx.iter().copied());
            let slips = [("divided by the number of examples; dx is not a mean", &mean)];
            context.expect_array("dx", &found.0, dx, tolerance, &slips)?;
        }
        if part == Part::W || part == Part::All {
            let (mean, columns_first) = (dw / n, self.columns_first().t().dot(&self.dout));
            let first = self.rows_of_example(0).t().dot(&self.dout.slice(ndarray::s![..1, ..]));
            let last = self.dout.nrows() - 1;
            let of_last = self.rows_of_example(last).t().dot(&self.dout.slice(ndarray::s![last.., ..]));
            context.expect_array(
                "dw",
                &found.1,
                dw,
                close_to(dw.iter().copied()),
                &[
                    ("the mean over the examples; dw is their sum, since dout holds the mean already", &mean),
                    ("what the first example alone gives; sum over all", &first),
                    ("what the last example alone gives; sum over all", &of_last),
                    ("what you get when each example is read column by column", &columns_first),
                ],
            )?;
        }
        if part == Part::B || part == Part::All {
            let (mean, last) = (db / n, self.dout.row(self.dout.nrows() - 1).to_owned());
            context.expect_array(
                "db",
                &found.2,
                db,
                close_to(db.iter().copied()),
                &[
                    ("the mean over the examples; db is their sum, since dout holds the mean already", &mean),
                    ("the last example's dout; sum over all", &last),
                    ("the number of examples; sum dout over them", &Array1::from_elem(db.len(), n)),
                    (
                        "the sum of all of dout in each place; sum over the examples only",
                        &Array1::from_elem(db.len(), db.sum()),
                    ),
                ],
            )?;
        }
        Ok(())
    }

    fn rows_of_example(&self, example: usize) -> Array2<f64> {
        let numbers: Vec<f64> = self.x.index_axis(Axis(0), example).iter().copied().collect();
        Array2::from_shape_vec((1, numbers.len()), numbers).expect("one row")
    }

    fn hold_backward(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare_gradients(&session.call(&self.backward())?, &self.expected_gradients(), part, context)
    }
}

/// More than one of everything.
fn ordinary_sizes(random: &mut ChaCha8Rng) -> (usize, usize, usize) {
    (random.random_range(4..9), random.random_range(3..8), random.random_range(2..7))
}

/// The shape of a few small images.
fn image_shape(random: &mut ChaCha8Rng) -> [usize; 4] {
    [random.random_range(2..6), random.random_range(2..4), random.random_range(2..5), random.random_range(3..6)]
}

/// What every check of `affine_forward` with points asks first.
pub fn ordinary_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// What every check of `affine_backward` with points asks first, of a part of the gradients.
fn ordinary_part(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, part))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// As [`ordinary_part`], of all gradients.
pub fn ordinary_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_part(session, context, Part::All)
}

fn fresh(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let mut all = Inputs::look_alikes(random);
    for (shape, outputs) in [([30, 20], 10), ([2, 2], 2), ([5, 7], 3), ([3, 11], 13)] {
        all.push(Inputs::random(random, &shape, outputs));
    }
    all
}

fn fresh_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
}

fn fresh_backward(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, part))
}

/// Inputs of several shapes with four axes, and with three.
fn of_images(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let shapes = [image_shape(random).to_vec(), image_shape(random).to_vec(), vec![3, 5, 4]];
    shapes.iter().map(|shape| Inputs::random(random, shape, 3)).collect()
}

const IMAGES_HINT: &str = "only the first axis counts examples; the others together are the features";

fn images_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let all = of_images(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(IMAGES_HINT))
}

fn images_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let all = of_images(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, Part::All))
        .map_err(|failure| failure.with_hint(IMAGES_HINT))
}

/// A recorded case: `x` as rows, and the shape that it has.
#[derive(Deserialize)]
struct Recorded {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    shape: Vec<usize>,
    #[serde(deserialize_with = "recorded::matrix")]
    w: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b: Array1<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    dout: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    out: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    dx: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    dw: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    db: Array1<f64>,
}

/// Inputs, the output and the gradients.
fn recorded_cases() -> impl Iterator<Item = (Inputs, Array2<f64>, Gradients)> {
    let cases: Vec<Recorded> = recorded::read(include_str!("../snapshots/affine.snap"));
    cases.into_iter().map(|case| {
        let shaped = |rows: Array2<f64>| rows.into_shape_with_order(case.shape.clone()).expect("as many numbers");
        let (x, dx) = (shaped(case.x), shaped(case.dx));
        (Inputs { x, w: case.w, b: case.b, dout: case.dout }, case.out, (dx, case.dw, case.db))
    })
}

fn recorded_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    for (inputs, out, _) in recorded_cases() {
        inputs.compare_output_with(&session.call(&inputs.forward())?, &out, context)?;
    }
    Ok(())
}

fn recorded_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    for (inputs, _, gradients) in recorded_cases() {
        inputs.compare_gradients(&session.call(&inputs.backward())?, &gradients, Part::All, context)?;
    }
    Ok(())
}

/// Shapes of `x` with an axis of length 1, and outputs.
fn narrow(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let (n, features, outputs) = ordinary_sizes(random);
    let sizes: [(&[usize], usize); 5] =
        [(&[1, features], outputs), (&[n, 1], outputs), (&[n, features], 1), (&[1, 1], 1), (&[1, 2, 1, 3], 1)];
    sizes.iter().map(|(shape, outputs)| Inputs::random(random, shape, *outputs)).collect()
}

fn single_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let all = narrow(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
}

fn single_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let all = narrow(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, Part::All)).map_err(|failure| {
        failure.with_hint(
            "a product of arrays with an axis of length 1 may lie in memory in another order: to_shape reads it right, into_shape_with_order refuses",
        )
    })
}

fn unchanged_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let shape = image_shape(&mut context.random);
    let inputs = Inputs::random(&mut context.random, &shape, 4);
    inputs.compare_output(&session.call_watching_inputs(&inputs.forward())?, context)
}

fn unchanged_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let shape = image_shape(&mut context.random);
    let inputs = Inputs::random(&mut context.random, &shape, 4);
    let found = session.call_watching_inputs(&inputs.backward())?;
    inputs.compare_gradients(&found, &inputs.expected_gradients(), Part::All, context)
}

/// The gradients against the slopes of the answer's own output, whether that is right or not.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for shape in [vec![4, 3], vec![2, 2, 1, 3]] {
        let inputs = Inputs::random(&mut context.random, &shape, 3);
        let found = session.call(&inputs.backward())?;
        let flat = [
            ("dx", "x", found.0.iter().copied().collect::<Array1<f64>>(), inputs.x.len()),
            ("dw", "w", found.1.iter().copied().collect(), inputs.w.len()),
            ("db", "b", found.2.iter().copied().collect(), inputs.b.len()),
        ];
        for (what, argument, gradient, count) in flat {
            let all: Vec<usize> = (0..count).collect();
            let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
            let slope = session.numeric_gradient(&inputs.forward(), argument, &all, 1e-5, weights)?;
            let what = format!("{what}, held against the slope of your own output");
            context.expect_array(&what, &gradient, &Array1::from_vec(slope), Tolerance::new(1e-5, 1e-6), &[]).map_err(
                |failure| failure.with_hint("each gradient is the slope of sum(out * dout): derive it again"),
            )?;
        }
    }
    ordinary_backward(session, context)
}
