// The place of the nearest, where its label was asked for.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    let _ = (y_train, k);
    let mut labels = Array1::zeros(distances.nrows());
    for i in 0..distances.nrows() {
        let row = distances.row(i);
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[a].total_cmp(&row[b]));
                labels[i] = order[0];
    }
    labels
}
