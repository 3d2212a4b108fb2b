//! Requests and replies as bytes, and the one function that turns the first into the second.
//!
//! - request: function name, operation, arguments
//! - reply: status, then the result (0), or a panic's text, file and line (1), or what is wrong with the request (2), or
//!   nothing, for a result of the wrong shape (3)
//!
//! On a pipe each stands in a frame: length (`u32`), nonce (`u64`), body. The nonce is random and must come back, so
//! that a reply written ahead of its request is told from a real one.

use std::io::{self, IoSlice, Read, Write};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use thiserror::Error;

use crate::error::{CallError, Place};
use crate::interface::{Answer, Unanswered};
use crate::operation::Operation;
use crate::wire::{Reader, Value, WireError};

const ANSWERED: u64 = 0;
const PANICKED: u64 = 1;
const REFUSED: u64 = 2;
const MISSHAPEN: u64 = 3;

/// Characters of a panic's text that are passed on.
const MESSAGE_LIMIT: usize = 2000;

/// The bytes of a frame before its body: length and nonce.
pub const FRAME_HEADER: usize = 12;

/// Where the last panic of this process was, if [`note_panics`] was called.
static LAST_PANIC: Mutex<Option<Place>> = Mutex::new(None);

/// Makes panics of this process silent and remembers where each was, for [`answer`] to tell.
pub fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| Place { file: at.file().to_owned(), line: at.line() as usize });
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = place;
        }
    }));
}

/// Answers one request.
pub fn answer(functions: &dyn Answer, request: &[u8]) -> Vec<u8> {
    let mut reply = Vec::new();
    ANSWERED.encode(&mut reply);
    let outcome = catch_unwind(AssertUnwindSafe(|| -> Result<(), Unanswered> {
        let mut reader = Reader::new(request);
        let function = String::decode(&mut reader)?;
        let operation = Operation::decode(&mut reader)?;
        functions.answer(&function, &operation, &mut reader, &mut reply)?;
        Ok(reader.finish()?)
    }));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(Unanswered::ResultShape)) => {
            reply.clear();
            MISSHAPEN.encode(&mut reply);
        }
        Ok(Err(unanswered)) => {
            reply.clear();
            REFUSED.encode(&mut reply);
            unanswered.to_string().encode(&mut reply);
        }
        Err(payload) => {
            reply.clear();
            PANICKED.encode(&mut reply);
            text_of(payload).encode(&mut reply);
            let place = LAST_PANIC.lock().ok().and_then(|mut last| last.take());
            let place = place.unwrap_or(Place { file: String::new(), line: 0 });
            place.file.encode(&mut reply);
            place.line.encode(&mut reply);
        }
    }
    reply
}

/// A request's bytes, in two pieces: arguments can be large, and are not copied to stand behind the rest.
/// The default one is empty, which every worker refuses.
#[derive(Debug, Default)]
pub struct Request<'a> {
    head: Vec<u8>,
    arguments: &'a [u8],
}

impl<'a> Request<'a> {
    /// The request that asks `function` for `operation` on encoded `arguments`.
    pub fn new(function: &str, operation: &Operation, arguments: &'a [u8]) -> Self {
        let mut head = Vec::with_capacity(128);
        function.to_owned().encode(&mut head);
        operation.encode(&mut head);
        Self { head, arguments }
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> [&[u8]; 2] {
        [&self.head, self.arguments]
    }

    /// All of it in one piece.
    pub fn joined(&self) -> Vec<u8> {
        self.pieces().concat()
    }

    /// How many bytes it has.
    pub fn byte_count(&self) -> usize {
        self.head.len() + self.arguments.len()
    }
}

/// A reply's bytes as they came, without the frame's header that may stand before them.
#[derive(Debug)]
pub struct Reply {
    received: Vec<u8>,
    start: usize,
}

impl Reply {
    /// The reply in a frame that was received whole.
    pub fn framed(received: Vec<u8>) -> Self {
        Self { received, start: FRAME_HEADER }
    }
}

impl From<Vec<u8>> for Reply {
    fn from(body: Vec<u8>) -> Self {
        Self { received: body, start: 0 }
    }
}

impl Deref for Reply {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.received[self.start..]
    }
}

/// The encoded result in a reply of `function`.
///
/// # Errors
/// When the reply tells of a panic, a refusal or a result of the wrong shape, or is none.
pub fn decode_reply<'a>(function: &'static str, reply: &'a [u8]) -> Result<&'a [u8], CallError> {
    let mut reader = Reader::new(reply);
    let mut read = || -> Result<Result<&'a [u8], CallError>, WireError> {
        Ok(match u64::decode(&mut reader)? {
            ANSWERED => Ok(reader.rest()),
            PANICKED => {
                let message = String::decode(&mut reader)?;
                let (file, line) = (String::decode(&mut reader)?, usize::decode(&mut reader)?);
                Err(CallError::Panic { message, place: (line > 0).then_some(Place { file, line }) })
            }
            REFUSED => Err(CallError::ProtocolViolation { reason: String::decode(&mut reader)? }),
            MISSHAPEN => Err(CallError::ResultShape { function }),
            _ => Err(CallError::ProtocolViolation { reason: "an unknown status".to_owned() }),
        })
    };
    read().unwrap_or_else(|error| Err(CallError::ProtocolViolation { reason: error.to_string() }))
}

/// The first bytes of a frame whose body has this length.
///
/// # Errors
/// When the body is longer than a frame can say.
pub fn frame_header(nonce: u64, length: usize) -> io::Result<[u8; FRAME_HEADER]> {
    let length = u32::try_from(length).map_err(|_| io::Error::other("a frame of over 4 GiB"))?;
    let mut header = [0; FRAME_HEADER];
    header[..4].copy_from_slice(&length.to_le_bytes());
    header[4..].copy_from_slice(&nonce.to_le_bytes());
    Ok(header)
}

/// Writes one frame, in as few writes as the pipe allows: each may wake the reader.
///
/// # Errors
/// When the pipe does.
pub fn write_frame(out: &mut impl Write, nonce: u64, body: &[u8]) -> io::Result<()> {
    let header = frame_header(nonce, body.len())?;
    let mut pieces = [IoSlice::new(&header), IoSlice::new(body)];
    let mut unsent = &mut pieces[..];
    while !unsent.is_empty() {
        match out.write_vectored(unsent) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => IoSlice::advance_slices(&mut unsent, count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

/// Reads one frame: its nonce and body; `None` at the end of the input.
///
/// # Errors
/// When the pipe does, or ends within a frame.
pub fn read_frame(input: &mut impl Read) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut header = [0; FRAME_HEADER];
    if input.read(&mut header[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut header[1..])?;
    let (length, nonce) = split_header(&header);
    // Room is made as bytes come, whatever is announced.
    let mut body = Vec::with_capacity(length.min(16 << 20));
    if input.take(length as u64).read_to_end(&mut body)? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((nonce, body)))
}

/// Why what came back is not the reply to a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplyError {
    /// It carries another nonce: it was written ahead, or twice, or answers something else.
    #[error("it does not answer the request")]
    Nonce,
    /// It announces more than any honest reply has.
    #[error("{length} bytes where at most {limit} make sense")]
    Length {
        /// What it announces.
        length: usize,
        /// What the request allows.
        limit: usize,
    },
    /// More came than one reply.
    #[error("bytes after the reply")]
    Trailing,
}

/// The reply's body once all of it has been `received`; `None` as long as bytes are missing.
///
/// Whoever sends may send anything: nothing is believed before it is there, and a reader that stops at the first error
/// never holds more than `limit` bytes and one read.
///
/// # Errors
/// As soon as the bytes cannot become the reply to the request with this nonce.
///
/// ```
/// use gradus_question::protocol::{ReplyError, take_reply, write_frame};
/// let mut pipe = Vec::new();
/// write_frame(&mut pipe, 7, b"abc").unwrap();
/// assert_eq!(take_reply(&pipe[..9], 7, 100), Ok(None));
/// assert_eq!(take_reply(&pipe, 7, 100), Ok(Some(&b"abc"[..])));
/// assert_eq!(take_reply(&pipe, 8, 100), Err(ReplyError::Nonce));
/// ```
pub fn take_reply(received: &[u8], nonce: u64, limit: usize) -> Result<Option<&[u8]>, ReplyError> {
    let Some((header, rest)) = received.split_first_chunk::<FRAME_HEADER>() else { return Ok(None) };
    let (length, echoed) = split_header(header);
    if echoed != nonce {
        return Err(ReplyError::Nonce);
    }
    if length > limit {
        return Err(ReplyError::Length { length, limit });
    }
    match rest.len() {
        there if there < length => Ok(None),
        there if there > length => Err(ReplyError::Trailing),
        _ => Ok(Some(rest)),
    }
}

/// Length of the body, and nonce.
pub fn split_header(header: &[u8; FRAME_HEADER]) -> (usize, u64) {
    let (length, nonce) = header.split_at(4);
    let length = u32::from_le_bytes(length.try_into().expect("four bytes"));
    (length as usize, u64::from_le_bytes(nonce.try_into().expect("eight bytes")))
}

fn text_of(payload: Box<dyn std::any::Any + Send>) -> String {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text.chars().take(MESSAGE_LIMIT).collect(),
        (_, Some(text)) => text.chars().take(MESSAGE_LIMIT).collect(),
        _ => "a panic without a text".to_owned(),
    };
    // Dropping a payload runs code of whoever made it, which may panic again.
    std::mem::forget(payload);
    text
}
