//! Checks of `mc_dropout_predict`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Mode, call};
use gradus_check::{Tolerance, compare};
use gradus_nn::softmax::softmax;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD, ArrayView1, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::masks::ERRORS;
use super::nets::examples;
use super::possible::{Outcome, outcomes, rows};
use super::{ORDINARY_FIRST, SEED_HINT, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{look_alikes, network, stages};
use crate::common::{check, inputs};

/// The checks, 12 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("mc_dropout_predict", name, points, expectation, run);
    vec![
        check("everything kept", 2, "for p = 1 the softmax of the scores, and a spread of 0", everything_kept),
        check("one pass", 2, "the softmax of one pass in training, and a spread of 0", one_pass),
        check("mean of a few passes", 2, "the mean of softmax probabilities that a few masks explain", few_means),
        check("spread of a few passes", 2, "the root of the mean squared deviation from the mean", few_spreads),
        check("many passes", 2, "mean and spread near those of all masks together", many),
        check("seeds", 1, "the same result for the same seed, another one for another seed", seeds),
        check("inputs left alone", 1, "network and data as they were before the call, and the right result", unchanged),
    ]
}

type Found = (Array2<f64>, Array2<f64>);

/// The root of the mean of squares may be off by the root of what rounding does to squares.
const NO_SPREAD: Tolerance = Tolerance::new(0.0, 1e-7);

#[derive(Clone)]
struct Inputs {
    net: FullyConnectedNet,
    x: ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, batch: usize, stages: &[usize], p: f64, passes: usize) -> Self {
        let (net, x) = (network(random, stages, 1.0), examples(random, batch, stages[0]));
        Self { net, x, p, passes, seed: random.random() }
    }

    /// Inputs of one shape for p = 1, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let (batch, hidden) = (random.random_range(3..7), random.random_range(1..3));
        let stages = stages(random, hidden);
        let first = Self::random(random, batch, &stages, 1.0, 3);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend([Self { passes: 1, ..first.clone() }, Self { passes: 7, ..first.clone() }, first]);
        all
    }

    fn call(&self) -> Call<Found> {
        call::mc_dropout_predict(&self.net, &self.x, self.p, self.passes, self.seed)
    }

    /// Mean and spread, which have the right shapes.
    fn run(&self, session: &mut Session<'_>, context: &Context) -> Result<Found, Failure> {
        self.shaped(session.call(&self.call())?, context)
    }

    fn shaped(&self, found: Found, context: &Context) -> Result<Found, Failure> {
        let shape = (self.x.shape()[0], self.net.layers.last().expect("at least one layer").b.len());
        context.expect(
            found.0.dim() == shape && found.1.dim() == shape,
            "mean and spread have the wrong shapes",
            "each is (batch, classes)",
        )?;
        Ok(found)
    }

    fn evaluated(&self) -> Array2<f64> {
        reference::scores(&self.net, &self.x, 1.0, Mode::Evaluate, 0)
    }

    /// With p = 1.
    fn compare_kept(&self, (mean, spread): &Found, context: &Context) -> Result<(), Failure> {
        let scores = self.evaluated();
        let shares = softmax(&scores);
        let slips = [
            ("the scores; take their softmax", &scores),
            ("the sum over the passes; take the mean", &(&shares * self.passes as f64)),
        ];
        context.expect_array("the mean", mean, &shares, close_to(shares.iter().copied()), &slips)?;
        let expected = Array2::zeros(shares.raw_dim());
        context.expect_array("the spread", spread, &expected, NO_SPREAD, &[]).map_err(|failure| {
            failure.with_hint(if spread.iter().any(|spread| spread.is_nan()) {
                "NaN: divide by the number of passes, and take no root of what rounding has made negative"
            } else {
                "with p = 1 all passes are the same, so that nothing is spread"
            })
        })
    }

    fn outcomes(&self) -> Vec<Vec<Outcome>> {
        let each = |row: ArrayView1<'_, f64>| outcomes(&self.net, &row.to_vec(), self.p, 1.0 / self.p);
        rows(&self.x).outer_iter().map(each).collect()
    }

    /// For each example the spread that belongs to the masks which explain the mean.
    fn explain(&self, mean: &Array2<f64>) -> Result<Array2<f64>, Failure> {
        let mut spreads = Array2::zeros(mean.raw_dim());
        for ((outcomes, mean), mut spread) in
            self.outcomes().iter().zip(mean.outer_iter()).zip(spreads.outer_iter_mut())
        {
            let shares: Vec<_> = outcomes.iter().map(Outcome::shares).collect();
            let mean = mean.to_owned();
            let explained = choices(shares.len(), self.passes).find_map(|choice| {
                let (expected, spread) = mean_and_spread(&choice.iter().map(|&one| &shares[one]).collect::<Vec<_>>());
                compare(&mean, &expected, close_to(expected.iter().copied())).is_ok().then_some(spread)
            });
            let Some(explained) = explained else {
                let failure = Failure::wrong("no masks behind the hidden layers explain the mean");
                return Err(failure.with_hint(self.slip(&mean, outcomes)));
            };
            spread.assign(&explained);
        }
        Ok(spreads)
    }

    fn slip(&self, mean: &Array1<f64>, outcomes: &[Outcome]) -> &'static str {
        let near = |expected: &Array1<f64>| compare(mean, expected, close_to(expected.iter().copied())).is_ok();
        let found = |expected: &dyn Fn(&[usize]) -> Array1<f64>| {
            choices(outcomes.len(), self.passes).any(|choice| near(&expected(&choice)))
        };
        let mean_scores = |choice: &[usize]| {
            let sum = choice.iter().fold(Array1::zeros(mean.len()), |sum, &one| sum + &outcomes[one].scores);
            sum / choice.len() as f64
        };
        let softmax_of = |scores: Array1<f64>| softmax(&scores.insert_axis(Axis(0))).row(0).to_owned();
        if softmax(&self.evaluated()).outer_iter().any(|shares| near(&shares.to_owned())) {
            "the passes are to be made in training, with dropout: Mode::Train"
        } else if found(&mean_scores) {
            "take the softmax of each pass, and then the mean of the probabilities"
        } else if found(&|choice| softmax_of(mean_scores(choice))) {
            "take the softmax of each pass first, and then the mean; not the softmax of the mean scores"
        } else if (mean.sum() - self.passes as f64).abs() < 1e-9 {
            "divide the sum over the passes by their number"
        } else {
            "each pass is the network in training with a seed of its own; the mean is over softmax probabilities"
        }
    }
}

/// All choices of `count` out of `n`, each as often as one likes, in no particular order.
fn choices(n: usize, count: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut next = Some(vec![0; count]);
    std::iter::from_fn(move || {
        let current = next.take()?;
        // The last place that can still grow; what stands behind it starts from there.
        if let Some(place) = (0..count).rev().find(|&place| current[place] + 1 < n) {
            let mut grown = current.clone();
            let value = grown[place] + 1;
            grown[place..].fill(value);
            next = Some(grown);
        }
        Some(current)
    })
}

fn mean_and_spread(all: &[&Array1<f64>]) -> (Array1<f64>, Array1<f64>) {
    let n = all.len() as f64;
    let mean = all.iter().fold(Array1::zeros(all[0].len()), |sum: Array1<f64>, one| sum + *one) / n;
    let squares =
        all.iter().fold(Array1::zeros(mean.len()), |sum: Array1<f64>, one| sum + (*one - &mean).mapv(|d| d * d));
    (mean, (squares / n).mapv(f64::sqrt))
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| {
        let (mean, _) = inputs.run(session, context)?;
        let shares = softmax(&inputs.evaluated());
        let slips = [("the scores; take their softmax", &inputs.evaluated())];
        context.expect_array("the mean for p = 1", &mean, &shares, close_to(shares.iter().copied()), &slips)
    })
    .map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn everything_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for (batch, stages, passes) in [(20, &[8, 10, 5][..], 4), (1, &[3, 4, 4, 2], 6), (5, &[4, 3], 10)] {
        all.push(Inputs::random(&mut context.random, batch, stages, 1.0, passes));
    }
    in_turn(context, all, |inputs, context| inputs.compare_kept(&inputs.run(session, context)?, context))
}

fn one_pass(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages) in [(4, &[4, 6, 3][..]), (3, &[3, 3, 3, 3]), (1, &[5, 7, 4])] {
        let inputs = Inputs::random(&mut context.random, batch, stages, 0.5, 1);
        let (mean, spread) = inputs.run(session, context)?;
        let expected = inputs.explain(&mean)?;
        context.expect_array("the spread", &spread, &expected, NO_SPREAD, &[]).map_err(|failure| {
            failure.with_hint("one pass has no spread: divide by the number of passes, not by one less")
        })?;
    }
    Ok(())
}

/// Batches, networks and numbers of passes that are small enough for trying all masks.
const SMALL: [(usize, &[usize], usize); 4] =
    [(3, &[4, 4, 3], 2), (2, &[3, 2, 2, 3], 2), (2, &[3, 3, 4], 3), (2, &[4, 2, 2], 5)];

fn few_means(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages, passes) in SMALL {
        for p in [0.5, 0.7] {
            let inputs = Inputs::random(&mut context.random, batch, stages, p, passes);
            let (mean, _) = inputs.run(session, context)?;
            inputs.explain(&mean)?;
        }
    }
    Ok(())
}

fn few_spreads(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let mut all_alike = true;
    for (batch, stages, passes) in SMALL {
        for p in [0.5, 0.7] {
            let inputs = Inputs::random(&mut context.random, batch, stages, p, passes);
            let (mean, spread) = inputs.run(session, context)?;
            let expected = inputs.explain(&mean)?;
            let n = passes as f64;
            let slips = [
                ("the variance; take its root", &(&expected * &expected)),
                ("divided by passes - 1; divide by the number of passes", &(&expected * (n / (n - 1.0)).sqrt())),
                ("the error of the mean; do not divide by the root of the number of passes", &(&expected / n.sqrt())),
                ("without the division by the number of passes", &(&expected * n.sqrt())),
            ];
            // A spread that is nearly 0 is known no better than the root of rounding.
            let tolerance = Tolerance::new(1e-7, 1e-7);
            context.expect_array("the spread", &spread, &expected, tolerance, &slips).map_err(
                |failure| match failure.hint {
                    Some(_) => failure,
                    None => failure.with_hint(
                        "for each number the root of the mean squared deviation from its mean over the passes",
                    ),
                },
            )?;
            all_alike &= spread.iter().all(|spread| *spread < 1e-7);
        }
    }
    let hint = "each pass needs a mask of its own: draw a new seed for each of them";
    context.expect(!all_alike, "all passes are the same", hint)?;
    Ok(())
}

/// How far the mean of `n` numbers may be away from their expectation. After Bernstein: the second term is for numbers that
/// are rare and far away from it, by as much as `farthest`.
fn bound(variance: f64, farthest: f64, n: f64) -> f64 {
    ERRORS * (variance.max(0.0) / n).sqrt() + ERRORS * ERRORS / 6.0 * farthest / n + 1e-9
}

/// Against mean and spread over all masks.
fn many(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let passes = 1000;
    let n = passes as f64;
    for p in [0.3, 0.6] {
        let inputs = Inputs::random(&mut context.random, 4, &[4, 6, 3], p, passes);
        let (mean, spread) = inputs.run(session, context)?;
        for (example, outcomes) in inputs.outcomes().iter().enumerate() {
            for class in 0..3 {
                let all: Vec<_> = outcomes.iter().map(|one| (one.probability, one.shares()[class])).collect();
                let moment = |f: &dyn Fn(f64) -> f64| all.iter().map(|(weight, share)| weight * f(*share)).sum::<f64>();
                let expected = moment(&|share| share);
                let squared = |share: f64| (share - expected).powi(2);
                let variance = moment(&squared);
                let farthest = all.iter().map(|(_, share)| squared(*share)).fold(0.0, f64::max);
                let of_mean = bound(variance, farthest.sqrt(), n);
                context.expect(
                    (mean[[example, class]] - expected).abs() <= of_mean,
                    "the mean of many passes is not that of all masks",
                    "each pass keeps a unit with the probability p, and has a mask of its own",
                )?;
                let of_squares = moment(&|share| squared(share).powi(2)) - variance * variance;
                context.expect(
                    (spread[[example, class]].powi(2) - variance).abs()
                        <= bound(of_squares, farthest, n) + of_mean * of_mean,
                    "the spread of many passes is not that of all masks",
                    "each pass needs a mask of its own: draw a new seed for each of them",
                )?;
            }
        }
    }
    Ok(())
}

fn seeds(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, 20, &[6, 10, 10, 4], 0.5, 3);
    let first = inputs.run(session, context)?;
    context.expect(inputs.run(session, context)? == first, "another result for the same seed", SEED_HINT)?;
    let other = Inputs { seed: inputs.seed ^ 1, ..inputs }.run(session, context)?;
    context.expect(other.0 != first.0, "the same result for another seed", SEED_HINT)
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, 3, &[4, 3, 3], 0.5, 2);
    let found = session.call_watching_inputs(&inputs.call())?;
    let (mean, _) = inputs.shaped(found, context)?;
    inputs.explain(&mean).map(drop)
}
