//! Attention: the figures of CS231n, against loops over single numbers, masks, numeric gradients, single precision.

use crate::support::recorded::{array, attention_parameters, fact};
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::attention::{
    AttentionParameters, Mask, multi_head_attention_backward, multi_head_attention_forward, positional_encoding,
    positional_encoding_forward, scaled_dot_product_attention_backward, scaled_dot_product_attention_forward,
};
use gradus_nn::random::{generator, normal};
use ndarray::{Array, Array3, Array4, Axis, Dimension, Ix2, Ix3, concatenate, s};
use proptest::prelude::*;

const FACTS: &str = include_str!("fixtures/attention_cs231n.json");
/// The notebooks print 4 decimals of these.
const PRINTED: Tolerance = Tolerance::new(0.0, 6e-5);
const GRADIENT: Tolerance = Tolerance::numeric_gradient();

/// Parameters and inputs of one call, with an upstream gradient.
#[derive(Debug)]
struct Problem {
    query: Array3<f64>,
    key: Array3<f64>,
    value: Array3<f64>,
    parameters: AttentionParameters<f64>,
    allowed: Array4<bool>,
    dout: Array3<f64>,
}

/// Sizes: batch, queries, keys, heads, width of a head. Every other size is one that is not the others.
fn problem(seed: u64, [batch, queries, keys, heads, width]: [usize; 5]) -> Problem {
    let draws = &mut generator(seed);
    let (columns, value_columns) = (heads * width, heads * (width + 1));
    let mut matrix = |rows: usize, columns: usize| normal::<f64, _>((rows, columns), 0.6, draws);
    let (wq, wk, wv, wo) = (matrix(3, columns), matrix(2, columns), matrix(4, value_columns), matrix(value_columns, 5));
    let mut vector = |length: usize| normal::<f64, _>(length, 0.6, draws);
    let (bq, bk, bv, bo) = (vector(columns), vector(columns), vector(value_columns), vector(5));
    Problem {
        query: normal((batch, queries, 3), 1.0, draws),
        key: normal((batch, keys, 2), 1.0, draws),
        value: normal((batch, keys, 4), 1.0, draws),
        parameters: AttentionParameters { wq, bq, wk, bk, wv, bv, wo, bo },
        allowed: normal((batch, heads, queries, keys), 1.0, draws).mapv(|draw: f64| draw > -0.3),
        dout: normal((batch, queries, 5), 1.0, draws),
    }
}

fn sizes() -> impl Strategy<Value = (u64, [usize; 5])> {
    (any::<u64>(), [1_usize..4, 1_usize..4, 1_usize..5, 1_usize..4, 1_usize..3])
}

/// The formula, one number at a time; keys that are not allowed are left out of every sum.
fn by_single_numbers(problem: &Problem, heads: usize, allows: impl Fn([usize; 4]) -> bool) -> Array3<f64> {
    let Problem { query, key, value, parameters, dout, .. } = problem;
    let AttentionParameters { wq, bq, wk, bk, wv, bv, wo, bo } = parameters;
    let affine = |x: &Array3<f64>, n: usize, t: usize, w: &ndarray::Array2<f64>, b: &ndarray::Array1<f64>, k: usize| {
        b[k] + (0..w.nrows()).map(|d| x[[n, t, d]] * w[[d, k]]).sum::<f64>()
    };
    let (width, value_width) = (wq.ncols() / heads, wv.ncols() / heads);
    Array3::from_shape_fn(dout.dim(), |(n, i, m)| {
        let mut out = bo[m];
        for head in 0..heads {
            let keys: Vec<usize> = (0..key.dim().1).filter(|&j| allows([n, head, i, j])).collect();
            let exponential = |&j: &usize| {
                let columns = head * width..(head + 1) * width;
                let dot: f64 = columns.map(|k| affine(query, n, i, wq, bq, k) * affine(key, n, j, wk, bk, k)).sum();
                (dot / (width as f64).sqrt()).exp()
            };
            let sum: f64 = keys.iter().map(exponential).sum();
            for k in head * value_width..(head + 1) * value_width {
                let mean: f64 = keys.iter().map(|j| exponential(j) / sum * affine(value, n, *j, wv, bv, k)).sum();
                out += mean * wo[[k, m]];
            }
        }
        out
    })
}

macro_rules! agree {
    ($tolerance:expr, $seed:expr, $($name:literal: $actual:expr, $expected:expr;)*) => {$(
        prop_assert_eq!(compare(&$actual, &$expected, $tolerance), Ok(()), "{}, seed {}", $name, $seed);
    )*};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn agrees_with_loops_over_single_numbers((seed, sizes) in sizes()) {
        let p = problem(seed, sizes);
        let heads = sizes[3];
        let attend = |mask| multi_head_attention_forward(&p.query, &p.key, &p.value, &p.parameters, heads, mask).0;
        let per_example = p.allowed.index_axis(Axis(1), 0);
        let shared = per_example.index_axis(Axis(0), 0);
        let padding = per_example.slice(s![.., ..1, ..]);
        agree! { Tolerance::double(), seed,
            "no mask": attend(Mask::None), by_single_numbers(&p, heads, |_| true);
            "causal": attend(Mask::Causal), by_single_numbers(&p, heads, |[_, _, i, j]| j <= i);
            "shared": attend(Mask::allowed(&shared)), by_single_numbers(&p, heads, |[_, _, i, j]| shared[[i, j]]);
            "example": attend(Mask::allowed(&per_example)),
                by_single_numbers(&p, heads, |[n, _, i, j]| per_example[[n, i, j]]);
            "padding": attend(Mask::allowed(&padding)), by_single_numbers(&p, heads, |[n, _, _, j]| padding[[n, 0, j]]);
            "head": attend(Mask::allowed(&p.allowed)), by_single_numbers(&p, heads, |at| p.allowed[at]);
        }
    }

    #[test]
    fn gradients_agree_with_numeric_ones((seed, sizes) in sizes(), causal in any::<bool>()) {
        let Problem { query, key, value, parameters, allowed, dout } = problem(seed, sizes);
        let mask = || if causal { Mask::Causal } else { Mask::allowed(&allowed) };
        let forward = |query: &Array3<f64>, key: &Array3<f64>, value: &Array3<f64>, p: &AttentionParameters<f64>| {
            multi_head_attention_forward(query, key, value, p, sizes[3], mask())
        };
        let g = multi_head_attention_backward(&dout, &forward(&query, &key, &value, &parameters).1);
        agree! { GRADIENT, seed,
            "dquery": g.dquery, numeric_gradient_array(|query| forward(query, &key, &value, &parameters).0, &query, &dout);
            "dkey": g.dkey, numeric_gradient_array(|key| forward(&query, key, &value, &parameters).0, &key, &dout);
            "dvalue": g.dvalue, numeric_gradient_array(|value| forward(&query, &key, value, &parameters).0, &value, &dout);
        }
        macro_rules! parameter {
            ($($name:ident)*) => {$({
                let with = |$name: &_| {
                    let changed = AttentionParameters { $name: Clone::clone($name), ..parameters.clone() };
                    forward(&query, &key, &value, &changed).0
                };
                let numeric = numeric_gradient_array(with, &parameters.$name, &dout);
                let verdict = compare(&g.dparameters.$name, &numeric, GRADIENT);
                prop_assert_eq!(verdict, Ok(()), "{}, seed {}", stringify!($name), seed);
            })*};
        }
        parameter!(wq bq wk bk wv bv wo bo);
    }

    #[test]
    fn one_head_agrees_with_numeric_gradients((seed, [batch, queries, keys, features, width]) in sizes()) {
        let draws = &mut generator(seed);
        let (query, key) =
            (normal((batch, queries, features), 1.0, draws), normal::<f64, _>((batch, keys, features), 1.0, draws));
        let (value, dout) =
            (normal::<f64, _>((batch, keys, width), 1.0, draws), normal::<f64, _>((batch, queries, width), 1.0, draws));
        let (out, cache) = scaled_dot_product_attention_forward(&query, &key, &value, Mask::Causal);
        let g = scaled_dot_product_attention_backward(&dout, &cache);
        let forward = |query: &Array3<f64>, key: &Array3<f64>, value: &Array3<f64>| {
            scaled_dot_product_attention_forward(query, key, value, Mask::Causal).0
        };
        agree! { GRADIENT, seed,
            "dquery": g.dquery, numeric_gradient_array(|query| forward(query, &key, &value), &query, &dout);
            "dkey": g.dkey, numeric_gradient_array(|key| forward(&query, key, &value), &key, &dout);
            "dvalue": g.dvalue, numeric_gradient_array(|value| forward(&query, &key, value), &value, &dout);
        }
        let sums = cache.weights().sum_axis(Axis(2));
        prop_assert!(sums.iter().all(|sum: &f64| (sum - 1.0).abs() < 1e-14), "seed {}", seed);
        prop_assert_eq!(out.dim(), dout.dim());
    }

    #[test]
    fn single_precision_follows_double_precision((seed, sizes) in sizes()) {
        fn single<D: Dimension>(array: &Array<f64, D>) -> Array<f32, D> {
            array.mapv(|value| value as f32)
        }
        let Problem { query, key, value, parameters: p, allowed, dout } = problem(seed, sizes);
        let p1 = AttentionParameters {
            wq: single(&p.wq), bq: single(&p.bq), wk: single(&p.wk), bk: single(&p.bk),
            wv: single(&p.wv), bv: single(&p.bv), wo: single(&p.wo), bo: single(&p.bo),
        };
        let (out, cache) =
            multi_head_attention_forward(&query, &key, &value, &p, sizes[3], Mask::allowed(&allowed));
        let (query, key, value) = (single(&query), single(&key), single(&value));
        let (out1, cache1) =
            multi_head_attention_forward(&query, &key, &value, &p1, sizes[3], Mask::allowed(&allowed));
        let g = multi_head_attention_backward(&dout, &cache);
        let g1 = multi_head_attention_backward(&single(&dout), &cache1);
        agree! { Tolerance::new(1e-4, 1e-5), seed,
            "out": out1, out; "dquery": g1.dquery, g.dquery; "dkey": g1.dkey, g.dkey; "dvalue": g1.dvalue, g.dvalue;
            "dwq": g1.dparameters.wq, g.dparameters.wq; "dwo": g1.dparameters.wo, g.dparameters.wo;
        }
    }
}

#[test]
fn a_query_that_sees_no_key_gives_the_output_bias_and_has_no_gradient() {
    let Problem { query, key, value, parameters, mut allowed, dout } = problem(3, [1, 2, 3, 2, 2]);
    allowed.slice_mut(s![.., .., 1, ..]).fill(false);
    let (out, cache) = multi_head_attention_forward(&query, &key, &value, &parameters, 2, Mask::allowed(&allowed));
    assert_eq!(out.slice(s![0, 1, ..]), parameters.bo);
    assert_eq!(cache.weights().slice(s![0, .., 1, ..]).sum(), 0.0);
    let gradients = multi_head_attention_backward(&dout, &cache);
    assert!(gradients.dquery.slice(s![0, 1, ..]).iter().all(|&d| d == 0.0));
    assert!(gradients.dkey.iter().chain(&gradients.dvalue).all(|d| d.is_finite()));
}

#[test]
fn scores_of_any_size_do_not_overflow() {
    let key = ndarray::array![[[1e4], [-1e4], [0.0]]];
    let (out, _) = scaled_dot_product_attention_forward(&(&key * 10.0), &key, &key, Mask::None);
    assert_eq!(compare(&out, &ndarray::array![[[1e4], [-1e4], [0.0]]], Tolerance::new(0.0, 1e-10)), Ok(()));
}

#[test]
fn the_attention_figures_of_cs231n() {
    let recorded = fact(FACTS, "MultiHeadAttention.2026");
    let inputs = &recorded["inputs"]["materialised"];
    let (data, other) = (array::<Ix3>(&inputs["data"]), array::<Ix3>(&inputs["other_data"]));
    let allowed = array::<Ix2>(&inputs["attn_mask"]).mapv(|allows| allows != 0.0);
    let parameters = attention_parameters(&inputs["state"], "");
    for (name, key, mask) in
        [("self", &data, Mask::None), ("masked", &data, Mask::allowed(&allowed)), ("cross", &other, Mask::None)]
    {
        let (out, _) = multi_head_attention_forward(&data, key, key, &parameters, 2, mask);
        let expected = array::<Ix3>(&recorded["expected"][name]);
        assert_eq!(compare(&out, &expected, PRINTED), Ok(()), "{name}");
    }
}

#[test]
fn the_positional_encoding_of_cs231n() {
    let recorded = fact(FACTS, "PositionalEncoding.2026");
    let data = array::<Ix3>(&recorded["inputs"]["materialised"]["data"]);
    let out = positional_encoding_forward(&data);
    assert_eq!(compare(&out, &array::<Ix3>(&recorded["expected"]["out"]), PRINTED), Ok(()));
}

/// Of the encodings at two positions only the distance matters to their dot product: that is what the waves are for.
#[test]
fn the_encoding_sees_distances() {
    let p = positional_encoding::<f64>(40, 16);
    let dot = |a: usize, b: usize| p.row(a).dot(&p.row(b));
    assert!((dot(3, 8) - dot(30, 35)).abs() < 1e-12 && (dot(7, 7) - 8.0).abs() < 1e-12);
    let longer = concatenate![Axis(0), p, positional_encoding(50, 16).slice(s![40.., ..])];
    assert_eq!(longer, positional_encoding::<f64>(50, 16));
}
