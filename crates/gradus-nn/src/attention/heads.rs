//! The arithmetic of attention, for one head and for all heads of a batch.
//!
//! The features of query, key and value are cut into as many equal parts as there are heads. A part is a view into the
//! whole array, so that nothing is copied or transposed.

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, ArrayRef4, ArrayView2, ArrayViewMut2, ArrayViewMut4, s};

use super::mask::HeadMask;
use crate::Scalar;
use crate::machinery::vector::{exp, vectorised};
use crate::machinery::{for_each, for_each_with, matmul_into, maximum_of, sum_and_dot, sum_of, zeros};

/// The output (batch, queries, heads * value width); fills the weights (batch, heads, queries, keys).
pub(super) fn attend<'m, F: Scalar>(
    [query, key, value]: [&ArrayRef3<F>; 3],
    mask: impl Fn(usize, usize) -> HeadMask<'m> + Sync,
    mut weights: ArrayViewMut4<F>,
) -> Array3<F> {
    let ((batch, heads, queries, _), value_features) = (weights.dim(), value.dim().2);
    let mut out = zeros((batch, queries, value_features));
    let operations = weights.len() * (query.dim().2 / heads.max(1) + value_features / heads.max(1) + 16);
    let examples = weights.outer_iter_mut().zip(out.outer_iter_mut()).enumerate();
    for_each(examples, operations, |(n, (mut weights, mut out))| {
        for (head, mut weights) in weights.outer_iter_mut().enumerate() {
            attend_one(
                part(query, n, head, heads),
                part(key, n, head, heads),
                part(value, n, head, heads),
                &mask(n, head),
                &mut weights,
                columns_of(&mut out, head, heads),
            );
        }
    });
    out
}

/// The gradients of query, key and value.
pub(super) fn attend_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    [query, key, value]: [&ArrayRef3<F>; 3],
    weights: &ArrayRef4<F>,
) -> [Array3<F>; 3] {
    let (_, heads, queries, keys) = weights.dim();
    let [mut dquery, mut dkey, mut dvalue] = [query, key, value].map(|array| zeros(array.raw_dim()));
    let operations = weights.len() * (query.dim().2 / heads.max(1) + value.dim().2 / heads.max(1) + 16);
    let gradients = dquery.outer_iter_mut().zip(dkey.outer_iter_mut()).zip(dvalue.outer_iter_mut()).enumerate();
    let room = || Array2::zeros((queries, keys));
    for_each_with(gradients, operations, room, |dscores, (n, ((mut dquery, mut dkey), mut dvalue))| {
        for head in 0..heads {
            let (query, key, value) =
                (part(query, n, head, heads), part(key, n, head, heads), part(value, n, head, heads));
            let (weights, dout) = (weights.slice(s![n, head, .., ..]), part(dout, n, head, heads));
            let (one, zero, scale) = (F::one(), F::zero(), scale(&query));

            matmul_into(weights.t(), dout, columns_of(&mut dvalue, head, heads), one, zero);
            matmul_into(dout, value.t(), dscores.view_mut(), one, zero);
            for (mut dscores, weights) in dscores.outer_iter_mut().zip(weights.outer_iter()) {
                let dscores = dscores.as_slice_mut().expect("row-major");
                back_through_softmax(dscores, weights.to_slice().expect("row-major"));
            }
            matmul_into(dscores.view(), key, columns_of(&mut dquery, head, heads), scale, zero);
            matmul_into(dscores.t(), query, columns_of(&mut dkey, head, heads), scale, zero);
        }
    });
    [dquery, dkey, dvalue]
}

/// One head of one example: `weights = softmax(query @ key^T / sqrt(width))`, `out = weights @ value`.
fn attend_one<F: Scalar>(
    query: ArrayView2<F>,
    key: ArrayView2<F>,
    value: ArrayView2<F>,
    mask: &HeadMask,
    weights: &mut ArrayViewMut2<F>,
    out: ArrayViewMut2<F>,
) {
    matmul_into(query, key.t(), weights.view_mut(), scale(&query), F::zero());
    for (i, row) in weights.outer_iter_mut().enumerate() {
        let row = row.into_slice().expect("row-major");
        let seen = mask.hide(i, row);
        softmax(&mut row[..seen]);
        row[seen..].fill(F::zero());
    }
    matmul_into(weights.view(), value, out, F::one(), F::zero());
}

/// Without it the scores of wide vectors would be so large that the softmax has no slope: the variance of a dot product
/// grows with the number of its terms.
fn scale<F: Scalar>(query: &ArrayRef2<F>) -> F {
    F::count(query.ncols()).sqrt().recip()
}

vectorised! {
    /// Scores to weights, in place. Scores of minus infinity get 0, even if all are.
    fn softmax<F: Scalar>(row: &mut [F]) {
        let maximum = maximum_of(row);
        if maximum == F::neg_infinity() {
            row.fill(F::zero());
            return;
        }
        row.iter_mut().for_each(|score| *score = exp(*score - maximum));
        let sum = sum_of(row, |exponential| exponential);
        row.iter_mut().for_each(|exponential| *exponential /= sum);
    }

    /// From the gradient of the weights to that of the scores, in place: `ds_ij = w_ij (dw_ij - sum_k w_ik dw_ik)`.
    fn back_through_softmax<F: Scalar>(dweights: &mut [F], weights: &[F]) {
        let (_, mean) = sum_and_dot(dweights, weights);
        dweights.iter_mut().zip(weights).for_each(|(dw, &w)| *dw = w * (*dw - mean));
    }
}

/// The part of the features that belongs to a head, of one example.
fn part<F>(array: &ArrayRef3<F>, n: usize, head: usize, heads: usize) -> ArrayView2<'_, F> {
    let width = array.dim().2 / heads;
    array.slice(s![n, .., head * width..(head + 1) * width])
}

fn columns_of<'a, F>(array: &'a mut ArrayViewMut2<F>, head: usize, heads: usize) -> ArrayViewMut2<'a, F> {
    let width = array.ncols() / heads;
    array.slice_mut(s![.., head * width..(head + 1) * width])
}
