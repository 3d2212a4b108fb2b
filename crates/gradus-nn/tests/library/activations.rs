//! Activation functions: by hand, against their formulas, numeric gradients, single precision.

use crate::support::recorded;
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::activations::*;
use gradus_nn::random::{generator, normal};
use ndarray::{ArrayD, array};
use proptest::prelude::*;

/// Output and gradient, from input and upstream gradient.
type Both<F> = fn(&ArrayD<F>, &ArrayD<F>) -> (ArrayD<F>, ArrayD<F>);

/// A function of each element: its name, forward, backward after forward, and its formula.
struct Activation {
    name: &'static str,
    forward: fn(&ArrayD<f64>) -> ArrayD<f64>,
    backward: fn(&ArrayD<f64>, &ArrayD<f64>) -> ArrayD<f64>,
    single: Both<f32>,
    formula: fn(f64) -> f64,
}

macro_rules! activation {
    ($name:literal, $forward:expr, $backward:expr, $formula:expr) => {
        Activation {
            name: $name,
            forward: |x| $forward(x).0,
            backward: |x, dout| $backward(dout, &$forward(x).1),
            single: |x, dout| {
                let (out, cache) = $forward(x);
                (out, $backward(dout, &cache))
            },
            formula: $formula,
        }
    };
}

fn activations() -> Vec<Activation> {
    vec![
        activation!("sigmoid", sigmoid_forward, sigmoid_backward, |x| 1.0 / (1.0 + (-x).exp())),
        activation!("tanh", tanh_forward, tanh_backward, |x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
        activation!("gelu", gelu_forward, gelu_backward, |x| x * normal_distribution(x)),
        activation!("gelu_tanh", gelu_tanh_forward, gelu_tanh_backward, |x| {
            0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        }),
        #[cfg(feature = "two_layer_net")]
        activation!("relu", relu_forward, relu_backward, |x| x.max(0.0)),
        #[cfg(feature = "two_layer_net")]
        activation!("leaky_relu", |x| leaky_relu_forward(x, 0.125), leaky_relu_backward, |x| x.max(0.125 * x)),
        #[cfg(feature = "two_layer_net")]
        activation!("elu", |x| elu_forward(x, 1.25), elu_backward, |x| x.max(0.0) + (1.25 * (x.exp() - 1.0)).min(0.0)),
    ]
}

/// The probability that a standard normal number is below `x`: the density, integrated from 0 by Simpson's rule.
fn normal_distribution(x: f64) -> f64 {
    let (steps, density) = (2000, |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt());
    let h = x / f64::from(steps);
    let weight = |k: i32| {
        if k == 0 || k == steps {
            1.0
        } else if k % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    0.5 + (0..=steps).map(|k| weight(k) * density(f64::from(k) * h)).sum::<f64>() * h / 3.0
}

/// Inputs of a random shape, at least 1e-3 from the kink at 0, and an upstream gradient.
fn problem(seed: u64, shape: &[usize]) -> (ArrayD<f64>, ArrayD<f64>) {
    let mut draws = generator(seed);
    let x = normal(shape, 2.0, &mut draws).mapv(|x: f64| if x.abs() < 1e-3 { x + 2e-3 } else { x });
    (x, normal(shape, 1.0, &mut draws))
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..4, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn forward_is_the_formula(seed in any::<u64>(), shape in shapes()) {
        let (x, _) = problem(seed, &shape);
        for Activation { name, forward, formula, .. } in activations() {
            let expected = x.mapv(formula);
            prop_assert_eq!(compare(&forward(&x), &expected, Tolerance::new(1e-9, 1e-11)), Ok(()), "{}, seed {}", name, seed);
        }
    }

    #[test]
    fn backward_agrees_with_the_numeric_gradient(seed in any::<u64>(), shape in shapes()) {
        let (x, dout) = problem(seed, &shape);
        for Activation { name, forward, backward, .. } in activations() {
            let numeric = numeric_gradient_array(forward, &x, &dout);
            let dx = backward(&x, &dout);
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "{}, seed {}", name, seed);
        }
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>(), shape in shapes()) {
        let (x, dout) = problem(seed, &shape);
        let (x, dout) = (x.mapv(|x| x as f32), dout.mapv(|slope| slope as f32));
        let (x64, dout64) = (x.mapv(f64::from), dout.mapv(f64::from));
        for Activation { name, forward, backward, single, .. } in activations() {
            let (out, dx) = single(&x, &dout);
            prop_assert_eq!(compare(&out, &forward(&x64), Tolerance::single()), Ok(()), "{}, seed {}", name, seed);
            prop_assert_eq!(compare(&dx, &backward(&x64, &dout64), Tolerance::single()), Ok(()), "{}, seed {}", name, seed);
        }
    }

    #[test]
    fn any_layout_gives_the_same(seed in any::<u64>()) {
        let (x, dout) = problem(seed, &[2, 3, 4]);
        let turned = |array: &ArrayD<f64>| array.clone().permuted_axes(vec![2, 0, 1]);
        for Activation { name, backward, .. } in activations() {
            prop_assert_eq!(backward(&turned(&x), &turned(&dout)), turned(&backward(&x, &dout)), "{}", name);
        }
    }
}

#[test]
fn far_from_zero_nothing_overflows_and_nan_stays_visible() {
    let x = array![-1e4, 1e4, f64::NAN].into_dyn();
    for Activation { name, forward, backward, .. } in activations() {
        let (out, dx) = (forward(&x), backward(&x, &ArrayD::ones(vec![3])));
        assert!(out[0].is_finite() && out[1].is_finite() && dx[0].is_finite() && dx[1].is_finite(), "{name}");
        assert!(out[2].is_nan(), "{name}");
    }
}

#[test]
fn values_by_hand() {
    let three = array![3.0_f64.ln(), -(3.0_f64.ln())];
    assert_eq!(compare(&sigmoid_forward(&three).0, &array![0.75, 0.25], Tolerance::double()), Ok(()));
    assert_eq!(compare(&tanh_forward(&three).0, &array![0.8, -0.8], Tolerance::double()), Ok(()));
    let (_, cache) = sigmoid_forward(&three);
    assert_eq!(
        compare(&sigmoid_backward(&array![1.0, 2.0], &cache), &array![0.1875, 0.375], Tolerance::double()),
        Ok(())
    );
    let (_, cache) = tanh_forward(&three);
    assert_eq!(compare(&tanh_backward(&array![1.0, 2.0], &cache), &array![0.36, 0.72], Tolerance::double()), Ok(()));
    // Phi(1.959963984540054) is 0.975, the quantile of the usual confidence interval.
    let (out, _) = gelu_forward(&array![1.959963984540054]);
    assert_eq!(compare(&out, &array![0.975 * 1.959963984540054], Tolerance::double()), Ok(()));
}

#[cfg(feature = "two_layer_net")]
mod rectifiers {
    use super::*;
    use ndarray::{Array1, Array2};

    #[test]
    fn at_the_kink() {
        let (zero, one) = (array![0.0], array![1.0]);
        assert_eq!(relu_backward(&one, &relu_forward(&zero).1), array![0.0]);
        assert_eq!(leaky_relu_backward(&one, &leaky_relu_forward(&zero, 0.5).1), array![0.5]);
        assert_eq!(elu_backward(&one, &elu_forward(&zero, 2.0).1), array![2.0]);
    }

    #[test]
    fn the_figures_of_the_courses_notebooks() {
        const FACTS: &str = include_str!("fixtures/cs231n_layers.json");
        let x: Array2<f64> = recorded::array(&recorded::fact(FACTS, "relu_forward")["inputs"]["x"]);
        let expected = recorded::array::<ndarray::Ix2>(&recorded::fact(FACTS, "relu_forward")["expected"]["out"]);
        assert_eq!(compare(&relu_forward(&x).0, &expected, Tolerance::new(0.0, 1e-8)), Ok(()));
        let x: Array2<f64> = recorded::array(&recorded::fact(FACTS, "gan.leaky_relu")["inputs"]["x"]);
        let expected = recorded::array::<ndarray::Ix2>(&recorded::fact(FACTS, "gan.leaky_relu")["expected"]["y"]);
        assert_eq!(compare(&leaky_relu_forward(&x, 0.01).0, &expected, Tolerance::double()), Ok(()));
    }

    #[test]
    fn maxout_of_x_and_0_is_relu_and_ties_go_to_the_first() {
        let (out, cache) = maxout_forward(&array![[-1.0, 0.0], [3.0, 0.0], [0.0, 0.0]], 2);
        assert_eq!(out, array![[0.0], [3.0], [0.0]]);
        assert_eq!(maxout_backward(&array![[1.0], [2.0], [3.0]], &cache), array![[0.0, 1.0], [2.0, 0.0], [3.0, 0.0]]);
        assert!(maxout_forward(&array![[f64::NAN, 1.0]], 2).0[[0, 0]].is_nan());
        assert!(maxout_forward(&array![[1.0, f64::NAN]], 2).0[[0, 0]].is_nan());
        assert_eq!(maxout_forward(&Array2::<f64>::zeros((0, 4)), 2).0.dim(), (0, 2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn prelu_with_equal_slopes_is_leaky_relu(seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 2..5)) {
            let (x, dout) = problem(seed, &shape);
            let (out, cache) = leaky_relu_forward(&x, 0.125);
            for slopes in [1, shape[1]] {
                let (prelu_out, prelu_cache) = prelu_forward(&x, &Array1::from_elem(slopes, 0.125));
                prop_assert_eq!(&prelu_out, &out);
                prop_assert_eq!(prelu_backward(&dout, &prelu_cache).0, leaky_relu_backward(&dout, &cache));
            }
        }

        #[test]
        fn prelu_agrees_with_numeric_gradients(seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 2..5)) {
            let (x, dout) = problem(seed, &shape);
            for slopes in [1, shape[1]] {
                let alpha = normal(slopes, 0.5, &mut generator(seed));
                let (dx, dalpha) = prelu_backward(&dout, &prelu_forward(&x, &alpha).1);
                let numeric = numeric_gradient_array(|x| prelu_forward(x, &alpha).0, &x, &dout);
                prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
                let numeric = numeric_gradient_array(|alpha| prelu_forward(&x, alpha).0, &alpha, &dout);
                prop_assert_eq!(compare(&dalpha, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);

                let (x, dout, alpha) = (x.mapv(|x| x as f32), dout.mapv(|x| x as f32), alpha.mapv(|x| x as f32));
                let (single_dx, single_dalpha) = prelu_backward(&dout, &prelu_forward(&x, &alpha).1);
                prop_assert_eq!(compare(&single_dx, &dx, Tolerance::single()), Ok(()), "seed {}", seed);
                prop_assert_eq!(compare(&single_dalpha, &dalpha, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
            }
        }

        #[test]
        fn maxout_agrees_with_a_loop_and_the_numeric_gradient(
            seed in any::<u64>(), batch in 1_usize..4, units in 1_usize..4, pieces in 1_usize..4,
        ) {
            // Distinct numbers a tenth apart, in random order: no two candidates are nearly equal.
            let mut order: Vec<usize> = (0..batch * units * pieces).collect();
            rand::seq::SliceRandom::shuffle(&mut order[..], &mut generator(seed));
            let values: Vec<f64> = order.iter().map(|&rank| rank as f64 / 10.0 - 1.0).collect();
            let x = Array2::from_shape_vec((batch, units * pieces), values).expect("as many");
            let (out, cache) = maxout_forward(&x, pieces);
            for ((i, unit), &value) in out.indexed_iter() {
                let group = (0..pieces).map(|p| x[[i, unit * pieces + p]]);
                prop_assert_eq!(value, group.fold(f64::NEG_INFINITY, f64::max));
            }
            let dout = normal((batch, units), 1.0, &mut generator(seed));
            let numeric = numeric_gradient_array(|x| maxout_forward(x, pieces).0, &x, &dout);
            let dx = maxout_backward(&dout, &cache);
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
        }
    }
}
