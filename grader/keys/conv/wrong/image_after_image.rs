// The gradient is taken of one image after the other, as if each were the whole batch.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::norms::batchnorm_backward;
use ndarray::{Array1, Array2, Array4};

pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (n, c, h, w) = dout.dim();
    let rows: Array2<f64> = dout.view().permuted_axes([0, 2, 3, 1]).to_shape((n * h * w, c)).unwrap().to_owned();
    let (mut dx, mut dgamma, mut dbeta) = (rows.clone(), Array1::zeros(c), Array1::zeros(c));
    for image in 0..n {
        let mut alone = Array2::zeros(rows.raw_dim());
        let mine = image * h * w..(image + 1) * h * w;
        alone.slice_mut(ndarray::s![mine.clone(), ..]).assign(&rows.slice(ndarray::s![mine.clone(), ..]));
        let (of_image, own_gamma, own_beta) = batchnorm_backward(&alone, &cache.of_rows);
        dx.slice_mut(ndarray::s![mine.clone(), ..]).assign(&of_image.slice(ndarray::s![mine, ..]));
        dgamma += &own_gamma;
        dbeta += &own_beta;
    }
    let dx = dx.to_shape((n, h, w, c)).unwrap().to_owned().permuted_axes([0, 3, 1, 2]);
    (dx, dgamma, dbeta)
}
