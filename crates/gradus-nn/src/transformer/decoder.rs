//! The decoder block.

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

/// The parameters of a decoder block, or the gradient of each under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderParameters<F> {
    /// Of the sequence to itself.
    pub attention: AttentionParameters<F>,
    /// After it.
    pub norm_attention: NormParameters<F>,
    /// Of the sequence to the memory; `wk` and `wv` have one row for each feature of the memory.
    pub cross_attention: AttentionParameters<F>,
    /// After it.
    pub norm_cross_attention: NormParameters<F>,
    /// Of each step by itself.
    pub feed_forward: FeedForwardParameters<F>,
    /// After it.
    pub norm_feed_forward: NormParameters<F>,
}

by_name!(DecoderParameters {} {
    attention, norm_attention, cross_attention, norm_cross_attention, feed_forward, norm_feed_forward
});

impl<F: Scalar> DecoderParameters<F> {
    /// Xavier weights, biases 0, norms that scale by 1 and shift by 0, for a memory with as many features as the sequence.
    /// `hidden` is the width of the feed-forward part.
    ///
    /// # Panics
    /// If `features` or `hidden` is 0.
    ///
    /// ```
    /// use gradus_nn::random::generator;
    /// use gradus_nn::transformer::DecoderParameters;
    /// let parameters = DecoderParameters::<f32>::random(8, 32, &mut generator(231));
    /// assert_eq!(parameters.named().len(), 26);
    /// ```
    #[track_caller]
    pub fn random(features: usize, hidden: usize, generator: &mut impl Rng) -> Self {
        DecoderParameters {
            attention: AttentionParameters::random(features, generator),
            norm_attention: NormParameters::identity(features),
            cross_attention: AttentionParameters::random(features, generator),
            norm_cross_attention: NormParameters::identity(features),
            feed_forward: FeedForwardParameters::random(features, hidden, generator),
            norm_feed_forward: NormParameters::identity(features),
        }
    }
}

/// What [`decoder_block_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct DecoderCache<F> {
    attention: MultiHeadAttentionCache<F>,
    norm_attention: LayernormCache<F, Ix3>,
    cross_attention: MultiHeadAttentionCache<F>,
    norm_cross_attention: LayernormCache<F, Ix3>,
    feed_forward: FeedForwardCache<F>,
    norm_feed_forward: LayernormCache<F, Ix3>,
    output: [usize; 3],
}

impl<F> DecoderCache<F> {
    /// Self-attention's own cache, with its weights to look at.
    pub fn attention(&self) -> &MultiHeadAttentionCache<F> {
        &self.attention
    }

    /// Cross attention's own cache, with its weights to look at: which part of the memory each step looked at.
    pub fn cross_attention(&self) -> &MultiHeadAttentionCache<F> {
        &self.cross_attention
    }
}

/// The gradients of [`decoder_block_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// (batch, memory time, memory features)
    pub dmemory: Array3<F>,
    /// The gradient of each parameter.
    pub dparameters: DecoderParameters<F>,
}

/// A transformer decoder block: the sequence looks at itself, then at the memory, then each step is worked on by itself,
///
/// `a = layernorm(x + multi_head_attention(x, x, x))`
///
/// `c = layernorm(a + multi_head_attention(a, memory, memory))`, `out = layernorm(c + feed_forward(c))`
///
/// Shapes: `x` and the result (batch, time, features), `memory` (batch, memory time, memory features), such as an encoder's
/// output or the features of an image. `mask` is for `x`, usually [`Mask::Causal`]; `memory_mask` hides padding in the
/// memory.
///
/// # Panics
/// If the shapes do not fit together; the text names the part, such as `multi_head_attention_forward`.
///
/// ```
/// use gradus_nn::attention::Mask;
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::transformer::{Activation, BlockSettings, DecoderParameters, decoder_block_forward};
/// let parameters = DecoderParameters::<f64>::random(8, 32, &mut generator(231));
/// let (x, memory) = (normal((2, 5, 8), 1.0, &mut generator(232)), normal((2, 1, 8), 1.0, &mut generator(233)));
/// let settings = BlockSettings::new(4, Activation::Gelu);
/// let (out, cache) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::Causal, Mask::None);
/// assert_eq!((out.dim(), cache.cross_attention().weights().dim()), ((2, 5, 8), (2, 4, 5, 1)));
/// ```
#[track_caller]
pub fn decoder_block_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    memory: &ArrayRef3<F>,
    parameters: &DecoderParameters<F>,
    settings: BlockSettings<F>,
    mask: Mask,
    memory_mask: Mask,
) -> (Array3<F>, DecoderCache<F>) {
    let BlockSettings { heads, activation, eps } = settings;
    let operation = "decoder_block_forward";
    let (part, attention) = multi_head_attention_forward(x, x, x, &parameters.attention, heads, mask);
    require_same_shape(operation, ("x", x.shape()), ("what attention gives", part.shape()));
    let (a, norm_attention) = add_and_norm(x, part, &parameters.norm_attention, eps);

    let (part, cross_attention) =
        multi_head_attention_forward(&a, memory, memory, &parameters.cross_attention, heads, memory_mask);
    require_same_shape(operation, ("x", x.shape()), ("what cross_attention gives", part.shape()));
    let (c, norm_cross_attention) = add_and_norm(&a, part, &parameters.norm_cross_attention, eps);

    let (part, feed_forward) = feed_forward_forward(&c, &parameters.feed_forward, activation);
    require_same_shape(operation, ("x", x.shape()), ("what feed_forward gives", part.shape()));
    let (out, norm_feed_forward) = add_and_norm(&c, part, &parameters.norm_feed_forward, eps);
    let output = out.dim().into();
    let cache = DecoderCache {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
        output,
    };
    (out, cache)
}

/// Back through [`decoder_block_forward`], part by part, as
/// [`encoder_block_backward`](super::encoder_block_backward) with one part more. The memory is key and value, and gets the
/// gradients of both.
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
///     Activation, BlockSettings, DecoderParameters, decoder_block_backward, decoder_block_forward,
/// };
/// use ndarray::Array3;
/// let parameters = DecoderParameters::<f64>::random(8, 32, &mut generator(231));
/// let (x, memory) = (normal((2, 5, 8), 1.0, &mut generator(232)), normal((2, 3, 8), 1.0, &mut generator(233)));
/// let settings = BlockSettings::new(4, Activation::Gelu);
/// let (_, cache) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::Causal, Mask::None);
/// let gradients = decoder_block_backward(&Array3::ones((2, 5, 8)), &cache);
/// assert_eq!((gradients.dx.dim(), gradients.dmemory.dim()), ((2, 5, 8), (2, 3, 8)));
/// ```
#[track_caller]
pub fn decoder_block_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &DecoderCache<F>) -> DecoderGradients<F> {
    require_same_shape("decoder_block_backward", ("the output", &cache.output), ("dout", dout.shape()));
    let (mut dc, norm_feed_forward) = add_and_norm_backward(dout, &cache.norm_feed_forward);
    let feed_forward = feed_forward_backward(&dc, &cache.feed_forward);
    dc += &feed_forward.dx;

    let (mut da, norm_cross_attention) = add_and_norm_backward(&dc, &cache.norm_cross_attention);
    let cross_attention = multi_head_attention_backward(&da, &cache.cross_attention);
    da += &cross_attention.dquery;

    let (mut dx, norm_attention) = add_and_norm_backward(&da, &cache.norm_attention);
    let attention = multi_head_attention_backward(&dx, &cache.attention);
    dx = dx + attention.dquery + attention.dkey + attention.dvalue;
    let dparameters = DecoderParameters {
        attention: attention.dparameters,
        norm_attention,
        cross_attention: cross_attention.dparameters,
        norm_cross_attention,
        feed_forward: feed_forward.dparameters,
        norm_feed_forward,
    };
    DecoderGradients { dx, dmemory: cross_attention.dkey + cross_attention.dvalue, dparameters }
}
