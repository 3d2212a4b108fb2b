//! Embedding, and the layers that treat each step alike: against slow versions, numeric gradients, single precision.

use gradus_check::{Tolerance, compare, compare_scalar, numeric_gradient, numeric_gradient_array};
use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::temporal::{temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};
use ndarray::{Array1, Array2, Array3};
use proptest::prelude::*;

fn labels(seed: u64, batch: usize, time: usize, classes: usize) -> Array2<usize> {
    let draws = with_replacement(classes, batch * time, &mut generator(seed));
    Array2::from_shape_vec((batch, time), draws).expect("as many labels")
}

/// The loss by loops over single numbers, without care for large scores.
fn softmax_loss_by_single_numbers(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> f64 {
    let (batch, time, classes) = x.dim();
    let mut loss = 0.0;
    for n in 0..batch {
        for t in 0..time {
            let sum: f64 = (0..classes).map(|v| x[[n, t, v]].exp()).sum();
            if mask[[n, t]] {
                loss -= (x[[n, t, y[[n, t]]]].exp() / sum).ln();
            }
        }
    }
    loss / batch as f64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn embedding_is_the_product_of_one_hot_rows(
        seed in any::<u64>(), [batch, time, vocabulary, features] in prop::array::uniform4(1_usize..5),
    ) {
        let x = labels(seed, batch, time, vocabulary);
        let w = normal::<f64, _>((vocabulary, features), 1.0, &mut generator(seed));
        let dout = normal::<f64, _>((batch, time, features), 1.0, &mut generator(seed ^ 1));
        let (out, cache) = word_embedding_forward(&x, &w);
        let hot = Array2::from_shape_fn((batch * time, vocabulary), |(row, v)| {
            f64::from(u8::from(x[[row / time, row % time]] == v))
        });
        let product = hot.dot(&w).into_shape_with_order((batch, time, features)).expect("as many");
        prop_assert_eq!(&out, &product, "seed {}", seed);
        let dw = word_embedding_backward(&dout, &cache);
        let numeric = numeric_gradient_array(|w| word_embedding_forward(&x, w).0, &w, &dout);
        prop_assert_eq!(compare(&dw, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
    }

    #[test]
    fn temporal_affine_is_an_affine_map_at_each_step(
        seed in any::<u64>(), [batch, time, features, outputs] in prop::array::uniform4(1_usize..5),
    ) {
        let draws = &mut generator(seed);
        let (x, w) = (normal::<f64, _>((batch, time, features), 1.0, draws), normal((features, outputs), 1.0, draws));
        let (b, dout) = (normal::<f64, _>(outputs, 1.0, draws), normal::<f64, _>((batch, time, outputs), 1.0, draws));
        let (y, cache) = temporal_affine_forward(&x, &w, &b);
        let slow = Array3::from_shape_fn((batch, time, outputs), |(n, t, m)| {
            b[m] + (0..features).map(|d| x[[n, t, d]] * w[[d, m]]).sum::<f64>()
        });
        prop_assert_eq!(compare(&y, &slow, Tolerance::double()), Ok(()), "seed {}", seed);

        let g = temporal_affine_backward(&dout, &cache);
        let dx = numeric_gradient_array(|x| temporal_affine_forward(x, &w, &b).0, &x, &dout);
        let dw = numeric_gradient_array(|w| temporal_affine_forward(&x, w, &b).0, &w, &dout);
        let db = numeric_gradient_array(|b| temporal_affine_forward(&x, &w, b).0, &b, &dout);
        prop_assert_eq!(compare(&g.dx, &dx, Tolerance::numeric_gradient()), Ok(()), "dx, seed {}", seed);
        prop_assert_eq!(compare(&g.dw, &dw, Tolerance::numeric_gradient()), Ok(()), "dw, seed {}", seed);
        prop_assert_eq!(compare(&g.db, &db, Tolerance::numeric_gradient()), Ok(()), "db, seed {}", seed);

        let single = |array: &Array3<f64>| array.mapv(|value| value as f32);
        let (w, b) = (w.mapv(|value| value as f32), b.mapv(|value| value as f32));
        let (y1, cache) = temporal_affine_forward(&single(&x), &w, &b);
        let g1 = temporal_affine_backward(&single(&dout), &cache);
        prop_assert_eq!(compare(&y1, &y, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&g1.dw, &g.dw, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
    }

    #[test]
    fn the_temporal_softmax_loss_and_its_gradient(
        seed in any::<u64>(), [batch, time, classes] in prop::array::uniform3(1_usize..5), share in 0.0..1.0,
    ) {
        let x = normal::<f64, _>((batch, time, classes), 2.0, &mut generator(seed));
        let y = labels(seed, batch, time, classes);
        let mask = normal::<f64, _>((batch, time), 1.0, &mut generator(seed ^ 1)).mapv(|draw| draw < share);
        let (loss, dx) = temporal_softmax_loss(&x, &y, &mask);
        let slow = softmax_loss_by_single_numbers(&x, &y, &mask);
        prop_assert_eq!(compare_scalar(loss, slow, Tolerance::double()), Ok(()), "seed {}", seed);
        let numeric = numeric_gradient(|x| temporal_softmax_loss(x, &y, &mask).0, &x);
        prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
        let (loss1, dx1) = temporal_softmax_loss(&x.mapv(|value| value as f32), &y, &mask);
        prop_assert_eq!(compare_scalar(loss1, loss, Tolerance::single()), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dx1, &dx, Tolerance::single()), Ok(()), "seed {}", seed);
    }
}

/// The sanity figures of CS231n's notebook: about 2.3 for one step, 23 for ten, 2.2 to 2.4 where a tenth counts.
#[test]
fn the_temporal_softmax_loss_of_small_scores() {
    for (batch, time, share, low, high) in
        [(100, 1, 1.0, 2.3, 2.305), (100, 10, 1.0, 23.0, 23.05), (5000, 10, 0.1, 2.2, 2.4)]
    {
        let draws = &mut generator(231);
        let x = normal::<f64, _>((batch, time, 10), 0.001, draws);
        let ranks = Array1::from(with_replacement(1000, batch * time, draws));
        let mask = ranks.mapv(|rank| (rank as f64) < 1000.0 * share).into_shape_with_order((batch, time));
        let (loss, _) = temporal_softmax_loss(&x, &labels(1, batch, time, 10), &mask.expect("as many"));
        assert!(low < loss && loss < high, "{loss}");
    }
}
