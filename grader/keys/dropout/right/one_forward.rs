// One forward function for scores and loss; masks from a Bernoulli distribution, a mask of ones in evaluation; the passes
// stacked in one array, with its mean and deviation along an axis; max-norm with the smaller of two numbers.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode};
use gradus_nn::affine::{AffineReluCache, affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::random::generator;
use gradus_nn::softmax::{softmax, softmax_loss};
use ndarray::{Array1, Array2, ArrayD, ArrayView1, Axis, Ix2, IxDyn, stack};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Bernoulli;
use rand::Rng;

#[derive(Clone)]
pub struct DropoutCache(ArrayD<f64>);

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    let mask = match mode {
        Mode::Evaluate => ArrayD::ones(x.raw_dim()),
        Mode::Train => {
            let kept = ArrayD::random_using(x.raw_dim(), Bernoulli::new(p).unwrap(), &mut generator(seed));
            kept.mapv(|kept| if kept { p.recip() } else { 0.0 })
        }
    };
    (&mask * x, DropoutCache(mask))
}

pub fn dropout_backward(dout: &ArrayD<f64>, DropoutCache(mask): &DropoutCache) -> ArrayD<f64> {
    mask * dout
}

type Caches = Vec<(AffineReluCache<f64, IxDyn>, DropoutCache)>;

/// What comes before the last layer.
fn hidden(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, Caches) {
    let mut random = generator(seed);
    let mut caches = Vec::new();
    let mut out = x.clone();
    for Layer { w, b } in net.layers.iter().take(net.layers.len() - 1) {
        let (active, of_layer) = affine_relu_forward(&out, w, b);
        let (dropped, of_dropout) = dropout_forward(&active.into_dyn(), p, mode, random.random());
        out = dropped;
        caches.push((of_layer, of_dropout));
    }
    (out, caches)
}

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    let (out, _) = hidden(net, x, p, mode, seed);
    let last = net.layers.last().unwrap();
    affine_forward(&out, &last.w, &last.b).0
}

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    let (out, mut caches) = hidden(net, x, p, Mode::Train, seed);
    let last = net.layers.last().unwrap();
    let (scores, of_last) = affine_forward(&out, &last.w, &last.b);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    let (mut dout, w, b) = affine_backward(&dscores, &of_last);
    let mut layers = vec![Layer { w, b }];
    while let Some((of_layer, of_dropout)) = caches.pop() {
        let (dx, w, b) = affine_relu_backward(
            &dropout_backward(&dout, &of_dropout).into_dimensionality::<Ix2>().unwrap(),
            &of_layer,
        );
        layers.insert(0, Layer { w, b });
        dout = dx;
    }
    let penalty: f64 = net.layers.iter().map(|layer| (&layer.w * &layer.w).sum()).sum();
    layers.iter_mut().zip(&net.layers).for_each(|(gradient, layer)| gradient.w += &(&layer.w * reg));
    (data_loss + 0.5 * reg * penalty, FullyConnectedNet { layers })
}

pub fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    let mut random = generator(seed);
    let shares: Vec<_> = (0..passes).map(|_| softmax(&scores(net, x, p, Mode::Train, random.random()))).collect();
    let views: Vec<_> = shares.iter().map(|one| one.view()).collect();
    let all = stack(Axis(0), &views).unwrap();
    (all.mean_axis(Axis(0)).unwrap(), all.std_axis(Axis(0), 0.0))
}

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let length = |column: ArrayView1<f64>| column.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    // Something over 0 is infinite, and the smaller of that and 1 is 1.
    let factors: Array1<f64> = w.columns().into_iter().map(|column| (limit / length(column)).min(1.0)).collect();
    w * &factors
}

pub fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    let (n, classes) = (x.nrows() as f64, x.ncols());
    let targets = Array2::from_shape_fn(x.dim(), |(i, j)| {
        smoothing / classes as f64 + if y[i] == j { 1.0 - smoothing } else { 0.0 }
    });
    let highest = x.map_axis(Axis(1), |row| row.fold(f64::NEG_INFINITY, |a, &b| a.max(b)));
    let shifted = x - &highest.insert_axis(Axis(1));
    let logarithms = &shifted - &shifted.mapv(f64::exp).sum_axis(Axis(1)).mapv(f64::ln).insert_axis(Axis(1));
    let loss = targets.iter().zip(&logarithms).map(|(target, logarithm)| -target * logarithm).sum::<f64>() / n;
    (loss, (logarithms.mapv(f64::exp) - targets) / n)
}
