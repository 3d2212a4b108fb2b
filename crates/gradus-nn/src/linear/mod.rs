//! Linear classifiers: a linear map to scores and its regularised loss, softmax or SVM; training by gradient descent and
//! prediction.
//!
//! There is no separate bias: append a column of ones to `x` with [`add_bias_column`](crate::preprocess::add_bias_column).

#[cfg(feature = "softmax")]
mod softmax;
#[cfg(feature = "svm")]
mod svm;

use ndarray::{Array2, ArrayRef1, ArrayRef2};

use crate::Scalar;
use crate::shape::{require, require_classes, require_labels, require_rows};

#[cfg(feature = "softmax")]
pub use softmax::{predict, softmax_classifier_loss, softmax_classifier_loss_naive, train_softmax};
#[cfg(feature = "svm")]
pub use svm::{svm_classifier_loss, svm_classifier_loss_naive};

/// From the sums over `n` examples to the loss `data_loss / n + reg * sum(w^2)` and its gradient `dw / n + 2 * reg * w`.
fn regularised<F: Scalar>(data_loss: F, mut dw: Array2<F>, n: usize, w: &ArrayRef2<F>, reg: F) -> (F, Array2<F>) {
    let (n, twice_reg) = (F::count(n), F::cast(2.0) * reg);
    dw.zip_mut_with(w, |slope, &weight| *slope = *slope / n + twice_reg * weight);
    (data_loss / n + reg * w.iter().map(|&weight| weight * weight).sum::<F>(), dw)
}

#[track_caller]
fn require_classifier<F>(operation: &str, w: &ArrayRef2<F>, x: &ArrayRef2<F>, y: &ArrayRef1<usize>) {
    require_rows(operation, "x", x.shape());
    require_features(operation, w, x);
    require_labels(operation, x, y);
    require_classes(operation, y, w.ncols());
}

#[track_caller]
fn require_features<F>(operation: &str, w: &ArrayRef2<F>, x: &ArrayRef2<F>) {
    let rule = "w needs one row for each column of x";
    require(x.ncols() == w.nrows(), operation, rule, ("x", x.shape()), ("w", w.shape()));
}
