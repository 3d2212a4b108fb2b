//! The hidden checks of assignment `softmax`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod classifier;
mod softmax_loss;

use gradus_assignments::softmax::call;
use gradus_question::{Answer, Call, Check};
use ndarray::{Array1, Array2, ArrayView1};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{REFERENCE, reference};
use crate::common::recorded;
use crate::linear::train::{Trained, Training};
use crate::linear::{Linear, images, predict, speed, train};

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        softmax_loss::checks(),
        classifier::checks::<classifier::Naive>(),
        classifier::checks::<classifier::Vectorised>(),
        vec![speed::speed::<classifier::Vectorised>()],
        train::checks::<Softmax>(),
        images::checks::<Softmax>(),
        predict::checks::<Softmax>(),
    ]
    .concat()
}

/// What the shared checks need to know of this assignment.
pub struct Softmax;

impl Linear for Softmax {
    const TRAIN: &'static str = "train_softmax";
    const IMAGES: images::Bounds = images::Bounds {
        learning_rate: 0.2,
        reg: 1e-3,
        accuracy: 0.70,
        loss: 1.0,
        falls: "losses below 1, after ln 10 at the start, on images of clothing",
    };

    fn answers() -> &'static (dyn Answer + Sync) {
        &REFERENCE
    }

    fn loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
        reference::softmax_classifier_loss(w, x, y, reg)
    }

    fn predicted(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
        reference::predict(w, x)
    }

    fn train(training: &Training) -> Call<Trained> {
        let Training { x, y, learning_rate, reg, iterations, batch_size, seed } = training;
        call::train_softmax(x, y, *learning_rate, *reg, *iterations, *batch_size, *seed)
    }

    fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Call<Array1<usize>> {
        call::predict(w, x)
    }

    fn recorded_predictions() -> Vec<recorded::Predict> {
        recorded::read(include_str!("snapshots/predict.snap"))
    }

    fn learning_rate(random: &mut ChaCha8Rng, _: ArrayView1<'_, f64>, _: usize) -> f64 {
        random.random_range(0.05..0.2)
    }
}
