//! The assistant that knows Rust: rust-analyzer in a process of its own, `gradus-assist`, started when it is first asked.
//!
//! It takes seconds to load the libraries, and it may not be installed. Meanwhile and without it, the names that the
//! session and the cell have are offered. So an answer never waits long where there is something to answer with.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use gradus_engine::MimeBundle;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::assistant::{Assistant, Candidate, Completions, Place};
use crate::{log, names};

/// How long to wait for the process where names can be offered instead.
const SHORT: Duration = Duration::from_millis(500);
/// How long to wait where there is nothing else to offer: it may have to load the libraries.
const LONG: Duration = Duration::from_secs(20);
/// A process that keeps dying is not started again.
const STARTS: usize = 3;

/// Asks a process.
pub struct AssistProcess {
    program: OsString,
    arguments: Vec<OsString>,
    starts: usize,
    running: Option<Running>,
    questions: u64,
}

struct Running {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<Value>,
    ready: bool,
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
    /// An assistant that will start `program` with `arguments`.
    pub fn new(program: impl Into<OsString>, arguments: impl IntoIterator<Item = OsString>) -> Self {
        let arguments = arguments.into_iter().collect();
        Self { program: program.into(), arguments, starts: 0, running: None, questions: 0 }
    }

    /// The process's answer, if it comes in time.
    fn ask(&mut self, ask: &str, place: &Place<'_>, patience: Duration) -> Option<Value> {
        let until = Instant::now() + patience;
        self.start();
        self.questions += 1;
        let number = self.questions;
        let running = self.running.as_mut()?;
        let question = json!({
            "id": number, "ask": ask, "session": place.session_source, "code": place.code, "cursor": place.cursor,
        });
        // A question can be asked before the libraries are loaded; it is then answered as soon as they are. But a late
        // answer is of no use, so nothing is asked as long as nobody would wait for it.
        if !running.ready && !wait_until_ready(running, until) {
            self.reap();
            return None;
        }
        let running = self.running.as_mut()?;
        if writeln!(running.questions, "{question}").and_then(|()| running.questions.flush()).is_err() {
            self.reap();
            return None;
        }
        loop {
            match running.answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(answer) if answer["id"] == number => return answer["error"].is_null().then_some(answer),
                Ok(_late) => {}
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => {
                    self.reap();
                    return None;
                }
            }
        }
    }

    fn start(&mut self) {
        if self.running.is_some() || self.starts >= STARTS {
            return;
        }
        self.starts += 1;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                log(&format!("completion knows only the session's names: {}: {error}", self.program.display()));
                self.starts = STARTS;
                return;
            }
        };
        self.running = Running::of(child);
    }

    /// Forgets the process if it has ended.
    fn reap(&mut self) {
        let ended = self.running.as_mut().is_some_and(|running| !matches!(running.child.try_wait(), Ok(None)));
        if ended {
            self.running = None;
        }
    }
}

impl Running {
    fn of(mut child: Child) -> Option<Self> {
        let (questions, output) = (child.stdin.take()?, child.stdout.take()?);
        let (sender, answers) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for answer in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        Some(Self { child, questions, answers, ready: false })
    }
}

fn wait_until_ready(running: &mut Running, until: Instant) -> bool {
    let first = running.answers.recv_timeout(until.saturating_duration_since(Instant::now()));
    running.ready = first.is_ok_and(|answer| answer["ready"] == true);
    running.ready
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
        let patience = if known.candidates.is_empty() { LONG } else { SHORT };
        let found =
            self.ask("complete", place, patience).and_then(|answer| serde_json::from_value::<Found>(answer).ok());
        match found {
            Some(found) if !found.candidates.is_empty() => Completions {
                replaced: found.start..found.end,
                candidates: found
                    .candidates
                    .into_iter()
                    .map(|found| Candidate { text: found.text, kind: found.kind, signature: found.signature })
                    .collect(),
            },
            _ => known,
        }
    }

    fn inspect(&mut self, place: &Place<'_>, _detail: bool) -> Option<MimeBundle> {
        let known = names::inspect(place);
        let patience = if known.is_some() { SHORT } else { LONG };
        let answer = self.ask("inspect", place, patience);
        let markdown = answer.and_then(|answer| answer["markdown"].as_str().map(str::to_owned)).or(known)?;
        Some(MimeBundle::from([("text/plain".to_owned(), plain(&markdown)), ("text/markdown".to_owned(), markdown)]))
    }
}

/// Markdown without the fences of code.
fn plain(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.starts_with("```"));
    let text = lines.map(|line| if line == "---" { "" } else { line }).collect::<Vec<_>>().join("\n");
    text.trim().to_owned()
}
