//! Sinusoidal positional encoding.

use ndarray::{Array2, Array3, ArrayRef3};

use crate::Scalar;

/// A vector for each position, which tells positions apart: waves of ever greater length, a sine and a cosine of each,
///
/// `p_t,2i = sin(t / 10000^(2i / features))`, `p_t,2i+1 = cos(t / 10000^(2i / features))`
///
/// Shapes: result (time, features). With an odd number of features the last wave has its sine only. Calculated in `f64` and
/// then rounded.
///
/// Source: Vaswani and others, Attention is all you need (2017), section 3.5.
///
/// ```
/// use gradus_nn::attention::positional_encoding;
/// use ndarray::array;
/// let p = positional_encoding::<f64>(2, 3);
/// let slow = 10000_f64.powf(-2.0 / 3.0);
/// assert_eq!(p, array![[0.0, 1.0, 0.0], [1.0_f64.sin(), 1.0_f64.cos(), slow.sin()]]);
/// ```
pub fn positional_encoding<F: Scalar>(time: usize, features: usize) -> Array2<F> {
    Array2::from_shape_fn((time, features), |(t, feature)| {
        let wave = (feature - feature % 2) as f64 / features as f64;
        let angle = t as f64 * 10000_f64.powf(-wave);
        F::cast(if feature % 2 == 0 { angle.sin() } else { angle.cos() })
    })
}

/// Adds the [`positional_encoding`] to each example: `out_nt = x_nt + p_t`. The encoding is a constant, so the gradient of
/// `x` is that of the output as it is.
///
/// Shapes: `x` and the result (batch, time, features).
///
/// ```
/// use gradus_nn::attention::positional_encoding_forward;
/// use ndarray::array;
/// let out = positional_encoding_forward(&array![[[10.0, 10.0], [20.0, 20.0]]]);
/// assert_eq!(out, array![[[10.0, 11.0], [20.0 + 1.0_f64.sin(), 20.0 + 1.0_f64.cos()]]]);
/// ```
pub fn positional_encoding_forward<F: Scalar>(x: &ArrayRef3<F>) -> Array3<F> {
    let (_, time, features) = x.dim();
    x + &*positional_encoding(time, features)
}
