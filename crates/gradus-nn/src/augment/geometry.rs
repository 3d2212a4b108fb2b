//! Moving pixels: crop, flip, rotation, scale.

use std::ops::RangeInclusive;

use ndarray::{Array4, ArrayRef4, Axis, s};
use rand::Rng;

use super::{require_amount, require_amounts, require_range, uniform};
use crate::Scalar;

/// Surrounds each image with `padding` zeros on every side, and cuts a window of the image's own size out at its
/// `(top, left)` corner:
///
/// `out[n, c, i, j] = padded[n, c, i + top_n, j + left_n]`
///
/// The corner `(padding, padding)` gives the image itself.
///
/// Shapes: `x` and result (batch, channels, height, width), `corners` (batch), each from 0 to `2 * padding`.
///
/// # Panics
/// If there is not one corner for each image, or one lies too far out.
///
/// ```
/// use gradus_nn::augment::crop_with_padding;
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0], [3.0, 4.0]]]];
/// assert_eq!(crop_with_padding(&x, 1, &[(2, 1)]), array![[[[3.0, 4.0], [0.0, 0.0]]]]); // one up
/// ```
#[track_caller]
pub fn crop_with_padding<F: Scalar>(x: &ArrayRef4<F>, padding: usize, corners: &[(usize, usize)]) -> Array4<F> {
    require_amounts("crop_with_padding", x, "corners", corners.len());
    let (batch, channels, height, width) = x.dim();
    let mut out = Array4::zeros((batch, channels, height, width));
    for (n, &(top, left)) in corners.iter().enumerate() {
        let furthest = 2 * padding;
        assert!(
            top <= furthest && left <= furthest,
            "crop_with_padding: corners must be at most twice the padding, {furthest}, but corners[{n}] is ({top}, {left})"
        );
        // Where the window and the image overlap: first in the window, then in the image, and how far.
        let overlap = |start: usize, size: usize| {
            let (window, image) = (padding.saturating_sub(start), start.saturating_sub(padding));
            (window.min(size), image.min(size), size.saturating_sub(window.max(image)))
        };
        let ((i, from_i, rows), (j, from_j, columns)) = (overlap(top, height), overlap(left, width));
        let seen = x.slice(s![n, .., from_i..from_i + rows, from_j..from_j + columns]);
        out.slice_mut(s![n, .., i..i + rows, j..j + columns]).assign(&seen);
    }
    out
}

/// [`crop_with_padding`] at corners drawn uniformly, for each image first the top, then the left: moves what is on the
/// image by up to `padding` pixels each way.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: He et al., *Deep residual learning for image recognition*, 2016, section 4.2, with padding 4 on 32 x 32.
///
/// ```
/// use gradus_nn::{augment::random_crop, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::ones((8, 3, 32, 32));
/// assert_eq!(random_crop(&x, 4, &mut generator(231)).dim(), (8, 3, 32, 32));
/// ```
pub fn random_crop<F: Scalar>(x: &ArrayRef4<F>, padding: usize, generator: &mut impl Rng) -> Array4<F> {
    let mut draw = || generator.random_range(0..=2 * padding);
    let corners: Vec<_> = (0..x.dim().0).map(|_| (draw(), draw())).collect();
    crop_with_padding(x, padding, &corners)
}

/// Mirrors each image left to right: `out[n, c, i, j] = x[n, c, i, width - 1 - j]`.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// ```
/// use gradus_nn::augment::horizontal_flip;
/// use ndarray::array;
/// assert_eq!(horizontal_flip(&array![[[[1.0, 2.0, 3.0]]]]), array![[[[3.0, 2.0, 1.0]]]]);
/// ```
pub fn horizontal_flip<F: Scalar>(x: &ArrayRef4<F>) -> Array4<F> {
    x.slice(s![.., .., .., ..;-1]).to_owned()
}

/// [`horizontal_flip`] of each image with probability `p`. Leave it out where left and right matter, as in digits.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: Krizhevsky, Sutskever and Hinton, *ImageNet classification with deep convolutional neural networks*, 2012.
///
/// # Panics
/// If `p` is not from 0 to 1.
///
/// ```
/// use gradus_nn::{augment::random_horizontal_flip, random::generator};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0]]], [[[3.0, 4.0]]]];
/// assert_eq!(random_horizontal_flip(&x, 1.0, &mut generator(231)), array![[[[2.0, 1.0]]], [[[4.0, 3.0]]]]);
/// ```
#[track_caller]
pub fn random_horizontal_flip<F: Scalar>(x: &ArrayRef4<F>, p: f64, generator: &mut impl Rng) -> Array4<F> {
    assert!((0.0..=1.0).contains(&p), "random_horizontal_flip: p must be from 0 to 1, but is {p}");
    let mut out = x.to_owned();
    for mut image in out.outer_iter_mut() {
        if generator.random::<f64>() < p {
            let mirrored = image.slice(s![.., .., ..;-1]).to_owned();
            image.assign(&mirrored);
        }
    }
    out
}

/// Turns each image about its centre by an angle in degrees, counter-clockwise as one sees it.
///
/// With `u` the columns right of the centre and `v` the rows below it, the pixel at `(v, u)` comes from
///
/// `u' = u * cos(angle) - v * sin(angle)`, `v' = u * sin(angle) + v * cos(angle)`
///
/// by bilinear interpolation of the four pixels around it; outside the image all is 0.
///
/// Shapes: `x` and result (batch, channels, height, width), `degrees` (batch).
///
/// Source: Gonzalez and Woods, *Digital image processing*, section 2.6 (spatial transformations).
///
/// # Panics
/// If there is not one angle for each image.
///
/// ```
/// use gradus_nn::augment::rotate;
/// use ndarray::array;
/// let turned = rotate(&array![[[[1.0, 2.0], [3.0, 4.0]]]], &[90.0]);
/// assert!((&turned - &array![[[[2.0, 4.0], [1.0, 3.0]]]]).iter().all(|difference: &f64| difference.abs() < 1e-12));
/// ```
#[track_caller]
pub fn rotate<F: Scalar>(x: &ArrayRef4<F>, degrees: &[f64]) -> Array4<F> {
    require_amounts("rotate", x, "degrees", degrees.len());
    warp(x, |n| {
        let (sine, cosine) = degrees[n].to_radians().sin_cos();
        [[cosine, sine], [-sine, cosine]]
    })
}

/// [`rotate`] by angles drawn uniformly from `-max_degrees` to `max_degrees`.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: Simard, Steinkraus and Platt, *Best practices for convolutional neural networks applied to visual document
/// analysis*, 2003 (affine distortions).
///
/// # Panics
/// If `max_degrees` is below 0 or not finite.
///
/// ```
/// use gradus_nn::{augment::random_rotation, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::ones((8, 3, 32, 32));
/// let turned = random_rotation(&x, 15.0, &mut generator(231));
/// assert!((turned[[0, 0, 16, 16]] - 1.0).abs() < 1e-6);
/// ```
#[track_caller]
pub fn random_rotation<F: Scalar>(x: &ArrayRef4<F>, max_degrees: f64, generator: &mut impl Rng) -> Array4<F> {
    require_amount("random_rotation", "max_degrees", max_degrees);
    rotate(x, &uniform(x.dim().0, &(-max_degrees..=max_degrees), generator))
}

/// Magnifies each image about its centre by a factor; below 1 it shrinks, with zeros around it.
///
/// With `u` the columns right of the centre and `v` the rows below it, the pixel at `(v, u)` comes from
/// `(v / factor, u / factor)` by bilinear interpolation; outside the image all is 0.
///
/// Shapes: `x` and result (batch, channels, height, width), `factors` (batch).
///
/// Source: Gonzalez and Woods, *Digital image processing*, section 2.6 (spatial transformations).
///
/// # Panics
/// If there is not one factor for each image, or a factor is not above 0.
///
/// ```
/// use gradus_nn::augment::scale;
/// use ndarray::array;
/// assert_eq!(scale(&array![[[[2.0, 4.0, 8.0]]]], &[2.0]), array![[[[3.0, 4.0, 6.0]]]]);
/// ```
#[track_caller]
pub fn scale<F: Scalar>(x: &ArrayRef4<F>, factors: &[f64]) -> Array4<F> {
    require_amounts("scale", x, "factors", factors.len());
    if let Some((n, factor)) = factors.iter().enumerate().find(|&(_, &factor)| !(factor > 0.0 && factor.is_finite())) {
        panic!("scale: factors must be above 0 and finite, but factors[{n}] is {factor}");
    }
    warp(x, |n| [[1.0 / factors[n], 0.0], [0.0, 1.0 / factors[n]]])
}

/// [`scale`] by factors drawn uniformly from a range.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: Simonyan and Zisserman, *Very deep convolutional networks for large-scale image recognition*, 2015, section
/// 3.1 (scale jittering).
///
/// # Panics
/// If the range is empty or does not begin above 0.
///
/// ```
/// use gradus_nn::{augment::random_scale, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::ones((8, 3, 32, 32));
/// let larger = random_scale(&x, 1.0..=1.25, &mut generator(231));
/// assert!(larger.iter().all(|value| (value - 1.0).abs() < 1e-6));
/// ```
#[track_caller]
pub fn random_scale<F: Scalar>(x: &ArrayRef4<F>, factors: RangeInclusive<f64>, generator: &mut impl Rng) -> Array4<F> {
    require_range("random_scale", "factors", &factors);
    assert!(*factors.start() > 0.0, "random_scale: factors must be above 0, but begin at {}", factors.start());
    scale(x, &uniform(x.dim().0, &factors, generator))
}

/// Fills each pixel `(v, u)` of image `n`, counted from the centre, from where `matrices(n)` sends it.
fn warp<F: Scalar>(x: &ArrayRef4<F>, matrices: impl Fn(usize) -> [[f64; 2]; 2]) -> Array4<F> {
    let (_, _, height, width) = x.dim();
    let (middle_i, middle_j) = (height.saturating_sub(1) as f64 / 2.0, width.saturating_sub(1) as f64 / 2.0);
    let mut out = Array4::zeros(x.dim());
    for (n, mut image) in out.axis_iter_mut(Axis(0)).enumerate() {
        let [[vv, vu], [uv, uu]] = matrices(n);
        for i in 0..height {
            for j in 0..width {
                let (v, u) = (i as f64 - middle_i, j as f64 - middle_j);
                let (source_i, source_j) = (vv * v + vu * u + middle_i, uv * v + uu * u + middle_j);
                for (pixel_i, pixel_j, weight) in neighbours(source_i, source_j, height, width) {
                    for (channel, value) in image.slice_mut(s![.., i, j]).iter_mut().enumerate() {
                        *value += F::cast(weight) * x[[n, channel, pixel_i, pixel_j]];
                    }
                }
            }
        }
    }
    out
}

/// The pixels around a place, with the share of each in its value; those outside the image are left out.
fn neighbours(i: f64, j: f64, height: usize, width: usize) -> impl Iterator<Item = (usize, usize, f64)> {
    let (top, left) = (i.floor(), j.floor());
    let (down, right) = (i - top, j - left);
    let corners = [
        (top, left, (1.0 - down) * (1.0 - right)),
        (top, left + 1.0, (1.0 - down) * right),
        (top + 1.0, left, down * (1.0 - right)),
        (top + 1.0, left + 1.0, down * right),
    ];
    let inside = move |&(i, j, weight): &(f64, f64, f64)| {
        weight > 0.0 && (0.0..height as f64).contains(&i) && (0.0..width as f64).contains(&j)
    };
    corners.into_iter().filter(inside).map(|(i, j, weight)| (i as usize, j as usize, weight))
}
