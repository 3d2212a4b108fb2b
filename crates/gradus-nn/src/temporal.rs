//! Layers that treat every step of a sequence alike: the affine map and the softmax loss of CS231n's captioning.
//!
//! Sequences are (batch, time, features). Nothing here remembers earlier steps; that is for [`rnn`](crate::rnn),
//! [`lstm`](crate::lstm) and [`gru`](crate::gru).

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, Axis};

use crate::Scalar;
use crate::shape::{require, require_same_shape};
use crate::steps::{each_step, each_step_backward};

/// What [`temporal_affine_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct TemporalAffineCache<F> {
    x: Array3<F>,
    w: Array2<F>,
}

/// The gradients of [`temporal_affine_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct TemporalAffineGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// (features, outputs)
    pub dw: Array2<F>,
    /// (outputs)
    pub db: Array1<F>,
}

/// The same affine map at each step: `y_nt = x_nt @ w + b`.
///
/// Shapes: `x` (batch, time, features), `w` (features, outputs), `b` (outputs), result (batch, time, outputs).
///
/// Source: CS231n, assignment on captioning with recurrent networks.
///
/// # Panics
/// If `w` has not one row for each feature of `x`, or `b` not one value for each column of `w`.
///
/// ```
/// use gradus_nn::temporal::temporal_affine_forward;
/// use ndarray::array;
/// let (y, _) = temporal_affine_forward(&array![[[1.0, 2.0], [0.0, 1.0]]], &array![[1.0], [10.0]], &array![0.5]);
/// assert_eq!(y, array![[[21.5], [10.5]]]);
/// ```
#[track_caller]
pub fn temporal_affine_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    w: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array3<F>, TemporalAffineCache<F>) {
    let rule = "w needs one row for each feature of x";
    let operation = "temporal_affine_forward";
    require(x.shape()[2] == w.nrows(), operation, rule, ("x", x.shape()), ("w", w.shape()));
    let rule = "b needs one value for each column of w";
    require(b.len() == w.ncols(), operation, rule, ("w", w.shape()), ("b", b.shape()));
    (each_step(x, w, b), TemporalAffineCache { x: x.to_owned(), w: w.to_owned() })
}

/// Back through [`temporal_affine_forward`]; with all steps of all examples as rows,
///
/// `dx = dout @ w^T`, `dw = x^T @ dout`, `db = sum_nt dout_nt`
///
/// Shapes: `dout` (batch, time, outputs).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::temporal::{temporal_affine_backward, temporal_affine_forward};
/// use ndarray::array;
/// let (_, cache) = temporal_affine_forward(&array![[[1.0, 2.0], [0.0, 1.0]]], &array![[1.0], [10.0]], &array![0.5]);
/// let gradients = temporal_affine_backward(&array![[[1.0], [2.0]]], &cache);
/// assert_eq!(gradients.dx, array![[[1.0, 10.0], [2.0, 20.0]]]);
/// assert_eq!((gradients.dw, gradients.db), (array![[1.0], [4.0]], array![3.0]));
/// ```
#[track_caller]
pub fn temporal_affine_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    cache: &TemporalAffineCache<F>,
) -> TemporalAffineGradients<F> {
    let (batch, time, _) = cache.x.dim();
    let output = [batch, time, cache.w.ncols()];
    require_same_shape("temporal_affine_backward", ("the output", &output), ("dout", dout.shape()));
    let (dx, dw, db) = each_step_backward(dout, &cache.x, &cache.w);
    TemporalAffineGradients { dx, dw, db }
}

/// The cross-entropy of softmax probabilities at the steps that `mask` keeps, summed over time, averaged over the batch;
/// and its gradient.
///
/// `loss = -1/n sum_nt mask_nt ln p_nt,y_nt`, where `p_nt` is the softmax of `x_nt`
///
/// `dx_ntv = mask_nt (p_ntv - [v = y_nt]) / n`
///
/// Shapes: scores `x` (batch, time, classes), labels `y` (batch, time), `mask` (batch, time), gradient `dx` (batch, time,
/// classes). The mask is false where a caption has ended: those steps cost nothing, and their labels are not read. The
/// sum runs over time, not the mean: a long caption weighs more than a short one.
///
/// Source: CS231n, assignment on captioning with recurrent networks.
///
/// # Panics
/// If the batch is empty, `y` or `mask` has not one value for each step of `x`, or the label of a step that counts is not
/// below the number of classes.
///
/// ```
/// use gradus_nn::temporal::temporal_softmax_loss;
/// use ndarray::array;
/// let x = array![[[0.0, 0.0], [5.0, -5.0]]];
/// let (loss, dx) = temporal_softmax_loss(&x, &array![[1, 0]], &array![[true, false]]);
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(dx, array![[[0.5, -0.5], [0.0, 0.0]]]);
/// ```
#[track_caller]
pub fn temporal_softmax_loss<F: Scalar>(
    x: &ArrayRef3<F>,
    y: &ArrayRef2<usize>,
    mask: &ArrayRef2<bool>,
) -> (F, Array3<F>) {
    let operation = "temporal_softmax_loss";
    let (batch, _, classes) = x.dim();
    assert!(batch > 0, "{operation}: x needs at least one example, but is {:?}", x.shape());
    let rule = "y needs one label for each step of x";
    require(y.shape() == &x.shape()[..2], operation, rule, ("x", x.shape()), ("y", y.shape()));
    let rule = "mask needs one value for each step of x";
    require(mask.shape() == &x.shape()[..2], operation, rule, ("x", x.shape()), ("mask", mask.shape()));
    for ((n, t), &label) in y.indexed_iter() {
        assert!(
            label < classes || !mask[[n, t]],
            "{operation}: labels must be below the number of classes, {classes}, but y[{n}, {t}] is {label}"
        );
    }

    let n = F::count(batch);
    let mut loss = F::zero();
    let mut dx = x.to_owned();
    for ((mut row, &label), &counts) in dx.lanes_mut(Axis(2)).into_iter().zip(y).zip(mask) {
        if !counts {
            row.fill(F::zero());
            continue;
        }
        // Scores less their maximum: no exponential is above 1.
        let maximum = row.fold(F::neg_infinity(), |maximum, &score| maximum.max(score));
        row.mapv_inplace(|score| score - maximum);
        let correct = row[label];
        row.mapv_inplace(F::exp);
        let sum = row.sum();
        loss += sum.ln() - correct;
        row.mapv_inplace(|exponential| exponential / (sum * n));
        row[label] -= n.recip();
    }
    (loss / n, dx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn equal_scores_cost_the_logarithm_of_the_number_of_classes_at_each_step() {
        let (x, y) = (Array3::<f64>::zeros((100, 10, 10)), Array2::from_elem((100, 10), 3));
        let (loss, dx) = temporal_softmax_loss(&x, &y, &Array2::from_elem((100, 10), true));
        assert!((loss - 10.0 * 10.0_f64.ln()).abs() < 1e-12);
        assert!((dx[[5, 5, 3]] + 0.9 / 100.0).abs() < 1e-16 && (dx[[5, 5, 0]] - 0.1 / 100.0).abs() < 1e-16);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let (loss, dx) = temporal_softmax_loss(&array![[[1e4, -1e4]]], &array![[1]], &array![[true]]);
        assert_eq!((loss, dx), (2e4, array![[[1.0, -1.0]]]));
    }

    #[test]
    fn a_step_that_does_not_count_may_have_any_label() {
        let (loss, dx) = temporal_softmax_loss(&array![[[1.0, 2.0]]], &array![[99]], &array![[false]]);
        assert_eq!((loss, dx), (0.0, array![[[0.0, 0.0]]]));
    }
}
