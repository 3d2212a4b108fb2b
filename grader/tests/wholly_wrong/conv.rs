//! Answers to `conv` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::conv::{BatchnormParam, Functions, ThreeLayerConvNet};
use gradus_question::Answer;
use ndarray::{Array1, Array2, Array4};

use super::{Seen, once};

/// Gradients with respect to an array and to two others.
type Gradients = (Array4<f64>, Array1<f64>, Array1<f64>);

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::conv::first_right()
}

fn filled(net: &ThreeLayerConvNet, value: f64) -> ThreeLayerConvNet {
    ThreeLayerConvNet {
        w1: Array4::from_elem(net.w1.raw_dim(), value),
        b1: Array1::from_elem(net.b1.raw_dim(), value),
        w2: Array2::from_elem(net.w2.raw_dim(), value),
        b2: Array1::from_elem(net.b2.raw_dim(), value),
        w3: Array2::from_elem(net.w3.raw_dim(), value),
        b3: Array1::from_elem(net.b3.raw_dim(), value),
    }
}

fn empty() -> ThreeLayerConvNet {
    ThreeLayerConvNet {
        w1: Array4::zeros((0, 0, 0, 0)),
        b1: Array1::zeros(0),
        w2: Array2::zeros((0, 0)),
        b2: Array1::zeros(0),
        w3: Array2::zeros((0, 0)),
        b3: Array1::zeros(0),
    }
}

/// The shape that the output of a convolution has.
fn convolved(x: &Array4<f64>, w: &Array4<f64>, stride: usize, pad: usize) -> [usize; 4] {
    let side = |axis: usize| (x.shape()[axis] + 2 * pad - w.shape()[axis]) / stride + 1;
    [x.dim().0, w.dim().0, side(2), side(3)]
}

/// The shape that the output of a pooling has.
fn pooled(x: &Array4<f64>, height: usize, width: usize, stride: usize) -> [usize; 4] {
    [x.dim().0, x.dim().1, (x.dim().2 - height) / stride + 1, (x.dim().3 - width) / stride + 1]
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr) => {
        Functions {
            conv_forward_naive: Some(|x, w, _, stride, pad| Array4::from_elem(convolved(x, w, stride, pad), $value)),
            conv_backward_naive: Some(|x, w, b, _, _, _| {
                (
                    Array4::from_elem(x.raw_dim(), $value),
                    Array4::from_elem(w.raw_dim(), $value),
                    Array1::from_elem(b.raw_dim(), $value),
                )
            }),
            max_pool_forward_naive: Some(|x, height, width, stride| {
                Array4::from_elem(pooled(x, height, width, stride), $value)
            }),
            max_pool_backward_naive: Some(|x, _, _, _, _| Array4::from_elem(x.raw_dim(), $value)),
            three_layer_convnet_loss: Some(|net, _, _, _| ($value, filled(net, $value))),
            spatial_batchnorm_forward: Some(|x, _, _, param| (Array4::from_elem(x.raw_dim(), $value), param.clone())),
            spatial_batchnorm_backward: Some(|x, gamma, beta, _, _| {
                (
                    Array4::from_elem(x.raw_dim(), $value),
                    Array1::from_elem(gamma.raw_dim(), $value),
                    Array1::from_elem(beta.raw_dim(), $value),
                )
            }),
            spatial_groupnorm_forward: Some(|x, _, _, _, _| Array4::from_elem(x.raw_dim(), $value)),
            spatial_groupnorm_backward: Some(|x, gamma, beta, _, _, _| {
                (
                    Array4::from_elem(x.raw_dim(), $value),
                    Array1::from_elem(gamma.raw_dim(), $value),
                    Array1::from_elem(beta.raw_dim(), $value),
                )
            }),
        }
    };
}

/// Other functions, with gradients that are theirs.
fn another_function() -> Functions {
    Functions {
        conv_forward_naive: Some(|x, w, b, stride, pad| {
            Array4::from_elem(convolved(x, w, stride, pad), x.sum() + w.sum() + b.sum())
        }),
        conv_backward_naive: Some(|x, w, b, _, _, dout| {
            let slope = dout.sum();
            (
                Array4::from_elem(x.raw_dim(), slope),
                Array4::from_elem(w.raw_dim(), slope),
                Array1::from_elem(b.raw_dim(), slope),
            )
        }),
        max_pool_forward_naive: Some(|x, height, width, stride| {
            Array4::from_elem(pooled(x, height, width, stride), x.sum())
        }),
        max_pool_backward_naive: Some(|x, _, _, _, dout| Array4::from_elem(x.raw_dim(), dout.sum())),
        three_layer_convnet_loss: Some(|net, _, _, _| {
            let ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 } = net;
            (w1.sum() + b1.sum() + w2.sum() + b2.sum() + w3.sum() + b3.sum(), filled(net, 1.0))
        }),
        spatial_batchnorm_forward: Some(|x, _, _, param| (x.clone(), param.clone())),
        spatial_batchnorm_backward: Some(|_, gamma, beta, _, dout| {
            (dout.clone(), Array1::zeros(gamma.raw_dim()), Array1::zeros(beta.raw_dim()))
        }),
        spatial_groupnorm_forward: Some(|x, _, _, _, _| x.clone()),
        spatial_groupnorm_backward: Some(|_, gamma, beta, _, _, dout| {
            (dout.clone(), Array1::zeros(gamma.raw_dim()), Array1::zeros(beta.raw_dim()))
        }),
    }
}

fn wrong_shapes() -> Functions {
    Functions {
        conv_forward_naive: Some(|x, _, _, _, _| x.slice(ndarray::s![..0, .., .., ..]).to_owned()),
        conv_backward_naive: Some(|_, _, b, _, _, dout| (dout.clone(), dout.clone(), b.clone())),
        max_pool_forward_naive: Some(|_, _, _, _| Array4::zeros((0, 0, 0, 0))),
        max_pool_backward_naive: Some(|_, _, _, _, _| Array4::zeros((1, 1, 1, 0))),
        three_layer_convnet_loss: Some(|_, _, _, _| (1.0, empty())),
        spatial_batchnorm_forward: Some(|_, _, _, param| (Array4::zeros((1, 0, 1, 1)), param.clone())),
        spatial_batchnorm_backward: Some(|x, gamma, _, _, _| (x.clone(), gamma.clone(), Array1::zeros(0))),
        spatial_groupnorm_forward: Some(|_, _, _, _, _| Array4::zeros((0, 1, 1, 1))),
        spatial_groupnorm_backward: Some(|x, gamma, _, _, _, _| (x.clone(), gamma.clone(), Array1::zeros(0))),
    }
}

fn first_for_each_shape() -> Functions {
    Functions {
        conv_forward_naive: Some(|x, w, b, stride, pad| {
            static SEEN: Seen<Array4<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().conv_forward_naive.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape(), &[stride, pad]], || forward(x, w, b, stride, pad))
        }),
        conv_backward_naive: Some(|x, w, b, stride, pad, dout| {
            static SEEN: Seen<(Array4<f64>, Array4<f64>, Array1<f64>)> = Mutex::new(BTreeMap::new());
            let backward = right().conv_backward_naive.expect("it has it");
            once(&SEEN, &[x.shape(), w.shape(), &[stride, pad]], || backward(x, w, b, stride, pad, dout))
        }),
        max_pool_forward_naive: Some(|x, height, width, stride| {
            static SEEN: Seen<Array4<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().max_pool_forward_naive.expect("it has it");
            once(&SEEN, &[x.shape(), &[height, width, stride]], || forward(x, height, width, stride))
        }),
        max_pool_backward_naive: Some(|x, height, width, stride, dout| {
            static SEEN: Seen<Array4<f64>> = Mutex::new(BTreeMap::new());
            let backward = right().max_pool_backward_naive.expect("it has it");
            once(&SEEN, &[x.shape(), &[height, width, stride]], || backward(x, height, width, stride, dout))
        }),
        three_layer_convnet_loss: Some(|net, x, y, reg| {
            static SEEN: Seen<(f64, ThreeLayerConvNet)> = Mutex::new(BTreeMap::new());
            let loss = right().three_layer_convnet_loss.expect("it has it");
            once(&SEEN, &[x.shape(), net.w1.shape(), net.w3.shape()], || loss(net, x, y, reg))
        }),
        spatial_batchnorm_forward: Some(|x, gamma, beta, param| {
            static SEEN: Seen<(Array4<f64>, BatchnormParam)> = Mutex::new(BTreeMap::new());
            let forward = right().spatial_batchnorm_forward.expect("it has it");
            once(&SEEN, &[x.shape(), &[usize::from(param.training)]], || forward(x, gamma, beta, param))
        }),
        spatial_batchnorm_backward: Some(|x, gamma, beta, param, dout| {
            static SEEN: Seen<Gradients> = Mutex::new(BTreeMap::new());
            let backward = right().spatial_batchnorm_backward.expect("it has it");
            once(&SEEN, &[x.shape()], || backward(x, gamma, beta, param, dout))
        }),
        spatial_groupnorm_forward: Some(|x, gamma, beta, groups, eps| {
            static SEEN: Seen<Array4<f64>> = Mutex::new(BTreeMap::new());
            let forward = right().spatial_groupnorm_forward.expect("it has it");
            once(&SEEN, &[x.shape(), &[groups]], || forward(x, gamma, beta, groups, eps))
        }),
        spatial_groupnorm_backward: Some(|x, gamma, beta, groups, eps, dout| {
            static SEEN: Seen<Gradients> = Mutex::new(BTreeMap::new());
            let backward = right().spatial_groupnorm_backward.expect("it has it");
            once(&SEEN, &[x.shape(), &[groups]], || backward(x, gamma, beta, groups, eps, dout))
        }),
    }
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    let all: [(_, Functions); 6] = [
        ("zeros", filled_with!(0.0)),
        ("constants", filled_with!(0.1)),
        ("not numbers", filled_with!(f64::NAN)),
        ("another function with its own gradient", another_function()),
        ("wrong shapes", wrong_shapes()),
        ("the first result for each shape", first_for_each_shape()),
    ];
    all.into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect()
}
