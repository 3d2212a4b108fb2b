//! Batch normalisation: each feature to mean 0 and variance 1 over the batch, then scaled and shifted.
//!
//! In evaluation a batch may be one example, so running averages of mean and variance take the place of the batch's own.
//!
//! Source: Ioffe and Szegedy, Batch normalization, 2015; CS231n, assignment 2.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis};

use super::require_parameters;
use crate::shape::{require, require_rows, require_same_shape};
use crate::{Mode, Scalar};

/// The settings and running statistics of one batch normalisation layer, spatial or not.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchnormParam<F> {
    /// Training uses the batch's statistics and updates the running ones; evaluation uses the running ones.
    pub mode: Mode,
    /// Added to the variance.
    pub eps: F,
    /// The share of the running statistics that one training batch leaves: `running = momentum * running + (1 - momentum)
    /// * batch`. PyTorch's parameter of that name is the other share, `1 - momentum`.
    pub momentum: F,
    /// The running variance takes in `sum (x - mean)^2 / (n - correction)`: 0, the biased variance, as in CS231n, or 1 as in
    /// PyTorch. The normalisation itself always divides by `n`.
    pub correction: usize,
    /// (features), or (channels) for a spatial layer.
    pub running_mean: Array1<F>,
    /// (features), or (channels) for a spatial layer.
    pub running_var: Array1<F>,
}

impl<F: Scalar> BatchnormParam<F> {
    /// The defaults of CS231n for that many features or channels: training, `eps` 1e-5, `momentum` 0.9, `correction` 0,
    /// running statistics 0.
    ///
    /// ```
    /// use gradus_nn::norms::BatchnormParam;
    /// let bn_param = BatchnormParam::<f64>::new(3);
    /// assert_eq!((bn_param.momentum, bn_param.running_mean.len()), (0.9, 3));
    /// ```
    pub fn new(features: usize) -> Self {
        BatchnormParam {
            mode: Mode::Train,
            eps: F::cast(1e-5),
            momentum: F::cast(0.9),
            correction: 0,
            running_mean: Array1::zeros(features),
            running_var: Array1::zeros(features),
        }
    }

    /// Takes the mean and biased variance of a batch, of `n` elements for each feature, into the running statistics.
    pub(super) fn update(&mut self, mean: &ArrayRef1<F>, var: &ArrayRef1<F>, n: usize) {
        let (kept, new) = (self.momentum, F::one() - self.momentum);
        let corrected = new * F::count(n) / F::count(n - self.correction);
        self.running_mean.zip_mut_with(mean, |running, &mean| *running = kept * *running + new * mean);
        self.running_var.zip_mut_with(var, |running, &var| *running = kept * *running + corrected * var);
    }

    /// Panics unless the running statistics fit `x`, and a training batch has elements enough for a variance.
    #[track_caller]
    pub(super) fn require(&self, operation: &str, of: &str, x: &[usize]) {
        for (name, running) in [("running_mean", &self.running_mean), ("running_var", &self.running_var)] {
            let rule = format!("{name} needs one value for each {of} of x");
            require(running.len() == x[1], operation, &rule, ("x", x), (name, running.shape()));
        }
        if self.mode == Mode::Train {
            require_rows(operation, "x", x);
            let (n, correction) = (x[0] * x[2..].iter().product::<usize>(), self.correction);
            assert!(
                n > correction,
                "{operation}: training needs more elements for each {of} than the correction, {correction}, but x is {x:?}"
            );
        }
    }
}

/// What [`batchnorm_backward`] and [`batchnorm_backward_alt`] need.
#[derive(Debug, Clone)]
pub struct BatchnormCache<F> {
    /// The normalised input, (batch, features).
    x_hat: Array2<F>,
    /// `1 / sqrt(var + eps)`, (features).
    inv_std: Array1<F>,
    gamma: Array1<F>,
    mode: Mode,
}

/// Batch normalisation. In training, with the mean and biased variance of each feature over the batch:
///
/// `out_ij = gamma_j * (x_ij - mean_j) / sqrt(var_j + eps) + beta_j`
///
/// and the running statistics move towards those of the batch. In evaluation the running statistics take the place of
/// `mean` and `var` and stay as they are.
///
/// Shapes: input `x` (batch, features), scale `gamma` (features), shift `beta` (features), output (batch, features).
///
/// # Panics
/// If `gamma`, `beta` or a running statistic has not one value for each feature, or a training batch has no more rows than
/// `correction`.
///
/// ```
/// use gradus_nn::Mode;
/// use gradus_nn::norms::{BatchnormParam, batchnorm_forward};
/// use ndarray::array;
/// let mut bn_param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
/// let (out, _) = batchnorm_forward(&array![[3.0], [7.0]], &array![2.0], &array![1.0], &mut bn_param);
/// assert_eq!(out, array![[-1.0], [3.0]]);
///
/// // The mean was 5 and the variance 4; a tenth of each is in the running statistics.
/// bn_param.mode = Mode::Evaluate;
/// let (out, _) = batchnorm_forward(&array![[0.5]], &array![2.0], &array![1.0], &mut bn_param);
/// assert!((out[[0, 0]] - 1.0_f64).abs() < 1e-12);
/// ```
#[track_caller]
pub fn batchnorm_forward<F: Scalar>(
    x: &ArrayRef2<F>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    bn_param: &mut BatchnormParam<F>,
) -> (Array2<F>, BatchnormCache<F>) {
    require_parameters("batchnorm_forward", "feature", x.shape(), x.ncols(), gamma, beta);
    bn_param.require("batchnorm_forward", "feature", x.shape());

    let (centred, var) = match bn_param.mode {
        Mode::Train => {
            let n = F::count(x.nrows());
            let mean = x.sum_axis(Axis(0)) / n;
            let centred = &x.view() - &mean;
            let var = (&centred * &centred).sum_axis(Axis(0)) / n;
            bn_param.update(&mean, &var, x.nrows());
            (centred, var)
        }
        Mode::Evaluate => (&x.view() - &bn_param.running_mean, bn_param.running_var.clone()),
    };
    let inv_std = var.mapv(|var| (var + bn_param.eps).sqrt().recip());
    let x_hat = centred * &inv_std;
    let out = &x_hat * &gamma.view() + beta.view();
    (out, BatchnormCache { x_hat, inv_std, gamma: gamma.to_owned(), mode: bn_param.mode })
}

/// The gradients `(dx, dgamma, dbeta)` of [`batchnorm_forward`], back through the computation one step at a time.
///
/// Shapes: upstream gradient `dout` and `dx` (batch, features), `dgamma` and `dbeta` (features). In evaluation mean and
/// variance are constants, and `dx = dout * gamma / sqrt(running_var + eps)`.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::norms::{BatchnormParam, batchnorm_backward, batchnorm_forward};
/// use ndarray::array;
/// let mut bn_param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
/// let (_, cache) = batchnorm_forward(&array![[3.0], [7.0]], &array![2.0], &array![1.0], &mut bn_param);
/// let (dx, dgamma, dbeta) = batchnorm_backward(&array![[1.0], [3.0]], &cache);
/// // Two elements always become -1 and 1: moving one changes nothing.
/// assert_eq!((dx, dgamma, dbeta), (array![[0.0], [0.0]], array![2.0], array![4.0]));
/// ```
#[track_caller]
pub fn batchnorm_backward<F: Scalar>(
    dout: &ArrayRef2<F>,
    cache: &BatchnormCache<F>,
) -> (Array2<F>, Array1<F>, Array1<F>) {
    let BatchnormCache { x_hat, inv_std, gamma, mode } = cache;
    require_same_shape("batchnorm_backward", ("x", x_hat.shape()), ("dout", dout.shape()));
    let (n, dout) = (F::count(dout.nrows()), dout.view());

    // out = gamma * x_hat + beta
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (&dout * x_hat).sum_axis(Axis(0));
    let dx_hat = &dout * gamma;

    // x_hat = centred * inv_std
    let mut dcentred = &dx_hat * inv_std;
    if *mode == Mode::Evaluate {
        return (dcentred, dgamma, dbeta);
    }
    let centred = x_hat / inv_std;
    let dinv_std = (dx_hat * &centred).sum_axis(Axis(0));

    // inv_std = (var + eps)^(-1/2)
    let dvar = dinv_std * inv_std.mapv(|inv_std| F::cast(-0.5) * inv_std.powi(3));

    // var = 1/n sum centred^2
    dcentred = dcentred + centred * (dvar * (F::cast(2.0) / n));

    // centred = x - mean, and mean = 1/n sum x
    let dmean = -dcentred.sum_axis(Axis(0));
    let dx = dcentred + dmean / n;
    (dx, dgamma, dbeta)
}

/// [`batchnorm_backward`] with the steps worked out on paper into one formula, which needs less memory traffic:
///
/// `dx = gamma / sqrt(var + eps) * (dout - dbeta / n - x_hat * dgamma / n)`
///
/// # Panics
/// As [`batchnorm_backward`].
///
/// ```
/// use gradus_nn::norms::{BatchnormParam, batchnorm_backward_alt, batchnorm_forward};
/// use ndarray::array;
/// let mut bn_param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
/// let (_, cache) = batchnorm_forward(&array![[3.0], [7.0]], &array![2.0], &array![1.0], &mut bn_param);
/// let (dx, dgamma, dbeta) = batchnorm_backward_alt(&array![[1.0], [3.0]], &cache);
/// assert_eq!((dx, dgamma, dbeta), (array![[0.0], [0.0]], array![2.0], array![4.0]));
/// ```
#[track_caller]
pub fn batchnorm_backward_alt<F: Scalar>(
    dout: &ArrayRef2<F>,
    cache: &BatchnormCache<F>,
) -> (Array2<F>, Array1<F>, Array1<F>) {
    let BatchnormCache { x_hat, inv_std, gamma, mode } = cache;
    require_same_shape("batchnorm_backward_alt", ("x", x_hat.shape()), ("dout", dout.shape()));
    let (n, dout) = (F::count(dout.nrows()), dout.view());

    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (&dout * x_hat).sum_axis(Axis(0));
    let scale = gamma * inv_std;
    let dx = match mode {
        Mode::Evaluate => &dout * &scale,
        Mode::Train => (&dout - &(&dbeta / n) - x_hat * &(&dgamma / n)) * &scale,
    };
    (dx, dgamma, dbeta)
}
