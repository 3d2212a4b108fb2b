// %% [markdown] id="title"
// # Networks of any depth, and better update rules
//
// A network with one hidden layer was put together by hand. Now the number of layers becomes a number like any other: a
// list of sizes goes in, and the same few lines build, run and train a network with one hidden layer, with five, or with
// none.
//
// Depth has its price. What one layer does to the size of its numbers, ten layers do ten times over: signals fade to nothing
// on their way forward, and gradients on their way back, unless the first weights are of the right size. And the valleys
// of the loss become long and narrow, so that plain gradient descent crawls along them or bounces between their sides. So the
// second half of this assignment is about the step itself: momentum, RMSProp, and Adam, which combines the two.
//
// You write seven functions:
//
// 1. the first parameters of a network;
// 2. its scores;
// 3. its loss and its gradients;
// 4. one step with momentum;
// 5. one step of RMSProp;
// 6. one step of Adam;
// 7. training, with any of these update rules.
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
// | `x` | `ArrayD` (batch, ...) | one example for each index of the first axis, whatever axes it has itself |
// | `y` | `Array1` (batch) | the label of each example: the number of its class, from 0 |
// | `hidden` | `Array1` | the number of units of each hidden layer, first to last; it may be empty |
// | `net.layers[i].w` | `Array2` (inputs, outputs) | the weights of a layer: a column for each output |
// | `net.layers[i].b` | `Array1` (outputs) | its biases |
//
// - A network with `hidden` of length $L - 1$ has $L$ layers: each hidden one is an affine layer with ReLU behind it, the last one
//   an affine layer alone, whose outputs are the scores. With no hidden layer it is a linear classifier.
// - The loss is the **mean** softmax loss over the examples, plus `0.5 * reg * sum(w^2)` over the weights of **all** layers.
//   Biases are not regularised.
// - Functions only borrow their arguments and leave them as they are. An update rule does not change `w`: it returns the
//   next `w`, and the next state.
// - All numbers are `f64`. At least one example, one feature, one class, and one unit in each hidden layer can be taken
//   for granted.
//
// The parameters of a network, and the gradients as well, at the same places, stand in
//
// ```text
// pub struct FullyConnectedNet {
//     pub layers: Vec<Layer>,
// }
//
// pub struct Layer {
//     pub w: Array2<f64>, // (inputs, outputs)
//     pub b: Array1<f64>, // (outputs)
// }
// ```
//
// From the assignments before you have, in the library, `softmax_loss(&scores, &y)`, and the layers of the last network:
// `affine_forward(&x, &w, &b)` and `affine_relu_forward(&x, &w, &b)`, each with its output (batch, outputs) and its cache,
// `affine_backward(&dout, &cache)` and `affine_relu_backward(&dout, &cache)`, each with `(dx, dw, db)`.

// %% id="imports"
use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::random::normal;
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array, Array1, Array2, ArrayD, Axis, Dimension, Ix2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

// %% id="imports-for-experiments"
use gradus_check::{numeric_gradient, relative_error};
use gradus_nn::data::fashion_mnist::load;
use gradus_nn::initialise::{he_normal, small_random, xavier_normal, zero};
use gradus_nn::metrics::accuracy;
use gradus_nn::pictures::{Picture, accuracy_curves, activation_histograms, line_chart, loss_curves};
use gradus_nn::preprocess::{mean_image, subtract_mean};
use gradus_nn::random::generator;
use gradus_nn::split::{SplitSizes, split};
use ndarray::array;
use std::time::Instant;

// %% [markdown] id="initialise-text"
// ## 1. The first parameters
//
// Weights start from small random numbers, biases from 0. A weight matrix is (inputs, outputs): the first layer's inputs are
// the features, each further layer's inputs are the outputs of the layer before it, and the last layer has an output for
// each class. With 5 features, `hidden` = [7, 6] and 3 classes:
//
// | layer | `w` | `b` |
// | --- | --- | --- |
// | first hidden | (5, 7) | (7) |
// | second hidden | (7, 6) | (6) |
// | last | (6, 3) | (3) |
//
// - Each weight is a draw of its own from the normal distribution with the mean 0 and the standard deviation
//   `weight_scale`, which may also be 0. `normal((inputs, outputs), weight_scale, &mut random)` gives an array of such
//   draws. A standard deviation is no variance: its square is.
// - Every random number comes from **one** generator made from `seed`, for example `StdRng::seed_from_u64(seed)`. A new
//   generator with the same seed for each layer would give each layer the same numbers.

// %% id="initialise"
/// A network that has learned nothing yet.
///
/// - `features`: numbers of an example
/// - `hidden`: units of each hidden layer, first to last; may be empty
/// - `classes`: numbers of a row of scores
/// - `weight_scale`: standard deviation of the weights, 0 or more
/// - `seed`: where the random numbers start
/// - returns the parameters of `hidden.len() + 1` layers, biases 0
pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    todo!("fully_connected: question 1")
}

// %% id="check-initialise"
gradus_assignments::check!(fully_connected, initialise);

// %% [markdown] id="scores-text"
// ## 2. The scores
//
// $$ h_0 = x, \qquad h_i = \max(0,\; h_{i-1} W_i + b_i) \;\text{ for each hidden layer}, \qquad
// \text{scores} = h_{L-1} W_L + b_L $$
//
// The output of one layer is the input of the next, so a loop with one variable does it. `net.layers.split_last()` gives
// the last layer and all others. There is no ReLU behind the last layer: a score may well be negative.
//
// `x` has any axes; the first layer flattens them, and what comes out has two. `array.into_dyn()` makes an `ArrayD` of
// any array, so that the variable of the loop can hold both.

// %% id="scores"
/// The scores of examples.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - returns the scores (batch, classes)
pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    todo!("fully_connected: question 2")
}

// %% id="check-scores"
gradus_assignments::check!(fully_connected, scores);

// %% [markdown] id="signals-text"
// ### What ten layers do to a signal
//
// Random examples go through ten hidden layers of 200 units, with four ways to draw the first weights. The first picture has
// the standard deviation of what each layer passes on, on a logarithmic scale; below it, for each way, how the numbers of some
// layers are spread.
//
// Each number before ReLU is a sum of $n$ products, $n$ being the number of inputs. Its variance is $n$ times that of a weight
// times the mean square of an input. So with weights of the deviation 0.01 and 200 inputs, each layer passes on about a tenth
// of what came in, and after ten layers there is nothing left to tell examples apart by. The remedy is to draw
// weights of the variance
//
// - $1 / n$, after Xavier Glorot (who takes the mean of a layer's inputs and outputs for $n$; here they are as many):
//   then the sum is as large as the inputs. Made for bends with slope 1 around 0.
// - $2 / n$, after Kaiming He: ReLU sets half of the numbers to 0, and so halves their mean square; twice the variance
//   makes up for it.
//
// With zeros all is 0, and stays so: nothing comes back to any weights either, except to the last biases.

// %% id="signals"
type Draw = fn((usize, usize), u64) -> Array2<f64>;

/// Four ways to draw the weights of a layer.
const DRAWS: [(&str, Draw); 4] = [
    ("zeros", |shape, _| zero(shape)),
    ("deviation 0.01", |shape, seed| small_random(shape, 0.01, &mut generator(seed))),
    ("Xavier", |shape, seed| xavier_normal(shape, &mut generator(seed))),
    ("He", |shape, seed| he_normal(shape, &mut generator(seed))),
];

/// A network with ten hidden layers of 200 units, and ten classes.
fn ten_layers(draw: Draw) -> FullyConnectedNet {
    let layer = |i: usize| {
        let outputs = if i < 10 { 200 } else { 10 };
        Layer { w: draw((200, outputs), i as u64), b: Array1::zeros(outputs) }
    };
    FullyConnectedNet { layers: (0..=10).map(layer).collect() }
}

/// What each hidden layer passes on.
fn passed_on(net: &FullyConnectedNet, x: &Array2<f64>) -> Vec<Array2<f64>> {
    let mut outs: Vec<Array2<f64>> = Vec::new();
    for layer in &net.layers[..net.layers.len() - 1] {
        let out = affine_relu_forward(outs.last().unwrap_or(x), &layer.w, &layer.b).0;
        outs.push(out);
    }
    outs
}

/// The logarithm of a deviation; that of 0 is shown as -16.
fn logarithm(deviation: f64) -> f64 {
    deviation.max(1e-16).log10()
}

fn deviations_by_layer() -> Picture {
    let x = normal::<f64, _>((500, 200), 1.0, &mut generator(231));
    let line = |(name, draw): (&'static str, Draw)| {
        let outs = passed_on(&ten_layers(draw), &x);
        let points = outs.iter().enumerate().map(|(i, out)| ((i + 1) as f64, logarithm(out.std(0.0))));
        (name, points.collect::<Vec<_>>())
    };
    let lines = DRAWS.map(line);
    line_chart("What each hidden layer passes on", "layer", "log10 of the standard deviation", &lines)
}

/// How the outputs of three of the layers are spread. Zeros, of which ReLU makes many, are left out where there is anything else.
fn spread((name, draw): (&str, Draw)) -> Picture {
    let x = normal::<f64, _>((500, 200), 1.0, &mut generator(231));
    let outs = passed_on(&ten_layers(draw), &x);
    let shown = [1, 3, 10].map(|layer| {
        let out = &outs[layer - 1];
        let all_off = out.iter().all(|out| *out == 0.0);
        let on: Array1<f64> = out.iter().copied().filter(|out| all_off || *out != 0.0).collect();
        (format!("{name}, layer {layer}"), on)
    });
    activation_histograms(&shown.each_ref().map(|(name, on)| (name.as_str(), on.view().into_dyn())))
}

// %% id="signals-shown"
show!(deviations_by_layer());
show!(spread(DRAWS[0]));
show!(spread(DRAWS[1]));
show!(spread(DRAWS[2]));
show!(spread(DRAWS[3]));

// %% [markdown] id="fully-connected-loss-text"
// ## 3. The loss and its gradients
//
// Forward as before, but now every layer's cache is needed later: keep them in a list. Then `softmax_loss(&scores, &y)` gives
// the loss and `dscores`, and the way back begins:
//
// | step | gives |
// | --- | --- |
// | `affine_backward` of `dscores` and the last cache | `dx`, and the last layer's `dw` and `db` |
// | `affine_relu_backward` of that `dx` and the cache before | the next `dx`, and that layer's `dw` and `db` |
// | ... and so on, through the list of caches from its end to its beginning | |
//
// Each layer's `dx` is the `dout` of the layer before it, and that is all there is to backpropagation through any number
// of layers. The `dx` of the first layer is not needed. The backward functions take `dout` as a matrix;
// `dx.into_dimensionality::<Ix2>()` makes one of an `ArrayD` that has two axes.
//
// At last the regulariser, for every layer: $\frac{1}{2}\,\text{reg} \sum W^2$ in the loss, and its slope
// $\text{reg} \cdot W$ in the gradient of `w`. Mind the order: the gradients come last layer first, and are to be returned
// first layer first.

// %% id="fully-connected-loss"
/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - returns the loss, and its gradient with respect to each parameter, at the parameter's place
pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    todo!("fully_connected: question 3")
}

// %% id="check-fully-connected-loss"
gradus_assignments::check!(fully_connected, fully_connected_loss);

// %% [markdown] id="first-losses-text"
// ### The first loss, and the gradients against differences
//
// Two hidden layers of 20 and 30 units, weights of the deviation 0.05. Without a regulariser the first loss should be near
// $\ln 10 \approx 2.3$: all ten classes are nearly equally likely. With `reg` = 3.14 it should be higher, by
// $\frac{1}{2} \cdot 3.14$ times the sum of all squared weights: there are $15 \cdot 20 + 20 \cdot 30 + 30 \cdot 10 = 1200$ of them, with a mean
// square of $0.05^2$, which makes 4.7 more.
//
// Most of the relative errors should be 1e-6 or less. A single one may be larger, up to 1e-5, where a gradient is so near 0 that
// rounding shows, or a unit so near 0 that the little step switches it on or off. An error near 1 says that something is wrong.

// %% id="first-losses"
fn first_loss(reg: f64) -> String {
    let net = initialise(15, &array![20, 30], 10, 0.05, 231);
    let x = normal::<f64, _>((2, 15), 1.0, &mut generator(1)).into_dyn();
    let y = array![3, 8];
    let (loss, gradients) = fully_connected_loss(&net, &x, &y, reg);
    let mut lines = vec![format!("reg {reg}: first loss {loss:.4}")];
    for (i, gradient) in gradients.layers.iter().enumerate() {
        let with = |change: &dyn Fn(&mut Layer)| {
            let mut net = net.clone();
            change(&mut net.layers[i]);
            fully_connected_loss(&net, &x, &y, reg).0
        };
        let w = numeric_gradient(|w| with(&|layer| layer.w = w.clone()), &net.layers[i].w);
        let b = numeric_gradient(|b| with(&|layer| layer.b = b.clone()), &net.layers[i].b);
        lines.push(format!(
            "  layer {}: relative errors w {:.1e}, b {:.1e}",
            i + 1,
            relative_error(&gradient.w, &w),
            relative_error(&gradient.b, &b)
        ));
    }
    lines.join("\n")
}

// %% id="first-losses-run"
println!("{}\n{}", first_loss(0.0), first_loss(3.14));

// %% [markdown] id="ways-back-text"
// ### What comes back
//
// The same ten hidden layers as above, now with the gradients. What holds for the signals on their way forward holds for the
// gradients on their way back: each layer multiplies by weights again. With weights of the deviation 0.01, the last layers see
// no signal, and to the first ones no gradient comes back, so that all weights get next to nothing. Only the last biases learn:
// they know no more than how often each class occurs.

// %% id="ways-back-shown"
fn gradients_by_layer() -> Picture {
    let x = normal::<f64, _>((500, 200), 1.0, &mut generator(231)).into_dyn();
    let y: Array1<usize> = (0..500).map(|i| i % 10).collect();
    let line = |(name, draw): (&'static str, Draw)| {
        let (_, gradients) = fully_connected_loss(&ten_layers(draw), &x, &y, 0.0);
        let points =
            gradients.layers.iter().enumerate().map(|(i, layer)| ((i + 1) as f64, logarithm(layer.w.std(0.0))));
        (name, points.collect::<Vec<_>>())
    };
    let lines = DRAWS.map(line);
    line_chart("What comes back to the weights of each layer", "layer", "log10 of the standard deviation of dw", &lines)
}

show!(gradients_by_layer());

// %% [markdown] id="sgd-momentum-text"
// ## 4. Momentum
//
// Think of a loss that is a long, narrow valley. The gradient points almost straight across it, to the opposite side, and
// hardly along it. A large learning rate bounces from side to side; a small one creeps along the bottom.
//
// Momentum gives the parameters a velocity, as a ball has that rolls down. Each gradient changes the velocity, and the
// velocity changes the parameters:
//
// $$ v \leftarrow \mu \, v - \eta \, dw, \qquad w \leftarrow w + v $$
//
// with the learning rate $\eta$ and the momentum $\mu$, often 0.9. Gradients that change sign from step to step cancel each
// other in the velocity; those that agree add up, to as much as $1 / (1 - \mu)$ of them. (The name says momentum, but
// $\mu$ works like friction: with $\mu$ = 1 the ball never comes to rest.)
//
// The new velocity moves `w`, not the old one. At the first step the velocity is 0 everywhere. State comes in and goes
// out as a value, and nothing is changed in place.

// %% id="sgd-momentum"
/// One step of gradient descent with momentum.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `velocity`: what the step before returned, in the same shape; 0 before the first step
/// - `learning_rate`: how much a gradient changes the velocity
/// - `momentum`: how much of the velocity stays, from 0 up to below 1
/// - returns the next `w` and the next velocity
pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    todo!("fully_connected: question 4")
}

// %% id="check-sgd-momentum"
gradus_assignments::check!(fully_connected, sgd_momentum);

// %% [markdown] id="rmsprop-text"
// ## 5. RMSProp
//
// Another remedy for the same trouble: give each parameter a learning rate of its own. Keep a running mean of its squared
// gradients, and divide the step by the root of that mean. Where gradients are always large, steps become smaller; where
// they are small, larger.
//
// $$ c \leftarrow \rho \, c + (1 - \rho) \, dw^2, \qquad w \leftarrow w - \frac{\eta \, dw}{\sqrt{c} + \varepsilon} $$
//
// Everything is done number by number: the square, the root and the division. The decay rate $\rho$, often 0.99, says how
// long the mean remembers: about $1 / (1 - \rho)$ steps. It is the *new* mean that divides. The small $\varepsilon$ stands
// **outside** the root; it keeps the division safe where no gradient has been seen yet, so that 0 / 0 does not become NaN.

// %% id="rmsprop"
/// One step of RMSProp.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `cache`: the running mean of squared gradients that the step before returned; 0 before the first step
/// - `learning_rate`: the length of a step
/// - `decay_rate`: how much of the old mean stays, from 0 up to below 1
/// - `epsilon`: what is added to the root of the mean
/// - returns the next `w` and the next running mean
pub fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    todo!("fully_connected: question 5")
}

// %% id="check-rmsprop"
gradus_assignments::check!(fully_connected, rmsprop);

// %% [markdown] id="adam-text"
// ## 6. Adam
//
// Adam takes from momentum the running mean of gradients, and from RMSProp the running mean of their squares:
//
// $$ t \leftarrow t + 1, \qquad m \leftarrow \beta_1 m + (1 - \beta_1) \, dw, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) \, dw^2 $$
//
// Both means start at 0, and so are too small at first. With a gradient $g$ that never changes, $m$ after $t$ steps is
// $(1 - \beta_1^t) \, g$: so divide by just that factor, and the bias is gone.
//
// $$ \hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad w \leftarrow w - \frac{\eta \, \hat m}{\sqrt{\hat v} + \varepsilon} $$
//
// - `t` comes in as the number of steps *before* this one, 0 at first, and is counted up before it is used. So the first
//   step divides by $1 - \beta_1$; with $t = 0$ it would divide by 0. The new `t` is returned too.
// - The corrected means are for this step alone. What is returned are $m$ and $v$ as they are, without the division.
// - The first step has the length $\eta$ in each parameter, whatever the size of its gradient: $\hat m / \sqrt{\hat v} = g / |g|$.
// - `beta1.powi(t as i32)` is a power.

// %% id="adam"
/// One step of Adam.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `m`: the running mean of gradients that the step before returned; 0 before the first step
/// - `v`: the running mean of squared gradients that the step before returned; 0 before the first step
/// - `t`: the number of steps before this one
/// - `learning_rate`: the length of a step
/// - `beta1`: how much of `m` stays, from 0 up to below 1
/// - `beta2`: how much of `v` stays, from 0 up to below 1
/// - `epsilon`: what is added to the root of the corrected `v`
/// - returns the next `w`, `m`, `v` and `t`
pub fn adam(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    m: &ArrayD<f64>,
    v: &ArrayD<f64>,
    t: usize,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize) {
    todo!("fully_connected: question 6")
}

// %% id="check-adam"
gradus_assignments::check!(fully_connected, adam);

// %% [markdown] id="paths-text"
// ### Four ways through a valley
//
// The loss $\frac{1}{2}(w_1^2 + 30 \, w_2^2)$ is thirty times as steep across as along. All four rules start at the same
// place and take 60 steps, each with a learning rate that suits it; the lowest point is at (0, 0). Gradient descent with
// a rate just below the largest one that still works swings from side to side and gets along slowly. Momentum swings too, but gains
// speed along the valley. RMSProp and Adam make steps of nearly the same length in both directions. Since RMSProp's steps do not become shorter where
// the gradient does, it jumps about the lowest point at the end.

// %% id="paths-shown"
/// The places that an update rule comes through.
fn path(rule: UpdateRule, learning_rate: f64) -> Vec<(f64, f64)> {
    let mut w = array![-9.0, 1.5].into_dyn();
    let (mut first, mut second, mut t) = (ArrayD::zeros(w.raw_dim()), ArrayD::zeros(w.raw_dim()), 0);
    let mut places = vec![(w[[0]], w[[1]])];
    for _ in 0..60 {
        let dw = array![w[[0]], 30.0 * w[[1]]].into_dyn();
        match rule {
            UpdateRule::Sgd => w.scaled_add(-learning_rate, &dw),
            UpdateRule::SgdMomentum => (w, first) = sgd_momentum(&w, &dw, &first, learning_rate, 0.8),
            UpdateRule::RmsProp => (w, second) = rmsprop(&w, &dw, &second, learning_rate, 0.9, 1e-8),
            UpdateRule::Adam => {
                (w, first, second, t) = adam(&w, &dw, &first, &second, t, learning_rate, 0.8, 0.99, 1e-8);
            }
        }
        places.push((w[[0]], w[[1]]));
    }
    places
}

show!(line_chart(
    "Sixty steps through a valley",
    "w1, along the valley",
    "w2, across it",
    &[
        ("SGD, rate 0.06", path(UpdateRule::Sgd, 0.06)),
        ("momentum, rate 0.02", path(UpdateRule::SgdMomentum, 0.02)),
        ("RMSProp, rate 0.25", path(UpdateRule::RmsProp, 0.25)),
        ("Adam, rate 0.5", path(UpdateRule::Adam, 0.5)),
    ],
));

// %% [markdown] id="correction-text"
// ### What the correction is good for
//
// Gradients of 1 with a little noise, and the length of each of the first 100 steps, with the learning rate 1. Adam's steps
// are of the length 1 from the beginning. Without the two divisions, the first steps are three to six times as long:
// $v$, which remembers longer, is still much too small while $m$ has already come nearer to its true size. The wild steps at the
// beginning can throw a network to a place from which it does not come back.

// %% id="correction-shown"
/// The length of Adam's first steps with and without correction. Without it, a step late enough to need none is asked for.
fn first_steps() -> Picture {
    let noise = normal::<f64, _>(100, 0.2, &mut generator(231));
    let lengths = |late: usize| {
        let zeros = ArrayD::zeros(vec![1]);
        let (mut m, mut v, mut t) = (zeros.clone(), zeros.clone(), late);
        let mut points = Vec::new();
        for (i, noise) in noise.iter().enumerate() {
            let dw = array![1.0 + noise].into_dyn();
            let next;
            (next, m, v, t) = adam(&zeros, &dw, &m, &v, t, 1.0, 0.9, 0.999, 1e-8);
            points.push(((i + 1) as f64, -next[[0]]));
        }
        points
    };
    line_chart(
        "The first hundred steps",
        "step",
        "length",
        &[("with correction", lengths(0)), ("without", lengths(1_000_000))],
    )
}

show!(first_steps());

// %% [markdown] id="train-text"
// ## 7. Training
//
// As for two layers, with two differences: there are as many parameters as there happen to be, and a step is made by one of
// four rules. `rule` is `UpdateRule::Sgd`, `SgdMomentum`, `RmsProp` or `Adam`; a `match` on it chooses. The settings are the
// usual ones:
//
// | rule | settings |
// | --- | --- |
// | `Sgd` | $w - \eta \, dw$, nothing else |
// | `SgdMomentum` | `momentum` 0.9 |
// | `RmsProp` | `decay_rate` 0.99, `epsilon` 1e-8 |
// | `Adam` | `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-8 |
//
// 1. Start from the network that is given, with all states at 0.
// 2. Draw `batch_size` random examples, with or without repetition.
// 3. Work out loss and gradients on them, and note the loss.
// 4. Make a step with each parameter: each has a **state of its own**, in its own shape, which goes on from iteration to
//    iteration. Adam's `t` is the number of iterations so far, the same for all parameters.
// 5. Go on with 2, `iterations` times in all.
//
// An update rule takes an `ArrayD`. `w.clone().into_dyn()` makes one, and `next.into_dimensionality()` makes of it an array
// with as many axes as the place has that it is put into. A helper that is generic over the number of axes,
// `fn step<D: Dimension>(parameter: &mut Array<f64, D>, ...)`, serves both weights and biases.
//
// What the grader relies on is as before: the history has the loss of each mini-batch, regulariser included, **before** that
// iteration's step; the learning rate stays the same; `batch_size` may be larger than the number of examples; 0 iterations
// return the network as it was, with an empty history; and all random numbers come from one generator made from `seed`.

// %% id="train"
/// Trains a network on random mini-batches.
///
/// - `net`: the network to start from
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `rule`: how a step is made of a gradient
/// - `learning_rate`: passed on to the update rule
/// - `reg`: strength of the regulariser, passed on to [`fully_connected_loss`]
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the trained network, and the loss of each mini-batch before its step
pub fn train(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    rule: UpdateRule,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (FullyConnectedNet, Vec<f64>) {
    todo!("fully_connected: question 7")
}

// %% id="check-train"
gradus_assignments::check!(fully_connected, train);

// %% [markdown] id="clothing-text"
// ### Images of clothing
//
// As before: 5,000 images for training, 1,000 for validation, and 1,000 for testing that nobody looks at before the end. Each
// image becomes a row of 784 numbers, and the mean training image is subtracted.

// %% id="clothing"
/// Rows of pixels, and labels.
struct Part {
    x: ArrayD<f64>,
    y: Array1<usize>,
}

impl Part {
    /// The first `count` examples.
    fn first(&self, count: usize) -> Part {
        let shown: Vec<usize> = (0..count).collect();
        Part { x: self.x.select(Axis(0), &shown), y: self.y.select(Axis(0), &shown) }
    }

    /// The share of examples whose class has the highest score.
    fn accuracy(&self, net: &FullyConnectedNet) -> f64 {
        let predicted = scores(net, &self.x).map_axis(Axis(1), |scores| {
            scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
        });
        accuracy(&predicted, &self.y)
    }
}

struct Clothing {
    train: Part,
    validation: Part,
    test: Part,
}

fn clothing() -> Clothing {
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 5000, validation: 1000, ..Default::default() }, 231);
    let rows = fashion.train.unit_rows::<f64>();
    let mean = mean_image(&rows.select(Axis(0), &parts.train));
    let part = |indices: &[usize]| Part {
        x: subtract_mean(&rows.select(Axis(0), indices), &mean).into_dyn(),
        y: fashion.train.labels.select(Axis(0), indices),
    };
    Clothing {
        train: part(&parts.train),
        validation: part(&parts.validation),
        test: Part { x: subtract_mean(&fashion.test.unit_rows(), &mean).into_dyn(), y: fashion.test.labels },
    }
}

fn means_of(count: usize, history: &[f64]) -> Vec<f64> {
    history.chunks(count).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect()
}

// %% [markdown] id="by-heart-text"
// ### Fifty images by heart
//
// Before a long training, a short one: can the network learn fifty images by heart? If not, no amount of data will help,
// and something is wrong: the gradients, the step, or the first weights. Plain gradient descent, 20 epochs of two mini-batches
// of 25; three layers with 100 units in each hidden one, then five.
//
// Three layers get there with many settings. Five are more particular: with weights of the deviation 0.05, with which three
// still learn, they get nowhere near; at 0.15 it is as easy as with three. Try other values in the cell.

// %% id="by-heart-shown"
/// The training accuracy after each of 20 epochs.
fn by_heart(fifty: &Part, hidden: &Array1<usize>, weight_scale: f64, learning_rate: f64) -> Vec<f64> {
    let mut net = initialise(784, hidden, 10, weight_scale, 231);
    let mut accuracies = Vec::new();
    for epoch in 0..20 {
        net = train(&net, &fifty.x, &fifty.y, UpdateRule::Sgd, learning_rate, 0.0, 2, 25, epoch).0;
        accuracies.push(fifty.accuracy(&net));
    }
    accuracies
}

fn fifty_by_heart() -> Picture {
    let fifty = clothing().train.first(50);
    let (three, five) = (array![100, 100], array![100, 100, 100, 100]);
    accuracy_curves(&[
        ("3 layers, 0.05", &by_heart(&fifty, &three, 0.05, 0.3)[..]),
        ("3 layers, 0.15", &by_heart(&fifty, &three, 0.15, 0.2)[..]),
        ("5 layers, 0.05", &by_heart(&fifty, &five, 0.05, 0.3)[..]),
        ("5 layers, 0.15", &by_heart(&fifty, &five, 0.15, 0.1)[..]),
    ])
}

show!(fifty_by_heart());

// %% [markdown] id="rules-text"
// ### Four rules on the same network
//
// Six layers, 4,000 images, five epochs of mini-batches of 100, the same first weights. Each point of the first picture is the
// mean of ten mini-batches; the second has the accuracy on the validation images after each epoch. Learning rates are not comparable
// between rules: where the gradient is divided by its size, a step is about as long as the rate says.

// %% id="rules"
const RULES: [(&str, UpdateRule, f64); 4] = [
    ("SGD, rate 0.01", UpdateRule::Sgd, 0.01),
    ("momentum, rate 0.01", UpdateRule::SgdMomentum, 0.01),
    ("RMSProp, rate 0.0003", UpdateRule::RmsProp, 0.0003),
    ("Adam, rate 0.001", UpdateRule::Adam, 0.001),
];

/// Shows losses and accuracies.
fn four_rules() -> String {
    let start_time = Instant::now();
    let Clothing { train: part, validation, .. } = clothing();
    let part = part.first(4000);
    let start = initialise(784, &array![100, 100, 100, 100, 100], 10, 0.1, 231);
    let runs = RULES.map(|(_, rule, rate)| {
        // A training cannot be interrupted without losing its states, so each length starts anew.
        let lengths =
            [40, 80, 120, 160, 200].map(|steps| train(&start, &part.x, &part.y, rule, rate, 1e-3, steps, 100, 231));
        let accuracies: Vec<f64> = lengths.iter().map(|(net, _)| validation.accuracy(net)).collect();
        (means_of(10, &lengths[4].1), accuracies)
    });
    let names = RULES.map(|(name, ..)| name);
    let losses: Vec<_> = names.iter().zip(&runs).map(|(name, (losses, _))| (*name, &losses[..])).collect();
    let accuracies: Vec<_> = names.iter().zip(&runs).map(|(name, (_, accuracies))| (*name, &accuracies[..])).collect();
    show!(loss_curves(&losses));
    show!(accuracy_curves(&accuracies));
    format!("twenty trainings in {:.1?}", start_time.elapsed())
}

// %% id="rules-run"
println!("{}", four_rules());

// %% [markdown] id="depth-text"
// ### Depth and the size of the first weights
//
// Networks with 1, 4 and 8 hidden layers of 50 units, each started with seven sizes of weights and trained with 150 steps of
// Adam. The picture has the loss at the end; what is above 3, or no number any more, is drawn at 3. The deeper the network, the
// narrower the range in which it learns: a factor that is a little too small or too large is taken to the power of the
// depth. For 50 inputs, He's rule gives a deviation of $\sqrt{2 / 50} = 0.2$, whose logarithm is -0.7.

// %% id="depth-shown"
fn depth_and_scale() -> Picture {
    let part = clothing().train.first(2000);
    let line = |depth: usize| {
        let loss_at = |exponent: f64| {
            let net = initialise(784, &Array1::from_elem(depth, 50), 10, 10f64.powf(exponent), 231);
            let (_, history) = train(&net, &part.x, &part.y, UpdateRule::Adam, 1e-3, 0.0, 150, 50, 231);
            // The smaller of NaN and 3 is 3.
            (history[130..].iter().sum::<f64>() / 20.0).min(3.0)
        };
        [-3.0, -2.0, -1.5, -1.0, -0.7, -0.3, 0.0].map(|exponent| (exponent, loss_at(exponent))).to_vec()
    };
    line_chart(
        "Loss after 150 steps",
        "logarithm of weight_scale, to base 10",
        "loss",
        &[("1 hidden layer", line(1)), ("4 hidden layers", line(4)), ("8 hidden layers", line(8))],
    )
}

show!(depth_and_scale());

// %% [markdown] id="best-text"
// ### The best network
//
// Two depths, two learning rates and two strengths of the regulariser with Adam, eight trainings of ten epochs. The
// validation images choose; at least 0.84 of them should get their right class with the best combination. If you have time, go on
// from there, and try for 0.87: other widths, more epochs, a learning rate that becomes smaller towards the end.

// %% id="best"
fn search_and_test() -> String {
    let start = Instant::now();
    let Clothing { train: part, validation, test } = clothing();
    let mut tried = Vec::new();
    for hidden in [array![100], array![100, 100, 100]] {
        for reg in [1e-4, 3e-3] {
            for learning_rate in [5e-4, 2e-3] {
                let net = initialise(784, &hidden, 10, 0.1, 231);
                let (net, _) = train(&net, &part.x, &part.y, UpdateRule::Adam, learning_rate, reg, 500, 100, 231);
                let reached = validation.accuracy(&net);
                println!("hidden layers {}, reg {reg}, learning rate {learning_rate}: {reached:.3}", hidden.len());
                tried.push((reached, net));
            }
        }
    }
    let (reached, net) = tried.iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("some were tried");
    format!(
        "{} trainings in {:.1?}\nbest: accuracy on the validation images {reached:.3}, on the test images {:.3}",
        tried.len(),
        start.elapsed(),
        test.accuracy(net)
    )
}

// %% id="best-run"
println!("{}", search_and_test());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** With weights of the deviation 0.05, the five-layer network learned few of fifty images, though the three-layer network
// learned most of them. Why? Would a larger learning rate help? And what would go wrong if the weights started at 0.05 everywhere, all equal,
// instead of at random?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** AdaGrad keeps the *sum* of all squared gradients where RMSProp keeps a running mean: `cache += dw * dw`, and the
// step is divided by its root. What becomes of its steps in a long training, and why? Does Adam have the same trouble? Name
// a case where it would be welcome.
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** Multiply the loss by 100. What happens to a step of plain gradient descent, of momentum, of RMSProp, of Adam, with
// the same learning rates? What does that say about choosing a learning rate? And why can the regulariser inside the loss work
// differently with Adam than with plain gradient descent?
//
// *Write your answer here.*
