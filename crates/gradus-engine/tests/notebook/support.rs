//! A notebook to run cells in: one engine, and everything that came out of it.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use gradus_engine::{Cell, CellError, Engine, Event, Library, MimeBundle, Options, Outcome, RustcEngine};

pub struct Notebook {
    pub engine: RustcEngine,
    events: Receiver<Event>,
    answer: Box<Answer>,
    seen: Vec<Seen>,
    next: u64,
}

/// What the user answers to a question.
type Answer = dyn Fn(&str) -> Option<String>;

/// An event, with texts of one kind put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Stdout(u64, String),
    Stderr(u64, String),
    Display(u64, MimeBundle, Option<String>, bool),
    Clear(u64, bool),
}

impl Notebook {
    pub fn new() -> Self {
        Self::with_answers(|_| None)
    }

    /// A notebook whose user answers questions.
    pub fn with_answers(answer: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self::with(library_root(), answer)
    }

    /// A notebook with the library in a certain folder.
    pub fn with_library(library_root: PathBuf) -> Self {
        Self::with(library_root, |_| None)
    }

    fn with(library_root: PathBuf, answer: impl Fn(&str) -> Option<String> + 'static) -> Self {
        let (sender, events) = mpsc::sync_channel(64);
        let options = Options { library_root, assignment: None };
        let engine = RustcEngine::start(&options, sender).expect("the engine starts");
        Self { engine, events, answer: Box::new(answer), seen: Vec::new(), next: 0 }
    }

    pub fn run(&mut self, code: &str) -> Outcome {
        self.run_while(code, true, || ())
    }

    /// Runs a cell; `meanwhile` is called once it has printed something.
    pub fn run_while(&mut self, code: &str, allow_stdin: bool, meanwhile: impl FnOnce()) -> Outcome {
        self.next += 1;
        self.seen.clear();
        let execution_count = u32::try_from(self.next).unwrap();
        let cell = Cell { id: self.next, execution_count, code: code.to_owned(), allow_stdin };
        let mut meanwhile = Some(meanwhile);
        let Self { engine, events, answer, seen, .. } = self;
        let outcome = thread::scope(|scope| {
            let running = scope.spawn(|| engine.execute(&cell));
            while !running.is_finished() {
                if let Ok(event) = events.recv_timeout(Duration::from_millis(2)) {
                    collect(event, seen, answer);
                    if let Some(meanwhile) = meanwhile.take() {
                        meanwhile();
                    }
                }
            }
            running.join().unwrap()
        });
        // Everything of the cell was sent before its outcome.
        self.drain();
        outcome
    }

    fn drain(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            collect(event, &mut self.seen, &self.answer);
        }
    }

    /// Waits for output that comes after a cell.
    pub fn wait_for_stdout(&mut self, text: &str) -> bool {
        let limit = Instant::now() + Duration::from_secs(20);
        while !self.stdout().contains(text) && Instant::now() < limit {
            if let Ok(event) = self.events.recv_timeout(Duration::from_millis(50)) {
                collect(event, &mut self.seen, &self.answer);
            }
        }
        self.stdout().contains(text)
    }

    /// Runs a cell that has to succeed, and returns its value as text.
    #[track_caller]
    pub fn value(&mut self, code: &str) -> String {
        match self.run(code) {
            Ok(success) => success.value.and_then(|value| value.get("text/plain").cloned()).unwrap_or_default(),
            Err(error) => panic!("{error}\n{}", error.traceback.join("\n")),
        }
    }

    /// Runs a cell that has to succeed.
    #[track_caller]
    pub fn ok(&mut self, code: &str) {
        self.value(code);
    }

    /// Runs a cell that has to fail.
    #[track_caller]
    pub fn error(&mut self, code: &str) -> CellError {
        match self.run(code) {
            Ok(success) => panic!("it succeeded: {success:?}"),
            Err(error) => error,
        }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.clone()
    }

    pub fn stdout(&self) -> String {
        self.seen()
            .into_iter()
            .filter_map(|seen| if let Seen::Stdout(_, text) = seen { Some(text) } else { None })
            .collect()
    }

    pub fn stderr(&self) -> String {
        self.seen()
            .into_iter()
            .filter_map(|seen| if let Seen::Stderr(_, text) = seen { Some(text) } else { None })
            .collect()
    }

    pub fn variables(&self) -> Vec<String> {
        let list = self.engine.variables();
        list.iter().map(|variable| format!("{}: {}", variable.name, variable.type_name)).collect()
    }
}

/// A traceback without its colours.
pub fn plain(error: &CellError) -> String {
    let mut plain = String::new();
    let mut in_escape = false;
    for c in error.traceback.join("\n").chars() {
        match c {
            '\u{1b}' => in_escape = true,
            'm' if in_escape => in_escape = false,
            _ if in_escape => {}
            c => plain.push(c),
        }
    }
    plain
}

pub fn library_root() -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let root = Library::default_root();
    BUILT.get_or_init(|| {
        Library::build(&root, None, &mut |line| eprintln!("{line}")).expect("the library builds");
    });
    root
}

fn collect(event: Event, seen: &mut Vec<Seen>, answer: &dyn Fn(&str) -> Option<String>) {
    match event {
        Event::Stdout { cell, text } => match seen.last_mut() {
            Some(Seen::Stdout(last, before)) if *last == cell => before.push_str(&text),
            _ => seen.push(Seen::Stdout(cell, text)),
        },
        Event::Stderr { cell, text } => match seen.last_mut() {
            Some(Seen::Stderr(last, before)) if *last == cell => before.push_str(&text),
            _ => seen.push(Seen::Stderr(cell, text)),
        },
        Event::Display { cell, data, display_id, update } => seen.push(Seen::Display(cell, data, display_id, update)),
        Event::ClearOutput { cell, wait } => seen.push(Seen::Clear(cell, wait)),
        Event::Input { prompt, reply, .. } => {
            // Nobody waits for it when the cell is gone.
            let _ = reply.send(answer(&prompt));
        }
    }
}
