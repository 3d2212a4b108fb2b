//! Scaled dot-product attention.

use ndarray::{Array3, Array4, ArrayRef3, ArrayView3, Axis};

use super::Mask;
use super::heads::{attend, attend_backward};
use crate::Scalar;
use crate::machinery::zeros;
use crate::shape::{require, require_same_shape};

/// What [`scaled_dot_product_attention_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct ScaledDotProductAttentionCache<F> {
    query: Array3<F>,
    key: Array3<F>,
    value: Array3<F>,
    weights: Array4<F>,
}

impl<F> ScaledDotProductAttentionCache<F> {
    /// How much each query took of each key, (batch, queries, keys). Each row sums to 1, or to 0 where it saw no key.
    pub fn weights(&self) -> ArrayView3<'_, F> {
        self.weights.index_axis(Axis(1), 0)
    }
}

/// The gradients of [`scaled_dot_product_attention_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledDotProductAttentionGradients<F> {
    /// (batch, queries, features)
    pub dquery: Array3<F>,
    /// (batch, keys, features)
    pub dkey: Array3<F>,
    /// (batch, keys, value features)
    pub dvalue: Array3<F>,
}

/// Scaled dot-product attention: for each example,
///
/// `out = weights @ value`, `weights = softmax(query @ key^T / sqrt(features))` over the keys that `mask` allows
///
/// Shapes: `query` (batch, queries, features), `key` (batch, keys, features), `value` (batch, keys, value features), result
/// (batch, queries, value features). [`Mask`] says what becomes of a query that sees no key: its row is 0.
///
/// Source: Vaswani and others, Attention is all you need (2017), section 3.2.1.
///
/// # Panics
/// If query, key and value do not fit together, or the mask does not fit (batch, 1, queries, keys).
///
/// ```
/// use gradus_nn::attention::{Mask, scaled_dot_product_attention_forward};
/// use ndarray::array;
/// // The query matches the second key by 2 ln 3 / sqrt(4) more: weights 1/4 and 3/4.
/// let query = array![[[2.0 * 3.0_f64.ln(), 0.0, 0.0, 0.0]]];
/// let key = array![[[0.0, 5.0, 0.0, 0.0], [1.0, 0.0, 5.0, 0.0]]];
/// let (out, cache) = scaled_dot_product_attention_forward(&query, &key, &array![[[8.0], [4.0]]], Mask::None);
/// assert!((out[[0, 0, 0]] - 5.0).abs() < 1e-14 && (cache.weights()[[0, 0, 0]] - 0.25).abs() < 1e-15);
/// ```
#[track_caller]
pub fn scaled_dot_product_attention_forward<F: Scalar>(
    query: &ArrayRef3<F>,
    key: &ArrayRef3<F>,
    value: &ArrayRef3<F>,
    mask: Mask,
) -> (Array3<F>, ScaledDotProductAttentionCache<F>) {
    let operation = "scaled_dot_product_attention_forward";
    let shapes = [("query", query.shape()), ("key", key.shape()), ("value", value.shape())];
    require_lengths(operation, shapes);
    let rule = "query and key need the same number of features";
    require(query.dim().2 == key.dim().2, operation, rule, shapes[0], shapes[1]);
    let (batch, queries, _) = query.dim();
    let mask = mask.resolve(operation, [batch, 1, queries, key.dim().1]);

    let mut weights = zeros((batch, 1, queries, key.dim().1));
    let out = attend([query, key, value], |n, head| mask.of(n, head), weights.view_mut());
    let (query, key, value) = (query.to_owned(), key.to_owned(), value.to_owned());
    (out, ScaledDotProductAttentionCache { query, key, value, weights })
}

/// Back through [`scaled_dot_product_attention_forward`]: for each example,
///
/// `dvalue = weights^T @ dout`, `dweights = dout @ value^T`
///
/// `dscores_ij = weights_ij (dweights_ij - sum_k weights_ik dweights_ik)`, the softmax's slope
///
/// `dquery = dscores @ key / sqrt(features)`, `dkey = dscores^T @ query / sqrt(features)`
///
/// Shapes: `dout` (batch, queries, value features).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::attention::{
///     Mask, scaled_dot_product_attention_backward, scaled_dot_product_attention_forward,
/// };
/// use ndarray::array;
/// let (query, key, value) = (array![[[0.0]]], array![[[0.0], [1.0]]], array![[[2.0], [6.0]]]);
/// let (_, cache) = scaled_dot_product_attention_forward(&query, &key, &value, Mask::None);
/// let gradients = scaled_dot_product_attention_backward(&array![[[1.0]]], &cache);
/// assert_eq!(gradients.dvalue, array![[[0.5], [0.5]]]);
/// assert_eq!(gradients.dquery, array![[[1.0]]]); // more of the second value, 0.5 * 0.5 * (6 - 2)
/// ```
#[track_caller]
pub fn scaled_dot_product_attention_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    cache: &ScaledDotProductAttentionCache<F>,
) -> ScaledDotProductAttentionGradients<F> {
    let ScaledDotProductAttentionCache { query, key, value, weights } = cache;
    let ((batch, queries, _), features) = (query.dim(), value.dim().2);
    let (operation, output) = ("scaled_dot_product_attention_backward", [batch, queries, features]);
    require_same_shape(operation, ("the output", &output), ("dout", dout.shape()));
    let [dquery, dkey, dvalue] = attend_backward(dout, [query, key, value], weights);
    ScaledDotProductAttentionGradients { dquery, dkey, dvalue }
}

/// Panics unless query, key and value have one batch, and key and value one length.
#[track_caller]
pub(super) fn require_lengths(operation: &str, [query, key, value]: [(&str, &[usize]); 3]) {
    require(query.1[0] == key.1[0], operation, "query and key need the same number of examples", query, key);
    require(key.1[..2] == value.1[..2], operation, "value needs one row for each row of key", key, value);
}
