//! Networks: layers put together, with their loss and its gradient for every parameter.
//!
//! | network | layers |
//! | --- | --- |
//! | `TwoLayerNet` | affine, ReLU, affine, softmax |
//! | `FullyConnectedNet` | any number of (affine, batch or layer norm, ReLU, dropout), affine, softmax |
//! | `ThreeLayerConvNet` | convolution, ReLU, max pooling, affine, ReLU, affine, softmax |
//! | `VisionTransformer` | patch embedding, positional encoding, encoder blocks, mean or class token, affine, softmax |
//! | `CaptioningRnn` | affine, word embedding, RNN or LSTM, affine and softmax at each step |
//! | `CaptioningTransformer` | affine, word embedding, positional encoding, decoder blocks, affine and softmax at each step |
//!
//! Each keeps its parameters by name in [`Parameters`], and its gradients have the same names. The loss has the penalty
//! `0.5 * reg * sum(w^2)` of the weights, not of biases, scales and shifts. [`Network`] is what they have in common, and
//! what the solver trains: your own network can have it too. The captioning networks have captions instead of classes; the
//! example with each shows how to train it.
//!
//! Source: CS231n, all three assignments.

#[cfg(all(feature = "rnn", feature = "two_layer_net"))]
mod captioning_rnn;
#[cfg(all(feature = "attention", feature = "rnn", feature = "two_layer_net"))]
mod captioning_transformer;
#[cfg(all(feature = "rnn", feature = "two_layer_net"))]
mod captions;
#[cfg(all(
    feature = "fully_connected",
    feature = "two_layer_net",
    feature = "softmax",
    feature = "batchnorm",
    feature = "dropout"
))]
mod fully_connected_net;
mod parameters;
#[cfg(all(feature = "conv", feature = "two_layer_net", feature = "softmax"))]
mod three_layer_conv_net;
#[cfg(all(feature = "two_layer_net", feature = "softmax"))]
mod two_layer_net;
#[cfg(all(feature = "attention", feature = "two_layer_net", feature = "softmax"))]
mod vision_transformer;

use ndarray::{Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, Axis, RemoveAxis, Slice};
use rand::RngCore;

#[cfg(all(feature = "rnn", feature = "two_layer_net"))]
pub use captioning_rnn::{CaptioningRnn, CaptioningRnnSettings, RecurrentCell};
#[cfg(all(feature = "attention", feature = "rnn", feature = "two_layer_net"))]
pub use captioning_transformer::{CaptioningTransformer, CaptioningTransformerSettings};
#[cfg(all(feature = "rnn", feature = "two_layer_net"))]
pub use captions::SpecialWords;
#[cfg(all(
    feature = "fully_connected",
    feature = "two_layer_net",
    feature = "softmax",
    feature = "batchnorm",
    feature = "dropout"
))]
pub use fully_connected_net::{FullyConnectedNet, FullyConnectedSettings, Normalisation};
pub use parameters::Parameters;
#[cfg(all(feature = "conv", feature = "two_layer_net", feature = "softmax"))]
pub use three_layer_conv_net::{ThreeLayerConvNet, ThreeLayerConvSettings};
#[cfg(all(feature = "two_layer_net", feature = "softmax"))]
pub use two_layer_net::TwoLayerNet;
#[cfg(all(feature = "attention", feature = "two_layer_net", feature = "softmax"))]
pub use vision_transformer::{Pooling, VisionTransformer, VisionTransformerSettings};

use crate::Scalar;

/// A classifier with parameters by name.
///
/// ```
/// use gradus_nn::networks::{Network, Parameters};
/// use ndarray::{Array2, ArrayRef1, ArrayRef2, Ix2, array};
///
/// /// Scores `x @ w`, with the loss `-1/n sum_i score_i,y_i`: a network that is all but a network.
/// struct Linear(Parameters<f64>);
///
/// impl Network<f64> for Linear {
///     type Dim = Ix2;
///     fn parameters(&self) -> &Parameters<f64> {
///         &self.0
///     }
///     fn parameters_mut(&mut self) -> &mut Parameters<f64> {
///         &mut self.0
///     }
///     fn scores(&self, x: &ArrayRef2<f64>) -> Array2<f64> {
///         x.dot(&self.0.matrix("w"))
///     }
///     fn loss(
///         &mut self, x: &ArrayRef2<f64>, y: &ArrayRef1<usize>, _: &mut dyn rand::RngCore,
///     ) -> (f64, Parameters<f64>) {
///         let n = y.len() as f64;
///         let dscores = Array2::from_shape_fn((y.len(), 2), |(i, j)| if y[i] == j { -1.0 / n } else { 0.0 });
///         let mut gradients = Parameters::new();
///         gradients.insert("w", x.t().dot(&dscores));
///         ((self.scores(x) * dscores).sum(), gradients)
///     }
/// }
///
/// let mut parameters = Parameters::new();
/// parameters.insert("w", array![[1.0, 2.0]]);
/// let mut net = Linear(parameters);
/// let (loss, gradients) = net.loss(&array![[3.0]], &array![1], &mut gradus_nn::random::generator(231));
/// assert_eq!((loss, gradients.matrix("w")), (-6.0, array![[0.0, -3.0]].view()));
/// ```
pub trait Network<F: Scalar> {
    /// How many axes the inputs have, with that of the batch: `Ix2` for rows, `Ix4` for images.
    type Dim: RemoveAxis;

    /// The parameters by name.
    fn parameters(&self) -> &Parameters<F>;

    /// The parameters, for an optimiser to change.
    fn parameters_mut(&mut self) -> &mut Parameters<F>;

    /// The scores as in use, not in training: dropout drops nothing, batch normalisation uses its running statistics.
    ///
    /// Shapes: input `x` (batch, ...), scores (batch, classes).
    ///
    /// # Panics
    /// If `x` does not fit the parameters.
    #[track_caller]
    fn scores(&self, x: &ArrayRef<F, Self::Dim>) -> Array2<F>;

    /// The loss of a training batch, and its gradient for each parameter under the parameter's name.
    ///
    /// Shapes: input `x` (batch, ...), labels `y` (batch). Dropout draws from `generator`; batch normalisation moves its
    /// running statistics, therefore `&mut self`.
    ///
    /// # Panics
    /// If `x` does not fit the parameters, or `y` does not fit `x`.
    #[track_caller]
    fn loss(
        &mut self,
        x: &ArrayRef<F, Self::Dim>,
        y: &ArrayRef1<usize>,
        generator: &mut dyn RngCore,
    ) -> (F, Parameters<F>);

    /// What training changes beside the parameters, by name: running statistics. Empty if there is none.
    fn state(&self) -> Parameters<F> {
        Parameters::new()
    }

    /// Takes back what [`state`](Network::state) gave, from a network of the same shape.
    fn set_state(&mut self, state: &Parameters<F>) {
        assert!(state.is_empty(), "Network::set_state: this network has no state, but is given some");
    }
}

/// The class with the highest score for each example; the first of equals. The examples go through the network in batches
/// of `batch_size`, so that a large test part needs no large memory.
///
/// Shapes: input `x` (batch, ...), labels (batch).
///
/// # Panics
/// If `batch_size` is 0, or `x` does not fit the network.
///
/// ```
/// use gradus_nn::networks::{TwoLayerNet, predict};
/// use gradus_nn::random::generator;
/// use ndarray::Array2;
/// let net = TwoLayerNet::<f64>::new(4, 10, 3, 0.1, 0.0, &mut generator(231));
/// assert_eq!(predict(&net, &Array2::ones((7, 4)), 5).len(), 7);
/// ```
#[track_caller]
pub fn predict<F: Scalar, N: Network<F>>(network: &N, x: &ArrayRef<F, N::Dim>, batch_size: usize) -> Array1<usize> {
    assert!(batch_size > 0, "predict: batch_size must be at least 1, but is 0");
    let mut labels = Vec::with_capacity(x.shape()[0]);
    for start in (0..x.shape()[0]).step_by(batch_size) {
        let end = x.shape()[0].min(start + batch_size);
        labels.extend(best(&network.scores(&x.slice_axis(Axis(0), Slice::from(start..end)))));
    }
    Array1::from(labels)
}

fn best<F: Scalar>(scores: &ArrayRef2<F>) -> Vec<usize> {
    let best = |row: ndarray::ArrayView1<F>| {
        let better = |best: usize, (class, &score): (usize, &F)| if score > row[best] { class } else { best };
        row.iter().enumerate().fold(0, better)
    };
    scores.outer_iter().map(best).collect()
}
