//! What checks of training have in common, whatever is trained: its losses, its mini-batches, its seed.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Context, Failure};
use ndarray::Array1;
use rand::Rng;

use super::expected::close_to;

pub const ONE_STEP_FIRST: &str = "this check starts from one plain step; get the check of one step right first";
pub const SEED_HINT: &str = "make one generator from the seed, and take every random number from it";

/// A batch of two of these examples is one of 21; which, the step tells.
pub const EXAMPLES: usize = 6;
/// Enough that all drawing the same batch is out of the question: below (1/6)^11 for any random way of drawing.
const SEEDS: usize = 12;

/// Expects a loss for each iteration.
pub fn expect_count(context: &Context, history: &[f64], iterations: usize, hint: &str) -> Result<(), Failure> {
    context.expect(history.len() == iterations, "the loss history has the wrong length", hint)
}

/// Expects the losses before each update. `one_more` has them with one more iteration, `penalties` the regulariser's part.
pub fn expect_losses(
    context: &Context,
    history: Vec<f64>,
    one_more: Vec<f64>,
    penalties: &Array1<f64>,
    batch_size: usize,
) -> Result<(), Failure> {
    let expected = Array1::from_vec(one_more[..one_more.len() - 1].to_vec());
    context.expect_array(
        "the loss history",
        &Array1::from_vec(history),
        &expected,
        close_to(expected.iter().copied()),
        &[
            ("the losses after each update; take them before", &Array1::from_vec(one_more[1..].to_vec())),
            ("the losses before each update and one more after the last", &Array1::from_vec(one_more)),
            ("the losses without the regulariser", &(&expected - penalties)),
            ("the sums over each batch; the loss is the mean", &(&expected * batch_size as f64)),
        ],
    )
}

/// Expects losses below `limit` at the end.
pub fn expect_low_losses(
    context: &Context,
    history: &[f64],
    iterations: usize,
    limit: f64,
    hint: &str,
) -> Result<(), Failure> {
    expect_count(context, history, iterations, "one loss for each iteration")?;
    context.expect(
        history[iterations - 20..].iter().sum::<f64>() / 20.0 < limit,
        "the losses of the last iterations are too high",
        hint,
    )
}

/// Expects the losses of a second run to be those of the first.
pub fn expect_same_losses(context: &Context, again: Vec<f64>, first: Vec<f64>) -> Result<(), Failure> {
    let tolerance = close_to(first.iter().copied());
    context
        .expect_array("the losses of a second run", &Array1::from_vec(again), &Array1::from_vec(first), tolerance, &[])
        .map_err(|failure| failure.with_hint(SEED_HINT))
}

/// Expects a step along the gradient of two of [`EXAMPLES`] examples, which the seed draws. `train` makes it with a seed,
/// `agrees` tells whether what came out is what these examples give, `hint` is for a step that no examples explain.
pub fn expect_random_batches<T>(
    context: &mut Context,
    mut train: impl FnMut(u64, &Context) -> Result<T, Failure>,
    agrees: impl Fn(&[usize], &T) -> bool,
    hint: &str,
) -> Result<(), Failure> {
    let all: Vec<usize> = (0..EXAMPLES).collect();
    let mut drawn = Vec::new();
    for _ in 0..SEEDS {
        let seed = context.random.random();
        let trained = train(seed, context)?;
        let Some(batch) = possible_batches().find(|batch| agrees(batch, &trained)) else {
            let failure = Failure::wrong("the step is not along the gradient of any mini-batch of two examples");
            return Err(failure.with_hint(if agrees(&all, &trained) {
                "the step uses all examples at once: take batch_size of them"
            } else if all.iter().any(|&example| agrees(&[example], &trained)) {
                "the step uses a single example: take batch_size of them"
            } else {
                hint
            }));
        };
        drawn.push(batch);
    }
    context.expect(
        drawn.iter().any(|batch| *batch != drawn[0]),
        "the same mini-batch whatever the seed",
        "draw the examples of each mini-batch at random, with a generator made from the seed",
    )
}

/// With replacement an example can come twice.
fn possible_batches() -> impl Iterator<Item = [usize; 2]> {
    (0..EXAMPLES).flat_map(|first| (first..EXAMPLES).map(move |second| [first, second]))
}
