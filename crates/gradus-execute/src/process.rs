//! A kernel's process: its connection file, its environment, its end.
//!
//! It leads a process group of its own, so that whatever it has started and left in its group ends with it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gradus_kernel::Connection;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::Options;
use crate::error::ExecuteError;
use crate::kernels::InstalledKernel;

/// How often to look whether the kernel still lives.
const LOOK: Duration = Duration::from_millis(50);
/// How much of what a kernel wrote is shown: its end.
const LOG_BYTES: u64 = 4000;
const LOG_LINES: usize = 15;

/// A running kernel's process. It ends when this is dropped.
pub struct Process {
    child: Child,
    pid: Pid,
    connection: Connection,
    log: File,
    /// Holds the connection file and the log.
    _folder: TempDir,
}

impl Process {
    /// Starts a kernel.
    pub fn start(kernel: &InstalledKernel, options: &Options) -> Result<Self, ExecuteError> {
        let prepare = |what| move |source| ExecuteError::Prepare { what, source };
        let connection = Connection::on_free_ports().map_err(prepare("a port for the kernel"))?;
        let (folder, connection_file, log) =
            private_files(&connection).map_err(prepare("the kernel's connection file"))?;
        let output = || log.try_clone().map(Stdio::from);
        let (stdout, stderr) = (output(), output());
        let arguments = kernel.command_for(&connection_file);
        let mut command = Command::new(&arguments[0]);
        command
            .args(&arguments[1..])
            .current_dir(&options.folder)
            .envs(
                kernel.environment.iter().map(|(name, value)| (name, filled(value, &|name| std::env::var(name).ok()))),
            )
            // By this a kernel knows that it has to end when we are gone.
            .env("JPY_PARENT_PID", std::process::id().to_string())
            .stdin(Stdio::null())
            .stdout(stdout.map_err(prepare("the kernel's log"))?)
            .stderr(stderr.map_err(prepare("the kernel's log"))?)
            .process_group(0);
        if let Some(name) = &options.session_name {
            command.env("JPY_SESSION_NAME", std::path::absolute(name).unwrap_or_else(|_| name.clone()));
        }
        let child = command.spawn().map_err(|source| ExecuteError::Start {
            kernel: kernel.name.clone(),
            program: arguments[0].clone(),
            source,
        })?;
        let pid = Pid::from_child(&child);
        Ok(Self { child, pid, connection, log, _folder: folder })
    }

    /// Where it listens.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Waits until it ends by itself, and tells how. It is not reaped, so its number stays its own.
    pub async fn ended(&self) -> String {
        loop {
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            match waitid(WaitId::Pid(self.pid), look) {
                Ok(Some(status)) => {
                    return match (status.exit_status(), status.terminating_signal()) {
                        (Some(code), _) => format!("exit code {code}"),
                        (_, Some(signal)) => format!("signal {signal}"),
                        _ => "for an unknown reason".to_owned(),
                    };
                }
                Ok(None) | Err(rustix::io::Errno::INTR) => sleep(LOOK).await,
                Err(error) => return error.to_string(),
            }
        }
    }

    /// Interrupts what runs in it.
    pub fn interrupt(&self) {
        // It may just have ended.
        let _ = kill_process_group(self.pid, Signal::INT);
    }

    /// The end of what it wrote to its own standard output and error.
    pub fn last_words(&self) -> String {
        let mut text = Vec::new();
        let mut read = || {
            let mut log = self.log.try_clone()?;
            let length = log.seek(SeekFrom::End(0))?;
            log.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES)))?;
            log.read_to_end(&mut text)
        };
        if read().is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n").trim().to_owned()
    }

    /// Gives it so long to end by itself, then ends it and its group.
    pub async fn end(self, patience: Duration) {
        // What is left after it is killed when this is dropped.
        let _ = timeout(patience, self.ended()).await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Before it is reaped, so that the group's number cannot be another's yet. The group may be empty.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The connection file and the log, in a folder that only this user can look into: the file holds the key.
fn private_files(connection: &Connection) -> io::Result<(TempDir, PathBuf, File)> {
    let folder =
        tempfile::Builder::new().prefix("gradus-kernel-").permissions(Permissions::from_mode(0o700)).tempdir()?;
    let connection_file = folder.path().join("connection.json");
    private_file(&connection_file)?.write_all(serde_json::to_string_pretty(connection)?.as_bytes())?;
    let log = private_file(&folder.path().join("log"))?;
    Ok((folder, connection_file, log))
}

fn private_file(path: &Path) -> io::Result<File> {
    // Appended to, since several descriptors write to the log.
    OpenOptions::new().read(true).append(true).create_new(true).mode(0o600).open(path)
}

/// A value with `$NAME` and `${NAME}` replaced by our own variables, and `$$` by a dollar. Unknown names stay.
fn filled(value: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut result = String::new();
    let mut rest = value;
    while let Some(start) = rest.find('$') {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let (name, length) = match rest[1..].strip_prefix('{') {
            Some(braced) => match braced.find('}') {
                Some(end) => (&braced[..end], end + 3),
                None => ("", 1),
            },
            None => {
                let word = |character: char| !(character.is_ascii_alphanumeric() || character == '_');
                let end = rest[1..].find(word).unwrap_or(rest.len() - 1);
                (&rest[1..=end], end + 1)
            }
        };
        if rest.starts_with("$$") {
            result.push('$');
            rest = &rest[2..];
        } else {
            result.push_str(&variable(name).filter(|_| !name.is_empty()).unwrap_or_else(|| rest[..length].to_owned()));
            rest = &rest[length..];
        }
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn variables_in_a_kernels_environment_are_filled_in() {
        let variable = |name: &str| (name == "HOME_1").then(|| "/é".to_owned());
        for (value, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("${HOME_1}/x:$HOME_1/y", "/é/x:/é/y"),
            ("$HOME_1", "/é"),
            ("a$$b", "a$b"),
            ("${NO}$NO$", "${NO}$NO$"),
            ("${open", "${open"),
            ("$é", "$é"),
        ] {
            assert_eq!(filled(value, &variable), expected, "{value}");
        }
    }

    #[test]
    fn nobody_else_can_read_the_key() {
        let (folder, file, _log) = private_files(&Connection::on_free_ports().expect("ports")).expect("files");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&file)), (0o700, 0o600));
        let read = Connection::read(&file).expect("a connection file");
        assert!(read.key.len() >= 32, "no key");
    }
}
