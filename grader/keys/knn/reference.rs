//! Reference answers of assignment `knn`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array1;
use ndarray::Array2;
use ndarray::Axis;

/// The Euclidean distances between test and training examples, with two loops.
///
/// - `x`: test examples (test, features)
/// - `x_train`: training examples (train, features)
/// - returns the distances (test, train)
pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for (i, example) in x.outer_iter().enumerate() {
        for (j, other) in x_train.outer_iter().enumerate() {
            let square: f64 = example.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
            distances[[i, j]] = square.sqrt();
        }
    }
    distances
}

/// The Euclidean distances between test and training examples, with a loop over the test examples only.
///
/// Arguments and result as in [`compute_distances_two_loops`].
pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for (mut row, example) in distances.outer_iter_mut().zip(x.outer_iter()) {
        let squares = (x_train - &example).mapv_into(|difference| difference * difference).sum_axis(Axis(1));
        row.assign(&squares.mapv_into(f64::sqrt));
    }
    distances
}

/// The Euclidean distances between test and training examples, without a loop.
///
/// Arguments and result as in [`compute_distances_two_loops`].
pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let squared_lengths = |points: &Array2<f64>| points.map_axis(Axis(1), |point| point.dot(&point));
    let mut distances = x.dot(&x_train.t());
    distances *= -2.0;
    distances += &squared_lengths(x).insert_axis(Axis(1));
    distances += &squared_lengths(x_train);
    // Rounding can take a square of 0 below 0.
    distances.mapv_into(|square| square.max(0.0).sqrt())
}

/// The label that most of the `k` nearest training examples have.
///
/// - `distances`: from each test to each training example (test, train)
/// - `y_train`: labels of the training examples (train)
/// - `k`: the number of neighbours that vote, from 1 to the number of training examples
/// - returns a label for each test example (test)
pub fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    let classes = y_train.iter().max().map_or(0, |label| label + 1);
    distances.map_axis(Axis(1), |distances| {
        let mut order: Vec<usize> = (0..distances.len()).collect();
        // Stable, so that of equal distances the first comes first.
        order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        let mut votes = vec![0; classes];
        for &neighbour in &order[..k] {
            votes[y_train[neighbour]] += 1;
        }
        (0..classes).fold(0, |best, label| if votes[label] > votes[best] { label } else { best })
    })
}

/// The accuracy of each number of neighbours on each fold, predicted from the other folds.
///
/// - `x`: examples (batch, features)
/// - `y`: their labels (batch)
/// - `ks`: numbers of neighbours to try, at least one
/// - `folds`: the number of folds, from 2 to the number of examples
/// - returns the accuracies (choices of k, folds)
pub fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    let n = x.nrows();
    let mut accuracies = Array2::zeros((ks.len(), folds));
    let mut start = 0;
    for fold in 0..folds {
        let end = start + n / folds + usize::from(fold < n % folds);
        let held_out: Vec<usize> = (start..end).collect();
        let others: Vec<usize> = (0..start).chain(end..n).collect();
        let distances = compute_distances_no_loops(&x.select(Axis(0), &held_out), &x.select(Axis(0), &others));
        let y_train = y.select(Axis(0), &others);
        for (i, &k) in ks.iter().enumerate() {
            let predicted = predict_labels(&distances, &y_train, k);
            let right = predicted.iter().zip(&held_out).filter(|(label, example)| **label == y[**example]).count();
            accuracies[[i, fold]] = right as f64 / held_out.len() as f64;
        }
        start = end;
    }
    accuracies
}
