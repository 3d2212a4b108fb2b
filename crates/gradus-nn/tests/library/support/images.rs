//! What the tests of image layers share: single precision, other memory layouts, tolerances.

use gradus_check::Tolerance;
use ndarray::{Array, Array4, Dimension};

/// The same sum in another order: relative to numbers of size 1 to 100.
pub const SAME: Tolerance = Tolerance::new(1e-9, 1e-11);

/// Rounded to single precision.
pub fn single<D: Dimension>(array: &Array<f64, D>) -> Array<f32, D> {
    array.mapv(|value| value as f32)
}

/// The same elements in the reverse order of axes in memory.
pub fn reordered(array: &Array4<f64>) -> Array4<f64> {
    let mut result = Array4::zeros(array.t().dim()).reversed_axes();
    result.assign(array);
    assert!(
        array.len() < 2
            || array.shape().iter().filter(|&&length| length > 1).count() < 2
            || !result.is_standard_layout()
    );
    result
}
