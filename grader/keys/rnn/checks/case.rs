//! What the checks of all functions have in common: a call with its arguments at hand, others like it, and the comparison of
//! each of its results.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_check::{Tolerance, compare};
use gradus_question::{Call, CallError, Context, Failure, Projection, Session, Value};
use ndarray::{Array1, ArrayD, ArrayViewMutD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::expected::{close_to, in_turn};

/// All results of a call.
pub type Arrays = Vec<ArrayD<f64>>;

/// Said where a check asks for something else first.
pub const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";

/// The arguments of a call.
pub trait Case: Clone {
    /// The names of the results, in order.
    fn results(&self) -> &'static [&'static str];

    /// Makes the call.
    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError>;

    /// What it should give.
    fn expected(&self) -> Arrays;

    /// What typical slips give, in words that go on from "Your result is". Worked out only for a result that is wrong.
    fn slips(&self) -> Vec<(&'static str, Arrays)>;

    /// The arguments that are arrays of numbers.
    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>>;

    /// Calls of the same shape with other words, where there are words.
    fn other_words(&self, _random: &mut ChaCha8Rng) -> Vec<Self> {
        Vec::new()
    }
}

/// How calls are made.
pub struct Ask<'a, 's> {
    session: &'a mut Session<'s>,
    watched: bool,
}

impl<'a, 's> Ask<'a, 's> {
    pub fn new(session: &'a mut Session<'s>) -> Self {
        Self { session, watched: false }
    }

    pub fn result<R: Value>(&mut self, call: &Call<R>) -> Result<R, CallError> {
        if self.watched { self.session.call_watching_inputs(call) } else { self.session.call(call) }
    }
}

/// An array as one of any number of axes.
macro_rules! arrays {
    ($($array:expr),* $(,)?) => { vec![$($array.into_dyn()),*] };
}
pub(super) use arrays;

/// Calls of the shape of `first`, any two of them alike in some respect: with one number changed, or with the numbers of one
/// argument in reverse order.
fn look_alikes<C: Case>(random: &mut ChaCha8Rng, first: C) -> Vec<C> {
    let count = first.clone().numbers().len();
    let mut all = Vec::new();
    for argument in 0..count {
        let mut changed = first.clone();
        if let Some(array) = changed.numbers().get_mut(argument) {
            let size = array.iter().fold(0.0, |size: f64, number| size.max(number.abs()));
            let place = random.random_range(0..array.len());
            if let Some(number) = array.iter_mut().nth(place) {
                *number -= number.signum() * size * random.random_range(0.5..1.0);
            }
        }
        all.push(changed);
        let mut reversed = first.clone();
        if let Some(array) = reversed.numbers().get_mut(argument) {
            let numbers: Vec<f64> = array.iter().copied().collect();
            array.iter_mut().zip(numbers.into_iter().rev()).for_each(|(place, number)| *place = number);
        }
        all.push(reversed);
    }
    all.extend(first.other_words(random));
    all.push(first);
    all
}

/// Makes the arguments of a call.
pub type Make<C> = fn(&mut ChaCha8Rng) -> C;

/// Makes arguments of other shapes.
pub type MakeOthers<'a, C> = &'a dyn Fn(&mut ChaCha8Rng) -> Vec<C>;

/// Which results a check is about.
pub type Parts = &'static [usize];

/// Calls, and compares these results.
pub fn hold<C: Case>(case: &C, session: &mut Session<'_>, context: &Context, parts: Parts) -> Result<(), Failure> {
    let found = case.call(&mut Ask::new(session))?;
    compare_all(case, &found, &case.expected(), parts, context)
}

/// Compares these results; the shape of each first.
pub fn compare_all<C: Case>(
    case: &C,
    found: &Arrays,
    expected: &Arrays,
    parts: Parts,
    context: &Context,
) -> Result<(), Failure> {
    for &part in parts {
        let (name, found, expected) = (case.results()[part], &found[part], &expected[part]);
        if found.shape() != expected.shape() {
            return Err(Failure::wrong(format!("{name} has the wrong shape")).with_hint(shape_hint(found, expected)));
        }
        let tolerance = close_to(expected.iter().copied());
        if compare(found, expected, tolerance).is_ok() {
            continue;
        }
        let slips = case.slips();
        // A slip that leaves this result right would be found in one that is nearly right.
        let near = Tolerance::new(1e-5, 10.0 * tolerance.absolute);
        let slips: Vec<_> = slips
            .iter()
            .map(|(words, results)| (*words, &results[part]))
            .filter(|(_, slip)| compare(*slip, expected, near).is_err())
            .collect();
        context.expect_array(name, found, expected, tolerance, &slips)?;
    }
    Ok(())
}

/// What a wrong shape looks like.
fn shape_hint(found: &ArrayD<f64>, expected: &ArrayD<f64>) -> String {
    let mut reversed = expected.shape().to_vec();
    reversed.reverse();
    if found.is_empty() {
        "the array is empty: a result has at least one of everything that the inputs have".to_owned()
    } else if found.shape() == reversed {
        "the axes are in reverse order; see the table of conventions".to_owned()
    } else if found.ndim() == 3 && found.shape()[0] == expected.shape()[1] && found.shape()[1] == expected.shape()[0] {
        "batch and time are exchanged: the batch comes first".to_owned()
    } else if found.len() == expected.len() {
        "the numbers are as many as there should be, but the axes are others; see the table of conventions".to_owned()
    } else {
        "see the table of conventions; a gradient has the shape of what it is the gradient with respect to".to_owned()
    }
}

/// What every check with points asks first: calls of one shape, any two of them alike.
pub fn ordinary<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    parts: Parts,
    make: Make<C>,
) -> Result<(), Failure> {
    let first = make(&mut context.random);
    let all = look_alikes(&mut context.random, first);
    in_turn(context, all, |case, context| hold(case, session, context, parts))
}

/// Look-alikes, and some of other shapes.
pub fn fresh<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    parts: Parts,
    make: Make<C>,
) -> Result<(), Failure> {
    ordinary(session, context, parts, make)?;
    let others = (0..3).map(|_| make(&mut context.random)).collect();
    in_turn(context, others, |case, context| hold(case, session, context, parts))
}

/// Ordinary inputs, and then these.
pub fn special<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    parts: Parts,
    make: Make<C>,
    (others, hint): (MakeOthers<'_, C>, &str),
) -> Result<(), Failure> {
    ordinary(session, context, parts, make).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    let others = others(&mut context.random);
    in_turn(context, others, |case, context| hold(case, session, context, parts))
        .map_err(|failure| failure.with_hint(hint))
}

/// Ordinary inputs, and then one call after which all arguments have to be as they were.
pub fn unchanged<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    parts: Parts,
    make: Make<C>,
) -> Result<(), Failure> {
    ordinary(session, context, parts, make).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    let case = make(&mut context.random);
    let found = case.call(&mut Ask { session, watched: true })?;
    compare_all(&case, &found, &case.expected(), parts, context)
}

/// Expects gradients to be the slopes of the answer's own outputs, each weighed by its upstream gradient.
pub fn hold_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    forward: &Call<R>,
    upstream: &[Vec<f64>],
    gradients: &[(&str, &'static str, usize, &ArrayD<f64>)],
) -> Result<(), Failure> {
    for (name, argument, count, found) in gradients {
        context.expect(
            found.len() == *count,
            &format!("{name} has the wrong shape"),
            "a gradient has the shape of what it is the gradient with respect to",
        )?;
        let all: Vec<usize> = (0..*count).collect();
        let mut slopes = Array1::zeros(*count);
        for (part, weights) in upstream.iter().enumerate() {
            let weights = Projection::WeightedSum(part, weights.clone());
            slopes += &Array1::from_vec(session.numeric_gradient(forward, argument, &all, 1e-5, weights)?);
        }
        let what = format!("{name}, held against the slope of your own output");
        let found: Array1<f64> = found.iter().copied().collect();
        context.expect_array(&what, &found, &slopes, Tolerance::new(1e-5, 1e-6), &[]).map_err(|failure| {
            failure
                .with_hint("each gradient is the slope of the sum of outputs times upstream gradients: derive it again")
        })?;
    }
    Ok(())
}
