//! Checks of `scores`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{Normalisation, NormalisedNet, call};
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array2, ArrayD, Axis};
use rand_chacha::ChaCha8Rng;

use super::random_net::{Slip, examples, look_alikes, network, scores_with};
use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::fully_connected::Sizes;
use crate::common::{check, inputs};

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("scores", name, points, expectation, run);
    vec![
        check("scores without normalisation", 1, "the scores of affine layers with ReLU between them", |s, c| {
            fresh(s, c, Normalisation::None)
        }),
        check(
            "scores with batch normalisation",
            3,
            "the scores with each hidden layer's running statistics",
            |s, c| fresh(s, c, Normalisation::Batch),
        ),
        check("scores with layer normalisation", 2, "the scores with the statistics of each example", |s, c| {
            fresh(s, c, Normalisation::Layer)
        }),
        check(
            "no hidden layer, many, single units",
            1,
            "the right scores with no hidden layer and with up to six, and when an axis has length 1",
            depths,
        ),
        check("each example by itself", 1, "the same scores for each example, alone and among others", each_by_itself),
        check("images", 1, "the right scores for examples with three axes of their own", images),
        check("inputs left alone", 1, "network and data as they were before the call, and the right scores", unchanged),
    ]
}

#[derive(Clone)]
struct Inputs {
    net: NormalisedNet,
    x: ArrayD<f64>,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: &Sizes, normalisation: Normalisation) -> Self {
        Self { net: network(random, sizes, normalisation), x: examples(random, sizes) }
    }

    fn look_alikes(random: &mut ChaCha8Rng, normalisation: Normalisation) -> Vec<Self> {
        let sizes = Sizes::ordinary(random, 2..4);
        let first = Self::random(random, &sizes, normalisation);
        let mut all: Vec<_> =
            look_alikes(random, &first.net).into_iter().map(|net| Self { net, ..first.clone() }).collect();
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.push(first);
        all
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::scores(&self.net, &self.x)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context)
    }

    fn compare(&self, found: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let expected = reference::scores(&self.net, &self.x);
        let with = |slip| scores_with(&self.net, &self.x, true, slip);
        let of_training = match self.net.normalisation {
            Normalisation::Batch => "the scores in training: with the batch's own statistics; use the running ones",
            _ => "the scores with the wrong statistics",
        };
        let slips = [
            ("the scores without normalisation", &with(Slip::Plain)),
            (of_training, &with(Slip::OtherStatistics)),
            ("the scores with ReLU before normalisation; it belongs behind", &with(Slip::ReluFirst)),
            ("the scores without gamma and beta", &with(Slip::WithoutScale)),
            ("the scores without ReLU", &with(Slip::Straight)),
            ("the scores with ReLU behind the last layer too", &with(Slip::LastBent)),
            ("the scores with the other normalisation: that over rows, or over columns", &with(Slip::OtherAxis)),
            ("the scores without the last layer's biases", &(&expected - &self.net.parameters.last.b)),
        ];
        context.expect_array("the scores", found, &expected, close_to(expected.iter().copied()), &slips)
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for normalisation in Normalisation::ALL {
        let all = Inputs::look_alikes(&mut context.random, normalisation);
        in_turn(context, all, |inputs, context| inputs.hold(session, context))
            .map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    }
    Ok(())
}

fn fresh(session: &mut Session<'_>, context: &mut Context, normalisation: Normalisation) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random, normalisation);
    for (batch, stages) in [(30, &[20, 15, 10][..]), (5, &[2, 7, 3, 3]), (3, &[11, 5, 5, 13])] {
        all.push(Inputs::random(&mut context.random, &Sizes::of(batch, stages), normalisation));
    }
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn depths(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for normalisation in Normalisation::ALL {
        let mut all = [0, 5, 6].map(|hidden| Sizes::of_depth(&mut context.random, hidden)).to_vec();
        all.extend(
            [(1, &[5, 6, 4, 3][..]), (4, &[1, 6, 3]), (4, &[5, 1, 1, 3]), (4, &[5, 6, 1])]
                .map(|(batch, stages)| Sizes::of(batch, stages)),
        );
        let all = all.iter().map(|sizes| Inputs::random(&mut context.random, sizes, normalisation)).collect();
        in_turn(context, all, |inputs: &Inputs, context| inputs.hold(session, context))
            .map_err(|failure| failure.with_hint("a loop over the hidden layers serves any depth, also none"))?;
    }
    Ok(())
}

fn each_by_itself(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for normalisation in Normalisation::ALL {
        let sizes = Sizes::ordinary(&mut context.random, 2..4);
        let inputs = Inputs::random(&mut context.random, &sizes, normalisation);
        inputs.hold(session, context)?;
        for i in 0..sizes.batch {
            let one = Inputs { x: inputs.x.select(Axis(0), &[i]), ..inputs.clone() };
            one.hold(session, context).map_err(|failure| {
                failure.with_hint("nothing of an example's scores may come from the rest of the batch")
            })?;
        }
    }
    Ok(())
}

fn images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for normalisation in Normalisation::ALL {
        for shape in [[4, 2, 3, 3], [1, 3, 2, 2], [5, 1, 4, 2]] {
            let sizes = Sizes::of(shape[0], &[shape[1..].iter().product(), 6, 5, 4]);
            let mut inputs = Inputs::random(&mut context.random, &sizes, normalisation);
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
    let sizes = Sizes::ordinary(&mut context.random, 2..4);
    for normalisation in Normalisation::ALL {
        let inputs = Inputs::random(&mut context.random, &sizes, normalisation);
        inputs.compare(&session.call_watching_inputs(&inputs.call())?, context)?;
    }
    Ok(())
}
