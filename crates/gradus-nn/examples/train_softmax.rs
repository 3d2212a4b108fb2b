//! Trains a softmax classifier on the embedded subset of Fashion-MNIST and prints its accuracy.
//!
//! `cargo run --release -p gradus-nn --example train_softmax [seed]`
#![expect(clippy::print_stdout, reason = "an example shows its results")]

use std::time::Instant;

use gradus_nn::data::fashion_mnist;
use gradus_nn::linear::{predict, train_softmax};
use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};

struct Setting {
    name: &'static str,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
}

/// Chosen by the accuracy on 1,000 validation images held out of the training part, never on the test part.
const SETTINGS: [Setting; 2] = [
    Setting { name: "quick", learning_rate: 0.1, reg: 1e-4, iterations: 1000, batch_size: 200 },
    Setting { name: "best", learning_rate: 0.1, reg: 1e-3, iterations: 3000, batch_size: 200 },
];

fn main() {
    let seed = match std::env::args().nth(1).map(|seed| seed.parse()) {
        None => 231,
        Some(Ok(seed)) => seed,
        Some(Err(_)) => {
            eprintln!("error: the seed must be a whole number from 0. Hint: train_softmax 231");
            std::process::exit(2);
        }
    };
    let data = fashion_mnist::load();
    let (train, test) = (data.train.unit_rows::<f64>(), data.test.unit_rows::<f64>());
    let mean = mean_image(&train);
    let x = add_bias_column(&subtract_mean(&train, &mean));
    let x_test = add_bias_column(&subtract_mean(&test, &mean));

    for Setting { name, learning_rate, reg, iterations, batch_size } in SETTINGS {
        let start = Instant::now();
        let (w, history) = train_softmax(&x, &data.train.labels, learning_rate, reg, iterations, batch_size, seed);
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{name}: seed {seed}, learning rate {learning_rate}, reg {reg}, {iterations} iterations of {batch_size}: \
             loss {:.3} to {:.3}, accuracy {:.1} % in training, {:.1} % in test, {seconds:.1} s",
            history[0],
            history[history.len() - 1],
            100.0 * accuracy(&predict(&w, &x), &data.train.labels),
            100.0 * accuracy(&predict(&w, &x_test), &data.test.labels),
        );
    }
}
