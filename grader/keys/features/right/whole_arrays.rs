// Operations on whole arrays: slices for the steps, the arc tangent of their ratio, scores in place of an own product.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::FeatureFunction;
use gradus_nn::linear::train_softmax;
use ndarray::{Array1, Array2, Array3, Array4, Axis, Zip, array, concatenate, s};

pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    match image.len_of(Axis(0)) {
        1 => image.sum_axis(Axis(0)),
        _ => (image * &array![0.299, 0.587, 0.114].insert_axis(Axis(1)).insert_axis(Axis(2))).sum_axis(Axis(0)),
    }
}

pub fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    let gray = rgb2gray(image);
    let (mut dx, mut dy) = (Array2::zeros(gray.dim()), Array2::zeros(gray.dim()));
    dx.slice_mut(s![.., ..-1]).assign(&(&gray.slice(s![.., 1..]) - &gray.slice(s![.., ..-1])));
    dy.slice_mut(s![..-1, ..]).assign(&(&gray.slice(s![1.., ..]) - &gray.slice(s![..-1, ..])));
    let strength = (&dx * &dx + &dy * &dy).mapv_into(f64::sqrt);
    // Opposite steps have the same ratio. Without any change it is NaN, which becomes bin 0, with a strength of 0.
    let place = (dy / dx).mapv_into(|ratio: f64| {
        let half_turns = ratio.atan() / std::f64::consts::PI;
        orientations as f64 * if half_turns < 0.0 { half_turns + 1.0 } else { half_turns }
    });
    let bins = place.mapv(|place| (place as usize).min(orientations - 1));
    let blocks = strength.exact_chunks((cell, cell)).into_iter().zip(bins.exact_chunks((cell, cell)));
    let mut features = Vec::new();
    for (strength, bins) in blocks {
        let mut sums = Array1::<f64>::zeros(orientations);
        Zip::from(&strength).and(&bins).for_each(|strength, &bin| sums[bin] += strength);
        features.extend(sums / strength.len() as f64);
    }
    Array1::from_vec(features)
}

pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    let hues: Vec<f64> = image
        .lanes(Axis(0))
        .into_iter()
        .map(|pixel| {
            // From the largest channel on, the other two in the order of the circle.
            let first = (0..3).rev().max_by(|&a, &b| pixel[a].total_cmp(&pixel[b])).unwrap();
            let (next, last) = (pixel[(first + 1) % 3], pixel[(first + 2) % 3]);
            let range = pixel[first] - next.min(last);
            let hue = if range > 0.0 { 2.0 * first as f64 + (next - last) / range } else { 0.0 };
            (hue + 6.0) % 6.0 / 6.0
        })
        .collect();
    let count = |bin: usize| {
        let (from, to) = (bin as f64 / bins as f64, (bin + 1) as f64 / bins as f64);
        hues.iter().filter(|hue| (from..to).contains(*hue)).count() as f64
    };
    (0..bins).map(count).collect::<Array1<f64>>() / hues.len() as f64
}

pub fn extract_features(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64> {
    let blocks: Vec<Array2<f64>> = functions
        .iter()
        .map(|function| {
            let rows: Vec<_> = images.outer_iter().map(|image| function(&image.to_owned())).collect();
            let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
            ndarray::stack(Axis(0), &views).unwrap()
        })
        .collect();
    let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    concatenate(Axis(1), &views).unwrap()
}

pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mean = x_train.mean_axis(Axis(0)).unwrap();
    let largest = x_train.fold_axis(Axis(0), f64::NEG_INFINITY, |a: &f64, b| a.max(*b));
    let smallest = x_train.fold_axis(Axis(0), f64::INFINITY, |a: &f64, b| a.min(*b));
    let mut deviation = x_train.std_axis(Axis(0), 0.0);
    Zip::from(&mut deviation).and(&largest).and(&smallest).for_each(|deviation, largest, smallest| {
        if largest == smallest {
            *deviation = 1.0;
        }
    });
    concatenate![Axis(1), (x - &mean) / &deviation, Array2::ones((x.nrows(), 1))]
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
    let accuracies = Array2::from_shape_fn((learning_rates.len(), regs.len()), |(i, j)| {
        let (w, _) = train_softmax(x_train, y_train, learning_rates[i], regs[j], iterations, 100, seed);
        let scores = x_val.dot(&w);
        let hit = |(row, label): (ndarray::ArrayView1<f64>, &usize)| {
            // Of equal scores the first.
            let best = (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            f64::from(u8::from(best == *label))
        };
        scores.outer_iter().zip(y_val).map(hit).sum::<f64>() / y_val.len() as f64
    });
    let highest = accuracies.fold(0.0_f64, |a, &b| a.max(b));
    let place = accuracies.indexed_iter().find(|(_, share)| **share == highest).unwrap().0;
    (accuracies, learning_rates[place.0], regs[place.1])
}
