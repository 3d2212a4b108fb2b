//! Every layer and loss, forward and backward, in single and in double precision: the results must be alike to 1e-4.

use std::collections::BTreeMap;

use gradus_check::{Tolerance, compare};
use gradus_nn::activations::*;
use gradus_nn::affine::*;
use gradus_nn::attention::*;
use gradus_nn::conv::*;
use gradus_nn::dropout::*;
use gradus_nn::embedding::*;
use gradus_nn::gru::*;
use gradus_nn::knn::{compute_distances_no_loops, compute_distances_one_loop, compute_distances_two_loops};
use gradus_nn::linear::{softmax_classifier_loss, svm_classifier_loss};
use gradus_nn::losses::*;
use gradus_nn::lstm::*;
use gradus_nn::norms::*;
use gradus_nn::patches::*;
use gradus_nn::pool::*;
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::regularisation::*;
use gradus_nn::rnn::*;
use gradus_nn::softmax::softmax_loss;
use gradus_nn::svm::svm_loss;
use gradus_nn::temporal::*;
use gradus_nn::transformer::*;
use gradus_nn::upsample::*;
use gradus_nn::{Mode, Scalar};
use ndarray::{Array, Array1, Array2, Array3, Array4, ArrayD, Dimension, IntoDimension, arr0};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;

/// What the layers give, by name.
struct Results<F>(BTreeMap<String, ArrayD<F>>);

impl<F: Scalar> Results<F> {
    fn put<D: Dimension>(&mut self, name: &str, array: Array<F, D>) {
        assert!(self.0.insert(name.to_owned(), array.into_dyn()).is_none(), "{name} is there twice");
    }

    fn put_loss<D: Dimension>(&mut self, name: &str, (loss, gradient): (F, Array<F, D>)) {
        self.put(name, arr0(loss));
        self.put(&format!("{name}: gradient"), gradient);
    }
}

/// The inputs of all layers: normal draws, which are the same in both precisions but for rounding.
struct Inputs(ChaCha8Rng);

impl Inputs {
    fn draw<F: Scalar, D: Dimension>(&mut self, shape: impl IntoDimension<Dim = D>) -> Array<F, D> {
        normal(shape, 1.0, &mut self.0)
    }
}

/// Puts the output of a layer, and its gradient for an upstream gradient of normal draws.
macro_rules! layer {
    ($results:ident, $inputs:ident, $name:literal, $forward:expr, |$dout:ident, $cache:ident| [$($gradient:literal: $backward:expr),*]) => {{
        let (out, $cache) = $forward;
        let $dout = $inputs.draw(out.raw_dim());
        $results.put($name, out);
        $($results.put(concat!($name, ": ", $gradient), $backward);)*
    }};
}

/// Three gradients that come as a tuple.
macro_rules! layer3 {
    ($results:ident, $inputs:ident, $name:literal, $forward:expr, $backward:path) => {{
        let (out, cache) = $forward;
        let dout = $inputs.draw(out.raw_dim());
        let (dx, dw, db) = $backward(&dout, &cache);
        $results.put($name, out);
        $results.put(concat!($name, ": dx"), dx);
        $results.put(concat!($name, ": dw"), dw);
        $results.put(concat!($name, ": db"), db);
    }};
}

fn flat_layers<F: Scalar>(results: &mut Results<F>, inputs: &mut Inputs, n: usize, d: usize) {
    let c = |value| F::cast(value);
    let x: Array2<F> = inputs.draw((n, d));
    let (w, b): (Array2<F>, Array1<F>) = (inputs.draw((d, 4)), inputs.draw(4));
    layer3!(results, inputs, "affine", affine_forward(&x, &w, &b), affine_backward);
    layer3!(results, inputs, "affine and relu", affine_relu_forward(&x, &w, &b), affine_relu_backward);
    layer!(results, inputs, "relu", relu_forward(&x), |dout, cache| ["dx": relu_backward(&dout, &cache)]);
    layer!(results, inputs, "leaky relu", leaky_relu_forward(&x, c(0.1)), |dout, cache| ["dx": leaky_relu_backward(&dout, &cache)]);
    layer!(results, inputs, "elu", elu_forward(&x, c(1.5)), |dout, cache| ["dx": elu_backward(&dout, &cache)]);
    layer!(results, inputs, "gelu", gelu_forward(&x), |dout, cache| ["dx": gelu_backward(&dout, &cache)]);
    layer!(results, inputs, "gelu tanh", gelu_tanh_forward(&x), |dout, cache| ["dx": gelu_tanh_backward(&dout, &cache)]);
    layer!(results, inputs, "sigmoid", sigmoid_forward(&x), |dout, cache| ["dx": sigmoid_backward(&dout, &cache)]);
    layer!(results, inputs, "tanh", tanh_forward(&x), |dout, cache| ["dx": tanh_backward(&dout, &cache)]);
    let alpha: Array1<F> = inputs.draw(d);
    layer!(results, inputs, "prelu", prelu_forward(&x, &alpha), |dout, cache| [
        "dx": prelu_backward(&dout, &cache).0, "dalpha": prelu_backward(&dout, &cache).1
    ]);
    let wide: Array2<F> = inputs.draw((n, 6));
    layer!(results, inputs, "maxout", maxout_forward(&wide, 3), |dout, cache| ["dx": maxout_backward(&dout, &cache)]);
    layer!(results, inputs, "dropout", dropout_forward(&x, 0.7, Mode::Train, &mut generator(1)), |dout, cache| ["dx": dropout_backward(&dout, &cache)]);

    let (gamma, beta): (Array1<F>, Array1<F>) = (inputs.draw(d), inputs.draw(d));
    let bn_param = &mut BatchnormParam::new(d);
    layer3!(results, inputs, "batch norm", batchnorm_forward(&x, &gamma, &beta, bn_param), batchnorm_backward);
    results.put("batch norm: running mean", bn_param.running_mean.clone());
    results.put("batch norm: running var", bn_param.running_var.clone());
    bn_param.mode = Mode::Evaluate;
    results.put("batch norm in evaluation", batchnorm_forward(&x, &gamma, &beta, bn_param).0);
    layer3!(results, inputs, "layer norm", layernorm_forward(&x, &gamma, &beta, c(1e-3)), layernorm_backward);

    let y = Array1::from(with_replacement(4, n, &mut inputs.0));
    let scores: Array2<F> = inputs.draw((n, 4));
    results.put_loss("softmax", softmax_loss(&scores, &y));
    results.put_loss("svm", svm_loss(&scores, &y, c(1.0)));
    results.put_loss("softmax classifier", softmax_classifier_loss(&w, &x, &y, c(0.1)));
    results.put_loss("svm classifier", svm_classifier_loss(&w, &x, &y, c(1.0), c(0.1)));
    let target: Array2<F> = inputs.draw((n, d));
    results.put_loss("mean squared error", mse_loss(&x, &target));
    results.put_loss("smooth l1", smooth_l1_loss(&x, &target, c(0.5)));
    let share = target.mapv(|value| c(1.0) / (c(1.0) + value.exp()));
    results.put_loss("binary cross-entropy", binary_cross_entropy_with_logits(&x, &share));
    results.put_loss("l2", l2(&w, c(0.3)));
    results.put_loss("l1", l1(&w, c(0.3)));
    results.put_loss("elastic net", elastic_net(&w, c(0.3), c(0.4)));
    results.put("distances, two loops", compute_distances_two_loops(&x, &target));
    results.put("distances, one loop", compute_distances_one_loop(&x, &target));
    results.put("distances, no loops", compute_distances_no_loops(&x, &target));
}

fn image_layers<F: Scalar>(results: &mut Results<F>, inputs: &mut Inputs, n: usize, size: usize) {
    let x: Array4<F> = inputs.draw((n, 4, size, size + 1));
    let (w, b): (Array4<F>, Array1<F>) = (inputs.draw((6, 2, 3, 3)), inputs.draw(6));
    let params = ConvParams { groups: 2, ..ConvParams::new(2, 1) };
    layer3!(results, inputs, "convolution", conv_forward(&x, &w, &b, params), conv_backward);
    layer3!(results, inputs, "convolution, naive", conv_forward_naive(&x, &w, &b, params), conv_backward_naive);
    let (w, b): (Array4<F>, Array1<F>) = (inputs.draw((4, 3, 3, 3)), inputs.draw(3));
    let params = ConvTransposeParams::new(2, 1);
    layer3!(results, inputs, "transposed", conv_transpose_forward(&x, &w, &b, params), conv_transpose_backward);
    layer3!(
        results,
        inputs,
        "transposed, naive",
        conv_transpose_forward_naive(&x, &w, &b, params),
        conv_transpose_backward_naive
    );
    let pool = PoolParams::new(2, 2);
    layer!(results, inputs, "max pool", max_pool_forward(&x, pool), |dout, cache| ["dx": max_pool_backward(&dout, &cache)]);
    layer!(results, inputs, "max pool, naive", max_pool_forward_naive(&x, pool), |dout, cache| ["dx": max_pool_backward_naive(&dout, &cache)]);
    layer!(results, inputs, "average pool", avg_pool_forward(&x, pool), |dout, cache| ["dx": avg_pool_backward(&dout, &cache)]);
    layer!(results, inputs, "average pool, naive", avg_pool_forward_naive(&x, pool), |dout, cache| ["dx": avg_pool_backward_naive(&dout, &cache)]);
    layer!(results, inputs, "global average pool", global_avg_pool_forward(&x), |dout, cache| ["dx": global_avg_pool_backward(&dout, &cache)]);
    let (pooled, cache) = max_pool_forward(&x, pool);
    layer!(results, inputs, "max unpool", max_unpool_forward(&pooled, cache.argmax(), [size, size + 1]), |dout, cache| ["dx": max_unpool_backward(&dout, &cache)]);
    let larger = [2 * size, 3 * size];
    layer!(results, inputs, "nearest", upsample_nearest_forward(&x, larger), |dout, cache| ["dx": upsample_nearest_backward(&dout, &cache)]);
    layer!(results, inputs, "bilinear", upsample_bilinear_forward(&x, larger, false), |dout, cache| ["dx": upsample_bilinear_backward(&dout, &cache)]);

    let (gamma, beta): (Array1<F>, Array1<F>) = (inputs.draw(4), inputs.draw(4));
    let eps = F::cast(1e-3);
    layer3!(
        results,
        inputs,
        "spatial batch norm",
        spatial_batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(4)),
        spatial_batchnorm_backward
    );
    layer3!(
        results,
        inputs,
        "group norm",
        spatial_groupnorm_forward(&x, &gamma, &beta, 2, eps),
        spatial_groupnorm_backward
    );
    layer3!(results, inputs, "instance norm", instancenorm_forward(&x, &gamma, &beta, eps), instancenorm_backward);

    let x: Array4<F> = inputs.draw((n, 2, 4, 6));
    let (w, b): (Array2<F>, Array1<F>) = (inputs.draw((8, 5)), inputs.draw(5));
    let (out, cache) = patch_embedding_forward(&x, &w, &b, 2);
    let gradients = patch_embedding_backward(&inputs.draw(out.raw_dim()), &cache);
    results.put("patch embedding", out);
    results.put("patch embedding: dx", gradients.dx);
    results.put("patch embedding: dw", gradients.dw);
    results.put("patch embedding: db", gradients.db);
}

fn sequence_layers<F: Scalar>(results: &mut Results<F>, inputs: &mut Inputs, n: usize, time: usize) {
    let (d, units) = (4, 6);
    let half = F::cast(0.5);
    let x: Array3<F> = inputs.draw((n, time, d));
    let h0: Array2<F> = inputs.draw((n, units));
    let mut weights = |gates: usize| -> (Array2<F>, Array2<F>, Array1<F>) {
        let (wx, wh) = (inputs.draw((d, gates * units)), inputs.draw((units, gates * units)));
        (wx * half, wh * half, inputs.draw(gates * units))
    };
    let ((wx, wh, b), of_lstm, of_gru) = (weights(1), weights(4), weights(3));
    let (h, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
    let g = rnn_backward(&inputs.draw(h.raw_dim()), &cache);
    for (name, array) in [("h", h), ("dx", g.dx)] {
        results.put(&format!("rnn: {name}"), array);
    }
    for (name, array) in [("dh0", g.dh0), ("dwx", g.dwx), ("dwh", g.dwh)] {
        results.put(&format!("rnn: {name}"), array);
    }
    results.put("rnn: db", g.db);
    let (wx, wh, b) = of_lstm;
    let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
    let g = lstm_backward(&inputs.draw(h.raw_dim()), &cache);
    for (name, array) in [("h", h), ("dx", g.dx)] {
        results.put(&format!("lstm: {name}"), array);
    }
    for (name, array) in [("dh0", g.dh0), ("dwx", g.dwx), ("dwh", g.dwh)] {
        results.put(&format!("lstm: {name}"), array);
    }
    results.put("lstm: db", g.db);
    let (wx, wh, b) = of_gru;
    let bh = inputs.draw(3 * units);
    let (h, cache) = gru_forward(&x, &h0, &wx, &wh, &b, &bh);
    let g = gru_backward(&inputs.draw(h.raw_dim()), &cache);
    for (name, array) in [("h", h), ("dx", g.dx)] {
        results.put(&format!("gru: {name}"), array);
    }
    for (name, array) in [("dh0", g.dh0), ("dwx", g.dwx), ("dwh", g.dwh)] {
        results.put(&format!("gru: {name}"), array);
    }
    results.put("gru: dbx", g.dbx);
    results.put("gru: dbh", g.dbh);

    let words = Array2::from_shape_vec((n, time), with_replacement(9, n * time, &mut inputs.0)).expect("as many");
    let vectors: Array2<F> = inputs.draw((9, d));
    layer!(results, inputs, "embedding", word_embedding_forward(&words, &vectors), |dout, cache| ["dw": word_embedding_backward(&dout, &cache)]);
    let (w, b): (Array2<F>, Array1<F>) = (inputs.draw((d, 9)), inputs.draw(9));
    layer!(results, inputs, "temporal affine", temporal_affine_forward(&x, &w, &b), |dout, cache| [
        "dx": temporal_affine_backward(&dout, &cache).dx, "dw": temporal_affine_backward(&dout, &cache).dw,
        "db": temporal_affine_backward(&dout, &cache).db
    ]);
    let scores: Array3<F> = inputs.draw((n, time, 9));
    results.put_loss("temporal softmax", temporal_softmax_loss(&scores, &words, &words.mapv(|word| word > 2)));

    results.put("positional encoding", positional_encoding_forward(&x));
    let memory: Array3<F> = inputs.draw((n, 3, d));
    layer!(results, inputs, "attention", scaled_dot_product_attention_forward(&x, &memory, &memory, Mask::None), |dout, cache| [
        "dquery": scaled_dot_product_attention_backward(&dout, &cache).dquery,
        "dkey": scaled_dot_product_attention_backward(&dout, &cache).dkey,
        "dvalue": scaled_dot_product_attention_backward(&dout, &cache).dvalue
    ]);
    let parameters = AttentionParameters::random(d, &mut inputs.0);
    layer!(results, inputs, "multi-head attention", multi_head_attention_forward(&x, &x, &x, &parameters, 2, Mask::Causal), |dout, cache| [
        "dquery": multi_head_attention_backward(&dout, &cache).dquery,
        "dwo": multi_head_attention_backward(&dout, &cache).dparameters.wo
    ]);
    let settings = BlockSettings { eps: F::cast(1e-2), ..BlockSettings::new(2, Activation::Gelu) };
    let parameters = EncoderParameters::random(d, 8, &mut inputs.0);
    let (out, cache) = encoder_block_forward(&x, &parameters, settings, Mask::None);
    let g = encoder_block_backward(&inputs.draw(out.raw_dim()), &cache);
    results.put("encoder block", out);
    results.put("encoder block: dx", g.dx);
    for (name, array) in g.dparameters.named() {
        results.put(&format!("encoder block: {name}"), array.to_owned());
    }
    let parameters = DecoderParameters::random(d, 8, &mut inputs.0);
    let (out, cache) = decoder_block_forward(&x, &memory, &parameters, settings, Mask::Causal, Mask::None);
    let g = decoder_block_backward(&inputs.draw(out.raw_dim()), &cache);
    results.put("decoder block", out);
    results.put("decoder block: dx", g.dx);
    results.put("decoder block: dmemory", g.dmemory);
    for (name, array) in g.dparameters.named() {
        results.put(&format!("decoder block: {name}"), array.to_owned());
    }
}

fn all_layers<F: Scalar>(seed: u64, [n, d, size, time]: [usize; 4]) -> BTreeMap<String, ArrayD<F>> {
    let (mut results, mut inputs) = (Results(BTreeMap::new()), Inputs(generator(seed)));
    flat_layers(&mut results, &mut inputs, n, d);
    image_layers(&mut results, &mut inputs, n, size);
    sequence_layers(&mut results, &mut inputs, n, time);
    results.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Relative to the largest element of an array: where an element comes out of a sum of large numbers near 0, no single
    /// precision has its digits.
    #[test]
    fn single_precision_is_within_1e_4_of_double_precision(
        seed in any::<u64>(), n in 3_usize..6, d in 2_usize..8, size in 4_usize..8, time in 1_usize..6,
    ) {
        let (single, double) = (all_layers::<f32>(seed, [n, d, size, time]), all_layers::<f64>(seed, [n, d, size, time]));
        prop_assert!(double.len() > 150, "{} results", double.len());
        for (name, expected) in &double {
            let largest = expected.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
            let verdict = compare(&single[name], expected, Tolerance::new(1e-4, 1e-4 * largest));
            prop_assert!(verdict.is_ok(), "seed {}: {}: {:?}", seed, name, verdict);
        }
    }
}
