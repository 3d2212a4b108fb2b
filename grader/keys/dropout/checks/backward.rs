//! Checks of `dropout_backward`. A call tells the forward pass's output too, from which the mask is read.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{Mode, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, ArrayD, Axis, Slice};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::ORDINARY_FIRST;
use super::forward::SHAPES;
use crate::common::expected::close_to;
use crate::common::{check, inputs};

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("dropout_backward", name, points, expectation, run);
    vec![
        check("dx in training", 5, "dout / p where the number was kept, and 0 where it was dropped", fresh),
        check("dx in evaluation", 3, "dout itself in evaluation, whatever p is", evaluation),
        check("numbers that were 0 already", 2, "dout / p also where x was 0 and was kept", zeros),
        check(
            "gradient against the slope of the output",
            2,
            "a gradient that is the slope of what dropout_forward returns",
            numeric,
        ),
        check("everything kept", 1, "dout itself for p = 1, and multiples of it for p near 0", extremes),
        check("one axis to four axes", 1, "dx in the shape of x, whatever that is", axes),
        check("numbers left alone", 1, "x and dout as they were before the call, and the right gradient", unchanged),
    ]
}

const FORWARD_FIRST: &str = "this check needs numbers that are dropped and kept: get dropout_forward right first";

/// Arguments of a call.
#[derive(Clone)]
struct Inputs {
    x: ArrayD<f64>,
    p: f64,
    mode: Mode,
    seed: u64,
    dout: ArrayD<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, shape: &[usize], p: f64) -> Self {
        let (x_scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        let (x, dout) = (inputs::normal(random, shape, x_scale), inputs::normal(random, shape, dout_scale));
        Self { x, p, mode: Mode::Train, seed: random.random(), dout }
    }

    fn call(&self) -> Call<(ArrayD<f64>, ArrayD<f64>)> {
        call::dropout_backward(&self.x, self.p, self.mode, self.seed, &self.dout)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let (out, dx) = session.call(&self.call())?;
        self.compare(&self.mask(&out, context)?, &dx, context)
    }

    /// What each number was multiplied by: 0, or the same for all others, which is `1 / p` if the forward pass is right. Where
    /// that does not scale, the gradient does not either, so this is no place to lose points for it again.
    fn mask(&self, out: &ArrayD<f64>, context: &Context) -> Result<ArrayD<f64>, Failure> {
        if self.mode == Mode::Evaluate {
            return Ok(ArrayD::ones(self.x.raw_dim()));
        }
        context.expect(out.shape() == self.x.shape(), "dropout_forward gives another shape", FORWARD_FIRST)?;
        let mut mask = out / &self.x;
        let largest = mask.fold(0.0, |largest: f64, factor| largest.max(factor.abs()));
        let p = self.p;
        let known = [1.0 / p, 1.0].into_iter().find(|factor| (largest / factor - 1.0).abs() < 1e-9);
        let factor = known.unwrap_or(1.0 / p);
        let right = mask.iter().all(|found| *found == 0.0 || (found / factor - 1.0).abs() < 1e-9);
        let enough = self.x.len() < 40;
        let both = mask.iter().any(|found| *found == 0.0) && mask.iter().any(|found| *found != 0.0);
        context.expect(right && (both || enough || p == 1.0), "dropout_forward does not drop", FORWARD_FIRST)?;
        mask.mapv_inplace(|found| if found == 0.0 { 0.0 } else { factor });
        Ok(mask)
    }

    fn compare(&self, mask: &ArrayD<f64>, dx: &ArrayD<f64>, context: &Context) -> Result<(), Failure> {
        let Self { x, p, dout, .. } = self;
        let expected = dout * mask;
        let kept = mask.mapv(|factor| if factor == 0.0 { 0.0 } else { 1.0 });
        let slips = [
            ("dout itself; where a number was dropped, nothing comes back", dout),
            ("without the division by p; what is kept has the slope 1 / p", &(dout * &kept)),
            ("multiplied by p where it should be divided by it", &(dout * &kept * *p)),
            ("dout / p everywhere; where a number was dropped, nothing comes back", &(dout / *p)),
            ("dout times the output; the slope is the mask, however large x is", &(dout * x * mask)),
            ("dout where numbers were dropped; it is the other way round", &(dout * &(1.0 - &kept) / *p)),
            ("the mask alone; multiply it by dout", mask),
            ("divided by p twice", &(&expected / *p)),
            ("the right numbers with the other sign", &-&expected),
            (
                "what only passes where x was positive; that is ReLU",
                &(&expected * &x.mapv(|x| f64::from(u8::from(x > 0.0)))),
            ),
        ];
        let tolerance = close_to(expected.iter().copied());
        context.expect_array("dx", dx, &expected, tolerance, &slips).map_err(|failure| match failure.hint {
            Some(_) => failure,
            None => failure.with_hint("multiply dout by the very mask that the forward pass has drawn"),
        })
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let shape = [random.random_range(8..14), random.random_range(8..14)];
    let p = random.random_range(0.3..0.7);
    let first = Inputs::random(random, &shape, p);
    let mut all = vec![
        Inputs { seed: random.random(), ..first.clone() },
        Inputs { x: inputs::normal(random, &shape[..], 1.0), ..first.clone() },
        Inputs { dout: first.dout.slice_axis(Axis(0), Slice::new(0, None, -1)).to_owned(), ..first.clone() },
    ];
    all.extend(inputs::look_alikes(random, &first.dout).map(|dout| Inputs { dout, ..first.clone() }));
    all.push(first);
    all.iter().try_for_each(|inputs| inputs.hold(session, context)).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (shape, p) in [([30, 20], 0.25), ([7, 31], 0.8), ([12, 12], 0.5)] {
        let inputs = Inputs::random(&mut context.random, &shape, p);
        inputs.hold(session, context)?;
        // Other upstream gradients through the same mask.
        let dout = inputs::normal(&mut context.random, &shape[..], 1.0);
        Inputs { dout, ..inputs }.hold(session, context)?;
    }
    ordinary(session, context)
}

fn evaluation(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.2, 0.5, 0.9, 1.0] {
        let inputs = Inputs { mode: Mode::Evaluate, ..Inputs::random(&mut context.random, &[9, 10], p) };
        let (_, dx) = session.call(&inputs.call())?;
        let slips = [
            ("dout divided by p; in evaluation nothing was scaled", &(&inputs.dout / p)),
            ("dout times p; in evaluation nothing was scaled", &(&inputs.dout * p)),
        ];
        context.expect_array("dx", &dx, &inputs.dout, Tolerance::exact(), &slips).map_err(|failure| {
            match failure.hint {
                Some(_) => failure,
                None => failure.with_hint("in evaluation out is x, so that dx is dout"),
            }
        })?;
    }
    Ok(())
}

/// The mask is found with numbers that are not 0, and the same seed.
fn zeros(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.5, 0.7] {
        let inputs = Inputs::random(&mut context.random, &[20, 15], p);
        let (out, _) = session.call(&inputs.call())?;
        let mask = inputs.mask(&out, context)?;
        let random = &mut context.random;
        let x = inputs.x.mapv(|x| if random.random::<f64>() < 0.6 { 0.0 } else { x });
        let inputs = Inputs { x, ..inputs };
        let (_, dx) = session.call(&inputs.call())?;
        inputs.compare(&mask, &dx, context).map_err(|failure| {
            failure.with_hint(
                "where x is 0, the output is 0 too, kept or not: keep the mask itself, and do not read it from the output; it must depend on the seed alone",
            )
        })?;
    }
    Ok(())
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (shape, p) in [(&[6, 5][..], 0.5), (&[2, 3, 4], 0.3)] {
        let inputs = Inputs::random(&mut context.random, shape, p);
        let (_, dx) = session.call(&inputs.call())?;
        let all: Vec<usize> = (0..inputs.x.len()).collect();
        let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
        let forward = call::dropout_forward(&inputs.x, p, Mode::Train, inputs.seed);
        let slope = Array1::from_vec(session.numeric_gradient(&forward, "x", &all, 1e-5, weights)?);
        let dx: Array1<f64> = dx.iter().copied().collect();
        let what = "dx, held against the slope of your own output";
        context.expect_array(what, &dx, &slope, Tolerance::new(1e-5, 1e-6), &[]).map_err(|failure| {
            failure.with_hint(
                "with the same seed the mask is the same, and the slope of sum(out * dout) is dout times the mask",
            )
        })?;
    }
    ordinary(session, context)
}

fn extremes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [1.0, 1.0, 0.02] {
        Inputs::random(&mut context.random, &[30, 40], p).hold(session, context)?;
    }
    Ok(())
}

fn axes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in SHAPES {
        for _ in 0..2 {
            Inputs::random(&mut context.random, shape, 0.5).hold(session, context)?;
        }
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, &[9, 10], 0.5);
    let (out, dx) = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&inputs.mask(&out, context)?, &dx, context)
}
