//! Recording outcomes, and taking them instead of grading again.

use std::env;

use gradus_judge::Outcome;
use gradus_judge::grade::CheckGrade;
use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::{Content, Gradebook, GradebookError, Version};

/// What is to be graded: a content, by whom, under which version.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The student's name, as their submissions have it.
    pub student: &'a str,
    /// What they handed in.
    pub content: &'a Content,
    /// Under what it is graded.
    pub version: &'a Version,
    /// What the random inputs come from.
    pub seed: u64,
}

/// The result that counts for a submission.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The outcome.
    pub outcome: Outcome,
    /// The hash of the version that it was graded under.
    pub version_hash: String,
    /// What the random inputs came from.
    pub seed: u64,
}

/// In which state a grading is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Current,
    Proposed,
}

/// Whether a submission is handed to the grader now, so that it becomes the student's last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    Now,
    Before,
}

impl Gradebook {
    /// The grading that counts for this content by this student, whatever version it is of; a fault of ours does not
    /// count. The submission becomes the one that the student handed in last.
    ///
    /// # Errors
    /// When the gradebook cannot be read or written, or the record cannot be read.
    pub fn recorded(
        &self,
        student: &str,
        assignment: &str,
        content: &Content,
    ) -> Result<Option<Recorded>, GradebookError> {
        let found = self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            let now = now();
            sqlx::query(
                "UPDATE submission SET seen_at = $1 WHERE assignment = $2 AND content_hash = $3
                 AND student_id = (SELECT id FROM student WHERE name = $4)",
            )
            .bind(now)
            .bind(assignment)
            .bind(&content.hash)
            .bind(student)
            .execute(&mut *transaction)
            .await?;
            let found: Option<(String, String, String)> = sqlx::query_as(
                "SELECT document, version_hash, seed FROM grading
                 JOIN submission ON submission.id = submission_id JOIN student ON student.id = student_id
                 WHERE state = 'current' AND outcome <> 'fault' AND student.name = $1 AND assignment = $2
                 AND content_hash = $3",
            )
            .bind(student)
            .bind(assignment)
            .bind(&content.hash)
            .fetch_optional(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(found)
        })?;
        let recorded = |(document, version_hash, seed): (String, String, String)| {
            let outcome = outcome(student, assignment, &document, &seed)?;
            Ok(Recorded { outcome, version_hash, seed: seed.parse().unwrap_or_default() })
        };
        found.map(recorded).transpose()
    }

    /// Records an outcome as the one that counts; what counted before is superseded. A fault of ours never takes the
    /// place of a result.
    ///
    /// # Errors
    /// When the gradebook cannot be written; it is then as it was.
    pub fn record(&self, attempt: &Attempt<'_>, outcome: &Outcome) -> Result<(), GradebookError> {
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            let submission = write_submission(&mut transaction, attempt, Met::Now).await?;
            write(&mut transaction, submission, (attempt.version, attempt.seed), outcome, State::Current).await?;
            transaction.commit().await
        })
    }
}

/// Writes a grading of a submission.
pub(crate) async fn write(
    connection: &mut AnyConnection,
    submission_id: i64,
    (version, seed): (&Version, u64),
    outcome: &Outcome,
    state: State,
) -> Result<(), sqlx::Error> {
    let state = make_room(connection, submission_id, outcome, state).await?;
    let grading_id: i64 = sqlx::query_scalar(
        "INSERT INTO grading (submission_id, version_hash, state, outcome, points, max_points, seed, document,
         graded_with, graded_by, graded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
    )
    .bind(submission_id)
    .bind(&version.hash)
    .bind(state)
    .bind(outcome.id())
    .bind(outcome.points().map(i64::from))
    .bind(outcome.max_points().map(i64::from))
    .bind(seed.to_string())
    .bind(serde_json::to_string(outcome).map_err(|error| sqlx::Error::Encode(error.into()))?)
    .bind(concat!("gradus ", env!("CARGO_PKG_VERSION")))
    .bind(who())
    .bind(now())
    .fetch_one(&mut *connection)
    .await?;
    write_checks(connection, grading_id, outcome).await
}

/// Writes a submission, its student, its content and the version; the submission's id.
pub(crate) async fn write_submission(
    connection: &mut AnyConnection,
    attempt: &Attempt<'_>,
    met: Met,
) -> Result<i64, sqlx::Error> {
    let Attempt { student, content, version, .. } = *attempt;
    let now = now();
    let student_id = student_id(connection, student).await?;
    sqlx::query(
        "INSERT INTO version (hash, assignment, title, max_points, first_used_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(&version.hash)
    .bind(&version.assignment)
    .bind(&version.title)
    .bind(i64::from(version.max_points))
    .bind(&now)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO content (hash, archive) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING")
        .bind(&content.hash)
        .bind(&content.archive)
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar(
        "INSERT INTO submission (student_id, assignment, content_hash, received_at, seen_at)
         VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (student_id, assignment, content_hash) DO UPDATE
         SET seen_at = CASE WHEN $5 THEN excluded.seen_at ELSE submission.seen_at END RETURNING id",
    )
    .bind(student_id)
    .bind(&version.assignment)
    .bind(&content.hash)
    .bind(&now)
    .bind(met == Met::Now)
    .fetch_one(connection)
    .await
}

/// The student's row; made if there is none.
async fn student_id(connection: &mut AnyConnection, name: &str) -> Result<i64, sqlx::Error> {
    // An update that changes nothing, since only a row that was written is returned.
    sqlx::query_scalar(
        "INSERT INTO student (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
    )
    .bind(name)
    .fetch_one(connection)
    .await
}

/// The time, always with as many digits, so that times are in order where their texts are.
pub(crate) fn now() -> String {
    format!("{:.6}", Timestamp::now())
}

/// Whoever runs this program, as their system calls them.
pub(crate) fn who() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| env::var(name).ok()).unwrap_or_else(|| "unknown".to_owned())
}

/// The outcome that a document tells of; the seed, which no report holds, stands beside it.
pub(crate) fn outcome(student: &str, assignment: &str, document: &str, seed: &str) -> Result<Outcome, GradebookError> {
    let mut outcome: Outcome = serde_json::from_str(document).map_err(|source| GradebookError::Record {
        student: student.to_owned(),
        assignment: assignment.to_owned(),
        source,
    })?;
    if let Outcome::Graded(grade) = &mut outcome {
        grade.seed = seed.parse().unwrap_or_default();
    }
    Ok(outcome)
}

/// The state in which a grading can be written, once what stood in its place has stepped back.
async fn make_room(
    connection: &mut AnyConnection,
    submission_id: i64,
    outcome: &Outcome,
    state: State,
) -> Result<&'static str, sqlx::Error> {
    if state == State::Proposed {
        sqlx::query("DELETE FROM grading WHERE submission_id = $1 AND state = 'proposed'")
            .bind(submission_id)
            .execute(connection)
            .await?;
        return Ok("proposed");
    }
    if matches!(outcome, Outcome::Fault { .. }) {
        let results: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM grading WHERE submission_id = $1 AND state = 'current' AND outcome <> 'fault'",
        )
        .bind(submission_id)
        .fetch_one(&mut *connection)
        .await?;
        if results > 0 {
            return Ok("superseded");
        }
    }
    sqlx::query("UPDATE grading SET state = 'superseded' WHERE submission_id = $1 AND state = 'current'")
        .bind(submission_id)
        .execute(connection)
        .await?;
    Ok("current")
}

async fn write_checks(connection: &mut AnyConnection, grading_id: i64, outcome: &Outcome) -> Result<(), sqlx::Error> {
    let Outcome::Graded(grade) = outcome else { return Ok(()) };
    let checks =
        grade.functions.iter().flat_map(|function| function.checks.iter().map(|check| (&function.name, check)));
    for (position, (question, check)) in (0_i64..).zip(checks) {
        let CheckGrade { name, points, max_points, verdict, .. } = check;
        sqlx::query(
            "INSERT INTO check_result (grading_id, position, question, name, points, max_points, verdict)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(grading_id)
        .bind(position)
        .bind(question)
        .bind(name)
        .bind(i64::from(*points))
        .bind(i64::from(*max_points))
        .bind(verdict.id())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
