// Iterators, `Zip` and `from_shape_fn`; votes in a map; folds as lengths that are split off one after another.
// GRADUS-STAFF-ONLY-7c1f4e

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ndarray::{Array1, Array2, Axis, Zip, concatenate};

fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), x_train.nrows()), |(i, j)| {
        Zip::from(x.row(i)).and(x_train.row(j)).fold(0.0, |square, a, b| square + (a - b).powi(2)).sqrt()
    })
}

fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let rows: Vec<f64> = x
        .outer_iter()
        .flat_map(|example| {
            let difference = &example.insert_axis(Axis(0)) - x_train;
            difference.map_axis(Axis(1), |row| row.iter().map(|d| d * d).sum::<f64>().sqrt())
        })
        .collect();
    Array2::from_shape_vec((x.nrows(), x_train.nrows()), rows).unwrap()
}

/// Worked out with training examples in rows, and turned round without moving a number.
fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut products = x_train.dot(&x.t());
    let squares = |points: &Array2<f64>| points.outer_iter().map(|row| row.dot(&row)).collect::<Vec<f64>>();
    let (lengths, train_lengths) = (squares(x), squares(x_train));
    for (mut row, train_length) in products.outer_iter_mut().zip(train_lengths) {
        row.iter_mut().zip(&lengths).for_each(|(product, length)| {
            // The root of what is below 0 is NaN, and the larger of NaN and 0 is 0.
            *product = (length + train_length - 2.0 * *product).sqrt().max(0.0);
        });
    }
    products.reversed_axes()
}

fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    distances
        .outer_iter()
        .map(|row| {
            let mut pairs: Vec<(f64, usize)> = row.iter().copied().zip(y_train.iter().copied()).collect();
            pairs.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap());
            let votes = pairs.into_iter().take(k).fold(BTreeMap::<usize, usize>::new(), |mut votes, (_, label)| {
                *votes.entry(label).or_insert(0) += 1;
                votes
            });
            votes.into_iter().max_by_key(|&(label, count)| (count, Reverse(label))).unwrap().0
        })
        .collect()
}

fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    let mut rest = (x.view(), y.view());
    let mut parts = Vec::with_capacity(folds);
    for left in (1..=folds).rev() {
        let (fold, behind) = rest.0.split_at(Axis(0), rest.0.nrows().div_ceil(left));
        let (labels, labels_behind) = rest.1.split_at(Axis(0), fold.nrows());
        parts.push((fold, labels));
        rest = (behind, labels_behind);
    }
    let mut accuracies = Array2::zeros((ks.len(), folds));
    for (f, (fold, labels)) in parts.iter().enumerate() {
        let others = || parts.iter().enumerate().filter(|(other, _)| *other != f).map(|(_, part)| part);
        let x_others = concatenate(Axis(0), &others().map(|part| part.0).collect::<Vec<_>>()).unwrap();
        let y_others = concatenate(Axis(0), &others().map(|part| part.1).collect::<Vec<_>>()).unwrap();
        let distances = compute_distances_one_loop(&fold.to_owned(), &x_others);
        for (accuracy, &k) in accuracies.column_mut(f).iter_mut().zip(ks) {
            let hits = predict_labels(&distances, &y_others, k).iter().zip(labels).filter(|(a, b)| a == b).count();
            *accuracy = hits as f64 / labels.len() as f64;
        }
    }
    accuracies
}
