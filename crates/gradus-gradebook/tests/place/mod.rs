//! Where a test's gradebook is: in a file of its folder, or, under `tests/postgres/run.sh`, in a database of its own.

use std::env;
use std::path::Path;

use gradus_gradebook::Place;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};

/// The place of the gradebook of the test whose folder this is.
pub fn place(folder: &Path) -> Place {
    let Ok(server) = env::var("GRADUS_TEST_POSTGRES") else {
        return Place::from(&folder.join("gradebook.sqlite"));
    };
    let database = folder.file_name().expect("a name").to_string_lossy().replace('.', "").to_lowercase();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let make = format!("CREATE DATABASE gradebook_{database}");
    let made = runtime.block_on(async {
        let mut connection = PgConnection::connect(&server.replace("{}", "postgres")).await?;
        connection.execute(AssertSqlSafe(make)).await
    });
    if let Err(error) = made {
        let known = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "42P04");
        assert!(known, "{error}");
    }
    Place::from(&server.replace("{}", &format!("gradebook_{database}")))
}
