//! Reference answers of assignment `two_layer_net`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayD;
use ndarray::Axis;
use ndarray::Ix2;
use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// What `affine_backward` needs of the forward pass.
pub struct AffineCache {
    pub x: ArrayD<f64>,
    pub w: Array2<f64>,
}

/// The affine layer: `out = rows(x) w + b`.
///
/// - `x`: inputs (batch, ...), whose other axes have `features` numbers together
/// - `w`: weights (features, outputs)
/// - `b`: biases (outputs)
/// - returns `out` (batch, outputs), and what the backward pass needs
pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let out = rows(x).dot(w) + b;
    (out, AffineCache { x: x.clone(), w: w.clone() })
}

/// Each example as a row.
fn rows(x: &ArrayD<f64>) -> Array2<f64> {
    let batch = x.shape()[0];
    x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned()
}

/// The gradients of the affine layer.
///
/// - `dout`: the gradient with respect to the output (batch, outputs)
/// - `cache`: what `affine_forward` returned beside it
/// - returns `dx` in the shape of `x`, `dw` (features, outputs) and `db` (outputs)
pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let AffineCache { x, w } = cache;
    let dx = dout.dot(&w.t()).to_shape(x.raw_dim()).expect("as many numbers").into_owned();
    let dw = rows(x).t().dot(dout);
    (dx, dw, dout.sum_axis(Axis(0)))
}

/// What `relu_backward` needs of the forward pass. Yours to change, as the other.
pub struct ReluCache {
    pub x: ArrayD<f64>,
}

/// ReLU: the larger of each number and 0.
///
/// - `x`: numbers, with any axes
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    (x.mapv(|x| x.max(0.0)), ReluCache { x: x.clone() })
}

/// The gradient of ReLU.
///
/// - `dout`: the gradient with respect to the output
/// - `cache`: what `relu_forward` returned beside it
/// - returns `dx`, all in the same shape
pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    let mut dx = dout.clone();
    dx.zip_mut_with(&cache.x, |slope, &x| {
        if x <= 0.0 {
            *slope = 0.0;
        }
    });
    dx
}

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

/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * (sum(w1^2) + sum(w2^2))`
/// - returns the loss, and its gradient with respect to each parameter
pub fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    let (hidden, first) = affine_relu_forward(x, &net.w1, &net.b1);
    let (scores, second) = affine_forward(&hidden, &net.w2, &net.b2);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    let squares = net.w1.iter().chain(&net.w2).map(|weight| weight * weight).sum::<f64>();

    let (dhidden, mut w2, b2) = affine_backward(&dscores, &second);
    let (_, mut w1, b1) = affine_relu_backward(&dhidden, &first);
    w1.scaled_add(reg, &net.w1);
    w2.scaled_add(reg, &net.w2);
    (data_loss + 0.5 * reg * squares, TwoLayerNet { w1, b1, w2, b2 })
}

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
}

/// The class with the highest score for each example.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - returns a class (batch), each below the number of classes
pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let (hidden, _) = affine_relu_forward(x, &net.w1, &net.b1);
    let (scores, _) = affine_forward(&hidden, &net.w2, &net.b2);
    scores.map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
}
