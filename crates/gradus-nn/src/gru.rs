//! The gated recurrent unit: a recurrent network that mixes its old state with a new one, with two gates.
//!
//! The weights have three blocks of columns in the order of PyTorch: `r` (reset), `z` (update), `n` (new state). The
//! inputs and the state have a bias each, because `r` acts on the state's product together with its bias:
//!
//! `r = sigmoid(x @ wx_r + bx_r + prev_h @ wh_r + bh_r)`, `z` alike
//!
//! `n = tanh(x @ wx_n + bx_n + r * (prev_h @ wh_n + bh_n))`
//!
//! `next_h = (1 - z) * n + z * prev_h`
//!
//! Source: Cho and others, Learning phrase representations using RNN encoder-decoder (2014), in the form of PyTorch's
//! `GRU`; the paper applies `r` before the product.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3, Axis, concatenate, s};

use crate::Scalar;
use crate::machinery::vector::{sigmoid, tanh, tanh_slope, vectorised};
use crate::machinery::{Panels, copy, for_each, sum_of_rows};
use crate::recurrent::{Cell, gradient_over_time, operations, require_bias, share};
use crate::shape::require_same_shape;
use crate::steps::{each_step, each_step_backward};

/// What [`gru_step_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct GruStepCache<F> {
    x: Array2<F>,
    prev_h: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    r: Array2<F>,
    z: Array2<F>,
    n: Array2<F>,
    /// `prev_h @ wh_n + bh_n`, on which `r` acts.
    memory: Array2<F>,
}

/// The gradients of [`gru_step_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct GruStepGradients<F> {
    /// (batch, features)
    pub dx: Array2<F>,
    /// (batch, units)
    pub dprev_h: Array2<F>,
    /// (features, 3 * units)
    pub dwx: Array2<F>,
    /// (units, 3 * units)
    pub dwh: Array2<F>,
    /// (3 * units)
    pub dbx: Array1<F>,
    /// (3 * units)
    pub dbh: Array1<F>,
}

/// One step, as the [module](self) has it.
///
/// Shapes: `x` (batch, features), `prev_h` and the result (batch, units), `wx` (features, 3 * units), `wh` (units,
/// 3 * units), `bx` and `bh` (3 * units).
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::gru::gru_step_forward;
/// use ndarray::{Array1, array};
/// let (none, zeros) = (array![[0.0, 0.0, 0.0]], Array1::zeros(3));
/// // Without weights the update gate is half open and the new state is 0.
/// let (next_h, _) = gru_step_forward(&array![[1.0]], &array![[3.0]], &none, &none, &zeros, &zeros);
/// assert_eq!(next_h, array![[1.5]]);
/// ```
#[track_caller]
pub fn gru_step_forward<F: Scalar>(
    x: &ArrayRef2<F>,
    prev_h: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    bx: &ArrayRef1<F>,
    bh: &ArrayRef1<F>,
) -> (Array2<F>, GruStepCache<F>) {
    let operation = "gru_step_forward";
    Cell { x: x.shape(), h: ("prev_h", prev_h.shape()), wx: wx.shape(), wh: wh.shape(), gates: 3 }.require(operation);
    require_bias(operation, ("bx", bx.shape()), ("wx", wx.shape()));
    require_bias(operation, ("bh", bh.shape()), ("wh", wh.shape()));

    let units = prev_h.ncols();
    let [input_r, input_z, input_n] = blocks(&(x.dot(wx) + bx), units);
    let [memory_r, memory_z, memory] = blocks(&(prev_h.dot(wh) + bh), units);
    let r = (input_r + memory_r).mapv_into(sigmoid);
    let z = (input_z + memory_z).mapv_into(sigmoid);
    let n = (input_n + &r * &memory).mapv_into(tanh);
    let next_h = z.mapv(|z| F::one() - z) * &n + &z * &prev_h.view();

    let (x, prev_h, wx, wh) = (x.to_owned(), prev_h.to_owned(), wx.to_owned(), wh.to_owned());
    (next_h, GruStepCache { x, prev_h, wx, wh, r, z, n, memory })
}

/// Back through [`gru_step_forward`]. With `memory = prev_h @ wh_n + bh_n` and `a_g` for what stands inside gate `g`,
///
/// `da_n = dnext_h * (1 - z) * (1 - n^2)`, `da_z = dnext_h * (prev_h - n) * z * (1 - z)`
///
/// `da_r = da_n * memory * r * (1 - r)`
///
/// Towards the input `dax = [da_r, da_z, da_n]`, towards the state `dah = [da_r, da_z, da_n * r]`:
///
/// `dx = dax @ wx^T`, `dwx = x^T @ dax`, `dbx = sum_n dax_n`
///
/// `dprev_h = dah @ wh^T + dnext_h * z`, `dwh = prev_h^T @ dah`, `dbh = sum_n dah_n`
///
/// Shapes: `dnext_h` (batch, units).
///
/// # Panics
/// If `dnext_h` has not the shape of the output.
///
/// ```
/// use gradus_nn::gru::{gru_step_backward, gru_step_forward};
/// use ndarray::{Array1, array};
/// let (none, zeros) = (array![[0.0, 0.0, 0.0]], Array1::zeros(3));
/// let (_, cache) = gru_step_forward(&array![[1.0]], &array![[4.0]], &none, &none, &zeros, &zeros);
/// let gradients = gru_step_backward(&array![[1.0]], &cache);
/// assert_eq!((gradients.dprev_h, gradients.dbx), (array![[0.5]], array![0.0, 1.0, 0.5]));
/// assert_eq!(gradients.dbh, array![0.0, 1.0, 0.25]);
/// ```
#[track_caller]
pub fn gru_step_backward<F: Scalar>(dnext_h: &ArrayRef2<F>, cache: &GruStepCache<F>) -> GruStepGradients<F> {
    let GruStepCache { x, prev_h, wx, wh, r, z, n, memory } = cache;
    require_same_shape("gru_step_backward", ("next_h", n.shape()), ("dnext_h", dnext_h.shape()));
    let one = F::one();

    let dn = n.mapv(tanh_slope) * z.mapv(|z| one - z) * dnext_h;
    let dz = (prev_h - n) * z.mapv(|z| z * (one - z)) * dnext_h;
    let dr = r.mapv(|r| r * (one - r)) * memory * &dn;
    let dax = concatenate![Axis(1), dr, dz, dn];
    let dah = concatenate![Axis(1), dr, dz, dn * r];
    GruStepGradients {
        dx: dax.dot(&wx.t()),
        dprev_h: dah.dot(&wh.t()) + z * &dnext_h.view(),
        dwx: x.t().dot(&dax),
        dwh: prev_h.t().dot(&dah),
        dbx: dax.sum_axis(Axis(0)),
        dbh: dah.sum_axis(Axis(0)),
    }
}

/// What [`gru_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct GruCache<F> {
    x: Array3<F>,
    h0: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    gates: Array3<F>,
    /// `h_t-1 @ wh_n + bh_n` at each step.
    memory: Array3<F>,
    h: Array3<F>,
}

/// The gradients of [`gru_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct GruGradients<F> {
    /// (batch, time, features)
    pub dx: Array3<F>,
    /// (batch, units)
    pub dh0: Array2<F>,
    /// (features, 3 * units)
    pub dwx: Array2<F>,
    /// (units, 3 * units)
    pub dwh: Array2<F>,
    /// (3 * units)
    pub dbx: Array1<F>,
    /// (3 * units)
    pub dbh: Array1<F>,
}

/// A sequence: [`gru_step_forward`] for each step, from the state `h0`.
///
/// Shapes: `x` (batch, time, features), `h0` (batch, units), `wx` (features, 3 * units), `wh` (units, 3 * units), `bx` and
/// `bh` (3 * units); the result holds the state after each step, (batch, time, units).
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use gradus_nn::gru::gru_forward;
/// use ndarray::{Array1, Array3, array};
/// let (none, zeros) = (array![[0.0, 0.0, 0.0]], Array1::zeros(3));
/// let (h, _) = gru_forward(&Array3::zeros((1, 3, 1)), &array![[8.0]], &none, &none, &zeros, &zeros);
/// assert_eq!(h, array![[[4.0], [2.0], [1.0]]]);
/// ```
#[track_caller]
pub fn gru_forward<F: Scalar>(
    x: &ArrayRef3<F>,
    h0: &ArrayRef2<F>,
    wx: &ArrayRef2<F>,
    wh: &ArrayRef2<F>,
    bx: &ArrayRef1<F>,
    bh: &ArrayRef1<F>,
) -> (Array3<F>, GruCache<F>) {
    let operation = "gru_forward";
    Cell { x: x.shape(), h: ("h0", h0.shape()), wx: wx.shape(), wh: wh.shape(), gates: 3 }.require(operation);
    require_bias(operation, ("bx", bx.shape()), ("wx", wx.shape()));
    require_bias(operation, ("bh", bh.shape()), ("wh", wh.shape()));

    let ((batch, time, _), units) = (x.dim(), h0.ncols());
    let mut gates = each_step(x, wx, bx); // what the inputs contribute, for all steps at once
    let mut memory = Array3::zeros((batch, time, units));
    let mut h = Array3::zeros((batch, time, units));
    // The examples do not depend on each other: each thread takes some of them through all steps.
    let (work, share) = (operations(&h, wh), share(batch));
    let results = memory.axis_chunks_iter_mut(Axis(0), share).zip(h.axis_chunks_iter_mut(Axis(0), share));
    let parts = gates.axis_chunks_iter_mut(Axis(0), share).zip(results).zip(h0.axis_chunks_iter(Axis(0), share));
    let panels = Panels::new(wh.view());
    for_each(parts, work, |((mut gates, (mut memory, mut h)), h0)| {
        let (mut prev_h, mut a) = (h0.to_owned(), Array2::zeros((h0.nrows(), 3 * units)));
        for t in 0..time {
            a.outer_iter_mut().for_each(|mut a| a.assign(bh));
            panels.product_into(prev_h.view(), a.view_mut(), F::one());
            for (n, (mut prev_h, a)) in prev_h.outer_iter_mut().zip(a.outer_iter()).enumerate() {
                let a = a.to_slice().expect("row-major");
                cell(
                    gates.slice_mut(s![n, t, ..]).as_slice_mut().expect("row-major"),
                    a,
                    prev_h.as_slice_mut().expect("row-major"),
                );
                memory.slice_mut(s![n, t, ..]).assign(&ndarray::aview1(&a[2 * units..]));
                h.slice_mut(s![n, t, ..]).assign(&prev_h);
            }
        }
    });
    let cache = GruCache { x: copy(x), h0: h0.to_owned(), wx: copy(wx), wh: copy(wh), gates, memory, h: copy(&h) };
    (h, cache)
}

/// Back through [`gru_forward`], from the last step to the first: each step as in [`gru_step_backward`], with `dnext_h`
/// the sum of `dout_t` and what the step after wants of that state. The weights' gradients are sums over time.
///
/// Shapes: `dout` (batch, time, units), the gradient of each state by the loss at its own step alone.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::gru::{gru_backward, gru_forward};
/// use ndarray::{Array1, Array3, array};
/// let (none, zeros) = (array![[0.0, 0.0, 0.0]], Array1::zeros(3));
/// let (_, cache) = gru_forward(&Array3::zeros((1, 3, 1)), &array![[8.0]], &none, &none, &zeros, &zeros);
/// let gradients = gru_backward(&array![[[0.0], [0.0], [1.0]]], &cache);
/// assert_eq!(gradients.dh0, array![[0.125]]); // the update gate passes half at each step
/// ```
#[track_caller]
pub fn gru_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &GruCache<F>) -> GruGradients<F> {
    let GruCache { x, h0, wx, wh, gates, memory, h } = cache;
    require_same_shape("gru_backward", ("h", h.shape()), ("dout", dout.shape()));
    let (batch, time, units) = h.dim();

    let wh_t = Panels::new(wh.t());
    let (mut dax, mut dah) = (Array3::zeros(gates.raw_dim()), Array3::zeros(gates.raw_dim()));
    let mut dh0 = Array2::zeros(h0.raw_dim());
    let (work, share) = (operations(h, wh), share(batch));
    let results = dax.axis_chunks_iter_mut(Axis(0), share).zip(dah.axis_chunks_iter_mut(Axis(0), share));
    let parts = results.zip(dh0.axis_chunks_iter_mut(Axis(0), share)).enumerate();
    for_each(parts, work, |(part, ((mut dax, mut dah), mut dh))| {
        // `dh`: what the later steps want of this state.
        for t in (0..time).rev() {
            for (n, mut dh) in dh.outer_iter_mut().enumerate() {
                let example = part * share + n;
                let prev_h = if t == 0 { h0.row(example) } else { h.slice(s![example, t - 1, ..]) };
                dh += &dout.slice(s![example, t, ..]);
                back_through_cell(
                    dax.slice_mut(s![n, t, ..]).as_slice_mut().expect("row-major"),
                    dah.slice_mut(s![n, t, ..]).as_slice_mut().expect("row-major"),
                    gates.slice(s![example, t, ..]).to_slice().expect("row-major"),
                    memory.slice(s![example, t, ..]).to_slice().expect("row-major"),
                    prev_h.as_standard_layout().as_slice().expect("row-major"),
                    dh.as_slice_mut().expect("row-major"),
                );
            }
            wh_t.product_into(dah.index_axis(Axis(1), t), dh.view_mut(), F::one());
        }
    });
    let dwh = gradient_over_time(h0, h, &dah);
    let dbh = sum_of_rows(&dah.to_shape((batch * time, 3 * units)).expect("as many elements"));
    let (dx, dwx, dbx) = each_step_backward(&dax, x, wx);
    GruGradients { dx, dh0, dwx, dwh, dbx, dbh }
}

vectorised! {
    /// One example's step from the old state to the new one, and from the inputs' contribution to the gates, in place; `a` is
    /// what the state contributes.
    fn cell<F: Scalar>(gates: &mut [F], a: &[F], h: &mut [F]) {
        let units = h.len();
        let (rz, n) = gates.split_at_mut(2 * units);
        let memory = &a[2 * units..];
        rz.iter_mut().zip(a).for_each(|(gate, &a)| *gate = sigmoid(*gate + a));
        let (r, z) = rz.split_at(units);
        for ((n, &r), &memory) in n.iter_mut().zip(r).zip(memory) {
            *n = tanh(*n + r * memory);
        }
        for ((h, &z), &n) in h.iter_mut().zip(z).zip(&*n) {
            *h = (F::ONE - z) * n + z * *h;
        }
    }

    /// One example's step back: `dax` and `dah` as in [`gru_step_backward`], from the gradient `dh` of the new state, which
    /// becomes the part of the old state's that does not go through the gates.
    fn back_through_cell<F: Scalar>(
        dax: &mut [F], dah: &mut [F], gates: &[F], memory: &[F], prev_h: &[F], dh: &mut [F],
    ) {
        let units = dh.len();
        let [r, z, n] = [0, 1, 2].map(|gate| &gates[gate * units..(gate + 1) * units]);
        let (drz, dn) = dax.split_at_mut(2 * units);
        let (dr, dz) = drz.split_at_mut(units);
        for ((dn, &dh), (&z, &n)) in dn.iter_mut().zip(&*dh).zip(z.iter().zip(n)) {
            *dn = dh * (F::ONE - z) * tanh_slope(n);
        }
        for ((dz, &dh), ((&z, &n), &prev_h)) in dz.iter_mut().zip(&*dh).zip(z.iter().zip(n).zip(prev_h)) {
            *dz = dh * (prev_h - n) * z * (F::ONE - z);
        }
        for ((dr, &dn), (&r, &memory)) in dr.iter_mut().zip(&*dn).zip(r.iter().zip(memory)) {
            *dr = dn * memory * r * (F::ONE - r);
        }
        dah.copy_from_slice(dax);
        dah[2 * units..].iter_mut().zip(r).for_each(|(dn, &r)| *dn *= r);
        dh.iter_mut().zip(z).for_each(|(dh, &z)| *dh *= z);
    }
}

/// The three blocks of columns, as arrays of their own.
fn blocks<F: Scalar>(a: &ArrayRef2<F>, units: usize) -> [Array2<F>; 3] {
    [0, 1, 2].map(|gate| a.slice(s![.., gate * units..(gate + 1) * units]).to_owned())
}
