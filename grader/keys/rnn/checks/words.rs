//! Word vectors, and an affine layer at each step, forward and backward.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::rnn::call;
use gradus_question::{CallError, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, ArrayViewMutD, Axis, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{
    Arrays, Ask, Case, ORDINARY_FIRST, arrays, compare_all, fresh, hold_slopes, ordinary, special, unchanged,
};
use super::recorded::{self, Numbers};
use super::reference;
use super::step::Pass;
use super::step_slips::Slips;
use crate::common::{check, inputs};

const SINGLE_HINT: &str = "an axis of length 1 is an axis like any other";

/// The checks of `word_embedding_forward`, 3 points.
pub fn embedding_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("word_embedding_forward", name, points, expectation, run);
    vec![
        check("vectors of fresh words", 1, "for each word its row of w", |session, context| {
            fresh(session, context, &[0], Embedding::forward)
        }),
        check(
            "one word, one step, one number",
            1,
            "the right vectors where an axis has length 1",
            |session, context| {
                special(session, context, &[0], Embedding::forward, (&single_words(Pass::Forward), SINGLE_HINT))
            },
        ),
        check(
            "inputs left alone",
            1,
            "words and vectors as they were before the call, and the right output",
            |session, context| unchanged(session, context, &[0], Embedding::forward),
        ),
    ]
}

/// The checks of `word_embedding_backward`, 4 points.
pub fn embedding_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("word_embedding_backward", name, points, expectation, run);
    vec![
        check(
            "dw of fresh words",
            2,
            "for each word the sum of dout over its places, and 0 for words not said",
            |session, context| fresh(session, context, &[0], Embedding::backward),
        ),
        check("recorded words", 1, "the gradient that PyTorch gives for recorded inputs", recorded_words),
        check(
            "one word, one step, one number",
            1,
            "the right gradient where an axis has length 1",
            |session, context| {
                special(session, context, &[0], Embedding::backward, (&single_words(Pass::Backward), SINGLE_HINT))
            },
        ),
    ]
}

/// The checks of `temporal_affine_forward`, 3 points.
pub fn affine_forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("temporal_affine_forward", name, points, expectation, run);
    vec![
        check("output of fresh sequences", 1, "x @ w + b at each step", |session, context| {
            fresh(session, context, &[0], Affine::forward)
        }),
        check(
            "one step, one example, one feature",
            1,
            "the right output where an axis has length 1",
            |session, context| {
                special(session, context, &[0], Affine::forward, (&single_affine(Pass::Forward), SINGLE_HINT))
            },
        ),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            |session, context| unchanged(session, context, &[0], Affine::forward),
        ),
    ]
}

/// The checks of `temporal_affine_backward`, 5 points.
pub fn affine_backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("temporal_affine_backward", name, points, expectation, run);
    vec![
        check("dx of fresh sequences", 1, "dout @ w^T at each step", |session, context| {
            fresh(session, context, &[0], Affine::backward)
        }),
        check(
            "dw and db of fresh sequences",
            1,
            "x^T @ dout and dout, summed over all steps and the batch",
            |session, context| fresh(session, context, &[1, 2], Affine::backward),
        ),
        check(
            "one step, one example, one feature",
            1,
            "the right gradients where an axis has length 1",
            |session, context| {
                special(session, context, &[0, 1, 2], Affine::backward, (&single_affine(Pass::Backward), SINGLE_HINT))
            },
        ),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what temporal_affine_forward returns",
            numeric_affine,
        ),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right gradients",
            |session, context| unchanged(session, context, &[0, 1, 2], Affine::backward),
        ),
    ]
}

/// Arguments of both passes.
#[derive(Clone)]
struct Embedding {
    pass: Pass,
    x: Array2<usize>,
    w: Array2<f64>,
    dout: Array3<f64>,
}

impl Embedding {
    fn random(random: &mut ChaCha8Rng, pass: Pass, [batch, time, vocabulary, features]: [usize; 4]) -> Self {
        let (scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        Self {
            pass,
            x: Array2::from_shape_simple_fn((batch, time), || random.random_range(0..vocabulary)),
            w: inputs::normal(random, (vocabulary, features), scale),
            dout: inputs::normal(random, (batch, time, features), dout_scale),
        }
    }

    /// Some words are said several times, and two, among them the last one, are not said.
    fn ordinary(random: &mut ChaCha8Rng, pass: Pass) -> Self {
        let vocabulary = random.random_range(6..10);
        let mut words = Self::random(random, pass, [3, 4, vocabulary, 5]);
        let missing = random.random_range(0..vocabulary - 1);
        words.x.mapv_inplace(|word| {
            if word == missing || word == vocabulary - 1 { (missing + 1) % (vocabulary - 1) } else { word }
        });
        words
    }

    fn forward(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Pass::Forward)
    }

    fn backward(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Pass::Backward)
    }
}

impl Case for Embedding {
    fn results(&self) -> &'static [&'static str] {
        if self.pass == Pass::Forward { &["the output"] } else { &["dw"] }
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let Self { pass, x, w, dout } = self;
        Ok(match pass {
            Pass::Forward => arrays![ask.result(&call::word_embedding_forward(x, w))?],
            Pass::Backward => arrays![ask.result(&call::word_embedding_backward(x, w, dout))?],
        })
    }

    fn expected(&self) -> Arrays {
        let (out, cache) = reference::word_embedding_forward(&self.x, &self.w);
        match self.pass {
            Pass::Forward => arrays![out],
            Pass::Backward => arrays![reference::word_embedding_backward(&self.dout, &cache)],
        }
    }

    fn slips(&self) -> Slips {
        let Self { pass, x, w, dout } = self;
        let vocabulary = w.nrows();
        if *pass == Pass::Forward {
            let of = |x: &Array2<usize>| arrays![reference::word_embedding_forward(x, w).0];
            let mut first = x.clone();
            first.outer_iter_mut().for_each(|mut words| {
                let word = words[0];
                words.fill(word);
            });
            return vec![
                ("the vectors of the words after: words count from 0", of(&x.mapv(|word| (word + 1) % vocabulary))),
                ("the vectors of the words before: words count from 0", {
                    of(&x.mapv(|word| (word + vocabulary - 1) % vocabulary))
                }),
                ("the vector of the first word at each step", of(&first)),
                ("the vectors in reverse order", of(&x.slice(s![.., ..;-1]).to_owned())),
            ];
        }
        let (mut last, mut first) = (Array2::<f64>::zeros(w.raw_dim()), Array2::<f64>::zeros(w.raw_dim()));
        let mut counts = Array1::<f64>::zeros(vocabulary);
        for ((n, t), &word) in x.indexed_iter() {
            last.row_mut(word).assign(&dout.slice(s![n, t, ..]));
            if counts[word] == 0.0 {
                first.row_mut(word).assign(&dout.slice(s![n, t, ..]));
            }
            counts[word] += 1.0;
        }
        let right = reference::word_embedding_backward(dout, &reference::word_embedding_forward(x, w).1);
        let means = &right / &counts.mapv(|count| count.max(1.0)).insert_axis(Axis(1));
        vec![
            ("what the last place of each word gives; a word collects from all its places: +=", arrays![last]),
            ("what the first place of each word gives; a word collects from all its places", arrays![first]),
            ("the mean over the places of each word; it is the sum", arrays![means]),
            ("the mean over the batch; it is the sum", arrays![&right / x.nrows() as f64]),
            ("dout times the vectors themselves; looking up is no product of them", arrays![&right * w]),
            ("added to w; the gradient starts from 0", arrays![&right + w]),
        ]
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        if self.pass == Pass::Forward { arrays![self.w.view_mut()] } else { arrays![self.dout.view_mut()] }
    }

    fn other_words(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let vocabulary = self.w.nrows();
        let reversed = self.x.slice(s![..;-1, ..]).to_owned();
        let mut one = self.clone();
        let place = (random.random_range(0..self.x.nrows()), random.random_range(0..self.x.ncols()));
        one.x[place] = (one.x[place] + random.random_range(1..vocabulary)) % vocabulary;
        let x = self.x.mapv(|_| random.random_range(0..vocabulary));
        vec![one, Self { x: reversed, ..self.clone() }, Self { x, ..self.clone() }]
    }
}

fn single_words(pass: Pass) -> impl Fn(&mut ChaCha8Rng) -> Vec<Embedding> {
    move |random| {
        [[1, 4, 5, 3], [4, 1, 5, 3], [3, 4, 1, 2], [2, 3, 4, 1], [1, 1, 1, 1], [2, 3, 12, 2]]
            .map(|sizes| Embedding::random(random, pass, sizes))
            .to_vec()
    }
}

#[derive(Deserialize)]
struct RecordedWords {
    x: Numbers,
    w: Numbers,
    dout: Numbers,
    dw: Numbers,
}

fn recorded_words(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, &[0], Embedding::backward).map_err(|failure| failure.with_hint(ORDINARY_FIRST))?;
    for RecordedWords { x, w, dout, dw } in recorded::cases("embedding") {
        let x = x.array::<ndarray::Ix2>().mapv(|word| word as usize);
        let case = Embedding { pass: Pass::Backward, x, w: w.array(), dout: dout.array() };
        compare_all(&case, &case.call(&mut Ask::new(session))?, &vec![dw.array()], &[0], context)?;
    }
    Ok(())
}

/// Arguments of both passes.
#[derive(Clone)]
struct Affine {
    pass: Pass,
    x: Array3<f64>,
    w: Array2<f64>,
    b: Array1<f64>,
    dout: Array3<f64>,
}

impl Affine {
    fn random(random: &mut ChaCha8Rng, pass: Pass, [batch, time, features, outputs]: [usize; 4]) -> Self {
        let (scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        Self {
            pass,
            x: inputs::normal(random, (batch, time, features), scale),
            w: inputs::normal(random, (features, outputs), 1.0 / (scale * (features as f64).sqrt())),
            b: inputs::normal(random, outputs, 1.0),
            dout: inputs::normal(random, (batch, time, outputs), dout_scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng, pass: Pass) -> Self {
        let sizes = [[2, 3, 4, 5], [4, 3, 5, 2], [3, 5, 2, 4]][random.random_range(0..3)];
        Self::random(random, pass, sizes)
    }

    fn forward(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Pass::Forward)
    }

    fn backward(random: &mut ChaCha8Rng) -> Self {
        Self::ordinary(random, Pass::Backward)
    }
}

impl Case for Affine {
    fn results(&self) -> &'static [&'static str] {
        if self.pass == Pass::Forward { &["the output"] } else { &["dx", "dw", "db"] }
    }

    fn call(&self, ask: &mut Ask<'_, '_>) -> Result<Arrays, CallError> {
        let Self { pass, x, w, b, dout } = self;
        if *pass == Pass::Forward {
            return Ok(arrays![ask.result(&call::temporal_affine_forward(x, w, b))?]);
        }
        let (dx, dw, db) = ask.result(&call::temporal_affine_backward(x, w, b, dout))?;
        Ok(arrays![dx, dw, db])
    }

    fn expected(&self) -> Arrays {
        let (out, cache) = reference::temporal_affine_forward(&self.x, &self.w, &self.b);
        if self.pass == Pass::Forward {
            return arrays![out];
        }
        let (dx, dw, db) = reference::temporal_affine_backward(&self.dout, &cache);
        arrays![dx, dw, db]
    }

    fn slips(&self) -> Slips {
        let Self { pass, x, w, b, dout } = self;
        let (batch, time, _) = x.dim();
        let right = self.expected();
        if *pass == Pass::Forward {
            let mut turned = x.clone();
            turned.invert_axis(Axis(1));
            let turned = reference::temporal_affine_forward(&turned.as_standard_layout().into_owned(), w, b).0;
            return vec![
                ("the output without the bias b", arrays![&right[0] - b]),
                ("the output with the bias subtracted; it is added", arrays![&right[0] - b - b]),
                ("the output with negative numbers set to 0; there is no ReLU here", {
                    arrays![right[0].mapv(|out| out.max(0.0))]
                }),
                ("the steps in reverse order", arrays![turned]),
                ("tanh of the output; scores have none", arrays![right[0].mapv(f64::tanh)]),
                ("the output with the bias once for each feature; it is added once", {
                    arrays![&right[0] + &(b * (x.dim().2 as f64 - 1.0))]
                }),
            ];
        }
        let step = |t: usize| {
            let (x, dout) = (x.index_axis(Axis(1), t), dout.index_axis(Axis(1), t));
            arrays![right[0].clone(), x.t().dot(&dout), dout.sum_axis(Axis(0))]
        };
        let divided = |by: f64| arrays![right[0].clone(), &right[1] / by, &right[2] / by];
        let mut all = divided(batch as f64);
        all[0] = &right[0] / batch as f64;
        vec![
            ("what the first step alone gives; the weights are used at each step, so add up", step(0)),
            ("what the last step alone gives; the weights are used at each step, so add up", step(time - 1)),
            ("the mean over the batch; it is the sum", divided(batch as f64)),
            ("the mean over the steps; it is the sum", divided(time as f64)),
            ("the mean over all places; it is the sum", divided((batch * time) as f64)),
            ("divided by the batch size; it is no mean", all),
            ("the number of places; sum dout over them", {
                arrays![right[0].clone(), right[1].clone(), Array1::from_elem(b.len(), (batch * time) as f64)]
            }),
        ]
    }

    fn numbers(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let Self { pass, x, w, b, dout } = self;
        let mut all = arrays![x.view_mut(), w.view_mut()];
        all.push(if *pass == Pass::Forward { b.view_mut().into_dyn() } else { dout.view_mut().into_dyn() });
        all
    }
}

fn single_affine(pass: Pass) -> impl Fn(&mut ChaCha8Rng) -> Vec<Affine> {
    move |random| {
        [[1, 3, 2, 4], [3, 1, 2, 4], [2, 3, 1, 4], [2, 3, 4, 1], [1, 1, 1, 1], [3, 3, 3, 3]]
            .map(|sizes| Affine::random(random, pass, sizes))
            .to_vec()
    }
}

/// The gradients against the slopes of the answer's own output, whether that is right or not.
fn numeric_affine(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for _ in 0..2 {
        let affine = Affine::backward(&mut context.random);
        let scale = affine.x.iter().chain(&affine.dout).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let affine = Affine { x: &affine.x / scale, w: &affine.w * scale, dout: &affine.dout / scale, ..affine };
        let found = affine.call(&mut Ask::new(session))?;
        let Affine { x, w, b, dout, .. } = &affine;
        let gradients =
            [("dx", "x", x.len(), &found[0]), ("dw", "w", w.len(), &found[1]), ("db", "b", b.len(), &found[2])];
        let forward = call::temporal_affine_forward(x, w, b);
        hold_slopes(session, context, &forward, &[dout.iter().copied().collect()], &gradients)?;
    }
    ordinary(session, context, &[0, 1, 2], Affine::backward).map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}
