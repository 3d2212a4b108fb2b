//! `gradus lint`: whether an assignment is in order before it goes to students.
//!
//! Sources, recorded answers and expected reports are read from the clone; interface, checks and the compiled reference
//! are this program's own. `derived` tells when the two have come apart.

mod grading;
mod rules;

use std::fmt::Write;

use gradus_assignments::{ASSIGNMENTS, Assignment};
use serde::Serialize;

use self::grading::Grading;
use crate::Ending;
use crate::arguments::{Format, Lint};
use crate::commands::authored::{Authored, repository};
use crate::commands::find_assignment;
use crate::terminal;

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Everything derived is up to date.
    Derived,
    /// The starter compiles and scores 0.
    Starter,
    /// The reference gets full marks.
    Reference,
    /// Each recorded answer gets its expected report.
    Recorded,
    /// Each check is failed by a recorded answer.
    Coverage,
    /// Nothing of the staff's is public.
    Secrecy,
    /// Points add up to 100.
    Points,
    /// Each question has a hint.
    Hints,
}

const RULES: [Rule; 8] = [
    Rule::Derived,
    Rule::Starter,
    Rule::Reference,
    Rule::Recorded,
    Rule::Coverage,
    Rule::Secrecy,
    Rule::Points,
    Rule::Hints,
];

impl Rule {
    fn sentence(self) -> &'static str {
        match self {
            Self::Derived => "everything derived is up to date",
            Self::Starter => "the untouched starter compiles and scores exactly 0",
            Self::Reference => "the reference gets full marks",
            Self::Recorded => "each recorded answer gets exactly its expected report",
            Self::Coverage => "each check is failed by at least one recorded wrong answer",
            Self::Secrecy => "every staff file carries the canary, and nothing public does",
            Self::Points => "the checks' points are the manifest's, and add up to 100",
            Self::Hints => "each question has a hint for at least one recorded wrong answer",
        }
    }

    /// Whether it takes the recorded answers' grades, and not only those of starter and reference.
    fn needs_recorded(self) -> bool {
        matches!(self, Self::Recorded | Self::Coverage | Self::Hints)
    }

    fn needs_grades(self) -> bool {
        self.needs_recorded() || matches!(self, Self::Starter | Self::Reference)
    }
}

/// What looking found.
#[derive(Serialize)]
struct Finding {
    assignment: &'static str,
    rule: Rule,
    sentence: &'static str,
    right: bool,
    /// What is wrong and where.
    faults: Vec<String>,
}

/// Looks at the assignments that the arguments name, or at all.
pub fn run(options: &Lint) -> anyhow::Result<Ending> {
    let assignments: Vec<&'static Assignment> = match options.assignments.as_slice() {
        [] => ASSIGNMENTS.iter().collect(),
        ids => ids.iter().map(|id| find_assignment(id)).collect::<anyhow::Result<_>>()?,
    };
    let mut findings = Vec::new();
    for assignment in assignments {
        let found = look(assignment, options)?;
        if options.format == Format::Text {
            terminal::data(&text(&found))?;
        }
        findings.extend(found);
    }
    if options.format == Format::Json {
        terminal::data(&format!("{:#}\n", serde_json::to_value(&findings)?))?;
    }
    let wrong = findings.iter().filter(|finding| !finding.right).count();
    if wrong == 0 {
        return Ok(Ending::Well);
    }
    eprintln!("{wrong} of {} rules are broken", findings.len());
    Ok(Ending::NotRight)
}

fn look(assignment: &'static Assignment, options: &Lint) -> anyhow::Result<Vec<Finding>> {
    let repository = repository()?;
    let mut rules: Vec<Rule> = RULES.into_iter().filter(|rule| options.rule.contains(rule)).collect();
    if rules.is_empty() {
        rules = RULES.to_vec();
    }
    let authored = Authored::read(&repository, assignment)?;
    let grading = if rules.iter().any(|rule| rule.needs_grades()) {
        let with_recorded = rules.iter().any(|rule| rule.needs_recorded());
        Grading::of(&repository, &authored, with_recorded, options)?
    } else {
        Grading::default()
    };
    rules
        .into_iter()
        .map(|rule| {
            let faults = match rule {
                Rule::Derived => rules::derived(&repository, &authored)?,
                Rule::Starter => rules::starter(&grading),
                Rule::Reference => rules::reference(&grading),
                Rule::Recorded => rules::recorded(&repository, assignment, &grading)?,
                Rule::Coverage => rules::coverage(&grading),
                Rule::Secrecy => rules::secrecy(&repository, assignment)?,
                Rule::Points => rules::points(&authored)?,
                Rule::Hints => rules::hints(assignment, &grading),
            };
            Ok(Finding { assignment: assignment.id, rule, sentence: rule.sentence(), right: faults.is_empty(), faults })
        })
        .collect()
}

fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let tick = if finding.right { '✓' } else { '✗' };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{tick} {}: {}", finding.assignment, finding.sentence);
        for fault in &finding.faults {
            let _ = writeln!(text, "    {}", fault.replace('\n', "\n    "));
        }
    }
    text
}
