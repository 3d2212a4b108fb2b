//! Assignment `knn`: what a student writes.

use ndarray::{Array1, Array2};

gradus_question::interface! {
    /// The Euclidean distances between the rows of `x` (test, features) and those of `x_train` (train, features):
    /// (test, train). With a loop over the test and one over the training examples.
    fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64>;

    /// The same distances, with a loop over the test examples only.
    fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64>;

    /// The same distances, without a loop.
    fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64>;

    /// The label that most of the `k` nearest training examples have, for each row of `distances` (test, train).
    fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize>;

    /// The accuracy of each number of neighbours in `ks` on each fold, predicted from the other folds: (choices, folds).
    fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64>;
}
