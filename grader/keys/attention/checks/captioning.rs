//! Checks of `captioning_transformer_loss` and `captioning_transformer_sample`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{CaptioningTransformer, END, Mask, NULL, Parameters, START, call};
use gradus_nn::embedding::word_embedding_forward;
use gradus_nn::temporal::{temporal_affine_forward, temporal_softmax_loss};
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array2, Array3, arr0, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::case::{
    ALL, Case, Named, Slips, combine, flat, fresh, gradients, hold_slopes, one, ordinary, recorded, special, unchanged,
};
use super::random_net::{causal, decoder_layer, look_alikes, matrix, vector};
use super::reference;
use crate::common::{check, inputs};

mod recorded_cases;

const LOSS: &str = "the loss";

/// The checks of the loss, 8 points.
pub fn loss() -> Vec<Check> {
    let check = |name, points, expectation, run| check("captioning_transformer_loss", name, points, expectation, run);
    vec![
        check(
            "loss of fresh captions",
            2,
            "the temporal softmax loss of what is to be said next",
            |session, context| fresh::<Loss>(session, context, |name| name == LOSS),
        ),
        check(
            "gradients of the layers",
            1,
            "those of all decoder layers, beside the right loss",
            |session, context| fresh::<Loss>(session, context, |name| name == LOSS || name.contains("layers")),
        ),
        check(
            "gradients of the other parameters",
            1,
            "those of projection, embedding and vocabulary, beside the right loss",
            |session, context| fresh::<Loss>(session, context, |name| !name.contains("layers")),
        ),
        check(
            "other sizes",
            1,
            "the right result for one image, one part, captions of two words, one layer and three",
            |session, context| {
                special::<Loss>(session, context, sizes, "nothing depends on there being several of something")
            },
        ),
        check("recorded captions", 1, "what PyTorch gives for recorded captions", |session, context| {
            recorded(
                session,
                context,
                recorded_cases::of_pytorch().map(|(inputs, result, _)| (Loss(inputs), result)),
                None,
            )
        }),
        check(
            "gradients against the slope of the loss",
            1,
            "gradients that are the slopes of the returned loss",
            numeric,
        ),
        check(
            "inputs left alone",
            1,
            "network and data as they were before the call, and the right result",
            unchanged::<Loss>,
        ),
    ]
}

/// The checks of sampling, 4 points.
pub fn sample() -> Vec<Check> {
    let check = |name, points, expectation, run| check("captioning_transformer_sample", name, points, expectation, run);
    vec![
        check("fresh pictures", 1, "word by word the one with the highest score", |session, context| {
            fresh::<Said>(session, context, ALL)
        }),
        check("behind the end", 1, "nothing but NULL behind END, for each caption by itself", |session, context| {
            special::<Said>(
                session,
                context,
                ending,
                "behind END, or a NULL that was said, there is only NULL; the other captions go on",
            )
        }),
        check(
            "other sizes of pictures",
            1,
            "the right words for one image, one word, one part, one layer and three",
            |session, context| {
                special::<Said>(
                    session,
                    context,
                    |random| sizes(random).into_iter().map(|Loss(inputs)| Said(inputs)).collect(),
                    "nothing depends on there being several of something",
                )
            },
        ),
        check("recorded pictures", 1, "what a network of PyTorch's layers says", |session, context| {
            recorded(session, context, recorded_cases::of_pytorch().map(|(inputs, _, said)| (Said(inputs), said)), None)
        }),
    ]
}

#[derive(Clone)]
struct Inputs {
    net: CaptioningTransformer,
    heads: usize,
    features: Array3<f64>,
    captions: Array2<usize>,
    max_length: usize,
}

#[derive(Clone)]
struct Loss(Inputs);

#[derive(Clone)]
struct Said(Inputs);

/// Images, parts, features of a part, heads, width, hidden units, words, time steps, layers.
type Sizes = [usize; 9];

fn network(
    random: &mut ChaCha8Rng,
    [_, _, of_part, heads, width, hidden, words, _, layers]: Sizes,
) -> CaptioningTransformer {
    let features = heads * width;
    CaptioningTransformer {
        w_projection: matrix(random, of_part, features),
        b_projection: vector(random, features),
        w_embedding: inputs::normal(random, (words, features), 1.0),
        layers: (0..layers).map(|_| decoder_layer(random, features, hidden)).collect(),
        w_vocabulary: matrix(random, features, words) * 1.5,
        b_vocabulary: vector(random, words),
    }
}

/// Captions of random lengths: one as long as can be.
fn captions(random: &mut ChaCha8Rng, batch: usize, words: usize, time: usize) -> Array2<usize> {
    let mut captions = Array2::from_shape_simple_fn((batch, time), || random.random_range(3..words));
    for (n, mut caption) in captions.rows_mut().into_iter().enumerate() {
        let end = if n == 0 { time - 1 } else { random.random_range(1..time) };
        caption[0] = START;
        caption[end] = END;
        caption.slice_mut(s![end + 1..]).fill(NULL);
    }
    captions
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: Sizes) -> Self {
        let [batch, parts, of_part, heads, _, _, words, time, _] = sizes;
        Self {
            net: network(random, sizes),
            heads,
            features: inputs::normal(random, (batch, parts, of_part), 1.0),
            captions: captions(random, batch, words, time),
            max_length: time,
        }
    }

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let sizes = [
            random.random_range(3..5),
            random.random_range(2..5),
            random.random_range(2..5),
            2,
            random.random_range(2..4),
            random.random_range(3..6),
            random.random_range(6..9),
            random.random_range(5..8),
            2,
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(look_alikes(random, &self.net).into_iter().map(|net| Self { net, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.features).map(|features| Self { features, ..self.clone() }));
        let (batch, time) = self.captions.dim();
        let captions = captions(random, batch, self.net.b_vocabulary.len(), time);
        all.push(Self { captions, ..self.clone() });
        all
    }

    fn result(&self) -> (f64, CaptioningTransformer) {
        reference::captioning_transformer_loss(&self.net, self.heads, &self.features, &self.captions)
    }

    /// The scores of what is read, with or without positions and mask.
    fn scores(&self, read: &Array2<usize>, positions: bool, mask: &Mask) -> Array3<f64> {
        let net = &self.net;
        let (memory, _) = temporal_affine_forward(&self.features, &net.w_projection, &net.b_projection);
        let (mut x, _) = word_embedding_forward(read, &net.w_embedding);
        if positions {
            x = &x + &reference::positional_encoding(x.dim().1, x.dim().2);
        }
        for layer in &net.layers {
            x = reference::transformer_decoder_layer_forward(layer, self.heads, &x, &memory, mask).0;
        }
        temporal_affine_forward(&x, &net.w_vocabulary, &net.b_vocabulary).0
    }

    /// The loss of these scores, for what is to be said, where it counts.
    fn loss_of(scores: &Array3<f64>, say: &Array2<usize>, counts: &Array2<bool>) -> f64 {
        temporal_softmax_loss(scores, say, counts).0
    }
}

impl Case for Loss {
    type Found = (f64, CaptioningTransformer);

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Loss(Inputs::ordinary(random))
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        self.0.look_alikes(random).into_iter().map(Loss).collect()
    }

    fn call(&self) -> Call<Self::Found> {
        call::captioning_transformer_loss(&self.0.net, self.0.heads, &self.0.features, &self.0.captions)
    }

    fn named((loss, net): Self::Found) -> Named {
        [one(LOSS, arr0(loss)), gradients(&net)].concat()
    }

    fn expected(&self) -> Self::Found {
        self.0.result()
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let n = inputs.captions.nrows() as f64;
        let read = inputs.captions.slice(s![.., ..-1]).to_owned();
        let say = inputs.captions.slice(s![.., 1..]).to_owned();
        let (counts, every) = (say.mapv(|word| word != NULL), say.mapv(|_| true));
        let mask = causal(read.ncols());
        let words = counts.iter().filter(|counts| **counts).count() as f64;
        let scores = inputs.scores(&read, true, &mask);
        let loss = Inputs::loss_of(&scores, &say, &counts);
        let same = read.mapv(|word| word != NULL);
        let with_loss = |loss: f64| {
            let mut result = expected.clone();
            result[0].1.fill(loss);
            result
        };
        let first = (0..inputs.net.layers.len()).map(|_| 1.0).sum::<f64>();
        vec![
            ("the sum over the captions; the loss is their mean", combine(expected, expected, |a, _| a * n)),
            (
                "the mean over all words; the sum over words is divided by the number of captions",
                combine(expected, expected, |a, _| a * n / words),
            ),
            (
                "divided by the number of all time steps; it is the number of captions",
                combine(expected, expected, |a, _| a / say.ncols() as f64),
            ),
            ("divided by the number of captions twice", combine(expected, expected, |a, _| a / n)),
            ("the gradient divided by the number of layers", combine(expected, expected, |a, _| a / first)),
            (
                "the loss with NULL counted; not to say it costs nothing",
                with_loss(Inputs::loss_of(&scores, &say, &every)),
            ),
            (
                "the loss of saying the word that was just read; the next one is to be said",
                with_loss(Inputs::loss_of(&scores, &read, &same)),
            ),
            (
                "the loss without a causal mask: steps see the word they are to say",
                with_loss(Inputs::loss_of(&inputs.scores(&read, true, &Mask::All), &say, &counts)),
            ),
            (
                "the loss without positions",
                with_loss(Inputs::loss_of(&inputs.scores(&read, false, &mask), &say, &counts)),
            ),
            (
                "the loss without END",
                with_loss(Inputs::loss_of(&scores, &say, &say.mapv(|word| word != NULL && word != END))),
            ),
            (
                "the loss of a network without its layers",
                with_loss({
                    let net = CaptioningTransformer { layers: Vec::new(), ..inputs.net.clone() };
                    Inputs::loss_of(&Inputs { net, ..inputs.clone() }.scores(&read, true, &mask), &say, &counts)
                }),
            ),
            (
                "the loss of a network with its first layer alone",
                with_loss({
                    let net = CaptioningTransformer { layers: inputs.net.layers[..1].to_vec(), ..inputs.net.clone() };
                    Inputs::loss_of(&Inputs { net, ..inputs.clone() }.scores(&read, true, &mask), &say, &counts)
                }),
            ),
            ("the right loss", with_loss(loss)),
        ]
    }
}

/// Word numbers as numbers.
fn words(said: Array2<usize>) -> Array2<f64> {
    said.mapv(|word| word as f64)
}

impl Case for Said {
    type Found = Array2<usize>;

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Said(telling(random, Inputs::ordinary))
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        // Other pictures and other numbers of words: changes of single numbers seldom show in words.
        let inputs = &self.0;
        let mut all = Vec::new();
        for _ in 0..2 {
            let mut features = inputs.features.clone();
            features.mapv_inplace(|_| random.random_range(-1.7..1.7));
            let net = inputs.net.clone();
            all.push(Said(apart(random, Inputs { net, features, ..inputs.clone() })));
        }
        all.push(Said(Inputs { max_length: inputs.max_length + 1, ..inputs.clone() }));
        all
    }

    fn call(&self) -> Call<Array2<usize>> {
        call::captioning_transformer_sample(&self.0.net, self.0.heads, &self.0.features, self.0.max_length)
    }

    fn named(found: Array2<usize>) -> Named {
        one("the words", words(found))
    }

    fn expected(&self) -> Array2<usize> {
        reference::captioning_transformer_sample(&self.0.net, self.0.heads, &self.0.features, self.0.max_length)
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let said = self.expected();
        let (batch, length) = said.dim();
        let mut begun = Array2::from_elem((batch, length), START);
        begun.slice_mut(s![.., 1..]).assign(&said.slice(s![.., ..length - 1]));
        let slips = vec![
            ("the words with START in front; it is not said", one("the words", words(begun))),
            ("the words that go on behind END", one("the words", words(speak(inputs, true, true, true)))),
            ("the words without a causal mask", one("the words", words(speak(inputs, false, true, false)))),
            ("the words without positions", one("the words", words(speak(inputs, true, false, false)))),
        ];
        slips.into_iter().filter(|(_, slip)| slip != expected).collect()
    }
}

/// What is said, with or without mask and positions, and on or not behind the end.
fn speak(inputs: &Inputs, masked: bool, positions: bool, goes_on: bool) -> Array2<usize> {
    let batch = inputs.features.dim().0;
    let mut said = Array2::from_elem((batch, inputs.max_length + 1), NULL);
    said.column_mut(0).fill(START);
    for t in 0..inputs.max_length {
        let read = said.slice(s![.., ..=t]).to_owned();
        let mask = if masked { causal(t + 1) } else { Mask::All };
        let scores = inputs.scores(&read, positions, &mask);
        for n in 0..batch {
            if goes_on || t == 0 || ![END, NULL].contains(&said[[n, t]]) {
                said[[n, t + 1]] = best(&scores, n, t).0;
            }
        }
    }
    said.slice(s![.., 1..]).to_owned()
}

/// The word with the highest score, and how much the next one is behind.
fn best(scores: &Array3<f64>, n: usize, t: usize) -> (usize, f64) {
    let row = scores.slice(s![n, t, ..]);
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
    (order[0], row[order[0]] - order.get(1).map_or(f64::NEG_INFINITY, |&next| row[next]))
}

/// Whether no two best words are nearly equal.
fn decided(inputs: &Inputs) -> bool {
    let said =
        reference::captioning_transformer_sample(&inputs.net, inputs.heads, &inputs.features, inputs.max_length + 1);
    let (batch, length) = said.dim();
    let mut read = Array2::from_elem((batch, length), START);
    read.slice_mut(s![.., 1..]).assign(&said.slice(s![.., ..length - 1]));
    let scores = inputs.scores(&read, true, &causal(length));
    (0..batch).all(|n| (0..length).all(|t| best(&scores, n, t).1 > 1e-6))
}

/// Other pictures until every word is decided.
fn apart(random: &mut ChaCha8Rng, mut inputs: Inputs) -> Inputs {
    while !decided(&inputs) {
        inputs.features.mapv_inplace(|_| random.random_range(-1.7..1.7));
    }
    inputs
}

/// Inputs whose captions differ, change from word to word, and would be others without mask or positions.
fn telling(random: &mut ChaCha8Rng, mut draw: impl FnMut(&mut ChaCha8Rng) -> Inputs) -> Inputs {
    loop {
        let mut inputs = draw(random);
        // Seldom NULL and END, so that captions go on for a while.
        inputs.net.b_vocabulary[NULL] -= 3.0;
        inputs.net.b_vocabulary[END] -= 0.5;
        let said = speak(&inputs, true, true, false);
        let (batch, length) = said.dim();
        let changes = said.rows().into_iter().filter(|row| row.iter().any(|word| *word != row[0])).count();
        let differ = (1..batch).any(|n| said.row(n) != said.row(0));
        let others = said != speak(&inputs, false, true, false) && said != speak(&inputs, true, false, false);
        if length > 2 && 2 * changes > batch && differ && others && decided(&inputs) {
            return inputs;
        }
    }
}

/// Captions of which one ends early while another goes on, and would go on behind its end with other words.
fn ending(random: &mut ChaCha8Rng) -> Vec<Said> {
    let mut all = Vec::new();
    while all.len() < 3 {
        let mut inputs = Inputs::ordinary(random);
        let special = if all.len() == 2 { NULL } else { END };
        inputs.net.b_vocabulary[special] += 0.5;
        inputs.net.b_vocabulary[END + NULL - special] -= 3.0;
        let said = speak(&inputs, true, true, false);
        let length = said.ncols();
        let ends: Vec<_> = said.rows().into_iter().map(|row| row.iter().position(|word| *word == special)).collect();
        let early = ends.iter().any(|end| end.is_some_and(|end| end + 2 < length));
        let late = ends.iter().any(|end| end.is_none_or(|end| end + 1 >= length));
        if early && late && said != speak(&inputs, true, true, true) && decided(&inputs) {
            all.push(Said(inputs));
        }
    }
    all
}

fn sizes(random: &mut ChaCha8Rng) -> Vec<Loss> {
    let sizes: [Sizes; 5] = [
        [1, 3, 4, 2, 3, 5, 7, 6, 2],
        [3, 1, 3, 2, 2, 4, 6, 4, 1],
        [2, 4, 1, 1, 4, 3, 5, 2, 3],
        [2, 5, 3, 3, 1, 6, 8, 5, 3],
        [1, 1, 1, 1, 2, 1, 4, 3, 1],
    ];
    let draw = |sizes| loop {
        let inputs = Inputs::random(random, sizes);
        if decided(&inputs) {
            return Loss(inputs);
        }
    };
    sizes.into_iter().map(draw).collect()
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 3, 2, 2, 2, 3, 6, 5, 2], [1, 2, 3, 1, 3, 2, 5, 4, 1]] {
        let inputs = Inputs::random(&mut context.random, sizes);
        let case = Loss(inputs);
        let (_, found) = session.call(&case.call())?;
        let count = case.0.net.named().iter().map(|(_, array)| array.len()).sum();
        let gradients = [("net", count, flat(&found))];
        hold_slopes(session, context, &case.call(), &Projection::Number(0), &gradients)?;
    }
    ordinary::<Loss>(session, context)
}
