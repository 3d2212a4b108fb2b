//! How a call can fail, whoever is called.

use std::time::Duration;

use thiserror::Error;

/// A place in the compiled submission: `file` is the path given to the compiler, `line` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the compiler knew it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// Why a call to a student's function gave no result.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum CallError {
    /// There is no such function.
    #[error("there is no function `{function}`")]
    Missing {
        /// Its name.
        function: String,
    },
    /// It panicked.
    #[error("panicked: {message}")]
    Panic {
        /// The panic's text, cut to a bounded length.
        message: String,
        /// Where, if the panic said so.
        place: Option<Place>,
    },
    /// No result came in time.
    #[error("no result within {} s", .patience.as_secs_f64())]
    TimeLimit {
        /// How long was waited.
        patience: Duration,
    },
    /// It wanted more memory than it may have.
    #[error("used more memory than allowed")]
    MemoryLimit,
    /// It called itself too deep.
    #[error("overflowed its stack")]
    StackOverflow,
    /// It printed more than it may.
    #[error("printed more than allowed")]
    OutputLimit,
    /// The process ended without a result, whatever its exit code.
    #[error("the process ended without a result ({how})")]
    Crash {
        /// How it ended, for example `exit code 0` or `signal 6`.
        how: String,
    },
    /// What came back is not a reply to the request.
    #[error("what came back is not a reply: {reason}")]
    ProtocolViolation {
        /// What is wrong with it.
        reason: String,
    },
    /// The result has another shape than the question asks for, in a request that sums its elements up.
    #[error("{function} returns a result of the wrong shape")]
    ResultShape {
        /// The function that was called, which need not be the one that is checked.
        function: &'static str,
    },
    /// The function changed an argument that it only borrowed.
    #[error("the input `{argument}` was changed by the call")]
    InputChanged {
        /// Which argument.
        argument: String,
    },
    /// Not the student's doing: our own machinery failed.
    #[error("grader fault: {reason}")]
    Fault {
        /// What failed.
        reason: String,
    },
}
