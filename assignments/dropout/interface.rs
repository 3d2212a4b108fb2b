//! Assignment `dropout`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, ArrayD};

use super::{FullyConnectedNet, Mode};

gradus_question::interface! {
    /// Inverted dropout's output, in the shape of `x`: in training 0 or `x / p`, in evaluation `x`.
    fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> ArrayD<f64> {
        fn dropout_forward<DropoutCache>(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache);
    }

    /// Dropout's output, and its gradient `dx` from the upstream gradient `dout`, after the forward pass.
    fn dropout_backward(
        x: &ArrayD<f64>,
        p: f64,
        mode: Mode,
        seed: u64,
        dout: &ArrayD<f64>,
    ) -> (ArrayD<f64>, ArrayD<f64>) {
        fn dropout_backward<DropoutCache>(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64>;
    }

    /// The scores (batch, classes) of examples `x` (batch, ...): an affine layer, ReLU and dropout for each hidden layer,
    /// then an affine layer alone.
    fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64>;

    /// Softmax loss of the network in training on `x` (batch, ...) with labels `y`, with `0.5 * reg * sum(w^2)` over the
    /// weights of all layers, and its gradient with respect to each parameter.
    fn fully_connected_loss(
        net: &FullyConnectedNet,
        x: &ArrayD<f64>,
        y: &Array1<usize>,
        p: f64,
        reg: f64,
        seed: u64,
    ) -> (f64, FullyConnectedNet);

    /// The mean of the softmax probabilities (batch, classes) over several passes with dropout, and their spread.
    fn mc_dropout_predict(
        net: &FullyConnectedNet,
        x: &ArrayD<f64>,
        p: f64,
        passes: usize,
        seed: u64,
    ) -> (Array2<f64>, Array2<f64>);

    /// The weights (inputs, outputs), with each column that is longer than `limit` made as long as that.
    fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64>;

    /// Softmax loss of scores `x` (batch, classes) against smoothed labels, and its gradient `dx`.
    fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>);
}
