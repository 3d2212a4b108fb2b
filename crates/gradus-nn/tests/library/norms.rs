//! Normalisation layers: by hand, against loops, the course's figures, numeric gradients, single precision.

use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::Mode;
use gradus_nn::norms::*;
use gradus_nn::random::{generator, normal};
use ndarray::{Array, Array1, Array2, Array4, ArrayD, ArrayView, Axis, Dimension, array};
use proptest::prelude::*;

const DOUBLE: Tolerance = Tolerance::new(1e-9, 1e-11);

/// Any of the layers, behind one form.
type Forward = fn(&ArrayD<f64>, &Array1<f64>, &Array1<f64>, &Setting) -> ArrayD<f64>;
type Backward = fn(&ArrayD<f64>, &ArrayD<f64>, &Array1<f64>, &Array1<f64>, &Setting) -> Gradients;
type Gradients = (ArrayD<f64>, Array1<f64>, Array1<f64>);

struct Layer {
    name: &'static str,
    /// Of an element's index: the number of its set, and of its feature or channel.
    set: fn(&[usize], &Setting) -> (usize, usize),
    axes: usize,
    forward: Forward,
    backward: Backward,
}

struct Setting {
    groups: usize,
    channels: usize,
    eps: f64,
    mode: Mode,
}

impl Setting {
    /// The running statistics are not 0, because evaluation uses them.
    fn bn_param(&self) -> BatchnormParam<f64> {
        let running_mean = Array1::linspace(-0.5, 1.0, self.channels);
        let running_var = Array1::linspace(0.5, 2.0, self.channels);
        let new = BatchnormParam::new(self.channels);
        BatchnormParam { mode: self.mode, eps: self.eps, running_mean, running_var, ..new }
    }
}

fn fixed<D: Dimension>(array: &ArrayD<f64>) -> Array<f64, D> {
    array.clone().into_dimensionality().expect("the layer's number of axes")
}

fn dynamic<D: Dimension>((dx, dgamma, dbeta): (Array<f64, D>, Array1<f64>, Array1<f64>)) -> Gradients {
    (dx.into_dyn(), dgamma, dbeta)
}

const LAYERS: [Layer; 6] = [
    Layer {
        name: "batchnorm",
        set: |index, _| (index[1], index[1]),
        axes: 2,
        forward: |x, g, b, s| batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).0.into_dyn(),
        backward: |dout, x, g, b, s| {
            dynamic(batchnorm_backward(&fixed(dout), &batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).1))
        },
    },
    Layer {
        name: "batchnorm_alt",
        set: |index, _| (index[1], index[1]),
        axes: 2,
        forward: |x, g, b, s| batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).0.into_dyn(),
        backward: |dout, x, g, b, s| {
            dynamic(batchnorm_backward_alt(&fixed(dout), &batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).1))
        },
    },
    Layer {
        name: "spatial_batchnorm",
        set: |index, _| (index[1], index[1]),
        axes: 4,
        forward: |x, g, b, s| spatial_batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).0.into_dyn(),
        backward: |dout, x, g, b, s| {
            let cache = spatial_batchnorm_forward(&fixed(x), g, b, &mut s.bn_param()).1;
            dynamic(spatial_batchnorm_backward(&fixed(dout), &cache))
        },
    },
    Layer {
        name: "layernorm",
        set: |index, _| (index[0], index[1]),
        axes: 2,
        forward: |x, g, b, s| layernorm_forward(x, g, b, s.eps).0,
        backward: |dout, x, g, b, s| layernorm_backward(dout, &layernorm_forward(x, g, b, s.eps).1),
    },
    Layer {
        name: "spatial_groupnorm",
        set: |index, s| (index[0] * s.groups + index[1] * s.groups / s.channels, index[1]),
        axes: 4,
        forward: |x, g, b, s| spatial_groupnorm_forward(&fixed(x), g, b, s.groups, s.eps).0.into_dyn(),
        backward: |dout, x, g, b, s| {
            let cache = spatial_groupnorm_forward(&fixed(x), g, b, s.groups, s.eps).1;
            dynamic(spatial_groupnorm_backward(&fixed(dout), &cache))
        },
    },
    Layer {
        name: "instancenorm",
        set: |index, s| (index[0] * s.channels + index[1], index[1]),
        axes: 4,
        forward: |x, g, b, s| instancenorm_forward(&fixed(x), g, b, s.eps).0.into_dyn(),
        backward: |dout, x, g, b, s| {
            dynamic(instancenorm_backward(&fixed(dout), &instancenorm_forward(&fixed(x), g, b, s.eps).1))
        },
    },
];

/// The definition, set by set with loops.
fn reference(
    layer: &Layer,
    x: &ArrayD<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    setting: &Setting,
) -> ArrayD<f64> {
    let set = |index: &ndarray::IxDyn| (layer.set)(ndarray::Dimension::slice(index), setting);
    let sets = x.indexed_iter().map(|(index, _)| set(&index).0).max().map_or(0, |last| last + 1);
    let (mut mean, mut var, mut count) = (vec![0.0; sets], vec![0.0; sets], vec![0.0; sets]);
    for (index, value) in x.indexed_iter() {
        mean[set(&index).0] += value;
        count[set(&index).0] += 1.0;
    }
    (0..sets).for_each(|s| mean[s] /= count[s]);
    for (index, value) in x.indexed_iter() {
        var[set(&index).0] += (value - mean[set(&index).0]).powi(2) / count[set(&index).0];
    }
    if layer.name.contains("batchnorm") && setting.mode == Mode::Evaluate {
        let BatchnormParam { running_mean, running_var, .. } = setting.bn_param();
        (mean, var) = (running_mean.to_vec(), running_var.to_vec());
    }
    let mut out = x.clone();
    for (index, value) in out.indexed_iter_mut() {
        let (set, c) = set(&index);
        *value = gamma[c] * (*value - mean[set]) / (var[set] + setting.eps).sqrt() + beta[c];
    }
    out
}

/// Input, gamma, beta and upstream gradient for a layer.
fn problem(seed: u64, shape: &[usize]) -> (ArrayD<f64>, Array1<f64>, Array1<f64>, ArrayD<f64>) {
    let mut draws = generator(seed);
    let x = normal(shape, 2.0, &mut draws).mapv(|x: f64| x + 3.0);
    let (gamma, beta) = (normal(shape[1], 1.0, &mut draws), normal(shape[1], 1.0, &mut draws));
    (x, gamma, beta, normal(shape, 1.0, &mut draws))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn forward_is_the_definition_and_backward_the_numeric_gradient(
        seed in any::<u64>(), batch in 2_usize..5, groups in 1_usize..4, members in 1_usize..3, height in 1_usize..4,
        width in 2_usize..4, eps in 0.01..0.5, evaluate in any::<bool>(),
    ) {
        let mode = if evaluate { Mode::Evaluate } else { Mode::Train };
        for layer in &LAYERS {
            // A row of at least two features: of one element nothing is left after normalisation.
            let channels = groups * members + usize::from(layer.axes == 2);
            let setting = Setting { groups, channels, eps, mode };
            let (x, gamma, beta, dout) = problem(seed, &[batch, channels, height, width][..layer.axes]);
            let out = (layer.forward)(&x, &gamma, &beta, &setting);
            let expected = reference(layer, &x, &gamma, &beta, &setting);
            prop_assert_eq!(compare(&out, &expected, DOUBLE), Ok(()), "{}, seed {}", layer.name, seed);

            let (dx, dgamma, dbeta) = (layer.backward)(&dout, &x, &gamma, &beta, &setting);
            // Where two elements nearly meet, the curvature is large: eps is not small here, and the tolerance wider.
            let tolerance = Tolerance::new(1e-5, 1e-5);
            let numeric = numeric_gradient_array(|x| (layer.forward)(x, &gamma, &beta, &setting), &x, &dout);
            prop_assert_eq!(compare(&dx, &numeric, tolerance), Ok(()), "{} dx, seed {}", layer.name, seed);
            let numeric = numeric_gradient_array(|gamma| (layer.forward)(&x, gamma, &beta, &setting), &gamma, &dout);
            prop_assert_eq!(compare(&dgamma, &numeric, tolerance), Ok(()), "{} dgamma, seed {}", layer.name, seed);
            let numeric = numeric_gradient_array(|beta| (layer.forward)(&x, &gamma, beta, &setting), &beta, &dout);
            prop_assert_eq!(compare(&dbeta, &numeric, tolerance), Ok(()), "{} dbeta, seed {}", layer.name, seed);
        }
    }

    #[test]
    fn both_backward_functions_of_batchnorm_agree(
        seed in any::<u64>(), batch in 1_usize..20, features in 1_usize..20, evaluate in any::<bool>(),
    ) {
        let mode = if evaluate { Mode::Evaluate } else { Mode::Train };
        let setting = Setting { groups: 1, channels: features, eps: 1e-5, mode };
        let (x, gamma, beta, dout) = problem(seed, &[batch, features]);
        let (dout, (_, cache)) = (fixed(&dout), batchnorm_forward(&fixed(&x), &gamma, &beta, &mut setting.bn_param()));
        let (dx, dgamma, dbeta) = batchnorm_backward(&dout, &cache);
        let (alt_dx, alt_dgamma, alt_dbeta) = batchnorm_backward_alt(&dout, &cache);
        // One row has variance 0: the terms of 1 / sqrt(eps) cancel.
        prop_assert_eq!(compare(&alt_dx, &dx, Tolerance::new(1e-9, 1e-9)), Ok(()), "seed {}", seed);
        prop_assert_eq!((alt_dgamma, alt_dbeta), (dgamma, dbeta), "seed {}", seed);
    }

    #[test]
    fn spatial_batchnorm_is_batchnorm_of_the_places(
        seed in any::<u64>(), batch in 1_usize..4, channels in 1_usize..4, height in 1_usize..4, width in 2_usize..4,
        correction in 0_usize..2,
    ) {
        let (x, gamma, beta, _) = problem(seed, &[batch, channels, height, width]);
        let x: Array4<f64> = fixed(&x);
        let places = x.view().permuted_axes([0, 2, 3, 1]);
        let places = places.to_shape((batch * height * width, channels)).expect("places as rows").into_owned();
        let setting = Setting { groups: 1, channels, eps: 1e-5, mode: Mode::Train };
        let mut spatial = BatchnormParam { correction, ..setting.bn_param() };
        let mut plain = spatial.clone();
        let out = spatial_batchnorm_forward(&x, &gamma, &beta, &mut spatial).0;
        let rows = batchnorm_forward(&places, &gamma, &beta, &mut plain).0;
        let images = rows.to_shape((batch, height, width, channels)).expect("rows as places").permuted_axes([0, 3, 1, 2]);
        prop_assert_eq!(compare(&out, &images, DOUBLE), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&spatial.running_mean, &plain.running_mean, DOUBLE), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&spatial.running_var, &plain.running_var, DOUBLE), Ok(()), "seed {}", seed);
        // And both are the definition of a running average.
        let mean = places.sum_axis(Axis(0)) / places.nrows() as f64;
        let var = places.var_axis(Axis(0), correction as f64);
        let before = setting.bn_param();
        let running_mean = before.running_mean * 0.9 + mean * 0.1;
        prop_assert_eq!(compare(&plain.running_mean, &running_mean, DOUBLE), Ok(()), "seed {}", seed);
        let running_var = before.running_var * 0.9 + var * 0.1;
        prop_assert_eq!(compare(&plain.running_var, &running_var, DOUBLE), Ok(()), "seed {}", seed);
    }

    #[test]
    fn single_precision_follows_double_precision(seed in any::<u64>()) {
        let (x, gamma, beta, dout) = problem(seed, &[8, 6, 5, 7]);
        let (x, dout): (Array4<f64>, Array4<f64>) = (fixed(&x), fixed(&dout));
        let (x32, dout32) = (x.mapv(|x| x as f32), dout.mapv(|x| x as f32));
        let (gamma32, beta32) = (gamma.mapv(|x| x as f32), beta.mapv(|x| x as f32));
        let tolerance = Tolerance::new(1e-4, 3e-5);

        let (out, cache) = spatial_batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(6));
        let (out32, cache32) = spatial_batchnorm_forward(&x32, &gamma32, &beta32, &mut BatchnormParam::new(6));
        prop_assert_eq!(compare(&out32, &out, tolerance), Ok(()), "seed {}", seed);
        let ((dx, dgamma, _), (dx32, dgamma32, _)) =
            (spatial_batchnorm_backward(&dout, &cache), spatial_batchnorm_backward(&dout32, &cache32));
        prop_assert_eq!(compare(&dx32, &dx, tolerance), Ok(()), "seed {}", seed);
        prop_assert_eq!(compare(&dgamma32, &dgamma, tolerance), Ok(()), "seed {}", seed);

        let (out, cache) = spatial_groupnorm_forward(&x, &gamma, &beta, 3, 1e-5);
        let (out32, cache32) = spatial_groupnorm_forward(&x32, &gamma32, &beta32, 3, 1e-5);
        prop_assert_eq!(compare(&out32, &out, tolerance), Ok(()), "seed {}", seed);
        let (dx, dx32) = (spatial_groupnorm_backward(&dout, &cache).0, spatial_groupnorm_backward(&dout32, &cache32).0);
        prop_assert_eq!(compare(&dx32, &dx, tolerance), Ok(()), "seed {}", seed);

        let rows = |x: ArrayView<'_, f64, ndarray::Ix4>| x.to_shape((280, 6)).expect("rows").into_owned();
        let (x, dout) = (rows(x.view()), rows(dout.view()));
        let (x32, dout32) = (x.mapv(|x| x as f32), dout.mapv(|x| x as f32));
        let (out, cache) = layernorm_forward(&x, &gamma, &beta, 1e-2);
        let (out32, cache32) = layernorm_forward(&x32, &gamma32, &beta32, 1e-2);
        prop_assert_eq!(compare(&out32, &out, tolerance), Ok(()), "seed {}", seed);
        let (dx, dx32) = (layernorm_backward(&dout, &cache).0, layernorm_backward(&dout32, &cache32).0);
        prop_assert_eq!(compare(&dx32, &dx, tolerance), Ok(()), "seed {}", seed);
        let (out, cache) = batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(6));
        let (out32, cache32) = batchnorm_forward(&x32, &gamma32, &beta32, &mut BatchnormParam::new(6));
        prop_assert_eq!(compare(&out32, &out, tolerance), Ok(()), "seed {}", seed);
        for backward in [0, 1] {
            let (dx, dx32) = if backward == 0 {
                (batchnorm_backward(&dout, &cache).0, batchnorm_backward(&dout32, &cache32).0)
            } else {
                (batchnorm_backward_alt(&dout, &cache).0, batchnorm_backward_alt(&dout32, &cache32).0)
            };
            prop_assert_eq!(compare(&dx32, &dx, tolerance), Ok(()), "seed {}", seed);
        }
    }
}

#[test]
fn one_group_and_instances_are_the_two_ends_of_group_norm() {
    let (x, gamma, beta, dout) = problem(4, &[3, 4, 2, 5]);
    let (x, dout): (Array4<f64>, Array4<f64>) = (fixed(&x), fixed(&dout));
    let (out, cache) = instancenorm_forward(&x, &gamma, &beta, 1e-5);
    let (as_groups, groups_cache) = spatial_groupnorm_forward(&x, &gamma, &beta, 4, 1e-5);
    assert_eq!(out, as_groups);
    assert_eq!(instancenorm_backward(&dout, &cache), spatial_groupnorm_backward(&dout, &groups_cache));

    let ones = (Array1::ones(40), Array1::zeros(40));
    let rows = layernorm_forward(&x.to_shape((3, 40)).expect("rows").into_owned(), &ones.0, &ones.1, 1e-5).0;
    let one_group = spatial_groupnorm_forward(&x, &Array1::ones(4), &Array1::zeros(4), 1, 1e-5).0;
    assert_eq!(compare(&one_group.to_shape((3, 40)).expect("rows"), &rows, DOUBLE), Ok(()));
}

#[test]
fn layernorm_of_sequences_is_layernorm_of_each_step() {
    let mut draws = generator(6);
    let (x, dout) = (normal::<f64, _>((2, 3, 4), 1.0, &mut draws), normal::<f64, _>((2, 3, 4), 1.0, &mut draws));
    let (gamma, beta) = (normal(4, 1.0, &mut draws), normal(4, 1.0, &mut draws));
    let rows = |x: &ndarray::Array3<f64>| x.to_shape((6, 4)).expect("rows").into_owned();
    let (out, cache) = layernorm_forward(&x, &gamma, &beta, 1e-5);
    let (row_out, row_cache) = layernorm_forward(&rows(&x), &gamma, &beta, 1e-5);
    assert_eq!(rows(&out), row_out);
    let ((dx, dgamma, dbeta), row_gradients) =
        (layernorm_backward(&dout, &cache), layernorm_backward(&rows(&dout), &row_cache));
    assert_eq!((rows(&dx), dgamma, dbeta), row_gradients);
}

#[test]
fn other_memory_layouts_give_the_same() {
    let (x, gamma, beta, dout) = problem(8, &[3, 4, 2, 5]);
    let (x, dout): (Array4<f64>, Array4<f64>) = (fixed(&x), fixed(&dout));
    // The same numbers with the channels innermost in memory.
    let turned = |array: &Array4<f64>| {
        let inner = array.view().permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
        inner.permuted_axes([0, 3, 1, 2])
    };
    let (out, cache) = spatial_groupnorm_forward(&x, &gamma, &beta, 2, 1e-5);
    let (same, same_cache) = spatial_groupnorm_forward(&turned(&x), &gamma, &beta, 2, 1e-5);
    assert_eq!(out, same);
    assert_eq!(spatial_groupnorm_backward(&dout, &cache).0, spatial_groupnorm_backward(&turned(&dout), &same_cache).0);
    let (out, cache) = spatial_batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(4));
    let (same, same_cache) = spatial_batchnorm_forward(&turned(&x), &gamma, &beta, &mut BatchnormParam::new(4));
    assert_eq!(compare(&same, &out, DOUBLE), Ok(()));
    let (dx, same_dx) =
        (spatial_batchnorm_backward(&dout, &cache).0, spatial_batchnorm_backward(&turned(&dout), &same_cache).0);
    assert_eq!(compare(&same_dx, &dx, DOUBLE), Ok(()));
}

#[test]
fn equal_elements_become_the_shift() {
    let x = Array2::<f64>::from_elem((3, 2), 7.0);
    let (gamma, beta) = (array![2.0, 3.0], array![4.0, 5.0]);
    let expected = array![[4.0, 5.0], [4.0, 5.0], [4.0, 5.0]];
    assert_eq!(batchnorm_forward(&x, &gamma, &beta, &mut BatchnormParam::new(2)).0, expected);
    assert_eq!(layernorm_forward(&x, &gamma, &beta, 1e-5).0, expected);
}

#[test]
fn evaluation_changes_no_statistics_and_takes_an_empty_batch() {
    let mut bn_param = BatchnormParam { mode: Mode::Evaluate, running_var: array![4.0, 4.0], ..BatchnormParam::new(2) };
    let before = bn_param.clone();
    let (out, _) = batchnorm_forward(&Array2::zeros((0, 2)), &Array1::ones(2), &Array1::zeros(2), &mut bn_param);
    assert_eq!((out.dim(), &bn_param), ((0, 2), &before));
    spatial_batchnorm_forward(&Array4::ones((1, 2, 1, 1)), &Array1::ones(2), &Array1::zeros(2), &mut bn_param);
    assert_eq!(bn_param, before);
}
