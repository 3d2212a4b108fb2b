//! An affine map at every step of a sequence, as one matrix product.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, ArrayViewMut2, Axis, CowArray, Ix2};

use crate::Scalar;

/// `x @ w + b` at every step of every example, as one product: (batch, time, features) to (batch, time, outputs).
pub(crate) fn each_step<F: Scalar>(x: &ArrayRef3<F>, w: &ArrayRef2<F>, b: &ArrayRef1<F>) -> Array3<F> {
    let (batch, time, _) = x.dim();
    let mut y = Array3::<F>::zeros((batch, time, w.ncols()));
    y += &b.view();
    general_mat_mul(F::one(), &as_rows(x), w, F::one(), &mut rows_of(&mut y));
    y
}

/// `dx`, `dw` and `db` of [`each_step`].
pub(crate) fn each_step_backward<F: Scalar>(
    dy: &ArrayRef3<F>,
    x: &ArrayRef3<F>,
    w: &ArrayRef2<F>,
) -> (Array3<F>, Array2<F>, Array1<F>) {
    let dy_rows = as_rows(dy);
    let mut dx = Array3::zeros(x.raw_dim());
    general_mat_mul(F::one(), &dy_rows, &w.t(), F::zero(), &mut rows_of(&mut dx));
    (dx, as_rows(x).t().dot(&dy_rows), dy_rows.sum_axis(Axis(0)))
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
