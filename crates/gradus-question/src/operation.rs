//! What a request asks of a function: to be called once, or once for each of many small changes of an argument.

use crate::arguments::Arguments;
use crate::interface::Unanswered;
use crate::wire::{Reader, Value, WireError};

/// What to do with the function that a request names.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Call it once and send its result; with `watch_inputs` also its arguments as they are after the call.
    Call {
        /// Whether the arguments come back too.
        watch_inputs: bool,
    },
    /// Call it once for each change of one number in one argument, and send one number for each call.
    ///
    /// A numeric gradient needs two calls a parameter; in one message they cost little more than their arithmetic.
    Perturb {
        /// Which argument, counted from 0.
        argument: usize,
        /// Flat (row-major) position and change; each starts from the original arguments.
        changes: Vec<(usize, f64)>,
        /// Which part of a tuple of results, counted from 0.
        part: usize,
        /// Weights of the part's elements; none where the part is a number.
        weights: Option<Vec<f64>>,
    },
}

impl Operation {
    /// Runs the operation on `evaluate` and appends what it gives to `reply`.
    ///
    /// # Errors
    /// [`Unanswered::Place`] when a perturbed number is not there, [`Unanswered::ResultShape`] when a projected one is
    /// not.
    pub fn run<A: Arguments, R: Value>(
        &self,
        arguments: &mut A,
        evaluate: impl Fn(&A) -> R,
        reply: &mut Vec<u8>,
    ) -> Result<(), Unanswered> {
        match self {
            Self::Call { watch_inputs } => {
                evaluate(arguments).encode(reply);
                if *watch_inputs {
                    arguments.encode(reply);
                }
            }
            Self::Perturb { argument, changes, part, weights } => {
                for &(index, delta) in changes {
                    let number = arguments.number_mut(*argument, index).ok_or(Unanswered::Place)?;
                    let original = *number;
                    *number = original + delta;
                    let result = evaluate(arguments);
                    *arguments.number_mut(*argument, index).ok_or(Unanswered::Place)? = original;
                    let projected = result.weighted_sum(*part, weights.as_deref()).ok_or(Unanswered::ResultShape)?;
                    projected.encode(reply);
                }
            }
        }
        Ok(())
    }

    /// Appends the operation to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Call { watch_inputs: false } => 0u64.encode(out),
            Self::Call { watch_inputs: true } => 1u64.encode(out),
            Self::Perturb { argument, changes, part, weights } => {
                2u64.encode(out);
                argument.encode(out);
                changes.len().encode(out);
                for (index, delta) in changes {
                    index.encode(out);
                    delta.encode(out);
                }
                part.encode(out);
                u64::from(weights.is_some()).encode(out);
                weights.iter().for_each(|weights| weights.encode(out));
            }
        }
    }

    /// Takes an operation from the front of `bytes`.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        match u64::decode(bytes)? {
            0 => Ok(Self::Call { watch_inputs: false }),
            1 => Ok(Self::Call { watch_inputs: true }),
            2 => {
                let argument = usize::decode(bytes)?;
                let count = usize::decode(bytes)?;
                if count > bytes.rest().len() / 16 {
                    return Err(WireError::Short { wanted: count.saturating_mul(16), left: bytes.rest().len() });
                }
                let changes =
                    (0..count)
                        .map(|_| Ok((usize::decode(bytes)?, f64::decode(bytes)?)))
                        .collect::<Result<_, WireError>>()?;
                let part = usize::decode(bytes)?;
                let weights = if u64::decode(bytes)? == 1 { Some(Vec::decode(bytes)?) } else { None };
                Ok(Self::Perturb { argument, changes, part, weights })
            }
            _ => Err(WireError::Size),
        }
    }
}
