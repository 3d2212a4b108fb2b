//! Reference answers of assignment `svm`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array1;
use ndarray::Array2;
use ndarray::Axis;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// The mean multiclass hinge loss with margin 1, and its gradient with respect to the scores.
///
/// - `x`: scores (batch, classes)
/// - `y`: labels (batch), each below the number of classes
/// - returns the loss and `dx` (batch, classes)
pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    mean_loss_and_gradient(x, y)
}

fn mean_loss_and_gradient(scores: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let margins = margins(scores, y);
    let mut dscores = margins.mapv(|margin| if margin > 0.0 { 1.0 / n } else { 0.0 });
    for (mut row, &label) in dscores.rows_mut().into_iter().zip(y) {
        row[label] = -row.sum();
    }
    (margins.iter().map(|margin| margin.max(0.0)).sum::<f64>() / n, dscores)
}

/// How far each class misses the margin, negative where it keeps it; minus infinity for the label's own class.
pub fn margins(scores: &Array2<f64>, y: &Array1<usize>) -> Array2<f64> {
    let mut margins = scores.to_owned();
    for (mut row, &label) in margins.rows_mut().into_iter().zip(y) {
        row += 1.0 - row[label];
        row[label] = f64::NEG_INFINITY;
    }
    margins
}

/// The loss of a linear classifier and its gradient with respect to the weights, with loops.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - returns the loss and `dw` (features, classes)
pub fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (features, classes) = w.dim();
    let n = x.nrows() as f64;
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for (i, &label) in y.iter().enumerate() {
        let mut scores = vec![0.0; classes];
        for d in 0..features {
            for c in 0..classes {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        for c in 0..classes {
            let margin = scores[c] - scores[label] + 1.0;
            if c == label || margin <= 0.0 {
                continue;
            }
            loss += margin / n;
            for d in 0..features {
                dw[[d, c]] += x[[i, d]] / n;
                dw[[d, label]] -= x[[i, d]] / n;
            }
        }
    }
    for d in 0..features {
        for c in 0..classes {
            loss += reg * w[[d, c]] * w[[d, c]];
            dw[[d, c]] += 2.0 * reg * w[[d, c]];
        }
    }
    (loss, dw)
}

/// The loss of a linear classifier and its gradient with respect to the weights, vectorised.
///
/// Arguments and results as in [`svm_classifier_loss_naive`].
pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    regularised_loss_and_gradient(w, x, y, reg)
}

fn regularised_loss_and_gradient(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (loss, dscores) = mean_loss_and_gradient(&x.dot(w), y);
    let mut dw = x.t().dot(&dscores);
    dw.scaled_add(2.0 * reg, w);
    (loss + reg * w.iter().map(|weight| weight * weight).sum::<f64>(), dw)
}

/// Trains a linear classifier with hinge loss by mini-batch gradient descent.
///
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `learning_rate`: the length of a step, as a factor of the gradient
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the weights (features, max(y) + 1), and the loss of each mini-batch before its step
pub fn train_svm(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let classes = y.iter().max().map_or(0, |label| label + 1);
    let mut random = StdRng::seed_from_u64(seed);
    let small = Normal::new(0.0, 1e-3).expect("a positive deviation");
    let mut w = Array2::random_using((x.ncols(), classes), small, &mut random);
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..x.nrows())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, dw) = regularised_loss_and_gradient(&w, &x_batch, &y_batch, reg);
        history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, history)
}

/// The class with the highest score for each example.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - returns a class (batch), each below the number of classes
pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    x.dot(w).map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
}

/// Tries all pairs of a learning rate and a strength of regularisation.
///
/// - `x_train`, `y_train`: examples to train on (batch, features), (batch)
/// - `x_val`, `y_val`: examples to choose by (batch, features), (batch)
/// - `learning_rates`, `regs`: what to try, at least one of each
/// - `iterations`, `batch_size`, `seed`: passed on to [`train_svm`]
/// - returns the best learning rate, the best strength, and all validation accuracies (learning rates, strengths)
pub fn search(
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
    let mut accuracies = Array2::zeros((learning_rates.len(), regs.len()));
    let (mut best_rate, mut best_reg, mut best_accuracy) = (learning_rates[0], regs[0], f64::NEG_INFINITY);
    for (i, &learning_rate) in learning_rates.iter().enumerate() {
        for (j, &reg) in regs.iter().enumerate() {
            let (w, _) = train_svm(x_train, y_train, learning_rate, reg, iterations, batch_size, seed);
            let right = predict(&w, x_val).iter().zip(y_val).filter(|(predicted, label)| predicted == label).count();
            let accuracy = right as f64 / y_val.len() as f64;
            accuracies[[i, j]] = accuracy;
            if accuracy > best_accuracy {
                (best_rate, best_reg, best_accuracy) = (learning_rate, reg, accuracy);
            }
        }
    }
    (best_rate, best_reg, accuracies)
}
