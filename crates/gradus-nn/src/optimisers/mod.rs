//! Optimisers: from a gradient to a better parameter.
//!
//! Each is a small struct for *one* parameter: its settings, and the state that it keeps between updates (none before the
//! first, when the shape is not known yet). All fields are public, so that a checkpoint can hold them.
//!
//! | optimiser | what it adds |
//! | --- | --- |
//! | [`Sgd`] | a step against the gradient, with weight decay |
//! | [`Momentum`] | a velocity |
//! | [`Nesterov`] | the gradient where the velocity leads |
//! | [`AdaGrad`] | a step size for each weight, from all its gradients |
//! | [`RmsProp`] | the same from its recent gradients |
//! | [`Adam`] | the velocity too, both without bias towards 0 |
//! | [`AdamW`] | weight decay beside the gradient |
//! | [`Sam`] | the gradient at the worst place nearby, for any of them |
//!
//! [`Optimiser`] is what they have in common. Learning rates over time are in [`schedules`](crate::schedules).
//!
//! Source: CS231n, notes on parameter updates; the paper of each stands with it.

mod adaptive;
mod sam;
mod sgd;

use ndarray::{ArrayRef, Dimension};

pub use adaptive::{AdaGrad, Adam, AdamW, RmsProp};
pub use sam::{Sam, gradient_norm};
pub use sgd::{Momentum, Nesterov, Sgd};

use crate::Scalar;
use crate::shape::require_same_shape;

/// What all optimisers of a parameter of dimension `D` can do.
///
/// Networks that keep their parameters by name can hold a `Box<dyn Optimiser<F, IxDyn>>` for each.
///
/// ```
/// use gradus_nn::optimisers::{Adam, Momentum, Optimiser};
/// use ndarray::{Ix1, array};
/// let optimisers: [Box<dyn Optimiser<f64, Ix1>>; 2] = [Box::new(Momentum::new(0.1, 0.9)), Box::new(Adam::new(0.1))];
/// for mut optimiser in optimisers {
///     let mut w = array![3.0, -4.0];
///     for _ in 0..500 {
///         let dw = &w * 2.0; // of the loss sum(w^2)
///         optimiser.update(&mut w, &dw);
///     }
///     assert!(w.iter().all(|w| w.abs() < 1e-6));
/// }
/// ```
pub trait Optimiser<F: Scalar, D: Dimension> {
    /// Moves the parameter `w` by one step, given the gradient `dw` of the loss at `w`.
    ///
    /// # Panics
    /// If `dw`, or what is kept from earlier updates, has not the shape of `w`.
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, D>, dw: &ArrayRef<F, D>);

    /// The learning rate of the next update.
    fn learning_rate(&self) -> F;

    /// Sets the learning rate of the next update: what a schedule does.
    fn set_learning_rate(&mut self, learning_rate: F);
}

/// Panics unless gradient and state have the shape of the parameter.
#[track_caller]
fn require_shapes(operation: &str, w: &[usize], dw: &[usize], state: Option<(&str, &[usize])>) {
    require_same_shape(operation, ("w", w), ("dw", dw));
    if let Some(state) = state {
        require_same_shape(operation, ("w", w), state);
    }
}
