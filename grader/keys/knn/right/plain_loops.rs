//! Loops over indices wherever there may be some, and no helper of ndarray but the matrix product.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        for j in 0..x_train.nrows() {
            let mut square: f64 = 0.0;
            for d in 0..x.ncols() {
                let difference = x_train[[j, d]] - x[[i, d]];
                square += difference * difference;
            }
            distances[[i, j]] = square.sqrt();
        }
    }
    distances
}

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    // The loop may as well be over the training examples.
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for j in 0..x_train.nrows() {
        let difference = x - &x_train.row(j);
        for i in 0..x.nrows() {
            distances[[i, j]] = difference.row(i).dot(&difference.row(i)).sqrt();
        }
    }
    distances
}

pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut lengths = vec![0.0; x.nrows()];
    for i in 0..x.nrows() {
        for d in 0..x.ncols() {
            lengths[i] += x[[i, d]] * x[[i, d]];
        }
    }
    let mut distances = x.dot(&x_train.t());
    for j in 0..x_train.nrows() {
        let mut train_length = 0.0;
        for d in 0..x.ncols() {
            train_length += x_train[[j, d]] * x_train[[j, d]];
        }
        for i in 0..x.nrows() {
            let square: f64 = lengths[i] - 2.0 * distances[[i, j]] + train_length;
            distances[[i, j]] = if square > 0.0 { square.sqrt() } else { 0.0 };
        }
    }
    distances
}

pub fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    let (test, train) = distances.dim();
    let mut classes = 0;
    for j in 0..train {
        if y_train[j] + 1 > classes {
            classes = y_train[j] + 1;
        }
    }
    let mut labels = Array1::zeros(test);
    for i in 0..test {
        // Take the nearest of those that are left, k times.
        let mut taken = vec![false; train];
        let mut votes = vec![0; classes];
        for _ in 0..k {
            let mut nearest = train;
            for j in 0..train {
                if !taken[j] && (nearest == train || distances[[i, j]] < distances[[i, nearest]]) {
                    nearest = j;
                }
            }
            taken[nearest] = true;
            votes[y_train[nearest]] += 1;
        }
        for label in 1..classes {
            if votes[label] > votes[labels[i]] {
                labels[i] = label;
            }
        }
    }
    labels
}

pub fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    let n = x.nrows();
    let mut fold_of = Vec::new();
    for fold in 0..folds {
        let mut length = n / folds;
        if fold < n % folds {
            length += 1;
        }
        for _ in 0..length {
            fold_of.push(fold);
        }
    }
    let mut accuracies = Array2::zeros((ks.len(), folds));
    for fold in 0..folds {
        let (mut inside, mut outside) = (vec![], vec![]);
        for i in 0..n {
            if fold_of[i] == fold {
                inside.push(i);
            } else {
                outside.push(i);
            }
        }
        let mut x_fold = Array2::zeros((inside.len(), x.ncols()));
        for i in 0..inside.len() {
            x_fold.row_mut(i).assign(&x.row(inside[i]));
        }
        let mut x_rest = Array2::zeros((outside.len(), x.ncols()));
        let mut y_rest = Array1::zeros(outside.len());
        for j in 0..outside.len() {
            x_rest.row_mut(j).assign(&x.row(outside[j]));
            y_rest[j] = y[outside[j]];
        }
        for c in 0..ks.len() {
            let predicted = predict_labels(&compute_distances_two_loops(&x_fold, &x_rest), &y_rest, ks[c]);
            let mut right = 0;
            for i in 0..inside.len() {
                if predicted[i] == y[inside[i]] {
                    right += 1;
                }
            }
            accuracies[[c, fold]] = right as f64 / inside.len() as f64;
        }
    }
    accuracies
}
