//! Patches and the vision transformer: the figures of CS231n, convolution as a slow reference, numeric gradients of every
//! parameter, learning a batch by heart.

use crate::support::gradients::check_gradients;
use crate::support::panics::panics_here;
use crate::support::recorded::{array, fact};
use crate::support::torch::Torch;
use gradus_check::{Tolerance, compare, numeric_gradient_array};
use gradus_nn::conv::{ConvParams, conv_forward_naive};
use gradus_nn::metrics::accuracy;
use gradus_nn::networks::{Parameters, Pooling, VisionTransformer, VisionTransformerSettings, predict};
use gradus_nn::optimisers::Adam;
use gradus_nn::patches::{image_to_patches, patch_embedding_backward, patch_embedding_forward, patches_to_image};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::solver::{Examples, Solver, SolverSettings};
use gradus_nn::transformer::Activation;
use ndarray::{Array1, Array2, Array3, Array4, Axis, Ix1, Ix2, Ix3, array};
use proptest::prelude::*;

const FACTS: &str = include_str!("fixtures/transformers_cs231n.json");

#[test]
fn the_draws_are_those_of_pytorch() {
    let file: serde_json::Value = serde_json::from_str(FACTS).expect("JSON");
    let draws = &file["draws"];
    let single = Tolerance::new(1e-6, 1e-6);
    let randn: Array1<f64> = Torch::seed(231).randn(32);
    assert_eq!(compare(&randn, &array::<Ix1>(&draws["randn32"]), single), Ok(()));
    let randint = Array1::from(Torch::seed(231).randint(3, 12)).mapv(|draw| draw as f64);
    assert_eq!(randint, array::<Ix1>(&draws["randint3"]));
    let (w, b) = Torch::seed(231).linear(3, 2);
    assert_eq!(compare(&w.t(), &array::<Ix2>(&draws["Linear(3,2).weight"]), single), Ok(()));
    assert_eq!(compare(&b, &array::<Ix1>(&draws["Linear(3,2).bias"]), single), Ok(()));
}

#[test]
fn the_patch_embedding_of_cs231n() {
    let fact = fact(FACTS, "PatchEmbedding");
    let mut draws = Torch::seed(231);
    let (w, b) = draws.linear(3 * 8 * 8, 8);
    let x: Array4<f64> = draws.randn((2, 3, 16, 16));
    let (out, _) = patch_embedding_forward(&x, &w, &b, 8);
    assert_eq!(compare(&out, &array::<Ix3>(&fact["expected"]["out"]), Tolerance::new(1e-6, 1e-6)), Ok(()));
}

#[test]
fn the_vision_transformer_of_cs231n() {
    let fact = fact(FACTS, "VisionTransformer");
    let mut draws = Torch::seed(231);
    let x: Array4<f64> = draws.randn((3, 3, 32, 32));
    let mut net = VisionTransformer::<f64>::new(VisionTransformerSettings::default(), &mut generator(0));
    let count: usize = net.parameters.iter().map(|(_, parameter)| parameter.len()).sum();
    assert_eq!(count as u64, fact["hyper"]["params"].as_u64().expect("a count"));

    // What the layers draw when they are made (the blocks are copies of one), before all weights are drawn anew.
    for (inputs, outputs) in
        [(192, 128), (128, 128), (128, 128), (128, 128), (128, 128), (128, 256), (256, 128), (128, 10)]
    {
        draws.linear(inputs, outputs);
    }
    let mut names = vec!["w_patch".to_owned()];
    for block in 1..=6 {
        names.extend(["wk", "wq", "wv", "wo"].map(|w| format!("block{block}.attention.{w}")));
        names.extend(["w1", "w2"].map(|w| format!("block{block}.feed_forward.{w}")));
    }
    names.push("w_class".to_owned());
    for name in names {
        let w = draws.weights(net.parameters.matrix(&name).dim());
        net.parameters.insert(name, w);
    }
    let expected = array::<Ix2>(&fact["expected"]["scores"]);
    assert_eq!(compare(&net.scores(&x), &expected, Tolerance::new(1e-6, 1e-6)), Ok(()));
}

#[test]
fn the_patches_of_cs231n() {
    let fact = fact(FACTS, "vit.patches");
    let patches = image_to_patches(&Array4::<f64>::zeros((2, 3, 32, 32)), 8);
    let expected = ["num_patches", "patch_dim"].map(|name| fact["expected"][name].as_u64().expect("a count") as usize);
    assert_eq!(patches.dim(), (2, expected[0], expected[1]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A patch embedding is a convolution whose stride is the size of its filters.
    #[test]
    fn patch_embedding(
        seed in any::<u64>(), batch in 1_usize..4, channels in 1_usize..4, rows in 1_usize..4, columns in 1_usize..4,
        size in 1_usize..4, features in 1_usize..5,
    ) {
        let draws = &mut generator(seed);
        let (height, width) = (rows * size, columns * size);
        let x = normal::<f64, _>((batch, channels, height, width), 1.0, draws);
        let w: Array2<f64> = normal((channels * size * size, features), 1.0, draws);
        let b: Array1<f64> = normal(features, 1.0, draws);
        let (out, cache) = patch_embedding_forward(&x, &w, &b, size);

        let filters = w.t().as_standard_layout().into_owned();
        let filters = filters.into_shape_with_order((features, channels, size, size)).expect("filters");
        let (maps, _) = conv_forward_naive(&x, &filters, &b, ConvParams::new(size, 0));
        let maps = maps.permuted_axes([0, 2, 3, 1]).as_standard_layout().into_owned();
        let maps = maps.into_shape_with_order((batch, rows * columns, features)).expect("a sequence");
        prop_assert_eq!(compare(&out, &maps, Tolerance::double()), Ok(()), "seed {}", seed);
        prop_assert_eq!(patches_to_image(&image_to_patches(&x, size), [channels, height, width], size), x.clone());

        let dout: Array3<f64> = normal(out.dim(), 1.0, draws);
        let g = patch_embedding_backward(&dout, &cache);
        let forward = |x: &Array4<f64>, w: &Array2<f64>, b: &Array1<f64>| patch_embedding_forward(x, w, b, size).0;
        let gradient = Tolerance::numeric_gradient();
        let numeric = numeric_gradient_array(|x| forward(x, &w, &b), &x, &dout);
        prop_assert_eq!(compare(&g.dx, &numeric, gradient), Ok(()), "dx, seed {}", seed);
        let numeric = numeric_gradient_array(|w| forward(&x, w, &b), &w, &dout);
        prop_assert_eq!(compare(&g.dw, &numeric, gradient), Ok(()), "dw, seed {}", seed);
        let numeric = numeric_gradient_array(|b| forward(&x, &w, b), &b, &dout);
        prop_assert_eq!(compare(&g.db, &numeric, gradient), Ok(()), "db, seed {}", seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn gradients_of_the_vision_transformer(
        seed in any::<u64>(), batch in 1_usize..4, channels in 1_usize..3, rows in 1_usize..3, columns in 1_usize..3,
        patch in 1_usize..4, heads in 1_usize..3, width in 2_usize..4, blocks in 0_usize..3, token in any::<bool>(),
        gelu in any::<bool>(), reg in 0.0..1.0,
    ) {
        let draws = &mut generator(seed);
        let image = [channels, rows * patch, columns * patch];
        let settings = VisionTransformerSettings {
            image, patch, embedding: heads * width, heads, blocks, hidden: 5, classes: 3, reg,
            activation: if gelu { Activation::Gelu } else { Activation::Relu },
            pooling: if token { Pooling::ClassToken } else { Pooling::Mean },
        };
        let mut net = VisionTransformer::new(settings, draws);
        for (_, parameter) in net.parameters.iter_mut() {
            *parameter += &normal(parameter.raw_dim(), 0.3, draws);
        }
        let x = normal((batch, image[0], image[1], image[2]), 1.0, draws);
        let y = Array1::from(with_replacement(3, batch, draws));
        let loss = |parameters: &Parameters<f64>| {
            VisionTransformer { parameters: parameters.clone(), ..net }.loss(&x, &y)
        };
        check_gradients(&net.parameters, loss, seed)?;
    }
}

/// As the notebook does with 64 images; here random ones, which no shorter rule than the images themselves tells apart.
#[test]
fn learns_a_batch_by_heart_in_the_solver() {
    let draws = &mut generator(231);
    let train = Examples { x: normal((32, 1, 8, 8), 1.0, draws), y: Array1::from(with_replacement(10, 32, draws)) };
    for pooling in [Pooling::Mean, Pooling::ClassToken] {
        let settings = VisionTransformerSettings {
            image: [1, 8, 8],
            patch: 4,
            embedding: 32,
            blocks: 2,
            hidden: 64,
            pooling,
            ..Default::default()
        };
        let net = VisionTransformer::<f32>::new(settings, &mut generator(1));
        let settings =
            SolverSettings { optimiser: Adam::new(3e-3).into(), batch_size: 32, epochs: 100, ..Default::default() };
        let mut solver = Solver::new(net, settings);
        solver.train(&train, &train);
        let right = accuracy(&predict(&solver.network, &train.x, 8), &train.y);
        assert_eq!(right, 1.0, "{pooling:?}: {:?}", solver.history.train_accuracy);
    }
}

#[test]
fn single_precision_is_near_double_precision() {
    let settings = || VisionTransformerSettings {
        image: [2, 8, 8],
        patch: 4,
        embedding: 16,
        blocks: 2,
        hidden: 32,
        pooling: Pooling::ClassToken,
        reg: 0.1,
        ..Default::default()
    };
    let double = VisionTransformer::<f64>::new(settings(), &mut generator(7));
    let single = VisionTransformer::<f32>::new(settings(), &mut generator(7));
    let (x, y) = (normal::<f64, _>((3, 2, 8, 8), 1.0, &mut generator(8)), array![0, 3, 9]);
    let ((loss, gradients), (loss1, gradients1)) =
        (double.loss(&x, &y), single.loss(&x.mapv(|value| value as f32), &y));
    assert!((f64::from(loss1) - loss).abs() < 1e-4 * loss);
    for (name, gradient) in gradients.iter() {
        let gradient1 = gradients1.get(name).expect("the same names");
        assert_eq!(compare(gradient1, gradient, Tolerance::new(1e-4, 1e-5)), Ok(()), "{name}");
    }
}

#[test]
fn an_image_does_not_depend_on_the_others() {
    let settings = VisionTransformerSettings { image: [1, 8, 8], patch: 4, blocks: 2, ..Default::default() };
    let net = VisionTransformer::<f64>::new(settings, &mut generator(7));
    let x = normal((4, 1, 8, 8), 1.0, &mut generator(8));
    let all = net.scores(&x);
    let one = net.scores(&x.select(Axis(0), &[2]));
    assert_eq!(compare(&one, &all.select(Axis(0), &[2]), Tolerance::double()), Ok(()));
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn faults_point_at_the_caller() {
    let (x, w, b) = (Array4::<f64>::zeros((2, 3, 8, 12)), Array2::<f64>::zeros((48, 5)), Array1::<f64>::zeros(5));
    panics_here("image_to_patches: the size of a patch must divide height and width, but it is 3 and the image is [3, 8, 12]", || { image_to_patches(&x, 3); });
    panics_here("image_to_patches: the size of a patch must divide height and width, but it is 0 and the image is [3, 8, 12]", || { image_to_patches(&x, 0); });
    panics_here("patch_embedding_forward: the size of a patch must divide height and width, but it is 3 and the image is [3, 8, 12]", || { patch_embedding_forward(&x, &w, &b, 3); });
    panics_here("patch_embedding_forward: w needs one row for each element of a patch, 3 * 2 * 2, but x is [2, 3, 8, 12] and w is [48, 5]", || { patch_embedding_forward(&x, &w, &b, 2); });
    panics_here("patch_embedding_forward: b needs one value for each column of w, but w is [48, 5] and b is [4]", || { patch_embedding_forward(&x, &w, &Array1::zeros(4), 4); });
    panics_here("patches_to_image: patches needs the shape of the patches of the image, but the patches of the image is [2, 6, 48] and patches is [2, 5, 48]", || { patches_to_image(&Array3::<f64>::zeros((2, 5, 48)), [3, 8, 12], 4); });
    let (_, cache) = patch_embedding_forward(&x, &w, &b, 4);
    panics_here("patch_embedding_backward: dout needs the shape of the output, but the output is [2, 6, 5] and dout is [2, 6, 4]", || { patch_embedding_backward(&Array3::zeros((2, 6, 4)), &cache); });
    panics_here("VisionTransformer::new: patch must divide height and width, but is 5 and image is [3, 32, 32]", || { VisionTransformer::<f64>::new(VisionTransformerSettings { patch: 5, ..Default::default() }, &mut generator(1)); });
    panics_here("VisionTransformer::new: embedding must be a multiple of heads, but is 128 and heads is 3", || { VisionTransformer::<f64>::new(VisionTransformerSettings { heads: 3, ..Default::default() }, &mut generator(1)); });
    let net = VisionTransformer::<f64>::new(VisionTransformerSettings { image: [1, 8, 8], patch: 4, ..Default::default() }, &mut generator(1));
    panics_here("patch_embedding_forward: w needs one row for each element of a patch, 3 * 4 * 4, but x is [2, 3, 8, 12] and w is [16, 128]", || { net.scores(&x); });
}
