//! Faults in shapes panic at the caller's line, with the operation, the rule and both shapes.

use std::cell::RefCell;
use std::panic::{self, Location, UnwindSafe};
use std::sync::Once;

use gradus_nn::metrics::accuracy;
use gradus_nn::preprocess::{mean_image, rows, subtract_mean};
use gradus_nn::random::{generator, with_replacement};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array1, Array2, array};

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
