//! Why two arrays do not agree, in words.

use std::fmt::{self, Display, Formatter};

use thiserror::Error;

/// Why [`compare`](crate::compare) found no agreement. `Display` says it in full; [`Mismatch::without_values`] leaves
/// out every actual and expected value.
///
/// ```
/// use gradus_check::{Tolerance, compare};
/// use ndarray::array;
/// let mismatch = compare(&array![[1.0, 2.0]], &array![[1.0, 6.0]], Tolerance::double()).unwrap_err();
/// assert_eq!(
///     mismatch.to_string(),
///     "1 of 2 elements is wrong; at [0, 1] got 2, expected 6 (relative error 5.0e-1)"
/// );
/// assert_eq!(
///     mismatch.without_values().to_string(),
///     "1 of 2 elements is wrong; the worst is at [0, 1] (relative error 5.0e-1)"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Mismatch {
    /// The shapes differ. Nothing is broadcast.
    #[error("wrong shape: got {}, expected {}", in_words(actual), in_words(expected))]
    Shape {
        /// The shape of the result.
        actual: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// Elements are NaN or infinite and should not be.
    #[error("{}", not_finite(*count, *elements, first))]
    NotFinite {
        /// How many elements.
        count: usize,
        /// Of how many.
        elements: usize,
        /// The index of the first, in row-major order; empty for a number.
        first: Vec<usize>,
    },
    /// Elements lie outside the tolerance.
    #[error("{}", values(*wrong, *elements, worst, *actual, *expected, *relative_error))]
    Values {
        /// How many elements.
        wrong: usize,
        /// Of how many.
        elements: usize,
        /// The index of the wrong element with the largest relative error; empty for a number.
        worst: Vec<usize>,
        /// The result there.
        actual: f64,
        /// What it should be.
        expected: f64,
        /// The [relative error](crate::relative_error_scalar) there.
        relative_error: f64,
    },
}

impl Mismatch {
    /// The same explanation with neither an actual nor an expected value: for hidden checks.
    pub fn without_values(&self) -> WithoutValues<'_> {
        WithoutValues(self)
    }
}

/// Displays a [`Mismatch`] without values: see [`Mismatch::without_values`].
#[derive(Debug, Clone, Copy)]
pub struct WithoutValues<'a>(&'a Mismatch);

impl Display for WithoutValues<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mismatch::Values { wrong, elements, worst, relative_error, .. } if !worst.is_empty() => write!(
                f,
                "{}; the worst is at {worst:?} (relative error {relative_error:.1e})",
                how_many(*wrong, *elements, "wrong"),
            ),
            Mismatch::Values { relative_error, .. } => {
                write!(f, "the number is wrong (relative error {relative_error:.1e})")
            }
            // A shape is no value, and "not finite" says which numbers these are not.
            other => other.fmt(f),
        }
    }
}

fn values(wrong: usize, elements: usize, worst: &[usize], actual: f64, expected: f64, relative_error: f64) -> String {
    let (actual, expected) = readable_pair(actual, expected);
    let got = format!("got {actual}, expected {expected} (relative error {relative_error:.1e})");
    match (worst, wrong) {
        ([], _) => got,
        (_, 1) => format!("{}; at {worst:?} {got}", how_many(wrong, elements, "wrong")),
        _ => format!("{}; the worst is at {worst:?}: {got}", how_many(wrong, elements, "wrong")),
    }
}

fn not_finite(count: usize, elements: usize, first: &[usize]) -> String {
    if first.is_empty() {
        return "the number is NaN or infinite, and should be finite".to_owned();
    }
    let what = how_many(count, elements, "NaN or infinite");
    let which = if count == 1 { "it is" } else { "the first is" };
    format!("{what}, and should be finite; {which} at {first:?}")
}

fn how_many(count: usize, elements: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    let noun = if elements == 1 { "element" } else { "elements" };
    format!("{count} of {elements} {noun} {verb} {what}")
}

fn in_words(shape: &[usize]) -> String {
    if shape.is_empty() { "a single number".to_owned() } else { format!("{shape:?}") }
}

/// Both numbers with the digits a reader needs: eight, and more where eight would not tell them apart.
fn readable_pair(a: f64, b: f64) -> (String, String) {
    let short = (readable(a), readable(b));
    if short.0 == short.1 { (format!("{a:?}"), format!("{b:?}")) } else { short }
}

fn readable(value: f64) -> String {
    let rounded: f64 = format!("{value:.7e}").parse().unwrap_or(value);
    if rounded == 0.0 || (1e-4..1e8).contains(&rounded.abs()) || !rounded.is_finite() {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_a_reader_needs() {
        assert_eq!(readable_pair(2.0 / 3.0, -1.0), ("0.66666667".to_owned(), "-1".to_owned()));
        assert_eq!(readable_pair(1.25e-9, 3e12), ("1.25e-9".to_owned(), "3e12".to_owned()));
        assert_eq!(readable_pair(1.0, 1.000000001), ("1.0".to_owned(), "1.000000001".to_owned()));
        assert_eq!(readable_pair(f64::NAN, -f64::INFINITY), ("NaN".to_owned(), "-inf".to_owned()));
        assert_eq!(readable(f64::MAX), "1.7976931e308");
    }
}
