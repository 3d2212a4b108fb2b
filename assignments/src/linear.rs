//! What the public checks of several assignments about linear classifiers have in common: training, prediction, and a
//! gradient that has to be the slope of its loss.

use std::time::Duration;

use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session, Visibility};
use ndarray::{Array1, Array2, array};

/// A public check of `function`, without points.
pub(crate) fn check(
    function: &'static str,
    name: &'static str,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    // Each call takes milliseconds; the rest is for a busy machine.
    let patience = Duration::from_secs(2);
    Check { function, name, expectation, points: 0, visibility: Visibility::Public, patience, run }
}

/// For results that can be worked out by hand.
pub(crate) const HAND_TOLERANCE: Tolerance = Tolerance::new(1e-7, 1e-10);

/// Calls a classifier's loss on weights, data, labels and a strength of regularisation.
pub(crate) type ClassifierCall = fn(&Array2<f64>, &Array2<f64>, &Array1<usize>, f64) -> Call<(f64, Array2<f64>)>;

/// Calls training on data, labels, learning rate, strength of regularisation, iterations, batch size and seed.
pub(crate) type TrainCall =
    fn(&Array2<f64>, &Array1<usize>, f64, f64, usize, usize, u64) -> Call<(Array2<f64>, Vec<f64>)>;

/// Calls prediction on weights and data.
pub(crate) type PredictCall = fn(&Array2<f64>, &Array2<f64>) -> Call<Array1<usize>>;

pub(crate) const SLOPE: &str = "a gradient dw that is the slope of the returned loss";

/// The gradient against the slope of the answer's own loss, at a point that is no kink of a hinge either.
pub(crate) fn slope(call: ClassifierCall, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    let w = array![[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [-0.7, 0.2, 0.1], [0.0, 0.8, -0.3]];
    let x = array![[0.5, -1.0, 0.2, 1.5], [1.2, 0.3, -0.4, 0.1], [-0.6, 0.9, 0.8, -1.1]];
    let call = call(&w, &x, &array![2, 0, 1], 0.2);
    let (_, dw) = session.call(&call)?;
    context.expect(
        dw.dim() == w.dim(),
        "dw has another shape than w",
        "the gradient with respect to w has an element for each element of w, at the same place",
    )?;
    let all: Vec<usize> = (0..w.len()).collect();
    let slope = session.numeric_gradient(&call, "w", &all, 1e-5, Projection::Number(0))?;
    let slope = Array2::from_shape_vec(w.raw_dim(), slope).expect("one slope for each weight");
    context.expect_array("dw, held against the slope of your own loss", &dw, &slope, Tolerance::numeric_gradient(), &[])
}

/// The checks of a function that trains.
macro_rules! train_checks {
    ($function:literal, $call:expr) => {
        vec![
            $crate::linear::check(
                $function,
                "shapes",
                "weights (features, max(y) + 1) and one loss for each iteration",
                |session, context| $crate::linear::shapes($call, session, context),
            ),
            $crate::linear::check(
                $function,
                "same seed",
                "the same weights and losses in a second run with the same seed",
                |session, context| $crate::linear::same_seed($call, session, context),
            ),
            $crate::linear::check(
                $function,
                "loss falls",
                "a loss that falls below a tenth on two groups of points that lie far apart",
                |session, context| $crate::linear::loss_falls($call, session, context),
            ),
        ]
    };
}
pub(crate) use train_checks;

/// The checks of a function that predicts.
macro_rules! predict_checks {
    ($function:literal, $call:expr) => {
        vec![
            $crate::linear::check(
                $function,
                "four examples by hand",
                "the classes 0, 1, 2 and 0",
                |session, context| $crate::linear::four_examples($call, session, context),
            ),
            $crate::linear::check(
                $function,
                "three negative scores",
                "the highest score, also where all scores are negative",
                |session, context| $crate::linear::negative_scores($call, session, context),
            ),
        ]
    };
}
pub(crate) use predict_checks;

/// Two groups of points that a line through the origin tells apart, and a column of ones.
pub(crate) fn two_groups() -> (Array2<f64>, Array1<usize>) {
    let x = array![
        [2.0, 1.0, 1.0],
        [2.5, 0.5, 1.0],
        [3.0, 1.5, 1.0],
        [2.0, 2.0, 1.0],
        [-2.0, -1.0, 1.0],
        [-2.5, -0.5, 1.0],
        [-3.0, -1.5, 1.0],
        [-2.0, -2.0, 1.0]
    ];
    (x, array![0, 0, 0, 0, 1, 1, 1, 1])
}

pub(crate) fn shapes(call: TrainCall, session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    // Label 3 makes four classes, though nothing is labelled 2.
    let y = y.mapv(|label| 3 * label);
    for (iterations, batch_size) in [(7, 2), (0, 2), (2, 20)] {
        let (w, history) = session.call(&call(&x, &y, 0.1, 0.01, iterations, batch_size, 1))?;
        let failure = Failure::wrong("the shapes are wrong").with_detail(format!(
            "{iterations} iterations with labels 0 and 3 gave weights {:?} and {} losses; expected [3, 4] and {iterations}",
            w.shape(),
            history.len()
        ));
        if w.dim() != (3, 4) || history.len() != iterations {
            return Err(failure.with_hint("there are max(y) + 1 classes, and each iteration adds one loss"));
        }
    }
    Ok(())
}

pub(crate) fn same_seed(call: TrainCall, session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    let call = call(&x, &y, 0.1, 0.01, 5, 2, 7);
    let (first, second) = (session.call(&call)?, session.call(&call)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    context
        .expect_array("the weights of the second run", &second.0, &first.0, HAND_TOLERANCE, &[])
        .and_then(|()| {
            let (first, second) = (Array1::from_vec(first.1), Array1::from_vec(second.1));
            context.expect_array("the losses of the second run", &second, &first, HAND_TOLERANCE, &[])
        })
        .map_err(|failure| failure.with_hint(hint))
}

pub(crate) fn loss_falls(call: TrainCall, session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = two_groups();
    let (_, history) = session.call(&call(&x, &y, 0.5, 0.0, 200, 4, 3))?;
    context.note_losses("two groups of points", &history);
    let last = history.last().copied().unwrap_or(f64::NAN);
    if last < 0.1 {
        return Ok(());
    }
    Err(Failure::wrong("the loss does not fall")
        .with_detail(format!("the last of 200 losses is {last}; expected less than 0.1"))
        .with_hint("each step subtracts learning_rate * dw; rows of x and labels need the same indices"))
}

pub(crate) fn four_examples(
    call: PredictCall,
    session: &mut Session<'_>,
    context: &mut Context,
) -> Result<(), Failure> {
    let w = array![[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]];
    // Scores: (1, 0, -1), (0, 2, 0), (-3, 2, 3), (2, -2, -2)
    let x = array![[1.0, 0.0], [0.0, 1.0], [-3.0, 1.0], [2.0, -1.0]];
    expect_classes(&session.call(&call(&w, &x))?, &[0, 1, 2, 0], context)
}

pub(crate) fn negative_scores(
    call: PredictCall,
    session: &mut Session<'_>,
    context: &mut Context,
) -> Result<(), Failure> {
    let x = array![[1.0], [2.0]];
    let classes = session.call(&call(&array![[-3.0, -1.0, -2.0]], &x))?;
    expect_classes(&classes, &[1, 1], context)
        .map_err(|failure| failure.with_hint("do not start the search for the highest score from 0"))
}

pub(crate) fn expect_classes(classes: &Array1<usize>, expected: &[usize], context: &Context) -> Result<(), Failure> {
    let expected: Array1<f64> = expected.iter().map(|&class| class as f64).collect();
    context.expect_array(
        "the classes",
        &classes.mapv(|class| class as f64),
        &expected,
        Tolerance::exact(),
        &[("one too high everywhere: classes count from 0", &(&expected + 1.0))],
    )
}
