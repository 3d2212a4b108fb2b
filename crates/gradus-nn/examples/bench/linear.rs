//! Classifiers without a picture or a sequence in them.

use std::hint::black_box;

use gradus_nn::Scalar;
use gradus_nn::knn::compute_distances_no_loops;
use gradus_nn::linear::{softmax_classifier_loss, svm_classifier_loss};
use gradus_nn::networks::TwoLayerNet;
use gradus_nn::random::{generator, normal};
use ndarray::{Array1, Array2};

use crate::Call;

const CLASSES: usize = 10;

/// Loss and gradient of the softmax classifier on 500 images of CIFAR-10, with a column of ones.
pub fn softmax<F: Scalar>() -> Call {
    let (w, x, y) = classifier::<F>();
    Box::new(move || {
        black_box(softmax_classifier_loss(&w, &x, &y, F::cast(1e-3)));
    })
}

/// [`softmax`] with the hinge loss.
pub fn svm<F: Scalar>() -> Call {
    let (w, x, y) = classifier::<F>();
    Box::new(move || {
        black_box(svm_classifier_loss(&w, &x, &y, F::one(), F::cast(1e-3)));
    })
}

/// Loss and gradients of the two-layer net with 100 hidden units on 200 images of CIFAR-10.
pub fn two_layer<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let net = TwoLayerNet::<F>::new(3072, 100, CLASSES, 0.01, F::cast(1e-3), &mut draws);
    let (x, y) = (normal((200, 3072), 1.0, &mut draws), labels(200));
    Box::new(move || {
        black_box(net.loss::<ndarray::Ix2>(&x, &y));
    })
}

/// The distances of 500 images of CIFAR-10 from 5000.
pub fn knn_distances<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let x: Array2<F> = normal((500, 3072), 1.0, &mut draws);
    let x_train = normal((5000, 3072), 1.0, &mut draws);
    Box::new(move || {
        black_box(compute_distances_no_loops(&x, &x_train));
    })
}

fn classifier<F: Scalar>() -> (Array2<F>, Array2<F>, Array1<usize>) {
    let mut draws = generator(231);
    let (w, x) = (normal((3073, CLASSES), 0.01, &mut draws), normal((500, 3073), 1.0, &mut draws));
    (w, x, labels(500))
}

pub fn labels(count: usize) -> Array1<usize> {
    Array1::from_shape_fn(count, |i| i * 7 % CLASSES)
}
