//! `gradus regrade`: what a changed key changes, before it does.

use std::fmt::Write as _;
use std::path::Path;

use gradus_gradebook::{Attempt, Change, Gradebook, GradebookError, Pending, Proposal, Version};
use gradus_judge::batch::Entry;
use gradus_judge::{Judge, Outcome, Scratch, SourceScan};
use serde_json::json;

use crate::Ending;
use crate::arguments::{Format, Regrade};
use crate::commands::grade::{grade_and_show, jobs, staff_judge, tell_fault};
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
    let judge = staff_judge(assignment, options.protection)?;
    let version = recording::version(assignment, SourceScan::On)?;
    let pending = gradebook.pending(&version).map_err(recording::hinted)?;
    let scratch = Scratch::new()?;
    let outcomes = grade_and_show(&pending, jobs(options.jobs), &|pending| {
        propose(&judge, &gradebook, &version, pending, scratch.path())
            .unwrap_or_else(|error| Outcome::fault(&pending.student, &error, error.hint()))
    });

    let proposals = gradebook.proposals(&version).map_err(recording::hinted)?;
    let changes: Vec<Change> = proposals.iter().filter_map(Proposal::change).collect();
    match options.format {
        Format::Text => terminal::data(&text(&changes))?,
        Format::Json => {
            let document = json!({ "regraded": proposals.len(), "applied": options.apply, "changes": changes });
            terminal::data(&format!("{document:#}\n"))?;
        }
    }
    let mut ending = Ending::Well;
    for outcome in &outcomes {
        if let Outcome::Fault { submission, message, hint } = outcome {
            tell_fault(submission, message, hint);
            ending = Ending::Incomplete;
        }
    }
    let count = proposals.iter().filter(|proposal| !matches!(proposal.after, Outcome::Fault { .. })).count();
    if proposals.is_empty() {
        eprintln!("nothing of `{}` was graded under another state of the key", assignment.id);
    } else if options.apply {
        let applied = gradebook.apply(&version).map_err(recording::hinted)?;
        eprintln!("{applied} new results of `{}` count from now on", assignment.id);
    } else {
        eprintln!("{count} graded again, {} would change; --apply makes it so, --drop forgets it", changes.len());
    }
    Ok(ending)
}

/// Grades what the gradebook has kept with the random inputs of before, so that differences come from the key.
fn propose(
    judge: &Judge,
    gradebook: &Gradebook,
    version: &Version,
    pending: &Pending,
    scratch: &Path,
) -> Result<Outcome, GradebookError> {
    let content = gradebook.content(&pending.content_hash)?;
    // In folders of their own, since a student may have handed in more than one.
    let path = content.unpack(&scratch.join(&pending.content_hash), &pending.student)?;
    let entry = Entry { name: pending.student.clone(), path, seed: pending.seed() };
    let outcome = judge.grade(&entry);
    let attempt = Attempt { student: &entry.name, content: &content, version, seed: entry.seed };
    gradebook.propose(&attempt, &outcome)?;
    Ok(outcome)
}

/// Who gains first, then who loses, each with the checks that came out otherwise.
fn text(changes: &[Change]) -> String {
    let difference =
        |change: &Change| i64::from(change.after.unwrap_or_default()) - i64::from(change.before.unwrap_or_default());
    let mut ordered: Vec<_> = changes.iter().collect();
    ordered.sort_by_key(|change| std::cmp::Reverse(difference(change)));
    let mut text = String::new();
    for change in ordered {
        let (before, after) = (recording::points(change.before), recording::points(change.after));
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
