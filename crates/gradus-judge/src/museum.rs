//! Recorded answers, whose reports are known beforehand: how one becomes a whole submission, and what of its report
//! is the same on every machine.

use std::fmt::Write;

use gradus_assignments::Assignment;
use gradus_notebook::{Submission, SubmissionError, Wanted, read_submission_bytes};
use serde_json::Value;

use crate::judge::AVAILABLE;

/// A recorded answer with the functions that it lacks from `reference`, so that its report shows that nothing else is
/// disturbed.
///
/// # Errors
/// When one of the two cannot be read.
///
/// ```
/// use gradus_assignments::Assignment;
/// use gradus_judge::museum::whole_submission;
///
/// let softmax = Assignment::find("softmax").expect("an assignment");
/// let recorded = "pub fn predict(w: f64) -> f64 { start(w) }\nfn start(w: f64) -> f64 { w }\n";
/// let reference = "pub fn predict(w: f64) -> f64 { 0.0 }\npub fn softmax_loss(x: f64) -> f64 { start(x) }\nfn start(x: f64) -> f64 { x }\n";
/// let whole = whole_submission(softmax, recorded, reference)?;
/// assert_eq!(whole.matches("fn predict").count(), 1);
/// assert_eq!(whole.matches("fn start").count(), 1);
/// assert!(whole.contains("fn softmax_loss"));
/// # Ok::<(), gradus_notebook::SubmissionError>(())
/// ```
pub fn whole_submission(assignment: &Assignment, recorded: &str, reference: &str) -> Result<String, SubmissionError> {
    let functions: Vec<_> =
        assignment.functions.iter().map(|function| Wanted { function: function.name, cell_id: None }).collect();
    let own = read(recorded, &functions)?;
    let others: Vec<_> = functions.into_iter().filter(|wanted| own.answer(wanted.function).is_none()).collect();
    let mut text = recorded.to_owned();
    if others.is_empty() {
        return Ok(text);
    }
    let is_own = |name: &String| own.fragments.iter().any(|fragment| fragment.defines.contains(name));
    for fragment in read(reference, &others)?.fragments {
        if !fragment.defines.iter().any(is_own) {
            text.push('\n');
            text.push_str(&fragment.text);
            text.push('\n');
        }
    }
    Ok(text)
}

fn read(source: &str, wanted: &[Wanted<'_>]) -> Result<Submission, SubmissionError> {
    read_submission_bytes("recorded.rs", source.as_bytes().to_vec(), wanted, &AVAILABLE)
}

/// A report, as `results.json` has it, without times and without the sandbox's level, which differ from machine to machine.
pub fn summary(report: &Value) -> String {
    let mut text = format!("score {} of {}\n", report["score"], report["max_score"]);
    for test in report["tests"].as_array().into_iter().flatten() {
        let field = |name: &str| test[name].as_str().unwrap_or_default();
        let verdict = &test["extra_data"]["verdict"];
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{} {}/{} {verdict}", field("name"), test["score"], test["max_score"]);
        for line in field("output").lines().filter(|_| field("status") == "failed") {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}
