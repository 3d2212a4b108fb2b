//! The figures of the CS231n notebooks that need no file of their own: toy networks, first losses, shapes.

use crate::support::numpy::Numpy;
use crate::support::recorded;
use crate::support::recorded::array;
use gradus_check::{Tolerance, compare};
use gradus_nn::affine::affine_forward;
use gradus_nn::conv::{ConvParams, conv_forward};
use gradus_nn::networks::{Parameters, TwoLayerNet};
use gradus_nn::optimisers::Sgd;
use gradus_nn::random::{generator, normal, uniform, with_replacement};
use gradus_nn::softmax::softmax_loss;
use gradus_nn::solver::Optimisers;
use gradus_nn::svm::svm_loss;
use gradus_nn::temporal::temporal_softmax_loss;
use ndarray::{Array1, Array2, Array4, Axis, Ix1, Ix2, array};
use serde_json::Value;

fn fact(id: &str) -> Value {
    recorded::fact(include_str!("fixtures/small_cs231n.json"), id)
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn shape(value: &Value) -> Vec<usize> {
    value.as_array().expect("a shape").iter().map(|length| number(length) as usize).collect()
}

#[test]
fn the_loss_of_the_notebook_of_2015() {
    let fact = fact("2015.two_layer_net.loss");
    let inputs = &fact["inputs"];
    let mut parameters = Parameters::new();
    parameters.insert("w1", array::<Ix2>(&inputs["W1"]));
    parameters.insert("b1", array::<Ix1>(&inputs["b1"]));
    parameters.insert("w2", array::<Ix2>(&inputs["W2"]));
    parameters.insert("b2", array::<Ix1>(&inputs["b2"]));
    let net = TwoLayerNet { parameters, reg: number(&fact["hyper"]["reg"]) };
    let y = array::<Ix1>(&inputs["y"]).mapv(|label| label as usize);
    let (loss, _) = net.loss(&array::<Ix2>(&inputs["X"]), &y);
    assert!((loss - number(&fact["expected"]["loss"])).abs() < 1e-10, "{loss}");
}

/// The net and the data of the notebooks of 2016 to 2020, and the generator behind the net's draws. Their penalty has no
/// factor 1/2, so that its strength here is twice theirs.
fn toy(reg: f64) -> (TwoLayerNet<f64>, Array2<f64>, Array1<usize>, Numpy) {
    let mut draws = Numpy::seed(0);
    let mut parameters = Parameters::new();
    parameters.insert("w1", draws.randn((4, 10)) * 0.1);
    parameters.insert("b1", Array1::zeros(10));
    parameters.insert("w2", draws.randn((10, 3)) * 0.1);
    parameters.insert("b2", Array1::zeros(3));
    let x = Numpy::seed(1).randn((5, 4)) * 10.0;
    (TwoLayerNet { parameters, reg: 2.0 * reg }, x, array![0, 1, 2, 2, 1], draws)
}

#[test]
fn the_toy_net_of_2016_to_2020() {
    let scores = fact("2016-2020.toy_net.scores");
    let (net, x, _, _) = toy(0.0);
    let expected = array::<Ix2>(&scores["expected"]["scores"]);
    assert_eq!(compare(&net.scores(&x), &expected, Tolerance::new(0.0, 1e-8)), Ok(()));

    let loss = fact("2016-2020.toy_net.loss");
    let (net, x, y, _) = toy(number(&loss["hyper"]["reg"]));
    assert!((net.loss(&x, &y).0 - number(&loss["expected"]["loss"])).abs() < 1e-11);
}

/// Batches of 200 are drawn from 5 examples, and the learning rate falls by 5 % after each.
#[test]
fn training_the_toy_net_of_2016_to_2020() {
    let fact = fact("2016-2020.toy_net.train");
    let hyper = |name: &str| number(&fact["hyper"][name]);
    let (mut net, x, y, mut draws) = toy(hyper("reg"));
    let mut optimisers = Optimisers::new(&net.parameters, Sgd::new(0.0));
    let mut last_loss = f64::NAN;
    for t in 0..hyper("num_iters") as i32 {
        let batch = draws.randint(5, 200);
        let (loss, gradients) = net.loss(&x.select(Axis(0), &batch), &y.select(Axis(0), &batch));
        last_loss = loss;
        optimisers.set_learning_rate(hyper("learning_rate") * 0.95_f64.powi(t));
        optimisers.update(&mut net.parameters, &gradients);
    }
    assert!(last_loss < number(&fact["expected"]["final_loss_below"]), "{last_loss}");
    assert!((last_loss - number(&fact["expected"]["printed"])).abs() < 1e-6, "{last_loss}");
}

#[test]
fn first_losses() {
    let (scores, y) = (Array2::<f64>::zeros((50, 10)), Array1::from(with_replacement(10, 50, &mut generator(231))));
    let expected = number(&fact("sanity.softmax_initial_loss")["expected"]["loss"]);
    assert!((softmax_loss(&scores, &y).0 - expected).abs() < 1e-14);
    let expected = number(&fact("sanity.svm_initial_loss")["expected"]["loss"]);
    assert!((svm_loss(&scores, &y, 1.0).0 - expected).abs() < 1e-14);

    for id in ["N100_T1_p1", "N100_T10_p1", "N5000_T10_p0.1"] {
        let fact = fact(&format!("sanity.temporal_softmax.{id}"));
        let [n, t, v] = ["N", "T", "V"].map(|name| number(&fact["hyper"][name]) as usize);
        let draws = &mut generator(231);
        let x = normal::<f64, _>((n, t, v), 0.001, draws);
        let y = Array2::from_shape_vec((n, t), with_replacement(v, n * t, draws)).expect("as many");
        let counts = uniform::<f64, _>((n, t), 0.0, 1.0, draws).mapv(|draw| draw <= number(&fact["hyper"]["p"]));
        let (loss, _) = temporal_softmax_loss(&x, &y, &counts);
        let limit = number(&fact["expected"]["loss_limit"]);
        assert!((loss / limit - 1.0).abs() < 0.04, "{id}: {loss}"); // the notebook: between 2.2 and 2.4
    }
}

#[test]
fn shapes() {
    // An affine layer flattens all but the batch, row by row: with the identity as weights it shows the rows.
    let flatten = fact("pytorch.flatten");
    let x = Array4::from_shape_vec((2, 1, 3, 2), (0..12).map(f64::from).collect()).expect("12 numbers");
    assert_eq!(shape(&flatten["inputs"]["x"]["reshape"]), x.shape());
    let (rows, _) = affine_forward(&x, &Array2::eye(6), &Array1::zeros(6));
    assert_eq!(rows, array::<Ix2>(&flatten["expected"]["out"]));

    let fact_fc = fact("pytorch.two_layer_fc.shape");
    let net = TwoLayerNet::<f64>::new(50, 42, 10, 0.0, 0.0, &mut generator(1));
    assert_eq!(net.scores(&Array2::zeros((64, 50))).shape(), shape(&fact_fc["expected"]["out_shape"]));

    let fact_conv = fact("pytorch.three_layer_convnet.shape");
    let inputs = &fact_conv["inputs"];
    let zeros = |name: &str| -> Array4<f64> {
        ndarray::ArrayD::zeros(shape(&inputs[name]["reshape"])).into_dimensionality().expect("images or filters")
    };
    let (maps, _) = conv_forward(&zeros("x"), &zeros("conv_w1"), &Array1::zeros(6), ConvParams::new(1, 2));
    let (maps, _) = conv_forward(&maps, &zeros("conv_w2"), &Array1::zeros(9), ConvParams::new(1, 1));
    let (scores, _) = affine_forward(&maps, &Array2::zeros((9216, 10)), &Array1::zeros(10));
    assert_eq!(scores.shape(), shape(&fact_conv["expected"]["out_shape"]));
}
