// It looks for three channels in every image.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3};

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let (_, height, width) = image.dim();
    Array2::from_shape_fn((height, width), |(h, w)| {
        0.299 * image[[0, h, w]] + 0.587 * image[[1, h, w]] + 0.114 * image[[2, h, w]]
    })
}
