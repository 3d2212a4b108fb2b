//! The hidden checks of assignment `svm`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod classifier;
mod search;
mod svm_loss;

use gradus_assignments::svm::call;
use gradus_question::{Answer, Call, Check};
use ndarray::{Array1, Array2, ArrayView1};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{REFERENCE, reference};
use crate::common::recorded;
use crate::linear::train::{Trained, Training};
use crate::linear::{Linear, Slips, images, predict, speed, train};

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        svm_loss::checks(),
        classifier::checks::<classifier::Naive>(),
        classifier::checks::<classifier::Vectorised>(),
        vec![speed::speed::<classifier::Vectorised>()],
        train::checks::<Svm>(),
        images::checks::<Svm>(),
        predict::checks::<Svm>(),
        search::checks(),
    ]
    .concat()
}

/// What the shared checks need to know of this assignment.
pub struct Svm;

impl Linear for Svm {
    const TRAIN: &'static str = "train_svm";
    const IMAGES: images::Bounds = images::Bounds {
        learning_rate: 0.02,
        reg: 1e-3,
        accuracy: 0.70,
        loss: 2.0,
        falls: "losses below 2, after 9 at the start, on images of clothing",
    };

    fn answers() -> &'static (dyn Answer + Sync) {
        &REFERENCE
    }

    fn loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
        reference::svm_classifier_loss(w, x, y, reg)
    }

    fn predicted(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
        reference::predict(w, x)
    }

    fn train(training: &Training) -> Call<Trained> {
        let Training { x, y, learning_rate, reg, iterations, batch_size, seed } = training;
        call::train_svm(x, y, *learning_rate, *reg, *iterations, *batch_size, *seed)
    }

    fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Call<Array1<usize>> {
        call::predict(w, x)
    }

    fn recorded_predictions() -> Vec<recorded::Predict> {
        recorded::read(include_str!("snapshots/predict.snap"))
    }

    /// All margins miss at first; after 40 steps of this length they are still at a third or more.
    fn learning_rate(random: &mut ChaCha8Rng, example: ArrayView1<'_, f64>, classes: usize) -> f64 {
        random.random_range(0.008..0.016) / (example.dot(&example) * classes as f64)
    }

    /// Away from the kinks of the hinges, by more than a small step moves a score.
    fn is_smooth(scores: &Array2<f64>, y: &Array1<usize>) -> bool {
        reference::margins(scores, y).iter().all(|margin| margin.abs() > 1e-3)
    }

    /// Small weights miss all margins by nearly 1.
    fn is_at_rest(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>) -> bool {
        reference::svm_classifier_loss(w, x, y, 0.0).0 < 0.5 * (w.ncols() as f64 - 1.0)
    }

    fn slips(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Slips {
        let scores = svm_loss::slips(&x.dot(w), y);
        let penalty = reg * w.mapv(|weight| weight * weight).sum();
        let (data_loss, data_gradient) = reference::svm_classifier_loss(w, x, y, 0.0);
        let unsquared = ("the loss with reg * sum(w); the weights are squared", data_loss + reg * w.sum());
        let unsquared_slope =
            ("the gradient with reg alone; the slope of reg * w^2 is 2 * reg * w", data_gradient + reg);
        Slips {
            loss: scores.loss.into_iter().map(|(words, loss)| (words, loss + penalty)).chain([unsquared]).collect(),
            gradient: scores
                .gradient
                .into_iter()
                .map(|(words, dscores)| (words, x.t().dot(&dscores) + w * (2.0 * reg)))
                .chain([unsquared_slope])
                .collect(),
        }
    }
}
