//! What the recurrent layers share: the logistic function and the rules for their shapes.

use crate::Scalar;
use crate::shape::require;

/// `1 / (1 + exp(-x))`. Where `exp` overflows, the quotient is 0, as it should be.
pub(crate) fn sigmoid<F: Scalar>(x: F) -> F {
    (F::one() + (-x).exp()).recip()
}

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
