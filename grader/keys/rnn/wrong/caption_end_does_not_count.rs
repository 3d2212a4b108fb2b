// <END> does not count among the words to be said.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL};
use gradus_nn::affine::{affine_backward, affine_forward};
use ndarray::{Array2, s};

pub fn captioning_loss(
    net: &CaptioningNet,
    features: &Array2<f64>,
    captions: &Array2<usize>,
) -> (f64, CaptioningNet) {
    let read = captions.slice(s![.., ..-1]).to_owned();
    let said = captions.slice(s![.., 1..]).to_owned();
    let mask = said.mapv(|word| word != NULL && word != END);
    let (h0, proj) = affine_forward(features, &net.w_proj, &net.b_proj);
    let (x, embed) = word_embedding_forward(&read, &net.w_embed);
    let (loss, dx, dh0, [wx, wh, w_vocab], [b, b_vocab]) = if net.cell() == Cell::Rnn {
        let (h, cell) = rnn_forward(&x, &h0, &net.wx, &net.wh, &net.b);
        let (scores, vocab) = temporal_affine_forward(&h, &net.w_vocab, &net.b_vocab);
        let (loss, dscores) = temporal_softmax_loss(&scores, &said, &mask);
        let (dh, w_vocab, b_vocab) = temporal_affine_backward(&dscores, &vocab);
        let (dx, dh0, wx, wh, b) = rnn_backward(&dh, &cell);
        (loss, dx, dh0, [wx, wh, w_vocab], [b, b_vocab])
    } else {
        let (h, cell) = lstm_forward(&x, &h0, &net.wx, &net.wh, &net.b);
        let (scores, vocab) = temporal_affine_forward(&h, &net.w_vocab, &net.b_vocab);
        let (loss, dscores) = temporal_softmax_loss(&scores, &said, &mask);
        let (dh, w_vocab, b_vocab) = temporal_affine_backward(&dscores, &vocab);
        let (dx, dh0, wx, wh, b) = lstm_backward(&dh, &cell);
        (loss, dx, dh0, [wx, wh, w_vocab], [b, b_vocab])
    };
    let w_embed = word_embedding_backward(&dx, &embed);
    let (_, w_proj, b_proj) = affine_backward(&dh0, &proj);
    (loss, CaptioningNet { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab })
}
