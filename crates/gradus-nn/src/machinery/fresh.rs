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

/// Some neighbours among them.
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

    /// Sets the elements to the values, each as many times as the others.
    pub(crate) fn filled(self, values: &[T]) -> &'a mut [T] {
        let times = self.elements.len().checked_div(values.len()).unwrap_or(0);
        assert_eq!(times * values.len(), self.elements.len(), "each value fills as many elements as the others");
        for (run, &value) in self.elements.chunks_mut(times.max(1)).zip(values) {
            run.fill(MaybeUninit::new(value));
        }
        self.all_set()
    }

    /// Sets the elements to the values, all of them again and again.
    pub(crate) fn repeated(self, values: &[T]) -> &'a mut [T] {
        for run in self.elements.chunks_mut(values.len().max(1)) {
            run.iter_mut().zip(values).for_each(|(element, &value)| *element = MaybeUninit::new(value));
        }
        assert_eq!(self.elements.len().checked_rem(values.len()).unwrap_or(0), 0, "the values fit in whole times");
        self.all_set()
    }

    /// Sets the elements to those of a slice of the same length.
    pub(crate) fn copied(self, source: &[T]) -> &'a mut [T] {
        assert_eq!(self.elements.len(), source.len(), "a piece is copied from one of its length");
        self.elements.iter_mut().zip(source).for_each(|(element, &value)| *element = MaybeUninit::new(value));
        self.all_set()
    }

    /// As [`copied`](Self::copied), past the cache: for a result too large to be still there when it is read. A store into the
    /// cache first reads what it is going to overwrite, which is a third of the traffic of such a layer.
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "stores past the cache have no safe interface")]
    pub(crate) fn streamed(self, source: &[T]) {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
        const VECTOR: usize = size_of::<__m128i>();
        assert_eq!(self.elements.len(), source.len(), "a piece is copied from one of its length");
        let at_once = VECTOR / size_of::<T>();
        let start = self.elements.as_ptr().align_offset(VECTOR).min(source.len());
        let (head, rest) = source.split_at(start);
        let vectors = rest.len() / at_once;
        let (body, tail) = rest.split_at(vectors * at_once);
        let write = |to: &mut [MaybeUninit<T>], from: &[T]| {
            to.iter_mut().zip(from).for_each(|(element, &value)| *element = MaybeUninit::new(value));
        };
        write(&mut self.elements[..start], head);
        write(&mut self.elements[start + body.len()..], tail);
        let (from, to) = (body.as_ptr().cast::<__m128i>(), self.elements[start..].as_mut_ptr().cast::<__m128i>());
        // SAFETY: `body` has as many elements as there are from `start` on without the tail, and they are `vectors` whole
        // vectors; the target begins at a multiple of a vector, or `body` is empty. Every processor of this architecture
        // has these instructions. The fence makes the stores visible before any store that follows.
        unsafe {
            for vector in 0..vectors {
                _mm_stream_si128(to.add(vector), _mm_loadu_si128(from.add(vector)));
            }
            _mm_sfence();
        }
        self.all_set();
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn streamed(self, source: &[T]) {
        self.copied(source);
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
            match number {
                0 => piece.filled(&[3, 4]),
                1 => piece.copied(&[7, 8]),
                _ => piece.zeroed(),
            };
        }
        assert_eq!(fresh.into_array((1, 5)), array![[3, 4, 7, 8, 0]]);
        let mut fresh = Fresh::new(6);
        fresh.pieces(6).for_each(|piece| piece.filled(&[1, 2]).reverse());
        assert_eq!(fresh.into_array(6), array![2, 2, 2, 1, 1, 1]);
        assert_eq!(Fresh::<f32>::new(0).into_array((0, 3)).dim(), (0, 3));
    }

    #[test]
    fn streamed_pieces_are_copies_wherever_they_begin() {
        let source: Vec<f32> = (0..100).map(|i| i as f32).collect();
        for len in 1..40 {
            let mut fresh = Fresh::new(100);
            fresh.pieces(len).zip(source.chunks(len)).for_each(|(piece, source)| piece.streamed(source));
            assert_eq!(fresh.into_array(100).to_vec(), source, "pieces of {len}");
        }
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
