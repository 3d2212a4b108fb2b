//! The square written out, `x^2 + y^2 - 2 x y`, in all three; a partial sort; folds from their borders.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayView1, Axis};

fn square_of(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    (a.dot(&a) + b.dot(&b) - 2.0 * a.dot(&b)).max(0.0)
}

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for (i, a) in x.outer_iter().enumerate() {
        for (j, b) in x_train.outer_iter().enumerate() {
            distances[(i, j)] = square_of(a, b).sqrt();
        }
    }
    distances
}

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let train_lengths = x_train.mapv(|number| number.powi(2)).sum_axis(Axis(1));
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        let squares = &train_lengths + x.row(i).dot(&x.row(i)) - 2.0 * x_train.dot(&x.row(i));
        distances.row_mut(i).assign(&squares.mapv(|square: f64| square.abs().sqrt()));
    }
    distances
}

pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let ones = |n: usize| Array2::<f64>::ones((n, 1));
    let lengths = (x * x).sum_axis(Axis(1)).insert_axis(Axis(1));
    let train_lengths = (x_train * x_train).sum_axis(Axis(1)).insert_axis(Axis(1));
    let sums = lengths.dot(&ones(x_train.nrows()).t()) + ones(x.nrows()).dot(&train_lengths.t());
    let squares = sums - x.dot(&(x_train * 2.0).t());
    squares.mapv(|square| if square < 0.0 { 0.0 } else { square.sqrt() })
}

pub fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    distances.map_axis(Axis(1), |row| {
        let mut places: Vec<usize> = (0..row.len()).collect();
        // The k nearest come to the front, in any order.
        places.select_nth_unstable_by(k - 1, |&a, &b| row[a].partial_cmp(&row[b]).unwrap().then(a.cmp(&b)));
        let mut labels: Vec<usize> = places[..k].iter().map(|&place| y_train[place]).collect();
        labels.sort_unstable();
        let mut best = (labels[0], 0);
        for run in labels.chunk_by(|a, b| a == b) {
            if run.len() > best.1 {
                best = (run[0], run.len());
            }
        }
        best.0
    })
}

pub fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    let n = x.nrows();
    let border = |fold: usize| fold * (n / folds) + fold.min(n % folds);
    let mut accuracies = Array2::zeros((ks.len(), folds));
    for fold in 0..folds {
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..n).partition(|i| (border(fold)..border(fold + 1)).contains(i));
        let distances = compute_distances_no_loops(&x.select(Axis(0), &inside), &x.select(Axis(0), &outside));
        for (c, &k) in ks.iter().enumerate() {
            let predicted = predict_labels(&distances, &y.select(Axis(0), &outside), k);
            let right: f64 = predicted.iter().zip(&inside).map(|(&label, &i)| f64::from(label == y[i])).sum();
            accuracies[[c, fold]] = right / inside.len() as f64;
        }
    }
    accuracies
}
