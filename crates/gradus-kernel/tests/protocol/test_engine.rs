//! An engine with a language of its own: one command a line, each of which does one thing that a cell can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, channel};
use std::thread;
use std::time::Duration;

use gradus_engine::{
    Cell, CellError, CellErrorKind, Completeness, Engine, Event, Interrupt, Outcome, Success, Variable,
};

const TICK: Duration = Duration::from_millis(2);

/// The engine.
pub struct TestEngine {
    events: SyncSender<Event>,
    stop: Arc<Stop>,
    source: String,
}

#[derive(Default)]
struct Stop {
    running: AtomicBool,
    asked: AtomicBool,
}

impl Interrupt for Stop {
    fn interrupt(&self) {
        if self.running.load(Ordering::SeqCst) {
            self.asked.store(true, Ordering::SeqCst);
        }
    }
}

impl TestEngine {
    /// An engine that reports to `events`.
    pub fn new(events: SyncSender<Event>) -> Self {
        Self { events, stop: Arc::default(), source: String::new() }
    }

    fn command(&mut self, cell: &Cell, line: &str) -> Result<Option<String>, CellError> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let text = rest.replace("\\n", "\n").replace("\\r", "\r");
        let cell_id = cell.id;
        let display = |update| {
            let (id, html) = rest.split_once(' ').unwrap_or(("", rest));
            let display_id = (!id.is_empty() && id != "-").then(|| id.to_owned());
            Event::Display { cell: cell_id, data: [("text/html".into(), html.into())].into(), display_id, update }
        };
        match command {
            "" => {}
            "print" => self.emit(Event::Stdout { cell: cell_id, text }),
            "eprint" => self.emit(Event::Stderr { cell: cell_id, text }),
            "show" => self.emit(display(false)),
            "update" => self.emit(display(true)),
            "clear" => self.emit(Event::ClearOutput { cell: cell_id, wait: rest == "wait" }),
            "flood" => {
                let line = format!("{}\n", "x".repeat(63)).repeat(1 << 10);
                for _ in 0..rest.parse::<usize>().expect("how many times 64 KiB") {
                    self.emit(Event::Stdout { cell: cell_id, text: line.clone() });
                }
            }
            "late" => {
                let events = self.events.clone();
                thread::spawn(move || {
                    thread::sleep(100 * TICK);
                    let _ = events.send(Event::Stdout { cell: cell_id, text });
                });
            }
            "ask" => return self.ask(cell, rest).map(|()| None),
            "loop" => {
                while !self.stop.asked.load(Ordering::SeqCst) {
                    thread::sleep(TICK);
                }
                return Err(CellError {
                    kind: CellErrorKind::Interrupted,
                    ..error("interrupted", "stopped by the user")
                });
            }
            "pause" => thread::sleep(20 * TICK),
            "value" => return Ok(Some(rest.to_owned())),
            "fail" => return Err(error("E0000", rest)),
            "exit" => std::process::exit(rest.parse().expect("an exit code")),
            "break" => panic!("the engine itself breaks"),
            unknown => return Err(error("unknown", unknown)),
        }
        Ok(None)
    }

    fn ask(&self, cell: &Cell, prompt: &str) -> Result<(), CellError> {
        if !cell.allow_stdin {
            return Err(error("stdin", "nobody can answer"));
        }
        let (reply, answer) = channel();
        self.emit(Event::Input { cell: cell.id, prompt: prompt.to_owned(), password: false, reply });
        match answer.recv().ok().flatten() {
            Some(line) => self.emit(Event::Stdout { cell: cell.id, text: format!("got {line}\n") }),
            None => return Err(CellError { kind: CellErrorKind::Interrupted, ..error("stdin", "no answer") }),
        }
        Ok(())
    }

    fn emit(&self, event: Event) {
        self.events.send(event).expect("somebody listens");
    }
}

impl Engine for TestEngine {
    fn execute(&mut self, cell: &Cell) -> Outcome {
        self.stop.running.store(true, Ordering::SeqCst);
        let mut value = None;
        let lines: Vec<_> = cell.code.lines().collect();
        let outcome = lines.into_iter().try_for_each(|line| {
            value = self.command(cell, line)?;
            Ok(())
        });
        self.stop.running.store(false, Ordering::SeqCst);
        self.stop.asked.store(false, Ordering::SeqCst);
        self.source.push_str(&format!("{}\n", cell.code));
        outcome.map(|()| Success { value: value.map(|text| [("text/plain".to_owned(), text)].into()) })
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.stop.clone()
    }

    fn variables(&self) -> Vec<Variable> {
        Vec::new()
    }

    fn session_source(&self) -> String {
        self.source.clone()
    }

    fn completeness(&self, code: &str) -> Completeness {
        match code {
            "value" => Completeness::Incomplete { indent: "  ".to_owned() },
            ")" => Completeness::Invalid,
            _ => Completeness::Complete,
        }
    }

    fn reset(&mut self) -> Result<(), CellError> {
        self.source.clear();
        Ok(())
    }
}

/// An error that the user reads.
pub fn error(name: &str, message: &str) -> CellError {
    CellError {
        kind: CellErrorKind::Compile,
        name: name.to_owned(),
        message: message.to_owned(),
        traceback: vec![format!("{name}: {message}")],
    }
}
