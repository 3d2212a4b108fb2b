//! `gradus grade`: submissions in, scores and reports out.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use gradus_assignments::Assignment;
use gradus_gradebook::Place;
use gradus_grader::Key;
use gradus_judge::batch::{Entry, Submitted, grade_all};
use gradus_judge::{Judge, Outcome, SourceScan, report};

use crate::Ending;
use crate::arguments::{Format, Grade, Protection};
use crate::commands::recording::{self, Recording, Seen};
use crate::commands::{find_assignment, intake, open_judge, queued};
use crate::error::Hinted;
use crate::terminal;

/// Grades the submissions that the arguments name.
pub fn run(options: &Grade) -> anyhow::Result<Ending> {
    if let Some(place) = &options.queue {
        return queued::run(options, place);
    }
    let assignment = find_assignment(&options.assignment)?;
    let mut judge = staff_judge(assignment, options.protection)?;
    let mut scan = SourceScan::On;
    if options.no_source_scan {
        scan = SourceScan::Off;
        judge = judge.with_source_scan(scan);
    }
    let mut scratch = Vec::new();
    let submissions = intake::submissions(&options.submissions, &options.assignment, &mut scratch)?;
    prepare_folder(&options.out)?;
    let gradebook = options.gradebook.clone().unwrap_or_else(|| Place::File(options.out.join("gradebook.sqlite")));
    let gradebook = recording::open(&gradebook)?;

    let entries = intake::entries(submissions, &gradebook, options.seed)?;
    let recording = Recording {
        version: recording::version(assignment, scan)?,
        judge: &judge,
        gradebook: &gradebook,
        force: options.force,
        seed: options.seed,
        unfinished: options.results_after_each_check.then_some(options.out.as_path()),
        seen: Mutex::default(),
    };
    let grade = |entry: &Entry| recording.grade(entry);
    let outcomes = grade_and_write(&entries, jobs(options.jobs), &options.out, &grade)?;
    conclude(options, &outcomes, &recording.seen(), gradebook.place())
}

/// Prints what was asked for, and says what there is.
pub fn conclude(options: &Grade, outcomes: &[Outcome], seen: &Seen, gradebook: &Place) -> anyhow::Result<Ending> {
    match options.format {
        Format::Text => {
            terminal::data(&report::table(outcomes, terminal::colours()))?;
            if options.timings {
                terminal::data(&report::timings_table(outcomes))?;
            }
        }
        Format::Json => terminal::data(&format!("{:#}\n", report::json(outcomes)))?,
    }
    tell(seen, outcomes.len());
    eprintln!("scores: {}", options.out.join("scores.csv").display());
    eprintln!("class: {}", options.out.join("class.html").display());
    eprintln!("reports: {}", options.out.join("<submission>").join("report.html").display());
    eprintln!("gradebook: {gradebook}");
    Ok(ending(outcomes))
}

/// Says what was not simply graded.
fn tell(seen: &Seen, all: usize) {
    if seen.taken > 0 {
        eprintln!("{} of {all} had been graded before, and their results were taken; --force grades anew", seen.taken);
    }
    let changed: Vec<_> = seen.changed.iter().filter(|(_, before, after)| before != after).collect();
    if !seen.changed.is_empty() {
        eprintln!(
            "{} of {all} had been graded under another state of the key; the points of {} changed",
            seen.changed.len(),
            changed.len()
        );
    }
    for (name, before, after) in changed {
        eprintln!("    {name}: {} before, {} now", recording::points(*before), recording::points(*after));
    }
}

/// The judge with an assignment's public and hidden checks, and its reference.
pub fn staff_judge(assignment: &'static Assignment, protection: Protection) -> anyhow::Result<Judge> {
    let key = staff_key(assignment)?;
    let checks = [(assignment.public_checks)(), (key.hidden_checks)()].concat();
    Ok(open_judge(assignment, checks, protection)?.with_reference((key.reference)()))
}

/// The staff's part of an assignment.
pub fn staff_key(assignment: &Assignment) -> anyhow::Result<&'static Key> {
    let nothing = || {
        let message = format!("assignment `{}` has no hidden checks", assignment.id);
        Hinted::new(message, "is it new? add its key to the grader").into()
    };
    gradus_grader::key(assignment.id).ok_or_else(nothing)
}

/// Makes the outcomes of all entries with `grade`, writing each report as soon as it is there, and the scores at the
/// end.
pub fn grade_and_write(
    entries: &[Entry],
    jobs: usize,
    out: &Path,
    grade: &(dyn Fn(&Entry) -> Outcome + Sync),
) -> anyhow::Result<Vec<Outcome>> {
    let outcomes = grade_and_show(entries, jobs, &|entry| with_report(grade(entry), out));
    report::write_scores(&outcomes, out)
        .and_then(|()| report::write_class(&outcomes, out))
        .map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    for outcome in &outcomes {
        match outcome {
            Outcome::Graded(_) => {}
            Outcome::Unreadable { message, hint, .. } => eprintln!("error: {message}\nhint: {hint}"),
            Outcome::Fault { submission, message, hint } => tell_fault(submission, message, hint),
        }
    }
    Ok(outcomes)
}

/// Says on stderr what our own fault was.
pub fn tell_fault(submission: &str, message: &str, hint: &str) {
    eprintln!("grader fault: {submission}: {message}\nhint: {hint}");
}

/// Makes the outcomes of all entries with `grade`, showing on a terminal how far it is.
pub fn grade_and_show<S: Submitted>(
    entries: &[S],
    jobs: usize,
    grade: &(dyn Fn(&S) -> Outcome + Sync),
) -> Vec<Outcome> {
    let bar = terminal::progress(entries.len(), "graded");
    let outcomes = grade_all(entries, jobs, &|entry| {
        let outcome = grade(entry);
        bar.set_message(entry.name().to_owned());
        bar.inc(1);
        outcome
    });
    bar.finish_and_clear();
    outcomes
}

/// How many to grade at a time: what is asked for, or else as many as there are cores.
pub fn jobs(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// Well when all were graded, whatever their scores.
pub fn ending(outcomes: &[Outcome]) -> Ending {
    if outcomes.iter().all(|outcome| matches!(outcome, Outcome::Graded(_))) { Ending::Well } else { Ending::Incomplete }
}

/// Makes the output folder and makes sure that it can be written to, before any work is done.
pub fn prepare_folder(out: &Path) -> anyhow::Result<()> {
    let refuse = |error: std::io::Error| {
        let hint = "give another folder with --out, or make this one writable";
        Hinted::new(format!("the output folder {} cannot be written: {error}", out.display()), hint)
    };
    if out.exists() && !out.is_dir() {
        let message = format!("the output folder {} is a file", out.display());
        return Err(Hinted::new(message, "give a folder with --out; it is made if it is not there").into());
    }
    fs::create_dir_all(out).map_err(refuse)?;
    tempfile::tempfile_in(out).map_err(refuse)?;
    Ok(())
}

/// Writes an outcome's report; what cannot be written becomes a fault of ours, and the batch goes on.
fn with_report(mut outcome: Outcome, out: &Path) -> Outcome {
    let start = Instant::now();
    if let Err(error) = report::write(&outcome, out) {
        // What was written meanwhile must not pass for the result.
        let _ = fs::remove_file(out.join(outcome.submission()).join("results.json"));
        return Outcome::fault(outcome.submission(), &error, error.hint());
    }
    if let Outcome::Graded(grade) = &mut outcome {
        grade.timings.report = start.elapsed();
    }
    outcome
}
