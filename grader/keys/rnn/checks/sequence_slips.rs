//! What typical slips make of a sequence.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::Cell;
use ndarray::{Array1, Array2, Array3, Axis, s};

use super::case::{Arrays, Case, arrays};
use super::reference::{self, LstmStepCache, RnnStepCache};
use super::sequence::Sequence;
use super::step_slips::Slips;

/// How states go from step to step.
#[derive(Clone, Copy)]
struct Way {
    hidden_goes_on: bool,
    cell_goes_on: bool,
    cell_from_h0: bool,
}

const RIGHT: Way = Way { hidden_goes_on: true, cell_goes_on: true, cell_from_h0: false };

#[expect(clippy::large_enum_variant, reason = "there are a dozen of them, for a moment")]
enum StepCache {
    Rnn(RnnStepCache),
    Lstm(LstmStepCache),
}

/// States and caches of all steps.
fn forward(sequence: &Sequence, way: Way) -> (Array3<f64>, Vec<StepCache>) {
    let Sequence { cell, x, h0, wx, wh, b, .. } = sequence;
    let (batch, time, _) = x.dim();
    let mut states = Array3::zeros((batch, time, h0.ncols()));
    let first_c = if way.cell_from_h0 { h0.clone() } else { Array2::zeros(h0.raw_dim()) };
    let (mut h, mut c) = (h0.clone(), first_c.clone());
    let mut caches = Vec::new();
    for t in 0..time {
        let x = x.index_axis(Axis(1), t).to_owned();
        let (next_h, next_c) = match cell {
            Cell::Rnn => {
                let (next_h, cache) = reference::rnn_step_forward(&x, &h, wx, wh, b);
                caches.push(StepCache::Rnn(cache));
                (next_h, c.clone())
            }
            Cell::Lstm => {
                let (next_h, next_c, cache) = reference::lstm_step_forward(&x, &h, &c, wx, wh, b);
                caches.push(StepCache::Lstm(cache));
                (next_h, next_c)
            }
        };
        states.index_axis_mut(Axis(1), t).assign(&next_h);
        h = if way.hidden_goes_on { next_h } else { h0.clone() };
        c = if way.cell_goes_on { next_c } else { first_c.clone() };
    }
    (states, caches)
}

pub fn forward_slips(sequence: &Sequence) -> Slips {
    let (right, _) = forward(sequence, RIGHT);
    let (_, time, _) = right.dim();
    let with = |way| arrays![forward(sequence, way).0];
    let backwards = {
        let x = sequence.x.slice(s![.., ..;-1, ..]).to_owned();
        forward(&Sequence { x, ..sequence.clone() }, RIGHT).0
    };
    let unbiased = forward(&Sequence { b: Array1::zeros(sequence.b.len()), ..sequence.clone() }, RIGHT).0;
    let from_zero = forward(&Sequence { h0: Array2::zeros(sequence.h0.raw_dim()), ..sequence.clone() }, RIGHT).0;
    let mut before = right.clone();
    before.index_axis_mut(Axis(1), 0).assign(&sequence.h0);
    before.slice_mut(s![.., 1.., ..]).assign(&right.slice(s![.., ..time - 1, ..]));
    let mut last = right.clone();
    last.axis_iter_mut(Axis(1)).for_each(|mut h| h.assign(&right.index_axis(Axis(1), time - 1)));
    let first_input = {
        let mut x = sequence.x.clone();
        x.axis_iter_mut(Axis(1)).for_each(|mut x| x.assign(&sequence.x.index_axis(Axis(1), 0)));
        forward(&Sequence { x, ..sequence.clone() }, RIGHT).0
    };
    let mut alone = last.clone();
    alone.fill(0.0);
    alone.index_axis_mut(Axis(1), time - 1).assign(&right.index_axis(Axis(1), time - 1));
    vec![
        ("what steps give that all begin at h0; each begins where the one before ended", {
            with(Way { hidden_goes_on: false, ..RIGHT })
        }),
        ("what a cell state gives that is 0 at each step; it goes on from the step before", {
            with(Way { cell_goes_on: false, ..RIGHT })
        }),
        ("what h0 as the first cell state gives; that is 0", with(Way { cell_from_h0: true, ..RIGHT })),
        ("what steps give that forget both states; each begins where the one before ended", {
            with(Way { hidden_goes_on: false, cell_goes_on: false, ..RIGHT })
        }),
        ("what the sequence gives that is read from its end", arrays![backwards.clone()]),
        ("the states in reverse order, of the sequence read from its end", {
            arrays![backwards.slice(s![.., ..;-1, ..]).to_owned()]
        }),
        ("the states in reverse order", arrays![right.slice(s![.., ..;-1, ..]).to_owned()]),
        ("the states before each step; return those after it", arrays![before]),
        ("the last state at each step; each step has its own", arrays![last]),
        ("the last state, with zeros at all other steps", arrays![alone]),
        ("what the first input gives again and again", arrays![first_input]),
        ("what a first state of 0 gives; it is h0", arrays![from_zero]),
        ("the states without the bias b", arrays![unbiased]),
    ]
}

/// How gradients go back from step to step.
#[derive(Clone, Copy)]
struct WayBack {
    hidden: bool,
    cell: bool,
    /// Whether what comes from above is added at steps before the last.
    above: bool,
    steps: Steps,
}

/// Over which steps the gradients of the weights are summed.
#[derive(Clone, Copy, PartialEq)]
enum Steps {
    All,
    First,
    Last,
}

const RIGHT_BACK: WayBack = WayBack { hidden: true, cell: true, above: true, steps: Steps::All };

fn backward(sequence: &Sequence, way: WayBack) -> Arrays {
    let Sequence { x, h0, wx, wh, b, dh, .. } = sequence;
    let (_, caches) = forward(sequence, RIGHT);
    let mut dx = Array3::zeros(x.raw_dim());
    let (mut dprev_h, mut dprev_c) = (Array2::<f64>::zeros(h0.raw_dim()), Array2::<f64>::zeros(h0.raw_dim()));
    let (mut dwx, mut dwh, mut db) =
        (Array2::zeros(wx.raw_dim()), Array2::zeros(wh.raw_dim()), Array1::zeros(b.raw_dim()));
    let last = caches.len() - 1;
    let zero = Array2::zeros(h0.raw_dim());
    for (t, cache) in caches.iter().enumerate().rev() {
        let mut dnext_h = if way.hidden { dprev_h.clone() } else { zero.clone() };
        if way.above || t == last {
            dnext_h += &dh.index_axis(Axis(1), t);
        }
        let (dx_t, dprev_h_t, dwx_t, dwh_t, db_t) = match cache {
            StepCache::Rnn(cache) => reference::rnn_step_backward(&dnext_h, cache),
            StepCache::Lstm(cache) => {
                let dnext_c = if way.cell { &dprev_c } else { &zero };
                let (dx, dprev_h, dc, dwx, dwh, db) = reference::lstm_step_backward(&dnext_h, dnext_c, cache);
                dprev_c = dc;
                (dx, dprev_h, dwx, dwh, db)
            }
        };
        dx.index_axis_mut(Axis(1), t).assign(&dx_t);
        dprev_h = dprev_h_t;
        if way.steps == Steps::All || (way.steps == Steps::First && t == 0) || (way.steps == Steps::Last && t == last) {
            dwx += &dwx_t;
            dwh += &dwh_t;
            db += &db_t;
        }
    }
    arrays![dx, dprev_h, dwx, dwh, db]
}

pub fn backward_slips(sequence: &Sequence) -> Slips {
    let right = sequence.expected();
    let time = sequence.x.dim().1 as f64;
    let n = sequence.x.dim().0 as f64;
    let divided = |by: f64, from: usize| {
        let mut all = right.clone();
        all[from..].iter_mut().for_each(|array| *array /= by);
        all
    };
    let mut turned = right.clone();
    if let Ok(dx) = right[0].view().into_dimensionality::<ndarray::Ix3>() {
        turned[0] = dx.slice(s![.., ..;-1, ..]).to_owned().into_dyn();
    }
    turned[1] = sequence.dh.index_axis(Axis(1), 0).to_owned().into_dyn();
    let mut of_zero = right.clone();
    of_zero[1].fill(0.0);
    let with = |way| backward(sequence, way);
    vec![
        ("what each step's own gradient gives; what the step after it sends back has to be added", {
            with(WayBack { hidden: false, cell: false, ..RIGHT_BACK })
        }),
        ("what comes without the hidden state's gradient from the step after; add it to dh of the step", {
            with(WayBack { hidden: false, ..RIGHT_BACK })
        }),
        ("what comes without the cell state's gradient from the step after; it is dprev_c of that step", {
            with(WayBack { cell: false, ..RIGHT_BACK })
        }),
        (
            "what the loss of the last step alone gives; each step has its own dh",
            with(WayBack { above: false, ..RIGHT_BACK }),
        ),
        ("what the first step alone gives; the weights are used at each step, so add up", {
            with(WayBack { steps: Steps::First, ..RIGHT_BACK })
        }),
        ("what the last step alone gives; the weights are used at each step, so add up", {
            with(WayBack { steps: Steps::Last, ..RIGHT_BACK })
        }),
        ("the mean over the steps; it is the sum", divided(time, 2)),
        ("the mean over the batch; it is the sum", divided(n, 2)),
        ("divided by the batch size; it is no mean", divided(n, 0)),
        ("turned round in time, or dh of the first step; the first step's dprev_h belongs to h0", turned),
        ("zero; the first step's dprev_h belongs to h0", of_zero),
    ]
}
