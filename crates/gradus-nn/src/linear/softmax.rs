//! The softmax classifier: its loss, its training and prediction.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};

use super::{regularised, require_classifier, require_features};
use crate::Scalar;
use crate::machinery::{matmul, there_and_back};
use crate::random::{generator, normal, with_replacement};
use crate::shape::require_labels;
use crate::softmax::cross_entropy;

/// The loss of a softmax classifier and its gradient, with whole-array operations.
///
/// `loss = softmax_loss(x @ w, y) + reg * sum(w^2)`
///
/// `dw = x^T @ dscores + 2 * reg * w`
///
/// Shapes: weights `w` (features, classes), inputs `x` (batch, features), labels `y` (batch), gradient `dw` (features,
/// classes). `reg` is the strength of the regularisation, 0 or more; there is no factor 1/2 in it.
///
/// Source: CS231n, notes on linear classification.
///
/// # Panics
/// If `x` has no rows or another number of features than `w`, `y` has not one label for each row, or a label is not
/// below the number of classes.
///
/// ```
/// use gradus_nn::linear::softmax_classifier_loss;
/// use ndarray::array;
/// let w = array![[1.0, 1.0]];
/// let (loss, dw) = softmax_classifier_loss(&w, &array![[3.0]], &array![0], 0.1);
/// assert!((loss - (2.0_f64.ln() + 0.1 * 2.0)).abs() < 1e-15);
/// assert_eq!(dw, array![[-1.5 + 0.2, 1.5 + 0.2]]);
/// ```
#[track_caller]
pub fn softmax_classifier_loss<F: Scalar>(
    w: &ArrayRef2<F>,
    x: &ArrayRef2<F>,
    y: &ArrayRef1<usize>,
    reg: F,
) -> (F, Array2<F>) {
    require_classifier("softmax_classifier_loss", w, x, y);
    // As `softmax_loss(&x.dot(w), y)` and `x.t().dot(&dscores)`, but with one pass over `x`.
    let (data_loss, dw) = there_and_back(x, w, |i, scores| cross_entropy(scores, y[i]));
    regularised(data_loss, dw, x.nrows(), w, reg)
}

/// [`softmax_classifier_loss`] with loops over examples, classes and features: slow, and nearer to the formula.
///
/// # Panics
/// As [`softmax_classifier_loss`].
///
/// ```
/// use gradus_nn::linear::{softmax_classifier_loss, softmax_classifier_loss_naive};
/// use ndarray::array;
/// let (w, x, y) = (array![[1.0, 2.0], [0.0, -1.0]], array![[0.5, 1.0], [2.0, 0.0]], array![0, 1]);
/// let (naive, _): (f64, _) = softmax_classifier_loss_naive(&w, &x, &y, 0.1);
/// let (vectorised, _) = softmax_classifier_loss(&w, &x, &y, 0.1);
/// assert!((naive - vectorised).abs() < 1e-12);
/// ```
#[track_caller]
pub fn softmax_classifier_loss_naive<F: Scalar>(
    w: &ArrayRef2<F>,
    x: &ArrayRef2<F>,
    y: &ArrayRef1<usize>,
    reg: F,
) -> (F, Array2<F>) {
    require_classifier("softmax_classifier_loss_naive", w, x, y);
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
        let maximum = scores.iter().copied().fold(F::neg_infinity(), F::max);
        let sum: F = scores.iter().map(|&score| (score - maximum).exp()).sum();
        loss += sum.ln() - (scores[y[i]] - maximum);
        for (j, &score) in scores.iter().enumerate() {
            let p = (score - maximum).exp() / sum;
            let dscore = if j == y[i] { p - F::one() } else { p };
            for k in 0..features {
                dw[[k, j]] += x[[i, k]] * dscore;
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

/// Trains a softmax classifier by stochastic gradient descent.
///
/// `w = w - learning_rate * dw`, once for each of `iterations` mini-batches
///
/// Shapes: inputs `x` (batch, features), labels `y` (batch); returns the weights (features, classes) and the loss of
/// each mini-batch *before* its update. The number of classes is the largest label plus one.
///
/// The draws, so that others can repeat them: the [`generator`] is started from `seed`; the initial weights are
/// [`normal`] with standard deviation 0.001; then each iteration draws `batch_size` rows [`with_replacement`].
///
/// # Panics
/// If `x` has no rows, `y` has not one label for each row, or `batch_size` is 0.
///
/// ```
/// use gradus_nn::linear::{predict, train_softmax};
/// use ndarray::array;
/// let (x, y) = (array![[-1.0, 1.0], [-2.0, 1.0], [1.0, 1.0], [3.0, 1.0]], array![0, 0, 1, 1]);
/// let (w, history) = train_softmax(&x, &y, 0.5, 0.0, 100, 4, 231);
/// assert!((history[0] - 2.0_f64.ln()).abs() < 0.01 && history[99] < 0.2);
/// assert_eq!(predict(&w, &x), y);
/// ```
#[track_caller]
pub fn train_softmax<F: Scalar>(
    x: &ArrayRef2<F>,
    y: &ArrayRef1<usize>,
    learning_rate: F,
    reg: F,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<F>, Vec<F>) {
    require_labels("train_softmax", x, y);
    assert!(batch_size > 0, "train_softmax: batch_size must be at least 1, but is 0");
    let classes = y.iter().max().map_or(0, |label| label + 1);

    let mut generator = generator(seed);
    let mut w = normal((x.ncols(), classes), 0.001, &mut generator);
    let mut loss_history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch = with_replacement(x.nrows(), batch_size, &mut generator);
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, dw) = softmax_classifier_loss(&w, &x_batch, &y_batch, reg);
        loss_history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, loss_history)
}

/// The class with the highest score for each row: `argmax_j (x @ w)_ij`. Of equal scores the lowest class wins.
///
/// Shapes: weights `w` (features, classes), inputs `x` (batch, features), result (batch).
///
/// # Panics
/// If `w` has no classes, or `x` has another number of features than `w`.
///
/// ```
/// use gradus_nn::linear::predict;
/// use ndarray::array;
/// let w = array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// assert_eq!(predict(&w, &array![[2.0, 1.0], [-1.0, 3.0], [-1.0, -1.0]]), array![0, 1, 2]);
/// ```
#[track_caller]
pub fn predict<F: Scalar>(w: &ArrayRef2<F>, x: &ArrayRef2<F>) -> Array1<usize> {
    require_features("predict", w, x);
    assert!(w.ncols() > 0, "predict: w needs at least one class, but is {:?}", w.shape());
    matmul(x.view(), w.view()).map_axis(Axis(1), |scores| {
        let better = |best: usize, (class, &score): (usize, &F)| if score > scores[best] { class } else { best };
        scores.iter().enumerate().fold(0, better)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_regularisation_is_reg_times_the_sum_of_squares() {
        let (w, x, y) = (array![[3.0, -4.0]], array![[0.0]], array![0]);
        for loss in [softmax_classifier_loss, softmax_classifier_loss_naive] {
            let ((plain, _), (regularised, dw)) = (loss(&w, &x, &y, 0.0), loss(&w, &x, &y, 0.5));
            assert!((regularised - plain - 12.5_f64).abs() < 1e-14);
            assert_eq!(dw, array![[3.0, -4.0]]);
        }
    }

    #[test]
    fn equal_scores_go_to_the_lowest_class() {
        assert_eq!(predict(&array![[1.0, 2.0, 2.0]], &array![[1.0], [0.0]]), array![1, 0]);
    }

    #[test]
    fn the_history_holds_each_batch_loss_before_its_update() {
        let (x, y) = (array![[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]], array![0, 2, 1]);
        let (w, history) = train_softmax(&x, &y, 0.1, 0.01, 2, 2, 5);

        let mut draws = generator(5);
        let mut by_hand = normal::<f64, _>((2, 3), 0.001, &mut draws);
        for recorded in history {
            let batch = with_replacement(3, 2, &mut draws);
            let (x, y) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
            let (loss, dw) = softmax_classifier_loss_naive(&by_hand, &x, &y, 0.01);
            assert!((loss - recorded).abs() < 1e-12);
            by_hand = by_hand - dw * 0.1;
        }
        assert!((&w - &by_hand).iter().all(|difference| difference.abs() < 1e-12));
    }

    #[test]
    fn no_iterations_leave_the_initial_weights() {
        let (w, history) = train_softmax(&array![[1.0]], &array![3], 0.1, 0.0, 0, 1, 9);
        assert_eq!(w, normal::<f64, _>((1, 4), 0.001, &mut generator(9)));
        assert!(history.is_empty());
    }
}
