//! Public checks of the LSTM.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, array};

use super::{EIGHT_DECIMALS, evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};
use crate::rnn::call;

const STEP: &str = "lstm_step_forward";
const STEP_BACKWARD: &str = "lstm_step_backward";
const SEQUENCE: &str = "lstm_forward";
const SEQUENCE_BACKWARD: &str = "lstm_backward";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(STEP, "gates half open", "half of the cell state remains, and next_h = 0.5 * tanh(1)", half_open),
        check(STEP, "one gate at a time", "input, forget, output and candidate, in this order", order),
        check(STEP, "evenly spaced numbers", "the numbers that CS231n's notebook prints", step_printed),
        check(
            STEP_BACKWARD,
            "gates half open",
            "dprev_c = 0.5 and db = (0, 0, 0, 0.5), when all weights and states are 0",
            half_open_backward,
        ),
        check(
            STEP_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of both states that lstm_step_forward returns",
            step_slope,
        ),
        check(SEQUENCE, "two steps by hand", "cell states 0.5 and 0.75, of which tanh and a half", two_steps),
        check(SEQUENCE, "evenly spaced numbers", "the numbers that CS231n's notebook prints", sequence_printed),
        check(
            SEQUENCE_BACKWARD,
            "two steps by hand",
            "db = (0, 0, 0, 4) and dwx = (0, 0, 0, 22): half of the cell's gradient goes back to the step before",
            two_steps_backward,
        ),
        check(
            SEQUENCE_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what lstm_forward returns",
            sequence_slope,
        ),
    ]
}

// Without weights each gate is sigmoid(0) = 0.5, and the candidate is 0.
fn half_open(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (zero, none) = (array![[0.0]], Array2::zeros((1, 4)));
    let call = call::lstm_step_forward(&zero, &zero, &array![[2.0]], &none, &none, &Array1::zeros(4));
    let (next_h, next_c) = session.call(&call)?;
    context.expect_array("next_c", &next_c, &array![[1.0]], TOLERANCE, &[])?;
    let no_tanh = ("half of the cell state; the output gate is for its tanh", &array![[0.5]]);
    context.expect_array("next_h", &next_h, &array![[0.5 * 1f64.tanh()]], TOLERANCE, &[no_tanh])
}

// A bias of 100 opens a gate, one of -100 shuts it. The candidate is tanh(1) or 0.
fn order(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (zero, none, prev_c) = (array![[0.0]], Array2::zeros((1, 4)), array![[3.0]]);
    let g = 1f64.tanh();
    for (b, c, h) in [
        ([-100.0, 100.0, 100.0, 1.0], 3.0, 3f64.tanh()),
        ([100.0, -100.0, 100.0, 1.0], g, g.tanh()),
        ([100.0, 100.0, -100.0, 1.0], 3.0 + g, 0.0),
        ([-100.0, -100.0, 100.0, 1.0], 0.0, 0.0),
    ] {
        let call = call::lstm_step_forward(&zero, &zero, &prev_c, &none, &none, &Array1::from(b.to_vec()));
        let (next_h, next_c) = session.call(&call)?;
        let hint = "the columns are the input gate, the forget gate, the output gate and the candidate, in this order";
        context
            .expect_array("next_c", &next_c, &array![[c]], TOLERANCE, &[])
            .and_then(|()| context.expect_array("next_h", &next_h, &array![[h]], TOLERANCE, &[]))
            .map_err(|failure| failure.with_hint(hint))?;
    }
    Ok(())
}

fn step_printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (next_h, next_c) = session.call(&call::lstm_step_forward(
        &evenly_spaced(-0.4, 1.2, [3, 4]),
        &evenly_spaced(-0.3, 0.7, [3, 5]),
        &evenly_spaced(-0.4, 0.9, [3, 5]),
        &evenly_spaced(-2.1, 1.3, [4, 20]),
        &evenly_spaced(-0.7, 2.2, [5, 20]),
        &evenly_spaced(0.3, 0.7, 20),
    ))?;
    let expected_h = array![
        [0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904],
        [0.49223563, 0.55611431, 0.61507696, 0.66844003, 0.7159181],
        [0.56735664, 0.66310127, 0.74419266, 0.80889665, 0.858299]
    ];
    let expected_c = array![
        [0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407],
        [0.66382255, 0.76674007, 0.87195994, 0.97902709, 1.08751345],
        [0.74192008, 0.90592151, 1.07717006, 1.25120233, 1.42395676]
    ];
    context.expect_array("next_c", &next_c, &expected_c, EIGHT_DECIMALS, &[])?;
    context.expect_array("next_h", &next_h, &expected_h, EIGHT_DECIMALS, &[])
}

// next_c is 0, where tanh has the slope 1: dc = 0.5 + 1 * 0.5.
fn half_open_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (zero, none) = (array![[0.0]], Array2::zeros((1, 4)));
    let call =
        call::lstm_step_backward(&zero, &zero, &zero, &none, &none, &Array1::zeros(4), &array![[1.0]], &array![[0.5]]);
    let (_, _, dprev_c, _, _, db) = session.call(&call)?;
    let half = ("what one way alone gives; the cell state acts through next_c and through next_h", &array![[0.25]]);
    context.expect_array("dprev_c", &dprev_c, &array![[0.5]], TOLERANCE, &[half])?;
    context.expect_array("db", &db, &array![0.0, 0.0, 0.0, 0.5], TOLERANCE, &[])
}

fn step_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, prev_h, prev_c) = (scattered([2, 3]), evenly_spaced(-0.8, 0.9, [2, 2]), evenly_spaced(1.4, -0.9, [2, 2]));
    let (wx, wh, b) = (evenly_spaced(0.7, -0.6, [3, 8]), scattered([2, 8]), evenly_spaced(-0.3, 0.4, 8));
    let (dnext_h, dnext_c) = (evenly_spaced(1.1, -0.8, [2, 2]), evenly_spaced(-0.5, 0.7, [2, 2]));
    let call = call::lstm_step_backward(&x, &prev_h, &prev_c, &wx, &wh, &b, &dnext_h, &dnext_c);
    let (dx, dprev_h, dprev_c, dwx, dwh, db) = session.call(&call)?;
    expect_shapes(&[
        ("dx", dx.shape(), x.shape()),
        ("dprev_h", dprev_h.shape(), prev_h.shape()),
        ("dprev_c", dprev_c.shape(), prev_c.shape()),
        ("dwx", dwx.shape(), wx.shape()),
        ("dwh", dwh.shape(), wh.shape()),
        ("db", db.shape(), b.shape()),
    ])?;
    let gradients = [
        ("dx", "x", flat(&dx)),
        ("dprev_h", "prev_h", flat(&dprev_h)),
        ("dprev_c", "prev_c", flat(&dprev_c)),
        ("dwx", "wx", flat(&dwx)),
        ("dwh", "wh", flat(&dwh)),
        ("db", "b", db),
    ];
    let forward = call::lstm_step_forward(&x, &prev_h, &prev_c, &wx, &wh, &b);
    let upstream = [flat(&dnext_h).to_vec(), flat(&dnext_c).to_vec()];
    expect_slopes(session, context, &forward, &[&upstream[0], &upstream[1]], &gradients)
}

// The candidate is 1 and all gates are half open: c = 0.5, then 0.25 + 0.5.
fn two_steps(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, none, b) = (array![[[0.0], [0.0]]], Array2::zeros((1, 4)), array![0.0, 0.0, 0.0, 100.0]);
    let h = session.call(&call::lstm_forward(&x, &array![[5.0]], &none, &none, &b))?;
    let expected = array![[[0.5 * 0.5f64.tanh()], [0.5 * 0.75f64.tanh()]]];
    let forgotten = ("what a cell state gives that is 0 at each step; it goes on from the step before", {
        &array![[[0.5 * 0.5f64.tanh()], [0.5 * 0.5f64.tanh()]]]
    });
    let from_h0 =
        ("what a first cell state h0 gives; it is 0", { &array![[[0.5 * 3f64.tanh()], [0.5 * 2f64.tanh()]]] });
    context.expect_array("h", &h, &expected, TOLERANCE, &[forgotten, from_h0])
}

fn sequence_printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let h = session.call(&call::lstm_forward(
        &evenly_spaced(-0.4, 0.6, [2, 3, 5]),
        &evenly_spaced(-0.4, 0.8, [2, 4]),
        &evenly_spaced(-0.2, 0.9, [5, 16]),
        &evenly_spaced(-0.3, 0.6, [4, 16]),
        &evenly_spaced(0.2, 0.7, 16),
    ))?;
    let expected = array![
        [
            [0.01764008, 0.01823233, 0.01882671, 0.0194232],
            [0.11287491, 0.12146228, 0.13018446, 0.13902939],
            [0.31358768, 0.33338627, 0.35304453, 0.37250975]
        ],
        [
            [0.45767879, 0.4761092, 0.4936887, 0.51041945],
            [0.6704845, 0.69350089, 0.71486014, 0.7346449],
            [0.81733511, 0.83677871, 0.85403753, 0.86935314]
        ]
    ];
    context.expect_array("h", &h, &expected, EIGHT_DECIMALS, &[])
}

// All states are 0: the cell's gradient is 8 / 2 = 4 in the second step and 4 / 2 + 4 / 2 = 4 in the first.
fn two_steps_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, none) = (array![[[1.0], [10.0]]], Array2::zeros((1, 4)));
    let dh = array![[[4.0], [8.0]]];
    let call = call::lstm_backward(&x, &array![[0.0]], &none, &none, &Array1::zeros(4), &dh);
    let (_, _, dwx, _, db) = session.call(&call)?;
    let apart = ("what steps give that hand nothing on; dprev_c of a step is dnext_c of the one before", {
        &array![0.0, 0.0, 0.0, 3.0]
    });
    context.expect_array("db", &db, &array![0.0, 0.0, 0.0, 4.0], TOLERANCE, &[apart])?;
    context.expect_array("dwx", &dwx, &array![[0.0, 0.0, 0.0, 22.0]], TOLERANCE, &[])
}

fn sequence_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, h0) = (scattered([2, 4, 3]), evenly_spaced(-0.8, 0.9, [2, 2]));
    let (wx, wh, b) = (evenly_spaced(0.7, -0.6, [3, 8]), scattered([2, 8]), evenly_spaced(-0.3, 0.4, 8));
    let dh = scattered([2, 4, 2]).mapv(|slope| slope * slope - 0.3);
    let (dx, dh0, dwx, dwh, db) = session.call(&call::lstm_backward(&x, &h0, &wx, &wh, &b, &dh))?;
    expect_shapes(&[
        ("dx", dx.shape(), x.shape()),
        ("dh0", dh0.shape(), h0.shape()),
        ("dwx", dwx.shape(), wx.shape()),
        ("dwh", dwh.shape(), wh.shape()),
        ("db", db.shape(), b.shape()),
    ])?;
    let gradients = [
        ("dx", "x", flat(&dx)),
        ("dh0", "h0", flat(&dh0)),
        ("dwx", "wx", flat(&dwx)),
        ("dwh", "wh", flat(&dwh)),
        ("db", "b", db),
    ];
    expect_slopes(session, context, &call::lstm_forward(&x, &h0, &wx, &wh, &b), &[&flat(&dh).to_vec()], &gradients)
}
