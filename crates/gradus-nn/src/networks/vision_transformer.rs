//! The vision transformer: an image is read as a sequence of its squares.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef4, Axis, Ix2, Ix4, concatenate, s};
use rand::{Rng, RngCore};

use super::{Network, Parameters};
use crate::Scalar;
use crate::affine::{AffineCache, affine_backward, affine_forward};
use crate::attention::{Mask, positional_encoding_forward};
use crate::initialise::xavier_uniform;
use crate::named::ByName;
use crate::patches::{PatchEmbeddingCache, patch_embedding_backward, patch_embedding_forward};
use crate::random::normal;
use crate::regularisation::l2;
use crate::softmax::softmax_loss;
use crate::transformer::{
    Activation, BlockSettings, EncoderCache, EncoderParameters, encoder_block_backward, encoder_block_forward,
};

/// How the vectors of all squares become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooling {
    /// Their mean, as in CS231n.
    #[default]
    Mean,
    /// A learned vector stands before the squares, and what becomes of it counts, as in the paper.
    ClassToken,
}

/// The sizes of a [`VisionTransformer`]. The default is that of CS231n, for images of CIFAR-10.
///
/// ```
/// use gradus_nn::networks::VisionTransformerSettings;
/// let settings = VisionTransformerSettings { image: [1, 28, 28], patch: 4, ..Default::default() };
/// assert_eq!((settings.embedding, settings.heads, settings.blocks, settings.hidden), (128, 4, 6, 256));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct VisionTransformerSettings {
    /// Channels, height and width.
    pub image: [usize; 3],
    /// Height and width of a square; divides those of the image.
    pub patch: usize,
    /// Numbers that describe a square, a multiple of `heads`.
    pub embedding: usize,
    /// How many heads attention has.
    pub heads: usize,
    /// How many encoder blocks there are.
    pub blocks: usize,
    /// Units of a block's feed-forward part.
    pub hidden: usize,
    /// Between the two affine maps of a block's feed-forward part.
    pub activation: Activation,
    /// How the vectors of all squares become one.
    pub pooling: Pooling,
    /// Classes.
    pub classes: usize,
    /// The strength of the penalty, 0 or more.
    pub reg: f64,
}

impl Default for VisionTransformerSettings {
    fn default() -> Self {
        VisionTransformerSettings {
            image: [3, 32, 32],
            patch: 8,
            embedding: 128,
            heads: 4,
            blocks: 6,
            hidden: 256,
            activation: Activation::Gelu,
            pooling: Pooling::Mean,
            classes: 10,
            reg: 0.0,
        }
    }
}

/// The vision transformer:
///
/// `a_0 = patch_embedding(x, w_patch, b_patch) + positional_encoding`, `a_i = encoder_block_i(a_i-1)`
///
/// `scores = pool(a_blocks) @ w_class + b_class`
///
/// With [`Pooling::ClassToken`] the vector `class_token` stands before the patches, at position 0.
///
/// Parameters: `w_patch` (channels * patch * patch, embedding), `b_patch` (embedding), `w_class` (embedding, classes),
/// `b_class` (classes), perhaps `class_token` (embedding), and those of each block from 1 on under their names in
/// [`EncoderParameters`], such as `block1.attention.wq`.
///
/// Source: Dosovitskiy and others, An image is worth 16x16 words (2021); CS231n, assignment on transformers. As there, the
/// blocks have layer norm behind each part and the positions are waves, not learned.
///
/// ```
/// use gradus_nn::networks::{Pooling, VisionTransformer, VisionTransformerSettings};
/// use gradus_nn::random::generator;
/// use ndarray::{Array4, array};
/// let settings = VisionTransformerSettings {
///     image: [1, 8, 12], patch: 4, embedding: 16, blocks: 2, pooling: Pooling::ClassToken, ..Default::default()
/// };
/// let net = VisionTransformer::<f64>::new(settings, &mut generator(231));
/// assert_eq!(net.scores(&Array4::ones((2, 1, 8, 12))).dim(), (2, 10));
/// let (_, gradients) = net.loss(&Array4::ones((2, 1, 8, 12)), &array![3, 7]);
/// assert_eq!(gradients.matrix("block2.feed_forward.w1").dim(), (16, 256));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct VisionTransformer<F> {
    /// `w_patch`, `b_patch` and so on.
    pub parameters: Parameters<F>,
    /// Height and width of a square.
    pub patch: usize,
    /// How many encoder blocks there are.
    pub blocks: usize,
    /// What the blocks are told besides their parameters.
    pub block_settings: BlockSettings<F>,
    /// How the vectors of all squares become one.
    pub pooling: Pooling,
    /// The strength of the penalty `0.5 * reg * sum(w^2)` over all matrices, 0 or more.
    pub reg: F,
}

/// What the backward pass needs.
struct Caches<F: Scalar> {
    patches: PatchEmbeddingCache<F>,
    blocks: Vec<EncoderCache<F>>,
    /// Of the sequence, with the class token.
    sequence: (usize, usize, usize),
    class: AffineCache<F, Ix2>,
}

impl<F: Scalar> VisionTransformer<F> {
    /// Weights as [`xavier_uniform`] has them, the class token normal with the standard deviation 0.02; biases and shifts
    /// 0, scales 1.
    ///
    /// # Panics
    /// If a size is 0, `patch` does not divide height and width, or `embedding` is not a multiple of `heads`.
    #[track_caller]
    pub fn new(settings: VisionTransformerSettings, generator: &mut impl Rng) -> Self {
        let VisionTransformerSettings {
            image: [channels, height, width],
            patch,
            embedding,
            heads,
            blocks,
            hidden,
            activation,
            pooling,
            classes,
            reg,
        } = settings;
        assert!(
            patch > 0 && height % patch == 0 && width % patch == 0,
            "VisionTransformer::new: patch must divide height and width, but is {patch} and image is \
             [{channels}, {height}, {width}]"
        );
        assert!(
            heads > 0 && embedding % heads == 0,
            "VisionTransformer::new: embedding must be a multiple of heads, but is {embedding} and heads is {heads}"
        );
        let mut parameters = Parameters::new();
        parameters.insert("w_patch", xavier_uniform((channels * patch * patch, embedding), generator));
        parameters.insert("b_patch", Array1::zeros(embedding));
        if pooling == Pooling::ClassToken {
            parameters.insert("class_token", normal(embedding, 0.02, generator));
        }
        for block in 1..=blocks {
            EncoderParameters::random(embedding, hidden, generator).put(&format!("block{block}."), &mut parameters);
        }
        parameters.insert("w_class", xavier_uniform((embedding, classes), generator));
        parameters.insert("b_class", Array1::zeros(classes));
        let block_settings = BlockSettings::new(heads, activation);
        VisionTransformer { parameters, patch, blocks, block_settings, pooling, reg: F::cast(reg) }
    }

    /// The scores of images.
    ///
    /// Shapes: images `x` (batch, channels, height, width), scores (batch, classes).
    ///
    /// # Panics
    /// If `x` does not fit the parameters.
    #[track_caller]
    pub fn scores(&self, x: &ArrayRef4<F>) -> Array2<F> {
        self.forward(x).0
    }

    /// The loss, softmax and penalty, and its gradient for each parameter.
    ///
    /// Shapes: images `x` (batch, channels, height, width), labels `y` (batch), gradients as the parameters.
    ///
    /// # Panics
    /// If `x` does not fit the parameters, or as [`softmax_loss`].
    #[track_caller]
    pub fn loss(&self, x: &ArrayRef4<F>, y: &ArrayRef1<usize>) -> (F, Parameters<F>) {
        let (scores, caches) = self.forward(x);
        let (mut loss, dscores) = softmax_loss(&scores, y);

        let mut gradients = Parameters::new();
        let (dpooled, dw_class, db_class) = affine_backward(&dscores, &caches.class);
        gradients.insert("w_class", dw_class);
        gradients.insert("b_class", db_class);
        let mut da = self.pool_backward(&dpooled, caches.sequence);
        for (i, cache) in caches.blocks.iter().enumerate().rev() {
            let block = encoder_block_backward(&da, cache);
            da = block.dx;
            block.dparameters.put(&format!("block{}.", i + 1), &mut gradients);
        }
        if self.pooling == Pooling::ClassToken {
            gradients.insert("class_token", da.index_axis(Axis(1), 0).sum_axis(Axis(0)));
            da = da.slice_move(s![.., 1.., ..]);
        }
        let patches = patch_embedding_backward(&da, &caches.patches);
        gradients.insert("w_patch", patches.dw);
        gradients.insert("b_patch", patches.db);

        for (name, w) in self.parameters.iter().filter(|(_, parameter)| parameter.ndim() == 2) {
            let (penalty, dpenalty) = l2(w, self.reg);
            loss += penalty;
            *gradients.get_mut(name).expect("each weight has a gradient") += &dpenalty;
        }
        (loss, gradients)
    }

    #[track_caller]
    fn forward(&self, x: &ArrayRef4<F>) -> (Array2<F>, Caches<F>) {
        let p = &self.parameters;
        let (embedded, patches) = patch_embedding_forward(x, &p.matrix("w_patch"), &p.vector("b_patch"), self.patch);
        let mut a = positional_encoding_forward(&self.with_class_token(embedded));
        let mut blocks = Vec::with_capacity(self.blocks);
        for block in 1..=self.blocks {
            let parameters = EncoderParameters::get(&format!("block{block}."), p);
            let (out, cache) = encoder_block_forward(&a, &parameters, self.block_settings, Mask::None);
            blocks.push(cache);
            a = out;
        }
        let (scores, class) = affine_forward(&self.pool(&a), &p.matrix("w_class"), &p.vector("b_class"));
        (scores, Caches { patches, blocks, sequence: a.dim(), class })
    }

    fn with_class_token(&self, embedded: Array3<F>) -> Array3<F> {
        match self.pooling {
            Pooling::Mean => embedded,
            Pooling::ClassToken => {
                let (batch, _, features) = embedded.dim();
                let token = self.parameters.vector("class_token");
                let tokens = token.broadcast((batch, 1, features)).expect("one for each image");
                concatenate![Axis(1), tokens, embedded]
            }
        }
    }

    /// (batch, time, embedding) to (batch, embedding).
    fn pool(&self, a: &Array3<F>) -> Array2<F> {
        match self.pooling {
            Pooling::Mean => a.sum_axis(Axis(1)) / F::count(a.dim().1),
            Pooling::ClassToken => a.index_axis(Axis(1), 0).to_owned(),
        }
    }

    fn pool_backward(&self, dpooled: &ArrayRef2<F>, sequence: (usize, usize, usize)) -> Array3<F> {
        let mut da = Array3::zeros(sequence);
        match self.pooling {
            Pooling::Mean => {
                let share = dpooled.mapv(|slope| slope / F::count(sequence.1));
                da += &share.insert_axis(Axis(1));
            }
            Pooling::ClassToken => da.index_axis_mut(Axis(1), 0).assign(dpooled),
        }
        da
    }
}

impl<F: Scalar> Network<F> for VisionTransformer<F> {
    type Dim = Ix4;

    fn parameters(&self) -> &Parameters<F> {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut Parameters<F> {
        &mut self.parameters
    }

    #[track_caller]
    fn scores(&self, x: &ArrayRef4<F>) -> Array2<F> {
        VisionTransformer::scores(self, x)
    }

    #[track_caller]
    fn loss(&mut self, x: &ArrayRef4<F>, y: &ArrayRef1<usize>, _generator: &mut dyn RngCore) -> (F, Parameters<F>) {
        VisionTransformer::loss(self, x, y)
    }
}
