//! Transformer blocks: the figures of CS231n, the parts put together by hand, numeric gradients, single precision.

use crate::support::panics::panics_here;
use crate::support::recorded::{array, attention_parameters, fact};
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::attention::{Mask, multi_head_attention_forward};
use gradus_nn::norms::layernorm_forward;
use gradus_nn::random::{generator, normal};
use gradus_nn::transformer::{
    Activation, BlockSettings, DecoderParameters, EncoderParameters, FeedForwardParameters, NormParameters,
    decoder_block_backward, decoder_block_forward, encoder_block_backward, encoder_block_forward,
    feed_forward_backward, feed_forward_forward,
};
use ndarray::{Array, Array2, Array3, ArrayViewD, Dimension, Ix1, Ix2, Ix3};
use proptest::prelude::*;
use serde_json::Value;

const FACTS: &str = include_str!("fixtures/attention_cs231n.json");
/// The notebook's tolerance: its arrays are f32.
const NOTEBOOK: Tolerance = Tolerance::new(1e-6, 1e-6);
const GRADIENT: Tolerance = Tolerance::numeric_gradient();

/// CS231n keeps the weights transposed, as PyTorch does.
fn weight(state: &Value, name: &str) -> Array2<f64> {
    array::<Ix2>(&state[format!("{name}.weight")]).reversed_axes()
}

fn norm(state: &Value, name: &str) -> NormParameters<f64> {
    let vector = |part: &str| array::<Ix1>(&state[format!("{name}.{part}")]);
    NormParameters { gamma: vector("weight"), beta: vector("bias") }
}

fn feed_forward(state: &Value) -> FeedForwardParameters<f64> {
    let (w1, w2) = (weight(state, "ffn.fc1"), weight(state, "ffn.fc2"));
    FeedForwardParameters { w1, b1: array::<Ix1>(&state["ffn.fc1.bias"]), w2, b2: array::<Ix1>(&state["ffn.fc2.bias"]) }
}

#[test]
fn the_encoder_figures_of_cs231n() {
    let recorded = fact(FACTS, "TransformerEncoderLayer");
    let inputs = &recorded["inputs"]["materialised"];
    let state = &inputs["state"];
    let parameters = EncoderParameters {
        attention: attention_parameters(state, "self_attn."),
        norm_attention: norm(state, "norm_self"),
        feed_forward: feed_forward(state),
        norm_feed_forward: norm(state, "norm_ffn"),
    };
    let allowed = array::<Ix2>(&inputs["src_mask"]).mapv(|allows| allows != 0.0);
    let settings = BlockSettings::new(2, Activation::Gelu);
    let x = array::<Ix3>(&inputs["x"]);
    let (out, _) = encoder_block_forward(&x, &parameters, settings, Mask::allowed(&allowed));
    assert_eq!(compare(&out, &array::<Ix3>(&recorded["expected"]["out"]), NOTEBOOK), Ok(()));
}

#[test]
fn the_decoder_figures_of_cs231n() {
    let recorded = fact(FACTS, "TransformerDecoderLayer");
    let inputs = &recorded["inputs"]["materialised"];
    let state = &inputs["state"];
    let parameters = DecoderParameters {
        attention: attention_parameters(state, "self_attn."),
        norm_attention: norm(state, "norm_self"),
        cross_attention: attention_parameters(state, "cross_attn."),
        norm_cross_attention: norm(state, "norm_cross"),
        feed_forward: feed_forward(state),
        norm_feed_forward: norm(state, "norm_ffn"),
    };
    let allowed = array::<Ix2>(&inputs["tgt_mask"]).mapv(|allows| allows != 0.0);
    let settings = BlockSettings::new(2, Activation::Gelu);
    let (x, memory) = (array::<Ix3>(&inputs["tgt"]), array::<Ix3>(&inputs["memory"]));
    let (out, _) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::allowed(&allowed), Mask::None);
    assert_eq!(compare(&out, &array::<Ix3>(&recorded["expected"]["out"]), NOTEBOOK), Ok(()));
}

/// A large eps, because layer norm is steep and bent where the features of a step happen to be nearly equal: there a
/// numeric gradient loses its digits.
fn smooth(heads: usize, activation: Activation) -> BlockSettings<f64> {
    BlockSettings { eps: 0.1, ..BlockSettings::new(heads, activation) }
}

/// Every array away from where training starts, so that no gradient is 0 by chance.
macro_rules! shaken {
    ($parameters:expr, $draws:expr) => {{
        let mut parameters = $parameters;
        for (_, mut array) in parameters.named_mut() {
            array += &normal::<f64, _>(array.raw_dim(), 0.3, $draws);
        }
        parameters
    }};
}

/// Holds the gradient of each array against the numeric one.
macro_rules! check_parameters {
    ($parameters:expr, $gradients:expr, $dout:expr, $seed:expr, $forward:expr) => {{
        let gradients = $gradients.named();
        for (index, (name, array)) in $parameters.named().into_iter().enumerate() {
            let forward = |changed: &Array<f64, _>| {
                let mut parameters = $parameters.clone();
                parameters.named_mut()[index].1.assign(changed);
                $forward(&parameters)
            };
            let numeric = numeric_gradient_array(forward, &array, &$dout);
            prop_assert_eq!(&gradients[index].0, &name);
            let gradient: &ArrayViewD<f64> = &gradients[index].1;
            prop_assert_eq!(compare(gradient, &numeric, GRADIENT), Ok(()), "{}, seed {}", name, $seed);
        }
    }};
}

fn single<D: Dimension>(array: &Array<f64, D>) -> Array<f32, D> {
    array.mapv(|value| value as f32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_encoder_block_is_its_parts_and_has_numeric_gradients(
        seed in any::<u64>(), batch in 1_usize..3, time in 1_usize..4, heads in 1_usize..3, gelu in any::<bool>(),
    ) {
        let draws = &mut generator(seed);
        let features = 3 * heads;
        let parameters = shaken!(EncoderParameters::random(features, 4, draws), draws);
        let x = normal::<f64, _>((batch, time, features), 1.0, draws);
        let dout = normal::<f64, _>((batch, time, features), 1.0, draws);
        // GELU where slopes are compared: the kink of ReLU can lie between both sides of a difference.
        let settings = smooth(heads, if gelu { Activation::Gelu } else { Activation::Relu });
        let (out, cache) = encoder_block_forward(&x, &parameters, settings, Mask::Causal);

        let p = &parameters;
        let sum = multi_head_attention_forward(&x, &x, &x, &p.attention, heads, Mask::Causal).0 + &x;
        let a = layernorm_forward(&sum, &p.norm_attention.gamma, &p.norm_attention.beta, 0.1).0;
        let sum = feed_forward_forward(&a, &p.feed_forward, settings.activation).0 + &a;
        let by_hand = layernorm_forward(&sum, &p.norm_feed_forward.gamma, &p.norm_feed_forward.beta, 0.1).0;
        prop_assert_eq!(compare(&out, &by_hand, Tolerance::double()), Ok(()), "seed {}", seed);

        if gelu {
            let gradients = encoder_block_backward(&dout, &cache);
            let forward = |x: &Array3<f64>| encoder_block_forward(x, &parameters, settings, Mask::Causal).0;
            let dx = numeric_gradient_array(forward, &x, &dout);
            prop_assert_eq!(compare(&gradients.dx, &dx, GRADIENT), Ok(()), "dx, seed {}", seed);
            check_parameters!(parameters, gradients.dparameters, dout, seed, |p: &EncoderParameters<f64>| {
                encoder_block_forward(&x, p, settings, Mask::Causal).0
            });
        }
    }

    #[test]
    fn a_decoder_block_has_numeric_gradients(
        seed in any::<u64>(), batch in 1_usize..3, time in 1_usize..4, memory_time in 1_usize..4, heads in 1_usize..3,
    ) {
        let draws = &mut generator(seed);
        let features = 3 * heads;
        let parameters = shaken!(DecoderParameters::random(features, 4, draws), draws);
        let x = normal::<f64, _>((batch, time, features), 1.0, draws);
        let memory = normal::<f64, _>((batch, memory_time, features), 1.0, draws);
        let dout = normal::<f64, _>((batch, time, features), 1.0, draws);
        let settings = smooth(heads, Activation::Gelu);
        let forward = |x: &Array3<f64>, memory: &Array3<f64>, p: &DecoderParameters<f64>| {
            decoder_block_forward(x, memory, p, settings, Mask::Causal, Mask::None)
        };
        let gradients = decoder_block_backward(&dout, &forward(&x, &memory, &parameters).1);
        let dx = numeric_gradient_array(|x| forward(x, &memory, &parameters).0, &x, &dout);
        let dmemory = numeric_gradient_array(|memory| forward(&x, memory, &parameters).0, &memory, &dout);
        prop_assert_eq!(compare(&gradients.dx, &dx, GRADIENT), Ok(()), "dx, seed {}", seed);
        prop_assert_eq!(compare(&gradients.dmemory, &dmemory, GRADIENT), Ok(()), "dmemory, seed {}", seed);
        check_parameters!(parameters, gradients.dparameters, dout, seed, |p: &DecoderParameters<f64>| {
            forward(&x, &memory, p).0
        });
    }

    #[test]
    fn the_feed_forward_part_by_hand_and_in_single_precision(
        seed in any::<u64>(), batch in 1_usize..3, time in 1_usize..4, hidden in 1_usize..6,
    ) {
        let draws = &mut generator(seed);
        let p = shaken!(FeedForwardParameters::random(3, hidden, draws), draws);
        let (x, dout) =
            (normal::<f64, _>((batch, time, 3), 1.0, draws), normal::<f64, _>((batch, time, 3), 1.0, draws));
        let (out, cache) = feed_forward_forward(&x, &p, Activation::Relu);
        let by_hand = Array3::from_shape_fn((batch, time, 3), |(n, t, m)| {
            let unit = |k: usize| (p.b1[k] + (0..3).map(|d| x[[n, t, d]] * p.w1[[d, k]]).sum::<f64>()).max(0.0);
            p.b2[m] + (0..hidden).map(|k| unit(k) * p.w2[[k, m]]).sum::<f64>()
        });
        prop_assert_eq!(compare(&out, &by_hand, Tolerance::double()), Ok(()), "seed {}", seed);

        let p1 =
            FeedForwardParameters { w1: single(&p.w1), b1: single(&p.b1), w2: single(&p.w2), b2: single(&p.b2) };
        let (out1, cache1) = feed_forward_forward(&single(&x), &p1, Activation::Relu);
        let (g, g1) = (feed_forward_backward(&dout, &cache), feed_forward_backward(&single(&dout), &cache1));
        prop_assert_eq!(compare(&out1, &out, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&g1.dx, &g.dx, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
    }
}

#[test]
fn blocks_in_single_precision_follow_double_precision() {
    for seed in 0..20 {
        let double = DecoderParameters::<f64>::random(6, 8, &mut generator(seed));
        let rounded = DecoderParameters::<f32>::random(6, 8, &mut generator(seed));
        let draws = &mut generator(seed + 100);
        let (x, memory) = (normal::<f64, _>((2, 4, 6), 1.0, draws), normal::<f64, _>((2, 3, 6), 1.0, draws));
        let dout = normal::<f64, _>((2, 4, 6), 1.0, draws);
        let settings = BlockSettings::new(2, Activation::Gelu);
        let (out, cache) = decoder_block_forward(&x, &memory, &double, settings, Mask::Causal, Mask::None);
        let settings = BlockSettings::new(2, Activation::Gelu);
        let (out1, cache1) =
            decoder_block_forward(&single(&x), &single(&memory), &rounded, settings, Mask::Causal, Mask::None);
        let (g, g1) = (decoder_block_backward(&dout, &cache), decoder_block_backward(&single(&dout), &cache1));
        for verdict in [
            compare(&out1, &out, Tolerance::new(1e-4, 1e-5)),
            compare(&g1.dx, &g.dx, Tolerance::new(1e-4, 1e-5)),
            compare(&g1.dmemory, &g.dmemory, Tolerance::new(1e-4, 1e-5)),
        ] {
            assert_eq!(verdict, Ok(()), "seed {seed}");
        }
    }
}

#[test]
fn a_causal_decoder_does_not_see_the_future() {
    let draws = &mut generator(7);
    let parameters = DecoderParameters::<f64>::random(4, 8, draws);
    let (mut x, memory) = (normal::<f64, _>((1, 3, 4), 1.0, draws), normal::<f64, _>((1, 2, 4), 1.0, draws));
    let settings = BlockSettings::new(2, Activation::Relu);
    let (before, _) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::Causal, Mask::None);
    x.slice_mut(ndarray::s![0, 2, ..]).fill(100.0);
    let (after, _) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::Causal, Mask::None);
    let early = ndarray::s![0, ..2, ..];
    assert_eq!(before.slice(early), after.slice(early));
    assert_ne!(before, after);
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn shape_faults() {
    let draws = &mut generator(7);
    let (encoder, decoder) = (EncoderParameters::<f64>::random(4, 8, draws), DecoderParameters::<f64>::random(4, 8, draws));
    let (x, narrow, settings) = (Array3::<f64>::zeros((1, 3, 4)), Array3::<f64>::zeros((1, 3, 3)), BlockSettings::new(2, Activation::Relu));

    panics_here("multi_head_attention_forward: wq needs one row for each feature of query, but query is [1, 3, 3] and wq is [4, 4]", || { encoder_block_forward(&narrow, &encoder, settings, Mask::None); });
    panics_here("multi_head_attention_forward: wk needs one row for each feature of key, but key is [1, 3, 3] and wk is [4, 4]", || { decoder_block_forward(&x, &narrow, &decoder, settings, Mask::None, Mask::None); });
    let mut wrong = encoder.clone(); wrong.attention.wo = Array2::zeros((4, 3)); wrong.attention.bo = ndarray::Array1::zeros(3);
    panics_here("encoder_block_forward: what attention gives needs the shape of x, but x is [1, 3, 4] and what attention gives is [1, 3, 3]", || { encoder_block_forward(&x, &wrong, settings, Mask::None); });
    let mut wrong = decoder.clone(); wrong.feed_forward.w2 = Array2::zeros((8, 3)); wrong.feed_forward.b2 = ndarray::Array1::zeros(3);
    panics_here("decoder_block_forward: what feed_forward gives needs the shape of x, but x is [1, 3, 4] and what feed_forward gives is [1, 3, 3]", || { decoder_block_forward(&x, &x, &wrong, settings, Mask::None, Mask::None); });
    let mut wrong = encoder.feed_forward.clone(); wrong.w2 = Array2::zeros((7, 4));
    panics_here("feed_forward_forward: w2 needs one row for each column of w1, but w1 is [4, 8] and w2 is [7, 4]", || { feed_forward_forward(&x, &wrong, Activation::Gelu); });
    panics_here("feed_forward_forward: w1 needs one row for each feature of x, but x is [1, 3, 3] and w1 is [4, 8]", || { feed_forward_forward(&narrow, &encoder.feed_forward, Activation::Gelu); });

    let (_, cache) = encoder_block_forward(&x, &encoder, settings, Mask::None);
    panics_here("encoder_block_backward: dout needs the shape of the output, but the output is [1, 3, 4] and dout is [1, 3, 3]", || { encoder_block_backward(&narrow, &cache); });
    let (_, cache) = decoder_block_forward(&x, &x, &decoder, settings, Mask::None, Mask::None);
    panics_here("decoder_block_backward: dout needs the shape of the output, but the output is [1, 3, 4] and dout is [1, 3, 3]", || { decoder_block_backward(&narrow, &cache); });
    let (_, cache) = feed_forward_forward(&x, &encoder.feed_forward, Activation::Gelu);
    panics_here("feed_forward_backward: dout needs the shape of the output, but the output is [1, 3, 4] and dout is [1, 3, 3]", || { feed_forward_backward(&narrow, &cache); });
}
