// Number by number in loops where it matters, caches as tuples, the library for the rest.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{CaptioningTransformer, DecoderLayer, END, EncoderLayer, FeedForward, LayerNorm, Mask, MultiHeadAttention, NULL, START, VisionTransformer};
use gradus_nn::activations::{GeluCache, gelu_backward, gelu_forward};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
use gradus_nn::norms::{LayernormCache, layernorm_backward, layernorm_forward};
use gradus_nn::softmax::softmax_loss;
use gradus_nn::temporal::{TemporalAffineCache, temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};
use ndarray::{Array1, Array2, Array3, Array4, Axis, Ix3, s};

/// Queries, keys, values, weights.
type AttentionCache = (Array3<f64>, Array3<f64>, Array3<f64>, Array3<f64>);
/// Parameters, number of heads, what came in, queries, keys and values of all heads, their weights, and what they gave.
type MultiHeadAttentionCache = (MultiHeadAttention, usize, [Array3<f64>; 3], [Array3<f64>; 3], Array4<f64>, Array3<f64>);

fn scaled_dot_product_attention_forward(
    q: &Array3<f64>,
    k: &Array3<f64>,
    v: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, AttentionCache) {
    let (&[batch, queries, features], &[_, keys, wide]) = (q.shape(), v.shape()) else { unreachable!() };
    let mut weights = Array3::zeros([batch, queries, keys]);
    let mut out = Array3::zeros([batch, queries, wide]);
    for n in 0..batch {
        for t in 0..queries {
            let mut scores: Vec<Option<f64>> = Vec::new();
            for s in 0..keys {
                let mut score = 0.0;
                for i in (0..features).rev() {
                    score += q[[n, t, i]] * k[[n, s, i]];
                }
                scores.push(mask.allows(t, s).then_some(score / (features as f64).sqrt()));
            }
            let Some(top) = scores.iter().flatten().copied().reduce(f64::max) else { continue };
            let total: f64 = scores.iter().flatten().map(|score| (score - top).exp()).sum();
            for (s, score) in scores.iter().enumerate() {
                let Some(score) = score else { continue };
                weights[[n, t, s]] = (score - top).exp() / total;
                for i in 0..wide {
                    out[[n, t, i]] += weights[[n, t, s]] * v[[n, s, i]];
                }
            }
        }
    }
    (out, (q.clone(), k.clone(), v.clone(), weights))
}

fn scaled_dot_product_attention_backward(
    dout: &Array3<f64>,
    (q, k, v, weights): &AttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
    let (mut dq, mut dk, mut dv) = (q * 0.0, k * 0.0, v * 0.0);
    let (&[batch, queries, features], &[_, keys, wide]) = (q.shape(), v.shape()) else { unreachable!() };
    let root = (features as f64).sqrt();
    for n in 0..batch {
        for t in 0..queries {
            let gain = |s: usize| (0..wide).map(|i| dout[[n, t, i]] * v[[n, s, i]]).sum::<f64>();
            let whole: f64 = (0..keys).map(|s| weights[[n, t, s]] * gain(s)).sum();
            for s in 0..keys {
                let weight = weights[[n, t, s]];
                let dscore = weight * (gain(s) - whole) / root;
                for i in 0..features {
                    dq[[n, t, i]] += dscore * k[[n, s, i]];
                    dk[[n, s, i]] += dscore * q[[n, t, i]];
                }
                for i in 0..wide {
                    dv[[n, s, i]] += weight * dout[[n, t, i]];
                }
            }
        }
    }
    (dq, dk, dv)
}

fn mapped(x: &Array3<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array3<f64> {
    Array3::from_shape_fn([x.dim().0, x.dim().1, b.len()], |(n, t, j)| {
        (0..w.nrows()).map(|i| x[[n, t, i]] * w[[i, j]]).sum::<f64>() + b[j]
    })
}

fn unmapped(dout: &Array3<f64>, x: &Array3<f64>, w: &Array2<f64>) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let (mut dx, mut dw, mut db) = (x * 0.0, w * 0.0, Array1::zeros(w.ncols()));
    for ((n, t, j), slope) in dout.indexed_iter() {
        db[j] += slope;
        for i in 0..w.nrows() {
            dx[[n, t, i]] += slope * w[[i, j]];
            dw[[i, j]] += slope * x[[n, t, i]];
        }
    }
    (dx, dw, db)
}

fn multi_head_attention_forward(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, MultiHeadAttentionCache) {
    let q = mapped(query, &net.wq, &net.bq);
    let k = mapped(key, &net.wk, &net.bk);
    let v = mapped(value, &net.wv, &net.bv);
    let width = q.dim().2 / heads;
    let mut all = &q * 0.0;
    let mut weights = Array4::zeros([q.dim().0, heads, q.dim().1, k.dim().1]);
    for head in 0..heads {
        let columns = s![.., .., head * width..head * width + width];
        let own = |x: &Array3<f64>| x.slice(columns).to_owned();
        let (out, cache) = scaled_dot_product_attention_forward(&own(&q), &own(&k), &own(&v), mask);
        all.slice_mut(columns).assign(&out);
        weights.index_axis_mut(Axis(1), head).assign(&cache.3);
    }
    let out = mapped(&all, &net.wo, &net.bo);
    (out, (net.clone(), heads, [query.clone(), key.clone(), value.clone()], [q, k, v], weights, all))
}

fn multi_head_attention_backward(
    dout: &Array3<f64>,
    (net, heads, [query, key, value], [q, k, v], weights, all): &MultiHeadAttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
    let (dall, wo, bo) = unmapped(dout, all, &net.wo);
    let (mut dq, mut dk, mut dv) = (q * 0.0, k * 0.0, v * 0.0);
    let width = q.dim().2 / heads;
    for head in 0..*heads {
        let columns = s![.., .., head * width..head * width + width];
        let own = |x: &Array3<f64>| x.slice(columns).to_owned();
        let cache = (own(q), own(k), own(v), weights.index_axis(Axis(1), head).to_owned());
        let of_head = scaled_dot_product_attention_backward(&own(&dall), &cache);
        dq.slice_mut(columns).assign(&of_head.0);
        dk.slice_mut(columns).assign(&of_head.1);
        dv.slice_mut(columns).assign(&of_head.2);
    }
    let (dquery, wq, bq) = unmapped(&dq, query, &net.wq);
    let (dkey, wk, bk) = unmapped(&dk, key, &net.wk);
    let (dvalue, wv, bv) = unmapped(&dv, value, &net.wv);
    (dquery, dkey, dvalue, MultiHeadAttention { wq, bq, wk, bk, wv, bv, wo, bo })
}

fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    let mut p = Array2::zeros([time, features]);
    for t in 0..time {
        for i in 0..features {
            let wave = 10000_f64.powf(((i / 2) * 2) as f64 / features as f64);
            p[[t, i]] = if i % 2 == 1 { (t as f64 / wave).cos() } else { (t as f64 / wave).sin() };
        }
    }
    p
}

/// What `feed_forward_backward` needs.
struct FeedForwardCache {
    first: TemporalAffineCache<f64>,
    gelu: GeluCache<f64, Ix3>,
    second: TemporalAffineCache<f64>,
}

/// The feed-forward network: affine, GELU, affine, at each time step alike.
fn feed_forward_forward(net: &FeedForward, x: &Array3<f64>) -> (Array3<f64>, FeedForwardCache) {
    let (hidden, first) = temporal_affine_forward(x, &net.w1, &net.b1);
    let (hidden, gelu) = gelu_forward(&hidden);
    let (out, second) = temporal_affine_forward(&hidden, &net.w2, &net.b2);
    (out, FeedForwardCache { first, gelu, second })
}

/// Its gradients: that of `x`, and those of the parameters.
fn feed_forward_backward(dout: &Array3<f64>, cache: &FeedForwardCache) -> (Array3<f64>, FeedForward) {
    let second = temporal_affine_backward(dout, &cache.second);
    let first = temporal_affine_backward(&gelu_backward(&second.dx, &cache.gelu), &cache.first);
    (first.dx, FeedForward { w1: first.dw, b1: first.db, w2: second.dw, b2: second.db })
}

/// Layer normalisation of each time step.
fn norm_forward(net: &LayerNorm, x: &Array3<f64>) -> (Array3<f64>, LayernormCache<f64, Ix3>) {
    layernorm_forward(x, &net.gamma, &net.beta, 1e-5)
}

/// Its gradients: that of `x`, and those of the parameters.
fn norm_backward(dout: &Array3<f64>, cache: &LayernormCache<f64, Ix3>) -> (Array3<f64>, LayerNorm) {
    let (dx, gamma, beta) = layernorm_backward(dout, cache);
    (dx, LayerNorm { gamma, beta })
}

/// The input and its cache of each part, in the order of the forward pass.
type EncoderLayerCache = (MultiHeadAttentionCache, LayernormCache<f64, Ix3>, FeedForwardCache, LayernormCache<f64, Ix3>);
type DecoderLayerCache = (
    (MultiHeadAttentionCache, LayernormCache<f64, Ix3>),
    (MultiHeadAttentionCache, LayernormCache<f64, Ix3>),
    (FeedForwardCache, LayernormCache<f64, Ix3>),
);
type PatchEmbeddingCache = Array3<f64>;

fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    heads: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, first) = norm_forward(&net.norm_attention, &(part + x));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &a);
    let (out, second) = norm_forward(&net.norm_feed_forward, &(part + a));
    (out, (attention, first, feed_forward, second))
}

fn transformer_encoder_layer_backward(
    dout: &Array3<f64>,
    (attention, first, feed_forward, second): &EncoderLayerCache,
) -> (Array3<f64>, EncoderLayer) {
    let (mut da, norm_feed_forward) = norm_backward(dout, second);
    let (through, feed_forward) = feed_forward_backward(&da, feed_forward);
    da += &through;
    let (mut dx, norm_attention) = norm_backward(&da, first);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dx, attention);
    for part in [dquery, dkey, dvalue] {
        dx += &part;
    }
    (dx, EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward })
}

fn transformer_decoder_layer_forward(
    net: &DecoderLayer,
    heads: usize,
    x: &Array3<f64>,
    memory: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, DecoderLayerCache) {
    let (part, own) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, first) = norm_forward(&net.norm_attention, &(part + x));
    let (part, cross) = multi_head_attention_forward(&net.cross_attention, heads, &a, memory, memory, &Mask::All);
    let (c, second) = norm_forward(&net.norm_cross_attention, &(part + a));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &c);
    let (out, third) = norm_forward(&net.norm_feed_forward, &(part + c));
    (out, ((own, first), (cross, second), (feed_forward, third)))
}

fn transformer_decoder_layer_backward(
    dout: &Array3<f64>,
    ((own, first), (cross, second), (feed_forward, third)): &DecoderLayerCache,
) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
    let (mut dc, norm_feed_forward) = norm_backward(dout, third);
    let (through, feed_forward) = feed_forward_backward(&dc, feed_forward);
    dc += &through;
    let (mut da, norm_cross_attention) = norm_backward(&dc, second);
    let (asked, as_key, as_value, cross_attention) = multi_head_attention_backward(&da, cross);
    da += &asked;
    let (mut dx, norm_attention) = norm_backward(&da, first);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dx, own);
    for part in [dquery, dkey, dvalue] {
        dx += &part;
    }
    let net = DecoderLayer {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (dx, as_key + as_value, net)
}

fn patch_embedding_forward(
    x: &Array4<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
    size: usize,
) -> (Array3<f64>, PatchEmbeddingCache) {
    let &[batch, channels, height, width] = x.shape() else { unreachable!() };
    let mut patches = Array3::zeros([batch, (height / size) * (width / size), channels * size * size]);
    for n in 0..batch {
        for c in 0..channels {
            for i in 0..height {
                for j in 0..width {
                    let patch = (i / size) * (width / size) + j / size;
                    patches[[n, patch, (c * size + i % size) * size + j % size]] = x[[n, c, i, j]];
                }
            }
        }
    }
    (mapped(&patches, w, b), patches)
}

fn captioning_transformer_loss(
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

fn captioning_transformer_sample(
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

fn looking_back(time: usize) -> Mask {
    Mask::Allowed(Array2::from_shape_fn([time, time], |(t, s)| t >= s))
}

fn vision_transformer_loss(
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
    let (_, w_patch, b_patch) = unmapped(&da, &patches, &net.w_patch);
    (loss, VisionTransformer { w_patch, b_patch, layers, w_class, b_class })
}
