//! The number type that the whole library is generic over.

use std::iter::Sum;

use ndarray::NdFloat;

use crate::machinery::vector::Float;

/// A real number in single or double precision: `f32` or `f64`.
///
/// The arithmetic of arrays and the functions `exp`, `ln`, `sqrt` and so on come with [`NdFloat`]. This trait adds
/// the two conversions that formulas need. No other type can have it, because the machinery that computes matrix products
/// and exponentials knows only these two.
///
/// ```
/// use gradus_nn::Scalar;
/// fn mean_of_two<F: Scalar>(a: F, b: F) -> F {
///     F::cast(0.5) * (a + b)
/// }
/// assert_eq!(mean_of_two(1.0_f32, 2.0), 1.5);
/// assert_eq!(mean_of_two(1.0_f64, 2.0), 1.5);
/// ```
pub trait Scalar: NdFloat + Sum + Default + Float {
    /// The number of this type nearest to `value`.
    fn cast(value: f64) -> Self;

    /// A count as a number of this type, for example the `n` in a mean.
    fn count(n: usize) -> Self {
        Self::cast(n as f64)
    }
}

impl Scalar for f64 {
    fn cast(value: f64) -> Self {
        value
    }
}

impl Scalar for f32 {
    fn cast(value: f64) -> Self {
        value as f32
    }
}
