//! The hidden checks that assignments about linear classifiers have in common. What is an assignment's own, its loss
//! and what typical slips make of it, comes from its implementations of [`Linear`], [`Classifier`](classifier::Classifier)
//! and [`ScoreLoss`](scores::ScoreLoss).
// GRADUS-STAFF-ONLY-7c1f4e

pub mod classifier;
pub mod images;
pub mod predict;
pub mod scores;
pub mod speed;
pub mod train;

use gradus_question::{Answer, Call};
use ndarray::{Array1, Array2, ArrayView1};
use rand_chacha::ChaCha8Rng;

use crate::common::recorded;

/// One assignment about linear classifiers.
pub trait Linear {
    /// The name of the function that trains.
    const TRAIN: &'static str;
    /// What training on images should reach.
    const IMAGES: images::Bounds;

    /// The reference answers.
    fn answers() -> &'static (dyn Answer + Sync);
    /// The reference's loss of the weights, and its gradient.
    fn loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>);
    /// The reference's prediction.
    fn predicted(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize>;

    /// A call of the function that trains.
    fn train(training: &train::Training) -> Call<train::Trained>;
    /// A call of the function that predicts.
    fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Call<Array1<usize>>;
    /// Recorded predictions.
    fn recorded_predictions() -> Vec<recorded::Predict>;

    /// A learning rate with which a few dozen steps on this one example go a way, but not to the end of it.
    fn learning_rate(random: &mut ChaCha8Rng, example: ArrayView1<'_, f64>, classes: usize) -> f64;

    /// Whether the loss has a slope at these scores that the centred difference of a small step gives.
    fn is_smooth(_scores: &Array2<f64>, _y: &Array1<usize>) -> bool {
        true
    }

    /// Whether gradient descent from these weights would not move, so that what it gives shows nothing. No small weights are
    /// such.
    fn is_at_rest(_w: &Array2<f64>, _x: &Array2<f64>, _y: &Array1<usize>) -> bool {
        false
    }

    /// What slips of this loss alone give, regulariser included.
    fn slips(_w: &Array2<f64>, _x: &Array2<f64>, _y: &Array1<usize>, _reg: f64) -> Slips {
        Slips::default()
    }
}

/// What typical slips give, in words that go on from "Your result is".
#[derive(Default)]
pub struct Slips {
    pub loss: Vec<(&'static str, f64)>,
    pub gradient: Vec<(&'static str, Array2<f64>)>,
}
