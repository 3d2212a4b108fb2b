//! Answers to `rnn` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::rnn::{CaptioningNet, Functions};
use gradus_question::Answer;
use ndarray::{Array1, Array2, Array3};

use super::{Seen, once};

/// Gradients of a step, and of a sequence.
type OfStep = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
type OfSequence = (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
type OfLstmStep = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::rnn::first_right()
}

fn filled(net: &CaptioningNet, value: f64) -> CaptioningNet {
    let mut net = net.clone();
    net.arrays_mut().into_iter().for_each(|mut array| array.fill(value));
    net
}

fn empty() -> CaptioningNet {
    let (matrix, vector) = (Array2::zeros((0, 0)), Array1::zeros(0));
    CaptioningNet {
        w_proj: matrix.clone(),
        b_proj: vector.clone(),
        w_embed: matrix.clone(),
        wx: matrix.clone(),
        wh: matrix.clone(),
        b: vector.clone(),
        w_vocab: matrix,
        b_vocab: vector,
    }
}

fn states(x: &Array3<f64>, h0: &Array2<f64>, value: f64) -> Array3<f64> {
    Array3::from_elem((x.dim().0, x.dim().1, h0.ncols()), value)
}

fn like(a: &Array2<f64>, value: f64) -> Array2<f64> {
    Array2::from_elem(a.raw_dim(), value)
}

fn of_step(
    x: &Array2<f64>,
    h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
    value: f64,
) -> OfStep {
    (like(x, value), like(h, value), like(wx, value), like(wh, value), Array1::from_elem(b.len(), value))
}

fn of_sequence(
    x: &Array3<f64>,
    h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
    value: f64,
) -> OfSequence {
    let x = Array3::from_elem(x.raw_dim(), value);
    (x, like(h, value), like(wx, value), like(wh, value), Array1::from_elem(b.len(), value))
}

/// All functions give arrays of the right shapes, filled with one number, or with one word.
macro_rules! filled_with {
    ($value:expr, $word:expr) => {
        Functions {
            rnn_step_forward: Some(|_, prev_h, _, _, _| like(prev_h, $value)),
            rnn_step_backward: Some(|x, prev_h, wx, wh, b, _| of_step(x, prev_h, wx, wh, b, $value)),
            rnn_forward: Some(|x, h0, _, _, _| states(x, h0, $value)),
            rnn_backward: Some(|x, h0, wx, wh, b, _| of_sequence(x, h0, wx, wh, b, $value)),
            lstm_step_forward: Some(|_, prev_h, _, _, _, _| (like(prev_h, $value), like(prev_h, $value))),
            lstm_step_backward: Some(|x, prev_h, prev_c, wx, wh, b, _, _| {
                let (dx, dprev_h, dwx, dwh, db) = of_step(x, prev_h, wx, wh, b, $value);
                (dx, dprev_h, like(prev_c, $value), dwx, dwh, db)
            }),
            lstm_forward: Some(|x, h0, _, _, _| states(x, h0, $value)),
            lstm_backward: Some(|x, h0, wx, wh, b, _| of_sequence(x, h0, wx, wh, b, $value)),
            word_embedding_forward: Some(|x, w| Array3::from_elem((x.nrows(), x.ncols(), w.ncols()), $value)),
            word_embedding_backward: Some(|_, w, _| like(w, $value)),
            temporal_affine_forward: Some(|x, w, _| Array3::from_elem((x.dim().0, x.dim().1, w.ncols()), $value)),
            temporal_affine_backward: Some(|x, w, b, _| {
                (Array3::from_elem(x.raw_dim(), $value), like(w, $value), Array1::from_elem(b.len(), $value))
            }),
            temporal_softmax_loss: Some(|x, _, _| ($value, Array3::from_elem(x.raw_dim(), $value))),
            captioning_loss: Some(|net, _, _| ($value, filled(net, $value))),
            captioning_sample: Some(|_, features, length| Array2::from_elem((features.nrows(), length), $word)),
        }
    };
}

/// Other functions, with gradients that are theirs.
fn another_function() -> Functions {
    Functions {
        rnn_step_forward: Some(|x, prev_h, _, _, _| prev_h + x.sum()),
        rnn_step_backward: Some(|x, prev_h, wx, wh, b, dnext_h| {
            let (_, _, dwx, dwh, db) = of_step(x, prev_h, wx, wh, b, 0.0);
            (like(x, dnext_h.sum()), dnext_h.clone(), dwx, dwh, db)
        }),
        rnn_forward: Some(|x, h0, _, _, _| states(x, h0, x.sum())),
        rnn_backward: Some(|x, h0, wx, wh, b, dh| {
            let (_, dh0, dwx, dwh, db) = of_sequence(x, h0, wx, wh, b, 0.0);
            (Array3::from_elem(x.raw_dim(), dh.sum()), dh0, dwx, dwh, db)
        }),
        lstm_step_forward: Some(|x, prev_h, prev_c, _, _, _| (prev_h + x.sum(), prev_c.clone())),
        lstm_step_backward: Some(|x, prev_h, _, wx, wh, b, dnext_h, dnext_c| {
            let (_, _, dwx, dwh, db) = of_step(x, prev_h, wx, wh, b, 0.0);
            (like(x, dnext_h.sum()), dnext_h.clone(), dnext_c.clone(), dwx, dwh, db)
        }),
        lstm_forward: Some(|x, h0, _, _, _| states(x, h0, x.sum())),
        lstm_backward: Some(|x, h0, wx, wh, b, dh| {
            let (_, dh0, dwx, dwh, db) = of_sequence(x, h0, wx, wh, b, 0.0);
            (Array3::from_elem(x.raw_dim(), dh.sum()), dh0, dwx, dwh, db)
        }),
        word_embedding_forward: Some(|x, w| Array3::from_elem((x.nrows(), x.ncols(), w.ncols()), w.sum())),
        word_embedding_backward: Some(|_, w, dout| like(w, dout.sum())),
        temporal_affine_forward: Some(|x, w, _| Array3::from_elem((x.dim().0, x.dim().1, w.ncols()), x.sum())),
        temporal_affine_backward: Some(|x, w, b, dout| {
            (Array3::from_elem(x.raw_dim(), dout.sum()), like(w, 0.0), Array1::zeros(b.len()))
        }),
        temporal_softmax_loss: Some(|x, _, _| (x.sum(), Array3::ones(x.raw_dim()))),
        captioning_loss: Some(|net, _, _| (net.arrays().iter().map(|array| array.sum()).sum(), filled(net, 1.0))),
        captioning_sample: Some(|net, features, length| {
            let words = net.b_vocab.len();
            Array2::from_shape_fn((features.nrows(), length), |(n, t)| (n + t) % words)
        }),
    }
}

fn wrong_shapes() -> Functions {
    Functions {
        rnn_step_forward: Some(|x, _, _, _, _| x.t().to_owned()),
        rnn_step_backward: Some(|x, h, wx, _, _, _| {
            (x.t().to_owned(), h.t().to_owned(), wx.t().to_owned(), Array2::zeros((1, 0)), Array1::zeros(0))
        }),
        rnn_forward: Some(|_, _, _, _, _| Array3::zeros((0, 1, 1))),
        rnn_backward: Some(|_, h0, wx, _, _, _| {
            (Array3::zeros((0, 0, 0)), h0.t().to_owned(), wx.t().to_owned(), Array2::zeros((0, 1)), Array1::zeros(0))
        }),
        lstm_step_forward: Some(|x, h, _, _, _, _| (x.t().to_owned(), h.t().to_owned())),
        lstm_step_backward: Some(|x, h, c, wx, _, _, _, _| {
            let (dwx, dwh) = (wx.t().to_owned(), Array2::zeros((1, 0)));
            (x.t().to_owned(), h.t().to_owned(), c.t().to_owned(), dwx, dwh, Array1::zeros(0))
        }),
        lstm_forward: Some(|_, _, _, _, _| Array3::zeros((1, 1, 0))),
        lstm_backward: Some(|_, h0, wx, _, _, _| {
            (Array3::zeros((0, 0, 0)), h0.t().to_owned(), wx.t().to_owned(), Array2::zeros((0, 1)), Array1::zeros(0))
        }),
        word_embedding_forward: Some(|_, _| Array3::zeros((0, 0, 0))),
        word_embedding_backward: Some(|_, w, _| w.t().to_owned()),
        temporal_affine_forward: Some(|_, _, _| Array3::zeros((0, 1, 0))),
        temporal_affine_backward: Some(|_, w, _, _| {
            (Array3::zeros((0, 0, 0)), w.slice(ndarray::s![..0, ..]).to_owned(), Array1::zeros(0))
        }),
        temporal_softmax_loss: Some(|_, _, _| (1.0, Array3::zeros((1, 0, 1)))),
        captioning_loss: Some(|_, _, _| (1.0, empty())),
        captioning_sample: Some(|_, _, _| Array2::zeros((0, 0))),
    }
}

fn first_for_each_shape() -> Functions {
    Functions {
        rnn_step_forward: Some(|x, prev_h, wx, wh, b| {
            static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().rnn_step_forward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || forward(x, prev_h, wx, wh, b))
        }),
        rnn_step_backward: Some(|x, prev_h, wx, wh, b, dnext_h| {
            static SEEN: Seen<OfStep> = Mutex::new(BTreeMap::new());
            let backward = right().rnn_step_backward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || backward(x, prev_h, wx, wh, b, dnext_h))
        }),
        rnn_forward: Some(|x, h0, wx, wh, b| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().rnn_forward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || forward(x, h0, wx, wh, b))
        }),
        rnn_backward: Some(|x, h0, wx, wh, b, dh| {
            static SEEN: Seen<OfSequence> = Mutex::new(BTreeMap::new());
            let backward = right().rnn_backward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || backward(x, h0, wx, wh, b, dh))
        }),
        lstm_step_forward: Some(|x, prev_h, prev_c, wx, wh, b| {
            static SEEN: Seen<(Array2<f64>, Array2<f64>)> = Mutex::new(BTreeMap::new());
            let forward = right().lstm_step_forward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || forward(x, prev_h, prev_c, wx, wh, b))
        }),
        lstm_step_backward: Some(|x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c| {
            static SEEN: Seen<OfLstmStep> = Mutex::new(BTreeMap::new());
            let backward = right().lstm_step_backward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || backward(x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c))
        }),
        lstm_forward: Some(|x, h0, wx, wh, b| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().lstm_forward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || forward(x, h0, wx, wh, b))
        }),
        lstm_backward: Some(|x, h0, wx, wh, b, dh| {
            static SEEN: Seen<OfSequence> = Mutex::new(BTreeMap::new());
            let backward = right().lstm_backward.expect("it has it");
            once(&SEEN, &[x.shape(), wx.shape()], || backward(x, h0, wx, wh, b, dh))
        }),
        word_embedding_forward: Some(|x, w| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().word_embedding_forward.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape()], || forward(x, w))
        }),
        word_embedding_backward: Some(|x, w, dout| {
            static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
            let backward = right().word_embedding_backward.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape()], || backward(x, w, dout))
        }),
        temporal_affine_forward: Some(|x, w, b| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().temporal_affine_forward.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape()], || forward(x, w, b))
        }),
        temporal_affine_backward: Some(|x, w, b, dout| {
            static SEEN: Seen<(Array3<f64>, Array2<f64>, Array1<f64>)> = Mutex::new(BTreeMap::new());
            let backward = right().temporal_affine_backward.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape()], || backward(x, w, b, dout))
        }),
        temporal_softmax_loss: Some(|x, y, mask| {
            static SEEN: Seen<(f64, Array3<f64>)> = Mutex::new(BTreeMap::new());
            let loss = right().temporal_softmax_loss.expect("it has it");
            once(&SEEN, &[x.shape()], || loss(x, y, mask))
        }),
        captioning_loss: Some(|net, features, captions| {
            static SEEN: Seen<(f64, CaptioningNet)> = Mutex::new(BTreeMap::new());
            let loss = right().captioning_loss.expect("it has it");
            once(&SEEN, &[net.wx.shape(), features.shape(), captions.shape(), net.w_vocab.shape()], || {
                loss(net, features, captions)
            })
        }),
        captioning_sample: Some(|net, features, length| {
            static SEEN: Seen<Array2<usize>> = Mutex::new(BTreeMap::new());
            let sample = right().captioning_sample.expect("it has it");
            once(&SEEN, &[net.wx.shape(), features.shape(), &[length], net.w_vocab.shape()], || {
                sample(net, features, length)
            })
        }),
    }
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    let all: [(_, Functions); 6] = [
        ("zeros", filled_with!(0.0, 0)),
        ("constants", filled_with!(0.1, 3)),
        ("not numbers", filled_with!(f64::NAN, 2)),
        ("another function with its own gradient", another_function()),
        ("wrong shapes", wrong_shapes()),
        ("the first result for each shape", first_for_each_shape()),
    ];
    all.into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect()
}
