//! What answers use of the topic `batchnorm`.

use gradus_nn::norms::{layernorm_backward, layernorm_forward};
use ndarray::{Array1, Array2, Array3};

pub fn instances_of_features(x: &Array2<f64>, gamma: &Array1<f64>, beta: &Array1<f64>) -> Array2<f64> {
    let (out, cache) = layernorm_forward(x, gamma, beta, 1e-5);
    layernorm_backward(&out, &cache).0
}

pub fn instances_of_steps(x: &Array3<f64>, gamma: &Array1<f64>, beta: &Array1<f64>) -> Array3<f64> {
    let (out, cache) = layernorm_forward(x, gamma, beta, 1e-5);
    layernorm_backward(&out, &cache).0
}
