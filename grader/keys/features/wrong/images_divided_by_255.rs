// The images are brought to a scale from 0 to 1 before the functions see them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::FeatureFunction;
use ndarray::{Array2, Array4, Axis};

pub fn extract_features(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64> {
    let batch = images.len_of(Axis(0));
    let mut features: Vec<f64> = Vec::new();
    for n in 0..batch {
        let image = images.index_axis(Axis(0), n).mapv(|value| value / 255.0);
        for function in functions {
            features.extend(function(&image));
        }
    }
    Array2::from_shape_vec((batch, features.len() / batch), features).unwrap()
}
