//! What the normalisation layers share: one set of elements to mean 0 and variance 1 and back, and the scale and shift of
//! each channel.

use ndarray::{Array, Array1, ArrayRef, ArrayRef1, Axis, Dimension, RemoveAxis, Zip};

use crate::Scalar;

/// What was measured of one set.
pub(super) struct Moments<F> {
    pub(super) mean: F,
    pub(super) var: F,
    /// `1 / sqrt(var + eps)`
    pub(super) inv_std: F,
}

impl<F: Scalar> Moments<F> {
    pub(super) fn new(mean: F, var: F, eps: F) -> Self {
        Moments { mean, var, inv_std: (var + eps).sqrt().recip() }
    }
}

/// Replaces the elements `x` of one set by `x_hat`.
pub(super) fn normalise<F: Scalar, D: Dimension>(set: &mut ArrayRef<F, D>, eps: F) -> Moments<F> {
    let n = F::count(set.len());
    let mean = set.sum() / n;
    set.mapv_inplace(|x| x - mean);
    let var = dot(set, set) / n;
    let moments = Moments::new(mean, var, eps);
    set.mapv_inplace(|centred| centred * moments.inv_std);
    moments
}

/// Replaces the gradient `dx_hat` of one set by `dx`.
///
/// `dx_i = inv_std * (dx_hat_i - 1/n sum_j dx_hat_j - x_hat_i * 1/n sum_j dx_hat_j x_hat_j)`
///
/// In words: the gradient less its part along a common shift and its part along a common stretch of the set, because the
/// layer undoes both. [`batchnorm_backward`](super::batchnorm_backward) gets there step by step.
pub(super) fn normalise_backward<F: Scalar, D: Dimension>(
    dx_hat: &mut ArrayRef<F, D>,
    x_hat: &ArrayRef<F, D>,
    inv_std: F,
) {
    let n = F::count(dx_hat.len());
    let (shift, stretch) = (dx_hat.sum() / n, dot(dx_hat, x_hat) / n);
    Zip::from(dx_hat).and(x_hat).for_each(|slope, &x_hat| *slope = inv_std * (*slope - shift - x_hat * stretch));
}

/// `out = gamma_c * x_hat + beta_c`, where the channels `c` are axis 1.
pub(super) fn scale_and_shift<F: Scalar, D: RemoveAxis>(
    x_hat: &ArrayRef<F, D>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
) -> Array<F, D> {
    let mut out = x_hat.to_owned();
    for (c, mut channel) in out.axis_iter_mut(Axis(1)).enumerate() {
        channel.mapv_inplace(|x_hat| gamma[c] * x_hat + beta[c]);
    }
    out
}

/// The gradients `(dx_hat, dgamma, dbeta)` of [`scale_and_shift`].
pub(super) fn scale_and_shift_backward<F: Scalar, D: RemoveAxis>(
    dout: &ArrayRef<F, D>,
    x_hat: &ArrayRef<F, D>,
    gamma: &ArrayRef1<F>,
) -> (Array<F, D>, Array1<F>, Array1<F>) {
    let mut dx_hat = dout.to_owned();
    let (mut dgamma, mut dbeta) = (Array1::zeros(gamma.len()), Array1::zeros(gamma.len()));
    for (c, (mut channel, x_hat)) in dx_hat.axis_iter_mut(Axis(1)).zip(x_hat.axis_iter(Axis(1))).enumerate() {
        dbeta[c] = channel.sum();
        dgamma[c] = dot(&channel, &x_hat);
        channel.mapv_inplace(|slope| slope * gamma[c]);
    }
    (dx_hat, dgamma, dbeta)
}

/// The sum of the products of two arrays of one shape. Row by row, so that single precision adds up few numbers at a time.
fn dot<F: Scalar, D: Dimension>(a: &ArrayRef<F, D>, b: &ArrayRef<F, D>) -> F {
    a.rows().into_iter().zip(b.rows()).map(|(a, b)| a.dot(&b)).sum()
}
