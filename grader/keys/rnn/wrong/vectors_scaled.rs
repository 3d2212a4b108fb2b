// The vectors are multiplied by the root of their length, as transformers do.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, s};

pub fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> (Array3<f64>, WordEmbeddingCache) {
    let (batch, time) = x.dim();
    let mut out = Array3::zeros((batch, time, w.ncols()));
    for ((n, t), &word) in x.indexed_iter() {
        out.slice_mut(s![n, t, ..]).assign(&(&w.row(word) * (w.ncols() as f64).sqrt()));
    }
    (out, WordEmbeddingCache { x: x.clone(), vocabulary: w.nrows() })
}
