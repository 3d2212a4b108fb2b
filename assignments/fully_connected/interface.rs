//! Assignment `fully_connected`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, ArrayD};

use super::{FullyConnectedNet, UpdateRule};

gradus_question::interface! {
    /// A network with these hidden layers, first to last: normally distributed weights of the deviation `weight_scale`,
    /// biases 0.
    fn initialise(
        features: usize,
        hidden: &Array1<usize>,
        classes: usize,
        weight_scale: f64,
        seed: u64,
    ) -> FullyConnectedNet;

    /// The scores (batch, classes) of examples `x` (batch, ...): an affine layer and ReLU for each hidden layer, then an
    /// affine layer alone.
    fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64>;

    /// Softmax loss of the network on `x` (batch, ...) with labels `y`, with `0.5 * reg * sum(w^2)` over the weights of all
    /// layers, and its gradient with respect to each parameter.
    fn fully_connected_loss(
        net: &FullyConnectedNet,
        x: &ArrayD<f64>,
        y: &Array1<usize>,
        reg: f64,
    ) -> (f64, FullyConnectedNet);

    /// One step of gradient descent with momentum: the next `w`, and the next velocity.
    fn sgd_momentum(
        w: &ArrayD<f64>,
        dw: &ArrayD<f64>,
        velocity: &ArrayD<f64>,
        learning_rate: f64,
        momentum: f64,
    ) -> (ArrayD<f64>, ArrayD<f64>);

    /// One step of RMSProp: the next `w`, and the next running mean of squared gradients.
    fn rmsprop(
        w: &ArrayD<f64>,
        dw: &ArrayD<f64>,
        cache: &ArrayD<f64>,
        learning_rate: f64,
        decay_rate: f64,
        epsilon: f64,
    ) -> (ArrayD<f64>, ArrayD<f64>);

    /// One step of Adam, after `t` steps: the next `w`, both running means, and the number of steps so far.
    fn adam(
        w: &ArrayD<f64>,
        dw: &ArrayD<f64>,
        m: &ArrayD<f64>,
        v: &ArrayD<f64>,
        t: usize,
        learning_rate: f64,
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    ) -> (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize);

    /// Trains the network on mini-batches with an update rule: the network after it, and the loss of each iteration.
    fn train(
        net: &FullyConnectedNet,
        x: &ArrayD<f64>,
        y: &Array1<usize>,
        rule: UpdateRule,
        learning_rate: f64,
        reg: f64,
        iterations: usize,
        batch_size: usize,
        seed: u64,
    ) -> (FullyConnectedNet, Vec<f64>);
}
