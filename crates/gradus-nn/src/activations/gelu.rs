//! GELU, the Gaussian error linear unit: each input times the probability that a standard normal number is below it. In two
//! forms: exact, and with the approximation by a hyperbolic tangent that GPT-2 and BERT were trained with.
//!
//! Source: Hendrycks and Gimpel, Gaussian error linear units, 2016.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, PI};

use ndarray::{Array, ArrayRef, Dimension};

use super::chain;
use crate::Scalar;
use crate::machinery::vector::tanh_slope;
use crate::special::erf;

/// What [`gelu_backward`] and [`gelu_tanh_backward`] need: the input.
#[derive(Debug, Clone)]
pub struct GeluCache<F, D: Dimension> {
    x: Array<F, D>,
}

/// GELU of each element, exact: `out = x * Phi(x)`, where `Phi(x) = (1 + erf(x / sqrt 2)) / 2` is the distribution function
/// of the standard normal distribution.
///
/// Shapes: input `x` and output are alike.
///
/// ```
/// use gradus_nn::activations::gelu_forward;
/// use ndarray::array;
/// let (out, _) = gelu_forward(&array![0.0, 1.0, 100.0, -100.0]);
/// assert!(out[0] == 0.0 && (out[1] - 0.8413447460685429_f64).abs() < 1e-15 && out[2] == 100.0 && out[3] == 0.0);
/// ```
pub fn gelu_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> (Array<F, D>, GeluCache<F, D>) {
    (x.mapv(|x| x * normal_distribution(x)), GeluCache { x: x.to_owned() })
}

/// The gradient of [`gelu_forward`]: `dx = dout * (Phi(x) + x * phi(x))`, with the density `phi(x) = exp(-x^2 / 2) /
/// sqrt(2 pi)`.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{gelu_backward, gelu_forward};
/// use ndarray::array;
/// let (_, cache) = gelu_forward(&array![0.0, 100.0]);
/// assert_eq!(gelu_backward(&array![3.0, 3.0], &cache), array![1.5, 3.0]);
/// ```
#[track_caller]
pub fn gelu_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &GeluCache<F, D>) -> Array<F, D> {
    let density = |x: F| F::cast((2.0 * PI).sqrt().recip()) * (F::cast(-0.5) * x * x).exp();
    chain("gelu_backward", dout, &cache.x, |x| normal_distribution(x) + x * density(x))
}

/// GELU of each element, approximated: `out = x/2 * (1 + tanh(u))` with `u = sqrt(2 / pi) * (x + 0.044715 x^3)`. It is within
/// 0.0005 of [`gelu_forward`].
///
/// Shapes: input `x` and output are alike.
///
/// ```
/// use gradus_nn::activations::{gelu_forward, gelu_tanh_forward};
/// use ndarray::array;
/// let x = array![-2.0_f64, -0.5, 1.0];
/// assert!((gelu_tanh_forward(&x).0 - gelu_forward(&x).0).iter().all(|difference| difference.abs() < 5e-4));
/// ```
pub fn gelu_tanh_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> (Array<F, D>, GeluCache<F, D>) {
    let out = x.mapv(|x| {
        let x = double(x);
        F::cast(0.5 * x * (1.0 + inner(x).0.tanh()))
    });
    (out, GeluCache { x: x.to_owned() })
}

/// The gradient of [`gelu_tanh_forward`]: `dx = dout * ((1 + t) / 2 + x/2 * (1 - t^2) * du/dx)` with `t = tanh(u)`.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{gelu_tanh_backward, gelu_tanh_forward};
/// use ndarray::array;
/// let (_, cache) = gelu_tanh_forward(&array![0.0, 100.0]);
/// assert_eq!(gelu_tanh_backward(&array![3.0, 3.0], &cache), array![1.5, 3.0]);
/// ```
#[track_caller]
pub fn gelu_tanh_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &GeluCache<F, D>) -> Array<F, D> {
    chain("gelu_tanh_backward", dout, &cache.x, |x| {
        let x = double(x);
        let (u, slope) = inner(x);
        let t = u.tanh();
        F::cast(0.5 * (1.0 + t + x * tanh_slope(t) * slope))
    })
}

/// `Phi(x)`
fn normal_distribution<F: Scalar>(x: F) -> F {
    F::cast(0.5 * (1.0 + erf(double(x) * FRAC_1_SQRT_2)))
}

/// `u` of the approximation, and `du/dx`.
fn inner(x: f64) -> (f64, f64) {
    let scale = FRAC_2_PI.sqrt();
    (scale * (x + 0.044715 * x * x * x), scale * (1.0 + 3.0 * 0.044715 * x * x))
}

/// Double precision within: where `erf` and `tanh` are near -1, single precision has few digits of `1 + erf` left.
fn double<F: Scalar>(x: F) -> f64 {
    x.to_f64().expect("f32 and f64 fit into f64")
}
