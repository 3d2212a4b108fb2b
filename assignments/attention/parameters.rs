//! Parameters by name, and how they cross to another process.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array, ArrayViewD, ArrayViewMutD, Dimension};

/// Arrays that a network is made of, each with a name; or, under the same names, the gradient of a loss with respect to each.
pub trait Parameters: Sized {
    /// All arrays, in one order: `attention.wq`, `layers.0.norm_attention.gamma` and so on.
    fn named(&self) -> Vec<(String, ArrayViewD<'_, f64>)>;

    /// The same, to be changed, as an optimiser does.
    fn named_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f64>)>;

    /// Appends all of them to `out`.
    #[doc(hidden)]
    fn put(&self, out: &mut Vec<u8>);

    /// Takes them from the front of `bytes`.
    ///
    /// # Errors
    /// When the bytes are something else.
    #[doc(hidden)]
    fn take(bytes: &mut Reader<'_>) -> Result<Self, WireError>;
}

/// One array, without a name of its own.
impl<D: Dimension> Parameters for Array<f64, D> {
    fn named(&self) -> Vec<(String, ArrayViewD<'_, f64>)> {
        vec![(String::new(), self.view().into_dyn())]
    }

    fn named_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f64>)> {
        vec![(String::new(), self.view_mut().into_dyn())]
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.encode(out);
    }

    fn take(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::decode(bytes)
    }
}

/// Layers, whose names are their places from 0.
impl<T: Parameters> Parameters for Vec<T> {
    fn named(&self) -> Vec<(String, ArrayViewD<'_, f64>)> {
        let layers = self.iter().enumerate();
        layers.flat_map(|(place, layer)| under(&place.to_string(), layer.named())).collect()
    }

    fn named_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, f64>)> {
        let layers = self.iter_mut().enumerate();
        layers.flat_map(|(place, layer)| under(&place.to_string(), layer.named_mut())).collect()
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.len().encode(out);
        self.iter().for_each(|layer| layer.put(out));
    }

    fn take(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::decode(bytes)?;
        // Each layer takes some bytes, so that a wrong count ends with them.
        (0..count).map(|_| T::take(bytes)).collect()
    }
}

/// Arrays with `name` before their own names.
pub(super) fn under<A>(name: &str, arrays: Vec<(String, A)>) -> Vec<(String, A)> {
    let whole = |own: String| if own.is_empty() { name.to_owned() } else { format!("{name}.{own}") };
    arrays.into_iter().map(|(own, array)| (whole(own), array)).collect()
}

/// The number at this position, counted through all arrays in their order.
pub(super) fn number_mut(parameters: &mut impl Parameters, mut index: usize) -> Option<&mut f64> {
    for (_, array) in parameters.named_mut() {
        let numbers = array.into_slice()?;
        if index < numbers.len() {
            return numbers.get_mut(index);
        }
        index -= numbers.len();
    }
    None
}

/// A struct's fields as its parameters, in this order, and as a value that can be sent.
macro_rules! parameters {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::attention::Parameters for $name {
            fn named(&self) -> Vec<(String, ndarray::ArrayViewD<'_, f64>)> {
                [$($crate::attention::parameters::under(stringify!($field), $crate::attention::Parameters::named(&self.$field))),*]
                    .into_iter()
                    .flatten()
                    .collect()
            }

            fn named_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, f64>)> {
                [$($crate::attention::parameters::under(stringify!($field), $crate::attention::Parameters::named_mut(&mut self.$field))),*]
                    .into_iter()
                    .flatten()
                    .collect()
            }

            fn put(&self, out: &mut Vec<u8>) {
                $($crate::attention::Parameters::put(&self.$field, out);)*
            }

            fn take(bytes: &mut gradus_question::Reader<'_>) -> Result<Self, gradus_question::WireError> {
                Ok(Self { $($field: $crate::attention::Parameters::take(bytes)?),* })
            }
        }

        /// Positions count through the arrays in the order of their names.
        impl gradus_question::Value for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                $crate::attention::Parameters::put(self, out);
            }

            fn decode(bytes: &mut gradus_question::Reader<'_>) -> Result<Self, gradus_question::WireError> {
                $crate::attention::Parameters::take(bytes)
            }

            fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
                $crate::attention::parameters::number_mut(self, index)
            }
        }
    };
}
pub(super) use parameters;
