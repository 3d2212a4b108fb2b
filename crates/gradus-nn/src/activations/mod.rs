//! Activation functions: what stands between two linear maps, so that together they are more than one.
//!
//! `x_forward(x)` gives the output and a cache; `x_backward(dout, &cache)` gives the gradient. All but PReLU and maxout act
//! on each element alone, on arrays with any number of axes. ReLU and what can imitate it (leaky ReLU, PReLU, ELU, maxout)
//! need the feature `two_layer_net`.

#[cfg(feature = "two_layer_net")]
mod elu;
mod gelu;
#[cfg(feature = "two_layer_net")]
mod leaky_relu;
#[cfg(feature = "two_layer_net")]
mod maxout;
#[cfg(feature = "two_layer_net")]
mod prelu;
#[cfg(any(feature = "two_layer_net", feature = "attention"))]
mod relu;
mod sigmoid;
mod tanh;

use ndarray::{Array, ArrayRef, Dimension};

use crate::Scalar;
use crate::machinery::map_pairs;
use crate::shape::require_same_shape;

#[cfg(feature = "two_layer_net")]
pub use elu::{EluCache, elu_backward, elu_forward};
pub use gelu::{GeluCache, gelu_backward, gelu_forward, gelu_tanh_backward, gelu_tanh_forward};
#[cfg(feature = "two_layer_net")]
pub use leaky_relu::{LeakyReluCache, leaky_relu_backward, leaky_relu_forward};
#[cfg(feature = "two_layer_net")]
pub use maxout::{MaxoutCache, maxout_backward, maxout_forward};
#[cfg(feature = "two_layer_net")]
pub use prelu::{PreluCache, prelu_backward, prelu_forward};
#[cfg(feature = "two_layer_net")]
pub use relu::{ReluCache, relu_backward, relu_forward};
#[cfg(all(feature = "attention", not(feature = "two_layer_net")))]
pub(crate) use relu::{ReluCache, relu_backward, relu_forward}; // inside the blocks
pub use sigmoid::{SigmoidCache, sigmoid_backward, sigmoid_forward};
pub use tanh::{TanhCache, tanh_backward, tanh_forward};

/// The chain rule for a function of each element alone: `dx_i = dout_i * slope(cached_i)`. What is cached is the input or
/// the output, whichever gives the slope with less work.
#[track_caller]
fn chain<F: Scalar, D: Dimension>(
    operation: &str,
    dout: &ArrayRef<F, D>,
    cached: &ArrayRef<F, D>,
    slope: impl Fn(F) -> F + Sync,
) -> Array<F, D> {
    require_same_shape(operation, ("x", cached.shape()), ("dout", dout.shape()));
    map_pairs(dout, cached, |upstream, value| upstream * slope(value))
}
