//! Runs rustc in the sandbox: on the submission's crate, and on the one-line `main` that makes a worker of it.
//!
//! No cargo and nothing that the student controls besides the source: fixed flags, an empty environment, and only the
//! toolchain, the students' library and the source to be seen.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use gradus_question::{Function, Verdict};
use gradus_sandbox::{Finished, Job, Limits, Outcome, Profile, Sandbox};
use gradus_toolchain::{StudentLibrary, Toolchain};

use crate::diagnostics::{self, Diagnostic};
use crate::policy::SourceScan;
use crate::scratch::Scratch;

/// A compiler for one assignment's submissions.
pub struct Rustc<'a> {
    /// Where it runs.
    pub sandbox: &'a Sandbox,
    /// What it is.
    pub toolchain: &'a Toolchain,
    /// What it links.
    pub library: &'a StudentLibrary,
    /// The module of `gradus_worker::assignments` with the interface.
    pub interface: &'a str,
    /// The interface's functions.
    pub functions: &'static [Function],
    /// Whether unsafe code is refused.
    pub scan: SourceScan,
    /// Whether the submission's crate is optimised.
    pub optimised: bool,
}

/// The compiler's refusal.
pub struct Refused {
    /// A compile error, or the limit that it ran into.
    pub verdict: Verdict,
    /// What it says.
    pub diagnostics: Vec<Diagnostic>,
    /// What it says of the submission's crate when another one is compiled: generic code is, where it is put to use.
    pub of_submission: Vec<Diagnostic>,
}

/// The compiler could not be run: our own fault.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {reason}")]
pub struct Failed {
    /// What was tried.
    pub what: String,
    /// Why it failed.
    pub reason: String,
}

pub(crate) const STUDENT: &str = "student.rs";
const MAIN: &str = "main.rs";
/// What the worker's `main` names, and a submission may not.
const WORKER: &str = "gradus_worker";
/// The line of the worker's `main` with the first function.
const FIRST_FUNCTION_LINE: usize = 2;

impl Refused {
    /// When what the compiler refused is our own text.
    pub fn into_fault(self, what: &str) -> Failed {
        let reason =
            self.diagnostics.first().map_or_else(|| self.verdict.sentence().to_owned(), |first| first.text.clone());
        Failed { what: what.to_owned(), reason }
    }
}

impl Rustc<'_> {
    /// A folder to compile in: `source` to read, `out` to write.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn directory(&self) -> Result<Scratch, Failed> {
        let make = || -> io::Result<Scratch> {
            let directory = Scratch::for_everybody()?;
            for name in ["source", "out"] {
                fs::create_dir(directory.path().join(name))?;
            }
            fs::set_permissions(directory.path().join("out"), fs::Permissions::from_mode(0o777))?;
            Ok(directory)
        };
        make().map_err(|error| Failed { what: "making a folder to compile in".to_owned(), reason: error.to_string() })
    }

    /// Compiles the submission's crate.
    ///
    /// # Errors
    /// When the compiler could not be run.
    pub fn library(&self, directory: &Scratch, source: &str) -> Result<Result<(), Refused>, Failed> {
        let arguments = ["--crate-name", "student", "--crate-type", "rlib", "-C", "codegen-units=1"];
        let level: &[&str] = match self.optimised {
            // From level 2 on, rustc would compile again what `gradus-instances` has of generic code.
            true => &["-C", "opt-level=1"],
            // Arithmetic is the same on either level.
            false => &["-C", "opt-level=0", "-C", "debug-assertions=off", "-C", "overflow-checks=off"],
        };
        let lint: &[&str] = match self.scan {
            SourceScan::On => &["-D", "unsafe_code"],
            SourceScan::Off => &[],
        };
        let named = self.library.externs.keys().filter(|name| *name != WORKER);
        let externs = named.flat_map(|name| self.extern_flag(name));
        let flags = arguments.iter().chain(level).chain(lint).map(|flag| (*flag).to_owned());
        self.run(directory, STUDENT, source, &flags.chain(externs).collect::<Vec<_>>())
    }

    /// Links the program that answers calls to `ready`, all of them functions of the compiled crate.
    ///
    /// # Errors
    /// When the compiler could not be run.
    pub fn worker(&self, directory: &Scratch, ready: &[&Function]) -> Result<Result<(), Refused>, Failed> {
        let student = format!("student={}", out(directory).join("libstudent.rlib").display());
        // A static program starts faster and needs to see no other file.
        let arguments = [
            "--crate-name",
            "worker",
            "--crate-type",
            "bin",
            "-C",
            "target-feature=+crt-static",
            "-C",
            "strip=debuginfo",
        ];
        let mut arguments = arguments.map(str::to_owned).to_vec();
        arguments.extend(["--extern".to_owned(), student]);
        arguments.extend(self.extern_flag(WORKER));
        self.run(directory, MAIN, &self.main_text(ready), &arguments)
    }

    /// The program that [`Rustc::worker`] makes.
    pub fn program(&self, directory: &Scratch) -> PathBuf {
        out(directory).join("worker")
    }

    /// The function that a line of the worker's `main` is about.
    pub fn function_at(&self, line: usize) -> Option<&'static Function> {
        line.checked_sub(FIRST_FUNCTION_LINE).and_then(|index| self.functions.get(index))
    }

    /// The worker's `main`: functions from line [`FIRST_FUNCTION_LINE`], one a line.
    fn main_text(&self, ready: &[&Function]) -> String {
        let module = format!("gradus_worker::assignments::{}", self.interface);
        let mut text = format!("static FUNCTIONS: {module}::Functions = {module}::Functions {{\n");
        let names = self.functions.iter().map(|function| function.name).collect::<Vec<_>>().join(", ");
        for function in self.functions {
            let (name, arguments) = (function.name, function.arguments.join(", "));
            if ready.contains(&function) && function.is_composed() {
                // Several of the student's functions put together, as the assignment says; each is there, if as a stub.
                text.push_str(&format!(
                    "    {name}: Some({{ use ::student::{{{names}}}; {module}::answer!({name}) }}),\n"
                ));
            } else if ready.contains(&function) {
                // A closure lets references coerce, so that a more general signature passes too.
                text.push_str(&format!("    {name}: Some(|{arguments}| ::student::{name}({arguments})),\n"));
            } else {
                text.push_str(&format!("    {name}: None,\n"));
            }
        }
        text.push_str("};\nfn main() -> std::io::Result<()> {\n    gradus_worker::serve(&FUNCTIONS)\n}\n");
        text
    }

    fn run(
        &self,
        directory: &Scratch,
        file: &str,
        source: &str,
        arguments: &[String],
    ) -> Result<Result<(), Refused>, Failed> {
        let failed = |reason: String| Failed { what: "running rustc".to_owned(), reason };
        let path = directory.path().join("source").join(file);
        fs::write(&path, source).map_err(|error| failed(error.to_string()))?;
        let finished =
            self.sandbox.run(&self.job(directory, file, arguments)).map_err(|error| failed(error.to_string()))?;
        let verdict = match &finished.outcome {
            Outcome::Exited { code: 0 } => return Ok(Ok(())),
            Outcome::CpuLimit | Outcome::WallLimit => Verdict::CompileTimeLimit,
            Outcome::MemoryLimit => Verdict::CompileMemoryLimit,
            Outcome::Refused { what } | Outcome::Fault { what } => return Err(failed(what.clone())),
            _ => Verdict::CompileError,
        };
        self.refused(verdict, &finished, file).map(Err)
    }

    fn refused(&self, verdict: Verdict, finished: &Finished, file: &str) -> Result<Refused, Failed> {
        let diagnostics = diagnostics::parse(&finished.stderr.bytes, file);
        if verdict == Verdict::CompileError
            && diagnostics.is_empty()
            && matches!(finished.outcome, Outcome::Exited { .. })
        {
            // rustc ended without an error of its own: it, or the linker, is not in order on this machine.
            let talk = String::from_utf8_lossy(&finished.stderr.bytes);
            let reason = talk.lines().last().unwrap_or("it said nothing").chars().take(500).collect();
            return Err(Failed { what: "running rustc".to_owned(), reason });
        }
        let mut of_submission = diagnostics::parse(&finished.stderr.bytes, STUDENT);
        of_submission.retain(|diagnostic| !diagnostic.lines.is_empty());
        Ok(Refused { verdict, diagnostics, of_submission })
    }

    fn job(&self, directory: &Scratch, file: &str, arguments: &[String]) -> Job {
        let sysroot = self.toolchain.sysroot().to_owned();
        let out = out(directory);
        let mut all: Vec<String> = ["--edition", "2024", "--error-format", "json", "-C", "debuginfo=0", "--out-dir"]
            .map(str::to_owned)
            .to_vec();
        all.push(out.display().to_string());
        all.push("-L".to_owned());
        all.push(format!("dependency={}", self.library.directory.display()));
        all.extend_from_slice(arguments);
        all.push(file.to_owned());
        Job::new(self.toolchain.rustc(), Profile::Compiler)
            .arguments(all)
            // Without /proc rustc does not find its own libraries.
            .environment("LD_LIBRARY_PATH", sysroot.join("lib").display().to_string())
            .environment("PATH", "/usr/bin:/bin")
            .environment("TMPDIR", out.display().to_string())
            .read_only(directory.path().join("source"))
            .read_only(&self.library.directory)
            .executable(sysroot)
            .executables(gradus_sandbox::linker_paths())
            .writable(&out)
            .working_directory(directory.path().join("source"))
            .limits(Limits {
                cpu: Duration::from_secs(15),
                // A busy machine is not the student's doing, and rustc does not sleep.
                wall: Duration::from_secs(60),
                memory_bytes: 2 << 30,
                address_space_bytes: 3 << 30,
                processes: 64,
                output_bytes: 16 << 20,
                kept_output_bytes: 256 << 10,
                file_bytes: 64 << 20,
                open_files: 256,
                ..Limits::default()
            })
    }

    fn extern_flag(&self, name: &str) -> Vec<String> {
        let path = self.library.externs.get(name).expect("the library's list has every extern");
        vec!["--extern".to_owned(), format!("{name}={}", path.display())]
    }
}

fn out(directory: &Scratch) -> PathBuf {
    directory.path().join("out")
}
