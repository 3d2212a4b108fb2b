// Loops over numbers throughout, without matrix products; caches are tuples, and sequences do without the functions of a step.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START};
use ndarray::{Array1, Array2, Array3, Axis};

/// Input, state before, both weights, state after.
type RnnStepCache = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>);
/// Inputs, first state, both weights, all states.
type RnnCache = (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array3<f64>);
/// Input, both states before, both weights, all gates side by side, cell state after.
type LstmStepCache = (Array2<f64>, [Array2<f64>; 2], [Array2<f64>; 2], Array2<f64>, Array2<f64>);
type LstmCache = Vec<LstmStepCache>;
/// Words, and the shape of the table.
type WordEmbeddingCache = (Array2<usize>, (usize, usize));
type TemporalAffineCache = (Array3<f64>, Array2<f64>);
type Gradients = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);

/// `a @ b`, added to `sum`.
fn add_product(sum: &mut Array2<f64>, a: &Array2<f64>, b: &Array2<f64>) {
    for k in 0..a.ncols() {
        for i in 0..a.nrows() {
            for j in 0..b.ncols() {
                sum[[i, j]] += a[[i, k]] * b[[k, j]];
            }
        }
    }
}

fn turned(a: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.ncols(), a.nrows()), |(i, j)| a[[j, i]])
}

fn sums(x: &Array2<f64>, h: &Array2<f64>, wx: &Array2<f64>, wh: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> {
    let mut a = Array2::from_shape_fn((x.nrows(), b.len()), |(_, j)| b[j]);
    add_product(&mut a, h, wh);
    add_product(&mut a, x, wx);
    a
}

fn from_sums(da: &Array2<f64>, x: &Array2<f64>, h: &Array2<f64>, wx: &Array2<f64>, wh: &Array2<f64>) -> Gradients {
    let mut dx = Array2::zeros(x.raw_dim());
    let mut dh = Array2::zeros(h.raw_dim());
    let mut dwx = Array2::zeros(wx.raw_dim());
    let mut dwh = Array2::zeros(wh.raw_dim());
    let mut db = Array1::zeros(da.ncols());
    add_product(&mut dx, da, &turned(wx));
    add_product(&mut dh, da, &turned(wh));
    add_product(&mut dwx, &turned(x), da);
    add_product(&mut dwh, &turned(h), da);
    for ((_, j), slope) in da.indexed_iter() {
        db[j] += slope;
    }
    (dx, dh, dwx, dwh, db)
}

fn rnn_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, RnnStepCache) {
    let mut next_h = sums(x, prev_h, wx, wh, b);
    for h in next_h.iter_mut() {
        *h = h.tanh();
    }
    (next_h.clone(), (x.clone(), prev_h.clone(), wx.clone(), wh.clone(), next_h))
}

fn rnn_step_backward(dnext_h: &Array2<f64>, (x, prev_h, wx, wh, next_h): &RnnStepCache) -> Gradients {
    let da = Array2::from_shape_fn(dnext_h.dim(), |place| dnext_h[place] * (1.0 - next_h[place] * next_h[place]));
    from_sums(&da, x, prev_h, wx, wh)
}

fn step_of(x: &Array3<f64>, t: usize) -> Array2<f64> {
    Array2::from_shape_fn((x.dim().0, x.dim().2), |(n, i)| x[[n, t, i]])
}

fn rnn_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, RnnCache) {
    let mut h = Array3::zeros((x.dim().0, x.dim().1, h0.ncols()));
    for t in 0..x.dim().1 {
        for n in 0..x.dim().0 {
            for j in 0..h0.ncols() {
                let mut a = b[j];
                for i in 0..x.dim().2 {
                    a += x[[n, t, i]] * wx[[i, j]];
                }
                for i in 0..h0.ncols() {
                    a += if t == 0 { h0[[n, i]] } else { h[[n, t - 1, i]] } * wh[[i, j]];
                }
                h[[n, t, j]] = a.tanh();
            }
        }
    }
    (h.clone(), (x.clone(), h0.clone(), wx.clone(), wh.clone(), h))
}

fn rnn_backward(
    dh: &Array3<f64>,
    (x, h0, wx, wh, h): &RnnCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let mut dx = Array3::zeros(x.raw_dim());
    let mut later = Array2::<f64>::zeros(h0.raw_dim());
    let (mut dwx, mut dwh) = (Array2::<f64>::zeros(wx.raw_dim()), Array2::<f64>::zeros(wh.raw_dim()));
    let mut db = Array1::zeros(wh.ncols());
    for t in (0..x.dim().1).rev() {
        let before = if t == 0 { h0.clone() } else { step_of(h, t - 1) };
        let da = Array2::from_shape_fn(h0.dim(), |(n, j)| {
            (dh[[n, t, j]] + later[[n, j]]) * (1.0 - h[[n, t, j]] * h[[n, t, j]])
        });
        let (of_x, of_h, of_wx, of_wh, of_b) = from_sums(&da, &step_of(x, t), &before, wx, wh);
        dx.index_axis_mut(Axis(1), t).assign(&of_x);
        later = of_h;
        dwx += &of_wx;
        dwh += &of_wh;
        db += &of_b;
    }
    (dx, later, dwx, dwh, db)
}

fn lstm_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    prev_c: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, Array2<f64>, LstmStepCache) {
    let hidden = prev_h.ncols();
    let mut gates = sums(x, prev_h, wx, wh, b);
    for ((_, j), a) in gates.indexed_iter_mut() {
        // A sigmoid is half a tanh.
        *a = if j < 3 * hidden { 0.5 + 0.5 * (0.5 * *a).tanh() } else { a.tanh() };
    }
    let mut next_c = prev_c.clone();
    let mut next_h = prev_h.clone();
    for n in 0..x.nrows() {
        for j in 0..hidden {
            let gate = |block: usize| gates[[n, block * hidden + j]];
            next_c[[n, j]] = gate(0) * gate(3) + gate(1) * prev_c[[n, j]];
            next_h[[n, j]] = gate(2) * next_c[[n, j]].tanh();
        }
    }
    let cache =
        (x.clone(), [prev_h.clone(), prev_c.clone()], [wx.clone(), wh.clone()], gates.clone(), next_c.clone());
    (next_h, next_c, cache)
}

fn lstm_step_backward(
    dnext_h: &Array2<f64>,
    dnext_c: &Array2<f64>,
    (x, [prev_h, prev_c], [wx, wh], gates, next_c): &LstmStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let hidden = prev_h.ncols();
    let mut da = Array2::zeros(gates.raw_dim());
    let mut dprev_c = prev_c.clone();
    for n in 0..x.nrows() {
        for j in 0..hidden {
            let [i, f, o, g] = [0, 1, 2, 3].map(|block| gates[[n, block * hidden + j]]);
            let squashed = next_c[[n, j]].tanh();
            let dh = dnext_h[[n, j]];
            let dc = dnext_c[[n, j]] + dh * o * (1.0 - squashed * squashed);
            da[[n, j]] = dc * g * i * (1.0 - i);
            da[[n, hidden + j]] = dc * prev_c[[n, j]] * f * (1.0 - f);
            da[[n, 2 * hidden + j]] = dh * squashed * o * (1.0 - o);
            da[[n, 3 * hidden + j]] = dc * i * (1.0 - g * g);
            dprev_c[[n, j]] = dc * f;
        }
    }
    let (dx, dprev_h, dwx, dwh, db) = from_sums(&da, x, prev_h, wx, wh);
    (dx, dprev_h, dprev_c, dwx, dwh, db)
}

fn lstm_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, LstmCache) {
    let (mut h, mut c) = (h0.clone(), h0 * 0.0);
    let mut states = Vec::new();
    let mut caches = Vec::new();
    for t in 0..x.dim().1 {
        let (next_h, next_c, cache) = lstm_step_forward(&step_of(x, t), &h, &c, wx, wh, b);
        states.push(next_h.clone());
        caches.push(cache);
        h = next_h;
        c = next_c;
    }
    let all = Array3::from_shape_fn((h0.nrows(), states.len(), h0.ncols()), |(n, t, j)| states[t][[n, j]]);
    (all, caches)
}

fn lstm_backward(
    dh: &Array3<f64>,
    caches: &LstmCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (x, _, [wx, wh], ..) = &caches[0];
    let (batch, time, hidden) = dh.dim();
    let mut dx = Array3::zeros((batch, time, x.ncols()));
    let (mut dwx, mut dwh) = (Array2::<f64>::zeros(wx.raw_dim()), Array2::<f64>::zeros(wh.raw_dim()));
    let mut db = Array1::<f64>::zeros(4 * hidden);
    let (mut of_h, mut of_c) = (Array2::zeros((batch, hidden)), Array2::zeros((batch, hidden)));
    for t in (0..time).rev() {
        for n in 0..batch {
            for j in 0..hidden {
                of_h[[n, j]] += dh[[n, t, j]];
            }
        }
        let (of_x, dprev_h, dprev_c, of_wx, of_wh, of_b) = lstm_step_backward(&of_h, &of_c, &caches[t]);
        for ((n, i), slope) in of_x.indexed_iter() {
            dx[[n, t, i]] = *slope;
        }
        dwx = dwx + of_wx;
        dwh = dwh + of_wh;
        db = db + of_b;
        of_h = dprev_h;
        of_c = dprev_c;
    }
    (dx, of_h, dwx, dwh, db)
}

fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    let mut out = Array3::zeros((x.nrows(), x.ncols(), w.ncols()));
    for n in 0..x.nrows() {
        for t in 0..x.ncols() {
            for i in 0..w.ncols() {
                out[[n, t, i]] = w[[x[[n, t]], i]];
            }
        }
    }
    (out, (x.clone(), w.dim()))
}

fn word_embedding_backward(dout: &Array3<f64>, (x, shape): &WordEmbeddingCache) -> Array2<f64> {
    let mut dw = Array2::zeros(*shape);
    for ((n, t, i), slope) in dout.indexed_iter() {
        dw[[x[[n, t]], i]] += slope;
    }
    dw
}

fn temporal_affine_forward(x: &Array3<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array3<f64>, TemporalAffineCache) {
    let out = Array3::from_shape_fn((x.dim().0, x.dim().1, w.ncols()), |(n, t, j)| {
        let mut sum = 0.0;
        for i in 0..w.nrows() {
            sum += x[[n, t, i]] * w[[i, j]];
        }
        sum + b[j]
    });
    (out, (x.clone(), w.clone()))
}

fn temporal_affine_backward(
    dout: &Array3<f64>,
    (x, w): &TemporalAffineCache,
) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let mut dx = Array3::zeros(x.raw_dim());
    let mut dw = Array2::zeros(w.raw_dim());
    let mut db = Array1::zeros(w.ncols());
    for ((n, t, j), slope) in dout.indexed_iter() {
        db[j] += slope;
        for i in 0..w.nrows() {
            dw[[i, j]] += slope * x[[n, t, i]];
            dx[[n, t, i]] += slope * w[[i, j]];
        }
    }
    (dx, dw, db)
}

fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>) {
    let (batch, time, vocabulary) = x.dim();
    let mut total = 0.0;
    let mut dx = Array3::zeros(x.raw_dim());
    for n in 0..batch {
        for t in 0..time {
            if mask[[n, t]] {
                let right = x[[n, t, y[[n, t]]]];
                let largest = (0..vocabulary).fold(right, |largest, v| x[[n, t, v]].max(largest));
                let sum: f64 = (0..vocabulary).map(|v| (x[[n, t, v]] - largest).exp()).sum();
                total += largest + sum.ln() - right;
                for v in 0..vocabulary {
                    let p = (x[[n, t, v]] - largest - sum.ln()).exp();
                    dx[[n, t, v]] = (p - if v == y[[n, t]] { 1.0 } else { 0.0 }) / batch as f64;
                }
            }
        }
    }
    (total / batch as f64, dx)
}

fn first_state(net: &CaptioningNet, features: &Array2<f64>) -> Array2<f64> {
    let mut h = Array2::from_shape_fn((features.nrows(), net.b_proj.len()), |(_, j)| net.b_proj[j]);
    add_product(&mut h, features, &net.w_proj);
    h
}

fn captioning_loss(net: &CaptioningNet, features: &Array2<f64>, captions: &Array2<usize>) -> (f64, CaptioningNet) {
    let (n, time) = captions.dim();
    let read = Array2::from_shape_fn((n, time - 1), |(n, t)| captions[[n, t]]);
    let said = Array2::from_shape_fn((n, time - 1), |(n, t)| captions[[n, t + 1]]);
    let mask = said.map(|&word| word != NULL);
    let h0 = first_state(net, features);
    let (x, words) = word_embedding_forward(&read, &net.w_embed);
    let lstm = net.cell() == Cell::Lstm;
    let (h, of_rnn, of_lstm) = if lstm {
        let (h, cache) = lstm_forward(&x, &h0, &net.wx, &net.wh, &net.b);
        (h, None, Some(cache))
    } else {
        let (h, cache) = rnn_forward(&x, &h0, &net.wx, &net.wh, &net.b);
        (h, Some(cache), None)
    };
    let (scores, vocab) = temporal_affine_forward(&h, &net.w_vocab, &net.b_vocab);
    let (loss, dscores) = temporal_softmax_loss(&scores, &said, &mask);
    let (dh, w_vocab, b_vocab) = temporal_affine_backward(&dscores, &vocab);
    let back = of_rnn.map(|cache| rnn_backward(&dh, &cache)).or(of_lstm.map(|cache| lstm_backward(&dh, &cache)));
    let (dx, dh0, wx, wh, b) = back.expect("one of both");
    let mut w_proj = Array2::zeros(net.w_proj.raw_dim());
    add_product(&mut w_proj, &turned(features), &dh0);
    let b_proj = dh0.sum_axis(Axis(0));
    let w_embed = word_embedding_backward(&dx, &words);
    (loss, CaptioningNet { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab })
}

fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize> {
    let mut words = Array2::from_elem((features.nrows(), max_length), NULL);
    // One picture after the other.
    for n in 0..features.nrows() {
        let mut h = first_state(net, &features.select(Axis(0), &[n]));
        let mut c = &h * 0.0;
        let mut word = START;
        for t in 0..max_length {
            let x = net.w_embed.select(Axis(0), &[word]);
            if net.cell() == Cell::Lstm {
                (h, c, _) = lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b);
            } else {
                h = rnn_step_forward(&x, &h, &net.wx, &net.wh, &net.b).0;
            }
            let mut scores = Array2::from_shape_fn((1, net.b_vocab.len()), |(_, v)| net.b_vocab[v]);
            add_product(&mut scores, &h, &net.w_vocab);
            word = 0;
            for v in 0..scores.ncols() {
                if scores[[0, v]] > scores[[0, word]] {
                    word = v;
                }
            }
            words[[n, t]] = word;
            if word == END {
                break;
            }
        }
    }
    words
}
