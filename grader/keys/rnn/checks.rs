//! The hidden checks of assignment `rnn`.
//!
//! Each check with points calls many times with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod captions;
mod case;
mod loss;
mod nets;
mod recorded;
mod sample;
mod sequence;
mod sequence_slips;
mod step;
mod step_slips;
mod words;

use gradus_question::Check;

use super::reference;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        step::rnn_forward(),
        step::rnn_backward(),
        sequence::rnn_forward(),
        sequence::rnn_backward(),
        step::lstm_forward(),
        step::lstm_backward(),
        sequence::lstm_forward(),
        sequence::lstm_backward(),
        words::embedding_forward(),
        words::embedding_backward(),
        words::affine_forward(),
        words::affine_backward(),
        loss::checks(),
        captions::checks(),
        sample::checks(),
    ]
    .concat()
}
