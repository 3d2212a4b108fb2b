//! Checks of `softmax_classifier_loss_naive` and `softmax_classifier_loss`, which ask the same of both.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::softmax::call;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;

use super::Softmax;
use crate::common::expected::Part;
use crate::common::{check, inputs, recorded};
use crate::linear::classifier::{self, Classifier, Regularised, case, ordinary, ordinary_sizes};

/// `softmax_classifier_loss_naive`
pub struct Naive;

impl Classifier for Naive {
    type Of = Softmax;
    const NAME: &'static str = "softmax_classifier_loss_naive";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::softmax_classifier_loss_naive(w, x, y, reg)
    }
    fn recorded() -> Vec<recorded::ClassifierLoss> {
        recorded::read(include_str!("../snapshots/softmax_classifier_loss.snap"))
    }
}

/// `softmax_classifier_loss`
pub struct Vectorised;

impl Classifier for Vectorised {
    type Of = Softmax;
    const NAME: &'static str = "softmax_classifier_loss";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::softmax_classifier_loss(w, x, y, reg)
    }
    fn recorded() -> Vec<recorded::ClassifierLoss> {
        Naive::recorded()
    }
}

pub fn checks<F: Classifier>() -> Vec<Check> {
    let check = |name, points, expectation, run| check(F::NAME, name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            3,
            "the mean softmax loss of the scores x w, with reg = 0",
            |session, context| classifier::fresh::<F>(session, context, Part::Loss, Regularised::No),
        ),
        check("loss with regularisation", 3, "the mean softmax loss plus reg * sum(w^2)", |session, context| {
            classifier::fresh::<F>(session, context, Part::Loss, Regularised::Yes)
        }),
        check(
            "gradient without regularisation",
            4,
            "dw of the mean softmax loss, beside the right loss",
            |session, context| classifier::fresh::<F>(session, context, Part::Gradient, Regularised::No),
        ),
        check(
            "gradient with regularisation",
            3,
            "dw with the regulariser's part, beside the right loss",
            |session, context| classifier::fresh::<F>(session, context, Part::Gradient, Regularised::Yes),
        ),
        check(
            "recorded weights",
            2,
            "the loss and gradient that were recorded for fixed weights and data",
            classifier::recorded_weights::<F>,
        ),
        check(
            "weights of zero",
            1,
            "a loss of ln C for C classes when all weights are 0, and its gradient",
            classifier::zero_weights::<F>,
        ),
        check("large scores", 1, "finite and right numbers for scores around 1000 and -1000", large_scores::<F>),
        check(
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            classifier::numeric::<F>,
        ),
        check(
            "inputs left alone",
            1,
            "weights and data as they were before the call, and the right result",
            classifier::unchanged::<F>,
        ),
        check(
            "one example, one class, one feature",
            1,
            "the right result when an axis has length 1",
            classifier::single::<F>,
        ),
    ]
}

fn large_scores<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let (n, features, classes) = ordinary_sizes(context);
    for deviation in [1.0, 60.0] {
        let random = &mut context.random;
        let mut x = inputs::normal(random, (n, features), 1.0);
        let mut w = inputs::normal(random, (features, classes), deviation / (features as f64).sqrt());
        // One feature moves all scores of an example by 1000 or -1000.
        x.column_mut(0).iter_mut().for_each(|feature| *feature = if random.random() { 1000.0 } else { -1000.0 });
        w.row_mut(0).fill(1.0);
        let y = inputs::labels(random, n, classes);
        case::<F>(&w, &x, &y, 1e-4).hold(session, context, Part::Both).map_err(|failure| {
            failure.with_hint(
                "exp(1000) is infinite and exp(-1000) is 0: subtract each example's largest score before exp",
            )
        })?;
    }
    Ok(())
}
