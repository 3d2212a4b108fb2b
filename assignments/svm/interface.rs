//! Assignment `svm`: what a student writes.

use ndarray::{Array1, Array2};

gradus_question::interface! {
    /// Mean multiclass hinge loss with margin 1 over scores `x` (batch, classes) with labels `y` (batch), and its gradient
    /// `dx` (batch, classes).
    fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>);

    /// Loss of the linear classifier `w` (features, classes) on `x` (batch, features), with `reg * sum(w^2)`, and its
    /// gradient with respect to `w`; written with loops.
    fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>);

    /// The same loss and gradient, vectorised.
    fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>);

    /// Trains a linear classifier with mini-batch gradient descent: weights (features, classes) and the loss of each iteration.
    fn train_svm(
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

    /// Tries all pairs of a learning rate and a strength of regularisation: the pair that does best on the validation
    /// examples, and the validation accuracies (learning rates, strengths).
    fn search(
        x_train: &Array2<f64>,
        y_train: &Array1<usize>,
        x_val: &Array2<f64>,
        y_val: &Array1<usize>,
        learning_rates: &Array1<f64>,
        regs: &Array1<f64>,
        iterations: usize,
        batch_size: usize,
        seed: u64,
    ) -> (f64, f64, Array2<f64>);
}
