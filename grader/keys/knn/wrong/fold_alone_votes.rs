// The fold votes, and the accuracy is that on all others.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    let n = x.nrows();
    let mut accuracies = Array2::zeros((ks.len(), folds));
    for fold in 0..folds {
        let start = fold * (n / folds) + fold.min(n % folds);
        let end = start + n / folds + usize::from(fold < n % folds);
        let others: Vec<usize> = (start..end).collect();
        let held_out: Vec<usize> = (0..n).filter(|&e| e < start || e >= end).collect();
        let (x_val, y_val) = (x.select(Axis(0), &held_out), y.select(Axis(0), &held_out));
        let (x_train, y_train) = (x.select(Axis(0), &others), y.select(Axis(0), &others));
        let distances = compute_distances_no_loops(&x_val, &x_train);
        for (i, &k) in ks.iter().enumerate() {
            let predicted = predict_labels(&distances, &y_train, k);
            let right = predicted.iter().zip(&y_val).filter(|(a, b)| a == b).count();
            accuracies[[i, fold]] = right as f64 / y_val.len() as f64;
        }
    }
    accuracies
}
