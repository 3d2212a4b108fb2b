//! Runs a cell.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#execute>

use std::collections::BTreeMap;

use gradus_engine::{CellError, MimeBundle};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::Reply;
use crate::messages::error::Error;
use crate::outputs::json_bundle;

/// What to run, and how.
#[derive(Debug, Deserialize)]
pub struct ExecuteRequest {
    /// The cell's text.
    pub code: String,
    /// Nobody is told of it, and it has no number.
    #[serde(default)]
    pub silent: bool,
    /// It gets a number and a place in the history.
    #[serde(default = "yes")]
    pub store_history: bool,
    /// What to evaluate after it.
    #[serde(default)]
    pub user_expressions: Option<BTreeMap<String, String>>,
    /// Whether the frontend can ask its user.
    #[serde(default = "yes")]
    pub allow_stdin: bool,
    /// Whether cells that wait are aborted if it fails.
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

fn yes() -> bool {
    true
}

/// How it ended.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum ExecuteReply {
    /// Well.
    Ok {
        /// The cell's number.
        execution_count: u32,
        /// What the frontend is to do.
        payload: Vec<Payload>,
        /// The values that were asked for.
        user_expressions: BTreeMap<String, Expression>,
    },
    /// Not well.
    Error {
        /// The cell's number.
        execution_count: u32,
        /// Empty: a failed cell asks nothing of the frontend.
        payload: Vec<Payload>,
        /// Empty: they are evaluated after a cell that ended well.
        user_expressions: BTreeMap<String, Expression>,
        /// Why.
        #[serde(flatten)]
        error: Error,
    },
}

impl ExecuteReply {
    /// It ended well.
    pub fn ok(execution_count: u32, payload: Vec<Payload>, user_expressions: BTreeMap<String, Expression>) -> Self {
        Self::Ok { execution_count, payload, user_expressions }
    }

    /// It did not.
    pub fn error(execution_count: u32, error: Error) -> Self {
        Self::Error { execution_count, payload: Vec::new(), user_expressions: BTreeMap::new(), error }
    }
}

impl Reply for ExecuteReply {
    const TYPE: &'static str = "execute_reply";
}

/// It was not run, since a cell before it failed.
#[derive(Debug, Serialize)]
pub struct Aborted {
    status: &'static str,
}

impl Default for Aborted {
    fn default() -> Self {
        Self { status: "aborted" }
    }
}

impl Reply for Aborted {
    const TYPE: &'static str = "execute_reply";
}

/// The value of an expression that was to be evaluated after the cell.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Expression {
    /// It has one; or none to show, and then `data` is empty.
    Ok {
        /// MIME type to content.
        data: BTreeMap<String, Value>,
        /// Nothing, so far.
        metadata: BTreeMap<String, Value>,
    },
    /// It failed.
    Error(Error),
}

impl From<Result<Option<MimeBundle>, CellError>> for Expression {
    fn from(outcome: Result<Option<MimeBundle>, CellError>) -> Self {
        match outcome {
            Ok(value) => Self::Ok { data: json_bundle(value.unwrap_or_default()), metadata: BTreeMap::new() },
            Err(error) => Self::Error(error.into()),
        }
    }
}

/// Something for the frontend to do.
///
/// <https://jupyter-client.readthedocs.io/en/latest/messaging.html#payloads-deprecated>; frontends have no other way to open their pager.
#[derive(Debug, Serialize)]
pub struct Payload {
    source: &'static str,
    data: BTreeMap<String, Value>,
    start: u32,
}

impl Payload {
    /// Show something in the pager.
    pub fn page(data: BTreeMap<String, Value>) -> Self {
        Self { source: "page", data, start: 0 }
    }
}
