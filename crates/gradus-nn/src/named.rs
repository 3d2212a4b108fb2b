//! Parameters by name: lists the arrays of a struct, and of the structs in it.

/// Gives a struct of arrays, and of parts that have arrays themselves, the methods `named` and `named_mut`.
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
    };
}

pub(crate) use by_name;
