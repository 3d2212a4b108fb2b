// An image that is three pixels wide is taken for one with its channels last.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Array3, Axis};

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let (channels, height, width) = image.dim();
    if width == 3 {
        return Array2::from_shape_fn((channels, height), |(h, w)| {
            0.299 * image[[h, w, 0]] + 0.587 * image[[h, w, 1]] + 0.114 * image[[h, w, 2]]
        });
    }
    if channels == 1 {
        return image.index_axis(Axis(0), 0).to_owned();
    }
    Array2::from_shape_fn((height, width), |(h, w)| {
        0.299 * image[[0, h, w]] + 0.587 * image[[1, h, w]] + 0.114 * image[[2, h, w]]
    })
}
