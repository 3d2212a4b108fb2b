//! Checks of `batchnorm_backward`, `batchnorm_backward_alt` and `layernorm_backward`, which give the same kind of result.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{Mode, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, Axis};

use super::inputs::{Gradients, Inputs};
use super::recorded::Recorded;
use super::{ORDINARY_FIRST, reference};
use crate::common::check;
use crate::common::expected::{close_to, in_turn};

/// Which of the three.
#[derive(Clone, Copy, PartialEq)]
pub enum Pass {
    Long,
    Short,
    Layer,
}

/// Which gradients a check is about.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    X,
    Gamma,
    Beta,
    Parameters,
    All,
}

const DX_OF_BATCH: &str = "dx, with the ways through mean and variance, which all examples share";
const RECORDED: &str = "the gradients of PyTorch";
const UNCHANGED: &str = "all arrays as they were before the call, and the right gradients";

/// The checks of `batchnorm_backward`, 15 points.
pub fn checks_of_long() -> Vec<Check> {
    const NAME: &str = "batchnorm_backward";
    let check = |name, points, expectation, run| check(NAME, name, points, expectation, run);
    vec![
        check("dx of fresh inputs", 5, DX_OF_BATCH, |s, c| fresh(s, c, Pass::Long, Part::X)),
        check("dgamma of fresh inputs", 2, "dout * x_hat, summed over the examples", |s, c| {
            fresh(s, c, Pass::Long, Part::Gamma)
        }),
        check("dbeta of fresh inputs", 2, "dout, summed over the examples", |s, c| fresh(s, c, Pass::Long, Part::Beta)),
        check("recorded by PyTorch", 1, RECORDED, |s, c| recorded(s, c, Pass::Long)),
        check(
            "gradients against the slope of the output",
            2,
            "gradients that are the slopes of what batchnorm_forward returns in training",
            |s, c| numeric(s, c, Pass::Long),
        ),
        check(
            "constant features, one example, one feature",
            2,
            "the right gradients where a variance is 0, and when an axis has length 1",
            |s, c| edges(s, c, Pass::Long),
        ),
        check("inputs left alone", 1, UNCHANGED, |s, c| unchanged(s, c, Pass::Long)),
    ]
}

/// The checks of `batchnorm_backward_alt`, 10 points.
pub fn checks_of_short() -> Vec<Check> {
    const NAME: &str = "batchnorm_backward_alt";
    let check = |name, points, expectation, run| check(NAME, name, points, expectation, run);
    vec![
        check("dx of fresh inputs", 4, DX_OF_BATCH, |s, c| fresh(s, c, Pass::Short, Part::X)),
        check("dgamma and dbeta of fresh inputs", 2, "dout * x_hat and dout, summed over the examples", |s, c| {
            fresh(s, c, Pass::Short, Part::Parameters)
        }),
        check("recorded by PyTorch", 1, RECORDED, |s, c| recorded(s, c, Pass::Short)),
        check(
            "constant features, one example, one feature",
            2,
            "the right gradients where a variance is 0, and when an axis has length 1",
            |s, c| edges(s, c, Pass::Short),
        ),
        check("inputs left alone", 1, UNCHANGED, |s, c| unchanged(s, c, Pass::Short)),
    ]
}

/// The checks of `layernorm_backward`, 10 points.
pub fn checks_of_layer() -> Vec<Check> {
    let check = |name, points, expectation, run| check("layernorm_backward", name, points, expectation, run);
    vec![
        check("dx of fresh inputs", 4, "dx, with the means of each row in place of those of columns", |s, c| {
            fresh(s, c, Pass::Layer, Part::X)
        }),
        check("dgamma and dbeta of fresh inputs", 2, "dout * x_hat and dout, summed over the examples", |s, c| {
            fresh(s, c, Pass::Layer, Part::Parameters)
        }),
        check("recorded by PyTorch", 1, RECORDED, |s, c| recorded(s, c, Pass::Layer)),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what layernorm_forward returns",
            |s, c| numeric(s, c, Pass::Layer),
        ),
        check(
            "constant examples, one example, one feature",
            1,
            "the right gradients where a variance is 0, and when an axis has length 1",
            |s, c| edges(s, c, Pass::Layer),
        ),
        check("inputs left alone", 1, UNCHANGED, |s, c| unchanged(s, c, Pass::Layer)),
    ]
}

impl Pass {
    /// What its means go over.
    fn axis(self) -> Axis {
        if self == Pass::Layer { Axis(1) } else { Axis(0) }
    }
}

impl Inputs {
    pub fn backward(&self, pass: Pass) -> Call<Gradients> {
        let call = match pass {
            Pass::Long => call::batchnorm_backward,
            Pass::Short => call::batchnorm_backward_alt,
            Pass::Layer => call::layernorm_backward,
        };
        call(&self.x, &self.gamma, &self.beta, self.eps, &self.dout)
    }

    fn gradients(&self, pass: Pass) -> Gradients {
        let Self { x, gamma, beta, eps, dout, running, momentum } = self;
        let of_batch = || reference::batchnorm_forward(x, gamma, beta, running, Mode::Train, *momentum, *eps).2;
        match pass {
            Pass::Long => reference::batchnorm_backward(dout, &of_batch()),
            Pass::Short => reference::batchnorm_backward_alt(dout, &of_batch()),
            Pass::Layer => reference::layernorm_backward(dout, &reference::layernorm_forward(x, gamma, beta, *eps).1),
        }
    }

    fn hold_backward(
        &self,
        session: &mut Session<'_>,
        context: &Context,
        pass: Pass,
        part: Part,
    ) -> Result<(), Failure> {
        self.compare_gradients(&session.call(&self.backward(pass))?, &self.gradients(pass), context, pass, part)
    }

    fn compare_gradients(
        &self,
        (dx, dgamma, dbeta): &Gradients,
        expected: &Gradients,
        context: &Context,
        pass: Pass,
        part: Part,
    ) -> Result<(), Failure> {
        let n = self.x.nrows() as f64;
        if matches!(part, Part::Beta | Part::Parameters | Part::All) {
            let expected = &expected.2;
            let slips = [
                ("the mean over the examples; dbeta is their sum", &(expected / n)),
                ("the sum of dout * gamma; gamma stands before x_hat, not before beta", &(expected * &self.gamma)),
                (
                    "the sum of all of dout; sum over the examples only",
                    &Array1::from_elem(expected.len(), expected.sum()),
                ),
            ];
            context.expect_array("dbeta", dbeta, expected, close_to(expected.iter().copied()), &slips)?;
        }
        if matches!(part, Part::Gamma | Part::Parameters | Part::All) {
            let expected = &expected.1;
            let slips = [
                ("the mean over the examples; dgamma is their sum", &(expected / n)),
                ("the sum of dout * x; gamma is multiplied by x_hat", &(&self.dout * &self.x).sum_axis(Axis(0))),
                (
                    "the sum of dout * (x - mean); gamma is multiplied by x_hat",
                    &(&self.dout * &self.centred(pass)).sum_axis(Axis(0)),
                ),
                ("the sum of dout * x_hat * gamma; gamma itself is not in its slope", &(expected * &self.gamma)),
                (
                    "the sum of all of dout * x_hat; sum over the examples only",
                    &Array1::from_elem(expected.len(), expected.sum()),
                ),
            ];
            // A sum of products that may cancel.
            let tolerance = close_to(expected.iter().chain(&self.dout).copied());
            context.expect_array("dgamma", dgamma, expected, tolerance, &slips)?;
        }
        if matches!(part, Part::X | Part::All) {
            let slips = self.slips_of_dx(&expected.0, pass);
            let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
            context.expect_array("dx", dx, &expected.0, self.tolerance_of_dx(pass.axis()), &slips)?;
        }
        Ok(())
    }

    fn centred(&self, pass: Pass) -> Array2<f64> {
        let axis = pass.axis();
        &self.x - &self.x.mean_axis(axis).expect("at least one number").insert_axis(axis)
    }

    fn slips_of_dx(&self, expected: &Array2<f64>, pass: Pass) -> Vec<(&'static str, Array2<f64>)> {
        let axis = pass.axis();
        let mean = |x: &Array2<f64>| x.mean_axis(axis).expect("at least one number").insert_axis(axis);
        let var = self.x.var_axis(axis, 0.0).insert_axis(axis);
        let deviation = (&var + self.eps).mapv(f64::sqrt);
        let x_hat = self.centred(pass) / &deviation;
        let dx_hat = &self.dout * &self.gamma;
        let (shift, stretch) = (mean(&dx_hat), mean(&(&dx_hat * &x_hat)));
        let all = |shift: &Array2<f64>, stretch: &Array2<f64>| (&dx_hat - shift - &x_hat * stretch) / &deviation;
        let nothing = Array2::zeros(shift.dim());
        let count = self.x.len_of(axis) as f64;
        let scale = expected * &self.gamma;
        let mut slips = vec![
            ("right if mean and variance did not depend on x; they do", all(&nothing, &nothing)),
            ("right if the variance did not depend on x; it does", all(&shift, &nothing)),
            ("right if the mean did not depend on x; it does", all(&nothing, &stretch)),
            (
                "made with sums where there should be means: divide them by their number",
                all(&(&shift * count), &(&stretch * count)),
            ),
            ("not divided by the root of the variance plus eps", expected * &deviation),
            ("divided by the root of the variance plus eps twice", expected / &deviation),
            ("multiplied by gamma twice", scale),
            ("made with the wrong signs", -expected),
        ];
        if pass == Pass::Layer {
            let plain = (mean(&self.dout), mean(&(&self.dout * &x_hat)));
            let gamma_last = (&self.dout - &plain.0 - &x_hat * &plain.1) / &deviation;
            slips.push(("made without gamma: start from dout * gamma", gamma_last.clone()));
            slips.push((
                "made with gamma taken out of the means; it differs along a row, so start from dout * gamma",
                gamma_last * &self.gamma,
            ));
            slips.push((
                "what batch normalisation gives: means over columns; here they are those of rows",
                self.gradients(Pass::Short).0,
            ));
        } else {
            slips.push(("made without gamma", expected / &self.gamma));
            slips.push((
                "what layer normalisation gives: means over rows; here they are those of columns",
                self.gradients(Pass::Layer).0,
            ));
        }
        slips
    }
}

/// What every check with points asks first, of a part of the gradients.
fn ordinary(session: &mut Session<'_>, context: &mut Context, pass: Pass, part: Part) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, pass, part))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// As [`ordinary`], of all gradients.
pub fn ordinary_backward(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    ordinary(session, context, pass, Part::All)
}

fn fresh(session: &mut Session<'_>, context: &mut Context, pass: Pass, part: Part) -> Result<(), Failure> {
    let all = Inputs::fresh(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, pass, part))
}

fn recorded(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    ordinary_backward(session, context, pass)?;
    for case in Recorded::of(if pass == Pass::Layer { "layer_norm" } else { "batch_norm" }) {
        let inputs = case.inputs();
        let found = session.call(&inputs.backward(pass))?;
        inputs.compare_gradients(&found, &case.gradients(), context, pass, Part::All)?;
    }
    Ok(())
}

fn edges(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    ordinary_backward(session, context, pass)?;
    let mut all = Inputs::constant(&mut context.random);
    all.extend(Inputs::single(&mut context.random));
    in_turn(context, all, |inputs, context| inputs.hold_backward(session, context, pass, Part::All)).map_err(
        |failure| {
            failure.with_hint(
                "divide by the root of the variance plus eps that the forward pass used, never by the variance alone: it may be 0",
            )
        },
    )
}

fn unchanged(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    ordinary_backward(session, context, pass)?;
    let inputs = Inputs::random(&mut context.random, (5, 4));
    let found = session.call_watching_inputs(&inputs.backward(pass))?;
    inputs.compare_gradients(&found, &inputs.gradients(pass), context, pass, Part::All)
}

/// The gradients against the slopes of the answer's own output, whether that is right or not.
fn numeric(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    for shape in [(4, 3), (7, 2), (2, 5)] {
        let inputs = Inputs::moderate(&mut context.random, shape);
        let (dx, dgamma, dbeta) = session.call(&inputs.backward(pass))?;
        for (what, argument, gradient, count) in [
            ("dx", "x", dx.iter().copied().collect::<Array1<f64>>(), inputs.x.len()),
            ("dgamma", "gamma", dgamma, inputs.gamma.len()),
            ("dbeta", "beta", dbeta, inputs.beta.len()),
        ] {
            let all: Vec<usize> = (0..count).collect();
            let weights = Projection::WeightedSum(0, inputs.dout.iter().copied().collect());
            let slope = if pass == Pass::Layer {
                session.numeric_gradient(&inputs.layernorm(), argument, &all, 1e-5, weights)?
            } else {
                session.numeric_gradient(&inputs.batchnorm(Mode::Train), argument, &all, 1e-5, weights)?
            };
            let what = format!("{what}, held against the slope of your own output");
            context.expect_array(&what, &gradient, &Array1::from_vec(slope), Tolerance::new(1e-5, 1e-6), &[]).map_err(
                |failure| {
                    failure.with_hint("each gradient is the slope of sum(out * dout): derive it again, step by step")
                },
            )?;
        }
    }
    ordinary_backward(session, context, pass)
}
