// Mean and variance of columns, as in batch normalisation.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let mean = x.mean_axis(Axis(0)).unwrap().insert_axis(Axis(0));
    let centred = x - &mean;
    let var = (&centred * &centred).mean_axis(Axis(0)).unwrap().insert_axis(Axis(0));
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, LayernormCache { deviation: Array2::ones((x.nrows(), 1)) * deviation[[0, 0]], x_hat, gamma: gamma.clone() })
}
