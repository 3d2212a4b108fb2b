//! The two-layer net: affine, ReLU, affine, softmax.

use ndarray::{Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, Dimension, Ix2};
use rand::{Rng, RngCore};

use super::{Network, Parameters};
use crate::Scalar;
use crate::affine::{affine_forward, affine_relu_forward, as_rows, require_affine, rows_through};
use crate::machinery::{matmul, sum_of_rows, weight_gradient};
use crate::random::normal;
use crate::regularisation::add_l2;
use crate::softmax::softmax_loss;

/// The two-layer net: `scores = max(0, x @ w1 + b1) @ w2 + b2`.
///
/// Parameters: `w1` (features, hidden), `b1` (hidden), `w2` (hidden, classes), `b2` (classes).
///
/// Source: CS231n, assignment 1.
///
/// ```
/// use gradus_nn::networks::TwoLayerNet;
/// use gradus_nn::random::generator;
/// use ndarray::array;
/// let (x, y) = (array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], array![1, 1, 0, 0]); // exclusive or
/// let mut net = TwoLayerNet::new(2, 20, 2, 1.0, 0.0, &mut generator(231));
/// for _ in 0..1000 {
///     let (_, gradients) = net.loss(&x, &y);
///     for (name, gradient) in gradients {
///         net.parameters.get_mut(&name).unwrap().scaled_add(-0.5, &gradient);
///     }
/// }
/// assert!(net.loss(&x, &y).0 < 0.01);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TwoLayerNet<F> {
    /// `w1`, `b1`, `w2` and `b2`.
    pub parameters: Parameters<F>,
    /// The strength of the penalty `0.5 * reg * (sum(w1^2) + sum(w2^2))`, 0 or more.
    pub reg: F,
}

impl<F: Scalar> TwoLayerNet<F> {
    /// Weights from a normal distribution with the standard deviation `weight_scale`, first `w1`, then `w2`; biases 0.
    pub fn new(
        features: usize,
        hidden: usize,
        classes: usize,
        weight_scale: f64,
        reg: F,
        generator: &mut impl Rng,
    ) -> Self {
        let mut parameters = Parameters::new();
        parameters.insert("w1", normal((features, hidden), weight_scale, generator));
        parameters.insert("b1", Array1::zeros(hidden));
        parameters.insert("w2", normal((hidden, classes), weight_scale, generator));
        parameters.insert("b2", Array1::zeros(classes));
        TwoLayerNet { parameters, reg }
    }

    /// The scores: `max(0, x @ w1 + b1) @ w2 + b2`.
    ///
    /// Shapes: input `x` (batch, ...) with `features` elements for each example, scores (batch, classes).
    ///
    /// # Panics
    /// If `x` does not fit `w1`.
    #[track_caller]
    pub fn scores<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Array2<F> {
        let p = &self.parameters;
        let (hidden, _) = affine_relu_forward(x, &p.matrix("w1"), &p.vector("b1"));
        affine_forward(&hidden, &p.matrix("w2"), &p.vector("b2")).0
    }

    /// The loss `softmax_loss(scores, y) + 0.5 * reg * (sum(w1^2) + sum(w2^2))` and its gradient for each parameter.
    ///
    /// Shapes: input `x` (batch, ...), labels `y` (batch), gradients as the parameters.
    ///
    /// # Panics
    /// If `x` does not fit `w1`, or as [`softmax_loss`].
    #[track_caller]
    pub fn loss<D: Dimension>(&self, x: &ArrayRef<F, D>, y: &ArrayRef1<usize>) -> (F, Parameters<F>) {
        let p = &self.parameters;
        let (w1, b1, w2, b2) = (p.matrix("w1"), p.vector("b1"), p.matrix("w2"), p.vector("b2"));
        require_affine("TwoLayerNet::loss", x.shape(), &w1, &b1);

        // The layers written out: their own functions would keep copies of `x` and `w1`, and compute a gradient for `x`.
        let x = as_rows(x);
        let mut hidden = rows_through(&x, &w1, &b1);
        hidden.mapv_inplace(|score| if score < F::zero() { F::zero() } else { score });
        let scores = rows_through(&hidden, &w2, &b2);
        let (data_loss, dscores) = softmax_loss(&scores, y);

        let mut dw2 = weight_gradient(&hidden, &dscores);
        let mut dhidden = matmul(dscores.view(), w2.t());
        dhidden.zip_mut_with(&hidden, |slope, &hidden| *slope = if hidden > F::zero() { *slope } else { F::zero() });
        let mut dw1 = weight_gradient(&x, &dhidden);

        let penalty1 = add_l2(&w1, self.reg, &mut dw1);
        let penalty2 = add_l2(&w2, self.reg, &mut dw2);
        let mut gradients = Parameters::new();
        gradients.insert("w1", dw1);
        gradients.insert("b1", sum_of_rows(&dhidden));
        gradients.insert("w2", dw2);
        gradients.insert("b2", sum_of_rows(&dscores));
        (data_loss + penalty1 + penalty2, gradients)
    }
}

impl<F: Scalar> Network<F> for TwoLayerNet<F> {
    type Dim = Ix2;

    fn parameters(&self) -> &Parameters<F> {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters<F> {
        &mut self.parameters
    }

    #[track_caller]
    fn scores(&self, x: &ArrayRef2<F>) -> Array2<F> {
        TwoLayerNet::scores(self, x)
    }

    #[track_caller]
    fn loss(&mut self, x: &ArrayRef2<F>, y: &ArrayRef1<usize>, _generator: &mut dyn RngCore) -> (F, Parameters<F>) {
        TwoLayerNet::loss(self, x, y)
    }
}
