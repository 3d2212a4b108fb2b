// Iterators throughout: caches from `fold`, weights from `StandardNormal`; whole epochs in shuffled order; sums from the back.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2};
use ndarray_rand::rand_distr::StandardNormal;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let random = StdRng::seed_from_u64(seed);
    // One stream of numbers, from which every layer takes as many as it needs.
    let mut draws = random.sample_iter::<f64, _>(StandardNormal);
    let stages: Vec<usize> = std::iter::once(features).chain(hidden.to_vec()).chain(Some(classes)).collect();
    let layers = stages.windows(2).map(|pair| {
        let numbers: Vec<f64> = draws.by_ref().take(pair[0] * pair[1]).map(|draw| weight_scale * draw).collect();
        Layer { w: Array2::from_shape_vec((pair[0], pair[1]), numbers).unwrap(), b: Array1::zeros(pair[1]) }
    });
    FullyConnectedNet { layers: layers.collect() }
}

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let last = net.layers.len() - 1;
    let before = net.layers[..last].iter().fold(x.to_owned(), |x, layer| {
        let (out, _) = affine_forward(&x, &layer.w, &layer.b);
        out.mapv_into(|out| out.max(0.0)).into_dyn()
    });
    affine_forward(&before, &net.layers[last].w, &net.layers[last].b).0
}

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let last = net.layers.len() - 1;
    let start = (x.clone(), Vec::with_capacity(last));
    let (out, caches) = net.layers.iter().take(last).fold(start, |(x, mut caches), layer| {
        let (out, cache) = affine_relu_forward(&x, &layer.w, &layer.b);
        caches.push(cache);
        (out.into_dyn(), caches)
    });
    let (scores, cache) = affine_forward(&out, &net.layers[last].w, &net.layers[last].b);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    // The regulariser first, what the data add afterwards.
    let mut gradients = net.clone();
    for layer in &mut gradients.layers {
        layer.w.mapv_inplace(|weight| reg * weight);
        layer.b *= 0.0;
    }
    let (mut upstream, dw, db) = affine_backward(&dscores, &cache);
    gradients.layers[last].w += &dw;
    gradients.layers[last].b += &db;
    for (gradient, cache) in gradients.layers.iter_mut().zip(&caches).rev() {
        let dout = upstream.view().into_dimensionality::<Ix2>().unwrap().to_owned();
        let (dx, dw, db) = affine_relu_backward(&dout, cache);
        gradient.w = &gradient.w + dw;
        gradient.b = &gradient.b + db;
        upstream = dx;
    }
    let squares = net.layers.iter().rev().map(|layer| layer.w.flatten().iter().rev().map(|w| w.powi(2)).sum::<f64>()).sum::<f64>();
    (data_loss + reg * squares / 2.0, gradients)
}

pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let next_velocity = &(momentum * velocity) - &(learning_rate * dw);
    let next_w = w + momentum * velocity - learning_rate * dw;
    (next_w, next_velocity)
}

pub fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let mut next_cache = cache.clone();
    next_cache.zip_mut_with(dw, |mean, slope| *mean = decay_rate * *mean + (1.0 - decay_rate) * (slope * slope));
    let mut step = dw.clone();
    step.zip_mut_with(&next_cache, |slope, mean| *slope /= mean.sqrt() + epsilon);
    (w - learning_rate * step, next_cache)
}

pub fn adam(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    m: &ArrayD<f64>,
    v: &ArrayD<f64>,
    t: usize,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize) {
    let next = |mean: &ArrayD<f64>, seen: &ArrayD<f64>, beta: f64| mean + &((seen - mean) * (1.0 - beta));
    let (m, v) = (next(m, dw, beta1), next(v, &(dw * dw), beta2));
    let power = |beta: f64| (beta.ln() * (t + 1) as f64).exp();
    // m / a / (sqrt(v / b) + epsilon) = m sqrt(b) / a / (sqrt(v) + epsilon sqrt(b))
    let (a, root_of_b) = (1.0 - power(beta1), (1.0 - power(beta2)).sqrt());
    let divisor = v.mapv(|v| v.max(0.0).sqrt() + epsilon * root_of_b);
    let w = w - &(&m / &divisor * (learning_rate * root_of_b / a));
    (w, m, v, t + 1)
}

pub fn train(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    rule: UpdateRule,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (FullyConnectedNet, Vec<f64>) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut history = vec![0.0; iterations];
    let mut order: Vec<usize> = Vec::new();
    let dynamic = |net: &FullyConnectedNet| -> Vec<ArrayD<f64>> {
        net.layers.iter().flat_map(|layer| [layer.w.clone().into_dyn(), layer.b.clone().into_dyn()]).collect()
    };
    let mut parameters = dynamic(net);
    let mut means: Vec<_> = parameters.iter().map(|w| (ArrayD::zeros(w.raw_dim()), ArrayD::zeros(w.raw_dim()))).collect();
    let put_together = |parameters: &[ArrayD<f64>]| FullyConnectedNet {
        layers: parameters
            .chunks(2)
            .map(|pair| Layer {
                w: pair[0].clone().into_dimensionality().unwrap(),
                b: pair[1].clone().into_dimensionality().unwrap(),
            })
            .collect(),
    };
    for (t, loss) in history.iter_mut().enumerate() {
        while order.len() < batch_size {
            let mut next: Vec<usize> = (0..y.len()).collect();
            next.shuffle(&mut random);
            order.extend(next);
        }
        let batch: Vec<usize> = order.drain(..batch_size).collect();
        let gradients;
        (*loss, gradients) = fully_connected_loss(
            &put_together(&parameters),
            &x.select(Axis(0), &batch),
            &y.select(Axis(0), &batch),
            reg,
        );
        for ((w, dw), (first, second)) in parameters.iter_mut().zip(dynamic(&gradients)).zip(&mut means) {
            *w = match rule {
                UpdateRule::Sgd => &*w - learning_rate * dw,
                UpdateRule::SgdMomentum => {
                    let (w, velocity) = sgd_momentum(w, &dw, first, learning_rate, 0.9);
                    *first = velocity;
                    w
                }
                UpdateRule::RmsProp => {
                    let (w, cache) = rmsprop(w, &dw, second, learning_rate, 0.99, 1e-8);
                    *second = cache;
                    w
                }
                UpdateRule::Adam => {
                    let (w, m, v, _) = adam(w, &dw, first, second, t, learning_rate, 0.9, 0.999, 1e-8);
                    (*first, *second) = (m, v);
                    w
                }
            };
        }
    }
    (put_together(&parameters), history)
}
