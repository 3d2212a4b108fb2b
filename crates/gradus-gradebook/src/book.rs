//! Opening a gradebook, and bringing it to this program's form.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, SqlSafeStr};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use crate::{GradebookError, Place};

/// All forms that a gradebook has had, in order, in a file and on a server. What is in one that was released is never
/// changed.
const MIGRATIONS: [(i64, &str, &str, &str); 2] = [
    (
        1,
        "gradebook",
        include_str!("../migrations/sqlite/0001_gradebook.sql"),
        include_str!("../migrations/postgres/0001_gradebook.sql"),
    ),
    (
        2,
        "comment",
        include_str!("../migrations/sqlite/0002_comment.sql"),
        include_str!("../migrations/postgres/0002_comment.sql"),
    ),
];

/// A file's readers do not wait for whoever grades, and a killed program leaves whole transactions.
const FILE_SETTINGS: &str = "PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON";

/// The table in which sqlx keeps the forms that a gradebook has had.
const FORMS: &str = "_sqlx_migrations";

/// How long to wait for another program that writes in the same file, or for a server.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many connections to a server a gradebook may hold.
const CONNECTIONS: u32 = 4;

/// An open gradebook. Threads may share it, and several programs may work in one.
pub struct Gradebook {
    runtime: Runtime,
    pool: AnyPool,
    place: Place,
}

/// An assignment with its hidden checks, at one state of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Opens a gradebook, and makes it if it is not there; a server's database has to be there.
    ///
    /// # Errors
    /// When it cannot be opened or made, is something else, or was written by a newer program.
    ///
    /// ```
    /// use gradus_gradebook::Gradebook;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let gradebook = Gradebook::open(&folder.path().join("gradebook.sqlite"))?;
    /// assert!(gradebook.standings(None)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(place: impl Into<Place>) -> Result<Self, GradebookError> {
        install_default_drivers();
        let place = place.into();
        let failed = |source| GradebookError::Open { place: place.clone(), source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.into()))?;
        let options = place.options().map_err(failed)?;
        let pool = runtime.block_on(connect(&place, options)).map_err(failed)?;
        let gradebook = Self { runtime, pool, place };
        gradebook.refuse_what_is_something_else()?;
        let form = |source| GradebookError::Form { place: gradebook.place.clone(), source };
        gradebook.bring_to_form().map_err(form)?;
        Ok(gradebook)
    }

    /// Opens a gradebook that has to be there.
    ///
    /// # Errors
    /// As [`Gradebook::open`], and when there is none.
    pub fn open_existing(place: impl Into<Place>) -> Result<Self, GradebookError> {
        let place = place.into();
        match &place {
            Place::File(path) if !path.is_file() => Err(GradebookError::NotThere { place }),
            _ => Self::open(&place),
        }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Runs what asks the database.
    pub(crate) fn run<'a, T, F: Future<Output = Result<T, sqlx::Error>>>(
        &'a self,
        ask: impl FnOnce(&'a AnyPool) -> F,
    ) -> Result<T, GradebookError> {
        let failed = |source| GradebookError::Database { place: self.place.clone(), source };
        self.runtime.block_on(ask(&self.pool)).map_err(failed)
    }

    /// Another program may do the same at this moment. Each form comes in one transaction, so whoever is second fails, and then
    /// finds that it is there.
    fn bring_to_form(&self) -> Result<(), MigrateError> {
        let mut last = Ok(());
        for _ in 0..=MIGRATIONS.len() {
            last = self.runtime.block_on(migrator(&self.place).run(&self.pool));
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// Any database can be opened; tables are put into gradebooks and empty ones alone.
    fn refuse_what_is_something_else(&self) -> Result<(), GradebookError> {
        let tables = match self.place {
            Place::File(_) => "SELECT name FROM sqlite_schema WHERE type = 'table'",
            Place::Server(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        };
        let names: Vec<String> = self.run(|pool| sqlx::query_scalar(tables).fetch_all(pool))?;
        // Another program may be making it at this moment: the list of its forms is then there before its tables.
        if names.is_empty() || names.iter().any(|name| name == "grading" || name == FORMS) {
            return Ok(());
        }
        let source = sqlx::Error::Configuration("it is a database of something else".into());
        Err(GradebookError::Open { place: self.place.clone(), source })
    }
}

/// Connects.
async fn connect(place: &Place, options: AnyConnectOptions) -> Result<AnyPool, sqlx::Error> {
    // A pool would try again for a minute what fails at once.
    patiently(|| async { settle(place, &mut AnyConnection::connect_with(&options).await?).await }).await?;
    let pool = AnyPoolOptions::new().acquire_timeout(PATIENCE);
    let pool = match place {
        Place::File(_) => pool.max_connections(1),
        Place::Server(_) => pool.max_connections(CONNECTIONS),
    };
    let place = place.clone();
    let settled = pool.after_connect(move |connection, _| {
        let place = place.clone();
        Box::pin(async move { settle(&place, connection).await })
    });
    settled.connect_with(options).await
}

/// Makes a new connection what this program needs.
async fn settle(place: &Place, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    match place {
        Place::File(_) => connection.execute(FILE_SETTINGS).await.map(drop),
        Place::Server(_) => Ok(()),
    }
}

/// Tries again while another program makes a file one with a log: SQLite then refuses at once instead of waiting.
async fn patiently<F: Future<Output = Result<(), sqlx::Error>>>(attempt: impl Fn() -> F) -> Result<(), sqlx::Error> {
    const LOCKED: &str = "5";
    let start = Instant::now();
    loop {
        match attempt().await {
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

fn migrator(place: &Place) -> Migrator {
    let migrations = MIGRATIONS.map(|(version, description, file, server)| {
        let sql = if place.is_server() { server } else { file };
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.into())
}
