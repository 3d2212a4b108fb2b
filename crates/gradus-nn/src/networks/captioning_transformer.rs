//! The captioning transformer: decoder blocks look at the words so far and at what the image shows, and say the next word.

use ndarray::{Array1, Array2, Array3, ArrayRef2, Axis, s};
use rand::Rng;

use super::Parameters;
use super::captions::{SpecialWords, lesson, say_greedily};
use crate::Scalar;
use crate::affine::{affine_backward, affine_forward};
use crate::attention::{Mask, positional_encoding_forward};
use crate::embedding::{word_embedding_backward, word_embedding_forward};
use crate::initialise::xavier_uniform;
use crate::named::ByName;
use crate::random::normal;
use crate::temporal::{temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss};
use crate::transformer::{
    Activation, BlockSettings, DecoderCache, DecoderParameters, decoder_block_backward, decoder_block_forward,
};

/// The sizes of a [`CaptioningTransformer`]. The default is that of CS231n, for 512 features of an image.
///
/// ```
/// use gradus_nn::networks::CaptioningTransformerSettings;
/// let settings = CaptioningTransformerSettings { vocabulary: 100, blocks: 3, ..Default::default() };
/// assert_eq!((settings.features, settings.embedding, settings.heads, settings.hidden), (512, 256, 2, 2048));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningTransformerSettings {
    /// Numbers that describe an image.
    pub features: usize,
    /// Words, with those that are no words.
    pub vocabulary: usize,
    /// Numbers that describe a word, a multiple of `heads`.
    pub embedding: usize,
    /// How many heads attention has.
    pub heads: usize,
    /// How many decoder blocks there are.
    pub blocks: usize,
    /// Units of a block's feed-forward part.
    pub hidden: usize,
    /// Between the two affine maps of a block's feed-forward part.
    pub activation: Activation,
    /// The words that are no words.
    pub words: SpecialWords,
}

impl Default for CaptioningTransformerSettings {
    fn default() -> Self {
        CaptioningTransformerSettings {
            features: 512,
            vocabulary: 1004,
            embedding: 256,
            heads: 2,
            blocks: 2,
            hidden: 2048,
            activation: Activation::Gelu,
            words: SpecialWords::default(),
        }
    }
}

/// The captioning transformer: with the features of an image and the words `x` of its caption,
///
/// `memory = features @ w_projection + b_projection`, a sequence of one step
///
/// `a_0 = w_embedding[x] + positional_encoding`, `a_i = decoder_block_i(a_i-1, memory)` with a causal mask
///
/// `scores = a_blocks @ w_vocabulary + b_vocabulary`, at each step those of the next word
///
/// Parameters: `w_projection` (features, embedding), `b_projection` (embedding), `w_embedding` (vocabulary, embedding),
/// `w_vocabulary` (embedding, vocabulary), `b_vocabulary` (vocabulary), and those of each block from 1 on under their names
/// in [`DecoderParameters`], such as `block1.attention.wq`.
///
/// It is no [`Network`](super::Network), for it has no classes. To train it, [`Optimisers`](crate::solver::Optimisers)
/// takes its gradients.
///
/// Source: CS231n, assignment on transformers, which divides the loss by the length of the captions as well.
///
/// ```
/// use gradus_nn::networks::{CaptioningTransformer, CaptioningTransformerSettings};
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::random::generator;
/// use gradus_nn::solver::Optimisers;
/// use ndarray::array;
/// let (null, start, end, cat, dog) = (0, 1, 2, 3, 4);
/// let features = array![[1.0, 0.0], [0.0, 1.0]];
/// let captions = array![[start, cat, end, null], [start, dog, dog, end]];
/// let settings = CaptioningTransformerSettings {
///     features: 2, vocabulary: 5, embedding: 8, hidden: 16, ..Default::default()
/// };
/// let mut net = CaptioningTransformer::<f64>::new(settings, &mut generator(231));
/// let mut optimisers = Optimisers::new(&net.parameters, Adam::new(0.01));
/// for _ in 0..100 {
///     let (_, gradients) = net.loss(&features, &captions);
///     optimisers.update(&mut net.parameters, &gradients);
/// }
/// assert_eq!(net.sample(&features, 4), array![[cat, end, null, null], [dog, dog, end, null]]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningTransformer<F> {
    /// `w_projection`, `b_projection` and so on.
    pub parameters: Parameters<F>,
    /// How many decoder blocks there are.
    pub blocks: usize,
    /// What the blocks are told besides their parameters.
    pub block_settings: BlockSettings<F>,
    /// The words that are no words.
    pub words: SpecialWords,
}

impl<F: Scalar> CaptioningTransformer<F> {
    /// Weights as [`xavier_uniform`] has them, those of the embedding normal with the standard deviation 0.02; biases and
    /// shifts 0, scales 1.
    ///
    /// # Panics
    /// If a size is 0, or `embedding` is not a multiple of `heads`.
    #[track_caller]
    pub fn new(settings: CaptioningTransformerSettings, generator: &mut impl Rng) -> Self {
        let CaptioningTransformerSettings { features, vocabulary, embedding, heads, blocks, hidden, activation, words } =
            settings;
        assert!(
            heads > 0 && embedding % heads == 0,
            "CaptioningTransformer::new: embedding must be a multiple of heads, but is {embedding} and heads is {heads}"
        );
        let mut parameters = Parameters::new();
        parameters.insert("w_projection", xavier_uniform((features, embedding), generator));
        parameters.insert("b_projection", Array1::zeros(embedding));
        parameters.insert("w_embedding", normal((vocabulary, embedding), 0.02, generator));
        parameters.insert("w_vocabulary", xavier_uniform((embedding, vocabulary), generator));
        parameters.insert("b_vocabulary", Array1::zeros(vocabulary));
        for block in 1..=blocks {
            DecoderParameters::random(embedding, hidden, generator).put(&format!("block{block}."), &mut parameters);
        }
        CaptioningTransformer { parameters, blocks, block_settings: BlockSettings::new(heads, activation), words }
    }

    /// The scores of the next word behind each word of the captions.
    ///
    /// Shapes: `features` (batch, features), `captions` (batch, time), result (batch, time, vocabulary).
    ///
    /// # Panics
    /// If a word is not in the vocabulary, or `features` and `captions` do not fit together or to the parameters.
    #[track_caller]
    pub fn scores(&self, features: &ArrayRef2<F>, captions: &ArrayRef2<usize>) -> Array3<F> {
        let p = &self.parameters;
        let (projected, _) = affine_forward(features, &p.matrix("w_projection"), &p.vector("b_projection"));
        let (x, _) = word_embedding_forward(captions, &p.matrix("w_embedding"));
        let (a, _) = self.decode(positional_encoding_forward(&x), &projected.insert_axis(Axis(1)));
        temporal_affine_forward(&a, &p.matrix("w_vocabulary"), &p.vector("b_vocabulary")).0
    }

    /// How badly the network says the captions, and the gradient for each parameter. At each step it reads the right words
    /// up to there, whatever it would have said itself.
    ///
    /// The loss is that of [`temporal_softmax_loss`], summed over the words of a caption without null, averaged over the
    /// batch.
    ///
    /// Shapes: `features` (batch, features), `captions` (batch, time), from the start word to the end word, filled up with
    /// null; gradients as the parameters.
    ///
    /// # Panics
    /// If a caption has fewer than two words, or as [`scores`](Self::scores).
    #[track_caller]
    pub fn loss(&self, features: &ArrayRef2<F>, captions: &ArrayRef2<usize>) -> (F, Parameters<F>) {
        let p = &self.parameters;
        let (read, say, counts) = lesson("CaptioningTransformer::loss", captions, self.words.null);
        let (projected, projection) = affine_forward(features, &p.matrix("w_projection"), &p.vector("b_projection"));
        let (x, embedding) = word_embedding_forward(&read, &p.matrix("w_embedding"));
        let (a, blocks) = self.decode(positional_encoding_forward(&x), &projected.insert_axis(Axis(1)));
        let (scores, vocabulary) = temporal_affine_forward(&a, &p.matrix("w_vocabulary"), &p.vector("b_vocabulary"));
        let (loss, dscores) = temporal_softmax_loss(&scores, &say, &counts);

        let mut gradients = Parameters::new();
        let dvocabulary = temporal_affine_backward(&dscores, &vocabulary);
        gradients.insert("w_vocabulary", dvocabulary.dw);
        gradients.insert("b_vocabulary", dvocabulary.db);
        let mut dx = dvocabulary.dx;
        let mut dprojected = Array2::zeros((features.nrows(), dx.dim().2));
        for (i, cache) in blocks.iter().enumerate().rev() {
            let block = decoder_block_backward(&dx, cache);
            dx = block.dx;
            dprojected += &block.dmemory.index_axis(Axis(1), 0); // every block looks at the one memory
            block.dparameters.put(&format!("block{}.", i + 1), &mut gradients);
        }
        gradients.insert("w_embedding", word_embedding_backward(&dx, &embedding));
        let (_, dw_projection, db_projection) = affine_backward(&dprojected, &projection);
        gradients.insert("w_projection", dw_projection);
        gradients.insert("b_projection", db_projection);
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
        say_greedily(features.nrows(), max_length, self.words, |said, t| {
            self.scores(features, &said.slice(s![.., ..=t])).index_axis_move(Axis(1), t)
        })
    }

    #[track_caller]
    fn decode(&self, mut a: Array3<F>, memory: &Array3<F>) -> (Array3<F>, Vec<DecoderCache<F>>) {
        let mut caches = Vec::with_capacity(self.blocks);
        for block in 1..=self.blocks {
            let parameters = DecoderParameters::get(&format!("block{block}."), &self.parameters);
            let (out, cache) =
                decoder_block_forward(&a, memory, &parameters, self.block_settings, Mask::Causal, Mask::None);
            caches.push(cache);
            a = out;
        }
        (a, caches)
    }
}
