//! PReLU, the parametric ReLU: leaky ReLU whose slope below 0 is learned, one for all channels or one for each.
//!
//! Source: He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.

use ndarray::{Array, Array1, ArrayRef, ArrayRef1, Axis, Dimension, RemoveAxis, Zip};

use crate::Scalar;
use crate::shape::{require, require_same_shape};

/// What [`prelu_backward`] needs: the input and the slopes below 0.
#[derive(Debug, Clone)]
pub struct PreluCache<F, D: Dimension> {
    x: Array<F, D>,
    alpha: Array1<F>,
}

/// PReLU of each element: `out = x` where `x > 0`, and `alpha_c * x` elsewhere, with the slope of the element's channel.
///
/// Shapes: input `x` (batch, channels, ...) and output are alike; slopes `alpha` (channels), or (1) for one that all
/// channels share.
///
/// # Panics
/// If `x` has fewer than two axes, or `alpha` has neither one value nor one for each channel.
///
/// ```
/// use gradus_nn::activations::prelu_forward;
/// use ndarray::array;
/// let (out, _) = prelu_forward(&array![[-1.0, -1.0], [2.0, 3.0]], &array![0.25, 0.5]);
/// assert_eq!(out, array![[-0.25, -0.5], [2.0, 3.0]]);
/// ```
#[track_caller]
pub fn prelu_forward<F: Scalar, D: RemoveAxis>(
    x: &ArrayRef<F, D>,
    alpha: &ArrayRef1<F>,
) -> (Array<F, D>, PreluCache<F, D>) {
    assert!(x.ndim() >= 2, "prelu_forward: x needs a batch and a channel axis, but is {:?}", x.shape());
    let rule = "alpha needs one value, or one for each channel of x";
    let fits = alpha.len() == 1 || alpha.len() == x.shape()[1];
    require(fits, "prelu_forward", rule, ("x", x.shape()), ("alpha", alpha.shape()));

    let mut out = x.to_owned();
    for (mut channel, slope) in out.axis_iter_mut(Axis(1)).zip(alpha.iter().cycle()) {
        channel.mapv_inplace(|x| if x > F::zero() { x } else { *slope * x });
    }
    (out, PreluCache { x: x.to_owned(), alpha: alpha.to_owned() })
}

/// The gradients `(dx, dalpha)` of [`prelu_forward`].
///
/// `dx = dout` where `x > 0`, and `alpha_c * dout` elsewhere
///
/// `dalpha_c = sum dout * x`, over the elements of channel `c` where `x <= 0`; over all channels for a shared slope
///
/// Shapes: upstream gradient `dout` and `dx` are as the input `x` was, `dalpha` as `alpha` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{prelu_backward, prelu_forward};
/// use ndarray::array;
/// let (_, cache) = prelu_forward(&array![[-1.0, -1.0], [2.0, -3.0]], &array![0.25, 0.5]);
/// let (dx, dalpha) = prelu_backward(&array![[1.0, 1.0], [1.0, 2.0]], &cache);
/// assert_eq!((dx, dalpha), (array![[0.25, 0.5], [1.0, 1.0]], array![-1.0, -7.0]));
/// ```
#[track_caller]
pub fn prelu_backward<F: Scalar, D: RemoveAxis>(
    dout: &ArrayRef<F, D>,
    cache: &PreluCache<F, D>,
) -> (Array<F, D>, Array1<F>) {
    require_same_shape("prelu_backward", ("x", cache.x.shape()), ("dout", dout.shape()));
    let slopes = cache.alpha.len();
    let (mut dx, mut dalpha) = (dout.to_owned(), Array1::zeros(slopes));
    for (c, (channel, x)) in dx.axis_iter_mut(Axis(1)).zip(cache.x.axis_iter(Axis(1))).enumerate() {
        let (alpha, dalpha) = (cache.alpha[c % slopes], &mut dalpha[c % slopes]);
        // Zip takes the two arrays in step, whatever their layouts.
        Zip::from(channel).and(x).for_each(|slope, &x| {
            if x <= F::zero() {
                *dalpha += *slope * x;
                *slope *= alpha;
            }
        });
    }
    (dx, dalpha)
}
