//! One step of either cell, forward and backward.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{Cell, call};
use gradus_question::{CallError, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayViewMutD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::case::{Arrays, Ask, Case, ORDINARY_FIRST, Parts, arrays, fresh, hold_slopes, ordinary, special, unchanged};
use super::reference;
use super::step_slips::{lstm_backward_slips, lstm_forward_slips, rnn_backward_slips, rnn_forward_slips};
use crate::common::{check, inputs};

const SINGLE: &str = "one example, one feature, one unit";
const SINGLE_HINT: &str = "an axis of length 1 is an axis like any other";

/// The checks of `rnn_step_forward`, 5 points.
pub fn rnn_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("rnn_step_forward", name, points, expectation, run);
    vec![
        check("states of fresh inputs", 2, "tanh(x @ wx + prev_h @ wh + b)", |session, context| {
            fresh(session, context, &[0], Step::rnn)
        }),
        check("large inputs", 1, "states between -1 and 1, where sums are in the hundreds", |session, context| {
            special(session, context, &[0], Step::rnn, (&large(Step::rnn), LARGE_HINT))
        }),
        check(SINGLE, 1, "the right states where an axis has length 1", |session, context| {
            special(session, context, &[0], Step::rnn, (&single(Cell::Rnn, Pass::Forward), SINGLE_HINT))
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right states",
            |session, context| unchanged(session, context, &[0], Step::rnn),
        ),
    ]
}

/// The checks of `rnn_step_backward`, 8 points.
pub fn rnn_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("rnn_step_backward", name, points, expectation, run);
    vec![
        check(
            "dx and dprev_h of fresh inputs",
            2,
            "da @ wx^T and da @ wh^T, with da = dnext_h * (1 - next_h^2)",
            |session, context| fresh(session, context, &[0, 1], Step::rnn_back),
        ),
        check("dwx and dwh of fresh inputs", 2, "x^T @ da and prev_h^T @ da", |session, context| {
            fresh(session, context, &[2, 3], Step::rnn_back)
        }),
        check("db of fresh inputs", 1, "da, summed over the batch", |session, context| {
            fresh(session, context, &[4], Step::rnn_back)
        }),
        check(SINGLE, 1, "the right gradients where an axis has length 1", |session, context| {
            special(session, context, ALL_RNN, Step::rnn_back, (&single(Cell::Rnn, Pass::Backward), SINGLE_HINT))
        }),
        check("gradients against the slope of the output", 1, SLOPES, |session, context| {
            numeric(session, context, ALL_RNN, Step::rnn_back)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            |session, context| unchanged(session, context, ALL_RNN, Step::rnn_back),
        ),
    ]
}

/// The checks of `lstm_step_forward`, 7 points.
pub fn lstm_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("lstm_step_forward", name, points, expectation, run);
    vec![
        check("cell states of fresh inputs", 2, "f * prev_c + i * g", |session, context| {
            fresh(session, context, &[1], Step::lstm)
        }),
        check(
            "hidden states of fresh inputs",
            2,
            "o * tanh(next_c), the part of the cell that is shown",
            |session, context| fresh(session, context, &[0], Step::lstm),
        ),
        check("large inputs", 1, "the right states, where sums are in the hundreds", |session, context| {
            special(session, context, &[0, 1], Step::lstm, (&large(Step::lstm), LARGE_HINT))
        }),
        check(SINGLE, 1, "the right states where an axis has length 1", |session, context| {
            special(session, context, &[0, 1], Step::lstm, (&single(Cell::Lstm, Pass::Forward), SINGLE_HINT))
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right states",
            |session, context| unchanged(session, context, &[0, 1], Step::lstm),
        ),
    ]
}

/// The checks of `lstm_step_backward`, 12 points.
pub fn lstm_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("lstm_step_backward", name, points, expectation, run);
    vec![
        check(
            "dx and dprev_h of fresh inputs",
            2,
            "da @ wx^T and da @ wh^T, through all four gates",
            |session, context| fresh(session, context, &[0, 1], Step::lstm_back),
        ),
        check(
            "dprev_c of fresh inputs",
            2,
            "f * (dnext_c + dnext_h * o * (1 - tanh(next_c)^2))",
            |session, context| fresh(session, context, &[2], Step::lstm_back),
        ),
        check("dwx and dwh of fresh inputs", 2, "x^T @ da and prev_h^T @ da", |session, context| {
            fresh(session, context, &[3, 4], Step::lstm_back)
        }),
        check("db of fresh inputs", 1, "da, summed over the batch", |session, context| {
            fresh(session, context, &[5], Step::lstm_back)
        }),
        check(
            "one upstream gradient alone",
            1,
            "the right gradients where dnext_h or dnext_c is 0",
            |session, context| {
                special(
                    session,
                    context,
                    ALL_LSTM,
                    Step::lstm_back,
                    (&one_upstream, "both ways through the cell add up"),
                )
            },
        ),
        check(SINGLE, 1, "the right gradients where an axis has length 1", |session, context| {
            special(session, context, ALL_LSTM, Step::lstm_back, (&single(Cell::Lstm, Pass::Backward), SINGLE_HINT))
        }),
        check("gradients against the slope of the output", 2, SLOPES, |session, context| {
            numeric(session, context, ALL_LSTM, Step::lstm_back)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            |session, context| unchanged(session, context, ALL_LSTM, Step::lstm_back),
        ),
    ]
}

const ALL_RNN: Parts = &[0, 1, 2, 3, 4];
const ALL_LSTM: Parts = &[0, 1, 2, 3, 4, 5];
const LARGE_HINT: &str = "exponentials of large numbers are infinite, and infinity divided by itself is no number; f64::tanh knows what to do";
const SLOPES: &str = "gradients that are the slopes of what the forward pass returns";

#[derive(Clone, Copy, PartialEq)]
pub enum Pass {
    Forward,
    Backward,
}

/// How many numbers each axis has.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub batch: usize,
    pub features: usize,
    pub hidden: usize,
}

impl Sizes {
    /// More than one of everything, and never as many units as features or examples.
    pub fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let hidden = random.random_range(3..6);
        let other = |random: &mut ChaCha8Rng| hidden + random.random_range(1..4) - if random.random() { 0 } else { 2 };
        let (mut batch, mut features) = (other(random), other(random));
        batch += usize::from(batch == hidden);
        features += usize::from(features == hidden);
        Self { batch, features, hidden }
    }
}

/// Arguments of both passes. Those of the LSTM alone stand here for the plain network too, and are not sent.
#[derive(Clone)]
pub struct Step {
    pub cell: Cell,
    pub pass: Pass,
    pub x: Array2<f64>,
    pub prev_h: Array2<f64>,
    pub prev_c: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    pub b: Array1<f64>,
    pub dnext_h: Array2<f64>,
    pub dnext_c: Array2<f64>,
}

/// Weights and biases with which sums are of the order of 1, for inputs of this scale.
pub fn weights(
    random: &mut ChaCha8Rng,
    cell: Cell,
    Sizes { features, hidden, .. }: Sizes,
    x_scale: f64,
) -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    let columns = if cell == Cell::Rnn { hidden } else { 4 * hidden };
    (
        inputs::normal(random, (features, columns), 0.7 / (x_scale * (features as f64).sqrt())),
        inputs::normal(random, (hidden, columns), 0.9 / (hidden as f64).sqrt()),
        inputs::normal(random, columns, 0.4),
    )
}

impl Step {
    pub fn random(random: &mut ChaCha8Rng, cell: Cell, pass: Pass, sizes: Sizes) -> Self {
        let (x_scale, slope_scale) = (inputs::scale(random), inputs::scale(random));
        let (wx, wh, b) = weights(random, cell, sizes, x_scale);
        let Sizes { batch, features, hidden } = sizes;
        Self {
            cell,
            pass,
            x: inputs::normal(random, (batch, features), x_scale),
            prev_h: inputs::normal(random, (batch, hidden), 0.6),
            prev_c: inputs::normal(random, (batch, hidden), 0.9),
            wx,
            wh,
            b,
            dnext_h: inputs::normal(random, (batch, hidden), slope_scale),
            dnext_c: inputs::normal(random, (batch, hidden), slope_scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng, cell: Cell, pass: Pass) -> Self {
        let sizes = Sizes::ordinary(random);
        Self::random(random, cell, pass, sizes)
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

impl Case for Step {
    fn results(&self) -> &'static [&'static str] {
        match (self.cell, self.pass) {
            (Cell::Rnn, Pass::Forward) => &["next_h"],
            (Cell::Rnn, Pass::Backward) => &["dx", "dprev_h", "dwx", "dwh", "db"],
            (Cell::Lstm, Pass::Forward) => &["next_h", "next_c"],
            (Cell::Lstm, Pass::Backward) => &["dx", "dprev_h", "dprev_c", "dwx", "dwh", "db"],
        }
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let Self { x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c, .. } = self;
        Ok(match (self.cell, self.pass) {
            (Cell::Rnn, Pass::Forward) => arrays![ask.result(&call::rnn_step_forward(x, prev_h, wx, wh, b))?],
            (Cell::Rnn, Pass::Backward) => {
                let (dx, dprev_h, dwx, dwh, db) =
                    ask.result(&call::rnn_step_backward(x, prev_h, wx, wh, b, dnext_h))?;
                arrays![dx, dprev_h, dwx, dwh, db]
            }
            (Cell::Lstm, Pass::Forward) => {
                let (next_h, next_c) = ask.result(&call::lstm_step_forward(x, prev_h, prev_c, wx, wh, b))?;
                arrays![next_h, next_c]
            }
            (Cell::Lstm, Pass::Backward) => {
                let call = call::lstm_step_backward(x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c);
                let (dx, dprev_h, dprev_c, dwx, dwh, db) = ask.result(&call)?;
                arrays![dx, dprev_h, dprev_c, dwx, dwh, db]
            }
        })
    }

    fn expected(&self) -> Arrays {
        let Self { x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c, .. } = self;
        match self.cell {
            Cell::Rnn => {
                let (next_h, cache) = reference::rnn_step_forward(x, prev_h, wx, wh, b);
                if self.pass == Pass::Forward {
                    return arrays![next_h];
                }
                let (dx, dprev_h, dwx, dwh, db) = reference::rnn_step_backward(dnext_h, &cache);
                arrays![dx, dprev_h, dwx, dwh, db]
            }
            Cell::Lstm => {
                let (next_h, next_c, cache) = reference::lstm_step_forward(x, prev_h, prev_c, wx, wh, b);
                if self.pass == Pass::Forward {
                    return arrays![next_h, next_c];
                }
                let (dx, dprev_h, dprev_c, dwx, dwh, db) = reference::lstm_step_backward(dnext_h, dnext_c, &cache);
                arrays![dx, dprev_h, dprev_c, dwx, dwh, db]
            }
        }
    }

    fn slips(&self) -> Vec<(&'static str, Arrays)> {
        match (self.cell, self.pass) {
            (Cell::Rnn, Pass::Forward) => rnn_forward_slips(self),
            (Cell::Rnn, Pass::Backward) => rnn_backward_slips(self),
            (Cell::Lstm, Pass::Forward) => lstm_forward_slips(self),
            (Cell::Lstm, Pass::Backward) => lstm_backward_slips(self),
        }
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Self { x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c, .. } = self;
        let mut all = arrays![x.view_mut(), prev_h.view_mut(), wx.view_mut(), wh.view_mut(), b.view_mut()];
        if self.cell == Cell::Lstm {
            all.push(prev_c.view_mut().into_dyn());
        }
        if self.pass == Pass::Backward {
            all.push(dnext_h.view_mut().into_dyn());
            if self.cell == Cell::Lstm {
                all.push(dnext_c.view_mut().into_dyn());
            }
        }
        all
    }
}

/// Steps whose sums are in the hundreds: gates are open or shut, tangents at their ends.
fn large(make: fn(&mut ChaCha8Rng) -> Step) -> impl Fn(&mut ChaCha8Rng) -> Vec<Step> {
    move |random| {
        (0..4)
            .map(|_| {
                let mut step = make(random);
                step.wx *= 600.0;
                step.wh *= 400.0;
                step
            })
            .collect()
    }
}

/// Steps where an axis has length 1, or all have.
fn single(cell: Cell, pass: Pass) -> impl Fn(&mut ChaCha8Rng) -> Vec<Step> {
    move |random| {
        [(1, 3, 4), (4, 1, 3), (3, 4, 1), (1, 1, 1), (1, 1, 4), (3, 1, 1)]
            .map(|(batch, features, hidden)| Step::random(random, cell, pass, Sizes { batch, features, hidden }))
            .to_vec()
    }
}

/// Steps with nothing from above, or nothing from the cell of the next step.
fn one_upstream(random: &mut ChaCha8Rng) -> Vec<Step> {
    let (mut of_c, mut of_h) = (Step::lstm_back(random), Step::lstm_back(random));
    of_c.dnext_h.fill(0.0);
    of_h.dnext_c.fill(0.0);
    vec![of_c, of_h]
}

/// The gradients against the slopes of the answer's own states, whether those are right or not.
fn numeric(
    session: &mut Session<'_>,
    context: &mut Context,
    parts: Parts,
    make: fn(&mut ChaCha8Rng) -> Step,
) -> Result<(), Failure> {
    for _ in 0..3 {
        let mut step = make(&mut context.random);
        // Slopes by differences are exact enough where numbers are of the order of 1.
        let (x_scale, slope_scale) = (largest(&step.x), largest(&step.dnext_h));
        step.x /= x_scale;
        step.wx *= x_scale;
        step.dnext_h /= slope_scale;
        step.dnext_c /= slope_scale;
        let found = step.call(&mut Ask::new(session))?;
        let counts = [step.x.len(), step.prev_h.len(), step.wx.len(), step.wh.len(), step.b.len()];
        let Step { x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c, .. } = &step;
        let numbers = |array: &Array2<f64>| array.iter().copied().collect::<Vec<_>>();
        if step.cell == Cell::Rnn {
            let forward = call::rnn_step_forward(x, prev_h, wx, wh, b);
            let gradients = [
                ("dx", "x", counts[0], &found[0]),
                ("dprev_h", "prev_h", counts[1], &found[1]),
                ("dwx", "wx", counts[2], &found[2]),
                ("dwh", "wh", counts[3], &found[3]),
                ("db", "b", counts[4], &found[4]),
            ];
            hold_slopes(session, context, &forward, &[numbers(dnext_h)], &gradients)?;
        } else {
            let forward = call::lstm_step_forward(x, prev_h, prev_c, wx, wh, b);
            let gradients = [
                ("dx", "x", counts[0], &found[0]),
                ("dprev_h", "prev_h", counts[1], &found[1]),
                ("dprev_c", "prev_c", counts[1], &found[2]),
                ("dwx", "wx", counts[2], &found[3]),
                ("dwh", "wh", counts[3], &found[4]),
                ("db", "b", counts[4], &found[5]),
            ];
            hold_slopes(session, context, &forward, &[numbers(dnext_h), numbers(dnext_c)], &gradients)?;
        }
    }
    ordinary(session, context, parts, make).map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn largest(array: &Array2<f64>) -> f64 {
    array.iter().fold(f64::MIN_POSITIVE, |largest, number| largest.max(number.abs()))
}
