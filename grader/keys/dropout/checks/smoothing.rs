//! Checks of `label_smoothing_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::call;
use gradus_check::Tolerance;
use gradus_nn::softmax::{softmax, softmax_loss};
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs, recorded};

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("label_smoothing_loss", name, points, expectation, run);
    vec![
        check("loss of fresh scores", 2, "the mean cross-entropy against smoothed labels", |s, c| {
            fresh(s, c, Part::Loss)
        }),
        check(
            "gradient of fresh scores",
            3,
            "softmax less smoothed labels, divided by the batch size, and the right loss",
            |s, c| fresh(s, c, Part::Both),
        ),
        check("no smoothing", 1, "the softmax loss and its gradient, where smoothing is 0", none),
        check(
            "gradient against the slope of the loss",
            1,
            "a gradient that is the slope of the returned loss",
            numeric,
        ),
        check(
            "scores far apart",
            1,
            "the right loss also where a probability is too small to be told from 0",
            far_apart,
        ),
        check("recorded scores", 1, "the loss and gradient that were recorded for fixed scores", recorded_scores),
        check(
            "one example, two classes, inputs left alone",
            1,
            "the right result, and scores and labels as they were",
            narrow,
        ),
    ]
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Loss,
    Both,
}

type Found = (f64, Array2<f64>);

#[derive(Clone)]
struct Inputs {
    x: Array2<f64>,
    y: Array1<usize>,
    smoothing: f64,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, (n, classes): (usize, usize)) -> Self {
        let scale = inputs::moderate_scale(random);
        let (x, y) = (inputs::normal(random, (n, classes), scale), inputs::labels(random, n, classes));
        Self { x, y, smoothing: random.random_range(0.05..0.6) }
    }

    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = (random.random_range(4..9), random.random_range(3..7));
        let first = Self::random(random, shape);
        let mut all: Vec<_> = inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }).to_vec();
        let y = inputs::other_labels(random, &first.y, shape.1);
        all.extend([
            Self { y, ..first.clone() },
            Self { smoothing: 0.5 * first.smoothing, ..first.clone() },
            Self::random(random, shape),
            first,
        ]);
        all
    }

    fn call(&self) -> Call<Found> {
        call::label_smoothing_loss(&self.x, &self.y, self.smoothing)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context, part)
    }

    /// Loss and gradient against any targets, of the form `on` for the label and `off` for the others.
    fn against(&self, on: f64, off: f64) -> Found {
        let Self { x, y, .. } = self;
        let n = y.len() as f64;
        let targets = Array2::from_shape_fn(x.raw_dim(), |(i, j)| if y[i] == j { on } else { off });
        let shares = softmax(x);
        let loss = -(&targets * &shares.mapv(|share| share.max(1e-300).ln())).sum() / n;
        (loss, (shares - targets) / n)
    }

    fn compare(&self, (loss, dx): &Found, context: &Context, part: Part) -> Result<(), Failure> {
        let Self { x, y, smoothing } = self;
        let (n, classes) = (y.len() as f64, x.ncols() as f64);
        let expected = reference::label_smoothing_loss(x, y, *smoothing);
        let others = self.against(1.0 - smoothing, smoothing / (classes - 1.0));
        let more = self.against(1.0 - smoothing, smoothing / classes);
        let whole = self.against(1.0 + smoothing / classes, smoothing / classes);
        let exchanged = self.against(smoothing + (1.0 - smoothing) / classes, (1.0 - smoothing) / classes);
        let plain = softmax_loss(x, y);
        let cases = [
            ("without smoothing", &plain),
            ("with smoothing / (classes - 1) for all classes but the label's; it is spread over all of them", &others),
            ("with no more than 1 - smoothing for the label; it gets its part of what is spread, too", &more),
            ("with a target of 1 for the label and something on top; take the smoothing off it", &whole),
            ("with smoothing and 1 - smoothing exchanged", &exchanged),
        ];
        let mut slips: Vec<_> = cases.iter().map(|(words, found)| (*words, found.0)).collect();
        slips.extend([
            ("the sum over the examples; the loss is their mean", n * expected.0),
            ("the loss with the other sign", -expected.0),
        ]);
        context.expect_number("the loss", *loss, expected.0, close_to([expected.0]), &slips)?;
        if part == Part::Loss {
            let hint = "a number for each score";
            return context.expect(dx.dim() == x.dim(), "dx has another shape than x", hint);
        }
        let (sum, opposite) = (&expected.1 * n, -&expected.1);
        let mut slips: Vec<_> = cases.iter().map(|(words, found)| (*words, &found.1)).collect();
        slips
            .extend([("not divided by the number of examples", &sum), ("the gradient with the other sign", &opposite)]);
        context.expect_array("dx", dx, &expected.1, close_to(expected.1.iter().copied()), &slips)
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context, part)).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    ordinary(session, context, part)?;
    let all = [(30, 10), (12, 3), (2, 25)].map(|shape| Inputs::random(&mut context.random, shape));
    in_turn(context, all.to_vec(), |inputs, context| inputs.hold(session, context, part))
}

fn none(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    for shape in [(6, 4), (1, 3), (9, 10)] {
        Inputs { smoothing: 0.0, ..Inputs::random(&mut context.random, shape) }.hold(session, context, Part::Both)?;
    }
    Ok(())
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for shape in [(4, 3), (3, 6)] {
        let inputs = Inputs::random(&mut context.random, shape);
        let (_, dx) = session.call(&inputs.call())?;
        context.expect(dx.dim() == shape, "dx has another shape than x", "a number for each score")?;
        let all: Vec<usize> = (0..dx.len()).collect();
        let slope = session.numeric_gradient(&inputs.call(), "x", &all, 1e-5, Projection::Number(0))?;
        let slope = Array2::from_shape_vec(shape, slope).expect("a slope for each score");
        let what = "dx, held against the slope of your own loss";
        context
            .expect_array(what, &dx, &slope, Tolerance::new(1e-5, 1e-7), &[])
            .map_err(|failure| failure.with_hint("dx is the gradient of the loss you return: derive it again"))?;
    }
    ordinary(session, context, Part::Both)
}

fn far_apart(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    for offset in [0.0, 1000.0, -1000.0] {
        let mut inputs = Inputs::random(&mut context.random, (6, 4));
        inputs.x = inputs.x * 1000.0 + offset;
        let (loss, dx) = session.call(&inputs.call())?;
        // The probabilities are 0 and 1, so the logarithms are differences of scores.
        let expected = reference::label_smoothing_loss(&inputs.x, &inputs.y, inputs.smoothing);
        let hint = "take the logarithm of a probability as the score less log_sum_exp of its row: the logarithm of 0 is no number";
        context
            .expect_number("the loss", loss, expected.0, close_to([expected.0]), &[])
            .map_err(|failure| failure.with_hint(hint))?;
        context.expect_array("dx", &dx, &expected.1, close_to(expected.1.iter().copied()), &[])?;
    }
    Ok(())
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    y: Array1<usize>,
    smoothing: f64,
    loss: f64,
    #[serde(deserialize_with = "recorded::matrix")]
    dx: Array2<f64>,
}

fn recorded_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    for Recorded { x, y, smoothing, loss, dx } in recorded::read(include_str!("../snapshots/label_smoothing_loss.snap"))
    {
        let found = session.call(&call::label_smoothing_loss(&x, &y, smoothing))?;
        context.expect_number("the loss", found.0, loss, close_to([loss]), &[])?;
        context.expect_array("dx", &found.1, &dx, close_to(dx.iter().copied()), &[])?;
    }
    Ok(())
}

fn narrow(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    for shape in [(1, 5), (4, 2), (1, 2)] {
        let inputs = Inputs::random(&mut context.random, shape);
        inputs.compare(&session.call_watching_inputs(&inputs.call())?, context, Part::Both)?;
    }
    Ok(())
}
