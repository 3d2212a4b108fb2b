// Angles below 0 all end up in the first bin.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array3};
use std::f64::consts::PI;

pub fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    let gray = rgb2gray(image);
    let (height, width) = gray.dim();
    let (down, across) = (height / cell, width / cell);
    let mut features = Array1::<f64>::zeros(down * across * orientations);
    for h in 0..down * cell {
        for w in 0..across * cell {
            let dx = if w + 1 < width { gray[[h, w + 1]] - gray[[h, w]] } else { 0.0 };
            let dy = if h + 1 < height { gray[[h + 1, w]] - gray[[h, w]] } else { 0.0 };
            let m = (dx * dx + dy * dy).sqrt();
            let t = dy.atan2(dx).max(0.0);
            let bin = ((t / PI * orientations as f64) as usize).min(orientations - 1);
            let place = ((h / cell) * across + w / cell) * orientations + bin;
            features[place] += m;
        }
    }
    features / (cell * cell) as f64
}
