//! `gradus submit`: looks at a notebook as its student would want before the deadline, and makes the archive to hand in.
//!
//! Unfinished work may be handed in: what is not done is said, and nothing but a file that cannot be read as a notebook
//! keeps the archive from being written. What is checked is the archive itself, so that what was seen is what is graded.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use gradus_assignments::Assignment;
use gradus_judge::Outcome;
use gradus_judge::batch::Entry;
use gradus_judge::grade::Grade;
use gradus_judge::report::{self, Question};
use gradus_notebook::{Notebook, Record, pack, read_submission};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Ending;
use crate::arguments::{Format, Submit};
use crate::commands::{find_assignment, open_judge};
use crate::error::{self, Hinted};
use crate::files::Pending;
use crate::terminal;

/// Checks the notebook that the arguments name, and packs it.
pub fn run(options: &Submit) -> anyhow::Result<Ending> {
    let notebook = read(&options.notebook)?;
    let assignment = assignment_of(options, &notebook)?;
    let record = record(&options.notebook, assignment, &notebook);
    let archive = pack(&record, &notebook).with_context(|| options.notebook.display().to_string())?;
    let out = place_of_archive(options, assignment)?;
    let pending = if options.check_only { None } else { Some(Pending::at(&out)?) };

    let checked = check(options, assignment, &archive);
    let questions = match &checked {
        Ok((_, questions)) => questions.as_slice(),
        Err(failed) => {
            // Our fault must not cost anybody a deadline.
            error::print(failed);
            &[]
        }
    };
    if let Some(pending) = pending {
        pending.write(&archive)?;
    }
    let written = (!options.check_only).then(|| out.display().to_string());
    match options.format {
        Format::Text if checked.is_ok() => terminal::data(&report::questions_table(questions, terminal::colours()))?,
        Format::Text => {}
        Format::Json => {
            let checked = checked.is_ok();
            let report = json!({"record": record, "archive": written, "checked": checked, "questions": questions});
            terminal::data(&format!("{report:#}\n"))?;
        }
    }
    if let Ok((grade, _)) = &checked {
        tell_remarks(grade);
    }
    let assignment = assignment.id;
    let notebook = options.notebook.display();
    let open: Vec<_> = questions.iter().filter(|question| !question.is_ready()).collect();
    if !open.is_empty() {
        eprintln!("hint: `gradus check {assignment} {notebook}` says more about each");
    }
    if let Some(written) = &written {
        eprintln!("hand in {written}");
    }
    eprintln!("{}", last_line(checked.is_ok(), questions, &open));
    Ok(match (options.check_only, checked.is_ok(), open.is_empty()) {
        (true, false, _) => Ending::Incomplete,
        (true, true, false) => Ending::NotRight,
        _ => Ending::Well,
    })
}

/// The notebook's bytes, once they can be read as a submission.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ipynb")) {
        let hint = "give a notebook: a file whose name ends with .ipynb";
        return Err(Hinted::new(format!("{}: this is no notebook", path.display()), hint).into());
    }
    read_submission(path, &[], &[]).map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    fs::read(path).with_context(|| path.display().to_string())
}

/// The assignment that is asked for, or else the one that the notebook says it is.
fn assignment_of(options: &Submit, notebook: &[u8]) -> anyhow::Result<&'static Assignment> {
    let notebook = String::from_utf8_lossy(notebook);
    let notebook = Notebook::from_json(&notebook).ok();
    let named = notebook.as_ref().and_then(Notebook::assignment);
    match (&options.assignment, named) {
        (Some(asked), named) => {
            if let Some(named) = named.filter(|named| named != asked) {
                eprintln!("warning: the notebook says that it is the assignment `{named}`, not `{asked}`");
            }
            find_assignment(asked)
        }
        (None, Some(named)) => find_assignment(named),
        (None, None) => {
            let known: Vec<_> = gradus_assignments::ASSIGNMENTS.iter().map(|assignment| assignment.id).collect();
            let hint = format!("name it with --assignment; the assignments are: {}", known.join(", "));
            let message = format!("{} does not say which assignment it is", options.notebook.display());
            Err(Hinted::new(message, hint).into())
        }
    }
}

fn record(path: &Path, assignment: &Assignment, notebook: &[u8]) -> Record {
    let name = path.file_name().and_then(|name| name.to_str());
    // Names that an archive should not have, or that are not looked at in one.
    let name = name.filter(|name| !name.starts_with('.') && !name.contains(['\\', ':', '\0']));
    Record {
        assignment: assignment.id.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        notebook: name.map_or_else(|| format!("{}.ipynb", assignment.id), str::to_owned),
        sha256: Sha256::digest(notebook).iter().map(|byte| format!("{byte:02x}")).collect(),
        time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
    }
}

fn place_of_archive(options: &Submit, assignment: &Assignment) -> anyhow::Result<PathBuf> {
    let Some(out) = &options.out else {
        return Ok(options.notebook.with_file_name(format!("{}-submission.zip", assignment.id)));
    };
    if out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
        return Ok(out.clone());
    }
    let hint = "an archive is known by its name: let it end with .zip";
    Err(Hinted::new(format!("{} is no name of an archive", out.display()), hint).into())
}

/// Runs the public checks on the archive, as it would be graded.
fn check(options: &Submit, assignment: &'static Assignment, archive: &[u8]) -> anyhow::Result<(Grade, Vec<Question>)> {
    let judge = open_judge(assignment, (assignment.public_checks)(), options.protection)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("{}-submission.zip", assignment.id));
    fs::write(&path, archive)?;
    let working = terminal::talk();
    working.set_message("compiling and running the public checks");
    let outcome = judge.grade(&Entry::new(path, rand::random()));
    working.finish_and_clear();
    match outcome {
        Outcome::Graded(grade) => {
            let questions = report::questions(&grade, judge.manifest());
            Ok((*grade, questions))
        }
        Outcome::Unreadable { message, hint, .. } | Outcome::Fault { message, hint, .. } => {
            Err(Hinted::new(message, hint).into())
        }
    }
}

/// What was repaired or left out while reading.
fn tell_remarks(grade: &Grade) {
    for remark in &grade.remarks {
        let at = remark.location.as_ref().map_or_else(String::new, |location| format!("{location}: "));
        eprintln!("note: {at}{}", remark.text);
        if let Some(hint) = &remark.hint {
            eprintln!("hint: {hint}");
        }
    }
}

/// What is not done, or that all is.
fn last_line(checked: bool, questions: &[Question], open: &[&Question]) -> String {
    if !checked {
        return "not checked: see above".to_owned();
    }
    let points =
        |questions: &mut dyn Iterator<Item = &Question>| questions.map(|question| question.points).sum::<u32>();
    let all = points(&mut questions.iter());
    if open.is_empty() {
        return format!("done: all {} questions pass their public checks", questions.len());
    }
    let names: Vec<_> = open.iter().map(|question| format!("{} {}", question.number, question.function)).collect();
    let of = points(&mut open.iter().copied());
    format!(
        "not done: {} of {} questions, worth {of} of {all} points: {}",
        open.len(),
        questions.len(),
        names.join(", ")
    )
}
