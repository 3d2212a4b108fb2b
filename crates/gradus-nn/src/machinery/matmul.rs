//! The matrix product, by the `gemm` crate: it picks the widest vector instructions of the machine that it runs on.
//!
//! A large product is split among the threads here and not by the crate, whose own threads would be lost in a fork.

use gemm::Parallelism;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use super::elementwise::zeros;
use super::parallel::{for_each, parts};
use crate::Scalar;

/// `a @ b`, for arrays of any strides.
///
/// Shapes: `a` (m, k), `b` (k, n), result (m, n).
///
/// # Panics
/// As [`matmul_into`].
#[track_caller]
pub(crate) fn matmul<F: Scalar>(a: ArrayView2<F>, b: ArrayView2<F>) -> Array2<F> {
    let mut c = zeros((a.nrows(), b.ncols()));
    matmul_into(a, b, c.view_mut(), F::one(), F::zero());
    c
}

/// `c = alpha * a @ b + beta * c`, in place, for arrays of any strides; nothing is copied beforehand.
///
/// Shapes: `a` (m, k), `b` (k, n), `c` (m, n). With `beta` 0 what `c` held before is not read, so it may be NaN.
///
/// # Panics
/// If the shapes do not fit, or `F` is neither `f32` nor `f64`.
#[track_caller]
pub(crate) fn matmul_into<F: Scalar>(a: ArrayView2<F>, b: ArrayView2<F>, mut c: ArrayViewMut2<F>, alpha: F, beta: F) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == k && c.dim() == (m, n),
        "matmul_into: c (m, n) needs a (m, k) and b (k, n), but a is {:?}, b is {:?} and c is {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    let operations = m * n * k / OPERATIONS_AT_ONCE;
    let parts = parts(operations);
    if parts == 1 || m.max(n) < 2 * TILE {
        return on_this_thread(a, b, c, alpha, beta);
    }
    // The longer side of the result is split, in whole tiles.
    let share = m.max(n).div_ceil(TILE).div_ceil(parts) * TILE;
    if n > m {
        let blocks = b.axis_chunks_iter(Axis(1), share).zip(c.axis_chunks_iter_mut(Axis(1), share));
        for_each(blocks, operations, |(b, c)| on_this_thread(a, b, c, alpha, beta));
    } else {
        let blocks = a.axis_chunks_iter(Axis(0), share).zip(c.axis_chunks_iter_mut(Axis(0), share));
        for_each(blocks, operations, |(a, c)| on_this_thread(a, b, c, alpha, beta));
    }
}

/// How many multiplications and additions a vector instruction does, about.
const OPERATIONS_AT_ONCE: usize = 8;

/// A multiple of the sides of the blocks that the crate computes at a time.
const TILE: usize = 16;

#[expect(unsafe_code, reason = "the gemm crate takes pointers and strides, which is what spares the copies")]
fn on_this_thread<F: Scalar>(a: ArrayView2<F>, b: ArrayView2<F>, mut c: ArrayViewMut2<F>, alpha: F, beta: F) {
    let ((m, k), n) = (a.dim(), b.ncols());
    if m == 0 || n == 0 {
        return;
    }
    let keep = beta != F::zero();
    if k == 0 {
        c.mapv_inplace(|value| if keep { beta * value } else { F::zero() });
        return;
    }

    let (a_strides, b_strides, c_strides) = (strides(a.strides()), strides(b.strides()), strides(c.strides()));
    // SAFETY: each pointer comes with the strides of its own view and with lengths that the assertion of `matmul_into`
    // holds against that view's shape, so every address is an element of it. `c` is borrowed mutably and so overlaps
    // neither `a` nor `b`; its elements are initialised. The crate checks by itself that `F` is a type that it knows.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            c_strides.column,
            c_strides.row,
            keep,
            a.as_ptr(),
            a_strides.column,
            a_strides.row,
            b.as_ptr(),
            b_strides.column,
            b_strides.row,
            beta,
            alpha,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// How far apart neighbours are, in elements.
struct Strides {
    /// From one row to the next.
    row: isize,
    /// From one column to the next.
    column: isize,
}

fn strides(strides: &[isize]) -> Strides {
    Strides { row: strides[0], column: strides[1] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, normal};
    use ndarray::{Array2, array, s};
    use proptest::prelude::*;

    const LAYOUTS: u8 = 5;

    /// A (rows, columns) view into `store`, with strides that depend on `layout`. `store` has room for every layout.
    fn view<F: Scalar>(store: &Array2<F>, layout: u8, rows: usize, columns: usize) -> ArrayView2<'_, F> {
        match layout {
            0 => store.slice(s![..rows, ..columns]),
            1 => store.slice(s![..columns, ..rows]).reversed_axes(),
            2 => store.slice(s![..2 * rows; 2, ..3 * columns; 3]),
            3 => store.slice(s![..rows; -1, ..columns; -1]),
            _ => store.slice(s![..columns, ..2 * rows; -2]).reversed_axes(),
        }
    }

    fn check<F: Scalar>(seed: u64, (m, k, n): (usize, usize, usize), layouts: [u8; 2], tolerance: f64) {
        let mut draws = generator(seed);
        let stores: [Array2<F>; 3] = std::array::from_fn(|_| normal((40, 40), 1.0, &mut draws));
        let (a, b) = (view(&stores[0], layouts[0], m, k), view(&stores[1], layouts[1], k, n));
        for (alpha, beta) in [(1.0, 0.0), (-0.5, 1.0), (2.0, -3.0)] {
            for transposed in [false, true] {
                let mut store = stores[2].clone();
                let mut c = if transposed {
                    store.slice_mut(s![..n, ..m]).reversed_axes()
                } else {
                    store.slice_mut(s![..2 * m; 2, ..n; -1])
                };
                let before = c.to_owned();
                matmul_into(a, b, c.view_mut(), F::cast(alpha), F::cast(beta));
                for ((i, j), &value) in c.indexed_iter() {
                    let product: F = (0..k).map(|l| a[[i, l]] * b[[l, j]]).sum();
                    let slow = F::cast(alpha) * product + F::cast(beta) * before[[i, j]];
                    let difference = (value - slow).abs().to_f64().expect("a float");
                    assert!(difference < tolerance, "seed {seed}, {layouts:?}, [{i}, {j}]: {value} for {slow}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_loops_whatever_the_strides(
            seed in any::<u64>(), m in 0_usize..13, k in 0_usize..13, n in 0_usize..13,
            a in 0..LAYOUTS, b in 0..LAYOUTS,
        ) {
            check::<f64>(seed, (m, k, n), [a, b], 1e-12);
            check::<f32>(seed, (m, k, n), [a, b], 1e-4);
        }
    }

    #[test]
    fn a_large_product_is_the_same_on_several_threads() {
        crate::set_threads(3);
        let mut draws = generator(5);
        for (m, k, n) in [(300, 200, 70), (70, 200, 300), (5, 3000, 100), (100, 3000, 5), (40, 9000, 30)] {
            let (a, b): (Array2<f64>, Array2<f64>) = (normal((m, k), 1.0, &mut draws), normal((k, n), 1.0, &mut draws));
            let difference = matmul(a.view(), b.view()) - a.dot(&b);
            assert!(difference.iter().all(|value| value.abs() < 1e-10), "{m} x {k} x {n}");
        }
    }

    #[test]
    fn the_elements_between_those_of_c_stay_as_they_were() {
        let mut store = Array2::from_elem((3, 4), 7.0);
        matmul_into(
            array![[1.0], [2.0]].view(),
            array![[3.0, 4.0]].view(),
            store.slice_mut(s![..; 2, ..; 2]),
            1.0,
            0.0,
        );
        assert_eq!(store, array![[3.0, 7.0, 4.0, 7.0], [7.0, 7.0, 7.0, 7.0], [6.0, 7.0, 8.0, 7.0]]);
    }

    #[test]
    fn with_beta_zero_nothing_of_c_remains() {
        for k in [0, 1, 3] {
            let mut c = Array2::from_elem((2, 2), f64::NAN);
            matmul_into(Array2::ones((2, k)).view(), Array2::ones((k, 2)).view(), c.view_mut(), 1.0, 0.0);
            assert_eq!(c, Array2::from_elem((2, 2), k as f64));
        }
    }

    #[test]
    #[should_panic(expected = "c (m, n) needs a (m, k) and b (k, n), but a is [2, 3], b is [2, 2] and c is [2, 2]")]
    fn refuses_shapes_that_do_not_fit() {
        let a = Array2::<f64>::ones((2, 3));
        matmul_into(a.view(), Array2::ones((2, 2)).view(), Array2::ones((2, 2)).view_mut(), 1.0, 0.0);
    }
}
