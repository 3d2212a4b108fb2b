// Of equal scores the last one counts.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START};
use gradus_nn::affine::affine_forward;
use ndarray::{Array2, Axis};

pub fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize> {
    let (mut h, _) = affine_forward(features, &net.w_proj, &net.b_proj);
    let mut c = Array2::zeros(h.raw_dim());
    let mut words = Array2::from_elem((features.nrows(), max_length), NULL);
    let mut last = vec![START; features.nrows()];
    let mut finished = vec![false; features.nrows()];
    for t in 0..max_length {
        let x = net.w_embed.select(Axis(0), &last);
        if net.cell() == Cell::Rnn {
            h = rnn_step_forward(&x, &h, &net.wx, &net.wh, &net.b).0;
        } else {
            (h, c, _) = lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b);
        }
        let (scores, _) = affine_forward(&h, &net.w_vocab, &net.b_vocab);
        for (n, scores) in scores.outer_iter().enumerate() {
            let mut best = 0;
            for (word, &score) in scores.iter().enumerate() {
                if score >= scores[best] {
                    best = word;
                }
            }
            if !finished[n] {
                words[[n, t]] = best;
                finished[n] = best == END;
            }
            last[n] = best;
        }
    }
    words
}
