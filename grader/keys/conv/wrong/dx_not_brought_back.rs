// The gradient of x keeps the channels at the end, in an array of the right shape.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::norms::batchnorm_backward;
use ndarray::{Array1, Array2, Array4};

pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (n, c, h, w) = dout.dim();
    let rows: Array2<f64> = dout.view().permuted_axes([0, 2, 3, 1]).to_shape((n * h * w, c)).unwrap().to_owned();
    let (dx, dgamma, dbeta) = batchnorm_backward(&rows, &cache.of_rows);
    let dx = dx.to_shape((n, c, h, w)).unwrap().to_owned();
    (dx, dgamma, dbeta)
}
