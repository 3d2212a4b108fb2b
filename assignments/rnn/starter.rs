// %% [markdown] id="title"
// # Recurrent networks
//
// All networks so far had a fixed number of inputs and a fixed number of outputs. A sentence has neither. It has as many
// words as it needs, and what a word means depends on those before it.
//
// A *recurrent* network reads a sequence step by step and carries a **state** along, a vector in which it keeps what it
// has read so far. At each step the same weights make the next state of the last one and of what comes in. So the
// network can have few weights however long the sequence is, just as a convolution has few however large the image is.
//
// In this notebook a network looks at a picture and says what it sees, word by word: *a small red circle at the top
// left*. You write it from its smallest part to the whole, fifteen functions, most of them short:
//
// 1. to 4. one step of a recurrent network and a whole sequence, each forward and backward;
// 5. to 8. the same for the LSTM, a network with gates that remembers for longer;
// 9. to 13. vectors for words, scores at each step, and a loss over time;
// 14. and 15. the loss of a network that says captions, and the captions themselves.
//
// Write each answer in its own cell, in place of the `todo!`. Keep names and signatures as they are: the grader calls
// them. You may add helper functions, in the same cells or in new ones. Below each answer a cell runs the public
// checks. They are few and small; the grader asks for more, on numbers that nobody has seen before. Between the
// questions there are cells with experiments. They are ready to run, but they call your functions, so they work only
// once those do.

// %% [markdown] id="conventions"
// ## Conventions
//
// | symbol | type, shape | meaning |
// | --- | --- | --- |
// | `x` | `Array2` (batch, features) | what comes in at one step |
// | `x` | `Array3` (batch, time, features) | what comes in over all steps |
// | `h` | `Array2` (batch, hidden), `Array3` (batch, time, hidden) | hidden states: after one step, after all steps |
// | `c` | `Array2` (batch, hidden) | cell states of the LSTM |
// | `wx` | `Array2` (features, hidden); with gates (features, 4 hidden) | weights of what comes in |
// | `wh` | `Array2` (hidden, hidden); with gates (hidden, 4 hidden) | weights of the state |
// | `b` | `Array1` (hidden); with gates (4 hidden) | biases |
// | words | `Array2<usize>` (batch, time) | each a number below the size of the vocabulary |
// | `dx`, `dprev_h`, ... | as `x`, `prev_h`, ... | the gradient of the loss with respect to each of them |
//
// - All sequences of a batch have the same number of steps. At least one of everything can be taken for granted.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. Nothing is timed.
//
// As before, each forward function returns a cache beside its output. The notebook has a first version of each cache. Keep
// it, or put in its place what you find useful; only the name must stay.
//
// `x.index_axis(Axis(1), t)` is step `t` of a sequence: a view, (batch, features). `.to_owned()` makes an array of it, and
// `out.index_axis_mut(Axis(1), t).assign(&h)` writes one into a sequence. `a.dot(&b)` is the matrix product, `a.t()` the
// transpose.

// %% id="imports"
use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START};
use gradus_nn::affine::{affine_backward, affine_forward};
use ndarray::{Array1, Array2, Array3, Axis, concatenate, s};

// %% id="imports-for-experiments"
use gradus_check::{numeric_gradient_array, relative_error};
use gradus_nn::data::shapes::{self, CaptionedShapes, LENGTH, VOCABULARY};
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pictures::{Picture, Tones, image_grid, line_chart};
use gradus_nn::pool::{PoolParams, avg_pool_forward};
use gradus_nn::random::{generator, normal};
use ndarray::{Array4, IxDyn};
use rand::Rng;
use rand::seq::SliceRandom;
use std::time::Instant;

// %% [markdown] id="rnn-step-forward-text"
// ## 1. One step
//
// At each step there is the last state $h_{t-1}$ and something new, $x_t$. Two matrix products, a bias, and a bend:
//
// $$ h_t = \tanh(x_t W_x + h_{t-1} W_h + b) $$
//
// | | shape |
// | --- | --- |
// | $x_t$ | (batch, features) |
// | $h_{t-1}$, $h_t$ | (batch, hidden) |
// | $W_x$ | (features, hidden) |
// | $W_h$ | (hidden, hidden) |
// | $b$ | (hidden) |
//
// $W_x$ says what is worth noticing, $W_h$ what becomes of what was noticed before. The hyperbolic tangent keeps all
// states between -1 and 1, however often the step is taken. ReLU would not: a state that doubles at each step is a
// thousand times as large after ten.

// %% id="rnn-step-cache"
/// What `rnn_step_backward` needs of the forward pass.
pub struct RnnStepCache {
    pub x: Array2<f64>,
    pub prev_h: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    pub next_h: Array2<f64>,
}

// %% id="rnn-step-forward"
/// One step of a recurrent network.
///
/// - `x`: what comes in (batch, features)
/// - `prev_h`: the state before (batch, hidden)
/// - `wx`: weights (features, hidden)
/// - `wh`: weights (hidden, hidden)
/// - `b`: biases (hidden)
/// - returns `next_h`, the state after the step (batch, hidden), and what the backward pass needs
pub fn rnn_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, RnnStepCache) {
    todo!("rnn: question 1")
}

// %% id="check-rnn-step-forward"
gradus_assignments::check!(rnn, rnn_step_forward);

// %% [markdown] id="rnn-step-backward-text"
// ## 2. One step back
//
// Call what stands in the tangent $a$. The slope of $\tanh$ is $1 - \tanh^2$, and $\tanh(a)$ is `next_h`, which the
// forward pass has already worked out:
//
// $$ da = dh_t \odot (1 - h_t^2) $$
//
// From there on it is an affine layer with two inputs: each input's gradient is $da$ times the transposed weights, each
// weight's is the transposed input times $da$, and the bias collects over the batch. Shapes tell the order of the
// factors.
//
// $$ dx = da\, W_x^T, \quad dh_{t-1} = da\, W_h^T, \quad dW_x = x^T da, \quad dW_h = h_{t-1}^T da, \quad db = \sum_n da_n $$

// %% id="rnn-step-backward"
/// The gradients of one step.
///
/// - `dnext_h`: the gradient with respect to the state after the step (batch, hidden)
/// - `cache`: what `rnn_step_forward` returned beside it
/// - returns `dx`, `dprev_h`, `dwx`, `dwh` and `db`
pub fn rnn_step_backward(
    dnext_h: &Array2<f64>,
    cache: &RnnStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    todo!("rnn: question 2")
}

// %% id="check-rnn-step-backward"
gradus_assignments::check!(rnn, rnn_step_backward after rnn_step_forward);

// %% [markdown] id="rnn-forward-text"
// ## 3. A sequence
//
// Now the step is taken again and again, always with the same weights, and each time from where the last one ended. Written
// out, a network that is a loop becomes a long one without any loop, which is called *unrolling*:
//
// ```text
//          h1         h2         h3         h4
//          ^          ^          ^          ^
//          |          |          |          |
// h0 -> [ step ] -> [ step ] -> [ step ] -> [ step ]      wx, wh, b: the same in all
//          ^          ^          ^          ^
//          |          |          |          |
//          x1         x2         x3         x4
// ```
//
// The answer is a loop over time around your step. Collect the caches of the steps: the way back needs all of them.

// %% id="rnn-cache"
/// What `rnn_backward` needs of the forward pass: the cache of each step.
pub struct RnnCache {
    pub steps: Vec<RnnStepCache>,
}

// %% id="rnn-forward"
/// A recurrent network over whole sequences.
///
/// - `x`: what comes in (batch, time, features)
/// - `h0`: the state before the first step (batch, hidden)
/// - `wx`, `wh`, `b`: weights and biases as of one step
/// - returns `h`, the states after each step (batch, time, hidden), and what the backward pass needs
pub fn rnn_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, RnnCache) {
    todo!("rnn: question 3")
}

// %% id="check-rnn-forward"
gradus_assignments::check!(rnn, rnn_forward);

// %% [markdown] id="echo-text"
// ### An echo
//
// A network of a single unit. At step 10 comes a 1, before and afterwards nothing. What the unit still knows of it 30
// steps later depends on its one weight `wh` alone. Below 1 the memory fades, the faster the smaller the weight. Above 1
// the unit switches: it goes to a value where the tangent holds the balance, and stays there for good. It remembers
// *that* there was something, but no longer how much. In between there is little room: even with a weight of exactly 1
// the tangent lets the memory fade, only slowly.

// %% id="echo"
/// The state of one unit over time, with a 1 at step 10.
fn echo(wh: f64) -> Vec<(f64, f64)> {
    let mut x = Array3::zeros((1, 40, 1));
    x[[0, 9, 0]] = 1.0;
    let (weight, state) = (Array2::ones((1, 1)), Array2::zeros((1, 1)));
    let (h, _) = rnn_forward(&x, &state, &weight, &Array2::from_elem((1, 1), wh), &Array1::zeros(1));
    h.iter().enumerate().map(|(t, h)| (t as f64 + 1.0, *h)).collect()
}

// %% id="echo-shown"
show!(line_chart(
    "What a unit keeps of a 1 at step 10",
    "step",
    "state",
    &[("wh = 0.5", echo(0.5)), ("wh = 0.9", echo(0.9)), ("wh = 1", echo(1.0)), ("wh = 1.5", echo(1.5))],
));

// %% [markdown] id="rnn-backward-text"
// ## 4. Back through time
//
// Unrolled, the network is an ordinary one, and so is its backward pass: from the last step to the first. Two things are
// new.
//
// **A state has two effects.** $h_t$ goes up, to whatever makes a loss of it at step $t$, and it goes on to the next
// step. So its gradient is a sum: what comes from above, `dh` at step $t$, and what the step after it sent back as
// `dprev_h`. After the last step there is none, and that part is 0.
//
// **The weights are used at every step.** Each step has its say about `dwx`, `dwh` and `db`, and these are sums over time.
//
// ```text
//          dh1        dh2        dh3        dh4
//          |          |          |          |
//          v          v          v          v
// dh0 <- [ step ] <- [ step ] <- [ step ] <- [ step ] <- 0
//          |          |          |          |
//          v          v          v          v
//          dx1        dx2        dx3        dx4           dwx, dwh, db: summed over all
// ```
//
// What the first step sends back belongs to `h0`.

// %% id="rnn-backward"
/// The gradients of a recurrent network over whole sequences.
///
/// - `dh`: the gradients with respect to the states after each step, as they come from above (batch, time, hidden)
/// - `cache`: what `rnn_forward` returned beside them
/// - returns `dx`, `dh0`, `dwx`, `dwh` and `db`
pub fn rnn_backward(
    dh: &Array3<f64>,
    cache: &RnnCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    todo!("rnn: question 4")
}

// %% id="check-rnn-backward"
gradus_assignments::check!(rnn, rnn_backward after rnn_forward);

// %% [markdown] id="rnn-gradients-text"
// ### Against differences
//
// Ten steps with random numbers. Relative errors of 1e-7 and less are what rounding explains.

// %% id="rnn-gradients"
fn rnn_errors() -> String {
    let mut random = generator(231);
    let (batch, time, features, hidden) = (2, 10, 3, 5);
    let x = normal::<f64, _>((batch, time, features), 1.0, &mut random);
    let h0 = normal::<f64, _>((batch, hidden), 1.0, &mut random);
    let wx = normal::<f64, _>((features, hidden), 1.0, &mut random);
    let wh = normal::<f64, _>((hidden, hidden), 1.0, &mut random);
    let b = normal::<f64, _>(hidden, 1.0, &mut random);
    let dh = normal::<f64, _>((batch, time, hidden), 1.0, &mut random);
    let (dx, dh0, dwx, dwh, db) = rnn_backward(&dh, &rnn_forward(&x, &h0, &wx, &wh, &b).1);
    let errors = [
        relative_error(&dx, &numeric_gradient_array(|x| rnn_forward(x, &h0, &wx, &wh, &b).0, &x, &dh)),
        relative_error(&dh0, &numeric_gradient_array(|h0| rnn_forward(&x, h0, &wx, &wh, &b).0, &h0, &dh)),
        relative_error(&dwx, &numeric_gradient_array(|wx| rnn_forward(&x, &h0, wx, &wh, &b).0, &wx, &dh)),
        relative_error(&dwh, &numeric_gradient_array(|wh| rnn_forward(&x, &h0, &wx, wh, &b).0, &wh, &dh)),
        relative_error(&db, &numeric_gradient_array(|b| rnn_forward(&x, &h0, &wx, &wh, b).0, &b, &dh)),
    ];
    let names = ["dx", "dh0", "dwx", "dwh", "db"];
    let errors: Vec<String> = names.iter().zip(errors).map(|(name, error)| format!("{name} {error:.1e}")).collect();
    format!("relative errors: {}", errors.join(", "))
}

// %% id="rnn-gradients-run"
println!("{}", rnn_errors());

// %% [markdown] id="vanishing-text"
// ### What is left of a gradient
//
// A loss at step 50 depends on what came in at step 1 through fifty tangents and fifty products with `wh`. On the way
// back each step multiplies the gradient by the slopes of its tangents and by `wh` transposed. Fifty times the same
// factor: 0.8 to the power of 50 is 0.00001, and 1.25 to the power of 50 is 70,000.
//
// The picture has the norm of the gradient with respect to each state, for a gradient of norm 1 at the last one: on the
// left what is left of it at the first step. The 64 x 64 weights `wh` are random, with the deviation `scale` / 8, so
// that at a scale of 1 a product with them leaves the norm of a vector as it is on the average. In the first picture
// next to nothing comes in. At scales below 1 the tangents stay near 0, where their slope is 1, and the weights alone
// decide. At scales above 1 the state grows by itself until the tangents hold it, so that the gradient explodes less
// than the weights would have it. In the second picture large numbers come in: the tangents are at their ends, where
// they are flat, and the gradient vanishes at all four scales.
//
// A gradient that **vanishes** tells the network nothing about things long past, so it does not learn to remember them.
// One that **explodes** is a leap in a random direction that spoils what was learned. Against the second there is a
// simple remedy, to *clip* it: if the norm of the gradient is above a limit, scale it down to the limit. Against the
// first there is none that is as simple.

// %% id="vanishing"
/// The logarithm of the norm, for a line chart over the steps.
fn log_norm(t: usize, gradient: &Array2<f64>) -> (f64, f64) {
    (t as f64 + 1.0, gradient.mapv(|slope| slope * slope).sum().sqrt().log10())
}

/// The norm of the gradient with respect to each of 50 states, for a gradient of norm 1 at the last one.
fn rnn_gradient_norms(scale: f64, x_deviation: f64) -> Vec<(f64, f64)> {
    let mut random = generator(5);
    let (time, hidden) = (50, 64);
    let wx = Array2::eye(hidden);
    let wh = normal::<f64, _>((hidden, hidden), scale / (hidden as f64).sqrt(), &mut random);
    let mut h = Array2::zeros((1, hidden));
    let mut steps = Vec::new();
    for _ in 0..time {
        let x = normal::<f64, _>((1, hidden), x_deviation, &mut random);
        let (next, step) = rnn_step_forward(&x, &h, &wx, &wh, &Array1::zeros(hidden));
        h = next;
        steps.push(step);
    }
    let mut gradient = Array2::from_elem((1, hidden), 1.0 / (hidden as f64).sqrt());
    let mut norms = Vec::new();
    for (t, step) in steps.iter().enumerate().rev() {
        norms.push(log_norm(t, &gradient));
        gradient = rnn_step_backward(&gradient, step).1;
    }
    norms
}

fn vanishing(title: &str, x_deviation: f64) -> Picture {
    line_chart(
        title,
        "step",
        "log10 of the gradient's norm",
        &[
            ("scale 0.6", rnn_gradient_norms(0.6, x_deviation)),
            ("scale 0.9", rnn_gradient_norms(0.9, x_deviation)),
            ("scale 1.2", rnn_gradient_norms(1.2, x_deviation)),
            ("scale 2", rnn_gradient_norms(2.0, x_deviation)),
        ],
    )
}

// %% id="vanishing-shown"
show!(vanishing("Gradient of a loss at step 50, small inputs", 0.001));
show!(vanishing("Gradient of a loss at step 50, large inputs", 2.0));

// %% [markdown] id="lstm-step-forward-text"
// ## 5. One step of an LSTM
//
// The plain network makes a new state at each step, and what it wants to keep has to go through a product and a tangent
// every time. The *long short-term memory*, LSTM, keeps its memory in a second vector beside `h`, the **cell state**
// `c`, and changes it by addition. What happens to it at each step is decided by **gates**: numbers between 0, shut, and
// 1, open, for each unit by itself.
//
// $$ a = x_t W_x + h_{t-1} W_h + b \qquad \text{(batch, 4 hidden)} $$
//
// The columns of $a$ are four blocks of `hidden` each, in this order:
//
// | block | name | made by | decides |
// | --- | --- | --- | --- |
// | $a_i$ | input gate | $i = \sigma(a_i)$ | how much of the candidate is written into the cell |
// | $a_f$ | forget gate | $f = \sigma(a_f)$ | how much of the cell's old content stays |
// | $a_o$ | output gate | $o = \sigma(a_o)$ | how much of the cell is shown |
// | $a_g$ | candidate | $g = \tanh(a_g)$ | what would be written, between -1 and 1 |
//
// $$ c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t) $$
//
// With `f` = 1 and `i` = 0 the cell stays exactly as it is, for as many steps as one likes. `sigmoid` is given. Mind the
// order of the blocks: other libraries have other orders.

// %% id="sigmoid"
/// From 0 to 1, with 0.5 at 0.
pub fn sigmoid(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

/// What `lstm_step_backward` needs of the forward pass.
pub struct LstmStepCache {
    pub x: Array2<f64>,
    pub prev_h: Array2<f64>,
    pub prev_c: Array2<f64>,
    pub wx: Array2<f64>,
    pub wh: Array2<f64>,
    /// Input gate, forget gate, output gate, candidate.
    pub gates: [Array2<f64>; 4],
    pub tanh_c: Array2<f64>,
}

// %% id="lstm-step-forward"
/// One step of an LSTM.
///
/// - `x`: what comes in (batch, features)
/// - `prev_h`, `prev_c`: hidden state and cell state before (batch, hidden)
/// - `wx`: weights (features, 4 * hidden)
/// - `wh`: weights (hidden, 4 * hidden)
/// - `b`: biases (4 * hidden)
/// - returns `next_h` and `next_c`, the states after the step (batch, hidden), and what the backward pass needs
pub fn lstm_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    prev_c: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, Array2<f64>, LstmStepCache) {
    todo!("rnn: question 5")
}

// %% id="check-lstm-step-forward"
gradus_assignments::check!(rnn, lstm_step_forward);

// %% [markdown] id="lstm-step-backward-text"
// ## 6. One step of an LSTM back
//
// Two gradients come in, `dnext_h` and `dnext_c`, for both states go on to the next step. The cell state acts in two
// ways: as itself, and through `next_h`:
//
// $$ dc = dc_t + dh_t \odot o \odot (1 - \tanh^2(c_t)) $$
//
// From `dc` and `dh_t` to the four gates, and to the old cell:
//
// $$ di = dc \odot g, \quad df = dc \odot c_{t-1}, \quad do = dh_t \odot \tanh(c_t), \quad dg = dc \odot i, \quad dc_{t-1} = dc \odot f $$
//
// Through the bends, where the slope of $\sigma$ is $\sigma (1 - \sigma)$ and that of $\tanh$ is $1 - \tanh^2$:
//
// $$ da = [\, di \odot i (1 - i),\; df \odot f (1 - f),\; do \odot o (1 - o),\; dg \odot (1 - g^2) \,] $$
//
// And from $da$ (batch, 4 hidden) to `dx`, `dprev_h`, `dwx`, `dwh` and `db` as in the plain network.
// `concatenate![Axis(1), di, df, d_o, dg]` puts blocks of columns side by side (`do` is a word of Rust's own, so it can
// be no name).
//
// Look at $dc_{t-1} = dc \odot f$: no weights, no tangent. Where the forget gate is open, the gradient passes as it is.

// %% id="lstm-step-backward"
/// The gradients of one step of an LSTM.
///
/// - `dnext_h`, `dnext_c`: the gradients with respect to the states after the step (batch, hidden)
/// - `cache`: what `lstm_step_forward` returned last
/// - returns `dx`, `dprev_h`, `dprev_c`, `dwx`, `dwh` and `db`
pub fn lstm_step_backward(
    dnext_h: &Array2<f64>,
    dnext_c: &Array2<f64>,
    cache: &LstmStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    todo!("rnn: question 6")
}

// %% id="check-lstm-step-backward"
gradus_assignments::check!(rnn, lstm_step_backward after lstm_step_forward);

// %% [markdown] id="lstm-forward-text"
// ## 7. A sequence through an LSTM
//
// The same loop over time, with two states to carry along. The hidden state begins as `h0`, the cell state as 0. Only
// the hidden states are returned: the cell is the network's own affair.

// %% id="lstm-cache"
/// What `lstm_backward` needs of the forward pass: the cache of each step.
pub struct LstmCache {
    pub steps: Vec<LstmStepCache>,
}

// %% id="lstm-forward"
/// An LSTM over whole sequences, from the cell state 0.
///
/// - `x`: what comes in (batch, time, features)
/// - `h0`: the hidden state before the first step (batch, hidden)
/// - `wx`, `wh`, `b`: weights and biases as of one step
/// - returns `h`, the hidden states after each step (batch, time, hidden), and what the backward pass needs
pub fn lstm_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, LstmCache) {
    todo!("rnn: question 7")
}

// %% id="check-lstm-forward"
gradus_assignments::check!(rnn, lstm_forward);

// %% [markdown] id="lstm-backward-text"
// ## 8. An LSTM back through time
//
// As for the plain network: from the last step to the first, with `dh` from above added to what the step after sent
// back. For the cell state nothing comes from above; its gradient is what the step after sent back, and 0 after the last
// one. What the first step sends back to the cell belongs to the fixed 0 and is dropped.

// %% id="lstm-backward"
/// The gradients of an LSTM over whole sequences.
///
/// - `dh`: the gradients with respect to the hidden states after each step, as they come from above (batch, time, hidden)
/// - `cache`: what `lstm_forward` returned beside them
/// - returns `dx`, `dh0`, `dwx`, `dwh` and `db`
pub fn lstm_backward(
    dh: &Array3<f64>,
    cache: &LstmCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    todo!("rnn: question 8")
}

// %% id="check-lstm-backward"
gradus_assignments::check!(rnn, lstm_backward after lstm_forward);

// %% [markdown] id="lstm-norms-text"
// ### What is left of a gradient, along the cell
//
// The picture from before, for the cell state and the direct way back along it alone, without what goes through hidden
// states and gates: 50 steps, 64 units, random weights, next to no input. A new LSTM has biases of 0, its gates stand
// half open, and half of the gradient is lost at each step: it is worse than the plain network. But a bias is enough to
// change that. With 2 as the bias of the forget gates they are open by 0.88, with 5 by 0.993, and of that, after fifty
// steps, more than two thirds are left. So whoever trains an LSTM starts it with forget gates that are open: a cell that
// cannot remember at first has nothing to learn from.

// %% id="lstm-norms"
/// An LSTM's gradients with respect to each cell state, along the cell, for one of norm 1 at the last one.
fn lstm_gradient_norms(forget_bias: f64) -> Vec<(f64, f64)> {
    let mut random = generator(5);
    let (time, hidden) = (50, 64);
    let wx = normal::<f64, _>((hidden, 4 * hidden), 1.0 / (hidden as f64).sqrt(), &mut random);
    let wh = normal::<f64, _>((hidden, 4 * hidden), 0.9 / (hidden as f64).sqrt(), &mut random);
    let mut b = Array1::zeros(4 * hidden);
    b.slice_mut(s![hidden..2 * hidden]).fill(forget_bias);
    let (mut h, mut c) = (Array2::zeros((1, hidden)), Array2::zeros((1, hidden)));
    let mut steps = Vec::new();
    for _ in 0..time {
        let x = normal::<f64, _>((1, hidden), 0.001, &mut random);
        let (next_h, next_c, step) = lstm_step_forward(&x, &h, &c, &wx, &wh, &b);
        (h, c) = (next_h, next_c);
        steps.push(step);
    }
    let nothing = Array2::zeros((1, hidden));
    let mut dc = Array2::from_elem((1, hidden), 1.0 / (hidden as f64).sqrt());
    let mut norms = Vec::new();
    for (t, step) in steps.iter().enumerate().rev() {
        norms.push(log_norm(t, &dc));
        dc = lstm_step_backward(&nothing, &dc, step).2;
    }
    norms
}

// %% id="lstm-norms-shown"
show!(line_chart(
    "Gradient of a loss at step 50, plain and along the cell",
    "step",
    "log10 of the gradient's norm",
    &[
        ("plain network", rnn_gradient_norms(0.9, 0.001)),
        ("LSTM, forget bias 0", lstm_gradient_norms(0.0)),
        ("LSTM, forget bias 2", lstm_gradient_norms(2.0)),
        ("LSTM, forget bias 5", lstm_gradient_norms(5.0)),
    ],
));

// %% [markdown] id="recall-text"
// ### To remember what came first
//
// A test of memory. A sequence of 30 random numbers comes in; at the end the network is to say whether the *first* of
// them was positive. All others are noise. The network has 16 units, and an affine layer on the last hidden state gives
// its answer. It is trained with Adam on 64 new sequences at each step, 500 times, and each point of the picture is the
// share of right answers in 20 steps; guessing gives half.
//
// The three networks differ in one thing only: the plain one, an LSTM whose forget gates have the bias 0, and one with
// the bias 3.

// %% id="recall"
/// Sequences, and 1 where the first number is positive, otherwise 0.
fn sequences(random: &mut impl Rng) -> (Array3<f64>, Array1<usize>) {
    let x = normal::<f64, _>((64, 30, 1), 1.0, random);
    let y = (0..64).map(|n| usize::from(x[[n, 0, 0]] > 0.0)).collect();
    (x, y)
}

/// Shares of right answers, over the number of steps of training.
fn recalled(gates: usize, forget_bias: f64, seed: u64) -> Vec<(f64, f64)> {
    let mut random = generator(seed);
    let hidden = 16;
    let mut parameters = [
        normal::<f64, _>((1, gates * hidden), 1.0, &mut random).into_dyn(),
        normal::<f64, _>((hidden, gates * hidden), 0.25, &mut random).into_dyn(),
        Array1::zeros(gates * hidden).into_dyn(),
        normal::<f64, _>((hidden, 2), 0.25, &mut random).into_dyn(),
        Array1::zeros(2).into_dyn(),
    ];
    if gates == 4 {
        parameters[2].slice_mut(s![hidden..2 * hidden]).fill(forget_bias);
    }
    let mut adams: Vec<Adam<f64, IxDyn>> = parameters.iter().map(|_| Adam::new(0.004)).collect();
    let h0 = Array2::zeros((64, hidden));
    let (mut shares, mut right) = (Vec::new(), 0);
    for step in 1..=500 {
        let (x, y) = sequences(&mut random);
        let matrix = |number: usize| parameters[number].view().into_dimensionality().expect("a matrix").to_owned();
        let vector = |number: usize| parameters[number].view().into_dimensionality().expect("a vector").to_owned();
        let (wx, wh, b): (Array2<f64>, Array2<f64>, Array1<f64>) = (matrix(0), matrix(1), vector(2));
        let (mut of_rnn, mut of_lstm) = (None, None);
        let h = if gates == 1 {
            let (h, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
            of_rnn = Some(cache);
            h
        } else {
            let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
            of_lstm = Some(cache);
            h
        };
        let (scores, affine) = affine_forward(&h.index_axis(Axis(1), 29).to_owned(), &matrix(3), &vector(4));
        right += (0..64).filter(|&n| usize::from(scores[[n, 1]] > scores[[n, 0]]) == y[n]).count();
        let (_, dscores) = gradus_nn::softmax::softmax_loss(&scores, &y);
        let (dlast, dw, db_scores) = affine_backward(&dscores, &affine);
        let mut dh = Array3::zeros(h.raw_dim());
        dh.index_axis_mut(Axis(1), 29).assign(&dlast);
        let (_, _, dwx, dwh, db) = match (of_rnn, of_lstm) {
            (Some(cache), _) => rnn_backward(&dh, &cache),
            (_, Some(cache)) => lstm_backward(&dh, &cache),
            _ => unreachable!("one of them was run"),
        };
        let gradients = [dwx.into_dyn(), dwh.into_dyn(), db.into_dyn(), dw.into_dyn(), db_scores.into_dyn()];
        for ((parameter, adam), gradient) in parameters.iter_mut().zip(&mut adams).zip(&gradients) {
            adam.update(parameter, gradient);
        }
        if step % 20 == 0 {
            shares.push((f64::from(step), right as f64 / (20.0 * 64.0)));
            right = 0;
        }
    }
    shares
}

// %% id="recall-shown"
show!(line_chart(
    "Right answers about the first of 30 numbers",
    "step of training",
    "share",
    &[
        ("plain network", recalled(1, 0.0, 1)),
        ("LSTM, forget bias 0", recalled(4, 0.0, 1)),
        ("LSTM, forget bias 3", recalled(4, 3.0, 1)),
    ],
));

// %% [markdown] id="word-embedding-forward-text"
// ## 9. Words as vectors
//
// A word comes as a number: its place in a list, the *vocabulary*. That number is a name and nothing more; word 7 is not
// more than word 6. So each word gets a vector of its own, a row of a matrix `w` (vocabulary, features), which is
// learned like any other weight. Words that are used alike come to have vectors that are alike.
//
// Forward is a look into a table:
//
// $$ \text{out}_{n t} = w[x_{n t}] $$
//
// It is the same as a product with a matrix of zeros and ones, one 1 in each row, only without all the zeros.

// %% id="word-embedding-cache"
/// What `word_embedding_backward` needs of the forward pass.
pub struct WordEmbeddingCache {
    pub x: Array2<usize>,
    pub vocabulary: usize,
}

// %% id="word-embedding-forward"
/// The vector of each word.
///
/// - `x`: words (batch, time), each below the size of the vocabulary
/// - `w`: a vector for each word (vocabulary, features)
/// - returns `out` (batch, time, features), and what the backward pass needs
pub fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    todo!("rnn: question 9")
}

// %% id="check-word-embedding-forward"
gradus_assignments::check!(rnn, word_embedding_forward);

// %% [markdown] id="word-embedding-backward-text"
// ## 10. Words as vectors, backward
//
// Words are no numbers that one could move a little, so there is no `dx`. A row of `w` gets the sum of `dout` over all
// places where its word stands, with `+=`, since a word may be said more than once. Rows of words that nobody said stay
// 0.

// %% id="word-embedding-backward"
/// The gradient of word vectors.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `word_embedding_forward` returned beside it
/// - returns `dw` (vocabulary, features)
pub fn word_embedding_backward(dout: &Array3<f64>, cache: &WordEmbeddingCache) -> Array2<f64> {
    todo!("rnn: question 10")
}

// %% id="check-word-embedding-backward"
gradus_assignments::check!(rnn, word_embedding_backward after word_embedding_forward);

// %% [markdown] id="temporal-affine-forward-text"
// ## 11. Scores at each step
//
// After each step the network is to say which word comes next, so each hidden state is made into a score for every word:
// an affine layer, the same at each step.
//
// $$ \text{out}_{n t} = x_{n t} W + b $$
//
// | | shape |
// | --- | --- |
// | $x$ | (batch, time, features) |
// | $W$ | (features, outputs) |
// | $b$ | (outputs) |
// | out | (batch, time, outputs) |
//
// No loop is needed: each step of each sequence is a row. `x.to_shape((batch * time, features))` makes (batch · time)
// rows of it, and one matrix product does them all. It reads any array in its logical order; `into_shape_with_order`
// refuses an array that lies otherwise in memory.

// %% id="temporal-affine-cache"
/// What `temporal_affine_backward` needs of the forward pass.
pub struct TemporalAffineCache {
    pub x: Array3<f64>,
    pub w: Array2<f64>,
}

// %% id="temporal-affine-forward"
/// An affine layer at each step.
///
/// - `x`: what comes in (batch, time, features)
/// - `w`: weights (features, outputs)
/// - `b`: biases (outputs)
/// - returns `out` (batch, time, outputs), and what the backward pass needs
pub fn temporal_affine_forward(
    x: &Array3<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, TemporalAffineCache) {
    todo!("rnn: question 11")
}

// %% id="check-temporal-affine-forward"
gradus_assignments::check!(rnn, temporal_affine_forward);

// %% [markdown] id="temporal-affine-backward-text"
// ## 12. Scores at each step, backward
//
// The backward pass of an affine layer on the same rows. The weights are used at each step of each sequence, so their
// gradients are sums over both, which the matrix product does by itself:
//
// $$ dx_{n t} = \text{dout}_{n t} W^T, \qquad dW = \sum_{n, t} x_{n t}^T \, \text{dout}_{n t}, \qquad db = \sum_{n, t} \text{dout}_{n t} $$

// %% id="temporal-affine-backward"
/// The gradients of an affine layer at each step.
///
/// - `dout`: the gradient with respect to the output (batch, time, outputs)
/// - `cache`: what `temporal_affine_forward` returned beside it
/// - returns `dx`, `dw` and `db`
pub fn temporal_affine_backward(
    dout: &Array3<f64>,
    cache: &TemporalAffineCache,
) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    todo!("rnn: question 12")
}

// %% id="check-temporal-affine-backward"
gradus_assignments::check!(rnn, temporal_affine_backward after temporal_affine_forward);

// %% [markdown] id="temporal-softmax-loss-text"
// ## 13. A loss over time
//
// At each step the network gives a score to every word of the vocabulary, and the softmax of the scores is what it takes
// for the probability of each to come next. As with images, the loss of one step is $-\log$ of the probability of the
// right one. That of a sequence is the **sum** over its steps: the negative logarithm of the probability that the whole
// sequence is said.
//
// Sentences differ in length. Those that are shorter than the longest of their batch are filled up with a word that
// means nothing, and what is said there must not count. So there is a `mask`, true where a step counts:
//
// $$ L = -\frac{1}{N} \sum_n \sum_t \text{mask}_{n t} \, \log \frac{e^{x_{n t y_{n t}}}}{\sum_v e^{x_{n t v}}} $$
//
// Note the $\frac{1}{N}$: the sum is divided by the **batch size**, not by the number of places that count. In $dx$, a
// row is $\frac{1}{N} (p - \text{one-hot}(y))$ where the mask is true, and 0 where it is false.
//
// Scores may be in the thousands. Take the largest of each row off before the exponential.

// %% id="temporal-softmax-loss"
/// The softmax loss of scores over time.
///
/// - `x`: scores (batch, time, vocabulary)
/// - `y`: the right words (batch, time)
/// - `mask`: which places count (batch, time)
/// - returns the loss, summed over the places that count and divided by the batch size, and `dx` in the shape of `x`
pub fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>) {
    todo!("rnn: question 13")
}

// %% id="check-temporal-softmax-loss"
gradus_assignments::check!(rnn, temporal_softmax_loss);

// %% [markdown] id="pictures-text"
// ### Pictures with captions
//
// The data are made up: one coloured shape on a dark ground, and a caption that says what is where. Twenty-two words are
// enough, and the first three of them are none: `<NULL>`, with which short captions are filled up, `<START>`, which
// stands before each caption, and `<END>` behind it. They are the numbers `NULL`, `START` and `END`.
//
// What the network sees of a picture are its *features*: here simply the colours of 12 x 12 squares, each the mean of
// four pixels, less the mean over the training pictures, 432 numbers. For photographs one would take what a trained
// convolutional network has in one of its last layers.

// %% id="pictures"
/// Pictures as the network sees them, what is said of them, and the pictures themselves.
#[derive(Clone)]
struct Captioned {
    features: Array2<f64>,
    captions: Array2<usize>,
    images: Array4<f64>,
}

impl Captioned {
    /// Those with these numbers.
    fn select(&self, numbers: &[usize]) -> Captioned {
        Captioned {
            features: self.features.select(Axis(0), numbers),
            captions: self.captions.select(Axis(0), numbers),
            images: self.images.select(Axis(0), numbers),
        }
    }

    /// Each picture with words below it.
    fn shown(&self, said: &Array2<usize>) -> Picture {
        let captions: Vec<String> = said.outer_iter().map(|words| shapes::text(&words)).collect();
        let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
        image_grid(&self.images, &captions, 3, Tones::Unit)
    }
}

/// Training pictures, and 200 others.
fn captioned_shapes(count: usize) -> (Captioned, Captioned) {
    let (train, test) = (shapes::draw(count, 231), shapes::draw(200, 232));
    let pixels = |data: &CaptionedShapes| data.images.mapv(|shade| f64::from(shade) / 255.0);
    let squares = |images: &Array4<f64>| {
        let (small, _) = avg_pool_forward(images, PoolParams::new(2, 2));
        let rows = (images.dim().0, small.len() / images.dim().0);
        small.to_shape(rows).expect("as many numbers").into_owned()
    };
    let mean = squares(&pixels(&train)).mean_axis(Axis(0)).expect("pictures");
    let part = |data: CaptionedShapes| {
        let images = pixels(&data);
        Captioned { features: squares(&images) - &mean, captions: data.captions, images }
    };
    (part(train), part(test))
}

// %% id="pictures-shown"
/// Six pictures with their captions.
fn six_pictures() -> Picture {
    let six = captioned_shapes(50).0.select(&[0, 1, 2, 3, 4, 5]);
    six.shown(&six.captions)
}

show!(six_pictures());

// %% [markdown] id="captioning-loss-text"
// ## 14. The loss of a network that says captions
//
// | step | parameters | gives | shape |
// | --- | --- | --- | --- |
// | affine layer on the features | `w_proj`, `b_proj` | the first hidden state | (batch, hidden) |
// | word vectors of the words that are read | `w_embed` | what comes in | (batch, time, embedding) |
// | plain network or LSTM | `wx`, `wh`, `b` | hidden states | (batch, time, hidden) |
// | affine layer at each step | `w_vocab`, `b_vocab` | scores of all words | (batch, time, vocabulary) |
// | softmax loss over time | | a number | |
//
// So the picture is what the network remembers before it has read a word. The parameters, and their gradients under the
// same names, stand in
//
// ```text
// pub struct CaptioningNet {
//     pub w_proj: Array2<f64>,  // (features, hidden)
//     pub b_proj: Array1<f64>,  // (hidden)
//     pub w_embed: Array2<f64>, // (vocabulary, embedding)
//     pub wx: Array2<f64>,      // (embedding, hidden), or (embedding, 4 * hidden)
//     pub wh: Array2<f64>,      // (hidden, hidden), or (hidden, 4 * hidden)
//     pub b: Array1<f64>,       // (hidden), or (4 * hidden)
//     pub w_vocab: Array2<f64>, // (hidden, vocabulary)
//     pub b_vocab: Array1<f64>, // (vocabulary)
// }
// ```
//
// `net.cell()` tells what remembers, `Cell::Rnn` or `Cell::Lstm`.
//
// **What is read and what is to be said.** After `<START>` the first word is to come, after the first the second, and so
// on. So the words that come in are all of a caption but the last, and those to be said are all but the first:
//
// ```text
// caption     <START>   a      red     circle   <END>    <NULL>
// read        <START>   a      red     circle   <END>
// to be said  a         red    circle  <END>    <NULL>
// counts      yes       yes    yes     yes      no
// ```
//
// `<NULL>` is nothing to be said, so the mask is false there. That the network reads the *right* word at each step,
// whatever it would have said itself, is called *teacher forcing*.
//
// `affine_forward` and `affine_backward` are the library's. Put it together forward, then backward in reverse order.

// %% id="captioning-loss"
/// The loss of a network that says captions, and its gradients.
///
/// - `net`: the parameters
/// - `features`: what is seen of each picture (batch, features)
/// - `captions`: what is said of it (batch, time), from `START` to `END`, filled up with `NULL`; at least two words
/// - returns the loss, and its gradient with respect to each parameter
pub fn captioning_loss(net: &CaptioningNet, features: &Array2<f64>, captions: &Array2<usize>) -> (f64, CaptioningNet) {
    todo!("rnn: question 14")
}

// %% id="check-captioning-loss"
gradus_assignments::check!(rnn, captioning_loss);

// %% [markdown] id="captioning-sample-text"
// ## 15. To say what one sees
//
// A trained network has no caption to read: it reads what it has said. From the first hidden state, and `<START>` as the
// first word:
//
// 1. take the vector of the last word, one step of the cell, and the scores of all words;
// 2. say the word with the highest score (of equal ones the first), and read it at the next step.
//
// Do this `max_length` times, for all pictures of the batch side by side. A caption that has said `<END>` is finished,
// and in its remaining places stands `<NULL>`. Only `<END>` ends a caption. `<START>` is not part of what is returned.
//
// For the LSTM the cell state begins as 0.

// %% id="captioning-sample"
/// What the network says.
///
/// - `net`: the parameters
/// - `features`: what is seen of each picture (batch, features)
/// - `max_length`: how many words at most
/// - returns words (batch, max_length), without `START`, and with `NULL` behind `END`
pub fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize> {
    todo!("rnn: question 15")
}

// %% id="check-captioning-sample"
gradus_assignments::check!(rnn, captioning_sample);

// %% [markdown] id="learn-text"
// ### Training
//
// Mini-batches of 25 and Adam, as in earlier assignments, with gradients clipped to a norm of at most 5 over all
// parameters together. A network begins with small random weights and biases of 0, but for the forget gates, which begin
// at 1.

// %% id="learn"
/// A network that has learned nothing yet, for these pictures.
fn untrained(cell: Cell, (features, embedding, hidden): (usize, usize, usize), seed: u64) -> CaptioningNet {
    let mut random = generator(seed);
    let mut matrix = |rows: usize, columns: usize| normal((rows, columns), 1.0 / (rows as f64).sqrt(), &mut random);
    let (gates, vocabulary) = (if cell == Cell::Rnn { 1 } else { 4 }, VOCABULARY.len());
    let mut b = Array1::zeros(gates * hidden);
    if cell == Cell::Lstm {
        b.slice_mut(s![hidden..2 * hidden]).fill(1.0);
    }
    CaptioningNet {
        w_proj: matrix(features, hidden),
        b_proj: Array1::zeros(hidden),
        w_embed: matrix(vocabulary, embedding),
        wx: matrix(embedding, gates * hidden),
        wh: matrix(hidden, gates * hidden),
        b,
        w_vocab: matrix(hidden, vocabulary),
        b_vocab: Array1::zeros(vocabulary),
    }
}

/// Scales gradients down to a norm of at most `limit`, over all parameters together.
fn clip(gradients: &mut CaptioningNet, limit: f64) {
    let squares: f64 = gradients.arrays().iter().flat_map(|array| array.iter()).map(|slope| slope * slope).sum();
    let factor = (limit / squares.sqrt()).min(1.0);
    gradients.arrays_mut().into_iter().for_each(|mut array| array *= factor);
}

/// Trains for some epochs in mini-batches of 25; the learning rate falls to nothing along a line. Returns the mean loss of each epoch.
fn learn(net: &mut CaptioningNet, part: &Captioned, epochs: usize, rate: f64, seed: u64) -> Vec<f64> {
    let mut adams: Vec<Adam<f64, IxDyn>> = net.arrays().iter().map(|_| Adam::new(rate)).collect();
    let mut random = generator(seed);
    let mut order: Vec<usize> = (0..part.captions.nrows()).collect();
    let mut history = Vec::new();
    for epoch in 0..epochs {
        order.shuffle(&mut random);
        let mut losses = Vec::new();
        for batch in order.chunks(25) {
            let batch = part.select(batch);
            let (loss, mut gradients) = captioning_loss(net, &batch.features, &batch.captions);
            clip(&mut gradients, 5.0);
            for ((mut parameter, gradient), adam) in
                net.arrays_mut().into_iter().zip(gradients.arrays()).zip(&mut adams)
            {
                adam.set_learning_rate(rate * (1.0 - epoch as f64 / epochs as f64));
                adam.update(&mut parameter, &gradient);
            }
            losses.push(loss);
        }
        history.push(losses.iter().sum::<f64>() / losses.len() as f64);
    }
    history
}

/// The share of captions that are right to the last word.
fn right(net: &CaptioningNet, part: &Captioned) -> f64 {
    let said = captioning_sample(net, &part.features, LENGTH - 1);
    let same =
        said.outer_iter().zip(part.captions.outer_iter()).filter(|(said, caption)| said == caption.slice(s![1..]));
    same.count() as f64 / part.captions.nrows() as f64
}

// %% [markdown] id="by-heart-text"
// ### Fifty captions by heart
//
// Can it learn at all? Fifty pictures, each shown 120 times. At the end the loss should be below 0.1, with either cell:
// about eight words of a caption at a probability of more than 0.98 each. A network that cannot learn fifty captions by
// heart has a fault.
//
// The first picture has the loss of each epoch, as a logarithm, the second the captions that the LSTM says of three
// pictures that it learned (above) and of three that it has never seen (below). The words come in a sensible order;
// whether they are true is another matter. Fifty pictures are too few to learn what a shape is.

// %% id="by-heart"
fn logarithms(losses: &[f64]) -> Vec<(f64, f64)> {
    losses.iter().enumerate().map(|(epoch, loss)| (epoch as f64 + 1.0, loss.log10())).collect()
}

/// The captions of three pictures of each.
fn six_said(net: &CaptioningNet, train: &Captioned, test: &Captioned) -> Picture {
    let (train, test) = (train.select(&[0, 1, 2]), test.select(&[0, 1, 2]));
    let stacked = |train: &Array2<f64>, test: &Array2<f64>| concatenate![Axis(0), train.view(), test.view()];
    let six = Captioned {
        features: stacked(&train.features, &test.features),
        captions: concatenate![Axis(0), train.captions.view(), test.captions.view()],
        images: concatenate![Axis(0), train.images.view(), test.images.view()],
    };
    six.shown(&captioning_sample(net, &six.features, LENGTH - 1))
}

fn by_heart() -> String {
    let (train, test) = captioned_shapes(50);
    let sizes = (train.features.ncols(), 32, 64);
    let (mut rnn, mut lstm) = (untrained(Cell::Rnn, sizes, 231), untrained(Cell::Lstm, sizes, 231));
    let of_rnn = learn(&mut rnn, &train, 120, 0.01, 1);
    let of_lstm = learn(&mut lstm, &train, 120, 0.01, 1);
    show!(line_chart(
        "Fifty captions by heart",
        "epoch",
        "log10 of the loss",
        &[("plain network", logarithms(&of_rnn)), ("LSTM", logarithms(&of_lstm))],
    ));
    show!(six_said(&lstm, &train, &test));
    let last = |losses: &[f64]| losses.last().copied().unwrap_or(f64::NAN);
    let line = |name: &str, losses: &[f64], net: &CaptioningNet| {
        format!(
            "{name}: last loss {:.3}, right captions: {:.2} of the fifty, {:.2} of others",
            last(losses),
            right(net, &train),
            right(net, &test)
        )
    };
    format!("{}\n{}", line("plain network", &of_rnn, &rnn), line("LSTM", &of_lstm, &lstm))
}

// %% id="by-heart-run"
println!("{}", by_heart());

// %% [markdown] id="trained-text"
// ### Two thousand pictures
//
// Now forty times as many, fifteen epochs with either cell. The first picture has their losses. Then come six pictures
// that the LSTM has never seen, with what it says of them. A caption counts as right only if each of its words is.
//
// The last picture looks **into the memory**: the cell state while the LSTM says the caption of the first of the six.
// After each word that it has read, its 64 units stand as a square of 8 x 8, orange for positive numbers, blue for
// negative ones, the same depth for the same size throughout. Below each stands the word that was read. Many units keep
// their colour over several words and change at one: they hold what is still to be said, and let go of it once it has
// been.

// %% id="trained"
/// The cell state after each word that is read while the network says a caption.
fn cell_states(net: &CaptioningNet, features: &Array2<f64>) -> Picture {
    let said = captioning_sample(net, features, LENGTH - 1);
    let words = std::iter::once(START).chain(said.iter().copied().take_while(|&word| word != END));
    let (mut h, _) = affine_forward(features, &net.w_proj, &net.b_proj);
    let mut c = Array2::zeros(h.raw_dim());
    let (mut squares, mut captions) = (Vec::new(), Vec::new());
    for word in words {
        let x = net.w_embed.row(word).to_owned().insert_axis(Axis(0));
        (h, c, _) = lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b);
        squares.extend(c.iter().copied());
        captions.push(VOCABULARY[word]);
    }
    let squares = Array4::from_shape_vec((captions.len(), 1, 8, 8), squares).expect("64 units");
    image_grid(&squares, &captions, captions.len(), Tones::Signed)
}

fn train_and_show() -> String {
    let start = Instant::now();
    let (train, test) = captioned_shapes(2000);
    let sizes = (train.features.ncols(), 32, 64);
    let (mut rnn, mut lstm) = (untrained(Cell::Rnn, sizes, 231), untrained(Cell::Lstm, sizes, 231));
    let of_rnn = learn(&mut rnn, &train, 15, 0.004, 1);
    let of_lstm = learn(&mut lstm, &train, 15, 0.004, 1);
    let time = start.elapsed();
    show!(line_chart(
        "Two thousand captions",
        "epoch",
        "log10 of the loss",
        &[("plain network", logarithms(&of_rnn)), ("LSTM", logarithms(&of_lstm))],
    ));
    let six = test.select(&[0, 1, 2, 3, 4, 5]);
    show!(six.shown(&captioning_sample(&lstm, &six.features, LENGTH - 1)));
    show!(cell_states(&lstm, &six.select(&[0]).features));
    let shares = (right(&rnn, &test), right(&lstm, &test));
    format!("{time:.1?}; right captions of new pictures: plain network {:.3}, LSTM {:.3}", shares.0, shares.1)
}

// %% id="trained-run"
println!("{}", train_and_show());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** Why does the gradient of a plain recurrent network over many steps vanish or explode, and seldom stays
// as it is? Which two factors does each step put in? A deep feed-forward network has products over its layers too: why
// is it worse here? And why does clipping help against one of the two only?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** Through what does the gradient of the LSTM's cell state pass on its way back over one step, and what
// does it not pass through? When does it stay as it is, when does it vanish, and can it explode on this way? Why is it a
// good idea to begin with a positive bias for the forget gates?
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** (a) A caption could be said letter by letter in place of word by word. Name an advantage and a
// disadvantage, and say what becomes of the length of the sequences and the size of the vocabulary. (b) In training the
// network reads the right words, in use its own. What goes wrong when it says a wrong word early in a caption, and why
// does the training loss not show it?
//
// *Write your answer here.*
