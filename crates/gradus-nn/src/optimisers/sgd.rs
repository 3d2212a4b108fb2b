//! Gradient descent with one learning rate for all weights, with and without a velocity.

use ndarray::{Array, ArrayRef, Dimension, Zip};

use super::{Optimiser, require_shapes};
use crate::Scalar;

/// Stochastic gradient descent: `w = w - learning_rate * (dw + weight_decay * w)`.
///
/// Weight decay is the gradient of `0.5 * weight_decay * sum(w^2)`: leave it at 0 if the loss has that term already.
///
/// ```
/// use gradus_nn::optimisers::{Optimiser, Sgd};
/// use ndarray::array;
/// let mut w = array![1.0, 2.0];
/// Sgd { weight_decay: 0.5, ..Sgd::new(0.1) }.update(&mut w, &array![10.0, 0.0]);
/// assert_eq!(w, array![1.0 - 0.1 * 10.5, 2.0 - 0.1]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd<F> {
    /// Above 0.
    pub learning_rate: F,
    /// 0 or more.
    pub weight_decay: F,
}

impl<F: Scalar> Sgd<F> {
    /// Without weight decay.
    pub fn new(learning_rate: F) -> Self {
        Sgd { learning_rate, weight_decay: F::zero() }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for Sgd<F> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        require_shapes("Sgd::update", w.shape(), dw.shape(), None);
        let Sgd { learning_rate, weight_decay } = *self;
        w.zip_mut_with(dw, |w, &dw| *w -= learning_rate * (dw + weight_decay * *w));
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}

/// Gradient descent with momentum: a ball that rolls down, slowed by friction,
///
/// `velocity = momentum * velocity - learning_rate * dw`, `w = w + velocity`
///
/// The velocity starts at 0. PyTorch keeps `-velocity / learning_rate` instead: the same as long as the learning rate stays.
///
/// Source: CS231n, notes on parameter updates; Polyak, Some methods of speeding up the convergence (1964).
///
/// ```
/// use gradus_nn::optimisers::{Momentum, Optimiser};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![1.0], Momentum::new(0.5, 0.5));
/// optimiser.update(&mut w, &array![1.0]);
/// assert_eq!((&w, &optimiser.velocity), (&array![0.5], &Some(array![-0.5])));
/// optimiser.update(&mut w, &array![0.0]);
/// assert_eq!(w, array![0.25]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Momentum<F, D: Dimension> {
    /// Above 0.
    pub learning_rate: F,
    /// What remains of the velocity after a step, from 0 up to below 1; usually 0.9.
    pub momentum: F,
    /// In the shape of the parameter; none before the first update.
    pub velocity: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension> Momentum<F, D> {
    /// At rest.
    pub fn new(learning_rate: F, momentum: F) -> Self {
        Momentum { learning_rate, momentum, velocity: None }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for Momentum<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let Momentum { learning_rate, momentum, velocity } = self;
        let velocity = velocity.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        require_shapes("Momentum::update", w.shape(), dw.shape(), Some(("velocity", velocity.shape())));
        Zip::from(w).and(velocity).and(dw).for_each(|w, velocity, &dw| {
            *velocity = *momentum * *velocity - *learning_rate * dw;
            *w += *velocity;
        });
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}

/// Nesterov's momentum: the gradient is taken where the velocity is about to lead. Written for the parameter that already
/// stands there, so that `dw` is the gradient at `w` as ever:
///
/// `velocity = momentum * velocity - learning_rate * dw`, `w = w + momentum * velocity - learning_rate * dw`
///
/// Source: CS231n, notes on parameter updates; Bengio, Boulanger-Lewandowski and Pascanu, Advances in optimizing recurrent
/// networks (2013), section 3.5.
///
/// ```
/// use gradus_nn::optimisers::{Nesterov, Optimiser};
/// use ndarray::array;
/// let (mut w, mut optimiser) = (array![1.0], Nesterov::new(0.5, 0.5));
/// optimiser.update(&mut w, &array![1.0]);
/// assert_eq!((w, optimiser.velocity), (array![0.25], Some(array![-0.5])));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Nesterov<F, D: Dimension> {
    /// Above 0.
    pub learning_rate: F,
    /// What remains of the velocity after a step, from 0 up to below 1; usually 0.9.
    pub momentum: F,
    /// In the shape of the parameter; none before the first update.
    pub velocity: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension> Nesterov<F, D> {
    /// At rest.
    pub fn new(learning_rate: F, momentum: F) -> Self {
        Nesterov { learning_rate, momentum, velocity: None }
    }
}

impl<F: Scalar, D: Dimension> Optimiser<F, D> for Nesterov<F, D> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let Nesterov { learning_rate, momentum, velocity } = self;
        let velocity = velocity.get_or_insert_with(|| Array::zeros(w.raw_dim()));
        require_shapes("Nesterov::update", w.shape(), dw.shape(), Some(("velocity", velocity.shape())));
        Zip::from(w).and(velocity).and(dw).for_each(|w, velocity, &dw| {
            *velocity = *momentum * *velocity - *learning_rate * dw;
            *w += *momentum * *velocity - *learning_rate * dw;
        });
    }

    fn learning_rate(&self) -> F {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.learning_rate = learning_rate;
    }
}
