//! Reference answers of assignment `attention`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::CaptioningTransformer;
use gradus_assignments::attention::DecoderLayer;
use gradus_assignments::attention::END;
use gradus_assignments::attention::EncoderLayer;
use gradus_assignments::attention::FeedForward;
use gradus_assignments::attention::LayerNorm;
use gradus_assignments::attention::Mask;
use gradus_assignments::attention::MultiHeadAttention;
use gradus_assignments::attention::NULL;
use gradus_assignments::attention::START;
use gradus_assignments::attention::VisionTransformer;
use gradus_nn::activations::GeluCache;
use gradus_nn::activations::gelu_backward;
use gradus_nn::activations::gelu_forward;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use gradus_nn::embedding::word_embedding_backward;
use gradus_nn::embedding::word_embedding_forward;
use gradus_nn::norms::LayernormCache;
use gradus_nn::norms::layernorm_backward;
use gradus_nn::norms::layernorm_forward;
use gradus_nn::softmax::softmax_loss;
use gradus_nn::temporal::TemporalAffineCache;
use gradus_nn::temporal::temporal_affine_backward;
use gradus_nn::temporal::temporal_affine_forward;
use gradus_nn::temporal::temporal_softmax_loss;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::Array3;
use ndarray::Array4;
use ndarray::Axis;
use ndarray::Ix3;
use ndarray::s;

/// What `scaled_dot_product_attention_backward` needs of the forward pass.
pub struct AttentionCache {
    pub q: Array3<f64>,
    pub k: Array3<f64>,
    pub v: Array3<f64>,
    pub weights: Array3<f64>,
}

/// Scaled dot-product attention.
///
/// - `q`: queries (batch, queries, features)
/// - `k`: keys (batch, keys, features)
/// - `v`: values (batch, keys, value features)
/// - `mask`: which keys a query may look at
/// - returns `out` (batch, queries, value features), and what the backward pass needs
pub fn scaled_dot_product_attention_forward(
    q: &Array3<f64>,
    k: &Array3<f64>,
    v: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, AttentionCache) {
    let (batch, queries, features) = q.dim();
    let mut weights = Array3::zeros((batch, queries, k.dim().1));
    let mut out = Array3::zeros((batch, queries, v.dim().2));
    for n in 0..batch {
        let mut scores = q.index_axis(Axis(0), n).dot(&k.index_axis(Axis(0), n).t()) / (features as f64).sqrt();
        for (t, mut row) in scores.rows_mut().into_iter().enumerate() {
            for (s, score) in row.iter_mut().enumerate() {
                if !mask.allows(t, s) {
                    *score = f64::NEG_INFINITY;
                }
            }
            let largest = row.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
            if largest == f64::NEG_INFINITY {
                row.fill(0.0); // nothing to look at
                continue;
            }
            row.mapv_inplace(|score| (score - largest).exp());
            let sum = row.sum();
            row /= sum;
        }
        out.index_axis_mut(Axis(0), n).assign(&scores.dot(&v.index_axis(Axis(0), n)));
        weights.index_axis_mut(Axis(0), n).assign(&scores);
    }
    (out, AttentionCache { q: q.clone(), k: k.clone(), v: v.clone(), weights })
}

/// The gradients of scaled dot-product attention.
///
/// - `dout`: the gradient with respect to the output (batch, queries, value features)
/// - `cache`: what `scaled_dot_product_attention_forward` returned beside it
/// - returns `dq`, `dk` and `dv`, in the shapes of `q`, `k` and `v`
pub fn scaled_dot_product_attention_backward(
    dout: &Array3<f64>,
    cache: &AttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
    let AttentionCache { q, k, v, weights } = cache;
    let root = (q.dim().2 as f64).sqrt();
    let (mut dq, mut dk, mut dv) = (Array3::zeros(q.raw_dim()), Array3::zeros(k.raw_dim()), Array3::zeros(v.raw_dim()));
    for n in 0..q.dim().0 {
        let (weights, dout) = (weights.index_axis(Axis(0), n), dout.index_axis(Axis(0), n));
        dv.index_axis_mut(Axis(0), n).assign(&weights.t().dot(&dout));
        let dweights = dout.dot(&v.index_axis(Axis(0), n).t());
        let on_the_whole = (&dweights * &weights).sum_axis(Axis(1)).insert_axis(Axis(1));
        let dscores = (dweights - on_the_whole) * weights / root;
        dq.index_axis_mut(Axis(0), n).assign(&dscores.dot(&k.index_axis(Axis(0), n)));
        dk.index_axis_mut(Axis(0), n).assign(&dscores.t().dot(&q.index_axis(Axis(0), n)));
    }
    (dq, dk, dv)
}

/// What `multi_head_attention_backward` needs of the forward pass.
pub struct MultiHeadAttentionCache {
    pub heads: usize,
    pub of_query: TemporalAffineCache<f64>,
    pub of_key: TemporalAffineCache<f64>,
    pub of_value: TemporalAffineCache<f64>,
    pub attention: AttentionCache,
    pub of_output: TemporalAffineCache<f64>,
}

/// Attention with several heads.
///
/// - `net`: weights and biases; the heads stand side by side in the columns of `wq`, `wk` and `wv`
/// - `heads`: how many heads there are; it divides the number of features
/// - `query`: (batch, queries, features)
/// - `key`, `value`: (batch, keys, features)
/// - `mask`: which keys a query may look at, for all heads
/// - returns `out` (batch, queries, features), and what the backward pass needs
pub fn multi_head_attention_forward(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, MultiHeadAttentionCache) {
    let (q, of_query) = temporal_affine_forward(query, &net.wq, &net.bq);
    let (k, of_key) = temporal_affine_forward(key, &net.wk, &net.bk);
    let (v, of_value) = temporal_affine_forward(value, &net.wv, &net.bv);
    let (q, k, v) = (split_heads(&q, heads), split_heads(&k, heads), split_heads(&v, heads));
    let (out, attention) = scaled_dot_product_attention_forward(&q, &k, &v, mask);
    let (out, of_output) = temporal_affine_forward(&join_heads(&out, heads), &net.wo, &net.bo);
    (out, MultiHeadAttentionCache { heads, of_query, of_key, of_value, attention, of_output })
}

/// From (batch, time, features) to (batch * heads, time, width).
pub fn split_heads(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (batch, time, features) = x.dim();
    let width = features / heads;
    let by_head = x.to_shape((batch, time, heads, width)).expect("as many numbers").permuted_axes([0, 2, 1, 3]);
    by_head.to_shape((batch * heads, time, width)).expect("as many numbers").into_owned()
}

/// The way back.
pub fn join_heads(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (rows, time, width) = x.dim();
    let batch = rows / heads;
    let by_time = x.to_shape((batch, heads, time, width)).expect("as many numbers").permuted_axes([0, 2, 1, 3]);
    by_time.to_shape((batch, time, heads * width)).expect("as many numbers").into_owned()
}

/// The gradients of attention with several heads.
///
/// - `dout`: the gradient with respect to the output (batch, queries, features)
/// - `cache`: what `multi_head_attention_forward` returned beside it
/// - returns `dquery`, `dkey` and `dvalue` in the shapes of `query`, `key` and `value`, and the gradient with respect to each
///   parameter
pub fn multi_head_attention_backward(
    dout: &Array3<f64>,
    cache: &MultiHeadAttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
    let heads = cache.heads;
    let of_output = temporal_affine_backward(dout, &cache.of_output);
    let (dq, dk, dv) = scaled_dot_product_attention_backward(&split_heads(&of_output.dx, heads), &cache.attention);
    let of_query = temporal_affine_backward(&join_heads(&dq, heads), &cache.of_query);
    let of_key = temporal_affine_backward(&join_heads(&dk, heads), &cache.of_key);
    let of_value = temporal_affine_backward(&join_heads(&dv, heads), &cache.of_value);
    let gradients = MultiHeadAttention {
        wq: of_query.dw,
        bq: of_query.db,
        wk: of_key.dw,
        bk: of_key.db,
        wv: of_value.dw,
        bv: of_value.db,
        wo: of_output.dw,
        bo: of_output.db,
    };
    (of_query.dx, of_key.dx, of_value.dx, gradients)
}

/// A vector for each time step: sines at even features, cosines at odd ones.
///
/// - `time`: how many steps there are
/// - `features`: how long each vector is, even or odd
/// - returns (time, features)
pub fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    Array2::from_shape_fn((time, features), |(t, feature)| {
        let even = feature - feature % 2;
        let angle = t as f64 / 10000_f64.powf(even as f64 / features as f64);
        if feature % 2 == 0 { angle.sin() } else { angle.cos() }
    })
}

/// What `feed_forward_backward` needs.
pub struct FeedForwardCache {
    pub first: TemporalAffineCache<f64>,
    pub gelu: GeluCache<f64, Ix3>,
    pub second: TemporalAffineCache<f64>,
}

/// The feed-forward network: affine, GELU, affine, at each time step alike.
pub fn feed_forward_forward(net: &FeedForward, x: &Array3<f64>) -> (Array3<f64>, FeedForwardCache) {
    let (hidden, first) = temporal_affine_forward(x, &net.w1, &net.b1);
    let (hidden, gelu) = gelu_forward(&hidden);
    let (out, second) = temporal_affine_forward(&hidden, &net.w2, &net.b2);
    (out, FeedForwardCache { first, gelu, second })
}

/// Its gradients: that of `x`, and those of the parameters.
pub fn feed_forward_backward(dout: &Array3<f64>, cache: &FeedForwardCache) -> (Array3<f64>, FeedForward) {
    let second = temporal_affine_backward(dout, &cache.second);
    let first = temporal_affine_backward(&gelu_backward(&second.dx, &cache.gelu), &cache.first);
    (first.dx, FeedForward { w1: first.dw, b1: first.db, w2: second.dw, b2: second.db })
}

/// Layer normalisation of each time step.
pub fn norm_forward(net: &LayerNorm, x: &Array3<f64>) -> (Array3<f64>, LayernormCache<f64, Ix3>) {
    layernorm_forward(x, &net.gamma, &net.beta, 1e-5)
}

/// Its gradients: that of `x`, and those of the parameters.
pub fn norm_backward(dout: &Array3<f64>, cache: &LayernormCache<f64, Ix3>) -> (Array3<f64>, LayerNorm) {
    let (dx, gamma, beta) = layernorm_backward(dout, cache);
    (dx, LayerNorm { gamma, beta })
}

/// What `transformer_encoder_layer_backward` needs of the forward pass.
pub struct EncoderLayerCache {
    pub attention: MultiHeadAttentionCache,
    pub norm_attention: LayernormCache<f64, Ix3>,
    pub feed_forward: FeedForwardCache,
    pub norm_feed_forward: LayernormCache<f64, Ix3>,
}

/// An encoder layer.
///
/// - `net`: the parameters of its four parts
/// - `heads`: how many heads attention has
/// - `x`: a sequence (batch, time, features)
/// - `mask`: which time steps a time step may look at
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    heads: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, norm_attention) = norm_forward(&net.norm_attention, &(x + &part));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &a);
    let (out, norm_feed_forward) = norm_forward(&net.norm_feed_forward, &(&a + &part));
    (out, EncoderLayerCache { attention, norm_attention, feed_forward, norm_feed_forward })
}

/// The gradients of an encoder layer.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `transformer_encoder_layer_forward` returned beside it
/// - returns `dx` in the shape of `x`, and the gradient with respect to each parameter
pub fn transformer_encoder_layer_backward(
    dout: &Array3<f64>,
    cache: &EncoderLayerCache,
) -> (Array3<f64>, EncoderLayer) {
    let (dsum, norm_feed_forward) = norm_backward(dout, &cache.norm_feed_forward);
    let (da, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
    let (dsum, norm_attention) = norm_backward(&(da + dsum), &cache.norm_attention);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dsum, &cache.attention);
    let dx = dsum + dquery + dkey + dvalue;
    (dx, EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward })
}

/// What `transformer_decoder_layer_backward` needs of the forward pass.
pub struct DecoderLayerCache {
    pub attention: MultiHeadAttentionCache,
    pub norm_attention: LayernormCache<f64, Ix3>,
    pub cross_attention: MultiHeadAttentionCache,
    pub norm_cross_attention: LayernormCache<f64, Ix3>,
    pub feed_forward: FeedForwardCache,
    pub norm_feed_forward: LayernormCache<f64, Ix3>,
}

/// A decoder layer.
///
/// - `net`: the parameters of its six parts
/// - `heads`: how many heads both attentions have
/// - `x`: a sequence (batch, time, features)
/// - `memory`: the sequence it looks at (batch, memory time, features)
/// - `mask`: which time steps of `x` a time step of `x` may look at
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn transformer_decoder_layer_forward(
    net: &DecoderLayer,
    heads: usize,
    x: &Array3<f64>,
    memory: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, DecoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, norm_attention) = norm_forward(&net.norm_attention, &(x + &part));
    let (part, cross_attention) =
        multi_head_attention_forward(&net.cross_attention, heads, &a, memory, memory, &Mask::All);
    let (c, norm_cross_attention) = norm_forward(&net.norm_cross_attention, &(&a + &part));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &c);
    let (out, norm_feed_forward) = norm_forward(&net.norm_feed_forward, &(&c + &part));
    let cache = DecoderLayerCache {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (out, cache)
}

/// The gradients of a decoder layer.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `transformer_decoder_layer_forward` returned beside it
/// - returns `dx` and `dmemory` in the shapes of `x` and `memory`, and the gradient with respect to each parameter
pub fn transformer_decoder_layer_backward(
    dout: &Array3<f64>,
    cache: &DecoderLayerCache,
) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
    let (dsum, norm_feed_forward) = norm_backward(dout, &cache.norm_feed_forward);
    let (dc, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
    let (dsum, norm_cross_attention) = norm_backward(&(dc + dsum), &cache.norm_cross_attention);
    let (da, dkey, dvalue, cross_attention) = multi_head_attention_backward(&dsum, &cache.cross_attention);
    let dmemory = dkey + dvalue;
    let (dsum, norm_attention) = norm_backward(&(da + dsum), &cache.norm_attention);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dsum, &cache.attention);
    let dx = dsum + dquery + dkey + dvalue;
    let gradients = DecoderLayer {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (dx, dmemory, gradients)
}

/// What the backward pass needs; you write it yourself, as a part of the vision transformer's loss.
pub struct PatchEmbeddingCache {
    pub affine: TemporalAffineCache<f64>,
}

/// Images as sequences of their squares.
///
/// - `x`: images (batch, channels, height, width)
/// - `w`: weights (channels * size * size, features)
/// - `b`: biases (features)
/// - `size`: height and width of a square
/// - returns `out` (batch, patches, features), and what the backward pass needs
pub fn patch_embedding_forward(
    x: &Array4<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
    size: usize,
) -> (Array3<f64>, PatchEmbeddingCache) {
    let (batch, channels, height, width) = x.dim();
    let (rows, columns, numbers) = (height / size, width / size, channels * size * size);
    let mut patches = Array3::zeros((batch, rows * columns, numbers));
    for i in 0..rows {
        for j in 0..columns {
            let (top, left) = (i * size, j * size);
            let square = x.slice(s![.., .., top..top + size, left..left + size]);
            let square = square.to_shape((batch, numbers)).expect("as many numbers");
            patches.slice_mut(s![.., i * columns + j, ..]).assign(&square);
        }
    }
    let (out, affine) = temporal_affine_forward(&patches, w, b);
    (out, PatchEmbeddingCache { affine })
}

/// The loss of captions, and its gradient with respect to each parameter.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `features`: what describes the parts of each image (batch, parts, features of a part)
/// - `captions`: word numbers (batch, time), at least two for each image
/// - returns the loss, and the gradients in the shapes of the parameters
pub fn captioning_transformer_loss(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    captions: &Array2<usize>,
) -> (f64, CaptioningTransformer) {
    let read = captions.slice(s![.., ..-1]).to_owned();
    let say = captions.slice(s![.., 1..]).to_owned();
    let counts = say.mapv(|word| word != NULL);

    let (memory, projection) = temporal_affine_forward(features, &net.w_projection, &net.b_projection);
    let (x, embedding) = word_embedding_forward(&read, &net.w_embedding);
    let (_, time, width) = x.dim();
    let mask = looking_back(time);
    let mut x = x + positional_encoding(time, width);
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) = transformer_decoder_layer_forward(layer, heads, &x, &memory, &mask);
        caches.push(cache);
        x = out;
    }
    let (scores, vocabulary) = temporal_affine_forward(&x, &net.w_vocabulary, &net.b_vocabulary);
    let (loss, dscores) = temporal_softmax_loss(&scores, &say, &counts);

    let dvocabulary = temporal_affine_backward(&dscores, &vocabulary);
    let mut dx = dvocabulary.dx;
    let mut dmemory = Array3::zeros(memory.raw_dim());
    let mut layers = Vec::new();
    for cache in caches.iter().rev() {
        let (dinput, dlooked_at, layer) = transformer_decoder_layer_backward(&dx, cache);
        dx = dinput;
        dmemory += &dlooked_at;
        layers.push(layer);
    }
    layers.reverse();
    let dprojection = temporal_affine_backward(&dmemory, &projection);
    let gradients = CaptioningTransformer {
        w_projection: dprojection.dw,
        b_projection: dprojection.db,
        w_embedding: word_embedding_backward(&dx, &embedding),
        layers,
        w_vocabulary: dvocabulary.dw,
        b_vocabulary: dvocabulary.db,
    };
    (loss, gradients)
}

/// Each step may look at itself and at what comes before it.
pub fn looking_back(time: usize) -> Mask {
    Mask::Allowed(Array2::from_shape_fn((time, time), |(query, key)| key <= query))
}

/// Captions, word by word, always the word with the highest score.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `features`: what describes the parts of each image (batch, parts, features of a part)
/// - `max_length`: how many words are said at most
/// - returns word numbers (batch, max_length), `NULL` behind the end
pub fn captioning_transformer_sample(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    max_length: usize,
) -> Array2<usize> {
    let batch = features.dim().0;
    let (memory, _) = temporal_affine_forward(features, &net.w_projection, &net.b_projection);
    let mut said = Array2::from_elem((batch, max_length + 1), NULL);
    said.column_mut(0).fill(START);
    for t in 0..max_length {
        let (x, _) = word_embedding_forward(&said.slice(s![.., ..=t]), &net.w_embedding);
        let mut x = x + positional_encoding(t + 1, net.w_embedding.ncols());
        for layer in &net.layers {
            x = transformer_decoder_layer_forward(layer, heads, &x, &memory, &looking_back(t + 1)).0;
        }
        let (scores, _) = temporal_affine_forward(&x, &net.w_vocabulary, &net.b_vocabulary);
        for n in 0..batch {
            if t > 0 && [END, NULL].contains(&said[[n, t]]) {
                continue;
            }
            let mut best = 0;
            for word in 1..scores.dim().2 {
                if scores[[n, t, word]] > scores[[n, t, best]] {
                    best = word;
                }
            }
            said[[n, t + 1]] = best;
        }
    }
    said.slice(s![.., 1..]).to_owned()
}

/// The softmax loss of images, and its gradient with respect to each parameter.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `size`: height and width of a patch
/// - `x`: images (batch, channels, height, width)
/// - `y`: labels (batch)
/// - returns the loss, and the gradients in the shapes of the parameters
pub fn vision_transformer_loss(
    net: &VisionTransformer,
    heads: usize,
    size: usize,
    x: &Array4<f64>,
    y: &Array1<usize>,
) -> (f64, VisionTransformer) {
    let (embedded, patches) = patch_embedding_forward(x, &net.w_patch, &net.b_patch, size);
    let (_, time, features) = embedded.dim();
    let mut a = embedded + positional_encoding(time, features);
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) = transformer_encoder_layer_forward(layer, heads, &a, &Mask::All);
        caches.push(cache);
        a = out;
    }
    let mean = a.sum_axis(Axis(1)) / time as f64;
    let (scores, class) = affine_forward(&mean, &net.w_class, &net.b_class);
    let (loss, dscores) = softmax_loss(&scores, y);

    let (dmean, w_class, b_class) = affine_backward(&dscores, &class);
    let mut da = Array3::zeros(a.raw_dim());
    da += &(dmean / time as f64).insert_axis(Axis(1));
    let mut layers = Vec::new();
    for cache in caches.iter().rev() {
        let (dinput, layer) = transformer_encoder_layer_backward(&da, cache);
        da = dinput;
        layers.push(layer);
    }
    layers.reverse();
    let dpatches = temporal_affine_backward(&da, &patches.affine);
    (loss, VisionTransformer { w_patch: dpatches.dw, b_patch: dpatches.db, layers, w_class, b_class })
}
