//! The long short-term memory: a recurrent network whose cell state is carried along by addition, so that gradients
//! survive many steps.
//!
//! The weights have four blocks of columns, one for each gate, in the order of CS231n: `i` (input), `f` (forget), `o`
//! (output), `g` (what to write). PyTorch has them in the order `i`, `f`, `g`, `o`.
//!
//! `[ai, af, ao, ag] = x @ wx + prev_h @ wh + b`
//!
//! `i = sigmoid(ai)`, `f = sigmoid(af)`, `o = sigmoid(ao)`, `g = tanh(ag)`
//!
//! `next_c = f * prev_c + i * g`, `next_h = o * tanh(next_c)`
//!
//! Source: CS231n, lecture and assignment on recurrent networks; Hochreiter and Schmidhuber, Long short-term memory
//! (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000).

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, Axis, concatenate, s};

use crate::Scalar;
use crate::machinery::vector::{sigmoid, tanh, tanh_slope, vectorised};
use crate::machinery::{Panels, copy, for_each, zeros};
use crate::recurrent::{Cell, gradient_over_time, operations, require_bias, share};
use crate::shape::require_same_shape;
use crate::steps::{each_step, each_step_backward};

/// What [`lstm_step_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct LstmStepCache<F> {
    x: Array2<F>,
    prev_h: Array2<F>,
    prev_c: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    gates: Array2<F>,
    tanh_c: Array2<F>,
}

/// The gradients of [`lstm_step_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct LstmStepGradients<F> {
    /// (batch, features)
    pub dx: Array2<F>,
    /// (batch, units)
    pub dprev_h: Array2<F>,
    /// (batch, units)
    pub dprev_c: Array2<F>,
    /// (features, 4 * units)
    pub dwx: Array2<F>,
    /// (units, 4 * units)
    pub dwh: Array2<F>,
    /// (4 * units)
    pub db: Array1<F>,
}

/// One step: from the states `prev_h` and `prev_c` to `next_h` and `next_c`, as the [module](self) has it.
///
/// Shapes: `x` (batch, features), all states (batch, units), `wx` (features, 4 * units), `wh` (units, 4 * units), `b`
/// (4 * units).
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::lstm::lstm_step_forward;
/// use ndarray::{Array1, array};
/// let (zero, none) = (array![[0.0]], array![[0.0, 0.0, 0.0, 0.0]]);
/// // Without weights each gate is half open and g is 0: half of the old cell state remains.
/// let (next_h, next_c, _) = lstm_step_forward(&zero, &zero, &array![[2.0]], &none, &none, &Array1::zeros(4));
/// assert_eq!((next_h, next_c), (array![[0.5 * 1.0_f64.tanh()]], array![[1.0]]));
/// ```
#[track_caller]
pub fn lstm_step_forward<F: Scalar>(
    x: &ArrayRef2<F>,
    prev_h: &ArrayRef2<F>,
    prev_c: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array2<F>, Array2<F>, LstmStepCache<F>) {
    let operation = "lstm_step_forward";
    Cell { x: x.shape(), h: ("prev_h", prev_h.shape()), wx: wx.shape(), wh: wh.shape(), gates: 4 }.require(operation);
    require_bias(operation, ("b", b.shape()), ("wx", wx.shape()));
    require_same_shape(operation, ("prev_h", prev_h.shape()), ("prev_c", prev_c.shape()));

    let units = prev_h.ncols();
    let mut gates = x.dot(wx) + prev_h.dot(wh) + b;
    gates.slice_mut(s![.., ..3 * units]).mapv_inplace(sigmoid);
    gates.slice_mut(s![.., 3 * units..]).mapv_inplace(tanh);
    let [i, f, o, g] = blocks(&gates, units);
    let next_c = f * prev_c + i * &g;
    let tanh_c = next_c.mapv(tanh);
    let next_h = o * &tanh_c;

    let cache = LstmStepCache {
        x: x.to_owned(),
        prev_h: prev_h.to_owned(),
        prev_c: prev_c.to_owned(),
        wx: wx.to_owned(),
        wh: wh.to_owned(),
        gates,
        tanh_c,
    };
    (next_h, next_c, cache)
}

/// Back through [`lstm_step_forward`]. The cell state has an influence of its own and one through `next_h`:
///
/// `dc = dnext_c + dnext_h * o * (1 - tanh(next_c)^2)`, `dprev_c = dc * f`
///
/// `di = dc * g`, `df = dc * prev_c`, `do = dnext_h * tanh(next_c)`, `dg = dc * i`
///
/// `da = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g^2)]`
///
/// `dx = da @ wx^T`, `dprev_h = da @ wh^T`, `dwx = x^T @ da`, `dwh = prev_h^T @ da`, `db = sum_n da_n`
///
/// Shapes: `dnext_h` and `dnext_c` (batch, units).
///
/// # Panics
/// If `dnext_h` or `dnext_c` has not the shape of the states.
///
/// ```
/// use gradus_nn::lstm::{lstm_step_backward, lstm_step_forward};
/// use ndarray::{Array1, array};
/// let (zero, none) = (array![[0.0]], array![[0.0, 0.0, 0.0, 0.0]]);
/// let (_, _, cache) = lstm_step_forward(&zero, &zero, &zero, &none, &none, &Array1::zeros(4));
/// let gradients = lstm_step_backward(&array![[1.0]], &array![[0.5]], &cache);
/// assert_eq!(gradients.dprev_c, array![[0.5]]); // dc = 0.5 + 1 * 0.5, and f lets half of it through
/// assert_eq!(gradients.db, array![0.0, 0.0, 0.0, 0.5]);
/// ```
#[track_caller]
pub fn lstm_step_backward<F: Scalar>(
    dnext_h: &ArrayRef2<F>,
    dnext_c: &ArrayRef2<F>,
    cache: &LstmStepCache<F>,
) -> LstmStepGradients<F> {
    let LstmStepCache { x, prev_h, prev_c, wx, wh, gates, tanh_c } = cache;
    require_same_shape("lstm_step_backward", ("next_h", tanh_c.shape()), ("dnext_h", dnext_h.shape()));
    require_same_shape("lstm_step_backward", ("next_c", tanh_c.shape()), ("dnext_c", dnext_c.shape()));

    let [i, f, o, g] = blocks(gates, prev_h.ncols());
    let dc = tanh_c.mapv(tanh_slope) * &o * dnext_h + dnext_c;
    let di = &dc * &g * logistic_slope(&i);
    let df = &dc * prev_c * logistic_slope(&f);
    let d_o = tanh_c * logistic_slope(&o) * dnext_h;
    let dg = &dc * &i * g.mapv(tanh_slope);
    let da = concatenate![Axis(1), di, df, d_o, dg];
    LstmStepGradients {
        dx: da.dot(&wx.t()),
        dprev_h: da.dot(&wh.t()),
        dprev_c: dc * f,
        dwx: x.t().dot(&da),
        dwh: prev_h.t().dot(&da),
        db: da.sum_axis(Axis(0)),
    }
}

/// What [`lstm_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct LstmCache<F> {
    x: Array3<F>,
    h0: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    gates: Array3<F>,
    c: Array3<F>,
    h: Array3<F>,
}

/// The gradients of [`lstm_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct LstmGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// (batch, units)
    pub dh0: Array2<F>,
    /// (features, 4 * units)
    pub dwx: Array2<F>,
    /// (units, 4 * units)
    pub dwh: Array2<F>,
    /// (4 * units)
    pub db: Array1<F>,
}

/// A sequence: [`lstm_step_forward`] for each step, from the hidden state `h0` and the cell state 0.
///
/// Shapes: `x` (batch, time, features), `h0` (batch, units), `wx` (features, 4 * units), `wh` (units, 4 * units), `b`
/// (4 * units); the result holds the hidden state after each step, (batch, time, units). The cell state stays inside.
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::lstm::lstm_forward;
/// use ndarray::{Array1, array};
/// let none = array![[0.0, 0.0, 0.0, 0.0]];
/// let b = Array1::from(vec![0.0, 0.0, 0.0, f64::INFINITY]); // g is 1, every other gate is half open
/// let (h, _) = lstm_forward(&array![[[0.0], [0.0]]], &array![[0.0]], &none, &none, &b);
/// assert_eq!(h, array![[[0.5 * 0.5_f64.tanh()], [0.5 * 0.75_f64.tanh()]]]);
/// ```
#[track_caller]
pub fn lstm_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    h0: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
) -> (Array3<F>, LstmCache<F>) {
    let operation = "lstm_forward";
    Cell { x: x.shape(), h: ("h0", h0.shape()), wx: wx.shape(), wh: wh.shape(), gates: 4 }.require(operation);
    require_bias(operation, ("b", b.shape()), ("wx", wx.shape()));

    let ((batch, time, _), units) = (x.dim(), h0.ncols());
    let mut gates = each_step(x, wx, b); // what the inputs contribute, for all steps at once
    let mut c = zeros((batch, time, units));
    let mut h = zeros((batch, time, units));
    // The examples do not depend on each other: each thread takes some of them through all steps.
    let (work, share) = (operations(&h, wh), share(batch));
    let states = c.axis_chunks_iter_mut(Axis(0), share).zip(h.axis_chunks_iter_mut(Axis(0), share));
    let parts = gates.axis_chunks_iter_mut(Axis(0), share).zip(states).zip(h0.axis_chunks_iter(Axis(0), share));
    let panels = Panels::new(wh.view());
    for_each(parts, work, |((mut gates, (mut c, mut h)), h0)| {
        let (mut prev_h, mut prev_c) = (h0.to_owned(), Array2::zeros(h0.raw_dim()));
        for t in 0..time {
            let mut a = gates.index_axis_mut(Axis(1), t);
            panels.product_into(prev_h.view(), a.view_mut(), F::one());
            for (n, (mut prev_c, mut prev_h)) in prev_c.outer_iter_mut().zip(prev_h.outer_iter_mut()).enumerate() {
                let (mut a, mut c, mut h) = (a.row_mut(n), c.slice_mut(s![n, t, ..]), h.slice_mut(s![n, t, ..]));
                cell(
                    a.as_slice_mut().expect("row-major"),
                    prev_c.as_slice_mut().expect("row-major"),
                    prev_h.as_slice_mut().expect("row-major"),
                );
                c.assign(&prev_c);
                h.assign(&prev_h);
            }
        }
    });
    let cache = LstmCache { x: copy(x), h0: h0.to_owned(), wx: copy(wx), wh: copy(wh), gates, c, h: copy(&h) };
    (h, cache)
}

/// Back through [`lstm_forward`], from the last step to the first: each step as in [`lstm_step_backward`], with
/// `dnext_h` the sum of `dout_t` and what the step after wants of that state. The weights' gradients are sums over time.
///
/// Shapes: `dout` (batch, time, units), the gradient of each hidden state by the loss at its own step alone.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::lstm::{lstm_backward, lstm_forward};
/// use ndarray::{Array1, array};
/// let (zero, none) = (array![[0.0]], array![[0.0, 0.0, 0.0, 0.0]]);
/// let (_, cache) = lstm_forward(&array![[[0.0], [0.0]]], &zero, &none, &none, &Array1::zeros(4));
/// let gradients = lstm_backward(&array![[[0.0], [4.0]]], &cache);
/// // dc is 4 * 0.5 at the last step and half of that at the first; i lets half of each through to g.
/// assert_eq!(gradients.db, array![0.0, 0.0, 0.0, 1.0 + 0.5]);
/// ```
#[track_caller]
pub fn lstm_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &LstmCache<F>) -> LstmGradients<F> {
    let LstmCache { x, h0, wx, wh, gates, c, h } = cache;
    require_same_shape("lstm_backward", ("h", h.shape()), ("dout", dout.shape()));
    let (batch, time, units) = h.dim();

    let wh_t = Panels::new(wh.t());
    let mut da = zeros(gates.raw_dim());
    let mut dh0 = Array2::zeros(h0.raw_dim());
    let (work, share) = (operations(h, wh), share(batch));
    let results = da.axis_chunks_iter_mut(Axis(0), share).zip(dh0.axis_chunks_iter_mut(Axis(0), share));
    let states = gates.axis_chunks_iter(Axis(0), share).zip(c.axis_chunks_iter(Axis(0), share));
    let parts = results.zip(states).zip(dout.axis_chunks_iter(Axis(0), share));
    for_each(parts, work, |(((mut da, mut dh), (gates, c)), dout)| {
        // `dh` and `dc`: what the later steps want of this step's states.
        let (mut dc, before) = (Array2::zeros(dh.raw_dim()), vec![F::zero(); units]);
        for t in (0..time).rev() {
            let mut da_t = da.index_axis_mut(Axis(1), t);
            dh += &dout.index_axis(Axis(1), t);
            for (n, (mut dc, dh)) in dc.outer_iter_mut().zip(dh.outer_iter()).enumerate() {
                let (mut da, gates, c) = (da_t.row_mut(n), gates.slice(s![n, t, ..]), c.index_axis(Axis(0), n));
                let c = c.to_slice().expect("row-major");
                let prev_c = if t == 0 { &before } else { &c[(t - 1) * units..t * units] };
                back_through_cell(
                    da.as_slice_mut().expect("row-major"),
                    gates.to_slice().expect("row-major"),
                    &c[t * units..(t + 1) * units],
                    prev_c,
                    dh.to_slice().expect("row-major"),
                    dc.as_slice_mut().expect("row-major"),
                );
            }
            wh_t.product_into(da_t.view(), dh.view_mut(), F::zero());
        }
    });
    let dwh = gradient_over_time(h0, h, &da);
    let (dx, dwx, db) = each_step_backward(&da, x, wx);
    LstmGradients { dx, dh0, dwx, dwh, db }
}

vectorised! {
    /// One example's step from the old states to the new ones, and from `a` to the gates, in place.
    fn cell<F: Scalar>(gates: &mut [F], c: &mut [F], h: &mut [F]) {
        let units = c.len();
        let (ifo, g) = gates.split_at_mut(3 * units);
        ifo.iter_mut().for_each(|a| *a = sigmoid(*a));
        g.iter_mut().for_each(|a| *a = tanh(*a));
        let [i, f, o] = [0, 1, 2].map(|gate| &ifo[gate * units..(gate + 1) * units]);

        for ((c, &f), (&i, &g)) in c.iter_mut().zip(f).zip(i.iter().zip(&*g)) {
            *c = f * *c + i * g;
        }
        for ((h, &o), &c) in h.iter_mut().zip(o).zip(&*c) {
            *h = o * tanh(c);
        }
    }

    /// One example's step back: `da` as in [`lstm_step_backward`], from the gradients `dh` and `dc` of the new states; `dc`
    /// becomes that of the old cell state.
    fn back_through_cell<F: Scalar>(da: &mut [F], gates: &[F], c: &[F], prev_c: &[F], dh: &[F], dc: &mut [F]) {
        let units = c.len();
        let [i, f, o, g] = [0, 1, 2, 3].map(|gate| &gates[gate * units..(gate + 1) * units]);
        let (di_df, do_dg) = da.split_at_mut(2 * units);
        let ((di, df), (d_o, dg)) = (di_df.split_at_mut(units), do_dg.split_at_mut(units));

        let tanh_c = dg; // for now
        tanh_c.iter_mut().zip(c).for_each(|(tanh_c, &c)| *tanh_c = tanh(c));
        for ((d_o, &dh), (&tanh_c, &o)) in d_o.iter_mut().zip(dh).zip(tanh_c.iter().zip(o)) {
            *d_o = dh * tanh_c * o * (F::ONE - o);
        }
        for ((dc, &dh), (&tanh_c, &o)) in dc.iter_mut().zip(dh).zip(tanh_c.iter().zip(o)) {
            *dc += dh * o * tanh_slope(tanh_c);
        }
        for ((di, &dc), (&i, &g)) in di.iter_mut().zip(&*dc).zip(i.iter().zip(g)) {
            *di = dc * g * i * (F::ONE - i);
        }
        for ((df, &dc), (&f, &prev_c)) in df.iter_mut().zip(&*dc).zip(f.iter().zip(prev_c)) {
            *df = dc * prev_c * f * (F::ONE - f);
        }
        let dg = tanh_c;
        for ((dg, &dc), (&i, &g)) in dg.iter_mut().zip(&*dc).zip(i.iter().zip(g)) {
            *dg = dc * i * tanh_slope(g);
        }
        dc.iter_mut().zip(f).for_each(|(dc, &f)| *dc *= f);
    }
}

/// The four blocks of columns, as arrays of their own.
fn blocks<F: Scalar>(gates: &ArrayRef2<F>, units: usize) -> [Array2<F>; 4] {
    [0, 1, 2, 3].map(|gate| gates.slice(s![.., gate * units..(gate + 1) * units]).to_owned())
}

/// The slope of the logistic function where its value is `p`.
fn logistic_slope<F: Scalar>(p: &ArrayRef2<F>) -> Array2<F> {
    p.mapv(|p| p * (F::one() - p))
}
