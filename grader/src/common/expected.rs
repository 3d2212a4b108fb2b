//! What a loss and its gradient should be, and what typical slips would make of them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_check::Tolerance;
use gradus_question::{Answer, Call, Context, Failure, Local, Perturbation, Projection, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

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
    ///
    /// The points that give the slope are asked in random order among others: some far from every point asked before,
    /// some asked twice. Each loss is held against the reference's too, so that there is nothing to be gained from
    /// telling the points of a slope from the others.
    pub fn hold_numerically(
        &self,
        session: &mut Session<'_>,
        context: &mut Context,
        argument: &'static str,
        reference: &dyn Answer,
    ) -> Result<(), Failure> {
        let result = session.call(&self.call)?;
        self.compare(&result, context, Part::Loss)?;
        let (step, changes) = points(&mut context.random, self.gradient.len());
        let losses = Perturbation { argument, changes: changes.clone(), projection: Projection::Number(0) };
        let mut reference = Local::new(reference);
        let expected = Array1::from_vec(Session::new(&mut reference).perturb(&self.call, losses.clone())?);
        let losses = Array1::from_vec(session.perturb(&self.call, losses)?);
        context.expect_array(
            "the losses of inputs near each other and far apart",
            &losses,
            &expected,
            close_to(expected.iter().copied()),
            &[],
        )?;
        let mut slope = Array1::zeros(self.gradient.len());
        for (&(index, change), loss) in changes.iter().zip(&losses) {
            if change.abs() == step {
                // Each of the two points is asked twice.
                slope[index] += change.signum() * loss / (4.0 * step);
            }
        }
        let analytic: Array1<f64> = result.1.iter().copied().collect();
        context
            .expect_array(
                "the gradient, held against the slope of your own loss",
                &analytic,
                &slope,
                Tolerance::numeric_gradient(),
                &[],
            )
            .map_err(|failure| failure.with_hint("the gradient is not that of the loss you return: derive it again"))?;
        self.compare(&result, context, Part::Both)
    }
}

/// A step, and changes of `count` numbers, one at a time, in random order: the step to both sides of each number,
/// twice, and as many others: none at all, and large ones.
fn points(random: &mut ChaCha8Rng, count: usize) -> (f64, Vec<(usize, f64)>) {
    let step = 1e-5 * 10f64.powf(random.random_range(-0.3..0.3));
    let mut changes = Vec::new();
    for index in 0..count {
        changes.extend([(index, step), (index, -step), (index, step), (index, -step)]);
        changes.push((index, random.random_range(-2.0..2.0)));
        if random.random() {
            changes.push((index, 0.0));
        }
    }
    changes.shuffle(random);
    (step, changes)
}

/// The same mathematics in another order of summation: the error follows the largest element. Single precision is no other
/// order: its errors are a hundred times as large.
pub fn close_to(expected: impl IntoIterator<Item = f64>) -> Tolerance {
    let largest = expected.into_iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    Tolerance::new(1e-9, 1e-12 + 1e-10 * largest)
}

/// Loss and gradient of all cases in random order, and of one of them again.
pub fn hold_in_turn(session: &mut Session<'_>, context: &mut Context, cases: Vec<Case>) -> Result<(), Failure> {
    hold_part_in_turn(session, context, cases, Part::Both).map_err(|failure| {
        failure.with_hint("this check starts from ordinary inputs; get the checks of loss and gradient right first")
    })
}

/// As [`hold_in_turn`], of a part of the result.
pub fn hold_part_in_turn(
    session: &mut Session<'_>,
    context: &mut Context,
    cases: Vec<Case>,
    part: Part,
) -> Result<(), Failure> {
    in_turn(context, cases, |case, context| case.hold(session, context, part))
}

/// Holds all in random order, and one of them again, so that an answer that goes by what it was asked before shows.
pub fn in_turn<T>(
    context: &mut Context,
    mut all: Vec<T>,
    mut hold: impl FnMut(&T, &Context) -> Result<(), Failure>,
) -> Result<(), Failure> {
    all.shuffle(&mut context.random);
    let again = context.random.random_range(0..all.len());
    all.iter().chain(all.get(again)).try_for_each(|one| hold(one, context))
}
