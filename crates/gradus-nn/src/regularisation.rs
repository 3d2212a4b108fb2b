//! Regularisers: a penalty on large weights, to be added to the loss, and its gradient, to be added to the weights'.
//!
//! `reg` is the strength, 0 or more. The factor 1/2 of [`l2`] is the convention of modular networks: it makes the gradient
//! `reg * w`. The linear classifiers have `reg * sum(w^2)` without it.

use ndarray::{Array, ArrayRef, Dimension};

use crate::Scalar;
use crate::machinery::sum_of;
#[cfg(all(feature = "two_layer_net", feature = "softmax"))]
use crate::machinery::{fold, vector::vectorised};

/// The L2 penalty, and its gradient: `0.5 * reg * sum(w^2)` and `dw = reg * w`.
///
/// Shapes: weights `w` and gradient `dw` are alike. Source: CS231n, notes on neural networks, part 2.
///
/// ```
/// use gradus_nn::regularisation::l2;
/// use ndarray::array;
/// assert_eq!(l2(&array![[3.0, -4.0]], 2.0), (25.0, array![[6.0, -8.0]]));
/// ```
pub fn l2<F: Scalar, D: Dimension>(w: &ArrayRef<F, D>, reg: F) -> (F, Array<F, D>) {
    (l2_penalty(w, reg), w.mapv(|weight| reg * weight))
}

/// [`l2`] with its gradient added to `dw`; gives the penalty.
#[cfg(all(feature = "two_layer_net", feature = "softmax"))] // the networks' features
pub(crate) fn add_l2<F: Scalar, D: Dimension>(w: &ArrayRef<F, D>, reg: F, dw: &mut ArrayRef<F, D>) -> F {
    if reg == F::zero() {
        return F::zero();
    }
    const AT_ONCE: usize = 1 << 13;
    let (Some(weights), Some(gradient)) = (w.as_slice(), dw.as_slice_mut()) else {
        dw.scaled_add(reg, w);
        return l2_penalty(w, reg);
    };
    let chunks = gradient.chunks_mut(AT_ONCE).zip(weights.chunks(AT_ONCE));
    let squares = fold(chunks, 2 * w.len(), F::zero, |squares, (dw, w)| add_decay(dw, w, reg, squares));
    F::cast(0.5) * reg * squares.into_iter().sum()
}

#[cfg(all(feature = "two_layer_net", feature = "softmax"))]
vectorised! {
    /// `dw = dw + reg * w`; the squares of the weights are added to `squares`.
    fn add_decay<F: Scalar>(dw: &mut [F], w: &[F], reg: F, squares: &mut F) {
        *squares += sum_of(w, |weight| weight * weight);
        dw.iter_mut().zip(w).for_each(|(dw, &weight)| *dw += reg * weight);
    }
}

fn l2_penalty<F: Scalar, D: Dimension>(w: &ArrayRef<F, D>, reg: F) -> F {
    let w = w.as_standard_layout();
    F::cast(0.5) * reg * sum_of(w.as_slice().expect("row-major"), |weight| weight * weight)
}

/// The L1 penalty, and its gradient: `reg * sum(|w|)` and `dw = reg * sign(w)`, with `sign(0) = 0`. It drives weights to
/// exactly 0.
///
/// Shapes: weights `w` and gradient `dw` are alike. Source: CS231n, notes on neural networks, part 2.
///
/// ```
/// use gradus_nn::regularisation::l1;
/// use ndarray::array;
/// assert_eq!(l1(&array![[3.0, 0.0, -4.0]], 2.0), (14.0, array![[2.0, 0.0, -2.0]]));
/// ```
pub fn l1<F: Scalar, D: Dimension>(w: &ArrayRef<F, D>, reg: F) -> (F, Array<F, D>) {
    let sum: F = w.iter().map(|weight| weight.abs()).sum();
    let sign = |weight: F| if weight == F::zero() { F::zero() } else { weight.signum() };
    (reg * sum, w.mapv(|weight| reg * sign(weight)))
}

/// The elastic net: [`l1`] with strength `reg_l1` plus [`l2`] with strength `reg_l2`.
///
/// `penalty = reg_l1 * sum(|w|) + 0.5 * reg_l2 * sum(w^2)`
///
/// Shapes: weights `w` and gradient `dw` are alike. Source: Zou and Hastie, Regularization and variable selection via the
/// elastic net, 2005.
///
/// ```
/// use gradus_nn::regularisation::elastic_net;
/// use ndarray::array;
/// assert_eq!(elastic_net(&array![[3.0, -4.0]], 2.0, 1.0), (14.0 + 12.5, array![[5.0, -6.0]]));
/// ```
pub fn elastic_net<F: Scalar, D: Dimension>(w: &ArrayRef<F, D>, reg_l1: F, reg_l2: F) -> (F, Array<F, D>) {
    let ((absolute, sign), (square, slope)) = (l1(w, reg_l1), l2(w, reg_l2));
    (absolute + square, sign + slope)
}
