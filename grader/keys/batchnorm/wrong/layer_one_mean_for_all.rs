// One mean and one variance for the whole batch, not one for each example.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let d = x.ncols() as f64;
    let mean = Array2::from_elem((x.nrows(), 1), x.sum() / (d * x.nrows() as f64));
    let centred = x - &mean;
    let var = Array2::from_elem((x.nrows(), 1), (&centred * &centred).mean().unwrap());
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, LayernormCache { deviation, x_hat, gamma: gamma.clone() })
}
