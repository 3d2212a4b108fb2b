// %% [markdown] id="title"
// # Dropout, and other ways to regularise
//
// A network with enough units can learn any training set by heart. That is easy, and of no use: what counts is how it does
// on images that it has never seen. Whatever makes it do better on those, at the price of doing worse on the training
// images, is called *regularisation*.
//
// You know one way, a penalty on large weights. This assignment is about a stranger one, which works surprisingly well: at
// every training step, a random half of the hidden units is switched off. A unit that cannot rely on any other one being
// there has to be useful by itself. And since every step trains another network, in the end one has an average of very
// many networks in one, which can even tell how sure it is.
//
// You write seven functions:
//
// 1. dropout, forward, in training and in evaluation;
// 2. dropout, backward;
// 3. the scores of a network with dropout behind its hidden layers;
// 4. its loss and its gradients;
// 5. a prediction that averages several passes with dropout, and says how much they differ;
// 6. a limit on the length of each unit's weights;
// 7. a softmax loss whose labels are not quite certain.
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
// | `x` | `ArrayD` (batch, ...) | numbers of any shape; for a network one example for each index of the first axis |
// | `y` | `Array1` (batch) | the label of each example: the number of its class, from 0 |
// | `p` | `f64`, above 0 and at most 1 | the probability of **keeping** a number |
// | `mode` | `Mode` | `Mode::Train` or `Mode::Evaluate` |
// | `seed` | `u64` | where the random numbers start |
// | `net.layers[i].w`, `.b` | (inputs, outputs), (outputs) | weights and biases of a layer |
//
// - Mind what `p` means. Some libraries call dropout with the probability of *dropping*; here, as in CS231n, `p` = 0.8 keeps
//   four numbers out of five. Evaluation needs no `p`, and pays no attention to it.
// - All random numbers come from a generator made of `seed`, for example `StdRng::seed_from_u64(seed)`. The same seed gives the
//   same mask for an array of the same shape, whatever numbers are in the array: otherwise no gradient could be held
//   against differences.
// - The loss of a network is the **mean** softmax loss over the examples, plus `0.5 * reg * sum(w^2)` over the weights of all
//   layers. Biases are not regularised.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one example, one feature, one class, and one unit in each hidden layer can be taken
//   for granted.
//
// The parameters of a network, and the gradients as well, stand in the struct of the assignment on networks of any depth:
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
// From the assignments before you have, in the library, `softmax_loss(&scores, &y)`, `softmax(&scores)`,
// `log_sum_exp(&scores)`, and the layers: `affine_forward(&x, &w, &b)` and `affine_relu_forward(&x, &w, &b)`, each with
// its output (batch, outputs) and its cache, `affine_backward(&dout, &cache)` and `affine_relu_backward(&dout, &cache)`,
// each with `(dx, dw, db)`.

// %% id="imports"
use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::{log_sum_exp, softmax, softmax_loss};
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

// %% id="imports-for-experiments"
use gradus_check::{numeric_gradient, numeric_gradient_array, relative_error};
use gradus_nn::data::fashion_mnist::load;
use gradus_nn::initialise::he_normal;
use gradus_nn::metrics::accuracy;
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pictures::{Picture, accuracy_curves, activation_histograms, line_chart};
use gradus_nn::preprocess::{mean_image, subtract_mean};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Ix1, array};
use std::time::Instant;

// %% [markdown] id="dropout-forward-text"
// ## 1. Dropout, forward
//
// In training each number is kept with the probability $p$, and set to 0 otherwise, by a random draw of its own:
//
// $$ \text{out} = x \cdot m, \qquad m = \begin{cases} 1 / p & \text{with probability } p \\ 0 & \text{otherwise} \end{cases} $$
//
// **Why $1 / p$?** What comes behind sums up many of these numbers. If a half of them is missing, the sum is only half as
// large as it will be later, when nothing is dropped, and everything behind would see numbers of a size that it has not
// been trained with. Dividing what is kept by $p$ makes up for it: the expectation of an output is $p \cdot x / p + (1 -
// p) \cdot 0 = x$.
//
// The first paper on dropout did it the other way round: no division in training, and all numbers times $p$ in
// evaluation. The expectations agree, but then whoever *uses* a network has to know of dropout. With the division in training,
// which is called *inverted* dropout, evaluation has nothing to do:
//
// $$ \text{out} = x \qquad \text{in evaluation} $$
//
// - Each number by itself: no whole rows, no whole columns, no fixed count of them.
// - `random.random::<f64>()` is a number from 0 up to below 1. It is below $p$ with the probability $p$.
// - The mask is part of the cache, since the way back has to go through the same one. The type below is a first version;
//   put in its place what you find useful, only the name must stay.

// %% id="dropout-cache"
/// What `dropout_backward` needs of the forward pass.
pub struct DropoutCache {
    /// What each number was multiplied by; none in evaluation.
    pub mask: Option<ArrayD<f64>>,
}

// %% id="dropout-forward"
/// Inverted dropout.
///
/// - `x`: numbers, with any axes
/// - `p`: the probability of keeping a number, above 0 and at most 1
/// - `mode`: training, where numbers are dropped, or evaluation, where nothing is changed
/// - `seed`: where the random numbers start
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    todo!("dropout: question 1")
}

// %% id="check-dropout-forward"
gradus_assignments::check!(dropout, dropout_forward);

// %% [markdown] id="statistics-text"
// ### Means and shares
//
// Random numbers around 10, in 500 rows of 500. In training the mean should stay where it was, about 10, for every $p$,
// and the share of zeros should be about $1 - p$; in evaluation nothing should change. CS231n's notebook, with other
// random numbers, gets the means 10.014, 9.978 and 9.988 and the shares 0.750, 0.601 and 0.301 in training.

// %% id="statistics"
fn statistics() -> String {
    let x = normal::<f64, _>((500, 500), 1.0, &mut generator(231)).into_dyn() + 10.0;
    let zeros = |out: &ArrayD<f64>| out.iter().filter(|out| **out == 0.0).count() as f64 / out.len() as f64;
    let lines = [0.25, 0.4, 0.7].map(|p| {
        let (training, _) = dropout_forward(&x, p, Mode::Train, 231);
        let (evaluation, _) = dropout_forward(&x, p, Mode::Evaluate, 231);
        format!(
            "p = {p}: mean of x {:.3}, in training {:.3} with {:.3} zeros, in evaluation {:.3} with {:.3} zeros",
            x.sum() / x.len() as f64,
            training.sum() / x.len() as f64,
            zeros(&training),
            evaluation.sum() / x.len() as f64,
            zeros(&evaluation)
        )
    });
    lines.join("\n")
}

// %% id="statistics-run"
println!("{}", statistics());

// %% [markdown] id="activations-text"
// ### With and without the division
//
// One example has 200 numbers, and the unit behind them adds them up with 200 weights. Below is how the sum is spread
// over 2,000 masks, for three values of $p$: above with the division by $p$, below without it.
//
// With the division the mean stays where it is in evaluation, and what $p$ changes is the spread: the fewer numbers are
// kept, the noisier is the sum. That noise is what regularises. Without the division the mean moves to $p$ times what it
// should be, and the unit is trained with sums that it will not see in evaluation.

// %% id="activations"
/// The sum of one unit behind dropout, and its values for 2,000 masks.
fn sums(p: f64) -> (f64, Array1<f64>) {
    let x = normal::<f64, _>(200, 1.0, &mut generator(231)).mapv(f64::abs);
    let w = normal::<f64, _>(200, 0.1, &mut generator(1)) + 0.04;
    let one = |seed| dropout_forward(&x.clone().into_dyn(), p, Mode::Train, seed).0.into_dimensionality::<Ix1>();
    (x.dot(&w), (0..2000).map(|seed| one(seed).expect("one axis").dot(&w)).collect())
}

fn sums_shown() -> Picture {
    let with = [0.8, 0.5, 0.25].map(|p| (format!("p = {p}"), sums(p).1));
    let without = [0.8, 0.5, 0.25].map(|p| (format!("p = {p}, no division"), sums(p).1 * p));
    let all = [with, without].concat();
    let all: Vec<_> = all.iter().map(|(name, sums)| (name.as_str(), sums.view().into_dyn())).collect();
    activation_histograms(&all)
}

// %% id="activations-shown"
println!("in evaluation the sum is {:.2}", sums(0.5).0);
show!(sums_shown());

// %% [markdown] id="dropout-backward-text"
// ## 2. Dropout, backward
//
// Once the mask is drawn, dropout is a multiplication, number by number: the output moves $m$ times as far as the input
// does. So
//
// $$ dx = \text{dout} \cdot m \qquad \text{in training}, \qquad dx = \text{dout} \qquad \text{in evaluation} $$
//
// with **the mask of the forward pass**. A number that was dropped had no part in the loss, and nothing comes back to it.
// What was kept gets its gradient times $1 / p$, since it was made larger.
//
// The mask cannot be told from the output: behind ReLU many numbers are exactly 0, whether they were kept or not.

// %% id="dropout-backward"
/// The gradient of dropout.
///
/// - `dout`: the gradient with respect to the output
/// - `cache`: what `dropout_forward` returned beside it
/// - returns `dx`, all in the same shape
pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    todo!("dropout: question 2")
}

// %% id="check-dropout-backward"
gradus_assignments::check!(dropout, dropout_backward after dropout_forward);

// %% [markdown] id="dropout-gradient-text"
// ### Against differences
//
// With a fixed seed, dropout is an ordinary function, and its gradient can be held against differences. It is linear in
// `x`, so all that separates the two is rounding: errors of about 1e-9 and less.

// %% id="dropout-gradient"
fn dropout_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((10, 10), 1.0, &mut random).into_dyn() + 10.0;
    let dout = normal::<f64, _>((10, 10), 1.0, &mut random).into_dyn();
    let errors = [Mode::Train, Mode::Evaluate].map(|mode| {
        let (_, cache) = dropout_forward(&x, 0.2, mode, 123);
        let slope = numeric_gradient_array(|x| dropout_forward(x, 0.2, mode, 123).0, &x, &dout);
        relative_error(&dropout_backward(&dout, &cache), &slope)
    });
    format!("relative errors of dx: training {:.1e}, evaluation {:.1e}", errors[0], errors[1])
}

// %% id="dropout-gradient-run"
println!("{}", dropout_errors());

// %% [markdown] id="scores-text"
// ## 3. The scores of a network with dropout
//
// Each hidden layer is an affine layer, ReLU and dropout, in this order. The last layer is an affine layer alone: nobody wants
// scores to be dropped, since the label's score may be among them.
//
// $$ h_0 = x, \qquad h_i = \text{dropout}(\max(0,\; h_{i-1} W_i + b_i)) \;\text{ for each hidden layer}, \qquad
// \text{scores} = h_{L-1} W_L + b_L $$
//
// - Every layer needs a mask of its own. If you gave `seed` itself to each `dropout_forward`, layers of the same width would
//   drop the same units, in every step of a training. Make **one** generator from `seed`, and draw a new seed for each layer:
//   `random.random()` is a random `u64` where a `u64` is expected.
// - In evaluation the result is that of the network without dropout, whatever `p` and `seed` are.
// - Without hidden layers there is nothing to drop.

// %% id="scores"
/// The scores of examples.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `mode`: training or evaluation
/// - `seed`: where the random numbers start
/// - returns the scores (batch, classes)
pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    todo!("dropout: question 3")
}

// %% id="check-scores"
gradus_assignments::check!(dropout, scores);

// %% [markdown] id="masks-text"
// ### Is evaluation the mean over all masks?
//
// One layer of weights behind dropout is linear in the mask, so that the mean of its outputs over all masks is exactly
// its output in evaluation. With ReLU and another dropout in between that is no longer true: the mean of a bent function
// is not the bent function of the mean. The picture shows how far the mean of the scores over more and more masks is from
// the scores of evaluation, both on a logarithmic scale. With one hidden layer the distance falls like one over the root
// of the number of masks. With three it comes to a halt: a difference is left that no number of masks takes away.
// Evaluation approximates the mean, and costs a single pass.

// %% id="masks-shown"
/// Weights after He, biases 0.
fn initialise(stages: &[usize], seed: u64) -> FullyConnectedNet {
    let mut random = generator(seed);
    let layers = stages
        .windows(2)
        .map(|pair| Layer { w: he_normal((pair[0], pair[1]), &mut random), b: Array1::zeros(pair[1]) });
    FullyConnectedNet { layers: layers.collect() }
}

/// The logarithms of a number of masks, and of how far the mean over as many is from evaluation, relative to its size.
fn distances(stages: &[usize]) -> Vec<(f64, f64)> {
    let net = initialise(stages, 231);
    let x = normal::<f64, _>((50, stages[0]), 1.0, &mut generator(1)).into_dyn();
    let evaluated = scores(&net, &x, 0.8, Mode::Evaluate, 0);
    let size = evaluated.mapv(|score| score * score).sum().sqrt();
    let mut sum = Array2::zeros(evaluated.raw_dim());
    let mut points = Vec::new();
    for count in 1..=3000_u32 {
        sum += &scores(&net, &x, 0.8, Mode::Train, u64::from(count));
        if [1, 3, 10, 30, 100, 300, 1000, 3000].contains(&count) {
            let distance = (&sum / f64::from(count) - &evaluated).mapv(|score| score * score).sum().sqrt() / size;
            points.push((f64::from(count).log10(), distance.log10()));
        }
    }
    points
}

show!(line_chart(
    "From the mean over masks to evaluation",
    "logarithm of the number of masks, to base 10",
    "logarithm of the relative distance",
    &[("1 hidden layer", distances(&[20, 60, 10])), ("3 hidden layers", distances(&[20, 60, 60, 60, 10]))],
));

// %% [markdown] id="fully-connected-loss-text"
// ## 4. The loss and its gradients
//
// As in the network without dropout, with one more pair of functions in each hidden layer: forward through
// `affine_relu_forward` and `dropout_forward`, whose caches are kept; backward, from the last layer to the first, through
// `dropout_backward` and `affine_relu_backward`. This function is for training, so the mode is `Mode::Train`; with $p$ =
// 1 it gives the loss of evaluation.
//
// The regulariser is about the weights as they are. It knows nothing of masks: $\frac{1}{2}\,\text{reg} \sum W^2$ in the loss,
// $\text{reg} \cdot W$ in the gradient of `w`, for all weights, also for those of units that were dropped.
//
// `dx.into_dimensionality::<Ix2>()` makes a matrix of an `ArrayD` that has two axes; `matrix.into_dyn()` goes the other way.

// %% id="fully-connected-loss"
/// The loss of the network in training, and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - `seed`: where the random numbers start
/// - returns the loss, and its gradient with respect to each parameter, at the parameter's place
pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    todo!("dropout: question 4")
}

// %% id="check-fully-connected-loss"
gradus_assignments::check!(dropout, fully_connected_loss);

// %% [markdown] id="first-losses-text"
// ### First losses, and the gradients against differences
//
// Two hidden layers of 20 and 30 units, weights of the deviation 0.05, ten classes. With such small weights the scores
// are near 0, with dropout or without, so each first loss should be near $\ln 10 = 2.303$; CS231n's notebook gets 2.3005,
// 2.3024 and 2.3043.
//
// Most of the relative errors should be 1e-6 or less. A single one may be larger, up to 1e-4, where a gradient is so near
// 0 that rounding shows. An error near 1 says that something is wrong.

// %% id="first-losses"
fn first_loss(p: f64) -> String {
    let mut random = generator(231);
    let layers = [(15, 20), (20, 30), (30, 10)]
        .map(|shape| Layer { w: normal(shape, 0.05, &mut random), b: Array1::zeros(shape.1) });
    let net = FullyConnectedNet { layers: layers.to_vec() };
    let x = normal::<f64, _>((2, 15), 1.0, &mut generator(1)).into_dyn();
    let y = array![3, 8];
    let (loss, gradients) = fully_connected_loss(&net, &x, &y, p, 0.0, 123);
    let mut lines = vec![format!("p = {p}: first loss {loss:.4}")];
    for (i, gradient) in gradients.layers.iter().enumerate() {
        let with = |change: &dyn Fn(&mut Layer)| {
            let mut net = net.clone();
            change(&mut net.layers[i]);
            fully_connected_loss(&net, &x, &y, p, 0.0, 123).0
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
println!("{}\n{}\n{}", first_loss(1.0), first_loss(0.75), first_loss(0.5));

// %% [markdown] id="mc-dropout-predict-text"
// ## 5. Ask the network several times
//
// In evaluation dropout is off, and the network always says the same. Leave it on, and each pass is the answer of another,
// thinned-out network. Ask $T$ of them, and take the mean of what they say: an average over an ensemble of networks, though
// only one was trained. This is called *Monte Carlo dropout*. Its best part is the spread: where all those networks agree, the
// answer stands on firm ground; where they differ, it does not.
//
// With the softmax probabilities $q_1, \dots, q_T$ of $T$ passes, for each example and class
//
// $$ \text{mean} = \frac{1}{T} \sum_t q_t, \qquad \text{spread} = \sqrt{\frac{1}{T} \sum_t (q_t - \text{mean})^2} $$
//
// - The mean is over *probabilities*: first the softmax of each pass, then the mean. The softmax of the mean scores is
//   something else.
// - Every pass needs a seed of its own, drawn from one generator that is made from `seed`.
// - Divide by $T$. With one pass the spread is 0.
// - The mean of the squares less the square of the mean is the same in theory. In practice rounding can make that a
//   little less than 0, and its root NaN.

// %% id="mc-dropout-predict"
/// The prediction of several passes with dropout.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `passes`: how many, at least 1
/// - `seed`: where the random numbers start
/// - returns the mean of the probabilities (batch, classes) over the passes, and their standard deviation
pub fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    todo!("dropout: question 5")
}

// %% id="check-mc-dropout-predict"
gradus_assignments::check!(dropout, mc_dropout_predict);

// %% [markdown] id="max-norm-text"
// ## 6. A limit on the length of weights
//
// A penalty pulls at every weight at all times. *Max-norm* regularisation does nothing, until the weights that lead to a
// unit become too long, as a vector. Then it shortens them to the limit:
//
// $$ w_{\cdot j} \leftarrow w_{\cdot j} \cdot \min\!\left(1,\; \frac{c}{\lVert w_{\cdot j} \rVert}\right), \qquad
// \lVert w_{\cdot j} \rVert = \sqrt{\textstyle\sum_i w_{ij}^2} $$
//
// It is applied after each step of the training. The authors of dropout recommend it beside dropout: with it, one can begin
// with large learning rates, because weights cannot blow up.
//
// - `w` is (inputs, outputs): the weights that lead to one unit are a **column**.
// - A column within the limit stays as it is. One of zeros has the length 0: mind the division.
// - The direction of a column stays the same.

// %% id="max-norm"
/// Weights whose columns are no longer than a limit.
///
/// - `w`: weights (inputs, outputs)
/// - `limit`: how long a column may be, above 0
/// - returns the weights, each column that was longer shortened to the limit
pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    todo!("dropout: question 6")
}

// %% id="check-max-norm"
gradus_assignments::check!(dropout, max_norm);

// %% [markdown] id="label-smoothing-loss-text"
// ## 7. Labels that are not quite certain
//
// The softmax loss is never content. When the label's class has the probability 0.99, it still pulls, for 0.999 would be
// better, and scores grow without end. *Label smoothing* asks for less. The target is not 1 for the label and 0 for the
// other classes, but
//
// $$ t_{ij} = (1 - \varepsilon) \, [\, j = y_i \,] + \frac{\varepsilon}{C} $$
//
// with $C$ classes and the smoothing $\varepsilon$, often 0.1: a share $\varepsilon$ of the certainty is spread evenly over
// *all* classes, that of the label included. The loss is the cross-entropy against these targets,
//
// $$ L = -\frac{1}{N} \sum_i \sum_j t_{ij} \ln q_{ij}, \qquad \frac{\partial L}{\partial x_{ij}} = \frac{q_{ij} - t_{ij}}{N}, \qquad
// \ln q_{ij} = x_{ij} - \ln \sum_k e^{x_{ik}} $$
//
// with the softmax probabilities $q$. With $\varepsilon = 0$ it is the softmax loss that you know. Take $\ln q$ from the
// formula on the right, with `log_sum_exp`: a probability can be so small that it is 0 in a computer, and the logarithm
// of 0 is no number to go on with. Now that all classes have a target above 0, each of them counts.

// %% id="label-smoothing-loss"
/// Softmax loss against smoothed labels.
///
/// - `x`: scores (batch, classes)
/// - `y`: labels (batch)
/// - `smoothing`: how much of the certainty is spread over all classes, from 0 up to below 1
/// - returns the mean loss, and its gradient with respect to `x`
pub fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    todo!("dropout: question 7")
}

// %% id="check-label-smoothing-loss"
gradus_assignments::check!(dropout, label_smoothing_loss);

// %% [markdown] id="experiments-text"
// ## Experiments
//
// All of your functions together, on images.

// %% [markdown] id="clothing-text"
// ### Images of clothing, and how to train
//
// As before, each image becomes a row of 784 numbers, and the mean training image is subtracted. But this time only 500
// images are for training: the fewer there are, the sooner a network knows them by heart. 1,000 images are for
// validation.
//
// `train` is given: mini-batches of 50 and Adam, with a new seed for dropout in every step. After each epoch it calls
// `after_epoch`.

// %% id="clothing"
/// Rows of pixels, and labels.
struct Part {
    x: ArrayD<f64>,
    y: Array1<usize>,
}

impl Part {
    fn accuracy(&self, net: &FullyConnectedNet) -> f64 {
        accuracy(&highest(&scores(net, &self.x, 1.0, Mode::Evaluate, 0)), &self.y)
    }
}

/// The class with the highest number in each row.
fn highest(rows: &Array2<f64>) -> Array1<usize> {
    rows.map_axis(Axis(1), |row| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class))
}

/// `count` images for training and 1,000 for validation.
fn clothing(count: usize) -> (Part, Part) {
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 5000, validation: 1000, ..Default::default() }, 231);
    let rows = fashion.train.unit_rows::<f64>();
    let mean = mean_image(&rows.select(Axis(0), &parts.train));
    let part = |indices: &[usize]| Part {
        x: subtract_mean(&rows.select(Axis(0), indices), &mean).into_dyn(),
        y: fashion.train.labels.select(Axis(0), indices),
    };
    (part(&parts.train[..count]), part(&parts.validation))
}

// %% id="training"
/// How to train.
struct Plan {
    p: f64,
    reg: f64,
    learning_rate: f64,
    epochs: usize,
    /// The limit on the length of each column of weights, if there is one.
    limit: Option<f64>,
}

const PLAN: Plan = Plan { p: 1.0, reg: 0.0, learning_rate: 1e-3, epochs: 30, limit: None };

fn train(
    start: &FullyConnectedNet,
    part: &Part,
    plan: &Plan,
    mut after_epoch: impl FnMut(&FullyConnectedNet),
) -> FullyConnectedNet {
    let mut random = generator(231);
    let mut net = start.clone();
    let mut adams: Vec<(Adam<f64, Ix2>, Adam<f64, Ix1>)> =
        net.layers.iter().map(|_| (Adam::new(plan.learning_rate), Adam::new(plan.learning_rate))).collect();
    let count = part.y.len();
    for _ in 0..plan.epochs {
        for _ in 0..count.div_ceil(50) {
            let batch = with_replacement(count, 50.min(count), &mut random);
            let (x, y) = (part.x.select(Axis(0), &batch), part.y.select(Axis(0), &batch));
            let (_, gradients) = fully_connected_loss(&net, &x, &y, plan.p, plan.reg, random.random());
            for ((layer, gradient), (of_w, of_b)) in net.layers.iter_mut().zip(&gradients.layers).zip(&mut adams) {
                of_w.update(&mut layer.w, &gradient.w);
                of_b.update(&mut layer.b, &gradient.b);
                if let Some(limit) = plan.limit {
                    layer.w = max_norm(&layer.w, limit);
                }
            }
        }
        after_epoch(&net);
    }
    net
}

// %% [markdown] id="by-heart-text"
// ### Fifty images by heart
//
// Can a network with dropout still learn a few images by heart? It can, but it takes longer: every step sees another part
// of the network. With $p$ = 0.25 sixty epochs are not enough. The accuracy is that of evaluation, in which all units
// work together.

// %% id="by-heart-shown"
fn by_heart() -> Picture {
    let (fifty, _) = clothing(50);
    let lines = [1.0, 0.5, 0.25].map(|p| {
        let mut accuracies = Vec::new();
        let plan = Plan { p, epochs: 60, ..PLAN };
        train(&initialise(&[784, 100, 100, 10], 231), &fifty, &plan, |net| accuracies.push(fifty.accuracy(net)));
        accuracies
    });
    accuracy_curves(&[("everything kept", &lines[0][..]), ("p = 0.5", &lines[1][..]), ("p = 0.25", &lines[2][..])])
}

show!(by_heart());

// %% [markdown] id="ratios-text"
// ### Five hundred images, four probabilities of keeping
//
// One hidden layer of 300 units, 500 images. The first picture has the accuracy on the training images after each epoch,
// the second that on the validation images. Without dropout the network knows all training images soon. The fewer units
// are kept, the longer that takes, and the smaller is the gap between the two accuracies at the end.
//
// A smaller gap is not yet a better network: on the validation images the four are hardly apart here, since what is
// missing most is images. Dropout does most for large networks that are trained for long. Try more units and more epochs.

// %% id="ratios"
fn four_ratios() -> String {
    let start_time = Instant::now();
    let (part, validation) = clothing(500);
    let start = initialise(&[784, 300, 10], 231);
    let curves = [1.0, 0.75, 0.5, 0.25].map(|p| {
        let (mut on_training, mut on_validation) = (Vec::new(), Vec::new());
        train(&start, &part, &Plan { p, ..PLAN }, |net| {
            on_training.push(part.accuracy(net));
            on_validation.push(validation.accuracy(net));
        });
        (format!("p = {p}"), on_training, on_validation)
    });
    show!(accuracy_curves(&curves.each_ref().map(|(name, on_training, _)| (name.as_str(), &on_training[..]))));
    show!(accuracy_curves(&curves.each_ref().map(|(name, _, on_validation)| (name.as_str(), &on_validation[..]))));
    let lines = curves.each_ref().map(|(name, on_training, on_validation)| {
        let last = |accuracies: &[f64]| accuracies[accuracies.len() - 5..].iter().sum::<f64>() / 5.0;
        let (training, validation) = (last(on_training), last(on_validation));
        format!("{name}: training {training:.3}, validation {validation:.3}, gap {:.3}", training - validation)
    });
    format!("means of the last five epochs, {:.1?} in all\n{}", start_time.elapsed(), lines.join("\n"))
}

// %% id="ratios-run"
println!("{}", four_ratios());

// %% [markdown] id="rates-text"
// ### Large steps
//
// The same network with $p$ = 0.5 and a learning rate that is far too large for it, with and without a limit on the
// length of each column. The second picture has the length of the longest column of the first layer. Without the limit
// the weights grow and grow; with it they cannot. The accuracy is another matter: a step of Adam has the same length
// whatever the weights are, so it turns a short column much further than a long one. With the limit the network never
// comes to rest at this rate. The authors of dropout let the rate become smaller in the course of the training; try that.

// %% id="rates"
fn large_steps() -> String {
    let start_time = Instant::now();
    let (part, validation) = clothing(500);
    let start = initialise(&[784, 300, 10], 231);
    let runs = [("no limit", None), ("limit 4", Some(4.0)), ("limit 2", Some(2.0))].map(|(name, limit)| {
        let (mut accuracies, mut lengths) = (Vec::new(), Vec::new());
        train(&start, &part, &Plan { p: 0.5, learning_rate: 0.03, limit, ..PLAN }, |net| {
            accuracies.push(validation.accuracy(net));
            let longest = net.layers[0].w.columns().into_iter().map(|w| w.dot(&w).sqrt()).fold(0.0, f64::max);
            lengths.push((lengths.len() as f64 + 1.0, longest));
        });
        (name, accuracies, lengths)
    });
    show!(accuracy_curves(&runs.each_ref().map(|(name, accuracies, _)| (*name, &accuracies[..]))));
    show!(line_chart(
        "The longest column of the first layer",
        "epoch",
        "length",
        &runs.each_ref().map(|(name, _, lengths)| (*name, lengths.clone())),
    ));
    format!("three trainings in {:.1?}", start_time.elapsed())
}

// %% id="rates-run"
println!("{}", large_steps());

// %% [markdown] id="passes-text"
// ### How many passes, and what the spread is good for
//
// A network with two hidden layers is trained with dropout. The first picture has the accuracy of the mean of more and
// more passes on the validation images; the level line is that of evaluation. A single pass does clearly worse, and a few
// dozen of them do about as well as evaluation.
//
// The second picture is about being allowed to say *I do not know*. The images are put in order of certainty, and the
// least certain ones are left to a human. How many of the others are right? Certainty is measured in three ways: by the
// highest probability in evaluation; by the highest mean probability of 100 passes; by the spread of the probability of
// the chosen class, where a small spread is certain. If certainty is worth its name, the lines rise. The last one is for
// comparison: images left out at random would not change the accuracy. Here the three ways are about equally good, and
// leaving twenty images in a hundred to a human takes away more than half of all mistakes.

// %% id="passes"
/// The share of right ones among those that are left, when more and more of the least certain are taken away.
fn after_rejecting(right: &[bool], certainty: &Array1<f64>) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..right.len()).collect();
    order.sort_by(|&a, &b| certainty[b].total_cmp(&certainty[a]));
    let share = |percent: usize| {
        let left = &order[..right.len() * (100 - percent) / 100];
        (percent as f64, left.iter().filter(|&&one| right[one]).count() as f64 / left.len() as f64)
    };
    (0..=60).step_by(5).map(share).collect()
}

fn right(predicted: &Array1<usize>, y: &Array1<usize>) -> Vec<bool> {
    predicted.iter().zip(y).map(|(predicted, label)| predicted == label).collect()
}

fn ask_many_times() -> String {
    let start_time = Instant::now();
    let (part, validation) = clothing(1000);
    let net = train(&initialise(&[784, 150, 150, 10], 231), &part, &Plan { p: 0.5, ..PLAN }, |_| ());
    let counts = [1, 2, 5, 10, 20, 50, 100];
    let of_passes = counts.map(|passes| {
        // The mean of three seeds, since few passes are noisy.
        let reached = [1, 2, 3].map(|seed| {
            let (mean, _) = mc_dropout_predict(&net, &validation.x, 0.5, passes, seed);
            accuracy(&highest(&mean), &validation.y)
        });
        ((passes as f64).log10(), reached.iter().sum::<f64>() / 3.0)
    });
    let evaluated = validation.accuracy(&net);

    let shares = softmax(&scores(&net, &validation.x, 0.5, Mode::Evaluate, 0));
    let (mean, spread) = mc_dropout_predict(&net, &validation.x, 0.5, 100, 1);
    let largest = |rows: &Array2<f64>| rows.map_axis(Axis(1), |row| row.fold(0.0, |a: f64, b| a.max(*b)));
    let chosen = highest(&mean);
    let firmness: Array1<f64> = chosen.iter().zip(spread.outer_iter()).map(|(&class, spread)| -spread[class]).collect();
    let of_mean = right(&chosen, &validation.y);
    let level = of_mean.iter().filter(|right| **right).count() as f64 / of_mean.len() as f64;
    show!(line_chart(
        "Accuracy on the validation images",
        "logarithm of the number of passes, to base 10",
        "accuracy",
        &[("mean of the passes", of_passes.to_vec()), ("evaluation", vec![(0.0, evaluated), (2.0, evaluated)])],
    ));
    show!(line_chart(
        "Accuracy on the images that are left",
        "images left to a human, in %",
        "accuracy",
        &[
            ("evaluation", after_rejecting(&right(&highest(&shares), &validation.y), &largest(&shares))),
            ("mean of 100 passes", after_rejecting(&of_mean, &largest(&mean))),
            ("spread of 100 passes", after_rejecting(&of_mean, &firmness)),
            ("at random", vec![(0.0, level), (60.0, level)]),
        ],
    ));
    format!("training and {} passes in {:.1?}", 100 + 3 * counts.iter().sum::<usize>(), start_time.elapsed())
}

// %% id="passes-run"
println!("{}", ask_many_times());

// %% [markdown] id="confidence-text"
// ### How far to trust a probability
//
// A linear classifier is trained on 1,000 images with three values of the smoothing. Then the validation images are
// sorted into groups by their highest probability, and for each group of at least 20 images the picture shows how many of
// them are right. On the diagonal, a probability of 0.8 means what it says: four of five are right. Below it, the
// classifier is too sure of itself; above it, it knows more than it admits. Labels without smoothing teach it to be
// certain of everything, also of its mistakes.

// %% id="confidence-shown"
/// Mean highest probability and accuracy of each group of images.
fn trust(part: &Part, validation: &Part, smoothing: f64) -> Vec<(f64, f64)> {
    let rows = |part: &Part| part.x.clone().into_dimensionality::<Ix2>().expect("rows");
    let (x, mut w, mut b) = (rows(part), Array2::zeros((784, 10)), Array1::zeros(10));
    let (mut of_w, mut of_b) = (Adam::new(1e-2), Adam::new(1e-2));
    for _ in 0..300 {
        let (_, dscores) = label_smoothing_loss(&(x.dot(&w) + &b), &part.y, smoothing);
        of_w.update(&mut w, &x.t().dot(&dscores));
        of_b.update(&mut b, &dscores.sum_axis(Axis(0)));
    }
    let shares = softmax(&(rows(validation).dot(&w) + &b));
    let right = right(&highest(&shares), &validation.y);
    let largest = shares.map_axis(Axis(1), |row| row.fold(0.0, |a: f64, b| a.max(*b)));
    let groups = (2..10).filter_map(|tenth| {
        let low = f64::from(tenth) / 10.0;
        let group: Vec<usize> =
            (0..right.len()).filter(|&n| largest[n] >= low && (largest[n] < low + 0.1 || tenth == 9)).collect();
        let mean = group.iter().map(|&n| largest[n]).sum::<f64>() / group.len() as f64;
        let share = group.iter().filter(|&&n| right[n]).count() as f64 / group.len() as f64;
        (group.len() >= 20).then_some((mean, share))
    });
    groups.collect()
}

fn three_smoothings() -> Picture {
    let (part, validation) = clothing(1000);
    line_chart(
        "Probabilities and what they are worth",
        "highest probability",
        "accuracy",
        &[
            ("smoothing 0", trust(&part, &validation, 0.0)),
            ("smoothing 0.1", trust(&part, &validation, 0.1)),
            ("smoothing 0.4", trust(&part, &validation, 0.4)),
            ("as it should be", vec![(0.2, 0.2), (1.0, 1.0)]),
        ],
    )
}

show!(three_smoothings());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** Leave out the division by $p$ in training, and change nothing in evaluation. What goes wrong when the
// network is used, and what has depth to do with it? Name the two ways to put it right. And does it matter whether
// dropout stands before or behind ReLU?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** A network has 600 hidden units in one layer, and does best on validation images with $p$ = 0.5. Then
// somebody has to make it smaller, with 100 hidden units. Would you change $p$, in which direction, and why? And what
// would you do with $p$ if the validation accuracy were just as high as the training accuracy, and both low?
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** Evaluation gives a probability of 0.95 to a class, and so does the mean of 100 passes with dropout, with
// a spread of 0.02. For another image evaluation gives 0.95 too, but the mean of the passes is 0.7 with a spread of 0.3.
// What does that tell about the two images? Why does the mean over passes differ from evaluation at all, and what does it
// cost to know?
//
// *Write your answer here.*
