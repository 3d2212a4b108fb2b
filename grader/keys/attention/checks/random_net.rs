//! Random parameters, sequences and masks.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{
    DecoderLayer, EncoderLayer, FeedForward, LayerNorm, Mask, MultiHeadAttention, Parameters,
};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::inputs;

/// A matrix that keeps the scale of what it multiplies.
pub fn matrix(random: &mut ChaCha8Rng, rows: usize, columns: usize) -> Array2<f64> {
    inputs::normal(random, (rows, columns), 1.2 / (rows as f64).sqrt())
}

pub fn vector(random: &mut ChaCha8Rng, length: usize) -> Array1<f64> {
    inputs::normal(random, length, 0.5)
}

pub fn attention(random: &mut ChaCha8Rng, features: usize) -> MultiHeadAttention {
    MultiHeadAttention {
        wq: matrix(random, features, features),
        bq: vector(random, features),
        wk: matrix(random, features, features),
        bk: vector(random, features),
        wv: matrix(random, features, features),
        bv: vector(random, features),
        wo: matrix(random, features, features),
        bo: vector(random, features),
    }
}

fn norm(random: &mut ChaCha8Rng, features: usize) -> LayerNorm {
    LayerNorm { gamma: vector(random, features) + 1.0, beta: vector(random, features) }
}

fn feed_forward(random: &mut ChaCha8Rng, features: usize, hidden: usize) -> FeedForward {
    FeedForward {
        w1: matrix(random, features, hidden),
        b1: vector(random, hidden),
        w2: matrix(random, hidden, features),
        b2: vector(random, features),
    }
}

pub fn encoder_layer(random: &mut ChaCha8Rng, features: usize, hidden: usize) -> EncoderLayer {
    EncoderLayer {
        attention: attention(random, features),
        norm_attention: norm(random, features),
        feed_forward: feed_forward(random, features, hidden),
        norm_feed_forward: norm(random, features),
    }
}

pub fn decoder_layer(random: &mut ChaCha8Rng, features: usize, hidden: usize) -> DecoderLayer {
    DecoderLayer {
        attention: attention(random, features),
        norm_attention: norm(random, features),
        cross_attention: attention(random, features),
        norm_cross_attention: norm(random, features),
        feed_forward: feed_forward(random, features, hidden),
        norm_feed_forward: norm(random, features),
    }
}

/// Networks like this one, each with one number of one array changed.
pub fn look_alikes<P: Parameters + Clone>(random: &mut ChaCha8Rng, net: &P) -> Vec<P> {
    (0..net.named().len())
        .map(|place| {
            let mut net = net.clone();
            let array = &mut net.named_mut()[place].1;
            let number = random.random_range(0..array.len());
            if let Some(number) = array.iter_mut().nth(number) {
                *number += random.random_range(0.5..1.0);
            }
            net
        })
        .collect()
}

/// A mask in which each query may look at some keys: at one at least.
pub fn mask(random: &mut ChaCha8Rng, queries: usize, keys: usize) -> Mask {
    let mut allowed = Array2::from_shape_simple_fn((queries, keys), || random.random::<bool>());
    for mut row in allowed.rows_mut() {
        row[random.random_range(0..keys)] = true;
    }
    Mask::Allowed(allowed)
}

/// A mask in which one query, but not every one, may look at nothing, if there are several.
pub fn blind(random: &mut ChaCha8Rng, queries: usize, keys: usize) -> Mask {
    let Mask::Allowed(mut allowed) = mask(random, queries, keys) else { return Mask::All };
    allowed.row_mut(random.random_range(0..queries)).fill(false);
    Mask::Allowed(allowed)
}

/// Each step at itself and what comes before.
pub fn causal(time: usize) -> Mask {
    Mask::Allowed(Array2::from_shape_fn((time, time), |(query, key)| key <= query))
}

/// True and false exchanged.
pub fn inverted(mask: &Mask) -> Mask {
    match mask {
        Mask::All => Mask::All,
        Mask::Allowed(allowed) => Mask::Allowed(allowed.mapv(|allows| !allows)),
    }
}
