//! Checks of `dropout_forward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{Mode, call};
use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{ArrayD, Ix2};
use rand::Rng;

use super::masks::{ERRORS, expect_independent, expect_share, expect_unrelated, kept};
use super::{ORDINARY_FIRST, SEED_HINT};
use crate::common::{check, inputs};

/// The checks, 20 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("dropout_forward", name, points, expectation, run);
    vec![
        check("output in training", 4, "0 or x / p, some of each, for fresh numbers", fresh),
        check("share of zeros", 3, "about a share of 1 - p of the numbers that is 0, for several p", share),
        check("mean of the output", 2, "an output whose mean is about that of x, for several p", mean),
        check("draws of their own", 3, "numbers dropped one by one, not row by row or column by column", independent),
        check("seeds", 2, "the same mask for the same seed, whatever x is, and another one for another seed", seeds),
        check("evaluation", 2, "x itself in evaluation, whatever p and seed are", evaluation),
        check("everything kept, hardly anything kept", 2, "the right output for p = 1 and for p near 0", extremes),
        check("one axis to four axes", 1, "an output in the shape of x, whatever that is", axes),
        check("numbers left alone", 1, "x as it was before the call, and the right output", unchanged),
    ]
}

/// What was kept of `x` in training.
fn train(
    session: &mut Session<'_>,
    context: &Context,
    x: &ArrayD<f64>,
    p: f64,
    seed: u64,
) -> Result<ArrayD<bool>, Failure> {
    kept(x, &session.call(&call::dropout_forward(x, p, Mode::Train, seed))?, p, context)
}

/// Training on two arrays of one shape that differ, and some that look alike.
fn hold(session: &mut Session<'_>, context: &mut Context, shape: &[usize], p: f64) -> Result<(), Failure> {
    let random = &mut context.random;
    let scale = inputs::scale(random);
    let first: ArrayD<f64> = inputs::normal(random, shape, scale);
    let mut all = vec![inputs::normal(random, shape, scale), -&first];
    all.extend(inputs::look_alikes(random, &first));
    all.push(first);
    for x in all {
        let seed = context.random.random();
        let mask = train(session, context, &x, p, seed)?;
        context.expect(
            mask.len() < 20 || (mask.iter().any(|kept| *kept) && mask.iter().any(|kept| !*kept)),
            "all numbers are dropped, or none",
            "each number is kept with the probability p, by a draw of its own",
        )?;
    }
    Ok(())
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let shape = [context.random.random_range(12..20), context.random.random_range(12..20)];
    let p = context.random.random_range(0.3..0.7);
    hold(session, context, &shape, p).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (shape, p) in [([30, 40], 0.25), ([40, 30], 0.4), ([9, 31], 0.7), ([25, 8], 0.55)] {
        hold(session, context, &shape, p)?;
    }
    ordinary(session, context)
}

/// Large enough for statistics.
const LARGE: [usize; 2] = [200, 250];

fn share(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.25, 0.4, 0.7, 0.9] {
        let x = inputs::normal(&mut context.random, &LARGE[..], 1.0);
        let seed = context.random.random();
        let mask = train(session, context, &x, p, seed)?;
        expect_share(mask, p, context)?;
    }
    // Where the count is fixed, it is the same for every seed.
    let x = inputs::normal(&mut context.random, &[20, 50][..], 1.0);
    let mut counts = Vec::new();
    for _ in 0..30 {
        let seed = context.random.random();
        let mask = train(session, context, &x, 0.5, seed)?;
        counts.push(mask.iter().filter(|kept| **kept).count());
    }
    context.expect(
        counts.iter().any(|count| *count != counts[0]),
        "exactly the same number of elements is dropped for every seed",
        "each number is dropped or kept by a draw of its own, so the number of zeros differs from seed to seed",
    )
}

/// As in CS231n's notebook: numbers around 10.
fn mean(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.25, 0.4, 0.7] {
        let x: ArrayD<f64> = inputs::normal(&mut context.random, &LARGE[..], 1.0) + 10.0;
        let seed = context.random.random();
        let out = session.call(&call::dropout_forward(&x, p, Mode::Train, seed))?;
        kept(&x, &out, p, context)?;
        let n = x.len() as f64;
        // Given x, the variance of an output is x^2 (1 - p) / p.
        let error = (x.iter().map(|x| x * x).sum::<f64>() * (1.0 - p) / p).sqrt() / n;
        context.expect(
            (out.sum() / n - x.sum() / n).abs() <= ERRORS * error,
            "the mean of the output is not that of x",
            "a share of p is kept and divided by p, so that the mean stays what it is",
        )?;
    }
    Ok(())
}

fn independent(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.5, 0.25] {
        let x = inputs::normal(&mut context.random, &LARGE[..], 1.0);
        let seed = context.random.random();
        let mask = train(session, context, &x, p, seed)?.into_dimensionality::<Ix2>().expect("the shape of x");
        expect_independent(&mask, context)?;
    }
    Ok(())
}

fn seeds(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let shape = [60, 50];
    let (x, other) =
        (inputs::normal(&mut context.random, &shape[..], 1.0), inputs::normal(&mut context.random, &shape[..], 5.0));
    let seed: u64 = context.random.random();
    let first = train(session, context, &x, 0.5, seed)?;
    context.expect(train(session, context, &x, 0.5, seed)? == first, "another mask for the same seed", SEED_HINT)?;
    context.expect(
        train(session, context, &other, 0.5, seed)? == first,
        "another mask for the same seed and other numbers",
        "what is dropped depends on the seed alone, not on the numbers in x",
    )?;
    for other_seed in [seed ^ 1, seed.wrapping_add(1 << 40)] {
        let mask = train(session, context, &x, 0.5, other_seed)?;
        let words = "the masks of two seeds are alike";
        expect_unrelated(first.iter().copied(), mask.iter().copied(), context, words, SEED_HINT)?;
    }
    Ok(())
}

fn evaluation(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for p in [0.2, 0.5, 0.9, 1.0] {
        let x: ArrayD<f64> = inputs::normal(&mut context.random, &[15, 17][..], 1.0);
        let out = session.call(&call::dropout_forward(&x, p, Mode::Evaluate, context.random.random()))?;
        let slips = [
            ("x times p; inverted dropout has done all the scaling in training", &(&x * p)),
            ("x divided by p; nothing is scaled in evaluation", &(&x / p)),
        ];
        context.expect_array("the output", &out, &x, Tolerance::exact(), &slips).map_err(|failure| {
            match failure.hint {
                Some(_) => failure,
                None => failure.with_hint("in evaluation nothing is dropped and nothing is scaled"),
            }
        })?;
    }
    Ok(())
}

fn extremes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [[20, 30], [200, 200]] {
        let x = inputs::normal(&mut context.random, &shape[..], 1.0);
        let out = session.call(&call::dropout_forward(&x, 1.0, Mode::Train, context.random.random()))?;
        context
            .expect_array("the output", &out, &x, Tolerance::exact(), &[])
            .map_err(|failure| failure.with_hint("with p = 1 every number is kept, and divided by 1"))?;
    }
    // In the mean 200 and 40 numbers are kept.
    for p in [5e-3, 1e-3] {
        let x = inputs::normal(&mut context.random, &[200, 200][..], 1.0);
        let seed = context.random.random();
        let mask = train(session, context, &x, p, seed)?;
        context.expect(mask.iter().any(|kept| *kept), "nothing is kept", "p is above 0, so something is kept")?;
        expect_share(mask, p, context)?;
    }
    Ok(())
}

/// Shapes with one, three and four axes.
pub const SHAPES: [&[usize]; 5] = [&[70], &[2, 9, 5], &[3, 2, 4, 5], &[1, 50], &[40, 1, 1]];

fn axes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in SHAPES {
        hold(session, context, shape, 0.5)?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for mode in [Mode::Train, Mode::Evaluate] {
        let x: ArrayD<f64> = inputs::normal(&mut context.random, &[15, 16][..], 1.0);
        let out = session.call_watching_inputs(&call::dropout_forward(&x, 0.5, mode, context.random.random()))?;
        if mode == Mode::Train {
            kept(&x, &out, 0.5, context)?;
        }
    }
    Ok(())
}
