//! A request, its reply, and the two states that everybody is told around them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::UnboundedSender;

use crate::iopub::Iopub;
use crate::log;
use crate::wire::{Message, Session};

/// The content of a reply.
pub trait Reply: Serialize {
    /// The message's type.
    const TYPE: &'static str;
}

/// A request and where its reply goes.
pub struct Request {
    /// The request.
    pub message: Arc<Message>,
    session: Arc<Session>,
    channel: UnboundedSender<Vec<Bytes>>,
}

impl Request {
    /// A request that came in by `channel`.
    pub fn new(message: Message, session: Arc<Session>, channel: UnboundedSender<Vec<Bytes>>) -> Self {
        Self { message: Arc::new(message), session, channel }
    }

    /// Busy, the handler, its reply, idle. Every request goes through here, so that no handler can forget one of them;
    /// a handler that panics is answered for.
    pub fn answer<Content: DeserializeOwned, R: Reply>(&self, iopub: &Iopub, handle: impl FnOnce(Content) -> R) {
        let _busy = iopub.busy(&self.message, false);
        self.handle(handle);
    }

    /// As [`answer`](Self::answer), for the request that runs a cell.
    pub fn answer_with_cell<Content: DeserializeOwned, R: Reply>(
        &self,
        iopub: &Iopub,
        handle: impl FnOnce(Content) -> R,
    ) {
        let _busy = iopub.busy(&self.message, true);
        self.handle(handle);
    }

    /// As [`answer`](Self::answer), for a message that has no reply.
    pub fn acknowledge<Content: DeserializeOwned>(&self, iopub: &Iopub, handle: impl FnOnce(Content)) {
        let _busy = iopub.busy(&self.message, false);
        if let Err(failure) = self.attempt(handle) {
            log(&format!("{}: {}", self.message.header.msg_type, failure.evalue));
        }
    }

    fn handle<Content: DeserializeOwned, R: Reply>(&self, handle: impl FnOnce(Content) -> R) {
        match self.attempt(handle) {
            Ok(reply) => self.send(R::TYPE, &reply),
            Err(failure) => self.send(R::TYPE, &failure),
        }
    }

    fn attempt<Content: DeserializeOwned, R>(&self, handle: impl FnOnce(Content) -> R) -> Result<R, Failure> {
        let content = self.message.parse().map_err(|error| Failure::new("BadRequest", error.to_string()))?;
        catch_unwind(AssertUnwindSafe(|| handle(content))).map_err(|_| {
            Failure::new("KernelFault", "the kernel failed over this request; its log says more".to_owned())
        })
    }

    fn send(&self, msg_type: &str, content: &impl Serialize) {
        let header = self.session.header(msg_type);
        let frames = self.session.encode(&self.message.identities, &header, Some(&self.message.raw_header), content);
        let _ = self.channel.send(frames);
    }
}

/// What is replied when there is nothing better.
#[derive(Serialize)]
struct Failure {
    status: &'static str,
    ename: &'static str,
    evalue: String,
    traceback: Vec<String>,
}

impl Failure {
    fn new(ename: &'static str, evalue: String) -> Self {
        Self { status: "error", ename, traceback: vec![format!("{ename}: {evalue}")], evalue }
    }
}
