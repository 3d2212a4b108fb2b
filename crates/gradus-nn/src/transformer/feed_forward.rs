//! The feed-forward part: a small network that treats each step alike.

use ndarray::{Array1, Array2, Array3, ArrayRef3, Ix3};
use rand::Rng;

use crate::Scalar;
use crate::activations::{GeluCache, ReluCache, gelu_backward, gelu_forward, relu_backward, relu_forward};
use crate::initialise::xavier_uniform;
use crate::named::by_name;
use crate::shape::{require, require_same_shape};
use crate::steps::{each_step, each_step_backward};

/// Between the two affine maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The paper's.
    Relu,
    /// Exact GELU, in CS231n since 2025.
    Gelu,
}

/// Weights and biases of the feed-forward part, or the gradient of each under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedForwardParameters<F> {
    /// (features, hidden)
    pub w1: Array2<F>,
    /// (hidden)
    pub b1: Array1<F>,
    /// (hidden, features)
    pub w2: Array2<F>,
    /// (features)
    pub b2: Array1<F>,
}

by_name!(FeedForwardParameters { w1, b1, w2, b2 } {});

impl<F: Scalar> FeedForwardParameters<F> {
    /// Weights from [`xavier_uniform`], biases 0.
    ///
    /// # Panics
    /// If `features` or `hidden` is 0.
    #[track_caller]
    pub fn random(features: usize, hidden: usize, generator: &mut impl Rng) -> Self {
        FeedForwardParameters {
            w1: xavier_uniform((features, hidden), generator),
            b1: Array1::zeros(hidden),
            w2: xavier_uniform((hidden, features), generator),
            b2: Array1::zeros(features),
        }
    }
}

/// What [`feed_forward_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct FeedForwardCache<F> {
    x: Array3<F>,
    parameters: FeedForwardParameters<F>,
    activation: ActivationCache<F>,
    hidden: Array3<F>,
}

#[derive(Debug, Clone)]
enum ActivationCache<F> {
    Relu(ReluCache<F, Ix3>),
    Gelu(GeluCache<F, Ix3>),
}

/// The gradients of [`feed_forward_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeedForwardGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// The gradient of each parameter.
    pub dparameters: FeedForwardParameters<F>,
}

/// At each step `out = activation(x @ w1 + b1) @ w2 + b2`.
///
/// Shapes: `x` (batch, time, features), result (batch, time, columns of `w2`); the parameters' shapes stand at
/// [`FeedForwardParameters`].
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::transformer::{Activation, FeedForwardParameters, feed_forward_forward};
/// use ndarray::array;
/// let parameters = FeedForwardParameters {
///     w1: array![[1.0, -1.0]],
///     b1: array![0.5, 0.5],
///     w2: array![[2.0], [10.0]],
///     b2: array![0.25],
/// };
/// let (out, _) = feed_forward_forward(&array![[[1.0], [-1.0]]], &parameters, Activation::Relu);
/// assert_eq!(out, array![[[2.0 * 1.5 + 0.25], [10.0 * 1.5 + 0.25]]]);
/// ```
#[track_caller]
pub fn feed_forward_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    parameters: &FeedForwardParameters<F>,
    activation: Activation,
) -> (Array3<F>, FeedForwardCache<F>) {
    let FeedForwardParameters { w1, b1, w2, b2 } = parameters;
    let operation = "feed_forward_forward";
    let (of_w1, of_w2) = (("w1", w1.shape()), ("w2", w2.shape()));
    require(w1.nrows() == x.dim().2, operation, "w1 needs one row for each feature of x", ("x", x.shape()), of_w1);
    let rule = "b1 needs one value for each column of w1";
    require(b1.len() == w1.ncols(), operation, rule, of_w1, ("b1", b1.shape()));
    require(w2.nrows() == w1.ncols(), operation, "w2 needs one row for each column of w1", of_w1, of_w2);
    let rule = "b2 needs one value for each column of w2";
    require(b2.len() == w2.ncols(), operation, rule, of_w2, ("b2", b2.shape()));

    let a = each_step(x, w1, b1);
    let (hidden, activation) = match activation {
        Activation::Relu => {
            let (hidden, cache) = relu_forward(&a);
            (hidden, ActivationCache::Relu(cache))
        }
        Activation::Gelu => {
            let (hidden, cache) = gelu_forward(&a);
            (hidden, ActivationCache::Gelu(cache))
        }
    };
    let out = each_step(&hidden, w2, b2);
    (out, FeedForwardCache { x: x.to_owned(), parameters: parameters.clone(), activation, hidden })
}

/// Back through [`feed_forward_forward`]: an affine map, the activation, an affine map.
///
/// Shapes: `dout` is as the output was.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::transformer::{Activation, FeedForwardParameters, feed_forward_backward, feed_forward_forward};
/// use ndarray::{Array1, Array3};
/// let parameters = FeedForwardParameters::<f64>::random(3, 8, &mut generator(231));
/// let x = normal((2, 5, 3), 1.0, &mut generator(232));
/// let (_, cache) = feed_forward_forward(&x, &parameters, Activation::Gelu);
/// let gradients = feed_forward_backward(&Array3::ones((2, 5, 3)), &cache);
/// assert_eq!((gradients.dx.dim(), gradients.dparameters.b2), ((2, 5, 3), Array1::from_elem(3, 10.0)));
/// ```
#[track_caller]
pub fn feed_forward_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &FeedForwardCache<F>) -> FeedForwardGradients<F> {
    let FeedForwardCache { x, parameters: FeedForwardParameters { w1, w2, .. }, activation, hidden } = cache;
    let output = [x.dim().0, x.dim().1, w2.ncols()];
    require_same_shape("feed_forward_backward", ("the output", &output), ("dout", dout.shape()));
    let (dhidden, dw2, db2) = each_step_backward(dout, hidden, w2);
    let da = match activation {
        ActivationCache::Relu(cache) => relu_backward(&dhidden, cache),
        ActivationCache::Gelu(cache) => gelu_backward(&dhidden, cache),
    };
    let (dx, dw1, db1) = each_step_backward(&da, x, w1);
    FeedForwardGradients { dx, dparameters: FeedForwardParameters { w1: dw1, b1: db1, w2: dw2, b2: db2 } }
}
