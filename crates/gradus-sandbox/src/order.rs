//! What caller and launcher say to each other over a socket: one order, one report.
//!
//! Each is a length (4 bytes, little-endian) and JSON; the report is followed by the bytes kept of standard output
//! and of standard error. The end of the caller's side means: kill the job.

use std::io::{self, Read, Write};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::plan::{Plan, Step};
use crate::outcome::Outcome;
use crate::{Captured, Finished, Job};

/// What the launcher is to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub job: Job,
    pub plan: Plan,
    /// Instead of starting the program, try what the layers should forbid.
    pub self_check: bool,
}

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    pub outcome: Outcome,
    /// The step that failed, if the outcome is a refusal.
    pub step: Option<Step>,
    pub cpu: Duration,
    pub wall: Duration,
    pub peak_memory_bytes: u64,
    pub stdout: Stream,
    pub stderr: Stream,
    pub notes: Vec<String>,
}

/// How much was written to a stream, and how much of it follows.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Stream {
    pub kept_bytes: u64,
    pub total_bytes: u64,
}

/// Longer messages are a mistake, not an order or a report.
const LONGEST: u32 = 64 << 20;

pub fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let length = u32::try_from(text.len()).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(text);
    to.write_all(&bytes)
}

pub fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::other("the message is too long"));
    }
    let mut text = vec![0; length as usize];
    from.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Reads a report and the bytes that follow it.
pub fn receive_report(from: &mut impl Read, plan: Plan) -> io::Result<(Finished, Option<Step>)> {
    let report: Report = receive(from)?;
    let mut capture = |stream: Stream| -> io::Result<Captured> {
        let mut bytes = Vec::new();
        from.by_ref().take(stream.kept_bytes).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != stream.kept_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Captured { bytes, total_bytes: stream.total_bytes })
    };
    let (stdout, stderr) = (capture(report.stdout)?, capture(report.stderr)?);
    let finished = Finished {
        outcome: report.outcome,
        cpu: report.cpu,
        wall: report.wall,
        peak_memory_bytes: report.peak_memory_bytes,
        stdout,
        stderr,
        level: plan.level(),
        notes: report.notes,
    };
    Ok((finished, report.step))
}
