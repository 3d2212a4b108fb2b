//! Reference answers of assignment `features`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::FeatureFunction;
use gradus_nn::linear::predict;
use gradus_nn::linear::train_softmax;
use gradus_nn::metrics::accuracy;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::Array3;
use ndarray::Array4;
use ndarray::Axis;
use std::f64::consts::PI;

/// An image in grey.
///
/// - `image`: (channels, height, width), with three channels, red, green and blue, or with one
/// - returns `0.299 red + 0.587 green + 0.114 blue`, or the only channel as it is: (height, width)
pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let (channels, height, width) = image.dim();
    if channels == 1 {
        return image.index_axis(Axis(0), 0).to_owned();
    }
    let mut gray = Array2::zeros((height, width));
    for (channel, weight) in image.outer_iter().zip([0.299, 0.587, 0.114]) {
        gray.scaled_add(weight, &channel);
    }
    gray
}

/// The histogram of oriented gradients of an image.
///
/// - `image`: (channels, height, width), with three channels or one
/// - `cell`: height and width of a cell in pixels
/// - `orientations`: number of bins of the half circle
/// - returns the features (cells down * cells across * orientations)
pub fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    let gray = rgb2gray(image);
    let (height, width) = gray.dim();
    let (down, across) = (height / cell, width / cell);
    let mut histogram = Array3::zeros((down, across, orientations));
    for h in 0..down * cell {
        for w in 0..across * cell {
            let dx = if w + 1 < width { gray[[h, w + 1]] - gray[[h, w]] } else { 0.0 };
            let dy = if h + 1 < height { gray[[h + 1, w]] - gray[[h, w]] } else { 0.0 };
            let angle = dy.atan2(dx).rem_euclid(PI);
            // Rounding can take an angle just below the half circle onto its end.
            let bin = ((orientations as f64 * angle / PI) as usize).min(orientations - 1);
            histogram[[h / cell, w / cell, bin]] += dx.hypot(dy) / (cell * cell) as f64;
        }
    }
    histogram.into_iter().collect()
}

/// The histogram of an image's hues, as shares of its pixels.
///
/// - `image`: (3, height, width), red, green and blue
/// - `bins`: number of parts of the circle of colours
/// - returns the shares (bins), which add up to 1
pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let pixels = image.lanes(Axis(0));
    let mut histogram = Array1::zeros(bins);
    for pixel in pixels {
        let bin = (bins as f64 * hue(pixel[0], pixel[1], pixel[2])) as usize;
        histogram[bin.min(bins - 1)] += 1.0;
    }
    histogram / (image.len() / 3) as f64
}

/// The hue of a colour, from 0 to 1; 0 for grey.
fn hue(red: f64, green: f64, blue: f64) -> f64 {
    let largest = red.max(green).max(blue);
    let range = largest - red.min(green).min(blue);
    let sixths = if range == 0.0 {
        0.0
    } else if largest == red {
        ((green - blue) / range).rem_euclid(6.0)
    } else if largest == green {
        2.0 + (blue - red) / range
    } else {
        4.0 + (red - green) / range
    };
    sixths / 6.0
}

/// The results of feature functions, side by side, for each image.
///
/// - `images`: (batch, channels, height, width)
/// - `functions`: at least one
/// - returns the features (batch, features), with the functions' results in the order of the functions
pub fn extract_features(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64> {
    let batch = images.len_of(Axis(0));
    let mut features = Vec::new();
    for image in images.outer_iter() {
        let image = image.to_owned();
        for function in functions {
            features.extend(function(&image));
        }
    }
    Array2::from_shape_vec((batch, features.len() / batch), features).expect("as many features for each image")
}

/// Features with the training examples' mean and deviation taken out, and a column of ones behind.
///
/// - `x`: features (batch, features)
/// - `x_train`: the training examples' features (train, features)
/// - returns (batch, features + 1)
pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let n = x_train.nrows() as f64;
    // The last column stays as it is.
    let mut result = Array2::ones((x.nrows(), x.ncols() + 1));
    for (j, train) in x_train.columns().into_iter().enumerate() {
        let mean = train.sum() / n;
        let square: f64 = train.iter().map(|value| (value - mean) * (value - mean)).sum();
        let is_constant = train.iter().all(|&value| value == train[0]);
        let divisor = if is_constant { 1.0 } else { (square / n).sqrt() };
        result.column_mut(j).assign(&((&x.column(j) - mean) / divisor));
    }
    result
}

/// Tries all pairs of learning rates and strengths of regularisation.
///
/// - `x_train`, `y_train`: what is trained on (train, features), (train)
/// - `x_val`, `y_val`: what the accuracy is measured on (validation, features), (validation)
/// - `learning_rates`, `regs`: what to try, at least one of each
/// - `iterations`, `seed`: for each training, with mini-batches of 100
/// - returns the accuracies (rates, strengths), and the learning rate and the strength of the best
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
    let mut accuracies = Array2::zeros((learning_rates.len(), regs.len()));
    let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
    for ((i, j), share) in accuracies.indexed_iter_mut() {
        let (w, _) = train_softmax(x_train, y_train, learning_rates[i], regs[j], iterations, 100, seed);
        *share = accuracy(&predict(&w, x_val), y_val);
        if *share > best.0 {
            best = (*share, learning_rates[i], regs[j]);
        }
    }
    (accuracies, best.1, best.2)
}
