//! How good predictions are.

use ndarray::ArrayRef1;

use crate::shape::require;

/// The share of predictions that are right, from 0 to 1: `1/n * #{i : predicted_i = y_i}`.
///
/// Shapes: `predicted` (batch), labels `y` (batch).
///
/// # Panics
/// If the lengths differ, or there are no examples.
///
/// ```
/// use gradus_nn::metrics::accuracy;
/// use ndarray::array;
/// assert_eq!(accuracy(&array![0, 1, 2, 2], &array![0, 1, 2, 0]), 0.75);
/// ```
#[track_caller]
pub fn accuracy(predicted: &ArrayRef1<usize>, y: &ArrayRef1<usize>) -> f64 {
    let rule = "there must be one prediction for each label";
    require(predicted.len() == y.len(), "accuracy", rule, ("predicted", predicted.shape()), ("y", y.shape()));
    assert!(!y.is_empty(), "accuracy: needs at least one example, but y is [0]");
    let right = predicted.iter().zip(y).filter(|(predicted, y)| predicted == y).count();
    right as f64 / y.len() as f64
}
