//! One optimiser for each parameter of a network.

use std::collections::BTreeMap;

use super::AnyOptimiser;
use crate::Scalar;
use crate::networks::Parameters;
use crate::optimisers::{Optimiser, gradient_norm};

/// One optimiser for each parameter of a network, by name: what turns gradients into better parameters. The
/// [`Solver`](super::Solver) has one; with one of your own you train what is no classifier.
///
/// ```
/// use gradus_nn::networks::Parameters;
/// use gradus_nn::optimisers::{Sam, Sgd};
/// use gradus_nn::solver::Optimisers;
/// use ndarray::{Ix1, array};
///
/// let mut parameters = Parameters::new();
/// parameters.insert("w", array![3.0, -4.0]);
/// let gradients = |parameters: &Parameters<f64>| {
///     let mut gradients = Parameters::new();
///     gradients.insert("w", &parameters.vector("w") * 2.0); // of the loss sum(w^2)
///     gradients
/// };
/// let mut optimisers = Optimisers::new(&parameters, Sam::new(0.1, Sgd::new(0.25)));
/// for _ in 0..50 {
///     let mut dw = gradients(&parameters);
///     if optimisers.perturb(&mut parameters, &dw) { // always false but for Sam
///         dw = gradients(&parameters);
///     }
///     optimisers.update(&mut parameters, &dw);
/// }
/// assert!(parameters.vector("w").iter().all(|w| w.abs() < 0.1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Optimisers<F>(BTreeMap<String, AnyOptimiser<F>>);

impl<F: Scalar> Optimisers<F> {
    /// A copy of the optimiser for each parameter.
    pub fn new(parameters: &Parameters<F>, optimiser: impl Into<AnyOptimiser<F>>) -> Self {
        let optimiser = optimiser.into();
        Optimisers(parameters.iter().map(|(name, _)| (name.to_owned(), optimiser.clone())).collect())
    }

    /// Sets the learning rate of the next update of all parameters.
    pub fn set_learning_rate(&mut self, learning_rate: F) {
        self.0.values_mut().for_each(|optimiser| optimiser.set_learning_rate(learning_rate));
    }

    /// The first half of a step with [`Sam`](crate::optimisers::Sam): moves the parameters uphill, and says by `true` that
    /// the update wants the gradients of that place. Other optimisers need no such half: they move nothing and say `false`.
    ///
    /// # Panics
    /// If a parameter has no optimiser or no gradient, or its gradient has another shape.
    #[track_caller]
    pub fn perturb(&mut self, parameters: &mut Parameters<F>, gradients: &Parameters<F>) -> bool {
        let norm = gradient_norm(gradients.iter().map(|(_, dw)| dw.view()));
        let mut moved = false;
        for (name, w) in parameters.iter_mut() {
            let (optimiser, dw) = self.of("perturb", name, gradients);
            if let AnyOptimiser::Sam(sam) = optimiser {
                sam.perturb(w, dw, norm);
                moved = true;
            }
        }
        moved
    }

    /// Moves each parameter by one step, given the gradient of each under its name.
    ///
    /// # Panics
    /// As [`perturb`](Self::perturb).
    #[track_caller]
    pub fn update(&mut self, parameters: &mut Parameters<F>, gradients: &Parameters<F>) {
        for (name, w) in parameters.iter_mut() {
            let (optimiser, dw) = self.of("update", name, gradients);
            optimiser.update(w, dw);
        }
    }

    /// Each with the name of its parameter.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut AnyOptimiser<F>)> {
        self.0.iter_mut().map(|(name, optimiser)| (name.as_str(), optimiser))
    }

    #[track_caller]
    fn of<'a>(
        &mut self,
        operation: &str,
        name: &str,
        gradients: &'a Parameters<F>,
    ) -> (&mut AnyOptimiser<F>, &'a ndarray::ArrayD<F>) {
        let Some(optimiser) = self.0.get_mut(name) else {
            panic!("Optimisers::{operation}: {name} was no parameter when the optimisers were made");
        };
        let Some(dw) = gradients.get(name) else {
            panic!("Optimisers::{operation}: gradients needs one for each parameter, but has none for {name}");
        };
        (optimiser, dw)
    }
}
