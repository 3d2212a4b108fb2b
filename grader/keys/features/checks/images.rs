//! Fresh images.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array3, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Deserializer};

use crate::common::inputs;

/// An image with values from 0 to 255. They are no whole numbers, so that no direction and no hue lies at the border of two
/// bins, where rounding would decide.
pub fn fresh(random: &mut ChaCha8Rng, shape: (usize, usize, usize)) -> Array3<f64> {
    Array3::from_shape_simple_fn(shape, || random.random_range(0.0..255.0))
}

/// An image of one channel.
pub fn gray(random: &mut ChaCha8Rng, height: usize, width: usize) -> Array3<f64> {
    fresh(random, (1, height, width))
}

/// Images of one shape, any two of them alike in some respect.
pub fn look_alikes(random: &mut ChaCha8Rng, shape: (usize, usize, usize)) -> Vec<Array3<f64>> {
    let first = fresh(random, shape);
    let mut all = vec![fresh(random, shape)];
    // Along the rows, because the first axis may have a single channel.
    let rows = first.clone().permuted_axes([1, 0, 2]).as_standard_layout().into_owned();
    all.extend(
        inputs::look_alikes(random, &rows)
            .map(|image| image.permuted_axes([1, 0, 2]).as_standard_layout().into_owned()),
    );
    all.push(first);
    all
}

/// Reads an image of one channel that was recorded row by row, or of several, recorded channel by channel in rows.
///
/// # Errors
/// When it is none.
pub fn recorded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Array3<f64>, D::Error> {
    let channels = Vec::<Vec<Vec<f64>>>::deserialize(deserializer)?;
    let height = channels.first().map_or(0, Vec::len);
    let width = channels.first().and_then(|rows| rows.first()).map_or(0, Vec::len);
    let values = channels.iter().flatten().flatten().copied().collect();
    Array3::from_shape_vec((channels.len(), height, width), values).map_err(serde::de::Error::custom)
}

/// The image with one channel more in front of its axes.
pub fn with_channel(gray: ndarray::Array2<f64>) -> Array3<f64> {
    gray.insert_axis(Axis(0))
}
