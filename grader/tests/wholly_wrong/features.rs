//! Answers to `features` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::features::Functions;
use gradus_question::Answer;
use ndarray::{Array1, Array2};

use super::{Seen, once};

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::features::first_right()
}

/// How many features each of the functions with these numbers gives.
fn width(numbers: &Array1<usize>, shape: &[usize]) -> usize {
    let [channels, height, width] = [shape[1], shape[2], shape[3]];
    numbers.iter().map(|number| [channels, 2, width, channels * height * width][*number]).sum()
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr) => {
        Functions {
            rgb2gray: Some(|image| Array2::from_elem((image.dim().1, image.dim().2), $value)),
            hog_feature: Some(|image, cell, orientations| {
                Array1::from_elem(image.dim().1 / cell * (image.dim().2 / cell) * orientations, $value)
            }),
            color_histogram_hsv: Some(|_, bins| Array1::from_elem(bins, $value)),
            extract_features: Some(|images, numbers| {
                Array2::from_elem((images.dim().0, width(numbers, images.shape())), $value)
            }),
            standardize: Some(|x, _| Array2::from_elem((x.nrows(), x.ncols() + 1), $value)),
            tune_classifier: Some(|_, _, _, _, rates, regs, _, _| {
                (Array2::from_elem((rates.len(), regs.len()), $value), rates[0], regs[0])
            }),
        }
    };
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    vec![
        ("zeros", filled_with!(0.0)),
        ("ones", filled_with!(1.0)),
        ("not numbers", filled_with!(f64::NAN)),
        (
            "the same share everywhere",
            Functions {
                rgb2gray: Some(|image| {
                    Array2::from_elem((image.dim().1, image.dim().2), image.mean().unwrap_or_default())
                }),
                hog_feature: Some(|image, cell, orientations| {
                    let features = image.dim().1 / cell * (image.dim().2 / cell) * orientations;
                    Array1::from_elem(features, image.std(0.0) / orientations as f64)
                }),
                color_histogram_hsv: Some(|_, bins| Array1::from_elem(bins, 1.0 / bins as f64)),
                extract_features: Some(|images, numbers| {
                    Array2::from_elem((images.dim().0, width(numbers, images.shape())), images.mean().unwrap_or(0.0))
                }),
                standardize: Some(|x, _| {
                    Array2::from_shape_fn((x.nrows(), x.ncols() + 1), |(_, j)| f64::from(u8::from(j == x.ncols())))
                }),
                tune_classifier: Some(|_, y_train, _, _, rates, regs, _, _| {
                    let classes = y_train.iter().max().map_or(1, |label| label + 1);
                    (Array2::from_elem((rates.len(), regs.len()), 1.0 / classes as f64), rates[0], regs[0])
                }),
            },
        ),
        (
            "wrong shapes",
            Functions {
                rgb2gray: Some(|_| Array2::zeros((0, 0))),
                hog_feature: Some(|_, _, _| Array1::zeros(0)),
                color_histogram_hsv: Some(|_, bins| Array1::zeros(bins + 1)),
                extract_features: Some(|_, _| Array2::zeros((0, 0))),
                standardize: Some(|x, _| x.clone()),
                tune_classifier: Some(|_, _, _, _, _, _, _, _| (Array2::zeros((0, 0)), 0.0, 0.0)),
            },
        ),
        (
            "the first result for each shape",
            Functions {
                rgb2gray: Some(|image| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[image.shape()], || (right().rgb2gray.expect("it has it"))(image))
                }),
                hog_feature: Some(|image, cell, bins| {
                    static SEEN: Seen<Array1<f64>> = Mutex::new(BTreeMap::new());
                    let shape = [image.shape(), &[cell, bins]].concat();
                    once(&SEEN, &[&shape], || (right().hog_feature.expect("it has it"))(image, cell, bins))
                }),
                color_histogram_hsv: Some(|image, bins| {
                    static SEEN: Seen<Array1<f64>> = Mutex::new(BTreeMap::new());
                    let shape = [image.shape(), &[bins]].concat();
                    once(&SEEN, &[&shape], || (right().color_histogram_hsv.expect("it has it"))(image, bins))
                }),
                extract_features: Some(|images, numbers| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    let shape = [images.shape(), &numbers.to_vec()].concat();
                    once(&SEEN, &[&shape], || (right().extract_features.expect("it has it"))(images, numbers))
                }),
                standardize: Some(|x, x_train| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    let shape = [x.shape(), x_train.shape()].concat();
                    once(&SEEN, &[&shape], || (right().standardize.expect("it has it"))(x, x_train))
                }),
                tune_classifier: Some(|x_train, y_train, x_val, y_val, rates, regs, iterations, seed| {
                    static SEEN: Seen<(Array2<f64>, f64, f64)> = Mutex::new(BTreeMap::new());
                    let shape = [x_train.shape(), x_val.shape(), rates.shape(), regs.shape()].concat();
                    once(&SEEN, &[&shape], || {
                        let tune = right().tune_classifier.expect("it has it");
                        tune(x_train, y_train, x_val, y_val, rates, regs, iterations, seed)
                    })
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
