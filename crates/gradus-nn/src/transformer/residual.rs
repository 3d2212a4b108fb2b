//! Add and norm: what joins each part of a block to the next.

use ndarray::{Array1, Array3, ArrayRef3, Ix3};

use crate::Scalar;
use crate::named::by_name;
use crate::norms::{LayernormCache, layernorm_backward, layernorm_forward};

/// Scale and shift of a layer norm, or the gradient of each under its name.
///
/// ```
/// use gradus_nn::transformer::NormParameters;
/// let norm = NormParameters::<f64>::identity(3);
/// assert_eq!((norm.gamma.sum(), norm.beta.sum()), (3.0, 0.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NormParameters<F> {
    /// Scale (features).
    pub gamma: Array1<F>,
    /// Shift (features).
    pub beta: Array1<F>,
}

by_name!(NormParameters { gamma, beta } {});

impl<F: Scalar> NormParameters<F> {
    /// Scale 1 and shift 0, where training starts.
    pub fn identity(features: usize) -> Self {
        NormParameters { gamma: Array1::ones(features), beta: Array1::zeros(features) }
    }
}

/// `layernorm(x + part)`, where `part` was calculated from `x`.
#[track_caller]
pub(super) fn add_and_norm<F: Scalar>(
    x: &ArrayRef3<F>,
    part: Array3<F>,
    norm: &NormParameters<F>,
    eps: F,
) -> (Array3<F>, LayernormCache<F, Ix3>) {
    let sum = part + x;
    layernorm_forward(&sum, &norm.gamma, &norm.beta, eps)
}

/// The gradient of the sum, which is that of `part` and a share of that of `x`, and the gradients of the norm.
pub(super) fn add_and_norm_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    cache: &LayernormCache<F, Ix3>,
) -> (Array3<F>, NormParameters<F>) {
    let (dsum, gamma, beta) = layernorm_backward(dout, cache);
    (dsum, NormParameters { gamma, beta })
}
