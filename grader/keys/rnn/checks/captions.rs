//! Checks of `captioning_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::{CaptioningNet, Cell, END, NULL, START, call};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_question::{CallError, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, ArrayViewMutD, arr0, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{Arrays, Ask, Case, ORDINARY_FIRST, Parts, arrays, compare_all, fresh, ordinary, special, unchanged};
use super::nets::{NetSizes, captions, net};
use super::recorded::Numbers;
use super::reference;
use super::step_slips::Slips;
use crate::common::gradients::{DERIVE_AGAIN, hold_slopes};
use crate::common::{check, inputs, recorded};

const LOSS: Parts = &[0];
const GRADIENTS: Parts = &[0, 1, 2, 3, 4, 5, 6, 7, 8];

/// The checks of `captioning_loss`, 9 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("captioning_loss", name, points, expectation, run);
    vec![
        check(
            "loss of plain networks",
            1,
            "that of the words to be said, without <NULL>, by the batch size",
            |session, context| fresh(session, context, LOSS, Lesson::rnn),
        ),
        check(
            "loss of LSTMs",
            1,
            "the same with gates, where wh has four times as many columns as rows",
            |session, context| fresh(session, context, LOSS, Lesson::lstm),
        ),
        check(
            "gradients of plain networks",
            2,
            "those of all eight parameters, beside the right loss",
            |session, context| fresh(session, context, GRADIENTS, Lesson::rnn),
        ),
        check("gradients of LSTMs", 1, "those of all eight parameters, beside the right loss", |session, context| {
            fresh(session, context, GRADIENTS, Lesson::lstm)
        }),
        check(
            "recorded networks",
            1,
            "the losses and gradients that were recorded for fixed numbers",
            recorded_networks,
        ),
        check(
            "gradients against the slope of the loss",
            1,
            "gradients that are the slopes of the returned loss, and the right loss",
            numeric,
        ),
        check(
            "one picture, captions of two words",
            1,
            "the right result where an axis has length 1",
            |session, context| {
                let hint = "a caption of two words has one to read and one to say; a batch may have one picture";
                special(session, context, GRADIENTS, Lesson::lstm, (&short, hint))
            },
        ),
        check(
            "inputs left alone",
            1,
            "network and data as they were before the call, and the right result",
            |session, context| unchanged(session, context, GRADIENTS, Lesson::lstm),
        ),
    ]
}

/// Arguments of `captioning_loss`.
#[derive(Clone)]
struct Lesson {
    net: CaptioningNet,
    features: Array2<f64>,
    captions: Array2<usize>,
}

impl Lesson {
    fn random(random: &mut ChaCha8Rng, cell: Cell, sizes: NetSizes, time: usize) -> Self {
        let scale = inputs::scale(random);
        Self {
            net: net(random, cell, sizes, scale),
            features: inputs::normal(random, (sizes.batch, sizes.features), scale),
            captions: captions(random, sizes.batch, time, sizes.vocabulary),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng, cell: Cell) -> Self {
        let (sizes, time) = (NetSizes::ordinary(random), random.random_range(5..7));
        Self::random(random, cell, sizes, time)
    }

    fn rnn(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Rnn)
    }

    fn lstm(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Cell::Lstm)
    }

    /// Loss and gradients with other words to read, to say and to count, and another first state.
    fn with(
        &self,
        (read, said, mask): (&Array2<usize>, &Array2<usize>, &Array2<bool>),
        projected: bool,
    ) -> (f64, CaptioningNet) {
        let Self { net, features, .. } = self;
        let (mut h0, proj) = affine_forward(features, &net.w_proj, &net.b_proj);
        if !projected {
            h0.fill(0.0);
        }
        let (x, embed) = reference::word_embedding_forward(read, &net.w_embed);
        let vocab = |h: &ndarray::Array3<f64>| {
            let (scores, cache) = reference::temporal_affine_forward(h, &net.w_vocab, &net.b_vocab);
            let (loss, dscores) = reference::temporal_softmax_loss(&scores, said, mask);
            let (dh, w_vocab, b_vocab) = reference::temporal_affine_backward(&dscores, &cache);
            (loss, dh, w_vocab, b_vocab)
        };
        let (loss, w_vocab, b_vocab, (dx, dh0, wx, wh, b)) = match net.cell() {
            Cell::Rnn => {
                let (h, cache) = reference::rnn_forward(&x, &h0, &net.wx, &net.wh, &net.b);
                let (loss, dh, w_vocab, b_vocab) = vocab(&h);
                (loss, w_vocab, b_vocab, reference::rnn_backward(&dh, &cache))
            }
            Cell::Lstm => {
                let (h, cache) = reference::lstm_forward(&x, &h0, &net.wx, &net.wh, &net.b);
                let (loss, dh, w_vocab, b_vocab) = vocab(&h);
                (loss, w_vocab, b_vocab, reference::lstm_backward(&dh, &cache))
            }
        };
        let w_embed = reference::word_embedding_backward(&dx, &embed);
        let (_, w_proj, b_proj) = affine_backward(&dh0, &proj);
        (loss, CaptioningNet { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab })
    }
}

fn as_arrays((loss, gradients): (f64, CaptioningNet)) -> Arrays {
    std::iter::once(arr0(loss).into_dyn()).chain(gradients.arrays().iter().map(|array| array.to_owned())).collect()
}

impl Case for Lesson {
    fn results(&self) -> &'static [&'static str] {
        &[
            "the loss",
            "the gradient of w_proj",
            "the gradient of b_proj",
            "the gradient of w_embed",
            "the gradient of wx",
            "the gradient of wh",
            "the gradient of b",
            "the gradient of w_vocab",
            "the gradient of b_vocab",
        ]
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        Ok(as_arrays(ask.result(&call::captioning_loss(&self.net, &self.features, &self.captions))?))
    }

    fn expected(&self) -> Arrays {
        as_arrays(reference::captioning_loss(&self.net, &self.features, &self.captions))
    }

    fn slips(&self) -> Slips {
        let (batch, time) = self.captions.dim();
        let (first, later) =
            (self.captions.slice(s![.., ..-1]).to_owned(), self.captions.slice(s![.., 1..]).to_owned());
        let counts = |words: &Array2<usize>, not: usize| words.mapv(|word| word != not);
        let mask = counts(&later, NULL);
        let counted = mask.iter().filter(|counts| **counts).count().max(1) as f64;
        let with = |read: &Array2<usize>, said: &Array2<usize>, mask: &Array2<bool>| {
            as_arrays(self.with((read, said, mask), true))
        };
        let right = self.expected();
        let times = |factor: f64| right.iter().map(|array| array * factor).collect::<Arrays>();
        let all = Array2::from_elem((batch, time - 1), true);
        let (mut unprojected, mut partly) = (right.clone(), right.clone());
        unprojected[1].fill(0.0);
        unprojected[2].fill(0.0);
        partly[3].fill(0.0);
        vec![
            ("that with <NULL> among the words to be said; it does not count", with(&first, &later, &all)),
            (
                "that without <END> among the words to be said; it counts",
                with(&first, &later, &{ later.mapv(|word| word != NULL && word != END) }),
            ),
            ("that with a mask by the words that are read; it goes by those to be said", {
                with(&first, &later, &counts(&first, NULL))
            }),
            ("that with a mask for <NULL> alone; it is true where a word counts", {
                with(&first, &later, &mask.mapv(|counts| !counts))
            }),
            (
                "that with <START> as the word that does not count; it is <NULL>",
                with(&first, &later, &counts(&later, START)),
            ),
            ("that of saying the word that was just read; the next one is to be said", {
                with(&first, &first, &counts(&first, NULL))
            }),
            ("that of reading the word that is to be said; the one before it is read", with(&later, &later, &mask)),
            ("that of saying the captions backwards: all but the last are read, all but the first said", {
                with(&later, &first, &counts(&first, NULL))
            }),
            ("that of whole captions, read and said: all but the last are read, all but the first said", {
                with(&self.captions, &self.captions, &counts(&self.captions, NULL))
            }),
            ("that of a first state of 0; it is features @ w_proj + b_proj", {
                as_arrays(self.with((&first, &later, &mask), false))
            }),
            ("divided by the number of words that count; divide by the batch size", times(batch as f64 / counted)),
            ("divided by the batch size twice", times(1.0 / batch as f64)),
            ("the sum over the batch; divide by the batch size", times(batch as f64)),
            ("zero; what comes back to h0 goes on to w_proj and b_proj", unprojected),
            ("zero; what comes back to x goes on to w_embed", partly),
        ]
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Self { net, features, .. } = self;
        let mut all = arrays![features.view_mut()];
        all.extend(net.arrays_mut());
        all
    }

    fn other_words(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let (batch, time) = self.captions.dim();
        let vocabulary = self.net.b_vocab.len();
        let captions = captions(random, batch, time, vocabulary);
        let turned = self.captions.slice(s![..;-1, ..]).to_owned();
        vec![Self { captions, ..self.clone() }, Self { captions: turned, ..self.clone() }]
    }
}

fn short(random: &mut ChaCha8Rng) -> Vec<Lesson> {
    let sizes =
        |batch, features, vocabulary, embedding, hidden| NetSizes { batch, features, vocabulary, embedding, hidden };
    let mut all = Vec::new();
    for cell in [Cell::Rnn, Cell::Lstm] {
        for (sizes, time) in [
            (sizes(1, 4, 6, 3, 5), 5),
            (sizes(3, 4, 6, 3, 5), 2),
            (sizes(2, 1, 5, 1, 3), 4),
            (sizes(2, 3, 4, 2, 1), 6),
            (sizes(1, 1, 3, 1, 1), 2),
            // As many features, units and numbers for a word: nothing tells them apart but their places.
            (sizes(4, 4, 4, 4, 4), 4),
        ] {
            all.push(Lesson::random(random, cell, sizes, time));
        }
    }
    all
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    net: RecordedNet,
    #[serde(deserialize_with = "recorded::matrix")]
    features: Array2<f64>,
    captions: Vec<Vec<usize>>,
    loss: f64,
    gradients: RecordedNet,
}

/// A recorded network, or the gradient with respect to one.
#[derive(Deserialize)]
struct RecordedNet {
    w_proj: Numbers,
    b_proj: Numbers,
    w_embed: Numbers,
    wx: Numbers,
    wh: Numbers,
    b: Numbers,
    w_vocab: Numbers,
    b_vocab: Numbers,
}

impl From<RecordedNet> for CaptioningNet {
    fn from(net: RecordedNet) -> Self {
        CaptioningNet {
            w_proj: net.w_proj.array(),
            b_proj: net.b_proj.array(),
            w_embed: net.w_embed.array(),
            wx: net.wx.array(),
            wh: net.wh.array(),
            b: net.b.array(),
            w_vocab: net.w_vocab.array(),
            b_vocab: net.b_vocab.array(),
        }
    }
}

fn recorded_networks(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, GRADIENTS, Lesson::lstm).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    for Recorded { net, features, captions, loss, gradients } in
        recorded::read(include_str!("../snapshots/captioning_loss.snap"))
    {
        let shape = (captions.len(), captions.first().map_or(0, Vec::len));
        let captions = Array2::from_shape_vec(shape, captions.concat()).expect("captions of one length");
        let lesson = Lesson { net: net.into(), features, captions };
        let found = lesson.call(&mut Ask::new(session))?;
        compare_all(&lesson, &found, &as_arrays((loss, gradients.into())), GRADIENTS, context)?;
    }
    Ok(())
}

/// The gradients against the slopes of the answer's own loss, and the right loss.
fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for cell in [Cell::Rnn, Cell::Lstm] {
        let sizes = NetSizes { batch: 2, features: 4, vocabulary: 6, embedding: 3, hidden: 2 };
        let mut lesson = Lesson::random(&mut context.random, cell, sizes, 4);
        let scale = lesson.features.iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
        lesson.features /= scale;
        lesson.net.w_proj *= scale;
        let call = call::captioning_loss(&lesson.net, &lesson.features, &lesson.captions);
        let (loss, found) = session.call(&call)?;
        let numbers = |net: &CaptioningNet| -> Array1<f64> {
            net.arrays().iter().flat_map(|array| array.iter().copied().collect::<Vec<_>>()).collect()
        };
        let (flat, expected) = (numbers(&found), lesson.expected());
        compare_all(&lesson, &as_arrays((loss, found)), &expected, LOSS, context)?;
        let right_shapes = flat.len() == numbers(&lesson.net).len();
        hold_slopes(session, context, &call, &flat, right_shapes, DERIVE_AGAIN)?;
    }
    ordinary(session, context, GRADIENTS, Lesson::lstm).map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}
