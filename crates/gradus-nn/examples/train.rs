//! Trains a softmax classifier, a two-layer net and a three-layer conv net on the embedded subset of Fashion-MNIST and prints
//! their accuracy.
//!
//! `cargo run --release -p gradus-nn --example train [seed]`
#![expect(clippy::print_stdout, reason = "an example shows its results")]

use std::time::Instant;

use gradus_nn::augment::horizontal_flip;
use gradus_nn::data::fashion_mnist;
use gradus_nn::linear;
use gradus_nn::metrics::accuracy;
use gradus_nn::networks::{Network, ThreeLayerConvNet, ThreeLayerConvSettings, TwoLayerNet, predict};
use gradus_nn::optimisers::Adam;
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};
use gradus_nn::random::generator;
use gradus_nn::schedules::cosine_decay;
use gradus_nn::solver::{Examples, Solver, SolverSettings};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array1, Array2, Array4, Axis, Ix2, Ix4, RemoveAxis, concatenate};

/// The settings below are first choices, tuned on no part of the data.
const EPOCHS: usize = 20;

fn main() {
    let seed = match std::env::args().nth(1).map(|seed| seed.parse()) {
        None => 231,
        Some(Ok(seed)) => seed,
        Some(Err(_)) => {
            eprintln!("error: the seed must be a whole number from 0. Hint: train 231");
            std::process::exit(2);
        }
    };
    let data = fashion_mnist::load();
    let parts = split(data.train.len(), SplitSizes { train: 5400, validation: 600, ..Default::default() }, seed);
    let (all, test) = (data.train.unit_rows::<f32>(), data.test.unit_rows::<f32>());
    let mean = mean_image(&all.select(Axis(0), &parts.train));
    let (all, test) = (subtract_mean(&all, &mean), subtract_mean(&test, &mean));
    let part = |rows: &[usize]| Examples { x: all.select(Axis(0), rows), y: data.train.labels.select(Axis(0), rows) };
    let (train, validation) = (part(&parts.train), part(&parts.validation));
    let test = Examples { x: test, y: data.test.labels };
    let report = |name: &str, start: Instant, validation: f64, test: f64| {
        let (validation, test, seconds) = (100.0 * validation, 100.0 * test, start.elapsed().as_secs_f64());
        println!("{name}: seed {seed}, {seconds:.1} s, accuracy {validation:.1} % in validation, {test:.1} % in test");
    };

    let start = Instant::now();
    let with_ones = |x: &Array2<f32>| add_bias_column(x);
    let (w, _) = linear::train_softmax(&with_ones(&train.x), &train.y, 0.1, 1e-3, 3000, 200, seed);
    let score = |part: &Examples<f32, Ix2>| accuracy(&linear::predict(&w, &with_ones(&part.x)), &part.y);
    report("softmax", start, score(&validation), score(&test));

    let start = Instant::now();
    let net = TwoLayerNet::new(784, 256, 10, 0.03, 1e-3, &mut generator(seed));
    let (validation_accuracy, test_accuracy) = solve(net, seed, &train, &validation, &test);
    report("two-layer net", start, validation_accuracy, test_accuracy);

    let start = Instant::now();
    let settings = ThreeLayerConvSettings {
        image: [1, 28, 28],
        filter_size: 5,
        weight_scale: 0.02,
        reg: 1e-3,
        ..Default::default()
    };
    let net = ThreeLayerConvNet::new(settings, &mut generator(seed));
    let train = with_mirrored(&images(&train));
    let (validation_accuracy, test_accuracy) = solve(net, seed, &train, &images(&validation), &images(&test));
    report("three-layer conv net", start, validation_accuracy, test_accuracy);
}

/// Trains the network, and gives the accuracies of its best epoch in validation and in test.
fn solve<D: RemoveAxis, N: Network<f32, Dim = D> + Clone>(
    network: N,
    seed: u64,
    train: &Examples<f32, D>,
    validation: &Examples<f32, D>,
    test: &Examples<f32, D>,
) -> (f64, f64) {
    let settings = SolverSettings {
        optimiser: Adam::new(1e-3).into(),
        schedule: |learning_rate, epoch| cosine_decay(learning_rate, epoch, EPOCHS),
        batch_size: 50,
        epochs: EPOCHS,
        seed,
        ..Default::default()
    };
    let mut solver = Solver::new(network, settings);
    solver.train(train, validation);
    let best = solver.best_network();
    let score = |part: &Examples<f32, D>| accuracy(&predict::<f32, N>(&best, &part.x, 100), &part.y);
    (score(validation), score(test))
}

/// Images, and all of them once more as in a mirror: a shirt stays one.
fn with_mirrored(images: &Examples<f32, Ix4>) -> Examples<f32, Ix4> {
    let Examples { x, y } = images;
    let twice = "two of one shape";
    Examples {
        x: concatenate(Axis(0), &[x.view(), horizontal_flip(x).view()]).expect(twice),
        y: concatenate(Axis(0), &[y.view(), y.view()]).expect(twice),
    }
}

/// Rows as grey images: (batch, 784) to (batch, 1, 28, 28).
fn images(rows: &Examples<f32, Ix2>) -> Examples<f32, Ix4> {
    let (x, y): (Array2<f32>, Array1<usize>) = (rows.x.clone(), rows.y.clone());
    let x: Array4<f32> = x.into_shape_with_order((y.len(), 1, 28, 28)).expect("784 pixels each");
    Examples { x, y }
}
