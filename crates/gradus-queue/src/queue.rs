//! Opening a queue.

use std::str::FromStr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use apalis_postgres::{PgConnectOptions, PgPool, PostgresStorage};
use gradus_gradebook::{Gradebook, GradebookError, Place};
use tokio::runtime::{Builder, Runtime};

use crate::QueueError;

/// A queue in a PostgreSQL database, and the gradebook there.
pub struct Queue {
    pub(crate) gradebook: Gradebook,
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Queue {
    /// Opens the queue of this name, and makes it if it is not there; the database has to be there.
    ///
    /// # Errors
    /// When the place is no server, or cannot be reached or used.
    pub fn open(place: &Place, name: &str) -> Result<Self, QueueError> {
        let Place::Server(address) = place else { return Err(QueueError::NoServer { place: place.clone() }) };
        let gradebook = Gradebook::open(place)?;
        let failed = |source| QueueError::Database { place: place.clone(), source };
        let set_up = async {
            let pool = connect(address)?;
            PostgresStorage::setup(&pool).await?;
            pool.close().await;
            Ok(())
        };
        runtime()?.block_on(set_up).map_err(failed)?;
        Ok(Self { gradebook, name: name.to_owned(), address: address.clone() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The gradebook in the same database.
    pub fn gradebook(&self) -> &Gradebook {
        &self.gradebook
    }
}

/// A pool that connects when it is needed.
pub(crate) fn connect(address: &str) -> Result<PgPool, apalis_postgres::Error> {
    Ok(PgPool::connect_lazy_with(PgConnectOptions::from_str(address)?))
}

/// Asks again while the database is away, after a pause each time, for as long as `patience` lasts.
pub(crate) fn patiently<T>(
    patience: Duration,
    pause: Duration,
    ask: impl Fn() -> Result<T, GradebookError>,
) -> Result<T, GradebookError> {
    let start = Instant::now();
    loop {
        match ask() {
            Err(GradebookError::Database { .. }) if start.elapsed() < patience => sleep(pause),
            result => return result,
        }
    }
}

/// What waits for the database and for time.
pub(crate) fn runtime() -> Result<Runtime, QueueError> {
    Builder::new_current_thread().enable_all().build().map_err(|source| QueueError::Start { source })
}
