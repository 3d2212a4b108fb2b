//! Checks of `captioning_sample`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START, call};
use gradus_nn::affine::affine_forward;
use gradus_question::{CallError, Check};
use ndarray::{Array, Array2, ArrayD, ArrayViewMutD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::case::{Arrays, Ask, Case, Parts, arrays, special, unchanged};
use super::nets::{NetSizes, favoured, net};
use super::reference;
use super::step_slips::Slips;
use crate::common::{check, inputs};

const WORDS: Parts = &[0];

/// The checks of `captioning_sample`, 5 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("captioning_sample", name, points, expectation, run);
    vec![
        check(
            "words of plain networks",
            1,
            "at each step the word with the highest score, which is read next",
            |session, context| {
                special(session, context, WORDS, Question::rnn, (&few(Cell::Rnn), "one picture or one word is enough"))
            },
        ),
        check("words of LSTMs", 1, "the same with both states carried along", |session, context| {
            special(session, context, WORDS, Question::lstm, (&few(Cell::Lstm), "one picture or one word is enough"))
        }),
        check(
            "finished captions",
            1,
            "<NULL> behind <END>, while other captions of the batch go on",
            |session, context| {
                let hint = "only <END> finishes a caption, and only its own";
                special(session, context, WORDS, Question::lstm, (&ending, hint))
            },
        ),
        check("equal scores", 1, "the first of the highest scores", |session, context| {
            special(session, context, WORDS, Question::lstm, (&equal, "of equal scores the first one counts"))
        }),
        check(
            "inputs left alone",
            1,
            "network and features as they were before the call, and the right words",
            |session, context| unchanged(session, context, WORDS, Question::lstm),
        ),
    ]
}

/// Arguments of `captioning_sample`.
#[derive(Clone)]
struct Question {
    net: CaptioningNet,
    features: Array2<f64>,
    max_length: usize,
}

impl Question {
    fn random(random: &mut ChaCha8Rng, cell: Cell, sizes: NetSizes, max_length: usize) -> Self {
        let scale = inputs::scale(random);
        let net = net(random, cell, sizes, scale);
        Self { net, features: inputs::normal(random, (sizes.batch, sizes.features), scale), max_length }
    }

    /// Neither `<END>` nor `<NULL>` is said.
    fn ordinary(random: &mut ChaCha8Rng, cell: Cell) -> Self {
        let (sizes, length) = (NetSizes { batch: 5, ..NetSizes::ordinary(random) }, random.random_range(5..8));
        let mut question = Self::random(random, cell, sizes, length);
        question.silence();
        question
    }

    /// Scores with which neither `<END>` nor `<NULL>` is said, so that what a caption does behind its end is no matter.
    fn silence(&mut self) {
        self.net.b_vocab[END] = -100.0;
        self.net.b_vocab[NULL] = -100.0;
    }

    fn rnn(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Rnn)
    }

    fn lstm(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Lstm)
    }

    /// What is said with a slip.
    fn said(&self, slip: Slip) -> Arrays {
        let Self { net, features, max_length } = self;
        let batch = features.nrows();
        let first_h = affine_forward(features, &net.w_proj, &net.b_proj).0;
        let mut h = if slip == Slip::NoProjection { first_h.mapv(|_| 0.0) } else { first_h.clone() };
        let mut c = Array2::zeros(h.raw_dim());
        let mut last = vec![if slip == Slip::FromNull { NULL } else { START }; batch];
        let mut words = Array2::<f64>::from_elem((batch, *max_length), NULL as f64);
        let mut finished = vec![false; batch];
        for t in 0..*max_length {
            let x = net.w_embed.select(Axis(0), &last);
            match net.cell() {
                Cell::Rnn => h = reference::rnn_step_forward(&x, &h, &net.wx, &net.wh, &net.b).0,
                Cell::Lstm => (h, c, _) = reference::lstm_step_forward(&x, &h, &c, &net.wx, &net.wh, &net.b),
            }
            let (scores, _) = affine_forward(&h, &net.w_vocab, &net.b_vocab);
            for (n, scores) in scores.outer_iter().enumerate() {
                let better = |word: usize, best: usize| match slip {
                    Slip::Lowest => scores[word] < scores[best],
                    Slip::LastOfEqual => scores[word] >= scores[best],
                    _ => scores[word] > scores[best],
                };
                let said = (1..scores.len()).fold(0, |best, word| if better(word, best) { word } else { best });
                let over = finished[n] && slip != Slip::GoesOn;
                if !over {
                    words[[n, t]] = said as f64;
                } else if slip == Slip::Ends {
                    words[[n, t]] = END as f64;
                }
                finished[n] |= said == END || (slip == Slip::NullEnds && said == NULL);
                if slip != Slip::SameWord {
                    last[n] = said;
                }
            }
            match slip {
                Slip::HiddenForgotten => h.assign(&first_h),
                Slip::CellForgotten => c.fill(0.0),
                _ => {}
            }
        }
        arrays![words]
    }
}

/// What goes wrong when a caption is said.
#[derive(Clone, Copy, PartialEq)]
enum Slip {
    FromNull,
    SameWord,
    NoProjection,
    HiddenForgotten,
    CellForgotten,
    Lowest,
    LastOfEqual,
    GoesOn,
    Ends,
    NullEnds,
}

impl Case for Question {
    fn results(&self) -> &'static [&'static str] {
        &["the words"]
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let words = ask.result(&call::captioning_sample(&self.net, &self.features, self.max_length))?;
        Ok(arrays![words.mapv(|word| word as f64)])
    }

    fn expected(&self) -> Arrays {
        let words = reference::captioning_sample(&self.net, &self.features, self.max_length);
        arrays![words.mapv(|word| word as f64)]
    }

    fn slips(&self) -> Slips {
        let right: ArrayD<f64> = self.expected().remove(0);
        let length = self.max_length;
        let mut shifted: Array<f64, _> = right.clone();
        shifted.slice_axis_mut(Axis(1), (0..1).into()).fill(START as f64);
        shifted.slice_axis_mut(Axis(1), (1..).into()).assign(&right.slice_axis(Axis(1), (0..length - 1).into()));
        vec![
            ("the words with <START> before them; leave it out", vec![shifted]),
            ("what <NULL> as the first word gives; <START> is read first", self.said(Slip::FromNull)),
            (
                "what <START> gives that is read at each step; the word that was said last is read",
                self.said(Slip::SameWord),
            ),
            ("what a first state of 0 gives; it is features @ w_proj + b_proj", self.said(Slip::NoProjection)),
            ("what the first state gives that is taken at each step; states go on", self.said(Slip::HiddenForgotten)),
            ("what a cell state of 0 at each step gives; it goes on", self.said(Slip::CellForgotten)),
            ("the word with the lowest score at each step", self.said(Slip::Lowest)),
            ("the last of equal scores; the first one counts", self.said(Slip::LastOfEqual)),
            ("words behind <END> too; there stands <NULL>", self.said(Slip::GoesOn)),
            ("<END> to the last place; behind the first one stands <NULL>", self.said(Slip::Ends)),
            ("nothing behind <NULL>; only <END> finishes a caption", self.said(Slip::NullEnds)),
        ]
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Self { net, features, .. } = self;
        let mut all = arrays![features.view_mut()];
        // All but `b_vocab`, which keeps some words from being said.
        all.extend(net.arrays_mut().into_iter().take(7));
        all
    }

    fn other_words(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut other = self.clone();
        other.net.b_vocab = inputs::normal(random, other.net.b_vocab.len(), 0.8);
        other.silence();
        vec![other]
    }
}

/// One picture, one word, one unit.
fn few(cell: Cell) -> impl Fn(&mut ChaCha8Rng) -> Vec<Question> {
    move |random| {
        let sizes = |batch, features, vocabulary, embedding, hidden| NetSizes {
            batch,
            features,
            vocabulary,
            embedding,
            hidden,
        };
        [
            (sizes(1, 4, 9, 3, 5), 6),
            (sizes(4, 5, 8, 3, 6), 1),
            (sizes(3, 1, 7, 1, 4), 5),
            (sizes(3, 3, 5, 2, 1), 5),
            (sizes(4, 4, 4, 4, 4), 4),
        ]
        .map(|(sizes, length)| {
            let mut question = Question::random(random, cell, sizes, length);
            question.silence();
            question
        })
        .to_vec()
    }
}

/// Questions whose captions end after different numbers of words, some of which say `<NULL>` before.
fn ending(random: &mut ChaCha8Rng) -> Vec<Question> {
    let mut all = Vec::new();
    for cell in [Cell::Rnn, Cell::Lstm] {
        for _ in 0..3 {
            all.push(one_that_ends(random, cell));
        }
    }
    all
}

fn one_that_ends(random: &mut ChaCha8Rng, cell: Cell) -> Question {
    // A few hundred tries are enough; the last one is taken if none is as it should be.
    let mut question = Question::ordinary(random, cell);
    for _ in 0..400 {
        question = Question::ordinary(random, cell);
        question.max_length = 8;
        question.net.b_vocab = favoured(&question.net, END, 100.0 + random.random_range(-1.0..3.0));
        question.net.b_vocab = favoured(&question.net, NULL, 100.0 + random.random_range(-1.0..3.0));
        let words = reference::captioning_sample(&question.net, &question.features, question.max_length);
        let ends: Vec<_> = words.outer_iter().map(|words| words.iter().position(|&word| word == END)).collect();
        let early = ends.iter().flatten().any(|&end| (1..6).contains(&end));
        let late = ends.iter().any(|end| end.is_none_or(|end| end > 6));
        let null_before = words.outer_iter().zip(&ends).any(|(words, end)| {
            words.iter().take(end.unwrap_or(8)).position(|&word| word == NULL).is_some_and(|place| place < 5)
        });
        if early && late && null_before {
            break;
        }
    }
    question
}

/// Questions where several words have the highest score.
fn equal(random: &mut ChaCha8Rng) -> Vec<Question> {
    [Cell::Rnn, Cell::Lstm, Cell::Rnn, Cell::Lstm]
        .map(|cell| {
            let mut question = Question::ordinary(random, cell);
            let words = question.net.b_vocab.len();
            if random.random() {
                question.net.w_vocab.fill(0.0);
                question.net.b_vocab.fill(random.random_range(-1.0..1.0));
                return question;
            }
            // The last two words have the same score, which is often the highest.
            let column = question.net.w_vocab.column(words - 2).to_owned();
            question.net.w_vocab.column_mut(words - 1).assign(&column);
            question.net.b_vocab[words - 2] += 3.0;
            question.net.b_vocab[words - 1] = question.net.b_vocab[words - 2];
            question
        })
        .to_vec()
}
