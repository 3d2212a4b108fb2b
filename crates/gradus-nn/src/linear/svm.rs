//! The SVM classifier: its loss.

use ndarray::{Array2, ArrayRef1, ArrayRef2};

use super::{regularised, require_classifier};
use crate::Scalar;
use crate::machinery::there_and_back;
use crate::svm::hinge;

/// The loss of a multiclass SVM classifier and its gradient, with whole-array operations.
///
/// `loss = svm_loss(x @ w, y, delta) + reg * sum(w^2)`
///
/// `dw = x^T @ dscores + 2 * reg * w`
///
/// Shapes: weights `w` (features, classes), inputs `x` (batch, features), labels `y` (batch), gradient `dw` (features,
/// classes). `delta` is the margin of [`svm_loss`](crate::svm::svm_loss). `reg` is the strength of the regularisation, 0 or more; there is no
/// factor 1/2 in it.
///
/// Source: CS231n, notes on linear classification.
///
/// # Panics
/// If `x` has no rows or another number of features than `w`, `y` has not one label for each row, or a label is not
/// below the number of classes.
///
/// ```
/// use gradus_nn::linear::svm_classifier_loss;
/// use ndarray::array;
/// // Equal scores miss the margin by all of it.
/// let (loss, dw) = svm_classifier_loss(&array![[1.0, 1.0]], &array![[3.0]], &array![0], 1.0, 0.25);
/// assert_eq!((loss, dw), (1.0 + 0.25 * 2.0, array![[-3.0 + 0.5, 3.0 + 0.5]]));
/// ```
#[track_caller]
pub fn svm_classifier_loss<F: Scalar>(
    w: &ArrayRef2<F>,
    x: &ArrayRef2<F>,
    y: &ArrayRef1<usize>,
    delta: F,
    reg: F,
) -> (F, Array2<F>) {
    require_classifier("svm_classifier_loss", w, x, y);
    // As `svm_loss(&x.dot(w), y, delta)` and `x.t().dot(&dscores)`, but with one pass over `x`.
    let (data_loss, dw) = there_and_back(x, w, |i, scores| hinge(scores, y[i], delta));
    regularised(data_loss, dw, x.nrows(), w, reg)
}

/// [`svm_classifier_loss`] with loops over examples, classes and features: slow, and nearer to the formula.
///
/// # Panics
/// As [`svm_classifier_loss`].
///
/// ```
/// use gradus_nn::linear::{svm_classifier_loss, svm_classifier_loss_naive};
/// use ndarray::array;
/// let (w, x, y) = (array![[1.0, 2.0], [0.0, -1.0]], array![[0.5, 1.0], [2.0, 0.0]], array![0, 1]);
/// let (naive, _): (f64, _) = svm_classifier_loss_naive(&w, &x, &y, 1.0, 0.1);
/// let (vectorised, _) = svm_classifier_loss(&w, &x, &y, 1.0, 0.1);
/// assert!((naive - vectorised).abs() < 1e-12);
/// ```
#[track_caller]
pub fn svm_classifier_loss_naive<F: Scalar>(
    w: &ArrayRef2<F>,
    x: &ArrayRef2<F>,
    y: &ArrayRef1<usize>,
    delta: F,
    reg: F,
) -> (F, Array2<F>) {
    require_classifier("svm_classifier_loss_naive", w, x, y);
    let ((features, classes), n) = (w.dim(), x.nrows());
    let mut loss = F::zero();
    let mut dw = Array2::zeros((features, classes));
    for i in 0..n {
        let mut scores = vec![F::zero(); classes];
        for (j, score) in scores.iter_mut().enumerate() {
            for k in 0..features {
                *score += x[[i, k]] * w[[k, j]];
            }
        }
        for j in 0..classes {
            let margin = scores[j] - scores[y[i]] + delta;
            if j == y[i] || margin <= F::zero() {
                continue;
            }
            loss += margin;
            for k in 0..features {
                dw[[k, j]] += x[[i, k]];
                dw[[k, y[i]]] -= x[[i, k]];
            }
        }
    }
    loss /= F::count(n);
    for ((k, j), slope) in dw.indexed_iter_mut() {
        loss += reg * w[[k, j]] * w[[k, j]];
        *slope = *slope / F::count(n) + F::cast(2.0) * reg * w[[k, j]];
    }
    (loss, dw)
}
