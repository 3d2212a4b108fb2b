//! Checks of `softmax_classifier_loss_naive` and `softmax_classifier_loss`, which ask the same of both.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::softmax::call;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::expected::{Case, Part, hold_in_turn, hold_part_in_turn};
use super::{check, inputs, recorded};
use crate::softmax::reference;

/// One of the two functions.
pub trait Classifier {
    const NAME: &'static str;
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)>;
}

/// `softmax_classifier_loss_naive`
pub struct Naive;

impl Classifier for Naive {
    const NAME: &'static str = "softmax_classifier_loss_naive";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::softmax_classifier_loss_naive(w, x, y, reg)
    }
}

/// `softmax_classifier_loss`
pub struct Vectorised;

impl Classifier for Vectorised {
    const NAME: &'static str = "softmax_classifier_loss";
    fn call(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Call<(f64, Array2<f64>)> {
        call::softmax_classifier_loss(w, x, y, reg)
    }
}

pub fn checks<F: Classifier>() -> Vec<Check> {
    let check = |name, points, expectation, run| check(F::NAME, name, points, expectation, run);
    vec![
        check(
            "loss without regularisation",
            3,
            "the mean softmax loss of the scores x w, with reg = 0",
            |session, context| fresh::<F>(session, context, Part::Loss, Regularised::No),
        ),
        check("loss with regularisation", 3, "the mean softmax loss plus reg * sum(w^2)", |session, context| {
            fresh::<F>(session, context, Part::Loss, Regularised::Yes)
        }),
        check(
            "gradient without regularisation",
            4,
            "dw of the mean softmax loss, beside the right loss",
            |session, context| fresh::<F>(session, context, Part::Gradient, Regularised::No),
        ),
        check(
            "gradient with regularisation",
            3,
            "dw with the regulariser's part, beside the right loss",
            |session, context| fresh::<F>(session, context, Part::Gradient, Regularised::Yes),
        ),
        check(
            "recorded weights",
            2,
            "the loss and gradient that were recorded for fixed weights and data",
            recorded_weights::<F>,
        ),
        check(
            "weights of zero",
            1,
            "a loss of ln C for C classes when all weights are 0, and its gradient",
            zero_weights::<F>,
        ),
        check("large scores", 1, "finite and right numbers for scores around 1000 and -1000", large_scores::<F>),
        check(
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            numeric::<F>,
        ),
        check(
            "inputs left alone",
            1,
            "weights and data as they were before the call, and the right result",
            unchanged::<F>,
        ),
        check("one example, one class, one feature", 1, "the right result when an axis has length 1", single::<F>),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Regularised {
    No,
    Yes,
}

fn case<F: Classifier>(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> Case {
    let (data_loss, data_gradient) = reference::softmax_classifier_loss(w, x, y, 0.0);
    let (loss, gradient) = reference::softmax_classifier_loss(w, x, y, reg);
    let (next_loss, next_gradient) =
        reference::softmax_classifier_loss(w, x, &y.mapv(|label| (label + 1) % w.ncols()), reg);
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
        ],
        gradient_slips: vec![
            ("the gradient without the regulariser's part", data_gradient.clone()),
            ("the gradient with reg * w; the slope of reg * w^2 is 2 * reg * w", &data_gradient + &(w * reg)),
            (
                "the gradient with the regulariser's part divided by the number of examples",
                &data_gradient + &(w * (2.0 * reg / n)),
            ),
            ("the gradient of the sum over the examples; the loss is their mean", &data_gradient * n + w * (2.0 * reg)),
            ("the gradient for the class after the label: labels count from 0", next_gradient),
        ],
        gradient,
    }
}

/// Axis lengths: batch, features, classes.
type Sizes = (usize, usize, usize);

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

fn ordinary_sizes(context: &mut Context) -> Sizes {
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

fn fresh<F: Classifier>(
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

fn recorded_weights<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    for recorded in recorded::softmax_classifier_loss() {
        let computed = case::<F>(&recorded.w, &recorded.x, &recorded.y, recorded.reg);
        Case { loss: recorded.loss, gradient: recorded.dw, ..computed }.hold(session, context, Part::Both)?;
    }
    Ok(())
}

fn zero_weights<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
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

fn numeric<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (n, features, classes) = ordinary_sizes(context);
    for _ in 0..2 {
        let random = &mut context.random;
        let (x_scale, w_scale) = (inputs::moderate_scale(random), 0.5 * inputs::moderate_scale(random));
        let x = inputs::normal(random, (n, features), x_scale);
        let w = inputs::normal(random, (features, classes), w_scale);
        let y = inputs::labels(random, n, classes);
        let reg = random.random_range(0.1..1.0);
        case::<F>(&w, &x, &y, reg).hold_numerically(session, context, "w")?;
    }
    Ok(())
}

fn unchanged<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let sizes = ordinary_sizes(context);
    random_case::<F>(context, sizes, Regularised::Yes).hold_with_inputs_unchanged(session, context)
}

fn single<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let (n, features, classes) = ordinary_sizes(context);
    for sizes in [(1, features, classes), (n, features, 1), (n, 1, classes), (1, 1, 1)] {
        random_case::<F>(context, sizes, Regularised::Yes).hold(session, context, Part::Both)?;
    }
    Ok(())
}
