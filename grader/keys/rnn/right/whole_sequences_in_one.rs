// What can be done for all steps at once is: products with the inputs, gradients of the weights, word vectors as products.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START};
use gradus_nn::activations::{sigmoid_backward, sigmoid_forward, tanh_backward, tanh_forward};
use gradus_nn::affine::{AffineCache, affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, Array3, ArrayView2, Axis, Ix2, Zip, s, stack};

struct RnnStepCache {
    x: Array2<f64>,
    prev_h: Array2<f64>,
    weights: (Array2<f64>, Array2<f64>),
    next_h: Array2<f64>,
}

struct RnnCache {
    x: Array3<f64>,
    /// The state before each step.
    before: Array3<f64>,
    weights: (Array2<f64>, Array2<f64>),
    h: Array3<f64>,
}

struct LstmStepCache {
    x: Array2<f64>,
    prev_h: Array2<f64>,
    prev_c: Array2<f64>,
    weights: (Array2<f64>, Array2<f64>),
    /// What the gates are made of, and the cell state.
    a: Array2<f64>,
    next_c: Array2<f64>,
}

struct LstmCache(Vec<LstmStepCache>);

/// A row for each word, with a one at its place.
struct WordEmbeddingCache(Array2<f64>);

struct TemporalAffineCache {
    rows: AffineCache<f64, Ix2>,
    shape: (usize, usize, usize),
}

fn rows(x: &Array3<f64>) -> Array2<f64> {
    let (batch, time, features) = x.dim();
    Array2::from_shape_vec((batch * time, features), x.iter().copied().collect()).expect("as many numbers")
}

fn steps(rows: Array2<f64>, batch: usize) -> Array3<f64> {
    let (time, features) = (rows.nrows() / batch, rows.ncols());
    Array3::from_shape_vec((batch, time, features), rows.iter().copied().collect()).expect("as many numbers")
}

fn rnn_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, RnnStepCache) {
    let (next_h, _) = tanh_forward(&(b + &prev_h.dot(wh) + x.dot(wx)));
    let weights = (wx.clone(), wh.clone());
    (next_h.clone(), RnnStepCache { x: x.clone(), prev_h: prev_h.clone(), weights, next_h })
}

fn rnn_step_backward(
    dnext_h: &Array2<f64>,
    cache: &RnnStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (wx, wh) = &cache.weights;
    let da = Zip::from(dnext_h).and(&cache.next_h).map_collect(|d, h| d * (1.0 - h) * (1.0 + h));
    let da_t = da.t();
    let (dx, dprev_h) = (wx.dot(&da_t), wh.dot(&da_t));
    (
        dx.t().as_standard_layout().into_owned(),
        dprev_h.t().to_owned(),
        da_t.dot(&cache.x).t().to_owned(),
        da_t.dot(&cache.prev_h).t().to_owned(),
        da.sum_axis(Axis(0)),
    )
}

fn rnn_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, RnnCache) {
    let (batch, time, _) = x.dim();
    let mut h = steps(rows(x).dot(wx) + b, batch);
    let mut before = Array3::zeros(h.raw_dim());
    let mut state = h0.clone();
    for t in 0..time {
        before.index_axis_mut(Axis(1), t).assign(&state);
        state = (&h.index_axis(Axis(1), t) + &state.dot(wh)).mapv(f64::tanh);
        h.index_axis_mut(Axis(1), t).assign(&state);
    }
    (h.clone(), RnnCache { x: x.clone(), before, weights: (wx.clone(), wh.clone()), h })
}

fn rnn_backward(
    dh: &Array3<f64>,
    cache: &RnnCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let RnnCache { x, before, weights: (wx, wh), h } = cache;
    let (batch, time, hidden) = h.dim();
    let mut da = Array3::zeros(h.raw_dim());
    let mut later = Array2::zeros((batch, hidden));
    for t in (0..time).rev() {
        let slope = h.index_axis(Axis(1), t).mapv(|h| 1.0 - h * h);
        let of_sum = (later + dh.index_axis(Axis(1), t)) * slope;
        later = of_sum.dot(&wh.t());
        da.index_axis_mut(Axis(1), t).assign(&of_sum);
    }
    let da = rows(&da);
    (
        steps(da.dot(&wx.t()), batch),
        later,
        rows(x).t().dot(&da),
        rows(before).t().dot(&da),
        da.sum_axis(Axis(0)),
    )
}

/// The four blocks of columns.
fn blocks(a: &Array2<f64>) -> [ArrayView2<'_, f64>; 4] {
    let hidden = a.ncols() / 4;
    [0, 1, 2, 3].map(|block| a.slice(s![.., block * hidden..(block + 1) * hidden]))
}

fn lstm_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    prev_c: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, Array2<f64>, LstmStepCache) {
    let a = b + &(x.dot(wx) + prev_h.dot(wh));
    let [i, f, o, g] = blocks(&a);
    let next_c = sigmoid_forward(&f).0 * prev_c + sigmoid_forward(&i).0 * g.mapv(f64::tanh);
    let next_h = sigmoid_forward(&o).0 * next_c.mapv(f64::tanh);
    let cache = LstmStepCache {
        x: x.clone(),
        prev_h: prev_h.clone(),
        prev_c: prev_c.clone(),
        weights: (wx.clone(), wh.clone()),
        next_c: next_c.clone(),
        a,
    };
    (next_h, next_c, cache)
}

fn lstm_step_backward(
    dnext_h: &Array2<f64>,
    dnext_c: &Array2<f64>,
    cache: &LstmStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let LstmStepCache { x, prev_h, prev_c, weights: (wx, wh), a, next_c } = cache;
    let [ai, af, ao, ag] = blocks(a);
    let ((i, of_i), (f, of_f)) = (sigmoid_forward(&ai), sigmoid_forward(&af));
    let ((o, of_o), (g, of_g)) = (sigmoid_forward(&ao), tanh_forward(&ag));
    let (squashed, of_c) = tanh_forward(next_c);
    let through_h = tanh_backward(&(dnext_h * &o), &of_c);
    let dc = &through_h + dnext_c;
    let hidden = dc.ncols();
    let mut da = Array2::zeros(a.raw_dim());
    let (di, df, dg) = (&dc * &g, &dc * prev_c, &dc * &i);
    da.slice_mut(s![.., 3 * hidden..]).assign(&tanh_backward(&dg, &of_g));
    da.slice_mut(s![.., ..hidden]).assign(&sigmoid_backward(&di, &of_i));
    da.slice_mut(s![.., hidden..2 * hidden]).assign(&sigmoid_backward(&df, &of_f));
    let d_o = dnext_h * &squashed;
    da.slice_mut(s![.., 2 * hidden..3 * hidden]).assign(&sigmoid_backward(&d_o, &of_o));
    (da.dot(&wx.t()), da.dot(&wh.t()), f * dc, x.t().dot(&da), prev_h.t().dot(&da), da.sum_axis(Axis(0)))
}

fn lstm_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, LstmCache) {
    let mut states = vec![(h0.clone(), Array2::zeros(h0.raw_dim()))];
    let mut caches = Vec::new();
    for x in x.axis_iter(Axis(1)) {
        let (h, c) = &states[states.len() - 1];
        let (next_h, next_c, cache) = lstm_step_forward(&x.to_owned(), h, c, wx, wh, b);
        states.push((next_h, next_c));
        caches.push(cache);
    }
    let h: Vec<_> = states[1..].iter().map(|(h, _)| h.view()).collect();
    (stack(Axis(1), &h).expect("states of one shape"), LstmCache(caches))
}

fn lstm_backward(
    dh: &Array3<f64>,
    cache: &LstmCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let zero = Array2::zeros((dh.dim().0, dh.dim().2));
    let mut going = (zero.clone(), zero);
    let mut all = Vec::new();
    for (cache, dh) in cache.0.iter().zip(dh.axis_iter(Axis(1))).rev() {
        let (dx, dprev_h, dprev_c, dwx, dwh, db) = lstm_step_backward(&(going.0 + dh), &going.1, cache);
        going = (dprev_h, dprev_c);
        all.push((dx, dwx, dwh, db));
    }
    all.reverse();
    let dx: Vec<_> = all.iter().map(|(dx, ..)| dx.view()).collect();
    let dx = stack(Axis(1), &dx).expect("gradients of one shape");
    let (_, mut dwx, mut dwh, mut db) = all.pop().expect("a step");
    for (_, of_wx, of_wh, of_b) in &all {
        dwx += of_wx;
        dwh += of_wh;
        db += of_b;
    }
    (dx, going.0, dwx, dwh, db)
}

fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    let mut ones = Array2::zeros((x.len(), w.nrows()));
    x.iter().enumerate().for_each(|(row, &word)| ones[[row, word]] = 1.0);
    (steps(ones.dot(w), x.nrows()), WordEmbeddingCache(ones))
}

fn word_embedding_backward(dout: &Array3<f64>, WordEmbeddingCache(ones): &WordEmbeddingCache) -> Array2<f64> {
    ones.t().dot(&rows(dout))
}

fn temporal_affine_forward(x: &Array3<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array3<f64>, TemporalAffineCache) {
    let (out, cache) = affine_forward(&rows(x), w, b);
    (steps(out, x.dim().0), TemporalAffineCache { rows: cache, shape: x.dim() })
}

fn temporal_affine_backward(
    dout: &Array3<f64>,
    cache: &TemporalAffineCache,
) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let (dx, dw, db) = affine_backward(&rows(dout), &cache.rows);
    (steps(dx, cache.shape.0), dw, db)
}

fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>) {
    // The places that count, as a batch of their own.
    let counted: Vec<usize> = mask.iter().enumerate().filter(|(_, counts)| **counts).map(|(place, _)| place).collect();
    let mut dx = Array2::zeros((y.len(), x.dim().2));
    if counted.is_empty() {
        return (0.0, steps(dx, x.dim().0));
    }
    let y: Array1<usize> = y.iter().copied().collect();
    let (loss, slopes) = softmax_loss(&rows(x).select(Axis(0), &counted), &y.select(Axis(0), &counted));
    let share = counted.len() as f64 / x.dim().0 as f64;
    for (&place, slope) in counted.iter().zip(slopes.outer_iter()) {
        dx.row_mut(place).assign(&(&slope * share));
    }
    (loss * share, steps(dx, x.dim().0))
}

fn captioning_loss(net: &CaptioningNet, features: &Array2<f64>, captions: &Array2<usize>) -> (f64, CaptioningNet) {
    let time = captions.ncols() - 1;
    let (read, said) = (captions.slice(s![.., ..time]).to_owned(), captions.slice(s![.., 1..]).to_owned());
    let h0 = features.dot(&net.w_proj) + &net.b_proj;
    let (x, words) = word_embedding_forward(&read, &net.w_embed);
    let loss_of = |h: &Array3<f64>| {
        let (scores, vocab) = temporal_affine_forward(h, &net.w_vocab, &net.b_vocab);
        let (loss, dscores) = temporal_softmax_loss(&scores, &said, &said.mapv(|word| word != NULL));
        (loss, temporal_affine_backward(&dscores, &vocab))
    };
    let ((loss, (_, w_vocab, b_vocab)), (dx, dh0, wx, wh, b)) = match net.cell() {
        Cell::Rnn => {
            let (h, cache) = rnn_forward(&x, &h0, &net.wx, &net.wh, &net.b);
            let result = loss_of(&h);
            let back = rnn_backward(&result.1.0, &cache);
            (result, back)
        }
        Cell::Lstm => {
            let (h, cache) = lstm_forward(&x, &h0, &net.wx, &net.wh, &net.b);
            let result = loss_of(&h);
            let back = lstm_backward(&result.1.0, &cache);
            (result, back)
        }
    };
    let gradients = CaptioningNet {
        w_proj: features.t().dot(&dh0),
        b_proj: dh0.sum_axis(Axis(0)),
        w_embed: word_embedding_backward(&dx, &words),
        wx,
        wh,
        b,
        w_vocab,
        b_vocab,
    };
    (loss, gradients)
}

fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize> {
    let mut h = features.dot(&net.w_proj) + &net.b_proj;
    let mut c = Array2::zeros(h.raw_dim());
    let mut last = Array1::from_elem(features.nrows(), START);
    let mut words = Array2::from_elem((features.nrows(), max_length), NULL);
    for mut said in words.axis_iter_mut(Axis(1)) {
        let x = net.w_embed.select(Axis(0), &last.to_vec());
        match net.cell() {
            Cell::Rnn => h = rnn_step_forward(&x, &h, &net.wx, &net.wh, &net.b).0,
            Cell::Lstm => (h, c, _) = lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b),
        }
        let scores = h.dot(&net.w_vocab) + &net.b_vocab;
        last = scores.map_axis(Axis(1), |scores| {
            let highest = scores.fold(f64::NEG_INFINITY, |highest, &score| highest.max(score));
            scores.iter().position(|&score| score == highest).unwrap_or(NULL)
        });
        said.assign(&last);
    }
    // What was said behind the end is taken back.
    for mut caption in words.outer_iter_mut() {
        if let Some(end) = caption.iter().position(|&word| word == END) {
            caption.slice_mut(s![end + 1..]).fill(NULL);
        }
    }
    words
}
