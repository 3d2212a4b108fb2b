//! Checks of `fully_connected_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, call};
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::masks::{expect_share, expect_unrelated};
use super::nets::{examples, expect, gradients, penalty, positive_network};
use super::possible::{Outcome, explain_loss, masks, outcomes, rows};
use super::{ORDINARY_FIRST, SEED_HINT, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::{combine, dimensions, look_alikes, network, stages};
use crate::common::gradients::hold_slopes;
use crate::common::{check, inputs};

/// The checks, 20 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("fully_connected_loss", name, points, expectation, run);
    vec![
        check("everything kept", 4, "for p = 1 loss and gradients of the network without dropout", everything_kept),
        check("loss in training", 4, "a loss that some masks behind the hidden layers explain", training_loss),
        check("gradients in training", 5, "the gradients that belong to the masks of the loss", training_gradients),
        check("regulariser", 2, "0.5 * reg * sum(w^2) over all weights as they are, whatever is dropped", regulariser),
        check(
            "gradients against the slope of the loss",
            2,
            "gradients that are the slopes of the returned loss with the same seed",
            numeric,
        ),
        check(
            "masks of their own",
            1,
            "another mask for each layer, example and seed, with a share of p that is kept",
            own_masks,
        ),
        check(
            "no hidden layer, images",
            1,
            "the right result without hidden layers, and for examples with axes of their own",
            shapes,
        ),
        check("inputs left alone", 1, "network and data as they were before the call, and the right result", unchanged),
    ]
}

type Found = (f64, FullyConnectedNet);

#[derive(Clone)]
struct Inputs {
    net: FullyConnectedNet,
    x: ArrayD<f64>,
    y: Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, batch: usize, stages: &[usize], p: f64) -> Self {
        let net = network(random, stages, 1.0);
        let classes = *stages.last().expect("classes");
        let reg = random.random_range(1.0..4.0) / penalty(&net, 2.0);
        Self {
            net,
            x: examples(random, batch, stages[0]),
            y: inputs::labels(random, batch, classes),
            p,
            reg,
            seed: random.random(),
        }
    }

    /// Inputs of one shape for p = 1, any two of them alike in some respect.
    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let (batch, hidden) = (random.random_range(4..9), random.random_range(1..4));
        let stages = stages(random, hidden);
        let first = Self::random(random, batch, &stages, 1.0);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        let y = inputs::other_labels(random, &first.y, *stages.last().expect("classes"));
        all.extend([
            Self { y, ..first.clone() },
            Self { reg: 0.5 * first.reg, ..first.clone() },
            Self { reg: 0.0, ..first.clone() },
            Self { seed: random.random(), ..first.clone() },
            first,
        ]);
        all
    }

    fn call(&self) -> Call<Found> {
        call::fully_connected_loss(&self.net, &self.x, &self.y, self.p, self.reg, self.seed)
    }

    fn outcomes(&self, factor: f64) -> Vec<Vec<Outcome>> {
        let each = |row: ndarray::ArrayView1<'_, f64>| outcomes(&self.net, &row.to_vec(), self.p, factor);
        rows(&self.x).outer_iter().map(each).collect()
    }

    /// Masks that keep everything.
    fn all_kept(&self) -> Vec<Array2<f64>> {
        let hidden = &self.net.layers[..self.net.layers.len() - 1];
        hidden.iter().map(|layer| Array2::ones((self.y.len(), layer.b.len()))).collect()
    }

    /// Loss and gradients with p = 1.
    fn compare_kept(&self, found: &Found, context: &Context) -> Result<(), Failure> {
        let expected = reference::fully_connected_loss(&self.net, &self.x, &self.y, 1.0, self.reg, 0);
        let penalty = penalty(&self.net, self.reg);
        let of_biases = self.net.layers.iter().flat_map(|layer| &layer.b).map(|b| 0.5 * self.reg * b * b).sum::<f64>();
        let slips = [
            ("the loss without the regulariser", expected.0 - penalty),
            ("the loss with reg * sum(w^2); a factor 0.5 belongs to it", expected.0 + penalty),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected.0 + of_biases),
            (
                "the sum over the examples; the loss is their mean",
                (expected.0 - penalty) * self.y.len() as f64 + penalty,
            ),
        ];
        context.expect_number("the loss", found.0, expected.0, close_to([expected.0]), &slips)?;
        let kept = self.all_kept();
        self.compare_gradients(&found.1, &kept, context)
    }

    /// The gradients for these masks.
    fn compare_gradients(
        &self,
        found: &FullyConnectedNet,
        masks: &[Array2<f64>],
        context: &Context,
    ) -> Result<(), Failure> {
        let Self { net, x, y, reg, .. } = self;
        let with = |reg: f64, back: &[Array2<f64>]| gradients(net, x, y, reg, masks, back).1;
        let zero_or_one: Vec<_> =
            masks.iter().map(|mask| mask.mapv(|factor| f64::from(u8::from(factor > 0.0)))).collect();
        let ones: Vec<_> = masks.iter().map(|mask| Array2::ones(mask.raw_dim())).collect();
        let expected = with(*reg, masks);
        let of_regulariser = combine(&expected, &with(0.0, masks), |all, data| all - data);
        let n = y.len() as f64;
        let mut masked = expected.clone();
        masked.layers.iter_mut().zip(&net.layers).for_each(|(to, from)| to.b.scaled_add(*reg, &from.b));
        let slips = [
            ("the gradient without the way back through dropout", &with(*reg, &ones)),
            ("the gradient with a mask of 0 and 1 on the way back; what is kept gets 1 / p", &with(*reg, &zero_or_one)),
            ("the gradient without the regulariser's part, which is reg * w", &with(0.0, masks)),
            ("the gradient with 2 * reg * w; with the factor 0.5 the slope is reg * w", &with(2.0 * reg, masks)),
            ("the gradient with 0.5 * reg * w; the slope of 0.5 * reg * w^2 is reg * w", &with(0.5 * reg, masks)),
            ("the gradient with a regulariser of the biases; it is about the weights alone", &masked),
            (
                "the gradient divided by the number of examples twice",
                &combine(&with(0.0, masks), &of_regulariser, |data, own| data / n + own),
            ),
        ];
        expect(context, found, &expected, &slips)
    }

    /// The outcomes that explain the loss, each choice of them.
    fn compare_loss(&self, loss: f64) -> Result<Vec<Vec<Outcome>>, Failure> {
        let data = loss - penalty(&self.net, self.reg);
        let found = explain_loss(&self.outcomes(1.0 / self.p), &self.y, data);
        if found.is_empty() {
            let failure = Failure::wrong("no masks behind the hidden layers explain the loss");
            return Err(failure.with_hint(self.slip(loss)));
        }
        Ok(found)
    }

    /// What may have gone wrong.
    fn slip(&self, loss: f64) -> &'static str {
        let penalty = penalty(&self.net, self.reg);
        let explains = |factor, loss: f64| !explain_loss(&self.outcomes(factor), &self.y, loss).is_empty();
        let p = self.p;
        if explains(1.0, loss - penalty) {
            "what is kept is to be divided by p"
        } else if explains(1.0 / (1.0 - p), loss - penalty) {
            "what is kept is to be divided by p; 1 - p is the probability of dropping"
        } else if explains(1.0 / p, loss) {
            "the regulariser is missing from the loss"
        } else if explains(1.0 / p, loss - 2.0 * penalty) {
            "the regulariser has a factor 0.5"
        } else {
            "affine layer, ReLU and dropout for each hidden layer, in this order, and no dropout before the first layer nor behind the last one"
        }
    }

    /// Loss and gradients in training.
    fn compare(&self, found: &Found, context: &Context) -> Result<(), Failure> {
        let explanations = self.compare_loss(found.0)?;
        // More than one is out of the question but for chance.
        let held = explanations
            .iter()
            .map(|outcomes| self.compare_gradients(&found.1, &masks(&self.net, outcomes, 1.0 / self.p), context));
        held.reduce(|one, other| one.or(other)).expect("at least one")
    }
}

/// Batches and networks that are small enough for trying all masks.
const SMALL: [(usize, &[usize]); 4] = [(1, &[4, 7, 3]), (2, &[5, 3, 2, 3]), (3, &[3, 4, 4]), (1, &[4, 3, 2, 3, 3])];

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.compare_kept(&session.call(&inputs.call())?, context)).map_err(
        |failure| match failure.hint {
            Some(_) => failure,
            None => failure.with_hint(ORDINARY_FIRST),
        },
    )
}

fn everything_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    for (batch, stages) in [(30, &[20, 15, 10][..]), (2, &[2, 2, 2, 2]), (3, &[7, 5, 6, 4, 2]), (1, &[1, 1, 1])] {
        all.push(Inputs::random(&mut context.random, batch, stages, 1.0));
    }
    in_turn(context, all, |inputs, context| inputs.compare_kept(&session.call(&inputs.call())?, context))
}

fn training_loss(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages) in SMALL {
        for p in [0.4, 0.5, 0.75] {
            let inputs = Inputs { reg: 0.0, ..Inputs::random(&mut context.random, batch, stages, p) };
            inputs.compare_loss(session.call(&inputs.call())?.0)?;
        }
    }
    Ok(())
}

fn training_gradients(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages) in SMALL {
        for p in [0.4, 0.5, 0.75] {
            let inputs = Inputs { reg: 0.0, ..Inputs::random(&mut context.random, batch, stages, p) };
            inputs.compare(&session.call(&inputs.call())?, context)?;
        }
    }
    Ok(())
}

fn regulariser(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (batch, stages) in SMALL {
        let inputs = Inputs::random(&mut context.random, batch, stages, 0.6);
        inputs.compare(&session.call(&inputs.call())?, context).map_err(|failure| {
            failure.with_hint(
                "0.5 * reg * sum(w^2) in the loss and reg * w in the gradient, of weights as they are: no mask, no p",
            )
        })?;
    }
    Ok(())
}

/// Positive networks have no unit near its edge, whatever is dropped.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (p, stages) in [(1.0, &[4, 6, 3][..]), (0.75, &[3, 7, 5, 4]), (0.5, &[3, 9, 8, 3])] {
        let random = &mut context.random;
        let mut inputs = Inputs::random(random, 4, stages, p);
        inputs.net = positive_network(random, stages);
        inputs.x.mapv_inplace(|x| x.abs() + 0.1);
        inputs.reg = random.random_range(0.1..1.0);
        let (_, found) = session.call(&inputs.call())?;
        let right_shapes = dimensions(&found) == dimensions(&inputs.net);
        let found: Array1<f64> =
            found.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b)).copied().collect();
        let hint = "the way back goes through the masks of the way forward; the same seed gives the same masks";
        hold_slopes(session, context, &inputs.call(), &found, right_shapes, hint)?;
    }
    ordinary(session, context)
}

/// Of one example in a network whose units are all on, the rows of the weights' gradients tell which units were dropped.
fn own_masks(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let width = 250;
    for p in [0.25, 0.7] {
        let random = &mut context.random;
        let stages = [4, width, width, 3];
        let mut inputs = Inputs { reg: 0.0, ..Inputs::random(random, 1, &stages, p) };
        inputs.net = positive_network(random, &stages);
        inputs.x.mapv_inplace(|x| x.abs() + 0.1);
        let masks = |session: &mut Session<'_>, seed| -> Result<[Vec<bool>; 2], Failure> {
            let (_, found) = session.call(&Inputs { seed, ..inputs.clone() }.call())?;
            if dimensions(&found) != dimensions(&inputs.net) {
                return Err(Failure::wrong("the gradients have the wrong shapes"));
            }
            Ok([1, 2]
                .map(|i| found.layers[i].w.outer_iter().map(|row| row.iter().any(|slope| *slope != 0.0)).collect()))
        };
        let [first, second] = masks(session, inputs.seed)?;
        expect_share(first.iter().copied(), p, context)?;
        expect_share(second.iter().copied(), p, context)?;
        let pairs = (first.iter().copied(), second.iter().copied());
        let hint = "draw a new seed for each layer: with the same one, layers of the same width drop the same units";
        expect_unrelated(pairs.0, pairs.1, context, "both layers drop the same units", hint)?;
        context.expect(
            masks(session, inputs.seed)? == [first.clone(), second],
            "another mask for the same seed",
            SEED_HINT,
        )?;
        let [other, _] = masks(session, inputs.seed ^ 1)?;
        expect_unrelated(first, other, context, "the masks of two seeds are alike", SEED_HINT)?;
    }
    // With one mask for all examples, three of them would agree each time.
    let mut agree = true;
    for _ in 0..8 {
        let random = &mut context.random;
        let stages = [3, 5, 3];
        let mut inputs = Inputs { reg: 0.0, ..Inputs::random(random, 3, &stages, 0.5) };
        inputs.net = positive_network(random, &stages);
        inputs.x.mapv_inplace(|x| x.abs() + 0.1);
        let (loss, _) = session.call(&inputs.call())?;
        let explanations = inputs.compare_loss(loss)?;
        agree &= explanations.iter().any(|outcomes| outcomes.iter().all(|one| one.kept == outcomes[0].kept));
    }
    context.expect(!agree, "all examples have the same mask", "the mask has a number for each example and unit")
}

fn shapes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..2 {
        let stages = stages(&mut context.random, 0);
        let inputs = Inputs::random(&mut context.random, 6, &stages, 0.5);
        let found = session.call(&inputs.call())?;
        let hint = "without hidden layers there is nothing to drop, whatever p is";
        inputs.compare_kept(&found, context).map_err(|failure| failure.with_hint(hint))?;
    }
    for (shape, hidden) in [([2, 2, 3, 3], &[3, 2][..]), ([1, 3, 2, 2], &[6]), ([3, 1, 4, 2], &[4])] {
        let mut stages = vec![shape[1..].iter().product()];
        stages.extend(hidden);
        stages.push(4);
        for p in [1.0, 0.5] {
            let mut inputs = Inputs::random(&mut context.random, shape[0], &stages, p);
            inputs.x = inputs.x.into_shape_with_order(shape.to_vec()).expect("as many numbers");
            let found = session.call(&inputs.call())?;
            let held = if p == 1.0 { inputs.compare_kept(&found, context) } else { inputs.compare(&found, context) };
            held.map_err(|failure| {
                failure.with_hint("hand x to the first layer as it is: the layer makes rows of it")
            })?;
        }
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::random(&mut context.random, 2, SMALL[1].1, 0.5);
    let found = session.call_watching_inputs(&inputs.call())?;
    inputs.compare(&found, context)
}
