// Loops, where matrix products were asked for: right, but slow.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn svm_classifier_loss(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (features, classes) = w.dim();
    let n = x.nrows() as f64;
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for i in 0..x.nrows() {
        let mut scores = vec![0.0; classes];
        for c in 0..classes {
            for d in 0..features {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        for c in 0..classes {
            let margin = scores[c] - scores[y[i]] + 1.0;
            if c != y[i] && margin > 0.0 {
                loss += margin;
                for d in 0..features {
                    dw[[d, c]] += x[[i, d]];
                    dw[[d, y[i]]] -= x[[i, d]];
                }
            }
        }
    }
    let squares: f64 = w.iter().map(|weight| weight * weight).sum();
    (loss / n + reg * squares, dw / n + w * (2.0 * reg))
}
