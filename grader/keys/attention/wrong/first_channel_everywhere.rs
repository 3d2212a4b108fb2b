// Every channel is taken for the first one.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::temporal::temporal_affine_forward;
use ndarray::{Array1, Array2, Array3, Array4, s};

pub fn patch_embedding_forward(
    x: &Array4<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
    size: usize,
) -> (Array3<f64>, PatchEmbeddingCache) {
    let (batch, channels, height, width) = x.dim();
    let (rows, columns, numbers) = (height / size, width / size, channels * size * size);
    let mut patches = Array3::zeros((batch, rows * columns, numbers));
    for i in 0..rows {
        for j in 0..columns {
            let (top, left) = (i * size, j * size);
            let square = x.slice(s![.., .., top..top + size, left..left + size]);
            let square = square.slice(s![.., ..1, .., ..]).broadcast((channels, batch, 1, size, size)).unwrap().to_owned();
            let square = square.permuted_axes([1, 0, 2, 3, 4]);
            let square = square.to_shape((batch, numbers)).expect("as many numbers");
            patches.slice_mut(s![.., i * columns + j, ..]).assign(&square);
        }
    }
    let (out, affine) = temporal_affine_forward(&patches, w, b);
    (out, PatchEmbeddingCache { affine })
}
