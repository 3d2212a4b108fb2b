//! The parameters of the parts of a transformer, for students to use and to send.

use ndarray::{Array1, Array2};

use super::parameters::parameters;

/// The weights and biases of attention with several heads; or, under the same names, the gradient of a loss with respect to
/// each. The heads stand side by side in the columns of `wq`, `wk` and `wv`, head 0 first.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiHeadAttention {
    /// Of the query (features, features).
    pub wq: Array2<f64>,
    /// Of the query (features).
    pub bq: Array1<f64>,
    /// Of the key (features, features).
    pub wk: Array2<f64>,
    /// Of the key (features).
    pub bk: Array1<f64>,
    /// Of the value (features, features).
    pub wv: Array2<f64>,
    /// Of the value (features).
    pub bv: Array1<f64>,
    /// Of the output (features, features).
    pub wo: Array2<f64>,
    /// Of the output (features).
    pub bo: Array1<f64>,
}
parameters!(MultiHeadAttention { wq, bq, wk, bk, wv, bv, wo, bo });

/// Scale and shift of a layer normalisation; or the gradient with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// Scale (features).
    pub gamma: Array1<f64>,
    /// Shift (features).
    pub beta: Array1<f64>,
}
parameters!(LayerNorm { gamma, beta });

/// The feed-forward network of a layer: affine, GELU, affine, at each time step alike; or the gradient with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedForward {
    /// (features, hidden)
    pub w1: Array2<f64>,
    /// (hidden)
    pub b1: Array1<f64>,
    /// (hidden, features)
    pub w2: Array2<f64>,
    /// (features)
    pub b2: Array1<f64>,
}
parameters!(FeedForward { w1, b1, w2, b2 });

/// The parameters of an encoder layer; or the gradient with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderLayer {
    /// Of the sequence to itself.
    pub attention: MultiHeadAttention,
    /// Behind it.
    pub norm_attention: LayerNorm,
    /// Of each time step by itself.
    pub feed_forward: FeedForward,
    /// Behind it.
    pub norm_feed_forward: LayerNorm,
}
parameters!(EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward });

/// The parameters of a decoder layer; or the gradient with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct DecoderLayer {
    /// Of the sequence to itself.
    pub attention: MultiHeadAttention,
    /// Behind it.
    pub norm_attention: LayerNorm,
    /// Of the sequence to the memory.
    pub cross_attention: MultiHeadAttention,
    /// Behind it.
    pub norm_cross_attention: LayerNorm,
    /// Of each time step by itself.
    pub feed_forward: FeedForward,
    /// Behind it.
    pub norm_feed_forward: LayerNorm,
}
parameters!(DecoderLayer {
    attention,
    norm_attention,
    cross_attention,
    norm_cross_attention,
    feed_forward,
    norm_feed_forward,
});

#[cfg(test)]
mod tests {
    use gradus_question::{Reader, Value};

    use super::*;
    use crate::attention::Parameters;

    fn attention() -> MultiHeadAttention {
        let (w, b) = (Array2::zeros((2, 2)), Array1::zeros(2));
        let (bq, bk, bv, bo) = (b.clone(), b.clone(), b.clone(), b);
        MultiHeadAttention { wq: w.clone(), bq, wk: w.clone(), bk, wv: w.clone(), bv, wo: w, bo }
    }

    fn layer() -> EncoderLayer {
        let norm = LayerNorm { gamma: Array1::zeros(2), beta: Array1::zeros(2) };
        let (w1, w2) = (Array2::zeros((2, 3)), Array2::zeros((3, 2)));
        let feed_forward = FeedForward { w1, b1: Array1::zeros(3), w2, b2: Array1::zeros(2) };
        EncoderLayer { attention: attention(), norm_attention: norm.clone(), feed_forward, norm_feed_forward: norm }
    }

    #[test]
    fn positions_count_through_all_parameters_in_the_order_of_their_names() {
        let mut layer = layer();
        let count = 24 + 4 + 17 + 4;
        for index in 0..count {
            *layer.number_mut(index).expect("a number") = index as f64;
        }
        assert!(layer.number_mut(count).is_none());
        assert_eq!((layer.attention.bq[0], layer.norm_attention.gamma[0]), (4.0, 24.0));
        assert_eq!((layer.feed_forward.b2[1], layer.norm_feed_forward.beta[1]), (44.0, 48.0));
        let names: Vec<String> = layer.named().into_iter().map(|(name, _)| name).collect();
        assert_eq!((names.len(), &*names[1], &*names[9]), (16, "attention.bq", "norm_attention.beta"));
        let mut bytes = Vec::new();
        layer.encode(&mut bytes);
        assert_eq!(EncoderLayer::decode(&mut Reader::new(&bytes)), Ok(layer));
    }
}
