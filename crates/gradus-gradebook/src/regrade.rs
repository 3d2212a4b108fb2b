//! Grading again what was graded under another version: proposals, what they would change, and applying or dropping
//! them as a whole.

use gradus_judge::Outcome;
use gradus_judge::batch::Submitted;
use serde::Serialize;
use sqlx::FromRow;

use crate::record::{Met, State, outcome, write, write_submission};
use crate::{Attempt, Content, Gradebook, GradebookError, Version};

/// A submission that has no proposal under a version yet.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Pending {
    /// The student's name.
    pub student: String,
    /// The hash of what they handed in.
    pub content_hash: String,
    seed: String,
}

/// A submission whose grading under a new version is there, beside the one that counts.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The student's name.
    pub student: String,
    /// The outcome that counts.
    pub before: Outcome,
    /// The outcome that would count.
    pub after: Outcome,
}

/// What a proposal changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The student's name.
    pub student: String,
    /// The points that count; none after a fault of ours.
    pub before: Option<u32>,
    /// The points that would count.
    pub after: Option<u32>,
    /// Each check whose points or verdict change.
    pub checks: Vec<CheckChange>,
}

/// A check that came out otherwise, appeared or is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckChange {
    /// The function that is checked.
    pub question: String,
    /// The check.
    pub name: String,
    /// Points and verdict so far.
    pub before: Option<(u32, &'static str)>,
    /// Points and verdict now.
    pub after: Option<(u32, &'static str)>,
}

impl Submitted for Pending {
    fn name(&self) -> &str {
        &self.student
    }
}

impl Pending {
    /// What the random inputs came from: with the same, differences come from the key alone.
    pub fn seed(&self) -> u64 {
        self.seed.parse().unwrap_or_default()
    }
}

impl Proposal {
    /// What it changes; `None` when no point and no verdict does.
    pub fn change(&self) -> Option<Change> {
        let (before, after) = (checks(&self.before), checks(&self.after));
        let find = |checks: &[Checked<'_>], question, name| {
            checks.iter().find(|check| (check.0, check.1) == (question, name)).map(|check| (check.2, check.3))
        };
        let gone = before.iter().filter(|check| find(&after, check.0, check.1).is_none());
        let changes = after.iter().chain(gone).filter_map(|(question, name, ..)| {
            let (before, after) = (find(&before, question, name), find(&after, question, name));
            let change = CheckChange { question: (*question).to_owned(), name: (*name).to_owned(), before, after };
            (before != after).then_some(change)
        });
        let checks: Vec<_> = changes.collect();
        let (before, after) = (self.before.points(), self.after.points());
        let same = checks.is_empty() && before == after && self.before.id() == self.after.id();
        (!same).then(|| Change { student: self.student.clone(), before, after, checks })
    }
}

impl Gradebook {
    /// The submissions that count something under another version of this assignment and have no proposal under this
    /// one, or only a fault of ours; by student.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn pending(&self, version: &Version) -> Result<Vec<Pending>, GradebookError> {
        self.run(|pool| {
            sqlx::query_as(
                "SELECT student.name AS student, content_hash, seed FROM grading
                 JOIN submission ON submission.id = submission_id JOIN student ON student.id = student_id
                 WHERE state = 'current' AND assignment = $1 AND version_hash <> $2 AND NOT EXISTS (
                     SELECT 1 FROM grading AS proposed WHERE proposed.submission_id = submission.id
                     AND proposed.state = 'proposed' AND proposed.version_hash = $2 AND proposed.outcome <> 'fault')
                 ORDER BY student.name, seen_at",
            )
            .bind(&version.assignment)
            .bind(&version.hash)
            .fetch_all(pool)
        })
    }

    /// What was handed in with this hash.
    ///
    /// # Errors
    /// When the gradebook cannot be read, or does not have it.
    pub fn content(&self, hash: &str) -> Result<Content, GradebookError> {
        let archive = self
            .run(|pool| sqlx::query_scalar("SELECT archive FROM content WHERE hash = $1").bind(hash).fetch_one(pool))?;
        Ok(Content { hash: hash.to_owned(), archive })
    }

    /// Keeps an outcome under a new version, without making it count.
    ///
    /// # Errors
    /// When the gradebook cannot be written.
    pub fn propose(&self, attempt: &Attempt<'_>, outcome: &Outcome) -> Result<(), GradebookError> {
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            let submission = write_submission(&mut transaction, attempt, Met::Before).await?;
            write(&mut transaction, submission, (attempt.version, attempt.seed), outcome, State::Proposed).await?;
            transaction.commit().await
        })
    }

    /// All proposals under a version, by student.
    ///
    /// # Errors
    /// When the gradebook cannot be read, or a record in it.
    pub fn proposals(&self, version: &Version) -> Result<Vec<Proposal>, GradebookError> {
        #[derive(FromRow)]
        struct Row {
            student: String,
            before: String,
            before_seed: String,
            after: String,
            after_seed: String,
        }
        let rows: Vec<Row> = self.run(|pool| {
            sqlx::query_as(
                "SELECT student.name AS student, counts.document AS before, counts.seed AS before_seed,
                 proposed.document AS after, proposed.seed AS after_seed FROM grading AS proposed
                 JOIN grading AS counts ON counts.submission_id = proposed.submission_id AND counts.state = 'current'
                 JOIN submission ON submission.id = proposed.submission_id JOIN student ON student.id = student_id
                 WHERE proposed.state = 'proposed' AND proposed.version_hash = $1
                 ORDER BY student.name, seen_at",
            )
            .bind(&version.hash)
            .fetch_all(pool)
        })?;
        let proposal = |row: Row| {
            let of = |document, seed| outcome(&row.student, &version.assignment, document, seed);
            let (before, after) = (of(&row.before, &row.before_seed)?, of(&row.after, &row.after_seed)?);
            Ok(Proposal { student: row.student, before, after })
        };
        rows.into_iter().map(proposal).collect()
    }

    /// Makes all proposals under a version count, in one step; how many they are. Faults of ours are left out.
    ///
    /// # Errors
    /// When the gradebook cannot be written; then none of them counts.
    pub fn apply(&self, version: &Version) -> Result<u64, GradebookError> {
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(
                "UPDATE grading SET state = 'superseded' WHERE state = 'current' AND submission_id IN (
                 SELECT submission_id FROM grading WHERE state = 'proposed' AND version_hash = $1 AND outcome <> 'fault')",
            )
            .bind(&version.hash)
            .execute(&mut *transaction)
            .await?;
            let applied = sqlx::query(
                "UPDATE grading SET state = 'current' WHERE state = 'proposed' AND version_hash = $1
                 AND outcome <> 'fault'",
            )
            .bind(&version.hash)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(applied.rows_affected())
        })
    }

    /// Forgets all proposals of an assignment; how many they were.
    ///
    /// # Errors
    /// When the gradebook cannot be written.
    pub fn drop_proposals(&self, assignment: &str) -> Result<u64, GradebookError> {
        self.run(async |pool| {
            let dropped = sqlx::query(
                "DELETE FROM grading WHERE state = 'proposed' AND submission_id IN (
                 SELECT id FROM submission WHERE assignment = $1)",
            )
            .bind(assignment)
            .execute(pool)
            .await?;
            Ok(dropped.rows_affected())
        })
    }
}

/// Question, name, points and verdict of a check.
type Checked<'a> = (&'a str, &'a str, u32, &'static str);

fn checks(outcome: &Outcome) -> Vec<Checked<'_>> {
    let Outcome::Graded(grade) = outcome else { return Vec::new() };
    grade
        .functions
        .iter()
        .flat_map(|function| {
            function
                .checks
                .iter()
                .map(|check| (function.name.as_str(), check.name.as_str(), check.points, check.verdict.id()))
        })
        .collect()
}
