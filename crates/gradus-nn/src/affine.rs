//! The affine (fully connected) layer: `out = x @ w + b`, alone and with ReLU behind it.
//!
//! Inputs with more than two axes, such as images, are flattened to rows first.
//!
//! Source: CS231n, notes on neural networks, part 1, and on backpropagation.

use ndarray::{Array, Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, CowArray, Dimension, Ix2};

use crate::Scalar;
use crate::activations::{ReluCache, relu_backward, relu_forward};
use crate::machinery::{add_product, copy, matmul, sum_of_rows, weight_gradient};
use crate::shape::{require, require_same_shape};

/// What [`affine_backward`] needs: the input as rows, the shape it had, and the weights.
#[derive(Debug, Clone)]
pub struct AffineCache<F, D> {
    /// (batch, features)
    x: Array2<F>,
    shape: D,
    w: Array2<F>,
}

/// The affine layer: `out = rows(x) @ w + b`.
///
/// Shapes: input `x` (batch, ...), whose other axes have `features` elements together, weights `w` (features, outputs),
/// bias `b` (outputs), output (batch, outputs).
///
/// # Panics
/// If `x` has no axis, `w` has not one row for each feature, or `b` has not one value for each column of `w`.
///
/// ```
/// use gradus_nn::affine::affine_forward;
/// use ndarray::array;
/// let image = array![[[1.0, 2.0], [3.0, 4.0]]];
/// let (out, _) = affine_forward(&image, &array![[1.0], [10.0], [100.0], [1000.0]], &array![0.5]);
/// assert_eq!(out, array![[4321.5]]);
/// ```
#[track_caller]
pub fn affine_forward<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    w: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array2<F>, AffineCache<F, D>) {
    require_affine("affine_forward", x.shape(), w, b);
    let (rows, shape) = (as_rows(x), x.raw_dim());
    let out = rows_through(&rows, w, b);
    (out, AffineCache { x: copy(&rows), shape, w: copy(w) })
}

/// The gradients `(dx, dw, db)` of [`affine_forward`].
///
/// `dx = dout @ w^T`, in the shape of `x`
///
/// `dw = rows(x)^T @ dout`
///
/// `db = sum_i dout_i`, over the batch
///
/// Shapes: upstream gradient `dout` (batch, outputs), `dx` (batch, ...), `dw` (features, outputs), `db` (outputs).
///
/// # Panics
/// If `dout` has another shape than the output had.
///
/// ```
/// use gradus_nn::affine::{affine_backward, affine_forward};
/// use ndarray::array;
/// let (_, cache) = affine_forward(&array![[1.0, 2.0], [3.0, 4.0]], &array![[5.0], [6.0]], &array![0.0]);
/// let (dx, dw, db) = affine_backward(&array![[1.0], [10.0]], &cache);
/// assert_eq!((dx, dw, db), (array![[5.0, 6.0], [50.0, 60.0]], array![[31.0], [42.0]], array![11.0]));
/// ```
#[track_caller]
pub fn affine_backward<F: Scalar, D: Dimension>(
    dout: &ArrayRef2<F>,
    cache: &AffineCache<F, D>,
) -> (Array<F, D>, Array2<F>, Array1<F>) {
    let AffineCache { x, shape, w } = cache;
    require_upstream("affine_backward", dout, cache);
    let dx = matmul(dout.view(), w.t()).into_shape_with_order(shape.clone()).expect("as many elements as x");
    let dw = weight_gradient(x, dout);
    let db = sum_of_rows(dout);
    (dx, dw, db)
}

/// What [`affine_relu_backward`] needs: the caches of both layers.
#[derive(Debug, Clone)]
pub struct AffineReluCache<F, D> {
    affine: AffineCache<F, D>,
    relu: ReluCache<F, Ix2>,
}

/// An affine layer with ReLU behind it: `out = max(0, rows(x) @ w + b)`.
///
/// Shapes and panics: as [`affine_forward`].
///
/// ```
/// use gradus_nn::affine::affine_relu_forward;
/// use ndarray::array;
/// let (out, _) = affine_relu_forward(&array![[1.0, 2.0]], &array![[1.0, -1.0], [1.0, -1.0]], &array![0.0, 0.5]);
/// assert_eq!(out, array![[3.0, 0.0]]);
/// ```
#[track_caller]
pub fn affine_relu_forward<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    w: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array2<F>, AffineReluCache<F, D>) {
    require_affine("affine_relu_forward", x.shape(), w, b);
    let (scores, affine) = affine_forward(x, w, b);
    let (out, relu) = relu_forward(&scores);
    (out, AffineReluCache { affine, relu })
}

/// The gradients `(dx, dw, db)` of [`affine_relu_forward`]: back through ReLU, then through the affine layer.
///
/// Shapes and panics: as [`affine_backward`].
///
/// ```
/// use gradus_nn::affine::{affine_relu_backward, affine_relu_forward};
/// use ndarray::array;
/// let (_, cache) = affine_relu_forward(&array![[1.0, 2.0]], &array![[1.0, -1.0], [1.0, -1.0]], &array![0.0, 0.5]);
/// let (dx, dw, db) = affine_relu_backward(&array![[10.0, 10.0]], &cache);
/// assert_eq!((dx, dw, db), (array![[10.0, 10.0]], array![[10.0, 0.0], [20.0, 0.0]], array![10.0, 0.0]));
/// ```
#[track_caller]
pub fn affine_relu_backward<F: Scalar, D: Dimension>(
    dout: &ArrayRef2<F>,
    cache: &AffineReluCache<F, D>,
) -> (Array<F, D>, Array2<F>, Array1<F>) {
    require_upstream("affine_relu_backward", dout, &cache.affine);
    let dscores = relu_backward(dout, &cache.relu);
    affine_backward(&dscores, &cache.affine)
}

/// [`affine_forward`] of rows, with nothing kept for the backward pass: `x @ w + b`.
pub(crate) fn rows_through<F: Scalar>(x: &ArrayRef2<F>, w: &ArrayRef2<F>, b: &ArrayRef1<F>) -> Array2<F> {
    let mut out = Array2::zeros((x.nrows(), w.ncols()));
    out.outer_iter_mut().for_each(|mut row| row.assign(b));
    add_product(x.view(), w.view(), &mut out);
    out
}

/// One row for each example. Copies only an array that is not row-major.
pub(crate) fn as_rows<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> CowArray<'_, F, Ix2> {
    let batch = x.shape()[0];
    let features: usize = x.shape()[1..].iter().product();
    x.to_shape((batch, features)).expect("as many elements")
}

#[track_caller]
pub(crate) fn require_affine<F>(operation: &str, x: &[usize], w: &ArrayRef2<F>, b: &ArrayRef1<F>) {
    assert!(!x.is_empty(), "{operation}: x needs a batch axis, but is {x:?}");
    let features: usize = x[1..].iter().product();
    let rule = "w needs one row for each feature of x";
    require(features == w.nrows(), operation, rule, ("x", x), ("w", w.shape()));
    let rule = "b needs one value for each column of w";
    require(b.len() == w.ncols(), operation, rule, ("w", w.shape()), ("b", b.shape()));
}

#[track_caller]
fn require_upstream<F, D>(operation: &str, dout: &ArrayRef2<F>, cache: &AffineCache<F, D>) {
    let out = [cache.x.nrows(), cache.w.ncols()];
    require_same_shape(operation, ("out", &out), ("dout", dout.shape()));
}
