//! Checks of `svm_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::svm::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, concatenate};
use rand::Rng;

use super::Svm;
use crate::common::expected::{Case, Part};
use crate::common::{check, inputs, recorded};
use crate::linear::Slips;
use crate::linear::scores::{self, ScoreLoss, ordinary, ordinary_shape};
use crate::svm::reference;

const NAME: &str = "svm_loss";

pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "loss of fresh scores",
            6,
            "the mean over the examples of the sum of max(0, s_j - s_y + 1) over all classes but the label's",
            |session, context| scores::fresh::<SvmLoss>(session, context, Part::Loss),
        ),
        check(
            NAME,
            "gradient of fresh scores",
            6,
            "the gradient of the mean loss with respect to every score, beside the right loss",
            |session, context| scores::fresh::<SvmLoss>(session, context, Part::Gradient),
        ),
        check(
            NAME,
            "recorded scores",
            2,
            "the loss and gradient that were recorded for fixed scores",
            scores::recorded_scores::<SvmLoss>,
        ),
        check(
            NAME,
            "equal scores",
            1,
            "a loss of C - 1 when all C scores of each example are equal, and its gradient",
            scores::equal_scores::<SvmLoss>,
        ),
        check(
            NAME,
            "every margin kept",
            2,
            "a loss and a gradient of exactly 0 where every label's score leads by more than 1",
            margins_kept,
        ),
        check(
            NAME,
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            scores::numeric::<SvmLoss>,
        ),
        check(
            NAME,
            "scores left alone",
            1,
            "the scores as they were before the call, and the right result",
            scores::unchanged::<SvmLoss>,
        ),
        check(
            NAME,
            "one example, one class",
            1,
            "the right result for a single example, and for a single class",
            scores::single::<SvmLoss>,
        ),
    ]
}

struct SvmLoss;

impl ScoreLoss for SvmLoss {
    type Of = Svm;

    fn case(x: &Array2<f64>, y: &Array1<usize>) -> Case {
        let (loss, gradient) = reference::svm_loss(x, y);
        let (n, classes) = (x.nrows() as f64, x.ncols());
        let (next_loss, next_gradient) = reference::svm_loss(x, &y.mapv(|label| (label + 1) % classes));
        let own = slips(x, y);
        let mut case = Case {
            call: call::svm_loss(x, y),
            loss,
            loss_slips: vec![
                ("the sum over the examples; the loss is their mean", loss * n),
                ("the mean over the examples taken twice", loss / n),
                ("the loss of the class after the label: labels count from 0", next_loss),
            ],
            gradient_slips: vec![
                (
                    "the gradient of the sum over the examples; the loss is their mean, so divide the gradient too",
                    &gradient * n,
                ),
                ("the gradient divided by the number of examples twice", &gradient / n),
                ("the gradient for the class after the label: labels count from 0", next_gradient),
            ],
            gradient,
        };
        case.loss_slips.extend(own.loss);
        case.gradient_slips.extend(own.gradient);
        case
    }

    fn recorded() -> Vec<recorded::ScoreLoss> {
        recorded::read(include_str!("../snapshots/svm_loss.snap"))
    }
}

/// What slips give for these scores.
pub fn slips(x: &Array2<f64>, y: &Array1<usize>) -> Slips {
    let n = x.nrows() as f64;
    let margins = reference::margins(x, y);
    let others = || margins.iter().filter(|margin| margin.is_finite());
    let (loss, gradient) = reference::svm_loss(x, y);
    let with_label = |own: &dyn Fn(f64) -> f64| {
        let mut changed = gradient.clone();
        for (i, &label) in y.iter().enumerate() {
            changed[[i, label]] = own(changed[[i, label]]);
        }
        changed
    };
    let squared = margins.mapv(|margin| margin.max(0.0).powi(2)).sum() / n;
    let worst = margins.map_axis(Axis(1), |row| row.fold(0.0, |worst: f64, &margin| worst.max(margin))).sum() / n;
    // Without and with the label's own slope.
    let hinges = margins.mapv(|margin| margin.max(0.0) / n);
    let margins_alone = |own: &dyn Fn(f64) -> f64| {
        let mut changed = hinges.clone();
        for (mut row, &label) in changed.rows_mut().into_iter().zip(y) {
            row[label] = own(row.sum());
        }
        changed
    };
    let turned_round = others().map(|margin| (2.0 - margin).max(0.0)).sum::<f64>() / n;
    Slips {
        loss: vec![
            ("the loss with the label's own class counted too, which adds 1; leave it out of the sum", loss + 1.0),
            (
                "the loss without the margin: it is max(0, s_j - s_y + 1)",
                others().map(|margin| (margin - 1.0).max(0.0)).sum::<f64>() / n,
            ),
            ("the mean of s_j - s_y + 1 without max(0, ..)", others().sum::<f64>() / n),
            ("the loss of the worst class alone; sum over all classes but the label's", worst),
            ("the mean of the squared margins; they are not squared", squared),
            ("the loss of max(0, s_y - s_j + 1): the label's score is the one that is subtracted", turned_round),
        ],
        gradient: vec![
            (
                "the gradient without the label's own class, whose slope is minus the number of classes that miss the margin",
                with_label(&|_| 0.0),
            ),
            (
                "the gradient with the label's own class counted once; its slope is minus the number of classes that miss the margin",
                with_label(&|slope| if slope < 0.0 { -1.0 / n } else { 0.0 }),
            ),
            (
                "the gradient with 1 too much at each label: its own class is not one of those that miss the margin",
                with_label(&|slope| slope - 1.0 / n),
            ),
            (
                "the gradient with 1 taken off at each label, whether a class misses the margin or not",
                with_label(&|_| -1.0 / n),
            ),
            (
                "the margins themselves; the slope of a margin that is missed is 1, however far it is missed",
                margins_alone(&|total| -total),
            ),
            (
                "the margins themselves; the slope of a margin that is missed is 1, and the label's is minus the number of them",
                hinges.clone(),
            ),
        ],
    }
}

fn margins_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<SvmLoss>(session, context)?;
    let shape = ordinary_shape(context);
    let hint = "a margin that is kept costs nothing and has no slope: max(0, ..) comes before the sum";
    for _ in 0..2 {
        let deviation = inputs::scale(&mut context.random);
        let y = inputs::labels(&mut context.random, shape.0, shape.1);
        let mut kept = inputs::normal(&mut context.random, shape, deviation);
        let lead = context.random.random_range(1.1..3.0);
        for (mut row, &label) in kept.rows_mut().into_iter().zip(&y) {
            row[label] = row.fold(f64::NEG_INFINITY, |highest, &score| highest.max(score)) + lead;
        }
        SvmLoss::case(&kept, &y).hold(session, context, Part::Both).map_err(|failure| failure.with_hint(hint))?;
        // Among others that miss it.
        let missed = inputs::normal(&mut context.random, shape, deviation);
        let (x, y) = (concatenate![Axis(0), kept, missed], concatenate![Axis(0), y, y]);
        SvmLoss::case(&x, &y).hold(session, context, Part::Both).map_err(|failure| failure.with_hint(hint))?;
    }
    Ok(())
}
