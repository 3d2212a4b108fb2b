//! What to run: one command, what it may see, and its limits.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Limits, SandboxError};

/// One command to run. Nothing is inherited: no environment, no descriptors, no working directory.
///
/// Paths are absolute and keep their names inside the sandbox. Symbolic links in a given path are followed, so
/// that `/lib` works where it is a link to `/usr/lib`; what is found *inside* a given directory is reached only
/// if it does not lead out of the given paths.
///
/// ```
/// use gradus_sandbox::{Job, Profile};
/// let job = Job::new("/usr/bin/cc", Profile::Compiler)
///     .argument("--version")
///     .executable("/usr")
///     .environment("PATH", "/usr/bin");
/// assert!(job.writable.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The program. It is also given as executable, so it need not be listed again.
    pub program: PathBuf,
    /// The arguments after the program's name.
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: Vec<(String, String)>,
    /// Files and directories that may be read.
    pub read_only: Vec<PathBuf>,
    /// Files and directories that may be read and executed.
    pub executable: Vec<PathBuf>,
    /// Directories that may be read and written, but not executed from. While the job runs they belong to the
    /// user the job runs as (if that is another), and afterwards to their owner again. Two jobs must not share
    /// one at the same time. The files in it were made by the job: open them without following links.
    pub writable: Vec<PathBuf>,
    /// Where the job starts; `/` if not given. Must lie below one of the paths above.
    pub working_directory: Option<PathBuf>,
    /// How much it may use.
    pub limits: Limits,
    /// Which system calls it needs.
    pub profile: Profile,
}

/// What kind of program the job is; decides about system calls and descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// Starts processes of its own: a compiler and its linker. All system calls but a list of dangerous ones.
    /// Has a fresh `/proc` of its own processes where there are namespaces.
    Compiler,
    /// One process with threads that answers requests: reads standard input, writes standard output. Only a short list
    /// of system calls; no new process, no other program, no socket. It can start threads, bounded by
    /// [`Limits::processes`] and by its address space. It can create and write files in
    /// [`Job::writable`], but not rename or remove them. Scripts (`#!`) cannot be workers.
    Worker,
}

impl Job {
    /// A job that may see nothing but its program, with the default limits.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, profile: Profile) -> Job {
        Job {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            read_only: Vec::new(),
            executable: Vec::new(),
            writable: Vec::new(),
            working_directory: None,
            limits: Limits::default(),
            profile,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Job {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Job {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Job {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Lets the job read a file or a directory.
    #[must_use]
    pub fn read_only(mut self, path: impl Into<PathBuf>) -> Job {
        self.read_only.push(path.into());
        self
    }

    /// Lets the job read and execute a file or what is in a directory.
    #[must_use]
    pub fn executable(mut self, path: impl Into<PathBuf>) -> Job {
        self.executable.push(path.into());
        self
    }

    /// Lets the job read and execute all of these.
    #[must_use]
    pub fn executables<T: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = T>) -> Job {
        self.executable.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Lets the job write in a directory.
    #[must_use]
    pub fn writable(mut self, directory: impl Into<PathBuf>) -> Job {
        self.writable.push(directory.into());
        self
    }

    /// Starts the job in this directory.
    #[must_use]
    pub fn working_directory(mut self, directory: impl Into<PathBuf>) -> Job {
        self.working_directory = Some(directory.into());
        self
    }

    /// Replaces the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Job {
        self.limits = limits;
        self
    }

    /// Every path the job names except its working directory.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&self.program)
            .chain(&self.executable)
            .chain(&self.read_only)
            .chain(&self.writable)
            .map(PathBuf::as_path)
    }

    /// Refuses what cannot mean anything, before a process is started for it.
    pub(crate) fn check(&self) -> Result<(), SandboxError> {
        let invalid = |what: String, hint: &str| Err(SandboxError::InvalidJob { what, hint: hint.into() });
        for path in self.paths().chain(self.working_directory.as_deref()) {
            let Some(text) = path.to_str() else {
                return invalid(format!("the path {} is not UTF-8", path.display()), "rename the file or directory");
            };
            if !path.is_absolute() || path.components().any(|part| part.as_os_str() == "..") {
                return invalid(
                    format!("the path {text:?} is not absolute or contains \"..\""),
                    "give the path from the root; std::path::absolute or canonicalize make it",
                );
            }
            if text.contains('\0') {
                return invalid(format!("the path {text:?} contains a zero byte"), "remove it");
            }
        }
        if let Some((name, _)) = self
            .environment
            .iter()
            .find(|(name, value)| name.is_empty() || name.contains(['=', '\0']) || value.contains('\0'))
        {
            return invalid(
                format!("the environment variable {name:?} cannot be set"),
                "names are not empty and have no '='; neither names nor values have zero bytes",
            );
        }
        if self.arguments.iter().any(|argument| argument.as_encoded_bytes().contains(&0)) {
            return invalid("an argument contains a zero byte".into(), "remove it");
        }
        if self.limits.wall.is_zero() || self.limits.cpu.is_zero() || self.limits.processes == 0 {
            return invalid(
                "a limit on time or processes is zero".into(),
                "there is no value for \"unlimited\": choose a large one",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(job: &Job) -> String {
        job.check().expect_err("the job should be refused").to_string()
    }

    #[test]
    fn a_job_that_means_nothing_is_refused_with_the_reason() {
        let job = Job::new("/bin/true", Profile::Compiler);
        assert!(job.check().is_ok());
        assert!(refusal(&Job::new("true", Profile::Compiler)).contains("not absolute"));
        assert!(refusal(&job.clone().read_only("/a/../b")).contains(".."));
        assert!(refusal(&job.clone().environment("A=B", "c")).contains("\"A=B\""));
        assert!(refusal(&job.clone().argument("a\0b")).contains("zero byte"));
        let limits = Limits { processes: 0, ..Limits::default() };
        assert!(refusal(&job.limits(limits)).contains("zero"));
    }
}
