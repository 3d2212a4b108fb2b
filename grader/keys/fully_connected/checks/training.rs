//! Checks of `train` that are exact, though the answer's random numbers are its own: the network to start from is given;
//! where all examples are the same, every mini-batch has the same loss and gradient; and a batch of two out of a few
//! examples is one of a few possible batches.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule};
use gradus_nn::metrics::accuracy;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Axis};
use rand::Rng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::descent::Training;
use super::random_net::{Layers, expect};
use super::reference;
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{Sizes, network};
use crate::common::training::{
    EXAMPLES, ONE_STEP_FIRST, SEED_HINT, expect_count, expect_losses, expect_low_losses, expect_random_batches,
    expect_same_losses,
};
use crate::common::{check, inputs};
use crate::linear::images::{BATCH, ITERATIONS, TRAINED, images};

/// Far below what right answers reach; the key's README has the measurements.
const ACCURACY: f64 = 0.62;
/// Far above what right answers reach at the end, and far below the 2.3 of the start.
const LOSS: f64 = 1.0;

const SETTINGS: &str = "each rule has the settings of the notebook's table, and each parameter a state of its own, from which its next step starts";

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("train", name, points, expectation, run);
    let on_images = check(
        "images of clothing",
        1,
        "losses that fall below 1 with Adam, and the right class for most images that were not trained on",
        clothing,
    );
    vec![
        check(
            "one step",
            3,
            "learning_rate times its gradient taken off each parameter of each layer, after one iteration of plain descent",
            one_step,
        ),
        check("steps with momentum", 2, "a velocity for each parameter, kept from iteration to iteration", |s, c| {
            steps(s, c, UpdateRule::SgdMomentum)
        }),
        check("steps of RMSProp", 2, "a running mean for each parameter, kept from iteration to iteration", |s, c| {
            steps(s, c, UpdateRule::RmsProp)
        }),
        check("steps of Adam", 2, "two means for each parameter, and t counted once an iteration", |s, c| {
            steps(s, c, UpdateRule::Adam)
        }),
        check("regularised steps", 1, "the regulariser's gradient in every step", regularised_steps),
        check(
            "loss history",
            1,
            "the loss of each iteration's mini-batch, regulariser included, before that iteration's update",
            loss_history,
        ),
        check(
            "random mini-batches",
            1,
            "steps along the gradient of batch_size random examples, each with its own label",
            random_batches,
        ),
        check("same seed, same result", 1, "the same network and losses when the seed is the same", same_seed),
        check(
            "sizes",
            1,
            "as many losses as iterations, also for 0 iterations, for a batch larger than the data and without hidden layers",
            sizes,
        ),
        Check { patience: Duration::from_secs(10), ..on_images },
    ]
}

/// What every check with points asks first: one plain step each, from arguments of one shape, any two of them alike in some
/// respect.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let first = Training::of_one_example(random);
    let mut all = vec![
        Training { x: &first.x * random.random_range(0.5..0.9), ..first.clone() },
        Training { learning_rate: 2.0 * first.learning_rate, ..first.clone() },
        Training { seed: random.random(), ..first.clone() },
    ];
    for (layer, factor) in
        [(0, random.random_range(0.6..0.9)), (first.net.layers.len() - 1, random.random_range(-0.9..-0.6))]
    {
        let mut other = first.clone();
        other.net.layers[layer].w *= factor;
        all.push(other);
    }
    all.push(first);
    in_turn(context, all, |training, context| {
        training.hold(session, context).map(drop).map_err(|failure| failure.with_hint(ONE_STEP_FIRST))
    })
}

fn one_step(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..3 {
        Training::of_one_example(&mut context.random).hold(session, context)?;
    }
    Ok(())
}

fn steps(session: &mut Session<'_>, context: &mut Context, rule: UpdateRule) -> Result<(), Failure> {
    ordinary(session, context)?;
    for iterations in [1, 2, 5, 20] {
        let training = Training { iterations, ..Training::of_one_example_with(&mut context.random, rule) };
        training.hold(session, context).map_err(|failure| failure.with_hint(SETTINGS))?;
    }
    Ok(())
}

fn regularised_steps(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for iterations in [1, 6] {
        let reg = context.random.random_range(0.5..2.0);
        Training { iterations, reg, ..Training::of_one_example(&mut context.random) }.hold(session, context)?;
    }
    Ok(())
}

fn loss_history(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (iterations, reg) in [(1, 0.0), (4, 0.0), (5, 0.3)] {
        let training = Training { iterations, reg, ..Training::of_one_example(&mut context.random) };
        let (_, history) = training.run(session)?;
        let one_more = Training { iterations: iterations + 1, ..training.clone() }.descend().1;
        expect_losses(context, history, one_more, &training.penalties_along_the_way(), training.batch_size)?;
    }
    Ok(())
}

fn random_batches(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let random = &mut context.random;
    let sizes = Sizes::of(EXAMPLES, &[5, 6, 5, 4]);
    let training = Training {
        net: network(random, &sizes.stages, 1.0),
        x: inputs::normal(random, (EXAMPLES, 5), 1.0).into_dyn(),
        y: Array1::from_iter([3, 0, 1, 2, 3, 0]),
        rule: UpdateRule::Sgd,
        learning_rate: 0.1,
        reg: 0.0,
        iterations: 1,
        batch_size: 2,
        seed: 0,
    };
    let last = |net: &FullyConnectedNet| net.layers.last().expect("at least one layer").w.clone();
    expect_random_batches(
        context,
        |seed, context| {
            let (net, _) = Training { seed, ..training.clone() }.run(session)?;
            context.expect(!net.layers.is_empty(), "no layers come back", "a step changes no shape")?;
            Ok(net)
        },
        |examples, net| {
            let expected = last(&training.only(examples).descend().0);
            gradus_check::compare(&last(net), &expected, close_to(expected.iter().copied())).is_ok()
        },
        "take the examples and their labels with the same indices, and the mean over the mini-batch",
    )
}

fn same_seed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let random = &mut context.random;
    let training = Training {
        net: network(random, &[6, 8, 5, 4], 1.0),
        x: inputs::normal(random, (30, 6), 1.0).into_dyn(),
        y: inputs::labels(random, 30, 4),
        rule: UpdateRule::SgdMomentum,
        learning_rate: 0.02,
        reg: 0.01,
        iterations: 20,
        batch_size: 3,
        seed: random.random(),
    };
    let (net, history) = training.run(session)?;
    let (net_again, history_again) = training.run(session)?;
    expect(context, "in a second run, the trained ", Layers::All, &net_again, &net, &[])
        .map_err(|failure| failure.with_hint(SEED_HINT))?;
    expect_same_losses(context, history_again, history)
}

fn sizes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for stages in [&[3, 5, 4, 6][..], &[3, 6]] {
        let random = &mut context.random;
        let mut training = Training {
            net: network(random, stages, 1.0),
            x: inputs::normal(random, (4, 3), 1.0).into_dyn(),
            // Not every class has an example.
            y: Array1::from_iter([0, 2, 1, 0]),
            rule: UpdateRule::Adam,
            learning_rate: 0.01,
            reg: 0.1,
            iterations: 0,
            batch_size: 2,
            seed: random.random(),
        };
        for (iterations, batch_size) in [(0, 2), (7, 2), (2, 4), (3, 9)] {
            (training.iterations, training.batch_size) = (iterations, batch_size);
            let (net, history) = training.run(session).map_err(|failure| {
                failure.with_hint(
                    "0 iterations are allowed, and so is a batch larger than the data: repeat examples, or take all",
                )
            })?;
            expect_count(context, &history, iterations, "one loss for each iteration, and none for 0 iterations")?;
            if iterations == 0 {
                expect(context, "after 0 iterations, ", Layers::All, &net, &training.net, &[])?;
            }
            let numbers = net.layers.iter().flat_map(|Layer { w, b }| w.iter().chain(b));
            context.expect(
                numbers.chain(&history).all(|number| number.is_finite()),
                "NaN or infinite parameters or losses",
                "divide by the size of the batch that was drawn, and mind what divides in the update rule",
            )?;
        }
    }
    let large = Training::of_one_example(&mut context.random);
    Training { batch_size: 2 * large.y.len(), ..large }.hold(session, context).map(drop)
}

/// No exact result is known here, only what good training reaches.
fn clothing(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let (x, y) = &images().train;
    let random = &mut context.random;
    let drawn = sample(random, y.len(), TRAINED).into_vec();
    let training = Training {
        net: untrained(random, x.ncols()),
        x: x.select(Axis(0), &drawn).into_dyn(),
        y: y.select(Axis(0), &drawn),
        rule: UpdateRule::Adam,
        learning_rate: 2e-3,
        reg: 1e-3,
        iterations: ITERATIONS,
        batch_size: BATCH,
        seed: random.random(),
    };
    let (net, history) = training.run(session)?;
    let hint = "examples and their labels need the same indices, every iteration a new mini-batch, every parameter its own state";
    expect_low_losses(context, &history, ITERATIONS, LOSS, hint)?;
    let (loss, _) = reference::fully_connected_loss(&net, &training.x, &training.y, training.reg);
    context.expect(loss < LOSS, "the loss of the returned network on the training images is too high", hint)?;
    let (x, y) = &images().test;
    let predicted = reference::scores(&net, &x.clone().into_dyn()).map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    });
    context.expect(
        accuracy(&predicted, y) > ACCURACY,
        "too few of the images that were not trained on get their right class",
        hint,
    )
}

/// A network with two hidden layers for ten classes that has learned nothing yet.
fn untrained(random: &mut ChaCha8Rng, features: usize) -> FullyConnectedNet {
    let stages = [features, 32, 32, 10];
    let layers = stages.windows(2).map(|pair| Layer {
        w: inputs::normal(random, (pair[0], pair[1]), (2.0 / pair[0] as f64).sqrt()),
        b: Array1::zeros(pair[1]),
    });
    FullyConnectedNet { layers: layers.collect() }
}
