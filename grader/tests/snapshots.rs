//! The recorded cases of every assignment: the reference still gives what was recorded.
//!
//! Inputs are drawn from a fixed seed and kept to three decimals; results are kept to ten digits, because the last
//! digits differ between processors.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{self, Mask};
use gradus_assignments::batchnorm::{
    self, HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters, Running, RunningLayers,
};
use gradus_assignments::conv::{self, ThreeLayerConvNet};
use gradus_assignments::dropout;
use gradus_assignments::fully_connected::{self, FullyConnectedNet, Layer};
use gradus_assignments::rnn::{self, CaptioningNet};
use gradus_assignments::two_layer_net::{self, TwoLayerNet};
use gradus_assignments::{features, knn, softmax, svm};
use gradus_question::{Call, Local, Session};
use ndarray::{Array1, Array2, Array3, Array4, ArrayD, ArrayViewD, Ix2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Axis lengths of the cases: batch, features, classes.
const SIZES: [(usize, usize, usize); 3] = [(4, 3, 5), (1, 6, 3), (7, 2, 4)];

fn matrix(random: &mut ChaCha8Rng, shape: (usize, usize), scale: f64) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || (random.random_range(-scale..scale) * 1000.0).round() / 1000.0)
}

fn labels(random: &mut ChaCha8Rng, n: usize, classes: usize) -> Array1<usize> {
    Array1::from_shape_simple_fn(n, || random.random_range(0..classes))
}

fn rows(array: &Array2<f64>) -> Value {
    array.rows().into_iter().map(|row| row.iter().map(|&value| ten_digits(value)).collect::<Vec<_>>()).collect()
}

fn row(array: &Array1<f64>) -> Vec<f64> {
    array.iter().map(|&value| ten_digits(value)).collect()
}

fn ten_digits(value: f64) -> f64 {
    format!("{value:.9e}").parse().expect("a number that was just printed")
}

/// Runs `case` for each size on the reference and holds the results against the assignment's snapshot of that name.
fn hold(id: &str, name: &str, mut case: impl FnMut(&mut Session<'_>, &mut ChaCha8Rng, (usize, usize, usize)) -> Value) {
    let mut local = Local::new((gradus_grader::key(id).expect("each assignment has a key").reference)());
    let mut session = Session::new(&mut local);
    let mut random = ChaCha8Rng::seed_from_u64(231);
    let cases: Vec<_> = SIZES.iter().map(|&sizes| case(&mut session, &mut random, sizes)).collect();
    insta::with_settings!({
        snapshot_path => format!("../keys/{id}/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "GRADUS-STAFF-ONLY-7c1f4e",
    }, {
        insta::assert_json_snapshot!(name, json!({ "cases": cases }));
    });
}

type Scores = fn(&Array2<f64>, &Array1<usize>) -> Call<(f64, Array2<f64>)>;

/// The loss of scores and its gradient.
fn loss_of_scores(id: &str, name: &str, call: Scores) {
    hold(id, name, |session, random, (n, _, classes)| {
        let (x, y) = (matrix(random, (n, classes), 3.0), labels(random, n, classes));
        let (loss, dx) = session.call(&call(&x, &y)).expect("the reference answers");
        json!({ "x": rows(&x), "y": y.to_vec(), "loss": ten_digits(loss), "dx": rows(&dx) })
    });
}

type Classifier = fn(&Array2<f64>, &Array2<f64>, &Array1<usize>, f64) -> Call<(f64, Array2<f64>)>;

/// The loss of a linear classifier and its gradient.
fn loss_of_classifier(id: &str, name: &str, call: Classifier) {
    hold(id, name, |session, random, (n, features, classes)| {
        let (w, x) = (matrix(random, (features, classes), 1.0), matrix(random, (n, features), 2.0));
        let (y, reg) = (labels(random, n, classes), 0.125);
        let (loss, dw) = session.call(&call(&w, &x, &y, reg)).expect("the reference answers");
        json!({ "w": rows(&w), "x": rows(&x), "y": y.to_vec(), "reg": reg, "loss": ten_digits(loss), "dw": rows(&dw) })
    });
}

/// The classes that a linear classifier predicts.
fn predictions(id: &str, call: fn(&Array2<f64>, &Array2<f64>) -> Call<Array1<usize>>) {
    hold(id, "predict", |session, random, (n, features, classes)| {
        let (w, x) = (matrix(random, (features, classes), 1.0), matrix(random, (n, features), 2.0));
        let predicted = session.call(&call(&w, &x)).expect("the reference answers");
        json!({ "w": rows(&w), "x": rows(&x), "classes": predicted.to_vec() })
    });
}

#[test]
fn softmax_loss() {
    loss_of_scores("softmax", "softmax_loss", softmax::call::softmax_loss);
}

#[test]
fn softmax_classifier_loss() {
    loss_of_classifier("softmax", "softmax_classifier_loss", softmax::call::softmax_classifier_loss);
}

#[test]
fn softmax_predict() {
    predictions("softmax", softmax::call::predict);
}

#[test]
fn svm_loss() {
    loss_of_scores("svm", "svm_loss", svm::call::svm_loss);
}

#[test]
fn svm_classifier_loss() {
    loss_of_classifier("svm", "svm_classifier_loss", svm::call::svm_classifier_loss);
}

#[test]
fn svm_predict() {
    predictions("svm", svm::call::predict);
}

#[test]
fn knn_distances() {
    hold("knn", "distances", |session, random, (n, features, train)| {
        let (x, x_train) = (matrix(random, (n, features), 2.0), matrix(random, (train, features), 2.0));
        let distances =
            session.call(&knn::call::compute_distances_two_loops(&x, &x_train)).expect("the reference answers");
        json!({ "x": rows(&x), "x_train": rows(&x_train), "distances": rows(&distances) })
    });
}

#[test]
fn knn_predict_labels() {
    hold("knn", "predict_labels", |session, random, (n, classes, k)| {
        let distances = matrix(random, (n, 9), 2.0).mapv(f64::abs);
        let y_train = labels(random, 9, classes);
        let predicted =
            session.call(&knn::call::predict_labels(&distances, &y_train, k)).expect("the reference answers");
        json!({ "distances": rows(&distances), "y_train": y_train.to_vec(), "k": k, "labels": predicted.to_vec() })
    });
}

/// Three folds of equal length.
#[test]
fn knn_cross_validate() {
    hold("knn", "cross_validate", |session, random, (n, features, classes)| {
        let (x, y) = (matrix(random, (3 * n + 6, features), 2.0), labels(random, 3 * n + 6, classes));
        let (ks, folds) = (Array1::from_iter([3, 1, 4]), 3);
        let accuracies = session.call(&knn::call::cross_validate(&x, &y, &ks, folds)).expect("the reference answers");
        json!({
            "x": rows(&x), "y": y.to_vec(), "ks": ks.to_vec(), "folds": folds, "accuracies": rows(&accuracies),
        })
    });
}

/// Numbers around 0 with three decimals.
fn numbers(random: &mut ChaCha8Rng, count: usize, scale: f64) -> Array1<f64> {
    matrix(random, (1, count), scale).row(0).to_owned()
}

/// Forward and backward, of examples with three axes of their own; as rows, and with the shape beside them.
#[test]
fn two_layer_net_affine() {
    hold("two_layer_net", "affine", |session, random, (n, features, outputs)| {
        let shape = vec![n, 2, features, 2];
        let as_rows = |array: ArrayD<f64>| array.into_shape_with_order((n, 4 * features)).expect("as many numbers");
        let x = matrix(random, (n, 4 * features), 2.0);
        let (w, b) = (matrix(random, (4 * features, outputs), 1.0), numbers(random, outputs, 1.0));
        let dout = matrix(random, (n, outputs), 1.0);
        let shaped = x.clone().into_shape_with_order(shape.clone()).expect("as many numbers");
        let out = session.call(&two_layer_net::call::affine_forward(&shaped, &w, &b)).expect("the reference answers");
        let backward = two_layer_net::call::affine_backward(&shaped, &w, &b, &dout);
        let (dx, dw, db) = session.call(&backward).expect("the reference answers");
        json!({
            "x": rows(&x), "shape": shape, "w": rows(&w), "b": row(&b), "dout": rows(&dout),
            "out": rows(&out), "dx": rows(&as_rows(dx)), "dw": rows(&dw), "db": row(&db),
        })
    });
}

/// Forward and backward, exact zeros among the numbers.
#[test]
fn two_layer_net_relu() {
    hold("two_layer_net", "relu", |session, random, (n, _, width)| {
        let x = matrix(random, (n, width), 1.0).mapv(|x| if x.abs() < 0.2 { 0.0 } else { x });
        let dout = matrix(random, (n, width), 1.0);
        let out =
            session.call(&two_layer_net::call::relu_forward(&x.clone().into_dyn())).expect("the reference answers");
        let backward = two_layer_net::call::relu_backward(&x.clone().into_dyn(), &dout.clone().into_dyn());
        let dx = session.call(&backward).expect("the reference answers");
        let matrix = |array: ArrayD<f64>| array.into_dimensionality::<Ix2>().expect("two axes");
        json!({ "x": rows(&x), "dout": rows(&dout), "out": rows(&matrix(out)), "dx": rows(&matrix(dx)) })
    });
}

/// A network with six hidden units, and its record.
fn network(random: &mut ChaCha8Rng, features: usize, classes: usize) -> TwoLayerNet {
    TwoLayerNet {
        w1: matrix(random, (features, 6), 1.0),
        b1: numbers(random, 6, 0.5),
        w2: matrix(random, (6, classes), 1.0),
        b2: numbers(random, classes, 0.5),
    }
}

fn parameters(net: &TwoLayerNet) -> Value {
    json!({ "w1": rows(&net.w1), "b1": row(&net.b1), "w2": rows(&net.w2), "b2": row(&net.b2) })
}

#[test]
fn two_layer_net_loss() {
    hold("two_layer_net", "two_layer_net_loss", |session, random, (n, features, classes)| {
        let (net, x) = (network(random, features, classes), matrix(random, (n, features), 2.0));
        let (y, reg) = (labels(random, n, classes), 0.125);
        let call = two_layer_net::call::two_layer_net_loss(&net, &x.clone().into_dyn(), &y, reg);
        let (loss, gradients) = session.call(&call).expect("the reference answers");
        json!({
            "net": parameters(&net), "x": rows(&x), "y": y.to_vec(), "reg": reg,
            "loss": ten_digits(loss), "gradients": parameters(&gradients),
        })
    });
}

#[test]
fn two_layer_net_predict() {
    hold("two_layer_net", "predict", |session, random, (n, features, classes)| {
        let (net, x) = (network(random, features, classes), matrix(random, (n, features), 2.0));
        let call = two_layer_net::call::predict(&net, &x.clone().into_dyn());
        let predicted = session.call(&call).expect("the reference answers");
        json!({ "net": parameters(&net), "x": rows(&x), "classes": predicted.to_vec() })
    });
}

/// Values from 0 to 255 with three decimals, channel by channel in rows.
fn image(random: &mut ChaCha8Rng, shape: (usize, usize, usize)) -> (Array3<f64>, Value) {
    let image = Array3::from_shape_simple_fn(shape, || (random.random_range(0.0..255.0) * 1000.0_f64).round() / 1000.0);
    let channels = image.outer_iter().map(|channel| rows(&channel.to_owned())).collect();
    (image, channels)
}

#[test]
fn features_hog_feature() {
    hold("features", "hog_feature", |session, random, (cell, down, across)| {
        let orientations = 4 + cell;
        let (image, values) = image(random, (1, cell * down + cell / 2, cell * across + cell / 3));
        let features = session.call(&features::call::hog_feature(&image, cell, orientations));
        let features = row(&features.expect("the reference answers"));
        json!({ "image": values, "cell": cell, "orientations": orientations, "features": features })
    });
}

#[test]
fn features_color_histogram_hsv() {
    hold("features", "color_histogram_hsv", |session, random, (height, width, bins)| {
        let (mut image, _) = image(random, (3, height + 1, width + 3));
        // One grey pixel.
        image.slice_mut(ndarray::s![.., 0, 0]).fill(77.0);
        let values: Value = image.outer_iter().map(|channel| rows(&channel.to_owned())).collect();
        let bins = 2 * bins + 1;
        let histogram =
            session.call(&features::call::color_histogram_hsv(&image, bins)).expect("the reference answers");
        json!({ "image": values, "bins": bins, "histogram": row(&histogram) })
    });
}

#[test]
fn features_standardize() {
    hold("features", "standardize", |session, random, (n, features, train)| {
        let (x, x_train) = (matrix(random, (n, features), 3.0), matrix(random, (2 * train, features), 3.0));
        let result = session.call(&features::call::standardize(&x, &x_train)).expect("the reference answers");
        json!({ "x": rows(&x), "x_train": rows(&x_train), "result": rows(&result) })
    });
}

/// A network with two hidden layers, of six and four units.
fn deep_network(random: &mut ChaCha8Rng, features: usize, classes: usize) -> FullyConnectedNet {
    let stages = [features, 6, 4, classes];
    let layers = stages
        .windows(2)
        .map(|pair| Layer { w: matrix(random, (pair[0], pair[1]), 1.0), b: numbers(random, pair[1], 0.5) });
    FullyConnectedNet { layers: layers.collect() }
}

fn layers(net: &FullyConnectedNet) -> Value {
    net.layers.iter().map(|layer| json!({ "w": rows(&layer.w), "b": row(&layer.b) })).collect()
}

#[test]
fn fully_connected_scores() {
    hold("fully_connected", "scores", |session, random, (n, features, classes)| {
        let (net, x) = (deep_network(random, features, classes), matrix(random, (n, features), 2.0));
        let call = fully_connected::call::scores(&net, &x.clone().into_dyn());
        let scores = session.call(&call).expect("the reference answers");
        json!({ "net": layers(&net), "x": rows(&x), "scores": rows(&scores) })
    });
}

#[test]
fn fully_connected_loss() {
    hold("fully_connected", "fully_connected_loss", |session, random, (n, features, classes)| {
        let (net, x) = (deep_network(random, features, classes), matrix(random, (n, features), 2.0));
        let (y, reg) = (labels(random, n, classes), 0.125);
        let call = fully_connected::call::fully_connected_loss(&net, &x.clone().into_dyn(), &y, reg);
        let (loss, gradients) = session.call(&call).expect("the reference answers");
        json!({
            "net": layers(&net), "x": rows(&x), "y": y.to_vec(), "reg": reg,
            "loss": ten_digits(loss), "gradients": layers(&gradients),
        })
    });
}

/// In evaluation, where no mask is drawn.
#[test]
fn dropout_scores() {
    hold("dropout", "scores", |session, random, (n, features, classes)| {
        let (net, x) = (deep_network(random, features, classes), matrix(random, (n, features), 2.0));
        let call = dropout::call::scores(&net, &x.clone().into_dyn(), 0.5, dropout::Mode::Evaluate, 231);
        let scores = session.call(&call).expect("the reference answers");
        json!({ "net": layers(&net), "x": rows(&x), "scores": rows(&scores) })
    });
}

#[test]
fn dropout_max_norm() {
    hold("dropout", "max_norm", |session, random, (inputs, units, _)| {
        let (w, limit) = (matrix(random, (inputs, 2 * units), 1.0), 0.5 * (inputs as f64).sqrt());
        let result = session.call(&dropout::call::max_norm(&w, limit)).expect("the reference answers");
        json!({ "w": rows(&w), "limit": limit, "result": rows(&result) })
    });
}

#[test]
fn dropout_label_smoothing_loss() {
    hold("dropout", "label_smoothing_loss", |session, random, (n, _, classes)| {
        let (x, y, smoothing) = (matrix(random, (n, classes), 3.0), labels(random, n, classes), 0.125);
        let call = dropout::call::label_smoothing_loss(&x, &y, smoothing);
        let (loss, dx) = session.call(&call).expect("the reference answers");
        json!({
            "x": rows(&x), "y": y.to_vec(), "smoothing": smoothing, "loss": ten_digits(loss), "dx": rows(&dx),
        })
    });
}

/// Positive numbers with three decimals.
fn variances(random: &mut ChaCha8Rng, count: usize) -> Array1<f64> {
    numbers(random, count, 0.9) + 1.0
}

fn running(running: &Running) -> Value {
    json!({ "mean": row(&running.mean), "var": row(&running.var) })
}

/// Forward in both modes, backward in both ways.
#[test]
fn batchnorm_layer() {
    hold("batchnorm", "batchnorm", |session, random, (n, features, _)| {
        let x = matrix(random, (n, features), 2.0);
        let (gamma, beta) = (numbers(random, features, 1.5), numbers(random, features, 1.0));
        let old = Running { mean: numbers(random, features, 1.0), var: variances(random, features) };
        let (dout, momentum, eps) = (matrix(random, (n, features), 1.0), 0.75, 0.125);
        let mut forward = |mode| {
            let call = batchnorm::call::batchnorm_forward(&x, &gamma, &beta, &old, mode, momentum, eps);
            session.call(&call).expect("the reference answers")
        };
        let (out, next) = forward(batchnorm::Mode::Train);
        let (evaluated, unmoved) = forward(batchnorm::Mode::Evaluate);
        assert_eq!(unmoved, old);
        let mut gradients = |call| -> Value {
            let (dx, dgamma, dbeta) = session.call(&call).expect("the reference answers");
            json!({ "dx": rows(&dx), "dgamma": row(&dgamma), "dbeta": row(&dbeta) })
        };
        let long = gradients(batchnorm::call::batchnorm_backward(&x, &gamma, &beta, eps, &dout));
        let short = gradients(batchnorm::call::batchnorm_backward_alt(&x, &gamma, &beta, eps, &dout));
        json!({
            "x": rows(&x), "gamma": row(&gamma), "beta": row(&beta), "running": running(&old), "momentum": momentum,
            "eps": eps, "dout": rows(&dout), "out": rows(&out), "next": running(&next),
            "out_in_evaluation": rows(&evaluated), "long": long, "short": short,
        })
    });
}

/// Filters, or images, from rows.
fn images(rows: Array2<f64>, shape: (usize, usize, usize, usize)) -> Array4<f64> {
    rows.into_shape_with_order(shape).expect("as many numbers")
}

/// Filters, or images, as rows.
fn image_rows(images: &Array4<f64>) -> Value {
    let n = images.dim().0;
    rows(&images.to_shape((n, images.len() / n)).expect("as many numbers").into_owned())
}

fn conv_parameters(net: &ThreeLayerConvNet) -> Value {
    json!({
        "filters": net.w1.shape(), "w1": image_rows(&net.w1), "b1": row(&net.b1), "w2": rows(&net.w2), "b2": row(&net.b2),
        "w3": rows(&net.w3), "b3": row(&net.b3),
    })
}

/// Two filters of 3 x 3 on images with two channels, of 5 rows and as many columns as make the case.
#[test]
fn conv_three_layer_convnet_loss() {
    hold("conv", "three_layer_convnet_loss", |session, random, (n, width, classes)| {
        let width = width + 2;
        let net = ThreeLayerConvNet {
            w1: images(matrix(random, (2, 18), 0.5), (2, 2, 3, 3)),
            b1: numbers(random, 2, 0.5),
            w2: matrix(random, (2 * 2 * (width / 2), 6), 0.5),
            b2: numbers(random, 6, 0.5),
            w3: matrix(random, (6, classes), 1.0),
            b3: numbers(random, classes, 0.5),
        };
        let x = images(matrix(random, (n, 10 * width), 2.0), (n, 2, 5, width));
        let (y, reg) = (labels(random, n, classes), 0.125);
        let call = conv::call::three_layer_convnet_loss(&net, &x, &y, reg);
        let (loss, gradients) = session.call(&call).expect("the reference answers");
        json!({
            "net": conv_parameters(&net), "x": image_rows(&x), "shape": x.shape(), "y": y.to_vec(), "reg": reg,
            "loss": ten_digits(loss), "gradients": conv_parameters(&gradients),
        })
    });
}

fn captioning_parameters(net: &CaptioningNet) -> Value {
    let names = ["w_proj", "b_proj", "w_embed", "wx", "wh", "b", "w_vocab", "b_vocab"];
    let array = |array: &ArrayViewD<f64>| {
        let data: Vec<f64> = array.iter().map(|&value| ten_digits(value)).collect();
        json!({ "shape": array.shape(), "data": data })
    };
    names.iter().zip(&net.arrays()).map(|(name, parameter)| ((*name).to_owned(), array(parameter))).collect()
}

/// As many hidden units as the case has features, and one more; a plain network where the batch is even, otherwise an LSTM.
#[test]
fn rnn_captioning_loss() {
    hold("rnn", "captioning_loss", |session, random, (n, hidden, classes)| {
        let (hidden, vocabulary, gates) = (hidden + 1, classes + 3, if n % 2 == 0 { 1 } else { 4 });
        let net = CaptioningNet {
            w_proj: matrix(random, (4, hidden), 0.5),
            b_proj: numbers(random, hidden, 0.5),
            w_embed: matrix(random, (vocabulary, 3), 1.0),
            wx: matrix(random, (3, gates * hidden), 0.8),
            wh: matrix(random, (hidden, gates * hidden), 0.5),
            b: numbers(random, gates * hidden, 0.5),
            w_vocab: matrix(random, (hidden, vocabulary), 1.0),
            b_vocab: numbers(random, vocabulary, 0.5),
        };
        let features = matrix(random, (n, 4), 2.0);
        let captions = Array2::from_shape_fn((n, 6), |(n, t)| match t {
            0 => rnn::START,
            t if t < 2 + n % 3 => random.random_range(rnn::END + 1..vocabulary),
            t if t == 2 + n % 3 => rnn::END,
            _ => rnn::NULL,
        });
        let call = rnn::call::captioning_loss(&net, &features, &captions);
        let (loss, gradients) = session.call(&call).expect("the reference answers");
        let said: Vec<_> = captions.rows().into_iter().map(|row| row.to_vec()).collect();
        json!({
            "net": captioning_parameters(&net), "features": rows(&features), "captions": said,
            "loss": ten_digits(loss), "gradients": captioning_parameters(&gradients),
        })
    });
}

#[test]
fn batchnorm_layernorm() {
    hold("batchnorm", "layernorm", |session, random, (n, features, _)| {
        let x = matrix(random, (n, features), 2.0);
        let (gamma, beta) = (numbers(random, features, 1.5), numbers(random, features, 1.0));
        let (dout, eps) = (matrix(random, (n, features), 1.0), 0.125);
        let forward = batchnorm::call::layernorm_forward(&x, &gamma, &beta, eps);
        let out = session.call(&forward).expect("the reference answers");
        let backward = batchnorm::call::layernorm_backward(&x, &gamma, &beta, eps, &dout);
        let (dx, dgamma, dbeta) = session.call(&backward).expect("the reference answers");
        json!({
            "x": rows(&x), "gamma": row(&gamma), "beta": row(&beta), "eps": eps, "dout": rows(&dout),
            "out": rows(&out), "dx": rows(&dx), "dgamma": row(&dgamma), "dbeta": row(&dbeta),
        })
    });
}

fn normalised_layers(parameters: &Parameters) -> Value {
    let hidden = |layer: &HiddenLayer| json!({ "w": rows(&layer.w), "b": row(&layer.b), "gamma": row(&layer.gamma), "beta": row(&layer.beta) });
    json!({
        "hidden": parameters.hidden.iter().map(hidden).collect::<Vec<_>>(),
        "last": { "w": rows(&parameters.last.w), "b": row(&parameters.last.b) },
    })
}

/// The loss and the scores of a network with one hidden layer of four units, with each normalisation.
#[test]
fn batchnorm_network() {
    hold("batchnorm", "network", |session, random, (n, features, classes)| {
        let hidden = HiddenLayer {
            w: matrix(random, (features, 4), 1.0),
            b: numbers(random, 4, 0.5),
            gamma: variances(random, 4),
            beta: numbers(random, 4, 0.5),
        };
        let last = LastLayer { w: matrix(random, (4, classes), 1.0), b: numbers(random, classes, 0.5) };
        let parameters = Parameters { hidden: vec![hidden], last };
        let old = Running { mean: numbers(random, 4, 1.0), var: variances(random, 4) };
        let (x, y, reg) = (matrix(random, (n, features), 2.0), labels(random, n, classes), 0.125);
        let results: Vec<Value> = Normalisation::ALL
            .into_iter()
            .map(|normalisation| {
                let statistics = RunningLayers { layers: vec![old.clone()] };
                let net = NormalisedNet { normalisation, parameters: parameters.clone(), running: statistics };
                let call = batchnorm::call::fully_connected_loss(&net, &x.clone().into_dyn(), &y, reg);
                let (loss, gradients, next) = session.call(&call).expect("the reference answers");
                let call = batchnorm::call::scores(&net, &x.clone().into_dyn());
                let scores = session.call(&call).expect("the reference answers");
                json!({
                    "normalisation": format!("{normalisation:?}"), "loss": ten_digits(loss),
                    "gradients": normalised_layers(&gradients), "next": running(&next.layers[0]),
                    "scores": rows(&scores),
                })
            })
            .collect();
        json!({
            "parameters": normalised_layers(&parameters), "running": running(&old), "x": rows(&x), "y": y.to_vec(),
            "reg": reg, "results": results,
        })
    });
}

/// Sequences as rows, time step after time step.
fn sequence_rows(x: &Array3<f64>) -> Value {
    let (batch, time, features) = x.dim();
    rows(&x.to_shape((batch * time, features)).expect("as many numbers").into_owned())
}

/// Three queries and as many keys as make the case; each query may look at the keys from its own place on.
#[test]
fn attention_scaled_dot_product_attention() {
    hold("attention", "scaled_dot_product_attention", |session, random, (n, keys, features)| {
        let mut sequence = |time, features| {
            let rows = matrix(random, (n * time, features), 1.5);
            rows.into_shape_with_order((n, time, features)).expect("as many numbers")
        };
        let (q, k, v) = (sequence(3, features), sequence(keys, features), sequence(keys, 2));
        let dout = sequence(3, 2);
        let mask = Mask::Allowed(Array2::from_shape_fn((3, keys), |(query, key)| key >= query.min(keys - 1)));
        let out = session.call(&attention::call::scaled_dot_product_attention_forward(&q, &k, &v, &mask));
        let backward = attention::call::scaled_dot_product_attention_backward(&q, &k, &v, &mask, &dout);
        let (dq, dk, dv) = session.call(&backward).expect("the reference answers");
        json!({
            "batch": n, "q": sequence_rows(&q), "k": sequence_rows(&k), "v": sequence_rows(&v), "dout": sequence_rows(&dout),
            "out": sequence_rows(&out.expect("the reference answers")), "dq": sequence_rows(&dq), "dk": sequence_rows(&dk),
            "dv": sequence_rows(&dv),
        })
    });
}
