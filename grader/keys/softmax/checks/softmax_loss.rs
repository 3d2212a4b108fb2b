//! Checks of `softmax_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::softmax::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, concatenate};
use rand::Rng;
use rand::seq::SliceRandom;

use super::expected::{Case, Part, hold_in_turn, hold_part_in_turn};
use super::{check, inputs, recorded};
use crate::softmax::reference;

const NAME: &str = "softmax_loss";

pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "loss of fresh scores",
            8,
            "the mean of -log(probability of the label), whatever the shape and scale of the scores",
            |session, context| fresh(session, context, Part::Loss),
        ),
        check(
            NAME,
            "gradient of fresh scores",
            8,
            "the gradient of the mean loss with respect to every score, beside the right loss",
            |session, context| fresh(session, context, Part::Gradient),
        ),
        check(NAME, "recorded scores", 2, "the loss and gradient that were recorded for fixed scores", recorded_scores),
        check(
            NAME,
            "equal scores",
            1,
            "a loss of ln C when all C scores of each example are equal, and its gradient",
            equal_scores,
        ),
        check(NAME, "large scores", 3, "finite and right numbers for scores around 1000 and -1000", large_scores),
        check(
            NAME,
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            numeric,
        ),
        check(NAME, "scores left alone", 1, "the scores as they were before the call, and the right result", unchanged),
        check(
            NAME,
            "one example, one class",
            1,
            "the right result for a single example, and for a single class",
            single,
        ),
    ]
}

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

fn random_case(context: &mut Context, shape: (usize, usize), deviation: f64) -> Case {
    let x = inputs::normal(&mut context.random, shape, deviation);
    let y = inputs::labels(&mut context.random, shape.0, shape.1);
    case(&x, &y)
}

/// A shape with more than one example and more than two classes.
fn ordinary_shape(context: &mut Context) -> (usize, usize) {
    (context.random.random_range(4..12), context.random.random_range(3..9))
}

/// Scores and labels of one shape, any two of them alike in some respect.
fn look_alikes(context: &mut Context) -> Vec<Case> {
    let shape = ordinary_shape(context);
    let random = &mut context.random;
    let (scale, other_scale) = (inputs::scale(random), inputs::scale(random));
    let (x, other_x) = (inputs::normal(random, shape, scale), inputs::normal(random, shape, other_scale));
    let y = inputs::labels(random, shape.0, shape.1);
    let mut cases = vec![case(&x, &y), case(&other_x, &y), case(&x, &inputs::other_labels(random, &y, shape.1))];
    cases.extend(inputs::look_alikes(random, &x).iter().map(|x| case(x, &y)));
    cases
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let cases = look_alikes(context);
    hold_in_turn(session, context, cases)
}

fn fresh(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let mut cases = look_alikes(context);
    for shape in [(50, 10), (2, 2), (1, 7), ordinary_shape(context)] {
        let deviation = inputs::scale(&mut context.random);
        cases.push(random_case(context, shape, deviation));
    }
    hold_part_in_turn(session, context, cases, part)
}

fn recorded_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for recorded in recorded::softmax_loss() {
        let computed = case(&recorded.x, &recorded.y);
        Case { loss: recorded.loss, gradient: recorded.dx, ..computed }.hold(session, context, Part::Both)?;
    }
    Ok(())
}

fn equal_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let mut numbers_of_classes: Vec<usize> = (2..=12).collect();
    numbers_of_classes.shuffle(&mut context.random);
    for classes in numbers_of_classes.into_iter().take(4) {
        let n = context.random.random_range(2..8);
        let deviation = inputs::scale(&mut context.random);
        let x = inputs::normal(&mut context.random, (n, 1), deviation);
        let x = x.broadcast((n, classes)).expect("one column becomes many").to_owned();
        let y = inputs::labels(&mut context.random, n, classes);
        case(&x, &y).hold(session, context, Part::Both)?;
    }
    Ok(())
}

fn large_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let shape = ordinary_shape(context);
    for _ in 0..2 {
        let deviation = inputs::moderate_scale(&mut context.random);
        let near = inputs::normal(&mut context.random, shape, deviation);
        // Far apart, but no probability is rounded to 0: then the logarithm of it is as right as any other way.
        let wide = Array2::from_shape_simple_fn(shape, || context.random.random_range(-250.0..250.0));
        let mut x = concatenate![Axis(0), near, wide];
        inputs::move_rows_far(&mut context.random, &mut x);
        let y = inputs::labels(&mut context.random, 2 * shape.0, shape.1);
        case(&x, &y).hold(session, context, Part::Both).map_err(|failure| {
            failure.with_hint(
                "exp(1000) is infinite and exp(-1000) is 0: subtract each example's largest score before exp",
            )
        })?;
    }
    Ok(())
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let shape = ordinary_shape(context);
    for _ in 0..2 {
        let deviation = inputs::moderate_scale(&mut context.random);
        random_case(context, shape, deviation).hold_numerically(session, context, "x")?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let shape = ordinary_shape(context);
    let deviation = inputs::scale(&mut context.random);
    random_case(context, shape, deviation).hold_with_inputs_unchanged(session, context)
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let (n, classes) = ordinary_shape(context);
    for shape in [(1, classes), (n, 1), (1, classes), (1, 1)] {
        let deviation = inputs::scale(&mut context.random);
        random_case(context, shape, deviation).hold(session, context, Part::Both)?;
    }
    Ok(())
}
