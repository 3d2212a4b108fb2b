//! The source of assignment `two_layer_net`: all that students and staff get is made of it. docs/authoring.md tells how.
//! GRADUS-STAFF-ONLY-7c1f4e

// %% [markdown] id="title"
// # A network of two layers
//
// A linear classifier has one template for each class. A bag with a handle and one without share it, and so do shoes that
// point to the left and to the right. This assignment puts a layer in between: *hidden units*, each with a template of
// its own, from which the scores of the classes are then put together. What makes that more than one large linear
// classifier is a bend, the simplest there is: negative numbers become 0.
//
// More important than this network is how it is built. Each layer is a pair of functions: forward, from inputs to outputs,
// and backward, from the gradient of the loss with respect to the outputs to that with respect to the inputs. A layer
// knows nothing of what comes before or behind it. Every network of this course is made of such pairs.
//
// You write seven functions:
//
// 1. the affine layer, forward;
// 2. the affine layer, backward;
// 3. ReLU, forward;
// 4. ReLU, backward;
// 5. the network's loss and its gradients, with the layers of 1 to 4;
// 6. training by mini-batch gradient descent;
// 7. prediction.
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
// | `w` | `Array2` (features, outputs) | the weights of a layer: a column for each output |
// | `b` | `Array1` (outputs) | the biases of a layer |
// | `out` | (batch, outputs) | what a layer gives |
// | `dout`, `dx`, `dw`, `db` | as `out`, `x`, `w`, `b` | the gradient of the loss with respect to each of them |
//
// - `ArrayD` is an array whose number of axes is known only when the program runs: rows of features, or images with
//   axes for channel, height and width. `array.into_dyn()` makes one of any array,
//   `array.into_dimensionality::<Ix2>()` turns one with two axes back into a matrix.
// - The loss is the **mean** softmax loss over the examples, plus `0.5 * reg * sum(w^2)` over the weights of both layers.
//   Mind the factor 0.5, which the linear classifiers did not have: with it the slope is `reg * w`. Biases are not
//   regularised.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one example, one feature, one hidden unit and one class can be taken for granted.
//
// The parameters of a network have names. So have the gradients, which stand in a struct of the same type:
//
// ```text
// pub struct TwoLayerNet {
//     pub w1: Array2<f64>, // (features, hidden)
//     pub b1: Array1<f64>, // (hidden)
//     pub w2: Array2<f64>, // (hidden, classes)
//     pub b2: Array1<f64>, // (classes)
// }
// ```

// %% id="imports"
use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

// %% id="imports-for-experiments" gradus={"role": "given", "reference": false}
use gradus_check::{numeric_gradient, numeric_gradient_array, relative_error};
use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::metrics::accuracy;
use gradus_nn::pictures::{Picture, Tones, accuracy_curves, image_grid, line_chart, loss_curves, weight_templates};
use gradus_nn::preprocess::{mean_image, subtract_mean};
use gradus_nn::random::{generator, normal};
use gradus_nn::split::{SplitSizes, split};
use gradus_nn::svm::svm_loss;
use ndarray::{Array4, array};
use std::time::Instant;

// %% [markdown] id="affine-forward-text"
// ## 1. The affine layer, forward
//
// Each output is a sum of all features, each with a weight, plus a bias:
//
// $$ \text{out}_{nj} = \sum_d x_{nd} \, w_{dj} + b_j, \qquad \text{out} = X W + b $$
//
// (batch, features) times (features, outputs) gives (batch, outputs). The bias is one number for each output; it is added
// to every row. The linear classifiers hid it in `w`, with a column of ones in the data. Here it stands alone, because
// between two layers nobody puts a column of ones.
//
// **Any axes.** An example may be an image of 3 x 32 x 32 numbers. To this layer it is a row of 3072, read with the last
// axis running fastest, as it lies in memory. `x.to_shape((batch, features))` reads an array so, whichever way it lies in
// memory.
//
// **The cache.** The backward pass will need to know some of what the forward pass saw. So a forward function gives two
// things: its output, and a *cache* to hand to the backward function. What is in it is your own business, and nobody
// else's. Below is a first version of it. Keep it, or put in its place what you find useful; only the name must stay.

// %% id="affine-cache"
/// What `affine_backward` needs of the forward pass.
pub struct AffineCache {
    pub x: ArrayD<f64>,
    pub w: Array2<f64>,
}

// %% id="affine-forward" gradus={"role": "answer"}
/// The affine layer: `out = rows(x) w + b`.
///
/// - `x`: inputs (batch, ...), whose other axes have `features` numbers together
/// - `w`: weights (features, outputs)
/// - `b`: biases (outputs)
/// - returns `out` (batch, outputs), and what the backward pass needs
pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    // BEGIN SOLUTION
    let out = rows(x).dot(w) + b;
    (out, AffineCache { x: x.clone(), w: w.clone() })
    // END SOLUTION
}
// BEGIN SOLUTION

/// Each example as a row.
fn rows(x: &ArrayD<f64>) -> Array2<f64> {
    let batch = x.shape()[0];
    x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned()
}
// END SOLUTION

// %% id="check-affine-forward" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, affine_forward);

// %% [markdown] id="affine-backward-text"
// ## 2. The affine layer, backward
//
// Somewhere behind this layer there is a loss $L$, a single number. Whoever comes behind tells how $L$ changes with each
// of our outputs: `dout`, in the shape of `out`. The question is how it changes with each of our inputs. The chain rule
// says: follow every way from an input to the loss, multiply along it, and add up over the ways.
//
// - $x_{nd}$ acts on all outputs of its own row, on $\text{out}_{nj}$ with the weight $w_{dj}$:
//   $\; dx_{nd} = \sum_j \text{dout}_{nj} \, w_{dj}$.
// - $w_{dj}$ acts on the output $j$ of every example, by the size of that example's feature:
//   $\; dw_{dj} = \sum_n x_{nd} \, \text{dout}_{nj}$.
// - $b_j$ acts on the output $j$ of every example, one to one: $\; db_j = \sum_n \text{dout}_{nj}$.
//
// As products of matrices:
//
// $$ dX = \text{dout} \; W^T, \qquad dW = X^T \; \text{dout}, \qquad db = \text{the sum of dout's rows} $$
//
// You need not learn these by heart. A gradient has the shape of what it belongs to, and there is one product that gives
// it: `dX` must be (batch, features), made of `dout` (batch, outputs) and `w` (features, outputs). Try to write it any
// other way.
//
// Nothing is divided by the batch size here. The loss at the end took a mean, so `dout` holds that division already. And
// `dx` has the shape that `x` had, not that of its rows.
//
// A trap: a product `a.dot(&b)` may lie in memory column by column, for instance where an axis has length 1.
// `into_shape_with_order` refuses such an array, `to_shape` copies it into the right order.

// %% id="affine-backward" gradus={"role": "answer"}
/// The gradients of the affine layer.
///
/// - `dout`: the gradient with respect to the output (batch, outputs)
/// - `cache`: what `affine_forward` returned beside it
/// - returns `dx` in the shape of `x`, `dw` (features, outputs) and `db` (outputs)
pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    // BEGIN SOLUTION
    let AffineCache { x, w } = cache;
    let dx = dout.dot(&w.t()).to_shape(x.raw_dim()).expect("as many numbers").into_owned();
    let dw = rows(x).t().dot(dout);
    (dx, dw, dout.sum_axis(Axis(0)))
    // END SOLUTION
}

// %% id="check-affine-backward" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, affine_backward after affine_forward);

// %% [markdown] id="affine-gradients-text"
// ### Against differences
//
// With `dout` fixed, $\sum_{nj} \text{out}_{nj} \, \text{dout}_{nj}$ is a number that depends on `x`, `w` and `b`, and its
// gradients are what the backward pass gives. So they can be held against differences: move one number a little to both
// sides, and divide. The layer is linear in each argument, so all that separates the two is rounding: errors of about 1e-9
// and less.

// %% id="affine-gradients"
fn affine_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((10, 2, 3), 1.0, &mut random).into_dyn();
    let w = normal::<f64, _>((6, 5), 1.0, &mut random);
    let b = normal::<f64, _>(5, 1.0, &mut random);
    let dout = normal::<f64, _>((10, 5), 1.0, &mut random);
    let (_, cache) = affine_forward(&x, &w, &b);
    let (dx, dw, db) = affine_backward(&dout, &cache);
    let dx_error = relative_error(&dx, &numeric_gradient_array(|x| affine_forward(x, &w, &b).0, &x, &dout));
    let dw_error = relative_error(&dw, &numeric_gradient_array(|w| affine_forward(&x, w, &b).0, &w, &dout));
    let db_error = relative_error(&db, &numeric_gradient_array(|b| affine_forward(&x, &w, b).0, &b, &dout));
    format!("relative errors: dx {dx_error:.1e}, dw {dw_error:.1e}, db {db_error:.1e}")
}

// %% id="affine-gradients-run"
println!("{}", affine_errors());

// %% [markdown] id="relu-forward-text"
// ## 3. ReLU, forward
//
// Two affine layers in a row are one: $(X W_1) W_2 = X (W_1 W_2)$. Something that is not linear has to stand between
// them. The *rectified linear unit* is as simple as such a thing can be:
//
// $$ \text{out} = \max(0, x) $$
//
// for each number by itself. A unit whose number is positive is *on*, and passes it on as it is; the others are *off*,
// and pass on 0.
//
// The picture shows it beside the function that was in fashion before, the logistic sigmoid $1 / (1 + e^{-x})$, and the
// slopes of both. Away from 0 the sigmoid hardly has a slope, so little comes back through it to the layers before. ReLU has
// the slope 1 as far as you like, on one side.

// %% id="relu-shown" gradus={"role": "plot"}
/// ReLU and the sigmoid, with their slopes.
fn bends() -> Picture {
    let at: Vec<f64> = (-40..=40).map(|tenth| 0.1 * f64::from(tenth)).collect();
    let line = |f: fn(f64) -> f64| at.iter().map(|&x| (x, f(x))).collect::<Vec<_>>();
    line_chart(
        "Two bends and their slopes",
        "x",
        "",
        &[
            ("ReLU", line(|x| x.max(0.0))),
            ("slope of ReLU", line(|x| if x > 0.0 { 1.0 } else { 0.0 })),
            ("sigmoid", line(|x| 1.0 / (1.0 + (-x).exp()))),
            ("slope of the sigmoid", line(|x| (-x).exp() / (1.0 + (-x).exp()).powi(2))),
        ],
    )
}

show!(bends());

// %% id="relu-cache"
/// What `relu_backward` needs of the forward pass. Yours to change, as the other.
pub struct ReluCache {
    pub x: ArrayD<f64>,
}

// %% id="relu-forward" gradus={"role": "answer"}
/// ReLU: the larger of each number and 0.
///
/// - `x`: numbers, with any axes
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    // BEGIN SOLUTION
    (x.mapv(|x| x.max(0.0)), ReluCache { x: x.clone() })
    // END SOLUTION
}

// %% id="check-relu-forward" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, relu_forward);

// %% [markdown] id="relu-backward-text"
// ## 4. ReLU, backward
//
// Where `x` was positive, the output moves as the input does, and `dout` passes as it is. Where it was negative, the output
// stays at 0 whatever the input does, and nothing passes:
//
// $$ dx = \text{dout} \cdot [\, x > 0 \,] $$
//
// At exactly 0 there is an edge and no slope. Here **the slope at 0 counts as 0**. That is no rare case: a black pixel
// times any weights, plus a bias of 0, gives exactly 0.
//
// What decides is where `x` was, not what `dout` is: a negative `dout` passes through a unit that is on.

// %% id="relu-backward" gradus={"role": "answer"}
/// The gradient of ReLU.
///
/// - `dout`: the gradient with respect to the output
/// - `cache`: what `relu_forward` returned beside it
/// - returns `dx`, all in the same shape
pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    // BEGIN SOLUTION
    let mut dx = dout.clone();
    dx.zip_mut_with(&cache.x, |slope, &x| {
        if x <= 0.0 {
            *slope = 0.0;
        }
    });
    dx
    // END SOLUTION
}

// %% id="check-relu-backward" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, relu_backward after relu_forward);

// %% [markdown] id="affine-relu-text"
// ### Both together
//
// An affine layer with ReLU behind it comes so often that a pair of functions for it is worth while. It is given, and
// shows how layers are put together: forward in order, each with its cache; backward in reverse order, where each layer's
// `dx` is the `dout` of the layer before. No new formula is needed.

// %% id="affine-relu"
/// The caches of both layers.
pub struct AffineReluCache {
    affine: AffineCache,
    relu: ReluCache,
}

/// An affine layer with ReLU behind it. The output has two axes, (batch, outputs).
pub fn affine_relu_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (ArrayD<f64>, AffineReluCache) {
    let (scores, affine) = affine_forward(x, w, b);
    let (out, relu) = relu_forward(&scores.into_dyn());
    (out, AffineReluCache { affine, relu })
}

/// The gradients `dx`, `dw` and `db` of [`affine_relu_forward`].
pub fn affine_relu_backward(dout: &ArrayD<f64>, cache: &AffineReluCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let dscores = relu_backward(dout, &cache.relu);
    let dscores = dscores.into_dimensionality::<Ix2>().expect("a row for each example");
    affine_backward(&dscores, &cache.affine)
}

// %% id="affine-relu-gradients"
fn affine_relu_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((2, 3, 4), 1.0, &mut random).into_dyn();
    let w = normal::<f64, _>((12, 10), 1.0, &mut random);
    let b = normal::<f64, _>(10, 1.0, &mut random);
    let dout = normal::<f64, _>((2, 10), 1.0, &mut random).into_dyn();
    let (_, cache) = affine_relu_forward(&x, &w, &b);
    let (dx, dw, db) = affine_relu_backward(&dout, &cache);
    let dx_error = relative_error(&dx, &numeric_gradient_array(|x| affine_relu_forward(x, &w, &b).0, &x, &dout));
    let dw_error = relative_error(&dw, &numeric_gradient_array(|w| affine_relu_forward(&x, w, &b).0, &w, &dout));
    let db_error = relative_error(&db, &numeric_gradient_array(|b| affine_relu_forward(&x, &w, b).0, &b, &dout));
    format!("relative errors: dx {dx_error:.1e}, dw {dw_error:.1e}, db {db_error:.1e}")
}

// %% id="affine-relu-gradients-run"
println!("{}", affine_relu_errors());

// %% [markdown] id="bends-text"
// ### What hidden units are good for
//
// One number goes in, one comes out, and six hidden units stand between. Each is a ramp that starts somewhere and goes to
// one side, here three to each. A sum of ramps, each with its own factor, is a line with a corner where each ramp starts: with
// enough corners it comes as near to any curve as you like. Here it is a hill. No affine layer alone, however wide, makes
// anything but a straight line. The picture is made with your functions, and shows each unit times its factor.

// %% id="bends-shown" gradus={"role": "plot"}
/// Six ramps, each times its weight, and a sum of them.
fn ramps() -> Picture {
    let at: Vec<f64> = (0..=100).map(|i| 0.06 * f64::from(i) - 3.0).collect();
    let x = Array2::from_shape_vec((at.len(), 1), at.clone()).expect("one number for each example").into_dyn();
    // Three units are on to the right of 0, 1 and 2, three to the left of 0, -1 and -2.
    let w1 = array![[1.0, 1.0, 1.0, -1.0, -1.0, -1.0]];
    let b1 = array![0.0, -1.0, -2.0, 0.0, -1.0, -2.0];
    let w2 = array![[-2.0], [1.5], [0.5], [-2.0], [1.5], [0.5]];
    let (hidden, _) = affine_relu_forward(&x, &w1, &b1);
    let (sum, _) = affine_forward(&hidden, &w2, &array![2.5]);
    let line = |numbers: Vec<f64>| at.iter().copied().zip(numbers).collect::<Vec<_>>();
    let unit = |unit: usize| line(hidden.index_axis(Axis(1), unit).iter().map(|out| out * w2[[unit, 0]]).collect());
    line_chart(
        "A hill made of ramps",
        "x",
        "output",
        &[
            ("unit 1", unit(0)),
            ("unit 2", unit(1)),
            ("unit 3", unit(2)),
            ("unit 4", unit(3)),
            ("unit 5", unit(4)),
            ("unit 6", unit(5)),
            ("sum + 2.5", line(sum.iter().copied().collect())),
        ],
    )
}

show!(ramps());

// %% [markdown] id="two-layer-net-loss-text"
// ## 5. The network
//
// $$ \text{hidden} = \max(0,\; X W_1 + b_1), \qquad \text{scores} = \text{hidden}\; W_2 + b_2 $$
//
// | step | gives | shape |
// | --- | --- | --- |
// | `affine_relu_forward` of `x`, `w1`, `b1` | what the hidden units pass on | (batch, hidden) |
// | `affine_forward` of that, `w2`, `b2` | scores | (batch, classes) |
// | `softmax_loss` of the scores and labels | a number, and its gradient `dscores` | (batch, classes) |
//
// There is no ReLU behind the second layer: a score may well be negative. `softmax_loss(&scores, &y)` is that of the
// first assignment, from the library; the mean over the examples is in it, in both of its results.
//
// Then the same steps in reverse order: `dscores` goes into the backward pass of the second layer, and what that gives
// for its input goes into the backward pass of the first. On the way each layer leaves the gradients of its parameters.
//
// At last the regulariser: $\frac{1}{2}\,\text{reg}\,(\sum W_1^2 + \sum W_2^2)$ in the loss, and its slope in the
// gradients of `w1` and `w2`. Not in those of the biases: there are few of them, and a large bias makes no function any
// wilder.
//
// Put the four gradients into a `TwoLayerNet`, each under its parameter's name.

// %% id="two-layer-net-loss" gradus={"role": "answer"}
/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * (sum(w1^2) + sum(w2^2))`
/// - returns the loss, and its gradient with respect to each parameter
pub fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    // BEGIN SOLUTION
    let (hidden, first) = affine_relu_forward(x, &net.w1, &net.b1);
    let (scores, second) = affine_forward(&hidden, &net.w2, &net.b2);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    let squares = net.w1.iter().chain(&net.w2).map(|weight| weight * weight).sum::<f64>();

    let (dhidden, mut w2, b2) = affine_backward(&dscores, &second);
    let (_, mut w1, b1) = affine_relu_backward(&dhidden, &first);
    w1.scaled_add(reg, &net.w1);
    w2.scaled_add(reg, &net.w2);
    (data_loss + 0.5 * reg * squares, TwoLayerNet { w1, b1, w2, b2 })
    // END SOLUTION
}

// %% id="check-two-layer-net-loss" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, two_layer_net_loss);

// %% [markdown] id="net-gradients-text"
// ### Where to start, and whether the gradients are right
//
// A network does not start from zeros. Were all weights 0, all hidden units would be alike, and with `w2` at 0 nothing
// would come back to the first layer at all. So the weights start from small random numbers, each hidden unit with its
// own. The biases may start at 0. `untrained` below does so, and the cell looks at three things:
//
// - the deviation of its weights, and that its biases are 0;
// - the loss before training: with small weights all scores are nearly equal, so the softmax loss is near
//   $\ln 10 \approx 2.3$ for ten classes, and the hinge loss of the last assignment near 9. A loss that is far from it says
//   that something is wrong before a minute has been spent on training;
// - the gradients against differences, without and with a regulariser. Errors of about 1e-7 and less are what rounding makes.

// %% id="untrained" gradus={"role": "given", "reference": false}
/// A network that has learned nothing yet: weights from a normal distribution with this deviation, biases 0.
fn untrained(features: usize, hidden: usize, classes: usize, deviation: f64, seed: u64) -> TwoLayerNet {
    let mut random = generator(seed);
    TwoLayerNet {
        w1: normal((features, hidden), deviation, &mut random),
        b1: Array1::zeros(hidden),
        w2: normal((hidden, classes), deviation, &mut random),
        b2: Array1::zeros(classes),
    }
}

// %% id="net-gradients"
fn first_losses() -> String {
    let net = untrained(50, 40, 10, 1e-3, 231);
    let x = normal::<f64, _>((200, 50), 1.0, &mut generator(1)).into_dyn();
    let y: Array1<usize> = (0..200).map(|i| i % 10).collect();
    let (loss, _) = two_layer_net_loss(&net, &x, &y, 0.0);
    let (hidden, _) = affine_relu_forward(&x, &net.w1, &net.b1);
    let (scores, _) = affine_forward(&hidden, &net.w2, &net.b2);
    format!(
        "deviation of w1 {:.2e}, of w2 {:.2e}; biases {} and {}\nfirst losses: softmax {loss:.4}, hinge {:.4}",
        net.w1.std(0.0),
        net.w2.std(0.0),
        net.b1.sum(),
        net.b2.sum(),
        svm_loss(&scores, &y, 1.0).0
    )
}

fn net_errors(reg: f64) -> String {
    let mut net = untrained(5, 50, 7, 0.5, 231);
    net.b1 = normal(50, 0.5, &mut generator(2));
    let x = normal::<f64, _>((3, 5), 1.0, &mut generator(3)).into_dyn();
    let y = array![0, 5, 1];
    let (_, gradients) = two_layer_net_loss(&net, &x, &y, reg);
    let loss = |net: TwoLayerNet| two_layer_net_loss(&net, &x, &y, reg).0;
    let w1 = numeric_gradient(|w1| loss(TwoLayerNet { w1: w1.clone(), ..net.clone() }), &net.w1);
    let b1 = numeric_gradient(|b1| loss(TwoLayerNet { b1: b1.clone(), ..net.clone() }), &net.b1);
    let w2 = numeric_gradient(|w2| loss(TwoLayerNet { w2: w2.clone(), ..net.clone() }), &net.w2);
    let b2 = numeric_gradient(|b2| loss(TwoLayerNet { b2: b2.clone(), ..net.clone() }), &net.b2);
    format!(
        "reg {reg}: relative errors w1 {:.1e}, b1 {:.1e}, w2 {:.1e}, b2 {:.1e}",
        relative_error(&gradients.w1, &w1),
        relative_error(&gradients.b1, &b1),
        relative_error(&gradients.w2, &w2),
        relative_error(&gradients.b2, &b2)
    )
}

// %% id="net-gradients-run"
println!("{}\n{}\n{}", first_losses(), net_errors(0.0), net_errors(0.7));

// %% [markdown] id="train-text"
// ## 6. Training
//
// Mini-batch gradient descent does not care how many layers there are. It has a loss and a gradient for each parameter:
//
// 1. start from the network that is given;
// 2. draw `batch_size` random examples, with or without repetition: parts of `x` and their labels;
// 3. work out loss and gradients on them, and note the loss;
// 4. from each of the four parameters subtract `learning_rate` times its gradient;
// 5. go on with 2, `iterations` times in all.
//
// What the grader relies on:
//
// - The loss history has one number for each iteration: the loss of that iteration's mini-batch, regulariser included,
//   with the parameters as they are **before** that iteration's step.
// - The learning rate stays the same throughout.
// - `batch_size` may be larger than the number of examples. Then repeat examples or take all of them, as you like.
// - With 0 iterations, the network comes back as it was, with an empty history.
// - Every random number comes from one generator made from `seed`, for example `StdRng::seed_from_u64(seed)`. So the
//   same arguments always give the same result.
//
// `x.select(Axis(0), &indices)` takes examples out of `x`, whatever axes they have; `random.random_range(0..n)` draws a
// whole number below `n`.

// %% id="train" gradus={"role": "answer"}
/// Trains a network by mini-batch gradient descent.
///
/// - `net`: the network to start from
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `learning_rate`: the length of a step, as a factor of the gradient
/// - `reg`: strength of the regulariser, passed on to [`two_layer_net_loss`]
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the trained network, and the loss of each mini-batch before its step
pub fn train(
    net: &TwoLayerNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (TwoLayerNet, Vec<f64>) {
    // BEGIN SOLUTION
    let mut net = net.clone();
    let mut random = StdRng::seed_from_u64(seed);
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..y.len())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, gradients) = two_layer_net_loss(&net, &x_batch, &y_batch, reg);
        history.push(loss);
        net.w1.scaled_add(-learning_rate, &gradients.w1);
        net.b1.scaled_add(-learning_rate, &gradients.b1);
        net.w2.scaled_add(-learning_rate, &gradients.w2);
        net.b2.scaled_add(-learning_rate, &gradients.b2);
    }
    (net, history)
    // END SOLUTION
}

// %% id="check-train" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, train);

// %% [markdown] id="predict-text"
// ## 7. Prediction
//
// The highest score wins, as ever. To predict, an example goes forward through the same layers; caches are not
// needed. Mind that all scores of an example can be negative.

// %% id="predict" gradus={"role": "answer"}
/// The class with the highest score for each example.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - returns a class (batch), each below the number of classes
pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    // BEGIN SOLUTION
    let (hidden, _) = affine_relu_forward(x, &net.w1, &net.b1);
    let (scores, _) = affine_forward(&hidden, &net.w2, &net.b2);
    scores.map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
    // END SOLUTION
}

// %% id="check-predict" gradus={"role": "check"}
gradus_assignments::check!(two_layer_net, predict);

// %% [markdown] id="spirals-text"
// ### What no straight line can do
//
// Two arms of a spiral, a class each. The pictures show which class a network sees where, after the same training with 1, 3,
// 8 and 40 hidden units. Each hidden unit is on along one side of a line and off along the other, and the border between
// the classes can bend only where one goes on or off. How many units does this spiral need?

// %% id="spirals"
const SIDE: usize = 160;

/// Points on two arms, with a little noise.
fn spirals() -> (ArrayD<f64>, Array1<usize>) {
    let mut random = generator(231);
    let noise = normal::<f64, _>((200, 2), 0.02, &mut random);
    let x = Array2::from_shape_fn((200, 2), |(n, axis)| {
        let way = (n / 2) as f64 / 100.0;
        let angle = 1.75 * std::f64::consts::PI * way + std::f64::consts::PI * (n % 2) as f64;
        (0.1 + 0.85 * way) * if axis == 0 { angle.cos() } else { angle.sin() } + noise[[n, axis]]
    });
    (x.into_dyn(), (0..200).map(|n| n % 2).collect())
}

/// Which class each network sees at each place, and the points that it learned from.
fn regions(nets: &[TwoLayerNet]) -> Array4<f64> {
    let (points, labels) = spirals();
    let place = |pixel: usize| 2.4 * (pixel as f64 + 0.5) / SIDE as f64 - 1.2;
    let pixel = |place: f64| ((place + 1.2) / 2.4 * SIDE as f64) as usize;
    let places =
        Array2::from_shape_fn((SIDE * SIDE, 2), |(n, axis)| place(if axis == 0 { n % SIDE } else { n / SIDE }));
    let pale = [[1.0, 0.87, 0.70], [0.72, 0.85, 0.97]];
    let strong = [[0.80, 0.35, 0.0], [0.0, 0.30, 0.65]];
    let mut images = Array4::zeros((nets.len(), 3, SIDE, SIDE));
    for (net, mut image) in nets.iter().zip(images.outer_iter_mut()) {
        for (n, &class) in predict(net, &places.clone().into_dyn()).iter().enumerate() {
            (0..3).for_each(|channel| image[[channel, n / SIDE, n % SIDE]] = pale[class][channel]);
        }
        for (point, &label) in points.outer_iter().zip(&labels) {
            for (down, right) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let (row, column) = (pixel(point[[1]]) + down, pixel(point[[0]]) + right);
                (0..3).for_each(|channel| image[[channel, row, column]] = strong[label][channel]);
            }
        }
    }
    images
}

fn spirals_learned() -> Picture {
    let (x, y) = spirals();
    let learn = |hidden: usize| train(&untrained(2, hidden, 2, 1.0, 5), &x, &y, 0.3, 1e-4, 10_000, 50, 231).0;
    let nets = [1, 3, 8, 40].map(learn);
    let captions = [1, 3, 8, 40]
        .iter()
        .zip(&nets)
        .map(|(hidden, net)| format!("{hidden} hidden: {:.0} %", 100.0 * accuracy(&predict(net, &x), &y)));
    let captions: Vec<String> = captions.collect();
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    image_grid(&regions(&nets), &captions, 4, Tones::Unit)
}

// %% id="spirals-shown" gradus={"role": "plot"}
show!(spirals_learned());

// %% [markdown] id="clothing-text"
// ### Images of clothing
//
// As in the last assignment: 5,000 images for training, 1,000 for validation, and 1,000 for testing that nobody looks at
// before the end. Each image becomes a row of 784 numbers, the mean training image is subtracted, and there is no column
// of ones any more.

// %% id="clothing"
/// Rows of pixels, and labels.
struct Part {
    x: ArrayD<f64>,
    y: Array1<usize>,
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

// %% [markdown] id="rates-text"
// ### Learning rates
//
// Three learning rates from the same start, with 50 hidden units. Each point is the mean of 20 mini-batches. Too small a
// rate crawls, at first hardly at all: while all weights are small, little comes back to the first layer. Too large
// a one leaps across the valley to a higher place on its other side, and from there farther still. It can also throw hidden
// units so far to the wrong side that no example switches them on any more. What is above 3, or no number any more, is
// drawn at 3.

// %% id="rates-shown" gradus={"role": "plot"}
fn means_of_20(history: &[f64]) -> Vec<f64> {
    history.chunks(20).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect()
}

fn three_rates() -> Picture {
    let Clothing { train: part, .. } = clothing();
    let net = untrained(784, 50, 10, 0.01, 231);
    let [slow, good, wild] =
        [0.01, 0.2, 2.0].map(|rate| means_of_20(&train(&net, &part.x, &part.y, rate, 1e-3, 1000, 100, 231).1));
    // The smaller of NaN and 3 is 3.
    let wild: Vec<f64> = wild.iter().map(|loss| loss.min(3.0)).collect();
    loss_curves(&[("rate 0.01", &slow[..]), ("rate 0.2", &good[..]), ("rate 2", &wild[..])])
}

show!(three_rates());

// %% [markdown] id="widths-text"
// ### Hidden units
//
// How wide should the hidden layer be? Two units have to carry ten classes through a plane. More of them help, but less and
// less, and each costs time.

// %% id="widths-shown" gradus={"role": "plot"}
fn widths() -> Picture {
    let Clothing { train: part, .. } = clothing();
    let learn = |hidden: usize| {
        let net = untrained(784, hidden, 10, 0.05, 231);
        means_of_20(&train(&net, &part.x, &part.y, 0.1, 0.0, 1000, 100, 231).1)
    };
    let [two, five, twenty, hundred] = [2, 5, 20, 100].map(learn);
    loss_curves(&[
        ("2 hidden", &two[..]),
        ("5 hidden", &five[..]),
        ("20 hidden", &twenty[..]),
        ("100 hidden", &hundred[..]),
    ])
}

show!(widths());

// %% [markdown] id="epochs-text"
// ### Training and validation
//
// Fifty mini-batches of 100 see as many images as there are for training: an *epoch*. After each epoch the accuracy is
// measured, on training and on validation images. `train` starts from any network, so a long training can be done in
// pieces. The more the two lines part, the more the network learns the training images by heart.

// %% id="epochs-shown" gradus={"role": "plot"}
fn epochs() -> Picture {
    let Clothing { train: part, validation, .. } = clothing();
    let mut net = untrained(784, 100, 10, 0.01, 231);
    let (mut on_training, mut on_validation) = (Vec::new(), Vec::new());
    for epoch in 0..40 {
        net = train(&net, &part.x, &part.y, 0.2, 1e-4, 50, 100, epoch).0;
        on_training.push(accuracy(&predict(&net, &part.x), &part.y));
        on_validation.push(accuracy(&predict(&net, &validation.x), &validation.y));
    }
    accuracy_curves(&[("training", &on_training[..]), ("validation", &on_validation[..])])
}

show!(epochs());

// %% [markdown] id="search-text"
// ### A search
//
// Twelve trainings: three learning rates, two widths, two strengths of the regulariser. The validation images choose. At
// least 0.83 of them should get their right class with the best combination. A linear classifier that is tuned as well
// comes close to that on these images: 5,000 are few, and a network learns them by heart before it has learned all that
// clothes have in common. If you have time, go on from the best combination, and try for 0.86: more epochs, more units, a
// regulariser in between, steps that become smaller towards the end.

// %% id="search"
/// What was tried, and how well it did.
#[derive(Clone)]
struct Candidate {
    learning_rate: f64,
    hidden: usize,
    reg: f64,
    validation_accuracy: f64,
    net: TwoLayerNet,
}

fn candidates() -> Vec<Candidate> {
    let Clothing { train: part, validation, .. } = clothing();
    let mut tried = Vec::new();
    for hidden in [30, 100] {
        for reg in [1e-4, 1e-2] {
            for learning_rate in [0.03, 0.1, 0.3] {
                let net = untrained(784, hidden, 10, 0.01, 231);
                let (net, _) = train(&net, &part.x, &part.y, learning_rate, reg, 1000, 100, 231);
                let validation_accuracy = accuracy(&predict(&net, &validation.x), &validation.y);
                tried.push(Candidate { learning_rate, hidden, reg, validation_accuracy, net });
            }
        }
    }
    tried
}

/// The validation accuracy over the learning rate, a line for each width and strength.
fn candidates_shown(tried: &[Candidate]) -> Picture {
    let lines = tried.chunks(3).map(|three| {
        let name = format!("{} hidden, reg {}", three[0].hidden, three[0].reg);
        (name, three.iter().map(|one| (one.learning_rate.log10(), one.validation_accuracy)).collect::<Vec<_>>())
    });
    let lines: Vec<_> = lines.collect();
    let lines: Vec<_> = lines.iter().map(|(name, points)| (name.as_str(), points.clone())).collect();
    line_chart("Validation accuracy", "logarithm of the learning rate, to base 10", "accuracy", &lines)
}

fn best(tried: &[Candidate]) -> Candidate {
    tried
        .iter()
        .max_by(|a, b| a.validation_accuracy.total_cmp(&b.validation_accuracy))
        .expect("some were tried")
        .clone()
}

// %% [markdown] id="templates-text"
// ### What the hidden units look for
//
// Each column of `w1` is an image of 28 x 28: orange where a bright pixel switches the unit on, blue where it switches it
// off. Few of them look like a whole piece of clothing. The caption is the class that the unit speaks for most, by the
// largest weight of its row of `w2`. The cell below searches first, and so takes a minute.

// %% id="first-layer"
/// Thirty hidden units, with the class that each speaks for.
fn first_layer(net: &TwoLayerNet) -> Picture {
    let shown: Vec<usize> = (0..30).collect();
    let names: Vec<&str> = shown.iter().map(|&unit| CLASS_NAMES[highest(&net.w2.row(unit).to_vec())]).collect();
    weight_templates(&net.w1.select(Axis(1), &shown), (1, 28, 28), &names)
}

fn highest(numbers: &[f64]) -> usize {
    numbers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(place, _)| place)
}

/// Searches, and shows the first layer of the best network; then, once and at last, its accuracy on the test images.
fn search_and_show() -> String {
    let start = Instant::now();
    let tried = candidates();
    let time = start.elapsed();
    show!(candidates_shown(&tried));
    let Candidate { learning_rate, hidden, reg, validation_accuracy, net } = best(&tried);
    show!(first_layer(&net));
    let test = clothing().test;
    let test_accuracy = accuracy(&predict(&net, &test.x), &test.y);
    format!(
        "{} trainings in {time:.1?}\nbest: learning rate {learning_rate}, {hidden} hidden units, reg {reg}\n\
         accuracy on the validation images {validation_accuracy:.3}, on the test images {test_accuracy:.3}",
        tried.len()
    )
}

// %% id="search-run" gradus={"role": "plot"}
println!("{}", search_and_show());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1" gradus={"role": "written", "points": 2}
// **Written 1.** Take a single hidden unit, with ReLU. For which examples does nothing come back to its weights? What does it
// mean if that is so for *every* training example, can the unit recover, and how may a large learning rate bring it there?
// Would a sigmoid in its place have the same trouble, and which one has it instead?
//
// BEGIN SOLUTION
// For those whose number before ReLU is 0 or below: there the slope is 0. If that holds for every example, the gradient of its weights
// and bias is 0, whatever the loss is, and no step moves them (the regulariser only makes the weights smaller): the unit is dead. A
// large step can do it, when it moves the bias or the weights so far that no example is on the positive side any more. A sigmoid
// has a slope everywhere, so it never dies altogether, but far from 0 on both sides its slope is tiny, and at best 1/4, so little comes
// back where the unit is sure of itself.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - Nothing comes back for examples with which the unit is off, `x w + b <= 0`.
// - Off for every example: a dead unit. Its gradient is 0, so descent cannot move it. (Smaller weights through the regulariser, or
//   other inputs because an earlier layer changes, are fine additions.)
// - A large step may move weights or bias so far that no example switches the unit on.
// - The sigmoid's slope is nowhere 0, but small on both sides (saturation), and never above 1/4.
//
// Wrong: "nothing comes back where the gradient from above is negative".
// END RUBRIC

// %% [markdown] id="written-2" gradus={"role": "written", "points": 2}
// **Written 2.** A network has an accuracy of 0.99 on the training images and of 0.85 on validation images. For each of these say
// whether it is likely to bring the two closer together, and why: more training images; more hidden units; a stronger regulariser;
// fewer epochs. Is a smaller gap always what you want?
//
// BEGIN SOLUTION
// More images: yes, they are harder to learn by heart, and closer to everything that may come. More hidden units: rather no, they
// can fit the training images even better. A stronger regulariser: yes, weights that have to be small cannot follow single
// images. Fewer epochs: yes, training stops before single images are learned by heart. But the gap is not the aim: a network that
// has learned nothing has none. What counts is the validation accuracy, and a regulariser that is too strong lowers both.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - More images: closer. They cannot all be learned by heart.
// - More hidden units: not closer, rather further apart: more freedom to fit.
// - Stronger regulariser: closer, less freedom to fit.
// - Fewer epochs: closer, learning by heart comes late.
// - A small gap is no aim in itself: an untrained network has none. The validation accuracy counts.
//
// Wrong: choosing by the accuracy on the test images.
// END RUBRIC

// %% [markdown] id="written-3" gradus={"role": "written", "points": 2}
// **Written 3.** Compare the templates of the first layer with those of the linear classifier of the last assignment. Why do
// they differ? The two classes that are mixed up most are shirts and T-shirts: how can hidden units tell apart what one template
// for each class cannot?
//
// BEGIN SOLUTION
// The linear classifier has one template for each class, a blur of the whole class against all others. A hidden unit belongs to no
// class: several classes use it, with positive or negative weights, so it shows parts, such as a sleeve, a gap between legs, or
// a heel, and differences between groups of classes. A class can be put together from several units: a shirt is a thing with a
// body and with long sleeves, or with a body and a line of buttons. Each unit bends where it goes on, so such combinations need not
// lie on one side of a single plane.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - What is seen: parts, edges and contrasts between groups of classes rather than one whole blurred piece of clothing for
//   each class; with reference to a unit that is shown.
// - Why: a unit is shared by classes, and a class has several units, so that it can have several kinds.
// - ReLU makes it more than one linear classifier: a unit speaks only where it is on, so the border between two classes can bend.
//
// Wrong: "there are more weights" as the only reason; without ReLU they would not help.
// END RUBRIC
