//! The share of right predictions, and the table of which class was taken for which.

use ndarray::{Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, Axis, Dimension};

use crate::shape::require;

/// The share of predictions that are right, from 0 to 1: `1/n * #{i : predicted_i = y_i}`.
///
/// Shapes: `predicted` (batch), labels `y` (batch).
///
/// # Panics
/// If the lengths differ, or there are no examples.
///
/// ```
/// use gradus_nn::metrics::accuracy;
/// use ndarray::array;
/// assert_eq!(accuracy(&array![0, 1, 2, 2], &array![0, 1, 2, 0]), 0.75);
/// ```
#[track_caller]
pub fn accuracy(predicted: &ArrayRef1<usize>, y: &ArrayRef1<usize>) -> f64 {
    let rule = "there must be one prediction for each label";
    require(predicted.len() == y.len(), "accuracy", rule, ("predicted", predicted.shape()), ("y", y.shape()));
    assert!(!y.is_empty(), "accuracy: needs at least one example, but y is [0]");
    let right = predicted.iter().zip(y).filter(|(predicted, y)| predicted == y).count();
    right as f64 / y.len() as f64
}

/// How often each class was taken for each: `confusion_tp = #{i : y_i = t and predicted_i = p}`.
///
/// Rows are the true classes, columns the predicted ones, so the diagonal counts what is right.
///
/// Shapes: `predicted` and labels `y` any, but alike: (batch) for a classifier, (batch, height, width) for a
/// segmentation. Result (classes, classes). No examples give zeros.
///
/// Source: scikit-learn, `confusion_matrix`, which lays the table out in the same way.
///
/// # Panics
/// If the shapes differ, or a label or prediction is not below `classes`.
///
/// ```
/// use gradus_nn::metrics::confusion_matrix;
/// use ndarray::array;
/// let (predicted, y) = (array![0, 1, 1, 1], array![0, 0, 1, 1]);
/// assert_eq!(confusion_matrix(&predicted, &y, 2), array![[1, 1], [0, 2]]);
/// ```
#[track_caller]
pub fn confusion_matrix<D: Dimension>(
    predicted: &ArrayRef<usize, D>,
    y: &ArrayRef<usize, D>,
    classes: usize,
) -> Array2<usize> {
    let rule = "there must be one prediction for each label";
    let (shapes, names) = ((predicted.shape(), y.shape()), ("predicted", "y"));
    require(shapes.0 == shapes.1, "confusion_matrix", rule, (names.0, shapes.0), (names.1, shapes.1));
    let mut confusion = Array2::zeros((classes, classes));
    for (&predicted, &y) in predicted.iter().zip(y) {
        for (name, class) in [("y", y), ("predicted", predicted)] {
            assert!(
                class < classes,
                "confusion_matrix: classes must be below their number, {classes}, but {name} has {class}"
            );
        }
        confusion[[y, predicted]] += 1;
    }
    confusion
}

/// What a confusion matrix says of each class, as real numbers: each (classes).
pub(super) struct Counts {
    /// Examples of the class that were found: the diagonal.
    pub true_positives: Array1<f64>,
    /// Examples that were taken for the class: the sums of the columns.
    pub predicted: Array1<f64>,
    /// Examples that are of the class: the sums of the rows, the class's *support*.
    pub actual: Array1<f64>,
}

impl Counts {
    #[track_caller]
    pub fn of(operation: &str, confusion: &ArrayRef2<usize>) -> Self {
        let rule = "confusion needs one row and one column for each class";
        assert!(confusion.is_square(), "{operation}: {rule}, but confusion is {:?}", confusion.shape());
        let real = |counts: Array1<usize>| counts.mapv(|count| count as f64);
        Self {
            true_positives: real(confusion.diag().to_owned()),
            predicted: real(confusion.sum_axis(Axis(0))),
            actual: real(confusion.sum_axis(Axis(1))),
        }
    }

    /// [`Counts::of`] for what needs at least one example to be defined.
    #[track_caller]
    pub fn of_some(operation: &str, confusion: &ArrayRef2<usize>) -> Self {
        let counts = Self::of(operation, confusion);
        assert!(
            counts.actual.sum() > 0.0,
            "{operation}: needs at least one example, but confusion, {:?}, counts none",
            confusion.shape()
        );
        counts
    }
}
