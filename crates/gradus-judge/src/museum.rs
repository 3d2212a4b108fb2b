//! Recorded answers, whose reports are known beforehand: how one becomes a whole submission, which of them fit into one
//! submission together, and what of a report is the same on every machine.

use std::collections::BTreeSet;
use std::fmt::Write;

use gradus_assignments::Assignment;
use gradus_notebook::{Fragment, FragmentKind, Submission, SubmissionError, Wanted, read_submission_bytes};
use gradus_question::Function;
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
    Ok(recorded.to_owned() + &lacking(assignment, recorded, reference)?)
}

/// What [`whole_submission`] puts below `recorded`.
///
/// # Errors
/// When one of the two cannot be read.
pub fn lacking(assignment: &Assignment, recorded: &str, reference: &str) -> Result<String, SubmissionError> {
    let functions = wanted(assignment);
    let own = read(recorded, &functions)?;
    let others: Vec<_> = functions.into_iter().filter(|wanted| own.answer(wanted.function).is_none()).collect();
    let mut text = String::new();
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

/// The functions that a recorded answer is about: those that it brings along.
///
/// # Errors
/// When it cannot be read.
pub fn answered(assignment: &Assignment, recorded: &str) -> Result<Vec<&'static Function>, SubmissionError> {
    let own = read(recorded, &wanted(assignment))?;
    Ok(assignment.functions.iter().filter(|function| own.answer(function.name).is_some()).collect())
}

/// Groups of recorded answers, as places in `recorded`: those of a group make up one submission in which each function
/// behaves as with its own answer alone. Compiling and grading a group costs as much as one answer.
///
/// Two are apart when one changes what the other reaches, here or in `reference`, or when both are about a type of the
/// student's own.
///
/// # Errors
/// When one of the texts cannot be read.
///
/// ```
/// use gradus_assignments::Assignment;
/// use gradus_judge::museum::groups;
///
/// let softmax = Assignment::find("softmax").expect("an assignment");
/// let reference = "pub fn softmax_loss(x: f64) -> f64 { x }\npub fn train_softmax(x: f64) -> f64 { softmax_loss(x) }\npub fn predict(x: f64) -> f64 { x }\n";
/// let loss = "pub fn softmax_loss(x: f64) -> f64 { -x }\n";
/// let train = "pub fn train_softmax(x: f64) -> f64 { 2.0 * x }\n";
/// let predict = "pub fn predict(x: f64) -> f64 { x + 1.0 }\n";
/// // Training calls the loss.
/// assert_eq!(groups(softmax, &[loss, train, predict], reference)?, [vec![0, 2], vec![1]]);
/// # Ok::<(), gradus_notebook::SubmissionError>(())
/// ```
pub fn groups(assignment: &Assignment, recorded: &[&str], reference: &str) -> Result<Vec<Vec<usize>>, SubmissionError> {
    let reference = read(reference, &wanted(assignment))?;
    let pieces = recorded.iter().map(|text| Piece::new(assignment, text, &reference));
    let pieces = pieces.collect::<Result<Vec<_>, _>>()?;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let fits = |group: &&mut Vec<usize>| group.iter().all(|&other| piece.goes_with(&pieces[other]));
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    Ok(groups)
}

/// A recorded answer among others.
struct Piece {
    /// Whether it consists of nothing but functions, types, constants and imports, whose effect has a name.
    is_plain: bool,
    /// What it defines, imports aside.
    defines: BTreeSet<String>,
    /// What the behaviour of its functions may depend on.
    reaches: BTreeSet<String>,
    /// The student's types in its functions' signatures.
    own_types: BTreeSet<&'static str>,
}

impl Piece {
    fn new(assignment: &Assignment, text: &str, reference: &Submission) -> Result<Self, SubmissionError> {
        let own = read(text, &wanted(assignment))?;
        let functions = assignment.functions.iter().filter(|function| own.answer(function.name).is_some());
        let is_plain = |fragment: &Fragment| {
            matches!(fragment.kind, FragmentKind::Answer { .. } | FragmentKind::Item | FragmentKind::Use { .. })
        };
        let defines: BTreeSet<_> = definitions(&own).cloned().collect();
        // A hidden check may call other functions as the reference does, whether or not this answer calls them.
        let own_types: BTreeSet<_> = functions.flat_map(|function| function.own_types.iter().copied()).collect();
        // A call of one with a type of the student's own is put together of all with that type: a backward pass runs the
        // forward pass that fills its cache, and what that calls.
        let composed = assignment.functions.iter().filter(|it| it.own_types.iter().any(|own| own_types.contains(own)));
        let mut reaches = defines.clone();
        reaches.extend(composed.map(|function| function.name.to_owned()));
        let mut open: Vec<String> = reaches.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let fragments = own.fragments.iter().chain(&reference.fragments);
            for mentioned in fragments.filter(|fragment| fragment.defines.contains(&name)).flat_map(|it| &it.mentions) {
                if reaches.insert(mentioned.clone()) {
                    open.push(mentioned.clone());
                }
            }
        }
        Ok(Self { is_plain: own.fragments.iter().all(is_plain), own_types, defines, reaches })
    }

    /// Whether each behaves beside the other as by itself.
    fn goes_with(&self, other: &Self) -> bool {
        self.is_plain
            && other.is_plain
            && self.defines.is_disjoint(&other.reaches)
            && other.defines.is_disjoint(&self.reaches)
            && self.own_types.is_disjoint(&other.own_types)
    }
}

fn definitions(submission: &Submission) -> impl Iterator<Item = &String> {
    let items = submission.fragments.iter().filter(|fragment| !matches!(fragment.kind, FragmentKind::Use { .. }));
    items.flat_map(|fragment| &fragment.defines)
}

fn wanted(assignment: &Assignment) -> Vec<Wanted<'static>> {
    assignment.functions.iter().map(|function| Wanted { function: function.name, cell_id: None }).collect()
}

fn read(source: &str, wanted: &[Wanted<'_>]) -> Result<Submission, SubmissionError> {
    read_submission_bytes("recorded.rs", source.as_bytes().to_vec(), wanted, &AVAILABLE)
}

/// The part of a [`summary`] that is about a function.
pub fn summary_of(function: &str, summary: &str) -> String {
    let is_about = |block: &&str| block.strip_prefix(function).is_some_and(|rest| rest.starts_with(": "));
    summary.split("\n\n").map(str::trim_end).filter(is_about).collect::<Vec<_>>().join("\n\n")
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
