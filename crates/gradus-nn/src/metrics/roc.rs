//! The receiver operating characteristic: what every threshold on a score would catch, and at what price.

use ndarray::{Array1, ArrayRef1};

use crate::Scalar;
use crate::shape::require;

/// One point for each threshold, from none taken as positive to all: each array is (thresholds).
#[derive(Debug, Clone, PartialEq)]
pub struct RocCurve {
    /// The share of the negatives that score the threshold or more: `fp / (fp + tn)`.
    pub false_positive_rate: Array1<f64>,
    /// The share of the positives that score the threshold or more: `tp / (tp + fn)`.
    pub true_positive_rate: Array1<f64>,
    /// Infinity, then each score that occurs, from the highest to the lowest.
    pub thresholds: Array1<f64>,
}

/// The curve of true positive rate against false positive rate, for an example that counts as positive where
/// `score >= threshold`.
///
/// Equal scores make one point, so a classifier that gives all the same score gets the straight line from (0, 0) to
/// (1, 1). **Without positives the true positive rate is 0/0, `NaN` everywhere; without negatives the false positive
/// rate is**, as in scikit-learn, whose `roc_curve(..., drop_intermediate=False)` this is.
///
/// Shapes: `scores` (batch), higher for examples that are more likely positive; `positive` (batch), the truth.
///
/// Source: Fawcett, *An introduction to ROC analysis*, 2006, algorithm 1.
///
/// # Panics
/// If the lengths differ, there are no examples, or a score is `NaN`.
///
/// ```
/// use gradus_nn::metrics::roc_curve;
/// use ndarray::array;
/// let curve = roc_curve(&array![0.9, 0.6, 0.6, 0.1], &array![true, true, false, false]);
/// assert_eq!(curve.thresholds, array![f64::INFINITY, 0.9, 0.6, 0.1]);
/// assert_eq!(curve.true_positive_rate, array![0.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.false_positive_rate, array![0.0, 0.0, 0.5, 1.0]);
/// ```
#[track_caller]
pub fn roc_curve<F: Scalar>(scores: &ArrayRef1<F>, positive: &ArrayRef1<bool>) -> RocCurve {
    require_scores("roc_curve", scores, positive);
    let mut falling: Vec<(F, bool)> = scores.iter().copied().zip(positive.iter().copied()).collect();
    falling.sort_by(|(a, _), (b, _)| b.partial_cmp(a).expect("no score is NaN"));

    let (mut thresholds, mut caught) = (vec![f64::INFINITY], vec![(0, 0)]);
    let (mut true_positives, mut false_positives) = (0_usize, 0_usize);
    for tied in falling.chunk_by(|(a, _), (b, _)| a == b) {
        let positives = tied.iter().filter(|(_, positive)| *positive).count();
        true_positives += positives;
        false_positives += tied.len() - positives;
        thresholds.push(tied[0].0.to_f64().expect("f32 and f64 are f64"));
        caught.push((true_positives, false_positives));
    }
    // At the lowest threshold everything is caught, so the counts are now those of all positives and negatives.
    RocCurve {
        true_positive_rate: caught.iter().map(|&(caught, _)| caught as f64 / true_positives as f64).collect(),
        false_positive_rate: caught.iter().map(|&(_, caught)| caught as f64 / false_positives as f64).collect(),
        thresholds: thresholds.into(),
    }
}

/// The area under the ROC curve, from 0 to 1: the probability that a positive chosen at random scores more than a
/// negative chosen at random, where a tie counts one half.
///
/// `auc(false_positive_rate, true_positive_rate)` of the [`roc_curve`]; equal to the Mann-Whitney statistic
/// `1/(n+ n-) sum_{i positive, j negative} [s_i > s_j] + 1/2 [s_i = s_j]`.
///
/// `NaN` if there are no positives or no negatives, because there is then nothing to tell apart.
///
/// Shapes: `scores` (batch), `positive` (batch).
///
/// Source: Hanley and McNeil, *The meaning and use of the area under a ROC curve*, 1982.
///
/// # Panics
/// As [`roc_curve`].
///
/// ```
/// use gradus_nn::metrics::roc_auc;
/// use ndarray::array;
/// assert_eq!(roc_auc(&array![0.9, 0.6, 0.6, 0.1], &array![true, true, false, false]), 0.875);
/// assert!(roc_auc(&array![0.9, 0.6], &array![true, true]).is_nan());
/// ```
#[track_caller]
pub fn roc_auc<F: Scalar>(scores: &ArrayRef1<F>, positive: &ArrayRef1<bool>) -> f64 {
    require_scores("roc_auc", scores, positive);
    let curve = roc_curve(scores, positive);
    auc(&curve.false_positive_rate, &curve.true_positive_rate)
}

/// The area under a curve by the trapezoid rule: `sum_i (x_(i+1) - x_i) * (y_i + y_(i+1)) / 2`.
///
/// Shapes: `x` (points), which must not fall; `y` (points). One point has no area; `NaN` gives `NaN`.
///
/// # Panics
/// If the lengths differ, there are no points, or `x` falls somewhere.
///
/// ```
/// use gradus_nn::metrics::auc;
/// use ndarray::array;
/// assert_eq!(auc(&array![0.0, 1.0, 3.0], &array![0.0, 1.0, 1.0]), 2.5);
/// ```
#[track_caller]
pub fn auc(x: &ArrayRef1<f64>, y: &ArrayRef1<f64>) -> f64 {
    require(x.len() == y.len(), "auc", "there must be one y for each x", ("x", x.shape()), ("y", y.shape()));
    assert!(!x.is_empty(), "auc: needs at least one point, but x is [0]");
    let mut area = 0.0;
    for i in 1..x.len() {
        let width = x[i] - x[i - 1];
        assert!(width.is_nan() || width >= 0.0, "auc: x must not fall, but x[{i}] is {} after {}", x[i], x[i - 1]);
        area += width * (y[i] + y[i - 1]) / 2.0;
    }
    area
}

#[track_caller]
fn require_scores<F: Scalar>(operation: &str, scores: &ArrayRef1<F>, positive: &ArrayRef1<bool>) {
    let rule = "there must be one score for each label";
    require(
        scores.len() == positive.len(),
        operation,
        rule,
        ("scores", scores.shape()),
        ("positive", positive.shape()),
    );
    assert!(!scores.is_empty(), "{operation}: needs at least one example, but scores is [0]");
    if let Some(index) = scores.iter().position(|score| score.is_nan()) {
        panic!("{operation}: scores must be numbers, but scores[{index}] is NaN");
    }
}
