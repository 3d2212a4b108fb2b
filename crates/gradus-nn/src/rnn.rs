//! The vanilla recurrent network: `h_t = tanh(x_t @ wx + h_t-1 @ wh + b)`.
//!
//! One step with its backward pass, then whole sequences. In a sequence the same weights act at each step, so their
//! gradients are sums over time, and the gradient of a state has two parts: from the loss at its own step, and from the
//! step after it. That is all there is to back-propagation through time.
//!
//! Source: CS231n, lecture and assignment on recurrent networks; Elman, Finding structure in time (1990).

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, Axis};

use crate::Scalar;
use crate::machinery::vector::{tanh, tanh_slope, vectorised};
use crate::machinery::{Panels, copy, for_each};
use crate::recurrent::{Cell, gradient_over_time, operations, require_bias, share};
use crate::shape::require_same_shape;
use crate::steps::{each_step, each_step_backward};

/// What [`rnn_step_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct RnnStepCache<F> {
    x: Array2<F>,
    prev_h: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    next_h: Array2<F>,
}

/// The gradients of [`rnn_step_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct RnnStepGradients<F> {
    /// (batch, features)
    pub dx: Array2<F>,
    /// (batch, units)
    pub dprev_h: Array2<F>,
    /// (features, units)
    pub dwx: Array2<F>,
    /// (units, units)
    pub dwh: Array2<F>,
    /// (units)
    pub db: Array1<F>,
}

/// One step: `next_h = tanh(x @ wx + prev_h @ wh + b)`.
///
/// Shapes: `x` (batch, features), `prev_h` and the result (batch, units), `wx` (features, units), `wh` (units, units), `b`
/// (units).
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::rnn::rnn_step_forward;
/// use ndarray::array;
/// let (next_h, _) = rnn_step_forward(&array![[1.0]], &array![[2.0]], &array![[0.5]], &array![[-1.0]], &array![1.75]);
/// assert_eq!(next_h, array![[0.25_f64.tanh()]]);
/// ```
#[track_caller]
pub fn rnn_step_forward<F: Scalar>(
    x: &ArrayRef2<F>,
    prev_h: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array2<F>, RnnStepCache<F>) {
    let operation = "rnn_step_forward";
    Cell { x: x.shape(), h: ("prev_h", prev_h.shape()), wx: wx.shape(), wh: wh.shape(), gates: 1 }.require(operation);
    require_bias(operation, ("b", b.shape()), ("wx", wx.shape()));

    let a = x.dot(wx) + prev_h.dot(wh) + b;
    let next_h = a.mapv_into(tanh);
    let cache = RnnStepCache {
        x: x.to_owned(),
        prev_h: prev_h.to_owned(),
        wx: wx.to_owned(),
        wh: wh.to_owned(),
        next_h: next_h.clone(),
    };
    (next_h, cache)
}

/// Back through [`rnn_step_forward`]. With `a` for what stands inside the tanh,
///
/// `da = dnext_h * (1 - next_h^2)`
///
/// `dx = da @ wx^T`, `dprev_h = da @ wh^T`, `dwx = x^T @ da`, `dwh = prev_h^T @ da`, `db = sum_n da_n`
///
/// Shapes: `dnext_h` (batch, units).
///
/// # Panics
/// If `dnext_h` has not the shape of the output.
///
/// ```
/// use gradus_nn::rnn::{rnn_step_backward, rnn_step_forward};
/// use ndarray::array;
/// let (_, cache) = rnn_step_forward(&array![[1.0]], &array![[2.0]], &array![[0.5]], &array![[-0.25]], &array![0.0]);
/// let gradients = rnn_step_backward(&array![[1.0]], &cache); // next_h = tanh(0), where the slope is 1
/// assert_eq!((gradients.dx, gradients.dprev_h), (array![[0.5]], array![[-0.25]]));
/// assert_eq!((gradients.dwx, gradients.dwh, gradients.db), (array![[1.0]], array![[2.0]], array![1.0]));
/// ```
#[track_caller]
pub fn rnn_step_backward<F: Scalar>(dnext_h: &ArrayRef2<F>, cache: &RnnStepCache<F>) -> RnnStepGradients<F> {
    let RnnStepCache { x, prev_h, wx, wh, next_h } = cache;
    require_same_shape("rnn_step_backward", ("next_h", next_h.shape()), ("dnext_h", dnext_h.shape()));
    let da = next_h.mapv(tanh_slope) * dnext_h;
    RnnStepGradients {
        dx: da.dot(&wx.t()),
        dprev_h: da.dot(&wh.t()),
        dwx: x.t().dot(&da),
        dwh: prev_h.t().dot(&da),
        db: da.sum_axis(Axis(0)),
    }
}

/// What [`rnn_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct RnnCache<F> {
    x: Array3<F>,
    h0: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    h: Array3<F>,
}

/// The gradients of [`rnn_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct RnnGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// (batch, units)
    pub dh0: Array2<F>,
    /// (features, units)
    pub dwx: Array2<F>,
    /// (units, units)
    pub dwh: Array2<F>,
    /// (units)
    pub db: Array1<F>,
}

/// A sequence: [`rnn_step_forward`] for each step, from the state `h0`.
///
/// `h_t = tanh(x_t @ wx + h_t-1 @ wh + b)`
///
/// Shapes: `x` (batch, time, features), `h0` (batch, units), `wx` (features, units), `wh` (units, units), `b` (units);
/// the result holds the state after each step, (batch, time, units).
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::rnn::{rnn_forward, rnn_step_forward};
/// use ndarray::array;
/// let (wx, wh, b) = (array![[0.5]], array![[-1.0]], array![0.25]);
/// let (h, _) = rnn_forward(&array![[[1.0], [2.0]]], &array![[0.5]], &wx, &wh, &b);
/// let (h1, _) = rnn_step_forward(&array![[1.0]], &array![[0.5]], &wx, &wh, &b);
/// let (h2, _) = rnn_step_forward(&array![[2.0]], &h1, &wx, &wh, &b);
/// assert_eq!(h, array![[[h1[[0, 0]]], [h2[[0, 0]]]]]);
/// ```
#[track_caller]
pub fn rnn_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    h0: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array3<F>, RnnCache<F>) {
    let operation = "rnn_forward";
    Cell { x: x.shape(), h: ("h0", h0.shape()), wx: wx.shape(), wh: wh.shape(), gates: 1 }.require(operation);
    require_bias(operation, ("b", b.shape()), ("wx", wx.shape()));

    // What the inputs contribute does not depend on the states: one product for all steps.
    let mut h = each_step(x, wx, b);
    // The examples do not depend on each other: each thread takes some of them through all steps.
    let (work, share) = (operations(&h, wh), share(h.dim().0));
    let parts = h.axis_chunks_iter_mut(Axis(0), share).zip(h0.axis_chunks_iter(Axis(0), share));
    let panels = Panels::new(wh.view());
    for_each(parts, work, |(mut h, h0)| {
        let mut prev_h = h0.to_owned();
        for mut h_t in h.axis_iter_mut(Axis(1)) {
            panels.product_into(prev_h.view(), h_t.view_mut(), F::one());
            for (h, prev_h) in h_t.outer_iter_mut().zip(prev_h.outer_iter_mut()) {
                activate(h.into_slice().expect("row-major"), prev_h.into_slice().expect("row-major"));
            }
        }
    });
    let cache = RnnCache { x: copy(x), h0: h0.to_owned(), wx: copy(wx), wh: copy(wh), h: copy(&h) };
    (h, cache)
}

/// Back through [`rnn_forward`], from the last step to the first:
///
/// `dh_t = dout_t + da_t+1 @ wh^T`, `da_t = dh_t * (1 - h_t^2)`
///
/// `dx_t = da_t @ wx^T`, `dh0 = da_1 @ wh^T`, `dwx = sum_t x_t^T @ da_t`, `dwh = sum_t h_t-1^T @ da_t`, `db = sum_nt da_nt`
///
/// Shapes: `dout` (batch, time, units), the gradient of each state by the loss at its own step alone.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::rnn::{rnn_backward, rnn_forward};
/// use ndarray::array;
/// let (x, zero) = (array![[[0.0], [0.0]]], array![[0.0]]); // every state is tanh(0), where the slope is 1
/// let (_, cache) = rnn_forward(&x, &zero, &array![[3.0]], &array![[0.5]], &array![0.0]);
/// let gradients = rnn_backward(&array![[[0.0], [1.0]]], &cache);
/// assert_eq!(gradients.dx, array![[[1.5], [3.0]]]);
/// assert_eq!((gradients.dh0, gradients.db), (array![[0.25]], array![1.5]));
/// ```
#[track_caller]
pub fn rnn_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &RnnCache<F>) -> RnnGradients<F> {
    let RnnCache { x, h0, wx, wh, h } = cache;
    require_same_shape("rnn_backward", ("h", h.shape()), ("dout", dout.shape()));

    let wh_t = Panels::new(wh.t());
    let mut da = copy(dout);
    let mut dh0 = Array2::zeros(h0.raw_dim());
    let (work, share) = (operations(h, wh), share(h.dim().0));
    let parts = da.axis_chunks_iter_mut(Axis(0), share).zip(dh0.axis_chunks_iter_mut(Axis(0), share));
    for_each(parts.zip(h.axis_chunks_iter(Axis(0), share)), work, |((mut da, mut dh), h)| {
        for t in (0..h.dim().1).rev() {
            // `da_t` holds `dout_t`, and `dh` what the later steps want of this state.
            let (mut da_t, h_t) = (da.index_axis_mut(Axis(1), t), h.index_axis(Axis(1), t));
            for ((da, dh), h) in da_t.outer_iter_mut().zip(dh.outer_iter()).zip(h_t.outer_iter()) {
                back_through_tanh(
                    da.into_slice().expect("row-major"),
                    dh.to_slice().expect("row-major"),
                    h.to_slice().expect("row-major"),
                );
            }
            wh_t.product_into(da_t.view(), dh.view_mut(), F::zero());
        }
    });
    let dwh = gradient_over_time(h0, h, &da);
    let (dx, dwx, db) = each_step_backward(&da, x, wx);
    RnnGradients { dx, dh0, dwx, dwh, db }
}

vectorised! {
    /// `h_t = tanh(a_t)` of one example, from `a_t` in the place of `h_t`; and a copy of it.
    fn activate<F: Scalar>(h: &mut [F], copy: &mut [F]) {
        for (h, copy) in h.iter_mut().zip(copy) {
            *h = tanh(*h);
            *copy = *h;
        }
    }

    /// `da_t = (dout_t + dh_t) * (1 - h_t^2)` of one example, from `dout_t` in the place of `da_t`.
    fn back_through_tanh<F: Scalar>(da: &mut [F], dh: &[F], h: &[F]) {
        for ((da, &dh), &h) in da.iter_mut().zip(dh).zip(h) {
            *da = (*da + dh) * tanh_slope(h);
        }
    }
}
