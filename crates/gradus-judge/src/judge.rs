//! Grading one submission: read, compile, call, count.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use gradus_assignments::{Assignment, Manifest};
use gradus_notebook::{Note, Submission, SubmissionError, Wanted, read_submission};
use gradus_question::protocol::Request;
use gradus_question::{
    Answer as Answers, Caller, Check, Failure, Function, Local, Losses, Session, Verdict, Visibility,
};
use gradus_sandbox::{Job, Limits, Profile, Sandbox};
use gradus_toolchain::{StudentLibrary, Toolchain, ToolchainError};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::assemble::location_of;
use crate::batch::Entry;
use crate::compile::{Compiled, compile};
use crate::grade::{Answer, CheckGrade, FunctionGrade, FunctionState, Grade, LossCurves, Outcome, Remark, Timings};
use crate::policy::SourceScan;
use crate::rustc::Rustc;
use crate::scratch;
use crate::worker::Worker;

/// After a function has used up so much time in checks that ended its process, its other checks are not tried: two
/// calls that never end show it well enough.
const LOST_TIME: Duration = Duration::from_secs(6);

/// Crates and names that a submission may `use` from.
pub(crate) const AVAILABLE: [&str; 9] =
    ["alloc", "core", "gradus_assignments", "gradus_check", "gradus_nn", "ndarray", "ndarray_rand", "rand", "std"];

/// A judge of one assignment's submissions.
pub struct Judge {
    assignment: &'static Assignment,
    manifest: Manifest,
    checks: Vec<Check>,
    reference: Option<&'static (dyn Answers + Sync)>,
    sandbox: Sandbox,
    toolchain: Toolchain,
    library: StudentLibrary,
    scan: SourceScan,
    trial: OnceLock<Result<(), String>>,
}

/// Why there can be no judge.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// No compiler or no library.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The assignment's manifest is not in order.
    #[error(transparent)]
    Manifest(#[from] gradus_assignments::ManifestError),
}

impl JudgeError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Toolchain(error) => error.hint(),
            Self::Manifest(_) => "mend assignment.toml and build gradus again",
        }
    }
}

/// The answers to an assignment's questions in a submission, and what they need: what is judged of it.
///
/// # Errors
/// When it cannot be read.
pub fn read_answers(manifest: &Manifest, path: &Path) -> Result<Submission, SubmissionError> {
    let entries = manifest.functions.iter();
    let wanted: Vec<_> = entries.map(|entry| Wanted { function: &entry.name, cell_id: Some(&entry.cell) }).collect();
    read_submission(path, &wanted, &AVAILABLE)
}

impl Judge {
    /// A judge that runs `checks` on the functions of `assignment`.
    ///
    /// # Errors
    /// When there is no compiler, or no library for this assignment.
    pub fn new(assignment: &'static Assignment, checks: Vec<Check>, sandbox: Sandbox) -> Result<Self, JudgeError> {
        scratch::sweep();
        let toolchain = Toolchain::find()?;
        let library = toolchain.student_library(assignment.id)?;
        let manifest = assignment.manifest()?;
        Ok(Self {
            scan: if manifest.source_scan { SourceScan::On } else { SourceScan::Off },
            manifest,
            assignment,
            checks,
            reference: None,
            sandbox,
            toolchain,
            library,
            trial: OnceLock::new(),
        })
    }

    /// Sets whether submissions are scanned before they are compiled, whatever the manifest says.
    #[must_use]
    pub fn with_source_scan(mut self, scan: SourceScan) -> Self {
        self.scan = scan;
        self
    }

    /// Sets the answers whose curves reports show beside a student's.
    #[must_use]
    pub fn with_reference(mut self, reference: &'static (dyn Answers + Sync)) -> Self {
        self.reference = Some(reference);
        self
    }

    /// The assignment's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where submissions run.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// How many checks there are.
    pub fn check_count(&self) -> usize {
        self.checks.len()
    }

    /// What can be earned.
    pub fn max_points(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }

    /// Grades a submission.
    pub fn grade(&self, entry: &Entry) -> Outcome {
        self.grade_and_tell(entry, &|_| {})
    }

    /// Grades a submission, and tells after each check what there is by then.
    pub fn grade_and_tell(&self, entry: &Entry, tell: &dyn Fn(&Grade)) -> Outcome {
        let start = Instant::now();
        let Entry { name, path, seed } = entry;
        let (name, seed) = (name.clone(), *seed);
        let submission = match read_answers(&self.manifest, path) {
            Ok(submission) => submission,
            Err(error) => return self.unreadable(name, path, &error),
        };
        let extract = start.elapsed();

        let start = Instant::now();
        let compiled = match compile(&submission, self.assignment.functions, &self.rustc(), self.scan) {
            Ok(compiled) => compiled,
            Err(failed) => return fault(&name, &failed.to_string()),
        };
        let compile = start.elapsed();

        let start = Instant::now();
        let mut grade = Grade {
            submission: name,
            assignment: self.manifest.id.clone(),
            title: self.manifest.title.clone(),
            sandbox: self.sandbox.describe(),
            seed,
            functions: Vec::new(),
            remarks: submission.notes.iter().map(remark).collect(),
            timings: Timings { extract, compile, ..Timings::default() },
        };
        if let Err(reason) = self.run_checks(&submission, &compiled, &mut grade, tell) {
            return fault(&grade.submission, &reason);
        }
        grade.timings.judge = start.elapsed();
        let mut checks = grade.functions.iter().flat_map(|function| &function.checks);
        if checks.any(|check| check.verdict == Verdict::Crash)
            && let Err(reason) = self.try_worker()
        {
            return fault(&grade.submission, &reason);
        }
        Outcome::Graded(Box::new(grade))
    }

    fn rustc(&self) -> Rustc<'_> {
        Rustc {
            sandbox: &self.sandbox,
            toolchain: &self.toolchain,
            library: &self.library,
            interface: self.assignment.id,
            functions: self.assignment.functions,
            scan: self.scan,
            optimised: self.manifest.optimised,
        }
    }

    /// Runs all checks, function by function, each function in a fresh process, and adds their results to the grade.
    fn run_checks(
        &self,
        submission: &Submission,
        compiled: &Compiled,
        grade: &mut Grade,
        tell: &dyn Fn(&Grade),
    ) -> Result<(), String> {
        let seeds = seeds(grade.seed, self.checks.len());
        let mut worker = compiled.program.as_ref().map(|program| Worker::new(&self.sandbox, worker_job(program)));
        for (function, state) in self.assignment.functions.iter().zip(&compiled.states) {
            let at = grade.functions.len();
            grade.functions.push(FunctionGrade {
                name: function.name.to_owned(),
                signature: function.signature(),
                state: state.clone(),
                answer: answer(submission, function),
                checks: Vec::new(),
            });
            let (mut lost, mut last, mut visibility) = (Duration::ZERO, Verdict::Accept, Visibility::Public);
            if let Some(worker) = &mut worker {
                worker.restart();
            }
            for (check, &seed) in self.checks.iter().zip(&seeds).filter(|(check, _)| check.function == function.name) {
                // What the public checks left in the process tells nothing about the hidden ones.
                if check.visibility != visibility {
                    visibility = check.visibility;
                    if let Some(worker) = &mut worker {
                        worker.restart();
                    }
                }
                let start = Instant::now();
                let result = match (state, &mut worker) {
                    (FunctionState::Missing, _) => Err(missing(function)),
                    (FunctionState::Broken(verdict, _), _) => Err(broken(function, *verdict)),
                    (FunctionState::Ready, None) => return Err("a function is ready, but no program".to_owned()),
                    (FunctionState::Ready, Some(_)) if lost >= LOST_TIME => Err(Failure::new(
                        last,
                        "not tried: earlier checks of this function ended its process too often",
                    )),
                    (FunctionState::Ready, Some(worker)) => run_check(check, worker, seed)?,
                };
                if let Err(failure) = &result
                    && !matches!(failure.verdict, Verdict::WrongAnswer | Verdict::RuntimePanic)
                {
                    lost += start.elapsed();
                    last = failure.verdict;
                }
                let losses = result.as_ref().err().and_then(|failure| self.curves(check, failure, seed));
                let graded = check_grade(check, result, compiled);
                grade.functions[at].checks.push(CheckGrade { losses, ..graded });
                tell(grade);
            }
        }
        Ok(())
    }

    /// The curves of the training that a public check failed for: the losses are the submission's choice, and so a way
    /// to tell of hidden inputs.
    fn curves(&self, check: &Check, failure: &Failure, seed: u64) -> Option<LossCurves> {
        let own = failure.losses.as_ref().filter(|_| check.visibility == Visibility::Public)?;
        let of_reference = self
            .reference
            .map_or_else(Vec::new, |reference| check.trainings(&mut Session::new(&mut Local::new(reference)), seed));
        let same = of_reference.iter().find(|losses| losses.training == own.training);
        Some(LossCurves {
            training: own.training.clone(),
            own: finite(own),
            reference: same.map_or_else(Vec::new, finite),
        })
    }

    /// Whether a worker without a student's code can be talked to here, tried once: if not, a crash is not the
    /// student's.
    fn try_worker(&self) -> Result<(), String> {
        let attempt = || {
            let rustc = self.rustc();
            let directory = rustc.directory().map_err(|failed| failed.to_string())?;
            let built = rustc.library(&directory, "").and_then(|_| rustc.worker(&directory, &[]));
            if let Err(refused) = built.map_err(|failed| failed.to_string())? {
                return Err(refused.into_fault("linking an empty worker").to_string());
            }
            let mut worker = Worker::new(&self.sandbox, worker_job(&rustc.program(&directory)));
            let reply = worker.exchange(&Request::default(), 1 << 10, Duration::from_secs(10));
            reply.map(drop).map_err(|error| format!("a worker without a student's code does not answer: {error}"))
        };
        self.trial.get_or_init(attempt).clone()
    }

    fn unreadable(&self, submission: String, path: &Path, error: &SubmissionError) -> Outcome {
        // Students know their file, not the grader's folders.
        let folder = path.parent().map(|parent| format!("{}/", parent.display())).unwrap_or_default();
        let message = error.to_string().replace(&folder, "");
        if matches!(error, SubmissionError::GraderFault { .. }) {
            return fault(&submission, &message);
        }
        Outcome::Unreadable { submission, message, hint: error.hint().to_string(), max_points: self.max_points() }
    }
}

/// The name that a submission's reports get: its folder's, or its file's without extension.
pub fn submission_name(path: &Path) -> String {
    // A dot in a folder's name is no extension: `ada.lovelace` and `ada.byron` are two students.
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.map_or_else(|| "submission".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Runs one check over a worker; a fault of ours is tried once more before it counts as one.
fn run_check(check: &Check, worker: &mut Worker<'_>, seed: u64) -> Result<Result<(), Failure>, String> {
    let mut reason = String::new();
    for _ in 0..2 {
        let run = AssertUnwindSafe(|| check.run(&mut Session::new(worker).with_patience(check.patience), seed));
        match catch_unwind(run) {
            Ok(Err(failure)) if failure.fault => reason = failure.summary,
            Ok(result) => return Ok(result),
            Err(_) => reason = format!("the check `{}` of `{}` panicked", check.name, check.function),
        }
        worker.restart();
    }
    Err(reason)
}

fn check_grade(check: &Check, result: Result<(), Failure>, compiled: &Compiled) -> CheckGrade {
    let failure = result.as_ref().err();
    CheckGrade {
        name: check.name.to_owned(),
        expectation: check.expectation.to_owned(),
        visibility: check.visibility,
        points: if result.is_ok() { check.points } else { 0 },
        max_points: check.points,
        verdict: failure.map_or(Verdict::Accept, |failure| failure.verdict),
        message: failure.map(|failure| failure.message(check.visibility).to_owned()),
        hint: failure.and_then(|failure| failure.hint.clone()),
        // Which elements are wrong is the submission's choice too.
        errors: failure
            .filter(|_| check.visibility == Visibility::Public)
            .and_then(|failure| failure.errors.clone())
            .map_or_else(Vec::new, |errors| errors.0),
        losses: None,
        // Which of its lines panics is the submission's choice, and so a way to tell of hidden inputs.
        location: failure
            .filter(|_| check.visibility == Visibility::Public)
            .and_then(|failure| failure.place.as_ref())
            .filter(|place| place.file == crate::rustc::STUDENT)
            .and_then(|place| compiled.assembled.locate(place.line)),
    }
}

fn finite(losses: &Losses) -> Vec<Option<f64>> {
    losses.values.iter().map(|loss| loss.is_finite().then_some(*loss)).collect()
}

fn missing(function: &Function) -> Failure {
    Failure::new(Verdict::Missing, format!("there is no function `{}` in the submission", function.name))
        .with_hint(format!("hand in `{}`", function.signature()))
}

fn broken(function: &Function, verdict: Verdict) -> Failure {
    Failure::new(verdict, format!("`{}` {}", function.name, verdict.sentence()))
}

fn answer(submission: &Submission, function: &Function) -> Option<Answer> {
    let fragment = submission.answer(function.name)?;
    Some(Answer { location: location_of(&fragment.origin), text: fragment.text.clone() })
}

fn remark(note: &Note) -> Remark {
    Remark { location: note.origin.as_ref().map(location_of), text: note.message.clone(), hint: note.hint.clone() }
}

fn fault(submission: &str, reason: &str) -> Outcome {
    let hint = "this is not the student's doing: mend the cause and grade this submission again";
    Outcome::fault(submission, &reason, hint)
}

/// One seed for each check, all from one.
fn seeds(seed: u64, count: usize) -> Vec<u64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| random.next_u64()).collect()
}

fn worker_job(program: &Path) -> Job {
    Job::new(program, Profile::Worker).executable(program).limits(Limits {
        cpu: Duration::from_secs(120),
        wall: Duration::from_secs(180),
        memory_bytes: 1 << 30,
        address_space_bytes: 3 << 30,
        ..Limits::default()
    })
}
