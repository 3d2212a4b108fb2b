//! What work is worth once it was late or not, and which of several submissions counts.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::Serialize;

use super::{Counts, Course, Deadlines};
use crate::history::Standing;

/// How late a submission was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lateness {
    /// Before the soft deadline, or without any.
    InTime,
    /// After it, on so many of the student's late days.
    LateDays(u32),
    /// Between soft and hard deadline.
    Penalty,
    /// After the hard deadline; it is worth nothing.
    TooLate,
}

/// What a student's work on one assignment is worth.
#[derive(Debug, Clone)]
pub struct Worth {
    /// The submission that counts.
    pub standing: Standing,
    /// How late it was.
    pub lateness: Lateness,
    /// What was earned; none after a fault of ours.
    pub earned: Option<f64>,
    /// What is left of it.
    pub points: Option<f64>,
}

impl Course {
    /// What each student's work is worth, by assignment: of one assignment for each name, in the order of deadlines.
    ///
    /// Late days are used up by the assignment that is due first.
    pub fn worth(&self, attempts: &[Standing]) -> Vec<Worth> {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let mut by_assignment: BTreeMap<&str, BTreeMap<&str, Vec<&Standing>>> = BTreeMap::new();
        for attempt in attempts {
            let by_name = by_assignment.entry(&attempt.assignment).or_default();
            by_name.entry(&attempt.student.name).or_default().push(attempt);
        }
        let mut due: Vec<_> = self.assignments.iter().collect();
        due.sort_by_key(|deadlines| deadlines.soft);
        let mut late_days: BTreeMap<&str, u32> = BTreeMap::new();
        let mut worth = Vec::new();
        for deadlines in due {
            for (name, own) in by_assignment.remove(deadlines.id.as_str()).into_iter().flatten() {
                let left = late_days.entry(name).or_insert(self.late_days);
                let own = own.into_iter().map(|attempt| self.of_attempt(deadlines, attempt, *left, &zone));
                let Some(counts) = deadlines.counts.choose(own) else { continue };
                if let Lateness::LateDays(days) = counts.lateness {
                    *left -= days;
                }
                worth.push(counts);
            }
        }
        let without_deadline = by_assignment.into_values().flat_map(BTreeMap::into_values);
        worth.extend(without_deadline.filter_map(|own| own.last().copied().map(Worth::in_time)));
        worth
    }

    fn of_attempt(&self, deadlines: &Deadlines, attempt: &Standing, late_days: u32, zone: &TimeZone) -> Worth {
        let extension: u32 = self
            .extensions
            .iter()
            .filter(|extension| extension.student == attempt.student.name && extension.assignment == deadlines.id)
            .map(|extension| extension.days)
            .sum();
        let end = |deadline: DateTime, days: u32| end_of_minute(deadline, i64::from(days), zone);
        let handed_in = attempt.handed_in_at;
        let hard = end(deadlines.hard.unwrap_or(deadlines.soft), extension);
        let needed = (0..=late_days).find(|days| handed_in < end(deadlines.soft, extension + days));
        let lateness = match needed {
            Some(0) => Lateness::InTime,
            // Late days are days of the course: they do not lead past its hard deadline, where there is one.
            Some(days) if deadlines.hard.is_none() || handed_in < hard => Lateness::LateDays(days),
            _ if handed_in < hard => Lateness::Penalty,
            _ => Lateness::TooLate,
        };
        Worth::new(attempt, lateness, deadlines.penalty)
    }
}

impl Counts {
    fn choose(self, attempts: impl Iterator<Item = Worth>) -> Option<Worth> {
        match self {
            Self::Last => attempts.last(),
            // Of equal ones the last, and a score before none.
            Self::Best => attempts.max_by(|left, right| {
                let points = |worth: &Worth| worth.points.unwrap_or(-1.0);
                points(left).total_cmp(&points(right))
            }),
        }
    }
}

impl Worth {
    /// What a submission is worth where there are no deadlines.
    pub fn in_time(standing: &Standing) -> Self {
        Self::new(standing, Lateness::InTime, 0.0)
    }

    fn new(standing: &Standing, lateness: Lateness, penalty: f64) -> Self {
        let part = match lateness {
            Lateness::InTime | Lateness::LateDays(_) => 1.0,
            Lateness::Penalty => 1.0 - penalty,
            Lateness::TooLate => 0.0,
        };
        let earned = standing.points();
        Self { standing: standing.clone(), lateness, earned, points: earned.map(|points| points * part) }
    }
}

/// The first instant after a deadline's minute.
fn end_of_minute(deadline: DateTime, days: i64, zone: &TimeZone) -> Timestamp {
    let span: Span = days.days().minutes(1);
    // A deadline that no calendar has is never reached.
    let later = deadline.checked_add(span).unwrap_or(DateTime::MAX);
    zone.to_timestamp(later).unwrap_or(Timestamp::MAX)
}
