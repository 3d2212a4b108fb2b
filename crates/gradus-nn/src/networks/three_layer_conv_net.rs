//! The three-layer conv net: convolution, ReLU, max pooling, affine, ReLU, affine, softmax.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef4, Ix4};
use rand::{Rng, RngCore};

use super::{Network, Parameters};
use crate::Scalar;
use crate::activations::{relu_backward, relu_forward};
use crate::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use crate::conv::{ConvParams, conv_backward_parameters, conv_forward};
use crate::pool::{PoolParams, max_pool_backward, max_pool_forward};
use crate::random::normal;
use crate::regularisation::add_l2;
use crate::softmax::softmax_loss;

/// The sizes of a [`ThreeLayerConvNet`]. The default is that of CS231n, for images of CIFAR-10.
///
/// ```
/// use gradus_nn::networks::ThreeLayerConvSettings;
/// let settings = ThreeLayerConvSettings { image: [1, 28, 28], ..Default::default() };
/// assert_eq!((settings.filters, settings.filter_size, settings.hidden, settings.classes), (32, 7, 100, 10));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ThreeLayerConvSettings {
    /// Channels, height and width; height and width at least 2.
    pub image: [usize; 3],
    /// How many filters the convolution has.
    pub filters: usize,
    /// Height and width of each, an odd number, so that the image keeps its size.
    pub filter_size: usize,
    /// Units of the hidden affine layer.
    pub hidden: usize,
    /// Classes.
    pub classes: usize,
    /// The standard deviation of the first weights.
    pub weight_scale: f64,
    /// The strength of the penalty, 0 or more.
    pub reg: f64,
}

impl Default for ThreeLayerConvSettings {
    fn default() -> Self {
        ThreeLayerConvSettings {
            image: [3, 32, 32],
            filters: 32,
            filter_size: 7,
            hidden: 100,
            classes: 10,
            weight_scale: 1e-3,
            reg: 0.0,
        }
    }
}

/// The three-layer conv net:
///
/// `pooled = max_pool(max(0, conv(x, w1, b1)))`, `scores = max(0, rows(pooled) @ w2 + b2) @ w3 + b3`
///
/// The convolution has stride 1 and keeps height and width; the pooling halves them, with windows of 2 x 2.
///
/// Parameters: `w1` (filters, channels, filter size, filter size), `b1` (filters), `w2` (filters * floor(height / 2) *
/// floor(width / 2), hidden), `b2` (hidden), `w3` (hidden, classes), `b3` (classes).
///
/// Source: CS231n, assignment 2.
///
/// ```
/// use gradus_nn::networks::{ThreeLayerConvNet, ThreeLayerConvSettings};
/// use gradus_nn::random::generator;
/// use ndarray::{Array4, array};
/// let settings = ThreeLayerConvSettings { image: [3, 9, 8], filters: 4, filter_size: 3, ..Default::default() };
/// let net = ThreeLayerConvNet::<f64>::new(settings, &mut generator(231));
/// assert_eq!(net.parameters.matrix("w2").dim(), (4 * 4 * 4, 100));
/// let (loss, _) = net.loss(&Array4::ones((2, 3, 9, 8)), &array![3, 7]);
/// assert!((loss - 10.0_f64.ln()).abs() < 1e-3); // it knows nothing yet
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ThreeLayerConvNet<F> {
    /// `w1`, `b1`, `w2`, `b2`, `w3` and `b3`.
    pub parameters: Parameters<F>,
    /// The strength of the penalty `0.5 * reg * (sum(w1^2) + sum(w2^2) + sum(w3^2))`, 0 or more.
    pub reg: F,
}

impl<F: Scalar> ThreeLayerConvNet<F> {
    /// Weights from a normal distribution with the standard deviation `weight_scale`, in the order of the layers; biases 0.
    ///
    /// # Panics
    /// If the filter size is even, or the image is too small to pool.
    #[track_caller]
    pub fn new(settings: ThreeLayerConvSettings, generator: &mut impl Rng) -> Self {
        let ThreeLayerConvSettings { image, filters, filter_size, hidden, classes, weight_scale, reg } = settings;
        let [channels, height, width] = image;
        assert!(
            filter_size % 2 == 1,
            "ThreeLayerConvNet::new: filter_size must be odd, so that the image keeps its size, but is {filter_size}"
        );
        assert!(
            height >= 2 && width >= 2,
            "ThreeLayerConvNet::new: height and width must be at least 2, to be halved, but image is {image:?}"
        );
        let mut parameters = Parameters::new();
        let features = filters * (height / 2) * (width / 2);
        parameters.insert("w1", normal((filters, channels, filter_size, filter_size), weight_scale, generator));
        parameters.insert("b1", Array1::zeros(filters));
        parameters.insert("w2", normal((features, hidden), weight_scale, generator));
        parameters.insert("b2", Array1::zeros(hidden));
        parameters.insert("w3", normal((hidden, classes), weight_scale, generator));
        parameters.insert("b3", Array1::zeros(classes));
        ThreeLayerConvNet { parameters, reg: F::cast(reg) }
    }

    /// The scores of images.
    ///
    /// Shapes: images `x` (batch, channels, height, width), scores (batch, classes).
    ///
    /// # Panics
    /// If `x` does not fit the parameters.
    #[track_caller]
    pub fn scores(&self, x: &ArrayRef4<F>) -> Array2<F> {
        let p = &self.parameters;
        let (maps, _) = conv_forward(x, &p.filters("w1"), &p.vector("b1"), self.conv_params());
        let (pooled, _) = max_pool_forward(&maps, POOL);
        let (pooled, _) = relu_forward(&pooled);
        let (hidden, _) = affine_relu_forward(&pooled, &p.matrix("w2"), &p.vector("b2"));
        affine_forward(&hidden, &p.matrix("w3"), &p.vector("b3")).0
    }

    /// The loss, softmax and penalty, and its gradient for each parameter.
    ///
    /// Shapes: images `x` (batch, channels, height, width), labels `y` (batch), gradients as the parameters.
    ///
    /// # Panics
    /// If `x` does not fit the parameters, or as [`softmax_loss`].
    #[track_caller]
    pub fn loss(&self, x: &ArrayRef4<F>, y: &ArrayRef1<usize>) -> (F, Parameters<F>) {
        let p = &self.parameters;
        let (maps, conv_cache) = conv_forward(x, &p.filters("w1"), &p.vector("b1"), self.conv_params());
        // ReLU after pooling is the same as before: the largest element of a window stays the largest, or all become 0 and
        // none gets a gradient. After it there are fewer elements.
        let (pooled, pool_cache) = max_pool_forward(&maps, POOL);
        let (pooled, relu_cache) = relu_forward(&pooled);
        let (hidden, cache2) = affine_relu_forward(&pooled, &p.matrix("w2"), &p.vector("b2"));
        let (scores, cache3) = affine_forward(&hidden, &p.matrix("w3"), &p.vector("b3"));

        let (data_loss, dscores) = softmax_loss(&scores, y);
        let (dhidden, mut dw3, db3) = affine_backward(&dscores, &cache3);
        let (dpooled, mut dw2, db2) = affine_relu_backward(&dhidden, &cache2);
        let dpooled = relu_backward(&dpooled, &relu_cache);
        let dmaps = max_pool_backward(&dpooled, &pool_cache);
        let (mut dw1, db1) = conv_backward_parameters(&dmaps, &conv_cache);

        let penalty1 = add_l2(&p.filters("w1"), self.reg, &mut dw1);
        let penalty2 = add_l2(&p.matrix("w2"), self.reg, &mut dw2);
        let penalty3 = add_l2(&p.matrix("w3"), self.reg, &mut dw3);

        let mut gradients = Parameters::new();
        gradients.insert("w1", dw1);
        gradients.insert("b1", db1);
        gradients.insert("w2", dw2);
        gradients.insert("b2", db2);
        gradients.insert("w3", dw3);
        gradients.insert("b3", db3);
        (data_loss + penalty1 + penalty2 + penalty3, gradients)
    }

    /// Stride 1, and the padding that keeps height and width.
    fn conv_params(&self) -> ConvParams {
        ConvParams::new(1, self.parameters.filters("w1").dim().2 / 2)
    }
}

const POOL: PoolParams = PoolParams::new(2, 2);

impl<F: Scalar> Network<F> for ThreeLayerConvNet<F> {
    type Dim = Ix4;

    fn parameters(&self) -> &Parameters<F> {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters<F> {
        &mut self.parameters
    }

    #[track_caller]
    fn scores(&self, x: &ArrayRef4<F>) -> Array2<F> {
        ThreeLayerConvNet::scores(self, x)
    }

    #[track_caller]
    fn loss(&mut self, x: &ArrayRef4<F>, y: &ArrayRef1<usize>, _generator: &mut dyn RngCore) -> (F, Parameters<F>) {
        ThreeLayerConvNet::loss(self, x, y)
    }
}
