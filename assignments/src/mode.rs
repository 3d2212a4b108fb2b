//! Training or evaluation: for the assignments whose layers do something else in each; for students to use and to send.

use gradus_question::{Argument, Reader, Value, WireError};

/// Whether a network is being trained or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Training: dropout drops, and batch normalisation uses the batch's own mean and variance, and moves the running ones.
    Train,
    /// Validation, test and use: dropout does nothing, and batch normalisation uses the running mean and variance, and leaves
    /// them as they are.
    Evaluate,
}

/// 0 for training, 1 for evaluation.
impl Value for Mode {
    fn encode(&self, out: &mut Vec<u8>) {
        Value::encode(&(*self as usize), out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        [Mode::Train, Mode::Evaluate].get(usize::decode(bytes)?).copied().ok_or(WireError::Size)
    }
}

impl Argument<'_> for Mode {
    type Owned = Mode;

    fn encode(&self, out: &mut Vec<u8>) {
        Value::encode(self, out);
    }

    fn lend(owned: &Mode) -> Self {
        *owned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_back_as_it_was_sent_and_nothing_else_is_one() {
        for (place, mode) in [Mode::Train, Mode::Evaluate].into_iter().enumerate() {
            let mut bytes = Vec::new();
            Value::encode(&mode, &mut bytes);
            assert_eq!(bytes, (place as u64).to_le_bytes());
            assert_eq!(Mode::decode(&mut Reader::new(&bytes)), Ok(mode));
        }
        assert!(Mode::decode(&mut Reader::new(&2u64.to_le_bytes())).is_err());
    }
}
