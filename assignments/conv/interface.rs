//! Assignment `conv`: what a student writes, and how it is called.

use ndarray::{Array1, Array4};

use super::{BatchnormParam, ThreeLayerConvNet};

gradus_question::interface! {
    /// The convolution of images `x` (batch, channels, height, width) with filters `w` (filters, channels, filter height,
    /// filter width), plus a bias for each filter.
    fn conv_forward_naive(x: &Array4<f64>, w: &Array4<f64>, b: &Array1<f64>, stride: usize, pad: usize) -> Array4<f64> {
        fn conv_forward_naive<ConvCache>(
            x: &Array4<f64>,
            w: &Array4<f64>,
            b: &Array1<f64>,
            stride: usize,
            pad: usize,
        ) -> (Array4<f64>, ConvCache);
    }

    /// The convolution's gradients `dx`, `dw` and `db`, after its forward pass, from the upstream gradient `dout`.
    fn conv_backward_naive(
        x: &Array4<f64>,
        w: &Array4<f64>,
        b: &Array1<f64>,
        stride: usize,
        pad: usize,
        dout: &Array4<f64>,
    ) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
        fn conv_backward_naive<ConvCache>(
            dout: &Array4<f64>,
            cache: &ConvCache,
        ) -> (Array4<f64>, Array4<f64>, Array1<f64>);
    }

    /// The largest number of each window of images `x` (batch, channels, height, width), channel by channel.
    fn max_pool_forward_naive(x: &Array4<f64>, pool_height: usize, pool_width: usize, stride: usize) -> Array4<f64> {
        fn max_pool_forward_naive<MaxPoolCache>(
            x: &Array4<f64>,
            pool_height: usize,
            pool_width: usize,
            stride: usize,
        ) -> (Array4<f64>, MaxPoolCache);
    }

    /// The gradient `dx` of max pooling, after its forward pass, from the upstream gradient `dout`.
    fn max_pool_backward_naive(
        x: &Array4<f64>,
        pool_height: usize,
        pool_width: usize,
        stride: usize,
        dout: &Array4<f64>,
    ) -> Array4<f64> {
        fn max_pool_backward_naive<MaxPoolCache>(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64>;
    }

    /// Softmax loss of the network on images `x` (batch, channels, height, width) with labels `y`, with
    /// `0.5 * reg * sum(w^2)` over the three weights, and its gradient with respect to each parameter.
    fn three_layer_convnet_loss(
        net: &ThreeLayerConvNet,
        x: &Array4<f64>,
        y: &Array1<usize>,
        reg: f64,
    ) -> (f64, ThreeLayerConvNet);

    /// Batch normalisation of each channel of `x` (batch, channels, height, width), and the settings and statistics for the
    /// next batch.
    fn spatial_batchnorm_forward(
        x: &Array4<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        bn_param: &BatchnormParam,
    ) -> (Array4<f64>, BatchnormParam) {
        fn spatial_batchnorm_forward<SpatialBatchnormCache>(
            x: &Array4<f64>,
            gamma: &Array1<f64>,
            beta: &Array1<f64>,
            bn_param: &BatchnormParam,
        ) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache);
    }

    /// The gradients `dx`, `dgamma` and `dbeta` of spatial batch normalisation, after its forward pass in training.
    fn spatial_batchnorm_backward(
        x: &Array4<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        bn_param: &BatchnormParam,
        dout: &Array4<f64>,
    ) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
        fn spatial_batchnorm_backward<SpatialBatchnormCache>(
            dout: &Array4<f64>,
            cache: &SpatialBatchnormCache,
        ) -> (Array4<f64>, Array1<f64>, Array1<f64>);
    }

    /// Group normalisation of `x` (batch, channels, height, width), whose channels are cut into `groups` of neighbours.
    fn spatial_groupnorm_forward(
        x: &Array4<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        groups: usize,
        eps: f64,
    ) -> Array4<f64> {
        fn spatial_groupnorm_forward<SpatialGroupnormCache>(
            x: &Array4<f64>,
            gamma: &Array1<f64>,
            beta: &Array1<f64>,
            groups: usize,
            eps: f64,
        ) -> (Array4<f64>, SpatialGroupnormCache);
    }

    /// The gradients `dx`, `dgamma` and `dbeta` of group normalisation, after its forward pass.
    fn spatial_groupnorm_backward(
        x: &Array4<f64>,
        gamma: &Array1<f64>,
        beta: &Array1<f64>,
        groups: usize,
        eps: f64,
        dout: &Array4<f64>,
    ) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
        fn spatial_groupnorm_backward<SpatialGroupnormCache>(
            dout: &Array4<f64>,
            cache: &SpatialGroupnormCache,
        ) -> (Array4<f64>, Array1<f64>, Array1<f64>);
    }
}
