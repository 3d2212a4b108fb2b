//! Checks of `scores`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode, call};
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD, Ix2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::masks::{expect_independent, expect_share, expect_unrelated, kept};
use super::nets::examples;
use super::possible::{Outcome, explain, outcomes, rows};
use super::{ORDINARY_FIRST, SEED_HINT, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{RecordedNet, look_alikes, network, stages};
use crate::common::{check, inputs, recorded};

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("scores", name, points, expectation, run);
    vec![
        check("scores in evaluation", 4, "the scores of the network without dropout, whatever p and seed are", fresh),
        check(
            "scores in training",
            4,
            "scores that some masks behind the hidden layers explain, kept units divided by p",
            training,
        ),
        check(
            "masks of their own",
            3,
            "another mask for each layer, example and seed, with a share of p that is kept",
            own_masks,
        ),
        check(
            "no hidden layer, everything kept",
            1,
            "the scores of evaluation where nothing can be dropped",
            nothing_dropped,
        ),
        check(
            "recorded network",
            1,
            "the scores that were recorded for a fixed network in evaluation",
            recorded_network,
        ),
        check("images", 1, "the right scores for examples with three axes of their own", images),
        check("inputs left alone", 1, "network and data as they were before the call, and the right scores", unchanged),
    ]
}

#[derive(Clone)]
struct Inputs {
    net: FullyConnectedNet,
    x: ArrayD<f64>,
    p: f64,
    mode: Mode,
    seed: u64,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, batch: usize, stages: &[usize], mode: Mode) -> Self {
        let net = network(random, stages, 1.0);
        Self {
            net,
            x: examples(random, batch, stages[0]),
            p: random.random_range(0.3..0.8),
            mode,
            seed: random.random(),
        }
    }

    /// Inputs of one shape for evaluation, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let (batch, hidden) = (random.random_range(4..9), random.random_range(1..4));
        let stages = stages(random, hidden);
        let first = Self::random(random, batch, &stages, Mode::Evaluate);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend([Self { p: 0.9, ..first.clone() }, Self { seed: random.random(), ..first.clone() }, first]);
        all
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::scores(&self.net, &self.x, self.p, self.mode, self.seed)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context)
    }

    fn compare(&self, found: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        match self.mode {
            Mode::Evaluate => self.compare_evaluated(found, context),
            Mode::Train => self.compare_training(found, context).map(drop),
        }
    }

    fn evaluated(&self) -> Array2<f64> {
        reference::scores(&self.net, &self.x, 1.0, Mode::Evaluate, 0)
    }

    fn compare_evaluated(&self, found: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let expected = self.evaluated();
        let last = self.net.layers.last().expect("at least one layer");
        // All hidden numbers times p, as if dropout had not divided in training.
        let mut scaled = self.net.clone();
        let hidden = scaled.layers.len() - 1;
        scaled.layers.iter_mut().skip(1).for_each(|layer| layer.w *= self.p);
        let scaled = reference::scores(&scaled, &self.x, 1.0, Mode::Evaluate, 0);
        let slips = [
            ("the scores with ReLU behind the last layer too", &expected.mapv(|score| score.max(0.0))),
            ("the scores without the last layer's biases", &(&expected - &last.b)),
            ("the scores of hidden units times p; nothing is scaled in evaluation", &scaled),
        ];
        let slips = if hidden > 0 { &slips[..] } else { &slips[..2] };
        context.expect_array("the scores", found, &expected, close_to(expected.iter().copied()), slips).map_err(
            |failure| match failure.hint {
                Some(_) => failure,
                None => failure.with_hint("in evaluation the network is the one without dropout: hand the mode on"),
            },
        )
    }

    fn outcomes(&self, factor: f64) -> Vec<Vec<Outcome>> {
        let each = |row: ndarray::ArrayView1<'_, f64>| outcomes(&self.net, &row.to_vec(), self.p, factor);
        rows(&self.x).outer_iter().map(each).collect()
    }

    /// What the masks were.
    fn compare_training(&self, found: &Array2<f64>, context: &Context) -> Result<Vec<Outcome>, Failure> {
        let evaluated = self.evaluated();
        context.expect(
            found.dim() == evaluated.dim(),
            "the scores have the wrong shape",
            "a row for each example, a column for each class",
        )?;
        if let Some(outcomes) = explain(&self.outcomes(1.0 / self.p), found) {
            return Ok(outcomes);
        }
        Err(Failure::wrong("no masks behind the hidden layers explain the scores").with_hint(self.slip(found)))
    }

    /// What may have gone wrong.
    fn slip(&self, found: &Array2<f64>) -> &'static str {
        let explained = |factor| explain(&self.outcomes(factor), found).is_some();
        let p = self.p;
        if explained(1.0) {
            "what is kept is to be divided by p"
        } else if explained(p) {
            "what is kept is to be divided by p, not multiplied"
        } else if explained(1.0 / (1.0 - p)) {
            "what is kept is to be divided by p; 1 - p is the probability of dropping"
        } else if found.iter().any(|score| *score == 0.0) {
            "no dropout behind the last layer: scores are not dropped"
        } else {
            "each hidden layer is an affine layer, ReLU and dropout, in this order; there is no dropout before the first layer nor behind the last one"
        }
    }
}

/// Small enough that all masks can be tried.
const SMALL: [&[usize]; 3] = [&[4, 6, 3], &[3, 3, 4, 3], &[5, 2, 3, 2, 4]];

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context)).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for stages in [&[20, 15, 10][..], &[3, 5, 5, 2], &[6, 4, 8, 7, 5], &[5, 1, 1, 3]] {
        let batch = context.random.random_range(1..20);
        all.push(Inputs::random(&mut context.random, batch, stages, Mode::Evaluate));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn training(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for stages in SMALL {
        for batch in [3, 1, 5] {
            Inputs::random(&mut context.random, batch, stages, Mode::Train).hold(session, context)?;
        }
    }
    Ok(())
}

/// Scores that are the numbers behind the second hidden layer, each of which comes from one number behind the first one.
fn see_through(random: &mut ChaCha8Rng, width: usize) -> FullyConnectedNet {
    let straight = |b: Array1<f64>| Layer { w: Array2::eye(width), b };
    let ones = Array1::ones(width);
    let offsets = Array1::from_shape_simple_fn(width, || random.random_range(0.5..1.5));
    FullyConnectedNet { layers: vec![straight(ones), straight(offsets), straight(Array1::zeros(width))] }
}

fn own_masks(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let (batch, width) = (100, 50);
    for p in [0.5, 0.7] {
        let random = &mut context.random;
        let net = see_through(random, width);
        let x = Array2::from_shape_simple_fn((batch, width), || random.random_range(0.5..2.0)).into_dyn();
        let seed = random.random();
        let masks = |session: &mut Session<'_>, context: &Context, seed| -> Result<_, Failure> {
            let found = session.call(&call::scores(&net, &x, p, Mode::Train, seed))?;
            // What came out of the second layer where its unit was kept, less its bias, is what came out of the first one.
            let second = found.mapv(|score| score != 0.0);
            let first = (&found * p - &net.layers[1].b).mapv(|passed| passed.abs() > 1e-9);
            let inner = x.mapv(|x| x + 1.0).into_dimensionality::<Ix2>().expect("two axes");
            let mut expected = inner / p;
            expected.zip_mut_with(&first, |number, kept| *number *= f64::from(u8::from(*kept)));
            let expected = (expected + &net.layers[1].b).into_dyn();
            kept(&expected, &found.into_dyn(), p, context)?;
            Ok((first, second))
        };
        let (first, second) = masks(session, context, seed)?;
        expect_share(second.iter().copied(), p, context)?;
        let seen = || first.iter().zip(&second).filter(|(_, second)| **second).map(|(first, _)| *first);
        expect_share(seen(), p, context).map_err(|failure| {
            let all = seen().all(|kept| kept);
            failure.with_hint(if all {
                "layers of the same width drop the same units: draw a new seed for each layer, or nothing is dropped behind the first one"
            } else {
                "each layer has a mask of its own, and keeps each unit with the probability p"
            })
        })?;
        expect_independent(&second, context)?;
        // Whether a unit is kept says nothing about the one in the next example.
        let rows: Vec<_> = second.outer_iter().collect();
        let (others, these) = (rows[1..].iter().flatten().copied(), rows[..batch - 1].iter().flatten().copied());
        expect_unrelated(
            these,
            others,
            context,
            "examples share a mask",
            "the mask has a number for each example and unit",
        )?;

        let (_, again) = masks(session, context, seed)?;
        context.expect(again == second, "another mask for the same seed", SEED_HINT)?;
        let (_, other) = masks(session, context, seed ^ 1)?;
        let words = "the masks of two seeds are alike";
        expect_unrelated(second.iter().copied(), other.iter().copied(), context, words, SEED_HINT)?;
    }
    Ok(())
}

fn nothing_dropped(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for mode in [Mode::Train, Mode::Evaluate] {
        for hidden in [0, 1, 2, 5] {
            let stages = stages(&mut context.random, hidden);
            let mut inputs = Inputs::random(&mut context.random, 6, &stages, mode);
            if hidden > 0 {
                inputs.p = 1.0;
            }
            let hint = if hidden == 0 {
                "without hidden layers there is nothing to drop, also in training"
            } else {
                "with p = 1 training gives what evaluation gives"
            };
            let found = session.call(&inputs.call())?;
            inputs.compare_evaluated(&found, context).map_err(|failure| failure.with_hint(hint))?;
        }
    }
    Ok(())
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    scores: Array2<f64>,
}

fn recorded_network(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { net, x, scores } in recorded::read(include_str!("../snapshots/scores.snap")) {
        let (net, x) = (net.into(), x.into_dyn());
        let found = session.call(&call::scores(&net, &x, 0.5, Mode::Evaluate, context.random.random()))?;
        context.expect_array("the scores", &found, &scores, close_to(scores.iter().copied()), &[])?;
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for mode in [Mode::Train, Mode::Evaluate] {
        for (shape, hidden) in [([4, 2, 3, 3], &[3, 3][..]), ([1, 3, 2, 2], &[6]), ([5, 1, 4, 2], &[5])] {
            let mut stages = vec![shape[1..].iter().product()];
            stages.extend(hidden);
            stages.push(4);
            let mut inputs = Inputs::random(&mut context.random, shape[0], &stages, mode);
            inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
            inputs.hold(session, context).map_err(|failure| {
                failure.with_hint("hand x to the first layer as it is: the layer makes rows of it")
            })?;
        }
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for mode in [Mode::Train, Mode::Evaluate] {
        let inputs = Inputs::random(&mut context.random, 3, SMALL[1], mode);
        inputs.compare(&session.call_watching_inputs(&inputs.call())?, context)?;
    }
    Ok(())
}
