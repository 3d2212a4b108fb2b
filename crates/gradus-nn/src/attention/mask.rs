//! Which keys a query may look at.

use ndarray::{ArrayRef, ArrayView2, ArrayView4, ArrayViewD, Axis, Dimension};

use crate::Scalar;

/// Which keys a query may look at. A key that it may not gets the weight 0, as if it were not there.
///
/// A query that may look at no key gets only weights of 0, so its row of the output is 0 and it has no gradient. (A plain
/// softmax of such a row would be 0/0.)
///
/// ```
/// use gradus_nn::attention::{Mask, scaled_dot_product_attention_forward};
/// use ndarray::array;
/// let (query, key, value) = (array![[[0.0], [0.0]]], array![[[0.0], [0.0]]], array![[[4.0], [6.0]]]);
/// let attend = |mask| scaled_dot_product_attention_forward(&query, &key, &value, mask).0;
/// assert_eq!(attend(Mask::None), array![[[5.0], [5.0]]]);
/// assert_eq!(attend(Mask::Causal), array![[[4.0], [5.0]]]);
/// assert_eq!(attend(Mask::allowed(&array![[false, true], [false, false]])), array![[[6.0], [0.0]]]);
/// ```
#[derive(Debug, Clone)]
pub enum Mask<'a> {
    /// Every query sees every key.
    None,
    /// Query `i` sees the keys `0..=i`: nothing from its future. With more keys than queries the last keys stay unseen.
    Causal,
    /// True where a query may look. Made by [`Mask::allowed`].
    Allowed(ArrayViewD<'a, bool>),
}

impl<'a> Mask<'a> {
    /// A mask that is true where a query may look at a key, of the shape
    ///
    /// - (queries, keys): one for all examples and heads,
    /// - (batch, queries, keys): one for each example, the same for all its heads,
    /// - (batch, heads, queries, keys): one for each head.
    ///
    /// An axis of length 1 stands for any length: (batch, 1, keys) hides the padding at the end of each example.
    pub fn allowed<D: Dimension>(allowed: &'a ArrayRef<bool, D>) -> Self {
        Mask::Allowed(allowed.view().into_dyn())
    }

    /// The mask for all heads, ready to look up.
    ///
    /// # Panics
    /// If the mask does not fit (batch, heads, queries, keys).
    #[track_caller]
    pub(super) fn resolve(&self, operation: &str, scores: [usize; 4]) -> Resolved<'_> {
        let allowed = match self {
            Mask::None => return Resolved::All,
            Mask::Causal => return Resolved::Causal,
            Mask::Allowed(allowed) => allowed,
        };
        let mut view = allowed.view();
        if view.ndim() == 3 {
            view.insert_axis_inplace(Axis(1));
        }
        let fits = (2..=4).contains(&allowed.ndim())
            && view.shape().iter().rev().zip(scores.iter().rev()).all(|(&mask, &scores)| mask == 1 || mask == scores);
        if !fits {
            panic!(
                "{operation}: mask needs to fit (batch, heads, queries, keys), but these are {scores:?} and mask is {:?}",
                allowed.shape()
            );
        }
        while view.ndim() < 4 {
            view.insert_axis_inplace(Axis(0));
        }
        Resolved::Some(view.into_dimensionality().expect("four axes"))
    }
}

/// A [`Mask`] that fits, with axes of length 1 still in it.
pub(super) enum Resolved<'a> {
    All,
    Causal,
    Some(ArrayView4<'a, bool>),
}

impl Resolved<'_> {
    /// The mask of one head of one example.
    pub(super) fn of(&self, example: usize, head: usize) -> HeadMask<'_> {
        match self {
            Resolved::All => HeadMask::All,
            Resolved::Causal => HeadMask::Causal,
            Resolved::Some(allowed) => {
                let allowed = allowed.index_axis(Axis(0), at(example, allowed.len_of(Axis(0))));
                let head = at(head, allowed.len_of(Axis(0)));
                HeadMask::Some(allowed.index_axis_move(Axis(0), head))
            }
        }
    }
}

/// What one head may look at.
pub(super) enum HeadMask<'a> {
    All,
    Causal,
    Some(ArrayView2<'a, bool>),
}

impl HeadMask<'_> {
    /// Sets the scores of a query to minus infinity where it may not look, as far as it may look at all: the result is how
    /// many keys that are.
    pub(super) fn hide<F: Scalar>(&self, query: usize, scores: &mut [F]) -> usize {
        match self {
            HeadMask::All => scores.len(),
            HeadMask::Causal => scores.len().min(query + 1),
            HeadMask::Some(allowed) => {
                for (key, score) in scores.iter_mut().enumerate() {
                    if !allowed[[at(query, allowed.nrows()), at(key, allowed.ncols())]] {
                        *score = F::neg_infinity();
                    }
                }
                scores.len()
            }
        }
    }
}

/// The index into an axis where length 1 stands for any length.
fn at(index: usize, length: usize) -> usize {
    if length == 1 { 0 } else { index }
}
