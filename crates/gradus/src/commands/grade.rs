//! `gradus grade`: submissions in, scores and reports out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use gradus_judge::batch::{Entry, grade_all};
use gradus_judge::{Judge, Outcome, SourceScan, report, submission_name};

use crate::Ending;
use crate::arguments::{Format, Grade, Protection};
use crate::commands::{find_assignment, open_judge, with_name};
use crate::error::Hinted;
use crate::terminal;

/// Grades the submissions that the arguments name.
pub fn run(options: &Grade) -> anyhow::Result<Ending> {
    let mut judge = staff_judge(&options.assignment, options.protection)?;
    if options.no_source_scan {
        judge = judge.with_source_scan(SourceScan::Off);
    }
    let paths: Vec<PathBuf> = options.submissions.iter().map(|path| with_name(path)).collect();
    refuse_missing_and_ambiguous(&paths)?;
    prepare_folder(&options.out)?;

    let entries: Vec<_> =
        paths.into_iter().map(|path| Entry { path, seed: options.seed.unwrap_or_else(rand::random) }).collect();
    let outcomes = grade_and_write(&judge, &entries, jobs(options.jobs), &options.out)?;

    match options.format {
        Format::Text => {
            terminal::data(&report::table(&outcomes, terminal::colours()))?;
            if options.timings {
                terminal::data(&report::timings_table(&outcomes))?;
            }
        }
        Format::Json => terminal::data(&format!("{:#}\n", report::json(&outcomes)))?,
    }
    eprintln!("scores: {}", options.out.join("scores.csv").display());
    eprintln!("reports: {}", options.out.join("<submission>").join("report.html").display());
    Ok(ending(&outcomes))
}

/// The judge with an assignment's public and hidden checks.
pub fn staff_judge(assignment: &str, protection: Protection) -> anyhow::Result<Judge> {
    let assignment = find_assignment(assignment)?;
    let key = gradus_grader::key(assignment.id).ok_or_else(|| {
        Hinted::new(
            format!("assignment `{}` has no hidden checks", assignment.id),
            "is it new? add its key to the grader",
        )
    })?;
    let checks = [(assignment.public_checks)(), (key.hidden_checks)()].concat();
    open_judge(assignment, checks, protection)
}

/// Grades all entries, writing each report as soon as it is there, and the scores at the end.
pub fn grade_and_write(judge: &Judge, entries: &[Entry], jobs: usize, out: &Path) -> anyhow::Result<Vec<Outcome>> {
    let outcomes = grade_and_show(judge, entries, jobs, &|outcome| write_report(outcome, out));
    report::write_scores(&outcomes, out).map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    for outcome in &outcomes {
        match outcome {
            Outcome::Graded(_) => {}
            Outcome::Unreadable { message, hint, .. } => eprintln!("error: {message}\nhint: {hint}"),
            Outcome::Fault { submission, message, hint } => {
                eprintln!("grader fault: {submission}: {message}\nhint: {hint}");
            }
        }
    }
    Ok(outcomes)
}

/// Grades all entries, showing on a terminal how far it is.
pub fn grade_and_show(
    judge: &Judge,
    entries: &[Entry],
    jobs: usize,
    note: &(dyn Fn(&mut Outcome) + Sync),
) -> Vec<Outcome> {
    let bar = terminal::progress(entries.len(), "graded");
    let outcomes = grade_all(judge, entries, jobs, &|outcome| {
        note(outcome);
        bar.set_message(outcome.submission().to_owned());
        bar.inc(1);
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

/// Two submissions of one name would overwrite each other's reports.
fn refuse_missing_and_ambiguous(paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut names: BTreeMap<String, &Path> = BTreeMap::new();
    for path in paths {
        fs::symlink_metadata(path).with_context(|| format!("{}", path.display())).map_err(|error| {
            Hinted::new(
                format!("{error:#}"),
                "give notebooks (.ipynb), Rust files (.rs), or folders or zip archives of them",
            )
        })?;
        let name = submission_name(path);
        if let Some(other) = names.insert(name.clone(), path) {
            let message = format!("{} and {} are both called `{name}`", other.display(), path.display());
            return Err(Hinted::new(message, "rename one of them, or grade them with two --out folders").into());
        }
    }
    Ok(())
}

/// Writes one report; what cannot be written becomes a fault of ours, and the batch goes on.
fn write_report(outcome: &mut Outcome, out: &Path) {
    let start = Instant::now();
    if let Err(error) = report::write(outcome, out) {
        *outcome = Outcome::Fault {
            submission: outcome.submission().to_owned(),
            message: error.to_string(),
            hint: error.hint().to_string(),
        };
    } else if let Outcome::Graded(grade) = outcome {
        grade.timings.report = start.elapsed();
    }
}
