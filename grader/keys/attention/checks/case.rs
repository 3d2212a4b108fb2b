//! What the checks of all functions have in common: a call, the result as arrays with names, and the comparison.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::Parameters;
use gradus_check::{Tolerance, compare};
use gradus_question::{Call, Context, Failure, Projection, Session, Value};
use ndarray::{Array, Array1, ArrayD, Dimension};
use rand_chacha::ChaCha8Rng;

use crate::common::expected::{close_to, in_turn};

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";

/// A result, array by array.
pub type Named = Vec<(String, ArrayD<f64>)>;

/// What typical slips would give, in words that go on from "Your result is".
pub type Slips = Vec<(&'static str, Named)>;

/// Which arrays of a result a check is about.
pub type Part = fn(&str) -> bool;

/// All of them.
pub const ALL: Part = |_| true;

/// Arguments of one function.
pub trait Case: Clone {
    type Found: Value;

    /// More than one of everything.
    fn ordinary(random: &mut ChaCha8Rng) -> Self;

    /// Cases of the same shape, each like this one in some respect.
    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self>;

    fn call(&self) -> Call<Self::Found>;

    fn named(found: Self::Found) -> Named;

    /// What the reference gives.
    fn expected(&self) -> Self::Found;

    fn slips(&self, expected: &Named) -> Slips;
}

/// One array, with a name.
pub fn one<D: Dimension>(name: &str, array: Array<f64, D>) -> Named {
    vec![(name.to_owned(), array.into_dyn())]
}

/// The arrays of a network or of its gradients, as results.
pub fn gradients(net: &impl Parameters) -> Named {
    net.named().into_iter().map(|(name, array)| (format!("the gradient of {name}"), array.to_owned())).collect()
}

/// All numbers of parameters or of their gradients, in the order in which positions count.
pub fn flat(net: &impl Parameters) -> Array1<f64> {
    net.named().iter().flat_map(|(_, array)| array.iter().copied()).collect()
}

/// Expects a result. What slips would give is worked out only for one that is wrong.
pub fn expect(
    context: &Context,
    found: &Named,
    expected: &Named,
    part: Part,
    slips: impl FnOnce() -> Slips,
) -> Result<(), Failure> {
    expect_within(context, found, expected, part, close_to(numbers(expected)), slips)
}

fn numbers(named: &Named) -> impl Iterator<Item = f64> {
    named.iter().flat_map(|(_, array)| array.iter().copied())
}

/// As [`expect`], within a tolerance.
pub fn expect_within(
    context: &Context,
    found: &Named,
    expected: &Named,
    part: Part,
    tolerance: Tolerance,
    slips: impl FnOnce() -> Slips,
) -> Result<(), Failure> {
    if found.len() != expected.len() {
        return Err(Failure::wrong("the gradients have another number of layers than the network")
            .with_hint("there is a gradient for each layer, at the same place"));
    }
    let wrong = |(what, array): &(String, ArrayD<f64>), found: &ArrayD<f64>| {
        part(what) && compare(found, array, tolerance).is_err()
    };
    let Some(place) = (0..expected.len()).find(|&place| wrong(&expected[place], &found[place].1)) else {
        return Ok(());
    };
    let ((what, expected), found) = (&expected[place], &found[place].1);
    if found.shape() != expected.shape() {
        return Err(
            Failure::wrong(format!("{what}: wrong shape")).with_hint(shape_hint(found.shape(), expected.shape()))
        );
    }
    let slips: Vec<_> = slips().into_iter().map(|(words, mut named)| (words, named.swap_remove(place).1)).collect();
    let slips: Vec<_> = slips.iter().filter(|(_, slip)| slip.shape() == expected.shape()).collect();
    let slips: Vec<_> = slips.into_iter().map(|(words, slip)| (*words, slip)).collect();
    context.expect_array(what, found, expected, tolerance, &slips)
}

/// What a wrong shape looks like.
fn shape_hint(found: &[usize], expected: &[usize]) -> &'static str {
    let sorted = |shape: &[usize]| {
        let mut shape = shape.to_vec();
        shape.sort_unstable();
        shape
    };
    let product = |shape: &[usize]| shape.iter().product::<usize>();
    if sorted(found) == sorted(expected) {
        "the axes stand in another order than asked for, or two of them are exchanged"
    } else if product(found) == product(expected) {
        "the right number of numbers, in another shape than asked for"
    } else if found.len() == expected.len() && found[1..] == expected[1..] {
        "the first axis has another length than asked for"
    } else {
        "compare it with the shape that the text asks for, axis by axis"
    }
}

/// Makes the call and compares.
pub fn hold<C: Case>(case: &C, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
    held(case, session.call(&case.call())?, context, part)
}

fn held<C: Case>(case: &C, found: C::Found, context: &Context, part: Part) -> Result<(), Failure> {
    let expected = C::named(case.expected());
    expect(context, &C::named(found), &expected, part, || case.slips(&expected))
}

/// A case, those that are like it, and one of the same size.
fn alike<C: Case>(random: &mut ChaCha8Rng) -> Vec<C> {
    let first = C::ordinary(random);
    let mut all = first.look_alikes(random);
    all.push(first);
    all
}

/// What every check with points asks first.
pub fn ordinary<C: Case>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = alike::<C>(&mut context.random);
    in_turn(context, all, |case, context| hold(case, session, context, ALL))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

/// Cases that are alike, and others.
pub fn fresh<C: Case>(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let random = &mut context.random;
    let mut all = alike::<C>(random);
    all.extend((0..3).map(|_| C::ordinary(random)));
    in_turn(context, all, |case, context| hold(case, session, context, part))
}

/// Ordinary cases, and then special ones.
pub fn special<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    cases: fn(&mut ChaCha8Rng) -> Vec<C>,
    hint: &str,
) -> Result<(), Failure> {
    ordinary::<C>(session, context)?;
    let cases = cases(&mut context.random);
    in_turn(context, cases, |case, context| hold(case, session, context, ALL))
        .map_err(|failure| failure.with_hint(hint))
}

/// Ordinary cases, and then recorded ones with what they gave.
pub fn recorded<C: Case>(
    session: &mut Session<'_>,
    context: &mut Context,
    cases: impl IntoIterator<Item = (C, C::Found)>,
    tolerance: Option<Tolerance>,
) -> Result<(), Failure> {
    ordinary::<C>(session, context)?;
    for (case, expected) in cases {
        let expected = C::named(expected);
        let tolerance = tolerance.unwrap_or_else(|| close_to(numbers(&expected)));
        let found = C::named(session.call(&case.call())?);
        expect_within(context, &found, &expected, ALL, tolerance, || case.slips(&expected))?;
    }
    Ok(())
}

/// The inputs stay what they were.
pub fn unchanged<C: Case>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<C>(session, context)?;
    let case = C::ordinary(&mut context.random);
    held(&case, session.call_watching_inputs(&case.call())?, context, ALL)
}

/// Expects gradients to be the slopes of what the answer's own forward function returns, each by the argument that it is
/// the gradient with respect to.
pub fn hold_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    forward: &Call<R>,
    projection: &Projection,
    gradients: &[(&'static str, usize, Array1<f64>)],
) -> Result<(), Failure> {
    for (argument, count, found) in gradients {
        context.expect(
            found.len() == *count,
            "a gradient has the wrong shape",
            "a gradient has the shape of what it is the gradient with respect to",
        )?;
        let all: Vec<usize> = (0..*count).collect();
        let slope = Array1::from_vec(session.numeric_gradient(forward, argument, &all, 1e-5, projection.clone())?);
        let what = format!("the gradient of {argument}, held against the slope of what your own function returns");
        context.expect_array(&what, found, &slope, Tolerance::new(1e-4, 1e-6), &[]).map_err(|failure| {
            failure.with_hint("the gradient is not that of what your function returns: derive it again")
        })?;
    }
    Ok(())
}

/// `f` of each number of two results.
pub fn combine(a: &Named, b: &Named, f: impl Fn(f64, f64) -> f64) -> Named {
    let mut result = a.clone();
    for ((_, a), (_, b)) in result.iter_mut().zip(b) {
        a.zip_mut_with(b, |a, b| *a = f(*a, *b));
    }
    result
}
