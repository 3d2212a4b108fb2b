// The label's own score gets a slope of -1, however many classes miss the margin.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let scores = x.dot(w);
    let own = Array1::from_shape_fn(y.len(), |i| scores[[i, y[i]]]).insert_axis(Axis(1));
    let mut margins = (&scores - &own + 1.0).mapv(|margin| margin.max(0.0));
    for (i, &label) in y.iter().enumerate() {
        margins[[i, label]] = 0.0;
    }
    let loss = margins.sum() / n + reg * (w * w).sum();
    let mut dscores = margins.mapv(|margin| if margin > 0.0 { 1.0 } else { 0.0 });
    for (i, &label) in y.iter().enumerate() {
        dscores[[i, label]] = -1.0;
    }
    (loss, x.t().dot(&dscores) / n + w * (2.0 * reg))
}
