//! What the recurrent layers share: the rules for their shapes, and how their work is split.

use ndarray::{Array2, ArrayRef2, ArrayRef3, Axis};

use crate::Scalar;
use crate::machinery::{for_each, matmul, threads, zeros};
use crate::shape::require;

/// The shapes of a recurrent layer's arguments, as they were given.
pub(crate) struct Cell<'a> {
    /// (batch, features) or (batch, time, features)
    pub x: &'a [usize],
    /// The name and the shape (batch, units) of the hidden state before the first step.
    pub h: (&'a str, &'a [usize]),
    /// (features, gates * units)
    pub wx: &'a [usize],
    /// (units, gates * units)
    pub wh: &'a [usize],
    /// How many blocks of columns the weights have.
    pub gates: usize,
}

impl Cell<'_> {
    /// Panics unless all shapes fit together.
    #[track_caller]
    pub(crate) fn require(&self, operation: &str) {
        let Cell { x, h, wx, wh, gates } = *self;
        let name = h.0;
        let (x, wx, wh) = (("x", x), ("wx", wx), ("wh", wh));
        require(h.1[0] == x.1[0], operation, &format!("{name} needs one row for each example of x"), x, h);
        require(wx.1[0] == x.1[x.1.len() - 1], operation, "wx needs one row for each feature of x", x, wx);
        require(wh.1[0] == h.1[1], operation, &format!("wh needs one row for each column of {name}"), h, wh);
        let columns = match gates {
            1 => format!("wx needs one column for each column of {name}"),
            _ => format!("wx needs {gates} columns for each column of {name}"),
        };
        require(wx.1[1] == gates * h.1[1], operation, &columns, h, wx);
        require(wh.1[1] == wx.1[1], operation, "wh needs as many columns as wx", wx, wh);
    }
}

/// Panics unless the bias has one value for each column of the weights.
#[track_caller]
pub(crate) fn require_bias(operation: &str, b: (&str, &[usize]), w: (&str, &[usize])) {
    let rule = format!("{} needs one value for each column of {}", b.0, w.0);
    require(b.1[0] == w.1[1], operation, &rule, w, b);
}

/// How many examples of a batch a thread takes.
pub(crate) fn share(batch: usize) -> usize {
    batch.div_ceil(threads()).max(1)
}

/// About as many operations as all steps of a recurrent layer have.
pub(crate) fn operations<F>(h: &ArrayRef3<F>, wh: &ArrayRef2<F>) -> usize {
    h.len() * (wh.ncols() / 8 + 32)
}

/// `dwh = sum_t h_t-1^T @ da_t`, where `h` (batch, time, units) holds the states after each step: one product over all steps.
pub(crate) fn gradient_over_time<F: Scalar>(h0: &ArrayRef2<F>, h: &ArrayRef3<F>, da: &ArrayRef3<F>) -> Array2<F> {
    let (batch, time, units) = h.dim();
    let mut prev_h = zeros(h.raw_dim());
    let all = prev_h.outer_iter_mut().zip(h0.outer_iter()).zip(h.outer_iter());
    for_each(all, h.len(), |((mut prev_h, h0), h)| {
        for (t, mut prev_h) in prev_h.outer_iter_mut().enumerate() {
            prev_h.assign(&if t == 0 { h0 } else { h.index_axis(Axis(0), t - 1) });
        }
    });
    let rows = (batch * time, units);
    let (prev_h, da) = (prev_h.to_shape(rows).expect("row-major"), da.to_shape((rows.0, da.dim().2)).expect("rows"));
    matmul(prev_h.t(), da.view())
}
