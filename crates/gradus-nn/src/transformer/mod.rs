//! The two blocks of the transformer, with layer norm after each part (as in the paper and in CS231n):
//!
//! - [`encoder_block_forward`]: a sequence looks at itself.
//! - [`decoder_block_forward`]: a sequence looks at itself, usually without its future, and then at another one.
//!
//! Each part is added to its input before the norm, so that a gradient has a way past it. Parameters come as structs, and
//! the gradient of a struct is a struct of the same type: the gradient of each array under the array's name. `named` and
//! `named_mut` list the arrays of both in one order, which is what an optimiser wants. There is no dropout inside.
//!
//! Source: Vaswani and others, Attention is all you need (2017), section 3.1; CS231n, assignment on transformers.

mod decoder;
mod encoder;
mod feed_forward;
mod residual;

pub use decoder::{DecoderCache, DecoderGradients, DecoderParameters, decoder_block_backward, decoder_block_forward};
pub use encoder::{EncoderCache, EncoderGradients, EncoderParameters, encoder_block_backward, encoder_block_forward};
pub use feed_forward::{
    Activation, FeedForwardCache, FeedForwardGradients, FeedForwardParameters, feed_forward_backward,
    feed_forward_forward,
};
pub use residual::NormParameters;

use crate::Scalar;

/// What a block is told besides its parameters.
///
/// ```
/// use gradus_nn::transformer::{Activation, BlockSettings};
/// let settings = BlockSettings::<f64>::new(4, Activation::Gelu);
/// assert_eq!((settings.heads, settings.eps), (4, 1e-5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockSettings<F> {
    /// How many heads attention has; they share the features.
    pub heads: usize,
    /// Between the two affine maps of the feed-forward part.
    pub activation: Activation,
    /// Added to the variance in layer norm; usually 1e-5.
    pub eps: F,
}

impl<F: Scalar> BlockSettings<F> {
    /// With eps 1e-5.
    pub fn new(heads: usize, activation: Activation) -> Self {
        BlockSettings { heads, activation, eps: F::cast(1e-5) }
    }
}
