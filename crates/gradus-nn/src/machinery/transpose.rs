//! The transposed copy of a matrix.

use ndarray::{Array2, ArrayRef2, Axis};

use super::for_each;
use crate::Scalar;

/// Blocks of this many rows and columns stay in the cache while they are read by rows and written by columns.
const BLOCK: usize = 32;

/// `a^T`, in row-major order. For products with `a^T` that are computed again and again: each would copy it otherwise.
pub(crate) fn transposed<F: Scalar>(a: &ArrayRef2<F>) -> Array2<F> {
    let mut result = Array2::zeros((a.ncols(), a.nrows()));
    let stripes = a.axis_chunks_iter(Axis(1), BLOCK).zip(result.axis_chunks_iter_mut(Axis(0), BLOCK));
    for_each(stripes, a.len(), |(a, mut result)| {
        for (a, mut result) in a.axis_chunks_iter(Axis(0), BLOCK).zip(result.axis_chunks_iter_mut(Axis(1), BLOCK)) {
            for (mut row, column) in result.outer_iter_mut().zip(a.columns()) {
                row.assign(&column);
            }
        }
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, normal};

    #[test]
    fn agrees_with_the_view() {
        for shape in [(0, 3), (1, 1), (33, 70), (200, 31)] {
            let a: Array2<f64> = normal(shape, 1.0, &mut generator(4));
            assert!(transposed(&a) == a.t() && transposed(&a.t()) == a && transposed(&a).is_standard_layout());
        }
    }
}
