// Many small functions and what the library offers: its mean, its column of ones, its grid and its choice of the best.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::linear::{predict, train_softmax};
use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};
use gradus_nn::search::{best, grid_search};
use ndarray::{Array1, Array2, Array3, Array4, ArrayView1, Axis};
use std::f64::consts::PI;

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    image.map_axis(Axis(0), brightness)
}

fn brightness(pixel: ArrayView1<'_, f64>) -> f64 {
    match pixel.to_vec()[..] {
        [gray] => gray,
        [red, green, blue] => 0.114f64.mul_add(blue, 0.587f64.mul_add(green, 0.299 * red)),
        _ => unreachable!("one channel or three"),
    }
}

struct Gradient {
    length: f64,
    /// In half turns, from 0 to below 1.
    direction: f64,
}

fn gradient(gray: &Array2<f64>, h: usize, w: usize) -> Gradient {
    let here = gray[[h, w]];
    let dx = gray.get([h, w + 1]).map_or(0.0, |right| right - here);
    let dy = gray.get([h + 1, w]).map_or(0.0, |below| below - here);
    // The upper one of two opposite arrows.
    let (x, y) = if dy < 0.0 || dy == 0.0 && dx < 0.0 { (-dx, -dy) } else { (dx, dy) };
    Gradient { length: x.hypot(y), direction: y.atan2(x) / PI }
}

pub fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    let gray = rgb2gray(image);
    let (down, across) = (gray.nrows() / cell, gray.ncols() / cell);
    let cells = (0..down).flat_map(|i| (0..across).map(move |j| (i * cell, j * cell)));
    cells.flat_map(|corner| of_cell(&gray, corner, cell, orientations)).collect()
}

fn of_cell(gray: &Array2<f64>, (top, left): (usize, usize), cell: usize, orientations: usize) -> Vec<f64> {
    let mut sums = vec![0.0; orientations];
    for h in top..top + cell {
        for w in left..left + cell {
            let Gradient { length, direction } = gradient(gray, h, w);
            let bin = (0..orientations).rev().find(|&bin| direction * orientations as f64 >= bin as f64);
            sums[bin.unwrap_or(0)] += length;
        }
    }
    sums.into_iter().map(|sum| sum / cell.pow(2) as f64).collect()
}

pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let hues = image.map_axis(Axis(0), |pixel| hue([pixel[0], pixel[1], pixel[2]]));
    let part = 1.0 / bins as f64;
    let mut histogram = Array1::<f64>::zeros(bins);
    hues.iter().for_each(|hue| histogram[((hue / part) as usize).min(bins - 1)] += 1.0);
    let sum = histogram.sum();
    histogram / sum
}

fn hue([red, green, blue]: [f64; 3]) -> f64 {
    let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
    let around = |from: f64, one: f64, other: f64| (from + (one - other) / (high - low)).rem_euclid(6.0) / 6.0;
    match () {
        () if high == low => 0.0,
        () if high == green => around(2.0, blue, red),
        () if high == blue => around(4.0, red, green),
        () => around(6.0, green, blue),
    }
}

pub fn extract_features(images: &Array4<f64>, functions: &[fn(&Array3<f64>) -> Array1<f64>]) -> Array2<f64> {
    let of_image = |image: Array3<f64>| functions.iter().flat_map(|function| function(&image)).collect::<Array1<f64>>();
    let mut rows = images.outer_iter().map(|image| of_image(image.to_owned()));
    let mut features = rows.next().unwrap().insert_axis(Axis(0));
    for row in rows {
        features.push_row(row.view()).unwrap();
    }
    features
}

pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mean = mean_image(x_train);
    let centred = subtract_mean(x_train, &mean);
    let deviations = centred.map_axis(Axis(0), |column| (column.dot(&column) / column.len() as f64).sqrt());
    let constant = x_train.map_axis(Axis(0), |column| column.windows(2).into_iter().all(|two| two[0] == two[1]));
    let divisors: Array1<f64> =
        deviations.iter().zip(&constant).map(|(&deviation, &constant)| if constant { 1.0 } else { deviation }).collect();
    add_bias_column(&(subtract_mean(x, &mean) / &divisors))
}

pub fn tune_classifier(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    seed: u64,
) -> (Array2<f64>, f64, f64) {
    let pairs = grid_search([&learning_rates.to_vec(), &regs.to_vec()]);
    let (chosen, shares) = best(&pairs, |&[rate, reg]| {
        let (w, _) = train_softmax(x_train, y_train, rate, reg, iterations, 100, seed);
        accuracy(&predict(&w, x_val), y_val)
    });
    let [rate, reg] = pairs[chosen];
    (Array2::from_shape_vec((learning_rates.len(), regs.len()), shares).unwrap(), rate, reg)
}
