//! An affine map at every step of a sequence, as one matrix product.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, ArrayViewMut2, CowArray, Ix2};

use crate::Scalar;
use crate::machinery::{Fresh, for_each, matmul, matmul_into, sum_of_rows, zeros};

/// `x @ w + b` at every step of every example, as one product: (batch, time, features) to (batch, time, outputs).
pub(crate) fn each_step<F: Scalar>(x: &ArrayRef3<F>, w: &ArrayRef2<F>, b: &ArrayRef1<F>) -> Array3<F> {
    let (batch, time, _) = x.dim();
    let (outputs, b) = (w.ncols(), b.as_standard_layout());
    let mut y = Fresh::new(batch * time * outputs);
    for_each(y.pieces(outputs.max(1)), batch * time * outputs, |row| {
        row.copied(b.as_slice().expect("row-major"));
    });
    let mut y = y.into_array((batch, time, outputs));
    matmul_into(as_rows(x).view(), w.view(), rows_of(&mut y), F::one(), F::one());
    y
}

/// `dx`, `dw` and `db` of [`each_step`].
pub(crate) fn each_step_backward<F: Scalar>(
    dy: &ArrayRef3<F>,
    x: &ArrayRef3<F>,
    w: &ArrayRef2<F>,
) -> (Array3<F>, Array2<F>, Array1<F>) {
    let (dy, x_rows) = (as_rows(dy), as_rows(x));
    let mut dx = zeros(x.raw_dim());
    matmul_into(dy.view(), w.t(), rows_of(&mut dx), F::one(), F::zero());
    (dx, matmul(x_rows.t(), dy.view()), sum_of_rows(&dy))
}

/// All steps of all examples as rows: (batch, time, features) to (batch * time, features). Copies only an array that is
/// not row-major.
fn as_rows<F: Scalar>(x: &ArrayRef3<F>) -> CowArray<'_, F, Ix2> {
    let (batch, time, features) = x.dim();
    x.to_shape((batch * time, features)).expect("the same number of elements")
}

/// [`as_rows`] to write into, of an array that was made row-major.
fn rows_of<F: Scalar>(y: &mut Array3<F>) -> ArrayViewMut2<'_, F> {
    let (batch, time, features) = y.dim();
    y.view_mut().into_shape_with_order((batch * time, features)).expect("a row-major array")
}
