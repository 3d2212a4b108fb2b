//! Answers to `svm` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::svm::Functions;
use gradus_question::Answer;
use ndarray::{Array1, Array2};

use super::{Classifier, Seen, falling, once, weights};

/// A right answer, for those that give it at the wrong time.
fn reference() -> Functions {
    crate::museum::svm::first_right()
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    let classifier = |function| Functions {
        svm_classifier_loss_naive: Some(function),
        svm_classifier_loss: Some(function),
        ..Functions::default()
    };
    let shapeless: Classifier = |_, _, _, _| (2.0, Array2::ones((1, 1)));
    vec![
        (
            "zeros",
            Functions {
                svm_loss: Some(|x, _| (0.0, Array2::zeros(x.raw_dim()))),
                train_svm: Some(|x, y, _, _, iterations, _, _| (weights(x, y, 0.0), vec![0.0; iterations])),
                search: Some(|_, _, _, _, rates, regs, _, _, _| (0.0, 0.0, Array2::zeros((rates.len(), regs.len())))),
                predict: Some(|_, x| Array1::zeros(x.nrows())),
                ..classifier(|w, _, _, _| (0.0, Array2::zeros(w.raw_dim())))
            },
        ),
        (
            "constants",
            Functions {
                svm_loss: Some(|x, _| (x.ncols() as f64 - 1.0, Array2::from_elem(x.raw_dim(), 0.1))),
                train_svm: Some(|x, y, _, _, iterations, _, _| (weights(x, y, 0.1), falling(iterations))),
                search: Some(|_, _, _, _, rates, regs, _, _, _| {
                    (rates[0], regs[0], Array2::ones((rates.len(), regs.len())))
                }),
                predict: Some(|w, x| Array1::from_elem(x.nrows(), w.ncols() - 1)),
                ..classifier(|w, _, _, _| (w.ncols() as f64 - 1.0, Array2::from_elem(w.raw_dim(), 0.1)))
            },
        ),
        (
            "not numbers",
            Functions {
                svm_loss: Some(|x, _| (f64::NAN, Array2::from_elem(x.raw_dim(), f64::NAN))),
                train_svm: Some(|x, y, _, _, n, _, _| (weights(x, y, f64::NAN), vec![f64::NAN; n])),
                search: Some(|_, _, _, _, rates, regs, _, _, _| {
                    (f64::NAN, f64::NAN, Array2::from_elem((rates.len(), regs.len()), f64::NAN))
                }),
                predict: Some(|_, x| Array1::from_elem(x.nrows(), usize::MAX)),
                ..classifier(|w, _, _, _| (f64::INFINITY, Array2::from_elem(w.raw_dim(), f64::INFINITY)))
            },
        ),
        (
            "another function with its own gradient",
            Functions {
                svm_loss: Some(|x, _| (x.sum(), Array2::ones(x.raw_dim()))),
                train_svm: Some(|x, y, rate, _, n, _, _| (weights(x, y, -rate * n as f64), falling(n))),
                search: Some(|_, _, _, _, rates, regs, _, _, _| {
                    (
                        rates.sum(),
                        regs.sum(),
                        Array2::from_shape_fn((rates.len(), regs.len()), |(i, j)| rates[i] * regs[j]),
                    )
                }),
                predict: Some(|_, x| (0..x.nrows()).map(|i| i % 2).collect()),
                ..classifier(|w, _, _, reg| (w.sum() + reg * (w * w).sum(), w.mapv(|weight| 1.0 + 2.0 * reg * weight)))
            },
        ),
        (
            "wrong shapes",
            Functions {
                svm_loss: Some(|_, _| (1.0, Array2::zeros((0, 0)))),
                train_svm: Some(|_, _, _, _, _, _, _| (Array2::zeros((1, 1)), Vec::new())),
                search: Some(|_, _, _, _, _, _, _, _, _| (0.0, 0.0, Array2::zeros((0, 0)))),
                predict: Some(|_, x| Array1::zeros(x.nrows() + 1)),
                ..classifier(shapeless)
            },
        ),
        (
            "the first result for each shape",
            Functions {
                svm_loss: Some(|x, y| {
                    static SEEN: Seen<(f64, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || reference().svm_loss.expect("the reference has it")(x, y))
                }),
                svm_classifier_loss_naive: Some(|w, x, y, reg| {
                    static SEEN: Seen<(f64, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || {
                        reference().svm_classifier_loss.expect("the reference has it")(w, x, y, reg)
                    })
                }),
                svm_classifier_loss: Some(|w, x, y, reg| {
                    static SEEN: Seen<(f64, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || {
                        reference().svm_classifier_loss.expect("the reference has it")(w, x, y, reg)
                    })
                }),
                train_svm: Some(|x, y, rate, reg, iterations, batch, seed| {
                    static SEEN: Seen<(Array2<f64>, Vec<f64>)> = Mutex::new(BTreeMap::new());
                    let train = reference().train_svm.expect("the reference has it");
                    once(&SEEN, &[x.shape()], || train(x, y, rate, reg, iterations, batch, seed))
                }),
                search: Some(|x, y, x_val, y_val, rates, regs, iterations, batch, seed| {
                    static SEEN: Seen<(f64, f64, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    let search = reference().search.expect("the reference has it");
                    once(&SEEN, &[x.shape()], || search(x, y, x_val, y_val, rates, regs, iterations, batch, seed))
                }),
                predict: Some(|w, x| {
                    static SEEN: Seen<Array1<usize>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || reference().predict.expect("the reference has it")(w, x))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
