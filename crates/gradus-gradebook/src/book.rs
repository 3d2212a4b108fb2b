//! Opening a gradebook, and bringing it to this program's form.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use crate::GradebookError;

/// All forms that a gradebook has had, in order. What is in one that was released is never changed.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "gradebook", include_str!("../migrations/0001_gradebook.sql")),
    (2, "comment", include_str!("../migrations/0002_comment.sql")),
];

/// The table in which sqlx keeps the forms that a gradebook has had.
const FORMS: &str = "_sqlx_migrations";

/// How long to wait for another program that writes in the same file.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open gradebook. Threads may share it, and several programs may work in one file.
pub struct Gradebook {
    runtime: Runtime,
    pool: SqlitePool,
    path: PathBuf,
}

/// An assignment with its hidden checks, at one state of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// A hash of everything that points depend on.
    pub hash: String,
    /// The assignment's id.
    pub assignment: String,
    /// The assignment's title.
    pub title: String,
    /// What can be earned.
    pub max_points: u32,
}

impl Gradebook {
    /// Opens a gradebook, and makes it if it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened or made, is something else, or was written by a newer program.
    ///
    /// ```
    /// use gradus_gradebook::Gradebook;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let gradebook = Gradebook::open(&folder.path().join("gradebook.sqlite"))?;
    /// assert!(gradebook.standings(None)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: &Path) -> Result<Self, GradebookError> {
        let failed = |source| GradebookError::Open { path: path.to_owned(), source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.into()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            // Readers do not wait for whoever grades, and a killed program leaves whole transactions.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool = runtime.block_on(connect(options)).map_err(failed)?;
        let gradebook = Self { runtime, pool, path: path.to_owned() };
        gradebook.refuse_what_is_something_else()?;
        let form = |source| GradebookError::Form { path: path.to_owned(), source };
        gradebook.bring_to_form().map_err(form)?;
        Ok(gradebook)
    }

    /// Opens a gradebook that has to be there.
    ///
    /// # Errors
    /// As [`Gradebook::open`], and when there is none.
    pub fn open_existing(path: &Path) -> Result<Self, GradebookError> {
        if path.is_file() { Self::open(path) } else { Err(GradebookError::NotThere { path: path.to_owned() }) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs what asks the database.
    pub(crate) fn run<'a, T, F: Future<Output = Result<T, sqlx::Error>>>(
        &'a self,
        ask: impl FnOnce(&'a SqlitePool) -> F,
    ) -> Result<T, GradebookError> {
        let failed = |source| GradebookError::Database { path: self.path.clone(), source };
        self.runtime.block_on(ask(&self.pool)).map_err(failed)
    }

    /// Another program may do the same at this moment. Each form comes in one transaction, so whoever is second fails, and then
    /// finds that it is there.
    fn bring_to_form(&self) -> Result<(), MigrateError> {
        let mut last = Ok(());
        for _ in 0..=MIGRATIONS.len() {
            last = self.runtime.block_on(migrator().run(&self.pool));
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Any SQLite file can be opened; tables are put into gradebooks alone.
    fn refuse_what_is_something_else(&self) -> Result<(), GradebookError> {
        let names: Vec<String> =
            self.run(|pool| sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(pool))?;
        // Another program may be making it at this moment: the list of its forms is then there before its tables.
        if names.is_empty() || names.iter().any(|name| name == "grading" || name == FORMS) {
            return Ok(());
        }
        let source = sqlx::Error::Configuration("it is a database of something else".into());
        Err(GradebookError::Open { path: self.path.clone(), source })
    }
}

/// Connects to the file. While another program makes it a file with a log, SQLite refuses at once instead of waiting.
async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    const LOCKED: &str = "5";
    let start = Instant::now();
    loop {
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        match pool.connect_with(options.clone()).await {
            Err(error) if code_of(&error).as_deref() == Some(LOCKED) && start.elapsed() < PATIENCE => {
                sleep(Duration::from_millis(10)).await;
            }
            result => return result,
        }
    }
}

fn code_of(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
}
