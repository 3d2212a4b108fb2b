//! Faults in the arguments' shapes: each panics at the line that called the library, in one form of words.

#[cfg(any(feature = "softmax", feature = "svm"))]
use ndarray::{ArrayRef1, ArrayRef2};

/// Panics unless `holds`, with the operation, the rule and both shapes.
#[track_caller]
pub(crate) fn require(holds: bool, operation: &str, rule: &str, a: (&str, &[usize]), b: (&str, &[usize])) {
    if !holds {
        panic!("{operation}: {rule}, but {} is {:?} and {} is {:?}", a.0, a.1, b.0, b.1);
    }
}

/// Panics unless both arrays have the same shape.
#[track_caller]
pub(crate) fn require_same_shape(operation: &str, a: (&str, &[usize]), b: (&str, &[usize])) {
    if a.1 != b.1 {
        let rule = format!("{} needs the shape of {}", b.0, a.0);
        require(false, operation, &rule, a, b);
    }
}

/// Panics unless the array has at least one row.
#[track_caller]
pub(crate) fn require_rows(operation: &str, name: &str, shape: &[usize]) {
    assert!(shape[0] > 0, "{operation}: {name} needs at least one row, but is {shape:?}");
}

/// Panics unless `y` has one label for each row of `x`, and there are rows.
#[cfg(any(feature = "softmax", feature = "svm"))]
#[track_caller]
pub(crate) fn require_labels<F>(operation: &str, x: &ArrayRef2<F>, y: &ArrayRef1<usize>) {
    require_rows(operation, "x", x.shape());
    let rule = "y needs one label for each row of x";
    require(y.len() == x.nrows(), operation, rule, ("x", x.shape()), ("y", y.shape()));
}

/// Panics unless every label is below the number of classes.
#[cfg(any(feature = "softmax", feature = "svm"))]
#[track_caller]
pub(crate) fn require_classes(operation: &str, y: &ArrayRef1<usize>, classes: usize) {
    if let Some((index, label)) = y.iter().enumerate().find(|&(_, &label)| label >= classes) {
        panic!("{operation}: labels must be below the number of classes, {classes}, but y[{index}] is {label}");
    }
}
