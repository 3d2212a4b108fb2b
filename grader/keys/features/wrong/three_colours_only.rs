// Only whether red, green or blue is largest counts.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array3};

pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let (_, height, width) = image.dim();
    let mut histogram = Array1::<f64>::zeros(bins);
    for h in 0..height {
        for w in 0..width {
            let (red, green, blue) = (image[[0, h, w]], image[[1, h, w]], image[[2, h, w]]);
            let largest = red.max(green).max(blue);
            let sixths = if largest == red { 0.0 } else if largest == green { 2.0 } else { 4.0 };
            let bin = ((sixths / 6.0 * bins as f64) as usize).min(bins - 1);
            histogram[bin] += 1.0;
        }
    }
    histogram / (height * width) as f64
}
