//! Captioning RNN, LSTM and transformer: the figures of CS231n, numeric gradients of every parameter, what they say.

use crate::support::gradients::check_gradients;
use crate::support::panics::panics_here;
use crate::support::recorded::{array, fact};
use crate::support::torch::Torch;
use gradus_check::{Tolerance, compare};
use gradus_nn::networks::{
    CaptioningRnn, CaptioningRnnSettings, CaptioningTransformer, CaptioningTransformerSettings, Parameters,
    RecurrentCell, SpecialWords,
};
use gradus_nn::optimisers::Adam;
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::solver::Optimisers;
use gradus_nn::transformer::Activation;
use ndarray::{Array, Array1, Array2, Array3, ArrayD, Dimension, Ix2, Ix3, array, s};
use proptest::prelude::*;
use serde_json::Value;

const RNN_FACTS: &str = include_str!("fixtures/rnn_cs231n.json");
const TRANSFORMER_FACTS: &str = include_str!("fixtures/transformers_cs231n.json");

/// In the notebook's vocabulary `null`, a gap, `cat` and `dog` only the first counts.
const NOTEBOOK_WORDS: SpecialWords = SpecialWords { null: 0, start: 1, end: 1 };

fn captions(fact: &Value) -> Array2<usize> {
    array::<Ix2>(&fact["inputs"]["captions"]).mapv(|word| word as usize)
}

#[test]
fn the_captioning_losses_of_cs231n() {
    for (id, cell) in
        [("CaptioningRNN.loss.rnn", RecurrentCell::Vanilla), ("CaptioningRNN.loss.lstm", RecurrentCell::Lstm)]
    {
        let fact = fact(RNN_FACTS, id);
        let mut parameters = Parameters::new();
        for (ours, theirs) in [
            ("w_projection", "W_proj"),
            ("b_projection", "b_proj"),
            ("w_embedding", "W_embed"),
            ("wx", "Wx"),
            ("wh", "Wh"),
            ("b", "b"),
            ("w_vocabulary", "W_vocab"),
            ("b_vocabulary", "b_vocab"),
        ] {
            parameters.insert(ours, array::<ndarray::IxDyn>(&fact["inputs"][theirs]));
        }
        let net = CaptioningRnn { parameters, cell, words: NOTEBOOK_WORDS };
        let (loss, _) = net.loss(&array::<Ix2>(&fact["inputs"]["features"]), &captions(&fact));
        let expected = fact["expected"]["loss"].as_f64().expect("a loss");
        assert!((loss - expected).abs() < 1e-10, "{id}: {loss}");
    }
}

/// Features 20, embedding 30, vocabulary 3, two heads, two blocks with 2048 hidden units.
fn notebook_transformer(activation: Activation) -> CaptioningTransformer<f64> {
    let settings = CaptioningTransformerSettings {
        features: 20,
        vocabulary: 3,
        embedding: 30,
        activation,
        words: NOTEBOOK_WORDS,
        ..Default::default()
    };
    CaptioningTransformer::new(settings, &mut generator(0))
}

#[test]
fn the_captioning_transformer_of_cs231n() {
    let fact = fact(TRANSFORMER_FACTS, "CaptioningTransformer.2026");
    let mut draws = Torch::seed(231);
    let mut net = notebook_transformer(Activation::Gelu);
    // What the layers draw when they are made, before all weights are drawn anew.
    draws.linear(20, 30);
    draws.randn((3, 30));
    for _ in 0..8 {
        draws.linear(30, 30);
    }
    draws.linear(30, 2048);
    draws.linear(2048, 30);
    for name in ["w_projection", "w_embedding"] {
        redraw(&mut net.parameters, name, &mut draws);
    }
    for block in ["block1", "block2"] {
        for part in ["attention", "cross_attention"] {
            for w in ["wk", "wq", "wv", "wo"] {
                redraw(&mut net.parameters, &format!("{block}.{part}.{w}"), &mut draws);
            }
        }
        for w in ["w1", "w2"] {
            redraw(&mut net.parameters, &format!("{block}.feed_forward.{w}"), &mut draws);
        }
    }
    let (w, b) = draws.linear(30, 3);
    net.parameters.insert("w_vocabulary", w);
    net.parameters.insert("b_vocabulary", b);

    let features = draws.randn((4, 20));
    let captions = Array2::from_shape_vec((4, 3), draws.randint(3, 12)).expect("12 words");
    let expected = array::<Ix3>(&fact["expected"]["scores"]);
    assert_eq!(compare(&net.scores(&features, &captions), &expected, Tolerance::new(1e-6, 1e-6)), Ok(()));
}

/// `weight.normal_(0, 0.02)`; an embedding is kept as it is, other weights transposed.
fn redraw(parameters: &mut Parameters<f64>, name: &str, draws: &mut Torch) {
    let shape = parameters.matrix(name).dim();
    let drawn = if name == "w_embedding" { draws.randn(shape) * 0.02 } else { draws.weights(shape) };
    parameters.insert(name, drawn);
}

#[test]
fn the_captioning_transformer_of_cs231n_from_2022_to_2024() {
    let fact = fact(TRANSFORMER_FACTS, "CaptioningTransformer.2022-2024.eval");
    let mut net = notebook_transformer(Activation::Relu);
    for (name, w) in net.parameters.iter_mut() {
        let mut numbers = ndarray::linspace(-1.4, 1.3, w.len());
        let w = if name == "w_embedding" { w.view_mut() } else { w.view_mut().reversed_axes() };
        for weight in w {
            *weight = numbers.next().expect("as many");
        }
    }
    let scores = net.scores(&array::<Ix2>(&fact["inputs"]["features"]), &captions(&fact));
    let expected = array::<Ix3>(&fact["expected"]["scores"]);
    assert_eq!(compare(&scores, &expected, Tolerance::new(1e-9, 0.0)), Ok(()));
}

/// Random features and captions of random length: a start, words, perhaps an end, then null.
fn examples(seed: u64, batch: usize, features: usize, time: usize, vocabulary: usize) -> (Array2<f64>, Array2<usize>) {
    let draws = &mut generator(seed);
    let x = normal((batch, features), 1.0, draws);
    let mut captions = Array2::zeros((batch, time));
    for mut caption in captions.rows_mut() {
        let length = with_replacement(time - 1, 1, draws)[0] + 2;
        caption.slice_mut(s![..length]).assign(&Array1::from(with_replacement(vocabulary, length, draws)));
        caption[0] = 1;
    }
    (x, captions)
}

/// Not the first parameters, of which many are 0.
fn moved(mut parameters: Parameters<f64>, seed: u64) -> Parameters<f64> {
    let draws = &mut generator(seed);
    for (_, parameter) in parameters.iter_mut() {
        *parameter += &normal(parameter.raw_dim(), 0.3, draws);
    }
    parameters
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn gradients_of_the_captioning_rnn(
        seed in any::<u64>(), batch in 1_usize..4, features in 1_usize..5, time in 2_usize..6, vocabulary in 4_usize..7,
        embedding in 1_usize..5, hidden in 1_usize..6, lstm in any::<bool>(),
    ) {
        let cell = if lstm { RecurrentCell::Lstm } else { RecurrentCell::Vanilla };
        let settings =
            CaptioningRnnSettings { features, vocabulary, embedding, hidden, cell, words: SpecialWords::default() };
        let net = CaptioningRnn::new(settings, &mut generator(seed));
        let (x, captions) = examples(seed, batch, features, time, vocabulary);
        let loss = |parameters: &Parameters<f64>| {
            CaptioningRnn { parameters: parameters.clone(), ..net }.loss(&x, &captions)
        };
        check_gradients(&moved(net.parameters.clone(), seed), loss, seed)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn gradients_of_the_captioning_transformer(
        seed in any::<u64>(), batch in 1_usize..4, features in 1_usize..5, time in 2_usize..5, vocabulary in 4_usize..7,
        heads in 1_usize..3, width in 2_usize..4, blocks in 0_usize..3, hidden in 1_usize..6, gelu in any::<bool>(),
    ) {
        let activation = if gelu { Activation::Gelu } else { Activation::Relu };
        let settings = CaptioningTransformerSettings {
            features, vocabulary, embedding: heads * width, heads, blocks, hidden, activation,
            words: SpecialWords::default(),
        };
        let net = CaptioningTransformer::new(settings, &mut generator(seed));
        let (x, captions) = examples(seed, batch, features, time, vocabulary);
        let loss = |parameters: &Parameters<f64>| {
            CaptioningTransformer { parameters: parameters.clone(), ..net }.loss(&x, &captions)
        };
        check_gradients(&moved(net.parameters.clone(), seed), loss, seed)?;
    }
}

/// Three images, and what is on them.
fn three_captions() -> (Array2<f64>, Array2<usize>) {
    let captions = array![[1, 3, 4, 5, 2], [1, 5, 5, 2, 0], [1, 4, 2, 0, 0]];
    (Array2::eye(3), captions)
}

/// As the notebooks do: a few captions are learned by heart, and said without being shown.
#[test]
fn learns_captions_by_heart() {
    let (features, captions) = three_captions();
    for cell in [RecurrentCell::Vanilla, RecurrentCell::Lstm] {
        let settings = CaptioningRnnSettings {
            features: 3,
            vocabulary: 6,
            embedding: 8,
            hidden: 16,
            cell,
            words: SpecialWords::default(),
        };
        let mut net = CaptioningRnn::<f64>::new(settings, &mut generator(231));
        let mut optimisers = Optimisers::new(&net.parameters, Adam::new(0.02));
        for _ in 0..150 {
            let (_, gradients) = net.loss(&features, &captions);
            optimisers.update(&mut net.parameters, &gradients);
        }
        let loss = net.loss(&features, &captions).0;
        assert!(loss < 0.1, "{cell:?}: {loss}");
        assert_eq!(net.sample(&features, 4), captions.slice(s![.., 1..]), "{cell:?}");
        assert_eq!(net.sample(&features, 6).slice(s![.., ..4]), captions.slice(s![.., 1..]), "{cell:?}");
        assert_eq!(net.sample(&features, 2), captions.slice(s![.., 1..3]), "{cell:?}");
    }
    let settings =
        CaptioningTransformerSettings { features: 3, vocabulary: 6, embedding: 16, hidden: 32, ..Default::default() };
    let mut net = CaptioningTransformer::<f64>::new(settings, &mut generator(231));
    let mut optimisers = Optimisers::new(&net.parameters, Adam::new(0.01));
    for _ in 0..150 {
        let (_, gradients) = net.loss(&features, &captions);
        optimisers.update(&mut net.parameters, &gradients);
    }
    let loss = net.loss(&features, &captions).0;
    assert!(loss < 0.1, "{loss}");
    assert_eq!(net.sample(&features, 4), captions.slice(s![.., 1..]));
    assert_eq!(net.sample(&features, 0).dim(), (3, 0));
}

/// Of what is said step by step, each word must be the best by the scores of the whole caption.
#[test]
fn says_the_best_word_at_each_step() {
    let settings =
        CaptioningTransformerSettings { features: 4, vocabulary: 9, embedding: 8, hidden: 16, ..Default::default() };
    let mut net = CaptioningTransformer::<f64>::new(settings, &mut generator(7));
    net.parameters = moved(net.parameters, 7);
    let features = normal((5, 4), 1.0, &mut generator(8));
    let said = net.sample(&features, 6);
    let mut whole = Array2::from_elem((5, 7), 1);
    whole.slice_mut(s![.., 1..]).assign(&said);
    let scores: Array3<f64> = net.scores(&features, &whole);
    for ((n, t), &word) in said.indexed_iter() {
        if t > 0 && [0, 2].contains(&said[[n, t - 1]]) {
            assert_eq!(word, 0, "behind the end of caption {n}");
            continue;
        }
        let scores = scores.slice(s![n, t, ..]);
        assert!(scores.iter().all(|&score| score <= scores[word]), "caption {n}, step {t}");
    }
}

#[test]
fn words_behind_the_end_cost_nothing() {
    let (features, captions) = three_captions();
    let net = CaptioningRnn::<f64>::new(
        CaptioningRnnSettings { features: 3, vocabulary: 6, ..Default::default() },
        &mut generator(1),
    );
    let (loss, gradients) = net.loss(&features, &captions);
    let longer = ndarray::concatenate![ndarray::Axis(1), captions, Array2::zeros((3, 2))];
    let (same, same_gradients) = net.loss(&features, &longer);
    assert!((same - loss).abs() < 1e-12);
    for (name, gradient) in gradients.iter() {
        let same = same_gradients.get(name).expect("the same names");
        assert_eq!(compare(same, gradient, Tolerance::double()), Ok(()), "{name}");
    }
}

#[test]
fn single_precision_is_near_double_precision() {
    fn single(parameters: &Parameters<f64>) -> Parameters<f32> {
        let mut rounded = Parameters::new();
        for (name, parameter) in parameters.iter() {
            rounded.insert(name, round(parameter));
        }
        rounded
    }
    fn round<D: Dimension>(array: &Array<f64, D>) -> Array<f32, D> {
        array.mapv(|value| value as f32)
    }
    let (features, captions) = three_captions();
    let near = |(loss, gradients): (f64, Parameters<f64>), (loss1, gradients1): (f32, Parameters<f32>)| {
        assert!((f64::from(loss1) - loss).abs() < 1e-4 * loss);
        for (name, gradient) in gradients.iter() {
            let gradient1: &ArrayD<f32> = gradients1.get(name).expect("the same names");
            assert_eq!(compare(gradient1, gradient, Tolerance::new(1e-4, 1e-5)), Ok(()), "{name}");
        }
    };
    for cell in [RecurrentCell::Vanilla, RecurrentCell::Lstm] {
        let settings = CaptioningRnnSettings { features: 3, vocabulary: 6, cell, ..Default::default() };
        let net = CaptioningRnn::<f64>::new(settings, &mut generator(1));
        let net1 = CaptioningRnn { parameters: single(&net.parameters), cell, words: net.words };
        near(net.loss(&features, &captions), net1.loss(&round(&features), &captions));
    }
    let settings =
        CaptioningTransformerSettings { features: 3, vocabulary: 6, embedding: 8, hidden: 16, ..Default::default() };
    let net = CaptioningTransformer::<f64>::new(settings.clone(), &mut generator(1));
    let mut net1 = CaptioningTransformer::<f32>::new(settings, &mut generator(1));
    net1.parameters = single(&net.parameters);
    near(net.loss(&features, &captions), net1.loss(&round(&features), &captions));
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn faults_point_at_the_caller() {
    let net = CaptioningRnn::<f64>::new(CaptioningRnnSettings { features: 3, vocabulary: 6, ..Default::default() }, &mut generator(1));
    let (features, captions) = three_captions();
    let short = captions.slice(s![.., ..1]);
    panics_here("CaptioningRnn::loss: captions need at least two words, one to read and one to say, but captions is [3, 1]", || { net.loss(&features, &short); });
    panics_here("affine_forward: w needs one row for each feature of x, but x is [3, 2] and w is [3, 128]", || { net.loss(&features.slice(s![.., ..2]), &captions); });
    panics_here("word_embedding_forward: words must be below the number of rows of w, 6, but x[0, 1] is 9", || { net.loss(&features.slice(s![..1, ..]), &array![[1, 9, 2]]); });
    panics_here("rnn_forward: h0 needs one row for each example of x, but x is [2, 4, 128] and h0 is [3, 128]", || { net.loss(&features, &captions.slice(s![..2, ..])); });
    panics_here("affine_forward: w needs one row for each feature of x, but x is [3, 2] and w is [3, 128]", || { net.sample(&features.slice(s![.., ..2]), 3); });
    let settings = CaptioningTransformerSettings { features: 3, vocabulary: 6, embedding: 8, hidden: 16, ..Default::default() };
    let net = CaptioningTransformer::<f64>::new(settings.clone(), &mut generator(1));
    panics_here("CaptioningTransformer::loss: captions need at least two words, one to read and one to say, but captions is [3, 1]", || { net.loss(&features, &short); });
    panics_here("multi_head_attention_forward: query and key need the same number of examples, but query is [2, 4, 8] and key is [3, 1, 8]", || { net.loss(&features, &captions.slice(s![..2, ..])); });
    panics_here("CaptioningTransformer::new: embedding must be a multiple of heads, but is 8 and heads is 3", || { CaptioningTransformer::<f64>::new(CaptioningTransformerSettings { heads: 3, ..settings.clone() }, &mut generator(1)); });
}
