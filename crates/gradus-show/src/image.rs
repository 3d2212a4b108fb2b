//! Images as PNG.

use std::fmt;

use gradus_nn::pictures::{Tones, image_grid};
use ndarray::{Array4, ArrayRef, ArrayViewD, Axis, Dimension, Ix4};

use crate::Formats;
use crate::element::Element;

/// An array whose shape is no image's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageError {
    shape: Vec<usize>,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "images have the shape (batch, channels, height, width) with 1 or 3 channels, or one without its batch, its channels, or \
             both, but this array's is {:?}",
            self.shape
        )
    }
}

impl std::error::Error for ImageError {}

/// Images beyond this number are left out.
const MOST: usize = 100;

/// Whether an array of elements `A` and this shape is one of images, rather than of numbers to be read.
pub fn looks_like_images<A: Element>(shape: &[usize]) -> bool {
    let sizes = |height: usize, width: usize| height >= 4 && width >= 4;
    match *shape {
        [batch, 1 | 3, height, width] => batch > 0 && sizes(height, width),
        [1 | 3, height, width] => sizes(height, width),
        [_, height, width] => A::NAME == "u8" && sizes(height, width),
        _ => false,
    }
}

/// Images as a grid. Values from 0 to 1 are shown as they are, `u8` from 0 to 255; otherwise the lowest value of all images
/// becomes black and the highest white.
///
/// Shapes: `x` (batch, channels, height, width) with 1 or 3 channels, (channels, height, width), (batch, height, width) or
/// (height, width). A first axis of length 1 or 3 of three is taken for channels.
///
/// # Errors
/// When the shape is another, or there is no pixel.
///
/// ```
/// let image = ndarray::Array2::from_shape_fn((8, 8), |(i, j)| (i + j) as f64 / 14.0);
/// assert!(gradus_show::images(&image).unwrap()["image/png"].starts_with("iVBOR"));
/// assert!(gradus_show::images(&ndarray::array![1.0, 2.0]).is_err());
/// ```
pub fn images<A: Element, D: Dimension>(x: &ArrayRef<A, D>) -> Result<Formats, ImageError> {
    images_with_captions(x, &[])
}

/// The same, with a caption below each image; captions that are too few are filled up with nothing.
///
/// # Errors
/// As for [`images`].
///
/// ```
/// let batch = ndarray::Array4::<f32>::zeros((2, 3, 8, 8));
/// assert!(gradus_show::images_with_captions(&batch, &["coat", "bag"]).is_ok());
/// ```
pub fn images_with_captions<A: Element, D: Dimension>(
    x: &ArrayRef<A, D>,
    captions: &[&str],
) -> Result<Formats, ImageError> {
    dynamic(x.view().into_dyn(), captions)
}

fn dynamic<A: Element>(x: ArrayViewD<'_, A>, captions: &[&str]) -> Result<Formats, ImageError> {
    let error = || ImageError { shape: x.shape().to_vec() };
    let mut view = x.view();
    if view.ndim() < 2 {
        return Err(error());
    }
    if view.ndim() == 3 && !matches!(view.shape()[0], 1 | 3) {
        view = view.insert_axis(Axis(1));
    }
    while view.ndim() < 4 {
        view = view.insert_axis(Axis(0));
    }
    let view = view.into_dimensionality::<Ix4>().map_err(|_| error())?;
    let (batch, channels, height, width) = view.dim();
    if !matches!(channels, 1 | 3) || batch * height * width == 0 {
        return Err(error());
    }
    let count = batch.min(MOST);
    let scale = if A::NAME == "u8" { 255.0 } else { 1.0 };
    let pixels: Array4<f64> = view.slice(ndarray::s![..count, .., .., ..]).mapv(|value| value.number() / scale);
    let unit = pixels.iter().all(|value| (0.0..=1.0).contains(value));
    let tones = if unit { Tones::Unit } else { Tones::SharedRange };
    let captions: Vec<&str> = match captions {
        [] => Vec::new(),
        some => (0..count).map(|image| some.get(image).copied().unwrap_or("")).collect(),
    };
    let picture = image_grid(&pixels, &captions, columns(count), tones);
    Ok(Formats::from([
        ("image/png", picture.png_base64()),
        ("text/plain", format!("{count} of {batch} images, {channels} x {height} x {width}")),
    ]))
}

/// A grid that is wider than high.
fn columns(count: usize) -> usize {
    let columns = if count <= 8 { count } else { (count as f64).sqrt().ceil() as usize + 2 };
    columns.min(12)
}
