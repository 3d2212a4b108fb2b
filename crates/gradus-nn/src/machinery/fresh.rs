//! Memory for results, set by the threads that fill it.
//!
//! `Array::zeros` of some megabytes is set by one thread, from one end to the other, and has left the cache when the
//! results come. Here each piece is set to zero by the thread that is about to fill it.

use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array, Dimension, IntoDimension};

/// The elements of an array to come.
pub(crate) struct Fresh<T> {
    elements: Vec<MaybeUninit<T>>,
    /// How many are set.
    set: AtomicUsize,
    /// Whether they have been given out, which is done only once, so that `set` counts each once.
    given: bool,
}

/// Some neighbours of them.
pub(crate) struct Piece<'a, T> {
    elements: &'a mut [MaybeUninit<T>],
    set: &'a AtomicUsize,
}

impl<T: Copy + Default> Fresh<T> {
    pub(crate) fn new(len: usize) -> Self {
        let mut elements = Vec::with_capacity(len);
        elements.resize_with(len, MaybeUninit::uninit);
        Fresh { elements, set: AtomicUsize::new(0), given: false }
    }

    /// All elements in pieces of `len`, the last perhaps of fewer.
    ///
    /// # Panics
    /// If they have been given out before, or `len` is 0.
    pub(crate) fn pieces(&mut self, len: usize) -> impl ExactSizeIterator<Item = Piece<'_, T>> + Send
    where
        T: Send,
    {
        assert!(!self.given, "the pieces are given out once");
        self.given = true;
        let set = &self.set;
        self.elements.chunks_mut(len).map(move |elements| Piece { elements, set })
    }

    /// The array, row-major.
    ///
    /// # Panics
    /// If a piece has not been set, or there are fewer or more elements than the shape has.
    #[expect(unsafe_code, reason = "only here is it known that all elements are set")]
    pub(crate) fn into_array<D: Dimension>(self, shape: impl IntoDimension<Dim = D>) -> Array<T, D> {
        let mut elements = ManuallyDrop::new(self.elements);
        let (pointer, len, capacity) = (elements.as_mut_ptr(), elements.len(), elements.capacity());
        assert_eq!(self.set.into_inner(), len, "every piece must have been set");
        // SAFETY: pointer, length and capacity are those of a vector that is not used any more, `MaybeUninit<T>` is laid
        // out as `T`, and all elements are set: each piece counts its elements when it sets them, once, because it is
        // used up then, and the pieces do not overlap.
        let elements = unsafe { Vec::from_raw_parts(pointer.cast::<T>(), len, capacity) };
        Array::from_shape_vec(shape.into_dimension(), elements).expect("as many elements as the shape has")
    }
}

impl<'a, T: Copy + Default> Piece<'a, T> {
    /// Sets the elements to zero.
    pub(crate) fn zeroed(self) -> &'a mut [T] {
        self.elements.fill(MaybeUninit::new(T::default()));
        self.all_set()
    }

    /// Sets the elements to those of a slice of the same length.
    pub(crate) fn copied(self, source: &[T]) -> &'a mut [T] {
        assert_eq!(self.elements.len(), source.len(), "a piece is copied from one of its length");
        self.elements.iter_mut().zip(source).for_each(|(element, &value)| *element = MaybeUninit::new(value));
        self.all_set()
    }

    /// To be called when all elements are set.
    #[expect(unsafe_code, reason = "the caller has set them")]
    fn all_set(self) -> &'a mut [T] {
        self.set.fetch_add(self.elements.len(), Ordering::Relaxed);
        // SAFETY: all elements are set, and `MaybeUninit<T>` is laid out as `T`.
        unsafe { &mut *(self.elements as *mut [MaybeUninit<T>] as *mut [T]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn pieces_become_an_array() {
        let mut fresh = Fresh::new(5);
        for (number, piece) in fresh.pieces(2).enumerate() {
            if number == 1 {
                piece.copied(&[7, 8]);
            } else {
                piece.zeroed().fill(number);
            }
        }
        assert_eq!(fresh.into_array((1, 5)), array![[0, 0, 7, 8, 2]]);
        assert_eq!(Fresh::<f32>::new(0).into_array((0, 3)).dim(), (0, 3));
    }

    #[test]
    #[should_panic(expected = "every piece must have been set")]
    fn an_unset_piece_is_noticed() {
        let mut fresh = Fresh::<f64>::new(4);
        fresh.pieces(2).skip(1).for_each(|piece| {
            piece.zeroed();
        });
        fresh.into_array(4);
    }
}
