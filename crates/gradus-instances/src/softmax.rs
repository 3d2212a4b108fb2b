//! What answers use of the topic `softmax`.

use gradus_nn::linear::{predict, softmax_classifier_loss, train_softmax};
use gradus_nn::softmax::{softmax, softmax_loss};
use ndarray::{Array1, Array2};

pub fn instances_losses(x: &Array2<f64>, y: &Array1<usize>, w: &Array2<f64>) -> Array2<f64> {
    let (loss, dx) = softmax_loss(x, y);
    let (classifier_loss, dw) = softmax_classifier_loss(w, x, y, 0.0);
    softmax(x) + dx + dw + (loss + classifier_loss)
}

pub fn instances_classifier(x: &Array2<f64>, y: &Array1<usize>) -> Array1<usize> {
    predict(&train_softmax(x, y, 0.1, 0.0, 1, 1, 1).0, x)
}
