//! The assistant's thread: completion and inspection are answered while a cell runs.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use gradus_engine::MimeBundle;

use crate::assistant::{Assistant, Place};
use crate::exchange::Request;
use crate::messages::complete::{CompleteReply, CompleteRequest};
use crate::messages::inspect::{InspectReply, InspectRequest};
use crate::positions::to_byte;
use crate::state::{State, lock};

/// What needs the assistant.
pub enum Assist {
    /// What can stand at the cursor.
    Complete(Request),
    /// What is known of what is at the cursor.
    Inspect(Request),
    /// What is known of a path.
    Documentation {
        /// For example `Vec::push`.
        path: String,
        /// Where the answer goes.
        answer: Sender<Option<MimeBundle>>,
    },
}

/// Starts the thread.
pub fn start(state: Arc<State>, mut assistant: Box<dyn Assistant>) -> Sender<Assist> {
    let (sender, questions) = channel();
    thread::spawn(move || {
        for question in questions {
            let session_source = &*lock(&state.session_source).clone();
            match question {
                Assist::Complete(request) => request.answer(&state.iopub, |content: CompleteRequest| {
                    let code = content.code.as_str();
                    let cursor = to_byte(code, content.cursor_pos);
                    CompleteReply::new(code, assistant.complete(&Place { code, cursor, session_source }))
                }),
                Assist::Inspect(request) => request.answer(&state.iopub, |content: InspectRequest| {
                    let code = content.code.as_str();
                    let cursor = to_byte(code, content.cursor_pos);
                    let detail = content.detail_level > 0;
                    InspectReply::new(assistant.inspect(&Place { code, cursor, session_source }, detail))
                }),
                Assist::Documentation { path, answer } => {
                    let place = Place { code: &path, cursor: path.len(), session_source };
                    let _ = answer.send(assistant.inspect(&place, true));
                }
            }
        }
    });
    sender
}
