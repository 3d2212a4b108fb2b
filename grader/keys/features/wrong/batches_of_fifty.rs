// Mini-batches of 50 examples.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::linear::{predict, train_softmax};
use ndarray::{Array1, Array2};

pub fn tune_classifier(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    seed: u64,
) -> (Array2<f64>, f64, f64) {
    let mut accuracies = Array2::zeros((learning_rates.len(), regs.len()));
    let mut best = (-1.0, 0.0, 0.0);
    for (i, &rate) in learning_rates.iter().enumerate() {
        for (j, &reg) in regs.iter().enumerate() {
            let (w, _) = train_softmax(x_train, y_train, rate, reg, iterations, 50, seed);
            let right = predict(&w, x_val).iter().zip(y_val).filter(|(a, b)| a == b).count();
            let share = right as f64 / y_val.len() as f64;
            accuracies[[i, j]] = share;
            if share > best.0 {
                best = (share, rate, reg);
            }
        }
    }
    (accuracies, best.1, best.2)
}
