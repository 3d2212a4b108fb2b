//! The arithmetic of attention, for one head and for all heads of a batch.
//!
//! The features of query, key and value are cut into as many equal parts as there are heads. A part is a view into the
//! whole array, so that nothing is copied or transposed.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array3, Array4, ArrayRef2, ArrayRef3, ArrayRef4, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};

use super::mask::{HeadMask, Resolved};
use crate::Scalar;

/// The output (batch, queries, heads * value width) and the weights (batch, heads, queries, keys).
pub(super) fn attend<F: Scalar>(
    query: &ArrayRef3<F>,
    key: &ArrayRef3<F>,
    value: &ArrayRef3<F>,
    heads: usize,
    mask: &Resolved,
) -> (Array3<F>, Array4<F>) {
    let ((batch, queries, _), (_, keys, value_features)) = (query.dim(), value.dim());
    let mut weights = Array4::zeros((batch, heads, queries, keys));
    let mut out = Array3::zeros((batch, queries, value_features));
    for n in 0..batch {
        for head in 0..heads {
            attend_one(
                part(query, n, head, heads),
                part(key, n, head, heads),
                part(value, n, head, heads),
                &mask.of(n, head),
                &mut weights.slice_mut(s![n, head, .., ..]),
                &mut part_mut(&mut out, n, head, heads),
            );
        }
    }
    (out, weights)
}

/// The gradients of query, key and value.
pub(super) fn attend_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    [query, key, value]: [&ArrayRef3<F>; 3],
    weights: &ArrayRef4<F>,
) -> [Array3<F>; 3] {
    let (batch, heads, queries, keys) = weights.dim();
    let [mut dquery, mut dkey, mut dvalue] = [query, key, value].map(|array| Array3::zeros(array.raw_dim()));
    let mut dscores = ndarray::Array2::zeros((queries, keys));
    for n in 0..batch {
        for head in 0..heads {
            let (query, key) = (part(query, n, head, heads), part(key, n, head, heads));
            let (weights, dout) = (weights.slice(s![n, head, .., ..]), part(dout, n, head, heads));
            let (one, zero, scale) = (F::one(), F::zero(), scale(&query));

            general_mat_mul(one, &weights.t(), &dout, zero, &mut part_mut(&mut dvalue, n, head, heads));
            general_mat_mul(one, &dout, &part(value, n, head, heads).t(), zero, &mut dscores);
            softmax_backward(&mut dscores, &weights);
            general_mat_mul(scale, &dscores, &key, zero, &mut part_mut(&mut dquery, n, head, heads));
            general_mat_mul(scale, &dscores.t(), &query, zero, &mut part_mut(&mut dkey, n, head, heads));
        }
    }
    [dquery, dkey, dvalue]
}

/// One head of one example: `weights = softmax(query @ key^T / sqrt(width))`, `out = weights @ value`.
fn attend_one<F: Scalar>(
    query: ArrayView2<F>,
    key: ArrayView2<F>,
    value: ArrayView2<F>,
    mask: &HeadMask,
    weights: &mut ArrayViewMut2<F>,
    out: &mut ArrayViewMut2<F>,
) {
    general_mat_mul(scale(&query), &query, &key.t(), F::zero(), weights);
    for (i, row) in weights.outer_iter_mut().enumerate() {
        masked_softmax(row, |j| mask.allows(i, j));
    }
    general_mat_mul(F::one(), weights, &value, F::zero(), out);
}

/// Without it the scores of wide vectors would be so large that the softmax has no slope: the variance of a dot product
/// grows with the number of its terms.
fn scale<F: Scalar>(query: &ArrayRef2<F>) -> F {
    F::count(query.ncols()).sqrt().recip()
}

/// Scores to weights, in place. Keys that are not allowed get 0; if none is, all get 0.
fn masked_softmax<F: Scalar>(mut row: ArrayViewMut1<F>, allowed: impl Fn(usize) -> bool) {
    let mut maximum = F::neg_infinity();
    for (j, &score) in row.iter().enumerate() {
        if allowed(j) {
            maximum = maximum.max(score);
        }
    }
    let mut sum = F::zero();
    for (j, score) in row.iter_mut().enumerate() {
        *score = if allowed(j) { (*score - maximum).exp() } else { F::zero() };
        sum += *score;
    }
    if sum != F::zero() {
        row.mapv_inplace(|exponential| exponential / sum);
    }
}

/// From the gradient of the weights to that of the scores, in place: `ds_ij = w_ij (dw_ij - sum_k w_ik dw_ik)`.
fn softmax_backward<F: Scalar>(dweights: &mut ArrayRef2<F>, weights: &ArrayRef2<F>) {
    for (mut dweights, weights) in dweights.outer_iter_mut().zip(weights.outer_iter()) {
        let mean = weights.dot(&dweights);
        dweights.zip_mut_with(&weights, |dw, &w| *dw = w * (*dw - mean));
    }
}

/// The part of the features that belongs to a head, of one example.
fn part<F>(array: &ArrayRef3<F>, n: usize, head: usize, heads: usize) -> ArrayView2<'_, F> {
    let width = array.dim().2 / heads;
    array.slice(s![n, .., head * width..(head + 1) * width])
}

fn part_mut<F>(array: &mut Array3<F>, n: usize, head: usize, heads: usize) -> ArrayViewMut2<'_, F> {
    let width = array.dim().2 / heads;
    array.slice_mut(s![n, .., head * width..(head + 1) * width])
}
