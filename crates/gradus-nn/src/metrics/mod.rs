//! How good predictions are.
//!
//! The scores of classes and of segmentations come from one table, the [`confusion_matrix`]: count once, then ask it.
//! Tables of several batches add up to the table of all of them, which averages of scores would not.
//!
//! | of | functions |
//! | --- | --- |
//! | labels | [`accuracy`], [`confusion_matrix`] |
//! | classes | [`precision`], [`recall`], [`f_beta`], [`Average`], [`matthews_correlation`] |
//! | scores against yes or no | [`roc_curve`], [`roc_auc`], [`auc`] |
//! | pixels | [`pixel_accuracy`], [`iou`], [`mean_iou`], [`dice`], [`mean_dice`] |

mod classes;
mod confusion;
mod roc;
mod segmentation;

pub use classes::{
    Average, f_beta, f_beta_per_class, matthews_correlation, precision, precision_per_class, recall, recall_per_class,
};
pub use confusion::{accuracy, confusion_matrix};
pub use roc::{RocCurve, auc, roc_auc, roc_curve};
pub use segmentation::{dice, iou, mean_dice, mean_iou, pixel_accuracy};
