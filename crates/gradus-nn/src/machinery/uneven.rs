//! Matrix products with one side much longer than the others, as between a batch of images and a few hidden units.

use ndarray::{Array2, ArrayRef2, ArrayView2, Axis};

use super::{fold, matmul, matmul_into, threads, transposed};
use crate::Scalar;

/// So many times as long as the others is much longer.
const MUCH: usize = 8;

/// `c = c + a @ b`, where the sum runs over the long side: each thread takes a part of it, because parts of the result would
/// need all of `b`.
///
/// Shapes: `a` (m, k), `b` (k, n), `c` (m, n).
pub(crate) fn add_product<F: Scalar>(a: ArrayView2<F>, b: ArrayView2<F>, c: &mut ArrayRef2<F>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    let (parts, one) = (threads(), F::one());
    if k < MUCH * m.max(n) || parts == 1 {
        return matmul_into(a, b, c.view_mut(), one, one);
    }
    let share = k.div_ceil(parts);
    let blocks = a.axis_chunks_iter(Axis(1), share).zip(b.axis_chunks_iter(Axis(0), share));
    let nothing = || Array2::zeros((m, n));
    let sums = fold(blocks, m * k * n / 8, nothing, |sum, (a, b)| {
        matmul_into(a, b, sum.view_mut(), one, one);
    });
    sums.iter().for_each(|sum| c.zip_mut_with(sum, |total, &part| *total += part));
}

/// `x^T @ dout`, the gradient of the weights in `x @ w`. If there are many more features than outputs, its transpose is faster
/// to compute.
///
/// Shapes: `x` (batch, features), `dout` (batch, outputs), result (features, outputs).
pub(crate) fn weight_gradient<F: Scalar>(x: &ArrayRef2<F>, dout: &ArrayRef2<F>) -> Array2<F> {
    if x.ncols() >= MUCH * dout.ncols() { transposed(&matmul(dout.t(), x.view())) } else { matmul(x.t(), dout.view()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, normal};

    #[test]
    fn agrees_with_the_plain_product() {
        crate::set_threads(3);
        for (m, k, n) in [(20, 3000, 11), (1, 100, 1), (30, 40, 50), (4, 0, 3)] {
            let mut draws = generator(7);
            let (a, b): (Array2<f64>, Array2<f64>) = (normal((m, k), 1.0, &mut draws), normal((k, n), 1.0, &mut draws));
            let start: Array2<f64> = normal((m, n), 1.0, &mut draws);
            let mut c = start.clone();
            add_product(a.view(), b.view(), &mut c);
            assert!((c - start - a.dot(&b)).iter().all(|difference| difference.abs() < 1e-11), "{m} x {k} x {n}");

            let dout: Array2<f64> = normal((m, n), 1.0, &mut draws);
            let difference = weight_gradient(&a, &dout) - a.t().dot(&dout);
            assert!(difference.iter().all(|difference| difference.abs() < 1e-11), "{m} x {k} x {n}");
        }
    }
}
