//! Jobs of a queue that lies in the gradebook's own database: a submission and its job come in one transaction, and so do
//! an outcome and the end of its job.
//!
//! The table of jobs is apalis's. That a queue exists, that jobs are handed out, and that those of dead workers are handed
//! out again, is not seen to here.

use serde::{Deserialize, Serialize};

use gradus_judge::Outcome;

use crate::record::{Met, State, outcome, write, write_submission};
use crate::{Attempt, Content, Gradebook, GradebookError, Version};

/// What a worker has to know to grade a submission whose content is in the gradebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The student's name.
    pub student: String,
    /// The hash of what they handed in.
    pub content_hash: String,
    /// Under what it is graded.
    pub version: Version,
    /// What the random inputs come from.
    pub seed: u64,
}

/// By what a worker shows that a job was handed to it.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The job's id.
    pub id: &'a str,
    /// The worker's name.
    pub worker: &'a str,
}

/// The job is never given up by the queue: that is the worker's to do, with an outcome that says so.
const NEVER: i64 = 1_000_000;

impl Gradebook {
    /// Puts a submission into the gradebook and a job for it into a queue; the job's id. If there is such a job that has
    /// no outcome yet, it is that one.
    ///
    /// # Errors
    /// When the gradebook cannot be written, or no queue is in its database; it is then as it was.
    pub fn enqueue(&self, queue: &str, attempt: &Attempt<'_>) -> Result<String, GradebookError> {
        let job = Job {
            student: attempt.student.to_owned(),
            content_hash: attempt.content.hash.clone(),
            version: attempt.version.clone(),
            seed: attempt.seed,
        };
        self.run(async |pool| {
            let job = serde_json::to_vec(&job).map_err(|error| sqlx::Error::Encode(error.into()))?;
            let mut transaction = pool.begin().await?;
            let submission = write_submission(&mut transaction, attempt, Met::Now).await?;
            let gradings: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM grading WHERE submission_id = $1 AND version_hash = $2")
                    .bind(submission)
                    .bind(&attempt.version.hash)
                    .fetch_one(&mut *transaction)
                    .await?;
            // An outcome makes the next job another one.
            let key = format!("{submission}/{}/{gradings}", attempt.version.hash);
            let id = sqlx::query_scalar(
                "INSERT INTO apalis.jobs (id, job_type, job, max_attempts, idempotency_key)
                 VALUES (apalis.generate_ulid(), $1, $2, $3, $4)
                 ON CONFLICT (job_type, idempotency_key) DO UPDATE SET idempotency_key = excluded.idempotency_key
                 RETURNING id",
            )
            .bind(queue)
            .bind(job)
            .bind(NEVER)
            .bind(key)
            .fetch_one(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(id)
        })
    }

    /// Records a job's outcome and ends the job; false, and nothing is recorded, when the job is no longer this worker's.
    ///
    /// # Errors
    /// When the gradebook cannot be written; it is then as it was.
    pub fn finish(&self, claim: Claim<'_>, job: &Job, outcome: &Outcome) -> Result<bool, GradebookError> {
        let status = if matches!(outcome, Outcome::Fault { .. }) { "Killed" } else { "Done" };
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            let ended = sqlx::query(
                "UPDATE apalis.jobs SET status = $1, done_at = now()
                 WHERE id = $2 AND lock_by = $3 AND status IN ('Queued', 'Running')",
            )
            .bind(status)
            .bind(claim.id)
            .bind(claim.worker)
            .execute(&mut *transaction)
            .await?;
            if ended.rows_affected() == 0 {
                return Ok(false);
            }
            let submission = sqlx::query_scalar(
                "SELECT submission.id FROM submission JOIN student ON student.id = student_id
                 WHERE student.name = $1 AND assignment = $2 AND content_hash = $3 FOR UPDATE OF submission",
            )
            .bind(&job.student)
            .bind(&job.version.assignment)
            .bind(&job.content_hash)
            .fetch_one(&mut *transaction)
            .await?;
            write(&mut transaction, submission, (&job.version, job.seed), outcome, State::Current).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    /// Whether a job has ended; one that is not there has.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn has_ended(&self, job: &str) -> Result<bool, GradebookError> {
        let open: i64 = self.run(|pool| {
            sqlx::query_scalar("SELECT COUNT(*) FROM apalis.jobs WHERE id = $1 AND status NOT IN ('Done', 'Killed')")
                .bind(job)
                .fetch_one(pool)
        })?;
        Ok(open == 0)
    }

    /// How many jobs of a queue have not ended.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn open_jobs(&self, queue: &str) -> Result<u64, GradebookError> {
        let open: i64 = self.run(|pool| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM apalis.jobs WHERE job_type = $1 AND status NOT IN ('Done', 'Killed')",
            )
            .bind(queue)
            .fetch_one(pool)
        })?;
        Ok(open.unsigned_abs())
    }

    /// How many workers of a queue have been heard of in the last `seconds`.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn live_workers(&self, queue: &str, seconds: f64) -> Result<u64, GradebookError> {
        let live: i64 = self.run(|pool| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM apalis.workers
                 WHERE worker_type = $1 AND last_seen > now() - make_interval(secs => $2)",
            )
            .bind(queue)
            .bind(seconds)
            .fetch_one(pool)
        })?;
        Ok(live.unsigned_abs())
    }

    /// The outcome that a submission was given last under a version, whether it counts or not.
    ///
    /// # Errors
    /// When the gradebook or the record cannot be read.
    pub fn last_outcome(
        &self,
        student: &str,
        content: &Content,
        version: &Version,
    ) -> Result<Option<Outcome>, GradebookError> {
        let found: Option<(String, String)> = self.run(|pool| {
            sqlx::query_as(
                "SELECT document, seed FROM grading
                 JOIN submission ON submission.id = submission_id JOIN student ON student.id = student_id
                 WHERE student.name = $1 AND assignment = $2 AND content_hash = $3 AND version_hash = $4
                 ORDER BY grading.id DESC LIMIT 1",
            )
            .bind(student)
            .bind(&version.assignment)
            .bind(&content.hash)
            .bind(&version.hash)
            .fetch_optional(pool)
        })?;
        found.map(|(document, seed)| outcome(student, &version.assignment, &document, &seed)).transpose()
    }
}
