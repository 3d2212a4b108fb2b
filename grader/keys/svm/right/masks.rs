// Whole matrices and 0/1 masks for everything, random numbers of its own, and nothing marked `pub`.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis, stack};

/// 1 at each example's label, 0 elsewhere.
fn one_hot(y: &Array1<usize>, classes: usize) -> Array2<f64> {
    Array2::from_shape_fn((y.len(), classes), |(i, c)| if y[i] == c { 1.0 } else { 0.0 })
}

fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let labels = one_hot(y, x.ncols());
    let own = (x * &labels).sum_axis(Axis(1)).insert_axis(Axis(1));
    // 1 - labels is the margin: none for the label's own class.
    let hinges = (x - &own + (1.0 - &labels)).mapv(|margin| margin.max(0.0));
    let missed = hinges.mapv(|hinge| if hinge > 0.0 { 1.0 } else { 0.0 });
    let counts = missed.sum_axis(Axis(1)).insert_axis(Axis(1));
    let n = y.len() as f64;
    (hinges.sum() / n, (missed - labels * counts) / n)
}

fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let n = y.len();
    let mut loss = reg * w.flatten().iter().rev().map(|weight| weight.powi(2)).sum::<f64>();
    let mut dw = w * (reg * 2.);
    for i in (0..n).rev() {
        let example = x.row(i);
        let own = w.column(y[i]).dot(&example);
        for c in (0..w.ncols()).filter(|c| *c != y[i]) {
            let margin = 1.0 - (own - w.column(c).dot(&example));
            if margin >= 0.0 {
                loss += margin / n as f64;
                for d in 0..example.len() {
                    let share = example[d] / n as f64;
                    dw[(d, c)] += share;
                    dw[(d, y[i])] -= share;
                }
            }
        }
    }
    (loss, dw)
}

fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let scores = x.dot(w);
    let (loss, dscores) = svm_loss(&scores, y);
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

fn train_svm(
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
        let (loss, dw) = svm_classifier_loss(&w, &x_batch, &y_batch, reg);
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

/// Finds all results first, sorts them, and writes them into the grid last.
fn search(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (f64, f64, Array2<f64>) {
    let mut results = Vec::new();
    for (j, reg) in regs.iter().enumerate().rev() {
        for (i, rate) in learning_rates.iter().enumerate() {
            let (w, _) = train_svm(x_train, y_train, *rate, *reg, iterations, batch_size, seed);
            let wrong = predict(&w, x_val).iter().zip(y_val.iter()).filter(|(a, b)| a != b).count();
            results.push((1.0 - wrong as f64 / y_val.len() as f64, i, j));
        }
    }
    results.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut grid = Array2::zeros((learning_rates.len(), regs.len()));
    for (accuracy, i, j) in &results {
        grid[(*i, *j)] = *accuracy;
    }
    (learning_rates[results[0].1], regs[results[0].2], grid)
}
