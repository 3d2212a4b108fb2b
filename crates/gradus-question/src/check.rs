//! Checks: what is asked of a function, and how a failure is told.

use std::time::Duration;

use gradus_check::{Diagnosis, ErrorMap, Factor, Mismatch, Tolerance, compare, compare_scalar, diagnose};
use ndarray::{Array, Dimension};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::call::Session;
use crate::error::{CallError, Place};

/// Who may see a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Given to students; runs in their notebook too. Carries no points, since its inputs are known.
    Public,
    /// Runs on fresh inputs by the judge alone; students see its name and verdict.
    Hidden,
}

/// One check of one function.
#[derive(Clone, Copy)]
pub struct Check {
    /// The function it checks.
    pub function: &'static str,
    /// What it looks at, in a few words.
    pub name: &'static str,
    /// What was expected, in a sentence that a student can read.
    pub expectation: &'static str,
    /// What it is worth.
    pub points: u32,
    /// Who may see it.
    pub visibility: Visibility,
    /// How long each of its calls may take.
    pub patience: Duration,
    /// The check itself.
    pub run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
}

impl Check {
    /// Runs the check over `session`, with random inputs from `seed`.
    ///
    /// # Errors
    /// When the function does not do what the check asks.
    pub fn run(&self, session: &mut Session<'_>, seed: u64) -> Result<(), Failure> {
        let mut context = Context::new(seed);
        let result = (self.run)(session, &mut context);
        result.map_err(|failure| Failure { losses: context.trainings.pop().map(Box::new), ..failure })
    }

    /// The losses of the trainings that the check looks at, whether or not they are as it asks.
    pub fn trainings(&self, session: &mut Session<'_>, seed: u64) -> Vec<Losses> {
        let mut context = Context::new(seed);
        // Where it fails, it has noted what it saw until then.
        let _ = (self.run)(session, &mut context);
        context.trainings
    }
}

/// What a check has besides the session: random numbers, and the comparisons that turn into failures.
pub struct Context {
    /// The only source of randomness in a check, so that its seed repeats it.
    pub random: ChaCha8Rng,
    trainings: Vec<Losses>,
}

/// How the loss went in one training.
#[derive(Debug, Clone, PartialEq)]
pub struct Losses {
    /// Which of its check's trainings it was, in the check's own words.
    pub training: String,
    /// One loss for each iteration.
    pub values: Vec<f64>,
}

impl Context {
    fn new(seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), trainings: Vec::new() }
    }

    /// Keeps the losses of one of the check's trainings, which a report can show as a curve; should the check fail, the
    /// last ones noted are those that it failed for.
    pub fn note_losses(&mut self, training: impl Into<String>, values: &[f64]) {
        self.trainings.push(Losses { training: training.into(), values: values.to_vec() });
    }

    /// Expects an array, element by element. `slips` are what typical mistakes give, each with words that go on from
    /// "Your result is"; those of the first that the actual array agrees with go into the failure's hint.
    ///
    /// # Errors
    /// When the arrays differ in shape, or anywhere by more than `tolerance`.
    pub fn expect_array<D: Dimension>(
        &self,
        what: &str,
        actual: &Array<f64, D>,
        expected: &Array<f64, D>,
        tolerance: Tolerance,
        slips: &[(&str, &Array<f64, D>)],
    ) -> Result<(), Failure> {
        let Err(mismatch) = compare(actual, expected, tolerance) else { return Ok(()) };
        let slips: Vec<_> = slips.iter().map(|(hint, array)| (*hint, array.view().into_dyn())).collect();
        let diagnosis = diagnose(actual, expected, None, &slips);
        let failure = Failure::of_mismatch(what, &mismatch, diagnosis);
        Err(Failure { errors: ErrorMap::new(actual, expected, tolerance).map(Box::new), ..failure })
    }

    /// Expects a number; `slips` as in [`Context::expect_array`].
    ///
    /// # Errors
    /// When the numbers differ by more than `tolerance`.
    pub fn expect_number(
        &self,
        what: &str,
        actual: f64,
        expected: f64,
        tolerance: Tolerance,
        slips: &[(&str, f64)],
    ) -> Result<(), Failure> {
        let Err(mismatch) = compare_scalar(actual, expected, tolerance) else { return Ok(()) };
        let arrays: Vec<_> = slips.iter().map(|(hint, number)| (*hint, ndarray::arr0(*number).into_dyn())).collect();
        let slips: Vec<_> = arrays.iter().map(|(hint, array)| (*hint, array.view())).collect();
        let (actual, expected) = (ndarray::arr0(actual).into_dyn(), ndarray::arr0(expected).into_dyn());
        Err(Failure::of_mismatch(what, &mismatch, diagnose(&actual, &expected, None, &slips)))
    }

    /// Expects something that a sentence can say.
    ///
    /// # Errors
    /// With that sentence, when `holds` is false.
    pub fn expect(&self, holds: bool, otherwise: &str, hint: &str) -> Result<(), Failure> {
        if holds { Ok(()) } else { Err(Failure::wrong(otherwise).with_hint(hint)) }
    }
}

/// How a check came out, or why it could not be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant's sentence stands in `Verdict::sentence`")]
pub enum Verdict {
    Accept,
    WrongAnswer,
    RuntimePanic,
    TimeLimit,
    MemoryLimit,
    StackOverflow,
    OutputLimit,
    Crash,
    ProtocolViolation,
    Missing,
    CompileError,
    CompileTimeLimit,
    CompileMemoryLimit,
    RejectedSource,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 14] = [
        Self::Accept,
        Self::WrongAnswer,
        Self::RuntimePanic,
        Self::TimeLimit,
        Self::MemoryLimit,
        Self::StackOverflow,
        Self::OutputLimit,
        Self::Crash,
        Self::ProtocolViolation,
        Self::Missing,
        Self::CompileError,
        Self::CompileTimeLimit,
        Self::CompileMemoryLimit,
        Self::RejectedSource,
    ];

    /// The verdict that machines call `id`.
    ///
    /// ```
    /// use gradus_question::Verdict;
    ///
    /// assert!(Verdict::ALL.iter().all(|verdict| Verdict::from_id(verdict.id()) == Some(*verdict)));
    /// assert_eq!(Verdict::from_id("perfect"), None);
    /// ```
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.id() == id)
    }

    /// The verdict as machines read it, for example `wrong_answer`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::WrongAnswer => "wrong_answer",
            Self::RuntimePanic => "runtime_panic",
            Self::TimeLimit => "time_limit",
            Self::MemoryLimit => "memory_limit",
            Self::StackOverflow => "stack_overflow",
            Self::OutputLimit => "output_limit",
            Self::Crash => "crash",
            Self::ProtocolViolation => "protocol_violation",
            Self::Missing => "missing",
            Self::CompileError => "compile_error",
            Self::CompileTimeLimit => "compile_time_limit",
            Self::CompileMemoryLimit => "compile_memory_limit",
            Self::RejectedSource => "rejected_source",
        }
    }

    /// The verdict as a student reads it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Accept => "passed",
            Self::WrongAnswer => "gave a wrong answer",
            Self::RuntimePanic => "panicked",
            Self::TimeLimit => "took too long",
            Self::MemoryLimit => "used too much memory",
            Self::StackOverflow => "overflowed its stack",
            Self::OutputLimit => "printed too much",
            Self::Crash => "ended the process instead of returning",
            Self::ProtocolViolation => "disturbed the connection to the grader",
            Self::Missing => "is missing",
            Self::CompileError => "does not compile",
            Self::CompileTimeLimit => "takes too long to compile",
            Self::CompileMemoryLimit => "takes too much memory to compile",
            Self::RejectedSource => "uses what no exercise needs",
        }
    }
}

/// Why a check failed, in two tellings: with all there is to say for public checks, whose inputs are known, and with
/// nothing that a submission could choose freely for hidden ones.
///
/// What a hidden check tells is its verdict, which part of the result is wrong and in which of three ways, and which of
/// its few named slips the result agrees with. That is a handful of bits, no more than the verdict itself carries. An
/// index, a relative error, a shape, a line or an exit code would be a wide channel: a submission could write hidden
/// inputs into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The kind of failure.
    pub verdict: Verdict,
    /// What happened, in words of the judge's own.
    pub summary: String,
    /// What happened, with values and the submission's own words; for public checks only.
    pub detail: Option<String>,
    /// Where the result is wrong; for public checks only.
    pub errors: Option<Box<ErrorMap>>,
    /// How the loss went in the training that it is about; for public checks only.
    pub losses: Option<Box<Losses>>,
    /// What to look at first.
    pub hint: Option<String>,
    /// Where in the compiled submission, if known.
    pub place: Option<Box<Place>>,
    /// Set when the failure is the grader's own.
    pub fault: bool,
}

impl Failure {
    /// A wrong answer, told by a sentence without values.
    pub fn wrong(summary: impl Into<String>) -> Self {
        Self::new(Verdict::WrongAnswer, summary)
    }

    /// A failure of any kind, told by a sentence without values.
    pub fn new(verdict: Verdict, summary: impl Into<String>) -> Self {
        Self {
            verdict,
            summary: summary.into(),
            detail: None,
            errors: None,
            losses: None,
            hint: None,
            place: None,
            fault: false,
        }
    }

    /// Adds the sentence with values.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds what to look at first, unless something better is already said.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// The sentence for those who see a check of this visibility.
    pub fn message(&self, visibility: Visibility) -> &str {
        match (visibility, &self.detail) {
            (Visibility::Public, Some(detail)) => detail,
            _ => &self.summary,
        }
    }

    fn of_mismatch(what: &str, mismatch: &Mismatch, diagnosis: Option<Diagnosis>) -> Self {
        let kind = match mismatch {
            Mismatch::Shape { .. } => "wrong shape",
            Mismatch::NotFinite { .. } => "NaN or infinite where it should be finite",
            Mismatch::Values { .. } => "wrong",
        };
        let failure = Self::wrong(format!("{what}: {kind}")).with_detail(format!("{what}: {mismatch}"));
        match diagnosis {
            // An arbitrary factor would give the expected values away; the named ones are the usual slips.
            Some(diagnosis @ Diagnosis::Scaled { factor: Factor::Other, .. }) => {
                failure.with_hint(diagnosis.without_values())
            }
            Some(diagnosis) => failure.with_hint(diagnosis.to_string()),
            None => failure,
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let (verdict, hint) = match &error {
            CallError::Missing { .. } => (Verdict::Missing, None),
            CallError::Panic { .. } => (Verdict::RuntimePanic, None),
            CallError::TimeLimit { .. } => (Verdict::TimeLimit, Some("does a loop never end?")),
            CallError::MemoryLimit => (Verdict::MemoryLimit, None),
            CallError::StackOverflow => (Verdict::StackOverflow, Some("does a function call itself without end?")),
            CallError::OutputLimit => (Verdict::OutputLimit, Some("is there a print in a loop?")),
            CallError::Crash { .. } => (Verdict::Crash, Some("a function must return; it must not exit or abort")),
            CallError::ProtocolViolation { .. } => (Verdict::ProtocolViolation, None),
            CallError::ResultShape { .. } => (Verdict::WrongAnswer, None),
            CallError::InputChanged { .. } => {
                (Verdict::WrongAnswer, Some("work on a copy: the caller still needs its array"))
            }
            CallError::Fault { .. } => (Verdict::Crash, None),
        };
        let sentence = error.to_string();
        let summary = match &error {
            // These sentences are the judge's own; the others hold what the submission chose: a panic's text and line,
            // an exit code, the words of a malformed reply. All could carry hidden inputs out of the sandbox.
            CallError::ResultShape { .. }
            | CallError::InputChanged { .. }
            | CallError::TimeLimit { .. }
            | CallError::Fault { .. } => sentence.clone(),
            _ => verdict.sentence().to_owned(),
        };
        let fault = matches!(error, CallError::Fault { .. });
        let place = if let CallError::Panic { place, .. } = error { place.map(Box::new) } else { None };
        let hint = hint.map(str::to_owned);
        Self { hint, place, fault, ..Self::new(verdict, summary) }.with_detail(sentence)
    }
}
