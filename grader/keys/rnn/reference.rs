//! Reference answers of assignment `rnn`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::CaptioningNet;
use gradus_assignments::rnn::Cell;
use gradus_assignments::rnn::END;
use gradus_assignments::rnn::NULL;
use gradus_assignments::rnn::START;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::Array3;
use ndarray::Axis;
use ndarray::concatenate;
use ndarray::s;

/// What `rnn_step_backward` needs of the forward pass.
pub struct RnnStepCache {
    pub x: Array2<f64>,
    pub prev_h: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    pub next_h: Array2<f64>,
}

/// One step of a recurrent network.
///
/// - `x`: what comes in (batch, features)
/// - `prev_h`: the state before (batch, hidden)
/// - `wx`: weights (features, hidden)
/// - `wh`: weights (hidden, hidden)
/// - `b`: biases (hidden)
/// - returns `next_h`, the state after the step (batch, hidden), and what the backward pass needs
pub fn rnn_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, RnnStepCache) {
    let next_h = (x.dot(wx) + prev_h.dot(wh) + b).mapv(f64::tanh);
    let cache =
        RnnStepCache { x: x.clone(), prev_h: prev_h.clone(), wx: wx.clone(), wh: wh.clone(), next_h: next_h.clone() };
    (next_h, cache)
}

/// The gradients of one step.
///
/// - `dnext_h`: the gradient with respect to the state after the step (batch, hidden)
/// - `cache`: what `rnn_step_forward` returned beside it
/// - returns `dx`, `dprev_h`, `dwx`, `dwh` and `db`
pub fn rnn_step_backward(
    dnext_h: &Array2<f64>,
    cache: &RnnStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let RnnStepCache { x, prev_h, wx, wh, next_h } = cache;
    let da = dnext_h * &next_h.mapv(|h| 1.0 - h * h);
    (da.dot(&wx.t()), da.dot(&wh.t()), x.t().dot(&da), prev_h.t().dot(&da), da.sum_axis(Axis(0)))
}

/// What `rnn_backward` needs of the forward pass: the cache of each step.
pub struct RnnCache {
    pub steps: Vec<RnnStepCache>,
}

/// A recurrent network over whole sequences.
///
/// - `x`: what comes in (batch, time, features)
/// - `h0`: the state before the first step (batch, hidden)
/// - `wx`, `wh`, `b`: weights and biases as of one step
/// - returns `h`, the states after each step (batch, time, hidden), and what the backward pass needs
pub fn rnn_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, RnnCache) {
    let (batch, time, _) = x.dim();
    let mut h = Array3::zeros((batch, time, h0.ncols()));
    let mut state = h0.clone();
    let mut steps = Vec::new();
    for t in 0..time {
        let (next, step) = rnn_step_forward(&x.index_axis(Axis(1), t).to_owned(), &state, wx, wh, b);
        h.index_axis_mut(Axis(1), t).assign(&next);
        state = next;
        steps.push(step);
    }
    (h, RnnCache { steps })
}

/// The gradients of a recurrent network over whole sequences.
///
/// - `dh`: the gradients with respect to the states after each step, as they come from above (batch, time, hidden)
/// - `cache`: what `rnn_forward` returned beside them
/// - returns `dx`, `dh0`, `dwx`, `dwh` and `db`
pub fn rnn_backward(
    dh: &Array3<f64>,
    cache: &RnnCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (batch, time, hidden) = dh.dim();
    let features = cache.steps[0].wx.nrows();
    let mut dx = Array3::zeros((batch, time, features));
    let mut dprev_h = Array2::zeros((batch, hidden));
    let mut dwx = Array2::zeros((features, hidden));
    let mut dwh = Array2::zeros((hidden, hidden));
    let mut db = Array1::zeros(hidden);
    for (t, step) in cache.steps.iter().enumerate().rev() {
        let dnext_h = &dh.index_axis(Axis(1), t) + &dprev_h;
        let (dx_t, dprev_h_t, dwx_t, dwh_t, db_t) = rnn_step_backward(&dnext_h, step);
        dx.index_axis_mut(Axis(1), t).assign(&dx_t);
        dprev_h = dprev_h_t;
        dwx += &dwx_t;
        dwh += &dwh_t;
        db += &db_t;
    }
    (dx, dprev_h, dwx, dwh, db)
}

/// From 0 to 1, with 0.5 at 0.
pub fn sigmoid(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

/// What `lstm_step_backward` needs of the forward pass.
pub struct LstmStepCache {
    pub x: Array2<f64>,
    pub prev_h: Array2<f64>,
    pub prev_c: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    /// Input gate, forget gate, output gate, candidate.
    pub gates: [Array2<f64>; 4],
    pub tanh_c: Array2<f64>,
}

/// One step of an LSTM.
///
/// - `x`: what comes in (batch, features)
/// - `prev_h`, `prev_c`: hidden state and cell state before (batch, hidden)
/// - `wx`: weights (features, 4 * hidden)
/// - `wh`: weights (hidden, 4 * hidden)
/// - `b`: biases (4 * hidden)
/// - returns `next_h` and `next_c`, the states after the step (batch, hidden), and what the backward pass needs
pub fn lstm_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    prev_c: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, Array2<f64>, LstmStepCache) {
    let hidden = prev_h.ncols();
    let a = x.dot(wx) + prev_h.dot(wh) + b;
    let block = |number: usize| a.slice(s![.., number * hidden..(number + 1) * hidden]);
    let (i, f, o) = (block(0).mapv(sigmoid), block(1).mapv(sigmoid), block(2).mapv(sigmoid));
    let g = block(3).mapv(f64::tanh);
    let next_c = &f * prev_c + &i * &g;
    let tanh_c = next_c.mapv(f64::tanh);
    let next_h = &o * &tanh_c;
    let cache = LstmStepCache {
        x: x.clone(),
        prev_h: prev_h.clone(),
        prev_c: prev_c.clone(),
        wx: wx.clone(),
        wh: wh.clone(),
        gates: [i, f, o, g],
        tanh_c,
    };
    (next_h, next_c, cache)
}

/// The gradients of one step of an LSTM.
///
/// - `dnext_h`, `dnext_c`: the gradients with respect to the states after the step (batch, hidden)
/// - `cache`: what `lstm_step_forward` returned last
/// - returns `dx`, `dprev_h`, `dprev_c`, `dwx`, `dwh` and `db`
pub fn lstm_step_backward(
    dnext_h: &Array2<f64>,
    dnext_c: &Array2<f64>,
    cache: &LstmStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let LstmStepCache { x, prev_h, prev_c, wx, wh, gates: [i, f, o, g], tanh_c } = cache;
    let dc = dnext_c + dnext_h * o * tanh_c.mapv(|t| 1.0 - t * t);
    let di = &dc * g * i.mapv(|i| i * (1.0 - i));
    let df = &dc * prev_c * f.mapv(|f| f * (1.0 - f));
    let d_o = dnext_h * tanh_c * o.mapv(|o| o * (1.0 - o));
    let dg = &dc * i * g.mapv(|g| 1.0 - g * g);
    let da = concatenate![Axis(1), di, df, d_o, dg];
    (da.dot(&wx.t()), da.dot(&wh.t()), dc * f, x.t().dot(&da), prev_h.t().dot(&da), da.sum_axis(Axis(0)))
}

/// What `lstm_backward` needs of the forward pass: the cache of each step.
pub struct LstmCache {
    pub steps: Vec<LstmStepCache>,
}

/// An LSTM over whole sequences, from the cell state 0.
///
/// - `x`: what comes in (batch, time, features)
/// - `h0`: the hidden state before the first step (batch, hidden)
/// - `wx`, `wh`, `b`: weights and biases as of one step
/// - returns `h`, the hidden states after each step (batch, time, hidden), and what the backward pass needs
pub fn lstm_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, LstmCache) {
    let (batch, time, _) = x.dim();
    let mut h = Array3::zeros((batch, time, h0.ncols()));
    let (mut hidden_state, mut cell_state) = (h0.clone(), Array2::zeros(h0.raw_dim()));
    let mut steps = Vec::new();
    for t in 0..time {
        let x = x.index_axis(Axis(1), t).to_owned();
        let (next_h, next_c, step) = lstm_step_forward(&x, &hidden_state, &cell_state, wx, wh, b);
        h.index_axis_mut(Axis(1), t).assign(&next_h);
        (hidden_state, cell_state) = (next_h, next_c);
        steps.push(step);
    }
    (h, LstmCache { steps })
}

/// The gradients of an LSTM over whole sequences.
///
/// - `dh`: the gradients with respect to the hidden states after each step, as they come from above (batch, time, hidden)
/// - `cache`: what `lstm_forward` returned beside them
/// - returns `dx`, `dh0`, `dwx`, `dwh` and `db`
pub fn lstm_backward(
    dh: &Array3<f64>,
    cache: &LstmCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (batch, time, hidden) = dh.dim();
    let features = cache.steps[0].wx.nrows();
    let mut dx = Array3::zeros((batch, time, features));
    let mut dprev_h = Array2::zeros((batch, hidden));
    let mut dprev_c = Array2::zeros((batch, hidden));
    let mut dwx = Array2::zeros((features, 4 * hidden));
    let mut dwh = Array2::zeros((hidden, 4 * hidden));
    let mut db = Array1::zeros(4 * hidden);
    for (t, step) in cache.steps.iter().enumerate().rev() {
        let dnext_h = &dh.index_axis(Axis(1), t) + &dprev_h;
        let (dx_t, dprev_h_t, dprev_c_t, dwx_t, dwh_t, db_t) = lstm_step_backward(&dnext_h, &dprev_c, step);
        dx.index_axis_mut(Axis(1), t).assign(&dx_t);
        (dprev_h, dprev_c) = (dprev_h_t, dprev_c_t);
        dwx += &dwx_t;
        dwh += &dwh_t;
        db += &db_t;
    }
    (dx, dprev_h, dwx, dwh, db)
}

/// What `word_embedding_backward` needs of the forward pass.
pub struct WordEmbeddingCache {
    pub x: Array2<usize>,
    pub vocabulary: usize,
}

/// The vector of each word.
///
/// - `x`: words (batch, time), each below the size of the vocabulary
/// - `w`: a vector for each word (vocabulary, features)
/// - returns `out` (batch, time, features), and what the backward pass needs
pub fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    let (batch, time) = x.dim();
    let out = Array3::from_shape_fn((batch, time, w.ncols()), |(n, t, feature)| w[[x[[n, t]], feature]]);
    (out, WordEmbeddingCache { x: x.clone(), vocabulary: w.nrows() })
}

/// The gradient of word vectors.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `word_embedding_forward` returned beside it
/// - returns `dw` (vocabulary, features)
pub fn word_embedding_backward(dout: &Array3<f64>, cache: &WordEmbeddingCache) -> Array2<f64> {
    let mut dw = Array2::zeros((cache.vocabulary, dout.dim().2));
    for ((n, t), &word) in cache.x.indexed_iter() {
        let mut row = dw.row_mut(word);
        row += &dout.slice(s![n, t, ..]);
    }
    dw
}

/// What `temporal_affine_backward` needs of the forward pass.
pub struct TemporalAffineCache {
    pub x: Array3<f64>,
    pub w: Array2<f64>,
}

/// An affine layer at each step.
///
/// - `x`: what comes in (batch, time, features)
/// - `w`: weights (features, outputs)
/// - `b`: biases (outputs)
/// - returns `out` (batch, time, outputs), and what the backward pass needs
pub fn temporal_affine_forward(
    x: &Array3<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, TemporalAffineCache) {
    let (batch, time, _) = x.dim();
    let out = steps_as_rows(x).dot(w) + b;
    (rows_as_steps(&out, batch, time), TemporalAffineCache { x: x.clone(), w: w.clone() })
}

/// A row for each step of each sequence.
fn steps_as_rows(x: &Array3<f64>) -> Array2<f64> {
    let (batch, time, features) = x.dim();
    x.to_shape((batch * time, features)).expect("as many numbers").into_owned()
}

/// The way back.
fn rows_as_steps(rows: &Array2<f64>, batch: usize, time: usize) -> Array3<f64> {
    rows.to_shape((batch, time, rows.ncols())).expect("as many numbers").into_owned()
}

/// The gradients of an affine layer at each step.
///
/// - `dout`: the gradient with respect to the output (batch, time, outputs)
/// - `cache`: what `temporal_affine_forward` returned beside it
/// - returns `dx`, `dw` and `db`
pub fn temporal_affine_backward(
    dout: &Array3<f64>,
    cache: &TemporalAffineCache,
) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let (batch, time, _) = dout.dim();
    let rows = steps_as_rows(dout);
    let dx = rows_as_steps(&rows.dot(&cache.w.t()), batch, time);
    (dx, steps_as_rows(&cache.x).t().dot(&rows), rows.sum_axis(Axis(0)))
}

/// The softmax loss of scores over time.
///
/// - `x`: scores (batch, time, vocabulary)
/// - `y`: the right words (batch, time)
/// - `mask`: which places count (batch, time)
/// - returns the loss, summed over the places that count and divided by the batch size, and `dx` in the shape of `x`
pub fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>) {
    let batch = x.dim().0 as f64;
    let mut loss = 0.0;
    let mut dx = Array3::zeros(x.raw_dim());
    for ((n, t), &word) in y.indexed_iter() {
        if !mask[[n, t]] {
            continue;
        }
        let scores = x.slice(s![n, t, ..]);
        let largest = scores.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
        let exponentials = scores.mapv(|score| (score - largest).exp());
        let sum = exponentials.sum();
        loss += sum.ln() + largest - scores[word];
        let mut slope = exponentials / (sum * batch);
        slope[word] -= 1.0 / batch;
        dx.slice_mut(s![n, t, ..]).assign(&slope);
    }
    (loss / batch, dx)
}

/// The loss of a network that says captions, and its gradients.
///
/// - `net`: the parameters
/// - `features`: what is seen of each picture (batch, features)
/// - `captions`: what is said of it (batch, time), from `START` to `END`, filled up with `NULL`; at least two words
/// - returns the loss, and its gradient with respect to each parameter
pub fn captioning_loss(net: &CaptioningNet, features: &Array2<f64>, captions: &Array2<usize>) -> (f64, CaptioningNet) {
    let read = captions.slice(s![.., ..-1]).to_owned();
    let said = captions.slice(s![.., 1..]).to_owned();
    let mask = said.mapv(|word| word != NULL);

    let (h0, proj) = affine_forward(features, &net.w_proj, &net.b_proj);
    let (x, embed) = word_embedding_forward(&read, &net.w_embed);
    let (h, cache) = match net.cell() {
        Cell::Rnn => {
            let (h, cache) = rnn_forward(&x, &h0, &net.wx, &net.wh, &net.b);
            (h, CellCache::Rnn(cache))
        }
        Cell::Lstm => {
            let (h, cache) = lstm_forward(&x, &h0, &net.wx, &net.wh, &net.b);
            (h, CellCache::Lstm(cache))
        }
    };
    let (scores, vocab) = temporal_affine_forward(&h, &net.w_vocab, &net.b_vocab);
    let (loss, dscores) = temporal_softmax_loss(&scores, &said, &mask);

    let (dh, w_vocab, b_vocab) = temporal_affine_backward(&dscores, &vocab);
    let (dx, dh0, wx, wh, b) = match &cache {
        CellCache::Rnn(cache) => rnn_backward(&dh, cache),
        CellCache::Lstm(cache) => lstm_backward(&dh, cache),
    };
    let w_embed = word_embedding_backward(&dx, &embed);
    let (_, w_proj, b_proj) = affine_backward(&dh0, &proj);
    (loss, CaptioningNet { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab })
}

/// The cache of either cell.
enum CellCache {
    Rnn(RnnCache),
    Lstm(LstmCache),
}

/// What the network says.
///
/// - `net`: the parameters
/// - `features`: what is seen of each picture (batch, features)
/// - `max_length`: how many words at most
/// - returns words (batch, max_length), without `START`, and with `NULL` behind `END`
pub fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize> {
    let batch = features.nrows();
    let (mut h, _) = affine_forward(features, &net.w_proj, &net.b_proj);
    let mut c = Array2::zeros(h.raw_dim());
    let mut words = Array2::from_elem((batch, max_length), NULL);
    let mut last = Array2::from_elem((batch, 1), START);
    let mut finished = vec![false; batch];
    for t in 0..max_length {
        let (x, _) = word_embedding_forward(&last, &net.w_embed);
        let x = x.index_axis_move(Axis(1), 0);
        match net.cell() {
            Cell::Rnn => h = rnn_step_forward(&x, &h, &net.wx, &net.wh, &net.b).0,
            Cell::Lstm => (h, c, _) = lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b),
        }
        let (scores, _) = affine_forward(&h, &net.w_vocab, &net.b_vocab);
        for (n, scores) in scores.outer_iter().enumerate() {
            let highest = (1..scores.len()).fold(0, |best, word| if scores[word] > scores[best] { word } else { best });
            if !finished[n] {
                words[[n, t]] = highest;
                finished[n] = highest == END;
            }
            last[[n, 0]] = words[[n, t]];
        }
    }
    words
}
