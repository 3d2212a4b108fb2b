//! Recorded answers, whose reports are known beforehand: how one becomes a whole submission, which of them fit into one
//! submission together, and what of a report is the same on every machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use gradus_assignments::Assignment;
use gradus_notebook::{Fragment, FragmentKind, Submission, SubmissionError, Wanted, read_submission_bytes};
use gradus_question::{Answer, Check, Function, Local, Operation, Reader, Session, Unanswered};
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

/// Of what [`whole_submission`] puts below `recorded`, what the recorded functions' part of the report depends on: all
/// else takes time to compile and to check, and shows nothing.
///
/// # Errors
/// When one of the two cannot be read.
///
/// ```
/// use gradus_assignments::Assignment;
/// use gradus_judge::museum::{Calls, needed};
///
/// let softmax = Assignment::find("softmax").expect("an assignment");
/// let recorded = "pub fn train_softmax(x: f64) -> f64 { -softmax_loss(x) }\n";
/// let reference = "pub fn softmax_loss(x: f64) -> f64 { x }\npub fn predict(x: f64) -> f64 { x }\n";
/// let needed = needed(softmax, recorded, reference, &Calls::default())?;
/// assert!(needed.contains("fn softmax_loss"));
/// assert!(!needed.contains("fn predict"));
/// # Ok::<(), gradus_notebook::SubmissionError>(())
/// ```
pub fn needed(
    assignment: &Assignment,
    recorded: &str,
    reference: &str,
    calls: &Calls,
) -> Result<String, SubmissionError> {
    let reached = reached(assignment, recorded, reference, calls)?;
    let below = |fragment: &&Fragment| fragment.origin.line > recorded.lines().count();
    Ok(reached.fragments.iter().filter(below).map(|fragment| format!("\n{}\n", fragment.text)).collect())
}

/// What the recorded functions' part of the report depends on, here and in the reference.
fn reached(
    assignment: &Assignment,
    recorded: &str,
    reference: &str,
    calls: &Calls,
) -> Result<Submission, SubmissionError> {
    let own = answered(assignment, recorded)?;
    let called = own.iter().filter_map(|function| calls.0.get(function.name)).flatten().map(String::as_str);
    let called: BTreeSet<_> = own.iter().map(|function| function.name).chain(called).collect();
    let called = assignment.functions.iter().filter(|function| called.contains(function.name));
    // A call of one with a type of the student's own is put together of all with that type: a backward pass runs the
    // forward pass that fills its cache.
    let own_types: BTreeSet<_> = called.clone().flat_map(|function| function.own_types).collect();
    let composed = assignment.functions.iter().filter(|it| it.own_types.iter().any(|own| own_types.contains(own)));
    read(&whole_submission(assignment, recorded, reference)?, &wanted(called.chain(composed)))
}

fn lacking(assignment: &Assignment, recorded: &str, reference: &str) -> Result<String, SubmissionError> {
    let functions = wanted(assignment.functions);
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
    let own = read(recorded, &wanted(assignment.functions))?;
    Ok(assignment.functions.iter().filter(|function| own.answer(function.name).is_some()).collect())
}

/// Which functions the checks of each function call; by default none.
#[derive(Default)]
pub struct Calls(BTreeMap<&'static str, BTreeSet<String>>);

impl Calls {
    /// Notes what `checks` call of the reference answers.
    pub fn of(checks: &[Check], reference: &dyn Answer) -> Self {
        let mut calls: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for check in checks {
            let noting = Noting { reference, called: RefCell::default() };
            // What it finds is not asked here: other tests hold the reference to its checks.
            let _ = check.run(&mut Session::new(&mut Local::new(&noting)), 0);
            calls.entry(check.function).or_default().extend(noting.called.into_inner());
        }
        Self(calls)
    }
}

/// The reference answers, and which of them were called.
struct Noting<'a> {
    reference: &'a dyn Answer,
    called: RefCell<BTreeSet<String>>,
}

impl Answer for Noting<'_> {
    fn answer(
        &self,
        function: &str,
        operation: &Operation,
        request: &mut Reader<'_>,
        reply: &mut Vec<u8>,
    ) -> Result<(), Unanswered> {
        self.called.borrow_mut().insert(function.to_owned());
        self.reference.answer(function, operation, request, reply)
    }
}

/// Groups of recorded answers, as places in `recorded`: those of a group make up one submission in which each function
/// behaves as with its own answer alone. Compiling and grading a group costs as much as one answer.
///
/// Two are apart when one changes what the other reaches, here, in `reference` or in its checks: all with a type of
/// the student's own reach each other.
///
/// # Errors
/// When one of the texts cannot be read.
///
/// ```
/// use gradus_assignments::Assignment;
/// use gradus_judge::museum::{Calls, groups};
///
/// let softmax = Assignment::find("softmax").expect("an assignment");
/// let reference = "pub fn softmax_loss(x: f64) -> f64 { x }\npub fn train_softmax(x: f64) -> f64 { softmax_loss(x) }\npub fn predict(x: f64) -> f64 { x }\n";
/// let loss = "pub fn softmax_loss(x: f64) -> f64 { -x }\n";
/// let train = "pub fn train_softmax(x: f64) -> f64 { 2.0 * softmax_loss(x) }\n";
/// let predict = "pub fn predict(x: f64) -> f64 { x + 1.0 }\n";
/// // Training calls the loss.
/// let calls = Calls::default();
/// assert_eq!(groups(softmax, &[loss, train, predict], reference, &calls)?, [vec![0, 2], vec![1]]);
/// # Ok::<(), gradus_notebook::SubmissionError>(())
/// ```
pub fn groups(
    assignment: &Assignment,
    recorded: &[&str],
    reference: &str,
    calls: &Calls,
) -> Result<Vec<Vec<usize>>, SubmissionError> {
    let pieces = recorded.iter().map(|text| Piece::new(assignment, text, reference, calls));
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
}

impl Piece {
    fn new(assignment: &Assignment, text: &str, reference: &str, calls: &Calls) -> Result<Self, SubmissionError> {
        let own = read(text, &wanted(assignment.functions))?;
        let is_plain = |fragment: &Fragment| {
            matches!(fragment.kind, FragmentKind::Answer { .. } | FragmentKind::Item | FragmentKind::Use { .. })
        };
        let reached = reached(assignment, text, reference, calls)?;
        let names = reached.fragments.iter().flat_map(|fragment| fragment.defines.iter().chain(&fragment.mentions));
        Ok(Self {
            is_plain: own.fragments.iter().all(is_plain),
            defines: definitions(&own).cloned().collect(),
            reaches: names.cloned().collect(),
        })
    }

    /// Whether each behaves beside the other as by itself.
    fn goes_with(&self, other: &Self) -> bool {
        self.is_plain
            && other.is_plain
            && self.defines.is_disjoint(&other.reaches)
            && other.defines.is_disjoint(&self.reaches)
    }
}

fn definitions(submission: &Submission) -> impl Iterator<Item = &String> {
    let items = submission.fragments.iter().filter(|fragment| !matches!(fragment.kind, FragmentKind::Use { .. }));
    items.flat_map(|fragment| &fragment.defines)
}

fn wanted<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Vec<Wanted<'static>> {
    functions.into_iter().map(|function| Wanted { function: function.name, cell_id: None }).collect()
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
