//! A product with a matrix of few columns and the product back, in one pass over the rows.
//!
//! A linear classifier multiplies its rows by a narrow matrix twice, once for the scores and once for the gradient, and spends
//! most of its time on waiting for the rows. Here a block of rows is used for both while it is in the cache. The vector
//! instructions run along the features, because a row of scores is shorter than a vector.

use std::array::from_fn;

use ndarray::{Array2, ArrayRef2};
use pulp::{Arch, Simd, WithSimd};

use super::vector::Float;
use super::{fold, threads, transposed};
use crate::Scalar;

/// A block of rows is about as large, so that it stays in the cache of its core.
const BLOCK_BYTES: usize = 1 << 19;

/// For each row `scores_i = x_i @ w`, which `slopes` replaces by their gradient and of which it gives the loss, from the number
/// of the row; then the sum of the losses, and `x^T @ dscores`.
///
/// Shapes: `x` (batch, features), `w` (features, classes), each row of scores (classes), result (features, classes).
pub(crate) fn there_and_back<F: Scalar>(
    x: &ArrayRef2<F>,
    w: &ArrayRef2<F>,
    slopes: impl Fn(usize, &mut [F]) -> F + Sync,
) -> (F, Array2<F>) {
    let ((rows, features), classes) = (x.dim(), w.ncols());
    let x = x.as_standard_layout();
    let x = x.as_slice().expect("row-major");
    let w = transposed(w);
    let w = w.as_slice().expect("row-major");

    let blocks = (rows * features * size_of::<F>()).div_ceil(BLOCK_BYTES).next_multiple_of(threads()).clamp(1, rows);
    let nothing = || (F::zero(), vec![F::zero(); classes * features], Vec::new());
    let parts = fold(0..blocks, rows * features * classes / 4, nothing, |(loss, dw, scores), block| {
        let (first, end) = (rows * block / blocks, rows * (block + 1) / blocks);
        let x = &x[first * features..end * features];
        scores.clear();
        scores.resize((end - first) * classes, F::zero());
        if features > 0 {
            Arch::new().dispatch(There { x, w, scores, features });
        }
        for (row, scores) in scores.chunks_exact_mut(classes).enumerate() {
            *loss += slopes(first + row, scores);
        }
        if features > 0 {
            Arch::new().dispatch(Back { x, scores, dw, features });
        }
    });

    let (mut loss, mut dw) = (F::zero(), Array2::zeros((classes, features)));
    for (part_loss, part_dw, _) in parts {
        loss += part_loss;
        dw.iter_mut().zip(part_dw).for_each(|(sum, part)| *sum += part);
    }
    (loss, transposed(&dw))
}

/// So many rows, classes and vectors of features are computed together, in registers.
const ROWS: usize = 4;
const CLASSES: usize = 5;
const VECTORS: usize = 4;

/// `scores = x @ w^T`.
struct There<'a, F> {
    /// (rows, features)
    x: &'a [F],
    /// (classes, features)
    w: &'a [F],
    /// (rows, classes)
    scores: &'a mut [F],
    features: usize,
}

impl<F: Float> WithSimd for There<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let There { x, w, scores, features } = self;
        let (rows, classes) = (x.len() / features, w.len() / features);
        for row in (0..rows).step_by(ROWS) {
            for class in (0..classes).step_by(CLASSES) {
                // At the end the last row or class stands in for those that are missing.
                let x: [_; ROWS] = from_fn(|r| nth(x, features, (row + r).min(rows - 1)));
                let w: [_; CLASSES] = from_fn(|c| nth(w, features, (class + c).min(classes - 1)));
                let products = products(simd, x, w);
                for r in 0..ROWS.min(rows - row) {
                    for c in 0..CLASSES.min(classes - class) {
                        scores[(row + r) * classes + class + c] = products[r][c];
                    }
                }
            }
        }
    }
}

/// The dot product of each `x` with each `w`, all of one length.
#[inline(always)]
fn products<F: Float, S: Simd>(simd: S, x: [&[F]; ROWS], w: [&[F]; CLASSES]) -> [[F; CLASSES]; ROWS] {
    let (x, x_rest) = (x.map(|x| F::vectors::<S>(x).0), x.map(|x| F::vectors::<S>(x).1));
    let (w, w_rest) = (w.map(|w| F::vectors::<S>(w).0), w.map(|w| F::vectors::<S>(w).1));
    let (length, rest) = (x[0].len(), x_rest[0].len());
    let (x, w) = (x.map(|x| &x[..length]), w.map(|w| &w[..length]));
    let mut sums = [[F::splat(simd, F::ZERO); CLASSES]; ROWS];
    for k in 0..length {
        let x: [_; ROWS] = from_fn(|r| x[r][k]);
        for c in 0..CLASSES {
            let w = w[c][k];
            for r in 0..ROWS {
                sums[r][c] = F::multiply_add(simd, x[r], w, sums[r][c]);
            }
        }
    }
    let mut products = sums.map(|sums| sums.map(|sum| F::sum_of_lanes::<S>(sum)));
    for k in 0..rest {
        for r in 0..ROWS {
            for c in 0..CLASSES {
                products[r][c] = products[r][c] + x_rest[r][k] * w_rest[c][k];
            }
        }
    }
    products
}

/// `dw = dw + dscores^T @ x`.
struct Back<'a, F> {
    /// (rows, features)
    x: &'a [F],
    /// (rows, classes), the gradient
    scores: &'a [F],
    /// (classes, features)
    dw: &'a mut [F],
    features: usize,
}

impl<F: Float> WithSimd for Back<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Back { x, scores, dw, features } = self;
        let (rows, classes) = (x.len() / features, dw.len() / features);
        let vectors = F::vectors::<S>(nth(x, features, 0)).0.len();
        for class in (0..classes).step_by(CLASSES) {
            let mut at = 0;
            while at < vectors {
                if at + VECTORS <= vectors {
                    add_products::<F, S, VECTORS>(simd, x, scores, dw, [features, rows, classes, class, at]);
                    at += VECTORS;
                } else {
                    add_products::<F, S, 1>(simd, x, scores, dw, [features, rows, classes, class, at]);
                    at += 1;
                }
            }
        }
        for row in 0..rows {
            let rest = F::vectors::<S>(nth(x, features, row)).1;
            for class in 0..classes {
                let dw = F::vectors_mut::<S>(&mut dw[class * features..(class + 1) * features]).1;
                dw.iter_mut().zip(rest).for_each(|(dw, &x)| *dw = *dw + scores[row * classes + class] * x);
            }
        }
    }
}

/// The part of `CLASSES` classes and `V` vectors of features of [`Back`].
#[inline(always)]
fn add_products<F: Float, S: Simd, const V: usize>(
    simd: S,
    x: &[F],
    scores: &[F],
    dw: &mut [F],
    [features, rows, classes, class, at]: [usize; 5],
) {
    let mut sums = [[F::splat(simd, F::ZERO); V]; CLASSES];
    for row in 0..rows {
        let x = &F::vectors::<S>(nth(x, features, row)).0[at..at + V];
        let x: [_; V] = from_fn(|v| x[v]);
        for (c, sums) in sums.iter_mut().enumerate() {
            let score = F::splat(simd, scores[row * classes + (class + c).min(classes - 1)]);
            for v in 0..V {
                sums[v] = F::multiply_add(simd, x[v], score, sums[v]);
            }
        }
    }
    let one = F::splat(simd, F::ONE);
    for (class, sums) in (class..classes).zip(sums) {
        let dw = &mut F::vectors_mut::<S>(&mut dw[class * features..(class + 1) * features]).0[at..at + V];
        for v in 0..V {
            dw[v] = F::multiply_add(simd, sums[v], one, dw[v]);
        }
    }
}

fn nth<F>(rows: &[F], length: usize, index: usize) -> &[F] {
    &rows[index * length..(index + 1) * length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, normal};
    use proptest::prelude::*;

    fn check<F: Scalar>(seed: u64, (rows, features, classes): (usize, usize, usize), tolerance: f64) {
        let mut draws = generator(seed);
        let x: Array2<F> = normal((rows, features), 1.0, &mut draws);
        let w: Array2<F> = normal((features, classes), 1.0, &mut draws);
        // The loss of row i is i times its first score, and each slope is twice the score.
        let (loss, dw) = there_and_back(&x, &w, |row, scores| {
            scores.iter_mut().for_each(|score| *score *= F::cast(2.0));
            F::count(row) * scores[0] / F::cast(2.0)
        });
        let scores = x.dot(&w);
        let slow_loss: F = (0..rows).map(|row| F::count(row) * scores[[row, 0]]).sum();
        let slow_dw = x.t().dot(&scores) * F::cast(2.0);
        let near = |a: F, b: F| (a - b).abs() <= F::cast(tolerance) * (F::one() + b.abs());
        assert!(near(loss, slow_loss), "seed {seed}: {loss} for {slow_loss}");
        assert!(dw.iter().zip(&slow_dw).all(|(&fast, &slow)| near(fast, slow)), "seed {seed}: {dw} for {slow_dw}");
    }

    proptest! {
        #[test]
        fn agrees_with_whole_products(
            seed in any::<u64>(), rows in 1_usize..30, features in 0_usize..200, classes in 1_usize..14,
        ) {
            check::<f64>(seed, (rows, features, classes), 1e-11);
            check::<f32>(seed, (rows, features, classes), 1e-2);
        }
    }

    #[test]
    fn agrees_in_several_blocks() {
        check::<f64>(3, (301, 3073, 10), 1e-9);
    }
}
