// Time is the last axis of the output.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, s};

pub fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    let (batch, time) = x.dim();
    let mut out = Array3::zeros((batch, w.ncols(), time));
    for ((n, t), &word) in x.indexed_iter() {
        out.slice_mut(s![n, .., t]).assign(&w.row(word));
    }
    (out, WordEmbeddingCache { x: x.clone(), vocabulary: w.nrows() })
}
