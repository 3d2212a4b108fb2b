//! Networks: the figures of CS231n, numeric gradients of every parameter, evaluation, single precision.

use crate::support::gradients::check_gradients;
use crate::support::numpy::Numpy;
use crate::support::panics::panics_here;
use crate::support::recorded::{array, fact};
use gradus_check::{Tolerance, compare, numeric_gradient, relative_error, relative_error_scalar};
use gradus_nn::networks::{
    FullyConnectedNet, FullyConnectedSettings, Network, Normalisation, Parameters, ThreeLayerConvNet,
    ThreeLayerConvSettings, TwoLayerNet, predict,
};
use gradus_nn::random::{generator, normal, with_replacement};
use ndarray::{Array1, Array2, Array4, ArrayD, Ix1, Ix2, array};
use proptest::prelude::*;
use rand::RngCore;
use serde_json::Value;

const FACTS: &str = include_str!("fixtures/networks_cs231n.json");

fn parameters(inputs: &Value) -> Parameters<f64> {
    let mut parameters = Parameters::new();
    parameters.insert("w1", array::<Ix2>(&inputs["W1"]));
    parameters.insert("b1", array::<Ix1>(&inputs["b1"]));
    parameters.insert("w2", array::<Ix2>(&inputs["W2"]));
    parameters.insert("b2", array::<Ix1>(&inputs["b2"]));
    parameters
}

fn labels(inputs: &Value) -> Array1<usize> {
    let labels = inputs["y"]["data"].as_array().expect("labels");
    labels.iter().map(|label| label.as_u64().expect("a label") as usize).collect()
}

#[test]
fn the_two_layer_net_of_cs231n() {
    for (id, transposed, tolerance) in [("TwoLayerNet.scores", true, 1e-8), ("2015.two_layer_net.scores", false, 1e-8)]
    {
        let fact = fact(FACTS, id);
        let net = TwoLayerNet { parameters: parameters(&fact["inputs"]), reg: 0.0 };
        let x = array::<Ix2>(&fact["inputs"]["X"]);
        let x = if transposed { x.reversed_axes() } else { x };
        let expected = array::<Ix2>(&fact["expected"]["scores"]);
        assert_eq!(compare(&net.scores(&x), &expected, Tolerance::new(0.0, tolerance)), Ok(()), "{id}");
    }
    for id in ["TwoLayerNet.loss.reg0", "TwoLayerNet.loss.reg1"] {
        let fact = fact(FACTS, id);
        let reg = fact["hyper"]["reg"].as_f64().expect("reg");
        let net = TwoLayerNet { parameters: parameters(&fact["inputs"]), reg };
        let x = array::<Ix2>(&fact["inputs"]["X"]).reversed_axes();
        let (loss, _) = net.loss(&x, &labels(&fact["inputs"]));
        assert!((loss - fact["expected"]["loss"].as_f64().expect("loss")).abs() < 1e-10, "{id}: {loss}");
    }
}

/// `w1` to `w3` of the notebooks' net 15, 20, 30, 10, drawn as there.
fn draw_weights(net: &mut FullyConnectedNet<f64>, draws: &mut Numpy) {
    for name in ["w1", "w2", "w3"] {
        let w = net.parameters.get_mut(name).expect("a weight");
        *w = draws.randn(w.raw_dim()) * 5e-2;
    }
}

fn course_net(normalisation: Normalisation, dropout_keep: Option<f64>, reg: f64) -> FullyConnectedNet<f64> {
    let hidden = vec![20, 30];
    let settings =
        FullyConnectedSettings { features: 15, hidden, normalisation, dropout_keep, reg, ..Default::default() };
    FullyConnectedNet::new(settings, &mut generator(0))
}

#[expect(clippy::approx_constant, reason = "3.14 is the notebook's strength of the penalty")]
#[test]
fn the_fully_connected_net_of_cs231n() {
    for (id, normalisation) in [
        ("FullyConnectedNet.initial_loss", Normalisation::None),
        ("FullyConnectedNet.initial_loss.batchnorm", Normalisation::Batch),
    ] {
        let fact = fact(FACTS, id);
        let mut draws = Numpy::seed(231);
        let (x, y) = (draws.randn((2, 15)), Array1::from(draws.randint(10, 2)));
        for (reg, name) in [(0.0, "reg_0"), (3.14, "reg_3.14")] {
            let mut net = course_net(normalisation, None, reg);
            draw_weights(&mut net, &mut draws);
            let (loss, expected) = (net.loss(&x, &y, &mut generator(0)).0, fact["expected"][name].as_f64());
            assert!(relative_error_scalar(loss, expected.expect("a loss")) < 1e-9, "{id}, {name}: {loss}");
        }
    }
}

/// Starts again from the seed 123 before the second mask, as the notebook's dropout layer does.
struct Reseeded(Numpy, usize);

impl RngCore for Reseeded {
    fn next_u32(&mut self) -> u32 {
        unreachable!("masks are drawn in f64")
    }
    fn next_u64(&mut self) -> u64 {
        if self.1 == 2 * 20 {
            self.0 = Numpy::seed(123);
        }
        self.1 += 1;
        self.0.next_u64()
    }
    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("masks are drawn in f64")
    }
}

#[test]
fn the_fully_connected_net_of_cs231n_with_dropout() {
    let fact = fact(FACTS, "FullyConnectedNet.initial_loss.dropout");
    let mut draws = Numpy::seed(231);
    let (x, y) = (draws.randn((2, 15)), Array1::from(draws.randint(10, 2)));
    for (keep, name) in [(1.0, "keep_1"), (0.75, "keep_0.75"), (0.5, "keep_0.5")] {
        let mut net = course_net(Normalisation::None, Some(keep), 0.0);
        draw_weights(&mut net, &mut draws);
        let mut masks = Reseeded(Numpy::seed(123), 0);
        let (loss, expected) = (net.loss(&x, &y, &mut masks).0, fact["expected"][name].as_f64());
        assert!(relative_error_scalar(loss, expected.expect("a loss")) < 1e-9, "{name}: {loss}");
        assert_eq!(masks.1, 2 * 20 + 2 * 30);
        if keep < 1.0 {
            draws = masks.0; // the notebook draws the next weights where the last mask left off
        }
    }
}

#[test]
fn the_three_layer_conv_net_of_cs231n_knows_nothing_at_first() {
    let fact = fact(FACTS, "ThreeLayerConvNet.initial_loss");
    let mut draws = generator(231);
    let (x, y) = (normal((50, 3, 32, 32), 1.0, &mut draws), Array1::from(with_replacement(10, 50, &mut draws)));
    for (reg, name) in [(0.0, "reg_0"), (0.5, "reg_0.5")] {
        let net = ThreeLayerConvNet::<f64>::new(ThreeLayerConvSettings { reg, ..Default::default() }, &mut draws);
        let weights: usize =
            ["w1", "w2", "w3"].map(|name| net.parameters.get(name).expect("a weight").len()).iter().sum();
        assert_eq!(weights as u64, fact["hyper"]["weights"].as_u64().expect("a count"));
        let (loss, expected) = (net.loss(&x, &y).0, fact["expected"][name].as_f64().expect("a loss"));
        assert!((loss - expected).abs() < 1e-3, "{name}: {loss}");
    }
}

/// Every evaluation starts from the same network and the same draws, so that all have the same dropout masks.
fn check_network<N: Network<f64> + Clone>(
    net: &N,
    x: &ndarray::Array<f64, N::Dim>,
    y: &Array1<usize>,
    seed: u64,
) -> Result<(), TestCaseError> {
    let loss = |parameters: &Parameters<f64>| {
        let mut moved = net.clone();
        *moved.parameters_mut() = parameters.clone();
        moved.loss(x, y, &mut generator(seed))
    };
    check_gradients(net.parameters(), loss, seed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn gradients_of_the_two_layer_net(
        seed in any::<u64>(), batch in 1_usize..5, features in 1_usize..6, hidden in 1_usize..7, classes in 1_usize..5,
        reg in 0.0..1.0,
    ) {
        let mut draws = generator(seed);
        let (x, y) = (normal((batch, features), 1.0, &mut draws), with_replacement(classes, batch, &mut draws).into());
        let net = TwoLayerNet::new(features, hidden, classes, 1.0, reg, &mut draws);
        check_network(&net, &x, &y, seed)?;
    }

    #[test]
    fn gradients_of_the_fully_connected_net(
        seed in any::<u64>(), batch in 3_usize..6, features in 1_usize..6,
        hidden in prop::collection::vec(2_usize..6, 0..4), classes in 1_usize..5, kind in 0..3, dropout in any::<bool>(),
        reg in 0.0..1.0,
    ) {
        let mut draws = generator(seed);
        let (x, y) = (normal((batch, features), 1.0, &mut draws), with_replacement(classes, batch, &mut draws).into());
        let normalisation = [Normalisation::None, Normalisation::Batch, Normalisation::Layer][kind as usize];
        let dropout_keep = dropout.then_some(0.7);
        let settings = FullyConnectedSettings {
            features, hidden: hidden.clone(), classes, normalisation, dropout_keep, weight_scale: 1.0, reg,
        };
        let mut net = FullyConnectedNet::new(settings, &mut draws);
        // A net whose norms do something, and whose rows are not all 0 before a norm.
        for (_, parameter) in net.parameters.iter_mut() {
            *parameter += &normal(parameter.raw_dim(), 0.3, &mut draws);
        }
        check_network(&net, &x, &y, seed)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn gradients_of_the_three_layer_conv_net(
        seed in any::<u64>(), batch in 1_usize..4, channels in 1_usize..4, height in 2_usize..7, width in 2_usize..7,
        filters in 1_usize..4, half in 0_usize..3, reg in 0.0..1.0,
    ) {
        let mut draws = generator(seed);
        let x = normal((batch, channels, height, width), 1.0, &mut draws);
        let y = with_replacement(4, batch, &mut draws).into();
        let settings = ThreeLayerConvSettings {
            image: [channels, height, width], filters, filter_size: 2 * half + 1, hidden: 5, classes: 4,
            weight_scale: 0.5, reg,
        };
        check_network(&ThreeLayerConvNet::new(settings, &mut draws), &x, &y, seed)?;
    }
}

#[test]
fn the_gradient_of_the_course_net_is_exact_to_seven_digits() {
    let fact = fact(FACTS, "TwoLayerNet.loss.reg1");
    let x = array::<Ix2>(&fact["inputs"]["X"]).reversed_axes();
    let net = TwoLayerNet { parameters: parameters(&fact["inputs"]), reg: 0.7 };
    let (_, gradients) = net.loss(&x, &labels(&fact["inputs"]));
    for (name, gradient) in gradients.iter() {
        let loss_at = |w: &ArrayD<f64>| {
            let mut moved = net.clone();
            moved.parameters.insert(name, w.clone());
            moved.loss(&x, &labels(&fact["inputs"])).0
        };
        let numeric = numeric_gradient(loss_at, net.parameters.get(name).expect("a parameter"));
        let error = relative_error(gradient, &numeric);
        assert!(error < 1e-6, "{name}: {error:e}");
    }
}

#[test]
fn scores_are_those_of_evaluation() {
    let mut draws = generator(231);
    let settings = FullyConnectedSettings {
        features: 6,
        hidden: vec![8, 8],
        normalisation: Normalisation::Batch,
        dropout_keep: Some(0.5),
        weight_scale: 0.5,
        ..Default::default()
    };
    let mut net = FullyConnectedNet::<f64>::new(settings, &mut draws);
    let (x, y) = (normal((20, 6), 1.0, &mut draws), Array1::from(with_replacement(10, 20, &mut draws)));
    let untrained = net.state();
    net.loss(&x, &y, &mut draws);
    assert_ne!(net.state(), untrained, "training moves the running statistics");
    assert_eq!(net.state().len(), 4);

    let (before, scores) = (net.clone(), net.scores(&x));
    assert_eq!(net, before, "evaluation changes nothing");
    let one = net.scores(&x.slice(ndarray::s![3..4, ..]));
    assert_eq!(compare(&one, &scores.slice(ndarray::s![3..4, ..]), Tolerance::double()), Ok(()));

    let mut fresh = net.clone();
    fresh.set_state(&untrained);
    assert_ne!(fresh.scores(&x), scores);
    fresh.set_state(&net.state());
    assert_eq!(fresh.scores(&x), scores);
}

#[test]
fn predictions_do_not_depend_on_the_batch_size() {
    let mut draws = generator(231);
    let net = TwoLayerNet::<f64>::new(5, 9, 4, 1.0, 0.0, &mut draws);
    let x: Array2<f64> = normal((23, 5), 1.0, &mut draws);
    let expected: Vec<usize> = (0..23)
        .map(|i| {
            let scores = net.scores(&x.slice(ndarray::s![i..i + 1, ..]));
            (0..4).max_by(|&a, &b| scores[[0, a]].total_cmp(&scores[[0, b]])).expect("classes")
        })
        .collect();
    for batch_size in [1, 4, 23, 100] {
        assert_eq!(predict(&net, &x, batch_size).to_vec(), expected);
    }
    assert_eq!(predict(&net, &Array2::zeros((0, 5)), 3).len(), 0);
}

#[test]
fn single_precision_is_near_double_precision() {
    let settings = || ThreeLayerConvSettings {
        image: [2, 6, 6],
        filters: 4,
        filter_size: 3,
        hidden: 8,
        weight_scale: 0.3,
        reg: 0.5,
        ..Default::default()
    };
    let double = ThreeLayerConvNet::<f64>::new(settings(), &mut generator(7));
    let single = ThreeLayerConvNet::<f32>::new(settings(), &mut generator(7));
    let x = normal::<f64, _>((3, 2, 6, 6), 1.0, &mut generator(8));
    let y = array![0, 3, 9];
    let ((loss, gradients), (single_loss, single_gradients)) =
        (double.loss(&x, &y), single.loss(&x.mapv(|value| value as f32), &y));
    assert!((f64::from(single_loss) - loss).abs() < 1e-4 * loss);
    for (name, gradient) in gradients.iter() {
        let single = single_gradients.get(name).expect("the same names");
        assert_eq!(compare(single, gradient, Tolerance::new(1e-4, 1e-5)), Ok(()), "{name}");
    }
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn faults_point_at_the_caller() {
    let two = TwoLayerNet::<f64>::new(4, 3, 2, 0.1, 0.0, &mut generator(1));
    let conv = ThreeLayerConvNet::<f64>::new(ThreeLayerConvSettings { image: [1, 4, 4], ..Default::default() }, &mut generator(1));
    let (x, images) = (Array2::<f64>::zeros((2, 5)), Array4::<f64>::zeros((2, 3, 4, 4)));
    panics_here("affine_relu_forward: w needs one row for each feature of x, but x is [2, 5] and w is [4, 3]", || { two.scores(&x); });
    panics_here("softmax_loss: y needs one label for each row of x, but x is [2, 2] and y is [1]", || { two.loss(&Array2::zeros((2, 4)), &array![0]); });
    panics_here("conv_forward: w needs one channel for each channel of x in a group, with groups 1, but x is [2, 3, 4, 4] and w is [32, 1, 7, 7]", || { conv.scores(&images); });
    panics_here("affine_forward: w needs one row for each feature of x, but x is [2, 5] and w is [15, 20]", || { course_net(Normalisation::None, None, 0.0).scores(&x); });
    panics_here("ThreeLayerConvNet::new: filter_size must be odd, so that the image keeps its size, but is 4", || { ThreeLayerConvNet::<f64>::new(ThreeLayerConvSettings { filter_size: 4, ..Default::default() }, &mut generator(1)); });
    panics_here("ThreeLayerConvNet::new: height and width must be at least 2, to be halved, but image is [3, 1, 8]", || { ThreeLayerConvNet::<f64>::new(ThreeLayerConvSettings { image: [3, 1, 8], ..Default::default() }, &mut generator(1)); });
    panics_here("FullyConnectedNet::new: dropout_keep must be above 0 and at most 1, but is 0", || { FullyConnectedNet::<f64>::new(FullyConnectedSettings { dropout_keep: Some(0.0), ..Default::default() }, &mut generator(1)); });
    panics_here("predict: batch_size must be at least 1, but is 0", || { predict(&two, &Array2::zeros((2, 4)), 0); });
    panics_here("Parameters::matrix: there is no w3, only b1, b2, w1, w2", || { two.parameters.matrix("w3"); });
    panics_here("Parameters::matrix: b1 needs 2 axes, but is [3]", || { two.parameters.matrix("b1"); });
}
