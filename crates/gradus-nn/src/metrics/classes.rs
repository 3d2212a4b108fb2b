//! Precision, recall and what combines them, of each class and over all of them.
//!
//! In the formulas, for each class `k` of a confusion matrix: `tp_k` true positives (examples of `k` taken for `k`),
//! `fp_k` false positives (others taken for `k`), `fn_k` false negatives (examples of `k` taken for others).
//!
//! **Where a fraction is 0/0 it counts as 0**: the precision of a class that was never predicted, the recall of a class
//! without examples. A class without examples takes part in the macro average. This is scikit-learn's rule (its
//! `zero_division=0`, with all classes named in `labels`).
//!
//! Source: van Rijsbergen, *Information retrieval*, 1979, chapter 7.

use ndarray::{Array1, ArrayRef2, Zip};

use super::confusion::Counts;

/// How the scores of the classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// `1/classes * sum_k score_k`: each class counts alike, however rare.
    Macro,
    /// The score of the sums `sum_k tp_k`, `sum_k fp_k`, `sum_k fn_k`: each example counts alike. Where each example has
    /// one class, the micro averages of precision, recall and F-beta are all the accuracy.
    Micro,
    /// `sum_k n_k * score_k / n`, with `n_k = tp_k + fn_k` examples of class `k`: each class counts by its examples.
    Weighted,
}

/// How many of those taken for a class are of it, for each class: `precision_k = tp_k / (tp_k + fp_k)`.
///
/// Shapes: `confusion` (classes, classes), result (classes), each from 0 to 1; 0 for a class never predicted.
///
/// # Panics
/// If `confusion` is not square.
///
/// ```
/// use gradus_nn::metrics::precision_per_class;
/// use ndarray::array;
/// assert_eq!(precision_per_class(&array![[3, 1], [1, 1]]), array![0.75, 0.5]);
/// ```
#[track_caller]
pub fn precision_per_class(confusion: &ArrayRef2<usize>) -> Array1<f64> {
    let counts = Counts::of("precision_per_class", confusion);
    ratios(&counts.true_positives, &counts.predicted)
}

/// How many examples of a class were found, for each class: `recall_k = tp_k / (tp_k + fn_k)`. Also called
/// sensitivity, or true positive rate.
///
/// Shapes: `confusion` (classes, classes), result (classes), each from 0 to 1; 0 for a class without examples.
///
/// # Panics
/// If `confusion` is not square.
///
/// ```
/// use gradus_nn::metrics::recall_per_class;
/// use ndarray::array;
/// assert_eq!(recall_per_class(&array![[3, 1], [1, 1]]), array![0.75, 0.5]);
/// ```
#[track_caller]
pub fn recall_per_class(confusion: &ArrayRef2<usize>) -> Array1<f64> {
    let counts = Counts::of("recall_per_class", confusion);
    ratios(&counts.true_positives, &counts.actual)
}

/// The weighted harmonic mean of precision and recall, for each class:
///
/// `F_k = (1 + beta^2) * precision_k * recall_k / (beta^2 * precision_k + recall_k)`
/// `    = (1 + beta^2) * tp_k / ((1 + beta^2) * tp_k + beta^2 * fn_k + fp_k)`
///
/// Recall counts `beta` times as much as precision; `beta` 1 gives the F1 score, `beta` 0 the precision.
///
/// Shapes: `confusion` (classes, classes), result (classes), each from 0 to 1; 0 for a class without true positives.
///
/// Source: van Rijsbergen, *Information Retrieval*, 1979.
///
/// # Panics
/// If `confusion` is not square, or `beta` is below 0 or not finite.
///
/// ```
/// use gradus_nn::metrics::f_beta_per_class;
/// use ndarray::array;
/// let confusion = array![[2, 2], [0, 4]]; // class 0: precision 1, recall 1/2
/// assert!((f_beta_per_class(&confusion, 1.0)[0] - 2.0 / 3.0).abs() < 1e-15);
/// assert!((f_beta_per_class(&confusion, 2.0)[0] - 5.0 / 9.0).abs() < 1e-15);
/// ```
#[track_caller]
pub fn f_beta_per_class(confusion: &ArrayRef2<usize>, beta: f64) -> Array1<f64> {
    require_beta("f_beta_per_class", beta);
    let counts = Counts::of("f_beta_per_class", confusion);
    f_betas(&counts.true_positives, &counts.predicted, &counts.actual, beta)
}

/// [`precision_per_class`], averaged.
///
/// Shapes: `confusion` (classes, classes), from [`confusion_matrix`](super::confusion_matrix).
///
/// # Panics
/// If `confusion` is not square or counts no examples.
///
/// ```
/// use gradus_nn::metrics::{Average, precision};
/// use ndarray::array;
/// let confusion = array![[3, 1], [1, 1]];
/// assert_eq!(precision(&confusion, Average::Macro), (3.0 / 4.0 + 1.0 / 2.0) / 2.0);
/// assert_eq!(precision(&confusion, Average::Micro), 4.0 / 6.0);
/// ```
#[track_caller]
pub fn precision(confusion: &ArrayRef2<usize>, average: Average) -> f64 {
    let counts = Counts::of_some("precision", confusion);
    averaged(counts, average, |true_positives, predicted, _| ratios(true_positives, predicted))
}

/// [`recall_per_class`], averaged. The macro average is also called balanced accuracy (where no class is empty); the
/// weighted average is the accuracy.
///
/// Shapes: `confusion` (classes, classes), from [`confusion_matrix`](super::confusion_matrix).
///
/// # Panics
/// If `confusion` is not square or counts no examples.
///
/// ```
/// use gradus_nn::metrics::{Average, recall};
/// use ndarray::array;
/// let always_class_0 = array![[98, 0], [2, 0]];
/// assert_eq!(recall(&always_class_0, Average::Micro), 0.98);
/// assert_eq!(recall(&always_class_0, Average::Macro), 0.5);
/// ```
#[track_caller]
pub fn recall(confusion: &ArrayRef2<usize>, average: Average) -> f64 {
    let counts = Counts::of_some("recall", confusion);
    averaged(counts, average, |true_positives, _, actual| ratios(true_positives, actual))
}

/// [`f_beta_per_class`], averaged: the average of the classes' scores, not the score of their averages.
///
/// Shapes: `confusion` (classes, classes), from [`confusion_matrix`](super::confusion_matrix).
///
/// # Panics
/// If `confusion` is not square or counts no examples, or `beta` is below 0 or not finite.
///
/// ```
/// use gradus_nn::metrics::{Average, f_beta};
/// use ndarray::array;
/// let confusion = array![[2, 2], [0, 4]];
/// assert!((f_beta(&confusion, 1.0, Average::Macro) - (2.0 / 3.0 + 4.0 / 5.0) / 2.0).abs() < 1e-15);
/// ```
#[track_caller]
pub fn f_beta(confusion: &ArrayRef2<usize>, beta: f64, average: Average) -> f64 {
    require_beta("f_beta", beta);
    let counts = Counts::of_some("f_beta", confusion);
    averaged(counts, average, |true_positives, predicted, actual| f_betas(true_positives, predicted, actual, beta))
}

/// Matthews's correlation coefficient: how predictions and labels correlate, from -1 to 1 for two classes; 1 is right
/// everywhere, 0 no better than chance.
///
/// `(c * s - sum_k p_k * t_k) / sqrt((s^2 - sum_k p_k^2) * (s^2 - sum_k t_k^2))`
///
/// with `s` examples, `c` of them right, `p_k` predicted as class `k` and `t_k` of class `k`. For two classes this is
/// `(tp * tn - fp * fn) / sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))`. Where it is 0/0, because all examples or
/// all predictions are of one class, it counts as 0.
///
/// Shape: `confusion` (classes, classes).
///
/// Source: Matthews, 1975; for more than two classes Gorodkin, *Comparing two K-category assignments by a K-category
/// correlation coefficient*, 2004.
///
/// Shapes: `confusion` (classes, classes), from [`confusion_matrix`](super::confusion_matrix).
///
/// # Panics
/// If `confusion` is not square or counts no examples.
///
/// ```
/// use gradus_nn::metrics::matthews_correlation;
/// use ndarray::array;
/// assert_eq!(matthews_correlation(&array![[0, 5], [5, 0]]), -1.0);
/// assert_eq!(matthews_correlation(&array![[98, 0], [2, 0]]), 0.0); // 98 % accuracy, but it has learnt nothing
/// ```
#[track_caller]
pub fn matthews_correlation(confusion: &ArrayRef2<usize>) -> f64 {
    let Counts { true_positives, predicted, actual } = Counts::of_some("matthews_correlation", confusion);
    let (right, all) = (true_positives.sum(), actual.sum());
    let spread = |counts: &Array1<f64>| all * all - counts.dot(counts);
    ratio(right * all - predicted.dot(&actual), (spread(&predicted) * spread(&actual)).sqrt())
}

/// Averages `score`, which gives each class's from its true positives, predictions and examples.
fn averaged(
    counts: Counts,
    average: Average,
    score: impl Fn(&Array1<f64>, &Array1<f64>, &Array1<f64>) -> Array1<f64>,
) -> f64 {
    let Counts { true_positives, predicted, actual } = counts;
    let one = |counts: &Array1<f64>| Array1::from_elem(1, counts.sum());
    match average {
        Average::Macro => score(&true_positives, &predicted, &actual).sum() / actual.len() as f64,
        Average::Micro => score(&one(&true_positives), &one(&predicted), &one(&actual))[0],
        Average::Weighted => score(&true_positives, &predicted, &actual).dot(&actual) / actual.sum(),
    }
}

fn f_betas(true_positives: &Array1<f64>, predicted: &Array1<f64>, actual: &Array1<f64>, beta: f64) -> Array1<f64> {
    // (1 + beta^2) tp + beta^2 fn + fp, with fn = actual - tp and fp = predicted - tp
    let weight = beta * beta;
    ratios(&((1.0 + weight) * true_positives), &(weight * actual + predicted))
}

fn ratios(above: &Array1<f64>, below: &Array1<f64>) -> Array1<f64> {
    Zip::from(above).and(below).map_collect(|&above, &below| ratio(above, below))
}

fn ratio(above: f64, below: f64) -> f64 {
    if below == 0.0 { 0.0 } else { above / below }
}

#[track_caller]
fn require_beta(operation: &str, beta: f64) {
    assert!(beta >= 0.0 && beta.is_finite(), "{operation}: beta must be 0 or more and finite, but is {beta}");
}
