//! An affine map at every step of a sequence.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, ArrayViewMut2, Axis, CowArray, Ix2};

use crate::Scalar;
use crate::machinery::{Fresh, fold, for_each, matmul_into, threads};

/// So many steps are mapped at a time: enough for a fast product, and few enough to be still in the cache of their core when
/// they are read again.
pub(crate) const AT_ONCE: usize = 256;

/// Weights of so many bytes leave the cache before their gradient is added to once more, so it is computed at once.
const LARGE: usize = 1 << 20;

/// `x @ w + b` at every step of every example: (batch, time, features) to (batch, time, outputs).
pub(crate) fn each_step<F: Scalar>(x: &ArrayRef3<F>, w: &ArrayRef2<F>, b: &ArrayRef1<F>) -> Array3<F> {
    let (batch, time, _) = x.dim();
    let (x, outputs, b) = (as_rows(x), w.ncols(), b.as_standard_layout());
    let mut y = Fresh::new(batch * time * outputs);
    let pieces = y.pieces((AT_ONCE * outputs).max(1)).zip(x.axis_chunks_iter(Axis(0), AT_ONCE));
    for_each(pieces, operations(&x, w), |(y, x)| {
        let y = y.repeated(b.as_slice().expect("row-major"));
        matmul_into(x, w.view(), rows(y, x.nrows()), F::one(), F::one());
    });
    y.into_array((batch, time, outputs))
}

/// `dx`, `dw` and `db` of [`each_step`].
pub(crate) fn each_step_backward<F: Scalar>(
    dy: &ArrayRef3<F>,
    x: &ArrayRef3<F>,
    w: &ArrayRef2<F>,
) -> (Array3<F>, Array2<F>, Array1<F>) {
    let (shape, dy, x) = (x.raw_dim(), as_rows(dy), as_rows(x));
    let mut dx = Fresh::new(x.len());
    let at_once = if w.len() * size_of::<F>() < LARGE { AT_ONCE } else { x.nrows().div_ceil(threads()).max(1) };
    let chunks = dy.axis_chunks_iter(Axis(0), at_once).zip(x.axis_chunks_iter(Axis(0), at_once));
    let pieces = dx.pieces((at_once * x.ncols()).max(1)).zip(chunks);
    let nothing = || (Array2::zeros(w.raw_dim()), Array1::zeros(w.ncols()));
    let sums = fold(pieces, 2 * operations(&x, w), nothing, |(dw, db), (dx, (dy, x))| {
        matmul_into(dy, w.t(), rows(dx.zeroed(), x.nrows()), F::one(), F::zero());
        matmul_into(x.t(), dy, dw.view_mut(), F::one(), F::one());
        dy.outer_iter().for_each(|dy| *db += &dy);
    });
    let (dw, db) =
        sums.into_iter().reduce(|(dw, db), (part_w, part_b)| (dw + part_w, db + part_b)).expect("one thread");
    (dx.into_array(shape), dw, db)
}

/// How many vector instructions the product takes, about.
fn operations<F>(x: &ArrayRef2<F>, w: &ArrayRef2<F>) -> usize {
    x.nrows() * (w.len() / 8 + w.ncols())
}

/// All steps of all examples as rows: (batch, time, features) to (batch * time, features). Copies only an array that is
/// not row-major.
fn as_rows<F: Scalar>(x: &ArrayRef3<F>) -> CowArray<'_, F, Ix2> {
    let (batch, time, features) = x.dim();
    x.to_shape((batch * time, features)).expect("the same number of elements")
}

fn rows<F>(elements: &mut [F], count: usize) -> ArrayViewMut2<'_, F> {
    let columns = elements.len() / count.max(1);
    ArrayViewMut2::from_shape((count, columns), elements).expect("whole rows")
}
