//! Sharpness-aware minimisation.

use ndarray::{Array, ArrayRef, ArrayView, Dimension};

use super::{Optimiser, require_shapes};
use crate::Scalar;

/// Sharpness-aware minimisation: steps by the gradient at the worst place within the radius `rho`, so that the search ends
/// in flat valleys. Each step takes two gradients:
///
/// 1. At `w`: [`perturb`](Sam::perturb) moves to `w + rho * dw / norm`, with the norm of the gradient of *all* parameters
///    together, from [`gradient_norm`].
/// 2. There: [`update`](Optimiser::update) goes back to `w` and lets the optimiser inside make its step.
///
/// Source: Foret, Kleiner, Mobahi and Neyshabur, Sharpness-aware minimization (2021).
///
/// ```
/// use gradus_nn::optimisers::{Optimiser, Sam, Sgd, gradient_norm};
/// use ndarray::array;
/// let gradient = |w: &ndarray::Array1<f64>| w * 2.0; // of the loss sum(w^2)
/// let (mut w, mut optimiser) = (array![3.0, 4.0], Sam::new(0.5, Sgd::new(0.25)));
/// let dw = gradient(&w);
/// optimiser.perturb(&mut w, &dw, gradient_norm([dw.view()]));
/// assert_eq!(w, array![3.3, 4.4]);
/// let dw = gradient(&w);
/// optimiser.update(&mut w, &dw);
/// assert_eq!(w, array![3.0 - 0.25 * 6.6, 4.0 - 0.25 * 8.8]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sam<F, D: Dimension, O> {
    /// How far the worst place may be, 0 or more; usually 0.05.
    pub rho: F,
    /// Makes the step.
    pub inner: O,
    /// The parameter before [`perturb`](Sam::perturb), until the update.
    pub origin: Option<Array<F, D>>,
}

impl<F: Scalar, D: Dimension, O: Optimiser<F, D>> Sam<F, D, O> {
    /// Around any optimiser.
    pub fn new(rho: F, inner: O) -> Self {
        Sam { rho, inner, origin: None }
    }

    /// Moves `w` uphill by `rho * dw / norm`. Where the norm is 0 there is no uphill, and `w` stays.
    ///
    /// # Panics
    /// If `dw` has not the shape of `w`, or `w` is already moved and no update brought it back.
    #[track_caller]
    pub fn perturb(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>, norm: F) {
        require_shapes("Sam::perturb", w.shape(), dw.shape(), None);
        assert!(self.origin.is_none(), "Sam::perturb: w is already moved. Hint: call update before the next perturb");
        self.origin = Some(w.to_owned());
        if norm > F::zero() {
            w.scaled_add(self.rho / norm, dw);
        }
    }
}

impl<F: Scalar, D: Dimension, O: Optimiser<F, D>> Optimiser<F, D> for Sam<F, D, O> {
    /// The second half of a step, with the gradient `dw` at the place to which [`perturb`](Sam::perturb) moved `w`. Without
    /// `perturb` before it, this is the update of the optimiser inside.
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>) {
        let origin = self.origin.as_ref().map(|origin| ("origin", origin.shape()));
        require_shapes("Sam::update", w.shape(), dw.shape(), origin);
        if let Some(origin) = self.origin.take() {
            w.assign(&origin);
        }
        self.inner.update(w, dw);
    }

    fn learning_rate(&self) -> F {
        self.inner.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.inner.set_learning_rate(learning_rate);
    }
}

/// The norm of the gradient of all parameters together: `sqrt(sum dw^2)` over all elements of all arrays.
///
/// ```
/// use gradus_nn::optimisers::gradient_norm;
/// use ndarray::array;
/// let (dw, db) = (array![[2.0, 3.0]], array![6.0]);
/// assert_eq!(gradient_norm([dw.view().into_dyn(), db.view().into_dyn()]), 7.0);
/// ```
pub fn gradient_norm<'a, F: Scalar, D: Dimension>(gradients: impl IntoIterator<Item = ArrayView<'a, F, D>>) -> F {
    let squares = |gradient: ArrayView<F, D>| gradient.iter().map(|&slope| slope * slope).sum::<F>();
    gradients.into_iter().map(squares).sum::<F>().sqrt()
}
