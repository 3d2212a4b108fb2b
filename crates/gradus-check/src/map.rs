//! Where an array is wrong, as a small picture.

use ndarray::{ArrayBase, Data, Dimension};

use crate::{Element, Tolerance, relative_error_scalar};

/// The most rows, and the most columns, of a map.
const MOST: usize = 48;
/// Fewer elements than these need no picture.
const FEWEST: usize = 4;

/// How wrong each element of an array is, one digit an element: a line for each row, as the last axis has its elements.
///
/// `0` is right, `1` has a relative error below 1e-6, `2` below 1e-3, `3` below 0.1, `4` a larger one, and `5` is NaN or
/// infinite and should be finite. In an array with more than 48 rows or columns a digit stands for the worst of several
/// neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorMap(pub Vec<String>);

impl ErrorMap {
    /// The map of a result; none where the shapes differ, or where a few numbers need no picture.
    ///
    /// ```
    /// use gradus_check::{ErrorMap, Tolerance};
    /// use ndarray::array;
    ///
    /// let (actual, expected) = (array![[1.0, 2.0], [3.5, f64::NAN]], array![[1.0, 2.0001], [3.0, 4.0]]);
    /// let map = ErrorMap::new(&actual, &expected, Tolerance::double()).unwrap();
    /// assert_eq!(map.0, ["02", "35"]);
    /// ```
    pub fn new<S, T, D>(actual: &ArrayBase<S, D>, expected: &ArrayBase<T, D>, tolerance: Tolerance) -> Option<Self>
    where
        S: Data<Elem: Element>,
        T: Data<Elem: Element>,
        D: Dimension,
    {
        if actual.shape() != expected.shape() || actual.len() < FEWEST {
            return None;
        }
        let columns = *actual.shape().last()?;
        let rows = actual.len() / columns;
        let (high, wide) = (rows.div_ceil(MOST), columns.div_ceil(MOST));
        let mut levels = vec![vec![0; columns.div_ceil(wide)]; rows.div_ceil(high)];
        for (flat, (actual, expected)) in actual.iter().zip(expected).enumerate() {
            let level = &mut levels[flat / columns / high][flat % columns / wide];
            *level = level_of(actual.to_f64(), expected.to_f64(), tolerance).max(*level);
        }
        let line = |levels: Vec<u8>| levels.into_iter().map(|level| char::from(b'0' + level)).collect();
        Some(Self(levels.into_iter().map(line).collect()))
    }
}

fn level_of(actual: f64, expected: f64, tolerance: Tolerance) -> u8 {
    if tolerance.accepts(actual, expected) {
        return 0;
    }
    match relative_error_scalar(actual, expected) {
        _ if !actual.is_finite() => 5,
        error if error < 1e-6 => 1,
        error if error < 1e-3 => 2,
        error if error < 0.1 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, Array1, Array2, Array3, array};

    #[test]
    fn each_error_has_its_level() {
        let expected = Array1::from_elem(6, 1.0);
        let actual = array![1.0, 1.0 + 1e-8, 1.0 + 1e-5, 1.01, -1.0, f64::INFINITY];
        let map = ErrorMap::new(&actual, &expected, Tolerance::exact()).expect("there is one");
        assert_eq!(map.0, ["012345"]);
    }

    #[test]
    fn axes_before_the_last_make_rows() {
        let expected = Array3::<f64>::ones((2, 2, 3));
        let mut actual = expected.clone();
        actual[[1, 0, 2]] = 2.0;
        assert_eq!(
            ErrorMap::new(&actual, &expected, Tolerance::double()).expect("one").0,
            ["000", "000", "004", "000"]
        );
    }

    #[test]
    fn of_a_large_array_no_wrong_element_is_lost() {
        for shape in [(1, 1000), (1000, 1), (49, 97), (48, 48)] {
            let expected = Array2::<f64>::ones(shape);
            for wrong in [(0, 0), (shape.0 - 1, shape.1 - 1)] {
                let mut actual = expected.clone();
                actual[wrong] = 0.0;
                let map = ErrorMap::new(&actual, &expected, Tolerance::double()).expect("there is one").0;
                assert!(map.len() <= MOST && map.iter().all(|line| line.len() == map[0].len() && line.len() <= MOST));
                assert_eq!(map.concat().matches('4').count(), 1, "{shape:?}");
            }
        }
    }

    #[test]
    fn some_arrays_have_none() {
        let map = |actual: &Array1<f64>, expected: &Array1<f64>| ErrorMap::new(actual, expected, Tolerance::double());
        assert_eq!(map(&Array::zeros(3), &Array::ones(3)), None);
        assert_eq!(map(&Array::zeros(4), &Array::ones(5)), None);
        assert_eq!(map(&Array::zeros(0), &Array::zeros(0)), None);
        assert_eq!(ErrorMap::new(&ndarray::arr0(1.0), &ndarray::arr0(2.0), Tolerance::double()), None);
    }
}
