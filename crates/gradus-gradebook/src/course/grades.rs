//! The course grade: parts, each a mean of assignments or scored by hand, and what they weigh.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BY_HAND, Component, Course, Worth};
use crate::history::ManualScore;
use crate::roster::Student;

/// A student's grade in the course, in percent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CourseGrade {
    /// Who.
    pub student: Student,
    /// Name and percent of each part; none where something is not scored yet.
    pub parts: Vec<(String, Option<f64>)>,
    /// The whole; none while a part is missing.
    pub percent: Option<f64>,
    /// Whether that is enough, where the course says what is.
    pub passed: Option<bool>,
}

impl Course {
    /// The grades of students, in their order. What was not handed in counts as nothing; what could not be graded by a
    /// fault of ours, or was not yet scored by hand, leaves the grade open.
    ///
    /// `max_points` is what each assignment is worth.
    pub fn grades(
        &self,
        students: &[Student],
        worth: &[Worth],
        max_points: &BTreeMap<String, f64>,
        by_hand: &[(String, ManualScore)],
    ) -> Vec<CourseGrade> {
        let grade = |student: &Student| {
            let percents: Vec<_> = self
                .components
                .iter()
                .map(|component| match component.assignments.as_slice() {
                    [] => scored_by_hand(component, &student.name, by_hand),
                    assignments => {
                        mean(assignments.iter().map(|id| of_assignment(id, &student.name, worth, max_points)))
                    }
                })
                .collect();
            let all: f64 = self.components.iter().map(|component| component.weight).sum();
            let weighed = self.components.iter().zip(&percents);
            let percent = weighed
                .clone()
                .map(|(component, percent)| percent.map(|percent| percent * component.weight))
                .sum::<Option<f64>>()
                .map(|sum| sum / all)
                .filter(|percent| percent.is_finite());
            let enough = |least: Option<f64>, percent: f64| least.is_none_or(|least| percent >= least);
            let rules = self.pass.is_some() || self.components.iter().any(|component| component.minimum.is_some());
            let passed = percent.filter(|_| rules).map(|percent| {
                enough(self.pass, percent)
                    && weighed.clone().all(|(component, part)| part.is_some_and(|part| enough(component.minimum, part)))
            });
            let names = self.components.iter().map(|component| component.name.clone());
            CourseGrade { student: student.clone(), parts: names.zip(percents).collect(), percent, passed }
        };
        students.iter().map(grade).collect()
    }
}

fn scored_by_hand(component: &Component, student: &str, by_hand: &[(String, ManualScore)]) -> Option<f64> {
    let is_it = |(name, score): &&(String, ManualScore)| {
        name == student && score.assignment == BY_HAND && score.question == component.name
    };
    by_hand.iter().rfind(is_it).map(|(_, score)| 100.0 * score.points / score.max_points)
}

fn of_assignment(id: &str, student: &str, worth: &[Worth], max_points: &BTreeMap<String, f64>) -> Option<f64> {
    let own = worth.iter().find(|worth| worth.standing.assignment == id && worth.standing.student.name == student);
    let points = own.map_or(Some(0.0), |worth| worth.points)?;
    max_points.get(id).map(|max_points| 100.0 * points / max_points)
}

fn mean(percents: impl ExactSizeIterator<Item = Option<f64>>) -> Option<f64> {
    let count = percents.len() as f64;
    percents.sum::<Option<f64>>().map(|sum| sum / count)
}
