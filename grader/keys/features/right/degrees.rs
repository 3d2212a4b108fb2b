// Plain loops over cells and bins; angles and hues in degrees; private functions.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Array4, s};

type Feature = fn(&Array3<f64>) -> Array1<f64>;

fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    let shape = image.shape();
    let mut gray = Array2::zeros((shape[1], shape[2]));
    for h in 0..shape[1] {
        for w in 0..shape[2] {
            gray[[h, w]] = if shape[0] == 3 {
                image[[2, h, w]] * 0.114 + image[[1, h, w]] * 0.587 + image[[0, h, w]] * 0.299
            } else {
                image[[0, h, w]]
            };
        }
    }
    gray
}

fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    let gray = rgb2gray(image);
    let (height, width) = gray.dim();
    let wide = 180.0 / orientations as f64;
    let mut features = vec![];
    for i in 0..height / cell {
        for j in 0..width / cell {
            let mut sums = vec![0.0; orientations];
            let mut pixels = 0;
            for h in i * cell..i * cell + cell {
                for w in j * cell..j * cell + cell {
                    // At the rim a pixel is its own neighbour.
                    let dx = gray[[h, (w + 1).min(width - 1)]] - gray[[h, w]];
                    let dy = gray[[(h + 1).min(height - 1), w]] - gray[[h, w]];
                    let mut degrees = dy.atan2(dx).to_degrees();
                    while degrees >= 180.0 {
                        degrees -= 180.0;
                    }
                    while degrees < 0.0 {
                        degrees += 180.0;
                    }
                    // What rounding has lifted to 180 is 0.
                    let bin = (degrees / wide).floor() as usize % orientations;
                    sums[bin] += (dx * dx + dy * dy).sqrt();
                    pixels += 1;
                }
            }
            features.extend(sums.iter().map(|sum| sum / pixels as f64));
        }
    }
    Array1::from(features)
}

fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let (_, height, width) = image.dim();
    let share = 1.0 / (height * width) as f64;
    let mut counts = vec![0usize; bins];
    for h in 0..height {
        for w in 0..width {
            let (r, g, b) = (image[[0, h, w]], image[[1, h, w]], image[[2, h, w]]);
            let (v, low) = (r.max(g.max(b)), r.min(g.min(b)));
            let d = v - low;
            let degrees = if d == 0.0 {
                0.0
            } else if v == b {
                240.0 + 60.0 * (r - g) / d
            } else if v == g {
                120.0 + 60.0 * (b - r) / d
            } else if g >= b {
                60.0 * (g - b) / d
            } else {
                360.0 + 60.0 * (g - b) / d
            };
            let bin = (degrees / 360.0 * bins as f64) as usize;
            counts[if bin >= bins { 0 } else { bin }] += 1;
        }
    }
    counts.into_iter().map(|count| count as f64 * share).collect()
}

fn extract_features(images: &Array4<f64>, functions: &[Feature]) -> Array2<f64> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for n in 0..images.shape()[0] {
        let image = images.slice(s![n, .., .., ..]).to_owned();
        let mut row = Vec::new();
        for function in functions {
            for value in function(&image) {
                row.push(value);
            }
        }
        rows.push(row);
    }
    let mut features = Array2::zeros((rows.len(), rows[0].len()));
    for (n, row) in rows.iter().enumerate() {
        for (k, value) in row.iter().enumerate() {
            features[[n, k]] = *value;
        }
    }
    features
}

fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let (train, features) = x_train.dim();
    let mut result = Array2::zeros((x.nrows(), features + 1));
    for j in 0..features {
        let mut mean = 0.0;
        for i in 0..train {
            mean += x_train[[i, j]] / train as f64;
        }
        let mut variance = 0.0;
        let mut all_equal = true;
        for i in 0..train {
            variance += (x_train[[i, j]] - mean).powi(2) / train as f64;
            all_equal &= x_train[[i, j]] == x_train[[0, j]];
        }
        for i in 0..x.nrows() {
            result[[i, j]] = x[[i, j]] - mean;
            if !all_equal {
                result[[i, j]] /= variance.sqrt();
            }
        }
    }
    for i in 0..x.nrows() {
        result[[i, features]] = 1.0;
    }
    result
}

fn tune_classifier(
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
    let (mut best, mut best_rate, mut best_reg) = (-1.0, 0.0, 0.0);
    for i in 0..learning_rates.len() {
        for j in 0..regs.len() {
            let (w, _) = gradus_nn::linear::train_softmax(
                x_train,
                y_train,
                learning_rates[i],
                regs[j],
                iterations,
                100,
                seed,
            );
            let predicted = gradus_nn::linear::predict(&w, x_val);
            let mut right = 0.0;
            for k in 0..y_val.len() {
                if predicted[k] == y_val[k] {
                    right += 1.0;
                }
            }
            accuracies[[i, j]] = right / y_val.len() as f64;
            if accuracies[[i, j]] > best {
                best = accuracies[[i, j]];
                best_rate = learning_rates[i];
                best_reg = regs[j];
            }
        }
    }
    (accuracies, best_rate, best_reg)
}
