//! Training and evaluation: some layers do another thing in each.

/// Whether a network is being trained or used. Dropout and batch normalisation work differently in the two.
///
/// ```
/// use gradus_nn::Mode;
/// assert_ne!(Mode::Train, Mode::Evaluate);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Training: dropout drops, batch normalisation uses the statistics of the batch and keeps running ones.
    Train,
    /// Validation, test and use: dropout does nothing, batch normalisation uses its running statistics.
    Evaluate,
}
