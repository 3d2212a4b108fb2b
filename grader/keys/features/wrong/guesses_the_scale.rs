// An image without values above 1 is brought to a scale up to 255.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, Axis};

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let (channels, height, width) = image.dim();
    if channels == 1 {
        return image.index_axis(Axis(0), 0).to_owned();
    }
    let full = if image.iter().all(|&value| value <= 1.0) { 255.0 } else { 1.0 };
    Array2::from_shape_fn((height, width), |(h, w)| {
        full * (0.299 * image[[0, h, w]] + 0.587 * image[[1, h, w]] + 0.114 * image[[2, h, w]])
    })
}
