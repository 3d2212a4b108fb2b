// Layers as structs with methods, which the functions only call; whole epochs in shuffled order; sums from the back.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array, Array1, Array2, ArrayD, Axis, Dimension, Ix2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// A layer that has seen its input.
#[derive(Debug)]
pub struct AffineCache {
    shape: Vec<usize>,
    transposed: Array2<f64>,
    w: Array2<f64>,
}

impl AffineCache {
    fn new(x: &ArrayD<f64>, w: &Array2<f64>) -> Self {
        let (n, features) = (x.shape()[0], w.nrows());
        let rows = x.to_shape((n, features)).unwrap();
        AffineCache { shape: x.shape().to_vec(), transposed: rows.t().to_owned(), w: w.clone() }
    }

    fn out(&self, b: &Array1<f64>) -> Array2<f64> {
        self.transposed.t().dot(&self.w) + b
    }

    fn back(&self, dout: &Array2<f64>) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
        let dx = dout.dot(&self.w.t());
        let dx = dx.to_shape(self.shape.clone()).unwrap().to_owned();
        let db = dout.outer_iter().rev().fold(Array1::zeros(dout.ncols()), |sum, row| sum + &row);
        (dx, self.transposed.dot(dout), db)
    }
}

pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let layer = AffineCache::new(x, w);
    (layer.out(b), layer)
}

pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    cache.back(dout)
}

/// The slopes, 1 or 0.
pub struct ReluCache(ArrayD<f64>);

fn slopes<D: Dimension>(x: &Array<f64, D>) -> Array<f64, D> {
    x.map(|&x| (x > 0.0) as u8 as f64)
}

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let slopes = slopes(x);
    (x * &slopes, ReluCache(slopes))
}

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    dout * &cache.0
}

/// The loss of scores comes last, so that everything before it is the forward pass of a prediction too.
pub fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    let first = AffineCache::new(x, &net.w1);
    let before = first.out(&net.b1);
    let on = slopes(&before);
    let second = AffineCache::new(&(before * &on).into_dyn(), &net.w2);
    let (loss, dscores) = softmax_loss(&second.out(&net.b2), y);
    let (dhidden, mut w2, b2) = second.back(&dscores);
    let (_, mut w1, b1) = first.back(&(dhidden.into_dimensionality::<Ix2>().unwrap() * on));
    let mut penalty = 0.0;
    for (weights, slopes) in [(&net.w2, &mut w2), (&net.w1, &mut w1)] {
        penalty += weights.flatten().iter().rev().map(|weight| 0.5 * weight * weight).sum::<f64>();
        slopes.zip_mut_with(weights, |slope, weight| *slope += reg * weight);
    }
    (loss + reg * penalty, TwoLayerNet { w1, b1, w2, b2 })
}

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
    let mut random = StdRng::seed_from_u64(seed);
    let mut trained = net.clone();
    let mut history = vec![0.0; iterations];
    let mut order: Vec<usize> = Vec::new();
    for loss in history.iter_mut() {
        while order.len() < batch_size {
            let mut next: Vec<usize> = (0..y.len()).collect();
            next.shuffle(&mut random);
            order.extend(next);
        }
        let batch: Vec<usize> = order.drain(..batch_size).collect();
        let gradients;
        (*loss, gradients) = two_layer_net_loss(&trained, &x.select(Axis(0), &batch), &y.select(Axis(0), &batch), reg);
        let TwoLayerNet { w1, b1, w2, b2 } = &mut trained;
        w1.zip_mut_with(&gradients.w1, |weight, slope| *weight -= learning_rate * slope);
        w2.zip_mut_with(&gradients.w2, |weight, slope| *weight -= learning_rate * slope);
        b1.zip_mut_with(&gradients.b1, |bias, slope| *bias -= learning_rate * slope);
        b2.zip_mut_with(&gradients.b2, |bias, slope| *bias -= learning_rate * slope);
    }
    (trained, history)
}

pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let (before, _) = affine_forward(x, &net.w1, &net.b1);
    let (hidden, _) = relu_forward(&before.into_dyn());
    let (scores, _) = affine_forward(&hidden, &net.w2, &net.b2);
    let mut classes = Array1::zeros(scores.nrows());
    for ((i, class), score) in scores.indexed_iter() {
        if *score > scores[[i, classes[i]]] {
            classes[i] = class;
        }
    }
    classes
}
