//! The multiclass SVM loss: the score of the right class should lead every other by a margin.

use ndarray::{Array2, ArrayRef1, ArrayRef2};

use crate::Scalar;
use crate::shape::{require_classes, require_labels};

/// The mean multiclass SVM (hinge) loss, and its gradient.
///
/// `loss = 1/n sum_i sum_{j != y_i} max(0, x_ij - x_i,y_i + delta)`
///
/// `dx_ij = [x_ij - x_i,y_i + delta > 0] / n` for `j != y_i`, and `dx_i,y_i = -sum_{j != y_i} dx_ij`
///
/// Shapes: scores `x` (batch, classes), labels `y` (batch), gradient `dx` (batch, classes). `delta` is the margin, 1 in
/// the lecture. A class that keeps the margin exactly has gradient 0. The gradient's rows sum to 0.
///
/// Source: Weston and Watkins, Support vector machines for multi-class pattern recognition, 1999; CS231n, notes on
/// linear classification.
///
/// # Panics
/// If `x` has no rows, `y` has not one label for each row, or a label is not below the number of classes.
///
/// ```
/// use gradus_nn::svm::svm_loss;
/// use ndarray::array;
/// // The margins are 1.5 - 2 + 1 = 0.5 and -1 - 2 + 1 = -2.
/// let (loss, dx) = svm_loss(&array![[2.0, 1.5, -1.0]], &array![0], 1.0);
/// assert_eq!((loss, dx), (0.5, array![[-1.0, 1.0, 0.0]]));
/// ```
#[track_caller]
pub fn svm_loss<F: Scalar>(x: &ArrayRef2<F>, y: &ArrayRef1<usize>, delta: F) -> (F, Array2<F>) {
    require_labels("svm_loss", x, y);
    require_classes("svm_loss", y, x.ncols());
    let n = F::count(x.nrows());

    let mut loss = F::zero();
    let mut dx = x.as_standard_layout().into_owned();
    for (row, &label) in dx.outer_iter_mut().zip(y) {
        loss += hinge(row.into_slice().expect("row-major"), label, delta);
    }
    dx /= n;
    (loss / n, dx)
}

/// The hinge loss `sum_{j != label} max(0, x_j - x_label + delta)` of one row of scores, whose gradient takes the scores' place.
pub(crate) fn hinge<F: Scalar>(row: &mut [F], label: usize, delta: F) -> F {
    let correct = row[label];
    let (mut loss, mut violations) = (F::zero(), F::zero());
    for (j, score) in row.iter_mut().enumerate() {
        let margin = *score - correct + delta;
        // Not `if margin > 0`: a score that is NaN must show in the loss.
        *score = if j == label || margin <= F::zero() {
            F::zero()
        } else {
            loss += margin;
            violations += F::one();
            F::one()
        };
    }
    row[label] = -violations;
    loss
}
