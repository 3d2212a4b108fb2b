// Positions are added to the parts of the image too.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{CaptioningTransformer, NULL};
use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
use gradus_nn::temporal::{temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};
use ndarray::{Array2, Array3, s};

pub fn captioning_transformer_loss(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    captions: &Array2<usize>,
) -> (f64, CaptioningTransformer) {
    let read = captions.slice(s![.., ..-1]).to_owned();
    let say = captions.slice(s![.., 1..]).to_owned();
    let counts = say.mapv(|word| word != NULL);

    let (memory, projection) = temporal_affine_forward(features, &net.w_projection, &net.b_projection);
    let memory = &memory + &positional_encoding(memory.dim().1, memory.dim().2);
    let (x, embedding) = word_embedding_forward(&read, &net.w_embedding);
    let (_, time, width) = x.dim();
    let mask = looking_back(time);
    let mut x = x + positional_encoding(time, width);
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) = transformer_decoder_layer_forward(layer, heads, &x, &memory, &mask);
        caches.push(cache);
        x = out;
    }
    let (scores, vocabulary) = temporal_affine_forward(&x, &net.w_vocabulary, &net.b_vocabulary);
    let (loss, dscores) = temporal_softmax_loss(&scores, &say, &counts);

    let dvocabulary = temporal_affine_backward(&dscores, &vocabulary);
    let mut dx = dvocabulary.dx;
    let mut dmemory = Array3::zeros(memory.raw_dim());
    let mut layers = Vec::new();
    for cache in caches.iter().rev() {
        let (dinput, dlooked_at, layer) = transformer_decoder_layer_backward(&dx, cache);
        dx = dinput;
        dmemory += &dlooked_at;
        layers.push(layer);
    }
    layers.reverse();
    let dprojection = temporal_affine_backward(&dmemory, &projection);
    let gradients = CaptioningTransformer {
        w_projection: dprojection.dw,
        b_projection: dprojection.db,
        w_embedding: word_embedding_backward(&dx, &embedding),
        layers,
        w_vocabulary: dvocabulary.dw,
        b_vocabulary: dvocabulary.db,
    };
    (loss, gradients)
}
