// Caches that are tuples, ndarray's own mean and variance, layers written anew; what is normalised is one function, used along both axes.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{
    HiddenLayer, Mode, Normalisation, NormalisedNet, Parameters, Running, RunningLayers,
};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis};

/// x_hat, one over the root, gamma.
type BatchnormCache = (Array2<f64>, Array2<f64>, Array1<f64>);
type LayernormCache = (Array2<f64>, Array2<f64>, Array1<f64>);

fn normalise(x: &Array2<f64>, axis: Axis, eps: f64) -> (Array2<f64>, Array2<f64>) {
    let mean = x.mean_axis(axis).unwrap().insert_axis(axis);
    let factor = x.var_axis(axis, 0.0).insert_axis(axis).mapv(|var| (var + eps).powf(-0.5));
    ((x - &mean) * &factor, factor)
}

fn back(dx_hat: &Array2<f64>, x_hat: &Array2<f64>, factor: &Array2<f64>, axis: Axis) -> Array2<f64> {
    let shift = dx_hat.mean_axis(axis).unwrap().insert_axis(axis);
    let stretch = (dx_hat * x_hat).mean_axis(axis).unwrap().insert_axis(axis);
    factor * (dx_hat - &shift - x_hat * &stretch)
}

fn batchnorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    running: &Running,
    mode: Mode,
    momentum: f64,
    eps: f64,
) -> (Array2<f64>, Running, BatchnormCache) {
    let mut next = running.clone();
    let (x_hat, factor) = if mode == Mode::Train {
        let share = 1.0 - momentum;
        next.mean.zip_mut_with(&x.mean_axis(Axis(0)).unwrap(), |kept, new| *kept += share * (new - *kept));
        next.var.zip_mut_with(&x.var_axis(Axis(0), 0.0), |kept, new| *kept += share * (new - *kept));
        normalise(x, Axis(0), eps)
    } else {
        let factor = running.var.mapv(|var| 1.0 / (var + eps).sqrt()).insert_axis(Axis(0));
        ((x - &running.mean) * &factor, factor)
    };
    (beta + &x_hat * gamma, next, (x_hat, factor, gamma.to_owned()))
}

fn batchnorm_backward(
    dout: &Array2<f64>,
    (x_hat, factor, gamma): &BatchnormCache,
) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    (back(&(dout * gamma), x_hat, factor, Axis(0)), (dout * x_hat).sum_axis(Axis(0)), dout.sum_axis(Axis(0)))
}

fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    batchnorm_backward(dout, cache)
}

fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let (x_hat, factor) = normalise(x, Axis(1), eps);
    (beta + &x_hat * gamma, (x_hat, factor, gamma.to_owned()))
}

fn layernorm_backward(
    dout: &Array2<f64>,
    (x_hat, factor, gamma): &LayernormCache,
) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    (back(&(dout * gamma), x_hat, factor, Axis(1)), (dout * x_hat).sum_axis(Axis(0)), dout.sum_axis(Axis(0)))
}

fn rows(x: &ArrayD<f64>) -> Array2<f64> {
    let n = x.len_of(Axis(0));
    Array2::from_shape_vec((n, x.len() / n), x.iter().copied().collect()).unwrap()
}

fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    let hidden = &net.parameters.hidden;
    let mut running = net.running.to_owned();
    // What goes into each layer, the cache of its normalisation, and what comes out of it before ReLU.
    let mut inputs = vec![rows(x)];
    let (mut caches, mut outs): (Vec<Option<BatchnormCache>>, Vec<Array2<f64>>) = Default::default();
    for (i, layer) in hidden.iter().enumerate() {
        let between = inputs[i].dot(&layer.w) + &layer.b;
        let (out, cache) = match net.normalisation {
            Normalisation::None => (between, None),
            Normalisation::Batch => {
                let old = &net.running.layers[i];
                let (out, next, cache) =
                    batchnorm_forward(&between, &layer.gamma, &layer.beta, old, Mode::Train, 0.9, 1e-5);
                running.layers[i] = next;
                (out, Some(cache))
            }
            Normalisation::Layer => {
                let (out, cache) = layernorm_forward(&between, &layer.gamma, &layer.beta, 1e-5);
                (out, Some(cache))
            }
        };
        inputs.push(out.mapv(|out| out.max(0.0)));
        caches.push(cache);
        outs.push(out);
    }
    let last = &net.parameters.last;
    let (mut loss, dscores) = softmax_loss(&(inputs[hidden.len()].dot(&last.w) + &last.b), y);
    for w in hidden.iter().map(|layer| &layer.w).chain(Some(&last.w)) {
        loss += reg / 2.0 * w.fold(0.0, |sum, weight| sum + weight.powi(2));
    }
    let mut gradients = net.parameters.clone();
    gradients.last.w = inputs[hidden.len()].t().dot(&dscores) + reg * &last.w;
    gradients.last.b = dscores.sum_axis(Axis(0));
    let mut upstream = dscores.dot(&last.w.t());
    for i in (0..hidden.len()).rev() {
        let layer = &hidden[i];
        upstream.zip_mut_with(&outs[i], |slope, out| {
            if *out <= 0.0 {
                *slope = 0.0
            }
        });
        let (mut gamma, mut beta) = (Array1::zeros(layer.b.len()), Array1::zeros(layer.b.len()));
        if let Some(cache) = &caches[i] {
            (upstream, gamma, beta) = match net.normalisation {
                Normalisation::Batch => batchnorm_backward(&upstream, cache),
                _ => layernorm_backward(&upstream, cache),
            };
        }
        let w = inputs[i].t().dot(&upstream) + reg * &layer.w;
        gradients.hidden[i] = HiddenLayer { w, b: upstream.sum_axis(Axis(0)), gamma, beta };
        upstream = upstream.dot(&layer.w.t());
    }
    (loss, gradients, running)
}

fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let mut out = rows(x);
    for (layer, running) in net.parameters.hidden.iter().zip(&net.running.layers) {
        out = out.dot(&layer.w) + &layer.b;
        if net.normalisation == Normalisation::Batch {
            out = batchnorm_forward(&out, &layer.gamma, &layer.beta, running, Mode::Evaluate, 0.9, 1e-5).0;
        } else if net.normalisation == Normalisation::Layer {
            out = layernorm_forward(&out, &layer.gamma, &layer.beta, 1e-5).0;
        }
        out.mapv_inplace(|out| if out > 0.0 { out } else { 0.0 });
    }
    out.dot(&net.parameters.last.w) + &net.parameters.last.b
}
