//! SVM loss and classifier: by hand, naive against vectorised, recorded values, numeric gradients, single precision.

use crate::support::numpy;
use crate::support::recorded;
use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient};
use gradus_nn::linear::{svm_classifier_loss, svm_classifier_loss_naive};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::svm::svm_loss;
use ndarray::{Array1, Array2, Axis, Ix1, array};
use proptest::prelude::*;
use rand::Rng;
use serde_json::Value;

const FACTS: &str = include_str!("fixtures/cs231n_layers.json");

#[test]
fn by_hand() {
    // CS231n's example: scores 13, -7, 11 and margin 10 give 0 + 8.
    let (loss, dx) = svm_loss(&array![[13.0, -7.0, 11.0]], &array![0], 10.0);
    assert_eq!((loss, dx), (8.0, array![[-1.0, 0.0, 1.0]]));
    // Its three images: losses 2.9, 0 and 12.9.
    let scores = array![[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]];
    let (loss, dx) = svm_loss(&scores, &array![0, 1, 2], 1.0);
    assert_eq!(compare_scalar(loss, 15.8 / 3.0, Tolerance::double()), Ok(()));
    assert_eq!(compare(&(dx * 3.0), &array![[-1, 1, 0], [0, 0, 0], [1, 1, -2]], Tolerance::double()), Ok(()));
}

#[test]
fn a_margin_kept_exactly_costs_nothing() {
    assert_eq!(svm_loss(&array![[2.0, 1.0]], &array![0], 1.0), (0.0, array![[0.0, 0.0]]));
}

#[test]
fn equal_scores_cost_the_margin_for_each_wrong_class() {
    let (x, y) = (Array2::<f64>::zeros((50, 10)), Array1::from_elem(50, 3));
    assert_eq!(compare_scalar(svm_loss(&x, &y, 1.0).0, 9.0, Tolerance::double()), Ok(()));
    assert_eq!(svm_loss(&Array2::<f64>::zeros((2, 1)), &array![0, 0], 1.0), (0.0, array![[0.0], [0.0]]));
}

#[test]
fn a_score_that_is_nan_stays_visible() {
    assert!(svm_loss(&array![[0.0, f64::NAN]], &array![0], 1.0).0.is_nan());
    assert!(svm_loss(&array![[f64::NAN, 0.0]], &array![0], 1.0).0.is_nan());
}

#[test]
fn the_loss_is_the_one_that_the_course_notebook_prints() {
    let mut draws = numpy::Numpy::seed(231);
    let (x, y) = (draws.randn((50, 10)) * 0.001, Array1::from(draws.randint(10, 50)));
    let expected = recorded::fact(FACTS, "svm_loss.seed231")["expected"]["loss"].as_f64().expect("a number");
    assert_eq!(compare_scalar(svm_loss(&x, &y, 1.0).0, expected, Tolerance::new(1e-14, 0.0)), Ok(()));
}

#[test]
fn the_draws_are_numpys() {
    let file: Value = serde_json::from_str(FACTS).expect("JSON");
    let draws = |name: &str| recorded::array::<Ix1>(&file["draws"][name]);
    let exact = Tolerance::new(1e-15, 0.0);
    assert_eq!(compare(&numpy::Numpy::seed(231).randn(20), &draws("numpy231.randn20"), exact), Ok(()));
    let mut generator = numpy::Numpy::seed(231);
    let uniform: Array1<f64> = (0..10).map(|_| generator.random()).collect();
    assert_eq!(compare(&uniform, &draws("numpy231.rand10"), exact), Ok(()));
    let whole = Array1::from(numpy::Numpy::seed(231).randint(10, 20));
    assert_eq!(compare(&whole, &draws("numpy231.randint10_size20"), Tolerance::exact()), Ok(()));
}

/// Random weights, inputs and labels: (features, classes), (batch, features), (batch).
fn problem(seed: u64, batch: usize, features: usize, classes: usize) -> (Array2<f64>, Array2<f64>, Array1<usize>) {
    let mut draws = generator(seed);
    let w = normal((features, classes), 1.0, &mut draws);
    let x = normal((batch, features), 1.0, &mut draws);
    (w, x, Array1::from(with_replacement(classes, batch, &mut draws)))
}

/// Whether no margin is so near to 0 that a step of a numeric gradient crosses the kink.
fn is_smooth(scores: &Array2<f64>, y: &Array1<usize>, delta: f64) -> bool {
    let margins = |(row, &label): (ndarray::ArrayView1<'_, f64>, &usize)| {
        row.iter().all(|score| (score - row[label] + delta).abs() > 1e-3 || *score == row[label])
    };
    scores.outer_iter().zip(y).all(margins)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn naive_and_vectorised_agree(
        seed in any::<u64>(), batch in 1_usize..9, features in 1_usize..9, classes in 1_usize..9,
        delta in 0.0..3.0, reg in 0.0..2.0,
    ) {
        let (w, x, y) = problem(seed, batch, features, classes);
        let (naive_loss, naive_dw) = svm_classifier_loss_naive(&w, &x, &y, delta, reg);
        let (loss, dw) = svm_classifier_loss(&w, &x, &y, delta, reg);
        prop_assert_eq!(compare_scalar(loss, naive_loss, Tolerance::double()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dw, &naive_dw, Tolerance::new(1e-9, 1e-10)), Ok(()), "seed {}", seed);
    }

    #[test]
    fn gradients_agree_with_numeric_ones(
        seed in any::<u64>(), batch in 1_usize..6, features in 1_usize..6, classes in 1_usize..6,
        delta in 0.1..3.0, reg in 0.0..2.0,
    ) {
        let (w, x, y) = problem(seed, batch, features, classes);
        let scores = x.dot(&w);
        prop_assume!(is_smooth(&scores, &y, delta));
        let dscores = svm_loss(&scores, &y, delta).1;
        let numeric = numeric_gradient(|scores| svm_loss(scores, &y, delta).0, &scores);
        prop_assert_eq!(compare(&dscores, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);

        let numeric = numeric_gradient(|w| svm_classifier_loss(w, &x, &y, delta, reg).0, &w);
        for loss in [svm_classifier_loss, svm_classifier_loss_naive] {
            let dw = loss(&w, &x, &y, delta, reg).1;
            prop_assert_eq!(compare(&dw, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
        }
    }

    #[test]
    fn the_loss_does_not_see_a_shift_of_a_row(seed in any::<u64>(), shift in -1e3..1e3) {
        let (_, x, _) = problem(seed, 4, 5, 2);
        let y = array![0, 4, 2, 2];
        let (plain, shifted) = (svm_loss(&x, &y, 1.0), svm_loss(&x.mapv(|score| score + shift), &y, 1.0));
        prop_assert_eq!(compare_scalar(shifted.0, plain.0, Tolerance::new(1e-9, 1e-11)), Ok(()), "seed {}", seed);
        let sums = shifted.1.sum_axis(Axis(1));
        prop_assert!(sums.iter().all(|sum: &f64| sum.abs() < 1e-15), "seed {}: rows of dx sum to {}", seed, sums);
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>(), reg in 0.0..1.0) {
        let (w, x, y) = problem(seed, 7, 6, 5);
        prop_assume!(is_smooth(&x.dot(&w), &y, 1.0));
        let (loss, dw) = svm_classifier_loss(&w, &x, &y, 1.0, reg);
        let single = |array: &Array2<f64>| array.mapv(|value| value as f32);
        let (single_loss, single_dw) = svm_classifier_loss(&single(&w), &single(&x), &y, 1.0, reg as f32);
        prop_assert_eq!(compare_scalar(single_loss, loss, Tolerance::single()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dw, &dw, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
    }
}
