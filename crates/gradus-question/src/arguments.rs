//! How a function's parameter types, `&Array2<f64>` or `f64`, relate to the owned values that cross the pipe.

use crate::wire::{Reader, Value, WireError};

/// A parameter type: what is owned on the worker's side, and how the function borrows it.
pub trait Argument<'a>: Sized {
    /// The value behind the parameter.
    type Owned: Value;

    /// Appends the argument's value to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// The argument as the function takes it.
    fn lend(owned: &'a Self::Owned) -> Self;
}

impl<'a, T: Value> Argument<'a> for &'a T {
    type Owned = T;
    fn encode(&self, out: &mut Vec<u8>) {
        (*self).encode(out);
    }
    fn lend(owned: &'a T) -> Self {
        owned
    }
}

macro_rules! by_value {
    ($($type:ty),*) => {$(
        impl Argument<'_> for $type {
            type Owned = $type;
            fn encode(&self, out: &mut Vec<u8>) {
                Value::encode(self, out);
            }
            fn lend(owned: &$type) -> Self {
                *owned
            }
        }
    )*};
}
by_value!(f64, u64, usize);

/// All arguments of one call, owned.
pub trait Arguments: Sized {
    /// Takes them from the front of `bytes`, in order.
    ///
    /// # Errors
    /// When the bytes are not such values.
    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError>;

    /// Appends all of them to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// The number at flat position `index` of argument `argument`.
    fn number_mut(&mut self, argument: usize, index: usize) -> Option<&mut f64>;
}

macro_rules! arguments {
    ($($name:ident $position:tt),*) => {
        impl<$($name: Value),*> Arguments for ($($name,)*) {
            fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(($($name::decode(bytes)?,)*))
            }
            fn encode(&self, out: &mut Vec<u8>) {
                $(self.$position.encode(out);)*
            }
            fn number_mut(&mut self, argument: usize, index: usize) -> Option<&mut f64> {
                match argument {
                    $($position => self.$position.number_mut(index),)*
                    _ => None,
                }
            }
        }
    };
}
arguments!(A 0);
arguments!(A 0, B 1);
arguments!(A 0, B 1, C 2);
arguments!(A 0, B 1, C 2, D 3);
arguments!(A 0, B 1, C 2, D 3, E 4);
arguments!(A 0, B 1, C 2, D 3, E 4, F 5);
arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
