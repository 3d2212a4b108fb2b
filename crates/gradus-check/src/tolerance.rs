//! How much two numbers may differ and still agree.

/// A tolerance: `actual` agrees with `expected` if
///
/// `|actual - expected| <= absolute + relative * |expected|`
///
/// or if both are the same infinity. NaN agrees with nothing, not even with NaN.
///
/// ```
/// use gradus_check::Tolerance;
/// let tolerance = Tolerance::new(1e-3, 1e-6);
/// assert!(tolerance.accepts(1000.9, 1000.0));
/// assert!(!tolerance.accepts(1001.1, 1000.0));
/// assert!(!tolerance.accepts(f64::NAN, f64::NAN));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// The share of the expected value's magnitude that the result may be off.
    pub relative: f64,
    /// The difference that is allowed at any magnitude; it decides where zero is expected.
    pub absolute: f64,
}

impl Tolerance {
    /// A tolerance of your own.
    pub const fn new(relative: f64, absolute: f64) -> Self {
        Tolerance { relative, absolute }
    }

    /// Equal numbers: for labels, counts and predictions.
    pub const fn exact() -> Self {
        Tolerance::new(0.0, 0.0)
    }

    /// The same mathematics in `f64`, in any order of operations: relative 1e-9, absolute 1e-12.
    pub const fn double() -> Self {
        Tolerance::new(1e-9, 1e-12)
    }

    /// The same mathematics in `f32`, in any order of operations: relative 1e-4, absolute 1e-6.
    pub const fn single() -> Self {
        Tolerance::new(1e-4, 1e-6)
    }

    /// Values that were recorded with eight digits: relative 1e-6, absolute 1e-8.
    pub const fn recorded() -> Self {
        Tolerance::new(1e-6, 1e-8)
    }

    /// An analytic gradient in `f64` against [`numeric_gradient`](crate::numeric_gradient): relative 1e-5, absolute
    /// 1e-7, for functions whose values are of the order of 1 to 1000.
    pub const fn numeric_gradient() -> Self {
        Tolerance::new(1e-5, 1e-7)
    }

    /// Whether `actual` agrees with `expected`. A tolerance that is NaN or negative accepts equal numbers only.
    pub fn accepts(self, actual: f64, expected: f64) -> bool {
        if actual == expected {
            return true;
        }
        // Finite only: an infinite expected value would make the right side infinite and let any number pass.
        actual.is_finite()
            && expected.is_finite()
            && (actual - expected).abs() <= self.absolute + self.relative * expected.abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_belongs_to_it() {
        let tolerance = Tolerance::new(0.5, 1.0);
        assert!(tolerance.accepts(4.0, 2.0) && tolerance.accepts(0.0, 2.0));
        assert!(!tolerance.accepts(4.0000001, 2.0));
    }

    #[test]
    fn the_expected_value_sets_the_scale_not_the_actual_one() {
        let tolerance = Tolerance::new(0.6, 0.0);
        assert!(tolerance.accepts(1.0, 2.0));
        assert!(!tolerance.accepts(2.0, 1.0));
    }

    #[test]
    fn an_infinite_expected_value_does_not_accept_every_number() {
        let tolerance = Tolerance::new(0.5, 1.0);
        assert!(!tolerance.accepts(3.0, f64::INFINITY));
        assert!(!tolerance.accepts(f64::NEG_INFINITY, f64::INFINITY));
        assert!(tolerance.accepts(f64::NEG_INFINITY, f64::NEG_INFINITY));
    }

    #[test]
    fn nothing_that_is_nan_agrees() {
        for (a, e) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, f64::NAN), (f64::NAN, f64::INFINITY)] {
            assert!(!Tolerance::new(0.5, 1.0).accepts(a, e), "{a} against {e}");
        }
        assert!(!Tolerance::new(f64::NAN, 1.0).accepts(1.0, 1.1));
        assert!(!Tolerance::new(-1.0, 0.0).accepts(1.0, 1.1));
    }
}
