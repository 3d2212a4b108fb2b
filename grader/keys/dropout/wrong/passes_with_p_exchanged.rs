// Hands on the probability of dropping in place of that of keeping.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Mode};
use gradus_nn::softmax::softmax;
use ndarray::{Array2, ArrayD};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    let mut random = StdRng::seed_from_u64(seed);
    let all: Vec<Array2<f64>> = (0..passes).map(|_| softmax(&scores(net, x, if p == 1.0 { 1.0 } else { 1.0 - p }, Mode::Train, random.random()))).collect();
    let zeros = Array2::zeros(all[0].raw_dim());
    let mean = all.iter().fold(zeros.clone(), |sum, one| sum + one) / passes as f64;
    let squares = all.iter().fold(zeros, |sum, one| sum + (one - &mean).mapv(|difference| difference * difference));
    (mean, (squares / passes as f64).mapv(f64::sqrt))
}
