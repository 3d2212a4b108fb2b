//! Gradescope's `results.json` (<https://gradescope-autograders.readthedocs.io/en/latest/specs/>).
//!
//! What Gradescope shows before grades are published must not tell a student how the hidden checks came out: they
//! could hand in again and again and read the answer off. So the text for the whole submission speaks of public
//! checks, of compiling and of what was repaired, and the hidden checks' results carry their own visibility.
//! Gradescope itself hides the total while any result is hidden. It reads no `max_score` for the whole submission, and
//! does not mind one; scripts that read the file do.
//!
//! A fault leaves out `score` and `tests`: Gradescope then reports that the autograder failed, and gives no zero.

use gradus_question::Visibility;
use serde::Serialize;

use super::text::{counted, one_line, shown};
use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Message, Outcome};

/// When students see the results of hidden checks.
pub const HIDDEN_CHECKS: ResultVisibility = ResultVisibility::AfterPublished;

/// What a results file may take, in bytes: half a page for each of the checks of a long assignment, some 120.
pub const MAX_BYTES: usize = 128 * 1024;

/// How much of one text is shown, in bytes: the most that fits into [`MAX_BYTES`] is taken.
const TEXT_LIMITS: [usize; 4] = [8192, 2048, 512, 128];

/// A name's length at most, in bytes.
const NAME_LIMIT: usize = 120;

/// When Gradescope shows a result to students.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultVisibility {
    /// At once.
    Visible,
    /// When the instructor publishes the grades.
    AfterPublished,
    /// After the due date.
    AfterDueDate,
    /// Never.
    Hidden,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    /// Points earned; absent for a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
    /// Points that could have been earned; absent for a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<u32>,
    /// How long grading took, in seconds; absent when nothing ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time: Option<f64>,
    /// What to say on the submission as a whole.
    pub output: String,
    /// How to show `output`: always `text`.
    pub output_format: &'static str,
    /// When students see `output` and the score.
    pub visibility: ResultVisibility,
    /// One for each check; absent for a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<TestResult>>,
}

/// One check's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestResult {
    /// The function's name, a colon, the check's name.
    pub name: String,
    /// Points earned.
    pub score: u32,
    /// Points that could have been earned.
    pub max_score: u32,
    /// `passed` or `failed`.
    pub status: &'static str,
    /// What happened, the hint and the place.
    pub output: String,
    /// How to show `output`: always `text`.
    pub output_format: &'static str,
    /// When students see it.
    pub visibility: ResultVisibility,
    /// For programs.
    pub extra_data: ExtraData,
}

/// What programs want to know of a result without reading sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExtraData {
    /// The function's name.
    pub function: String,
    /// The verdict's id, for example `wrong_answer`.
    pub verdict: &'static str,
}

/// What `outcome` is in Gradescope's format, with texts cut so that the file keeps to [`MAX_BYTES`].
pub fn results(outcome: &Outcome) -> Results {
    fitting(|limit| with_limit(outcome, limit))
}

/// What there is to say while a submission is still being graded: of `all` checks those that were made count. Should the
/// grading be cut off, this is what stays, out of all that could have been earned.
pub fn unfinished(grade: &Grade, all: usize, max_points: u32) -> Results {
    let made: usize = grade.functions.iter().map(|function| function.checks.len()).sum();
    let mut results = fitting(|limit| of_grade(grade, limit));
    results.max_score = Some(max_points);
    results.output = format!(
        "Grading was cut off after {made} of {}: the score counts these alone. Ask for it to be graded again.\n\n{}",
        counted(all, "check", "checks"),
        results.output
    );
    results
}

/// With the longest texts with which it keeps to [`MAX_BYTES`].
fn fitting(with_limit: impl Fn(usize) -> Results) -> Results {
    let fits = |results: &Results| to_json(results).len() <= MAX_BYTES;
    let shortest = || with_limit(TEXT_LIMITS[TEXT_LIMITS.len() - 1]);
    TEXT_LIMITS.into_iter().map(&with_limit).find(fits).unwrap_or_else(shortest)
}

/// The file's text.
pub fn to_json(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results).expect("strings and numbers always serialize");
    text.push('\n');
    text
}

fn with_limit(outcome: &Outcome, limit: usize) -> Results {
    match outcome {
        Outcome::Graded(grade) => of_grade(grade, limit),
        Outcome::Unreadable { message, hint, max_points, .. } => Results {
            score: Some(0),
            max_score: Some(*max_points),
            tests: Some(Vec::new()),
            ..without_score(sentences(&["This submission cannot be read.", message, &to_do(hint)], limit))
        },
        Outcome::Fault { message, hint, .. } => without_score(sentences(
            &[
                "This submission was not graded. The fault is the grader's, not the student's: it has no score, not zero.",
                message,
                &to_do(hint),
            ],
            limit,
        )),
    }
}

fn of_grade(grade: &Grade, limit: usize) -> Results {
    Results {
        score: Some(grade.points()),
        max_score: Some(grade.max_points()),
        execution_time: Some(milliseconds(grade.timings.total().as_secs_f64())),
        tests: Some(grade.functions.iter().flat_map(|f| f.checks.iter().map(move |c| test(f, c, limit))).collect()),
        ..without_score(shown(&summary(grade, limit), 2 * limit))
    }
}

fn without_score(output: String) -> Results {
    Results {
        score: None,
        max_score: None,
        execution_time: None,
        output,
        output_format: "text",
        visibility: ResultVisibility::Visible,
        tests: None,
    }
}

/// What students may read before grades are published.
fn summary(grade: &Grade, limit: usize) -> String {
    let mut lines = vec![one_line(&grade.title, NAME_LIMIT)];
    lines.extend(grade.functions.iter().map(|function| state_line(function, limit / 4)));
    if grade.functions.iter().flat_map(|f| &f.checks).any(|check| check.visibility == Visibility::Hidden) {
        lines.push(match HIDDEN_CHECKS {
            ResultVisibility::Visible => "Points come from checks on fresh inputs, shown below.".to_owned(),
            _ => "Points come from checks on fresh inputs; their results appear later.".to_owned(),
        });
    }
    for remark in &grade.remarks {
        let place = remark.location.as_ref().map(|location| format!(" ({location})")).unwrap_or_default();
        let hint = remark.hint.as_deref().map(to_do).unwrap_or_default();
        lines.push(one_line(&format!("Note: {}{place}. {hint}", ended(&remark.text)), limit / 4));
    }
    lines.push(format!("Protection: {}", one_line(&grade.sandbox, limit / 4)));
    lines.join("\n")
}

fn state_line(function: &FunctionGrade, limit: usize) -> String {
    let name = one_line(&function.name, NAME_LIMIT);
    match &function.state {
        FunctionState::Missing => format!("{name}: is missing; it costs its own points only"),
        FunctionState::Broken(verdict, messages) => {
            let first = messages.first().map(|message| format!(": {}", headline(message))).unwrap_or_default();
            format!("{name}: {}{}", verdict.sentence(), one_line(&first, limit))
        }
        FunctionState::Ready => {
            let public = || function.checks.iter().filter(|check| check.visibility == Visibility::Public);
            match public().count() {
                0 => format!("{name}: compiled"),
                all => {
                    let checks = counted(all, "public check", "public checks");
                    format!("{name}: compiled; passed {} of {checks}", public().filter(|check| check.passed()).count())
                }
            }
        }
    }
}

fn test(function: &FunctionGrade, check: &CheckGrade, limit: usize) -> TestResult {
    let name = one_line(&function.name, NAME_LIMIT);
    TestResult {
        score: check.points,
        max_score: check.max_points,
        status: if check.passed() { "passed" } else { "failed" },
        output: shown(&test_output(function, check), limit),
        output_format: "text",
        visibility: match check.visibility {
            Visibility::Public => ResultVisibility::Visible,
            Visibility::Hidden => HIDDEN_CHECKS,
        },
        extra_data: ExtraData { function: name.clone(), verdict: check.verdict.id() },
        name: format!("{name}: {}", one_line(&check.name, NAME_LIMIT)),
    }
}

fn test_output(function: &FunctionGrade, check: &CheckGrade) -> String {
    let mut lines = vec![format!("Expected: {}", check.expectation)];
    if check.passed() {
        lines.push("Passed.".to_owned());
        return lines.join("\n");
    }
    lines.push(format!("The function {}.", check.verdict.sentence()));
    lines.extend(check.message_beyond_verdict().map(str::to_owned));
    lines.extend(check.hint.as_ref().map(|hint| format!("Hint: {hint}")));
    lines.extend(check.location.as_ref().map(|location| format!("At: {location}")));
    if let FunctionState::Broken(_, messages) = &function.state {
        lines.extend(messages.iter().map(compiler_message));
    }
    lines.join("\n")
}

/// A compiler message as the compiler itself would lay it out.
fn compiler_message(message: &Message) -> String {
    let mut lines = vec![headline(message)];
    lines.extend(message.line_text.as_ref().map(|line| format!("    {}", line.trim())));
    lines.extend(message.notes.iter().map(|note| format!("  = {note}")));
    lines.join("\n")
}

/// Code, text and place of a compiler message.
pub(super) fn headline(message: &Message) -> String {
    let code = message.code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
    let place = message.location.as_ref().map(|location| format!(" ({location})")).unwrap_or_default();
    format!("error{code}: {}{place}", message.text)
}

fn sentences(lines: &[&str], limit: usize) -> String {
    let lines: Vec<_> = lines.iter().filter(|line| !line.is_empty()).map(|line| shown(line, limit)).collect();
    lines.join("\n")
}

fn to_do(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!("What to do: {hint}") }
}

fn ended(text: &str) -> &str {
    text.trim_end_matches('.')
}

fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
