//! Calls, and the session that makes them.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use crate::error::CallError;
use crate::operation::Operation;
use crate::protocol::{self, Reply, Request};
use crate::wire::{Reader, Value};

/// A function's name and encoded arguments, and the type of its result.
#[derive(Debug, Clone)]
pub struct Call<R> {
    function: &'static str,
    argument_names: &'static [&'static str],
    arguments: Vec<u8>,
    result: PhantomData<fn() -> R>,
}

impl<R> Call<R> {
    /// A call of `function`; [`interface!`](crate::interface!) generates a typed constructor for each function.
    pub fn new(function: &'static str, argument_names: &'static [&'static str], arguments: Vec<u8>) -> Self {
        Self { function, argument_names, arguments, result: PhantomData }
    }

    /// The function's name.
    pub fn function(&self) -> &'static str {
        self.function
    }
}

/// Which number of a result a numeric gradient looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// Part `0` of the result itself, a number: for functions that return a loss.
    Number(usize),
    /// `sum(weights * part)`: for functions that return an array, with the upstream gradient as weights.
    WeightedSum(usize, Vec<f64>),
}

/// Small changes to one argument of a call, one at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    /// The argument's name.
    pub argument: &'static str,
    /// Flat (row-major) position and change.
    pub changes: Vec<(usize, f64)>,
    /// What is looked at.
    pub projection: Projection,
}

/// Whoever takes encoded requests and gives encoded replies: this process, or a worker behind a pipe.
pub trait Caller {
    /// Sends `request`, waits at most `patience`, and returns a reply of at most `reply_limit` bytes.
    ///
    /// # Errors
    /// When no reply came, or none that is worth the name.
    fn exchange(&mut self, request: &Request<'_>, reply_limit: usize, patience: Duration) -> Result<Reply, CallError>;

    /// The processor time that whoever answers has used so far, if it can be told from outside.
    fn processor_time(&mut self) -> Option<Duration> {
        None
    }
}

/// What a check talks to: typed calls to somebody's functions.
pub struct Session<'a> {
    caller: &'a mut dyn Caller,
    patience: Duration,
}

impl<'a> Session<'a> {
    /// A session over `caller`, with a patience of 3 s for each call.
    pub fn new(caller: &'a mut dyn Caller) -> Self {
        Self { caller, patience: Duration::from_secs(3) }
    }

    /// Sets how long each call may take.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    /// When it gave no result.
    pub fn call<R: Value>(&mut self, call: &Call<R>) -> Result<R, CallError> {
        let reply = self.exchange(call, &Operation::Call { watch_inputs: false })?;
        decode_all(protocol::decode_reply(call.function, &reply)?)
    }

    /// Makes the call and makes sure that the function left its inputs as they were.
    ///
    /// # Errors
    /// [`CallError::InputChanged`] when it did not; otherwise as [`Session::call`].
    pub fn call_watching_inputs<R: Value>(&mut self, call: &Call<R>) -> Result<R, CallError> {
        let reply = self.exchange(call, &Operation::Call { watch_inputs: true })?;
        let mut reader = Reader::new(protocol::decode_reply(call.function, &reply)?);
        let result = R::decode(&mut reader).map_err(violation)?;
        if reader.rest() != call.arguments {
            return Err(CallError::InputChanged { argument: call.argument_names.join("`, `") });
        }
        Ok(result)
    }

    /// Evaluates the call once for each change, in one message.
    ///
    /// # Errors
    /// As [`Session::call`].
    ///
    /// # Panics
    /// If the call has no argument of that name.
    pub fn perturb<R>(&mut self, call: &Call<R>, perturbation: Perturbation) -> Result<Vec<f64>, CallError> {
        let argument = call
            .argument_names
            .iter()
            .position(|name| *name == perturbation.argument)
            .unwrap_or_else(|| panic!("`{}` has no argument `{}`", call.function, perturbation.argument));
        let (part, weights) = match perturbation.projection {
            Projection::Number(part) => (part, None),
            Projection::WeightedSum(part, weights) => (part, Some(weights)),
        };
        let count = perturbation.changes.len();
        let reply =
            self.exchange(call, &Operation::Perturb { argument, changes: perturbation.changes, part, weights })?;
        let mut reader = Reader::new(protocol::decode_reply(call.function, &reply)?);
        let values = (0..count).map(|_| f64::decode(&mut reader)).collect::<Result<_, _>>().map_err(violation)?;
        reader.finish().map_err(violation)?;
        Ok(values)
    }

    /// As [`Session::perturb`], and what it cost: processor time where it can be told, since the time on the clock
    /// depends on what else the machine does.
    ///
    /// # Errors
    /// As [`Session::call`].
    pub fn perturb_and_time<R>(
        &mut self,
        call: &Call<R>,
        perturbation: Perturbation,
    ) -> Result<(Vec<f64>, Duration), CallError> {
        let (start, before) = (Instant::now(), self.caller.processor_time());
        let values = self.perturb(call, perturbation)?;
        let (clock, after) = (start.elapsed(), self.caller.processor_time());
        let used = before.zip(after).and_then(|(before, after)| after.checked_sub(before));
        Ok((values, used.unwrap_or(clock)))
    }

    /// The numeric gradient of the call's result with respect to `argument` at the flat positions `indices`, by centred
    /// differences: `(f(x + h) - f(x - h)) / (2 h)`.
    ///
    /// # Errors
    /// As [`Session::call`].
    pub fn numeric_gradient<R>(
        &mut self,
        call: &Call<R>,
        argument: &'static str,
        indices: &[usize],
        h: f64,
        projection: Projection,
    ) -> Result<Vec<f64>, CallError> {
        // The argument's values are not at hand here, only its bytes, so the step is the same everywhere.
        let changes = indices.iter().flat_map(|&index| [(index, h), (index, -h)]).collect();
        let evaluations = self.perturb(call, Perturbation { argument, changes, projection })?;
        Ok(evaluations.chunks_exact(2).map(|pair| (pair[0] - pair[1]) / (2.0 * h)).collect())
    }

    fn exchange<R>(&mut self, call: &Call<R>, operation: &Operation) -> Result<Reply, CallError> {
        let request = Request::new(call.function, operation, &call.arguments);
        // No honest result is longer than a few times its arguments; the rest is for losses and messages.
        let reply_limit = request.byte_count().saturating_mul(4).saturating_add(1 << 20);
        self.caller.exchange(&request, reply_limit, self.patience)
    }
}

fn decode_all<R: Value>(reply: &[u8]) -> Result<R, CallError> {
    let mut reader = Reader::new(reply);
    let result = R::decode(&mut reader).map_err(violation)?;
    reader.finish().map_err(violation)?;
    Ok(result)
}

fn violation(error: crate::wire::WireError) -> CallError {
    CallError::ProtocolViolation { reason: error.to_string() }
}
