//! Upsampling: by hand, against the definition by weights, numeric gradients, single precision.

use crate::support::images::{SAME, reordered, single};
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::random::{generator, normal};
use gradus_nn::upsample::*;
use ndarray::{Array2, Array4, array};
use proptest::prelude::*;

/// The weight of each element of the input (columns) in each element of the output (rows) along one axis: a tent of
/// width 1 around the output's position, held inside the image.
fn tents(size: usize, output: usize, align_corners: bool) -> Array2<f64> {
    let (size_f, output_f) = (size as f64, output as f64);
    Array2::from_shape_fn((output, size), |(o, i)| {
        let position = if align_corners {
            if output == 1 { 0.0 } else { o as f64 / (output_f - 1.0) * (size_f - 1.0) }
        } else {
            (o as f64 + 0.5) / output_f * size_f - 0.5
        };
        (1.0 - (position.clamp(0.0, size_f - 1.0) - i as f64).abs()).max(0.0)
    })
}

/// Which element of the input (columns) each element of the output (rows) is a copy of: the one whose share of the axis
/// holds the start of the output's.
fn steps(size: usize, output: usize) -> Array2<f64> {
    Array2::from_shape_fn((output, size), |(o, i)| {
        let starts_in = i * output <= o * size && o * size < (i + 1) * output;
        f64::from(u8::from(starts_in))
    })
}

/// `y = rows @ x @ columns^T` for every plane.
fn mixed(x: &Array4<f64>, rows: &Array2<f64>, columns: &Array2<f64>) -> Array4<f64> {
    let (batch, channels, _, _) = x.dim();
    let mut y = Array4::zeros((batch, channels, rows.nrows(), columns.nrows()));
    for (x, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
        for (x, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
            y.assign(&rows.dot(&x).dot(&columns.t()));
        }
    }
    y
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn upsampling_is_a_product_with_weights(
        seed in any::<u64>(), shape in [1_usize..3, 1..3, 1..7, 1..7], size in [1_usize..15, 1..15],
    ) {
        let x: Array4<f64> = normal(shape, 1.0, &mut generator(seed));
        let [_, _, height, width] = shape;
        let dout: Array4<f64> = normal([shape[0], shape[1], size[0], size[1]], 1.0, &mut generator(seed ^ 1));

        let (y, cache) = upsample_nearest_forward(&x, size);
        let (rows, columns) = (steps(height, size[0]), steps(width, size[1]));
        prop_assert_eq!(&y, mixed(&x, &rows, &columns), "nearest, seed {}", seed);
        prop_assert_eq!(&upsample_nearest_forward(&reordered(&x), size).0, &y, "nearest, seed {}", seed);
        let dx = upsample_nearest_backward(&dout, &cache);
        let expected = mixed(&dout, &rows.t().to_owned(), &columns.t().to_owned());
        prop_assert_eq!(compare(&dx, &expected, SAME), Ok(()), "nearest, seed {}", seed);

        for align_corners in [false, true] {
            let (y, cache) = upsample_bilinear_forward(&x, size, align_corners);
            let (rows, columns) = (tents(height, size[0], align_corners), tents(width, size[1], align_corners));
            let what = format!("bilinear, align_corners {align_corners}, seed {seed}");
            prop_assert_eq!(compare(&y, &mixed(&x, &rows, &columns), SAME), Ok(()), "{}", what);
            prop_assert_eq!(&upsample_bilinear_forward(&reordered(&x), size, align_corners).0, &y, "{}", what);
            let dx = upsample_bilinear_backward(&dout, &cache);
            let expected = mixed(&dout, &rows.t().to_owned(), &columns.t().to_owned());
            prop_assert_eq!(compare(&dx, &expected, SAME), Ok(()), "{}", what);
        }
    }

    #[test]
    fn the_same_size_changes_nothing_and_a_constant_stays(seed in any::<u64>(), h in 1_usize..6, w in 1_usize..6) {
        let x: Array4<f64> = normal((2, 2, h, w), 1.0, &mut generator(seed));
        prop_assert_eq!(&upsample_nearest_forward(&x, [h, w]).0, &x);
        for align_corners in [false, true] {
            prop_assert_eq!(&upsample_bilinear_forward(&x, [h, w], align_corners).0, &x);
            let constant = upsample_bilinear_forward(&Array4::from_elem((1, 1, h, w), 3.0), [2 * h + 1, 7], align_corners).0;
            prop_assert_eq!(compare(&constant, &Array4::from_elem(constant.dim(), 3.0), SAME), Ok(()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_gradients_agree_with_numeric_ones(
        seed in any::<u64>(), shape in [1_usize..3, 1..3, 1..5, 1..5], size in [1_usize..9, 1..9],
    ) {
        let x: Array4<f64> = normal(shape, 1.0, &mut generator(seed));
        let dout: Array4<f64> = normal([shape[0], shape[1], size[0], size[1]], 1.0, &mut generator(seed ^ 1));
        let numeric = numeric_gradient_array(|x| upsample_nearest_forward(x, size).0, &x, &dout);
        let dx = upsample_nearest_backward(&dout, &upsample_nearest_forward(&x, size).1);
        prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "nearest, seed {}", seed);
        for align_corners in [false, true] {
            let forward = |x: &Array4<f64>| upsample_bilinear_forward(x, size, align_corners);
            let numeric = numeric_gradient_array(|x| forward(x).0, &x, &dout);
            let dx = upsample_bilinear_backward(&dout, &forward(&x).1);
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "bilinear, seed {}", seed);
        }
    }

    #[test]
    fn single_precision_follows_double_precision(
        seed in any::<u64>(), shape in [1_usize..3, 1..3, 1..7, 1..7], size in [1_usize..15, 1..15],
    ) {
        let x: Array4<f64> = normal(shape, 1.0, &mut generator(seed));
        let tolerance = Tolerance::new(1e-4, 1e-5);
        let (nearest, _) = upsample_nearest_forward(&single(&x), size);
        prop_assert_eq!(compare(&nearest, &upsample_nearest_forward(&x, size).0, tolerance), Ok(()), "seed {}", seed);
        for align_corners in [false, true] {
            let (y, cache) = upsample_bilinear_forward(&x, size, align_corners);
            let (single_y, single_cache) = upsample_bilinear_forward(&single(&x), size, align_corners);
            prop_assert_eq!(compare(&single_y, &y, tolerance), Ok(()), "seed {}", seed);
            let dx = upsample_bilinear_backward(&y, &cache);
            let single_dx = upsample_bilinear_backward(&single(&y), &single_cache);
            prop_assert_eq!(compare(&single_dx, &dx, Tolerance::new(1e-4, 1e-4)), Ok(()), "seed {}", seed);
        }
    }
}

#[test]
fn by_hand() {
    let x = array![[[[0.0, 4.0], [8.0, 12.0]]]];
    let (y, _) = upsample_bilinear_forward(&x, [3, 3], true);
    assert_eq!(y, array![[[[0.0, 2.0, 4.0], [4.0, 6.0, 8.0], [8.0, 10.0, 12.0]]]]);
    // Without aligned corners the rows of the output lie at -1/4 (so 0), 1/4, 3/4 and 5/4 (so 1) of the input.
    let (y, cache) = upsample_bilinear_forward(&x, [4, 2], false);
    assert_eq!(y, array![[[[0.0, 4.0], [2.0, 6.0], [6.0, 10.0], [8.0, 12.0]]]]);
    let dout = array![[[[1.0, 0.0], [4.0, 0.0], [0.0, 8.0], [0.0, 1.0]]]];
    assert_eq!(upsample_bilinear_backward(&dout, &cache), array![[[[4.0, 2.0], [1.0, 7.0]]]]);
    let (y, cache) = upsample_nearest_forward(&array![[[[1.0, 2.0, 3.0]]]], [1, 5]);
    assert_eq!(y, array![[[[1.0, 1.0, 2.0, 2.0, 3.0]]]]);
    assert_eq!(upsample_nearest_backward(&array![[[[1.0, 2.0, 3.0, 4.0, 5.0]]]], &cache), array![[[[3.0, 7.0, 5.0]]]]);
}
