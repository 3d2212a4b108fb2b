//! Sums over slices, of several numbers side by side: in vector instructions, and with less rounding than one after another.

use ndarray::{Array1, ArrayRef2};

use super::fold;
use crate::Scalar;

const LANES: usize = 16;

/// `sum_i f(a_i)`
#[inline(always)]
pub(crate) fn sum_of<F: Scalar>(a: &[F], f: impl Fn(F) -> F) -> F {
    let mut sums = [F::zero(); LANES];
    let (blocks, rest) = a.as_chunks::<LANES>();
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, &a)| *sum += f(a));
    }
    sums.iter_mut().zip(rest).for_each(|(sum, &a)| *sum += f(a));
    sums.into_iter().sum()
}

/// `(sum_i a_i, sum_i a_i b_i)`
#[inline(always)]
pub(crate) fn sum_and_dot<F: Scalar>(a: &[F], b: &[F]) -> (F, F) {
    let (mut sums, mut products) = ([F::zero(); LANES], [F::zero(); LANES]);
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane];
            products[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (&a, &b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] += a;
        products[lane] += a * b;
    }
    (sums.into_iter().sum(), products.into_iter().sum())
}

/// The largest element, minus infinity if there is none. NaN is passed over.
#[inline(always)]
pub(crate) fn maximum_of<F: Scalar>(a: &[F]) -> F {
    let larger = |maximum: &mut F, &a: &F| *maximum = if a > *maximum { a } else { *maximum };
    let mut maxima = [F::neg_infinity(); LANES];
    let (blocks, rest) = a.as_chunks::<LANES>();
    for block in blocks {
        maxima.iter_mut().zip(block).for_each(|(maximum, a)| larger(maximum, a));
    }
    maxima.iter_mut().zip(rest).for_each(|(maximum, a)| larger(maximum, a));
    let mut result = F::neg_infinity();
    maxima.iter().for_each(|a| larger(&mut result, a));
    result
}

/// The sum over the first axis.
pub(crate) fn sum_of_rows<F: Scalar>(rows: &ArrayRef2<F>) -> Array1<F> {
    let nothing = || Array1::zeros(rows.ncols());
    let sums = fold(0..rows.nrows(), rows.len(), nothing, |sum, row| *sum += &rows.row(row));
    sums.into_iter().fold(nothing(), |sum, part| sum + part)
}
