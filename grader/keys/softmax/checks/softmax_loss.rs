//! Checks of `softmax_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::softmax::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, concatenate};
use rand::Rng;

use super::Softmax;
use crate::common::expected::{Case, Part};
use crate::common::{check, inputs, recorded};
use crate::linear::scores::{self, ScoreLoss, ordinary, ordinary_shape};
use crate::softmax::reference;

const NAME: &str = "softmax_loss";

pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "loss of fresh scores",
            8,
            "the mean of -log(probability of the label), whatever the shape and scale of the scores",
            |session, context| scores::fresh::<SoftmaxLoss>(session, context, Part::Loss),
        ),
        check(
            NAME,
            "gradient of fresh scores",
            8,
            "the gradient of the mean loss with respect to every score, beside the right loss",
            |session, context| scores::fresh::<SoftmaxLoss>(session, context, Part::Gradient),
        ),
        check(
            NAME,
            "recorded scores",
            2,
            "the loss and gradient that were recorded for fixed scores",
            scores::recorded_scores::<SoftmaxLoss>,
        ),
        check(
            NAME,
            "equal scores",
            1,
            "a loss of ln C when all C scores of each example are equal, and its gradient",
            scores::equal_scores::<SoftmaxLoss>,
        ),
        check(NAME, "large scores", 3, "finite and right numbers for scores around 1000 and -1000", large_scores),
        check(
            NAME,
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            scores::numeric::<SoftmaxLoss>,
        ),
        check(
            NAME,
            "scores left alone",
            1,
            "the scores as they were before the call, and the right result",
            scores::unchanged::<SoftmaxLoss>,
        ),
        check(
            NAME,
            "one example, one class",
            1,
            "the right result for a single example, and for a single class",
            scores::single::<SoftmaxLoss>,
        ),
    ]
}

struct SoftmaxLoss;

impl ScoreLoss for SoftmaxLoss {
    type Of = Softmax;

    fn case(x: &Array2<f64>, y: &Array1<usize>) -> Case {
        let (loss, gradient) = reference::softmax_loss(x, y);
        let (n, classes) = (x.nrows() as f64, x.ncols());
        let (next_loss, next_gradient) = reference::softmax_loss(x, &y.mapv(|label| (label + 1) % classes));
        let mut probabilities = gradient.clone();
        y.iter().enumerate().for_each(|(i, &label)| probabilities[[i, label]] += 1.0 / n);
        Case {
            call: call::softmax_loss(x, y),
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
                ("the probabilities alone; at each example's label 1 is subtracted", probabilities.clone()),
                ("the probabilities alone, and not divided by the number of examples", probabilities * n),
                ("the gradient for the class after the label: labels count from 0", next_gradient),
            ],
            gradient,
        }
    }

    fn recorded() -> Vec<recorded::ScoreLoss> {
        recorded::read(include_str!("../snapshots/softmax_loss.snap"))
    }
}

fn large_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<SoftmaxLoss>(session, context)?;
    let shape = ordinary_shape(context);
    for _ in 0..2 {
        let deviation = inputs::moderate_scale(&mut context.random);
        let near = inputs::normal(&mut context.random, shape, deviation);
        // Far apart, but no probability is rounded to 0: then the logarithm of it is as right as any other way.
        let wide = Array2::from_shape_simple_fn(shape, || context.random.random_range(-250.0..250.0));
        let mut x = concatenate![Axis(0), near, wide];
        inputs::move_rows_far(&mut context.random, &mut x);
        let y = inputs::labels(&mut context.random, 2 * shape.0, shape.1);
        SoftmaxLoss::case(&x, &y).hold(session, context, Part::Both).map_err(|failure| {
            failure.with_hint(
                "exp(1000) is infinite and exp(-1000) is 0: subtract each example's largest score before exp",
            )
        })?;
    }
    Ok(())
}
