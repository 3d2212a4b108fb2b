//! The captioning RNN and LSTM: what an image shows becomes the first state of a recurrent network, which says it word by
//! word.

use ndarray::{Array1, Array2, Array3, ArrayRef2, ArrayRef3};
use rand::Rng;

use super::Parameters;
use super::captions::{SpecialWords, lesson, say_greedily};
use crate::Scalar;
use crate::affine::{affine_backward, affine_forward};
use crate::embedding::{word_embedding_backward, word_embedding_forward};
use crate::lstm::{LstmCache, lstm_backward, lstm_forward, lstm_step_forward};
use crate::random::normal;
use crate::rnn::{RnnCache, rnn_backward, rnn_forward, rnn_step_forward};
use crate::temporal::{temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};

/// What remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecurrentCell {
    /// The [vanilla recurrent network](crate::rnn).
    #[default]
    Vanilla,
    /// The [long short-term memory](crate::lstm).
    Lstm,
}

/// The sizes of a [`CaptioningRnn`]. The default is that of CS231n, for 512 features of an image.
///
/// ```
/// use gradus_nn::networks::{CaptioningRnnSettings, RecurrentCell};
/// let settings = CaptioningRnnSettings { vocabulary: 1004, cell: RecurrentCell::Lstm, ..Default::default() };
/// assert_eq!((settings.features, settings.embedding, settings.hidden, settings.words.start), (512, 128, 128, 1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningRnnSettings {
    /// Numbers that describe an image.
    pub features: usize,
    /// Words, with those that are no words.
    pub vocabulary: usize,
    /// Numbers that describe a word.
    pub embedding: usize,
    /// Units of the state.
    pub hidden: usize,
    /// What remembers.
    pub cell: RecurrentCell,
    /// The words that are no words.
    pub words: SpecialWords,
}

impl Default for CaptioningRnnSettings {
    fn default() -> Self {
        CaptioningRnnSettings {
            features: 512,
            vocabulary: 1004,
            embedding: 128,
            hidden: 128,
            cell: RecurrentCell::Vanilla,
            words: SpecialWords::default(),
        }
    }
}

/// The captioning RNN or LSTM: with the features of an image and the words `x_0, x_1, ...` of its caption,
///
/// `h_0 = features @ w_projection + b_projection`, `h_t+1 = cell(w_embedding[x_t], h_t)`
///
/// `scores_t = h_t+1 @ w_vocabulary + b_vocabulary`, the scores of the next word
///
/// Parameters: `w_projection` (features, hidden), `b_projection` (hidden), `w_embedding` (vocabulary, embedding), `wx`
/// (embedding, gates * hidden), `wh` (hidden, gates * hidden), `b` (gates * hidden), `w_vocabulary` (hidden, vocabulary),
/// `b_vocabulary` (vocabulary); the vanilla cell has 1 gate, the LSTM 4.
///
/// It is no [`Network`](super::Network), for it has no classes. To train it, [`Optimisers`](crate::solver::Optimisers)
/// takes its gradients.
///
/// Source: CS231n, assignments on captioning with recurrent networks.
///
/// ```
/// use gradus_nn::networks::{CaptioningRnn, CaptioningRnnSettings, RecurrentCell};
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::random::generator;
/// use gradus_nn::solver::Optimisers;
/// use ndarray::array;
/// let (null, start, end, cat, dog) = (0, 1, 2, 3, 4);
/// let features = array![[1.0, 0.0], [0.0, 1.0]];
/// let captions = array![[start, cat, end, null], [start, dog, dog, end]];
/// let settings = CaptioningRnnSettings {
///     features: 2, vocabulary: 5, embedding: 8, hidden: 16, cell: RecurrentCell::Lstm, ..Default::default()
/// };
/// let mut net = CaptioningRnn::<f64>::new(settings, &mut generator(231));
/// let mut optimisers = Optimisers::new(&net.parameters, Adam::new(0.02));
/// for _ in 0..100 {
///     let (_, gradients) = net.loss(&features, &captions);
///     optimisers.update(&mut net.parameters, &gradients);
/// }
/// assert_eq!(net.sample(&features, 4), array![[cat, end, null, null], [dog, dog, end, null]]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningRnn<F> {
    /// `w_projection`, `b_projection` and so on.
    pub parameters: Parameters<F>,
    /// What remembers.
    pub cell: RecurrentCell,
    /// The words that are no words.
    pub words: SpecialWords,
}

/// What the backward pass of the recurrent layer needs.
enum CellCache<F> {
    Vanilla(RnnCache<F>),
    Lstm(LstmCache<F>),
}

impl<F: Scalar> CaptioningRnn<F> {
    /// Weights from normal distributions with the standard deviation `1 / sqrt(rows)`, the embedding's 0.01; biases 0.
    pub fn new(settings: CaptioningRnnSettings, generator: &mut impl Rng) -> Self {
        let CaptioningRnnSettings { features, vocabulary, embedding, hidden, cell, words } = settings;
        let columns = match cell {
            RecurrentCell::Vanilla => hidden,
            RecurrentCell::Lstm => 4 * hidden,
        };
        let mut scaled = |rows: usize, columns| normal((rows, columns), 1.0 / (rows as f64).sqrt(), generator);
        let mut parameters = Parameters::new();
        parameters.insert("w_projection", scaled(features, hidden));
        parameters.insert("b_projection", Array1::zeros(hidden));
        parameters.insert("wx", scaled(embedding, columns));
        parameters.insert("wh", scaled(hidden, columns));
        parameters.insert("b", Array1::zeros(columns));
        parameters.insert("w_vocabulary", scaled(hidden, vocabulary));
        parameters.insert("b_vocabulary", Array1::zeros(vocabulary));
        parameters.insert("w_embedding", normal((vocabulary, embedding), 0.01, generator));
        CaptioningRnn { parameters, cell, words }
    }

    /// How badly the network says the captions, and the gradient for each parameter. At each step it reads the right word
    /// of the caption, whatever it would have said itself.
    ///
    /// The loss is that of [`temporal_softmax_loss`], summed over the words of a caption without null, averaged over the
    /// batch.
    ///
    /// Shapes: `features` (batch, features), `captions` (batch, time), from the start word to the end word, filled up with
    /// null; gradients as the parameters.
    ///
    /// # Panics
    /// If a caption has fewer than two words, a word is not in the vocabulary, or `features` and `captions` do not fit
    /// together or to the parameters.
    #[track_caller]
    pub fn loss(&self, features: &ArrayRef2<F>, captions: &ArrayRef2<usize>) -> (F, Parameters<F>) {
        let p = &self.parameters;
        let (read, say, counts) = lesson("CaptioningRnn::loss", captions, self.words.null);
        let (h0, projection) = affine_forward(features, &p.matrix("w_projection"), &p.vector("b_projection"));
        let (x, embedding) = word_embedding_forward(&read, &p.matrix("w_embedding"));
        let (h, cell) = self.remember(&x, &h0);
        let (scores, vocabulary) = temporal_affine_forward(&h, &p.matrix("w_vocabulary"), &p.vector("b_vocabulary"));
        let (loss, dscores) = temporal_softmax_loss(&scores, &say, &counts);

        let dvocabulary = temporal_affine_backward(&dscores, &vocabulary);
        let (dx, dh0, dwx, dwh, db) = match &cell {
            CellCache::Vanilla(cache) => {
                let g = rnn_backward(&dvocabulary.dx, cache);
                (g.dx, g.dh0, g.dwx, g.dwh, g.db)
            }
            CellCache::Lstm(cache) => {
                let g = lstm_backward(&dvocabulary.dx, cache);
                (g.dx, g.dh0, g.dwx, g.dwh, g.db)
            }
        };
        let (_, dw_projection, db_projection) = affine_backward(&dh0, &projection);

        let mut gradients = Parameters::new();
        gradients.insert("w_projection", dw_projection);
        gradients.insert("b_projection", db_projection);
        gradients.insert("w_embedding", word_embedding_backward(&dx, &embedding));
        gradients.insert("wx", dwx);
        gradients.insert("wh", dwh);
        gradients.insert("b", db);
        gradients.insert("w_vocabulary", dvocabulary.dw);
        gradients.insert("b_vocabulary", dvocabulary.db);
        (loss, gradients)
    }

    /// Says what it sees: at each step the word with the highest score, the first of equals, which it reads at the next
    /// step. Behind the end word there is only null.
    ///
    /// Shapes: `features` (batch, features), result (batch, max_length), without the start word.
    ///
    /// # Panics
    /// If `features` does not fit the parameters, or the start word is not in the vocabulary.
    #[track_caller]
    pub fn sample(&self, features: &ArrayRef2<F>, max_length: usize) -> Array2<usize> {
        let p = &self.parameters;
        let (wx, wh, b) = (p.matrix("wx"), p.matrix("wh"), p.vector("b"));
        let (mut h, _) = affine_forward(features, &p.matrix("w_projection"), &p.vector("b_projection"));
        let mut c = Array2::zeros(h.raw_dim());
        say_greedily(features.nrows(), max_length, self.words, |said, t| {
            let word = said.slice(ndarray::s![.., t..t + 1]);
            let (x, _) = word_embedding_forward(&word, &p.matrix("w_embedding"));
            let x = x.index_axis(ndarray::Axis(1), 0);
            match self.cell {
                RecurrentCell::Vanilla => h = rnn_step_forward(&x, &h, &wx, &wh, &b).0,
                RecurrentCell::Lstm => (h, c, _) = lstm_step_forward(&x, &h, &c, &wx, &wh, &b),
            }
            affine_forward(&h, &p.matrix("w_vocabulary"), &p.vector("b_vocabulary")).0
        })
    }

    #[track_caller]
    fn remember(&self, x: &ArrayRef3<F>, h0: &ArrayRef2<F>) -> (Array3<F>, CellCache<F>) {
        let p = &self.parameters;
        let (wx, wh, b) = (p.matrix("wx"), p.matrix("wh"), p.vector("b"));
        match self.cell {
            RecurrentCell::Vanilla => {
                let (h, cache) = rnn_forward(x, h0, &wx, &wh, &b);
                (h, CellCache::Vanilla(cache))
            }
            RecurrentCell::Lstm => {
                let (h, cache) = lstm_forward(x, h0, &wx, &wh, &b);
                (h, CellCache::Lstm(cache))
            }
        }
    }
}
