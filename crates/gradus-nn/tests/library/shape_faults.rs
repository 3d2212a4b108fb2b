//! Faults in shapes panic at the caller's line, with the operation, the rule and both shapes.

use crate::support::panics::panics_here;
use gradus_nn::activations::{
    gelu_backward, gelu_forward, gelu_tanh_backward, gelu_tanh_forward, sigmoid_backward, sigmoid_forward,
    tanh_backward, tanh_forward,
};
use gradus_nn::losses::{binary_cross_entropy_with_logits, mse_loss, smooth_l1_loss};
use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{mean_image, rows, subtract_mean};
use gradus_nn::random::{generator, with_replacement};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array1, Array2, Array4, array};

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

#[rustfmt::skip]
#[test]
fn metrics() {
    use gradus_nn::metrics::*;

    let (long, short, empty) = (array![0_usize, 1, 2], array![0_usize, 1], Array2::<usize>::zeros((2, 2)));
    let (oblong, scores, truths) = (Array2::<usize>::ones((2, 3)), array![0.5, f64::NAN], array![true, false]);
    let (falling, none) = (array![0.0, 1.0, 0.5], Array1::<f64>::zeros(0));

    panics_here("confusion_matrix: there must be one prediction for each label, but predicted is [3] and y is [2]", || { confusion_matrix(&long, &short, 3); });
    panics_here("confusion_matrix: classes must be below their number, 2, but y has 2", || { confusion_matrix(&array![0, 1, 1], &long, 2); });
    panics_here("confusion_matrix: classes must be below their number, 2, but predicted has 2", || { confusion_matrix(&long, &array![0, 1, 1], 2); });
    panics_here("precision_per_class: confusion needs one row and one column for each class, but confusion is [2, 3]", || { precision_per_class(&oblong); });
    panics_here("recall_per_class: confusion needs one row and one column for each class, but confusion is [2, 3]", || { recall_per_class(&oblong); });
    panics_here("f_beta_per_class: beta must be 0 or more and finite, but is -1", || { f_beta_per_class(&empty, -1.0); });
    panics_here("precision: needs at least one example, but confusion, [2, 2], counts none", || { precision(&empty, Average::Macro); });
    panics_here("recall: needs at least one example, but confusion, [2, 2], counts none", || { recall(&empty, Average::Macro); });
    panics_here("f_beta: beta must be 0 or more and finite, but is NaN", || { f_beta(&empty, f64::NAN, Average::Micro); });
    panics_here("matthews_correlation: needs at least one example, but confusion, [2, 2], counts none", || { matthews_correlation(&empty); });
    panics_here("pixel_accuracy: needs at least one example, but confusion, [2, 2], counts none", || { pixel_accuracy(&empty); });
    panics_here("mean_iou: needs at least one example, but confusion, [2, 2], counts none", || { mean_iou(&empty); });
    panics_here("mean_dice: confusion needs one row and one column for each class, but confusion is [2, 3]", || { mean_dice(&oblong); });
    panics_here("iou: confusion needs one row and one column for each class, but confusion is [2, 3]", || { iou(&oblong); });
    panics_here("dice: confusion needs one row and one column for each class, but confusion is [2, 3]", || { dice(&oblong); });
    panics_here("roc_curve: there must be one score for each label, but scores is [0] and positive is [2]", || { roc_curve(&none, &truths); });
    panics_here("roc_curve: needs at least one example, but scores is [0]", || { roc_curve(&none, &Array1::from_elem(0, true)); });
    panics_here("roc_auc: scores must be numbers, but scores[1] is NaN", || { roc_auc(&scores, &truths); });
    panics_here("auc: there must be one y for each x, but x is [3] and y is [0]", || { auc(&falling, &none); });
    panics_here("auc: x must not fall, but x[2] is 0.5 after 1", || { auc(&falling, &falling); });
    panics_here("auc: needs at least one point, but x is [0]", || { auc(&none, &none); });
}

#[rustfmt::skip]
#[test]
fn augmentation() {
    use gradus_nn::augment::*;

    let (x, two, none) = (Array4::<f64>::zeros((1, 3, 4, 4)), Array4::<f64>::zeros((1, 2, 4, 4)), Array4::<f64>::zeros((0, 3, 4, 4)));
    let (flat, y) = (Array4::<f64>::zeros((1, 3, 0, 4)), Array2::<f64>::zeros((2, 5)));
    let one = Array2::<f64>::zeros((1, 5));

    panics_here("crop_with_padding: corners needs one value for each image of x, but x is [1, 3, 4, 4] and corners is [0]", || { crop_with_padding(&x, 1, &[]); });
    panics_here("crop_with_padding: corners must be at most twice the padding, 2, but corners[0] is (0, 3)", || { crop_with_padding(&x, 1, &[(0, 3)]); });
    panics_here("random_horizontal_flip: p must be from 0 to 1, but is 1.5", || { random_horizontal_flip(&x, 1.5, &mut generator(1)); });
    panics_here("rotate: degrees needs one value for each image of x, but x is [1, 3, 4, 4] and degrees is [2]", || { rotate(&x, &[1.0, 2.0]); });
    panics_here("random_rotation: max_degrees must be 0 or more and finite, but is -5", || { random_rotation(&x, -5.0, &mut generator(1)); });
    panics_here("scale: factors must be above 0 and finite, but factors[0] is 0", || { scale(&x, &[0.0]); });
    panics_here("random_scale: factors must be above 0, but begin at 0", || { random_scale(&x, 0.0..=1.0, &mut generator(1)); });
    panics_here("grayscale: x needs 1 channel (gray) or 3 (red, green, blue), but is [1, 2, 4, 4]", || { grayscale(&two); });
    panics_here("contrast: x needs 1 channel (gray) or 3 (red, green, blue), but is [1, 2, 4, 4]", || { contrast(&two, &[1.0]); });
    panics_here("saturation: factors needs one value for each image of x, but x is [1, 3, 4, 4] and factors is [0]", || { saturation(&x, &[]); });
    panics_here("brightness: factors needs one value for each image of x, but x is [1, 3, 4, 4] and factors is [0]", || { brightness(&x, &[]); });
    panics_here("colour_jitter: contrast must be 0 or more and finite, but is -1", || { colour_jitter(&x, ColourJitter { contrast: -1.0, ..Default::default() }, &mut generator(1)); });
    panics_here("gaussian_noise: standard_deviation must be 0 or more and finite, but is NaN", || { gaussian_noise(&x, f64::NAN, &mut generator(1)); });
    panics_here("gaussian_kernel: sigma must be 0 or more and finite, but is -1", || { gaussian_kernel::<f64>(-1.0); });
    panics_here("gaussian_blur: sigmas must be 0 or more and finite, but is -1", || { gaussian_blur(&x, &[-1.0]); });
    panics_here("random_gaussian_blur: sigmas must be a range from 0 or more, but is 2..=1", || { random_gaussian_blur(&x, 2.0..=1.0, &mut generator(1)); });
    panics_here("cutout: images need at least one pixel, but x is [1, 3, 0, 4]", || { cutout(&flat, 1, &mut generator(1)); });
    panics_here("one_hot: labels must be below the number of classes, 2, but y[1] is 2", || { one_hot::<f64>(&array![0, 2], 2); });
    panics_here("mixup: y needs one row of targets for each image of x, but x is [1, 3, 4, 4] and y is [2, 5]", || { mixup(&x, &y, 1.0, &mut generator(1)); });
    panics_here("mixup: x needs at least one row, but is [0, 3, 4, 4]", || { mixup(&none, &y, 1.0, &mut generator(1)); });
    panics_here("cutmix: alpha must be above 0 and finite, but is 0", || { cutmix(&x, &one, 0.0, &mut generator(1)); });
    panics_here("cutmix: images need at least one pixel, but x is [1, 3, 0, 4]", || { cutmix(&flat, &one, 1.0, &mut generator(1)); });
}

#[cfg(feature = "pictures")]
#[rustfmt::skip]
#[test]
fn pictures() {
    use gradus_nn::pictures::*;

    let (x, two, none) = (Array4::<f64>::zeros((1, 3, 4, 4)), Array4::<f64>::zeros((1, 2, 4, 4)), Array4::<f64>::zeros((0, 3, 4, 4)));
    let (square, oblong, w) = (Array2::<usize>::ones((2, 2)), Array2::<usize>::ones((2, 3)), Array2::<f64>::zeros((17, 2)));

    panics_here("loss_curves: needs at least one history, but there are none", || { loss_curves::<f64>(&[]); });
    panics_here("accuracy_curves: needs at least one history, but there are none", || { accuracy_curves::<f64>(&[]); });
    panics_here("line_chart: needs at least one line, but there are none", || { line_chart("", "", "", &[]); });
    panics_here("roc_curves: needs at least one curve, but there are none", || { roc_curves(&[]); });
    panics_here("activation_histograms: needs at least one layer, but there are none", || { activation_histograms::<f64>(&[]); });
    panics_here("image_grid: captions needs one caption for each image of x, but x is [1, 3, 4, 4] and captions is [2]", || { image_grid(&x, &["a", "b"], 1, Tones::Unit); });
    panics_here("image_grid: columns must be at least 1, but is 0", || { image_grid(&x, &[], 0, Tones::Unit); });
    panics_here("image_grid: x needs 1 channel (gray) or 3 (red, green, blue), but is [1, 2, 4, 4]", || { image_grid(&two, &[], 1, Tones::Unit); });
    panics_here("image_grid: x needs 1 channel for Tones::Signed, but is [1, 3, 4, 4]", || { image_grid(&x, &[], 1, Tones::Signed); });
    panics_here("image_grid: needs at least one image with pixels, but x is [0, 3, 4, 4]", || { image_grid(&none, &[], 1, Tones::Unit); });
    panics_here("weight_templates: w needs one row for each value of an image (leave out the bias row), but w is [17, 2] and image is [1, 4, 4]", || { weight_templates(&w, (1, 4, 4), &["a", "b"]); });
    panics_here("weight_templates: names needs one name for each column of w, but w is [17, 2] and names is [1]", || { weight_templates(&w, (1, 17, 1), &["a"]); });
    panics_here("confusion_matrix: confusion needs one row and one column for each class, but confusion is [2, 3]", || { confusion_matrix(&oblong, &["a", "b"]); });
    panics_here("confusion_matrix: names needs one name for each class, but confusion is [2, 2] and names is [1]", || { confusion_matrix(&square, &["a"]); });
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
    use ndarray::Array3;

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

#[cfg(all(feature = "batchnorm", feature = "conv"))]
#[rustfmt::skip]
#[test]
fn batchnorm() {
    use gradus_nn::norms::*;
    use ndarray::Array4;

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

#[cfg(feature = "conv")]
#[rustfmt::skip]
#[test]
fn convolution() {
    use gradus_nn::conv::*;
    use ndarray::Array4;

    let (x, w, b) = (Array4::<f64>::zeros((1, 4, 5, 6)), Array4::<f64>::zeros((6, 4, 3, 3)), Array1::<f64>::zeros(6));
    let (short, small, half) = (Array1::<f64>::zeros(5), Array4::<f64>::zeros((1, 4, 2, 1)), Array4::<f64>::zeros((6, 2, 3, 3)));
    let (plain, odd) = (ConvParams::new(1, 0), ConvParams { groups: 3, ..ConvParams::new(1, 0) });
    let (still, hollow) = (ConvParams::new(0, 0), ConvParams { padding: [0, 1], dilation: [1, 2], ..plain });

    panics_here("conv_forward: stride, dilation and groups must be at least 1, but are [0, 0], [1, 1] and 1", || { conv_forward(&x, &w, &b, still); });
    panics_here("conv_forward: groups, 3, must divide the channels of x and the filters of w, but x is [1, 4, 5, 6] and w is [6, 4, 3, 3]", || { conv_forward(&x, &w, &b, odd); });
    panics_here("conv_forward: w needs one channel for each channel of x in a group, with groups 1, but x is [1, 4, 5, 6] and w is [6, 2, 3, 3]", || { conv_forward(&x, &half, &b, plain); });
    panics_here("conv_forward: b needs one value for each filter of w, but b is [5] and w is [6, 4, 3, 3]", || { conv_forward(&x, &w, &short, plain); });
    panics_here("conv_forward: the kernel, with dilation [1, 2], must fit into the image, with padding [0, 1], but x is [1, 4, 2, 1] and w is [6, 4, 3, 3]", || { conv_forward(&small, &w, &b, hollow); });
    panics_here("conv_forward_naive: b needs one value for each filter of w, but b is [5] and w is [6, 4, 3, 3]", || { conv_forward_naive(&x, &w, &short, plain); });
    let cache = conv_forward(&x, &w, &b, plain).1;
    panics_here("conv_backward: dout needs the shape of the output, but dout is [1, 4, 5, 6] and the output is [1, 6, 3, 4]", || { conv_backward(&x, &cache); });
    panics_here("conv_backward_naive: dout needs the shape of the output, but dout is [1, 4, 5, 6] and the output is [1, 6, 3, 4]", || { conv_backward_naive(&x, &cache); });
}

#[cfg(feature = "conv")]
#[rustfmt::skip]
#[test]
fn transposed_convolution() {
    use gradus_nn::conv::*;
    use ndarray::Array4;

    let (x, w, b) = (Array4::<f64>::zeros((1, 4, 1, 2)), Array4::<f64>::zeros((4, 3, 3, 3)), Array1::<f64>::zeros(3));
    let (plain, odd) = (ConvTransposeParams::new(1, 0), ConvTransposeParams { groups: 3, ..ConvTransposeParams::new(1, 0) });
    let (long, cut) = (ConvTransposeParams { output_padding: [0, 2], ..ConvTransposeParams::new(2, 0) }, ConvTransposeParams::new(1, 2));

    panics_here("conv_transpose_forward: stride, dilation and groups must be at least 1, but are [0, 0], [1, 1] and 1", || { conv_transpose_forward(&x, &w, &b, ConvTransposeParams::new(0, 0)); });
    panics_here("conv_transpose_forward: output_padding must be below stride or dilation, but is [0, 2], with stride [2, 2] and dilation [1, 1]", || { conv_transpose_forward(&x, &w, &b, long); });
    panics_here("conv_transpose_forward: w needs one kernel for each channel of x, but x is [1, 4, 1, 2] and w is [1, 4, 1, 2]", || { conv_transpose_forward(&x, &x, &b, plain); });
    panics_here("conv_transpose_forward: groups, 3, must divide the channels of x, but x is [1, 4, 1, 2] and w is [4, 3, 3, 3]", || { conv_transpose_forward(&x, &w, &b, odd); });
    panics_here("conv_transpose_forward: b needs one value for each filter, with groups 1, but b is [1] and w is [4, 3, 3, 3]", || { conv_transpose_forward(&x, &w, &array![0.0], plain); });
    panics_here("conv_transpose_forward: something must be left of the output after cutting off the padding, [2, 2], but x is [1, 4, 1, 2] and w is [4, 3, 3, 3]", || { conv_transpose_forward(&x, &w, &b, cut); });
    panics_here("conv_transpose_forward_naive: b needs one value for each filter, with groups 1, but b is [1] and w is [4, 3, 3, 3]", || { conv_transpose_forward_naive(&x, &w, &array![0.0], plain); });
    let cache = conv_transpose_forward(&x, &w, &b, plain).1;
    panics_here("conv_transpose_backward: dout needs the shape of the output, but dout is [1, 4, 1, 2] and the output is [1, 3, 3, 4]", || { conv_transpose_backward(&x, &cache); });
    panics_here("conv_transpose_backward_naive: dout needs the shape of the output, but dout is [1, 4, 1, 2] and the output is [1, 3, 3, 4]", || { conv_transpose_backward_naive(&x, &cache); });
}

#[cfg(feature = "conv")]
#[rustfmt::skip]
#[test]
fn pooling_and_upsampling() {
    use gradus_nn::pool::*;
    use gradus_nn::upsample::*;
    use ndarray::Array4;

    let (x, empty, two) = (Array4::<f64>::zeros((1, 2, 3, 4)), Array4::<f64>::zeros((1, 2, 0, 4)), PoolParams::new(2, 2));
    let (wide, padded) = (PoolParams { kernel: [2, 5], ..two }, PoolParams { padding: [1, 2], ..PoolParams::new(3, 1) });
    let (dout, argmax) = (Array4::<f64>::zeros((1, 2, 1, 1)), Array4::<u32>::from_elem((1, 2, 3, 4), 9));

    panics_here("max_pool_forward: kernel and stride must be at least 1, but are [2, 2] and [0, 0]", || { max_pool_forward(&x, PoolParams::new(2, 0)); });
    panics_here("max_pool_forward: padding must be at most half of the kernel, but is [1, 2], with kernel [3, 3]", || { max_pool_forward(&x, padded); });
    panics_here("max_pool_forward: the kernel must fit into the image, with padding [0, 0], but x is [1, 2, 3, 4] and kernel is [2, 5]", || { max_pool_forward(&x, wide); });
    panics_here("max_pool_forward_naive: the kernel must fit into the image, with padding [0, 0], but x is [1, 2, 3, 4] and kernel is [2, 5]", || { max_pool_forward_naive(&x, wide); });
    panics_here("avg_pool_forward: the kernel must fit into the image, with padding [1, 1], but x is [1, 2, 0, 4] and kernel is [2, 2]", || { avg_pool_forward(&empty, PoolParams { padding: [1, 1], ..two }); });
    panics_here("avg_pool_forward_naive: kernel and stride must be at least 1, but are [0, 0] and [1, 1]", || { avg_pool_forward_naive(&x, PoolParams::new(0, 1)); });
    panics_here("global_avg_pool_forward: images need at least one element, but x is [1, 2, 0, 4]", || { global_avg_pool_forward(&empty); });
    panics_here("global_avg_pool_forward_naive: images need at least one element, but x is [1, 2, 0, 4]", || { global_avg_pool_forward_naive(&empty); });
    let (max, avg, global) = (max_pool_forward(&x, two).1, avg_pool_forward(&x, two).1, global_avg_pool_forward(&x).1);
    panics_here("max_pool_backward: dout needs the shape of the output, but dout is [1, 2, 1, 1] and the output is [1, 2, 1, 2]", || { max_pool_backward(&dout, &max); });
    panics_here("max_pool_backward_naive: dout needs the shape of the output, but dout is [1, 2, 1, 1] and the output is [1, 2, 1, 2]", || { max_pool_backward_naive(&dout, &max); });
    panics_here("avg_pool_backward: dout needs the shape of the output, but dout is [1, 2, 1, 1] and the output is [1, 2, 1, 2]", || { avg_pool_backward(&dout, &avg); });
    panics_here("avg_pool_backward_naive: dout needs the shape of the output, but dout is [1, 2, 1, 1] and the output is [1, 2, 1, 2]", || { avg_pool_backward_naive(&dout, &avg); });
    panics_here("global_avg_pool_backward: dout needs the shape of the output, but dout is [1, 3] and the output is [1, 2]", || { global_avg_pool_backward(&array![[0.0, 0.0, 0.0]], &global); });
    panics_here("global_avg_pool_backward_naive: dout needs the shape of the output, but dout is [1, 3] and the output is [1, 2]", || { global_avg_pool_backward_naive(&array![[0.0, 0.0, 0.0]], &global); });

    panics_here("max_unpool_forward: argmax needs one position for each element of x, but argmax is [1, 2, 3, 4] and x is [1, 2, 1, 1]", || { max_unpool_forward(&dout, &argmax, [3, 4]); });
    panics_here("max_unpool_forward: positions must be below the output's height * width, [3, 3], but one is 9", || { max_unpool_forward(&x, &argmax, [3, 3]); });
    let unpool = max_unpool_forward(&x, &argmax, [5, 2]).1;
    panics_here("max_unpool_backward: dout needs the shape of the output, but dout is [1, 2, 3, 4] and the output is [1, 2, 5, 2]", || { max_unpool_backward(&x, &unpool); });

    panics_here("upsample_nearest_forward: heights and widths must be at least 1, but x is [1, 2, 0, 4] and size is [1, 1]", || { upsample_nearest_forward(&empty, [1, 1]); });
    panics_here("upsample_bilinear_forward: heights and widths must be at least 1, but x is [1, 2, 3, 4] and size is [0, 8]", || { upsample_bilinear_forward(&x, [0, 8], true); });
    let (nearest, bilinear) = (upsample_nearest_forward(&x, [6, 8]).1, upsample_bilinear_forward(&x, [6, 8], false).1);
    panics_here("upsample_nearest_backward: dout needs the shape of the output, but dout is [1, 2, 3, 4] and the output is [1, 2, 6, 8]", || { upsample_nearest_backward(&x, &nearest); });
    panics_here("upsample_bilinear_backward: dout needs the shape of the output, but dout is [1, 2, 3, 4] and the output is [1, 2, 6, 8]", || { upsample_bilinear_backward(&x, &bilinear); });
}

#[cfg(feature = "features")]
#[rustfmt::skip]
#[test]
fn features() {
    use gradus_nn::features::*;
    use ndarray::{Array3, Array4, ArrayRef3};

    let (two, small, none) = (Array3::<f64>::zeros((2, 9, 9)), Array3::<f64>::zeros((3, 8, 7)), Array3::<f64>::zeros((3, 0, 7)));
    let (images, flat) = (Array4::<f64>::zeros((0, 3, 8, 8)), HogParams { cell: [8, 8], orientations: 0 });

    panics_here("hog_feature: image needs 1 or 3 channels, but is [2, 9, 9]", || { hog_feature(&two, HogParams::default()); });
    panics_here("hog_feature: the image must hold at least one cell, but image is [3, 8, 7] and cell is [8, 8]", || { hog_feature(&small, HogParams::default()); });
    panics_here("hog_feature: cell and orientations must be at least 1, but are [8, 8] and 0", || { hog_feature(&small, flat); });
    panics_here("grayscale: image needs 1 or 3 channels, but is [2, 9, 9]", || { grayscale(&two); });
    panics_here("color_histogram_hsv: image needs 3 channels, but is [2, 9, 9]", || { color_histogram_hsv(&two, 10); });
    panics_here("color_histogram_hsv: bins must be at least 1, but is 0", || { color_histogram_hsv(&small, 0); });
    panics_here("color_histogram_hsv: image needs at least one pixel, but is [3, 0, 7]", || { color_histogram_hsv(&none, 10); });
    panics_here("extract_features: needs at least one image, but images is [0, 3, 8, 8]", || { extract_features(&images, Layout::ChannelsFirst, &[]); });
    let uneven = |image: &ArrayRef3<f64>| Array1::zeros(image[[0, 0, 0]] as usize);
    let ramp = Array4::from_shape_fn((2, 1, 1, 1), |(n, ..)| 3.0 + n as f64);
    panics_here("extract_features: every image needs as many features as the first, 3, but image 1 has 4", || { extract_features(&ramp, Layout::ChannelsFirst, &[&uneven]); });
}
