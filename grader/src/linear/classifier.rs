//! Checks of a linear classifier's loss, with loops and vectorised: the same is asked of both.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Call, Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Linear;
use crate::common::expected::{Case, Part, hold_in_turn, hold_part_in_turn};
use crate::common::{inputs, recorded};

/// One of the two functions of an assignment.
pub trait Classifier {
    /// Its assignment.
    type Of: Linear;
    const NAME: &'static str;
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)>;
    /// Recorded cases.
    fn recorded() -> Vec<recorded::ClassifierLoss>;
}

/// Whether the inputs have a regulariser.
#[derive(Clone, Copy, PartialEq)]
pub enum Regularised {
    No,
    Yes,
}

/// A call with these inputs, and what it should give.
pub fn case<F: Classifier>(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Case {
    let (data_loss, data_gradient) = F::Of::loss(w, x, y, 0.0);
    let (loss, gradient) = F::Of::loss(w, x, y, reg);
    let (next_loss, next_gradient) = F::Of::loss(w, x, &y.mapv(|label| (label + 1) % w.ncols()), reg);
    let own = F::Of::slips(w, x, y, reg);
    let n = x.nrows() as f64;
    let penalty = loss - data_loss;
    Case {
        call: F::call(w, x, y, reg),
        loss,
        loss_slips: vec![
            ("the loss without the regulariser reg * sum(w^2)", data_loss),
            ("the loss with half the regulariser; here it is reg * sum(w^2)", data_loss + 0.5 * penalty),
            ("the loss with the regulariser divided by the number of examples", data_loss + penalty / n),
            ("the sum over the examples plus the regulariser; the loss is their mean", data_loss * n + penalty),
            ("the loss of the class after the label: labels count from 0", next_loss),
        ]
        .into_iter()
        .chain(own.loss)
        .collect(),
        gradient_slips: vec![
            ("the gradient without the regulariser's part", data_gradient.clone()),
            ("the gradient with reg * w; the slope of reg * w^2 is 2 * reg * w", &data_gradient + &(w * reg)),
            (
                "the gradient with the regulariser's part divided by the number of examples",
                &data_gradient + &(w * (2.0 * reg / n)),
            ),
            ("the gradient of the sum over the examples; the loss is their mean", &data_gradient * n + w * (2.0 * reg)),
            ("the gradient for the class after the label: labels count from 0", next_gradient),
        ]
        .into_iter()
        .chain(own.gradient)
        .collect(),
        gradient,
    }
}

/// Axis lengths: batch, features, classes.
pub type Sizes = (usize, usize, usize);

fn random_case<F: Classifier>(context: &mut Context, (n, features, classes): Sizes, regularised: Regularised) -> Case {
    let random = &mut context.random;
    let x_scale = inputs::scale(random);
    let x = inputs::normal(random, (n, features), x_scale);
    // Scores of the order of 1, so that no probability is lost in rounding.
    let w = inputs::normal(random, (features, classes), 1.0 / (x_scale * (features as f64).sqrt()));
    let y = inputs::labels(random, n, classes);
    let reg = regulariser(random, &w, regularised);
    case::<F>(&w, &x, &y, reg)
}

/// A regulariser that adds something of the order of the loss, whatever the weights.
fn regulariser(random: &mut ChaCha8Rng, w: &Array2<f64>, regularised: Regularised) -> f64 {
    let squares = w.iter().map(|weight| weight * weight).sum::<f64>();
    let reg = random.random_range(0.5..2.0) / squares;
    if regularised == Regularised::Yes { reg } else { 0.0 }
}

/// More than one of everything.
pub fn ordinary_sizes(context: &mut Context) -> Sizes {
    let random = &mut context.random;
    (random.random_range(4..12), random.random_range(3..9), random.random_range(3..9))
}

/// Arguments of one shape, any two of them alike in some respect.
fn look_alikes<F: Classifier>(context: &mut Context, regularised: Regularised) -> Vec<Case> {
    let (n, features, classes) = ordinary_sizes(context);
    let random = &mut context.random;
    let x_scale = inputs::scale(random);
    let w_scale = 1.0 / (x_scale * (features as f64).sqrt());
    let mut normal = |shape, scale| inputs::normal(random, shape, scale);
    let (x, other_x) = (normal((n, features), x_scale), normal((n, features), 0.7 * x_scale));
    let (w, other_w) = (normal((features, classes), w_scale), normal((features, classes), 1.3 * w_scale));
    let y = inputs::labels(random, n, classes);
    let reg = regulariser(random, &w, regularised);
    let mut cases = vec![
        case::<F>(&w, &x, &y, reg),
        case::<F>(&other_w, &x, &y, reg),
        case::<F>(&w, &other_x, &y, reg),
        case::<F>(&w, &x, &inputs::other_labels(random, &y, classes), reg),
        case::<F>(&w, &x, &y, regulariser(random, &w, regularised)),
    ];
    cases.extend(inputs::look_alikes(random, &w).iter().map(|w| case::<F>(w, &x, &y, reg)));
    cases.extend(inputs::look_alikes(random, &x).iter().map(|x| case::<F>(&w, x, &y, reg)));
    cases
}

/// What every check with points asks first.
pub fn ordinary<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let cases = look_alikes::<F>(context, Regularised::Yes);
    hold_in_turn(session, context, cases)
}

pub fn fresh<F: Classifier>(
    session: &mut Session<'_>,
    context: &mut Context,
    part: Part,
    regularised: Regularised,
) -> Result<(), Failure> {
    let mut cases = look_alikes::<F>(context, regularised);
    for sizes in [(40, 30, 10), (2, 2, 2), (1, 5, 6), ordinary_sizes(context)] {
        cases.push(random_case::<F>(context, sizes, regularised));
    }
    hold_part_in_turn(session, context, cases, part)
}

pub fn recorded_weights<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    for recorded in F::recorded() {
        let computed = case::<F>(&recorded.w, &recorded.x, &recorded.y, recorded.reg);
        Case { loss: recorded.loss, gradient: recorded.dw, ..computed }.hold(session, context, Part::Both)?;
    }
    Ok(())
}

pub fn zero_weights<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let mut numbers_of_classes: Vec<usize> = (2..=12).collect();
    numbers_of_classes.shuffle(&mut context.random);
    for classes in numbers_of_classes.into_iter().take(4) {
        let (n, features, _) = ordinary_sizes(context);
        let deviation = inputs::scale(&mut context.random);
        let x = inputs::normal(&mut context.random, (n, features), deviation);
        let y = inputs::labels(&mut context.random, n, classes);
        let reg = context.random.random_range(0.1..2.0);
        case::<F>(&Array2::zeros((features, classes)), &x, &y, reg).hold(session, context, Part::Both)?;
    }
    Ok(())
}

pub fn numeric<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (n, features, classes) = ordinary_sizes(context);
    for _ in 0..2 {
        let random = &mut context.random;
        let (x_scale, w_scale) = (inputs::moderate_scale(random), 0.5 * inputs::moderate_scale(random));
        let (w, x, y) = loop {
            let x = inputs::normal(random, (n, features), x_scale);
            let w = inputs::normal(random, (features, classes), w_scale);
            let y = inputs::labels(random, n, classes);
            if F::Of::is_smooth(&x.dot(&w), &y) {
                break (w, x, y);
            }
        };
        let reg = random.random_range(0.1..1.0);
        case::<F>(&w, &x, &y, reg).hold_numerically(session, context, "w", F::Of::answers())?;
    }
    Ok(())
}

pub fn unchanged<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let sizes = ordinary_sizes(context);
    random_case::<F>(context, sizes, Regularised::Yes).hold_with_inputs_unchanged(session, context)
}

pub fn single<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let (n, features, classes) = ordinary_sizes(context);
    for sizes in [(1, features, classes), (n, features, 1), (n, 1, classes), (1, 1, 1)] {
        random_case::<F>(context, sizes, Regularised::Yes).hold(session, context, Part::Both)?;
    }
    Ok(())
}
