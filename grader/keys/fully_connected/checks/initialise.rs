//! Checks of `initialise`. Its random numbers are its own, so that only their statistics are known; the bounds are seven
//! and more standard errors away.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, call};
use gradus_question::{Check, Context, Failure, Session};
use ndarray::Array1;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::fully_connected::dimensions;
use crate::common::{check, inputs};

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("initialise", name, points, expectation, run);
    vec![
        check("shapes", 2, "one layer for each hidden size and one for the classes, as many inputs as come in", shapes),
        check("deviation of the weights", 2, "weights with the mean 0 and the deviation weight_scale", deviation),
        check("normal distribution", 1, "normally distributed weights, whatever their mean and deviation", normal),
        check("biases", 1, "biases that are all 0", biases),
        check("numbers of their own", 2, "a random number of its own for each weight of each layer", own_numbers),
        check("seeds", 1, "the same network for the same seed, and other weights for another one", seeds),
        check(
            "no hidden layer, single units",
            1,
            "the right shapes without hidden layers, with hidden layers of one unit, and with weight_scale 0",
            narrow,
        ),
    ]
}

/// Arguments of one call.
#[derive(Clone)]
struct Wanted {
    features: usize,
    hidden: Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
}

impl Wanted {
    /// These stages, and the rest at random.
    fn of(random: &mut ChaCha8Rng, features: usize, hidden: &[usize], classes: usize) -> Self {
        let (hidden, weight_scale) = (Array1::from_vec(hidden.to_vec()), 0.1 * inputs::scale(random));
        Self { features, hidden, classes, weight_scale, seed: random.random() }
    }

    fn make(&self, session: &mut Session<'_>) -> Result<FullyConnectedNet, Failure> {
        let Self { features, hidden, classes, weight_scale, seed } = self;
        Ok(session.call(&call::initialise(*features, hidden, *classes, *weight_scale, *seed))?)
    }

    /// The network, which has the right shapes and finite numbers.
    fn run(&self, session: &mut Session<'_>, context: &Context) -> Result<FullyConnectedNet, Failure> {
        let net = self.make(session)?;
        let mut stages = vec![self.features];
        stages.extend(&self.hidden);
        stages.push(self.classes);
        let expected: Vec<_> = stages.windows(2).map(|pair| ((pair[0], pair[1]), pair[1])).collect();
        let found = dimensions(&net);
        let transposed =
            found.iter().map(|&((inputs, outputs), biases)| ((outputs, inputs), biases)).eq(expected.clone());
        context.expect(
            found == expected || !transposed,
            "the shapes are wrong: weights are transposed",
            "w is (inputs, outputs): a row for each input",
        )?;
        context.expect(
            found.len() == expected.len(),
            "the network has the wrong number of layers",
            "there is a layer for each hidden size, and behind them one whose outputs are the classes",
        )?;
        context.expect(
            found == expected,
            "the shapes are wrong",
            "the outputs of a layer are the inputs of the next; the last layer has an output for each class",
        )?;
        let finite = net.layers.iter().all(|layer| layer.w.iter().chain(&layer.b).all(|number| number.is_finite()));
        context.expect(finite, "NaN or infinite numbers", "each weight is weight_scale times a normal draw")?;
        Ok(net)
    }
}

fn weights(net: &FullyConnectedNet) -> impl Iterator<Item = f64> {
    net.layers.iter().flat_map(|layer| &layer.w).copied()
}

/// What every check asks first: that seed and scale make a difference.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let first = Wanted::of(&mut context.random, 7, &[6, 5], 4);
    let other_seed = Wanted { seed: context.random.random(), ..first.clone() };
    let other_scale = Wanted { weight_scale: 2.0 * first.weight_scale, ..first.clone() };
    let net = first.run(session, context)?;
    context.expect(
        net.layers.iter().all(|layer| layer.w.iter().any(|weight| *weight != layer.w[[0, 0]])),
        "all weights of a layer are the same",
        "each weight is a draw of its own: units with equal weights would stay alike for ever",
    )?;
    for (other, words, hint) in [
        (
            other_seed,
            "the same weights for two seeds",
            "make one generator from the seed, and draw every weight from it",
        ),
        (
            other_scale,
            "the same weights for two values of weight_scale",
            "weight_scale is the deviation of the weights",
        ),
    ] {
        let other = other.run(session, context)?;
        context.expect(weights(&net).zip(weights(&other)).any(|(a, b)| a != b), words, hint)?;
    }
    Ok(())
}

fn shapes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for hidden in [&[9][..], &[3, 8], &[8, 3, 5], &[4, 4, 4, 4, 4]] {
        Wanted::of(&mut context.random, 6, hidden, 7).run(session, context)?;
    }
    Ok(())
}

/// Many weights in each layer.
const WIDE: (usize, [usize; 2], usize) = (200, [150, 160], 170);

fn wide(session: &mut Session<'_>, context: &mut Context) -> Result<(FullyConnectedNet, f64), Failure> {
    let wanted = Wanted::of(&mut context.random, WIDE.0, &WIDE.1, WIDE.2);
    Ok((wanted.run(session, context)?, wanted.weight_scale))
}

fn deviation(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..2 {
        let (net, scale) = wide(session, context)?;
        for layer in &net.layers {
            let (mean, deviation) = (layer.w.mean().unwrap_or(f64::NAN), layer.w.std(0.0));
            let is = |expected: f64| (deviation / expected - 1.0).abs() < 0.05;
            let hint = if is(scale.sqrt()) {
                "weight_scale is the standard deviation itself, not the variance: take no root of it"
            } else if is(scale * scale) {
                "weight_scale is the standard deviation: do not square it"
            } else if is(scale / 3f64.sqrt()) {
                "draw from a normal distribution of the deviation weight_scale, not evenly from between -weight_scale and weight_scale"
            } else if is((2.0 / layer.w.nrows() as f64).sqrt()) || is((1.0 / layer.w.nrows() as f64).sqrt()) {
                "the deviation is weight_scale in each layer, however many inputs it has"
            } else {
                "a weight is weight_scale times a draw from the standard normal distribution"
            };
            context.expect(is(scale), "the weights have the wrong standard deviation", hint)?;
            context.expect(mean.abs() < 0.05 * scale, "the weights have a mean that is not 0", "draw around 0")?;
        }
    }
    Ok(())
}

fn normal(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let (net, _) = wide(session, context)?;
    for layer in &net.layers {
        let (mean, deviation) = (layer.w.mean().unwrap_or(f64::NAN), layer.w.std(0.0));
        let beyond = |deviations: f64| {
            let far = layer.w.iter().filter(|weight| (**weight - mean).abs() > deviations * deviation).count();
            far as f64 / layer.w.len() as f64
        };
        let above = layer.w.iter().filter(|weight| **weight > mean).count() as f64 / layer.w.len() as f64;
        // Of a normal distribution 31.7 % are more than one deviation away, 4.6 % more than two, and half on either side.
        context.expect(
            (0.29..0.345).contains(&beyond(1.0))
                && (0.035..0.057).contains(&beyond(2.0))
                && (0.47..0.53).contains(&above),
            "the weights are not normally distributed",
            "numbers between two bounds are not normally distributed: use the library's normal, or StandardNormal",
        )?;
    }
    Ok(())
}

fn biases(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for hidden in [&[5][..], &[4, 6]] {
        let net = Wanted::of(&mut context.random, 5, hidden, 4).run(session, context)?;
        let all_0 = net.layers.iter().all(|layer| layer.b.iter().all(|bias| *bias == 0.0));
        context.expect(all_0, "not all biases are 0", "only weights start from random numbers")?;
    }
    Ok(())
}

fn own_numbers(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let net = Wanted::of(&mut context.random, 20, &[20, 20], 10).run(session, context)?;
    let distinct = |numbers: &mut dyn Iterator<Item = f64>| {
        let mut sorted: Vec<f64> = numbers.collect();
        let all = sorted.len();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        sorted.len() == all
    };
    let in_layers = net.layers.iter().all(|layer| distinct(&mut layer.w.iter().copied()));
    context.expect(
        in_layers,
        "weights of one layer are equal to each other",
        "each weight is a draw of its own: units with equal weights would stay alike for ever",
    )?;
    context.expect(
        distinct(&mut weights(&net)),
        "layers share random numbers",
        "make one generator before the loop over the layers: a new one with the same seed begins with the same numbers",
    )
}

fn seeds(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let wanted = Wanted::of(&mut context.random, 8, &[7, 6], 5);
    let (first, second) = (wanted.run(session, context)?, wanted.run(session, context)?);
    context.expect(
        first == second,
        "two networks for the same seed",
        "take every random number from a generator made from the seed, for example StdRng::seed_from_u64(seed)",
    )?;
    let other = Wanted { seed: wanted.seed ^ 1, ..wanted }.run(session, context)?;
    let all_differ = weights(&first).zip(weights(&other)).all(|(a, b)| a != b);
    context.expect(all_differ, "another seed leaves weights as they were", "every layer draws from the generator")
}

fn narrow(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (features, hidden, classes) in [(6, &[][..], 4), (5, &[1], 3), (1, &[1, 1], 1), (1, &[], 1)] {
        let mut wanted = Wanted::of(&mut context.random, features, hidden, classes);
        wanted.run(session, context)?;
        wanted.weight_scale = 0.0;
        let net = wanted.run(session, context)?;
        let hint = "a deviation of 0 makes all weights 0";
        context.expect(weights(&net).all(|weight| weight == 0.0), "weight_scale 0 gives other weights than 0", hint)?;
    }
    Ok(())
}
