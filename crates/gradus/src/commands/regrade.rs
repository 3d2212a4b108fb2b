//! `gradus regrade`: what a changed key changes, before it does.

use std::fmt::Write as _;

use gradus_gradebook::{Attempt, Change, Content, Gradebook, Pending, Version};
use gradus_judge::batch::{Entry, grade_all};
use gradus_judge::{Judge, Outcome, SourceScan};
use serde_json::json;

use crate::Ending;
use crate::arguments::{Format, Regrade};
use crate::commands::grade::{jobs, staff_judge};
use crate::commands::{find_assignment, recording};
use crate::terminal;

/// Grades again what the gradebook has, tells what changes, and makes it count where that is asked for.
pub fn run(options: &Regrade) -> anyhow::Result<Ending> {
    let assignment = find_assignment(&options.assignment)?;
    let gradebook = recording::open_existing(&options.gradebook)?;
    if options.drop {
        let dropped = gradebook.drop_proposals(assignment.id).map_err(recording::hinted)?;
        eprintln!("forgot {dropped} new results of `{}`; what counted before counts", assignment.id);
        return Ok(Ending::Well);
    }
    let judge = staff_judge(assignment.id, options.protection)?;
    let version = recording::version(&judge, SourceScan::On)?;
    let pending = gradebook.pending(&version).map_err(recording::hinted)?;
    propose(&judge, &gradebook, &version, &pending, jobs(options.jobs))?;

    let proposals = gradebook.proposals(&version).map_err(recording::hinted)?;
    let changes: Vec<Change> = proposals.iter().filter_map(gradus_gradebook::Proposal::change).collect();
    let faults: Vec<_> = proposals.iter().filter(|proposal| matches!(proposal.after, Outcome::Fault { .. })).collect();
    match options.format {
        Format::Text => terminal::data(&text(&changes))?,
        Format::Json => {
            let document = json!({ "regraded": proposals.len(), "applied": options.apply, "changes": changes });
            terminal::data(&format!("{document:#}\n"))?;
        }
    }
    for proposal in &faults {
        if let Outcome::Fault { message, hint, .. } = &proposal.after {
            eprintln!("grader fault: {}: {message}\nhint: {hint}", proposal.student);
        }
    }
    let count = proposals.len() - faults.len();
    if proposals.is_empty() {
        eprintln!("nothing of `{}` was graded under another state of the key", assignment.id);
    } else if options.apply {
        let applied = gradebook.apply(&version).map_err(recording::hinted)?;
        eprintln!("{applied} new results of `{}` count from now on", assignment.id);
    } else {
        eprintln!("{count} graded again, {} would change; --apply makes it so, --drop forgets it", changes.len());
    }
    Ok(if faults.is_empty() { Ending::Well } else { Ending::Incomplete })
}

/// Grades each submission with the random inputs that it had, so that differences come from the key.
fn propose(
    judge: &Judge,
    gradebook: &Gradebook,
    version: &Version,
    pending: &[Pending],
    jobs: usize,
) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let entries: Vec<_> = pending
        .iter()
        .enumerate()
        .map(|(number, pending)| Entry {
            name: pending.student.clone(),
            // In folders of their own, since a student may have handed in more than one.
            path: scratch.path().join(number.to_string()),
            seed: pending.seed(),
        })
        .collect();
    let bar = terminal::progress(entries.len(), "graded again");
    grade_all(&entries, jobs, &|entry| {
        let number = entry.path.file_name().and_then(|name| name.to_str()?.parse::<usize>().ok()).unwrap_or_default();
        let graded = (|| {
            let content = gradebook.content(&pending[number].content_hash)?;
            let path = Content::unpack(&content.archive, &entry.path, &entry.name)?;
            let outcome = judge.grade(&Entry { path, ..entry.clone() });
            let attempt = Attempt { student: &entry.name, content: &content, version, seed: entry.seed };
            gradebook.propose(&attempt, &outcome)?;
            Ok::<_, gradus_gradebook::GradebookError>(outcome)
        })();
        bar.set_message(entry.name.clone());
        bar.inc(1);
        graded.unwrap_or_else(|error| Outcome::Fault {
            submission: entry.name.clone(),
            message: error.to_string(),
            hint: error.hint().to_owned(),
        })
    });
    bar.finish_and_clear();
    Ok(())
}

/// Who gains first, then who loses, each with the checks that came out otherwise.
fn text(changes: &[Change]) -> String {
    let difference =
        |change: &Change| i64::from(change.after.unwrap_or_default()) - i64::from(change.before.unwrap_or_default());
    let mut ordered: Vec<_> = changes.iter().collect();
    ordered.sort_by_key(|change| std::cmp::Reverse(difference(change)));
    let mut text = String::new();
    for change in ordered {
        let points = |points: Option<u32>| points.map_or_else(|| "none".to_owned(), |points| points.to_string());
        let (before, after) = (points(change.before), points(change.after));
        let _ = writeln!(text, "{}: {before} -> {after} ({:+})", change.student, difference(change));
        for check in &change.checks {
            let side = |side: Option<(u32, &str)>| {
                side.map_or_else(|| "not there".to_owned(), |(points, verdict)| format!("{points} {verdict}"))
            };
            let (before, after) = (side(check.before), side(check.after));
            let _ = writeln!(text, "    {}: {}: {before} -> {after}", check.question, check.name);
        }
    }
    text
}
