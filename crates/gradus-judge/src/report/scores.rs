//! `scores.csv`, one row for each submission, and the same as JSON for programs.
//!
//! Both are for staff: they hold the seeds that repeat a grading.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::remark::remark;
use super::text::{one_line, shown};
use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Outcome, Remark, Timings};

/// A cell's length at most, in bytes; a spreadsheet takes 32,767 characters.
const CELL_LIMIT: usize = 1000;

/// A text's length at most in JSON, in bytes.
const TEXT_LIMIT: usize = 8192;

/// The table as CSV (RFC 4180), in the order of `outcomes`: submission, outcome, score, max_score, one column for each
/// function, seed, seconds, message.
///
/// A fault's score is empty. A cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// When CSV cannot be written, which for a table in memory means that its rows differ in length.
pub fn csv(outcomes: &[Outcome]) -> Result<String, csv::Error> {
    let functions = function_names(outcomes);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headers = ["submission", "outcome", "score", "max_score"].into_iter();
    let headers = headers.chain(functions.iter().copied()).chain(["seed", "seconds", "message"]);
    writer.write_record(headers.map(spreadsheet_cell))?;
    for outcome in outcomes {
        writer.write_record(row(outcome, &functions))?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8(bytes).expect("cells are UTF-8"))
}

/// The outcomes with their totals as JSON, for `--format json`; without the students' code.
pub fn json(outcomes: &[Outcome]) -> Value {
    let count = |id: &str| outcomes.iter().filter(|outcome| outcome.id() == id).count();
    let document = Document {
        totals: Totals {
            submissions: outcomes.len(),
            graded: count("graded"),
            unreadable: count("unreadable"),
            faults: count("fault"),
        },
        submissions: outcomes.iter().map(Submission::new).collect(),
    };
    let mut value = serde_json::to_value(document).expect("strings and numbers always serialize");
    make_fit(&mut value);
    value
}

/// The functions' names, in order of first appearance.
pub(super) fn function_names(outcomes: &[Outcome]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for function in outcomes.iter().flat_map(functions) {
        if !names.contains(&function.name.as_str()) {
            names.push(&function.name);
        }
    }
    names
}

/// A submission's function of that name.
pub(super) fn function<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a FunctionGrade> {
    functions(outcome).iter().find(|function| function.name == name)
}

fn functions(outcome: &Outcome) -> &[FunctionGrade] {
    match outcome {
        Outcome::Graded(grade) => &grade.functions,
        _ => &[],
    }
}

fn row(outcome: &Outcome, names: &[&str]) -> Vec<String> {
    let (score, max_score) = (outcome.points(), outcome.max_points());
    let (seed, seconds) = match outcome {
        Outcome::Graded(grade) => (grade.seed.to_string(), format!("{:.3}", grade.timings.total().as_secs_f64())),
        _ => Default::default(),
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut row =
        vec![spreadsheet_cell(outcome.submission()), outcome.id().to_owned(), number(score), number(max_score)];
    row.extend(names.iter().map(|name| {
        number(match outcome {
            Outcome::Unreadable { .. } => Some(0),
            _ => function(outcome, name).map(FunctionGrade::points),
        })
    }));
    row.extend([seed, seconds, spreadsheet_cell(&remark(outcome))]);
    row
}

/// Text that a spreadsheet takes for text: on one line, cut where it is very long, and with an apostrophe before what
/// would be a formula (OWASP, "CSV Injection").
///
/// ```
/// use gradus_judge::report::spreadsheet_cell;
///
/// assert_eq!(spreadsheet_cell("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet_cell("Ada\n"), "Ada");
/// ```
pub fn spreadsheet_cell(text: &str) -> String {
    let text = one_line(text, CELL_LIMIT);
    // The wide forms count as operators where Chinese, Japanese or Korean is set.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text }
}

#[derive(Serialize)]
struct Document<'a> {
    totals: Totals,
    submissions: Vec<Submission<'a>>,
}

#[derive(Serialize)]
struct Totals {
    submissions: usize,
    graded: usize,
    unreadable: usize,
    faults: usize,
}

#[derive(Serialize)]
struct Submission<'a> {
    submission: &'a str,
    outcome: &'static str,
    score: Option<u32>,
    max_score: Option<u32>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(flatten)]
    grade: Option<Details<'a>>,
}

#[derive(Serialize)]
struct Details<'a> {
    assignment: &'a str,
    sandbox: &'a str,
    seed: u64,
    seconds: Seconds,
    functions: Vec<Function<'a>>,
    remarks: &'a [Remark],
}

#[derive(Serialize)]
struct Seconds {
    extract: f64,
    compile: f64,
    judge: f64,
    report: f64,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    score: u32,
    max_score: u32,
    #[serde(flatten)]
    state: &'a FunctionState,
    checks: &'a [CheckGrade],
}

impl<'a> Submission<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        let (score, max_score) = (outcome.points(), outcome.max_points());
        let (hint, grade) = match outcome {
            Outcome::Graded(grade) => (
                None,
                Some(Details {
                    assignment: &grade.assignment,
                    sandbox: &grade.sandbox,
                    seed: grade.seed,
                    seconds: Seconds::new(&grade.timings),
                    functions: grade.functions.iter().map(Function::new).collect(),
                    remarks: &grade.remarks,
                }),
            ),
            Outcome::Unreadable { hint, .. } | Outcome::Fault { hint, .. } => (Some(hint.as_str()), None),
        };
        let message = remark(outcome);
        Self { submission: outcome.submission(), outcome: outcome.id(), score, max_score, message, hint, grade }
    }
}

impl<'a> Function<'a> {
    fn new(function: &'a FunctionGrade) -> Self {
        Self {
            name: &function.name,
            score: function.points(),
            max_score: function.max_points(),
            state: &function.state,
            checks: &function.checks,
        }
    }
}

impl Seconds {
    fn new(timings: &Timings) -> Self {
        let seconds = |duration: Duration| (duration.as_secs_f64() * 1e6).round() / 1e6;
        Self {
            extract: seconds(timings.extract),
            compile: seconds(timings.compile),
            judge: seconds(timings.judge),
            report: seconds(timings.report),
        }
    }
}

fn make_fit(value: &mut Value) {
    match value {
        Value::String(text) => *text = shown(text, TEXT_LIMIT),
        Value::Array(values) => values.iter_mut().for_each(make_fit),
        Value::Object(fields) => fields.values_mut().for_each(make_fit),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
