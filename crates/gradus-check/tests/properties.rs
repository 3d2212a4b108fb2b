//! Properties that hold for any numbers, not only for those chosen by hand.

use gradus_check::{
    Diagnosis, Mismatch, Probe, Step, Tolerance, compare, diagnose, numeric_gradient, numeric_gradient_array,
    numeric_gradient_sampled, relative_error, relative_error_scalar,
};
use ndarray::{Array1, Array2, ArrayD};
use ndarray_rand::{RandomExt, rand_distr::StandardNormal};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Any bit pattern: NaN, infinities, subnormals and all.
fn any_f64() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u64>().prop_map(f64::from_bits), -1e3..1e3, Just(0.0), Just(f64::NAN), Just(f64::INFINITY)]
}

/// A pair of arrays of one shape with up to three axes.
fn arrays() -> impl Strategy<Value = (ArrayD<f64>, ArrayD<f64>)> {
    prop::collection::vec(0_usize..4, 0..4).prop_flat_map(|shape| {
        let elements = shape.iter().product::<usize>();
        let array = move |shape: Vec<usize>| {
            prop::collection::vec(any_f64(), elements).prop_map(move |values| {
                ArrayD::from_shape_vec(shape.clone(), values).expect("as many as the shape says")
            })
        };
        (array(shape.clone()), array(shape))
    })
}

fn tolerances() -> impl Strategy<Value = Tolerance> {
    (any_f64(), any_f64()).prop_map(|(relative, absolute)| Tolerance::new(relative, absolute))
}

proptest! {
    #[test]
    fn the_relative_error_is_symmetric_and_bounded(a in any_f64(), b in any_f64()) {
        let error = relative_error_scalar(a, b);
        prop_assert_eq!(error, relative_error_scalar(b, a));
        prop_assert!((0.0..=1.0 + 1e-15).contains(&error) || error == f64::INFINITY, "{error}");
        prop_assert_eq!(error == f64::INFINITY, a != b && !(a.is_finite() && b.is_finite()));
    }

    #[test]
    fn compare_passes_exactly_if_every_element_is_accepted((a, e) in arrays(), tolerance in tolerances()) {
        let accepted = a.iter().zip(&e).all(|(&a, &e)| tolerance.accepts(a, e));
        prop_assert_eq!(compare(&a, &e, tolerance).is_ok(), accepted);
    }

    #[test]
    fn acceptance_is_the_formula_for_finite_numbers(a in -1e3..1e3, e in -1e3..1e3, r in 0.0..1.0, t in 0.0..1e3) {
        prop_assert_eq!(Tolerance::new(r, t).accepts(a, e), (a - e).abs() <= t + r * e.abs());
    }

    #[test]
    fn the_reported_element_is_a_wrong_one((a, e) in arrays(), tolerance in tolerances()) {
        match compare(&a, &e, tolerance) {
            Ok(()) => {}
            Err(Mismatch::Values { wrong, elements, worst, actual, expected, relative_error: error }) => {
                prop_assert!(wrong >= 1 && wrong <= elements && elements == a.len());
                prop_assert_eq!(a[worst.as_slice()], actual);
                prop_assert_eq!(e[worst.as_slice()].to_bits(), expected.to_bits());
                prop_assert!(!tolerance.accepts(actual, expected) && actual.is_finite());
                prop_assert_eq!(error, relative_error_scalar(actual, expected));
            }
            Err(Mismatch::NotFinite { count, elements, first }) => {
                prop_assert!(count >= 1 && count <= elements && elements == a.len());
                prop_assert!(!a[first.as_slice()].is_finite());
            }
            Err(Mismatch::Shape { .. }) => prop_assert!(false, "the shapes are the same"),
        }
    }

    #[test]
    fn without_values_does_not_depend_on_them(values in prop::collection::vec(1.0..2.0, 6), scale in 2.0..1e6) {
        // Two pairs with the same relative errors and other values must read the same.
        let expected = Array1::from(values);
        let (few, many) = (expected.mapv(|v| v * 1024.0), expected.mapv(|v| v * 1024.0 * 1024.0));
        let text = |e: &Array1<f64>| compare(&(e * scale), e, Tolerance::double()).unwrap_err().without_values().to_string();
        prop_assert_eq!(text(&few), text(&many));
    }

    #[test]
    fn any_constant_multiple_is_recognised(values in prop::collection::vec(-10.0..10.0, 2..20), k in -1e3..1e3_f64) {
        let expected = Array1::from(values);
        prop_assume!(expected.iter().any(|v: &f64| v.abs() > 0.1) && (k - 1.0).abs() > 1e-3 && k.abs() > 1e-3);
        match diagnose(&(&expected * k), &expected, None, &[]) {
            Some(Diagnosis::Scaled { k: found, .. }) => prop_assert!(relative_error_scalar(found, k) < 1e-9),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn diagnose_never_panics((a, e) in arrays(), (b, f) in arrays(), n in prop::option::of(0_usize..5)) {
        for expected in [&e, &f] {
            if let Some(diagnosis) = diagnose(&a, expected, n, &[("b", b.view())]) {
                prop_assert!(!diagnosis.to_string().is_empty());
            }
        }
    }

    #[test]
    fn numeric_gradients_agree_with_calculus(seed in any::<u64>(), rows in 1_usize..5, columns in 1_usize..5) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = Array2::<f64>::random_using((rows, columns), StandardNormal, &mut rng) * 3.0;
        let upstream = Array2::<f64>::random_using((rows, columns), StandardNormal, &mut rng);
        let analytic = &upstream * &x.mapv(f64::cos);

        let array = numeric_gradient_array(|x| x.mapv(f64::sin), &x, &upstream);
        prop_assert_eq!(compare(&analytic, &array, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);

        let scalar = numeric_gradient(|x| (x.mapv(f64::sin) * &upstream).sum(), &x);
        prop_assert!(relative_error(&scalar, &array) < 1e-4, "seed {}: {}", seed, relative_error(&scalar, &array));

        let last = rows * columns - 1;
        let sampled = numeric_gradient_sampled(|x| (x.mapv(f64::sin) * &upstream).sum(), &x, &[last, 0]);
        prop_assert_eq!(sampled, vec![scalar[[rows - 1, columns - 1]], scalar[[0, 0]]]);
    }

    #[test]
    fn a_probe_evaluated_elsewhere_gives_the_local_gradient(values in prop::collection::vec(-1e3..1e3, 1..12)) {
        let x = Array1::from(values);
        let f = |x: &Array1<f64>| x.iter().enumerate().map(|(i, v)| (i as f64 + 1.0) * v * v).sum::<f64>();
        let probe = Probe::dense(&x, Step::default());
        let evaluations: Vec<f64> = probe.perturbations().into_iter().map(|(index, delta)| {
            let mut perturbed = x.clone();
            perturbed[index] += delta;
            f(&perturbed)
        }).collect();
        let remote = probe.gradient(&evaluations).expect("as many as planned");
        prop_assert_eq!(remote, numeric_gradient(f, &x).to_vec());
    }
}
