//! Checks of `temporal_softmax_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::call;
use gradus_check::Tolerance;
use gradus_nn::softmax::softmax_loss;
use gradus_question::{CallError, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, Array3, ArrayViewMutD, arr0, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::case::{Arrays, Ask, Case, ORDINARY_FIRST, arrays, fresh, ordinary, special, unchanged};
use super::reference;
use super::step_slips::Slips;
use crate::common::{check, inputs};

/// The checks, 7 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("temporal_softmax_loss", name, points, expectation, run);
    vec![
        check(
            "loss of fresh scores",
            1,
            "summed over the places that count, divided by the batch size",
            |session, context| fresh(session, context, &[0], Places::random),
        ),
        check(
            "dx of fresh scores",
            2,
            "(p - one-hot) / batch where the mask is true, 0 elsewhere, beside the right loss",
            |session, context| fresh(session, context, &[0, 1], Places::random),
        ),
        check("large scores", 1, "the right result for scores in the thousands", |session, context| {
            let hint = "take the largest score of each row off before the exponential";
            special(session, context, &[0, 1], Places::random, (&large, hint))
        }),
        check(
            "other masks",
            1,
            "the right result where all count, where none counts, and for a single place",
            |session, context| {
                let hint = "the sum over the places that count is divided by the batch size, whatever the mask";
                special(session, context, &[0, 1], Places::random, (&other_masks, hint))
            },
        ),
        check("dx against the slope of the loss", 1, "a gradient that is the slope of the returned loss", numeric),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right result",
            |session, context| unchanged(session, context, &[0, 1], Places::random),
        ),
    ]
}

#[derive(Clone)]
struct Places {
    x: Array3<f64>,
    y: Array2<usize>,
    mask: Array2<bool>,
}

impl Places {
    fn of(random: &mut ChaCha8Rng, [batch, time, vocabulary]: [usize; 3], scale: f64) -> Self {
        Self {
            x: inputs::normal(random, (batch, time, vocabulary), scale),
            y: Array2::from_shape_simple_fn((batch, time), || random.random_range(0..vocabulary)),
            mask: Array2::from_shape_simple_fn((batch, time), || random.random_range(0..3) > 0),
        }
    }

    /// Neither all places count nor none.
    fn random(random: &mut ChaCha8Rng) -> Self {
        let sizes = [[3, 4, 5], [4, 3, 6], [2, 5, 4]][random.random_range(0..3)];
        let scale = random.random_range(0.5..3.0);
        let mut places = Self::of(random, sizes, scale);
        places.mask[[0, 0]] = true;
        places.mask[[1, 0]] = false;
        places.mask[[1, 1]] = true;
        places
    }

    fn with_mask(&self, mask: Array2<bool>) -> Self {
        Self { mask, ..self.clone() }
    }
}

impl Case for Places {
    fn results(&self) -> &'static [&'static str] {
        &["the loss", "dx"]
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let (loss, dx) = ask.result(&call::temporal_softmax_loss(&self.x, &self.y, &self.mask))?;
        Ok(arrays![arr0(loss), dx])
    }

    fn expected(&self) -> Arrays {
        let (loss, dx) = reference::temporal_softmax_loss(&self.x, &self.y, &self.mask);
        arrays![arr0(loss), dx]
    }

    fn slips(&self) -> Slips {
        let (batch, time, vocabulary) = self.x.dim();
        let right = self.expected();
        let times = |factor: f64| arrays![&right[0] * factor, &right[1] * factor];
        let counted = self.mask.iter().filter(|counts| **counts).count().max(1) as f64;
        let n = batch as f64;
        let everywhere = self.with_mask(Array2::from_elem((batch, time), true)).expected();
        let elsewhere = self.with_mask(self.mask.mapv(|counts| !counts)).expected();
        let next = Self { y: self.y.mapv(|word| (word + 1) % vocabulary), ..self.clone() }.expected();
        let (mut dx_unmasked, mut dx_sum, mut loss_unmasked) = (right.clone(), right.clone(), right.clone());
        dx_unmasked[1] = everywhere[1].clone();
        dx_sum[1] = &right[1] * n;
        loss_unmasked[0] = everywhere[0].clone();
        // Scores of masked places set to 0 cost the logarithm of the number of words.
        let mut zeroed = right.clone();
        zeroed[0] = &right[0] + ((batch * time) as f64 - counted) / n * (vocabulary as f64).ln();
        let mut probabilities = right.clone();
        for ((i, j), &word) in self.y.indexed_iter() {
            if self.mask[[i, j]] {
                probabilities[1][[i, j, word]] += 1.0 / n;
            }
        }
        let mut first = self.mask.clone();
        first.slice_mut(s![.., 1..]).fill(false);
        let first = self.with_mask(first).expected();
        let rows = self.x.to_shape((batch * time, vocabulary)).map(|rows| rows.into_owned());
        let mean = rows.map_or_else(
            |_| right.clone(),
            |rows| {
                let y: Array1<usize> = self.y.iter().copied().collect();
                let (loss, dx) = softmax_loss(&rows, &y);
                let dx = dx.into_shape_with_order(self.x.dim()).unwrap_or_else(|_| self.x.clone());
                arrays![arr0(loss), dx]
            },
        );
        vec![
            ("that of all places; those count where the mask is true", everywhere),
            ("that of the places that do not count: the mask is true where a place counts", elsewhere),
            ("divided by the number of places that count; divide by the batch size", times(n / counted)),
            ("divided by the number of all places; divide by the batch size", times(1.0 / time as f64)),
            ("the sum over the batch; divide by the batch size", times(n)),
            ("divided by the batch size twice", times(1.0 / n)),
            ("the mean over all places, masked ones too", mean),
            ("that of the word after the right one: words count from 0", next),
            ("that of the first step alone; sum over all", first),
            ("that without a mask in the loss; dx has one", loss_unmasked),
            ("that without a mask; where the mask is false, dx is 0", dx_unmasked),
            ("that of the sum over the batch; dx is divided by the batch size as the loss is", dx_sum),
            ("p / batch without the part of the right word, from which 1 / batch is taken off", probabilities),
            (
                "that with scores of 0 at masked places; they cost something too: mask the losses, not the scores",
                zeroed,
            ),
            ("with the wrong sign; the loss is the negative logarithm", times(-1.0)),
        ]
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        arrays![self.x.view_mut()]
    }

    fn other_words(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let vocabulary = self.x.dim().2;
        let y = self.y.mapv(|word| (word + random.random_range(1..vocabulary)) % vocabulary);
        let mut one = self.clone();
        one.y[[0, 0]] = (one.y[[0, 0]] + random.random_range(1..vocabulary)) % vocabulary;
        let mut flipped = self.mask.clone();
        flipped[[1, 1]] = false;
        vec![
            one,
            Self { y, ..self.clone() },
            self.with_mask(self.mask.slice(s![.., ..;-1]).to_owned()),
            self.with_mask(flipped),
        ]
    }
}

fn large(random: &mut ChaCha8Rng) -> Vec<Places> {
    (0..3)
        .map(|_| {
            let mut places = Places::random(random);
            let far = if random.random() { 2000.0 } else { -2000.0 };
            places.x += far;
            places.x[[0, 0, 1]] += 800.0;
            places
        })
        .collect()
}

fn other_masks(random: &mut ChaCha8Rng) -> Vec<Places> {
    let (places, other) = (Places::random(random), Places::random(random));
    let shape = places.mask.raw_dim();
    let mut one_sequence = Array2::from_elem(other.mask.raw_dim(), true);
    one_sequence.row_mut(0).fill(false);
    let mut ones = Places::of(random, [1, 1, 1], 1.0);
    ones.mask.fill(true);
    let mut single = Places::of(random, [1, 4, 3], 1.0);
    single.mask[[0, 2]] = true;
    let mut step = Places::of(random, [3, 1, 4], 1.0);
    step.mask[[1, 0]] = true;
    vec![
        places.with_mask(Array2::from_elem(shape, true)),
        places.with_mask(Array2::from_elem(shape, false)),
        other.with_mask(one_sequence),
        ones,
        single,
        step,
    ]
}

/// The gradient against the slope of the answer's own loss, and the right loss.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for _ in 0..3 {
        let places = Places::random(&mut context.random);
        let call = call::temporal_softmax_loss(&places.x, &places.y, &places.mask);
        let found = places.call(&mut Ask::new(session))?;
        context.expect(
            found[1].shape() == places.x.shape(),
            "dx has the wrong shape",
            "a gradient has the shape of what it is the gradient with respect to",
        )?;
        let all: Vec<usize> = (0..places.x.len()).collect();
        let slopes = Array1::from_vec(session.numeric_gradient(&call, "x", &all, 1e-5, Projection::Number(0))?);
        let dx: Array1<f64> = found[1].iter().copied().collect();
        let what = "dx, held against the slope of your own loss";
        context
            .expect_array(what, &dx, &slopes, Tolerance::new(1e-5, 1e-7), &[])
            .map_err(|failure| failure.with_hint("dx is not the slope of the loss you return: derive it again"))?;
    }
    ordinary(session, context, &[0, 1], Places::random).map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}
