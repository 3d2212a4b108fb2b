//! The encoder block.

use ndarray::{Array3, ArrayRef3, Ix3};
use rand::Rng;

use super::residual::{add_and_norm, add_and_norm_backward};
use super::{
    BlockSettings, FeedForwardCache, FeedForwardParameters, NormParameters, feed_forward_backward, feed_forward_forward,
};
use crate::Scalar;
use crate::attention::{
    AttentionParameters, Mask, MultiHeadAttentionCache, multi_head_attention_backward, multi_head_attention_forward,
};
use crate::named::by_name;
use crate::norms::LayernormCache;
use crate::shape::require_same_shape;

/// The parameters of an encoder block, or the gradient of each under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderParameters<F> {
    /// Square matrices, features by features.
    pub attention: AttentionParameters<F>,
    /// After attention.
    pub norm_attention: NormParameters<F>,
    /// Of each step by itself.
    pub feed_forward: FeedForwardParameters<F>,
    /// After the feed-forward part.
    pub norm_feed_forward: NormParameters<F>,
}

by_name!(EncoderParameters {} { attention, norm_attention, feed_forward, norm_feed_forward });

impl<F: Scalar> EncoderParameters<F> {
    /// Xavier weights, biases 0, norms that scale by 1 and shift by 0. `hidden` is the width of the feed-forward part.
    ///
    /// # Panics
    /// If `features` or `hidden` is 0.
    ///
    /// ```
    /// use gradus_nn::random::generator;
    /// use gradus_nn::transformer::EncoderParameters;
    /// let parameters = EncoderParameters::<f32>::random(8, 32, &mut generator(231));
    /// let names: Vec<String> = parameters.named().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!((names.len(), &*names[0], &*names[8]), (16, "attention.wq", "norm_attention.gamma"));
    /// ```
    #[track_caller]
    pub fn random(features: usize, hidden: usize, generator: &mut impl Rng) -> Self {
        EncoderParameters {
            attention: AttentionParameters::random(features, generator),
            norm_attention: NormParameters::identity(features),
            feed_forward: FeedForwardParameters::random(features, hidden, generator),
            norm_feed_forward: NormParameters::identity(features),
        }
    }
}

/// What [`encoder_block_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct EncoderCache<F> {
    attention: MultiHeadAttentionCache<F>,
    norm_attention: LayernormCache<F, Ix3>,
    feed_forward: FeedForwardCache<F>,
    norm_feed_forward: LayernormCache<F, Ix3>,
    output: [usize; 3],
}

impl<F> EncoderCache<F> {
    /// Attention's own cache, with its weights to look at.
    pub fn attention(&self) -> &MultiHeadAttentionCache<F> {
        &self.attention
    }
}

/// The gradients of [`encoder_block_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// The gradient of each parameter.
    pub dparameters: EncoderParameters<F>,
}

/// A transformer encoder block: the sequence looks at itself, then each step is worked on by itself,
///
/// `a = layernorm(x + multi_head_attention(x, x, x))`, `out = layernorm(a + feed_forward(a))`
///
/// Shapes: `x` and the result (batch, time, features). `mask` hides padding, for example.
///
/// # Panics
/// If the shapes do not fit together; the text names the part, such as `multi_head_attention_forward`.
///
/// ```
/// use gradus_nn::attention::Mask;
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::transformer::{Activation, BlockSettings, EncoderParameters, encoder_block_forward};
/// let parameters = EncoderParameters::<f64>::random(8, 32, &mut generator(231));
/// let x = normal((2, 5, 8), 1.0, &mut generator(232));
/// let settings = BlockSettings::new(4, Activation::Relu);
/// let (out, _) = encoder_block_forward(&x, &parameters, settings, Mask::None);
/// assert!(out.dim() == (2, 5, 8) && out.sum().abs() < 1e-12); // each step has mean 0, from the norm
/// ```
#[track_caller]
pub fn encoder_block_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    parameters: &EncoderParameters<F>,
    settings: BlockSettings<F>,
    mask: Mask,
) -> (Array3<F>, EncoderCache<F>) {
    let BlockSettings { heads, activation, eps } = settings;
    let (part, attention) = multi_head_attention_forward(x, x, x, &parameters.attention, heads, mask);
    require_same_shape("encoder_block_forward", ("x", x.shape()), ("what attention gives", part.shape()));
    let (a, norm_attention) = add_and_norm(x, part, &parameters.norm_attention, eps);

    let (part, feed_forward) = feed_forward_forward(&a, &parameters.feed_forward, activation);
    require_same_shape("encoder_block_forward", ("x", x.shape()), ("what feed_forward gives", part.shape()));
    let (out, norm_feed_forward) = add_and_norm(&a, part, &parameters.norm_feed_forward, eps);
    let output = out.dim().into();
    (out, EncoderCache { attention, norm_attention, feed_forward, norm_feed_forward, output })
}

/// Back through [`encoder_block_forward`], part by part. The gradient of a sum goes to both of its terms: past the part, and
/// through it.
///
/// Shapes: `dout` (batch, time, features).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::attention::Mask;
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::transformer::{
///     Activation, BlockSettings, EncoderParameters, encoder_block_backward, encoder_block_forward,
/// };
/// use ndarray::Array3;
/// let mut parameters = EncoderParameters::<f64>::random(8, 32, &mut generator(231));
/// let x = normal((2, 5, 8), 1.0, &mut generator(232));
/// let settings = BlockSettings::new(4, Activation::Relu);
/// let (_, cache) = encoder_block_forward(&x, &parameters, settings, Mask::None);
/// let gradients = encoder_block_backward(&Array3::ones((2, 5, 8)), &cache);
/// // A step of gradient descent for all parameters.
/// for ((_, mut w), (_, dw)) in parameters.named_mut().into_iter().zip(gradients.dparameters.named()) {
///     w.scaled_add(-0.1, &dw);
/// }
/// ```
#[track_caller]
pub fn encoder_block_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &EncoderCache<F>) -> EncoderGradients<F> {
    require_same_shape("encoder_block_backward", ("the output", &cache.output), ("dout", dout.shape()));
    let (mut da, norm_feed_forward) = add_and_norm_backward(dout, &cache.norm_feed_forward);
    let feed_forward = feed_forward_backward(&da, &cache.feed_forward);
    da += &feed_forward.dx;

    let (mut dx, norm_attention) = add_and_norm_backward(&da, &cache.norm_attention);
    let attention = multi_head_attention_backward(&dx, &cache.attention);
    dx = dx + attention.dquery + attention.dkey + attention.dvalue;
    let dparameters = EncoderParameters {
        attention: attention.dparameters,
        norm_attention,
        feed_forward: feed_forward.dparameters,
        norm_feed_forward,
    };
    EncoderGradients { dx, dparameters }
}
