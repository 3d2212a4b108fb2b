//! Macros that take the place of the standard ones in cells.

/// As in the standard library, but in order with what goes to standard output.
#[macro_export]
macro_rules! eprint {
    ($($argument:tt)*) => { $crate::notebook::write_error(::std::format_args!($($argument)*), false) };
}

/// As in the standard library, but in order with what goes to standard output.
#[macro_export]
macro_rules! eprintln {
    () => { $crate::notebook::write_error(::std::format_args!(""), true) };
    ($($argument:tt)*) => { $crate::notebook::write_error(::std::format_args!($($argument)*), true) };
}

/// Shows a value, as [`notebook::show`](crate::notebook::show) does. As a macro it may stand where a Rust file has its
/// items, so that a notebook's source is a Rust file too.
#[macro_export]
macro_rules! show {
    ($value:expr) => {
        $crate::notebook::show(&$value)
    };
}
