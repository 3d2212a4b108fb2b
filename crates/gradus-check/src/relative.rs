//! The relative error of two arrays.

use ndarray::{ArrayBase, Data, Dimension};

use crate::Element;

/// Differences of numbers below this size are measured against it, so that noise around zero does not count as error.
const FLOOR: f64 = 1e-8;

/// The largest relative error over the elements of two arrays of one shape, as defined in CS231n:
///
/// `max |a - b| / max(1e-8, |a| + |b|)`
///
/// It lies in `0.0..=1.0`, or is [`f64::INFINITY`] where an element is NaN, or where one is infinite and the other is
/// not the same infinity. Two empty arrays have error 0. Analytic against numeric gradients in `f64` should stay below
/// 1e-6; above 1e-2 the gradient is probably wrong.
///
/// Source: CS231n, notes on gradient checks.
///
/// # Panics
/// If the shapes differ.
///
/// ```
/// use gradus_check::relative_error;
/// use ndarray::array;
/// assert_eq!(relative_error(&array![1.0, 2.0], &array![1.0, 6.0]), 0.5);
/// assert_eq!(relative_error(&array![f64::NAN], &array![1.0]), f64::INFINITY);
/// ```
#[track_caller]
pub fn relative_error<S, T, D>(a: &ArrayBase<S, D>, b: &ArrayBase<T, D>) -> f64
where
    S: Data<Elem: Element>,
    T: Data<Elem: Element>,
    D: Dimension,
{
    assert!(
        a.shape() == b.shape(),
        "relative_error: both arrays need one shape, but a is {:?} and b is {:?}",
        a.shape(),
        b.shape()
    );
    a.iter().zip(b).map(|(&a, &b)| relative_error_scalar(a.to_f64(), b.to_f64())).fold(0.0, f64::max)
}

/// The relative error of two numbers: `|a - b| / max(1e-8, |a| + |b|)`. See [`relative_error`].
///
/// ```
/// use gradus_check::relative_error_scalar;
/// assert_eq!(relative_error_scalar(3.0, 1.0), 0.5);
/// assert_eq!(relative_error_scalar(0.0, -0.0), 0.0);
/// assert_eq!(relative_error_scalar(f64::INFINITY, f64::INFINITY), 0.0);
/// assert_eq!(relative_error_scalar(f64::INFINITY, 1.0), f64::INFINITY);
/// ```
pub fn relative_error_scalar(a: f64, b: f64) -> f64 {
    if a == b {
        0.0
    } else if a.is_finite() && b.is_finite() {
        // Halves, because the sum of two large numbers would overflow.
        (a / 2.0 - b / 2.0).abs() / (FLOOR / 2.0).max(a.abs() / 2.0 + b.abs() / 2.0)
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array0, Array2, array};

    #[test]
    fn takes_the_worst_element() {
        assert_eq!(relative_error(&array![[1.0, 1.0], [1.0, 3.0]], &array![[1.0, 1.0], [1.0, 1.0]]), 0.5);
        assert_eq!(relative_error(&array![1.0_f32], &array![3_i32]), 0.5);
    }

    #[test]
    fn numbers_near_zero_are_measured_against_the_floor() {
        assert!((relative_error_scalar(1e-10, -1e-10) - 0.02).abs() < 1e-12);
        assert_eq!(relative_error_scalar(1e-8, 0.0), 1.0);
    }

    #[test]
    fn an_infinity_agrees_with_itself_alone() {
        let inf = f64::INFINITY;
        assert_eq!(relative_error(&array![inf, 1.0], &array![inf, 1.0]), 0.0);
        assert_eq!(relative_error(&array![inf], &array![-inf]), inf);
        assert_eq!(relative_error(&array![1.0, f64::NAN, 1.0], &array![1.0, f64::NAN, 1.0]), inf);
    }

    #[test]
    fn large_numbers_do_not_overflow() {
        assert_eq!(relative_error_scalar(f64::MAX, -f64::MAX), 1.0);
        assert!((relative_error_scalar(1.0e308, 1.5e308) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn empty_and_zero_dimensional_arrays() {
        assert_eq!(relative_error(&Array2::<f64>::zeros((0, 3)), &Array2::<f64>::zeros((0, 3))), 0.0);
        assert_eq!(relative_error(&Array0::from_elem((), 1.0), &Array0::from_elem((), 3.0)), 0.5);
    }

    #[test]
    #[should_panic(expected = "relative_error: both arrays need one shape, but a is [2] and b is [1]")]
    fn never_broadcasts() {
        relative_error(&array![1.0, 1.0], &array![1.0]);
    }
}
