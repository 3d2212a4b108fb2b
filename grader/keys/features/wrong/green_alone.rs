// The green channel for the grey: it weighs most, but not all.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, Axis};

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let (channels, height, width) = image.dim();
    if channels == 1 {
        return image.index_axis(Axis(0), 0).to_owned();
    }
    Array2::from_shape_fn((height, width), |(h, w)| {
        image[[1, h, w]]
    })
}
