//! Assignment `batchnorm`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, ArrayD};

use super::{Mode, NormalisedNet, Parameters, Running, RunningLayers};

gradus_question::interface! {
    /// Batch normalisation of `x` (batch, features): the output, and the running statistics after this batch.
    fn batchnorm_forward(
        x: &Array2<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        running: &Running,
        mode: Mode,
        momentum: f64,
        eps: f64,
    ) -> (Array2<f64>, Running) {
        fn batchnorm_forward<BatchnormCache>(
            x: &Array2<f64>,
            gamma: &Array1<f64>,
            beta: &Array1<f64>,
            running: &Running,
            mode: Mode,
            momentum: f64,
            eps: f64,
        ) -> (Array2<f64>, Running, BatchnormCache);
    }

    /// The gradients `dx`, `dgamma` and `dbeta` of batch normalisation, after its forward pass in training, from the upstream
    /// gradient `dout`, step by step.
    fn batchnorm_backward(
        x: &Array2<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        eps: f64,
        dout: &Array2<f64>,
    ) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
        fn batchnorm_backward<BatchnormCache>(
            dout: &Array2<f64>,
            cache: &BatchnormCache,
        ) -> (Array2<f64>, Array1<f64>, Array1<f64>);
    }

    /// The same gradients by the short formula.
    fn batchnorm_backward_alt(
        x: &Array2<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        eps: f64,
        dout: &Array2<f64>,
    ) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
        fn batchnorm_backward_alt<BatchnormCache>(
            dout: &Array2<f64>,
            cache: &BatchnormCache,
        ) -> (Array2<f64>, Array1<f64>, Array1<f64>);
    }

    /// Layer normalisation of `x` (batch, features).
    fn layernorm_forward(x: &Array2<f64>, gamma: &Array1<f64>, beta: &Array1<f64>, eps: f64) -> Array2<f64> {
        fn layernorm_forward<LayernormCache>(
            x: &Array2<f64>,
            gamma: &Array1<f64>,
            beta: &Array1<f64>,
            eps: f64,
        ) -> (Array2<f64>, LayernormCache);
    }

    /// The gradients `dx`, `dgamma` and `dbeta` of layer normalisation, after its forward pass, from the upstream gradient
    /// `dout`.
    fn layernorm_backward(
        x: &Array2<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        eps: f64,
        dout: &Array2<f64>,
    ) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
        fn layernorm_backward<LayernormCache>(
            dout: &Array2<f64>,
            cache: &LayernormCache,
        ) -> (Array2<f64>, Array1<f64>, Array1<f64>);
    }

    /// Softmax loss of the network in training on `x` (batch, ...) with labels `y`, with `0.5 * reg * sum(w^2)` over the
    /// weights of all layers; its gradient with respect to each parameter; and the running statistics after this batch.
    fn fully_connected_loss(
        net: &NormalisedNet,
        x: &ArrayD<f64>,
        y: &Array1<usize>,
        reg: f64,
    ) -> (f64, Parameters, RunningLayers);

    /// The scores (batch, classes) of examples `x` (batch, ...) in evaluation.
    fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64>;
}
