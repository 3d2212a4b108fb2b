//! Word embedding: each word of the vocabulary has a vector, which is learned.

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3};

use crate::Scalar;
use crate::shape::require;

/// What [`word_embedding_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct WordEmbeddingCache {
    x: Array2<usize>,
    vocabulary: usize,
}

/// The vector of each word: `out_nt = w_x_nt`, a row of `w`.
///
/// Shapes: words `x` (batch, time), vectors `w` (vocabulary, features), result (batch, time, features). It is the product
/// of one-hot rows with `w`, without the zeros.
///
/// Source: CS231n, assignment on captioning with recurrent networks.
///
/// # Panics
/// If a word is not below the size of the vocabulary.
///
/// ```
/// use gradus_nn::embedding::word_embedding_forward;
/// use ndarray::array;
/// let w = array![[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]];
/// let (out, _) = word_embedding_forward(&array![[2, 0]], &w);
/// assert_eq!(out, array![[[2.0, 2.5], [0.0, 0.5]]]);
/// ```
#[track_caller]
pub fn word_embedding_forward<F: Scalar>(x: &ArrayRef2<usize>, w: &ArrayRef2<F>) -> (Array3<F>, WordEmbeddingCache) {
    let ((batch, time), (vocabulary, features)) = (x.dim(), w.dim());
    for ((n, t), &word) in x.indexed_iter() {
        assert!(
            word < vocabulary,
            "word_embedding_forward: words must be below the number of rows of w, {vocabulary}, but x[{n}, {t}] is {word}"
        );
    }
    let mut out = Array3::zeros((batch, time, features));
    for ((n, t), &word) in x.indexed_iter() {
        out.slice_mut(ndarray::s![n, t, ..]).assign(&w.row(word));
    }
    (out, WordEmbeddingCache { x: x.to_owned(), vocabulary })
}

/// Back through [`word_embedding_forward`]: a word's gradient is the sum over all places where it stands,
///
/// `dw_v = sum_nt [x_nt = v] dout_nt`
///
/// Shapes: `dout` (batch, time, features), result (vocabulary, features). Words are not numbers that could be changed a
/// little, so `x` has no gradient.
///
/// # Panics
/// If `dout` has not one row for each word of `x`.
///
/// ```
/// use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
/// use ndarray::array;
/// let (_, cache) = word_embedding_forward(&array![[1, 0, 1]], &array![[0.0], [0.0], [0.0]]);
/// let dw = word_embedding_backward(&array![[[1.0], [10.0], [100.0]]], &cache);
/// assert_eq!(dw, array![[10.0], [101.0], [0.0]]);
/// ```
#[track_caller]
pub fn word_embedding_backward<F: Scalar>(dout: &ArrayRef3<F>, cache: &WordEmbeddingCache) -> Array2<F> {
    let (x, rule) = (&cache.x, "dout needs one row for each word of x");
    let fits = &dout.shape()[..2] == x.shape();
    require(fits, "word_embedding_backward", rule, ("x", x.shape()), ("dout", dout.shape()));
    let mut dw = Array2::zeros((cache.vocabulary, dout.shape()[2]));
    for ((n, t), &word) in x.indexed_iter() {
        let mut row = dw.row_mut(word);
        row += &dout.slice(ndarray::s![n, t, ..]);
    }
    dw
}
