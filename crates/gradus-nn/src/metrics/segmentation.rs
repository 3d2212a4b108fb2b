//! How well predicted regions cover the true ones, over the pixels of one image or of many.
//!
//! In the formulas, for each class `k`: `tp_k`, `fp_k` and `fn_k` count pixels as [`precision`](super::precision) counts
//! examples.
//!
//! **A class that is neither predicted nor true anywhere has no region: its score is `NaN`, and means leave it out.**
//! (Precision and recall count such a class as 0. Here that would punish a perfect prediction for every class that is
//! not in the picture.) A class that is predicted but not true, or true but never predicted, scores 0.

use ndarray::{Array1, ArrayRef2};

use super::confusion::Counts;

/// The share of pixels that are right, from 0 to 1: `sum_k tp_k / pixels`.
///
/// Shape: `confusion` (classes, classes), see [`confusion_matrix`](super::confusion_matrix).
///
/// Source: Long, Shelhamer and Darrell, *Fully convolutional networks for semantic segmentation*, 2015, section 5.
///
/// # Panics
/// If `confusion` is not square or counts no pixels.
///
/// ```
/// use gradus_nn::metrics::{confusion_matrix, pixel_accuracy};
/// use ndarray::array;
/// let (predicted, y) = (array![[0, 1], [1, 1]], array![[0, 0], [1, 1]]);
/// assert_eq!(pixel_accuracy(&confusion_matrix(&predicted, &y, 2)), 0.75);
/// ```
#[track_caller]
pub fn pixel_accuracy(confusion: &ArrayRef2<usize>) -> f64 {
    let counts = Counts::of_some("pixel_accuracy", confusion);
    counts.true_positives.sum() / counts.actual.sum()
}

/// Intersection over union of the predicted and the true region of each class, also called the Jaccard index:
/// `iou_k = tp_k / (tp_k + fp_k + fn_k)`.
///
/// Shapes: `confusion` (classes, classes), result (classes), each from 0 to 1, or `NaN` for a class without any region.
///
/// # Panics
/// If `confusion` is not square.
///
/// ```
/// use gradus_nn::metrics::{confusion_matrix, iou};
/// use ndarray::array;
/// let (predicted, y) = (array![[0, 1], [1, 1]], array![[0, 0], [1, 1]]);
/// let iou = iou(&confusion_matrix(&predicted, &y, 3));
/// assert_eq!((iou[0], iou[1]), (1.0 / 2.0, 2.0 / 3.0));
/// assert!(iou[2].is_nan()); // not in the picture, and not claimed to be
/// ```
#[track_caller]
pub fn iou(confusion: &ArrayRef2<usize>) -> Array1<f64> {
    let Counts { true_positives, predicted, actual } = Counts::of("iou", confusion);
    // tp + fp + fn = (tp + fp) + (tp + fn) - tp, and 0/0 is NaN
    &true_positives / &(predicted + actual - &true_positives)
}

/// The mean of [`iou`] over the classes that have a region.
///
/// Source: Long, Shelhamer and Darrell, 2015, section 5 ("mean IU"); leaving out the classes without region is the
/// usual practice of segmentation libraries.
///
/// Shapes: `confusion` (classes, classes).
///
/// # Panics
/// If `confusion` is not square or counts no pixels.
///
/// ```
/// use gradus_nn::metrics::mean_iou;
/// use ndarray::array;
/// assert_eq!(mean_iou(&array![[1, 1, 0], [0, 2, 0], [0, 0, 0]]), (1.0 / 2.0 + 2.0 / 3.0) / 2.0);
/// ```
#[track_caller]
pub fn mean_iou(confusion: &ArrayRef2<usize>) -> f64 {
    Counts::of_some("mean_iou", confusion);
    mean_of_defined(&iou(confusion))
}

/// The Dice coefficient of each class, twice the overlap over the sizes of both regions:
/// `dice_k = 2 tp_k / (2 tp_k + fp_k + fn_k)`.
///
/// It is the F1 score of the class's pixels, and `dice = 2 iou / (1 + iou)`.
///
/// Shapes: `confusion` (classes, classes), result (classes), each from 0 to 1, or `NaN` for a class without any region.
///
/// Source: Dice, *Measures of the amount of ecologic association between species*, 1945.
///
/// # Panics
/// If `confusion` is not square.
///
/// ```
/// use gradus_nn::metrics::dice;
/// use ndarray::array;
/// assert_eq!(dice(&array![[1, 1], [0, 2]]), array![2.0 / 3.0, 4.0 / 5.0]);
/// ```
#[track_caller]
pub fn dice(confusion: &ArrayRef2<usize>) -> Array1<f64> {
    let Counts { true_positives, predicted, actual } = Counts::of("dice", confusion);
    2.0 * true_positives / (predicted + actual)
}

/// The mean of [`dice`] over the classes that have a region.
///
/// Shapes: `confusion` (classes, classes).
///
/// # Panics
/// If `confusion` is not square or counts no pixels.
///
/// ```
/// use gradus_nn::metrics::mean_dice;
/// use ndarray::array;
/// assert_eq!(mean_dice(&array![[4, 0, 0], [0, 0, 0], [0, 0, 4]]), 1.0);
/// ```
#[track_caller]
pub fn mean_dice(confusion: &ArrayRef2<usize>) -> f64 {
    Counts::of_some("mean_dice", confusion);
    mean_of_defined(&dice(confusion))
}

fn mean_of_defined(scores: &Array1<f64>) -> f64 {
    let defined: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
    defined.iter().sum::<f64>() / defined.len() as f64
}
