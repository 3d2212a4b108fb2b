//! Reading a gradebook: where everybody stands, and why.

use std::collections::BTreeMap;

use gradus_judge::Outcome;
use gradus_judge::grade::FunctionGrade;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use crate::record::{now, outcome, who};
use crate::roster::Student;
use crate::{Gradebook, GradebookError};

/// A student's submission in an assignment, and what came of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Who.
    pub student: Student,
    /// The assignment's id.
    pub assignment: String,
    /// The hash of what was handed in.
    pub content_hash: String,
    /// The outcome that counts.
    pub outcome: Outcome,
    /// How many submissions of theirs there are.
    pub submissions: u32,
    /// When it was handed in; where nobody has said so, when the grader met it first.
    pub handed_in_at: Timestamp,
    /// When it was graded.
    pub graded_at: Timestamp,
    /// What was scored by hand: the last score of each question.
    pub manual: Vec<ManualScore>,
    /// What the staff remarked, the oldest first.
    pub comments: Vec<Comment>,
}

/// Everything about one student.
#[derive(Debug, Clone)]
pub struct StudentHistory {
    /// Who.
    pub student: Student,
    /// Every grading there was, the oldest first.
    pub gradings: Vec<Graded>,
    /// Every score given by hand, the oldest first.
    pub manual: Vec<ManualScore>,
    /// What the staff remarked, the oldest first.
    pub comments: Vec<Comment>,
}

/// One grading, whether it counts or not.
#[derive(Debug, Clone)]
pub struct Graded {
    /// The assignment's id.
    pub assignment: String,
    /// The hash of what was handed in.
    pub content_hash: String,
    /// The hash of the version that it was graded under.
    pub version_hash: String,
    /// `current`, `superseded` or `proposed`.
    pub state: String,
    /// The outcome.
    pub outcome: Outcome,
    /// What the random inputs came from.
    pub seed: String,
    /// The program and its version.
    pub graded_with: String,
    /// Whoever ran it.
    pub graded_by: String,
    /// When.
    pub graded_at: String,
}

/// A score given by hand.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct ManualScore {
    /// The assignment's id.
    pub assignment: String,
    /// The question.
    pub question: String,
    /// The points given.
    pub points: f64,
    /// The points that could be given.
    pub max_points: f64,
    /// Why, or what the student should know.
    pub comment: String,
    /// Whoever gave it.
    pub given_by: String,
    /// When.
    pub given_at: String,
}

/// What somebody of the staff has to say about a student's work on an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Comment {
    /// The assignment's id.
    pub assignment: String,
    /// The remark.
    pub text: String,
    /// Whoever made it.
    pub given_by: String,
    /// When.
    pub given_at: String,
}

impl Standing {
    /// All points, by checks and by hand; none after a fault of ours. A score by hand for a function takes the place of
    /// what its checks gave.
    pub fn points(&self) -> Option<f64> {
        let by_checks = match &self.outcome {
            Outcome::Graded(grade) => {
                let functions = grade.functions.iter();
                functions.filter(|function| self.by_hand(&function.name).is_none()).map(FunctionGrade::points).sum()
            }
            other => other.points()?,
        };
        Some(f64::from(by_checks) + self.manual.iter().map(|score| score.points).sum::<f64>())
    }

    /// The score by hand that a question has.
    pub fn by_hand(&self, question: &str) -> Option<&ManualScore> {
        self.manual.iter().find(|score| score.question == question)
    }
}

impl Gradebook {
    /// Where everybody stands, by assignment and name; in all assignments or in one.
    ///
    /// # Errors
    /// When the gradebook cannot be read, or a record in it.
    pub fn standings(&self, assignment: Option<&str>) -> Result<Vec<Standing>, GradebookError> {
        self.last_attempts(assignment, None)
    }

    /// Where one student stands in an assignment; none without a submission that was graded.
    ///
    /// # Errors
    /// When the gradebook cannot be read, or a record in it.
    pub fn standing(&self, assignment: &str, student: &str) -> Result<Option<Standing>, GradebookError> {
        Ok(self.last_attempts(Some(assignment), Some(student))?.pop())
    }

    fn last_attempts(&self, assignment: Option<&str>, student: Option<&str>) -> Result<Vec<Standing>, GradebookError> {
        let mut last: Vec<Standing> = Vec::new();
        for attempt in self.attempts_of(assignment, student)? {
            let is_later = |standing: &Standing| {
                standing.assignment == attempt.assignment && standing.student.name == attempt.student.name
            };
            match last.last_mut() {
                Some(earlier) if is_later(earlier) => *earlier = attempt,
                _ => last.push(attempt),
            }
        }
        Ok(last)
    }

    /// Every submission that was graded, by assignment, name, and when the grader met it last.
    ///
    /// # Errors
    /// When the gradebook cannot be read, or a record in it.
    pub fn attempts(&self, assignment: Option<&str>) -> Result<Vec<Standing>, GradebookError> {
        self.attempts_of(assignment, None)
    }

    fn attempts_of(&self, assignment: Option<&str>, student: Option<&str>) -> Result<Vec<Standing>, GradebookError> {
        #[derive(FromRow)]
        struct Row {
            #[sqlx(flatten)]
            student: Student,
            assignment: String,
            content_hash: String,
            document: String,
            seed: String,
            submissions: i64,
            handed_in_at: String,
            graded_at: String,
        }
        let rows: Vec<Row> = self.run(|pool| {
            sqlx::query_as(
                "SELECT student.*, assignment, content_hash, document, seed, graded_at,
                 COALESCE(submitted_at, received_at) AS handed_in_at,
                 COUNT(*) OVER (PARTITION BY assignment, student_id) AS submissions
                 FROM submission JOIN student ON student.id = student_id
                 JOIN grading ON submission_id = submission.id AND state = 'current'
                 WHERE ($1 IS NULL OR assignment = $1) AND ($2 IS NULL OR student.name = $2)
                 ORDER BY assignment, student.name, seen_at, submission.id",
            )
            .bind(assignment)
            .bind(student)
            .fetch_all(pool)
        })?;
        let by_hand = by_work(self.scores_by_hand()?, |score| &score.assignment);
        let comments = by_work(self.comments()?, |comment| &comment.assignment);
        let attempt = |row: Row| {
            let work = (row.student.name.clone(), row.assignment.clone());
            let mut manual: Vec<ManualScore> = Vec::new();
            for score in by_hand.get(&work).into_iter().flatten() {
                manual.retain(|earlier| earlier.question != score.question);
                manual.push(score.clone());
            }
            Ok(Standing {
                comments: comments.get(&work).cloned().unwrap_or_default(),
                outcome: outcome(&row.student.name, &row.assignment, &row.document, &row.seed)?,
                student: row.student,
                assignment: row.assignment,
                content_hash: row.content_hash,
                submissions: u32::try_from(row.submissions).unwrap_or(u32::MAX),
                handed_in_at: row.handed_in_at.parse().unwrap_or_default(),
                graded_at: row.graded_at.parse().unwrap_or_default(),
                manual,
            })
        };
        rows.into_iter().map(attempt).collect()
    }

    /// Everything about one student.
    ///
    /// # Errors
    /// When there is nobody of that name, or the gradebook cannot be read.
    pub fn history(&self, name: &str) -> Result<StudentHistory, GradebookError> {
        #[derive(FromRow)]
        struct Row {
            assignment: String,
            content_hash: String,
            version_hash: String,
            state: String,
            document: String,
            seed: String,
            graded_with: String,
            graded_by: String,
            graded_at: String,
        }
        let student: Option<Student> =
            self.run(|pool| sqlx::query_as("SELECT * FROM student WHERE name = $1").bind(name).fetch_optional(pool))?;
        let student = student.ok_or_else(|| GradebookError::NoStudent { name: name.to_owned() })?;
        let rows: Vec<Row> = self.run(|pool| {
            sqlx::query_as(
                "SELECT assignment, content_hash, version_hash, state, document, seed, graded_with, graded_by, graded_at
                 FROM grading JOIN submission ON submission.id = submission_id
                 JOIN student ON student.id = student_id WHERE student.name = $1 ORDER BY grading.id",
            )
            .bind(name)
            .fetch_all(pool)
        })?;
        let graded = |row: Row| {
            Ok(Graded {
                outcome: outcome(name, &row.assignment, &row.document, &row.seed)?,
                assignment: row.assignment,
                content_hash: row.content_hash,
                version_hash: row.version_hash,
                state: row.state,
                seed: row.seed,
                graded_with: row.graded_with,
                graded_by: row.graded_by,
                graded_at: row.graded_at,
            })
        };
        let gradings = rows.into_iter().map(graded).collect::<Result<Vec<_>, GradebookError>>()?;
        let own = self.scores_by_hand()?.into_iter().filter(|(student, _)| student == name);
        let manual = own.map(|(_, score)| score).collect();
        let comments = self.comments()?.into_iter().filter(|(student, _)| student == name);
        Ok(StudentHistory { student, gradings, manual, comments: comments.map(|(_, comment)| comment).collect() })
    }

    /// Notes when submissions were handed in: those that count by now, one for each name; the names that have none.
    ///
    /// # Errors
    /// When the gradebook cannot be written; then nothing is noted.
    pub fn note_times(&self, assignment: &str, times: &[(String, Timestamp)]) -> Result<Vec<String>, GradebookError> {
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            let mut unknown = Vec::new();
            for (student, time) in times {
                let noted = sqlx::query(
                    "UPDATE submission SET submitted_at = $1 WHERE id = (
                     SELECT submission.id FROM submission JOIN student ON student.id = student_id
                     WHERE student.name = $2 AND assignment = $3 ORDER BY seen_at DESC, submission.id DESC LIMIT 1)",
                )
                .bind(time.to_string())
                .bind(student)
                .bind(assignment)
                .execute(&mut *transaction)
                .await?;
                if noted.rows_affected() == 0 {
                    unknown.push(student.clone());
                }
            }
            transaction.commit().await?;
            Ok(unknown)
        })
    }

    /// Gives a score by hand. An earlier one for the same question stays in the history.
    ///
    /// # Errors
    /// When there is nobody of that name, or the gradebook cannot be written.
    pub fn score_by_hand(
        &self,
        student: &str,
        assignment: &str,
        question: &str,
        (points, max_points): (f64, f64),
        comment: &str,
    ) -> Result<(), GradebookError> {
        let id: Option<i64> = self.run(|pool| {
            sqlx::query_scalar("SELECT id FROM student WHERE name = $1").bind(student).fetch_optional(pool)
        })?;
        let id = id.ok_or_else(|| GradebookError::NoStudent { name: student.to_owned() })?;
        self.run(async |pool| {
            sqlx::query(
                "INSERT INTO manual_score (student_id, assignment, question, points, max_points, comment, given_by,
                 given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(id)
            .bind(assignment)
            .bind(question)
            .bind(points)
            .bind(max_points)
            .bind(comment)
            .bind(who())
            .bind(now())
            .execute(pool)
            .await
            .map(drop)
        })
    }

    /// Keeps a remark about a student's work on an assignment.
    ///
    /// # Errors
    /// When there is nobody of that name, or the gradebook cannot be written.
    pub fn comment(&self, student: &str, assignment: &str, text: &str) -> Result<(), GradebookError> {
        let written = self.run(|pool| {
            sqlx::query(
                "INSERT INTO comment (student_id, assignment, text, given_by, given_at)
                 SELECT id, $2, $3, $4, $5 FROM student WHERE name = $1",
            )
            .bind(student)
            .bind(assignment)
            .bind(text)
            .bind(who())
            .bind(now())
            .execute(pool)
        })?;
        if written.rows_affected() == 0 {
            return Err(GradebookError::NoStudent { name: student.to_owned() });
        }
        Ok(())
    }

    /// Every remark, with its student's name, the oldest first.
    fn comments(&self) -> Result<Vec<(String, Comment)>, GradebookError> {
        #[derive(FromRow)]
        struct Row {
            name: String,
            #[sqlx(flatten)]
            comment: Comment,
        }
        let rows: Vec<Row> = self.run(|pool| {
            sqlx::query_as(
                "SELECT name, assignment, text, given_by, given_at FROM comment
                 JOIN student ON student.id = student_id ORDER BY comment.id",
            )
            .fetch_all(pool)
        })?;
        Ok(rows.into_iter().map(|row| (row.name, row.comment)).collect())
    }

    /// Every score given by hand, with its student's name, the oldest first.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn scores_by_hand(&self) -> Result<Vec<(String, ManualScore)>, GradebookError> {
        #[derive(FromRow)]
        struct Row {
            name: String,
            #[sqlx(flatten)]
            score: ManualScore,
        }
        let rows: Vec<Row> = self.run(|pool| {
            sqlx::query_as(
                "SELECT name, assignment, question, points, max_points, comment, given_by, given_at FROM manual_score
                 JOIN student ON student.id = student_id ORDER BY manual_score.id",
            )
            .fetch_all(pool)
        })?;
        Ok(rows.into_iter().map(|row| (row.name, row.score)).collect())
    }
}

/// What was said of each student's work on each assignment, in the order in which it was said.
fn by_work<T>(said: Vec<(String, T)>, assignment: impl Fn(&T) -> &String) -> BTreeMap<(String, String), Vec<T>> {
    let mut found: BTreeMap<_, Vec<T>> = BTreeMap::new();
    for (student, said) in said {
        found.entry((student, assignment(&said).clone())).or_default().push(said);
    }
    found
}
