//! Multi-head attention.

use std::ops::Range;

use ndarray::{ArcArray, Array1, Array2, Array3, Array4, ArrayRef3, ArrayRef4, ArrayViewMut4, Axis, Ix3, s};
use rand::Rng;

use super::Mask;
use super::heads::{attend, attend_backward};
use super::mask::HeadMask;
use super::scaled_dot_product::require_lengths;
use crate::Scalar;
use crate::initialise::xavier_uniform;
use crate::machinery::{Fresh, fold, for_each};
use crate::named::by_name;
use crate::shape::{require, require_same_shape};
use crate::steps::{self, each_step, each_step_backward};

/// The weights and biases of multi-head attention, or the gradient of each under its name.
///
/// The heads stand side by side in the columns of `wq`, `wk` and `wv`: head 0 first. PyTorch keeps the transposed matrices.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionParameters<F> {
    /// Of the query, (query features, heads * width).
    pub wq: Array2<F>,
    /// Of the query, (heads * width).
    pub bq: Array1<F>,
    /// Of the key, (key features, heads * width).
    pub wk: Array2<F>,
    /// Of the key, (heads * width). It shifts all scores of a query alike, so its gradient is 0.
    pub bk: Array1<F>,
    /// Of the value, (value features, heads * value width).
    pub wv: Array2<F>,
    /// Of the value, (heads * value width).
    pub bv: Array1<F>,
    /// Of the output, (heads * value width, output features).
    pub wo: Array2<F>,
    /// Of the output, (output features).
    pub bo: Array1<F>,
}

by_name!(AttentionParameters { wq, bq, wk, bk, wv, bv, wo, bo } {});

impl<F: Scalar> AttentionParameters<F> {
    /// Square matrices for sequences of one number of features, from [`xavier_uniform`]; the biases are 0.
    ///
    /// # Panics
    /// If `features` is 0.
    ///
    /// ```
    /// use gradus_nn::attention::AttentionParameters;
    /// use gradus_nn::random::generator;
    /// let parameters = AttentionParameters::<f32>::random(8, &mut generator(231));
    /// assert!(parameters.wq.dim() == (8, 8) && parameters.bo.len() == 8);
    /// ```
    #[track_caller]
    pub fn random(features: usize, generator: &mut impl Rng) -> Self {
        let mut square = || xavier_uniform((features, features), generator);
        let zeros = || Array1::zeros(features);
        AttentionParameters {
            wq: square(),
            bq: zeros(),
            wk: square(),
            bk: zeros(),
            wv: square(),
            bv: zeros(),
            wo: square(),
            bo: zeros(),
        }
    }
}

/// What [`multi_head_attention_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct MultiHeadAttentionCache<F> {
    parameters: AttentionParameters<F>,
    /// (batch, heads, queries, keys)
    weights: Array4<F>,
    /// Of some examples each, [`at_once`] of them.
    parts: Vec<PartCache<F>>,
}

#[derive(Debug, Clone)]
struct PartCache<F> {
    /// One and the same array for self-attention.
    inputs: [ArcArray<F, Ix3>; 3],
    /// Query, key and value of all heads.
    projected: [Array3<F>; 3],
    heads_out: Array3<F>,
}

impl<F> MultiHeadAttentionCache<F> {
    /// How much each query took of each key, (batch, heads, queries, keys). Each row sums to 1, or to 0 where it saw no key.
    pub fn weights(&self) -> &ArrayRef4<F> {
        &self.weights
    }
}

/// The gradients of [`multi_head_attention_forward`]. For self-attention the gradient of the one sequence is the sum
/// `dquery + dkey + dvalue`.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiHeadAttentionGradients<F> {
    /// (batch, queries, query features)
    pub dquery: Array3<F>,
    /// (batch, keys, key features)
    pub dkey: Array3<F>,
    /// (batch, keys, value features)
    pub dvalue: Array3<F>,
    /// The gradient of each parameter.
    pub dparameters: AttentionParameters<F>,
}

/// Multi-head attention: with one column block of `wq`, `wk` and `wv` for each head,
///
/// `head_h = scaled_dot_product_attention(query @ wq_h + bq_h, key @ wk_h + bk_h, value @ wv_h + bv_h)`
///
/// `out = [head_0, head_1, ...] @ wo + bo`
///
/// Shapes: `query` (batch, queries, query features), `key` (batch, keys, key features), `value` (batch, keys, value
/// features), result (batch, queries, output features); the parameters' shapes stand at [`AttentionParameters`]. A query
/// that sees no key gets `bo`.
///
/// Source: Vaswani and others, Attention is all you need (2017), section 3.2.2. There is no dropout inside.
///
/// # Panics
/// If the shapes do not fit together, the columns do not split into `heads` equal parts, or the mask does not fit (batch,
/// heads, queries, keys).
///
/// ```
/// use gradus_nn::attention::{AttentionParameters, Mask, multi_head_attention_forward};
/// use gradus_nn::random::{generator, normal};
/// let parameters = AttentionParameters::<f64>::random(8, &mut generator(231));
/// let x = normal((2, 5, 8), 1.0, &mut generator(232));
/// let (out, cache) = multi_head_attention_forward(&x, &x, &x, &parameters, 4, Mask::Causal);
/// assert_eq!((out.dim(), cache.weights().dim()), ((2, 5, 8), (2, 4, 5, 5)));
/// ```
#[track_caller]
pub fn multi_head_attention_forward<F: Scalar>(
    query: &ArrayRef3<F>,
    key: &ArrayRef3<F>,
    value: &ArrayRef3<F>,
    parameters: &AttentionParameters<F>,
    heads: usize,
    mask: Mask,
) -> (Array3<F>, MultiHeadAttentionCache<F>) {
    let operation = "multi_head_attention_forward";
    let shapes = [("query", query.shape()), ("key", key.shape()), ("value", value.shape())];
    require_lengths(operation, shapes);
    require_parameters(operation, shapes, parameters, heads);
    let ((batch, queries, _), keys) = (query.dim(), key.dim().1);
    let mask = mask.resolve(operation, [batch, heads, queries, keys]);

    // The examples do not depend on each other. Each thread takes some through the whole layer, so few that what was
    // computed of them is still in its cache when it is needed.
    let (at_once, outputs) = (at_once(queries.max(keys)), parameters.wo.ncols());
    let (mut weights, mut out) = (Fresh::new(batch * heads * queries * keys), Fresh::new(batch * queries * outputs));
    let mut parts: Vec<Option<PartCache<F>>> = vec![None; batch.div_ceil(at_once)];
    let pieces = weights.pieces((at_once * heads * queries * keys).max(1));
    let pieces = pieces.zip(out.pieces((at_once * queries * outputs).max(1))).zip(&mut parts).enumerate();
    for_each(pieces, operations(parameters, batch, [queries, keys]), |(number, ((weights, out), part))| {
        let examples = number * at_once..batch.min((number + 1) * at_once);
        let query_part = part_of(query, &examples);
        let key_part = if same(key, query) { query_part.clone() } else { part_of(key, &examples) };
        let value_part = if same(value, key) { key_part.clone() } else { part_of(value, &examples) };
        let inputs = [query_part, key_part, value_part];
        let shape = (examples.len(), heads, queries, keys);
        let weights = ArrayViewMut4::from_shape(shape, weights.zeroed()).expect("as many elements");
        let (result, cache) = forward_part(inputs, parameters, weights, |n, head| mask.of(examples.start + n, head));
        out.copied(result.as_slice().expect("row-major"));
        *part = Some(cache);
    });
    let parts = parts.into_iter().map(|part| part.expect("each part has been computed")).collect();
    let weights = weights.into_array((batch, heads, queries, keys));
    (
        out.into_array((batch, queries, outputs)),
        MultiHeadAttentionCache { parameters: parameters.clone(), weights, parts },
    )
}

/// The layer for some examples.
fn forward_part<'m, F: Scalar>(
    inputs: [ArcArray<F, Ix3>; 3],
    parameters: &AttentionParameters<F>,
    weights: ArrayViewMut4<F>,
    mask: impl Fn(usize, usize) -> HeadMask<'m> + Sync,
) -> (Array3<F>, PartCache<F>) {
    let AttentionParameters { wq, bq, wk, bk, wv, bv, wo, bo } = parameters;
    let [query, key, value] = &inputs;
    let projected = [each_step(query, wq, bq), each_step(key, wk, bk), each_step(value, wv, bv)];
    let heads_out = attend(projected.each_ref().map(|array| &**array), mask, weights);
    let out = each_step(&heads_out, wo, bo);
    (out, PartCache { inputs, projected, heads_out })
}

/// Back through [`multi_head_attention_forward`]: through the affine map to the output, each head as
/// [`scaled_dot_product_attention_backward`](super::scaled_dot_product_attention_backward), and the three affine maps from
/// the inputs.
///
/// Shapes: `dout` (batch, queries, output features).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::attention::{
///     AttentionParameters, Mask, multi_head_attention_backward, multi_head_attention_forward,
/// };
/// use gradus_nn::random::{generator, normal};
/// use ndarray::{Array1, Array3};
/// let parameters = AttentionParameters::<f64>::random(4, &mut generator(231));
/// let x = normal((2, 3, 4), 1.0, &mut generator(232));
/// let (_, cache) = multi_head_attention_forward(&x, &x, &x, &parameters, 2, Mask::None);
/// let gradients = multi_head_attention_backward(&Array3::ones((2, 3, 4)), &cache);
/// let dx = gradients.dquery + gradients.dkey + gradients.dvalue;
/// assert_eq!(dx.dim(), (2, 3, 4));
/// assert_eq!(gradients.dparameters.bo, Array1::from_elem(4, 6.0));
/// ```
#[track_caller]
pub fn multi_head_attention_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    cache: &MultiHeadAttentionCache<F>,
) -> MultiHeadAttentionGradients<F> {
    let MultiHeadAttentionCache { parameters, weights, parts } = cache;
    let (batch, _, queries, keys) = weights.dim();
    let output = [batch, queries, parameters.wo.ncols()];
    require_same_shape("multi_head_attention_backward", ("the output", &output), ("dout", dout.shape()));

    let at_once = at_once(queries.max(keys));
    let features = [&parameters.wq, &parameters.wk, &parameters.wv].map(|w| w.nrows());
    let lengths = [queries, keys, keys];
    let [mut dquery, mut dkey, mut dvalue] = [0, 1, 2].map(|i| Fresh::new(batch * lengths[i] * features[i]));
    let len = |i: usize| (at_once * lengths[i] * features[i]).max(1);
    let pieces = dquery.pieces(len(0)).zip(dkey.pieces(len(1))).zip(dvalue.pieces(len(2)));
    let given = dout.axis_chunks_iter(Axis(0), at_once).zip(weights.axis_chunks_iter(Axis(0), at_once)).zip(parts);
    let work = 2 * operations(parameters, batch, [queries, keys]);
    let sums = fold(
        pieces.zip(given),
        work,
        || parameters.zeros(),
        |sum, (((dquery, dkey), dvalue), ((dout, weights), part))| {
            let ([dq, dk, dv], dparameters) = backward_part(&dout, parameters, &weights, part);
            dquery.copied(dq.as_slice().expect("row-major"));
            dkey.copied(dk.as_slice().expect("row-major"));
            dvalue.copied(dv.as_slice().expect("row-major"));
            add(sum, dparameters);
        },
    );
    let mut dparameters = parameters.zeros();
    sums.into_iter().for_each(|part| add(&mut dparameters, part));
    MultiHeadAttentionGradients {
        dquery: dquery.into_array((batch, lengths[0], features[0])),
        dkey: dkey.into_array((batch, lengths[1], features[1])),
        dvalue: dvalue.into_array((batch, lengths[2], features[2])),
        dparameters,
    }
}

/// Back through [`forward_part`]: the gradients of query, key and value, and the part of the parameters' that comes from these
/// examples.
fn backward_part<F: Scalar>(
    dout: &ArrayRef3<F>,
    parameters: &AttentionParameters<F>,
    weights: &ArrayRef4<F>,
    PartCache { inputs: [query, key, value], projected, heads_out }: &PartCache<F>,
) -> ([Array3<F>; 3], AttentionParameters<F>) {
    let (dheads_out, dwo, dbo) = each_step_backward(dout, heads_out, &parameters.wo);
    let [dq, dk, dv] = attend_backward(&dheads_out, projected.each_ref().map(|array| &**array), weights);
    let (dquery, dwq, dbq) = each_step_backward(&dq, query, &parameters.wq);
    let (dkey, dwk, dbk) = each_step_backward(&dk, key, &parameters.wk);
    let (dvalue, dwv, dbv) = each_step_backward(&dv, value, &parameters.wv);
    let dparameters = AttentionParameters { wq: dwq, bq: dbq, wk: dwk, bk: dbk, wv: dwv, bv: dbv, wo: dwo, bo: dbo };
    ([dquery, dkey, dvalue], dparameters)
}

/// A copy of some examples.
fn part_of<F: Scalar>(input: &ArrayRef3<F>, examples: &Range<usize>) -> ArcArray<F, Ix3> {
    input.slice(s![examples.clone(), .., ..]).to_shared()
}

/// Whether both are the same place in memory.
fn same<F>(a: &ArrayRef3<F>, b: &ArrayRef3<F>) -> bool {
    (a.as_ptr(), a.shape(), a.strides()) == (b.as_ptr(), b.shape(), b.strides())
}

/// How many examples of so many steps are computed at a time.
fn at_once(steps: usize) -> usize {
    (steps::AT_ONCE / steps.max(1)).max(1)
}

fn add<F: Scalar>(sum: &mut AttentionParameters<F>, part: AttentionParameters<F>) {
    sum.named_mut().iter_mut().zip(part.named()).for_each(|((_, sum), (_, part))| *sum += &part);
}

/// About as many operations as the forward pass takes.
fn operations<F>(parameters: &AttentionParameters<F>, batch: usize, [queries, keys]: [usize; 2]) -> usize {
    let AttentionParameters { wq, wk, wv, wo, .. } = parameters;
    let products = queries * (wq.len() + wo.len()) + keys * (wk.len() + wv.len());
    batch * (products + queries * keys * (wq.ncols() + wv.ncols())) / 8
}

impl<F: Scalar> AttentionParameters<F> {
    /// As many zeros.
    fn zeros(&self) -> Self {
        let mut zeros = self.clone();
        zeros.named_mut().iter_mut().for_each(|(_, array)| array.fill(F::zero()));
        zeros
    }
}

#[track_caller]
fn require_parameters<F>(
    operation: &str,
    inputs: [(&str, &[usize]); 3],
    parameters: &AttentionParameters<F>,
    heads: usize,
) {
    let AttentionParameters { wq, bq, wk, bk, wv, bv, wo, bo } = parameters;
    let weights = [("wq", wq.shape()), ("wk", wk.shape()), ("wv", wv.shape())];
    for (input, w) in inputs.into_iter().zip(weights) {
        let rule = format!("{} needs one row for each feature of {}", w.0, input.0);
        require(input.1[2] == w.1[0], operation, &rule, input, w);
    }
    let rule = "wk needs as many columns as wq";
    require(wk.ncols() == wq.ncols(), operation, rule, weights[0], weights[1]);
    let rule = "wo needs one row for each column of wv";
    require(wo.nrows() == wv.ncols(), operation, rule, weights[2], ("wo", wo.shape()));
    for (w, b) in weights.into_iter().chain([("wo", wo.shape())]).zip([("bq", bq), ("bk", bk), ("bv", bv), ("bo", bo)])
    {
        let rule = format!("{} needs one value for each column of {}", b.0, w.0);
        require(b.1.len() == w.1[1], operation, &rule, w, (b.0, b.1.shape()));
    }
    for (name, shape) in [weights[0], weights[2]] {
        assert!(
            heads > 0 && shape[1] % heads == 0,
            "{operation}: the columns of {name} must split into heads of one width, but {name} is {shape:?} and heads is {heads}"
        );
    }
}
