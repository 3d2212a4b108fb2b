//! Faults in shapes panic at the caller's line, with the operation, the rule and both shapes.

use std::cell::RefCell;
use std::panic::{self, Location, UnwindSafe};
use std::sync::Once;

use gradus_nn::activations::{
    gelu_backward, gelu_forward, gelu_tanh_backward, gelu_tanh_forward, sigmoid_backward, sigmoid_forward,
    tanh_backward, tanh_forward,
};
use gradus_nn::losses::{binary_cross_entropy_with_logits, mse_loss, smooth_l1_loss};
use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{mean_image, rows, subtract_mean};
use gradus_nn::random::{generator, with_replacement};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array1, Array2, Array3, Array4, array};

thread_local! {
    static PANIC: RefCell<Option<(String, String, u32)>> = const { RefCell::new(None) };
}
static HOOK: Once = Once::new();

/// Runs `f`, which must panic on the line of this call with exactly this text.
#[track_caller]
fn panics_here(text: &str, f: impl FnOnce() + UnwindSafe) {
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|place| (place.file().to_owned(), place.line())).unwrap_or_default();
            PANIC.set(Some((info.payload_as_str().unwrap_or_default().to_owned(), place.0, place.1)));
            default(info);
        }));
    });
    let here = Location::caller();
    PANIC.set(None);
    assert!(panic::catch_unwind(f).is_err(), "does not panic: {text}");
    let (message, file, line) = PANIC.take().expect("a panic on this thread");
    assert_eq!(message, text);
    assert_eq!((file.as_str(), line), (here.file(), here.line()), "{text}");
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn everywhere() {
    let (empty, wide, one) = (Array2::<f64>::zeros((0, 3)), Array2::<f64>::zeros((2, 3)), array![1.0]);
    let (none, labels) = (Array1::<usize>::zeros(0), array![0_usize, 1]);

    panics_here("accuracy: there must be one prediction for each label, but predicted is [0] and y is [2]", || { accuracy(&none, &labels); });
    panics_here("accuracy: needs at least one example, but y is [0]", || { accuracy(&none, &none); });
    panics_here("mean_image: train needs at least one row, but is [0, 3]", || { mean_image(&empty); });
    panics_here("subtract_mean: mean needs one value for each column of x, but x is [2, 3] and mean is [1]", || { subtract_mean(&wide, &one); });
    panics_here("rows: images need a batch axis, but are []", || { rows::<f64, _>(&ndarray::arr0(1_u8)); });
    panics_here("mse_loss: y needs the shape of x, but x is [2, 3] and y is [0, 3]", || { mse_loss(&wide, &empty); });
    panics_here("mse_loss: needs at least one element, but x is [0, 3]", || { mse_loss(&empty, &empty); });
    panics_here("smooth_l1_loss: y needs the shape of x, but x is [2, 3] and y is [0, 3]", || { smooth_l1_loss(&wide, &empty, 1.0); });
    panics_here("smooth_l1_loss: beta must be 0 or more, but is -1", || { smooth_l1_loss(&wide, &wide, -1.0); });
    panics_here("binary_cross_entropy_with_logits: y needs the shape of x, but x is [2, 3] and y is [0, 3]", || { binary_cross_entropy_with_logits(&wide, &empty); });
    panics_here("sigmoid_backward: dout needs the shape of x, but x is [2, 3] and dout is [0, 3]", || { sigmoid_backward(&empty, &sigmoid_forward(&wide).1); });
    panics_here("tanh_backward: dout needs the shape of x, but x is [2, 3] and dout is [0, 3]", || { tanh_backward(&empty, &tanh_forward(&wide).1); });
    panics_here("gelu_backward: dout needs the shape of x, but x is [2, 3] and dout is [0, 3]", || { gelu_backward(&empty, &gelu_forward(&wide).1); });
    panics_here("gelu_tanh_backward: dout needs the shape of x, but x is [2, 3] and dout is [0, 3]", || { gelu_tanh_backward(&empty, &gelu_tanh_forward(&wide).1); });
    panics_here("with_replacement: cannot draw 3 indices from none", || { with_replacement(0, 3, &mut generator(1)); });
    panics_here("split: dev is drawn from train, but dev is 1 and train is 0", || { split(1, SplitSizes { dev: 1, ..Default::default() }, 1); });
}

#[cfg(feature = "softmax")]
#[rustfmt::skip]
#[test]
fn softmax() {
    use gradus_nn::linear::{predict, softmax_classifier_loss, softmax_classifier_loss_naive, train_softmax};
    use gradus_nn::softmax::softmax_loss;

    let (w, x, y) = (Array2::<f64>::zeros((3, 4)), Array2::<f64>::zeros((2, 3)), array![0_usize, 3]);
    let (empty, narrow, none) = (Array2::<f64>::zeros((0, 3)), Array2::<f64>::zeros((2, 2)), Array1::<usize>::zeros(0));
    let (short, large) = (array![0_usize], array![0_usize, 4]);

    panics_here("softmax_loss: y needs one label for each row of x, but x is [2, 3] and y is [1]", || { softmax_loss(&x, &short); });
    panics_here("softmax_loss: x needs at least one row, but is [0, 3]", || { softmax_loss(&empty, &none); });
    panics_here("softmax_loss: labels must be below the number of classes, 3, but y[1] is 3", || { softmax_loss(&x, &y); });

    panics_here("softmax_classifier_loss: w needs one row for each column of x, but x is [2, 2] and w is [3, 4]", || { softmax_classifier_loss(&w, &narrow, &y, 0.0); });
    panics_here("softmax_classifier_loss: y needs one label for each row of x, but x is [2, 3] and y is [1]", || { softmax_classifier_loss(&w, &x, &short, 0.0); });
    panics_here("softmax_classifier_loss: labels must be below the number of classes, 4, but y[1] is 4", || { softmax_classifier_loss(&w, &x, &large, 0.0); });
    panics_here("softmax_classifier_loss: x needs at least one row, but is [0, 3]", || { softmax_classifier_loss(&w, &empty, &none, 0.0); });
    panics_here("softmax_classifier_loss_naive: w needs one row for each column of x, but x is [2, 2] and w is [3, 4]", || { softmax_classifier_loss_naive(&w, &narrow, &y, 0.0); });

    panics_here("train_softmax: y needs one label for each row of x, but x is [2, 3] and y is [1]", || { train_softmax(&x, &short, 0.1, 0.0, 1, 1, 1); });
    panics_here("train_softmax: batch_size must be at least 1, but is 0", || { train_softmax(&x, &y, 0.1, 0.0, 1, 0, 1); });
    panics_here("predict: w needs one row for each column of x, but x is [2, 2] and w is [3, 4]", || { predict(&w, &narrow); });
    panics_here("predict: w needs at least one class, but is [3, 0]", || { predict(&Array2::<f64>::zeros((3, 0)), &x); });
}

#[cfg(feature = "svm")]
#[rustfmt::skip]
#[test]
fn svm() {
    use gradus_nn::linear::{svm_classifier_loss, svm_classifier_loss_naive};
    use gradus_nn::svm::svm_loss;

    let (w, x, y) = (Array2::<f64>::zeros((3, 4)), Array2::<f64>::zeros((2, 3)), array![0_usize, 3]);
    let (empty, narrow, none) = (Array2::<f64>::zeros((0, 3)), Array2::<f64>::zeros((2, 2)), Array1::<usize>::zeros(0));
    let (short, large) = (array![0_usize], array![0_usize, 4]);

    panics_here("svm_loss: y needs one label for each row of x, but x is [2, 3] and y is [1]", || { svm_loss(&x, &short, 1.0); });
    panics_here("svm_loss: x needs at least one row, but is [0, 3]", || { svm_loss(&empty, &none, 1.0); });
    panics_here("svm_loss: labels must be below the number of classes, 3, but y[1] is 3", || { svm_loss(&x, &y, 1.0); });
    panics_here("svm_classifier_loss: w needs one row for each column of x, but x is [2, 2] and w is [3, 4]", || { svm_classifier_loss(&w, &narrow, &y, 1.0, 0.0); });
    panics_here("svm_classifier_loss: labels must be below the number of classes, 4, but y[1] is 4", || { svm_classifier_loss(&w, &x, &large, 1.0, 0.0); });
    panics_here("svm_classifier_loss_naive: y needs one label for each row of x, but x is [2, 3] and y is [1]", || { svm_classifier_loss_naive(&w, &x, &short, 1.0, 0.0); });
}

#[cfg(feature = "two_layer_net")]
#[rustfmt::skip]
#[test]
fn two_layer_net() {
    use gradus_nn::activations::{elu_backward, elu_forward, leaky_relu_backward, leaky_relu_forward, relu_backward, relu_forward};
    use gradus_nn::activations::{maxout_backward, maxout_forward, prelu_backward, prelu_forward};
    use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};

    let (x, image, other) = (Array2::<f64>::zeros((2, 6)), Array3::<f64>::zeros((2, 3, 2)), Array2::<f64>::zeros((2, 5)));
    let (w, b, two) = (Array2::<f64>::zeros((6, 4)), Array1::<f64>::zeros(4), Array1::<f64>::zeros(2));

    panics_here("affine_forward: w needs one row for each feature of x, but x is [2, 5] and w is [6, 4]", || { affine_forward(&other, &w, &b); });
    panics_here("affine_forward: w needs one row for each feature of x, but x is [2, 3, 2] and w is [2, 5]", || { affine_forward(&image, &other, &b); });
    panics_here("affine_forward: b needs one value for each column of w, but w is [6, 4] and b is [2]", || { affine_forward(&image, &w, &two); });
    panics_here("affine_forward: x needs a batch axis, but is []", || { affine_forward(&ndarray::arr0(1.0), &w, &b); });
    panics_here("affine_backward: dout needs the shape of out, but out is [2, 4] and dout is [2, 5]", || { affine_backward(&other, &affine_forward(&x, &w, &b).1); });
    panics_here("affine_relu_forward: w needs one row for each feature of x, but x is [2, 5] and w is [6, 4]", || { affine_relu_forward(&other, &w, &b); });
    panics_here("affine_relu_backward: dout needs the shape of out, but out is [2, 4] and dout is [2, 5]", || { affine_relu_backward(&other, &affine_relu_forward(&x, &w, &b).1); });

    panics_here("relu_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { relu_backward(&other, &relu_forward(&x).1); });
    panics_here("leaky_relu_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { leaky_relu_backward(&other, &leaky_relu_forward(&x, 0.1).1); });
    panics_here("elu_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { elu_backward(&other, &elu_forward(&x, 1.0).1); });
    panics_here("prelu_forward: alpha needs one value, or one for each channel of x, but x is [2, 3, 2] and alpha is [2]", || { prelu_forward(&image, &two); });
    panics_here("prelu_forward: x needs a batch and a channel axis, but is [4]", || { prelu_forward(&b, &two); });
    panics_here("prelu_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { prelu_backward(&other, &prelu_forward(&x, &array![0.1]).1); });
    panics_here("maxout_forward: pieces must divide the columns of x, but x is [2, 6] and pieces is 4", || { maxout_forward(&x, 4); });
    panics_here("maxout_forward: pieces must divide the columns of x, but x is [2, 6] and pieces is 0", || { maxout_forward(&x, 0); });
    panics_here("maxout_backward: dout needs the shape of out, but out is [2, 3] and dout is [2, 5]", || { maxout_backward(&other, &maxout_forward(&x, 2).1); });
}

#[cfg(feature = "dropout")]
#[rustfmt::skip]
#[test]
fn dropout() {
    use gradus_nn::{Mode, dropout::{dropout_backward, dropout_forward}};

    let (x, other) = (Array2::<f64>::zeros((2, 6)), Array2::<f64>::zeros((2, 5)));
    panics_here("dropout_forward: p, the probability of keeping, must be above 0 and at most 1, but is 0", || { dropout_forward(&x, 0.0, Mode::Train, &mut generator(1)); });
    panics_here("dropout_forward: p, the probability of keeping, must be above 0 and at most 1, but is 1.5", || { dropout_forward(&x, 1.5, Mode::Evaluate, &mut generator(1)); });
    panics_here("dropout_backward: dout needs the shape of mask, but mask is [2, 6] and dout is [2, 5]", || { dropout_backward(&other, &dropout_forward(&x, 0.5, Mode::Train, &mut generator(1)).1); });
}

#[cfg(feature = "knn")]
#[rustfmt::skip]
#[test]
fn knn() {
    use gradus_nn::knn::{compute_distances_no_loops, compute_distances_one_loop, compute_distances_two_loops, predict_labels};

    let (x, x_train, y_train) = (Array2::<f64>::zeros((2, 6)), Array2::<f64>::zeros((2, 5)), array![0_usize, 1, 2]);
    panics_here("compute_distances_two_loops: x and x_train need equally many columns, but x is [2, 6] and x_train is [2, 5]", || { compute_distances_two_loops(&x, &x_train); });
    panics_here("compute_distances_one_loop: x and x_train need equally many columns, but x is [2, 6] and x_train is [2, 5]", || { compute_distances_one_loop(&x, &x_train); });
    panics_here("compute_distances_no_loops: x and x_train need equally many columns, but x is [2, 6] and x_train is [2, 5]", || { compute_distances_no_loops(&x, &x_train); });
    panics_here("predict_labels: y_train needs one label for each column of dists, but dists is [2, 6] and y_train is [3]", || { predict_labels(&x, &y_train, 1); });
    panics_here("predict_labels: k must be from 1 to the number of training examples, 6, but is 7", || { predict_labels(&x, &Array1::zeros(6), 7); });
    panics_here("predict_labels: k must be from 1 to the number of training examples, 6, but is 0", || { predict_labels(&x, &Array1::zeros(6), 0); });
}

#[cfg(feature = "batchnorm")]
#[rustfmt::skip]
#[test]
fn batchnorm() {
    use gradus_nn::norms::*;

    let (x, other, empty) = (Array2::<f64>::zeros((2, 6)), Array2::<f64>::zeros((2, 5)), Array2::<f64>::zeros((0, 6)));
    let (images, no_images) = (Array4::<f64>::zeros((2, 6, 3, 3)), Array4::<f64>::zeros((2, 6, 3, 1)));
    let (six, two) = (Array1::<f64>::zeros(6), Array1::<f64>::zeros(2));
    let new = || BatchnormParam::<f64>::new(6);

    panics_here("batchnorm_forward: gamma needs one value for each feature of x, but x is [2, 6] and gamma is [2]", || { batchnorm_forward(&x, &two, &six, &mut new()); });
    panics_here("batchnorm_forward: beta needs one value for each feature of x, but x is [2, 6] and beta is [2]", || { batchnorm_forward(&x, &six, &two, &mut new()); });
    panics_here("batchnorm_forward: running_mean needs one value for each feature of x, but x is [2, 6] and running_mean is [5]", || { batchnorm_forward(&x, &six, &six, &mut BatchnormParam::new(5)); });
    panics_here("batchnorm_forward: x needs at least one row, but is [0, 6]", || { batchnorm_forward(&empty, &six, &six, &mut new()); });
    panics_here("batchnorm_forward: training needs more elements for each feature than the correction, 2, but x is [2, 6]", || { batchnorm_forward(&x, &six, &six, &mut BatchnormParam { correction: 2, ..new() }); });
    panics_here("batchnorm_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { batchnorm_backward(&other, &batchnorm_forward(&x, &six, &six, &mut new()).1); });
    panics_here("batchnorm_backward_alt: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { batchnorm_backward_alt(&other, &batchnorm_forward(&x, &six, &six, &mut new()).1); });
    panics_here("spatial_batchnorm_forward: gamma needs one value for each channel of x, but x is [2, 6, 3, 3] and gamma is [2]", || { spatial_batchnorm_forward(&images, &two, &six, &mut new()); });
    panics_here("spatial_batchnorm_forward: running_mean needs one value for each channel of x, but x is [2, 6, 3, 3] and running_mean is [5]", || { spatial_batchnorm_forward(&images, &six, &six, &mut BatchnormParam::new(5)); });
    panics_here("spatial_batchnorm_backward: dout needs the shape of x, but x is [2, 6, 3, 3] and dout is [2, 6, 3, 1]", || { spatial_batchnorm_backward(&no_images, &spatial_batchnorm_forward(&images, &six, &six, &mut new()).1); });
    panics_here("layernorm_forward: beta needs one value for each feature of x, but x is [2, 6] and beta is [2]", || { layernorm_forward(&x, &six, &two, 1e-5); });
    panics_here("layernorm_forward: x needs a feature axis, but is []", || { layernorm_forward(&ndarray::arr0(1.0), &six, &six, 1e-5); });
    panics_here("layernorm_backward: dout needs the shape of x, but x is [2, 6] and dout is [2, 5]", || { layernorm_backward(&other, &layernorm_forward(&x, &six, &six, 1e-5).1); });
    panics_here("spatial_groupnorm_forward: groups must divide the channels of x, but x is [2, 6, 3, 3] and groups is 4", || { spatial_groupnorm_forward(&images, &six, &six, 4, 1e-5); });
    panics_here("spatial_groupnorm_forward: gamma needs one value for each channel of x, but x is [2, 6, 3, 3] and gamma is [2]", || { spatial_groupnorm_forward(&images, &two, &six, 3, 1e-5); });
    panics_here("spatial_groupnorm_backward: dout needs the shape of x, but x is [2, 6, 3, 3] and dout is [2, 6, 3, 1]", || { spatial_groupnorm_backward(&no_images, &spatial_groupnorm_forward(&images, &six, &six, 2, 1e-5).1); });
    panics_here("instancenorm_forward: gamma needs one value for each channel of x, but x is [2, 6, 3, 3] and gamma is [2]", || { instancenorm_forward(&images, &two, &six, 1e-5); });
    panics_here("instancenorm_backward: dout needs the shape of x, but x is [2, 6, 3, 3] and dout is [2, 6, 3, 1]", || { instancenorm_backward(&no_images, &instancenorm_forward(&images, &six, &six, 1e-5).1); });
}
