//! Softmax loss and classifier: recorded values, naive against vectorised, numeric gradients, single precision.

use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient, numeric_gradient_array};
use gradus_nn::linear::{softmax_classifier_loss, softmax_classifier_loss_naive};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::softmax::{log_sum_exp, softmax, softmax_loss};
use ndarray::{Array1, Array2, Axis};
use proptest::prelude::*;
use serde_json::Value;

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn labels(value: &Value) -> Array1<usize> {
    value.as_array().expect("a list").iter().map(|label| label.as_u64().expect("a label") as usize).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let shape = floats(&value["shape"]);
    Array2::from_shape_vec((shape[0] as usize, shape[1] as usize), floats(&value["data"])).expect("data of that shape")
}

#[test]
fn softmax_loss_gives_what_pytorch_gave() {
    let recorded: Value = serde_json::from_str(include_str!("fixtures/softmax_loss_pytorch.json")).expect("JSON");
    let cases = recorded["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (x, y) = (matrix(&case["inputs"]["x"]), labels(&case["inputs"]["y"]["data"]));
        let (loss, dx) = softmax_loss(&x, &y);
        let expected = floats(&case["expected"]["loss"]["data"])[0];
        assert_eq!(compare_scalar(loss, expected, Tolerance::double()), Ok(()), "{}", case["id"]);
        assert_eq!(compare(&dx, &matrix(&case["expected"]["dx"]), Tolerance::double()), Ok(()), "{}", case["id"]);
    }
}

#[test]
fn softmax_loss_gives_what_the_course_notebook_prints() {
    let recorded: Value = serde_json::from_str(include_str!("fixtures/softmax_loss_cs231n.json")).expect("JSON");
    let x = Array2::from_shape_vec((50, 10), floats(&recorded["x"])).expect("50 x 10 numbers");
    let (loss, _) = softmax_loss(&x, &labels(&recorded["y"]));
    assert_eq!(compare_scalar(loss, recorded["loss"].as_f64().expect("a number"), Tolerance::new(1e-12, 0.0)), Ok(()));
}

/// Random weights, inputs and labels: (features, classes), (batch, features), (batch).
fn problem(
    seed: u64,
    batch: usize,
    features: usize,
    classes: usize,
    scale: f64,
) -> (Array2<f64>, Array2<f64>, Array1<usize>) {
    let mut draws = generator(seed);
    let w = normal((features, classes), scale, &mut draws);
    let x = normal((batch, features), 1.0, &mut draws);
    (w, x, Array1::from(with_replacement(classes, batch, &mut draws)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn naive_and_vectorised_agree(
        seed in any::<u64>(), batch in 1_usize..9, features in 1_usize..9, classes in 1_usize..9,
        scale in 0.0..300.0, reg in 0.0..2.0,
    ) {
        let (w, x, y) = problem(seed, batch, features, classes, scale);
        let (naive_loss, naive_dw) = softmax_classifier_loss_naive(&w, &x, &y, reg);
        let (loss, dw) = softmax_classifier_loss(&w, &x, &y, reg);
        prop_assert_eq!(compare_scalar(loss, naive_loss, Tolerance::double()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dw, &naive_dw, Tolerance::new(1e-9, 1e-10)), Ok(()), "seed {}", seed);
    }

    #[test]
    fn gradients_agree_with_numeric_ones(
        seed in any::<u64>(), batch in 1_usize..6, features in 1_usize..6, classes in 1_usize..6, reg in 0.0..2.0,
    ) {
        let (w, x, y) = problem(seed, batch, features, classes, 1.0);
        let numeric = numeric_gradient(|w| softmax_classifier_loss(w, &x, &y, reg).0, &w);
        for loss in [softmax_classifier_loss, softmax_classifier_loss_naive] {
            let dw = loss(&w, &x, &y, reg).1;
            prop_assert_eq!(compare(&dw, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
        }
        let dx = softmax_loss(&x, &y.mapv(|label| label % features)).1;
        let numeric = numeric_gradient(|x| softmax_loss(x, &y.mapv(|label| label % features)).0, &x);
        prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
    }

    #[test]
    fn softmax_is_the_gradient_of_log_sum_exp(seed in any::<u64>(), batch in 1_usize..5, classes in 1_usize..6) {
        let x = normal::<f64, _>((batch, classes), 3.0, &mut generator(seed));
        let numeric = numeric_gradient_array(log_sum_exp_of, &x, &Array1::ones(batch));
        prop_assert_eq!(compare(&softmax(&x), &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
    }

    #[test]
    fn the_loss_does_not_see_a_shift_of_a_row(seed in any::<u64>(), shift in -1e3..1e3) {
        let (_, x, _) = problem(seed, 4, 5, 2, 1.0);
        let y = Array1::from(vec![0, 4, 2, 2]);
        let (plain, shifted) = (softmax_loss(&x, &y), softmax_loss(&x.mapv(|score| score + shift), &y));
        prop_assert_eq!(compare_scalar(shifted.0, plain.0, Tolerance::new(1e-9, 1e-11)), Ok(()), "seed {}", seed);
        let sums = shifted.1.sum_axis(Axis(1));
        prop_assert!(sums.iter().all(|sum: &f64| sum.abs() < 1e-15), "seed {}: rows of dx sum to {}", seed, sums);
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>(), reg in 0.0..1.0) {
        let (w, x, y) = problem(seed, 7, 6, 5, 1.0);
        let (loss, dw) = softmax_classifier_loss(&w, &x, &y, reg);
        let single = |array: &Array2<f64>| array.mapv(|value| value as f32);
        let (single_loss, single_dw) = softmax_classifier_loss(&single(&w), &single(&x), &y, reg as f32);
        prop_assert_eq!(compare_scalar(single_loss, loss, Tolerance::single()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dw, &dw, Tolerance::single()), Ok(()), "seed {}", seed);
    }
}

fn log_sum_exp_of(x: &Array2<f64>) -> Array1<f64> {
    log_sum_exp(x)
}

#[test]
fn views_and_transposed_arrays_are_welcome() {
    let (w, x, y) = problem(3, 6, 4, 5, 1.0);
    let (loss, dw) = softmax_classifier_loss(&w.t().to_owned().t(), &x.view(), &y.view(), 0.1);
    assert_eq!((loss, dw), softmax_classifier_loss(&w, &x, &y, 0.1));
}
