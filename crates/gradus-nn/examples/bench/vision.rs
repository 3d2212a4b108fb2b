//! Layers for images, each forward and backward, and a step of training of a whole network.

use std::hint::black_box;

use gradus_nn::Scalar;
use gradus_nn::conv::{ConvParams, conv_backward, conv_forward};
use gradus_nn::networks::{ThreeLayerConvNet, ThreeLayerConvSettings};
use gradus_nn::norms::{BatchnormParam, spatial_batchnorm_backward, spatial_batchnorm_forward};
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pool::{PoolParams, max_pool_backward, max_pool_forward};
use gradus_nn::random::{generator, normal};
use ndarray::{Array1, Array4, IxDyn};

use crate::Call;
use crate::linear::labels;

/// The convolution that CS231n's assignment times.
pub fn conv_cs231n<F: Scalar>() -> Call {
    conv::<F>((100, 3, 31, 31), 25, ConvParams::new(2, 1))
}

/// A convolution as in the middle of a residual network.
pub fn conv_64<F: Scalar>() -> Call {
    conv::<F>((32, 64, 32, 32), 64, ConvParams::new(1, 1))
}

/// Windows of 2 x 2.
pub fn max_pool<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let x: Array4<F> = normal((100, 32, 32, 32), 1.0, &mut draws);
    let dout: Array4<F> = normal((100, 32, 16, 16), 1.0, &mut draws);
    Box::new(move || {
        let (y, cache) = max_pool_forward(&x, PoolParams::new(2, 2));
        black_box((y, max_pool_backward(&dout, &cache)));
    })
}

/// Batch normalisation of each channel, in training.
pub fn spatial_batchnorm<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let x: Array4<F> = normal((64, 64, 32, 32), 1.0, &mut draws);
    let dout: Array4<F> = normal((64, 64, 32, 32), 1.0, &mut draws);
    let (gamma, beta) = (Array1::ones(64), Array1::zeros(64));
    let mut param = BatchnormParam::new(64);
    Box::new(move || {
        let (y, cache) = spatial_batchnorm_forward(&x, &gamma, &beta, &mut param);
        black_box((y, spatial_batchnorm_backward(&dout, &cache)));
    })
}

/// A step of training of CS231n's three-layer net with Adam: loss, gradients and update.
pub fn convnet_step<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let mut net = ThreeLayerConvNet::<F>::new(ThreeLayerConvSettings::default(), &mut draws);
    let (x, y) = (normal((50, 3, 32, 32), 1.0, &mut draws), labels(50));
    let mut optimisers: Vec<Adam<F, IxDyn>> = net.parameters.iter().map(|_| Adam::new(F::cast(1e-3))).collect();
    Box::new(move || {
        let (loss, gradients) = net.loss(&x, &y);
        // Parameters and gradients have the same names in the same order.
        for ((optimiser, (_, w)), (_, dw)) in optimisers.iter_mut().zip(net.parameters.iter_mut()).zip(gradients.iter())
        {
            optimiser.update(w, dw);
        }
        black_box(loss);
    })
}

/// Forward and backward, with kernels of 3 x 3.
fn conv<F: Scalar>(shape: (usize, usize, usize, usize), filters: usize, params: ConvParams) -> Call {
    let mut draws = generator(231);
    let x: Array4<F> = normal(shape, 1.0, &mut draws);
    let w = normal((filters, shape.1, 3, 3), 0.1, &mut draws);
    let b = normal(filters, 0.1, &mut draws);
    let [height, width] = params.output_size([shape.2, shape.3], [3, 3]).expect("the image has room for the kernel");
    let dout = normal((shape.0, filters, height, width), 1.0, &mut draws);
    Box::new(move || {
        let (y, cache) = conv_forward(&x, &w, &b, params);
        black_box((y, conv_backward(&dout, &cache)));
    })
}
