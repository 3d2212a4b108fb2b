//! The k-nearest-neighbour classifier: no training, only distances to all training examples and a vote of the nearest.
//!
//! The three ways to the same distances show what whole-array operations are worth.
//!
//! Source: CS231n, notes on image classification, and assignment 1.

use std::cmp::Ordering;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};

use crate::Scalar;
use crate::machinery::vector::vectorised;
use crate::machinery::{for_each, matmul_into, sum_of};
use crate::shape::require;

/// The Euclidean distances between test and training examples, with loops over both:
///
/// `dists_ij = sqrt(sum_k (x_ik - x_train_jk)^2)`
///
/// Shapes: test examples `x` (test, features), training examples `x_train` (train, features), result (test, train).
///
/// # Panics
/// If `x` and `x_train` differ in their number of features.
///
/// ```
/// use gradus_nn::knn::compute_distances_two_loops;
/// use ndarray::array;
/// let dists = compute_distances_two_loops(&array![[0.0, 0.0]], &array![[3.0, 4.0], [0.0, 1.0]]);
/// assert_eq!(dists, array![[5.0, 1.0]]);
/// ```
#[track_caller]
pub fn compute_distances_two_loops<F: Scalar>(x: &ArrayRef2<F>, x_train: &ArrayRef2<F>) -> Array2<F> {
    require_features("compute_distances_two_loops", x, x_train);
    let mut dists = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        for j in 0..x_train.nrows() {
            let pairs = x.row(i).into_iter().zip(x_train.row(j));
            dists[[i, j]] = pairs.map(|(&a, &b)| (a - b) * (a - b)).sum::<F>().sqrt();
        }
    }
    dists
}

/// [`compute_distances_two_loops`] with a loop over the test examples only: each is taken from all training examples at
/// once.
///
/// # Panics
/// As [`compute_distances_two_loops`].
///
/// ```
/// use gradus_nn::knn::compute_distances_one_loop;
/// use ndarray::array;
/// let dists = compute_distances_one_loop(&array![[0.0, 0.0]], &array![[3.0, 4.0], [0.0, 1.0]]);
/// assert_eq!(dists, array![[5.0, 1.0]]);
/// ```
#[track_caller]
pub fn compute_distances_one_loop<F: Scalar>(x: &ArrayRef2<F>, x_train: &ArrayRef2<F>) -> Array2<F> {
    require_features("compute_distances_one_loop", x, x_train);
    let mut dists = Array2::zeros((x.nrows(), x_train.nrows()));
    for (mut row, example) in dists.outer_iter_mut().zip(x.outer_iter()) {
        let squares = (&x_train.view() - &example).mapv_into(|difference| difference * difference);
        row.assign(&squares.sum_axis(Axis(1)).mapv_into(F::sqrt));
    }
    dists
}

/// [`compute_distances_two_loops`] without loops, by one matrix product:
///
/// `dists_ij = sqrt(sum_k x_ik^2 + sum_k x_train_jk^2 - 2 (x @ x_train^T)_ij)`
///
/// Much faster, but the subtraction loses digits where examples are close: the error of a squared distance is that of the
/// squared lengths. Rounding below 0 is set to 0.
///
/// # Panics
/// As [`compute_distances_two_loops`].
///
/// ```
/// use gradus_nn::knn::compute_distances_no_loops;
/// use ndarray::array;
/// let dists = compute_distances_no_loops(&array![[0.0, 0.0]], &array![[3.0, 4.0], [0.0, 1.0]]);
/// assert_eq!(dists, array![[5.0, 1.0]]);
/// ```
#[track_caller]
pub fn compute_distances_no_loops<F: Scalar>(x: &ArrayRef2<F>, x_train: &ArrayRef2<F>) -> Array2<F> {
    require_features("compute_distances_no_loops", x, x_train);
    let (lengths, mut dists) = (squared_lengths(x), Array2::zeros((x.nrows(), x_train.nrows())));
    // Some training examples at a time, whose lengths and products are computed while they are in the cache.
    let blocks = x_train.axis_chunks_iter(Axis(0), AT_ONCE).zip(dists.axis_chunks_iter_mut(Axis(1), AT_ONCE));
    for_each(blocks, x.len() * x_train.nrows() / 8, |(x_train, mut dists)| {
        matmul_into(x.view(), x_train.t(), dists.view_mut(), F::one(), F::zero());
        let train_lengths = squared_lengths(&x_train);
        for (row, &length) in dists.outer_iter_mut().zip(&lengths) {
            distances(row.into_slice().expect("neighbours"), length, &train_lengths);
        }
    });
    dists
}

/// So many training examples at a time.
const AT_ONCE: usize = 625;

/// `sum_k x_ik^2` of each row.
fn squared_lengths<F: Scalar>(x: &ArrayRef2<F>) -> Vec<F> {
    let x = x.as_standard_layout();
    let mut lengths = vec![F::zero(); x.nrows()];
    for_each(lengths.iter_mut().zip(x.outer_iter()), x.len(), |(length, row)| {
        squared_length(row.to_slice().expect("row-major"), length);
    });
    lengths
}

vectorised! {
    fn squared_length<F: Scalar>(row: &[F], length: &mut F) {
        *length = sum_of(row, |value| value * value);
    }

    /// From the products of one test example with the training examples to its distances from them.
    fn distances<F: Scalar>(products: &mut [F], length: F, train_lengths: &[F]) {
        for (distance, &train_length) in products.iter_mut().zip(train_lengths) {
            let square = length + train_length - (*distance + *distance);
            // Not `max`: it would make 0 of NaN.
            *distance = if square < F::zero() { F::zero() } else { square.sqrt() };
        }
    }
}

/// The label that most of the `k` nearest training examples have. Of labels with equally many votes the smallest wins; of
/// equally near examples those that come first are taken.
///
/// Shapes: distances `dists` (test, train), labels `y_train` (train), result (test).
///
/// # Panics
/// If `y_train` has not one label for each column of `dists`, or `k` is 0 or larger than the number of training examples.
///
/// ```
/// use gradus_nn::knn::predict_labels;
/// use ndarray::array;
/// let (dists, y_train) = (array![[0.1, 0.5, 0.4, 9.0]], array![2, 1, 1, 2]);
/// assert_eq!(predict_labels(&dists, &y_train, 1), array![2]);
/// assert_eq!(predict_labels(&dists, &y_train, 3), array![1]);
/// assert_eq!(predict_labels(&dists, &y_train, 4), array![1]);
/// ```
#[track_caller]
pub fn predict_labels<F: Scalar>(dists: &ArrayRef2<F>, y_train: &ArrayRef1<usize>, k: usize) -> Array1<usize> {
    let (rule, train) = ("y_train needs one label for each column of dists", dists.ncols());
    require(y_train.len() == train, "predict_labels", rule, ("dists", dists.shape()), ("y_train", y_train.shape()));
    assert!(
        (1..=train).contains(&k),
        "predict_labels: k must be from 1 to the number of training examples, {train}, but is {k}"
    );
    let classes = y_train.iter().max().map_or(0, |label| label + 1);
    dists.map_axis(Axis(1), |distances| {
        let mut nearest: Vec<usize> = (0..train).collect();
        // The k nearest come to the front; their order among themselves does not matter.
        nearest.select_nth_unstable_by(k - 1, |&a, &b| nearer(distances[a], distances[b]).then(a.cmp(&b)));
        let mut votes = vec![0; classes];
        for &example in &nearest[..k] {
            votes[y_train[example]] += 1;
        }
        (0..classes).fold(0, |best, label| if votes[label] > votes[best] { label } else { best })
    })
}

/// The order of two distances; NaN is further than any number.
fn nearer<F: Scalar>(a: F, b: F) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[track_caller]
fn require_features<F>(operation: &str, x: &ArrayRef2<F>, x_train: &ArrayRef2<F>) {
    let rule = "x and x_train need equally many columns";
    require(x.ncols() == x_train.ncols(), operation, rule, ("x", x.shape()), ("x_train", x_train.shape()));
}
