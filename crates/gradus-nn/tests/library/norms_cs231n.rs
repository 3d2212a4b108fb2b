//! Normalisation layers against the figures that the CS231n notebooks print, from NumPy's random numbers.

use crate::support::numpy::Numpy;
use crate::support::recorded;
use crate::support::recorded::fact;
use gradus_check::{Tolerance, compare};
use gradus_nn::Mode;
use gradus_nn::norms::*;
use ndarray::{Array1, Array2, Array4, ArrayView2, Axis, array};
use serde_json::Value;

const FACTS: &str = include_str!("fixtures/cs231n_layers.json");

/// The figures are printed with eight decimals.
const PRINTED: Tolerance = Tolerance::new(0.0, 1e-8);

fn expected(fact: &Value, name: &str) -> Array1<f64> {
    recorded::array::<ndarray::IxDyn>(&fact["expected"][name]).into_iter().collect()
}

fn mean(rows: &ArrayView2<f64>) -> Array1<f64> {
    rows.mean_axis(Axis(0)).expect("rows")
}

fn std(rows: &ArrayView2<f64>) -> Array1<f64> {
    rows.std_axis(Axis(0), 0.0)
}

/// `np.maximum(0, X.dot(W1)).dot(W2)` of the notebook.
fn hidden(x: &Array2<f64>, w1: &Array2<f64>, w2: &Array2<f64>) -> Array2<f64> {
    x.dot(w1).mapv(|x| x.max(0.0)).dot(w2)
}

/// The images as rows of channels.
fn places(x: &Array4<f64>) -> Array2<f64> {
    let places = x.view().permuted_axes([0, 2, 3, 1]);
    places.to_shape((x.len() / x.dim().1, x.dim().1)).expect("places as rows").into_owned()
}

#[test]
fn batchnorm_in_training() {
    let mut draws = Numpy::seed(231);
    let (x, w1, w2) = (draws.randn((200, 50)), draws.randn((50, 60)), draws.randn((60, 3)));
    let a = hidden(&x, &w1, &w2);
    let fact = fact(FACTS, "batchnorm.before_stats");
    assert_eq!(compare(&mean(&a.view()), &expected(&fact, "means"), PRINTED), Ok(()));
    assert_eq!(compare(&std(&a.view()), &expected(&fact, "stds"), PRINTED), Ok(()));

    let (gamma, beta) = (array![1.0, 2.0, 3.0], array![11.0, 12.0, 13.0]);
    let (out, _) = batchnorm_forward(&a, &gamma, &beta, &mut BatchnormParam::new(3));
    assert_eq!(compare(&mean(&out.view()), &beta, Tolerance::new(0.0, 1e-7)), Ok(()));
    assert_eq!(compare(&std(&out.view()), &gamma, Tolerance::new(0.0, 1e-7)), Ok(()));
}

#[test]
fn batchnorm_in_evaluation_after_fifty_batches() {
    let mut draws = Numpy::seed(231);
    let (w1, w2) = (draws.randn((50, 60)), draws.randn((60, 3)));
    let (gamma, beta, mut bn_param) = (Array1::ones(3), Array1::zeros(3), BatchnormParam::new(3));
    for _ in 0..50 {
        batchnorm_forward(&hidden(&draws.randn((200, 50)), &w1, &w2), &gamma, &beta, &mut bn_param);
    }
    bn_param.mode = Mode::Evaluate;
    let (out, _) = batchnorm_forward(&hidden(&draws.randn((200, 50)), &w1, &w2), &gamma, &beta, &mut bn_param);
    let fact = fact(FACTS, "batchnorm.test_time_stats");
    assert_eq!(compare(&mean(&out.view()), &expected(&fact, "means"), PRINTED), Ok(()));
    assert_eq!(compare(&std(&out.view()), &expected(&fact, "stds"), PRINTED), Ok(()));
}

#[test]
fn layernorm() {
    let mut draws = Numpy::seed(231);
    let (x, w1, w2) = (draws.randn((4, 50)), draws.randn((50, 60)), draws.randn((60, 3)));
    let a = hidden(&x, &w1, &w2);
    let fact = fact(FACTS, "layernorm.before_stats");
    assert_eq!(compare(&mean(&a.t()), &expected(&fact, "means"), PRINTED), Ok(()));
    assert_eq!(compare(&std(&a.t()), &expected(&fact, "stds"), PRINTED), Ok(()));

    let (out, _) = layernorm_forward(&a, &Array1::from_elem(3, 3.0), &Array1::from_elem(3, 5.0), 1e-5);
    assert_eq!(compare(&mean(&out.t()), &Array1::from_elem(4, 5.0), Tolerance::new(0.0, 1e-6)), Ok(()));
    assert_eq!(compare(&std(&out.t()), &Array1::from_elem(4, 3.0), Tolerance::new(0.0, 1e-6)), Ok(()));
}

#[test]
fn spatial_batchnorm_in_training() {
    let x = Numpy::seed(231).randn((2, 3, 4, 5)) * 4.0 + 10.0;
    let fact = fact(FACTS, "spatial_batchnorm.before_stats");
    assert_eq!(compare(&mean(&places(&x).view()), &expected(&fact, "means"), PRINTED), Ok(()));
    assert_eq!(compare(&std(&places(&x).view()), &expected(&fact, "stds"), PRINTED), Ok(()));

    let (gamma, beta) = (array![3.0, 4.0, 5.0], array![6.0, 7.0, 8.0]);
    let (out, _) = spatial_batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(3));
    assert_eq!(compare(&mean(&places(&out).view()), &beta, Tolerance::new(0.0, 1e-5)), Ok(()));
    assert_eq!(compare(&std(&places(&out).view()), &gamma, Tolerance::new(0.0, 1e-5)), Ok(()));
}

#[test]
fn spatial_batchnorm_in_evaluation_after_fifty_batches() {
    let mut draws = Numpy::seed(231);
    let (gamma, beta, mut bn_param) = (Array1::ones(4), Array1::zeros(4), BatchnormParam::new(4));
    for _ in 0..50 {
        spatial_batchnorm_forward(&(draws.randn((10, 4, 11, 12)) * 2.3 + 13.0), &gamma, &beta, &mut bn_param);
    }
    bn_param.mode = Mode::Evaluate;
    let x = draws.randn((10, 4, 11, 12)) * 2.3 + 13.0;
    let out = places(&spatial_batchnorm_forward(&x, &gamma, &beta, &mut bn_param).0);
    let fact = fact(FACTS, "spatial_batchnorm.test_time_stats");
    // These are recorded with less precision than the others.
    let tolerance = Tolerance::new(0.0, 1e-6);
    assert_eq!(compare(&mean(&out.view()), &expected(&fact, "means"), tolerance), Ok(()));
    assert_eq!(compare(&std(&out.view()), &expected(&fact, "stds"), tolerance), Ok(()));
}

#[test]
fn spatial_groupnorm() {
    let x = Numpy::seed(231).randn((2, 6, 4, 5)) * 4.0 + 10.0;
    let groups = |x: &Array4<f64>| x.to_shape((4, 60)).expect("groups as rows").into_owned();
    let fact = fact(FACTS, "spatial_groupnorm.before_stats");
    assert_eq!(compare(&mean(&groups(&x).t()), &expected(&fact, "means"), PRINTED), Ok(()));
    assert_eq!(compare(&std(&groups(&x).t()), &expected(&fact, "stds"), PRINTED), Ok(()));

    let (out, _) = spatial_groupnorm_forward(&x, &Array1::ones(6), &Array1::zeros(6), 2, 1e-5);
    assert_eq!(compare(&mean(&groups(&out).t()), &Array1::<f64>::zeros(4), Tolerance::new(0.0, 1e-6)), Ok(()));
    assert_eq!(compare(&std(&groups(&out).t()), &Array1::<f64>::ones(4), Tolerance::new(0.0, 1e-6)), Ok(()));
}
