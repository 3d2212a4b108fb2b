// Pale pixels count for less.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array3};

pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let (_, height, width) = image.dim();
    let mut histogram = Array1::<f64>::zeros(bins);
    for h in 0..height {
        for w in 0..width {
            let (red, green, blue) = (image[[0, h, w]], image[[1, h, w]], image[[2, h, w]]);
            let largest = red.max(green).max(blue);
            let range = largest - red.min(green).min(blue);
            let mut sixths = 0.0;
            if range > 0.0 {
                if largest == red {
                    sixths = (green - blue) / range;
                } else if largest == green {
                    sixths = 2.0 + (blue - red) / range;
                } else {
                    sixths = 4.0 + (red - green) / range;
                }
            }
            if sixths < 0.0 {
                sixths += 6.0;
            }
            let bin = ((sixths / 6.0 * bins as f64) as usize).min(bins - 1);
            histogram[bin] += if largest > 0.0 { range / largest } else { 0.0 };
        }
    }
    histogram / (height * width) as f64
}
