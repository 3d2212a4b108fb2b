// No ReLU.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{HiddenLayer, LastLayer, Mode, Normalisation, NormalisedNet, Parameters, RunningLayers};
use gradus_nn::activations::relu_forward;
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, ArrayD, Ix2};

pub fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    enum NormCache {
        None,
        Batch(BatchnormCache),
        Layer(LayernormCache),
    }
    let Parameters { hidden, last } = &net.parameters;
    let mut running = net.running.clone();
    let mut caches = Vec::new();
    let mut out = x.clone();
    for (HiddenLayer { w, b, gamma, beta }, running) in hidden.iter().zip(&mut running.layers) {
        let (mut between, affine) = affine_forward(&out, w, b);
        let norm;
        (between, norm) = match net.normalisation {
            Normalisation::None => (between, NormCache::None),
            Normalisation::Batch => {
                let (out, next, cache) = batchnorm_forward(&between, gamma, beta, running, Mode::Train, 0.9, 1e-5);
                *running = next;
                (out, NormCache::Batch(cache))
            }
            Normalisation::Layer => {
                let (out, cache) = layernorm_forward(&between, gamma, beta, 1e-5);
                (out, NormCache::Layer(cache))
            }
        };
        let relu = relu_forward(&between).1;
        let after = between;
        caches.push((affine, norm, relu));
        out = after.into_dyn();
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = Parameters { hidden: Vec::new(), last: LastLayer { w, b } };
    for (affine, norm, relu) in caches.iter().rev() {
        let upstream = dout.into_dimensionality::<Ix2>().expect("a row for each example");
        let _ = relu;
        let dnormalised = upstream;
        let (dbetween, gamma, beta) = match norm {
            NormCache::None => {
                let zeros = Array1::zeros(dnormalised.ncols());
                (dnormalised, zeros.clone(), zeros)
            }
            NormCache::Batch(cache) => batchnorm_backward_alt(&dnormalised, cache),
            NormCache::Layer(cache) => layernorm_backward(&dnormalised, cache),
        };
        let (dx, w, b) = affine_backward(&dbetween, affine);
        gradients.hidden.push(HiddenLayer { w, b, gamma, beta });
        dout = dx;
    }
    gradients.hidden.reverse();

    let weights = hidden.iter().map(|layer| &layer.w).chain([&last.w]);
    let slopes = gradients.hidden.iter_mut().map(|layer| &mut layer.w).chain([&mut gradients.last.w]);
    for (w, dw) in weights.zip(slopes) {
        loss += 0.5 * reg * w.iter().map(|weight| weight * weight).sum::<f64>();
        dw.scaled_add(reg, w);
    }
    (loss, gradients, running)
}
