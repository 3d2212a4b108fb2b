//! Answers that are wrong all over: they do not look at their inputs, or look at them once, or answer something else.
// GRADUS-STAFF-ONLY-7c1f4e

pub mod attention;
pub mod batchnorm;
pub mod conv;
pub mod dropout;
pub mod features;
pub mod fully_connected;
pub mod knn;
pub mod rnn;
pub mod softmax;
pub mod svm;
pub mod two_layer_net;

use std::collections::BTreeMap;
use std::sync::Mutex;

use ndarray::{Array1, Array2};

/// A loss of a linear classifier.
type Classifier = fn(&Array2<f64>, &Array2<f64>, &Array1<usize>, f64) -> (f64, Array2<f64>);
/// What has been seen, by the shapes of the arguments.
type Seen<T> = Mutex<BTreeMap<Vec<usize>, T>>;

fn once<T: Clone>(seen: &Seen<T>, shapes: &[&[usize]], compute: impl FnOnce() -> T) -> T {
    let mut seen = seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    seen.entry(shapes.concat()).or_insert_with(compute).clone()
}

fn weights(x: &Array2<f64>, y: &Array1<usize>, value: f64) -> Array2<f64> {
    Array2::from_elem((x.ncols(), y.iter().max().map_or(0, |label| label + 1)), value)
}

fn falling(iterations: usize) -> Vec<f64> {
    (0..iterations).map(|i| 2.3 / (1.0 + i as f64)).collect()
}
