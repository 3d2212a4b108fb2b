//! Parameters by name: lists the arrays of a struct, and of the structs in it, and keeps them with those of a network.

use crate::networks::Parameters;

/// A struct of arrays whose arrays can be kept by name. [`by_name`] gives it to a struct.
pub(crate) trait ByName<F>: Sized {
    /// Adds all arrays, each under `prefix` and its name.
    fn put(self, prefix: &str, parameters: &mut Parameters<F>);

    /// What [`put`](ByName::put) added.
    fn get(prefix: &str, parameters: &Parameters<F>) -> Self;
}

/// Gives a struct of arrays, and of parts that have arrays themselves, the methods `named` and `named_mut` and the trait
/// [`ByName`].
macro_rules! by_name {
    ($type:ident { $($array:ident),* } { $($part:ident),* }) => {
        impl<F: $crate::Scalar> $type<F> {
            /// All arrays with their names, in a fixed order. A part's arrays have its name and a dot before theirs.
            pub fn named(&self) -> Vec<(String, ndarray::ArrayViewD<'_, F>)> {
                std::iter::empty()
                    $(.chain([(stringify!($array).to_owned(), self.$array.view().into_dyn())]))*
                    $(.chain(self.$part.named().into_iter().map(|(name, array)| {
                        (format!("{}.{name}", stringify!($part)), array)
                    })))*
                    .collect()
            }

            /// As [`named`](Self::named), to write into.
            pub fn named_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, F>)> {
                std::iter::empty()
                    $(.chain([(stringify!($array).to_owned(), self.$array.view_mut().into_dyn())]))*
                    $(.chain(self.$part.named_mut().into_iter().map(|(name, array)| {
                        (format!("{}.{name}", stringify!($part)), array)
                    })))*
                    .collect()
            }
        }

        impl<F: $crate::Scalar> $crate::named::ByName<F> for $type<F> {
            fn put(self, prefix: &str, parameters: &mut $crate::networks::Parameters<F>) {
                $(parameters.insert(format!("{prefix}{}", stringify!($array)), self.$array);)*
                $($crate::named::ByName::put(self.$part, &format!("{prefix}{}.", stringify!($part)), parameters);)*
            }

            fn get(prefix: &str, parameters: &$crate::networks::Parameters<F>) -> Self {
                $type {
                    $($array: parameters.view(&format!("{prefix}{}", stringify!($array))).to_owned(),)*
                    $($part: $crate::named::ByName::get(&format!("{prefix}{}.", stringify!($part)), parameters),)*
                }
            }
        }
    };
}

pub(crate) use by_name;
