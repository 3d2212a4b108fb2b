//! Checks of a loss of scores.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand::seq::SliceRandom;

use super::Linear;
use crate::common::expected::{Case, Part, hold_in_turn, hold_part_in_turn};
use crate::common::{inputs, recorded};

/// A loss of scores.
pub trait ScoreLoss {
    /// Its assignment.
    type Of: Linear;
    /// A call with these scores and labels, and what it should give.
    fn case(x: &Array2<f64>, y: &Array1<usize>) -> Case;
    /// Recorded cases.
    fn recorded() -> Vec<recorded::ScoreLoss>;
}

fn random_case<L: ScoreLoss>(context: &mut Context, shape: (usize, usize), deviation: f64) -> Case {
    let x = inputs::normal(&mut context.random, shape, deviation);
    let y = inputs::labels(&mut context.random, shape.0, shape.1);
    L::case(&x, &y)
}

/// A shape with more than one example and more than two classes.
pub fn ordinary_shape(context: &mut Context) -> (usize, usize) {
    (context.random.random_range(4..12), context.random.random_range(3..9))
}

/// Scores and labels of one shape, any two of them alike in some respect.
fn look_alikes<L: ScoreLoss>(context: &mut Context) -> Vec<Case> {
    let shape = ordinary_shape(context);
    let random = &mut context.random;
    let (scale, other_scale) = (inputs::scale(random), inputs::scale(random));
    let (x, other_x) = (inputs::normal(random, shape, scale), inputs::normal(random, shape, other_scale));
    let y = inputs::labels(random, shape.0, shape.1);
    let mut cases =
        vec![L::case(&x, &y), L::case(&other_x, &y), L::case(&x, &inputs::other_labels(random, &y, shape.1))];
    cases.extend(inputs::look_alikes(random, &x).iter().map(|x| L::case(x, &y)));
    cases
}

/// What every check with points asks first.
pub fn ordinary<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let cases = look_alikes::<L>(context);
    hold_in_turn(session, context, cases)
}

pub fn fresh<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let mut cases = look_alikes::<L>(context);
    for shape in [(50, 10), (2, 2), (1, 7), ordinary_shape(context)] {
        let deviation = inputs::scale(&mut context.random);
        cases.push(random_case::<L>(context, shape, deviation));
    }
    hold_part_in_turn(session, context, cases, part)
}

pub fn recorded_scores<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<L>(session, context)?;
    for recorded in L::recorded() {
        let computed = L::case(&recorded.x, &recorded.y);
        Case { loss: recorded.loss, gradient: recorded.dx, ..computed }.hold(session, context, Part::Both)?;
    }
    Ok(())
}

pub fn equal_scores<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<L>(session, context)?;
    let mut numbers_of_classes: Vec<usize> = (2..=12).collect();
    numbers_of_classes.shuffle(&mut context.random);
    for classes in numbers_of_classes.into_iter().take(4) {
        let n = context.random.random_range(2..8);
        let deviation = inputs::scale(&mut context.random);
        let x = inputs::normal(&mut context.random, (n, 1), deviation);
        let x = x.broadcast((n, classes)).expect("one column becomes many").to_owned();
        let y = inputs::labels(&mut context.random, n, classes);
        L::case(&x, &y).hold(session, context, Part::Both)?;
    }
    Ok(())
}

pub fn numeric<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let shape = ordinary_shape(context);
    for _ in 0..2 {
        let deviation = inputs::moderate_scale(&mut context.random);
        let (x, y) = loop {
            let x = inputs::normal(&mut context.random, shape, deviation);
            let y = inputs::labels(&mut context.random, shape.0, shape.1);
            if L::Of::is_smooth(&x, &y) {
                break (x, y);
            }
        };
        L::case(&x, &y).hold_numerically(session, context, "x", L::Of::answers())?;
    }
    Ok(())
}

pub fn unchanged<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<L>(session, context)?;
    let shape = ordinary_shape(context);
    let deviation = inputs::scale(&mut context.random);
    random_case::<L>(context, shape, deviation).hold_with_inputs_unchanged(session, context)
}

pub fn single<L: ScoreLoss>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<L>(session, context)?;
    let (n, classes) = ordinary_shape(context);
    for shape in [(1, classes), (n, 1), (1, classes), (1, 1)] {
        let deviation = inputs::scale(&mut context.random);
        random_case::<L>(context, shape, deviation).hold(session, context, Part::Both)?;
    }
    Ok(())
}
