//! Checks of training on images: no answer's exact result is known here, only what good training reaches.
// GRADUS-STAFF-ONLY-7c1f4e

use std::sync::OnceLock;
use std::time::Duration;

use gradus_nn::data::fashion_mnist;
use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, Axis, s};
use rand::Rng;
use rand::seq::index::sample;

use super::Linear;
use super::train::{Training, ordinary};
use crate::common::check;
use crate::common::training::expect_low_losses;

/// How an assignment trains on images, and bounds far below what every right way of training reaches; the key's README has
/// the measurements.
pub struct Bounds {
    pub learning_rate: f64,
    pub reg: f64,
    /// Of images that were not trained on.
    pub accuracy: f64,
    /// At the end, after more than twice of it at the start.
    pub loss: f64,
    /// What is expected of the losses, in a sentence.
    pub falls: &'static str,
}

/// The checks, 3 points.
pub fn checks<A: Linear>() -> Vec<Check> {
    let right = "the right class for most images that were not trained on";
    let checks = [
        check(A::TRAIN, "loss falls on images", 1, A::IMAGES.falls, loss_falls::<A>),
        check(A::TRAIN, "held-out images", 2, right, held_out_images::<A>),
    ];
    // Loops in the vectorised loss are slow here, and cost points there.
    checks.map(|check| Check { patience: Duration::from_secs(10), ..check }).to_vec()
}

pub const TRAINED: usize = 1000;
pub const ITERATIONS: usize = 300;
pub const BATCH: usize = 50;

/// Rows of pixels with a column of ones, and their labels.
pub struct Images {
    pub train: (Array2<f64>, Array1<usize>),
    pub test: (Array2<f64>, Array1<usize>),
}

/// Images of 14 x 14, each pixel the mean of four, so that a call takes little time in any style.
fn small(images: &Array3<u8>) -> Array2<f64> {
    let (n, height, width) = images.dim();
    let quarter = |row, column| images.slice(s![.., row..;2, column..;2]).mapv(f64::from);
    let sum = quarter(0, 0) + quarter(0, 1) + quarter(1, 0) + quarter(1, 1);
    let rows = sum.into_shape_with_order((n, height / 2 * (width / 2))).expect("each image becomes a row");
    rows / (4.0 * 255.0)
}

/// All the embedded images, unpacked once for all submissions.
pub fn images() -> &'static Images {
    static IMAGES: OnceLock<Images> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let fashion = fashion_mnist::load();
        let (train, test) = (small(&fashion.train.images), small(&fashion.test.images));
        let mean = mean_image(&train);
        let prepared = |x: &Array2<f64>| add_bias_column(&subtract_mean(x, &mean));
        Images { train: (prepared(&train), fashion.train.labels), test: (prepared(&test), fashion.test.labels) }
    })
}

/// A run of training on images drawn for this check.
struct Run {
    x: Array2<f64>,
    y: Array1<usize>,
    w: Array2<f64>,
    history: Vec<f64>,
}

fn train<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<Run, Failure> {
    let (x, y) = &images().train;
    let drawn = sample(&mut context.random, y.len(), TRAINED).into_vec();
    let (x, y) = (x.select(Axis(0), &drawn), y.select(Axis(0), &drawn));
    let Bounds { learning_rate, reg, .. } = A::IMAGES;
    let seed = context.random.random();
    let training = Training { x, y, learning_rate, reg, iterations: ITERATIONS, batch_size: BATCH, seed };
    let (w, history) = session.call(&A::train(&training))?;
    let Training { x, y, .. } = training;
    context.expect(
        w.dim() == (x.ncols(), 10) && w.iter().all(|weight| weight.is_finite()),
        "the weights have the wrong shape or are not finite",
        "w has a row for each feature and a column for each class",
    )?;
    Ok(Run { x, y, w, history })
}

fn loss_falls<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let Run { x, y, w, history } = train::<A>(session, context)?;
    let hint = "rows of x and their labels need the same indices, and every iteration a new mini-batch";
    expect_low_losses(context, &history, ITERATIONS, A::IMAGES.loss, hint)?;
    let (loss, _) = A::loss(&w, &x, &y, A::IMAGES.reg);
    context.expect(loss < A::IMAGES.loss, "the loss of the returned weights is too high", hint)
}

fn held_out_images<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let Run { w, .. } = train::<A>(session, context)?;
    let (x, y) = &images().test;
    context.expect(
        accuracy(&A::predicted(&w, x), y) > A::IMAGES.accuracy,
        "too few of the images that were not trained on get their right class",
        "rows of x and their labels need the same indices, and every iteration a new mini-batch",
    )
}
