// Everything is written out without the library, number by number: loops, a cache with the factors, masks of whole layers,
// the softmax loss; each layer's seed is made of its number.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode};
use ndarray::{Array1, Array2, ArrayD};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub struct DropoutCache {
    factors: Vec<f64>,
}

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut factors = vec![1.0; x.len()];
    if mode == Mode::Train {
        for factor in &mut factors {
            *factor = if random.random_bool(p) { 1.0 / p } else { 0.0 };
        }
    }
    let mut out = x.clone();
    for (out, factor) in out.iter_mut().zip(&factors) {
        *out *= factor;
    }
    (out, DropoutCache { factors })
}

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    let numbers = dout.iter().zip(&cache.factors).map(|(slope, factor)| slope * factor).collect();
    ArrayD::from_shape_vec(dout.raw_dim(), numbers).unwrap()
}

fn seed_of(seed: u64, layer: usize) -> u64 {
    seed.wrapping_mul(6364136223846793005).wrapping_add(layer as u64)
}

fn through(x: &Array2<f64>, layer: &Layer) -> Array2<f64> {
    let mut out = Array2::zeros((x.nrows(), layer.b.len()));
    for n in 0..x.nrows() {
        for j in 0..layer.b.len() {
            let mut sum = layer.b[j];
            for d in 0..x.ncols() {
                sum += x[[n, d]] * layer.w[[d, j]];
            }
            out[[n, j]] = sum;
        }
    }
    out
}

/// What each layer gets, and at last the scores; and what dropout kept.
fn stages(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (Vec<Array2<f64>>, Vec<DropoutCache>) {
    let n = x.shape()[0];
    let mut all = vec![Array2::from_shape_vec((n, x.len() / n), x.iter().copied().collect()).unwrap()];
    let mut caches = vec![];
    for (i, layer) in net.layers.iter().enumerate() {
        let mut out = through(&all[i], layer);
        if i + 1 < net.layers.len() {
            out.mapv_inplace(|score| if score > 0.0 { score } else { 0.0 });
            let (dropped, cache) = dropout_forward(&out.into_dyn(), p, mode, seed_of(seed, i));
            caches.push(cache);
            out = dropped.into_dimensionality().unwrap();
        }
        all.push(out);
    }
    (all, caches)
}

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    stages(net, x, p, mode, seed).0.pop().unwrap()
}

fn shares(scores: &Array2<f64>) -> Array2<f64> {
    let mut shares = scores.clone();
    for mut row in shares.rows_mut() {
        let highest = row.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        row.mapv_inplace(|score| (score - highest).exp());
        let sum = row.sum();
        row.mapv_inplace(|share| share / sum);
    }
    shares
}

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    let (stages, caches) = stages(net, x, p, Mode::Train, seed);
    let n = y.len() as f64;
    let mut dout = shares(stages.last().unwrap());
    let mut loss = 0.0;
    for (i, &label) in y.iter().enumerate() {
        loss -= dout[[i, label]].ln() / n;
        dout[[i, label]] -= 1.0;
    }
    dout /= n;
    let mut gradients = net.clone();
    for i in (0..net.layers.len()).rev() {
        let (layer, input) = (&net.layers[i], &stages[i]);
        for j in 0..layer.b.len() {
            gradients.layers[i].b[j] = dout.column(j).sum();
            for d in 0..input.ncols() {
                gradients.layers[i].w[[d, j]] = reg * layer.w[[d, j]];
                for k in 0..input.nrows() {
                    gradients.layers[i].w[[d, j]] += input[[k, d]] * dout[[k, j]];
                }
                loss += 0.5 * reg * layer.w[[d, j]] * layer.w[[d, j]];
            }
        }
        if i > 0 {
            let mut dx = dout.dot(&layer.w.t());
            dx.zip_mut_with(input, |slope, &passed| *slope *= f64::from(u8::from(passed > 0.0)));
            dout = dropout_backward(&dx.into_dyn(), &caches[i - 1]).into_dimensionality().unwrap();
        }
    }
    (loss, gradients)
}

pub fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut all = vec![];
    for _ in 0..passes {
        all.push(shares(&scores(net, x, p, Mode::Train, random.next_u64_of())));
    }
    let shape = all[0].dim();
    let mut mean = Array2::zeros(shape);
    let mut spread = Array2::zeros(shape);
    for i in 0..shape.0 {
        for j in 0..shape.1 {
            let (mut sum, mut squares) = (0.0, 0.0);
            for one in &all {
                sum += one[[i, j]];
                squares += one[[i, j]] * one[[i, j]];
            }
            let center = sum / passes as f64;
            mean[[i, j]] = center;
            spread[[i, j]] = f64::sqrt((squares / passes as f64 - center * center).max(0.0));
        }
    }
    (mean, spread)
}

trait Next {
    fn next_u64_of(&mut self) -> u64;
}

impl Next for StdRng {
    fn next_u64_of(&mut self) -> u64 {
        self.random_range(0..u64::MAX)
    }
}

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let mut result = w.clone();
    for j in 0..w.ncols() {
        let mut squares = 0.0;
        for i in 0..w.nrows() {
            squares += w[[i, j]].powi(2);
        }
        let factor = if squares > limit * limit { limit / squares.sqrt() } else { 1.0 };
        for i in 0..w.nrows() {
            result[[i, j]] *= factor;
        }
    }
    result
}

pub fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    let (n, classes) = x.dim();
    let mut dx = Array2::zeros((n, classes));
    let mut loss = 0.0;
    for i in 0..n {
        let highest = x.row(i).iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let sum: f64 = x.row(i).iter().map(|score| (score - highest).exp()).sum();
        for j in 0..classes {
            let mut target = smoothing / classes as f64;
            if y[i] == j {
                target += 1.0 - smoothing;
            }
            loss -= target * (x[[i, j]] - highest - sum.ln());
            dx[[i, j]] = ((x[[i, j]] - highest).exp() / sum - target) / n as f64;
        }
    }
    (loss / n as f64, dx)
}
