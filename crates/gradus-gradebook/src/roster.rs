//! Who is in the course: a table of students, by the names that their submissions have.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{Gradebook, GradebookError};

/// A student, as far as the gradebook knows them. What a learning platform calls them is needed for its export alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromRow)]
#[serde(deny_unknown_fields)]
pub struct Student {
    /// The name that their submissions have.
    pub name: String,
    /// Their name for people.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
    /// The part of the course that they are in.
    #[serde(default)]
    pub section: Option<String>,
    /// Canvas's `ID`.
    #[serde(default)]
    pub canvas_id: Option<String>,
    /// Canvas's `SIS User ID`.
    #[serde(default)]
    pub sis_user_id: Option<String>,
    /// Canvas's `SIS Login ID`.
    #[serde(default)]
    pub sis_login_id: Option<String>,
    /// Moodle's `Identifier`, such as `Participant 512`.
    #[serde(default)]
    pub moodle_id: Option<String>,
}

impl Student {
    /// Their name for people, or else the one that their submissions have.
    pub fn shown_name(&self) -> &str {
        self.full_name.as_deref().unwrap_or(&self.name)
    }
}

impl Gradebook {
    /// Reads a roster from a CSV file with a line of headings, which are the fields of [`Student`]; how many it has. A
    /// student who is there already gets what the roster says of them, and nothing else changes.
    ///
    /// # Errors
    /// When the file is no roster, with the line; then nobody of it is in the gradebook. When the gradebook cannot be
    /// written.
    pub fn read_roster(&self, path: &Path) -> Result<usize, GradebookError> {
        let students = read(path)?;
        self.note_students(&students)?;
        Ok(students.len())
    }

    /// Notes what is known of students, as a roster would.
    ///
    /// # Errors
    /// When the gradebook cannot be written; then nothing is noted.
    pub fn note_students(&self, students: &[Student]) -> Result<(), GradebookError> {
        self.run(async |pool| {
            let mut transaction = pool.begin().await?;
            for student in students {
                sqlx::query(
                    "INSERT INTO student (name, full_name, email, section, canvas_id, sis_user_id, sis_login_id, moodle_id)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO UPDATE SET
                     full_name = COALESCE(excluded.full_name, student.full_name),
                     email = COALESCE(excluded.email, student.email),
                     section = COALESCE(excluded.section, student.section),
                     canvas_id = COALESCE(excluded.canvas_id, student.canvas_id),
                     sis_user_id = COALESCE(excluded.sis_user_id, student.sis_user_id),
                     sis_login_id = COALESCE(excluded.sis_login_id, student.sis_login_id),
                     moodle_id = COALESCE(excluded.moodle_id, student.moodle_id)",
                )
                .bind(&student.name)
                .bind(&student.full_name)
                .bind(&student.email)
                .bind(&student.section)
                .bind(&student.canvas_id)
                .bind(&student.sis_user_id)
                .bind(&student.sis_login_id)
                .bind(&student.moodle_id)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await
        })
    }

    /// Everybody in the gradebook, by name.
    ///
    /// # Errors
    /// When the gradebook cannot be read.
    pub fn students(&self) -> Result<Vec<Student>, GradebookError> {
        self.run(|pool| sqlx::query_as("SELECT * FROM student ORDER BY name").fetch_all(pool))
    }
}

fn read(path: &Path) -> Result<Vec<Student>, GradebookError> {
    let wrong = |line, what| GradebookError::Roster { path: path.to_owned(), line, what };
    let failed = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        let what = match error.kind() {
            csv::ErrorKind::Io(source) => source.to_string(),
            csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("it has {len} cells, the line of headings has {expected_len}")
            }
            _ => error.to_string(),
        };
        wrong(line, what)
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(failed)?;
    let mut students: Vec<Student> = Vec::new();
    for row in reader.deserialize() {
        let student: Student = row.map_err(failed)?;
        let line = students.len() as u64 + 2;
        if student.name.is_empty() {
            return Err(wrong(line, "it has no name".to_owned()));
        }
        if students.iter().any(|other| other.name == student.name) {
            return Err(wrong(line, format!("`{}` is there twice", student.name)));
        }
        students.push(student);
    }
    Ok(students)
}
