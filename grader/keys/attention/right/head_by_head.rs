// Head by head and example by example, with slices; softmax by its matrix of slopes; caches hold inputs, and the backward
// passes begin by doing the forward pass again.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{
    CaptioningTransformer, DecoderLayer, EncoderLayer, FeedForward, LayerNorm, Mask, MultiHeadAttention, VisionTransformer,
};
use gradus_nn::activations::{gelu_backward, gelu_forward};
use gradus_nn::norms::{layernorm_backward, layernorm_forward};
use ndarray::{Array1, Array2, Array3, Array4, ArrayView2, Axis, concatenate, s, stack};

/// Everything that came in.
type AttentionCache = (Array3<f64>, Array3<f64>, Array3<f64>, Mask);
type MultiHeadAttentionCache = (MultiHeadAttention, usize, [Array3<f64>; 3], Mask);
type EncoderLayerCache = (EncoderLayer, usize, Array3<f64>, Mask);
type DecoderLayerCache = (DecoderLayer, usize, Array3<f64>, Array3<f64>, Mask);
type PatchEmbeddingCache = Array3<f64>;

/// The weights of one example, by multiplication with a mask of zeros and ones.
fn weigh(q: ArrayView2<f64>, k: ArrayView2<f64>, mask: &Mask) -> Array2<f64> {
    let mut weights = (&q * (q.ncols() as f64).powf(-0.5)).dot(&k.t());
    for (t, mut row) in weights.outer_iter_mut().enumerate() {
        let seen: Vec<usize> = (0..row.len()).filter(|&s| mask.allows(t, s)).collect();
        let top = seen.iter().map(|&s| row[s]).fold(f64::MIN, f64::max);
        let total: f64 = seen.iter().map(|&s| (row[s] - top).exp()).sum();
        let new = Array1::from_shape_fn(row.len(), |s| if seen.contains(&s) { (row[s] - top).exp() / total } else { 0.0 });
        row.assign(&new);
    }
    weights
}

fn slopes(
    q: ArrayView2<f64>,
    k: ArrayView2<f64>,
    v: ArrayView2<f64>,
    mask: &Mask,
    dout: ArrayView2<f64>,
) -> [Array2<f64>; 3] {
    let weights = weigh(q, k, mask);
    let mut dscores = Array2::zeros(weights.raw_dim());
    for t in 0..q.nrows() {
        let p = weights.row(t);
        let matrix = Array2::from_shape_fn((p.len(), p.len()), |(i, j)| {
            let diagonal = if i == j { p[i] } else { 0.0 };
            diagonal - p[i] * p[j]
        });
        dscores.row_mut(t).assign(&matrix.dot(&v.dot(&dout.row(t))));
    }
    dscores *= (q.ncols() as f64).powf(-0.5);
    [dscores.dot(&k), dscores.t().dot(&q), weights.t().dot(&dout)]
}

fn each(batch: usize, f: impl Fn(usize) -> Array2<f64>) -> Array3<f64> {
    let all: Vec<_> = (0..batch).map(f).collect();
    let views: Vec<_> = all.iter().map(|x| x.view()).collect();
    stack(Axis(0), &views).unwrap()
}

fn at(x: &Array3<f64>, n: usize) -> ArrayView2<'_, f64> {
    x.index_axis(Axis(0), n)
}

pub fn scaled_dot_product_attention_forward(
    q: &Array3<f64>,
    k: &Array3<f64>,
    v: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, AttentionCache) {
    let out = each(q.dim().0, |n| weigh(at(q, n), at(k, n), mask).dot(&at(v, n)));
    (out, (q.clone(), k.clone(), v.clone(), mask.clone()))
}

pub fn scaled_dot_product_attention_backward(
    dout: &Array3<f64>,
    (q, k, v, mask): &AttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
    let of = |which: usize| {
        each(q.dim().0, |n| {
            let all = slopes(at(q, n), at(k, n), at(v, n), mask, at(dout, n));
            all[which].clone()
        })
    };
    (of(0), of(1), of(2))
}

/// An affine map of each row of each example.
fn map(x: &Array3<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array3<f64> {
    each(x.dim().0, |n| at(x, n).dot(w) + b)
}

fn map_back(dout: &Array3<f64>, x: &Array3<f64>, w: &Array2<f64>) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let dx = each(x.dim().0, |n| at(dout, n).dot(&w.t()));
    let mut dw = Array2::zeros(w.raw_dim());
    for n in 0..x.dim().0 {
        dw = dw + at(x, n).t().dot(&at(dout, n));
    }
    (dx, dw, dout.sum_axis(Axis(1)).sum_axis(Axis(0)))
}

fn part(x: &Array3<f64>, head: usize, heads: usize) -> Array3<f64> {
    let width = x.dim().2 / heads;
    x.slice(s![.., .., head * width..(head + 1) * width]).to_owned()
}

fn side_by_side(parts: &[Array3<f64>]) -> Array3<f64> {
    let views: Vec<_> = parts.iter().map(|x| x.view()).collect();
    concatenate(Axis(2), &views).unwrap()
}

pub fn multi_head_attention_forward(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, MultiHeadAttentionCache) {
    let out = map(&heads_out(net, heads, query, key, value, mask), &net.wo, &net.bo);
    (out, (net.clone(), heads, [query.clone(), key.clone(), value.clone()], mask.clone()))
}

fn heads_out(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> Array3<f64> {
    let (q, k, v) = (map(query, &net.wq, &net.bq), map(key, &net.wk, &net.bk), map(value, &net.wv, &net.bv));
    let parts: Vec<_> = (0..heads)
        .map(|head| {
            let [q, k, v] = [&q, &k, &v].map(|x| part(x, head, heads));
            scaled_dot_product_attention_forward(&q, &k, &v, mask).0
        })
        .collect();
    side_by_side(&parts)
}

pub fn multi_head_attention_backward(
    dout: &Array3<f64>,
    (net, heads, [query, key, value], mask): &MultiHeadAttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
    let (q, k, v) = (map(query, &net.wq, &net.bq), map(key, &net.wk, &net.bk), map(value, &net.wv, &net.bv));
    let (dheads, wo, bo) = map_back(dout, &heads_out(net, *heads, query, key, value, mask), &net.wo);
    let (mut dq, mut dk, mut dv) = (Vec::new(), Vec::new(), Vec::new());
    for head in 0..*heads {
        let [q, k, v] = [&q, &k, &v].map(|x| part(x, head, *heads));
        let of_head = scaled_dot_product_attention_backward(&part(&dheads, head, *heads), &(q, k, v, mask.clone()));
        dq.push(of_head.0);
        dk.push(of_head.1);
        dv.push(of_head.2);
    }
    let (dquery, wq, bq) = map_back(&side_by_side(&dq), query, &net.wq);
    let (dkey, wk, bk) = map_back(&side_by_side(&dk), key, &net.wk);
    let (dvalue, wv, bv) = map_back(&side_by_side(&dv), value, &net.wv);
    (dquery, dkey, dvalue, MultiHeadAttention { wq, bq, wk, bk, wv, bv, wo, bo })
}

pub fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    let mut encoding = Array2::zeros((time, features));
    for pair in 0..features.div_ceil(2) {
        let frequency = (-((2 * pair) as f64) / features as f64 * 10000_f64.ln()).exp();
        for t in 0..time {
            encoding[[t, 2 * pair]] = (t as f64 * frequency).sin();
            if 2 * pair + 1 < features {
                encoding[[t, 2 * pair + 1]] = (t as f64 * frequency).cos();
            }
        }
    }
    encoding
}

fn feed(net: &FeedForward, x: &Array3<f64>) -> Array3<f64> {
    map(&gelu_forward(&map(x, &net.w1, &net.b1)).0, &net.w2, &net.b2)
}

fn feed_back(net: &FeedForward, x: &Array3<f64>, dout: &Array3<f64>) -> (Array3<f64>, FeedForward) {
    let (hidden, gelu) = gelu_forward(&map(x, &net.w1, &net.b1));
    let (dhidden, w2, b2) = map_back(dout, &hidden, &net.w2);
    let (dx, w1, b1) = map_back(&gelu_backward(&dhidden, &gelu), x, &net.w1);
    (dx, FeedForward { w1, b1, w2, b2 })
}

fn normed(net: &LayerNorm, x: &Array3<f64>) -> Array3<f64> {
    layernorm_forward(x, &net.gamma, &net.beta, 1e-5).0
}

fn normed_back(net: &LayerNorm, x: &Array3<f64>, dout: &Array3<f64>) -> (Array3<f64>, LayerNorm) {
    let (_, cache) = layernorm_forward(x, &net.gamma, &net.beta, 1e-5);
    let (dx, gamma, beta) = layernorm_backward(dout, &cache);
    (dx, LayerNorm { gamma, beta })
}

pub fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    heads: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    let a = normed(&net.norm_attention, &(x + multi_head_attention_forward(&net.attention, heads, x, x, x, mask).0));
    let out = normed(&net.norm_feed_forward, &(&a + feed(&net.feed_forward, &a)));
    (out, (net.clone(), heads, x.clone(), mask.clone()))
}

pub fn transformer_encoder_layer_backward(
    dout: &Array3<f64>,
    (net, heads, x, mask): &EncoderLayerCache,
) -> (Array3<f64>, EncoderLayer) {
    let (part, attention) = multi_head_attention_forward(&net.attention, *heads, x, x, x, mask);
    let first = part + x;
    let a = normed(&net.norm_attention, &first);
    let second = feed(&net.feed_forward, &a) + &a;
    let (dsecond, norm_feed_forward) = normed_back(&net.norm_feed_forward, &second, dout);
    let (through, feed_forward) = feed_back(&net.feed_forward, &a, &dsecond);
    let (dfirst, norm_attention) = normed_back(&net.norm_attention, &first, &(dsecond + through));
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dfirst, &attention);
    (dvalue + dkey + dquery + dfirst, EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward })
}

pub fn transformer_decoder_layer_forward(
    net: &DecoderLayer,
    heads: usize,
    x: &Array3<f64>,
    memory: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, DecoderLayerCache) {
    let a = normed(&net.norm_attention, &(x + multi_head_attention_forward(&net.attention, heads, x, x, x, mask).0));
    let looked = multi_head_attention_forward(&net.cross_attention, heads, &a, memory, memory, &Mask::All).0;
    let c = normed(&net.norm_cross_attention, &(looked + a));
    let out = normed(&net.norm_feed_forward, &(feed(&net.feed_forward, &c) + &c));
    (out, (net.clone(), heads, x.clone(), memory.clone(), mask.clone()))
}

pub fn transformer_decoder_layer_backward(
    dout: &Array3<f64>,
    (net, heads, x, memory, mask): &DecoderLayerCache,
) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
    let (part, own) = multi_head_attention_forward(&net.attention, *heads, x, x, x, mask);
    let first = part + x;
    let a = normed(&net.norm_attention, &first);
    let (part, cross) = multi_head_attention_forward(&net.cross_attention, *heads, &a, memory, memory, &Mask::All);
    let second = part + &a;
    let c = normed(&net.norm_cross_attention, &second);
    let third = feed(&net.feed_forward, &c) + &c;
    let (dthird, norm_feed_forward) = normed_back(&net.norm_feed_forward, &third, dout);
    let (through, feed_forward) = feed_back(&net.feed_forward, &c, &dthird);
    let (dsecond, norm_cross_attention) = normed_back(&net.norm_cross_attention, &second, &(dthird + through));
    let (asked, as_key, as_value, cross_attention) = multi_head_attention_backward(&dsecond, &cross);
    let (dfirst, norm_attention) = normed_back(&net.norm_attention, &first, &(dsecond + asked));
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dfirst, &own);
    let net = DecoderLayer {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (dfirst + dquery + dkey + dvalue, as_value + as_key, net)
}

pub fn patch_embedding_forward(
    x: &Array4<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
    size: usize,
) -> (Array3<f64>, PatchEmbeddingCache) {
    let (batch, channels, height, width) = x.dim();
    let across = width / size;
    let patches = Array3::from_shape_fn((batch, height / size * across, channels * size * size), |(n, patch, place)| {
        let (c, i, j) = (place / (size * size), place / size % size, place % size);
        x[[n, c, patch / across * size + i, patch % across * size + j]]
    });
    (map(&patches, w, b), patches)
}

fn earlier(time: usize) -> Mask {
    let mut seen = Array2::from_elem((time, time), false);
    for t in 0..time {
        seen.slice_mut(s![t, ..=t]).fill(true);
    }
    Mask::Allowed(seen)
}

/// The words' vectors with positions.
fn embedded(net: &CaptioningTransformer, read: &Array2<usize>) -> Array3<f64> {
    let width = net.w_embedding.ncols();
    let encoding = positional_encoding(read.ncols(), width);
    Array3::from_shape_fn((read.nrows(), read.ncols(), width), |(n, t, i)| {
        net.w_embedding[[read[[n, t]], i]] + encoding[[t, i]]
    })
}

pub fn captioning_transformer_loss(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    captions: &Array2<usize>,
) -> (f64, CaptioningTransformer) {
    let (batch, length) = captions.dim();
    let time = length - 1;
    let read = captions.slice(s![.., ..time]).to_owned();
    let memory = map(features, &net.w_projection, &net.b_projection);
    let mut stages = vec![embedded(net, &read)];
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) =
            transformer_decoder_layer_forward(layer, heads, stages.last().unwrap(), &memory, &earlier(time));
        stages.push(out);
        caches.push(cache);
    }
    let last = stages.last().unwrap();
    let scores = map(last, &net.w_vocabulary, &net.b_vocabulary);
    let mut dscores = Array3::zeros(scores.raw_dim());
    let mut loss = 0.0;
    for n in 0..batch {
        for t in 0..time {
            let word = captions[[n, t + 1]];
            if word == 0 {
                continue;
            }
            let row = scores.slice(s![n, t, ..]);
            let top = row.fold(f64::MIN, |a, &b| a.max(b));
            let total = row.mapv(|score| (score - top).exp()).sum();
            loss += (total.ln() + top - row[word]) / batch as f64;
            let mut drow = row.mapv(|score| (score - top).exp() / total);
            drow[word] -= 1.0;
            dscores.slice_mut(s![n, t, ..]).assign(&(drow / batch as f64));
        }
    }
    let (mut dx, w_vocabulary, b_vocabulary) = map_back(&dscores, last, &net.w_vocabulary);
    let mut dmemory = Array3::zeros(memory.raw_dim());
    let mut layers = net.layers.clone();
    for i in (0..layers.len()).rev() {
        let (dbefore, dseen, layer) = transformer_decoder_layer_backward(&dx, &caches[i]);
        dx = dbefore;
        dmemory = dmemory + dseen;
        layers[i] = layer;
    }
    let mut w_embedding = Array2::zeros(net.w_embedding.raw_dim());
    for n in 0..batch {
        for t in 0..time {
            let mut row = w_embedding.row_mut(read[[n, t]]);
            row += &dx.slice(s![n, t, ..]);
        }
    }
    let (_, w_projection, b_projection) = map_back(&dmemory, features, &net.w_projection);
    (loss, CaptioningTransformer { w_projection, b_projection, w_embedding, layers, w_vocabulary, b_vocabulary })
}

/// One picture after the other.
pub fn captioning_transformer_sample(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    max_length: usize,
) -> Array2<usize> {
    let mut all = Array2::zeros((features.dim().0, max_length));
    for (n, mut said) in all.outer_iter_mut().enumerate() {
        let memory = map(&features.slice(s![n..=n, .., ..]).to_owned(), &net.w_projection, &net.b_projection);
        let mut words = vec![1];
        while words.len() <= max_length {
            let read = Array2::from_shape_vec((1, words.len()), words.clone()).unwrap();
            let mut x = embedded(net, &read);
            for layer in &net.layers {
                x = transformer_decoder_layer_forward(layer, heads, &x, &memory, &earlier(words.len())).0;
            }
            let scores = map(&x, &net.w_vocabulary, &net.b_vocabulary).slice(s![0, -1, ..]).to_owned();
            let word = (0..scores.len()).rev().max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
            said[words.len() - 1] = word;
            if word == 2 || word == 0 {
                break;
            }
            words.push(word);
        }
    }
    all
}

pub fn vision_transformer_loss(
    net: &VisionTransformer,
    heads: usize,
    size: usize,
    x: &Array4<f64>,
    y: &Array1<usize>,
) -> (f64, VisionTransformer) {
    let (first, patches) = patch_embedding_forward(x, &net.w_patch, &net.b_patch, size);
    let mut a = &first + &positional_encoding(first.dim().1, first.dim().2);
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) = transformer_encoder_layer_forward(layer, heads, &a, &Mask::All);
        a = out;
        caches.push(cache);
    }
    let mean = a.mean_axis(Axis(1)).unwrap();
    let scores = mean.dot(&net.w_class) + &net.b_class;
    let n = y.len() as f64;
    let mut loss = 0.0;
    let mut dscores = Array2::zeros(scores.raw_dim());
    for (i, row) in scores.outer_iter().enumerate() {
        let top = row.fold(f64::MIN, |a, &b| a.max(b));
        let total = row.mapv(|score| (score - top).exp()).sum();
        loss += (total.ln() + top - row[y[i]]) / n;
        dscores.row_mut(i).assign(&row.mapv(|score| (score - top).exp() / total / n));
        dscores[[i, y[i]]] -= 1.0 / n;
    }
    let dmean = dscores.dot(&net.w_class.t());
    let mut da = Array3::from_shape_fn(a.raw_dim(), |(n, _, i)| dmean[[n, i]] / first.dim().1 as f64);
    let mut layers = Vec::new();
    while let Some(cache) = caches.pop() {
        let (before, layer) = transformer_encoder_layer_backward(&da, &cache);
        da = before;
        layers.insert(0, layer);
    }
    let (_, w_patch, b_patch) = map_back(&da, &patches, &net.w_patch);
    (loss, VisionTransformer { w_patch, b_patch, layers, w_class: mean.t().dot(&dscores), b_class: dscores.sum_axis(Axis(0)) })
}
