//! Values as bytes: what a call's arguments and results look like between two processes.
//!
//! Little endian throughout. Scalars take 8 bytes; an array is its number of axes (`u32`), their lengths (`u64` each)
//! and its elements in row-major order. Decoding trusts nothing: every length is held against what is left.

use bytemuck::{AnyBitPattern, NoUninit};
use ndarray::{Array, Dimension, IxDyn};
use thiserror::Error;

/// Why bytes are not the value that was asked for.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum WireError {
    /// The bytes end before the value does.
    #[error("{wanted} bytes wanted, {left} left")]
    Short {
        /// Bytes that the value needs.
        wanted: usize,
        /// Bytes that are there.
        left: usize,
    },
    /// An array has another number of axes than its type.
    #[error("an array of {found} axes where {expected} were expected")]
    Axes {
        /// Axes of the type.
        expected: usize,
        /// Axes found.
        found: usize,
    },
    /// Sizes that cannot be: their product is more than memory.
    #[error("an array of impossible size")]
    Size,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Text,
    /// Bytes are left over after the last value.
    #[error("{0} bytes after the last value")]
    Trailing(usize),
}

/// A value that can cross the pipe.
pub trait Value: Sized {
    /// Appends the value to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// Takes the value from the front of `bytes`.
    ///
    /// # Errors
    /// When the bytes are not such a value.
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError>;

    /// The number at flat (row-major) position `index`, where a numeric gradient may move it.
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        let _ = index;
        None
    }

    /// `sum(weights * value)` over part `part` of a tuple of results; without weights, the part itself, a number.
    fn weighted_sum(&self, part: usize, weights: Option<&[f64]>) -> Option<f64> {
        let _ = (part, weights);
        None
    }
}

/// Reads values off the front of a byte slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`WireError::Short`] when fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let Some((front, rest)) = self.rest.split_at_checked(count) else {
            return Err(WireError::Short { wanted: count, left: self.rest.len() });
        };
        self.rest = rest;
        Ok(front)
    }

    /// All bytes not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`WireError::Trailing`] when bytes are left over.
    pub fn finish(self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::Trailing(self.rest.len())) }
    }

    fn eight(&mut self) -> Result<[u8; 8], WireError> {
        Ok(self.take(8)?.try_into().expect("take gives exactly eight"))
    }
}

/// An element of an array on the wire.
trait Element: NoUninit + AnyBitPattern {
    fn to_bytes(self) -> [u8; 8];
    fn from_bytes(bytes: [u8; 8]) -> Self;
}

macro_rules! scalars {
    ($($type:ty: $to:expr, $from:expr;)*) => {$(
        impl Element for $type {
            fn to_bytes(self) -> [u8; 8] {
                let to: fn(Self) -> [u8; 8] = $to;
                to(self)
            }
            fn from_bytes(bytes: [u8; 8]) -> Self {
                let from: fn([u8; 8]) -> Self = $from;
                from(bytes)
            }
        }
    )*};
}
scalars! {
    f64: f64::to_le_bytes, f64::from_le_bytes;
    u64: u64::to_le_bytes, u64::from_le_bytes;
    usize: |value| (value as u64).to_le_bytes(), |bytes| u64::from_le_bytes(bytes) as usize;
}

impl Value for f64 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self::from_bytes(bytes.eight()?))
    }
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        (index == 0).then_some(self)
    }
    fn weighted_sum(&self, part: usize, weights: Option<&[f64]>) -> Option<f64> {
        match (part, weights) {
            (0, None) => Some(*self),
            (0, Some([weight])) => Some(weight * self),
            _ => None,
        }
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_bytes());
            }
            fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(Self::from_bytes(bytes.eight()?))
            }
        }
    )*};
}
whole_numbers!(u64, usize);

impl Value for String {
    fn encode(&self, out: &mut Vec<u8>) {
        self.len().encode(out);
        out.extend_from_slice(self.as_bytes());
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let length = usize::decode(bytes)?;
        let text = std::str::from_utf8(bytes.take(length)?).map_err(|_| WireError::Text)?;
        Ok(text.to_owned())
    }
}

impl Value for Vec<f64> {
    fn encode(&self, out: &mut Vec<u8>) {
        self.len().encode(out);
        encode_slice(self, out);
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let length = usize::decode(bytes)?;
        decode_elements(bytes, length)
    }
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        self.get_mut(index)
    }
    fn weighted_sum(&self, part: usize, weights: Option<&[f64]>) -> Option<f64> {
        sum_of_products(self.iter(), self.len(), part, weights)
    }
}

impl<D: Dimension> Value for Array<f64, D> {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_array(self, out);
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        decode_array(bytes)
    }
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        // Arrays decoded here are in row-major order, so that flat positions are slice positions.
        self.as_slice_mut()?.get_mut(index)
    }
    fn weighted_sum(&self, part: usize, weights: Option<&[f64]>) -> Option<f64> {
        sum_of_products(self.iter(), self.len(), part, weights)
    }
}

impl<D: Dimension> Value for Array<usize, D> {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_array(self, out);
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        decode_array(bytes)
    }
}

/// One for true, zero for false.
impl<D: Dimension> Value for Array<bool, D> {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_array(&self.mapv(usize::from), out);
    }
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let numbers: Array<usize, D> = decode_array(bytes)?;
        if numbers.iter().any(|&number| number > 1) {
            return Err(WireError::Size);
        }
        Ok(numbers.mapv(|number| number == 1))
    }
}

macro_rules! tuples {
    ($($name:ident $position:tt),*) => {
        impl<$($name: Value),*> Value for ($($name,)*) {
            fn encode(&self, out: &mut Vec<u8>) {
                $(self.$position.encode(out);)*
            }
            fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(($($name::decode(bytes)?,)*))
            }
            fn weighted_sum(&self, part: usize, weights: Option<&[f64]>) -> Option<f64> {
                match part {
                    $($position => self.$position.weighted_sum(0, weights),)*
                    _ => None,
                }
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);

fn encode_array<T: Element, D: Dimension>(array: &Array<T, D>, out: &mut Vec<u8>) {
    out.extend_from_slice(&(array.ndim() as u32).to_le_bytes());
    for &length in array.shape() {
        length.encode(out);
    }
    match array.as_slice() {
        Some(elements) => encode_slice(elements, out),
        None => encode_each(array.iter().copied(), out),
    }
}

fn decode_array<T: Element, D: Dimension>(bytes: &mut Reader<'_>) -> Result<Array<T, D>, WireError> {
    let found = u32::from_le_bytes(bytes.take(4)?.try_into().expect("take gives exactly four")) as usize;
    let expected = D::NDIM.unwrap_or(found);
    if found != expected {
        return Err(WireError::Axes { expected, found });
    }
    if found.saturating_mul(8) > bytes.rest().len() {
        return Err(WireError::Short { wanted: found.saturating_mul(8), left: bytes.rest().len() });
    }
    let shape = (0..found).map(|_| usize::decode(bytes)).collect::<Result<Vec<_>, _>>()?;
    let length = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n)).ok_or(WireError::Size)?;
    let elements = decode_elements(bytes, length)?;
    Array::from_shape_vec(IxDyn(&shape), elements)
        .ok()
        .and_then(|array| array.into_dimensionality::<D>().ok())
        .ok_or(WireError::Size)
}

/// In one piece where memory already holds what the wire does.
fn encode_slice<T: Element>(elements: &[T], out: &mut Vec<u8>) {
    if cfg!(all(target_endian = "little", target_pointer_width = "64")) {
        out.extend_from_slice(bytemuck::cast_slice(elements));
    } else {
        encode_each(elements.iter().copied(), out);
    }
}

fn encode_each<T: Element>(elements: impl Iterator<Item = T>, out: &mut Vec<u8>) {
    elements.for_each(|element| out.extend_from_slice(&element.to_bytes()));
}

fn decode_elements<T: Element>(bytes: &mut Reader<'_>, count: usize) -> Result<Vec<T>, WireError> {
    let bytes = bytes.take(count.checked_mul(8).ok_or(WireError::Size)?)?;
    Ok(bytes.chunks_exact(8).map(|eight| T::from_bytes(eight.try_into().expect("chunks of eight"))).collect())
}

fn sum_of_products<'a>(
    elements: impl Iterator<Item = &'a f64>,
    count: usize,
    part: usize,
    weights: Option<&[f64]>,
) -> Option<f64> {
    let weights = weights?;
    (part == 0 && weights.len() == count).then(|| elements.zip(weights).map(|(element, weight)| element * weight).sum())
}
