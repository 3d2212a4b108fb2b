//! Recurrent layers: the figures of CS231n, against loops over single numbers, sequences against steps, numeric
//! gradients, single precision.

use crate::support::recorded::{array, fact};
use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient_array};
use gradus_nn::embedding::word_embedding_forward;
use gradus_nn::gru::{gru_backward, gru_forward, gru_step_backward, gru_step_forward};
use gradus_nn::lstm::{lstm_backward, lstm_forward, lstm_step_backward, lstm_step_forward};
use gradus_nn::random::{generator, normal};
use gradus_nn::rnn::{rnn_backward, rnn_forward, rnn_step_backward, rnn_step_forward};
use gradus_nn::temporal::{temporal_affine_forward, temporal_softmax_loss};
use ndarray::{Array1, Array2, Array3, Axis, Ix1, Ix2, Ix3, s};
use proptest::prelude::*;
use serde_json::Value;

const FACTS: &str = include_str!("fixtures/rnn_cs231n.json");
/// The notebooks print 8 decimals.
const PRINTED: Tolerance = Tolerance::new(0.0, 1e-8);
const GRADIENT: Tolerance = Tolerance::numeric_gradient();

/// Inputs and weights of a recurrent layer, and an upstream gradient.
#[derive(Debug)]
struct Layer {
    x: Array3<f64>,
    h0: Array2<f64>,
    c0: Array2<f64>,
    wx: Array2<f64>,
    wh: Array2<f64>,
    b: Array1<f64>,
    bh: Array1<f64>,
    dout: Array3<f64>,
}

fn layer(seed: u64, [batch, time, features, units]: [usize; 4], gates: usize) -> Layer {
    let draws = &mut generator(seed);
    Layer {
        x: normal((batch, time, features), 1.0, draws),
        h0: normal((batch, units), 1.0, draws),
        c0: normal((batch, units), 1.0, draws),
        wx: normal((features, gates * units), 0.7, draws),
        wh: normal((units, gates * units), 0.7, draws),
        b: normal(gates * units, 0.5, draws),
        bh: normal(gates * units, 0.5, draws),
        dout: normal((batch, time, units), 1.0, draws),
    }
}

fn shapes() -> impl Strategy<Value = (u64, [usize; 4])> {
    (any::<u64>(), [1_usize..4, 1_usize..5, 1_usize..4, 1_usize..4])
}

/// Compares named pairs, and says which and for what seed.
macro_rules! agree {
    ($tolerance:expr, $seed:expr, $($name:literal: $actual:expr, $expected:expr;)*) => {$(
        prop_assert_eq!(compare(&$actual, &$expected, $tolerance), Ok(()), "{}, seed {}", $name, $seed);
    )*};
}

#[test]
fn the_figures_of_cs231n() {
    let step = fact(FACTS, "rnn_step_forward");
    let [x, prev_h, wx, wh] = ["x", "prev_h", "Wx", "Wh"].map(|name| array::<Ix2>(&step["inputs"][name]));
    let (next_h, _) = rnn_step_forward(&x, &prev_h, &wx, &wh, &array::<Ix1>(&step["inputs"]["b"]));
    assert_eq!(compare(&next_h, &array::<Ix2>(&step["expected"]["next_h"]), PRINTED), Ok(()));

    let step = fact(FACTS, "lstm_step_forward");
    let [x, prev_h, prev_c, wx, wh] =
        ["x", "prev_h", "prev_c", "Wx", "Wh"].map(|name| array::<Ix2>(&step["inputs"][name]));
    let (next_h, next_c, _) = lstm_step_forward(&x, &prev_h, &prev_c, &wx, &wh, &array::<Ix1>(&step["inputs"]["b"]));
    assert_eq!(compare(&next_h, &array::<Ix2>(&step["expected"]["next_h"]), PRINTED), Ok(()));
    assert_eq!(compare(&next_c, &array::<Ix2>(&step["expected"]["next_c"]), PRINTED), Ok(()));

    for id in ["rnn_forward", "lstm_forward"] {
        let Value::Object(sequence) = fact(FACTS, id) else { panic!("{id} is no object") };
        let inputs = &sequence["inputs"];
        let (x, b) = (array::<Ix3>(&inputs["x"]), array::<Ix1>(&inputs["b"]));
        let [h0, wx, wh] = ["h0", "Wx", "Wh"].map(|name| array::<Ix2>(&inputs[name]));
        let h = match id {
            "rnn_forward" => rnn_forward(&x, &h0, &wx, &wh, &b).0,
            _ => lstm_forward(&x, &h0, &wx, &wh, &b).0,
        };
        assert_eq!(compare(&h, &array::<Ix3>(&sequence["expected"]["h"]), PRINTED), Ok(()), "{id}");
    }

    let embedding = fact(FACTS, "word_embedding_forward");
    let x = array::<Ix2>(&embedding["inputs"]["x"]).mapv(|word| word as usize);
    let (out, _) = word_embedding_forward(&x, &array::<Ix2>(&embedding["inputs"]["W"]));
    assert_eq!(compare(&out, &array::<Ix3>(&embedding["expected"]["out"]), PRINTED), Ok(()));
}

/// The whole captioning loss: features to the first state, words to vectors, a recurrent layer, scores, masked softmax.
#[test]
fn the_captioning_loss_of_cs231n() {
    for id in ["CaptioningRNN.loss.rnn", "CaptioningRNN.loss.lstm"] {
        let recorded = fact(FACTS, id);
        let matrix = |name: &str| array::<Ix2>(&recorded["inputs"][name]);
        let vector = |name: &str| array::<Ix1>(&recorded["inputs"][name]);
        let captions = matrix("captions").mapv(|word| word as usize);
        let (words, targets) = (captions.slice(s![.., ..-1]), captions.slice(s![.., 1..]));

        let h0 = matrix("features").dot(&matrix("W_proj")) + vector("b_proj");
        let (x, _) = word_embedding_forward(&words, &matrix("W_embed"));
        let (wx, wh, b) = (matrix("Wx"), matrix("Wh"), vector("b"));
        let h = if id.ends_with("lstm") {
            lstm_forward(&x, &h0, &wx, &wh, &b).0
        } else {
            rnn_forward(&x, &h0, &wx, &wh, &b).0
        };
        let (scores, _) = temporal_affine_forward(&h, &matrix("W_vocab"), &vector("b_vocab"));
        let (loss, _) = temporal_softmax_loss(&scores, &targets, &targets.mapv(|word| word != 0));
        let expected = recorded["expected"]["loss"].as_f64().expect("a number");
        assert_eq!(compare_scalar(loss, expected, Tolerance::new(0.0, 1e-10)), Ok(()), "{id}");
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `sum_j v_j w_jk` for one column.
fn weighted(v: &[f64], w: &Array2<f64>, k: usize) -> f64 {
    (0..v.len()).map(|j| v[j] * w[[j, k]]).sum()
}

/// The states after each step by loops over single numbers, straight from the formulas of the modules.
fn by_single_numbers(kind: &str, layer: &Layer) -> Array3<f64> {
    let Layer { x, h0, wx, wh, b, bh, dout, .. } = layer;
    let (batch, time, units) = dout.dim();
    let mut out = Array3::zeros((batch, time, units));
    for n in 0..batch {
        let (mut h, mut c) = (h0.row(n).to_vec(), vec![0.0; units]);
        for t in 0..time {
            let x_nt = x.slice(s![n, t, ..]).to_vec();
            let from_x = |k: usize| weighted(&x_nt, wx, k) + b[k];
            let old_h = h.clone();
            let from_h = |k: usize| weighted(&old_h, wh, k);
            for k in 0..units {
                let at = |gate: usize| gate * units + k;
                h[k] = match kind {
                    "rnn" => (from_x(k) + from_h(k)).tanh(),
                    "lstm" => {
                        let [i, f, o] = [0, 1, 2].map(|gate| logistic(from_x(at(gate)) + from_h(at(gate))));
                        c[k] = f * c[k] + i * (from_x(at(3)) + from_h(at(3))).tanh();
                        o * c[k].tanh()
                    }
                    _ => {
                        let [r, z] = [0, 1].map(|gate| logistic(from_x(at(gate)) + from_h(at(gate)) + bh[at(gate)]));
                        let n = (from_x(at(2)) + r * (from_h(at(2)) + bh[at(2)])).tanh();
                        (1.0 - z) * n + z * old_h[k]
                    }
                };
                out[[n, t, k]] = h[k];
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sequences_agree_with_loops_over_single_numbers((seed, shape) in shapes()) {
        let l = layer(seed, shape, 1);
        agree! { Tolerance::double(), seed, "rnn": rnn_forward(&l.x, &l.h0, &l.wx, &l.wh, &l.b).0, by_single_numbers("rnn", &l); }
        let l = layer(seed, shape, 4);
        agree! { Tolerance::double(), seed, "lstm": lstm_forward(&l.x, &l.h0, &l.wx, &l.wh, &l.b).0, by_single_numbers("lstm", &l); }
        let l = layer(seed, shape, 3);
        agree! { Tolerance::double(), seed,
            "gru": gru_forward(&l.x, &l.h0, &l.wx, &l.wh, &l.b, &l.bh).0, by_single_numbers("gru", &l);
        }
    }

    #[test]
    fn an_rnn_is_its_steps_in_a_row((seed, shape) in shapes()) {
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 1);
        let (h, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
        let (mut state, mut caches) = (h0.clone(), Vec::new());
        for (x, h) in x.axis_iter(Axis(1)).zip(h.axis_iter(Axis(1))) {
            let (next, cache) = rnn_step_forward(&x, &state, &wx, &wh, &b);
            agree! { Tolerance::double(), seed, "h": h, next; }
            (state, _) = (next, caches.push(cache));
        }
        let whole = rnn_backward(&dout, &cache);
        let (mut dh, mut dwx, mut dwh, mut db) = (h0 * 0.0, wx * 0.0, wh * 0.0, b * 0.0);
        for (t, cache) in caches.iter().enumerate().rev() {
            let dnext_h = dh + dout.index_axis(Axis(1), t);
            let step = rnn_step_backward(&dnext_h, cache);
            agree! { Tolerance::double(), seed, "dx": whole.dx.index_axis(Axis(1), t), step.dx; }
            (dh, dwx, dwh, db) = (step.dprev_h, dwx + step.dwx, dwh + step.dwh, db + step.db);
        }
        agree! { Tolerance::new(1e-9, 1e-11), seed,
            "dh0": whole.dh0, dh; "dwx": whole.dwx, dwx; "dwh": whole.dwh, dwh; "db": whole.db, db;
        }
    }

    #[test]
    fn an_lstm_is_its_steps_in_a_row((seed, shape) in shapes()) {
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 4);
        let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
        let (mut state, mut cell, mut caches) = (h0.clone(), &h0 * 0.0, Vec::new());
        for (x, h) in x.axis_iter(Axis(1)).zip(h.axis_iter(Axis(1))) {
            let (next_h, next_c, cache) = lstm_step_forward(&x, &state, &cell, &wx, &wh, &b);
            agree! { Tolerance::double(), seed, "h": h, next_h; }
            (state, cell, _) = (next_h, next_c, caches.push(cache));
        }
        let whole = lstm_backward(&dout, &cache);
        let (mut dh, mut dc, mut dwx, mut dwh, mut db) = (&h0 * 0.0, h0 * 0.0, wx * 0.0, wh * 0.0, b * 0.0);
        for (t, cache) in caches.iter().enumerate().rev() {
            let dnext_h = dh + dout.index_axis(Axis(1), t);
            let step = lstm_step_backward(&dnext_h, &dc, cache);
            agree! { Tolerance::double(), seed, "dx": whole.dx.index_axis(Axis(1), t), step.dx; }
            (dh, dc, dwx) = (step.dprev_h, step.dprev_c, dwx + step.dwx);
            (dwh, db) = (dwh + step.dwh, db + step.db);
        }
        agree! { Tolerance::new(1e-9, 1e-11), seed,
            "dh0": whole.dh0, dh; "dwx": whole.dwx, dwx; "dwh": whole.dwh, dwh; "db": whole.db, db;
        }
    }

    #[test]
    fn a_gru_is_its_steps_in_a_row((seed, shape) in shapes()) {
        let Layer { x, h0, wx, wh, b, bh, dout, .. } = layer(seed, shape, 3);
        let (h, cache) = gru_forward(&x, &h0, &wx, &wh, &b, &bh);
        let (mut state, mut caches) = (h0.clone(), Vec::new());
        for (x, h) in x.axis_iter(Axis(1)).zip(h.axis_iter(Axis(1))) {
            let (next, cache) = gru_step_forward(&x, &state, &wx, &wh, &b, &bh);
            agree! { Tolerance::double(), seed, "h": h, next; }
            (state, _) = (next, caches.push(cache));
        }
        let whole = gru_backward(&dout, &cache);
        let (mut dh, mut dwx, mut dwh, mut dbx, mut dbh) = (h0 * 0.0, wx * 0.0, wh * 0.0, b * 0.0, bh * 0.0);
        for (t, cache) in caches.iter().enumerate().rev() {
            let dnext_h = dh + dout.index_axis(Axis(1), t);
            let step = gru_step_backward(&dnext_h, cache);
            agree! { Tolerance::double(), seed, "dx": whole.dx.index_axis(Axis(1), t), step.dx; }
            (dh, dwx, dwh) = (step.dprev_h, dwx + step.dwx, dwh + step.dwh);
            (dbx, dbh) = (dbx + step.dbx, dbh + step.dbh);
        }
        agree! { Tolerance::new(1e-9, 1e-11), seed,
            "dh0": whole.dh0, dh; "dwx": whole.dwx, dwx; "dwh": whole.dwh, dwh;
            "dbx": whole.dbx, dbx; "dbh": whole.dbh, dbh;
        }
    }

    #[test]
    fn gradients_of_steps_agree_with_numeric_ones((seed, shape) in shapes()) {
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 1);
        let (x, dout) = (x.index_axis(Axis(1), 0), dout.index_axis(Axis(1), 0));
        let g = rnn_step_backward(&dout, &rnn_step_forward(&x, &h0, &wx, &wh, &b).1);
        agree! { GRADIENT, seed,
            "rnn dx": g.dx, numeric_gradient_array(|x| rnn_step_forward(x, &h0, &wx, &wh, &b).0, &x, &dout);
            "rnn dprev_h": g.dprev_h, numeric_gradient_array(|h0| rnn_step_forward(&x, h0, &wx, &wh, &b).0, &h0, &dout);
            "rnn dwx": g.dwx, numeric_gradient_array(|wx| rnn_step_forward(&x, &h0, wx, &wh, &b).0, &wx, &dout);
            "rnn dwh": g.dwh, numeric_gradient_array(|wh| rnn_step_forward(&x, &h0, &wx, wh, &b).0, &wh, &dout);
            "rnn db": g.db, numeric_gradient_array(|b| rnn_step_forward(&x, &h0, &wx, &wh, b).0, &b, &dout);
        }

        // Both outputs of the LSTM at once, each with an upstream gradient of its own.
        let Layer { h0, c0, wx, wh, b, .. } = layer(seed, shape, 4);
        let (dh, dc) = (dout.to_owned(), dout.mapv(|d| 1.5 - d));
        let g = lstm_step_backward(&dh, &dc, &lstm_step_forward(&x, &h0, &c0, &wx, &wh, &b).2);
        let both = |(h, c, _): (Array2<f64>, Array2<f64>, _)| ndarray::stack![Axis(0), h, c];
        let d = ndarray::stack![Axis(0), dh, dc];
        agree! { GRADIENT, seed,
            "lstm dx": g.dx, numeric_gradient_array(|x| both(lstm_step_forward(x, &h0, &c0, &wx, &wh, &b)), &x, &d);
            "lstm dprev_h": g.dprev_h, numeric_gradient_array(|h0| both(lstm_step_forward(&x, h0, &c0, &wx, &wh, &b)), &h0, &d);
            "lstm dprev_c": g.dprev_c, numeric_gradient_array(|c0| both(lstm_step_forward(&x, &h0, c0, &wx, &wh, &b)), &c0, &d);
            "lstm dwx": g.dwx, numeric_gradient_array(|wx| both(lstm_step_forward(&x, &h0, &c0, wx, &wh, &b)), &wx, &d);
            "lstm dwh": g.dwh, numeric_gradient_array(|wh| both(lstm_step_forward(&x, &h0, &c0, &wx, wh, &b)), &wh, &d);
            "lstm db": g.db, numeric_gradient_array(|b| both(lstm_step_forward(&x, &h0, &c0, &wx, &wh, b)), &b, &d);
        }
    }

    #[test]
    fn gradients_through_time_agree_with_numeric_ones((seed, shape) in shapes()) {
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 1);
        let g = rnn_backward(&dout, &rnn_forward(&x, &h0, &wx, &wh, &b).1);
        agree! { GRADIENT, seed,
            "rnn dx": g.dx, numeric_gradient_array(|x| rnn_forward(x, &h0, &wx, &wh, &b).0, &x, &dout);
            "rnn dh0": g.dh0, numeric_gradient_array(|h0| rnn_forward(&x, h0, &wx, &wh, &b).0, &h0, &dout);
            "rnn dwx": g.dwx, numeric_gradient_array(|wx| rnn_forward(&x, &h0, wx, &wh, &b).0, &wx, &dout);
            "rnn dwh": g.dwh, numeric_gradient_array(|wh| rnn_forward(&x, &h0, &wx, wh, &b).0, &wh, &dout);
            "rnn db": g.db, numeric_gradient_array(|b| rnn_forward(&x, &h0, &wx, &wh, b).0, &b, &dout);
        }
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 4);
        let g = lstm_backward(&dout, &lstm_forward(&x, &h0, &wx, &wh, &b).1);
        agree! { GRADIENT, seed,
            "lstm dx": g.dx, numeric_gradient_array(|x| lstm_forward(x, &h0, &wx, &wh, &b).0, &x, &dout);
            "lstm dh0": g.dh0, numeric_gradient_array(|h0| lstm_forward(&x, h0, &wx, &wh, &b).0, &h0, &dout);
            "lstm dwx": g.dwx, numeric_gradient_array(|wx| lstm_forward(&x, &h0, wx, &wh, &b).0, &wx, &dout);
            "lstm dwh": g.dwh, numeric_gradient_array(|wh| lstm_forward(&x, &h0, &wx, wh, &b).0, &wh, &dout);
            "lstm db": g.db, numeric_gradient_array(|b| lstm_forward(&x, &h0, &wx, &wh, b).0, &b, &dout);
        }
        let Layer { x, h0, wx, wh, b, bh, dout, .. } = layer(seed, shape, 3);
        let g = gru_backward(&dout, &gru_forward(&x, &h0, &wx, &wh, &b, &bh).1);
        agree! { GRADIENT, seed,
            "gru dx": g.dx, numeric_gradient_array(|x| gru_forward(x, &h0, &wx, &wh, &b, &bh).0, &x, &dout);
            "gru dh0": g.dh0, numeric_gradient_array(|h0| gru_forward(&x, h0, &wx, &wh, &b, &bh).0, &h0, &dout);
            "gru dwx": g.dwx, numeric_gradient_array(|wx| gru_forward(&x, &h0, wx, &wh, &b, &bh).0, &wx, &dout);
            "gru dwh": g.dwh, numeric_gradient_array(|wh| gru_forward(&x, &h0, &wx, wh, &b, &bh).0, &wh, &dout);
            "gru dbx": g.dbx, numeric_gradient_array(|b| gru_forward(&x, &h0, &wx, &wh, b, &bh).0, &b, &dout);
            "gru dbh": g.dbh, numeric_gradient_array(|bh| gru_forward(&x, &h0, &wx, &wh, &b, bh).0, &bh, &dout);
        }
    }

    #[test]
    fn single_precision_follows_double_precision((seed, shape) in shapes()) {
        macro_rules! single { ($array:expr) => { &$array.mapv(|value| value as f32) }; }
        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 1);
        let (h, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
        let (h1, cache1) = rnn_forward(single!(x), single!(h0), single!(wx), single!(wh), single!(b));
        let (g, g1) = (rnn_backward(&dout, &cache), rnn_backward(single!(dout), &cache1));
        let tolerance = Tolerance::new(1e-4, 1e-5);
        agree! { tolerance, seed, "rnn h": h1, h; "rnn dx": g1.dx, g.dx; "rnn dwh": g1.dwh, g.dwh; }

        let Layer { x, h0, wx, wh, b, dout, .. } = layer(seed, shape, 4);
        let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
        let (h1, cache1) = lstm_forward(single!(x), single!(h0), single!(wx), single!(wh), single!(b));
        let (g, g1) = (lstm_backward(&dout, &cache), lstm_backward(single!(dout), &cache1));
        agree! { tolerance, seed, "lstm h": h1, h; "lstm dx": g1.dx, g.dx; "lstm dwh": g1.dwh, g.dwh; }

        let Layer { x, h0, wx, wh, b, bh, dout, .. } = layer(seed, shape, 3);
        let (h, cache) = gru_forward(&x, &h0, &wx, &wh, &b, &bh);
        let (h1, cache1) = gru_forward(single!(x), single!(h0), single!(wx), single!(wh), single!(b), single!(bh));
        let (g, g1) = (gru_backward(&dout, &cache), gru_backward(single!(dout), &cache1));
        agree! { tolerance, seed, "gru h": h1, h; "gru dx": g1.dx, g.dx; "gru dwh": g1.dwh, g.dwh; }
    }
}

#[test]
fn views_of_any_layout_are_welcome() {
    let Layer { x, h0, wx, wh, b, dout, .. } = layer(5, [3, 4, 2, 3], 4);
    let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
    let other = |a: &Array2<f64>| a.t().as_standard_layout().reversed_axes().to_owned();
    let turned = x.view().permuted_axes([1, 2, 0]).as_standard_layout().into_owned();
    let (same, same_cache) =
        lstm_forward(&turned.view().permuted_axes([2, 0, 1]), &other(&h0).view(), &other(&wx), &other(&wh), &b);
    assert_eq!(compare(&same, &h, Tolerance::double()), Ok(()));
    let (g, same) = (lstm_backward(&dout, &cache), lstm_backward(&dout, &same_cache));
    assert_eq!(compare(&same.dx, &g.dx, Tolerance::double()), Ok(()));
}

#[test]
fn a_sequence_without_steps_leaves_the_state_alone() {
    let Layer { x, h0, wx, wh, b, bh, dout, .. } = layer(5, [2, 0, 2, 3], 3);
    let (h, cache) = gru_forward(&x, &h0, &wx, &wh, &b, &bh);
    assert_eq!(h.dim(), (2, 0, 3));
    let gradients = gru_backward(&dout, &cache);
    assert_eq!((gradients.dh0, gradients.dwh), (h0 * 0.0, wh * 0.0));
}
