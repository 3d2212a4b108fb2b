// Everything from one log-sum-exp helper, random numbers of its own, and nothing marked `pub`.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayView1, Axis, stack};

fn log_sum_exp(scores: ArrayView1<f64>) -> f64 {
    let max = scores.iter().copied().reduce(f64::max).unwrap();
    max + scores.iter().map(|score| (score - max).exp()).sum::<f64>().ln()
}

fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = x.nrows();
    let lse = x.map_axis(Axis(1), log_sum_exp);
    let losses: Vec<f64> = (0..n).map(|i| lse[i] - x[(i, y[i])]).collect();
    let mut dx = (x - &lse.insert_axis(Axis(1))).exp();
    for i in 0..n {
        dx[(i, y[i])] -= 1.0;
    }
    (losses.iter().rev().sum::<f64>() / n as f64, dx / n as f64)
}

fn softmax_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let mut loss = 0.0;
    let mut dw = Array2::zeros(w.dim());
    let n = y.len() as f64;
    for (row, label) in x.rows().into_iter().zip(y.iter()) {
        let scores = Array1::from_iter(w.columns().into_iter().map(|column| row.dot(&column)));
        let lse = log_sum_exp(scores.view());
        loss += (lse - scores[*label]) / n;
        for c in 0..scores.len() {
            let mut coefficient = (scores[c] - lse).exp();
            if c == *label {
                coefficient -= 1.0;
            }
            for d in 0..row.len() {
                dw[(d, c)] += coefficient * row[d] / n;
            }
        }
    }
    for ((d, c), weight) in w.indexed_iter() {
        loss += reg * weight * weight;
        dw[(d, c)] += reg * weight * 2.;
    }
    (loss, dw)
}

fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let scores = x.dot(w);
    let (loss, dscores) = softmax_loss(&scores, y);
    let mut dw = w.clone();
    ndarray::linalg::general_mat_mul(1.0, &x.t(), &dscores, 2.0 * reg, &mut dw);
    (loss + reg * w.flatten().dot(&w.flatten()), dw)
}

/// A linear congruential generator: Knuth's MMIX.
struct Generator(u64);

impl Generator {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

fn train_softmax(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let mut generator = Generator(seed ^ 0x9E37_79B9_7F4A_7C15);
    let classes = *y.iter().max().unwrap() + 1;
    let mut w = Array2::from_shape_fn((x.ncols(), classes), |_| (generator.below(2001) as f64 - 1000.0) * 1e-6);
    let mut losses = Vec::new();
    while losses.len() < iterations {
        let chosen: Vec<usize> = std::iter::repeat_with(|| generator.below(x.nrows())).take(batch_size).collect();
        let rows: Vec<_> = chosen.iter().map(|&i| x.row(i)).collect();
        let x_batch = stack(Axis(0), &rows).unwrap();
        let y_batch = Array1::from_vec(chosen.iter().map(|&i| y[i]).collect());
        let (loss, dw) = softmax_classifier_loss(&w, &x_batch, &y_batch, reg);
        losses.push(loss);
        w.zip_mut_with(&dw, |weight, slope| *weight -= learning_rate * slope);
    }
    (w, losses)
}

fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    x.dot(w)
        .rows()
        .into_iter()
        .map(|row| row.iter().enumerate().max_by(|a, b| a.1.partial_cmp(b.1).unwrap()).unwrap().0)
        .collect()
}
