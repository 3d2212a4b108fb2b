// The network is written out without the layers, its softmax loss too; ReLU goes by its output, number by number.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::index::sample;

pub struct AffineCache {
    input: ArrayD<f64>,
    weights: Array2<f64>,
}

pub struct ReluCache {
    out: ArrayD<f64>,
}

fn as_matrix(x: &ArrayD<f64>) -> Array2<f64> {
    let n = x.shape()[0];
    let mut matrix = Array2::zeros((n, x.len() / n));
    for (example, mut row) in x.outer_iter().zip(matrix.outer_iter_mut()) {
        for (number, place) in example.iter().zip(row.iter_mut()) {
            *place = *number;
        }
    }
    matrix
}

pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    // (w^T x^T)^T, column by column in memory.
    let mut out = w.t().dot(&as_matrix(x).t()).reversed_axes();
    for mut row in out.rows_mut() {
        row += b;
    }
    (out, AffineCache { input: x.clone(), weights: w.clone() })
}

pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let rows = cache.weights.dot(&dout.t()).reversed_axes();
    let dx = ArrayD::from_shape_vec(cache.input.shape().to_vec(), rows.iter().cloned().collect()).unwrap();
    let dw = dout.t().dot(&as_matrix(&cache.input)).reversed_axes();
    let mut db = Array1::zeros(dout.ncols());
    for i in (0..dout.nrows()).rev() {
        for j in 0..dout.ncols() {
            db[j] += dout[(i, j)];
        }
    }
    (dx, dw, db)
}

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let mut out = x.clone();
    for number in out.iter_mut() {
        if *number < 0.0 {
            *number = 0.0;
        }
    }
    (out.clone(), ReluCache { out })
}

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    let mut dx = ArrayD::zeros(dout.raw_dim());
    for ((place, slope), out) in dx.iter_mut().zip(dout.iter()).zip(cache.out.iter()) {
        *place = if *out != 0.0 { *slope } else { 0.0 };
    }
    dx
}

fn scores(net: &TwoLayerNet, x: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    let hidden = (x.dot(&net.w1) + &net.b1).mapv(|score| if score > 0.0 { score } else { 0.0 });
    let scores = hidden.dot(&net.w2) + &net.b2;
    (hidden, scores)
}

pub fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    let n = y.len() as f64;
    let x = as_matrix(x);
    let (hidden, mut slopes) = scores(net, &x);
    let mut loss = 0.5 * reg * ((&net.w1 * &net.w1).sum() + (&net.w2 * &net.w2).sum());
    for (i, mut row) in slopes.outer_iter_mut().enumerate() {
        let highest = row.fold(f64::MIN, |a, &b| a.max(b));
        row.mapv_inplace(|score| (score - highest).exp());
        row /= row.sum();
        loss -= row[y[i]].ln() / n;
        row[y[i]] -= 1.0;
        row /= n;
    }
    let mut back = slopes.dot(&net.w2.t());
    back.zip_mut_with(&hidden, |slope, &out| *slope *= f64::from(u8::from(out > 0.0)));
    let gradients = TwoLayerNet {
        w1: x.t().dot(&back) + &net.w1 * reg,
        b1: back.sum_axis(Axis(0)),
        w2: hidden.t().dot(&slopes) + &net.w2 * reg,
        b2: slopes.sum_axis(Axis(0)),
    };
    (loss, gradients)
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
    let mut net = net.clone();
    let mut history = Vec::new();
    for _ in 0..iterations {
        // Without repetition, and never more than there are.
        let batch = sample(&mut random, y.len(), batch_size.min(y.len())).into_vec();
        let (loss, step) = two_layer_net_loss(&net, &x.select(Axis(0), &batch), &y.select(Axis(0), &batch), reg);
        history.push(loss);
        net.w1 -= &(step.w1 * learning_rate);
        net.b1 -= &(step.b1 * learning_rate);
        net.w2 -= &(step.w2 * learning_rate);
        net.b2 -= &(step.b2 * learning_rate);
    }
    (net, history)
}

pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let (_, scores) = scores(net, &as_matrix(x));
    Array1::from_shape_fn(scores.nrows(), |i| {
        let row = scores.row(i);
        let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.iter().position(|&score| score == highest).unwrap()
    })
}
