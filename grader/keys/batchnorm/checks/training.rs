//! Training through `fully_connected_loss`: the grader makes the steps, the answer gives gradients and running statistics.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{
    HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters, Running, RunningLayers, call,
};
use gradus_nn::metrics::accuracy;
use gradus_question::{Context, Failure, Session};
use ndarray::{Array1, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{network, reference};
use crate::common::inputs;
use crate::linear::images::images;

const STEPS: usize = 60;
const BATCH: usize = 64;
const RATE: f64 = 0.5;
/// Far below what right answers reach; the key's README has the measurements.
const ACCURACY: f64 = 0.4;
/// Far above what right answers reach at the end, and far below the 2.3 of the start.
const LOSS: f64 = 1.3;

/// No exact result is held here, only what good training reaches.
pub fn clothing(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    network::ordinary(session, context)?;
    let hint = "the gradients, and the running statistics, of each batch are what the next step starts from";
    let (x, y) = &images().train;
    let net = untrained(&mut context.random, x.ncols());
    let (net, losses) = train(net, &mut context.random, |net, batch| {
        let (x, y) = (x.select(Axis(0), batch).into_dyn(), y.select(Axis(0), batch));
        Ok(session.call(&call::fully_connected_loss(net, &x, &y, 0.0))?)
    })?;
    context.expect(losses < LOSS, "the losses of the last batches are too high", hint)?;
    context.expect(
        net.running.layers.len() == net.parameters.hidden.len(),
        "the running statistics have the wrong number of layers",
        "an element for each hidden layer",
    )?;
    context.expect(
        accuracy_on_test_images(&net) > ACCURACY,
        "too few of the images that were not trained on get their right class in evaluation",
        hint,
    )
}

/// Steps of plain gradient descent: the network after it, and the mean of the last ten losses.
fn train(
    mut net: NormalisedNet,
    random: &mut ChaCha8Rng,
    mut loss: impl FnMut(&NormalisedNet, &[usize]) -> Result<(f64, Parameters, RunningLayers), Failure>,
) -> Result<(NormalisedNet, f64), Failure> {
    let examples = images().train.1.len();
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let batch: Vec<usize> = (0..BATCH).map(|_| random.random_range(0..examples)).collect();
        let (loss, gradients, running) = loss(&net, &batch)?;
        losses.push(loss);
        let shapes = |parameters: &Parameters| -> Vec<Vec<usize>> {
            parameters.arrays().iter().map(|array| array.shape().to_vec()).collect()
        };
        if shapes(&gradients) != shapes(&net.parameters) {
            return Err(Failure::wrong("the gradients have the wrong shapes"));
        }
        for (mut array, gradient) in net.parameters.arrays_mut().into_iter().zip(gradients.arrays()) {
            array.scaled_add(-RATE, &gradient);
        }
        net.running = running;
    }
    Ok((net, losses[STEPS - 10..].iter().sum::<f64>() / 10.0))
}

fn accuracy_on_test_images(net: &NormalisedNet) -> f64 {
    let (x, y) = &images().test;
    let fits = net.running.layers.iter().zip(&net.parameters.hidden);
    if !fits
        .into_iter()
        .all(|(running, layer)| running.mean.len() == layer.b.len() && running.var.len() == layer.b.len())
    {
        return 0.0;
    }
    let predicted = reference::scores(net, &x.clone().into_dyn()).map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    });
    accuracy(&predicted, y)
}

/// Five hidden layers with weights so small that without normalisation nothing comes through them.
fn untrained(random: &mut ChaCha8Rng, features: usize) -> NormalisedNet {
    const HIDDEN: [usize; 5] = [32, 24, 24, 24, 24];
    let mut inputs = features;
    let hidden = HIDDEN.map(|outputs| {
        let w = inputs::normal(random, (inputs, outputs), 0.02);
        inputs = outputs;
        let zeros = Array1::zeros(outputs);
        HiddenLayer { w, b: zeros.clone(), gamma: Array1::ones(outputs), beta: zeros }
    });
    let last = LastLayer { w: inputs::normal(random, (inputs, 10), 0.1), b: Array1::zeros(10) };
    NormalisedNet {
        normalisation: Normalisation::Batch,
        running: RunningLayers { layers: HIDDEN.map(Running::new).to_vec() },
        parameters: Parameters { hidden: hidden.to_vec(), last },
    }
}

/// With batch normalisation the bounds are reached whatever the seed, without it never.
///
/// # Panics
/// If they are not.
pub fn the_bounds_of_training_are_fair() {
    let (mut worst, mut best) = ((0.0f64, 1.0f64), (f64::INFINITY, 0.0f64));
    for seed in 0..10 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (x, y) = &images().train;
        let net = untrained(&mut random, x.ncols());
        for normalisation in [Normalisation::Batch, Normalisation::None] {
            let net = NormalisedNet { normalisation, ..net.clone() };
            let trained = train(net, &mut random.clone(), |net, batch| {
                let (x, y) = (x.select(Axis(0), batch).into_dyn(), y.select(Axis(0), batch));
                Ok(reference::fully_connected_loss(net, &x, &y, 0.0))
            });
            let (net, loss) = trained.expect("gradients of the right shapes");
            let reached = accuracy_on_test_images(&net);
            if normalisation == Normalisation::Batch {
                worst = (worst.0.max(loss), worst.1.min(reached));
            } else {
                best = (best.0.min(loss), best.1.max(reached));
            }
        }
    }
    let figures = format!("with it {worst:?} at worst, without it {best:?} at best");
    assert!(worst.0 < LOSS - 0.2 && worst.1 > ACCURACY + 0.1, "{figures}");
    assert!(best.0 > LOSS + 0.2 && best.1 < ACCURACY - 0.1, "{figures}");
}
