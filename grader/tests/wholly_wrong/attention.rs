//! Answers to `attention` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::attention::{
    CaptioningTransformer, DecoderLayer, EncoderLayer, Functions, Mask, MultiHeadAttention, Parameters,
    VisionTransformer,
};
use gradus_question::Answer;
use ndarray::{Array, Array2, Array3, Dimension};

use super::{Seen, once};

/// Of query, key, value and parameters.
type HeadsGradients = (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention);

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::attention::first_right()
}

fn filled<P: Parameters + Clone>(net: &P, value: f64) -> P {
    let mut net = net.clone();
    net.named_mut().iter_mut().for_each(|(_, array)| array.fill(value));
    net
}

fn like<D: Dimension>(x: &Array<f64, D>, value: f64) -> Array<f64, D> {
    Array::from_elem(x.raw_dim(), value)
}

/// The shape that attention's output has.
fn attended(q: &Array3<f64>, v: &Array3<f64>) -> [usize; 3] {
    [q.dim().0, q.dim().1, v.dim().2]
}

/// The sum of all numbers, whose slope is 1.
fn total(net: &impl Parameters) -> f64 {
    net.named().iter().map(|(_, array)| array.sum()).sum()
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr, $word:expr) => {
        Functions {
            scaled_dot_product_attention_forward: Some(|q, _, v, _| Array3::from_elem(attended(q, v), $value)),
            scaled_dot_product_attention_backward: Some(|q, k, v, _, _| {
                (like(q, $value), like(k, $value), like(v, $value))
            }),
            multi_head_attention_forward: Some(|_, _, query, _, _, _| like(query, $value)),
            multi_head_attention_backward: Some(|net, _, query, key, value, _, _| {
                (like(query, $value), like(key, $value), like(value, $value), filled(net, $value))
            }),
            positional_encoding: Some(|time, features| Array2::from_elem((time, features), $value)),
            transformer_encoder_layer_forward: Some(|_, _, x, _| like(x, $value)),
            transformer_encoder_layer_backward: Some(|net, _, x, _, _| (like(x, $value), filled(net, $value))),
            transformer_decoder_layer_forward: Some(|_, _, x, _, _| like(x, $value)),
            transformer_decoder_layer_backward: Some(|net, _, x, memory, _, _| {
                (like(x, $value), like(memory, $value), filled(net, $value))
            }),
            patch_embedding_forward: Some(|x, _, b, size| {
                let patches = x.dim().2 / size * (x.dim().3 / size);
                Array3::from_elem((x.dim().0, patches, b.len()), $value)
            }),
            captioning_transformer_loss: Some(|net, _, _, _| ($value, filled(net, $value))),
            captioning_transformer_sample: Some(|_, _, features, length| {
                Array2::from_elem((features.dim().0, length), $word)
            }),
            vision_transformer_loss: Some(|net, _, _, _, _| ($value, filled(net, $value))),
        }
    };
}

/// Other functions, with gradients that are theirs.
fn another_function() -> Functions {
    Functions {
        scaled_dot_product_attention_forward: Some(|q, k, v, _| {
            Array3::from_elem(attended(q, v), q.sum() + k.sum() + v.sum())
        }),
        scaled_dot_product_attention_backward: Some(|q, k, v, _, dout| {
            (like(q, dout.sum()), like(k, dout.sum()), like(v, dout.sum()))
        }),
        multi_head_attention_forward: Some(|_, _, query, _, _, _| query.clone()),
        multi_head_attention_backward: Some(|net, _, _, key, value, _, dout| {
            (dout.clone(), like(key, 0.0), like(value, 0.0), filled(net, 0.0))
        }),
        positional_encoding: Some(|time, features| Array2::from_shape_fn((time, features), |(t, _)| t as f64)),
        transformer_encoder_layer_forward: Some(|_, _, x, _| x.clone()),
        transformer_encoder_layer_backward: Some(|net, _, _, _, dout| (dout.clone(), filled(net, 0.0))),
        transformer_decoder_layer_forward: Some(|_, _, x, _, _| x.clone()),
        transformer_decoder_layer_backward: Some(|net, _, _, memory, _, dout| {
            (dout.clone(), like(memory, 0.0), filled(net, 0.0))
        }),
        patch_embedding_forward: Some(|x, w, b, size| {
            let patches = x.dim().2 / size * (x.dim().3 / size);
            Array3::from_elem((x.dim().0, patches, b.len()), x.sum() + w.sum() + b.sum())
        }),
        captioning_transformer_loss: Some(|net, _, _, _| (total(net), filled(net, 1.0))),
        captioning_transformer_sample: Some(|_, _, features, length| {
            Array2::from_shape_fn((features.dim().0, length), |(n, t)| 3 + (n + t) % 3)
        }),
        vision_transformer_loss: Some(|net, _, _, _, _| (total(net), filled(net, 1.0))),
    }
}

fn wrong_shapes() -> Functions {
    Functions {
        scaled_dot_product_attention_forward: Some(|q, _, _, _| {
            q.clone().reversed_axes().as_standard_layout().into_owned()
        }),
        scaled_dot_product_attention_backward: Some(|_, _, _, _, dout| {
            (Array3::zeros((0, 0, 0)), dout.clone(), Array3::zeros((1, 1, 0)))
        }),
        multi_head_attention_forward: Some(|_, _, _, _, _, _| Array3::zeros((0, 0, 0))),
        multi_head_attention_backward: Some(|net, _, _, _, _, _, _| {
            let none = Array3::zeros((0, 0, 0));
            (none.clone(), none.clone(), none, MultiHeadAttention { wq: Array2::zeros((0, 0)), ..net.clone() })
        }),
        positional_encoding: Some(|time, features| Array2::zeros((features + 1, time))),
        transformer_encoder_layer_forward: Some(|_, _, x, _| x.slice(ndarray::s![..0, .., ..]).to_owned()),
        transformer_encoder_layer_backward: Some(|net, _, _, _, _| {
            let mut net: EncoderLayer = net.clone();
            net.attention.wq = Array2::zeros((0, 3));
            net.norm_feed_forward.beta = ndarray::Array1::zeros(0);
            net.norm_attention.beta = ndarray::Array1::zeros(0);
            (Array3::zeros((0, 0, 0)), net)
        }),
        transformer_decoder_layer_forward: Some(|_, _, _, memory, _| memory.slice(ndarray::s![..0, .., ..]).to_owned()),
        transformer_decoder_layer_backward: Some(|net, _, _, _, _, _| {
            let mut net: DecoderLayer = net.clone();
            net.attention.wq = Array2::zeros((0, 3));
            net.norm_feed_forward.beta = ndarray::Array1::zeros(0);
            (Array3::zeros((0, 0, 0)), Array3::zeros((1, 0, 1)), net)
        }),
        patch_embedding_forward: Some(|_, _, _, _| Array3::zeros((0, 0, 0))),
        captioning_transformer_loss: Some(|net, _, _, _| {
            (1.0, CaptioningTransformer { layers: Vec::new(), ..net.clone() })
        }),
        captioning_transformer_sample: Some(|_, _, features, length| Array2::zeros((length + 1, features.dim().0))),
        vision_transformer_loss: Some(|net, _, _, _, _| (1.0, VisionTransformer { layers: Vec::new(), ..net.clone() })),
    }
}

/// What a mask is, as numbers.
fn numbers(mask: &Mask) -> Vec<usize> {
    match mask {
        Mask::All => vec![],
        Mask::Allowed(allowed) => allowed.shape().to_vec(),
    }
}

fn first_for_each_shape() -> Functions {
    Functions {
        scaled_dot_product_attention_forward: Some(|q, k, v, mask| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().scaled_dot_product_attention_forward.expect("it has it");
            once(&SEEN, &[q.shape(), k.shape(), v.shape(), &numbers(mask)], || forward(q, k, v, mask))
        }),
        scaled_dot_product_attention_backward: Some(|q, k, v, mask, dout| {
            static SEEN: Seen<(Array3<f64>, Array3<f64>, Array3<f64>)> = Mutex::new(BTreeMap::new());
            let backward = right().scaled_dot_product_attention_backward.expect("it has it");
            once(&SEEN, &[q.shape(), k.shape(), v.shape(), &numbers(mask)], || backward(q, k, v, mask, dout))
        }),
        multi_head_attention_forward: Some(|net, heads, query, key, value, mask| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().multi_head_attention_forward.expect("it has it");
            let shapes = [query.shape(), key.shape(), &[heads], &numbers(mask)];
            once(&SEEN, &shapes, || forward(net, heads, query, key, value, mask))
        }),
        multi_head_attention_backward: Some(|net, heads, query, key, value, mask, dout| {
            static SEEN: Seen<HeadsGradients> = Mutex::new(BTreeMap::new());
            let backward = right().multi_head_attention_backward.expect("it has it");
            let shapes = [query.shape(), key.shape(), &[heads], &numbers(mask)];
            once(&SEEN, &shapes, || backward(net, heads, query, key, value, mask, dout))
        }),
        // The first for each number of features.
        positional_encoding: Some(|time, features| {
            static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
            let encoding = right().positional_encoding.expect("it has it");
            once(&SEEN, &[&[features]], || encoding(time, features))
        }),
        transformer_encoder_layer_forward: Some(|net, heads, x, mask| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().transformer_encoder_layer_forward.expect("it has it");
            once(&SEEN, &[x.shape(), &[heads], &numbers(mask)], || forward(net, heads, x, mask))
        }),
        transformer_encoder_layer_backward: Some(|net, heads, x, mask, dout| {
            static SEEN: Seen<(Array3<f64>, EncoderLayer)> = Mutex::new(BTreeMap::new());
            let backward = right().transformer_encoder_layer_backward.expect("it has it");
            once(&SEEN, &[x.shape(), &[heads], &numbers(mask)], || backward(net, heads, x, mask, dout))
        }),
        transformer_decoder_layer_forward: Some(|net, heads, x, memory, mask| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().transformer_decoder_layer_forward.expect("it has it");
            once(&SEEN, &[x.shape(), memory.shape(), &[heads]], || forward(net, heads, x, memory, mask))
        }),
        transformer_decoder_layer_backward: Some(|net, heads, x, memory, mask, dout| {
            static SEEN: Seen<(Array3<f64>, Array3<f64>, DecoderLayer)> = Mutex::new(BTreeMap::new());
            let backward = right().transformer_decoder_layer_backward.expect("it has it");
            once(&SEEN, &[x.shape(), memory.shape(), &[heads]], || backward(net, heads, x, memory, mask, dout))
        }),
        patch_embedding_forward: Some(|x, w, b, size| {
            static SEEN: Seen<Array3<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().patch_embedding_forward.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape(), &[size]], || forward(x, w, b, size))
        }),
        captioning_transformer_loss: Some(|net, heads, features, captions| {
            static SEEN: Seen<(f64, CaptioningTransformer)> = Mutex::new(BTreeMap::new());
            let loss = right().captioning_transformer_loss.expect("it has it");
            once(&SEEN, &[features.shape(), captions.shape()], || loss(net, heads, features, captions))
        }),
        captioning_transformer_sample: Some(|net, heads, features, length| {
            static SEEN: Seen<Array2<usize>> = Mutex::new(BTreeMap::new());
            let sample = right().captioning_transformer_sample.expect("it has it");
            once(&SEEN, &[features.shape(), &[length]], || sample(net, heads, features, length))
        }),
        vision_transformer_loss: Some(|net, heads, size, x, y| {
            static SEEN: Seen<(f64, VisionTransformer)> = Mutex::new(BTreeMap::new());
            let loss = right().vision_transformer_loss.expect("it has it");
            once(&SEEN, &[x.shape(), net.w_patch.shape()], || loss(net, heads, size, x, y))
        }),
    }
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    let all: [(_, Functions); 6] = [
        ("zeros", filled_with!(0.0, 0)),
        ("constants", filled_with!(0.1, 3)),
        ("not numbers", filled_with!(f64::NAN, 99)),
        ("another function with its own gradient", another_function()),
        ("wrong shapes", wrong_shapes()),
        ("the first result for each shape", first_for_each_shape()),
    ];
    all.into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect()
}
