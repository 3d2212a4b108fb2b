//! Inverted dropout: by hand, the course's figures, the share that is kept, numeric gradients, single precision.

use crate::support::numpy;
use crate::support::recorded;
use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient_array};
use gradus_nn::Mode;
use gradus_nn::dropout::{dropout_backward, dropout_forward};
use gradus_nn::random::{generator, normal};
use ndarray::{Array2, ArrayD, array};
use proptest::prelude::*;
use rand::Rng;

const FACTS: &str = include_str!("fixtures/cs231n_layers.json");

#[test]
fn each_element_is_kept_if_its_draw_is_below_p() {
    let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let mut draws = generator(3);
    let by_hand = x.mapv(|x| if draws.random::<f64>() < 0.5 { 2.0 * x } else { 0.0 });
    let (out, cache) = dropout_forward(&x, 0.5, Mode::Train, &mut generator(3));
    assert_eq!(out, by_hand);
    assert_eq!(cache.mask, Some(by_hand / x));
    // In row-major order whatever the layout.
    let (turned, _) =
        dropout_forward(&array![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]].t(), 0.5, Mode::Train, &mut generator(3));
    assert_eq!(turned, out);
}

#[test]
fn evaluation_and_keeping_all_change_nothing() {
    let (x, dout) = (array![1.0, -2.0, 3.0], array![4.0, 5.0, 6.0]);
    let (mut draws, mut untouched) = (generator(1), generator(1));
    let (out, cache) = dropout_forward(&x, 0.1, Mode::Evaluate, &mut draws);
    assert_eq!((&out, dropout_backward(&dout, &cache)), (&x, dout.clone()));
    assert_eq!(draws.random::<u64>(), untouched.random::<u64>(), "evaluation draws nothing");
    let (out, cache) = dropout_forward(&x, 1.0, Mode::Train, &mut draws);
    assert_eq!((&out, dropout_backward(&dout, &cache)), (&x, dout.clone()));
}

#[test]
fn the_figures_of_the_courses_notebook() {
    let expected = &recorded::fact(FACTS, "dropout.stats")["expected"];
    let number = |name: &str| expected[name].as_f64().expect("a number");
    let mut draws = numpy::Numpy::seed(231);
    let x = draws.randn((500, 500)) + 10.0;
    let tolerance = Tolerance::new(1e-13, 0.0);
    assert_eq!(compare_scalar(x.mean().expect("elements"), number("input_mean"), tolerance), Ok(()));
    for p in [0.25, 0.4, 0.7] {
        let (out, _) = dropout_forward(&x, p, Mode::Train, &mut draws);
        assert_eq!(
            compare_scalar(out.mean().expect("elements"), number(&format!("train_mean_p{p}")), tolerance),
            Ok(())
        );
        let zeros = out.iter().filter(|&&value| value == 0.0).count() as f64 / 250_000.0;
        assert_eq!(compare_scalar(zeros, number(&format!("zero_frac_p{p}")), Tolerance::exact()), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_share_kept_is_p_and_the_mean_stays(seed in any::<u64>(), p in 0.2..1.0) {
        let (out, _) = dropout_forward(&Array2::<f64>::ones((100, 100)), p, Mode::Train, &mut generator(seed));
        let kept = out.iter().filter(|&&value| value != 0.0).count() as f64 / 1e4;
        // Six standard deviations: one seed in a billion is further off.
        let deviation = (p * (1.0 - p) / 1e4).sqrt();
        prop_assert!((kept - p).abs() < 6.0 * deviation + 1e-12, "seed {}: kept {} for p {}", seed, kept, p);
        prop_assert!((out.mean().unwrap() - 1.0).abs() < 6.0 * deviation / p + 1e-12, "seed {}", seed);
    }

    #[test]
    fn backward_agrees_with_the_numeric_gradient(
        seed in any::<u64>(), shape in prop::collection::vec(1_usize..4, 1..5), p in 0.1..1.0,
    ) {
        let mut draws = generator(seed);
        let (x, dout): (ArrayD<f64>, ArrayD<f64>) = (normal(&shape[..], 1.0, &mut draws), normal(&shape[..], 1.0, &mut draws));
        let forward = |x: &ArrayD<f64>| dropout_forward(x, p, Mode::Train, &mut generator(seed));
        let dx = dropout_backward(&dout, &forward(&x).1);
        let numeric = numeric_gradient_array(|x| forward(x).0, &x, &dout);
        prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);

        let (x, dout) = (x.mapv(|x| x as f32), dout.mapv(|x| x as f32));
        let (single, cache) = dropout_forward(&x, p, Mode::Train, &mut generator(seed));
        prop_assert_eq!(compare(&single, &forward(&x.mapv(f64::from)).0, Tolerance::single()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dropout_backward(&dout, &cache), &dx, Tolerance::single()), Ok(()), "seed {}", seed);
    }
}
