//! What a loss and its gradient should be, and what typical slips would make of them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_check::Tolerance;
use gradus_question::{Call, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2};

/// One call, with the loss and gradient it should give.
pub struct Case {
    pub call: Call<(f64, Array2<f64>)>,
    pub loss: f64,
    pub gradient: Array2<f64>,
    /// What typical slips give, in words that go on from "Your result is".
    pub loss_slips: Vec<(&'static str, f64)>,
    pub gradient_slips: Vec<(&'static str, Array2<f64>)>,
}

/// Which part of the result a check is about.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    Loss,
    Gradient,
    Both,
}

impl Case {
    /// Makes the call and compares.
    pub fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call)?, context, part)
    }

    /// Makes the call, compares, and makes sure that the inputs are still what they were.
    pub fn hold_with_inputs_unchanged(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call_watching_inputs(&self.call)?, context, Part::Both)
    }

    /// A gradient is right only where the loss is right too, so that a loss with a matching gradient is not enough.
    fn compare(&self, result: &(f64, Array2<f64>), context: &Context, part: Part) -> Result<(), Failure> {
        let (loss, gradient) = result;
        context.expect_number("the loss", *loss, self.loss, close_to([self.loss]), &self.loss_slips)?;
        if part == Part::Loss {
            return context.expect(
                gradient.dim() == self.gradient.dim(),
                "the gradient has the wrong shape",
                "the gradient has the shape of what it is the gradient with respect to",
            );
        }
        let slips: Vec<_> = self.gradient_slips.iter().map(|(words, slip)| (*words, slip)).collect();
        let tolerance = close_to(self.gradient.iter().copied());
        context.expect_array("the gradient", gradient, &self.gradient, tolerance, &slips)
    }

    /// Holds the gradient against the slope of the answer's own loss.
    pub fn hold_numerically(
        &self,
        session: &mut Session<'_>,
        context: &Context,
        argument: &'static str,
    ) -> Result<(), Failure> {
        let result = session.call(&self.call)?;
        self.compare(&result, context, Part::Loss)?;
        let all: Vec<usize> = (0..self.gradient.len()).collect();
        let slope = session.numeric_gradient(&self.call, argument, &all, STEP, Projection::Number(0))?;
        let analytic: Array1<f64> = result.1.iter().copied().collect();
        context
            .expect_array(
                "the gradient, held against the slope of your own loss",
                &analytic,
                &Array1::from_vec(slope),
                Tolerance::numeric_gradient(),
                &[],
            )
            .map_err(|failure| failure.with_hint("the gradient is not that of the loss you return: derive it again"))?;
        self.compare(&result, context, Part::Both)
    }
}

const STEP: f64 = 1e-5;

/// The same mathematics in another order of summation: the error follows the largest element.
pub fn close_to(expected: impl IntoIterator<Item = f64>) -> Tolerance {
    let largest = expected.into_iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    Tolerance::new(1e-7, 1e-12 + 1e-10 * largest)
}

/// Loss and gradient of `first`, of `second` with the same shape, and of `first` again.
pub fn hold_in_turn(session: &mut Session<'_>, context: &Context, first: &Case, second: &Case) -> Result<(), Failure> {
    [first, second, first].iter().try_for_each(|case| {
        case.hold(session, context, Part::Both).map_err(|failure| {
            failure.with_hint("this check starts from ordinary inputs; get the checks of loss and gradient right first")
        })
    })
}
