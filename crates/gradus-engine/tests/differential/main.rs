//! The same notebooks through both engines: what a cell shows, prints, and whether it ends well must be the same, but for
//! the differences that `sessions.rs` lists. evcxr runs cells in this program itself, so there is a `main` of its own.
//!
//! `cargo test --release --locked -p gradus-engine --features evcxr --test differential [-- PART_OF_A_NAME]`

mod sessions;

use std::fmt::Write;
use std::process::{Command, ExitCode};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use std::{env, thread};

use gradus_engine::{
    Cell, Engine, EvcxrEngine, Event, Library, MimeBundle, Options, Outcome, RustcEngine, standard_library_source,
    take_over_if_asked,
};

use crate::sessions::{SESSIONS, Session, Step};

const SOURCE: &str = "RUST_SRC_PATH";

fn main() -> ExitCode {
    take_over_if_asked();
    let root = Library::default_root();
    if env::var_os(SOURCE).is_none()
        && let Some(path) = standard_library_source(&root).expect("there is a source of the standard library")
    {
        // A process cannot change its own environment safely.
        let again =
            Command::new(env::current_exe().expect("a path")).args(env::args_os().skip(1)).env(SOURCE, path).status();
        return ExitCode::from(u8::from(!again.expect("this program runs").success()));
    }
    let part = env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let chosen: Vec<&Session> = SESSIONS.iter().filter(|session| session.name.contains(&part)).collect();
    let failed = if chosen.is_empty() { 0 } else { run(&chosen, root) };
    println!("\n{} passed, {failed} failed", chosen.len() - failed);
    ExitCode::from(u8::from(failed > 0))
}

/// Runs sessions and tells about each; returns how many were not as expected.
fn run(chosen: &[&Session], library_root: std::path::PathBuf) -> usize {
    Library::build(&library_root, None, &mut |line| eprintln!("{line}")).expect("the library builds");
    let options = Options { library_root, assignment: None };
    EvcxrEngine::prepare(&options).expect("evcxr compiles the library");
    let mut ours = Notebook::new(|events| Box::new(RustcEngine::start(&options, events).expect("the engine starts")));
    let mut theirs = Notebook::new(|events| Box::new(EvcxrEngine::start(&options, events).expect("evcxr starts")));
    let mut failed = 0;
    for session in chosen {
        let start = Instant::now();
        let faults = compare(session, &mut ours, &mut theirs);
        let known = session.cells.iter().filter(|cell| cell.reason.is_some()).count();
        let count = format!("{} cells, {known} known differences", session.cells.len());
        let ending = if faults.is_empty() { "ok" } else { "FAILED" };
        println!("{ending:6} {:32} {count}, {:.1} s", session.name, start.elapsed().as_secs_f64());
        print!("{faults}");
        failed += usize::from(!faults.is_empty());
    }
    failed
}

/// What is not as the session says it is.
fn compare(session: &Session, ours: &mut Notebook, theirs: &mut Notebook) -> String {
    let mut faults = String::new();
    ours.engine.reset().expect("the engine starts again");
    theirs.engine.reset().expect("evcxr starts again");
    for cell in session.cells {
        if cell.reason.is_some() && cell.ours == cell.evcxr {
            writeln!(faults, "       {:?} is listed as a difference, but is none", cell.code).expect("a string");
        }
        for (engine, notebook, expected) in [("ours", &mut *ours, cell.ours), ("evcxr", &mut *theirs, cell.evcxr)] {
            let (seen, why) = notebook.run(cell);
            if seen != expected {
                let list = format!("{seen}, not {expected}\n{why}");
                writeln!(faults, "       {:?} in {engine}: {}", cell.code, list.trim_end()).expect("a string");
            }
        }
    }
    faults
}

/// One engine, and what comes out of it.
struct Notebook {
    engine: Box<dyn Engine>,
    events: Receiver<Event>,
    next: u32,
}

impl Notebook {
    fn new(start: impl FnOnce(SyncSender<Event>) -> Box<dyn Engine>) -> Self {
        let (sender, events) = sync_channel(1024);
        Self { engine: start(sender), events, next: 0 }
    }

    /// What the user sees of a cell, on one line, and an error's text.
    fn run(&mut self, step: &Step) -> (String, String) {
        self.next += 1;
        let code = step.code.to_owned();
        let cell = Cell { id: self.next.into(), execution_count: self.next, code, allow_stdin: false };
        let (mut stdout, mut displays) = (String::new(), String::new());
        let mut collect = |event| match event {
            Event::Stdout { text, .. } => stdout.push_str(&text),
            Event::Display { data, .. } => displays.push_str(&format!("; display {}", shown(&data))),
            _ => {}
        };
        let Self { engine, events, .. } = self;
        let mut interrupter = step.interrupted.then(|| engine.interrupter());
        let outcome = thread::scope(|scope| {
            let running = scope.spawn(|| engine.execute(&cell));
            while !running.is_finished() {
                if let Ok(event) = events.recv_timeout(Duration::from_millis(2)) {
                    collect(event);
                    if let Some(interrupter) = interrupter.take() {
                        interrupter.interrupt();
                    }
                }
            }
            running.join().expect("an engine does not panic")
        });
        events.try_iter().for_each(&mut collect);
        let stdout = if stdout.is_empty() { stdout } else { format!("; prints {stdout:?}") };
        let (ending, why) = ending(&outcome);
        (format!("{ending}{displays}{stdout}"), why)
    }
}

fn ending(outcome: &Outcome) -> (String, String) {
    match outcome {
        Ok(success) => {
            let value = success.value.as_ref().map(|data| format!(": {}", shown(data)));
            (format!("well{}", value.unwrap_or_default()), String::new())
        }
        Err(error) => (format!("{:?} {}", error.kind, error.name), error.traceback.join("\n")),
    }
}

/// A value as text, or in another format if it has none.
fn shown(data: &MimeBundle) -> String {
    let found = data.get_key_value("text/plain").or_else(|| data.first_key_value());
    match found {
        Some((kind, text)) if kind == "text/plain" => text.trim_end().to_owned(),
        Some((kind, text)) => format!("{kind} {text}"),
        None => String::new(),
    }
}
