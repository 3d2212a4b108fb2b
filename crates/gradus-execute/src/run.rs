//! The run of a notebook: kernel up, cell after cell, kernel down.

use std::time::{Duration, Instant};

use gradus_notebook::{Cell, CellType, Notebook};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::client::{Client, Received, parent};
use crate::error::ExecuteError;
use crate::kernels::{InstalledKernel, InterruptMode};
use crate::outputs::Outputs;
use crate::process::Process;
use crate::signals::Signals;
use crate::summary::{CellEnd, CellRun, Progress, Summary};
use crate::{OnError, Options};

/// How long a kernel may take to answer for the first time.
const STARTING: Duration = Duration::from_secs(60);
/// How long an interrupted cell has to say how it ended.
const INTERRUPTED: Duration = Duration::from_secs(5);
/// How long what a cell published may be silent before its end, once its reply is there.
const SILENCE: Duration = Duration::from_secs(10);
/// For what a kernel published just before it died.
const AFTER_DEATH: Duration = Duration::from_millis(200);
/// How long a kernel has to end by itself.
const ENDING: Duration = Duration::from_secs(5);

/// Runs the notebook, and ends the kernel in every case.
pub async fn run(
    notebook: &mut Notebook,
    kernel: &InstalledKernel,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ExecuteError> {
    let prepare = |source| ExecuteError::Prepare { what: "the watch for Ctrl+C", source };
    let mut signals = Signals::listen().map_err(prepare)?;
    progress(Progress::Starting { kernel: kernel.name.clone() });
    let process = Process::start(kernel, options)?;
    let mut client = None;
    let outcome = tokio::select! {
        outcome = drive(notebook, kernel, options, progress, &process, &mut client) => outcome,
        () = signals.came() => Err(ExecuteError::Stopped),
    };
    // Without an answer to wait for: the process's end is the answer.
    let asked = match &mut client {
        Some(client) => {
            let sent = timeout(ENDING, client.command("shutdown_request", &json!({"restart": false}))).await;
            matches!(sent, Ok(Ok(())))
        }
        None => false,
    };
    process.end(if asked { ENDING } else { Duration::ZERO }).await;
    outcome
}

async fn drive(
    notebook: &mut Notebook,
    kernel: &InstalledKernel,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
    process: &Process,
    client: &mut Option<Client>,
) -> Result<Summary, ExecuteError> {
    let information = tokio::select! {
        information = timeout(STARTING, connect(process, client)) => information.unwrap_or_else(|_| {
            Err(ExecuteError::NoAnswer { kernel: kernel.name.clone(), after: STARTING, log: process.last_words() })
        })?,
        how = process.ended() => {
            return Err(ExecuteError::EndedAtStart { kernel: kernel.name.clone(), how, log: process.last_words() });
        }
    };
    let client = client.as_mut().expect("it has just been connected");
    if information["language_info"].is_object() {
        notebook.metadata.insert("language_info".to_owned(), information["language_info"].clone());
    }
    notebook.cells.iter_mut().for_each(empty);
    let to_run: Vec<_> = (0..notebook.cells.len()).filter(|place| is_run(&notebook.cells[*place])).collect();
    let mut summary = Summary { kernel: kernel.name.clone(), count: to_run.len(), cells: Vec::new() };
    let mut running = Running { process, client, kernel, outputs: Outputs::default(), timeout: options.timeout };
    for (done, place) in to_run.into_iter().enumerate() {
        progress(Progress::Cell { cell: place + 1, done, count: summary.count });
        let may_fail = has_tag(&notebook.cells[place], "raises-exception");
        let start = Instant::now();
        let stop_on_error = options.errors == OnError::Stop && !may_fail;
        let mut end = running.cell(&mut notebook.cells, place, stop_on_error).await?;
        if let CellEnd::Failed { expected, .. } = &mut end {
            *expected = may_fail;
        }
        let over = end.is_last() || end.is_failure() && options.errors == OnError::Stop;
        let id = notebook.cells[place].id.clone();
        summary.cells.push(CellRun { cell: place + 1, id, seconds: start.elapsed().as_secs_f64(), end });
        if over {
            break;
        }
    }
    Ok(summary)
}

async fn connect(process: &Process, client: &mut Option<Client>) -> Result<Value, ExecuteError> {
    let send = |source| ExecuteError::Send { source };
    let client = client.insert(Client::connect(process.connection()).await.map_err(send)?);
    client.wait_until_ready().await.map_err(send)
}

/// Whether a cell is code to run, as nbclient sees it.
fn is_run(cell: &Cell) -> bool {
    cell.cell_type == CellType::Code && !cell.source.trim().is_empty() && !has_tag(cell, "skip-execution")
}

fn has_tag(cell: &Cell, tag: &str) -> bool {
    cell.metadata.get("tags").and_then(Value::as_array).is_some_and(|tags| tags.iter().any(|other| other == tag))
}

/// Nothing of an earlier run stays, nor when it was.
fn empty(cell: &mut Cell) {
    if cell.cell_type == CellType::Code {
        cell.clear();
        cell.metadata.remove("execution");
    }
}

/// A kernel that is ready.
struct Running<'a> {
    process: &'a Process,
    client: &'a mut Client,
    kernel: &'a InstalledKernel,
    outputs: Outputs,
    timeout: Option<Duration>,
}

impl Running<'_> {
    /// Runs a cell until both its reply and its idle status are there.
    async fn cell(&mut self, cells: &mut [Cell], place: usize, stop_on_error: bool) -> Result<CellEnd, ExecuteError> {
        let content = json!({
            "code": cells[place].source, "silent": false, "store_history": true, "user_expressions": {},
            "allow_stdin": false, "stop_on_error": stop_on_error,
        });
        let request = self.client.request("execute_request", &content).await;
        let request = request.map_err(|source| ExecuteError::Send { source })?;
        self.outputs.begin();
        let process = self.process;
        let mut cell = RunningCell { cells, place, request, reply: None, idle: false };
        let limit = self.timeout;
        let over = async {
            match limit {
                Some(limit) => sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = cell.follow(self.client, &mut self.outputs) => return Ok(cell.end()),
            how = process.ended() => {
                let _ = timeout(AFTER_DEATH, cell.follow(self.client, &mut self.outputs)).await;
                return Ok(CellEnd::KernelDied { how, log: process.last_words() });
            }
            () = over => {}
        }
        match self.kernel.interrupt_mode {
            InterruptMode::Signal => process.interrupt(),
            // If it cannot be sent, the kernel is ended in a moment all the same.
            InterruptMode::Message => drop(self.client.command("interrupt_request", &json!({})).await),
        }
        let _ = timeout(INTERRUPTED, cell.follow(self.client, &mut self.outputs)).await;
        Ok(CellEnd::TimedOut { limit_seconds: limit.unwrap_or_default().as_secs_f64() })
    }
}

/// A cell that runs.
struct RunningCell<'a> {
    cells: &'a mut [Cell],
    place: usize,
    request: String,
    reply: Option<Value>,
    idle: bool,
}

impl RunningCell<'_> {
    /// Can be dropped and called again: what has come is kept.
    async fn follow(&mut self, client: &mut Client, outputs: &mut Outputs) {
        while self.reply.is_none() || !self.idle {
            let received = match self.reply {
                None => client.receive().await,
                Some(_) => match timeout(SILENCE, client.receive()).await {
                    Ok(received) => received,
                    Err(_) => return,
                },
            };
            match received {
                Received::Reply(message) if parent(&message) == self.request => {
                    self.reply = Some(message.parse().unwrap_or_default());
                }
                Received::Published(message) if parent(&message) == self.request => {
                    let content: Value = message.parse().unwrap_or_default();
                    match message.header.msg_type.as_str() {
                        "status" => self.idle |= content["execution_state"] == "idle",
                        kind => outputs.take(self.cells, self.place, kind, &content),
                    }
                }
                _ => {}
            }
        }
    }

    /// How it ended, once it has.
    fn end(self) -> CellEnd {
        let reply = self.reply.unwrap_or_default();
        if let Some(count) = reply["execution_count"].as_u64() {
            self.cells[self.place].execution_count = Some(Some(count));
        }
        let text = |field: &str| reply[field].as_str().unwrap_or_default().to_owned();
        let traceback = reply["traceback"].as_array().into_iter().flatten();
        match reply["status"].as_str() {
            Some("ok") => CellEnd::Well,
            Some("error") => CellEnd::Failed {
                name: text("ename"),
                message: text("evalue"),
                traceback: traceback.filter_map(Value::as_str).map(str::to_owned).collect(),
                expected: false,
            },
            other => CellEnd::Failed {
                name: other.unwrap_or("no status").to_owned(),
                message: "the kernel did not run the cell".to_owned(),
                traceback: Vec::new(),
                expected: false,
            },
        }
    }
}
