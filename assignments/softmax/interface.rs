//! Assignment `softmax`: what a student writes.

use ndarray::{Array1, Array2};

gradus_question::interface! {
    /// Mean softmax loss over scores `x` (batch, classes) with labels `y` (batch), and its gradient `dx` (batch, classes).
    fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>);

    /// Loss of the linear classifier `w` (features, classes) on `x` (batch, features), with `reg * sum(w^2)`, and its
    /// gradient with respect to `w`; written with loops.
    fn softmax_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>);

    /// The same loss and gradient, vectorised.
    fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>);

    /// Trains a linear classifier with mini-batch gradient descent: weights (features, classes) and the loss of each iteration.
    fn train_softmax(
        x: &Array2<f64>,
        y: &Array1<usize>,
        learning_rate: f64,
        reg: f64,
        iterations: usize,
        batch_size: usize,
        seed: u64,
    ) -> (Array2<f64>, Vec<f64>);

    /// The class with the highest score for each row of `x` (batch, features).
    fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize>;
}
