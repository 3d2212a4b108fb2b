//! The assistant that knows Rust: rust-analyzer in a process of its own, `gradus-assist`, started when it is first asked.
//!
//! It takes seconds to load the libraries, it may not be installed, and it may fail. So every wait has an end, and
//! behind it stand the names that the session and the cell have.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use gradus_engine::MimeBundle;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assistant::{Assistant, Candidate, Completions, Place};
use crate::log;
use crate::names;

/// How long to wait for the libraries to be loaded where names can be offered meanwhile.
const LOADING_WITH_NAMES: Duration = Duration::from_millis(300);
/// The same where there is nothing else to offer; frontends wait no longer themselves.
const LOADING: Duration = Duration::from_secs(15);
/// How long one answer may take.
const ANSWERING: Duration = Duration::from_secs(5);
/// A process that has not loaded the libraries by then never will.
const STARTING: Duration = Duration::from_secs(120);
/// A process that keeps failing is not started again.
const STARTS: usize = 3;

/// Asks a process, and falls back to the names that the session and the cell have.
pub struct AssistProcess {
    command: Command,
    starts: usize,
    running: Option<Running>,
    questions: u64,
}

struct Running {
    child: Child,
    started: Instant,
    ready: bool,
    questions: Sender<String>,
    answers: Receiver<Value>,
}

/// Why there is no answer.
enum Silence {
    /// It may still come to answer others.
    Loading,
    /// It is of no use any more.
    Broken,
}

#[derive(Deserialize)]
struct Found {
    start: usize,
    end: usize,
    candidates: Vec<FoundCandidate>,
}

#[derive(Deserialize)]
struct FoundCandidate {
    text: String,
    kind: String,
    signature: String,
}

impl AssistProcess {
    /// An assistant that will start `program` with `arguments` and `environment`.
    pub fn new(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut command = Command::new(program.into());
        command.args(arguments).envs(environment).stdin(Stdio::piped()).stdout(Stdio::piped());
        Self { command, starts: 0, running: None, questions: 0 }
    }

    /// The process's answer, if it comes in time.
    fn ask(&mut self, mut question: Value, loading: Duration) -> Option<Value> {
        if self.running.is_none() && self.starts < STARTS {
            self.starts += 1;
            self.running = self.start();
        }
        self.questions += 1;
        question["id"] = self.questions.into();
        match self.running.as_mut()?.ask(self.questions, &question, loading) {
            Ok(answer) => Some(answer),
            Err(Silence::Loading) => None,
            Err(Silence::Broken) => {
                log("the process for completion failed");
                self.running = None;
                None
            }
        }
    }

    fn start(&mut self) -> Option<Running> {
        match self.command.spawn() {
            Ok(child) => Running::of(child),
            Err(error) => {
                let program = self.command.get_program().display();
                log(&format!("completion knows only the session's names: {program}: {error}"));
                self.starts = STARTS;
                None
            }
        }
    }
}

impl Running {
    fn of(mut child: Child) -> Option<Self> {
        let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
        let (questions, waiting) = channel::<String>();
        // A process that does not read must not hold up whoever asks.
        thread::spawn(move || {
            for question in waiting {
                if input.write_all(question.as_bytes()).and_then(|()| input.flush()).is_err() {
                    break;
                }
            }
        });
        let (sender, answers) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for answer in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        Some(Self { child, started: Instant::now(), ready: false, questions, answers })
    }

    fn ask(&mut self, number: u64, question: &Value, loading: Duration) -> Result<Value, Silence> {
        if !self.ready {
            self.wait_until_ready(loading)?;
        }
        self.questions.send(format!("{question}\n")).map_err(|_| Silence::Broken)?;
        let until = Instant::now() + ANSWERING;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let answer = self.answers.recv_timeout(left).map_err(|_| Silence::Broken)?;
            if answer["id"] == number {
                return Ok(answer);
            }
        }
    }

    fn wait_until_ready(&mut self, patience: Duration) -> Result<(), Silence> {
        match self.answers.recv_timeout(patience) {
            Ok(answer) if answer["ready"] == true => {
                self.ready = true;
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) if self.started.elapsed() < STARTING => Err(Silence::Loading),
            _ => Err(Silence::Broken),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Assistant for AssistProcess {
    fn complete(&mut self, place: &Place<'_>) -> Completions {
        if let Some(commands) = names::commands(place) {
            return commands;
        }
        let known = names::complete(place);
        let loading = if known.candidates.is_empty() { LOADING } else { LOADING_WITH_NAMES };
        let answer = self.ask(question("complete", place), loading);
        answer.and_then(|answer| completions(answer, place.code)).unwrap_or(known)
    }

    fn inspect(&mut self, place: &Place<'_>, detail: bool) -> Option<MimeBundle> {
        let known = names::inspect(place);
        let loading = if known.is_some() { LOADING_WITH_NAMES } else { LOADING };
        let mut question = question("inspect", place);
        question["detail"] = detail.into();
        let answer = self.ask(question, loading);
        let markdown = answer.and_then(|answer| answer["markdown"].as_str().map(str::to_owned)).or(known)?;
        Some([("text/plain".to_owned(), plain(&markdown)), ("text/markdown".to_owned(), markdown)].into())
    }
}

fn question(ask: &str, place: &Place<'_>) -> Value {
    json!({ "ask": ask, "session": place.session_source, "code": place.code, "cursor": place.cursor })
}

/// The candidates in an answer, if there are any and they fit the code.
fn completions(answer: Value, code: &str) -> Option<Completions> {
    let found: Found = serde_json::from_value(answer).ok()?;
    code.get(found.start..found.end).filter(|_| !found.candidates.is_empty())?;
    let candidates = found.candidates.into_iter();
    Some(Completions {
        replaced: found.start..found.end,
        candidates: candidates
            .map(|found| Candidate { text: found.text, kind: found.kind, signature: found.signature })
            .collect(),
    })
}

/// Markdown without the fences and rules that only show when it is rendered.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.starts_with("```"));
    let text = lines.map(|line| if line == "---" { "" } else { line }).collect::<Vec<_>>().join("\n");
    text.trim().to_owned()
}
