//! Random networks that say captions, and captions for them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::step::{Sizes, weights};
use crate::common::inputs;

/// How many numbers each axis has.
#[derive(Clone, Copy)]
pub struct NetSizes {
    pub batch: usize,
    pub features: usize,
    pub vocabulary: usize,
    pub embedding: usize,
    pub hidden: usize,
}

impl NetSizes {
    /// More than one of everything.
    pub fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let hidden = random.random_range(4..7);
        Self { batch: 3, features: hidden + 2, vocabulary: random.random_range(8..11), embedding: hidden - 1, hidden }
    }
}

/// A network whose scores are of the order of 1, for features of this scale.
pub fn net(random: &mut ChaCha8Rng, cell: Cell, sizes: NetSizes, scale: f64) -> CaptioningNet {
    let NetSizes { batch, features, vocabulary, embedding, hidden } = sizes;
    let (wx, wh, b) = weights(random, cell, Sizes { batch, features: embedding, hidden }, 1.0);
    CaptioningNet {
        w_proj: inputs::normal(random, (features, hidden), 0.8 / (scale * (features as f64).sqrt())),
        b_proj: inputs::normal(random, hidden, 0.4),
        w_embed: inputs::normal(random, (vocabulary, embedding), 1.5),
        wx,
        wh,
        b,
        w_vocab: inputs::normal(random, (hidden, vocabulary), 3.0 / (hidden as f64).sqrt()),
        b_vocab: inputs::normal(random, vocabulary, 0.5),
    }
}

/// Captions from the first word to the last, of different lengths, filled up; `time` words with all that.
pub fn captions(random: &mut ChaCha8Rng, batch: usize, time: usize, vocabulary: usize) -> Array2<usize> {
    let mut captions = Array2::from_elem((batch, time), NULL);
    for (n, mut caption) in captions.outer_iter_mut().enumerate() {
        // The first is as long as there is room.
        let end = if n == 0 || time < 4 { time - 1 } else { random.random_range(2..time) };
        caption[0] = START;
        for t in 1..end {
            caption[t] = if vocabulary > END + 1 { random.random_range(END + 1..vocabulary) } else { END };
        }
        caption[end] = END;
    }
    captions
}

/// Biases with which a word has this much added to its score.
pub fn favoured(net: &CaptioningNet, word: usize, by: f64) -> Array1<f64> {
    let mut b_vocab = net.b_vocab.clone();
    b_vocab[word] += by;
    b_vocab
}
