//! Losses of predictions against targets that are numbers: mean squared error, smooth L1, binary cross-entropy.
//!
//! Each is the mean over all elements, of arrays with any number of axes, and comes with its gradient. The losses of
//! scores against labels are in `softmax` and `svm`.

use ndarray::{Array, ArrayRef, Dimension, Zip};

use crate::Scalar;
use crate::shape::require_same_shape;

/// The mean squared error, and its gradient.
///
/// `loss = 1/n sum_i (x_i - y_i)^2`
///
/// `dx_i = 2 (x_i - y_i) / n`
///
/// Shapes: predictions `x`, targets `y` and gradient `dx` are alike, with `n` elements. Source: CS231n, notes on neural
/// networks, part 2 (regression).
///
/// # Panics
/// If the shapes differ, or there are no elements.
///
/// ```
/// use gradus_nn::losses::mse_loss;
/// use ndarray::array;
/// let (loss, dx) = mse_loss(&array![[1.0, 5.0]], &array![[0.0, 2.0]]);
/// assert_eq!((loss, dx), (5.0, array![[1.0, 3.0]]));
/// ```
#[track_caller]
pub fn mse_loss<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>, y: &ArrayRef<F, D>) -> (F, Array<F, D>) {
    mean_of("mse_loss", x, y, |x, y| {
        let difference = x - y;
        (difference * difference, F::cast(2.0) * difference)
    })
}

/// The smooth L1 loss, and its gradient: squares near 0 and absolute values further out, so that outliers pull less than
/// in [`mse_loss`]. With `d_i = x_i - y_i`:
///
/// `loss = 1/n sum_i (d_i^2 / (2 beta) if |d_i| < beta else |d_i| - beta/2)`
///
/// `dx_i = (d_i / beta if |d_i| < beta else sign(d_i)) / n`
///
/// Shapes: predictions `x`, targets `y` and gradient `dx` are alike, with `n` elements. `beta` is where the parabola meets
/// the lines, 1 in the paper; with `beta` 0 the loss is the mean absolute error, whose gradient at 0 is 0.
///
/// Source: Girshick, Fast R-CNN, 2015, equation 3.
///
/// # Panics
/// If the shapes differ, there are no elements, or `beta` is negative.
///
/// ```
/// use gradus_nn::losses::smooth_l1_loss;
/// use ndarray::array;
/// let (loss, dx) = smooth_l1_loss(&array![0.5, -3.0], &array![0.0, 0.0], 1.0);
/// assert_eq!((loss, dx), ((0.125 + 2.5) / 2.0, array![0.25, -0.5]));
/// ```
#[track_caller]
pub fn smooth_l1_loss<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>, y: &ArrayRef<F, D>, beta: F) -> (F, Array<F, D>) {
    assert!(beta >= F::zero(), "smooth_l1_loss: beta must be 0 or more, but is {beta}");
    let half = F::cast(0.5);
    mean_of("smooth_l1_loss", x, y, |x, y| {
        let difference = x - y;
        if difference.abs() < beta {
            (half * difference * difference / beta, difference / beta)
        } else if difference == F::zero() {
            (F::zero(), F::zero())
        } else {
            (difference.abs() - half * beta, difference.signum())
        }
    })
}

/// The mean binary cross-entropy of sigmoid probabilities, and its gradient. With `p_i = 1 / (1 + exp(-x_i))`:
///
/// `loss = -1/n sum_i (y_i ln p_i + (1 - y_i) ln(1 - p_i))`
///
/// `dx_i = (p_i - y_i) / n`
///
/// Computed as `max(x, 0) - x y + ln(1 + exp(-|x|))`, in which no exponential is above 1.
///
/// Shapes: logits `x`, targets `y` from 0 to 1 and gradient `dx` are alike, with `n` elements. Source: CS231n, assignment
/// on generative adversarial networks.
///
/// # Panics
/// If the shapes differ, or there are no elements.
///
/// ```
/// use gradus_nn::losses::binary_cross_entropy_with_logits;
/// use ndarray::array;
/// let (loss, dx) = binary_cross_entropy_with_logits(&array![0.0, 1000.0], &array![1.0, 0.0]);
/// assert_eq!((loss, dx), ((2.0_f64.ln() + 1000.0) / 2.0, array![-0.25, 0.5]));
/// ```
#[track_caller]
pub fn binary_cross_entropy_with_logits<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    y: &ArrayRef<F, D>,
) -> (F, Array<F, D>) {
    mean_of("binary_cross_entropy_with_logits", x, y, |x, y| {
        let exponential = (-x.abs()).exp();
        let positive = if x < F::zero() { F::zero() } else { x };
        let p = if x < F::zero() { exponential } else { F::one() } / (F::one() + exponential);
        (positive - x * y + exponential.ln_1p(), p - y)
    })
}

/// The mean over all elements of a loss, and its gradient with respect to `x`, from the loss and slope of one element.
#[track_caller]
fn mean_of<F: Scalar, D: Dimension>(
    operation: &str,
    x: &ArrayRef<F, D>,
    y: &ArrayRef<F, D>,
    loss_and_slope: impl Fn(F, F) -> (F, F),
) -> (F, Array<F, D>) {
    require_same_shape(operation, ("x", x.shape()), ("y", y.shape()));
    assert!(!x.is_empty(), "{operation}: needs at least one element, but x is {:?}", x.shape());
    let n = F::count(x.len());
    let mut loss = F::zero();
    let dx = Zip::from(x).and(y).map_collect(|&x, &y| {
        let (element, slope) = loss_and_slope(x, y);
        loss += element;
        slope / n
    });
    (loss / n, dx)
}
