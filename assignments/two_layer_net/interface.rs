//! Assignment `two_layer_net`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, ArrayD};

use super::TwoLayerNet;

gradus_question::interface! {
    /// The affine layer's output `x w + b` (batch, outputs), with each example of `x` (batch, ...) as a row.
    fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> {
        fn affine_forward<AffineCache>(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache);
    }

    /// The affine layer's gradients `dx`, `dw` and `db`, after its forward pass, from the upstream gradient `dout`.
    fn affine_backward(
        x: &ArrayD<f64>,
        w: &Array2<f64>,
        b: &Array1<f64>,
        dout: &Array2<f64>,
    ) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
        fn affine_backward<AffineCache>(
            dout: &Array2<f64>,
            cache: &AffineCache,
        ) -> (ArrayD<f64>, Array2<f64>, Array1<f64>);
    }

    /// ReLU's output, in the shape of `x`.
    fn relu_forward(x: &ArrayD<f64>) -> ArrayD<f64> {
        fn relu_forward<ReluCache>(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache);
    }

    /// ReLU's gradient `dx`, after its forward pass, from the upstream gradient `dout`.
    fn relu_backward(x: &ArrayD<f64>, dout: &ArrayD<f64>) -> ArrayD<f64> {
        fn relu_backward<ReluCache>(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64>;
    }

    /// Softmax loss of the network on `x` (batch, ...) with labels `y`, with `0.5 * reg * sum(w^2)` over both weights, and
    /// its gradient with respect to each parameter.
    fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet);

    /// Trains the network with mini-batch gradient descent: the network after it, and the loss of each iteration.
    fn train(
        net: &TwoLayerNet,
        x: &ArrayD<f64>,
        y: &Array1<usize>,
        learning_rate: f64,
        reg: f64,
        iterations: usize,
        batch_size: usize,
        seed: u64,
    ) -> (TwoLayerNet, Vec<f64>);

    /// The class with the highest score for each example of `x` (batch, ...).
    fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize>;
}
