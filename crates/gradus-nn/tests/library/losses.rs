//! Losses against numbers and regularisers: by hand, against the formula, recorded values, numeric gradients, f32.

use crate::support::recorded;
use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient};
use gradus_nn::losses::{binary_cross_entropy_with_logits, mse_loss, smooth_l1_loss};
use gradus_nn::random::{generator, normal};
use gradus_nn::regularisation::{elastic_net, l1, l2};
use ndarray::{Array1, Array2, Array3, ArrayD, array};
use proptest::prelude::*;

const FACTS: &str = include_str!("fixtures/cs231n_layers.json");

const DOUBLE: Tolerance = Tolerance::double();

#[test]
fn by_hand() {
    let (loss, dx) = mse_loss(&array![[1.0, 2.0], [3.0, 4.0]], &array![[1.0, 0.0], [4.0, 1.0]]);
    assert_eq!((loss, dx), (14.0 / 4.0, array![[0.0, 1.0], [-0.5, 1.5]]));
    // On the parabola, where it meets the line, and on the line.
    let (loss, dx) = smooth_l1_loss(&array![1.0, 2.0, -5.0, 0.0], &Array1::zeros(4), 2.0);
    assert_eq!((loss, dx), ((0.25 + 1.0 + 4.0) / 4.0, array![0.125, 0.25, -0.25, 0.0]));
    let (loss, dx) = smooth_l1_loss(&array![1.0, -2.0, 0.0, 1.0], &Array1::zeros(4), 0.0);
    assert_eq!((loss, dx), (1.0, array![0.25, -0.25, 0.0, 0.25]));
    // Odds 3 : 1 give p = 3/4.
    let (loss, dx) = binary_cross_entropy_with_logits(&array![3.0_f64.ln(), 3.0_f64.ln()], &array![1.0, 0.0]);
    assert_eq!(compare_scalar(loss, (-(0.75_f64.ln()) - 0.25_f64.ln()) / 2.0, DOUBLE), Ok(()));
    assert_eq!(compare(&dx, &array![-0.125, 0.375], DOUBLE), Ok(()));
}

#[test]
fn large_logits_neither_overflow_nor_lose_the_small_loss() {
    let (loss, dx) = binary_cross_entropy_with_logits(&array![1e4, -1e4], &array![0.0, 1.0]);
    assert_eq!((loss, dx), (1e4, array![0.5, -0.5]));
    let (loss, _) = binary_cross_entropy_with_logits(&array![40.0], &array![1.0]);
    assert_eq!(compare_scalar(loss, (-40.0_f64).exp(), Tolerance::new(1e-12, 0.0)), Ok(()));
}

#[test]
fn what_is_nan_stays_visible() {
    let (nan, one) = (array![f64::NAN, 1.0], array![1.0, 1.0]);
    assert!(mse_loss(&nan, &one).0.is_nan() && smooth_l1_loss(&nan, &one, 1.0).0.is_nan());
    let (loss, dx) = binary_cross_entropy_with_logits(&nan, &one);
    assert!(loss.is_nan() && dx[0].is_nan());
    assert!(l1(&nan, 1.0).0.is_nan() && l2(&nan, 1.0).0.is_nan());
}

#[test]
fn losses_are_those_of_the_courses_notebook_on_adversarial_networks() {
    let expected = |id: &str| recorded::fact(FACTS, id)["expected"]["loss"].as_f64().expect("a number");
    let real: Array2<f64> = recorded::array(&recorded::fact(FACTS, "gan.discriminator_loss")["inputs"]["logits_real"]);
    let fake: Array2<f64> = recorded::array(&recorded::fact(FACTS, "gan.discriminator_loss")["inputs"]["logits_fake"]);
    let (ones, zeros) = (Array2::ones((10, 1)), Array2::zeros((10, 1)));
    let cross_entropy = |x: &Array2<f64>, y: &Array2<f64>| binary_cross_entropy_with_logits(x, y).0;
    let discriminator = cross_entropy(&real, &ones) + cross_entropy(&fake, &zeros);
    assert_eq!(compare_scalar(discriminator, expected("gan.discriminator_loss"), DOUBLE), Ok(()));
    assert_eq!(compare_scalar(cross_entropy(&fake, &ones), expected("gan.generator_loss"), DOUBLE), Ok(()));
    let squares = 0.5 * mse_loss(&real, &ones).0 + 0.5 * mse_loss(&fake, &zeros).0;
    assert_eq!(compare_scalar(squares, expected("gan.ls_discriminator_loss"), DOUBLE), Ok(()));
    assert_eq!(compare_scalar(0.5 * mse_loss(&fake, &ones).0, expected("gan.ls_generator_loss"), DOUBLE), Ok(()));
}

#[test]
fn any_number_of_axes_and_any_layout() {
    let (x, y) = (normal::<f64, _>((2, 3, 4), 1.0, &mut generator(1)), Array3::ones((2, 3, 4)));
    let (loss, dx) = mse_loss(&x.view().permuted_axes([2, 0, 1]), &y.view().permuted_axes([2, 0, 1]));
    let (plain, plain_dx) = mse_loss(&x, &y);
    assert_eq!(compare_scalar(loss, plain, DOUBLE), Ok(()));
    assert_eq!(compare(&dx, &plain_dx.permuted_axes([2, 0, 1]), DOUBLE), Ok(()));
    assert_eq!(mse_loss(&ndarray::arr0(3.0), &ndarray::arr0(1.0)), (4.0, ndarray::arr0(4.0)));
}

/// Predictions and targets of a random shape, at least 1e-3 from the kinks at 0 and `beta`.
fn problem(seed: u64, shape: &[usize], beta: f64) -> (ArrayD<f64>, ArrayD<f64>) {
    let mut draws = generator(seed);
    let (mut x, y) = (normal(shape, 2.0, &mut draws), normal(shape, 1.0, &mut draws));
    x.zip_mut_with(&y, |x: &mut f64, y: &f64| {
        for kink in [0.0, beta] {
            if ((*x - y).abs() - kink).abs() < 1e-3 {
                *x += 4e-3;
            }
        }
    });
    (x, y)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn losses_follow_their_formulas(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..4), beta in 0.5..2.0,
    ) {
        let (x, y) = problem(seed, &shape, beta);
        let n = x.len() as f64;
        let pairs = || x.iter().zip(&y);
        let squares: f64 = pairs().map(|(x, y)| (x - y).powi(2)).sum();
        prop_assert_eq!(compare_scalar(mse_loss(&x, &y).0, squares / n, DOUBLE), Ok(()), "seed {}", seed);
        // Huber: the integral of the slope, clipped to -1 to 1.
        let huber = |d: f64| if d < beta { d * d / 2.0 / beta } else { beta / 2.0 + (d - beta) };
        let smooth: f64 = pairs().map(|(x, y)| huber((x - y).abs())).sum();
        prop_assert_eq!(compare_scalar(smooth_l1_loss(&x, &y, beta).0, smooth / n, DOUBLE), Ok(()), "seed {}", seed);
        let (p, t) = (x.mapv(|x| 1.0 / (1.0 + (-x).exp())), y.mapv(|y| 1.0 / (1.0 + y.exp())));
        let entropy: f64 = p.iter().zip(&t).map(|(p, t)| -t * p.ln() - (1.0 - t) * (1.0 - p).ln()).sum();
        let loss = binary_cross_entropy_with_logits(&x, &t).0;
        prop_assert_eq!(compare_scalar(loss, entropy / n, DOUBLE), Ok(()), "seed {}", seed);
    }

    #[test]
    fn gradients_agree_with_numeric_ones(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..4), beta in 0.5..2.0, reg in 0.1..2.0,
    ) {
        let (x, y) = problem(seed, &shape, beta);
        let t = y.mapv(|y| 1.0 / (1.0 + y.exp()));
        type Loss<'a> = (&'a str, Box<dyn Fn(&ArrayD<f64>) -> (f64, ArrayD<f64>) + 'a>);
        let losses: [Loss; 3] = [
            ("mse_loss", Box::new(|x| mse_loss(x, &y))),
            ("smooth_l1_loss", Box::new(|x| smooth_l1_loss(x, &y, beta))),
            ("binary_cross_entropy_with_logits", Box::new(|x| binary_cross_entropy_with_logits(x, &t))),
        ];
        for (name, loss) in losses {
            let numeric = numeric_gradient(|x| loss(x).0, &x);
            prop_assert_eq!(compare(&loss(&x).1, &numeric, Tolerance::numeric_gradient()), Ok(()), "{} {}", name, seed);
        }
        let w = &x - &y;
        let penalties: [Loss; 3] = [
            ("l1", Box::new(|w| l1(w, reg))),
            ("l2", Box::new(|w| l2(w, reg))),
            ("elastic_net", Box::new(|w| elastic_net(w, reg, 2.0 * reg))),
        ];
        for (name, penalty) in penalties {
            let numeric = numeric_gradient(|w| penalty(w).0, &w);
            prop_assert_eq!(compare(&penalty(&w).1, &numeric, Tolerance::numeric_gradient()), Ok(()), "{} {}", name, seed);
        }
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>()) {
        let (x, y) = problem(seed, &[5, 7], 1.0);
        let single = |array: &ArrayD<f64>| array.mapv(|value| value as f32);
        let (x32, y32) = (single(&x), single(&y));
        for ((loss, dx), (loss32, dx32)) in [
            (mse_loss(&x, &y), mse_loss(&x32, &y32)),
            (smooth_l1_loss(&x, &y, 1.0), smooth_l1_loss(&x32, &y32, 1.0)),
            (binary_cross_entropy_with_logits(&x, &y), binary_cross_entropy_with_logits(&x32, &y32)),
            (elastic_net(&x, 0.1, 0.3), elastic_net(&x32, 0.1, 0.3)),
        ] {
            prop_assert_eq!(compare_scalar(loss32, loss, Tolerance::single()), Ok(()), "seed {}", seed);
            prop_assert_eq!(compare(&dx32, &dx, Tolerance::single()), Ok(()), "seed {}", seed);
        }
    }
}
