//! Softmax and its cross-entropy loss, row by row, safe for scores of any size.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};

use crate::Scalar;
use crate::shape::{require_classes, require_labels};

/// The mean cross-entropy of softmax probabilities, and its gradient.
///
/// `loss = 1/n sum_i (ln sum_j exp(x_ij) - x_i,y_i)`
///
/// `dx_ij = (p_ij - [j = y_i]) / n`, where `p` is the [`softmax`] of `x`
///
/// Shapes: scores `x` (batch, classes), labels `y` (batch), gradient `dx` (batch, classes). Scores of 1000 and more
/// cause no overflow. The gradient's rows sum to 0.
///
/// Source: CS231n, notes on linear classification; the shift in [`log_sum_exp`] is its note on numeric stability.
///
/// # Panics
/// If `x` has no rows, `y` has not one label for each row, or a label is not below the number of classes.
///
/// ```
/// use gradus_nn::softmax::softmax_loss;
/// use ndarray::array;
/// let (loss, dx) = softmax_loss(&array![[0.0, 0.0]], &array![1]);
/// assert!((loss - 2.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(dx, array![[0.5, -0.5]]);
/// ```
#[track_caller]
pub fn softmax_loss<F: Scalar>(x: &ArrayRef2<F>, y: &ArrayRef1<usize>) -> (F, Array2<F>) {
    require_labels("softmax_loss", x, y);
    require_classes("softmax_loss", y, x.ncols());
    let n = F::count(x.nrows());
    let mut dx = x.as_standard_layout().into_owned();
    let mut loss = F::zero();
    for (row, &label) in dx.outer_iter_mut().zip(y) {
        loss += cross_entropy(row.into_slice().expect("row-major"), label);
    }
    dx /= n;
    (loss / n, dx)
}

/// The cross-entropy `ln sum_j exp(x_j) - x_label` of one row of scores, whose gradient takes the scores' place.
pub(crate) fn cross_entropy<F: Scalar>(row: &mut [F], label: usize) -> F {
    // Work on shifted scores throughout: for scores of 1e8, ln(sum) would otherwise be lost beside the maximum.
    let maximum = row.iter().fold(F::neg_infinity(), |maximum, &score| maximum.max(score));
    row.iter_mut().for_each(|score| *score -= maximum);
    let correct = row[label];
    row.iter_mut().for_each(|score| *score = score.exp());
    let sum: F = row.iter().copied().sum();
    row.iter_mut().for_each(|exponential| *exponential /= sum);
    row[label] -= F::one();
    sum.ln() - correct
}

/// The softmax of each row: `p_ij = exp(x_ij) / sum_k exp(x_ik)`.
///
/// Shapes: scores `x` (batch, classes), probabilities (batch, classes). Each row of the result sums to 1.
///
/// ```
/// use gradus_nn::softmax::softmax;
/// use ndarray::array;
/// assert_eq!(softmax(&array![[1000.0, 1000.0], [0.0, -1e9]]), array![[0.5, 0.5], [1.0, 0.0]]);
/// ```
pub fn softmax<F: Scalar>(x: &ArrayRef2<F>) -> Array2<F> {
    let mut p = shifted(x);
    p.mapv_inplace(F::exp);
    let sums = p.sum_axis(Axis(1)).insert_axis(Axis(1));
    p / sums
}

/// The logarithm of the sum of exponentials of each row: `ln sum_j exp(x_ij)`.
///
/// Computed as `m + ln sum_j exp(x_ij - m)` with the row's maximum `m`, so that no exponential is above 1.
/// Shapes: `x` (batch, classes), result (batch). A row without elements gives minus infinity, the logarithm of 0.
///
/// ```
/// use gradus_nn::softmax::log_sum_exp;
/// use ndarray::array;
/// let result = log_sum_exp(&array![[1000.0, 1000.0]]);
/// assert!((result[0] - (1000.0 + 2.0_f64.ln())).abs() < 1e-12);
/// ```
pub fn log_sum_exp<F: Scalar>(x: &ArrayRef2<F>) -> Array1<F> {
    let sums = shifted(x).mapv(F::exp).sum_axis(Axis(1));
    sums.mapv(F::ln) + row_maxima(x)
}

/// Each row less its maximum.
fn shifted<F: Scalar>(x: &ArrayRef2<F>) -> Array2<F> {
    &x.view() - &row_maxima(x).insert_axis(Axis(1))
}

fn row_maxima<F: Scalar>(x: &ArrayRef2<F>) -> Array1<F> {
    x.map_axis(Axis(1), |row| row.fold(F::neg_infinity(), |maximum, &value| maximum.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn equal_scores_cost_the_logarithm_of_the_number_of_classes() {
        let (loss, dx) = softmax_loss(&Array2::<f64>::zeros((50, 10)), &Array1::from_elem(50, 3));
        assert!((loss - 10.0_f64.ln()).abs() < 1e-14);
        assert!((dx[[0, 3]] + 0.9 / 50.0).abs() < 1e-16 && (dx[[0, 0]] - 0.1 / 50.0).abs() < 1e-16);
    }

    #[test]
    fn by_hand() {
        // Odds 1 : 3 give p = (1/4, 3/4).
        let x = array![[0.0, 3.0_f64.ln()]];
        let (loss, dx) = softmax_loss(&x, &array![0]);
        assert!((loss - 4.0_f64.ln()).abs() < 1e-15);
        assert!((&dx - &array![[-0.75, 0.75]]).iter().all(|difference| difference.abs() < 1e-15));
    }

    #[test]
    fn large_scores_neither_overflow_nor_lose_the_loss() {
        let x = array![[1e3, -1e3, 0.0], [-1e3, 1e3, 1e3], [1e8, 1e8, 1e8]];
        let (loss, dx) = softmax_loss(&x, &array![1, 1, 2]);
        let by_hand: f64 = (2000.0 + 2.0_f64.ln() + 3.0_f64.ln()) / 3.0;
        assert!((loss - by_hand).abs() < 1e-12, "{loss}");
        assert!(dx.iter().all(|value| value.is_finite()));
        let (loss, dx) = softmax_loss(&array![[1e3_f32, -1e3]], &array![1]);
        assert_eq!((loss, dx), (2000.0, array![[1.0, -1.0]]));
    }

    #[test]
    fn a_masked_class_has_probability_zero() {
        let p = softmax(&array![[0.0, f64::NEG_INFINITY, 0.0]]);
        assert_eq!(p, array![[0.5, 0.0, 0.5]]);
    }

    #[test]
    fn a_score_that_is_nan_stays_visible() {
        assert!(softmax_loss(&array![[0.0, f64::NAN]], &array![0]).0.is_nan());
    }

    #[test]
    fn log_sum_exp_of_nothing_and_of_much() {
        assert_eq!(log_sum_exp(&Array2::<f64>::zeros((2, 0)))[0], f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&array![[-1e3_f64, -2e3]])[0], -1e3);
    }
}
