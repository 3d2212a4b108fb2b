//! Features of images made by hand: what classifiers were fed before networks learned their own.
//!
//! A feature function takes one image (channels, height, width) and gives a vector. [`hog_feature`] describes the edges
//! and leaves colour out; [`color_histogram_hsv`] describes the colours and leaves out where they are; together they do
//! better than either. [`extract_features`] applies such functions to many images.
//!
//! Source: CS231n, assignment 1, image features.

mod color;
mod hog;

use ndarray::{Array1, Array2, ArrayRef3, ArrayRef4};

pub use color::{color_histogram_hsv, hue};
pub use hog::{HogParams, grayscale, hog_feature};

use crate::Scalar;

/// A feature function: from one image (channels, height, width) to its features.
pub type Feature<'a, F> = &'a dyn Fn(&ArrayRef3<F>) -> Array1<F>;

/// In which order the axes of images stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// (batch, channels, height, width), as everywhere in this library.
    #[default]
    ChannelsFirst,
    /// (batch, height, width, channels), as image files and NumPy programs have it.
    ChannelsLast,
}

/// The features of each image: one row, with the results of all functions side by side in the order of the functions.
///
/// Shapes: `images` (batch, channels, height, width) or (batch, height, width, channels), as `layout` says; the functions
/// get (channels, height, width) either way. Result (batch, features).
///
/// Source: CS231n, assignment 1, image features.
///
/// # Panics
/// If there are no images, or images differ in how many features they have; and where a function does.
///
/// ```
/// use gradus_nn::features::{HogParams, Layout, color_histogram_hsv, extract_features, hog_feature};
/// use ndarray::{Array4, ArrayRef3};
/// let images = Array4::<f32>::zeros((5, 3, 32, 32));
/// let edges = |image: &ArrayRef3<f32>| hog_feature(image, HogParams::default());
/// let colors = |image: &ArrayRef3<f32>| color_histogram_hsv(image, 25);
/// let x = extract_features(&images, Layout::ChannelsFirst, &[&edges, &colors]);
/// assert_eq!(x.dim(), (5, 4 * 4 * 9 + 25));
/// ```
#[track_caller]
pub fn extract_features<F: Scalar>(images: &ArrayRef4<F>, layout: Layout, functions: &[Feature<F>]) -> Array2<F> {
    let images = match layout {
        Layout::ChannelsFirst => images.view(),
        Layout::ChannelsLast => images.view().permuted_axes([0, 3, 1, 2]),
    };
    let batch = images.dim().0;
    assert!(batch > 0, "extract_features: needs at least one image, but images is {:?}", images.shape());
    let mut values = Vec::new();
    let mut features = 0;
    for (n, image) in images.outer_iter().enumerate() {
        let before = values.len();
        for function in functions {
            values.extend(function(&image));
        }
        let found = values.len() - before;
        features = if n == 0 { found } else { features };
        assert!(
            found == features,
            "extract_features: every image needs as many features as the first, {features}, but image {n} has {found}"
        );
    }
    Array2::from_shape_vec((batch, features), values).expect("counted image by image")
}
