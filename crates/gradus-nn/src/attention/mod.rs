//! Attention: each query looks at all keys and takes the mean of their values, weighted by how well they match.
//!
//! - [`scaled_dot_product_attention_forward`]: the formula itself.
//! - [`multi_head_attention_forward`]: several of them side by side, each in a space of its own. Self-attention is a
//!   sequence as query, key and value; cross attention takes key and value from another sequence.
//! - [`Mask`]: which keys a query may look at.
//! - [`positional_encoding`]: attention itself does not know the order of its keys.
//!
//! Source: Vaswani and others, Attention is all you need (2017); CS231n, lecture and assignment on transformers.

mod heads;
mod mask;
mod multi_head;
mod positional;
mod scaled_dot_product;

pub use mask::Mask;
pub use multi_head::{
    AttentionParameters, MultiHeadAttentionCache, MultiHeadAttentionGradients, multi_head_attention_backward,
    multi_head_attention_forward,
};
pub use positional::{positional_encoding, positional_encoding_forward};
pub use scaled_dot_product::{
    ScaledDotProductAttentionCache, ScaledDotProductAttentionGradients, scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward,
};
