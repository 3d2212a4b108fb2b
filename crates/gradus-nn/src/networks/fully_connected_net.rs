//! The fully connected net of any depth: (affine, batch or layer norm, ReLU, dropout) repeated, affine, softmax.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Ix2};
use rand::{Rng, RngCore};

use super::{Network, Parameters};
use crate::activations::{ReluCache, relu_backward, relu_forward};
use crate::affine::{AffineCache, affine_backward, affine_forward};
use crate::dropout::{DropoutCache, dropout_backward, dropout_forward};
use crate::norms::{
    BatchnormCache, BatchnormParam, LayernormCache, batchnorm_backward, batchnorm_forward, layernorm_backward,
    layernorm_forward,
};
use crate::random::normal;
use crate::regularisation::l2;
use crate::softmax::softmax_loss;
use crate::{Mode, Scalar};

/// What stands between an affine layer and its ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalisation {
    /// Nothing.
    #[default]
    None,
    /// Batch normalisation.
    Batch,
    /// Layer normalisation.
    Layer,
}

/// The sizes of a [`FullyConnectedNet`], and what else it has.
///
/// ```
/// use gradus_nn::networks::{FullyConnectedSettings, Normalisation};
/// let settings = FullyConnectedSettings { normalisation: Normalisation::Batch, ..Default::default() };
/// assert_eq!((settings.hidden, settings.dropout_keep), (vec![100], None));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FullyConnectedSettings {
    /// Elements of one example.
    pub features: usize,
    /// Units of each hidden layer, first to last; may be empty.
    pub hidden: Vec<usize>,
    /// Classes.
    pub classes: usize,
    /// Between each hidden affine layer and its ReLU.
    pub normalisation: Normalisation,
    /// Dropout behind each ReLU: the probability of *keeping*, above 0 and at most 1.
    pub dropout_keep: Option<f64>,
    /// The standard deviation of the first weights.
    pub weight_scale: f64,
    /// The strength of the penalty, 0 or more.
    pub reg: f64,
}

impl Default for FullyConnectedSettings {
    fn default() -> Self {
        FullyConnectedSettings {
            features: 3 * 32 * 32,
            hidden: vec![100],
            classes: 10,
            normalisation: Normalisation::None,
            dropout_keep: None,
            weight_scale: 1e-2,
            reg: 0.0,
        }
    }
}

/// The fully connected net: for each hidden layer `i` from 1, with `x_0` the input,
///
/// `x_i = dropout(max(0, norm(x_(i-1) @ w_i + b_i)))`, and last `scores = x_(L-1) @ w_L + b_L`
///
/// Parameters: `w1`, `b1` to `wL`, `bL`; with normalisation also `gamma1`, `beta1` and so on for the hidden layers. Names
/// sort as text: `w10` stands before `w2`.
///
/// Source: CS231n, assignment 2.
///
/// ```
/// use gradus_nn::networks::{FullyConnectedNet, FullyConnectedSettings, Normalisation};
/// use gradus_nn::random::generator;
/// use ndarray::{Array2, array};
/// let mut draws = generator(231);
/// let mut net = FullyConnectedNet::<f64>::new(FullyConnectedSettings {
///     features: 15, hidden: vec![20, 30], normalisation: Normalisation::Layer, dropout_keep: Some(0.9),
///     ..Default::default()
/// }, &mut draws);
/// assert_eq!(net.parameters.vector("gamma2"), ndarray::Array1::ones(30));
/// let (_, gradients) = net.loss(&Array2::ones((2, 15)), &array![3, 7], &mut draws);
/// assert_eq!(gradients.matrix("w3").dim(), (30, 10));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FullyConnectedNet<F> {
    /// `w1`, `b1` and so on.
    pub parameters: Parameters<F>,
    /// The strength of the penalty `0.5 * reg * sum(w^2)` over all weights, 0 or more.
    pub reg: F,
    normalisation: Normalisation,
    dropout_keep: Option<f64>,
    /// One for each hidden layer with batch normalisation.
    bn_params: Vec<BatchnormParam<F>>,
    hidden_layers: usize,
}

/// What the backward pass of one hidden layer needs.
struct HiddenCache<F: Scalar> {
    affine: AffineCache<F, Ix2>,
    norm: NormCache<F>,
    relu: ReluCache<F, Ix2>,
    dropout: Option<DropoutCache<F, Ix2>>,
}

enum NormCache<F: Scalar> {
    None,
    Batch(BatchnormCache<F>),
    Layer(LayernormCache<F, Ix2>),
}

impl<F: Scalar> FullyConnectedNet<F> {
    /// Weights from a normal distribution with the standard deviation `weight_scale`, in the order of the layers; biases
    /// and shifts 0, scales 1.
    ///
    /// # Panics
    /// If `dropout_keep` is not above 0 and at most 1.
    #[track_caller]
    pub fn new(settings: FullyConnectedSettings, generator: &mut impl Rng) -> Self {
        let FullyConnectedSettings { features, hidden, classes, normalisation, dropout_keep, weight_scale, reg } =
            settings;
        if let Some(p) = dropout_keep {
            assert!(
                p > 0.0 && p <= 1.0,
                "FullyConnectedNet::new: dropout_keep must be above 0 and at most 1, but is {p}"
            );
        }
        let mut parameters = Parameters::new();
        let mut inputs = features;
        for (i, &outputs) in hidden.iter().chain([&classes]).enumerate() {
            let layer = i + 1;
            parameters.insert(format!("w{layer}"), normal((inputs, outputs), weight_scale, generator));
            parameters.insert(format!("b{layer}"), Array1::zeros(outputs));
            if normalisation != Normalisation::None && i < hidden.len() {
                parameters.insert(format!("gamma{layer}"), Array1::ones(outputs));
                parameters.insert(format!("beta{layer}"), Array1::zeros(outputs));
            }
            inputs = outputs;
        }
        let bn_params = match normalisation {
            Normalisation::Batch => hidden.iter().map(|&units| BatchnormParam::new(units)).collect(),
            Normalisation::None | Normalisation::Layer => Vec::new(),
        };
        let (reg, hidden_layers) = (F::cast(reg), hidden.len());
        FullyConnectedNet { parameters, reg, normalisation, dropout_keep, bn_params, hidden_layers }
    }

    /// The scores as in use, not in training: dropout drops nothing, batch normalisation uses its running statistics.
    ///
    /// Shapes: input `x` (batch, features), scores (batch, classes).
    ///
    /// # Panics
    /// If `x` does not fit `w1`.
    #[track_caller]
    pub fn scores(&self, x: &ArrayRef2<F>) -> Array2<F> {
        let mut x = x.to_owned();
        let mut bn_params = self.bn_params.clone();
        for layer in 1..=self.hidden_layers {
            // Evaluation draws nothing: any generator will do.
            x = self.hidden_forward(&x, layer, Mode::Evaluate, &mut bn_params, &mut crate::random::generator(0)).0;
        }
        self.last_forward(&x).0
    }

    /// The loss of a training batch, softmax and penalty, and its gradient for each parameter.
    ///
    /// Shapes: input `x` (batch, features), labels `y` (batch), gradients as the parameters. Dropout draws its masks from
    /// `generator`, layer after layer; batch normalisation moves its running statistics.
    ///
    /// # Panics
    /// If `x` does not fit `w1`, or as [`softmax_loss`].
    #[track_caller]
    pub fn loss(&mut self, x: &ArrayRef2<F>, y: &ArrayRef1<usize>, generator: &mut dyn RngCore) -> (F, Parameters<F>) {
        let mut bn_params = std::mem::take(&mut self.bn_params);
        let mut caches = Vec::with_capacity(self.hidden_layers);
        let mut activations = x.to_owned();
        for layer in 1..=self.hidden_layers {
            let (out, cache) = self.hidden_forward(&activations, layer, Mode::Train, &mut bn_params, generator);
            caches.push(cache);
            activations = out;
        }
        self.bn_params = bn_params;
        let (scores, last_cache) = self.last_forward(&activations);
        let (mut loss, dscores) = softmax_loss(&scores, y);

        let mut gradients = Parameters::new();
        let last = self.hidden_layers + 1;
        let (mut dout, dw, db) = affine_backward(&dscores, &last_cache);
        gradients.insert(format!("w{last}"), dw);
        gradients.insert(format!("b{last}"), db);
        for (i, cache) in caches.iter().enumerate().rev() {
            dout = hidden_backward(&dout, i + 1, cache, &mut gradients);
        }
        for layer in 1..=last {
            let name = format!("w{layer}");
            let (penalty, dpenalty) = l2(&self.parameters.matrix(&name), self.reg);
            loss += penalty;
            *gradients.get_mut(&name).expect("each weight has a gradient") += &dpenalty;
        }
        (loss, gradients)
    }

    #[track_caller]
    fn hidden_forward(
        &self,
        x: &ArrayRef2<F>,
        layer: usize,
        mode: Mode,
        bn_params: &mut [BatchnormParam<F>],
        mut generator: &mut dyn RngCore,
    ) -> (Array2<F>, HiddenCache<F>) {
        let p = &self.parameters;
        let (mut out, affine) = affine_forward(x, &p.matrix(&format!("w{layer}")), &p.vector(&format!("b{layer}")));
        let norm = match self.normalisation {
            Normalisation::None => NormCache::None,
            Normalisation::Batch => {
                let (gamma, beta) = (p.vector(&format!("gamma{layer}")), p.vector(&format!("beta{layer}")));
                let bn_param = &mut bn_params[layer - 1];
                bn_param.mode = mode;
                let (normalised, cache) = batchnorm_forward(&out, &gamma, &beta, bn_param);
                out = normalised;
                NormCache::Batch(cache)
            }
            Normalisation::Layer => {
                let (gamma, beta) = (p.vector(&format!("gamma{layer}")), p.vector(&format!("beta{layer}")));
                let (normalised, cache) = layernorm_forward(&out, &gamma, &beta, F::cast(1e-5));
                out = normalised;
                NormCache::Layer(cache)
            }
        };
        let (mut out, relu) = relu_forward(&out);
        let dropout = self.dropout_keep.map(|keep| {
            let (dropped, cache) = dropout_forward(&out, keep, mode, &mut generator);
            out = dropped;
            cache
        });
        (out, HiddenCache { affine, norm, relu, dropout })
    }

    #[track_caller]
    fn last_forward(&self, x: &ArrayRef2<F>) -> (Array2<F>, AffineCache<F, Ix2>) {
        let last = self.hidden_layers + 1;
        affine_forward(x, &self.parameters.matrix(&format!("w{last}")), &self.parameters.vector(&format!("b{last}")))
    }
}

/// Back through one hidden layer: adds its gradients under their names and gives that of its input.
fn hidden_backward<F: Scalar>(
    dout: &ArrayRef2<F>,
    layer: usize,
    cache: &HiddenCache<F>,
    gradients: &mut Parameters<F>,
) -> Array2<F> {
    let mut dout = match &cache.dropout {
        Some(dropout) => dropout_backward(dout, dropout),
        None => dout.to_owned(),
    };
    dout = relu_backward(&dout, &cache.relu);
    let normalised = match &cache.norm {
        NormCache::None => None,
        NormCache::Batch(norm) => Some(batchnorm_backward(&dout, norm)),
        NormCache::Layer(norm) => Some(layernorm_backward(&dout, norm)),
    };
    if let Some((dx, dgamma, dbeta)) = normalised {
        dout = dx;
        gradients.insert(format!("gamma{layer}"), dgamma);
        gradients.insert(format!("beta{layer}"), dbeta);
    }
    let (dx, dw, db) = affine_backward(&dout, &cache.affine);
    gradients.insert(format!("w{layer}"), dw);
    gradients.insert(format!("b{layer}"), db);
    dx
}

impl<F: Scalar> Network<F, Ix2> for FullyConnectedNet<F> {
    fn parameters(&self) -> &Parameters<F> {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters<F> {
        &mut self.parameters
    }

    #[track_caller]
    fn scores(&self, x: &ArrayRef2<F>) -> Array2<F> {
        FullyConnectedNet::scores(self, x)
    }

    #[track_caller]
    fn loss(&mut self, x: &ArrayRef2<F>, y: &ArrayRef1<usize>, generator: &mut dyn RngCore) -> (F, Parameters<F>) {
        FullyConnectedNet::loss(self, x, y, generator)
    }

    /// `running_mean1`, `running_var1` and so on, with batch normalisation.
    fn state(&self) -> Parameters<F> {
        let mut state = Parameters::new();
        for (i, bn_param) in self.bn_params.iter().enumerate() {
            state.insert(format!("running_mean{}", i + 1), bn_param.running_mean.clone());
            state.insert(format!("running_var{}", i + 1), bn_param.running_var.clone());
        }
        state
    }

    fn set_state(&mut self, state: &Parameters<F>) {
        assert!(
            state.same_shapes(&self.state()),
            "FullyConnectedNet::set_state: the state must have the names and shapes of this network's"
        );
        for (i, bn_param) in self.bn_params.iter_mut().enumerate() {
            bn_param.running_mean = state.vector(&format!("running_mean{}", i + 1)).to_owned();
            bn_param.running_var = state.vector(&format!("running_var{}", i + 1)).to_owned();
        }
    }
}
