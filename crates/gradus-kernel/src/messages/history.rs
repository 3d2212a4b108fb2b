//! What was run before.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#history>

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::history::{Entry, History};
use crate::state::{State, lock};

/// Which part of what was run?
#[derive(Debug, Deserialize)]
struct HistoryRequest {
    /// Whether values are wanted too.
    #[serde(default)]
    output: bool,
    #[serde(flatten)]
    access: Access,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "hist_access_type", rename_all = "lowercase")]
enum Access {
    /// Lines of one session.
    Range {
        #[serde(default)]
        session: i64,
        #[serde(default)]
        start: i64,
        stop: Option<i64>,
    },
    /// The last ones.
    Tail { n: usize },
    /// Those that match.
    Search {
        pattern: Option<String>,
        n: Option<usize>,
        #[serde(default)]
        unique: bool,
    },
}

/// This part.
#[derive(Debug, Serialize)]
struct HistoryReply {
    status: &'static str,
    history: Vec<Line>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line {
    Input(i64, i64, String),
    InputAndOutput(i64, i64, (String, Option<String>)),
}

impl Reply for HistoryReply {
    const TYPE: &'static str = "history_reply";
}

/// Answers from memory.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |content: HistoryRequest| {
        let entries = content.access.entries(&lock(&state.history));
        let line = |entry: Entry| {
            if content.output {
                Line::InputAndOutput(entry.session, entry.line, (entry.input, entry.output))
            } else {
                Line::Input(entry.session, entry.line, entry.input)
            }
        };
        HistoryReply { status: "ok", history: entries.into_iter().map(line).collect() }
    });
}

impl Access {
    fn entries(&self, history: &History) -> Vec<Entry> {
        match self {
            Self::Range { session, start, stop } => history.range(*session, *start, *stop),
            Self::Tail { n } => history.tail(*n),
            Self::Search { pattern, n, unique } => {
                history.search(pattern.as_deref().unwrap_or("*"), *unique, n.unwrap_or(usize::MAX))
            }
        }
    }
}
