//! Checks of training that are exact, though the answer's random numbers are its own.
//!
//! Three things make that possible. With a learning rate of 0 the answer returns its initial weights. Where all
//! examples are the same, every mini-batch has the same loss and gradient. And a batch of two out of a few examples is
//! one of a few possible batches. So each check knows what gradient descent must give, from any initial weights and
//! with any way of drawing batches.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;

use super::Linear;
use crate::common::expected::{close_to, in_turn};
use crate::common::training::{
    EXAMPLES, ONE_STEP_FIRST, SEED_HINT, expect_count, expect_losses, expect_random_batches, expect_same_losses,
};
use crate::common::{check, inputs};

/// The checks, 17 points; those on images are in [`images`](super::images).
pub fn checks<A: Linear>() -> Vec<Check> {
    vec![
        check(
            A::TRAIN,
            "one step",
            4,
            "w - learning_rate * dw from the initial weights w, after one iteration",
            one_step::<A>,
        ),
        check(
            A::TRAIN,
            "several steps",
            2,
            "the weights of gradient descent after several iterations",
            several_steps::<A>,
        ),
        check(A::TRAIN, "regularised steps", 2, "the regulariser's gradient in every step", regularised_steps::<A>),
        check(
            A::TRAIN,
            "loss history",
            3,
            "the loss of each iteration's mini-batch, regulariser included, before that iteration's update",
            loss_history::<A>,
        ),
        check(
            A::TRAIN,
            "random mini-batches",
            3,
            "steps along the gradient of batch_size random examples, each with its own label",
            random_batches::<A>,
        ),
        check(
            A::TRAIN,
            "same seed, same result",
            1,
            "the same weights and losses when the seed is the same",
            same_seed::<A>,
        ),
        check(
            A::TRAIN,
            "sizes",
            2,
            "weights for max(y) + 1 classes, and as many losses as iterations, also for 0 iterations and a batch larger than the data",
            sizes::<A>,
        ),
    ]
}

/// Arguments of one call.
#[derive(Clone)]
pub struct Training {
    pub x: Array2<f64>,
    pub y: Array1<usize>,
    pub learning_rate: f64,
    pub reg: f64,
    pub iterations: usize,
    pub batch_size: usize,
    pub seed: u64,
}

/// Weights, and the loss of each iteration.
pub type Trained = (Array2<f64>, Vec<f64>);

impl Training {
    /// One example, many times over.
    fn of_one_example<A: Linear>(context: &mut Context) -> Self {
        let random = &mut context.random;
        let (n, features, classes) = (random.random_range(4..10), random.random_range(3..8), random.random_range(3..7));
        let example = inputs::normal(random, (1, features), 1.0);
        Self {
            x: example.broadcast((n, features)).expect("one row becomes many").to_owned(),
            // The only label is the highest, so that all the classes below it exist.
            y: Array1::from_elem(n, classes - 1),
            learning_rate: A::learning_rate(random, example.row(0), classes),
            reg: 0.0,
            iterations: 1,
            batch_size: random.random_range(2..=n),
            seed: random.random(),
        }
    }

    fn run<A: Linear>(&self, session: &mut Session<'_>) -> Result<Trained, Failure> {
        Ok(session.call(&A::train(self))?)
    }

    /// The weights that the answer starts from: those that it returns when it does not move.
    fn initial_weights<A: Linear>(&self, session: &mut Session<'_>, context: &Context) -> Result<Array2<f64>, Failure> {
        let still = Self { learning_rate: 0.0, ..self.clone() };
        let (w, _) = still.run::<A>(session)?;
        context.expect(
            w.dim() == self.shape_of_weights() && w.iter().all(|weight| weight.is_finite()),
            "with a learning rate of 0, the weights have the wrong shape or are not finite",
            "w has a row for each feature and a column for each class, and there are max(y) + 1 classes",
        )?;
        context.expect(
            still.run::<A>(session)?.0 == w,
            "with a learning rate of 0, two runs with the same seed give different weights",
            SEED_HINT,
        )?;
        context.expect(
            !A::is_at_rest(&w, &self.x, &self.y),
            "with a learning rate of 0, the weights are not small: they have moved already",
            "a step subtracts learning_rate * dw, which is 0 for a learning rate of 0; and start from small weights",
        )?;
        Ok(w)
    }

    fn shape_of_weights(&self) -> (usize, usize) {
        (self.x.ncols(), self.y.iter().max().map_or(0, |label| label + 1))
    }

    /// Gradient descent on all examples at once; where all are the same, on any mini-batch.
    fn descend<A: Linear>(&self, initial: &Array2<f64>) -> Trained {
        let mut w = initial.clone();
        let mut history = Vec::new();
        for _ in 0..self.iterations {
            let (loss, dw) = A::loss(&w, &self.x, &self.y, self.reg);
            history.push(loss);
            w.scaled_add(-self.learning_rate, &dw);
        }
        (w, history)
    }

    /// Holds the weights against gradient descent from the answer's own initial weights.
    fn hold<A: Linear>(&self, session: &mut Session<'_>, context: &Context) -> Result<Trained, Failure> {
        let initial = self.initial_weights::<A>(session, context)?;
        let trained = self.run::<A>(session)?;
        let (w, _) = self.descend::<A>(&initial);
        let unregularised = Self { reg: 0.0, ..self.clone() }.descend::<A>(&initial).0;
        let halved = Self { reg: 0.5 * self.reg, ..self.clone() }.descend::<A>(&initial).0;
        let uphill = Self { learning_rate: -self.learning_rate, ..self.clone() }.descend::<A>(&initial).0;
        let unscaled = Self { learning_rate: 1.0, ..self.clone() }.descend::<A>(&initial).0;
        let one_less = Self { iterations: self.iterations.saturating_sub(1), ..self.clone() }.descend::<A>(&initial).0;
        let one_more = Self { iterations: self.iterations + 1, ..self.clone() }.descend::<A>(&initial).0;
        context.expect_array(
            "the weights",
            &trained.0,
            &w,
            close_to(w.iter().copied()),
            &[
                ("the initial weights: they are never updated", &initial),
                ("what steps up the gradient give; subtract it", &uphill),
                ("what steps without the learning rate give", &unscaled),
                ("what steps without the regulariser's gradient give", &unregularised),
                ("what steps with half the regulariser's gradient give; it is 2 * reg * w", &halved),
                ("what one iteration less gives", &one_less),
                ("what one iteration more gives", &one_more),
            ],
        )?;
        Ok(trained)
    }
}

/// What every check with points asks first, in random order, and one of them again: one step each, from arguments of
/// one shape, any two of them alike in some respect.
pub fn ordinary<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let first = Training::of_one_example::<A>(context);
    let random = &mut context.random;
    let other_data = Training { x: &first.x * random.random_range(-0.8..-0.4) + 0.25, ..first.clone() };
    let other_rate = Training { learning_rate: 2.0 * first.learning_rate, ..first.clone() };
    let other_seed = Training { seed: random.random(), ..first.clone() };
    let all = vec![first, other_data, other_rate, other_seed];
    in_turn(context, all, |training, context| {
        training.hold::<A>(session, context).map(drop).map_err(|failure| failure.with_hint(ONE_STEP_FIRST))
    })
}

fn one_step<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    for _ in 0..3 {
        Training::of_one_example::<A>(context).hold::<A>(session, context)?;
    }
    Ok(())
}

fn several_steps<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    for iterations in [3, 40] {
        Training { iterations, ..Training::of_one_example::<A>(context) }.hold::<A>(session, context)?;
    }
    Ok(())
}

fn regularised_steps<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    // The first step starts from small weights, where the regulariser hardly shows; the later ones do not.
    for iterations in [3, 6] {
        let reg = context.random.random_range(0.2..0.8);
        Training { iterations, reg, ..Training::of_one_example::<A>(context) }.hold::<A>(session, context)?;
    }
    Ok(())
}

fn loss_history<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    for (iterations, reg) in [(1, 0.0), (4, 0.0), (5, 0.3)] {
        let training = Training { iterations, reg, ..Training::of_one_example::<A>(context) };
        let initial = training.initial_weights::<A>(session, context)?;
        let (_, history) = training.hold::<A>(session, context)?;
        let one_more = Training { iterations: iterations + 1, ..training.clone() }.descend::<A>(&initial).1;
        let penalties = squares_along_the_way::<A>(&training, &initial) * reg;
        expect_losses(context, history, one_more, &penalties, training.batch_size)?;
    }
    Ok(())
}

/// `sum(w^2)` before each update.
fn squares_along_the_way<A: Linear>(training: &Training, initial: &Array2<f64>) -> Array1<f64> {
    (0..training.iterations)
        .map(|iterations| {
            Training { iterations, ..training.clone() }.descend::<A>(initial).0.mapv(|weight| weight * weight).sum()
        })
        .collect()
}

fn random_batches<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let random = &mut context.random;
    let training = Training {
        x: inputs::normal(random, (EXAMPLES, 5), 1.0),
        y: Array1::from_iter([3, 0, 1, 2, 3, 0]),
        learning_rate: 0.1,
        reg: 0.0,
        iterations: 1,
        batch_size: 2,
        seed: 0,
    };
    expect_random_batches(
        context,
        |seed, context| {
            let training = Training { seed, ..training.clone() };
            let initial = training.initial_weights::<A>(session, context)?;
            Ok((initial, training.run::<A>(session)?.0))
        },
        |examples, (initial, w)| {
            let expected = training.only(examples).descend::<A>(initial).0;
            gradus_check::compare(w, &expected, close_to(expected.iter().copied())).is_ok()
        },
        "take the rows of x and their labels with the same indices, and the mean over the mini-batch",
    )
}

impl Training {
    fn only(&self, examples: &[usize]) -> Self {
        Self { x: self.x.select(Axis(0), examples), y: self.y.select(Axis(0), examples), ..self.clone() }
    }
}

fn same_seed<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let random = &mut context.random;
    let training = Training {
        x: inputs::normal(random, (30, 6), 1.0),
        y: inputs::labels(random, 30, 4),
        learning_rate: 0.3,
        reg: 0.01,
        iterations: 20,
        batch_size: 3,
        seed: random.random(),
    };
    let (w, history) = training.run::<A>(session)?;
    let (w_again, history_again) = training.run::<A>(session)?;
    context
        .expect_array("the weights of a second run", &w_again, &w, close_to(w.iter().copied()), &[])
        .map_err(|failure| failure.with_hint(SEED_HINT))?;
    expect_same_losses(context, history_again, history)
}

fn sizes<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let random = &mut context.random;
    let classes = random.random_range(5..9);
    let mut training = Training {
        x: inputs::normal(random, (4, 3), 1.0),
        // Most classes below the highest have no example.
        y: Array1::from_iter([0, classes - 1, 1, 0]),
        learning_rate: 0.1,
        reg: 0.1,
        iterations: 0,
        batch_size: 2,
        seed: random.random(),
    };
    for (iterations, batch_size) in [(0, 2), (7, 2), (2, 4), (3, 9)] {
        (training.iterations, training.batch_size) = (iterations, batch_size);
        let (w, history) = training.run::<A>(session)?;
        context.expect(
            w.dim() == training.shape_of_weights(),
            "the weights have the wrong shape",
            "w has a row for each feature and a column for each class; a class below max(y) may have no example",
        )?;
        expect_count(context, &history, iterations, "one loss for each iteration, and none for 0 iterations")?;
        let finite = w.iter().chain(&history).all(|number| number.is_finite());
        context.expect(
            finite,
            "NaN or infinite weights or losses",
            "divide by the size of the batch that was drawn",
        )?;
    }
    let large = Training::of_one_example::<A>(context);
    Training { batch_size: 2 * large.x.nrows(), ..large }.hold::<A>(session, context).map(drop)
}
