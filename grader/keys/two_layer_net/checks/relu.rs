//! Checks of `relu_forward` and `relu_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs, recorded};

/// The checks of `relu_forward`, 5 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("relu_forward", name, points, expectation, run);
    vec![
        check("output of fresh numbers", 2, "the larger of each number and 0", fresh_forward),
        check("one axis to four axes", 1, "an output in the shape of x, whatever that is", axes_forward),
        check("recorded numbers", 1, "the output that was recorded for fixed numbers", recorded_forward),
        check("numbers left alone", 1, "x as it was before the call, and the right output", unchanged_forward),
    ]
}

/// The checks of `relu_backward`, 10 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("relu_backward", name, points, expectation, run);
    vec![
        check("dx of fresh numbers", 4, "dout where x was above 0, and 0 where it was below", fresh_backward),
        check("exactly 0", 2, "a slope of 0 where x was exactly 0", zeros),
        check("one axis to four axes", 1, "dx in the shape of x, whatever that is", axes_backward),
        check("recorded numbers", 1, "the gradient that was recorded for fixed numbers", recorded_backward),
        check(
            "gradient against the slope of the output",
            1,
            "a gradient that is the slope of what relu_forward returns",
            numeric,
        ),
        check(
            "numbers left alone",
            1,
            "x and dout as they were before the call, and the right gradient",
            unchanged_backward,
        ),
    ]
}

/// Arguments of both passes.
#[derive(Clone)]
struct Inputs {
    x: ArrayD<f64>,
    dout: ArrayD<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, shape: &[usize]) -> Self {
        let (x_scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        Self { x: inputs::normal(random, shape, x_scale), dout: inputs::normal(random, shape, dout_scale) }
    }

    /// Numbers of one shape, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = [random.random_range(4..9), random.random_range(3..9)];
        let (first, other) = (Self::random(random, &shape), Self::random(random, &shape));
        let mut all = vec![
            Self { x: other.x, ..first.clone() },
            Self { dout: other.dout, ..first.clone() },
            // The other side of the edge for every number.
            Self { x: first.x.mapv(|x| -x), ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.dout).map(|dout| Self { dout, ..first.clone() }));
        all.push(first);
        all
    }

    /// Some numbers set to exactly 0, of both signs.
    fn with_zeros(mut self, random: &mut ChaCha8Rng) -> Self {
        self.x.mapv_inplace(|x| match random.random_range(0..4) {
            0 => 0.0,
            1 => -0.0,
            _ => x,
        });
        self
    }

    fn forward(&self) -> Call<ArrayD<f64>> {
        call::relu_forward(&self.x)
    }

    fn backward(&self) -> Call<ArrayD<f64>> {
        call::relu_backward(&self.x, &self.dout)
    }

    fn compare_output(&self, out: &ArrayD<f64>, context: &Context) -> Result<(), Failure> {
        let expected = reference::relu_forward(&self.x).0;
        let slips = [
            ("x itself", &self.x),
            ("the numbers without their signs; what is negative becomes 0", &self.x.mapv(f64::abs)),
            ("1 or 0; what is positive stays as it is", &expected.mapv(|out| if out > 0.0 { 1.0 } else { 0.0 })),
            ("the smaller of each number and 0; it is the larger", &self.x.mapv(|x| x.min(0.0))),
            ("never above 1; positive numbers stay as they are", &expected.mapv(|out| out.min(1.0))),
            ("a hundredth of what is negative; ReLU makes it 0", &self.x.mapv(|x| if x > 0.0 { x } else { 0.01 * x })),
        ];
        context.expect_array("the output", out, &expected, close_to(expected.iter().copied()), &slips)
    }

    fn hold_forward(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_output(&session.call(&self.forward())?, context)
    }

    fn expected_gradient(&self) -> ArrayD<f64> {
        reference::relu_backward(&self.dout, &reference::relu_forward(&self.x).1)
    }

    fn compare_gradient(&self, dx: &ArrayD<f64>, expected: &ArrayD<f64>, context: &Context) -> Result<(), Failure> {
        let slopes = self.x.mapv(|x| if x > 0.0 { 1.0 } else { 0.0 });
        let slips = [
            ("dout itself; where x is negative, the output does not move", &self.dout),
            ("the slope 1 or 0 alone; multiply it by dout", &slopes),
            ("dout where dout is positive; what counts is where x was", &self.dout.mapv(|slope| slope.max(0.0))),
            ("dout where x is negative; it is the other way round", &(&self.dout - expected)),
            ("dout times the output; the slope is 1, however large x is", &(expected * &self.x)),
            ("dout times x; the slope is 1 or 0", &(&self.dout * &self.x)),
        ];
        context.expect_array("dx", dx, expected, close_to(expected.iter().copied()), &slips)
    }

    fn hold_backward(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare_gradient(&session.call(&self.backward())?, &self.expected_gradient(), context)
    }
}

/// What every check of `relu_forward` with points asks first.
fn ordinary_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// What every check of `relu_backward` with points asks first.
fn ordinary_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let mut all = Inputs::look_alikes(random);
    all.extend([[40, 30], [1, 17], [13, 1], [1, 2]].map(|shape| Inputs::random(random, &shape)));
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

/// Numbers along one axis, three and four.
fn of_other_axes(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let shapes: [&[usize]; 4] = [&[11], &[2, 3, 5], &[3, 2, 4, 5], &[1, 1, 1, 1]];
    shapes.iter().map(|shape| Inputs::random(random, shape)).collect()
}

fn axes_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let all = of_other_axes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_forward(session, context))
        .map_err(|failure| failure.with_hint(AXES_HINT))
}

fn axes_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let all = of_other_axes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context))
        .map_err(|failure| failure.with_hint(AXES_HINT))
}

const AXES_HINT: &str = "go through the numbers without regard to the axes: mapv, zip_mut_with or Zip do";

fn zeros(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    for shape in [[6, 7], [3, 4], [1, 9]] {
        let inputs = Inputs::random(&mut context.random, &shape).with_zeros(&mut context.random);
        inputs
            .hold_backward(session, context)
            .map_err(|failure| failure.with_hint("where x is exactly 0, the slope counts as 0: pass on where x > 0"))?;
    }
    Ok(())
}

/// A recorded case, zeros among its numbers.
#[derive(Deserialize)]
struct Recorded {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    dout: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    out: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    dx: Array2<f64>,
}

fn recorded_cases() -> Vec<Recorded> {
    recorded::read(include_str!("../snapshots/relu.snap"))
}

fn recorded_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    for Recorded { x, out, .. } in recorded_cases() {
        let found = session.call(&call::relu_forward(&x.into_dyn()))?;
        context.expect_array("the output", &found, &out.into_dyn(), Tolerance::double(), &[])?;
    }
    Ok(())
}

fn recorded_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    for Recorded { x, dout, dx, .. } in recorded_cases() {
        let inputs = Inputs { x: x.into_dyn(), dout: dout.into_dyn() };
        inputs.compare_gradient(&session.call(&inputs.backward())?, &dx.into_dyn(), context)?;
    }
    Ok(())
}

/// The gradient against the slope of the answer's own output, away from the edge.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for shape in [vec![5, 4], vec![2, 3, 2]] {
        let mut inputs = Inputs::random(&mut context.random, &shape);
        inputs.x.mapv_inplace(|x| if x.abs() < 1e-2 { 0.5 } else { x });
        let found: Array1<f64> = session.call(&inputs.backward())?.iter().copied().collect();
        let all: Vec<usize> = (0..inputs.x.len()).collect();
        let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
        let slope = Array1::from_vec(session.numeric_gradient(&inputs.forward(), "x", &all, 1e-5, weights)?);
        context
            .expect_array(
                "dx, held against the slope of your own output",
                &found,
                &slope,
                Tolerance::numeric_gradient(),
                &[],
            )
            .map_err(|failure| failure.with_hint("the gradient is the slope of sum(out * dout): derive it again"))?;
    }
    ordinary_backward(session, context)
}

fn unchanged_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &[5, 6]);
    inputs.compare_output(&session.call_watching_inputs(&inputs.forward())?, context)
}

fn unchanged_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &[5, 6]);
    let dx = session.call_watching_inputs(&inputs.backward())?;
    inputs.compare_gradient(&dx, &inputs.expected_gradient(), context)
}
