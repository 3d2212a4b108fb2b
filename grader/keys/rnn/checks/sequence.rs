//! Sequences through either cell, forward and backward.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{Cell, call};
use gradus_question::{CallError, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, ArrayViewMutD};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{
    Arrays, Ask, Case, ORDINARY_FIRST, Parts, arrays, compare_all, fresh, hold_slopes, ordinary, special, unchanged,
};
use super::recorded::{self, Numbers};
use super::reference;
use super::sequence_slips::{backward_slips, forward_slips};
use super::step::{Pass, Sizes, weights};
use crate::common::{check, inputs};

const SINGLE: &str = "one step, one example, one unit";
const SINGLE_HINT: &str = "an axis of length 1 is an axis like any other; a sequence may have a single step";
const ALL: Parts = &[0, 1, 2, 3, 4];

/// The checks of `rnn_forward`, 5 points.
pub fn rnn_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("rnn_forward", name, points, expectation, run);
    vec![
        check(
            "states of fresh sequences",
            2,
            "the state after each step, each made of the one before",
            |session, context| fresh(session, context, &[0], Sequence::rnn),
        ),
        check(SINGLE, 1, "the right states where an axis has length 1", |session, context| {
            special(session, context, &[0], Sequence::rnn, (&single(Cell::Rnn, Pass::Forward), SINGLE_HINT))
        }),
        check("recorded sequences", 1, "the states that PyTorch gives for recorded inputs", |session, context| {
            held_recorded(session, context, "rnn", Sequence::rnn)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right states",
            |session, context| unchanged(session, context, &[0], Sequence::rnn),
        ),
    ]
}

/// The checks of `rnn_backward`, 11 points.
pub fn rnn_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("rnn_backward", name, points, expectation, run);
    vec![
        check(
            "dx and dh0 of fresh sequences",
            3,
            "of each step, what comes from above and from the step after it",
            |session, context| fresh(session, context, &[0, 1], Sequence::rnn_back),
        ),
        check("dwx and dwh of fresh sequences", 3, "summed over all steps", |session, context| {
            fresh(session, context, &[2, 3], Sequence::rnn_back)
        }),
        check("db of fresh sequences", 1, "summed over all steps and the batch", |session, context| {
            fresh(session, context, &[4], Sequence::rnn_back)
        }),
        check(SINGLE, 1, "the right gradients where an axis has length 1", |session, context| {
            special(session, context, ALL, Sequence::rnn_back, (&single(Cell::Rnn, Pass::Backward), SINGLE_HINT))
        }),
        check("recorded sequences", 1, "the gradients that PyTorch gives for recorded inputs", |session, context| {
            held_recorded(session, context, "rnn", Sequence::rnn_back)
        }),
        check("gradients against the slope of the output", 1, SLOPES, |session, context| {
            numeric(session, context, Sequence::rnn_back)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            |session, context| unchanged(session, context, ALL, Sequence::rnn_back),
        ),
    ]
}

/// The checks of `lstm_forward`, 5 points.
pub fn lstm_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("lstm_forward", name, points, expectation, run);
    vec![
        check(
            "states of fresh sequences",
            2,
            "the hidden state after each step, from the cell state 0",
            |session, context| fresh(session, context, &[0], Sequence::lstm),
        ),
        check(SINGLE, 1, "the right states where an axis has length 1", |session, context| {
            special(session, context, &[0], Sequence::lstm, (&single(Cell::Lstm, Pass::Forward), SINGLE_HINT))
        }),
        check("recorded sequences", 1, "the states that PyTorch gives for recorded inputs", |session, context| {
            held_recorded(session, context, "lstm", Sequence::lstm)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right states",
            |session, context| unchanged(session, context, &[0], Sequence::lstm),
        ),
    ]
}

/// The checks of `lstm_backward`, 11 points.
pub fn lstm_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("lstm_backward", name, points, expectation, run);
    vec![
        check(
            "dx and dh0 of fresh sequences",
            3,
            "of each step, what comes from above and from the step after it",
            |session, context| fresh(session, context, &[0, 1], Sequence::lstm_back),
        ),
        check("dwx and dwh of fresh sequences", 3, "summed over all steps", |session, context| {
            fresh(session, context, &[2, 3], Sequence::lstm_back)
        }),
        check("db of fresh sequences", 1, "summed over all steps and the batch", |session, context| {
            fresh(session, context, &[4], Sequence::lstm_back)
        }),
        check(SINGLE, 1, "the right gradients where an axis has length 1", |session, context| {
            special(session, context, ALL, Sequence::lstm_back, (&single(Cell::Lstm, Pass::Backward), SINGLE_HINT))
        }),
        check("recorded sequences", 1, "the gradients that PyTorch gives for recorded inputs", |session, context| {
            held_recorded(session, context, "lstm", Sequence::lstm_back)
        }),
        check("gradients against the slope of the output", 1, SLOPES, |session, context| {
            numeric(session, context, Sequence::lstm_back)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            |session, context| unchanged(session, context, ALL, Sequence::lstm_back),
        ),
    ]
}

const SLOPES: &str = "gradients that are the slopes of what the forward pass returns";

/// Arguments of both passes.
#[derive(Clone)]
pub struct Sequence {
    pub cell: Cell,
    pub pass: Pass,
    pub x: Array3<f64>,
    pub h0: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    pub b: Array1<f64>,
    pub dh: Array3<f64>,
}

impl Sequence {
    fn random(random: &mut ChaCha8Rng, cell: Cell, pass: Pass, sizes: Sizes, time: usize) -> Self {
        let (x_scale, slope_scale) = (inputs::scale(random), inputs::scale(random));
        let (wx, wh, b) = weights(random, cell, sizes, x_scale);
        let Sizes { batch, features, hidden } = sizes;
        Self {
            cell,
            pass,
            x: inputs::normal(random, (batch, time, features), x_scale),
            h0: inputs::normal(random, (batch, hidden), 0.6),
            wx,
            wh,
            b,
            dh: inputs::normal(random, (batch, time, hidden), slope_scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng, cell: Cell, pass: Pass) -> Self {
        let sizes = Sizes::ordinary(random);
        // Never as many steps as examples.
        let time = if sizes.batch == 4 { 5 } else { 4 };
        Self::random(random, cell, pass, sizes, time)
    }

    fn rnn(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Rnn, Pass::Forward)
    }

    fn rnn_back(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Rnn, Pass::Backward)
    }

    fn lstm(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Lstm, Pass::Forward)
    }

    fn lstm_back(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Lstm, Pass::Backward)
    }
}

impl Case for Sequence {
    fn results(&self) -> &'static [&'static str] {
        match self.pass {
            Pass::Forward => &["h"],
            Pass::Backward => &["dx", "dh0", "dwx", "dwh", "db"],
        }
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let Self { x, h0, wx, wh, b, dh, .. } = self;
        let call = match (self.cell, self.pass) {
            (Cell::Rnn, Pass::Forward) => return Ok(arrays![ask.result(&call::rnn_forward(x, h0, wx, wh, b))?]),
            (Cell::Lstm, Pass::Forward) => return Ok(arrays![ask.result(&call::lstm_forward(x, h0, wx, wh, b))?]),
            (Cell::Rnn, Pass::Backward) => call::rnn_backward(x, h0, wx, wh, b, dh),
            (Cell::Lstm, Pass::Backward) => call::lstm_backward(x, h0, wx, wh, b, dh),
        };
        let (dx, dh0, dwx, dwh, db) = ask.result(&call)?;
        Ok(arrays![dx, dh0, dwx, dwh, db])
    }

    fn expected(&self) -> Arrays {
        let Self { x, h0, wx, wh, b, dh, .. } = self;
        let (dx, dh0, dwx, dwh, db) = match self.cell {
            Cell::Rnn => {
                let (h, cache) = reference::rnn_forward(x, h0, wx, wh, b);
                if self.pass == Pass::Forward {
                    return arrays![h];
                }
                reference::rnn_backward(dh, &cache)
            }
            Cell::Lstm => {
                let (h, cache) = reference::lstm_forward(x, h0, wx, wh, b);
                if self.pass == Pass::Forward {
                    return arrays![h];
                }
                reference::lstm_backward(dh, &cache)
            }
        };
        arrays![dx, dh0, dwx, dwh, db]
    }

    fn slips(&self) -> Vec<(&'static str, Arrays)> {
        match self.pass {
            Pass::Forward => forward_slips(self),
            Pass::Backward => backward_slips(self),
        }
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Self { x, h0, wx, wh, b, dh, .. } = self;
        let mut all = arrays![x.view_mut(), h0.view_mut(), wx.view_mut(), wh.view_mut(), b.view_mut()];
        if self.pass == Pass::Backward {
            all.push(dh.view_mut().into_dyn());
        }
        all
    }
}

/// Sequences where an axis has length 1, or all have, and a long one.
fn single(cell: Cell, pass: Pass) -> impl Fn(&mut ChaCha8Rng) -> Vec<Sequence> {
    move |random| {
        let sizes = [(3, 1, 2, 4), (1, 3, 2, 4), (3, 4, 1, 2), (2, 3, 4, 1), (1, 1, 1, 1), (2, 12, 3, 2)];
        sizes
            .map(|(batch, time, features, hidden)| {
                Sequence::random(random, cell, pass, Sizes { batch, features, hidden }, time)
            })
            .to_vec()
    }
}

#[derive(Deserialize)]
struct Recorded {
    x: Numbers,
    h0: Numbers,
    wx: Numbers,
    wh: Numbers,
    b: Numbers,
    dh: Numbers,
    h: Numbers,
    dx: Numbers,
    dh0: Numbers,
    dwx: Numbers,
    dwh: Numbers,
    db: Numbers,
}

/// Ordinary sequences, and then the recorded ones of this operation.
fn held_recorded(
    session: &mut Session<'_>,
    context: &mut Context,
    operation: &str,
    make: fn(&mut ChaCha8Rng) -> Sequence,
) -> Result<(), Failure> {
    let kind = make(&mut context.random);
    let parts: Parts = if kind.pass == Pass::Forward { &[0] } else { ALL };
    ordinary(session, context, parts, make).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    for case in recorded::cases::<Recorded>(operation) {
        let sequence = Sequence {
            x: case.x.array(),
            h0: case.h0.array(),
            wx: case.wx.array(),
            wh: case.wh.array(),
            b: case.b.array(),
            dh: case.dh.array(),
            ..kind.clone()
        };
        let expected = match kind.pass {
            Pass::Forward => vec![case.h.array()],
            Pass::Backward => [&case.dx, &case.dh0, &case.dwx, &case.dwh, &case.db].map(Numbers::array).to_vec(),
        };
        compare_all(&sequence, &sequence.call(&mut Ask::new(session))?, &expected, parts, context)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own states, whether those are right or not.
fn numeric(
    session: &mut Session<'_>,
    context: &mut Context,
    make: fn(&mut ChaCha8Rng) -> Sequence,
) -> Result<(), Failure> {
    for _ in 0..2 {
        let mut sequence = make(&mut context.random);
        let scale = |array: &Array3<f64>| array.iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
        // Slopes by differences are exact enough where numbers are of the order of 1.
        let (x_scale, slope_scale) = (scale(&sequence.x), scale(&sequence.dh));
        sequence.x /= x_scale;
        sequence.wx *= x_scale;
        sequence.dh /= slope_scale;
        let found = sequence.call(&mut Ask::new(session))?;
        let Sequence { cell, x, h0, wx, wh, b, dh, .. } = &sequence;
        let forward = match cell {
            Cell::Rnn => call::rnn_forward(x, h0, wx, wh, b),
            Cell::Lstm => call::lstm_forward(x, h0, wx, wh, b),
        };
        let gradients = [
            ("dx", "x", x.len(), &found[0]),
            ("dh0", "h0", h0.len(), &found[1]),
            ("dwx", "wx", wx.len(), &found[2]),
            ("dwh", "wh", wh.len(), &found[3]),
            ("db", "b", b.len(), &found[4]),
        ];
        hold_slopes(session, context, &forward, &[dh.iter().copied().collect()], &gradients)?;
    }
    ordinary(session, context, ALL, make).map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}
