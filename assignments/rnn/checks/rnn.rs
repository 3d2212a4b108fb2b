//! Public checks of the plain recurrent network.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::array;

use super::{EIGHT_DECIMALS, evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};
use crate::rnn::call;

const STEP: &str = "rnn_step_forward";
const STEP_BACKWARD: &str = "rnn_step_backward";
const SEQUENCE: &str = "rnn_forward";
const SEQUENCE_BACKWARD: &str = "rnn_backward";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(STEP, "one unit by hand", "tanh(0.5 - 2 + 1.75) = 0.2449187", one_unit),
        check(STEP, "evenly spaced numbers", "the numbers that CS231n's notebook prints", step_printed),
        check(
            STEP_BACKWARD,
            "one unit by hand",
            "dx = 6, dprev_h = -4, dwx = 12, dwh = 24, db = 12: tanh has the slope 1 at 0",
            one_unit_backward,
        ),
        check(
            STEP_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what rnn_step_forward returns",
            step_slope,
        ),
        check(SEQUENCE, "two steps by hand", "tanh(1) and tanh(10 + 2 tanh(1))", two_steps),
        check(SEQUENCE, "evenly spaced numbers", "the numbers that CS231n's notebook prints", sequence_printed),
        check(
            SEQUENCE_BACKWARD,
            "three steps by hand",
            "dx = 93, 180 and 300, dh0 = 15.5, db = 191: each step hands half of its gradient to the one before",
            three_steps_backward,
        ),
        check(
            SEQUENCE_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what rnn_forward returns",
            sequence_slope,
        ),
    ]
}

fn one_unit(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let call = call::rnn_step_forward(&array![[1.0]], &array![[2.0]], &array![[0.5]], &array![[-1.0]], &array![1.75]);
    let next_h = session.call(&call)?;
    let without = ("what stands in the tanh; put tanh around it", &array![[0.25]]);
    let no_bias = ("that without the bias b", &array![[-1.5f64.tanh()]]);
    let no_state = ("that without prev_h @ wh", &array![[2.25f64.tanh()]]);
    let expected = array![[0.25f64.tanh()]];
    context.expect_array("next_h", &next_h, &expected, TOLERANCE, &[without, no_bias, no_state])
}

fn step_printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let next_h = session.call(&call::rnn_step_forward(
        &evenly_spaced(-0.4, 0.7, [3, 10]),
        &evenly_spaced(-0.2, 0.5, [3, 4]),
        &evenly_spaced(-0.1, 0.9, [10, 4]),
        &evenly_spaced(-0.3, 0.7, [4, 4]),
        &evenly_spaced(-0.2, 0.4, 4),
    ))?;
    let expected = array![
        [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
        [0.66854692, 0.79562378, 0.87755553, 0.92795967],
        [0.97934501, 0.99144213, 0.99646691, 0.99854353]
    ];
    context.expect_array("next_h", &next_h, &expected, EIGHT_DECIMALS, &[])
}

// Inside the tanh stands 1 * 0.5 + 2 * (-1/3) + 1/6 = 0.
fn one_unit_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, prev_h, wx, wh) = (array![[1.0]], array![[2.0]], array![[0.5]], array![[-1.0 / 3.0]]);
    let call = call::rnn_step_backward(&x, &prev_h, &wx, &wh, &array![1.0 / 6.0], &array![[12.0]]);
    let (dx, dprev_h, dwx, dwh, db) = session.call(&call)?;
    context.expect_array("dx", &dx, &array![[6.0]], TOLERANCE, &[])?;
    context.expect_array("dprev_h", &dprev_h, &array![[-4.0]], TOLERANCE, &[])?;
    context.expect_array("dwx", &dwx, &array![[12.0]], TOLERANCE, &[])?;
    context.expect_array("dwh", &dwh, &array![[24.0]], TOLERANCE, &[])?;
    context.expect_array("db", &db, &array![12.0], TOLERANCE, &[])
}

fn step_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, prev_h) = (scattered([3, 2]), evenly_spaced(-0.8, 0.9, [3, 4]));
    let (wx, wh, b) = (evenly_spaced(0.7, -0.6, [2, 4]), scattered([4, 4]), evenly_spaced(-0.3, 0.4, 4));
    let dnext_h = evenly_spaced(1.1, -0.8, [3, 4]);
    let call = call::rnn_step_backward(&x, &prev_h, &wx, &wh, &b, &dnext_h);
    let (dx, dprev_h, dwx, dwh, db) = session.call(&call)?;
    expect_shapes(&[
        ("dx", dx.shape(), x.shape()),
        ("dprev_h", dprev_h.shape(), prev_h.shape()),
        ("dwx", dwx.shape(), wx.shape()),
        ("dwh", dwh.shape(), wh.shape()),
        ("db", db.shape(), b.shape()),
    ])?;
    let gradients = [
        ("dx", "x", flat(&dx)),
        ("dprev_h", "prev_h", flat(&dprev_h)),
        ("dwx", "wx", flat(&dwx)),
        ("dwh", "wh", flat(&dwh)),
        ("db", "b", db),
    ];
    let forward = call::rnn_step_forward(&x, &prev_h, &wx, &wh, &b);
    expect_slopes(session, context, &forward, &[&flat(&dnext_h).to_vec()], &gradients)
}

fn two_steps(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[1.0], [10.0]]];
    let h = session.call(&call::rnn_forward(&x, &array![[0.0]], &array![[1.0]], &array![[2.0]], &array![0.0]))?;
    let first = 1f64.tanh();
    let expected = array![[[first], [(10.0 + 2.0 * first).tanh()]]];
    // Nearly 1 both with and without the state, so a second case.
    context.expect_array("h", &h, &expected, TOLERANCE, &[])?;
    let x = array![[[1.0], [-1.0]]];
    let h = session.call(&call::rnn_forward(&x, &array![[0.0]], &array![[1.0]], &array![[2.0]], &array![0.0]))?;
    let forgotten = ("what steps give that all begin at h0; each begins where the one before ended", {
        &array![[[first], [-first]]]
    });
    let expected = array![[[first], [(2.0 * first - 1.0).tanh()]]];
    context.expect_array("h", &h, &expected, TOLERANCE, &[forgotten])
}

fn sequence_printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let h = session.call(&call::rnn_forward(
        &evenly_spaced(-0.1, 0.3, [2, 3, 4]),
        &evenly_spaced(-0.3, 0.1, [2, 5]),
        &evenly_spaced(-0.2, 0.4, [4, 5]),
        &evenly_spaced(-0.4, 0.1, [5, 5]),
        &evenly_spaced(-0.7, 0.1, 5),
    ))?;
    let expected = array![
        [
            [-0.42070749, -0.27279261, -0.11074945, 0.05740409, 0.22236251],
            [-0.39525808, -0.22554661, -0.0409454, 0.14649412, 0.32397316],
            [-0.42305111, -0.24223728, -0.04287027, 0.15997045, 0.35014525]
        ],
        [
            [-0.55857474, -0.39065825, -0.19198182, 0.02378408, 0.23735671],
            [-0.27150199, -0.07088804, 0.13562939, 0.33099728, 0.50158768],
            [-0.51014825, -0.30524429, -0.06755202, 0.17806392, 0.40333043]
        ]
    ];
    context.expect_array("h", &h, &expected, EIGHT_DECIMALS, &[])
}

// All states are 0, where tanh has the slope 1.
fn three_steps_backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, dh) = (array![[[0.0], [0.0], [0.0]]], array![[[1.0], [10.0], [100.0]]]);
    let call = call::rnn_backward(&x, &array![[0.0]], &array![[3.0]], &array![[0.5]], &array![0.0], &dh);
    let (dx, dh0, dwx, dwh, db) = session.call(&call)?;
    let apart = (
        "what each step's own gradient gives; that of the step after it has to be added",
        &array![[[3.0], [30.0], [300.0]]],
    );
    context.expect_array("dx", &dx, &array![[[93.0], [180.0], [300.0]]], TOLERANCE, &[apart])?;
    context.expect_array("dh0", &dh0, &array![[15.5]], TOLERANCE, &[])?;
    context.expect_array("dwx", &dwx, &array![[0.0]], TOLERANCE, &[])?;
    context.expect_array("dwh", &dwh, &array![[0.0]], TOLERANCE, &[])?;
    let last = ("that of the first step alone; sum over all steps", &array![31.0]);
    context.expect_array("db", &db, &array![191.0], TOLERANCE, &[last])
}

fn sequence_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, h0) = (scattered([2, 4, 3]), evenly_spaced(-0.8, 0.9, [2, 3]));
    let (wx, wh, b) = (evenly_spaced(0.7, -0.6, [3, 3]), scattered([3, 3]), evenly_spaced(-0.3, 0.4, 3));
    let dh = scattered([2, 4, 3]).mapv(|slope| slope * slope - 0.3);
    let (dx, dh0, dwx, dwh, db) = session.call(&call::rnn_backward(&x, &h0, &wx, &wh, &b, &dh))?;
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
    expect_slopes(session, context, &call::rnn_forward(&x, &h0, &wx, &wh, &b), &[&flat(&dh).to_vec()], &gradients)
}
