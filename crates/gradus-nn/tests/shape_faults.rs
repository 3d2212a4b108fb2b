//! Faults in shapes panic at the caller's line, with the operation, the rule and both shapes.

use std::cell::RefCell;
use std::panic::{self, Location, UnwindSafe};
use std::sync::Once;

use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{mean_image, rows, subtract_mean};
use gradus_nn::random::{generator, with_replacement};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array1, Array2, Array4, array};

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
