//! Checks of `svm_classifier_loss_naive` and `svm_classifier_loss`, which ask the same of both.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::svm::call;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;

use super::Svm;
use crate::common::expected::Part;
use crate::common::{check, inputs, recorded};
use crate::linear::classifier::{self, Classifier, Regularised, case, ordinary, ordinary_sizes};
use crate::svm::reference;

/// `svm_classifier_loss_naive`
pub struct Naive;

impl Classifier for Naive {
    type Of = Svm;
    const NAME: &'static str = "svm_classifier_loss_naive";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::svm_classifier_loss_naive(w, x, y, reg)
    }
    fn recorded() -> Vec<recorded::ClassifierLoss> {
        recorded::read(include_str!("../snapshots/svm_classifier_loss.snap"))
    }
}

/// `svm_classifier_loss`
pub struct Vectorised;

impl Classifier for Vectorised {
    type Of = Svm;
    const NAME: &'static str = "svm_classifier_loss";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::svm_classifier_loss(w, x, y, reg)
    }
    fn recorded() -> Vec<recorded::ClassifierLoss> {
        Naive::recorded()
    }
}

/// The checks, 15 points.
pub fn checks<F: Classifier>() -> Vec<Check> {
    let check = |name, points, expectation, run| check(F::NAME, name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            2,
            "the mean hinge loss of the scores x w, with reg = 0",
            |session, context| classifier::fresh::<F>(session, context, Part::Loss, Regularised::No),
        ),
        check("loss with regularisation", 2, "the mean hinge loss plus reg * sum(w^2)", |session, context| {
            classifier::fresh::<F>(session, context, Part::Loss, Regularised::Yes)
        }),
        check(
            "gradient without regularisation",
            3,
            "dw of the mean hinge loss, beside the right loss",
            |session, context| classifier::fresh::<F>(session, context, Part::Gradient, Regularised::No),
        ),
        check(
            "gradient with regularisation",
            2,
            "dw with the regulariser's part, beside the right loss",
            |session, context| classifier::fresh::<F>(session, context, Part::Gradient, Regularised::Yes),
        ),
        check(
            "recorded weights",
            1,
            "the loss and gradient that were recorded for fixed weights and data",
            classifier::recorded_weights::<F>,
        ),
        check(
            "weights of zero",
            1,
            "a loss of C - 1 for C classes when all weights are 0, and its gradient",
            classifier::zero_weights::<F>,
        ),
        check(
            "every margin kept",
            1,
            "the regulariser alone where every label's score leads by more than 1",
            margins_kept::<F>,
        ),
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

fn margins_kept<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let (n, features, classes) = ordinary_sizes(context);
    for _ in 0..2 {
        let random = &mut context.random;
        let x = inputs::normal(random, (n, features), 1.0);
        let w = inputs::normal(random, (features, classes), 1.0);
        // The label is what these weights predict, and larger weights make every lead larger than the margin.
        let y = reference::predict(&w, &x);
        let leads = reference::margins(&x.dot(&w), &y).mapv(|margin| 1.0 - margin);
        let smallest = leads.iter().copied().fold(f64::INFINITY, f64::min);
        let w = w * (random.random_range(1.5..3.0) / smallest);
        let squares = w.iter().map(|weight| weight * weight).sum::<f64>();
        for reg in [0.0, random.random_range(0.5..2.0) / squares] {
            case::<F>(&w, &x, &y, reg).hold(session, context, Part::Both).map_err(|failure| {
                failure.with_hint("a margin that is kept costs nothing and has no slope; the regulariser is left")
            })?;
        }
    }
    Ok(())
}
