//! The affine layer: by hand, against loops, the course's figures, numeric gradients, single precision.

use crate::support::recorded;
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::random::{generator, normal};
use ndarray::{Array1, Array2, Array4, ArrayD, array};
use proptest::prelude::*;

const FACTS: &str = include_str!("fixtures/cs231n_layers.json");

#[test]
fn by_hand() {
    let (x, w, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]], array![0.5, 0.0, 0.0]);
    let (out, cache) = affine_forward(&x, &w, &b);
    assert_eq!(out, array![[1.5, 2.0, 1.0], [3.5, 4.0, 1.0]]);
    let (dx, dw, db) = affine_backward(&array![[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]], &cache);
    assert_eq!(dx, array![[-1.0, 2.0], [0.0, 1.0]]);
    assert_eq!(dw, array![[1.0, 3.0, 2.0], [2.0, 4.0, 4.0]]);
    assert_eq!(db, array![1.0, 1.0, 2.0]);
}

#[test]
fn the_figure_of_the_courses_notebook() {
    let fact = recorded::fact(FACTS, "affine_forward");
    let x: Array4<f64> = recorded::array(&fact["inputs"]["x"]);
    let (w, b): (Array2<f64>, Array1<f64>) =
        (recorded::array(&fact["inputs"]["w"]), recorded::array(&fact["inputs"]["b"]));
    let expected = recorded::array::<ndarray::Ix2>(&fact["expected"]["out"]);
    assert_eq!(compare(&affine_forward(&x, &w, &b).0, &expected, Tolerance::new(0.0, 1e-8)), Ok(()));
}

/// Input of the given shape, weights, bias and upstream gradient.
fn problem(seed: u64, shape: &[usize], outputs: usize) -> (ArrayD<f64>, Array2<f64>, Array1<f64>, Array2<f64>) {
    let (mut draws, features) = (generator(seed), shape[1..].iter().product());
    let x = normal(shape, 1.0, &mut draws);
    let w = normal((features, outputs), 1.0, &mut draws);
    (x, w, normal(outputs, 1.0, &mut draws), normal((shape[0], outputs), 1.0, &mut draws))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn forward_is_a_sum_over_features(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..5), outputs in 1_usize..5,
    ) {
        let (x, w, b, _) = problem(seed, &shape, outputs);
        let expected = Array2::from_shape_fn((shape[0], outputs), |(i, j)| {
            let image = x.index_axis(ndarray::Axis(0), i);
            b[j] + image.iter().enumerate().map(|(k, value)| value * w[[k, j]]).sum::<f64>()
        });
        let out = affine_forward(&x, &w, &b).0;
        prop_assert_eq!(compare(&out, &expected, Tolerance::new(1e-9, 1e-12)), Ok(()), "seed {}", seed);
        // Another memory layout is the same input.
        let mut backwards = x.clone().reversed_axes().as_standard_layout().into_owned().reversed_axes();
        backwards.assign(&x);
        prop_assert_eq!(compare(&affine_forward(&backwards, &w, &b).0, &out, Tolerance::double()), Ok(()), "seed {}", seed);
    }

    #[test]
    fn backward_agrees_with_numeric_gradients(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..5), outputs in 1_usize..5,
    ) {
        let (x, w, b, dout) = problem(seed, &shape, outputs);
        let (dx, dw, db) = affine_backward(&dout, &affine_forward(&x, &w, &b).1);
        let tolerance = Tolerance::numeric_gradient();
        let numeric = numeric_gradient_array(|x| affine_forward(x, &w, &b).0, &x, &dout);
        prop_assert_eq!(compare(&dx, &numeric, tolerance), Ok(()), "seed {}", seed);
        let numeric = numeric_gradient_array(|w| affine_forward(&x, w, &b).0, &w, &dout);
        prop_assert_eq!(compare(&dw, &numeric, tolerance), Ok(()), "seed {}", seed);
        let numeric = numeric_gradient_array(|b| affine_forward(&x, &w, b).0, &b, &dout);
        prop_assert_eq!(compare(&db, &numeric, tolerance), Ok(()), "seed {}", seed);
    }

    #[test]
    fn affine_relu_is_both_layers(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..5), outputs in 1_usize..5,
    ) {
        let (x, w, b, dout) = problem(seed, &shape, outputs);
        let (scores, affine) = affine_forward(&x, &w, &b);
        let (out, relu) = relu_forward(&scores);
        let (together, cache) = affine_relu_forward(&x, &w, &b);
        prop_assert_eq!(together, out);
        prop_assert_eq!(affine_relu_backward(&dout, &cache), affine_backward(&relu_backward(&dout, &relu), &affine));
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>()) {
        let (x, w, b, dout) = problem(seed, &[5, 2, 3], 4);
        let (out, cache) = affine_forward(&x, &w, &b);
        let (dx, dw, db) = affine_backward(&dout, &cache);
        let single = |array: &Array2<f64>| array.mapv(|value| value as f32);
        let (x, b) = (x.mapv(|value| value as f32), b.mapv(|value| value as f32));
        let (single_out, cache) = affine_forward(&x, &single(&w), &b);
        let (single_dx, single_dw, single_db) = affine_backward(&single(&dout), &cache);
        let tolerance = Tolerance::new(1e-4, 1e-5);
        prop_assert_eq!(compare(&single_out, &out, tolerance), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dx, &dx, tolerance), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dw, &dw, tolerance), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_db, &db, tolerance), Ok(()), "seed {}", seed);
    }
}

#[test]
fn an_empty_batch_gives_empty_outputs_and_zero_gradients() {
    let (out, cache) = affine_forward(&Array2::<f64>::zeros((0, 3)), &Array2::ones((3, 2)), &Array1::zeros(2));
    let (dx, dw, db) = affine_backward(&out, &cache);
    assert_eq!((dx.dim(), dw, db), ((0, 3), Array2::zeros((3, 2)), Array1::zeros(2)));
}
