// First the results of one function for all images, then those of the next, cut into rows.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::FeatureFunction;
use ndarray::{Array2, Array4, Axis};

pub fn extract_features(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64> {
    let batch = images.len_of(Axis(0));
    let mut features: Vec<f64> = Vec::new();
    for function in functions {
        for image in images.outer_iter() {
            features.extend(function(&image.to_owned()));
        }
    }
    Array2::from_shape_vec((batch, features.len() / batch), features).unwrap()
}
