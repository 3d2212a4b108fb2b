//! The macro that turns a list of signatures into an interface, and what it generates against.

use crate::operation::Operation;
use crate::wire::{Reader, WireError};

/// One function of an interface as a student writes it, as text for messages, starters and stubs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The names of its arguments, in order.
    pub arguments: &'static [&'static str],
    /// The types of its arguments, in order.
    pub types: &'static [&'static str],
    /// The type of its result.
    pub output: &'static str,
    /// The types in its signature that the student defines, such as a cache that one function fills and another reads.
    pub own_types: &'static [&'static str],
}

impl Function {
    /// Whether a call reaches it with other arguments, or gives another result, because some of its own are of types that
    /// the student defines: values of those never leave the student's process.
    pub fn is_composed(&self) -> bool {
        !self.own_types.is_empty()
    }

    /// The signature as a student writes it, without a body.
    pub fn signature(&self) -> String {
        let arguments: Vec<_> =
            self.arguments.iter().zip(self.types).map(|(argument, kind)| format!("{argument}: {kind}")).collect();
        format!("pub fn {}({}) -> {}", self.name, arguments.join(", "), self.output)
    }

    /// A signature for a function that takes its place. It compiles whether or not the student's types are there: it is
    /// generic over them.
    pub fn stand_in_signature(&self) -> String {
        if !self.is_composed() {
            return self.signature();
        }
        self.signature().replacen('(', &format!("<{}>(", self.own_types.join(", ")), 1)
    }
}

/// Why a request got no result from the function it names.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unanswered {
    /// The interface has no such function, or nobody implemented it.
    #[error("no function `{0}` here")]
    Missing(String),
    /// The request's bytes are not this function's arguments.
    #[error("a request that cannot be read: {0}")]
    Arguments(#[from] WireError),
    /// The request perturbs what is not a number.
    #[error("nothing to perturb at that place")]
    Place,
    /// The result has not the elements that the request weighs.
    #[error("the result has another shape than it should")]
    ResultShape,
}

/// Whatever implements an interface's functions and so can answer requests. [`interface!`](crate::interface!)
/// implements it for the `Functions` it generates.
pub trait Answer {
    /// Runs `operation` on `function` with the arguments in `request`, and appends the encoded result to `reply`.
    ///
    /// # Errors
    /// When the function is not there or the request is not one for it.
    fn answer(
        &self,
        function: &str,
        operation: &Operation,
        request: &mut Reader<'_>,
        reply: &mut Vec<u8>,
    ) -> Result<(), Unanswered>;
}

/// Declares an interface: the functions that a student writes.
///
/// It generates in the current module
/// - `FUNCTIONS: &[Function]`, the signatures as text;
/// - `struct Functions`, one optional function pointer each, which implements [`Answer`];
/// - `mod call`, with a constructor of a typed [`Call`](crate::Call) for each function.
///
/// ```
/// use gradus_question::{Local, Session};
///
/// mod doubling {
///     use ndarray::Array1;
///     gradus_question::interface! {
///         /// Twice each element.
///         fn double(x: &Array1<f64>) -> Array1<f64>;
///     }
/// }
///
/// let functions = doubling::Functions { double: Some(|x| x + x) };
/// let mut local = Local::new(&functions);
/// let mut session = Session::new(&mut local);
/// let y = session.call(&doubling::call::double(&ndarray::array![1.0, 2.0])).unwrap();
/// assert_eq!(y, ndarray::array![2.0, 4.0]);
/// ```
///
/// A type that the student defines cannot cross the pipe. So a function with one in its signature is called through a
/// closure in the student's process that puts several of the student's functions together. The interface has the
/// closure's signature and, in braces, the one that the student writes, with the student's types as if it were generic
/// over them. The closure itself is the assignment's macro `answer!`.
///
/// ```
/// mod halving {
///     use ndarray::Array1;
///     gradus_question::interface! {
///         /// The halves.
///         fn forward(x: &Array1<f64>) -> Array1<f64> {
///             fn forward<Cache>(x: &Array1<f64>) -> (Array1<f64>, Cache);
///         }
///         /// The gradient.
///         fn backward(x: &Array1<f64>, dout: &Array1<f64>) -> Array1<f64> {
///             fn backward<Cache>(dout: &Array1<f64>, cache: &Cache) -> Array1<f64>;
///         }
///     }
/// }
///
/// // The student's.
/// struct Cache;
/// fn forward(x: &ndarray::Array1<f64>) -> (ndarray::Array1<f64>, Cache) {
///     (x / 2.0, Cache)
/// }
/// fn backward(dout: &ndarray::Array1<f64>, _: &Cache) -> ndarray::Array1<f64> {
///     dout / 2.0
/// }
///
/// let functions = halving::Functions {
///     forward: Some(|x| forward(x).0),
///     backward: Some(|x, dout| backward(dout, &forward(x).1)),
/// };
/// assert_eq!((functions.backward.unwrap())(&ndarray::array![1.0], &ndarray::array![6.0]), ndarray::array![3.0]);
/// let signature = halving::FUNCTIONS[1].signature();
/// assert_eq!(signature, "pub fn backward(dout: &Array1<f64>, cache: &Cache) -> Array1<f64>");
/// ```
#[macro_export]
macro_rules! interface {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $output:ty
        $({
            fn $written:ident<$($own:ident),+>($($own_argument:ident: $own_type:ty),* $(,)?) -> $own_output:ty;
        })?
        $(;)?
    )*) => {
        /// The signatures of this interface, in order.
        pub const FUNCTIONS: &[$crate::Function] = &[$(
            $crate::function!(
                $name($($argument: $type),*) -> $output;
                $($written<$($own),*>($($own_argument: $own_type),*) -> $own_output;)?
            ),
        )*];

        /// An implementation of this interface, or of a part of it.
        #[derive(Clone, Copy, Default)]
        pub struct Functions {
            $($(#[$meta])* pub $name: Option<fn($($type),*) -> $output>,)*
        }

        impl $crate::Answer for Functions {
            fn answer(
                &self,
                function: &str,
                operation: &$crate::Operation,
                request: &mut $crate::Reader<'_>,
                reply: &mut Vec<u8>,
            ) -> Result<(), $crate::Unanswered> {
                match function {
                    $(stringify!($name) => {
                        let Some(function) = self.$name else {
                            return Err($crate::Unanswered::Missing(stringify!($name).to_owned()));
                        };
                        let mut arguments: ($(<$type as $crate::Argument<'_>>::Owned,)*) =
                            $crate::Arguments::decode(request)?;
                        operation.run(
                            &mut arguments,
                            |($($argument,)*)| function($(<$type as $crate::Argument<'_>>::lend($argument)),*),
                            reply,
                        )
                    })*
                    other => Err($crate::Unanswered::Missing(other.to_owned())),
                }
            }
        }

        /// Calls to this interface's functions, with their arguments.
        pub mod call {
            use super::*;
            $(
                $(#[$meta])*
                #[must_use]
                pub fn $name($($argument: $type),*) -> $crate::Call<$output> {
                    let mut arguments = Vec::new();
                    $($crate::Argument::encode(&$argument, &mut arguments);)*
                    $crate::Call::new(
                        stringify!($name),
                        &[$(stringify!($argument)),*],
                        arguments,
                    )
                }
            )*
        }
    };
}

/// A [`Function`] from the signature of a call and, where it differs, the one that the student writes.
#[doc(hidden)]
#[macro_export]
macro_rules! function {
    ($name:ident($($argument:ident: $type:ty),*) -> $output:ty;) => {
        $crate::Function {
            name: stringify!($name),
            arguments: &[$(stringify!($argument)),*],
            types: &[$(stringify!($type)),*],
            output: stringify!($output),
            own_types: &[],
        }
    };
    (
        $name:ident($($argument:ident: $type:ty),*) -> $output:ty;
        $written:ident<$($own:ident),+>($($own_argument:ident: $own_type:ty),*) -> $own_output:ty;
    ) => {
        $crate::Function {
            name: stringify!($written),
            arguments: &[$(stringify!($own_argument)),*],
            types: &[$(stringify!($own_type)),*],
            output: stringify!($own_output),
            own_types: &[$(stringify!($own)),*],
        }
    };
}
