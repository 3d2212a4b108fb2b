//! One cell after another, on the thread that owns the engine.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::thread::{self, JoinHandle};

use gradus_engine::{Cell, CellError, CellErrorKind, Completeness, Engine, Event, MimeBundle, Outcome};

use crate::assist::Assist;
use crate::exchange::Request;
use crate::messages::error::Error;
use crate::messages::execute::{Aborted, ExecuteReply, ExecuteRequest, Expression, Payload};
use crate::messages::execute_input::ExecuteInput;
use crate::messages::execute_result::ExecuteResult;
use crate::messages::is_complete::{IsCompleteReply, IsCompleteRequest};
use crate::outputs::{Outputs, json_bundle};
use crate::state::{State, lock};
use crate::wire::Message;

/// Makes the engine once it is known where its events go.
pub type StartEngine = Box<dyn FnOnce(SyncSender<Event>) -> Result<Box<dyn Engine>, CellError> + Send>;

/// What needs the engine.
pub enum Work {
    /// Run a cell.
    Execute(Request),
    /// Say whether a cell's text is finished.
    IsComplete(Request),
    /// Let go of the engine.
    Stop,
}

/// Starts the thread.
pub fn start(state: Arc<State>, assist: Sender<Assist>, start_engine: StartEngine) -> (Sender<Work>, JoinHandle<()>) {
    let (work, queue) = channel();
    let thread = thread::spawn(move || {
        let outputs = Outputs::start(&state);
        let engine = start_engine(outputs.events.clone());
        if let Ok(engine) = &engine {
            let _ = state.interrupter.set(engine.interrupter());
        }
        Executor { state, assist, engine, outputs, queue, last_cell: 0, next_count: 1 }.run();
    });
    (work, thread)
}

struct Executor {
    state: Arc<State>,
    assist: Sender<Assist>,
    /// An engine that did not start says why in each cell.
    engine: Result<Box<dyn Engine>, CellError>,
    outputs: Outputs,
    queue: Receiver<Work>,
    last_cell: u64,
    next_count: u32,
}

impl Executor {
    fn run(mut self) {
        while let Ok(work) = self.queue.recv() {
            if self.take(work).is_break() {
                return;
            }
        }
    }

    fn take(&mut self, work: Work) -> ControlFlow<()> {
        match work {
            Work::Execute(request) => self.execute(&request),
            Work::IsComplete(request) => {
                self.is_complete(&request);
                ControlFlow::Continue(())
            }
            Work::Stop => ControlFlow::Break(()),
        }
    }

    fn execute(&mut self, request: &Request) -> ControlFlow<()> {
        let state = self.state.clone();
        let mut waiting = Vec::new();
        request.answer_with_cell(&state.iopub, |content: ExecuteRequest| {
            let (reply, stop) = self.run_cell(&request.message, &content);
            // Whatever was sent before this reply was sent in the hope that this cell goes well.
            if stop {
                waiting = self.queue.try_iter().collect();
            }
            reply
        });
        for work in waiting {
            match work {
                Work::Execute(request) => request.answer(&state.iopub, |_: ExecuteRequest| Aborted::default()),
                other => self.take(other)?,
            }
        }
        ControlFlow::Continue(())
    }

    /// Runs a cell with everything that others see of it; also says whether the cells that wait are to be aborted.
    fn run_cell(&mut self, request: &Arc<Message>, content: &ExecuteRequest) -> (ExecuteReply, bool) {
        let execution_count = self.next_count;
        let counts = content.store_history && !content.silent;
        self.next_count += u32::from(counts);
        let parent = (!content.silent).then(|| request.clone());
        if parent.is_some() {
            self.state.iopub.publish(parent.as_deref(), &ExecuteInput { code: &content.code, execution_count });
        }
        let mut payload = Vec::new();
        let outcome = match content.code.trim().strip_prefix(":doc ") {
            Some(path) => self.page(path.trim()).map(|page| {
                payload.push(page);
                None
            }),
            None => self.evaluate(&content.code, parent.clone(), execution_count, content.allow_stdin),
        };
        let user_expressions = match &outcome {
            Ok(_) => self.user_expressions(content, parent.as_ref(), execution_count),
            Err(_) => BTreeMap::new(),
        };
        self.outputs.settle(&self.state);
        if counts {
            let output = outcome.as_ref().ok().and_then(Option::as_ref).and_then(|value| value.get("text/plain"));
            lock(&self.state.history).add(execution_count, &content.code, output.map(String::as_str));
        }
        if let Ok(engine) = &self.engine {
            *lock(&self.state.session_source) = engine.session_source().into();
        }
        match outcome {
            Ok(value) => {
                if let (Some(value), Some(_)) = (value, &parent) {
                    let result = ExecuteResult { execution_count, data: json_bundle(value), metadata: BTreeMap::new() };
                    self.state.iopub.publish(parent.as_deref(), &result);
                }
                self.state.iopub.settle();
                (ExecuteReply::ok(execution_count, payload, user_expressions), false)
            }
            Err(error) => {
                let stop = content.stop_on_error || error.kind == CellErrorKind::Interrupted;
                let error = Error::from(error);
                if parent.is_some() {
                    self.state.iopub.publish(parent.as_deref(), &error);
                }
                self.state.iopub.settle();
                (ExecuteReply::error(execution_count, error), stop)
            }
        }
    }

    /// What the engine makes of a piece of code.
    fn evaluate(
        &mut self,
        code: &str,
        parent: Option<Arc<Message>>,
        execution_count: u32,
        allow_stdin: bool,
    ) -> Result<Option<MimeBundle>, CellError> {
        self.last_cell += 1;
        self.state.remember_cell(self.last_cell, parent);
        let cell = Cell { id: self.last_cell, execution_count, code: code.to_owned(), allow_stdin };
        let outcome: Outcome = match &mut self.engine {
            Ok(engine) => engine.execute(&cell),
            Err(error) => Err(error.clone()),
        };
        lock(&self.state.question).take();
        outcome.map(|success| success.value)
    }

    fn user_expressions(
        &mut self,
        content: &ExecuteRequest,
        parent: Option<&Arc<Message>>,
        execution_count: u32,
    ) -> BTreeMap<String, Expression> {
        let expressions = content.user_expressions.iter().flatten();
        let evaluate = |(name, code): (&String, &String)| {
            let outcome = self.evaluate(code, parent.cloned(), execution_count, false);
            (name.clone(), Expression::from(outcome))
        };
        expressions.map(evaluate).collect()
    }

    /// `:doc PATH` shows documentation in the frontend's pager. The assistant knows it, not the engine.
    fn page(&self, path: &str) -> Result<Payload, CellError> {
        let (answer, documentation) = channel();
        let _ = self.assist.send(Assist::Documentation { path: path.to_owned(), answer });
        let data = documentation.recv().ok().flatten().ok_or_else(|| CellError {
            kind: CellErrorKind::Command,
            name: "doc".to_owned(),
            message: format!("nothing is known of `{path}`"),
            traceback: vec![format!("nothing is known of `{path}`")],
        })?;
        Ok(Payload::page(json_bundle(data)))
    }

    fn is_complete(&self, request: &Request) {
        request.answer(&self.state.iopub, |content: IsCompleteRequest| match &self.engine {
            Ok(engine) => IsCompleteReply::from(engine.completeness(&content.code)),
            Err(_) => IsCompleteReply::from(Completeness::Complete),
        });
    }
}
