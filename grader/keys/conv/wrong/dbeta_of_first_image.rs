// Only the first image counts for the gradient of beta.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::norms::batchnorm_backward;
use ndarray::{Array1, Array2, Array4, Axis};

pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (n, c, h, w) = dout.dim();
    let rows: Array2<f64> = dout.view().permuted_axes([0, 2, 3, 1]).to_shape((n * h * w, c)).unwrap().to_owned();
    let (dx, dgamma, _) = batchnorm_backward(&rows, &cache.of_rows);
    let dx = dx.to_shape((n, h, w, c)).unwrap().to_owned().permuted_axes([0, 3, 1, 2]);
    let dbeta = dout.index_axis(Axis(0), 0).sum_axis(Axis(2)).sum_axis(Axis(1));
    (dx, dgamma, dbeta)
}
