//! Pooling: by hand, naive against fast, against obvious definitions, numeric gradients, single precision.

use crate::support::images::{SAME, reordered, single};
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::pool::*;
use gradus_nn::random::{generator, normal};
use ndarray::{Array2, Array4, Axis, array, s};
use proptest::prelude::*;
use rand::Rng;
use rand::seq::SliceRandom;

/// Windows and a size of image that they fit into.
fn windows() -> impl Strategy<Value = (PoolParams, [usize; 2])> {
    let axis = (1_usize..5, 1_usize..4, 0_usize..3, 0_usize..6).prop_map(|(kernel, stride, padding, spare)| {
        let padding = padding.min(kernel / 2);
        (kernel, stride, padding, (kernel - padding).max(1) + spare)
    });
    [axis.clone(), axis]
        .prop_map(|[a, b]| (PoolParams { kernel: [a.0, b.0], stride: [a.1, b.1], padding: [a.2, b.2] }, [a.3, b.3]))
}

/// Images whose elements are all different, by at least 0.01, so that no numeric step changes which is the largest.
fn distinct(seed: u64, shape: [usize; 4]) -> Array4<f64> {
    let count: usize = shape.iter().product();
    let mut values: Vec<f64> = (0..count).map(|k| 0.01 * k as f64 - 0.7).collect();
    values.shuffle(&mut generator(seed));
    Array4::from_shape_vec(shape, values).expect("as many")
}

/// Images of few different numbers, so that most windows have several maxima.
fn with_ties(seed: u64, shape: [usize; 4]) -> Array4<f64> {
    let mut draws = generator(seed);
    Array4::from_shape_simple_fn(shape, || f64::from(draws.random_range(0..3_i32)))
}

fn upstream(seed: u64, y: &Array4<f64>) -> Array4<f64> {
    normal(y.dim(), 1.0, &mut generator(seed ^ 1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn naive_and_fast_max_pooling_agree_ties_and_all(
        seed in any::<u64>(), (params, [height, width]) in windows(), batch in 1_usize..3, channels in 1_usize..3,
    ) {
        let mut x = with_ties(seed, [batch, channels, height, width]);
        if seed % 4 == 0 {
            x[[0, 0, height / 2, width / 2]] = f64::NAN;
            x.mapv_inplace(|value| if value == 0.0 { f64::NEG_INFINITY } else { value });
        }
        let ((y, cache), (slow_y, slow_cache)) = (max_pool_forward(&x, params), max_pool_forward_naive(&x, params));
        prop_assert_eq!(y.mapv(f64::to_bits), slow_y.mapv(f64::to_bits), "seed {}", seed);
        prop_assert_eq!(cache.argmax(), slow_cache.argmax(), "seed {}", seed);
        let dout = upstream(seed, &y);
        let slow_dx = max_pool_backward_naive(&dout, &slow_cache);
        prop_assert_eq!(max_pool_backward(&dout, &cache), &slow_dx, "seed {}", seed);
        let other = max_pool_forward(&reordered(&x), params).1;
        prop_assert_eq!(max_pool_backward(&reordered(&dout), &other), slow_dx, "seed {}", seed);
    }

    #[test]
    fn windows_of_2_x_2_side_by_side_agree_with_the_naive_ones_ties_and_all(
        seed in any::<u64>(), size in [2_usize..40, 2_usize..40], count in 1_usize..4,
    ) {
        let mut x = with_ties(seed, [count, 2, size[0], size[1]]);
        if seed % 4 == 0 {
            x.slice_mut(s![.., .., ..;3, ..;2]).fill(f64::NAN);
            x.mapv_inplace(|value| if value == 0.0 { f64::NEG_INFINITY } else { value });
        }
        let params = PoolParams::new(2, 2);
        let ((y, cache), (slow_y, slow_cache)) = (max_pool_forward(&x, params), max_pool_forward_naive(&x, params));
        prop_assert_eq!(y.mapv(f64::to_bits), slow_y.mapv(f64::to_bits), "seed {}", seed);
        prop_assert_eq!(cache.argmax(), slow_cache.argmax(), "seed {}", seed);
        let dout = upstream(seed, &y);
        prop_assert_eq!(max_pool_backward(&dout, &cache), max_pool_backward_naive(&dout, &cache), "seed {}", seed);
        let (single_y, single_cache) = max_pool_forward(&single(&x), params);
        prop_assert_eq!(single_y.mapv(f32::to_bits), single(&slow_y).mapv(f32::to_bits), "seed {}", seed);
        let slow_dx = max_pool_backward_naive(&single(&dout), &slow_cache);
        prop_assert_eq!(max_pool_backward(&single(&dout), &single_cache), slow_dx, "seed {}", seed);
    }

    #[test]
    fn a_maximum_is_the_largest_element_of_its_padded_window(
        seed in any::<u64>(), (params, [height, width]) in windows(),
    ) {
        let x = distinct(seed, [2, 2, height, width]);
        let PoolParams { kernel, stride, padding } = params;
        let (y, cache) = max_pool_forward(&x, params);
        for ((n, c, oh, ow), &value) in y.indexed_iter() {
            let inside = |o: usize, axis: usize, at: usize| {
                let start = (o * stride[axis]) as isize - padding[axis] as isize;
                (start..start + kernel[axis] as isize).contains(&(at as isize))
            };
            let plane = x.index_axis(Axis(0), n).index_axis_move(Axis(0), c);
            let window = plane.indexed_iter().filter(|&((h, w), _)| inside(oh, 0, h) && inside(ow, 1, w));
            let largest = window.map(|(_, &value)| value).fold(f64::NEG_INFINITY, f64::max);
            prop_assert_eq!(value, largest, "seed {}", seed);
            let position = cache.argmax()[[n, c, oh, ow]] as usize;
            prop_assert_eq!(plane[[position / width, position % width]], value, "seed {}", seed);
        }
    }

    #[test]
    fn naive_and_fast_average_pooling_agree(
        seed in any::<u64>(), (params, [height, width]) in windows(), batch in 1_usize..3, channels in 1_usize..3,
    ) {
        let x = distinct(seed, [batch, channels, height, width]);
        let ((y, cache), (slow_y, slow_cache)) = (avg_pool_forward(&x, params), avg_pool_forward_naive(&x, params));
        prop_assert_eq!(compare(&y, &slow_y, SAME), Ok(()), "seed {}", seed);
        prop_assert_eq!(&avg_pool_forward(&reordered(&x), params).0, &y, "seed {}", seed);
        let dout = upstream(seed, &y);
        let dx = avg_pool_backward(&dout, &cache);
        prop_assert_eq!(compare(&dx, &avg_pool_backward_naive(&dout, &slow_cache), SAME), Ok(()), "seed {}", seed);
        prop_assert_eq!(&avg_pool_backward(&reordered(&dout), &cache), &dx, "seed {}", seed);
        let ((y, cache), (slow_y, slow_cache)) = (global_avg_pool_forward(&x), global_avg_pool_forward_naive(&x));
        prop_assert_eq!(compare(&y, &slow_y, SAME), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&global_avg_pool_forward(&reordered(&x)).0, &y, SAME), Ok(()), "seed {}", seed);
        prop_assert_eq!(global_avg_pool_backward(&y, &cache), global_avg_pool_backward_naive(&y, &slow_cache));
    }

    #[test]
    fn a_kernel_as_large_as_the_image_is_global_average_pooling(seed in any::<u64>(), h in 1_usize..6, w in 1_usize..6) {
        let x = distinct(seed, [2, 3, h, w]);
        let whole = PoolParams { kernel: [h, w], stride: [1, 1], padding: [0, 0] };
        let y = avg_pool_forward(&x, whole).0.into_shape_with_order((2, 3)).expect("one window");
        prop_assert_eq!(compare(&y, &global_avg_pool_forward(&x).0, SAME), Ok(()), "seed {}", seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_gradients_agree_with_numeric_ones(seed in any::<u64>(), (params, [height, width]) in windows()) {
        let x = distinct(seed, [2, 2, height, width]);
        let (y, cache) = max_pool_forward(&x, params);
        let dout = upstream(seed, &y);
        let numeric = numeric_gradient_array(|x| max_pool_forward(x, params).0, &x, &dout);
        for dx in [max_pool_backward(&dout, &cache), max_pool_backward_naive(&dout, &cache)] {
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "max, seed {}", seed);
        }
        let cache = avg_pool_forward(&x, params).1;
        let numeric = numeric_gradient_array(|x| avg_pool_forward(x, params).0, &x, &dout);
        for dx in [avg_pool_backward(&dout, &cache), avg_pool_backward_naive(&dout, &cache)] {
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "average, seed {}", seed);
        }
        let dout: Array2<f64> = normal((2, 2), 1.0, &mut generator(seed));
        let numeric = numeric_gradient_array(|x| global_avg_pool_forward(x).0, &x, &dout);
        let dx = global_avg_pool_backward(&dout, &global_avg_pool_forward(&x).1);
        prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "global, seed {}", seed);
    }

    #[test]
    fn unpooling_agrees_with_a_map_of_positions_and_with_numeric_gradients(
        seed in any::<u64>(), (params, [height, width]) in windows(),
    ) {
        let pooled = with_ties(seed, [2, 2, height, width]);
        let (y, cache) = max_pool_forward(&pooled, params);
        let x: Array4<f64> = normal(y.dim(), 1.0, &mut generator(seed));
        let (unpooled, unpool_cache) = max_unpool_forward(&x, cache.argmax(), [height, width]);
        let mut slow = Array4::zeros((2, 2, height, width));
        for ((n, c, h, w), &value) in x.indexed_iter() {
            let position = cache.argmax()[[n, c, h, w]] as usize;
            slow[[n, c, position / width, position % width]] = value;
        }
        prop_assert_eq!(&unpooled, &slow, "seed {}", seed);
        let dout = upstream(seed, &unpooled);
        let f = |x: &Array4<f64>| max_unpool_forward(x, cache.argmax(), [height, width]).0;
        let numeric = numeric_gradient_array(f, &x, &dout);
        for dout in [&dout, &reordered(&dout)] {
            let dx = max_unpool_backward(dout, &unpool_cache);
            prop_assert_eq!(compare(&dx, &numeric, Tolerance::numeric_gradient()), Ok(()), "seed {}", seed);
        }
        let (other, _) = max_unpool_forward(&reordered(&x), &cache.argmax().clone().view(), [height, width]);
        prop_assert_eq!(other, slow, "seed {}", seed);
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>(), (params, [height, width]) in windows()) {
        let x = distinct(seed, [2, 2, height, width]);
        let (y, cache) = max_pool_forward(&x, params);
        let (single_y, single_cache) = max_pool_forward(&single(&x), params);
        prop_assert_eq!(compare(&single_y, &y, Tolerance::single()), Ok(()), "seed {}", seed);
        let dout = upstream(seed, &y);
        let (dx, single_dx) = (max_pool_backward(&dout, &cache), max_pool_backward(&single(&dout), &single_cache));
        prop_assert_eq!(compare(&single_dx, &dx, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);

        let ((y, cache), (single_y, single_cache)) = (avg_pool_forward(&x, params), avg_pool_forward(&single(&x), params));
        prop_assert_eq!(compare(&single_y, &y, Tolerance::single()), Ok(()), "seed {}", seed);
        let (dx, single_dx) = (avg_pool_backward(&dout, &cache), avg_pool_backward(&single(&dout), &single_cache));
        prop_assert_eq!(compare(&single_dx, &dx, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
        let (y, single_y) = (global_avg_pool_forward(&x).0, global_avg_pool_forward(&single(&x)).0);
        prop_assert_eq!(compare(&single_y, &y, Tolerance::single()), Ok(()), "seed {}", seed);
    }
}

#[test]
fn of_equal_maxima_the_first_gets_the_gradient() {
    let x = array![[[[2.0, 7.0, 7.0], [7.0, 1.0, 7.0]]]];
    for (y, cache) in [max_pool_forward(&x, PoolParams::new(2, 1)), max_pool_forward_naive(&x, PoolParams::new(2, 1))] {
        assert_eq!(y, array![[[[7.0, 7.0]]]]);
        assert_eq!(cache.argmax(), array![[[[1, 1]]]]);
        let dx = max_pool_backward(&array![[[[1.0, 10.0]]]], &cache);
        assert_eq!(dx, array![[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]]);
    }
}

#[test]
fn padding_never_wins_and_counts_in_the_mean() {
    let x = array![[[[-3.0, -1.0], [-4.0, -2.0]]]];
    let params = PoolParams { padding: [1, 1], ..PoolParams::new(2, 2) };
    assert_eq!(max_pool_forward(&x, params).0, x);
    assert_eq!(avg_pool_forward(&x, params).0, &x / 4.0);
    let lowest = Array4::from_elem((1, 1, 2, 2), f64::NEG_INFINITY);
    assert_eq!(max_pool_forward(&lowest, params).0, lowest);
}

#[test]
fn what_was_written_over_in_unpooling_gets_no_gradient() {
    let (x, argmax) = (array![[[[5.0, 6.0, 7.0]]]], array![[[[1, 0, 1]]]]);
    let (y, cache) = max_unpool_forward(&x, &argmax, [1, 3]);
    assert_eq!(y, array![[[[6.0, 7.0, 0.0]]]]);
    assert_eq!(max_unpool_backward(&array![[[[1.0, 2.0, 3.0]]]], &cache), array![[[[0.0, 1.0, 2.0]]]]);
}

#[test]
fn empty_batches_are_welcome() {
    let x = Array4::<f64>::zeros((0, 3, 4, 4));
    let (y, cache) = max_pool_forward(&x, PoolParams::new(2, 2));
    assert_eq!((y.dim(), max_pool_backward(&y, &cache).dim()), ((0, 3, 2, 2), (0, 3, 4, 4)));
    let (y, cache) = avg_pool_forward(&x, PoolParams::new(2, 2));
    assert_eq!((y.dim(), avg_pool_backward(&y, &cache).dim()), ((0, 3, 2, 2), (0, 3, 4, 4)));
    let (y, cache) = global_avg_pool_forward(&x);
    assert_eq!((y.dim(), global_avg_pool_backward(&y, &cache).dim()), ((0, 3), (0, 3, 4, 4)));
}
