//! Sequences: embedding, recurrent layers and attention.

use gradus_nn::attention::{
    AttentionParameters, Mask, MultiHeadAttentionGradients, multi_head_attention_backward, multi_head_attention_forward,
};
use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
use gradus_nn::gru::{GruGradients, gru_backward, gru_forward};
use gradus_nn::lstm::{LstmGradients, lstm_backward, lstm_forward};
use gradus_nn::rnn::{RnnGradients, rnn_backward, rnn_forward};
use ndarray::{Array, Array3, ArrayD, Dimension, Ix3};
use serde_json::Value;

use super::cases::{input, labels, matrix, number, outputs, vector};
use super::{Inputs, Outputs};

/// See [`Run`](super::Run).
pub fn run(op: &str, params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let matrix = |name: &str| matrix(inputs, name);
    let vector = |name: &str| vector(inputs, name);
    match op {
        "embedding" => embedding(inputs, grad),
        "rnn" => {
            let (x, h0, wx, wh, b) = (sequence(inputs, "x"), matrix("h0"), matrix("wx"), matrix("wh"), vector("b"));
            let (y, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
            let Some(grad) = grad else { return outputs([("y", y.into_dyn())]) };
            let RnnGradients { dx, dh0, dwx, dwh, db } = rnn_backward(&fixed::<Ix3>(grad, "grad_output"), &cache);
            outputs([
                ("y", y.into_dyn()),
                ("dx", dx.into_dyn()),
                ("dh0", dh0.into_dyn()),
                ("dwx", dwx.into_dyn()),
                ("dwh", dwh.into_dyn()),
                ("db", db.into_dyn()),
            ])
        }
        "lstm" => {
            let (x, h0, wx, wh, b) = (sequence(inputs, "x"), matrix("h0"), matrix("wx"), matrix("wh"), vector("b"));
            let (y, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
            let Some(grad) = grad else { return outputs([("y", y.into_dyn())]) };
            let LstmGradients { dx, dh0, dwx, dwh, db } = lstm_backward(&fixed::<Ix3>(grad, "grad_output"), &cache);
            outputs([
                ("y", y.into_dyn()),
                ("dx", dx.into_dyn()),
                ("dh0", dh0.into_dyn()),
                ("dwx", dwx.into_dyn()),
                ("dwh", dwh.into_dyn()),
                ("db", db.into_dyn()),
            ])
        }
        "gru" => {
            let (x, h0, wx, wh) = (sequence(inputs, "x"), matrix("h0"), matrix("wx"), matrix("wh"));
            let (y, cache) = gru_forward(&x, &h0, &wx, &wh, &vector("bx"), &vector("bh"));
            let Some(grad) = grad else { return outputs([("y", y.into_dyn())]) };
            let GruGradients { dx, dh0, dwx, dwh, dbx, dbh } = gru_backward(&fixed::<Ix3>(grad, "grad_output"), &cache);
            outputs([
                ("y", y.into_dyn()),
                ("dx", dx.into_dyn()),
                ("dh0", dh0.into_dyn()),
                ("dwx", dwx.into_dyn()),
                ("dwh", dwh.into_dyn()),
                ("dbx", dbx.into_dyn()),
                ("dbh", dbh.into_dyn()),
            ])
        }
        "multi_head_attention" => multi_head_attention(params, inputs, grad),
        _ => None,
    }
}

fn multi_head_attention(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let matrix = |name: &str| matrix(inputs, name);
    let vector = |name: &str| vector(inputs, name);
    let parameters = AttentionParameters {
        wq: matrix("wq"),
        bq: vector("bq"),
        wk: matrix("wk"),
        bk: vector("bk"),
        wv: matrix("wv"),
        bv: vector("bv"),
        wo: matrix("wo"),
        bo: vector("bo"),
    };
    let [query, key, value] = ["query", "key", "value"].map(|name| sequence(inputs, name));
    let heads = number(params, "heads", 1.0) as usize;
    let mask = if params["causal"].as_bool().unwrap_or(false) { Mask::Causal } else { Mask::None };
    let (y, cache) = multi_head_attention_forward(&query, &key, &value, &parameters, heads, mask);
    let Some(grad) = grad else { return outputs([("y", y.into_dyn())]) };
    let MultiHeadAttentionGradients { dquery, dkey, dvalue, dparameters } =
        multi_head_attention_backward(&fixed::<Ix3>(grad, "grad_output"), &cache);
    outputs([
        ("y", y.into_dyn()),
        ("dquery", dquery.into_dyn()),
        ("dkey", dkey.into_dyn()),
        ("dvalue", dvalue.into_dyn()),
        ("dwq", dparameters.wq.into_dyn()),
        ("dbq", dparameters.bq.into_dyn()),
        ("dwk", dparameters.wk.into_dyn()),
        ("dbk", dparameters.bk.into_dyn()),
        ("dwv", dparameters.wv.into_dyn()),
        ("dbv", dparameters.bv.into_dyn()),
        ("dwo", dparameters.wo.into_dyn()),
        ("dbo", dparameters.bo.into_dyn()),
    ])
}

/// Words of any shape: the layer takes (batch, time), and for it one row of words is as good as another.
fn embedding(inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let (words, w) = (labels(inputs, "x"), matrix(inputs, "w"));
    let (count, features) = (words.len(), w.ncols());
    let row = words.into_shape_with_order((1, count)).expect("one row");
    let (y, cache) = word_embedding_forward(&row, &w);
    let shape = [input(inputs, "x").shape(), &[features]].concat();
    let y = y.into_shape_with_order(shape).expect("as many numbers");
    let Some(grad) = grad else { return outputs([("y", y)]) };
    let dout = Array::from_iter(grad.iter().copied()).into_shape_with_order((1, count, features));
    let dw = word_embedding_backward(&dout.expect("grad_output has the shape of y"), &cache);
    outputs([("y", y), ("dw", dw.into_dyn())])
}

/// The input of that name as (batch, time, features).
fn sequence(inputs: &Inputs, name: &str) -> Array3<f64> {
    fixed(input(inputs, name), name)
}

fn fixed<D: Dimension>(array: &ArrayD<f64>, name: &str) -> Array<f64, D> {
    let axes = D::NDIM.unwrap_or_default();
    let wrong = |_| panic!("{name} needs {axes} axes, but is {:?}", array.shape());
    array.clone().into_dimensionality().unwrap_or_else(wrong)
}
