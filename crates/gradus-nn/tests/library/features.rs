//! Features made by hand: by hand, against an obvious definition, invariances, single precision, faults.

use std::f64::consts::PI;

use gradus_check::{Tolerance, compare};
use gradus_nn::features::*;
use gradus_nn::random::generator;
use ndarray::{Array1, Array3, Array4, ArrayRef3, array, s};
use proptest::prelude::*;
use rand::Rng;

/// An image with values from 0 to 255, whole numbers as files have them.
fn image(seed: u64, channels: usize, [height, width]: [usize; 2]) -> Array3<f64> {
    let mut draws = generator(seed);
    Array3::from_shape_simple_fn((channels, height, width), || f64::from(draws.random::<u8>()))
}

/// The histogram of oriented gradients, cell by cell and bin by bin: a pixel is in a bin if its gradient, or the
/// opposite one, points into the bin's sector.
fn hog_by_definition(image: &Array3<f64>, cell: [usize; 2], orientations: usize) -> Array1<f64> {
    let grey = grayscale(image);
    let (height, width) = grey.dim();
    let mut features = Vec::new();
    for i in 0..height / cell[0] {
        for j in 0..width / cell[1] {
            for k in 0..orientations {
                let (from, to) = (180.0 / orientations as f64 * k as f64, 180.0 / orientations as f64 * (k + 1) as f64);
                let mut sum = 0.0;
                for h in i * cell[0]..(i + 1) * cell[0] {
                    for w in j * cell[1]..(j + 1) * cell[1] {
                        let dx = if w + 1 == width { 0.0 } else { grey[[h, w + 1]] - grey[[h, w]] };
                        let dy = if h + 1 == height { 0.0 } else { grey[[h + 1, w]] - grey[[h, w]] };
                        let degrees = dy.atan2(dx) * 180.0 / PI;
                        if [degrees - 180.0, degrees, degrees + 180.0]
                            .into_iter()
                            .any(|angle| from <= angle && angle < to)
                        {
                            sum += (dx * dx + dy * dy).sqrt();
                        }
                    }
                }
                features.push(sum / (cell[0] * cell[1]) as f64);
            }
        }
    }
    Array1::from(features)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hog_agrees_with_its_definition(
        seed in any::<u64>(), color in any::<bool>(), cell in [1_usize..6, 1..6], cells in [1_usize..4, 1..4],
        spare in [0_usize..4, 0..4], orientations in 1_usize..13,
    ) {
        let size = [cell[0] * cells[0] + spare[0] % cell[0], cell[1] * cells[1] + spare[1] % cell[1]];
        let image = image(seed, if color { 3 } else { 1 }, size);
        let feature = hog_feature(&image, HogParams { cell, orientations });
        prop_assert_eq!(feature.len(), cells[0] * cells[1] * orientations);
        let expected = hog_by_definition(&image, cell, orientations);
        prop_assert_eq!(compare(&feature, &expected, Tolerance::new(1e-9, 1e-9)), Ok(()), "seed {}", seed);
    }

    #[test]
    fn hog_does_not_see_a_negative_and_scales_with_the_image(seed in any::<u64>()) {
        let image = image(seed, 1, [16, 17]);
        let feature = hog_feature(&image, HogParams::default());
        prop_assert_eq!(&hog_feature(&image.mapv(|value| 255.0 - value), HogParams::default()), &feature);
        prop_assert_eq!(hog_feature(&(image * 4.0 + 1.0), HogParams::default()), feature * 4.0);
    }

    #[test]
    fn the_colour_histogram_is_of_shares_and_ignores_unit_and_place(seed in any::<u64>(), bins in 1_usize..30) {
        let image = image(seed, 3, [6, 7]);
        let histogram = color_histogram_hsv(&image, bins);
        prop_assert_eq!(histogram.len(), bins);
        prop_assert!((histogram.sum() - 1.0).abs() < 1e-12 && histogram.iter().all(|&share| share >= 0.0));
        prop_assert_eq!(&color_histogram_hsv(&(&image / 256.0), bins), &histogram, "seed {}", seed);
        prop_assert_eq!(color_histogram_hsv(&image.slice(s![.., ..;-1, ..;-1]), bins), histogram, "seed {}", seed);
    }

    #[test]
    fn hue_undoes_the_way_from_hue_to_colour(hue_of in 0.0..1.0_f64, saturation in 0.01..1.0, value in 0.01..255.0) {
        // Each channel of a full colour is a trapezium on the circle of hues.
        let channel = |shift: f64| {
            let sixths = (hue_of * 6.0 + shift).rem_euclid(6.0);
            let full = (sixths.min(4.0 - sixths)).clamp(0.0, 1.0);
            value * (1.0 - saturation * full)
        };
        let found: f64 = hue([channel(5.0), channel(3.0), channel(1.0)]);
        let distance = (found - hue_of).abs();
        prop_assert!(distance.min(1.0 - distance) < 1e-9, "{found} for {hue_of}");
        prop_assert!((0.0..1.0).contains(&found));
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>()) {
        // One channel, so that both precisions see the same steps and no direction changes its bin by rounding.
        let (grey, color) = (image(seed, 1, [16, 16]), image(seed, 3, [8, 8]));
        let single = |image: &Array3<f64>| image.mapv(|value| value as f32);
        let (feature, single_feature) =
            (hog_feature(&grey, HogParams::default()), hog_feature(&single(&grey), HogParams::default()));
        prop_assert_eq!(compare(&single_feature, &feature, Tolerance::single()), Ok(()), "seed {}", seed);
        let grey = grayscale(&single(&color));
        prop_assert_eq!(compare(&grey, &grayscale(&color), Tolerance::single()), Ok(()), "seed {}", seed);
        // 10 bins end at hues that rounding can cross; a few pixels may.
        let (histogram, single_histogram) = (color_histogram_hsv(&color, 10), color_histogram_hsv(&single(&color), 10));
        let moved: f64 = histogram.iter().zip(&single_histogram).map(|(a, &b)| (a - f64::from(b)).abs()).sum();
        prop_assert!(moved < 0.1, "seed {}: {}", seed, moved);
    }
}

#[test]
fn hog_by_hand() {
    let params = HogParams { cell: [2, 2], orientations: 4 };
    // Cells of 2 x 2; bins start at 0, 45, 90 and 135 degrees. Steps (dx, dy), a 3-4-5 triangle among them:
    // row 0: (3, 4) 53 degrees, (0, 0) | row 1: (-1, 2) 117 degrees in the left cell.
    let image = array![[[0.0, 3.0, 3.0, 3.0], [4.0, 3.0, 3.0, 3.0], [6.0, 3.0, 3.0, 1.0]]];
    let by_hand = array![0.0, 5.0 / 4.0, 5.0_f64.sqrt() / 4.0, 0.0, 0.0, 0.0, 2.0 / 4.0, 0.0];
    assert_eq!(compare(&hog_feature(&image, params), &by_hand, Tolerance::double()), Ok(()));
}

#[test]
fn colours_count_in_the_grey_by_their_weights() {
    for (c, weight) in [0.299, 0.587, 0.114].into_iter().enumerate() {
        let mut image = Array3::<f64>::zeros((3, 2, 2));
        image[[c, 0, 1]] = 100.0;
        let grey = grayscale(&image);
        assert!((grey[[0, 1]] - 100.0 * weight).abs() < 1e-12 && grey.sum() == grey[[0, 1]]);
        // One step up to the right and one down below it: lengths that the weight scales.
        let feature = hog_feature(&image, HogParams { cell: [2, 2], orientations: 2 });
        assert_eq!(compare(&feature, &array![100.0 * weight / 4.0, 100.0 * weight / 4.0], Tolerance::double()), Ok(()));
    }
}

#[test]
fn each_direction_has_its_bin() {
    // A plane that rises in direction t, for the middle of each of nine bins, and falls along the opposite one.
    for k in 0..9 {
        let t = (20.0 * k as f64 + 10.0).to_radians();
        let rise =
            |sign: f64| Array3::from_shape_fn((1, 8, 8), |(_, h, w)| sign * (h as f64 * t.sin() + w as f64 * t.cos()));
        for sign in [1.0, -1.0] {
            let feature = hog_feature(&rise(sign).slice(s![.., .., ..]), HogParams::default());
            let strongest = (0..9).max_by(|&a, &b| feature[a].total_cmp(&feature[b]));
            assert_eq!(strongest, Some(k));
            // 49 of 64 pixels have a whole step of length 1.
            assert!(feature[k] >= 49.0 / 64.0 - 1e-12);
        }
    }
    // Straight to the left counts as straight to the right, also where the other step is a negative zero.
    let left = array![[[0.0, -1.0], [-0.0, -1.0]]];
    let params = HogParams { cell: [2, 2], orientations: 9 };
    assert_eq!(hog_feature(&left, params)[0], 0.5);
    assert_eq!(hog_feature(&left.mapv(|value| value as f32), params)[0], 0.5);
}

#[test]
fn hues_by_hand() {
    let hues = [
        ([255.0, 0.0, 0.0], 0.0),
        ([255.0, 255.0, 0.0], 1.0 / 6.0),
        ([0.0, 255.0, 0.0], 1.0 / 3.0),
        ([0.0, 255.0, 255.0], 1.0 / 2.0),
        ([0.0, 0.0, 255.0], 2.0 / 3.0),
        ([255.0, 0.0, 255.0], 5.0 / 6.0),
        ([200.0, 100.0, 150.0], 5.5 / 6.0),
        ([0.0, 0.0, 0.0], 0.0),
    ];
    for (rgb, expected) in hues {
        assert!((hue::<f64>(rgb) - expected).abs() < 1e-15, "{rgb:?}: {}", hue(rgb));
        assert!((hue(rgb.map(|value| value as f32)) - expected as f32).abs() < 1e-6);
    }
    assert_eq!(hue([1.0_f32, 0.0, 1e-9]), 0.0, "a hair below a whole turn is not 1");
}

#[test]
fn features_stand_side_by_side_in_either_layout() {
    let images =
        Array4::from_shape_fn((2, 3, 16, 8), |(n, c, h, w)| ((n * 31 + c * 17 + h * h * 5 + w * 3) % 256) as f64);
    let edges = |image: &ArrayRef3<f64>| hog_feature(image, HogParams::default());
    let colors = |image: &ArrayRef3<f64>| color_histogram_hsv(image, 10);
    let x = extract_features(&images, Layout::ChannelsFirst, &[&edges, &colors]);
    assert_eq!(x.dim(), (2, 2 * 9 + 10));
    for n in 0..2 {
        let image = images.slice(s![n, .., .., ..]);
        assert_eq!(x.slice(s![n, ..18]), hog_feature(&image, HogParams::default()));
        assert_eq!(x.slice(s![n, 18..]), color_histogram_hsv(&image, 10));
    }
    let last = images.permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
    assert_eq!(extract_features(&last, Layout::ChannelsLast, &[&edges, &colors]), x);
    assert_eq!(extract_features(&last, Layout::ChannelsLast, &[]).dim(), (2, 0));
}

#[test]
fn small_colour_images_have_the_courses_numbers_of_features() {
    let images = Array4::<f64>::zeros((1, 3, 32, 32));
    let edges = |image: &ArrayRef3<f64>| hog_feature(image, HogParams::default());
    let (ten, more) = (
        |image: &ArrayRef3<f64>| color_histogram_hsv(image, 10),
        |image: &ArrayRef3<f64>| color_histogram_hsv(image, 25),
    );
    let count = |functions: &[Feature<f64>]| extract_features(&images, Layout::ChannelsFirst, functions).ncols();
    assert_eq!((count(&[&edges]), count(&[&edges, &ten]), count(&[&edges, &more])), (144, 154, 169));
}
