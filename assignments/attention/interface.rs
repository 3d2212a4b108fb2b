//! Assignment `attention`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, Array3, Array4};

use super::{CaptioningTransformer, DecoderLayer, EncoderLayer, Mask, MultiHeadAttention, VisionTransformer};

gradus_question::interface! {
    /// For each query of `q` (batch, queries, features) the mean of the values `v` (batch, keys, value features), weighed by
    /// how well the keys `k` (batch, keys, features) match.
    fn scaled_dot_product_attention_forward(
        q: &Array3<f64>,
        k: &Array3<f64>,
        v: &Array3<f64>,
        mask: &Mask,
    ) -> Array3<f64> {
        fn scaled_dot_product_attention_forward<AttentionCache>(
            q: &Array3<f64>,
            k: &Array3<f64>,
            v: &Array3<f64>,
            mask: &Mask,
        ) -> (Array3<f64>, AttentionCache);
    }

    /// The gradients `dq`, `dk` and `dv` of attention, after its forward pass, from the upstream gradient `dout`.
    fn scaled_dot_product_attention_backward(
        q: &Array3<f64>,
        k: &Array3<f64>,
        v: &Array3<f64>,
        mask: &Mask,
        dout: &Array3<f64>,
    ) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
        fn scaled_dot_product_attention_backward<AttentionCache>(
            dout: &Array3<f64>,
            cache: &AttentionCache,
        ) -> (Array3<f64>, Array3<f64>, Array3<f64>);
    }

    /// Attention with several heads, of `query` (batch, queries, features) to `key` and `value` (batch, keys, features).
    fn multi_head_attention_forward(
        net: &MultiHeadAttention,
        heads: usize,
        query: &Array3<f64>,
        key: &Array3<f64>,
        value: &Array3<f64>,
        mask: &Mask,
    ) -> Array3<f64> {
        fn multi_head_attention_forward<MultiHeadAttentionCache>(
            net: &MultiHeadAttention,
            heads: usize,
            query: &Array3<f64>,
            key: &Array3<f64>,
            value: &Array3<f64>,
            mask: &Mask,
        ) -> (Array3<f64>, MultiHeadAttentionCache);
    }

    /// The gradients `dquery`, `dkey`, `dvalue` and those of the parameters, after the forward pass.
    fn multi_head_attention_backward(
        net: &MultiHeadAttention,
        heads: usize,
        query: &Array3<f64>,
        key: &Array3<f64>,
        value: &Array3<f64>,
        mask: &Mask,
        dout: &Array3<f64>,
    ) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
        fn multi_head_attention_backward<MultiHeadAttentionCache>(
            dout: &Array3<f64>,
            cache: &MultiHeadAttentionCache,
        ) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention);
    }

    /// A vector of waves for each time step (time, features).
    fn positional_encoding(time: usize, features: usize) -> Array2<f64>;

    /// An encoder layer on `x` (batch, time, features).
    fn transformer_encoder_layer_forward(
        net: &EncoderLayer,
        heads: usize,
        x: &Array3<f64>,
        mask: &Mask,
    ) -> Array3<f64> {
        fn transformer_encoder_layer_forward<EncoderLayerCache>(
            net: &EncoderLayer,
            heads: usize,
            x: &Array3<f64>,
            mask: &Mask,
        ) -> (Array3<f64>, EncoderLayerCache);
    }

    /// The gradients `dx` and those of the parameters, after the forward pass.
    fn transformer_encoder_layer_backward(
        net: &EncoderLayer,
        heads: usize,
        x: &Array3<f64>,
        mask: &Mask,
        dout: &Array3<f64>,
    ) -> (Array3<f64>, EncoderLayer) {
        fn transformer_encoder_layer_backward<EncoderLayerCache>(
            dout: &Array3<f64>,
            cache: &EncoderLayerCache,
        ) -> (Array3<f64>, EncoderLayer);
    }

    /// A decoder layer on `x` (batch, time, features), which looks at `memory` (batch, memory time, features).
    fn transformer_decoder_layer_forward(
        net: &DecoderLayer,
        heads: usize,
        x: &Array3<f64>,
        memory: &Array3<f64>,
        mask: &Mask,
    ) -> Array3<f64> {
        fn transformer_decoder_layer_forward<DecoderLayerCache>(
            net: &DecoderLayer,
            heads: usize,
            x: &Array3<f64>,
            memory: &Array3<f64>,
            mask: &Mask,
        ) -> (Array3<f64>, DecoderLayerCache);
    }

    /// The gradients `dx`, `dmemory` and those of the parameters, after the forward pass.
    fn transformer_decoder_layer_backward(
        net: &DecoderLayer,
        heads: usize,
        x: &Array3<f64>,
        memory: &Array3<f64>,
        mask: &Mask,
        dout: &Array3<f64>,
    ) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
        fn transformer_decoder_layer_backward<DecoderLayerCache>(
            dout: &Array3<f64>,
            cache: &DecoderLayerCache,
        ) -> (Array3<f64>, Array3<f64>, DecoderLayer);
    }

    /// Images `x` (batch, channels, height, width) as sequences (batch, patches, features): an affine map of each square of
    /// `size` by `size` pixels.
    fn patch_embedding_forward(x: &Array4<f64>, w: &Array2<f64>, b: &Array1<f64>, size: usize) -> Array3<f64> {
        fn patch_embedding_forward<PatchEmbeddingCache>(
            x: &Array4<f64>,
            w: &Array2<f64>,
            b: &Array1<f64>,
            size: usize,
        ) -> (Array3<f64>, PatchEmbeddingCache);
    }

    /// Temporal softmax loss of `captions` (batch, time) of images with these `features` (batch, parts, features of a part),
    /// and its gradient with respect to each parameter.
    fn captioning_transformer_loss(
        net: &CaptioningTransformer,
        heads: usize,
        features: &Array3<f64>,
        captions: &Array2<usize>,
    ) -> (f64, CaptioningTransformer);

    /// Captions (batch, max length) of images with these `features` (batch, parts, features of a part), word by word.
    fn captioning_transformer_sample(
        net: &CaptioningTransformer,
        heads: usize,
        features: &Array3<f64>,
        max_length: usize,
    ) -> Array2<usize>;

    /// Softmax loss of images `x` (batch, channels, height, width) with labels `y`, cut into squares of `size` by `size`
    /// pixels, and its gradient with respect to each parameter.
    fn vision_transformer_loss(
        net: &VisionTransformer,
        heads: usize,
        size: usize,
        x: &Array4<f64>,
        y: &Array1<usize>,
    ) -> (f64, VisionTransformer);
}
