//! The kernel, and what the tests share.

use std::env;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use gradus_execute::{ExecuteError, InstalledKernel, InterruptMode, OnError, Options, Progress, Summary, execute_in};
use gradus_kernel::{Connection, Identity, Kernel, NoAssistant};
use gradus_notebook::{Cell, Notebook};
use tempfile::TempDir;

use crate::test_engine::TestEngine;

/// Not a test: the program that the tests start as their kernel.
#[test]
#[ignore = "the other tests start it as their kernel"]
fn serve() {
    let Some(file) = env::args().next_back().filter(|argument| argument.ends_with(".json")) else { return };
    let kernel = Kernel {
        identity: Identity {
            version: "1".to_owned(),
            language_version: "1.95.0".to_owned(),
            banner: "a kernel under test".to_owned(),
        },
        history: None,
        assistant: Box::new(NoAssistant),
        engine: Box::new(|events| Ok(Box::new(TestEngine::new(events)))),
    };
    kernel.run(&Connection::read(Path::new(&file)).expect("a connection file")).expect("a kernel that listens");
}

/// The kernel, started by a command in front of it.
pub fn kernel_after(command: &[&str]) -> InstalledKernel {
    let program = env::current_exe().expect("this program").display().to_string();
    let serve = [&program, "--exact", "--ignored", "--nocapture", "kernel::serve", "{connection_file}"];
    InstalledKernel {
        name: "test".to_owned(),
        folder: "/nowhere".into(),
        command: command.iter().chain(&serve).map(|&argument| argument.to_owned()).collect(),
        environment: [("SEEN_BY_KERNEL".to_owned(), "yes".to_owned())].into(),
        interrupt_mode: InterruptMode::Message,
    }
}

/// A notebook's run in a folder of its own, where its kernel works.
pub struct Run {
    pub folder: TempDir,
    pub notebook: Notebook,
    pub options: Options,
    pub kernel: InstalledKernel,
    pub progress: Vec<Progress>,
}

impl Run {
    /// Of code cells in the test engine's language.
    pub fn of(sources: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cells = sources.iter().enumerate().map(|(number, source)| Cell::code(format!("cell-{number}"), *source));
        let options = Options {
            kernel: None,
            folder: folder.path().to_owned(),
            session_name: None,
            timeout: None,
            errors: OnError::Stop,
        };
        let notebook = Notebook::new(cells.collect());
        Self { folder, notebook, options, kernel: kernel_after(&[]), progress: Vec::new() }
    }

    /// Runs it. No process that has worked in its folder may be left.
    pub fn try_run(&mut self) -> Result<Summary, ExecuteError> {
        let progress = &mut self.progress;
        let result = execute_in(&self.kernel, &mut self.notebook, &self.options, &mut |step| progress.push(step));
        // A killed process may be seen for a moment more, longer on a busy machine.
        let end = Instant::now() + Duration::from_secs(5);
        while !processes_in(self.folder.path()).is_empty() && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(processes_in(self.folder.path()), Vec::<String>::new(), "processes were left");
        result
    }

    /// Runs what can be run.
    pub fn run(&mut self) -> Summary {
        self.try_run().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The outputs of a cell, one a line.
    pub fn outputs(&self, cell: usize) -> Vec<String> {
        let outputs = self.notebook.cells[cell].outputs.as_ref().expect("a code cell has outputs");
        let shown = outputs.iter().map(|output| {
            let text = |field: &str| output[field].as_str().unwrap_or_default();
            match text("output_type") {
                "stream" => format!("{} {:?}", text("name"), text("text")),
                "error" => format!("error {}: {}", text("ename"), text("evalue")),
                kind => format!("{kind} {}", output["data"]),
            }
        });
        shown.collect()
    }
}

/// The processes that work in a folder.
pub fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.canonicalize().expect("the folder is there");
    let processes = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let here = processes.filter(|process| fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == folder));
    here.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default().replace('\0', " ")).collect()
}
