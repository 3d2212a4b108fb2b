//! Everybody's grade in the course.

use std::collections::BTreeMap;
use std::path::Path;

use gradus_gradebook::Gradebook;
use gradus_gradebook::course::CourseGrade;
use gradus_judge::report;
use serde_json::json;

use super::{course, max_points};
use crate::Ending;
use crate::arguments::Format;
use crate::commands::{find_assignment, recording};
use crate::terminal;

/// Prints the grades.
pub fn run(gradebook: &Gradebook, rules: &Path, format: Format) -> anyhow::Result<Ending> {
    let course = course(rules)?;
    let attempts = gradebook.attempts(None).map_err(recording::hinted)?;
    let students = gradebook.students().map_err(recording::hinted)?;
    let by_hand = gradebook.scores_by_hand().map_err(recording::hinted)?;
    let mut worth_of_each = BTreeMap::new();
    for id in course.components.iter().flat_map(|component| &component.assignments) {
        find_assignment(id)?;
        worth_of_each.insert(id.clone(), max_points(id, &attempts)?);
    }
    let grades = course.grades(&students, &course.worth(&attempts), &worth_of_each, &by_hand);
    match format {
        Format::Json => terminal::data(&format!("{:#}\n", json!({ "course": course.title, "grades": grades })))?,
        Format::Text => terminal::data(&text(&grades))?,
    }
    Ok(Ending::Well)
}

/// A row for each student and part, since a course may have any number of parts.
fn text(grades: &[CourseGrade]) -> String {
    let percent = |percent: Option<f64>| percent.map_or_else(|| "open".to_owned(), |percent| format!("{percent:.1} %"));
    let rows = grades.iter().flat_map(|grade| {
        let passed = match grade.passed {
            Some(true) => "passed",
            Some(false) => "not passed",
            None => "",
        };
        let parts =
            grade.parts.iter().map(move |(name, part)| [String::new(), name.clone(), percent(*part), String::new()]);
        let whole = [grade.student.name.clone(), "the course".to_owned(), percent(grade.percent), passed.to_owned()];
        std::iter::once(whole).chain(parts)
    });
    report::plain_table(&["student", "part", "grade", ""], rows, terminal::colours())
}
