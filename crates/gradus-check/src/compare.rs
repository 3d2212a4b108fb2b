//! Comparison within a tolerance.

use ndarray::{ArrayBase, Data, Dimension};

use crate::{Element, Mismatch, Tolerance, relative_error_scalar};

/// Compares a result with what is expected. The shapes must be the same, and every element must
/// [agree](Tolerance::accepts). The two may differ in element type and in how their dimension is typed.
///
/// # Errors
/// The [`Mismatch`]: the shape first, then elements that are NaN or infinite and should not be, then the values.
///
/// ```
/// use gradus_check::{Mismatch, Tolerance, compare};
/// use ndarray::array;
/// let expected = array![[1.0, 2.0], [3.0, 4.0]].into_dyn();
/// assert!(compare(&array![[1.0_f32, 2.0], [3.0, 4.0]], &expected, Tolerance::single()).is_ok());
///
/// let mismatch = compare(&array![1.0, 2.0, 3.0, 4.0], &expected, Tolerance::double()).unwrap_err();
/// assert_eq!(mismatch.to_string(), "wrong shape: got [4], expected [2, 2]");
/// ```
pub fn compare<S, T, D, E>(
    actual: &ArrayBase<S, D>,
    expected: &ArrayBase<T, E>,
    tolerance: Tolerance,
) -> Result<(), Mismatch>
where
    S: Data<Elem: Element>,
    T: Data<Elem: Element>,
    D: Dimension,
    E: Dimension,
{
    if actual.shape() != expected.shape() {
        return Err(Mismatch::Shape { actual: actual.shape().to_vec(), expected: expected.shape().to_vec() });
    }
    let wrong: Vec<Wrong> = actual
        .iter()
        .zip(expected)
        .map(|(actual, expected)| (actual.to_f64(), expected.to_f64()))
        .enumerate()
        .filter(|&(_, (actual, expected))| !tolerance.accepts(actual, expected))
        .map(|(flat, (actual, expected))| Wrong { flat, actual, expected })
        .collect();

    let elements = actual.len();
    let index = |wrong: &Wrong| multi_index(wrong.flat, actual.shape());
    let mut not_finite = wrong.iter().filter(|wrong| !wrong.actual.is_finite());
    if let Some(first) = not_finite.next() {
        return Err(Mismatch::NotFinite { count: 1 + not_finite.count(), elements, first: index(first) });
    }
    // `rev`, because of equal maxima the last one wins and the first one should.
    let worst = wrong.iter().rev().max_by(|a, b| a.relative_error().total_cmp(&b.relative_error()));
    match worst {
        None => Ok(()),
        Some(worst) => Err(Mismatch::Values {
            wrong: wrong.len(),
            elements,
            worst: index(worst),
            actual: worst.actual,
            expected: worst.expected,
            relative_error: worst.relative_error(),
        }),
    }
}

/// Compares one number with what is expected: [`compare`] for arrays of no dimension.
///
/// # Errors
/// The [`Mismatch`].
///
/// ```
/// use gradus_check::{Tolerance, compare_scalar};
/// assert!(compare_scalar(2.302585093, 10.0_f64.ln(), Tolerance::recorded()).is_ok());
/// let mismatch = compare_scalar(3.0, 1.0, Tolerance::double()).unwrap_err();
/// assert_eq!(mismatch.to_string(), "got 3, expected 1 (relative error 5.0e-1)");
/// assert_eq!(mismatch.without_values().to_string(), "the number is wrong (relative error 5.0e-1)");
/// ```
pub fn compare_scalar(actual: impl Element, expected: impl Element, tolerance: Tolerance) -> Result<(), Mismatch> {
    compare(&ndarray::arr0(actual), &ndarray::arr0(expected), tolerance)
}

struct Wrong {
    flat: usize,
    actual: f64,
    expected: f64,
}

impl Wrong {
    fn relative_error(&self) -> f64 {
        relative_error_scalar(self.actual, self.expected)
    }
}

/// The index of the element at position `flat` in row-major order.
fn multi_index(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&length| {
            let position = flat % length;
            flat /= length;
            position
        })
        .collect();
    index.reverse();
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    const TOLERANCE: Tolerance = Tolerance::double();

    #[test]
    fn equal_arrays_agree_in_any_layout() {
        let a = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let transposed = array![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]];
        assert_eq!(compare(&a.t(), &transposed, TOLERANCE), Ok(()));
        assert_eq!(compare(&Array2::<f64>::zeros((0, 3)), &Array2::<f64>::zeros((0, 3)), TOLERANCE), Ok(()));
        assert_eq!(compare(&array![3_usize, 1], &array![3_i64, 1], Tolerance::exact()), Ok(()));
    }

    #[test]
    fn the_shape_comes_first_and_nothing_is_broadcast() {
        for (actual, expected) in
            [(vec![3], vec![1, 3]), (vec![1], vec![3]), (vec![], vec![1]), (vec![0, 3], vec![3, 0])]
        {
            let nan = ndarray::ArrayD::from_elem(actual.clone(), f64::NAN);
            let one = ndarray::ArrayD::from_elem(expected.clone(), 1.0);
            assert_eq!(compare(&nan, &one, TOLERANCE), Err(Mismatch::Shape { actual, expected }));
        }
        let mismatch = compare(&array![1.0], &ndarray::arr0(1.0), TOLERANCE).unwrap_err();
        assert_eq!(mismatch.to_string(), "wrong shape: got [1], expected a single number");
    }

    #[test]
    fn reports_the_worst_of_the_wrong_elements() {
        let actual = array![[1.0, 2.2], [3.0, 1e-12]];
        let expected = array![[1.0, 2.0], [4.0, -1e-12]];
        let mismatch = compare(&actual, &expected, Tolerance::new(1e-3, 1e-9)).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            "2 of 4 elements are wrong; the worst is at [1, 0]: got 3, expected 4 (relative error 1.4e-1)"
        );
    }

    #[test]
    fn of_equally_bad_elements_the_first_is_reported() {
        let mismatch = compare(&array![2.0, 2.0], &array![1.0, 1.0], TOLERANCE).unwrap_err();
        assert!(matches!(mismatch, Mismatch::Values { wrong: 2, worst, .. } if worst == [0]));
    }

    #[test]
    fn numbers_that_are_not_finite_come_before_wrong_values() {
        let actual = array![[9.0, f64::NAN], [f64::INFINITY, 4.0]];
        let mismatch = compare(&actual, &Array2::<f64>::ones((2, 2)), TOLERANCE).unwrap_err();
        assert_eq!(mismatch, Mismatch::NotFinite { count: 2, elements: 4, first: vec![0, 1] });
        let text = "2 of 4 elements are NaN or infinite, and should be finite; the first is at [0, 1]";
        assert_eq!(mismatch.to_string(), text);
        assert_eq!(mismatch.without_values().to_string(), text);
        let mismatch = compare_scalar(f64::NAN, 1.0, TOLERANCE).unwrap_err();
        assert_eq!(mismatch.to_string(), "the number is NaN or infinite, and should be finite");
    }

    #[test]
    fn an_expected_infinity_is_met_by_that_infinity_alone() {
        let expected = array![f64::NEG_INFINITY, 1.0];
        assert_eq!(compare(&expected, &expected, TOLERANCE), Ok(()));
        let mismatch = compare(&array![-1e300, 1.0], &expected, TOLERANCE).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            "1 of 2 elements is wrong; at [0] got -1e300, expected -inf (relative error inf)"
        );
    }

    #[test]
    fn a_tiny_difference_is_still_visible_in_the_text() {
        let mismatch = compare_scalar(1.0, 1.00000000002, Tolerance::exact()).unwrap_err();
        assert_eq!(mismatch.to_string(), "got 1.0, expected 1.00000000002 (relative error 1.0e-11)");
    }

    #[test]
    fn indices_are_row_major() {
        assert_eq!(multi_index(23, &[2, 3, 4]), [1, 2, 3]);
        assert_eq!(multi_index(4, &[2, 3, 4]), [0, 1, 0]);
        assert!(multi_index(0, &[]).is_empty());
    }
}
