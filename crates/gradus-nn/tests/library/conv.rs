//! Convolution and transposed convolution: by hand, naive against fast, numeric gradients, single precision.

use crate::support::images::{SAME, reordered, single};
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::conv::*;
use gradus_nn::random::{generator, normal};
use ndarray::{Array1, Array4, array, s};
use proptest::prelude::*;

type Gradients = (Array4<f64>, Array4<f64>, Array1<f64>);

/// A random input with its filters, biases and upstream gradient.
#[derive(Debug)]
struct Problem<P> {
    seed: u64,
    x: Array4<f64>,
    w: Array4<f64>,
    b: Array1<f64>,
    dout: Array4<f64>,
    params: P,
}

/// Sizes of a convolution; `spare` is how much larger the image is than it must be.
#[derive(Debug, Clone)]
struct Sizes {
    batch: usize,
    channels_in_group: usize,
    filters_in_group: usize,
    kernel: [usize; 2],
    spare: [usize; 2],
    params: ConvParams,
}

fn pair(values: std::ops::Range<usize>) -> impl Strategy<Value = [usize; 2]> {
    [values.clone(), values]
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let params = (pair(1..4), pair(0..3), pair(1..4), 1_usize..4)
        .prop_map(|(stride, padding, dilation, groups)| ConvParams { stride, padding, dilation, groups });
    (1_usize..3, 1_usize..3, 1_usize..3, pair(1..4), pair(0..5), params).prop_map(
        |(batch, channels_in_group, filters_in_group, kernel, spare, params)| Sizes {
            batch,
            channels_in_group,
            filters_in_group,
            kernel,
            spare,
            params,
        },
    )
}

fn convolution(seed: u64, sizes: &Sizes) -> Problem<ConvParams> {
    let Sizes { batch, channels_in_group, filters_in_group, kernel, spare, params } = sizes.clone();
    let size: [usize; 2] = std::array::from_fn(|axis| {
        let extent = params.dilation[axis] * (kernel[axis] - 1) + 1;
        extent.saturating_sub(2 * params.padding[axis]).max(1) + spare[axis]
    });
    let (channels, filters) = (channels_in_group * params.groups, filters_in_group * params.groups);
    let output = params.output_size(size, kernel).expect("large enough");
    let mut draws = generator(seed);
    Problem {
        seed,
        x: normal((batch, channels, size[0], size[1]), 1.0, &mut draws),
        w: normal((filters, channels_in_group, kernel[0], kernel[1]), 1.0, &mut draws),
        b: normal(filters, 1.0, &mut draws),
        dout: normal((batch, filters, output[0], output[1]), 1.0, &mut draws),
        params,
    }
}

/// The transposed convolution of the same sizes. `None` where padding leaves no output.
fn transposed(seed: u64, sizes: &Sizes, output_padding: [usize; 2]) -> Option<Problem<ConvTransposeParams>> {
    let Sizes { batch, channels_in_group, filters_in_group, kernel, spare, params } = sizes.clone();
    let ConvParams { stride, padding, dilation, groups } = params;
    let output_padding = std::array::from_fn(|axis| output_padding[axis] % stride[axis].max(dilation[axis]));
    let params = ConvTransposeParams { stride, padding, output_padding, dilation, groups };
    let size = [spare[0] + 1, spare[1] + 1];
    let output = params.output_size(size, kernel)?;
    let mut draws = generator(seed);
    Some(Problem {
        seed,
        x: normal((batch, channels_in_group * groups, size[0], size[1]), 1.0, &mut draws),
        w: normal((channels_in_group * groups, filters_in_group, kernel[0], kernel[1]), 1.0, &mut draws),
        b: normal(filters_in_group * groups, 1.0, &mut draws),
        dout: normal((batch, filters_in_group * groups, output[0], output[1]), 1.0, &mut draws),
        params,
    })
}

fn assert_same(actual: &Gradients, expected: &Gradients, tolerance: Tolerance, what: &str) {
    assert_eq!(compare(&actual.0, &expected.0, tolerance), Ok(()), "dx, {what}");
    assert_eq!(compare(&actual.1, &expected.1, tolerance), Ok(()), "dw, {what}");
    assert_eq!(compare(&actual.2, &expected.2, tolerance), Ok(()), "db, {what}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn naive_and_fast_convolution_agree(seed in any::<u64>(), sizes in sizes()) {
        let Problem { x, w, b, dout, params, .. } = convolution(seed, &sizes);
        let (y, cache) = conv_forward(&x, &w, &b, params);
        let (slow_y, slow_cache) = conv_forward_naive(&x, &w, &b, params);
        prop_assert_eq!(compare(&y, &slow_y, SAME), Ok(()), "seed {}", seed);
        let slow = conv_backward_naive(&dout, &slow_cache);
        assert_same(&conv_backward(&dout, &cache), &slow, SAME, &format!("seed {seed}"));
        // Either cache serves either backward pass.
        assert_same(&conv_backward(&dout, &slow_cache), &slow, SAME, &format!("seed {seed}, naive cache"));
    }

    #[test]
    fn naive_and_fast_transposed_convolution_agree(seed in any::<u64>(), sizes in sizes(), extra in pair(0..3)) {
        let problem = transposed(seed, &sizes, extra);
        prop_assume!(problem.is_some());
        let Problem { x, w, b, dout, params, .. } = problem.expect("assumed");
        let (y, cache) = conv_transpose_forward(&x, &w, &b, params);
        let (slow_y, slow_cache) = conv_transpose_forward_naive(&x, &w, &b, params);
        prop_assert_eq!(compare(&y, &slow_y, SAME), Ok(()), "seed {}", seed);
        let slow = conv_transpose_backward_naive(&dout, &slow_cache);
        assert_same(&conv_transpose_backward(&dout, &cache), &slow, SAME, &format!("seed {seed}"));
        assert_same(&conv_transpose_backward(&dout, &slow_cache), &slow, SAME, &format!("seed {seed}, naive cache"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_gradients_of_convolution_agree_with_numeric_ones(seed in any::<u64>(), sizes in sizes()) {
        let Problem { x, w, b, dout, params, .. } = convolution(seed, &sizes);
        let numeric = (
            numeric_gradient_array(|x| conv_forward(x, &w, &b, params).0, &x, &dout),
            numeric_gradient_array(|w| conv_forward(&x, w, &b, params).0, &w, &dout),
            numeric_gradient_array(|b| conv_forward(&x, &w, b, params).0, &b, &dout),
        );
        let cache = conv_forward(&x, &w, &b, params).1;
        let tolerance = Tolerance::numeric_gradient();
        assert_same(&conv_backward(&dout, &cache), &numeric, tolerance, &format!("seed {seed}"));
        assert_same(&conv_backward_naive(&dout, &cache), &numeric, tolerance, &format!("seed {seed}, naive"));
    }

    #[test]
    fn the_gradients_of_transposed_convolution_agree_with_numeric_ones(
        seed in any::<u64>(), sizes in sizes(), extra in pair(0..3),
    ) {
        let problem = transposed(seed, &sizes, extra);
        prop_assume!(problem.is_some());
        let Problem { x, w, b, dout, params, .. } = problem.expect("assumed");
        let numeric = (
            numeric_gradient_array(|x| conv_transpose_forward(x, &w, &b, params).0, &x, &dout),
            numeric_gradient_array(|w| conv_transpose_forward(&x, w, &b, params).0, &w, &dout),
            numeric_gradient_array(|b| conv_transpose_forward(&x, &w, b, params).0, &b, &dout),
        );
        let cache = conv_transpose_forward(&x, &w, &b, params).1;
        let tolerance = Tolerance::numeric_gradient();
        assert_same(&conv_transpose_backward(&dout, &cache), &numeric, tolerance, &format!("seed {seed}"));
        assert_same(&conv_transpose_backward_naive(&dout, &cache), &numeric, tolerance, &format!("seed {seed}, naive"));
    }

    #[test]
    fn a_transposed_convolution_is_the_gradient_of_the_convolution_with_its_filters(
        seed in any::<u64>(), sizes in sizes(),
    ) {
        let Problem { x, w, b, dout, params, .. } = convolution(seed, &sizes);
        let dx = conv_backward_naive(&dout, &conv_forward_naive(&x, &w, &b, params).1).0;
        let ConvParams { stride, padding, dilation, groups } = params;
        // What the stride leaves over of the image is what output padding stands for.
        let plain = ConvTransposeParams { stride, padding, output_padding: [0; 2], dilation, groups };
        let smallest = plain.output_size([dout.dim().2, dout.dim().3], sizes.kernel);
        prop_assume!(smallest.is_some());
        let [height, width] = smallest.expect("assumed");
        let params = ConvTransposeParams { output_padding: [x.dim().2 - height, x.dim().3 - width], ..plain };
        let (y, _) = conv_transpose_forward(&dout, &w, &Array1::zeros(x.dim().1), params);
        prop_assert_eq!(compare(&y, &dx, SAME), Ok(()), "seed {}", seed);
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>(), sizes in sizes()) {
        let Problem { x, w, b, dout, params, .. } = convolution(seed, &sizes);
        // Relative to the size of the array: a sum that happens to cancel has no digits of its own.
        let tolerance = |array: &Array4<f64>| Tolerance::new(1e-4, 1e-5 * array.fold(1.0, |max: f64, v| max.max(v.abs())));
        let (y, cache) = conv_forward(&x, &w, &b, params);
        let (dx, dw, _) = conv_backward(&dout, &cache);
        let (single_y, cache) = conv_forward(&single(&x), &single(&w), &single(&b), params);
        let (single_dx, single_dw, _) = conv_backward(&single(&dout), &cache);
        prop_assert_eq!(compare(&single_y, &y, tolerance(&y)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dx, &dx, tolerance(&dx)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dw, &dw, tolerance(&dw)), Ok(()), "seed {}", seed);
        if let Some(Problem { x, w, b, dout, params, .. }) = transposed(seed, &sizes, [1, 0]) {
            let (y, cache) = conv_transpose_forward(&x, &w, &b, params);
            let (dx, dw, _) = conv_transpose_backward(&dout, &cache);
            let (single_y, cache) = conv_transpose_forward(&single(&x), &single(&w), &single(&b), params);
            let (single_dx, single_dw, _) = conv_transpose_backward(&single(&dout), &cache);
            prop_assert_eq!(compare(&single_y, &y, tolerance(&y)), Ok(()), "seed {}", seed);
            prop_assert_eq!(compare(&single_dx, &dx, tolerance(&dx)), Ok(()), "seed {}", seed);
            prop_assert_eq!(compare(&single_dw, &dw, tolerance(&dw)), Ok(()), "seed {}", seed);
        }
    }

    #[test]
    fn the_order_of_elements_in_memory_does_not_matter(seed in any::<u64>(), sizes in sizes()) {
        let Problem { x, w, b, dout, params, .. } = convolution(seed, &sizes);
        let (y, cache) = conv_forward(&x, &w, &b, params);
        let (other_y, other_cache) = conv_forward(&reordered(&x), &reordered(&w), &b, params);
        prop_assert_eq!(y, other_y, "seed {}", seed);
        prop_assert_eq!(conv_backward(&dout, &cache), conv_backward(&reordered(&dout), &other_cache), "seed {}", seed);
        if let Some(Problem { x, w, b, dout, params, .. }) = transposed(seed, &sizes, [0, 1]) {
            let (y, cache) = conv_transpose_forward(&x, &w, &b, params);
            let (other_y, other_cache) = conv_transpose_forward(&reordered(&x), &reordered(&w), &b, params);
            prop_assert_eq!(y, other_y, "seed {}", seed);
            let (gradients, other) =
                (conv_transpose_backward(&dout, &cache), conv_transpose_backward(&reordered(&dout), &other_cache));
            assert_same(&other, &gradients, SAME, &format!("seed {seed}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Enough channels and places for tiles of 4 x 4, whole and cut off, in one block and in several.
    #[test]
    fn tiled_convolution_agrees_with_the_naive_one(
        seed in any::<u64>(), batch in 1_usize..3, channels in 24_usize..40, filters in 24_usize..40,
        padding in pair(0..3), spare in [12_usize..70, 12_usize..30],
    ) {
        let params = ConvParams { padding, ..ConvParams::default() };
        let spare = std::array::from_fn(|axis| spare[axis] + 2 * padding[axis]);
        let (channels_in_group, filters_in_group) = (channels, filters);
        let sizes = Sizes { batch, channels_in_group, filters_in_group, kernel: [3, 3], spare, params };
        let Problem { x, w, b, dout, .. } = convolution(seed, &sizes);
        let (y, cache) = conv_forward(&x, &w, &b, params);
        prop_assert!(y.dim().2 >= 12 && y.dim().3 >= 12);
        let (slow_y, slow_cache) = conv_forward_naive(&x, &w, &b, params);
        // Relative to the size of the array: each element is a sum of hundreds that may cancel.
        let tolerance = |array: &Array4<f64>, relative: f64| {
            Tolerance::new(relative, relative / 10.0 * array.fold(1.0, |max: f64, v| max.max(v.abs())))
        };
        prop_assert_eq!(compare(&y, &slow_y, tolerance(&slow_y, 1e-11)), Ok(()), "seed {}", seed);
        let (dx, dw, db) = conv_backward(&dout, &cache);
        let (slow_dx, slow_dw, slow_db) = conv_backward_naive(&dout, &slow_cache);
        prop_assert_eq!(compare(&dx, &slow_dx, tolerance(&slow_dx, 1e-11)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dw, &slow_dw, tolerance(&slow_dw, 1e-11)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&db, &slow_db, Tolerance::new(1e-11, 1e-10)), Ok(()), "seed {}", seed);

        let (single_y, cache) = conv_forward(&single(&x), &single(&w), &single(&b), params);
        let (single_dx, single_dw, _) = conv_backward(&single(&dout), &cache);
        prop_assert_eq!(compare(&single_y, &slow_y, tolerance(&slow_y, 1e-4)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dx, &slow_dx, tolerance(&slow_dx, 1e-4)), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&single_dw, &slow_dw, tolerance(&slow_dw, 1e-4)), Ok(()), "seed {}", seed);
    }
}

#[test]
fn naive_and_fast_agree_on_the_course_notebooks_comparison() {
    let (seed, mut draws) = (231, generator(231));
    let (x, w) = (normal::<f64, _>((100, 3, 31, 31), 1.0, &mut draws), normal((25, 3, 3, 3), 1.0, &mut draws));
    let (b, dout) = (normal(25, 1.0, &mut draws), normal((100, 25, 16, 16), 1.0, &mut draws));
    let (y, cache) = conv_forward(&x, &w, &b, ConvParams::new(2, 1));
    let (slow_y, slow_cache) = conv_forward_naive(&x, &w, &b, ConvParams::new(2, 1));
    assert_eq!(compare(&y, &slow_y, SAME), Ok(()), "seed {seed}");
    let (gradients, slow) = (conv_backward(&dout, &cache), conv_backward_naive(&dout, &slow_cache));
    assert_same(&gradients, &slow, Tolerance::new(1e-9, 1e-10), &format!("seed {seed}"));
}

#[test]
fn an_image_of_several_blocks_of_columns() {
    // 16 channels * 25 elements * 40 columns * 8 bytes: two rows of the output fill a block, and the last is not full.
    let params = ConvParams { groups: 2, ..ConvParams::new(1, 2) };
    let sizes = Sizes { batch: 2, channels_in_group: 16, filters_in_group: 3, kernel: [5, 5], spare: [40, 39], params };
    let Problem { x, w, b, dout, params, seed } = convolution(7, &sizes);
    let (y, cache) = conv_forward(&x, &w, &b, params);
    assert_eq!(y.dim().2 % 2, 1, "the last block is not full");
    assert_eq!(compare(&y, &conv_forward_naive(&x, &w, &b, params).0, SAME), Ok(()), "seed {seed}");
    let slow = conv_backward_naive(&dout, &cache);
    assert_same(&conv_backward(&dout, &cache), &slow, Tolerance::new(1e-9, 1e-10), &format!("seed {seed}"));
}

#[test]
fn convolution_by_hand() {
    // Stride 2 and padding 1 put the windows' corners at -1 and 1; dilation 2 picks every other element.
    let x = array![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]];
    let (w, b) = (array![[[[1.0, 10.0], [100.0, 1000.0]]]], array![0.5]);
    type Forward = fn(
        &ndarray::ArrayRef4<f64>,
        &ndarray::ArrayRef4<f64>,
        &ndarray::ArrayRef1<f64>,
        ConvParams,
    ) -> (Array4<f64>, ConvCache<f64>);
    let both: [Forward; 2] = [conv_forward, conv_forward_naive];
    for forward in both {
        let strided = forward(&x, &w, &b, ConvParams::new(2, 1)).0;
        assert_eq!(strided, array![[[[1000.5, 3200.5], [7040.5, 9865.5]]]]);
        let dilated = forward(&x, &w, &b, ConvParams { dilation: [2, 2], ..ConvParams::new(1, 0) }).0;
        assert_eq!(dilated, array![[[[9731.5]]]]);
        let uneven = forward(&x, &w, &b, ConvParams { stride: [1, 2], ..ConvParams::new(1, 0) }).0;
        assert_eq!(uneven, array![[[[5421.5], [8754.5]]]]);
    }
}

#[test]
fn depthwise_convolution_treats_each_channel_by_itself() {
    let (seed, params) = (11, ConvParams { groups: 3, ..ConvParams::new(1, 1) });
    let mut draws = generator(seed);
    let (x, w) = (normal::<f64, _>((2, 3, 5, 4), 1.0, &mut draws), normal((3, 1, 3, 3), 1.0, &mut draws));
    let b = normal(3, 1.0, &mut draws);
    let (y, _) = conv_forward(&x, &w, &b, params);
    for c in 0..3 {
        let part = |array: &Array4<f64>| array.slice(s![.., c..c + 1, .., ..]).to_owned();
        let filter = w.slice(s![c..c + 1, .., .., ..]);
        let alone = conv_forward_naive(&part(&x), &filter, &b.slice(s![c..c + 1]), ConvParams::new(1, 1)).0;
        assert_eq!(compare(&part(&y), &alone, SAME), Ok(()), "seed {seed}, channel {c}");
    }
}

#[test]
fn an_empty_batch_has_no_output_and_no_gradient() {
    let (x, w, b) = (Array4::<f64>::zeros((0, 2, 4, 4)), Array4::ones((3, 2, 3, 3)), Array1::ones(3));
    let (y, cache) = conv_forward(&x, &w, &b, ConvParams::new(1, 1));
    assert_eq!(y.dim(), (0, 3, 4, 4));
    let (dx, dw, db) = conv_backward(&y, &cache);
    assert_eq!((dx.dim(), dw, db), ((0, 2, 4, 4), Array4::zeros((3, 2, 3, 3)), Array1::zeros(3)));
    let (y, cache) = conv_transpose_forward(&x, &Array4::ones((2, 3, 3, 3)), &b, ConvTransposeParams::new(2, 1));
    assert_eq!((y.dim(), conv_transpose_backward(&y, &cache).2), ((0, 3, 7, 7), Array1::zeros(3)));
}

#[test]
fn a_number_that_is_nan_stays_visible() {
    let mut x = Array4::<f64>::zeros((1, 1, 3, 3));
    x[[0, 0, 1, 1]] = f64::NAN;
    let (y, _) = conv_forward(&x, &Array4::zeros((1, 1, 1, 1)), &array![0.0], ConvParams::new(1, 0));
    assert_eq!(y.mapv(|value| value.is_nan() as u8).sum(), 1);
}
