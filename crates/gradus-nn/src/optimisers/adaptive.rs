//! Optimisers with a step size for each weight. In all of them `eps` stands outside the root, where it keeps the quotient
//! finite for a weight that has seen no gradient yet.

use ndarray::{Array, ArrayRef, Dimension, Zip};

use super::{Optimiser, require_shapes};
use crate::Scalar;
use crate::machinery::update;

/// AdaGrad: a weight that has had large gradients takes small steps,
///
/// `cache = cache + dw^2`, `w = w - learning_rate * dw / (sqrt(cache) + eps)`
///
/// The cache starts at 0 and only grows, so that learning slows down for ever.
///
/// Source: Duchi, Hazan and Singer, Adaptive subgradient methods (2011); CS231n, notes on parameter updates.
///
/// ```
/// use gradus_nn::optimisers::{AdaGrad, Optimiser};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![1.0, 1.0], AdaGrad { eps: 0.0, ..AdaGrad::new(0.5) });
/// optimiser.update(&mut w, &array![3.0, -0.01]);
/// assert_eq!(w, array![0.5, 1.5]); // the first step has the size of the learning rate, whatever the gradient
/// optimiser.update(&mut w, &array![4.0, 0.0]);
/// assert_eq!(w, array![0.5 - 0.5 * 4.0 / 5.0, 1.5]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdaGrad<F, D: Dimension> {
    /// Above 0.
    pub learning_rate: F,
    /// Above 0; usually 1e-8.
    pub eps: F,
    /// The sum of all squared gradients, in the shape of the parameter; none before the first update.
    pub cache: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension> AdaGrad<F, D> {
    /// With eps 1e-8.
    pub fn new(learning_rate: F) -> Self {
        AdaGrad { learning_rate, eps: F::cast(1e-8), cache: None }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for AdaGrad<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let AdaGrad { learning_rate, eps, cache } = self;
        let cache = cache.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        require_shapes("AdaGrad::update", w.shape(), dw.shape(), Some(("cache", cache.shape())));
        Zip::from(w).and(cache).and(dw).for_each(|w, cache, &dw| {
            *cache += dw * dw;
            *w -= *learning_rate * dw / (cache.sqrt() + *eps);
        });
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}

/// RMSProp: AdaGrad that forgets, so that it does not come to a halt,
///
/// `cache = decay * cache + (1 - decay) * dw^2`, `w = w - learning_rate * dw / (sqrt(cache) + eps)`
///
/// The cache starts at 0.
///
/// Source: Hinton, lecture 6 of Neural networks for machine learning (2012); CS231n, notes on parameter updates.
///
/// ```
/// use gradus_nn::optimisers::{Optimiser, RmsProp};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![1.0], RmsProp { decay: 0.75, eps: 0.0, ..RmsProp::new(0.5) });
/// optimiser.update(&mut w, &array![2.0]);
/// assert_eq!((w, optimiser.cache), (array![0.0], Some(array![1.0])));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RmsProp<F, D: Dimension> {
    /// Above 0.
    pub learning_rate: F,
    /// What remains of the cache after an update, from 0 up to below 1; usually 0.99.
    pub decay: F,
    /// Above 0; usually 1e-8.
    pub eps: F,
    /// The running mean of squared gradients, in the shape of the parameter; none before the first update.
    pub cache: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension> RmsProp<F, D> {
    /// With decay 0.99 and eps 1e-8.
    pub fn new(learning_rate: F) -> Self {
        RmsProp { learning_rate, decay: F::cast(0.99), eps: F::cast(1e-8), cache: None }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for RmsProp<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let RmsProp { learning_rate, decay, eps, cache } = self;
        let cache = cache.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        require_shapes("RmsProp::update", w.shape(), dw.shape(), Some(("cache", cache.shape())));
        Zip::from(w).and(cache).and(dw).for_each(|w, cache, &dw| {
            *cache = *decay * *cache + (F::one() - *decay) * dw * dw;
            *w -= *learning_rate * dw / (cache.sqrt() + *eps);
        });
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}

/// Adam: RMSProp with a velocity. Both running means start at 0, and the division by `1 - beta^t` takes that bias away:
///
/// `t = t + 1`, `m = beta1 * m + (1 - beta1) * dw`, `v = beta2 * v + (1 - beta2) * dw^2`
///
/// `w = w - learning_rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`
///
/// Source: Kingma and Ba, Adam: a method for stochastic optimization (2015).
///
/// ```
/// use gradus_nn::optimisers::{Adam, Optimiser};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![1.0, 1.0], Adam { eps: 0.0, ..Adam::new(0.5) });
/// optimiser.update(&mut w, &array![3.0, -0.01]);
/// // The first step has the size of the learning rate, whatever the gradient.
/// assert!((w[0] - 0.5_f64).abs() < 1e-14 && (w[1] - 1.5).abs() < 1e-14);
/// assert_eq!(optimiser.t, 1);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<F, D: Dimension> {
    /// Above 0; usually 1e-3.
    pub learning_rate: F,
    /// What remains of `m` after an update, from 0 up to below 1; usually 0.9.
    pub beta1: F,
    /// What remains of `v` after an update, from 0 up to below 1; usually 0.999.
    pub beta2: F,
    /// Above 0; usually 1e-8.
    pub eps: F,
    /// How many updates there were: the first update uses t = 1.
    pub t: u64,
    /// The running mean of gradients, in the shape of the parameter; none before the first update.
    pub m: Option<Array<F, D>>,
    /// The running mean of squared gradients, in the shape of the parameter; none before the first update.
    pub v: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension> Adam<F, D> {
    /// With beta1 0.9, beta2 0.999 and eps 1e-8.
    pub fn new(learning_rate: F) -> Self {
        let (beta1, beta2, eps) = (F::cast(0.9), F::cast(0.999), F::cast(1e-8));
        Adam { learning_rate, beta1, beta2, eps, t: 0, m: None, v: None }
    }

    /// The update of [`Adam`], after weight decay beside the gradient.
    #[track_caller]
    fn step(&mut self, operation: &str, weight_decay: F, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let Adam { learning_rate, beta1, beta2, eps, t, m, v } = self;
        let (learning_rate, beta1, beta2, eps, one) = (*learning_rate, *beta1, *beta2, *eps, F::one());
        let m = m.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        let v = v.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        require_shapes(operation, w.shape(), dw.shape(), Some(("m", m.shape())));
        require_shapes(operation, w.shape(), dw.shape(), Some(("v", v.shape())));

        *t += 1;
        let steps = i32::try_from(*t).unwrap_or(i32::MAX); // by then beta^t is 0
        let (unbias_m, unbias_v) = ((one - beta1.powi(steps)).recip(), (one - beta2.powi(steps)).recip());
        update([w, m, v], dw, |w, m, v, dw| {
            *m = beta1 * *m + (one - beta1) * dw;
            *v = beta2 * *v + (one - beta2) * dw * dw;
            *w -= learning_rate * weight_decay * *w;
            *w -= learning_rate * (*m * unbias_m) / ((*v * unbias_v).sqrt() + eps);
        });
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for Adam<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        self.step("Adam::update", F::zero(), w, dw);
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}

/// AdamW: [`Adam`] with weight decay beside the gradient instead of in it, where the division would undo it,
///
/// `w = w - learning_rate * weight_decay * w`, then the update of Adam
///
/// Source: Loshchilov and Hutter, Decoupled weight decay regularization (2019).
///
/// ```
/// use gradus_nn::optimisers::{AdamW, Optimiser};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![8.0], AdamW::new(0.5, 0.25));
/// optimiser.update(&mut w, &array![0.0]);
/// assert_eq!(w, array![7.0]); // no gradient, but decay
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW<F, D: Dimension> {
    /// Settings and state of Adam.
    pub adam: Adam<F, D>,
    /// 0 or more; usually 0.01.
    pub weight_decay: F,
}

impl<F: Scalar, D: Dimension> AdamW<F, D> {
    /// With beta1 0.9, beta2 0.999 and eps 1e-8.
    pub fn new(learning_rate: F, weight_decay: F) -> Self {
        AdamW { adam: Adam::new(learning_rate), weight_decay }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for AdamW<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        self.adam.step("AdamW::update", self.weight_decay, w, dw);
    }

    fn learning_rate(&self) -> F {
        self.adam.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.adam.learning_rate = learning_rate;
    }
}
