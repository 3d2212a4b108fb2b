//! The speed of an answer, as a ratio to the reference on the same machine at the same time.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_question::{Answer, Call, Check, Context, Failure, Local, Perturbation, Projection, Session};
use ndarray::Array1;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::expected::close_to;

/// How many times as long as the reference an answer may take; the keys' READMEs have the measurements.
const LIMIT: f64 = 4.0;
/// Evaluations in one message, so that the transport of the arrays weighs little.
const EVALUATIONS: usize = 4;
/// Other work on the machine can slow a round down, but not speed it up; the best of several counts.
const ROUNDS: usize = 3;

/// A check of speed.
pub fn check(
    function: &'static str,
    name: &'static str,
    points: u32,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    Check { patience: Duration::from_secs(20), ..super::check(function, name, points, expectation, run) }
}

/// Holds rounds until the answer was fast enough; if it never is, `too_slow` says what to do.
pub fn within_limit(
    mut round: impl FnMut() -> Result<Times, Failure>,
    too_slow: impl FnOnce() -> Failure,
) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let Times { yours, reference } = round()?;
        if yours <= LIMIT * reference {
            return Ok(());
        }
    }
    // The ratio differs from run to run, so it stays out of the report.
    Err(too_slow())
}

/// The best times so far, in seconds.
#[derive(Clone, Copy)]
pub struct Times {
    pub yours: f64,
    pub reference: f64,
}

impl std::ops::Sub for Times {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { yours: self.yours - other.yours, reference: self.reference - other.reference }
    }
}

/// One call, timed here and there.
pub struct Race<'a, R> {
    call: Call<R>,
    answers: &'a (dyn Answer + Sync),
    perturbation: Perturbation,
    /// What is compared, in words.
    what: &'static str,
    times: Times,
}

impl<'a, R> Race<'a, R> {
    /// Changes `argument`, which has `count` numbers, before each evaluation, so that none can be answered from memory, and
    /// looks at `projection` of the result.
    pub fn new(
        call: Call<R>,
        answers: &'a (dyn Answer + Sync),
        what: &'static str,
        (argument, count): (&'static str, usize),
        projection: impl FnOnce(&mut ChaCha8Rng) -> Projection,
        random: &mut ChaCha8Rng,
    ) -> Self {
        let changes =
            (0..EVALUATIONS).map(|_| (random.random_range(0..count), random.random_range(1.0..2.0))).collect();
        let perturbation = Perturbation { argument, changes, projection: projection(random) };
        let times = Times { yours: f64::INFINITY, reference: f64::INFINITY };
        Self { call, answers, perturbation, what, times }
    }

    /// Times both once more, and makes sure that they agree.
    pub fn round(&mut self, session: &mut Session<'_>, context: &Context) -> Result<Times, Failure> {
        let mut local = Local::new(self.answers);
        let mut reference = Session::new(&mut local);
        let (expected, time) = reference.perturb_and_time(&self.call, self.perturbation.clone())?;
        self.times.reference = self.times.reference.min(time.as_secs_f64());
        let (actual, time) = session.perturb_and_time(&self.call, self.perturbation.clone())?;
        self.times.yours = self.times.yours.min(time.as_secs_f64());
        let (actual, expected) = (Array1::from_vec(actual), Array1::from_vec(expected));
        context.expect_array(self.what, &actual, &expected, close_to(expected.iter().copied()), &[])?;
        Ok(self.times)
    }
}
