//! Faults in shapes of sequences panic at the caller's line, with the operation, the rule and both shapes.

use crate::support::panics::panics_here;
#[cfg(feature = "rnn")]
use ndarray::array;
use ndarray::{Array1, Array2, Array3};

#[cfg(feature = "rnn")]
#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn embedding_and_temporal() {
    use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
    use gradus_nn::temporal::{temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};

    let (x, w, b) = (Array3::<f64>::zeros((2, 3, 4)), Array2::<f64>::zeros((4, 5)), Array1::<f64>::zeros(5));
    let (narrow, short, words) = (Array2::<f64>::zeros((3, 5)), Array1::<f64>::zeros(4), array![[0, 1], [3, 4]]);

    panics_here("word_embedding_forward: words must be below the number of rows of w, 4, but x[1, 1] is 4", || { word_embedding_forward(&words, &w); });
    let (_, cache) = word_embedding_forward(&array![[0, 1], [3, 3]], &w);
    panics_here("word_embedding_backward: dout needs one row for each word of x, but x is [2, 2] and dout is [2, 3, 4]", || { word_embedding_backward(&x, &cache); });

    panics_here("temporal_affine_forward: w needs one row for each feature of x, but x is [2, 3, 4] and w is [3, 5]", || { temporal_affine_forward(&x, &narrow, &b); });
    panics_here("temporal_affine_forward: b needs one value for each column of w, but w is [4, 5] and b is [4]", || { temporal_affine_forward(&x, &w, &short); });
    let (_, cache) = temporal_affine_forward(&x, &w, &b);
    panics_here("temporal_affine_backward: dout needs the shape of the output, but the output is [2, 3, 5] and dout is [2, 3, 4]", || { temporal_affine_backward(&x, &cache); });

    let (y, mask) = (array![[0, 1, 4], [0, 0, 0]], Array2::from_elem((2, 3), true));
    panics_here("temporal_softmax_loss: labels must be below the number of classes, 4, but y[0, 2] is 4", || { temporal_softmax_loss(&x, &y, &mask); });
    panics_here("temporal_softmax_loss: y needs one label for each step of x, but x is [2, 3, 4] and y is [2, 2]", || { temporal_softmax_loss(&x, &words, &mask); });
    panics_here("temporal_softmax_loss: mask needs one value for each step of x, but x is [2, 3, 4] and mask is [2, 1]", || { temporal_softmax_loss(&x, &y, &array![[true], [true]]); });
    panics_here("temporal_softmax_loss: x needs at least one example, but is [0, 3, 4]", || { temporal_softmax_loss(&Array3::<f64>::zeros((0, 3, 4)), &y, &mask); });
}

#[cfg(feature = "rnn")]
#[rustfmt::skip]
#[test]
fn recurrent_layers() {
    use gradus_nn::gru::{gru_backward, gru_forward, gru_step_backward, gru_step_forward};
    use gradus_nn::lstm::{lstm_backward, lstm_forward, lstm_step_backward, lstm_step_forward};
    use gradus_nn::rnn::{rnn_backward, rnn_forward, rnn_step_backward, rnn_step_forward};

    let matrix = |rows, columns| Array2::<f64>::zeros((rows, columns));
    let (x, x_t, h, b) = (Array3::<f64>::zeros((2, 5, 3)), matrix(2, 3), matrix(2, 4), Array1::<f64>::zeros(4));
    let (wx, wh, wide, three) = (matrix(3, 4), matrix(4, 4), Array1::<f64>::zeros(16), Array1::<f64>::zeros(12));

    panics_here("rnn_step_forward: prev_h needs one row for each example of x, but x is [2, 3] and prev_h is [1, 4]", || { rnn_step_forward(&x_t, &matrix(1, 4), &wx, &wh, &b); });
    panics_here("rnn_step_forward: wx needs one row for each feature of x, but x is [2, 3] and wx is [4, 4]", || { rnn_step_forward(&x_t, &h, &wh, &wh, &b); });
    panics_here("rnn_step_forward: wh needs one row for each column of prev_h, but prev_h is [2, 4] and wh is [3, 4]", || { rnn_step_forward(&x_t, &h, &wx, &wx, &b); });
    panics_here("rnn_step_forward: wx needs one column for each column of prev_h, but prev_h is [2, 4] and wx is [3, 5]", || { rnn_step_forward(&x_t, &h, &matrix(3, 5), &wh, &b); });
    panics_here("rnn_step_forward: wh needs as many columns as wx, but wx is [3, 4] and wh is [4, 5]", || { rnn_step_forward(&x_t, &h, &wx, &matrix(4, 5), &b); });
    panics_here("rnn_step_forward: b needs one value for each column of wx, but wx is [3, 4] and b is [16]", || { rnn_step_forward(&x_t, &h, &wx, &wh, &wide); });
    let (_, cache) = rnn_step_forward(&x_t, &h, &wx, &wh, &b);
    panics_here("rnn_step_backward: dnext_h needs the shape of next_h, but next_h is [2, 4] and dnext_h is [2, 3]", || { rnn_step_backward(&x_t, &cache); });
    panics_here("rnn_forward: h0 needs one row for each example of x, but x is [2, 5, 3] and h0 is [1, 4]", || { rnn_forward(&x, &matrix(1, 4), &wx, &wh, &b); });
    panics_here("rnn_forward: wx needs one row for each feature of x, but x is [2, 5, 3] and wx is [4, 4]", || { rnn_forward(&x, &h, &wh, &wh, &b); });
    panics_here("rnn_forward: b needs one value for each column of wx, but wx is [3, 4] and b is [16]", || { rnn_forward(&x, &h, &wx, &wh, &wide); });
    let (_, cache) = rnn_forward(&x, &h, &wx, &wh, &b);
    panics_here("rnn_backward: dout needs the shape of h, but h is [2, 5, 4] and dout is [2, 5, 3]", || { rnn_backward(&x, &cache); });

    let (wx, wh) = (matrix(3, 16), matrix(4, 16));
    panics_here("lstm_step_forward: wx needs 4 columns for each column of prev_h, but prev_h is [2, 4] and wx is [3, 4]", || { lstm_step_forward(&x_t, &h, &h, &matrix(3, 4), &wh, &wide); });
    panics_here("lstm_step_forward: prev_c needs the shape of prev_h, but prev_h is [2, 4] and prev_c is [2, 3]", || { lstm_step_forward(&x_t, &h, &x_t, &wx, &wh, &wide); });
    panics_here("lstm_step_forward: b needs one value for each column of wx, but wx is [3, 16] and b is [4]", || { lstm_step_forward(&x_t, &h, &h, &wx, &wh, &b); });
    let (_, _, cache) = lstm_step_forward(&x_t, &h, &h, &wx, &wh, &wide);
    panics_here("lstm_step_backward: dnext_h needs the shape of next_h, but next_h is [2, 4] and dnext_h is [2, 3]", || { lstm_step_backward(&x_t, &h, &cache); });
    panics_here("lstm_step_backward: dnext_c needs the shape of next_c, but next_c is [2, 4] and dnext_c is [2, 3]", || { lstm_step_backward(&h, &x_t, &cache); });
    panics_here("lstm_forward: wh needs as many columns as wx, but wx is [3, 16] and wh is [4, 4]", || { lstm_forward(&x, &h, &wx, &matrix(4, 4), &wide); });
    panics_here("lstm_forward: b needs one value for each column of wx, but wx is [3, 16] and b is [4]", || { lstm_forward(&x, &h, &wx, &wh, &b); });
    let (_, cache) = lstm_forward(&x, &h, &wx, &wh, &wide);
    panics_here("lstm_backward: dout needs the shape of h, but h is [2, 5, 4] and dout is [2, 5, 3]", || { lstm_backward(&x, &cache); });

    let (wx, wh) = (matrix(3, 12), matrix(4, 12));
    panics_here("gru_step_forward: wx needs 3 columns for each column of prev_h, but prev_h is [2, 4] and wx is [3, 16]", || { gru_step_forward(&x_t, &h, &matrix(3, 16), &wh, &three, &three); });
    panics_here("gru_step_forward: bx needs one value for each column of wx, but wx is [3, 12] and bx is [4]", || { gru_step_forward(&x_t, &h, &wx, &wh, &b, &three); });
    panics_here("gru_step_forward: bh needs one value for each column of wh, but wh is [4, 12] and bh is [4]", || { gru_step_forward(&x_t, &h, &wx, &wh, &three, &b); });
    let (_, cache) = gru_step_forward(&x_t, &h, &wx, &wh, &three, &three);
    panics_here("gru_step_backward: dnext_h needs the shape of next_h, but next_h is [2, 4] and dnext_h is [2, 3]", || { gru_step_backward(&x_t, &cache); });
    panics_here("gru_forward: bh needs one value for each column of wh, but wh is [4, 12] and bh is [4]", || { gru_forward(&x, &h, &wx, &wh, &three, &b); });
    let (_, cache) = gru_forward(&x, &h, &wx, &wh, &three, &three);
    panics_here("gru_backward: dout needs the shape of h, but h is [2, 5, 4] and dout is [2, 5, 3]", || { gru_backward(&x, &cache); });
}

#[cfg(feature = "attention")]
#[rustfmt::skip]
#[test]
fn attention() {
    use gradus_nn::attention::{
        AttentionParameters, Mask, multi_head_attention_backward, multi_head_attention_forward,
        scaled_dot_product_attention_backward, scaled_dot_product_attention_forward,
    };

    let cube = |a, b, c| Array3::<f64>::zeros((a, b, c));
    let (query, key, value) = (cube(2, 3, 4), cube(2, 5, 4), cube(2, 5, 6));

    panics_here("scaled_dot_product_attention_forward: query and key need the same number of examples, but query is [2, 3, 4] and key is [1, 5, 4]", || { scaled_dot_product_attention_forward(&query, &cube(1, 5, 4), &value, Mask::None); });
    panics_here("scaled_dot_product_attention_forward: value needs one row for each row of key, but key is [2, 5, 4] and value is [2, 4, 6]", || { scaled_dot_product_attention_forward(&query, &key, &cube(2, 4, 6), Mask::None); });
    panics_here("scaled_dot_product_attention_forward: query and key need the same number of features, but query is [2, 3, 4] and key is [2, 5, 6]", || { scaled_dot_product_attention_forward(&query, &value, &value, Mask::None); });
    panics_here("scaled_dot_product_attention_forward: mask needs to fit (batch, heads, queries, keys), but these are [2, 1, 3, 5] and mask is [5, 3]", || { scaled_dot_product_attention_forward(&query, &key, &value, Mask::allowed(&Array2::from_elem((5, 3), true))); });
    panics_here("scaled_dot_product_attention_forward: mask needs to fit (batch, heads, queries, keys), but these are [2, 1, 3, 5] and mask is [5]", || { scaled_dot_product_attention_forward(&query, &key, &value, Mask::allowed(&Array1::from_elem(5, true))); });
    let (_, cache) = scaled_dot_product_attention_forward(&query, &key, &value, Mask::None);
    panics_here("scaled_dot_product_attention_backward: dout needs the shape of the output, but the output is [2, 3, 6] and dout is [2, 3, 4]", || { scaled_dot_product_attention_backward(&query, &cache); });

    let (w, b) = (|rows, columns| Array2::<f64>::zeros((rows, columns)), |length| Array1::<f64>::zeros(length));
    let right = AttentionParameters { wq: w(4, 6), bq: b(6), wk: w(4, 6), bk: b(6), wv: w(6, 9), bv: b(9), wo: w(9, 2), bo: b(2) };
    let forward = |p: AttentionParameters<f64>, heads| multi_head_attention_forward(&query, &key, &value, &p, heads, Mask::None);
    let (_, cache) = forward(right.clone(), 3);
    panics_here("multi_head_attention_backward: dout needs the shape of the output, but the output is [2, 3, 2] and dout is [2, 3, 4]", || { multi_head_attention_backward(&query, &cache); });
    let attend = multi_head_attention_forward;
    let mut p = right.clone(); p.wk = w(6, 6);
    panics_here("multi_head_attention_forward: wk needs one row for each feature of key, but key is [2, 5, 4] and wk is [6, 6]", || { attend(&query, &key, &value, &p, 3, Mask::None); });
    let mut p = right.clone(); p.wk = w(4, 9);
    panics_here("multi_head_attention_forward: wk needs as many columns as wq, but wq is [4, 6] and wk is [4, 9]", || { attend(&query, &key, &value, &p, 3, Mask::None); });
    let mut p = right.clone(); p.wo = w(6, 2);
    panics_here("multi_head_attention_forward: wo needs one row for each column of wv, but wv is [6, 9] and wo is [6, 2]", || { attend(&query, &key, &value, &p, 3, Mask::None); });
    let mut p = right.clone(); p.bo = b(9);
    panics_here("multi_head_attention_forward: bo needs one value for each column of wo, but wo is [9, 2] and bo is [9]", || { attend(&query, &key, &value, &p, 3, Mask::None); });
    panics_here("multi_head_attention_forward: the columns of wq must split into heads of one width, but wq is [4, 6] and heads is 4", || { attend(&query, &key, &value, &right, 4, Mask::None); });
    panics_here("multi_head_attention_forward: the columns of wv must split into heads of one width, but wv is [6, 9] and heads is 2", || { attend(&query, &key, &value, &right, 2, Mask::None); });
    panics_here("multi_head_attention_forward: the columns of wq must split into heads of one width, but wq is [4, 6] and heads is 0", || { attend(&query, &key, &value, &right, 0, Mask::None); });
}
