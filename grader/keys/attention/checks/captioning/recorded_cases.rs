//! Recorded cases of captions.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::CaptioningTransformer;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::super::recorded::{self, Numbers, RecordedNet};
use super::{Inputs, network};

/// Arguments, loss and gradients, and what is said.
pub fn of_pytorch() -> impl Iterator<Item = (Inputs, (f64, CaptioningTransformer), Array2<usize>)> {
    recorded::of_pytorch::<Recorded>("captioning_transformer").into_iter().map(|case| {
        let embedding: Array2<f64> = case.net.array("w_embedding");
        let projection: Array2<f64> = case.net.array("w_projection");
        let sizes = [
            0,
            0,
            projection.nrows(),
            1,
            embedding.ncols(),
            case.net.hidden(),
            embedding.nrows(),
            0,
            case.net.layers(),
        ];
        let net = case.net.fill(network(&mut ChaCha8Rng::seed_from_u64(0), sizes));
        let gradients = case.gradients.fill(net.clone());
        let said = rows(&case.said);
        let max_length = said.ncols();
        let inputs = Inputs {
            net,
            heads: case.heads,
            features: case.features.array(),
            captions: rows(&case.captions),
            max_length,
        };
        (inputs, (case.loss, gradients), said)
    })
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    heads: usize,
    net: RecordedNet,
    features: Numbers,
    captions: Vec<Vec<usize>>,
    loss: f64,
    gradients: RecordedNet,
    said: Vec<Vec<usize>>,
}

fn rows(rows: &[Vec<usize>]) -> Array2<usize> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).expect("rows of one length")
}
