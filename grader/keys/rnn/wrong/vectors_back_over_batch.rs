// The gradient is divided by the batch size.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, s};

pub fn word_embedding_backward(dout: &Array3<f64>, cache: &WordEmbeddingCache) -> Array2<f64> {
    let mut dw = Array2::<f64>::zeros((cache.vocabulary, dout.dim().2));
    for ((n, t), &word) in cache.x.indexed_iter() {
        let mut row = dw.row_mut(word);
        row += &dout.slice(s![n, t, ..]);
    }
    dw / cache.x.nrows() as f64
}
