//! The source of assignment `batchnorm`: all that students and staff get is made of it. docs/authoring.md tells how.
//! GRADUS-STAFF-ONLY-7c1f4e

// %% [markdown] id="title"
// # Batch and layer normalisation
//
// The deep networks of the last assignment learned only if their first weights were of the right size: a little too
// small or too large, and ten layers made next to nothing or far too much of a signal. One way out is to choose the
// weights with care. Another is not to leave the size of the numbers to chance: put a layer between the affine layer
// and ReLU that brings every unit to mean 0 and variance 1, whatever the weights are. That is *batch normalisation*
// (Sergey Ioffe and Christian Szegedy, 2015). It made deep networks much easier to train, and nearly every network
// for images since then has something of the kind.
//
// The mean and the variance are measured on the mini-batch, and that is both the charm and the trouble of it: an
// example's output now depends on which other examples happen to be in the batch. In use there may be no batch at
// all, so something else has to take the place of its statistics; and small batches give poor ones. *Layer
// normalisation* (Jimmy Ba, Jamie Kiros and Geoffrey Hinton, 2016) takes the mean and the variance over the units of
// one example instead, and has no such trouble.
//
// You write seven functions:
//
// 1. batch normalisation, forward, in training and in evaluation;
// 2. batch normalisation, backward, step by step;
// 3. the same by a short formula, which you derive on paper;
// 4. layer normalisation, forward;
// 5. layer normalisation, backward;
// 6. the loss and the gradients of a network with either of them, or none;
// 7. its scores, in evaluation.
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
// | `x`, `out` | `Array2` (batch, features) | a row for each example; in a network a feature is a unit |
// | `gamma` | `Array1` (features) | the scale of each feature, learned |
// | `beta` | `Array1` (features) | the shift of each feature, learned |
// | `running.mean`, `running.var` | `Array1` (features) | what batch normalisation keeps for evaluation |
// | `eps` | number | what is added to a variance before the root is taken, above 0 |
// | `momentum` | number | how much of the running statistics stays, from 0 up to below 1 |
//
// - A variance is the mean of the squared distances from the mean: it is divided by `n`, not by `n - 1`, everywhere
//   in this assignment.
// - Functions only borrow their arguments and leave them as they are. New running statistics are returned as values.
// - All numbers are `f64`. At least one example and one feature can be taken for granted; one example alone is
//   possible.
//
// Two caches are your own, as in the assignment on two layers: what a forward function hands to the backward
// function. A first version of each is given.
//
// ```text
// pub enum Mode { Train, Evaluate }
//
// pub struct Running {
//     pub mean: Array1<f64>,
//     pub var: Array1<f64>,
// }
// ```
//
// `Running::new(features)` has zeros everywhere. From the assignments before you have, in the library,
// `softmax_loss(&scores, &y)`, `affine_forward(&x, &w, &b)` and `affine_backward(&dout, &cache)`, `relu_forward(&x)`
// and `relu_backward(&dout, &cache)`, and the update rules.

// %% id="imports"
use gradus_assignments::batchnorm::{
    HiddenLayer, LastLayer, Mode, Normalisation, NormalisedNet, Parameters, Running, RunningLayers,
};
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2};

// %% id="imports-for-experiments" gradus={"role": "given", "reference": false}
use gradus_check::{numeric_gradient, numeric_gradient_array, relative_error};
use gradus_nn::data::fashion_mnist::load;
use gradus_nn::metrics::accuracy;
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pictures::{Picture, accuracy_curves, activation_histograms, line_chart, loss_curves};
use gradus_nn::preprocess::{mean_image, subtract_mean};
use gradus_nn::random::{generator, normal};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{IxDyn, array};
use rand::Rng;
use std::time::Instant;

// %% [markdown] id="batchnorm-forward-text"
// ## 1. Batch normalisation, forward
//
// **In training.** Each feature $j$ has a mean and a variance over the $n$ examples of the batch. Subtract the one,
// divide by the root of the other:
//
// $$ \mu_j = \frac{1}{n} \sum_i x_{ij}, \qquad v_j = \frac{1}{n} \sum_i (x_{ij} - \mu_j)^2, \qquad
// \hat x_{ij} = \frac{x_{ij} - \mu_j}{\sqrt{v_j + \varepsilon}}, \qquad \text{out}_{ij} = \gamma_j \, \hat x_{ij} + \beta_j $$
//
// - The sums run down a column, over `Axis(0)`. With `x` (batch, features), an array (features) is added, subtracted,
//   multiplied and divided row by row.
// - The small $\varepsilon$ stands **below** the root. Where a feature is the same for all examples, or the batch has
//   one example only, the variance is 0 and so is $\hat x$, and no NaN comes of 0 / 0.
// - $\gamma$ and $\beta$ give back what normalising takes: should the network need a unit with the mean 3 and the
//   deviation 0.5, it can learn $\beta = 3$ and $\gamma = 0.5$. They are parameters as any others.
//
// **The running statistics.** Each batch in training leaves a little of its mean and of its variance:
//
// $$ \text{running} \leftarrow \text{momentum} \cdot \text{running} + (1 - \text{momentum}) \cdot \text{batch} $$
//
// Mind which share goes where. PyTorch's parameter of the same name is the *other* share: its 0.1 is our 0.9. And in
// the running variance, PyTorch divides by $n - 1$, though it normalises with the variance divided by $n$, as
// everybody does. Here, as in CS231n, both are divided by $n$.
//
// **In evaluation.** The running mean and variance take the place of $\mu$ and $v$ in the formula, and nothing is
// measured on the batch. So an example gets the same output whatever else is in the batch, and alone as well. The
// running statistics are returned as they came in.
//
// **The variance, in which way?** On paper the mean of $(x - \mu)^2$ is the mean of $x^2$ less $\mu^2$. In a computer
// it is not: where the mean is large, two large numbers are subtracted that agree in nearly all their digits.
// Subtract the mean first. One check of each forward pass, worth 1 point, asks for means of 100,000 deviations,
// and an error of up to 1e-8. The picture below shows how much is at stake.

// %% id="batchnorm-cache"
/// What the backward passes of batch normalisation need of the forward pass. Yours to change; only the name must stay.
pub struct BatchnormCache {
    /// `x` less the mean (batch, features).
    pub centred: Array2<f64>,
    /// The root of the variance plus eps (features).
    pub deviation: Array1<f64>,
    /// `centred / deviation` (batch, features).
    pub x_hat: Array2<f64>,
    pub gamma: Array1<f64>,
}

// %% id="batchnorm-forward" gradus={"role": "answer"}
/// Batch normalisation.
///
/// - `x`: inputs (batch, features)
/// - `gamma`: scales (features)
/// - `beta`: shifts (features)
/// - `running`: the running mean and variance before this batch
/// - `mode`: whether the statistics of the batch are used, and the running ones moved, or the running ones are used and left alone
/// - `momentum`: how much of the running statistics stays, in training
/// - `eps`: what is added to the variance
/// - returns `out` (batch, features), the running mean and variance after this batch, and what the backward passes need
pub fn batchnorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    running: &Running,
    mode: Mode,
    momentum: f64,
    eps: f64,
) -> (Array2<f64>, Running, BatchnormCache) {
    // BEGIN SOLUTION
    let n = x.nrows() as f64;
    let (centred, var, running) = match mode {
        Mode::Train => {
            let mean = x.sum_axis(Axis(0)) / n;
            let centred = x - &mean;
            let var = (&centred * &centred).sum_axis(Axis(0)) / n;
            let moved = |old: &Array1<f64>, new: &Array1<f64>| old * momentum + new * (1.0 - momentum);
            let running = Running { mean: moved(&running.mean, &mean), var: moved(&running.var, &var) };
            (centred, var, running)
        }
        Mode::Evaluate => (x - &running.mean, running.var.clone(), running.clone()),
    };
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = &centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, running, BatchnormCache { centred, deviation, x_hat, gamma: gamma.clone() })
    // END SOLUTION
}

// %% id="check-batchnorm-forward" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, batchnorm_forward);

// %% [markdown] id="before-after-text"
// ### Before and after
//
// Two hundred random examples through a small network, up to its three outputs: their means and deviations are
// anything. Batch normalisation brings them to 0 and 1, and with $\gamma$ = 1, 2, 3 and $\beta$ = 11, 12, 13 to just
// these. After fifty such batches, evaluation works with the running statistics: a new batch comes out with means
// near 0 and deviations near 1, but not exactly, because it is not its own mean that was subtracted.

// %% id="before-after"
/// Means and deviations of the columns.
fn described(name: &str, x: &Array2<f64>) -> String {
    let rounded = |numbers: Array1<f64>| numbers.iter().map(|number| format!("{number:8.3}")).collect::<String>();
    let mean = x.mean_axis(Axis(0)).expect("at least one row");
    format!("{name:34} means{}   deviations{}\n", rounded(mean), rounded(x.std_axis(Axis(0), 0.0)))
}

fn before_and_after() -> String {
    let mut random = generator(231);
    let w1 = normal::<f64, _>((50, 60), 1.0, &mut random);
    let w2 = normal::<f64, _>((60, 3), 1.0, &mut random);
    let mut outputs = || normal::<f64, _>((200, 50), 1.0, &mut random).dot(&w1).mapv(|x| x.max(0.0)).dot(&w2);
    let (ones, zeros) = (Array1::ones(3), Array1::zeros(3));
    let x = outputs();
    let plain = batchnorm_forward(&x, &ones, &zeros, &Running::new(3), Mode::Train, 0.9, 1e-5).0;
    let (gamma, beta) = (array![1.0, 2.0, 3.0], array![11.0, 12.0, 13.0]);
    let scaled = batchnorm_forward(&x, &gamma, &beta, &Running::new(3), Mode::Train, 0.9, 1e-5).0;
    let mut running = Running::new(3);
    for _ in 0..50 {
        running = batchnorm_forward(&outputs(), &ones, &zeros, &running, Mode::Train, 0.9, 1e-5).1;
    }
    let evaluated = batchnorm_forward(&outputs(), &ones, &zeros, &running, Mode::Evaluate, 0.9, 1e-5).0;
    described("before", &x)
        + &described("gamma 1, beta 0", &plain)
        + &described("gamma 1, 2, 3, beta 11, 12, 13", &scaled)
        + &described("in evaluation, after 50 batches", &evaluated)
}

// %% id="before-after-run"
println!("{}", before_and_after());

// %% [markdown] id="running-text"
// ### The running mean on its way
//
// One feature with the mean 4 and the deviation 2, in batches of 20. The batches' own means jump about by
// $2 / \sqrt{20} = 0.45$. The running mean starts at 0; with a momentum of 0.9 it arrives after some thirty batches
// and is a good deal quieter than they are; with 0.99 it is quieter still, but has not arrived after 150. A network
// that is evaluated too early works with statistics that still remember the zeros.

// %% id="running-shown" gradus={"role": "plot"}
fn running_means() -> Picture {
    let batches: Vec<Array2<f64>> = {
        let mut random = generator(231);
        (0..150).map(|_| normal::<f64, _>((20, 1), 2.0, &mut random) + 4.0).collect()
    };
    let means = |momentum: f64| {
        let mut running = Running::new(1);
        let points = batches.iter().enumerate().map(|(i, batch)| {
            let (gamma, beta) = (Array1::ones(1), Array1::zeros(1));
            running = batchnorm_forward(batch, &gamma, &beta, &running, Mode::Train, momentum, 1e-5).1;
            ((i + 1) as f64, running.mean[0])
        });
        points.collect::<Vec<_>>()
    };
    line_chart(
        "Means of the batches, and running means",
        "batch",
        "mean",
        &[("each batch's own", means(0.0)), ("momentum 0.9", means(0.9)), ("momentum 0.99", means(0.99))],
    )
}

show!(running_means());

// %% [markdown] id="cancellation-text"
// ### How digits are lost
//
// A thousand numbers with the deviation 1 around a mean that grows from 1 to a hundred million, and the relative
// error of their variance in both ways. A number has about 16 digits. The mean of $x^2$ spends two digits of them for
// each digit of the mean: at a mean of 10,000 half of them are gone, and at a hundred million the "variance" is noise
// and may well be negative, and its root NaN. The mean of $(x - \mu)^2$ is out by no more than the rounding of the
// numbers themselves.

// %% id="cancellation-shown" gradus={"role": "plot"}
fn lost_digits() -> Picture {
    let noise = normal::<f64, _>(1000, 1.0, &mut generator(231));
    // Sums of small numbers: as good as exact.
    let true_variance = noise.mapv(|x| x * x).mean().unwrap_or(0.0) - noise.mean().unwrap_or(0.0).powi(2);
    let line = |variance: fn(&Array1<f64>) -> f64| {
        let points = (0..=16).map(|half| {
            let mean = 10f64.powf(f64::from(half) / 2.0).round();
            let x = &noise + mean;
            // The numbers that the computer has: rounded when the mean was added.
            let exact = (&x - mean).mapv(|x| x * x).mean().unwrap_or(0.0) - (&x - mean).mean().unwrap_or(0.0).powi(2);
            let error = ((variance(&x) - exact) / true_variance).abs();
            (mean.log10(), error.max(1e-17).log10())
        });
        points.collect::<Vec<_>>()
    };
    line_chart(
        "Relative error of the variance",
        "log10 of the mean",
        "log10 of the error",
        &[
            (
                "mean of x² less the squared mean",
                line(|x| (x * x).mean().unwrap_or(0.0) - x.mean().unwrap_or(0.0).powi(2)),
            ),
            (
                "mean of (x - mean)²",
                line(|x| {
                    let centred = x - x.mean().unwrap_or(0.0);
                    (&centred * &centred).mean().unwrap_or(0.0)
                }),
            ),
        ],
    )
}

show!(lost_digits());

// %% [markdown] id="depth-text"
// ### Ten layers again
//
// The picture of the last assignment, with normalisation: random examples through ten hidden layers of 100 units, and
// the deviation of what each layer passes on. Without normalisation the signal fades or explodes, by a factor for
// each layer that depends on the weights. With batch normalisation behind each affine layer the size of the weights
// makes no difference at all: twice the weights are twice the deviation, which is divided out. Below it, what the
// tenth layer passes on, for weights of the deviation 0.05.

// %% id="depth-shown" gradus={"role": "plot"}
/// What each of ten hidden layers passes on.
fn passed_on(weight_scale: f64, normalised: bool) -> Vec<Array2<f64>> {
    let mut random = generator(231);
    let mut out = normal::<f64, _>((200, 100), 1.0, &mut random);
    let mut outs = Vec::new();
    for _ in 0..10 {
        out = out.dot(&normal::<f64, _>((100, 100), weight_scale, &mut random));
        if normalised {
            let (gamma, beta) = (Array1::ones(100), Array1::zeros(100));
            out = batchnorm_forward(&out, &gamma, &beta, &Running::new(100), Mode::Train, 0.9, 1e-5).0;
        }
        out.mapv_inplace(|x| x.max(0.0));
        outs.push(out.clone());
    }
    outs
}

fn deviations_by_layer() -> Picture {
    let line = |weight_scale: f64, normalised: bool| {
        let outs = passed_on(weight_scale, normalised);
        outs.iter().enumerate().map(|(i, out)| ((i + 1) as f64, out.std(0.0).log10())).collect::<Vec<_>>()
    };
    line_chart(
        "What each hidden layer passes on",
        "layer",
        "log10 of the standard deviation",
        &[
            ("none, weights 0.05", line(0.05, false)),
            ("none, weights 0.5", line(0.5, false)),
            ("batch norm, weights 0.05", line(0.05, true)),
            ("batch norm, weights 0.5", line(0.5, true)),
        ],
    )
}

/// The numbers above 0 of the tenth layer.
fn tenth_layers() -> Picture {
    let on = |normalised| -> Array1<f64> {
        passed_on(0.05, normalised)[9].iter().copied().filter(|out| *out > 0.0).collect()
    };
    let (plain, normalised) = (on(false), on(true));
    activation_histograms(&[
        ("layer 10, none", plain.view().into_dyn()),
        ("layer 10, batch norm", normalised.view().into_dyn()),
    ])
}

show!(deviations_by_layer());
show!(tenth_layers());

// %% [markdown] id="batchnorm-backward-text"
// ## 2. Batch normalisation, backward
//
// The forward pass in training is a chain of small steps. Write it as a graph, and go through it backwards: each step
// hands on `dout` times its own slope.
//
// ```text
// x ──┬────────────── (-) ── centred ──┬──────────────────── (/) ── x_hat ── (*) ── (+) ── out
//     │                │               │                      │               │      │
//     └── mean over ───┘               └── square ── mean ── root ── deviation  gamma  beta
//         the batch                        over the batch    (var + eps)
// ```
//
// | step | backward |
// | --- | --- |
// | $\text{out} = \gamma \hat x + \beta$ | $d\beta = \sum_i \text{dout}$, $\; d\gamma = \sum_i \text{dout} \cdot \hat x$, $\; d\hat x = \text{dout} \cdot \gamma$ |
// | $\hat x = c / s$ | $dc = d\hat x / s$, $\; ds = -\sum_i d\hat x \cdot c / s^2$ |
// | $s = \sqrt{v + \varepsilon}$ | $dv = ds / (2 s)$ |
// | $v = \frac{1}{n} \sum_i c^2$ | $dc \mathrel{+}= dv \cdot 2 c / n$ |
// | $c = x - \mu$ | $dx = dc$, $\; d\mu = -\sum_i dc$ |
// | $\mu = \frac{1}{n} \sum_i x$ | $dx \mathrel{+}= d\mu / n$ |
//
// with $c$ for `centred` and $s$ for `deviation`. Two rules make all of it:
//
// - What was copied to all rows on the way forward is summed over the rows on the way back; what was a mean over the
//   rows on the way forward is handed to all rows on the way back, a share of $1/n$ each.
// - A value that goes two ways, as `x` and `centred` do, gets the sum of what comes back on both. That is the `+=`.
//   Whoever forgets one way gets the gradient of a layer whose mean or variance is a constant.
//
// The backward pass is asked for after a forward pass in training only. `dout` has the shape of `out`, `dx` that of `x`.

// %% id="batchnorm-backward" gradus={"role": "answer"}
/// The gradients of batch normalisation in training, back through one step after another.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `batchnorm_forward` returned, in training
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn batchnorm_backward(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    // BEGIN SOLUTION
    let BatchnormCache { centred, deviation, x_hat, gamma } = cache;
    let n = dout.nrows() as f64;
    // out = gamma * x_hat + beta
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    // x_hat = centred / deviation
    let ddeviation = -(&dx_hat * x_hat).sum_axis(Axis(0)) / deviation;
    let mut dcentred = dx_hat / deviation;
    // deviation = sqrt(var + eps)
    let dvar = ddeviation / deviation * 0.5;
    // var is the mean of centred * centred
    dcentred += &(centred * &(dvar * (2.0 / n)));
    // centred = x - mean
    let dmean = -dcentred.sum_axis(Axis(0));
    let mut dx = dcentred;
    // mean is the mean of x
    dx += &(dmean / n);
    (dx, dgamma, dbeta)
    // END SOLUTION
}

// %% id="check-batchnorm-backward" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, batchnorm_backward after batchnorm_forward);

// %% [markdown] id="gradients-text"
// ### Against differences
//
// With `dout` fixed, $\sum \text{out} \cdot \text{dout}$ is a number, and its slopes are the gradients. Errors
// between 1e-13 and 1e-8 are what you should see.

// %% id="gradients"
fn batchnorm_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((4, 5), 5.0, &mut random) + 12.0;
    let (gamma, beta) = (normal::<f64, _>(5, 1.0, &mut random), normal::<f64, _>(5, 1.0, &mut random));
    let dout = normal::<f64, _>((4, 5), 1.0, &mut random);
    let forward = |x: &Array2<f64>, gamma: &Array1<f64>, beta: &Array1<f64>| {
        batchnorm_forward(x, gamma, beta, &Running::new(5), Mode::Train, 0.9, 1e-5)
    };
    let (dx, dgamma, dbeta) = batchnorm_backward(&dout, &forward(&x, &gamma, &beta).2);
    format!(
        "relative errors: dx {:.1e}, dgamma {:.1e}, dbeta {:.1e}",
        relative_error(&dx, &numeric_gradient_array(|x| forward(x, &gamma, &beta).0, &x, &dout)),
        relative_error(&dgamma, &numeric_gradient_array(|gamma| forward(&x, gamma, &beta).0, &gamma, &dout)),
        relative_error(&dbeta, &numeric_gradient_array(|beta| forward(&x, &gamma, beta).0, &beta, &dout)),
    )
}

// %% id="gradients-run"
println!("{}", batchnorm_errors());

// %% [markdown] id="batchnorm-backward-alt-text"
// ## 3. The short way back
//
// The steps can be put together on paper. One feature at a time, so that all that is left is the index $i$ of the
// example:
//
// 1. $\hat x_i = c_i / s$ and both depend on every $x_k$. Work out $\partial \mu / \partial x_k$, then
//    $\partial c_i / \partial x_k$ (it is 1 less something where $i = k$), then $\partial s / \partial x_k$. For the
//    last one you need $\sum_i c_i = 0$.
// 2. Put them into $\partial \hat x_i / \partial x_k$. The result has three terms, and $c / s$ turns up again as
//    $\hat x$.
// 3. Multiply by $d\hat x_i$ and sum over $i$. Two sums appear that you know already: $\sum_i \text{dout}_i$ is
//    $d\beta$, $\sum_i \text{dout}_i \, \hat x_i$ is $d\gamma$.
//
// What you should arrive at has the form
//
// $$ dx = \frac{\gamma}{s} \left( \text{dout} - a - \hat x \, b \right) $$
//
// with two numbers $a$ and $b$ for each feature. They have a meaning: adding a constant to a feature, or stretching
// it, changes nothing behind the normalisation, so neither can have a gradient. $a$ takes out of `dout` its part
// along a common shift, $b \, \hat x$ its part along a stretch. (With $\varepsilon$ in $s$, all of this stays exact.
// Why?)
//
// Write it with operators on whole arrays and `sum_axis(Axis(0))`, as the formula stands: it is a line or two. A loop over
// columns would jump through memory, which lies row by row.

// %% id="batchnorm-backward-alt" gradus={"role": "answer"}
/// The gradients of batch normalisation in training, by the short formula.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `batchnorm_forward` returned, in training
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    // BEGIN SOLUTION
    let BatchnormCache { deviation, x_hat, gamma, .. } = cache;
    let n = dout.nrows() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx = (dout - &(&dbeta / n) - x_hat * &(&dgamma / n)) * &(gamma / deviation);
    (dx, dgamma, dbeta)
    // END SOLUTION
}

// %% id="check-batchnorm-backward-alt" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, batchnorm_backward_alt after batchnorm_forward);

// %% [markdown] id="race-text"
// ### The two against each other
//
// The same gradients but for rounding, and the time of the long way as a multiple of the short one's: the best of
// twenty runs each, on 100 and on 1,000 examples with 500 features. Each operator reads and writes a whole array, so
// what counts is how many of them there are; that is the whole gain. Times differ from run to run.

// %% id="race"
fn long_against_short(batch: usize) -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((batch, 500), 5.0, &mut random) + 12.0;
    let (gamma, beta) = (normal::<f64, _>(500, 1.0, &mut random), normal::<f64, _>(500, 1.0, &mut random));
    let dout = normal::<f64, _>((batch, 500), 1.0, &mut random);
    let cache = batchnorm_forward(&x, &gamma, &beta, &Running::new(500), Mode::Train, 0.9, 1e-5).2;
    let (long, short) = (batchnorm_backward(&dout, &cache), batchnorm_backward_alt(&dout, &cache));
    let best = |backward: &dyn Fn() -> f64| {
        let time = || {
            let start = Instant::now();
            std::hint::black_box(backward());
            start.elapsed().as_secs_f64()
        };
        (0..20).map(|_| time()).fold(f64::INFINITY, f64::min)
    };
    let long_time = best(&|| batchnorm_backward(&dout, &cache).0[[0, 0]]);
    let short_time = best(&|| batchnorm_backward_alt(&dout, &cache).0[[0, 0]]);
    format!(
        "{batch} examples: relative differences dx {:.1e}, dgamma {:.1e}, dbeta {:.1e}; the long way takes {:.1} times as long",
        relative_error(&long.0, &short.0),
        relative_error(&long.1, &short.1),
        relative_error(&long.2, &short.2),
        long_time / short_time
    )
}

// %% id="race-run"
println!("{}\n{}", long_against_short(100), long_against_short(1000));

// %% [markdown] id="layernorm-forward-text"
// ## 4. Layer normalisation, forward
//
// The same formula with the two axes exchanged: the mean and the variance are those of one **row**, over its $d$
// features.
//
// $$ \mu_i = \frac{1}{d} \sum_j x_{ij}, \qquad v_i = \frac{1}{d} \sum_j (x_{ij} - \mu_i)^2, \qquad
// \hat x_{ij} = \frac{x_{ij} - \mu_i}{\sqrt{v_i + \varepsilon}}, \qquad \text{out}_{ij} = \gamma_j \, \hat x_{ij} + \beta_j $$
//
// $\gamma$ and $\beta$ still belong to the features, one for each column: they are not exchanged. Nothing of the
// other examples goes in, so training and evaluation are the same, and there is nothing to keep: no mode, no running
// statistics, no trouble with small batches.
//
// To subtract one number from each row, give the array of means an axis of length 1: `mean.insert_axis(Axis(1))` has
// the shape (batch, 1), and (batch, features) less (batch, 1) is done column by column. Or transpose, and reuse what
// you have.

// %% id="layernorm-cache"
/// What the backward pass of layer normalisation needs of the forward pass. Yours to change, as the other.
pub struct LayernormCache {
    /// The root of each row's variance plus eps (batch, 1).
    pub deviation: Array2<f64>,
    /// (batch, features)
    pub x_hat: Array2<f64>,
    pub gamma: Array1<f64>,
}

// %% id="layernorm-forward" gradus={"role": "answer"}
/// Layer normalisation.
///
/// - `x`: inputs (batch, features)
/// - `gamma`: scales (features)
/// - `beta`: shifts (features)
/// - `eps`: what is added to the variance of each row
/// - returns `out` (batch, features), and what the backward pass needs
pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    // BEGIN SOLUTION
    let d = x.ncols() as f64;
    let mean = x.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let centred = x - &mean;
    let var = (&centred * &centred).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, LayernormCache { deviation, x_hat, gamma: gamma.clone() })
    // END SOLUTION
}

// %% id="check-layernorm-forward" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, layernorm_forward);

// %% [markdown] id="layernorm-backward-text"
// ## 5. Layer normalisation, backward
//
// Nothing new has to be derived. Look at one row: it is to layer normalisation what a column is to batch
// normalisation, with two differences.
//
// - $\gamma$ is not the same number all along the row. So it cannot be taken out of the sums: start from
//   $d\hat x = \text{dout} \cdot \gamma$, and use the short formula for $\hat x$, with means over the row of
//   $d\hat x$ and of $d\hat x \cdot \hat x$ for $a$ and $b$.
// - $d\gamma$ and $d\beta$ are sums over the **examples**, as before. So they are no longer the sums in the formula
//   for `dx`.

// %% id="layernorm-backward" gradus={"role": "answer"}
/// The gradients of layer normalisation.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `layernorm_forward` returned
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    // BEGIN SOLUTION
    let LayernormCache { deviation, x_hat, gamma } = cache;
    let d = dout.ncols() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    let shift = dx_hat.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let stretch = (&dx_hat * x_hat).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let dx = (dx_hat - &shift - x_hat * &stretch) / deviation;
    (dx, dgamma, dbeta)
    // END SOLUTION
}

// %% id="check-layernorm-backward" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, layernorm_backward after layernorm_forward);

// %% [markdown] id="row-errors-text"
// ### Rows before and after, and gradients against differences

// %% id="row-errors"
fn layernorm_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((4, 5), 5.0, &mut random) + 12.0;
    let (gamma, beta) = (normal::<f64, _>(5, 1.0, &mut random), normal::<f64, _>(5, 1.0, &mut random));
    let dout = normal::<f64, _>((4, 5), 1.0, &mut random);
    let plain = layernorm_forward(&x, &Array1::from_elem(5, 3.0), &Array1::from_elem(5, 5.0), 1e-5).0;
    let (dx, dgamma, dbeta) = layernorm_backward(&dout, &layernorm_forward(&x, &gamma, &beta, 1e-5).1);
    let forward = |x: &Array2<f64>, gamma: &Array1<f64>, beta: &Array1<f64>| layernorm_forward(x, gamma, beta, 1e-5).0;
    described("rows before", &x.t().to_owned())
        + &described("with gamma 3 and beta 5", &plain.t().to_owned())
        + &format!(
            "relative errors: dx {:.1e}, dgamma {:.1e}, dbeta {:.1e}",
            relative_error(&dx, &numeric_gradient_array(|x| forward(x, &gamma, &beta), &x, &dout)),
            relative_error(&dgamma, &numeric_gradient_array(|gamma| forward(&x, gamma, &beta), &gamma, &dout)),
            relative_error(&dbeta, &numeric_gradient_array(|beta| forward(&x, &gamma, beta), &beta, &dout)),
        )
}

// %% id="row-errors-run"
println!("{}", layernorm_errors());

// %% [markdown] id="fully-connected-loss-text"
// ## 6. A network with normalisation
//
// The network of the last assignment with one more layer in each of its hidden layers: an affine layer, then
// normalisation, then ReLU. The last layer is an affine layer alone, as before.
//
// ```text
// pub struct NormalisedNet {
//     pub normalisation: Normalisation, // None, Batch or Layer, the same in all hidden layers
//     pub parameters: Parameters,
//     pub running: RunningLayers,
// }
//
// pub struct Parameters {
//     pub hidden: Vec<HiddenLayer>, // may be empty
//     pub last: LastLayer,
// }
//
// pub struct HiddenLayer {
//     pub w: Array2<f64>,     // (inputs, outputs)
//     pub b: Array1<f64>,     // (outputs)
//     pub gamma: Array1<f64>, // (outputs)
//     pub beta: Array1<f64>,  // (outputs)
// }
//
// pub struct LastLayer {
//     pub w: Array2<f64>,
//     pub b: Array1<f64>,
// }
//
// pub struct RunningLayers {
//     pub layers: Vec<Running>, // one for each hidden layer, whatever the normalisation
// }
// ```
//
// - This function is for **training**: batch normalisation in `Mode::Train`, with momentum 0.9 and eps 1e-5; layer
//   normalisation with eps 1e-5.
// - It returns three things: the loss; the gradients, each at its parameter's place, first layer first; and the
//   running statistics after this batch. Only batch normalisation moves them; otherwise they are returned as they are
//   in `net`.
// - With `Normalisation::None`, `gamma` and `beta` are there but nothing uses them: their gradients are zeros.
// - The loss is the **mean** softmax loss, plus `0.5 * reg * sum(w^2)` over the weights of **all** layers. Biases,
//   scales and shifts are not regularised.
//
// Three kinds of caches stand in one place of each layer. An enum holds whichever it is:
//
// ```text
// enum NormCache {
//     None,
//     Batch(BatchnormCache),
//     Layer(LayernormCache),
// }
// ```
//
// Or put an "affine, normalisation, ReLU" layer into a pair of functions of its own, as `affine_relu_forward` and
// `affine_relu_backward` were. Either backward pass of batch normalisation will do.

// %% id="fully-connected-loss" gradus={"role": "answer"}
/// The loss of the network in training, and its gradients.
///
/// - `net`: the network
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - returns the loss, its gradient with respect to each parameter, and the running statistics after this batch
pub fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    // BEGIN SOLUTION
    let Parameters { hidden, last } = &net.parameters;
    let mut running = net.running.clone();
    let mut caches = Vec::new();
    let mut out = x.clone();
    for (HiddenLayer { w, b, gamma, beta }, running) in hidden.iter().zip(&mut running.layers) {
        let (mut between, affine) = affine_forward(&out, w, b);
        let norm;
        (between, norm) = match net.normalisation {
            Normalisation::None => (between, NormCache::None),
            Normalisation::Batch => {
                let (out, next, cache) = batchnorm_forward(&between, gamma, beta, running, Mode::Train, MOMENTUM, EPS);
                *running = next;
                (out, NormCache::Batch(cache))
            }
            Normalisation::Layer => {
                let (out, cache) = layernorm_forward(&between, gamma, beta, EPS);
                (out, NormCache::Layer(cache))
            }
        };
        let (after, relu) = relu_forward(&between);
        caches.push((affine, norm, relu));
        out = after.into_dyn();
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = Parameters { hidden: Vec::new(), last: LastLayer { w, b } };
    for (affine, norm, relu) in caches.iter().rev() {
        let upstream = dout.into_dimensionality::<Ix2>().expect("a row for each example");
        let dnormalised = relu_backward(&upstream, relu);
        let (dbetween, gamma, beta) = match norm {
            NormCache::None => {
                let zeros = Array1::zeros(dnormalised.ncols());
                (dnormalised, zeros.clone(), zeros)
            }
            NormCache::Batch(cache) => batchnorm_backward_alt(&dnormalised, cache),
            NormCache::Layer(cache) => layernorm_backward(&dnormalised, cache),
        };
        let (dx, w, b) = affine_backward(&dbetween, affine);
        gradients.hidden.push(HiddenLayer { w, b, gamma, beta });
        dout = dx;
    }
    gradients.hidden.reverse();

    let weights = hidden.iter().map(|layer| &layer.w).chain([&last.w]);
    let slopes = gradients.hidden.iter_mut().map(|layer| &mut layer.w).chain([&mut gradients.last.w]);
    for (w, dw) in weights.zip(slopes) {
        loss += 0.5 * reg * w.iter().map(|weight| weight * weight).sum::<f64>();
        dw.scaled_add(reg, w);
    }
    (loss, gradients, running)
    // END SOLUTION
}
// BEGIN SOLUTION

const MOMENTUM: f64 = 0.9;
const EPS: f64 = 1e-5;

/// The cache of whatever normalisation there is.
enum NormCache {
    None,
    Batch(BatchnormCache),
    Layer(LayernormCache),
}
// END SOLUTION

// %% id="check-fully-connected-loss" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, fully_connected_loss);

// %% [markdown] id="scores-text"
// ## 7. Scores, in evaluation
//
// The way forward alone, for whoever uses the network: batch normalisation in `Mode::Evaluate`, with `net.running`.
// The scores of an example must not depend on what else is in the batch; with layer normalisation and with none they
// never did.

// %% id="scores" gradus={"role": "answer"}
/// The scores of examples in evaluation.
///
/// - `net`: the network
/// - `x`: examples (batch, ...)
/// - returns the scores (batch, classes)
pub fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64> {
    // BEGIN SOLUTION
    let Parameters { hidden, last } = &net.parameters;
    let mut out = x.clone();
    for (HiddenLayer { w, b, gamma, beta }, running) in hidden.iter().zip(&net.running.layers) {
        let between = affine_forward(&out, w, b).0;
        let normalised = match net.normalisation {
            Normalisation::None => between,
            Normalisation::Batch => batchnorm_forward(&between, gamma, beta, running, Mode::Evaluate, MOMENTUM, EPS).0,
            Normalisation::Layer => layernorm_forward(&between, gamma, beta, EPS).0,
        };
        out = relu_forward(&normalised).0.into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
    // END SOLUTION
}

// %% id="check-scores" gradus={"role": "check"}
gradus_assignments::check!(batchnorm, scores);

// %% [markdown] id="first-losses-text"
// ### The first loss, and the gradients against differences
//
// Two hidden layers of 20 and 30 units, weights of the deviation 0.05, two examples. The first loss should be near
// $\ln 10 \approx 2.3$, and about 4.5 higher with `reg` = 3.14. A relative error is that of the worst number of an
// array; expect 1e-6 and less for most arrays, and up to 1e-4 where a gradient is so near 0 that the rounding of the
// differences shows. That is so for the weights before batch normalisation in particular: it makes about -1 and 1 of
// whatever two numbers a unit has, so that little depends on the weights.
//
// For the biases before batch normalisation, `reg` or not, the gradient is nothing but rounding, so their relative
// errors say nothing. How large it is, is shown beside them. Why it is 0 is one of the questions in words.

// %% id="first-losses"
/// A network that has learned nothing yet. `sizes` counts features, then the units of each hidden layer, then classes.
fn initialise(normalisation: Normalisation, sizes: &[usize], weight_scale: f64, seed: u64) -> NormalisedNet {
    let mut random = generator(seed);
    let mut draw = |pair: &[usize]| normal::<f64, _>((pair[0], pair[1]), weight_scale, &mut random);
    let (first, last) = sizes.split_at(sizes.len() - 2);
    let hidden: Vec<HiddenLayer> = first
        .iter()
        .zip(&sizes[1..])
        .map(|(&inputs, &outputs)| HiddenLayer {
            w: draw(&[inputs, outputs]),
            b: Array1::zeros(outputs),
            gamma: Array1::ones(outputs),
            beta: Array1::zeros(outputs),
        })
        .collect();
    let running = RunningLayers { layers: hidden.iter().map(|layer| Running::new(layer.b.len())).collect() };
    let last = LastLayer { w: draw(last), b: Array1::zeros(last[1]) };
    NormalisedNet { normalisation, parameters: Parameters { hidden, last }, running }
}

fn first_loss(normalisation: Normalisation, reg: f64) -> String {
    let net = initialise(normalisation, &[15, 20, 30, 10], 0.05, 231);
    let x = normal::<f64, _>((2, 15), 1.0, &mut generator(1)).into_dyn();
    let y = array![3, 8];
    let (loss, gradients, _) = fully_connected_loss(&net, &x, &y, reg);
    let mut lines = vec![format!("{normalisation:?}, reg {reg}: first loss {loss:.4}")];
    for (i, gradient) in gradients.hidden.iter().enumerate() {
        let with = |change: &dyn Fn(&mut HiddenLayer)| {
            let mut net = net.clone();
            change(&mut net.parameters.hidden[i]);
            fully_connected_loss(&net, &x, &y, reg).0
        };
        let layer = &net.parameters.hidden[i];
        let w = numeric_gradient(|w| with(&|layer| layer.w = w.clone()), &layer.w);
        let b = numeric_gradient(|b| with(&|layer| layer.b = b.clone()), &layer.b);
        let gamma = numeric_gradient(|gamma| with(&|layer| layer.gamma = gamma.clone()), &layer.gamma);
        let beta = numeric_gradient(|beta| with(&|layer| layer.beta = beta.clone()), &layer.beta);
        lines.push(format!(
            "  hidden layer {}: relative errors w {:.1e}, b {:.1e}, gamma {:.1e}, beta {:.1e}; largest |db| {:.1e}",
            i + 1,
            relative_error(&gradient.w, &w),
            relative_error(&gradient.b, &b),
            relative_error(&gradient.gamma, &gamma),
            relative_error(&gradient.beta, &beta),
            gradient.b.fold(0.0, |largest: f64, slope| largest.max(slope.abs()))
        ));
    }
    lines.join("\n")
}

fn first_losses() -> String {
    let both = Normalisation::ALL.map(|normalisation| [0.0, 3.14].map(|reg| first_loss(normalisation, reg)).join("\n"));
    both.join("\n")
}

// %% id="first-losses-run"
println!("{}", first_losses());

// %% [markdown] id="training-text"
// ### Training
//
// Images of clothing as before: 1,000 for training, few enough that every experiment takes seconds, and 1,000 for
// validation. The update rule is the library's Adam, one for each array of parameters. After each step the running
// statistics go back into the network: they are no parameters, and have no gradient.

// %% id="training"
/// Rows of pixels, and labels.
struct Part {
    x: ArrayD<f64>,
    y: Array1<usize>,
}

impl Part {
    /// The share of examples whose class has the highest score.
    fn accuracy(&self, net: &NormalisedNet) -> f64 {
        let predicted = scores(net, &self.x).map_axis(Axis(1), |scores| {
            scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
        });
        accuracy(&predicted, &self.y)
    }
}

struct Clothing {
    train: Part,
    validation: Part,
}

fn clothing() -> Clothing {
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 1000, validation: 1000, ..Default::default() }, 231);
    let rows = fashion.train.unit_rows::<f64>();
    let mean = mean_image(&rows.select(Axis(0), &parts.train));
    let part = |indices: &[usize]| Part {
        x: subtract_mean(&rows.select(Axis(0), indices), &mean).into_dyn(),
        y: fashion.train.labels.select(Axis(0), indices),
    };
    Clothing { train: part(&parts.train), validation: part(&parts.validation) }
}

/// What a training gave: the loss of each step, and accuracies after each epoch.
struct Trained {
    losses: Vec<f64>,
    train: Vec<f64>,
    validation: Vec<f64>,
}

fn train(mut net: NormalisedNet, data: &Clothing, rate: f64, batch_size: usize, epochs: usize) -> Trained {
    let mut adams: Vec<Adam<f64, IxDyn>> = net.parameters.arrays().iter().map(|_| Adam::new(rate)).collect();
    let mut random = generator(231);
    let mut trained = Trained { losses: Vec::new(), train: Vec::new(), validation: Vec::new() };
    for _ in 0..epochs {
        for _ in 0..data.train.y.len() / batch_size {
            let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..data.train.y.len())).collect();
            let (x, y) = (data.train.x.select(Axis(0), &batch), data.train.y.select(Axis(0), &batch));
            let (loss, gradients, running) = fully_connected_loss(&net, &x, &y, 0.0);
            net.running = running;
            for ((array, gradient), adam) in
                net.parameters.arrays_mut().iter_mut().zip(gradients.arrays()).zip(&mut adams)
            {
                adam.update(array, &gradient);
            }
            trained.losses.push(loss);
        }
        trained.train.push(data.train.accuracy(&net));
        trained.validation.push(data.validation.accuracy(&net));
    }
    trained
}

/// The mean of each ten losses.
fn smoothed(losses: &[f64]) -> Vec<f64> {
    losses.chunks(10).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect()
}

// %% [markdown] id="deep-text"
// ### A deep network, with and without
//
// Five hidden layers of 100 units, weights of the deviation 0.02, Adam with a learning rate of 0.001, ten epochs of
// mini-batches of 50. The first picture has the losses, each point the mean of ten mini-batches; the second the
// accuracy after each epoch, on the training and on the validation images. With batch normalisation the loss falls
// from the first step on. Without it these weights are too small, and the network first has to find its way out of
// the flat region around 0. Given more epochs it gets there too: normalisation is about how fast, and how safely.

// %% id="deep-shown" gradus={"role": "plot"}
const DEEP: [usize; 7] = [784, 100, 100, 100, 100, 100, 10];

fn with_and_without() -> String {
    let start = Instant::now();
    let data = clothing();
    let run = |normalisation| train(initialise(normalisation, &DEEP, 0.02, 231), &data, 1e-3, 50, 10);
    let (none, batch) = (run(Normalisation::None), run(Normalisation::Batch));
    show!(loss_curves(&[("none", &smoothed(&none.losses)[..]), ("batch norm", &smoothed(&batch.losses)[..])]));
    show!(accuracy_curves(&[
        ("none, training", &none.train[..]),
        ("batch norm, training", &batch.train[..]),
        ("none, validation", &none.validation[..]),
        ("batch norm, validation", &batch.validation[..]),
    ]));
    format!("two trainings in {:.1?}", start.elapsed())
}

println!("{}", with_and_without());

// %% [markdown] id="scales-text"
// ### Batch normalisation and the size of the first weights
//
// Seven hidden layers of 50 units, twenty deviations of the first weights from 0.0001 to 1, each once with and once
// without batch normalisation: forty trainings of six epochs. The pictures have the best accuracies on training and
// on validation images, and the mean loss of the last epoch; a loss above 3.5 is drawn at 3.5.
//
// Without normalisation, sizes within a narrow window work, and below it nothing is learned at all. With it the
// window is some ten times as wide, and outside it the network still learns something. At the far left even batch
// normalisation has little to work with, once the variances come near its $\varepsilon$; at the far right, large
// weights change little with each step of Adam, which is of the same length whatever the weights are.

// %% id="scales-shown" gradus={"role": "plot"}
fn twenty_scales() -> String {
    let start = Instant::now();
    let data = clothing();
    let exponents: Vec<f64> = (0..20).map(|i| -4.0 + 4.0 * f64::from(i) / 19.0).collect();
    let sizes = [784, 50, 50, 50, 50, 50, 50, 50, 10];
    let runs = [Normalisation::None, Normalisation::Batch].map(|normalisation| {
        let run =
            |exponent: &f64| train(initialise(normalisation, &sizes, 10f64.powf(*exponent), 231), &data, 1e-3, 50, 6);
        exponents.iter().map(run).collect::<Vec<_>>()
    });
    let best = |shares: &[f64]| 100.0 * shares.iter().copied().fold(0.0, f64::max);
    // The smaller of NaN and 3.5 is 3.5.
    let last_loss = |losses: &[f64]| (losses[losses.len() - 20..].iter().sum::<f64>() / 20.0).min(3.5);
    let picture = |title: &str, y_label: &str, of: &dyn Fn(&Trained) -> f64| {
        let line = |runs: &[Trained]| exponents.iter().copied().zip(runs.iter().map(of)).collect::<Vec<_>>();
        let lines = [("none", line(&runs[0])), ("batch norm", line(&runs[1]))];
        line_chart(title, "log10 of the deviation of the first weights", y_label, &lines)
    };
    show!(picture("Best accuracy on the training images", "accuracy, %", &|trained| best(&trained.train)));
    show!(picture("Best accuracy on the validation images", "accuracy, %", &|trained| best(&trained.validation)));
    show!(picture("Loss in the last epoch", "loss", &|trained| last_loss(&trained.losses)));
    format!("forty trainings in {:.1?}", start.elapsed())
}

println!("{}", twenty_scales());

// %% [markdown] id="batch-sizes-text"
// ### Batch normalisation and the size of the batch
//
// The deep network again, with batches of 5, 10 and 50 and a smaller learning rate, beside the one without
// normalisation with batches of 50. All see the same number of images in an epoch, so small batches make many more
// steps. Each unit's mean and variance is measured on as many numbers as the batch has examples. With five of them
// the measurement is mostly noise, which each example gets mixed into its own signal, and evaluation, with the
// running statistics, does not see the numbers that training saw. So in spite of ten times as many steps, the batches
// of 5 are left behind on the training images.

// %% id="batch-sizes-shown" gradus={"role": "plot"}
/// Accuracies after each epoch: without normalisation in batches of 50, and with it in batches of 5, 10 and 50.
fn batch_sizes(normalisation: Normalisation) -> String {
    let start = Instant::now();
    let data = clothing();
    let rate = 10f64.powf(-3.5);
    let runs = [(Normalisation::None, 50), (normalisation, 5), (normalisation, 10), (normalisation, 50)]
        .map(|(normalisation, size)| train(initialise(normalisation, &DEEP, 0.02, 231), &data, rate, size, 8));
    let names = ["none, batches of 50", "batches of 5", "batches of 10", "batches of 50"];
    let lines = |of: fn(&Trained) -> &[f64]| -> Vec<(&str, &[f64])> {
        names.iter().copied().zip(runs.iter().map(of)).collect()
    };
    show!(accuracy_curves(&lines(|trained| &trained.train)));
    show!(accuracy_curves(&lines(|trained| &trained.validation)));
    format!("above: on the training images; below: on the validation images. Four trainings in {:.1?}", start.elapsed())
}

println!("{}", batch_sizes(Normalisation::Batch));

// %% [markdown] id="layer-sizes-text"
// ### Layer normalisation and the size of the batch
//
// The same with layer normalisation. Each example is normalised by itself, over its 100 units, so small batches do
// not harm it: all three come out at nearly the same place. What is left of the difference is what small batches do
// to any training: their gradients are noisier, and their curves less smooth.

// %% id="layer-sizes-shown" gradus={"role": "plot"}
println!("{}", batch_sizes(Normalisation::Layer));

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1" gradus={"role": "written", "points": 2}
// **Written 1.** In the network with batch normalisation, the gradients of the biases `b` of the hidden layers are 0
// but for rounding. Why must that be so? What could one leave out, and what takes its place? Is it the same with
// layer normalisation?
//
// BEGIN SOLUTION
// A bias adds the same number to a unit for all examples of the batch. That number is part of the unit's mean, which
// batch normalisation subtracts, so the output, and the loss, do not depend on it at all: the slope is 0. The biases
// before batch normalisation can be left out; beta does what they would have done, behind the normalisation. With
// layer normalisation it is different: the mean that is subtracted is that over the units of one example. Each unit
// has a bias of its own, so only a shift that is the same for all units is undone. The gradients of the single biases
// need not be 0; their sum over the units is.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - The bias is a constant over the batch, so it goes into the mean and is subtracted: the output does not depend on
//   it.
// - It can be left out; beta takes its place.
// - Layer normalisation: no. Only a common shift of all units is undone, so single biases matter (their gradients add
//   up to 0).
//
// Wrong: "the gradient vanishes because the network is deep".
// END RUBRIC

// %% [markdown] id="written-2" gradus={"role": "written", "points": 2}
// **Written 2.** Look at the pictures of the twenty sizes of the first weights. Why does batch normalisation make
// such a difference? Suppose that all weights of one hidden layer are multiplied by 10, before batch normalisation:
// what becomes of the layer's output, and what of the gradient with respect to these weights? What does that mean for
// plain gradient descent with large weights?
//
// BEGIN SOLUTION
// Without normalisation each layer multiplies the size of the signal, and of the gradient on its way back, by a
// factor that depends on the size of the weights; over eight layers that is the eighth power, so that only a narrow
// range neither fades nor explodes. With batch normalisation, ten times the weights give ten times the numbers, ten
// times the mean and ten times the deviation, which is divided out: the output is the same (but for eps). Since the
// output is the same at ten times the weights, a step of a given size in the weights now counts for a tenth: the
// gradient is a tenth. So large weights get small gradients and change slowly, compared with their size only a
// hundredth as fast: the network does not explode, but learns slowly, as if the learning rate were smaller.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - Without: a factor for each layer, to the power of the depth, forward and backward.
// - With: the output does not change when the weights are scaled (but for eps).
// - The gradient becomes a tenth; so large weights move slowly: a smaller learning rate in effect.
//
// Wrong: "the gradient becomes ten times as large".
// END RUBRIC

// %% [markdown] id="written-3" gradus={"role": "written", "points": 2}
// **Written 3.** Images of 4,000 by 4,000 pixels leave room for two of them in a batch. Which of the two
// normalisations would you take, and why? What goes wrong with the other one in training, and what in evaluation?
// Name something that layer normalisation takes away from the data that batch normalisation leaves.
//
// BEGIN SOLUTION
// Layer normalisation: its mean and variance come from one example alone, so two in a batch are as good as two
// hundred. With two examples, batch normalisation measures a mean and a variance on two numbers. Both become -1 and 1
// (if eps is small) whatever they were, so only which of the two is larger is left, and that depends on the partner
// that happens to be there: training is very noisy. In evaluation the running statistics are used, and these differ
// from what each batch had in training, so the network sees numbers of another kind than it was trained on. Layer
// normalisation subtracts the mean of each example and divides by its deviation: how bright and how rich in contrast
// an image is, compared with others, gets lost at every layer, or more exactly the mean and the size of its units;
// batch normalisation leaves the differences between examples.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - Layer normalisation, since its statistics do not depend on the batch. (Group normalisation is a good answer too.)
// - Training: two numbers become -1 and 1, or in other words, mean and variance of two are noise.
// - Evaluation: running statistics differ from those of each batch, so that training and use do not fit together.
// - What is lost: the overall level and size of an example, its brightness and contrast.
//
// Wrong: "the learning rate has to be smaller" as the only remedy.
// END RUBRIC
