// The word with the lowest score is said.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{CaptioningTransformer, END, NULL, START};
use gradus_nn::embedding::word_embedding_forward;
use gradus_nn::temporal::temporal_affine_forward;
use ndarray::{Array2, Array3, s};

pub fn captioning_transformer_sample(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    max_length: usize,
) -> Array2<usize> {
    let batch = features.dim().0;
    let (memory, _) = temporal_affine_forward(features, &net.w_projection, &net.b_projection);
    let mut said = Array2::from_elem((batch, max_length + 1), NULL);
    said.column_mut(0).fill(START);
    for t in 0..max_length {
        let (x, _) = word_embedding_forward(&said.slice(s![.., ..=t]), &net.w_embedding);
        let mut x = x + positional_encoding(t + 1, net.w_embedding.ncols());
        for layer in &net.layers {
            x = transformer_decoder_layer_forward(layer, heads, &x, &memory, &looking_back(t + 1)).0;
        }
        let (scores, _) = temporal_affine_forward(&x, &net.w_vocabulary, &net.b_vocabulary);
        for n in 0..batch {
            if t > 0 && [END, NULL].contains(&said[[n, t]]) {
                continue;
            }
            let mut best = 0;
            for word in 1..scores.dim().2 {
                if scores[[n, t, word]] < scores[[n, t, best]] {
                    best = word;
                }
            }
            said[[n, t + 1]] = best;
        }
    }
    said.slice(s![.., 1..]).to_owned()
}
