//! What typical slips make of one step.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis, concatenate, s};

use super::case::{Arrays, arrays};
use super::reference::sigmoid;
use super::step::Step;

pub type Slips = Vec<(&'static str, Arrays)>;

pub fn rnn_forward_slips(step: &Step) -> Slips {
    let Step { x, prev_h, wx, wh, b, .. } = step;
    let (of_x, of_h) = (x.dot(wx), prev_h.dot(wh));
    let tanh = |a: Array2<f64>| arrays![a.mapv(f64::tanh)];
    let a = &of_x + &of_h + b;
    vec![
        ("what stands in the tanh; put tanh around it", arrays![a.clone()]),
        ("the states without the bias b", tanh(&of_x + &of_h)),
        ("the states without prev_h @ wh", tanh(&of_x + b)),
        ("the states without x @ wx", tanh(&of_h + b)),
        ("what prev_h itself gives in place of prev_h @ wh", tanh(&of_x + prev_h + b)),
        ("what prev_h @ wh^T gives; wh is not transposed", tanh(&of_x + &prev_h.dot(&wh.t()) + b)),
        ("what comes of a bias outside of the tanh; it belongs into it", arrays![(&of_x + &of_h).mapv(f64::tanh) + b]),
        ("what two tangents give, one for each product; there is one around the sum", {
            arrays![of_x.mapv(f64::tanh) + of_h.mapv(f64::tanh) + b]
        }),
        ("what a sigmoid gives in place of tanh", arrays![a.mapv(sigmoid)]),
        ("what ReLU gives in place of tanh", arrays![a.mapv(|a| a.max(0.0))]),
        ("what a bias gives that is subtracted; it is added", tanh(&of_x + &of_h - b)),
    ]
}

/// `dx`, `dprev_h`, `dwx`, `dwh` and `db`.
type Gradients = (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);

/// The gradients of weights, inputs and biases from that of the sum.
fn from_sum(step: &Step, da: &Array2<f64>) -> Gradients {
    let Step { x, prev_h, wx, wh, .. } = step;
    (da.dot(&wx.t()), da.dot(&wh.t()), x.t().dot(da), prev_h.t().dot(da), da.sum_axis(Axis(0)))
}

pub fn rnn_backward_slips(step: &Step) -> Slips {
    let Step { x, prev_h, wx, wh, b, dnext_h, .. } = step;
    let a = x.dot(wx) + prev_h.dot(wh) + b;
    let h = a.mapv(f64::tanh);
    let n = x.nrows() as f64;
    let with = |slope: Array2<f64>| {
        let (dx, dprev_h, dwx, dwh, db) = from_sum(step, &(dnext_h * &slope));
        arrays![dx, dprev_h, dwx, dwh, db]
    };
    let da = dnext_h * &h.mapv(|h| 1.0 - h * h);
    let (dx, dprev_h, dwx, dwh, db) = from_sum(step, &da);
    let of_next = dx.clone();
    vec![
        ("what comes without the slope of tanh, 1 - next_h^2", with(Array2::ones(h.raw_dim()))),
        ("what the slope 1 - next_h gives; the slope of tanh is 1 - next_h^2", with(h.mapv(|h| 1.0 - h))),
        ("what next_h * (1 - next_h) gives, the slope of a sigmoid; that of tanh is 1 - next_h^2", {
            with(h.mapv(|h| h * (1.0 - h)))
        }),
        (
            "what 1 - prev_h^2 gives; the slope of tanh takes the state after the step",
            with(prev_h.mapv(|h| 1.0 - h * h)),
        ),
        ("what 1 - a^2 gives, with the sum in the tanh; the slope takes tanh of it", with(a.mapv(|a| 1.0 - a * a))),
        ("what 1 + next_h^2 gives; the slope of tanh is 1 - next_h^2", with(h.mapv(|h| 1.0 + h * h))),
        ("what next_h^2 - 1 gives; the slope of tanh is 1 - next_h^2", with(h.mapv(|h| h * h - 1.0))),
        ("divided by the batch size; it is no mean", arrays![&dx / n, &dprev_h / n, &dwx / n, &dwh / n, &db / n]),
        ("what wh gives in place of its transpose", {
            arrays![of_next, da.dot(wh), dwx.clone(), dwh.clone(), db.clone()]
        }),
        ("what next_h^T @ da gives; the weights wh met the state before the step", {
            arrays![dx.clone(), dprev_h.clone(), dwx.clone(), h.t().dot(&da), db.clone()]
        }),
        ("the transpose of what is expected: inputs first, then da", {
            arrays![dx.clone(), dprev_h.clone(), dwx.clone(), dwh.t().to_owned(), db]
        }),
        ("what dnext_h gives without the slope of tanh", { arrays![dx, dprev_h, dwx, dwh, dnext_h.sum_axis(Axis(0))] }),
    ]
}

/// Gates and candidate of a step, from these blocks of columns.
fn gates(step: &Step, order: [usize; 4]) -> [Array2<f64>; 4] {
    let Step { x, prev_h, wx, wh, b, .. } = step;
    let hidden = prev_h.ncols();
    let a = x.dot(wx) + prev_h.dot(wh) + b;
    let block = |number: usize| a.slice(s![.., number * hidden..(number + 1) * hidden]);
    let [i, f, o, g] = order;
    [block(i).mapv(sigmoid), block(f).mapv(sigmoid), block(o).mapv(sigmoid), block(g).mapv(f64::tanh)]
}

pub fn lstm_forward_slips(step: &Step) -> Slips {
    let Step { x, prev_h, prev_c, wx, wh, b, .. } = step;
    let states = |[i, f, o, g]: &[Array2<f64>; 4]| {
        let next_c = f * prev_c + i * g;
        (o * &next_c.mapv(f64::tanh), next_c)
    };
    let in_order = |order| {
        let (next_h, next_c) = states(&gates(step, order));
        arrays![next_h, next_c]
    };
    let right = gates(step, [0, 1, 2, 3]);
    let [i, f, o, g] = &right;
    let (_, next_c) = states(&right);
    let from_cell = |next_c: Array2<f64>| arrays![o * &next_c.mapv(f64::tanh), next_c];
    let unbiased = {
        let step = Step { b: Array1::zeros(b.len()), ..step.clone() };
        let (next_h, next_c) = states(&gates(&step, [0, 1, 2, 3]));
        arrays![next_h, next_c]
    };
    let stateless = {
        let step = Step { wh: Array2::zeros(wh.raw_dim()), ..step.clone() };
        let (next_h, next_c) = states(&gates(&step, [0, 1, 2, 3]));
        arrays![next_h, next_c]
    };
    let sum = x.dot(wx) + prev_h.dot(wh) + b;
    let candidate = sum.slice(s![.., 3 * prev_h.ncols()..]);
    let with_sigmoid = f * prev_c + i * &candidate.mapv(sigmoid);
    vec![
        (
            "what the order input, forget, candidate, output gives; here the candidate comes last",
            in_order([0, 1, 3, 2]),
        ),
        ("what input and forget gate exchanged give; the input gate comes first", in_order([1, 0, 2, 3])),
        ("what the order forget, input, candidate, output gives; here it is input, forget, output, candidate", {
            in_order([1, 0, 3, 2])
        }),
        (
            "what the order output, input, forget gives; here it is input, forget, output, candidate",
            in_order([1, 2, 0, 3]),
        ),
        ("what input and output gate exchanged give; the input gate comes first", in_order([2, 1, 0, 3])),
        ("the states without the bias b", unbiased),
        ("the states without prev_h @ wh", stateless),
        ("o * next_c; the output gate is for tanh(next_c)", arrays![o * &next_c, next_c.clone()]),
        ("tanh(o * next_c); the output gate stands outside", arrays![(o * &next_c).mapv(f64::tanh), next_c.clone()]),
        ("o * sigmoid(next_c); it is o * tanh(next_c)", arrays![o * &next_c.mapv(sigmoid), next_c.clone()]),
        (
            "what comes of tanh(prev_c); it is the state before the step",
            arrays![o * &prev_c.mapv(f64::tanh), next_c.clone()],
        ),
        ("what a sigmoid gives for the candidate, which has a tanh", from_cell(with_sigmoid)),
        ("what comes without the forget gate: the whole old cell state is kept", from_cell(prev_c + &(i * g))),
        ("what comes without the input gate: the whole candidate is written", from_cell(f * prev_c + g)),
        ("what comes without the old cell state", from_cell(i * g)),
        ("what 1 - f gives in place of the input gate", from_cell(f * prev_c + f.mapv(|f| 1.0 - f) * g)),
        ("what the old hidden state gives in place of the old cell state", from_cell(f * prev_h + i * g)),
        ("what comes of a product of both terms; they are added", from_cell(f * prev_c * i * g)),
        ("tanh of the cell state; the cell state itself has no tanh", from_cell(next_c.mapv(f64::tanh))),
    ]
}

pub fn lstm_backward_slips(step: &Step) -> Slips {
    let Step { prev_c, dnext_h, dnext_c, .. } = step;
    let [i, f, o, g] = gates(step, [0, 1, 2, 3]);
    let next_c = &f * prev_c + &i * &g;
    let t = next_c.mapv(f64::tanh);
    let n = prev_c.nrows() as f64;
    let slope = |gate: &Array2<f64>| gate.mapv(|gate| gate * (1.0 - gate));
    let flat = |t: &Array2<f64>| t.mapv(|t| 1.0 - t * t);
    // The right one with another gradient of the cell state, or with other slopes of the gates.
    let all = |dc: &Array2<f64>, slopes: [Array2<f64>; 4], d_o: Array2<f64>, dprev_c: Array2<f64>| {
        let [of_i, of_f, of_o, of_g] = slopes;
        let da = concatenate![Axis(1), dc * &g * of_i, dc * prev_c * of_f, d_o * of_o, dc * &i * of_g];
        let (dx, dprev_h, dwx, dwh, db) = from_sum(step, &da);
        arrays![dx, dprev_h, dprev_c, dwx, dwh, db]
    };
    let slopes = || [slope(&i), slope(&f), slope(&o), flat(&g)];
    let dc = dnext_c + dnext_h * &o * flat(&t);
    let with_cell = |dc: Array2<f64>| {
        let dprev_c = &dc * &f;
        all(&dc, slopes(), dnext_h * &t, dprev_c)
    };
    let ones = || Array2::ones(i.raw_dim());
    let right = || with_cell(dc.clone());
    let mut means = right();
    means.iter_mut().for_each(|array| *array /= n);
    let (mut of_old_cell, mut after) = (right(), right());
    of_old_cell[2] = dc.clone().into_dyn();
    after[2] = (dnext_c * &f).into_dyn();
    let da = |order: [Array2<f64>; 4]| {
        let (dx, dprev_h, dwx, dwh, db) =
            from_sum(step, &concatenate(Axis(1), &order.each_ref().map(|x| x.view())).expect("blocks"));
        arrays![dx, dprev_h, &dc * &f, dwx, dwh, db]
    };
    let blocks = || {
        let d_o = dnext_h * &t * slope(&o);
        [&dc * &g * slope(&i), &dc * prev_c * slope(&f), d_o, &dc * &i * flat(&g)]
    };
    let [di, df, d_o, dg] = blocks();
    vec![
        ("what dnext_c alone gives for the cell; it acts through next_h too", with_cell(dnext_c.clone())),
        ("what dnext_h alone gives for the cell; add dnext_c", with_cell(dnext_h * &o * flat(&t))),
        (
            "what comes without the output gate on the way from next_h to the cell",
            with_cell(dnext_c + dnext_h * flat(&t)),
        ),
        ("what comes without the slope of tanh(next_c)", with_cell(dnext_c + dnext_h * &o)),
        ("what 1 - next_c^2 gives; the slope takes tanh(next_c)", with_cell(dnext_c + dnext_h * &o * flat(&next_c))),
        ("what comes without the slopes of the gates, sigmoid * (1 - sigmoid)", {
            all(&dc, [ones(), ones(), ones(), flat(&g)], dnext_h * &t, &dc * &f)
        }),
        ("what comes without the slope of the candidate, 1 - g^2", {
            all(&dc, [slope(&i), slope(&f), slope(&o), ones()], dnext_h * &t, &dc * &f)
        }),
        ("what g * (1 - g) gives; the candidate has a tanh, with the slope 1 - g^2", {
            all(&dc, [slope(&i), slope(&f), slope(&o), slope(&g)], dnext_h * &t, &dc * &f)
        }),
        ("what 1 - i^2 gives for the gates; the slope of a sigmoid is i * (1 - i)", {
            all(&dc, [flat(&i), flat(&f), flat(&o), flat(&g)], dnext_h * &t, &dc * &f)
        }),
        ("what next_c gives for the output gate; it met tanh(next_c)", all(&dc, slopes(), dnext_h * &next_c, &dc * &f)),
        ("what the cell's gradient gives for the output gate; it acts on next_h alone", {
            all(&dc, slopes(), &dc * &t, &dc * &f)
        }),
        ("the cell's whole gradient; the forget gate lets through a part of it", of_old_cell),
        ("what dnext_c alone sends back; the cell acts through next_h too", after),
        ("what input and forget gate exchanged give", da([df.clone(), di.clone(), d_o.clone(), dg.clone()])),
        ("what output gate and candidate exchanged give; the candidate comes last", da([di, df, dg, d_o])),
        ("divided by the batch size; it is no mean", means),
    ]
}
