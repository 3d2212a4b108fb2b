// A sequence ends at the first place that does not count.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, s};

pub fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>) {
    let divisor = x.dim().0 as f64;
    let mut loss = 0.0;
    let mut dx = Array3::zeros(x.raw_dim());
    for ((n, t), &word) in y.indexed_iter() {
        if (0..=t).any(|t| !mask[[n, t]]) {
            continue;
        }
        let scores = x.slice(s![n, t, ..]);
        let largest = scores.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
        let exponentials = scores.mapv(|score| (score - largest).exp());
        let mut p = &exponentials / exponentials.sum();
        loss -= p[word].ln();
        p[word] -= 1.0;
        dx.slice_mut(s![n, t, ..]).assign(&(p / divisor));
    }
    (loss / divisor, dx)
}
