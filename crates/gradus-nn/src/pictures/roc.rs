//! ROC curves.

use super::curves::{Axis, Chart, Line};
use super::picture::Picture;
use crate::metrics::{RocCurve, auc};

/// True positive rate against false positive rate, one line for each curve, with the area under it; the dashed diagonal
/// is what guessing gives. A curve without positives or negatives has no points to draw.
///
/// # Panics
/// If there is no curve.
///
/// ```
/// use gradus_nn::{metrics::roc_curve, pictures::roc_curves};
/// use ndarray::array;
/// let curve = roc_curve(&array![0.9, 0.6, 0.6, 0.1], &array![true, true, false, false]);
/// assert!(roc_curves(&[("shoe or not", &curve)]).svg().contains("shoe or not: AUC 0.875"));
/// ```
#[track_caller]
pub fn roc_curves(curves: &[(&str, &RocCurve)]) -> Picture {
    assert!(!curves.is_empty(), "roc_curves: needs at least one curve, but there are none");
    let line = |&(name, curve): &(&str, &RocCurve)| {
        let (x, y) = (&curve.false_positive_rate, &curve.true_positive_rate);
        let area = auc(x, y);
        let area = if area.is_nan() { "undefined".to_owned() } else { format!("{area:.3}") };
        Line { name: format!("{name}: AUC {area}"), points: x.iter().copied().zip(y.iter().copied()).collect() }
    };
    let axis = |label: &str| Axis { label: label.to_owned(), range: Some(-0.02..1.02), whole: false };
    Picture::of(Chart {
        title: "ROC curve".to_owned(),
        axes: [axis("false positive rate"), axis("true positive rate")],
        lines: curves.iter().map(line).collect(),
        reference: Some([(0.0, 0.0), (1.0, 1.0)]),
        size: (500, 480),
    })
}
