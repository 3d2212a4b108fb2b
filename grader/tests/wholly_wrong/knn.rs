//! Answers to `knn` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::sync::Mutex;

use gradus_assignments::knn::Functions;
use gradus_question::Answer;
use ndarray::{Array1, Array2};

use super::{Seen, once};

/// A right answer, for those that give it at the wrong time.
fn reference() -> Functions {
    crate::museum::knn::first_right()
}

type Distances = fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>;

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    let distances = |function: Distances| Functions {
        compute_distances_two_loops: Some(function),
        compute_distances_one_loop: Some(function),
        compute_distances_no_loops: Some(function),
        ..Functions::default()
    };
    vec![
        (
            "zeros",
            Functions {
                predict_labels: Some(|distances, _, _| Array1::zeros(distances.nrows())),
                cross_validate: Some(|_, _, ks, folds| Array2::zeros((ks.len(), folds))),
                ..distances(|x, x_train| Array2::zeros((x.nrows(), x_train.nrows())))
            },
        ),
        (
            "constants",
            Functions {
                predict_labels: Some(|distances, y_train, _| Array1::from_elem(distances.nrows(), y_train[0])),
                cross_validate: Some(|_, _, ks, folds| Array2::ones((ks.len(), folds))),
                ..distances(|x, x_train| {
                    Array2::from_elem((x.nrows(), x_train.nrows()), (2.0 * x.ncols() as f64).sqrt())
                })
            },
        ),
        (
            "the share of the most frequent label",
            Functions {
                predict_labels: Some(|distances, y_train, _| {
                    Array1::from_elem(distances.nrows(), most_frequent(y_train))
                }),
                cross_validate: Some(|_, y, ks, folds| {
                    let label = most_frequent(y);
                    Array2::from_shape_fn((ks.len(), folds), |(_, fold)| {
                        let fold: Vec<_> = y.iter().skip(fold * (y.len() / folds)).take(y.len() / folds).collect();
                        fold.iter().filter(|other| ***other == label).count() as f64 / fold.len() as f64
                    })
                }),
                ..distances(|x, x_train| Array2::from_elem((x.nrows(), x_train.nrows()), x.sum() - x_train.sum()))
            },
        ),
        (
            "not numbers",
            Functions {
                predict_labels: Some(|distances, _, _| Array1::from_elem(distances.nrows(), usize::MAX)),
                cross_validate: Some(|_, _, ks, folds| Array2::from_elem((ks.len(), folds), f64::NAN)),
                ..distances(|x, x_train| Array2::from_elem((x.nrows(), x_train.nrows()), f64::NAN))
            },
        ),
        (
            "wrong shapes",
            Functions {
                predict_labels: Some(|distances, _, _| Array1::zeros(distances.nrows() + 1)),
                cross_validate: Some(|_, _, _, _| Array2::zeros((0, 0))),
                ..distances(|_, _| Array2::zeros((0, 0)))
            },
        ),
        (
            "the first result for each shape",
            Functions {
                compute_distances_two_loops: Some(|x, x_train| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(std::collections::BTreeMap::new());
                    once(&SEEN, &[x.shape()], || {
                        (reference().compute_distances_two_loops.expect("it has it"))(x, x_train)
                    })
                }),
                compute_distances_one_loop: Some(|x, x_train| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(std::collections::BTreeMap::new());
                    once(&SEEN, &[x.shape()], || {
                        (reference().compute_distances_two_loops.expect("it has it"))(x, x_train)
                    })
                }),
                compute_distances_no_loops: Some(|x, x_train| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(std::collections::BTreeMap::new());
                    once(&SEEN, &[x.shape()], || {
                        (reference().compute_distances_no_loops.expect("it has it"))(x, x_train)
                    })
                }),
                predict_labels: Some(|distances, y_train, k| {
                    static SEEN: Seen<Array1<usize>> = Mutex::new(std::collections::BTreeMap::new());
                    once(&SEEN, &[distances.shape()], || {
                        (reference().predict_labels.expect("it has it"))(distances, y_train, k)
                    })
                }),
                cross_validate: Some(|x, y, ks, folds| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(std::collections::BTreeMap::new());
                    once(&SEEN, &[x.shape()], || (reference().cross_validate.expect("it has it"))(x, y, ks, folds))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}

fn most_frequent(y: &Array1<usize>) -> usize {
    let count = |label: &usize| y.iter().filter(|other| *other == label).count();
    y.iter().copied().max_by_key(count).unwrap_or(0)
}
