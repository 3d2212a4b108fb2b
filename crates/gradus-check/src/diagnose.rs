//! Simple relations between a wrong result and the right one.

use std::fmt::{self, Display, Formatter};

use ndarray::{ArrayBase, ArrayViewD, Data, Dimension};

use crate::{Tolerance, compare};

/// A simple relation between a wrong result and the expected one. `Display` puts it in a student's words.
#[derive(Debug, Clone, PartialEq)]
pub enum Diagnosis {
    /// Every element is zero.
    AllZero,
    /// The result is one of the named alternatives.
    Alternative {
        /// Its name.
        name: String,
    },
    /// The result is the expected one times a constant.
    Scaled {
        /// The constant `k` in `actual = k * expected`.
        k: f64,
        /// What that constant probably is.
        factor: Factor,
    },
    /// The result is the expected one with its axes in reverse order.
    Transposed,
}

/// What the constant of [`Diagnosis::Scaled`] probably is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// The number of examples `n`.
    Count(usize),
    /// `1/n`.
    InverseCount(usize),
    /// -1.
    MinusOne,
    /// 2.
    Two,
    /// 1/2.
    Half,
    /// None of these.
    Other,
}

/// How near a relation must come to count: looser than any sensible comparison, so that a slip and rounding together
/// are still recognised.
const CLOSE: Tolerance = Tolerance::new(1e-6, 1e-12);

/// Looks for a simple relation between a result that is wrong and what is expected:
/// all zero, one of the named `alternatives`, `k * expected` for a constant `k`, or transposed; the first that holds.
///
/// `n` is the number of examples, if there is one, so that `k = n` and `k = 1/n` are recognised. An alternative's name
/// continues the sentence "Your result is ...", for example "the gradient without its regularisation term".
/// A single number is a multiple of any other, so there only the factors `n`, `1/n`, -1, 2 and 1/2 count.
///
/// Returns `None` if the two agree or no such relation holds.
///
/// ```
/// use gradus_check::diagnose;
/// use ndarray::array;
/// let expected = array![[0.5, -0.25], [1.0, 2.0]];
/// let diagnosis = diagnose(&(&expected * 50.0), &expected, Some(50), &[]).unwrap();
/// assert_eq!(
///     diagnosis.to_string(),
///     "Your result is 50 times what is expected, and 50 is the number of examples: was the mean over them forgotten?"
/// );
/// ```
pub fn diagnose<S, T, D, E>(
    actual: &ArrayBase<S, D>,
    expected: &ArrayBase<T, E>,
    n: Option<usize>,
    alternatives: &[(&str, ArrayViewD<'_, f64>)],
) -> Option<Diagnosis>
where
    S: Data<Elem = f64>,
    T: Data<Elem = f64>,
    D: Dimension,
    E: Dimension,
{
    let (actual, expected) = (actual.view().into_dyn(), expected.view().into_dyn());
    if actual.is_empty() || agree(&actual, &expected) {
        return None;
    }
    if actual.iter().all(|&value| value == 0.0) {
        return Some(Diagnosis::AllZero);
    }
    if let Some((name, _)) = alternatives.iter().find(|(_, alternative)| agree(&actual, alternative)) {
        return Some(Diagnosis::Alternative { name: (*name).to_owned() });
    }
    if let Some(k) = multiple(&actual, &expected) {
        let factor = name_factor(k, n);
        if actual.len() > 1 || factor != Factor::Other {
            return Some(Diagnosis::Scaled { k, factor });
        }
    }
    agree(&actual, &expected.t()).then_some(Diagnosis::Transposed)
}

impl Diagnosis {
    /// The same in words that do not give the expected values away: for hidden checks. A multiple is called one, but
    /// its constant is not named, because dividing by it would give the answer.
    ///
    /// ```
    /// use gradus_check::{Diagnosis, Factor};
    /// let diagnosis = Diagnosis::Scaled { k: 2.5, factor: Factor::Other };
    /// assert!(diagnosis.to_string().contains("2.5"));
    /// assert!(!diagnosis.without_values().contains("2.5"));
    /// ```
    pub fn without_values(&self) -> String {
        match self {
            Diagnosis::Scaled { .. } => {
                "Your result is a constant times what is expected: is a factor or a mean wrong or missing?".to_owned()
            }
            other => other.to_string(),
        }
    }
}

impl Display for Diagnosis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Diagnosis::AllZero => write!(f, "Your result is zero everywhere: is it ever filled in?"),
            Diagnosis::Alternative { name } => write!(f, "Your result is {name}."),
            Diagnosis::Transposed => {
                write!(f, "Your result is the transpose of what is expected: are the axes in the right order?")
            }
            Diagnosis::Scaled { k, factor } => match factor {
                Factor::Count(n) => write!(
                    f,
                    "Your result is {n} times what is expected, and {n} is the number of examples: \
                     was the mean over them forgotten?"
                ),
                Factor::InverseCount(n) => write!(
                    f,
                    "Your result is 1/{n} of what is expected, and {n} is the number of examples: \
                     is the mean over them taken twice?"
                ),
                Factor::MinusOne => write!(f, "Your result has the wrong sign everywhere."),
                Factor::Two => write!(f, "Your result is twice what is expected: is there a factor 2 too many?"),
                Factor::Half => write!(f, "Your result is half of what is expected: is a factor 2 missing?"),
                Factor::Other => write!(f, "Your result is {} times what is expected.", four_digits(*k)),
            },
        }
    }
}

fn agree(actual: &ArrayViewD<'_, f64>, expected: &ArrayViewD<'_, f64>) -> bool {
    compare(actual, expected, within(expected)).is_ok()
}

/// [`CLOSE`], with an absolute part that follows the scale of the array: a zero may come out as rounding noise.
fn within(expected: &ArrayViewD<'_, f64>) -> Tolerance {
    let scale = expected.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    Tolerance::new(CLOSE.relative, CLOSE.absolute * scale)
}

/// The constant `k` with `actual = k * expected`, by least squares: `k = sum(a e) / sum(e e)`.
fn multiple(actual: &ArrayViewD<'_, f64>, expected: &ArrayViewD<'_, f64>) -> Option<f64> {
    if actual.shape() != expected.shape() {
        return None;
    }
    let dot = |a: &ArrayViewD<'_, f64>| -> f64 { a.iter().zip(expected).map(|(a, e)| a * e).sum() };
    let k = dot(actual) / dot(expected);
    (k.is_finite() && k != 0.0 && agree(actual, &(expected * k).view())).then_some(k)
}

fn name_factor(k: f64, n: Option<usize>) -> Factor {
    let is = |value: f64| CLOSE.accepts(k, value);
    match n {
        Some(n) if n > 1 && is(n as f64) => Factor::Count(n),
        Some(n) if n > 1 && is(1.0 / n as f64) => Factor::InverseCount(n),
        _ if is(-1.0) => Factor::MinusOne,
        _ if is(2.0) => Factor::Two,
        _ if is(0.5) => Factor::Half,
        _ => Factor::Other,
    }
}

fn four_digits(k: f64) -> String {
    let rounded: f64 = format!("{k:.3e}").parse().unwrap_or(k);
    if (1e-3..1e4).contains(&rounded.abs()) { format!("{rounded}") } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, arr0, array};

    fn expected() -> Array2<f64> {
        array![[0.5, -0.25, 0.0], [1.0, 2.0, 1e-7]]
    }

    fn of(actual: &Array2<f64>, n: usize) -> Option<Diagnosis> {
        diagnose(actual, &expected(), Some(n), &[])
    }

    #[test]
    fn names_the_usual_factors() {
        for (k, factor) in [
            (8.0, Factor::Count(8)),
            (1.0 / 8.0, Factor::InverseCount(8)),
            (-1.0, Factor::MinusOne),
            (2.0, Factor::Two),
            (0.5, Factor::Half),
            (3.75, Factor::Other),
            (-8.0, Factor::Other),
        ] {
            let diagnosis = of(&(expected() * k), 8).expect("a multiple");
            assert!(
                matches!(diagnosis, Diagnosis::Scaled { k: found, factor: named } if CLOSE.accepts(found, k) && named == factor),
                "{k}: {diagnosis:?}"
            );
        }
        assert_eq!(of(&(expected() * 2.0), 2).map(|d| d.to_string().contains("examples")), Some(true));
        assert_eq!(of(&(expected() * 3.75), 8).unwrap().to_string(), "Your result is 3.75 times what is expected.");
    }

    #[test]
    fn says_nothing_where_nothing_is_simple() {
        assert_eq!(of(&expected(), 8), None);
        assert_eq!(of(&(expected() + 1.0), 8), None);
        assert_eq!(of(&(expected() * f64::NAN), 8), None);
        assert_eq!(of(&(expected() * f64::INFINITY), 8), None);
        assert_eq!(of(&Array2::zeros((0, 0)), 8), None);
        let mut nearly = expected() * 2.0;
        nearly[[0, 0]] += 0.01;
        assert_eq!(of(&nearly, 8), None);
    }

    #[test]
    fn zero_and_transposed() {
        assert_eq!(of(&Array2::zeros((2, 3)), 8), Some(Diagnosis::AllZero));
        assert_eq!(diagnose(&expected().t(), &expected(), None, &[]), Some(Diagnosis::Transposed));
        let square = array![[1.0, 2.0], [3.0, 4.0]];
        assert_eq!(diagnose(&square.t(), &square, None, &[]), Some(Diagnosis::Transposed));
    }

    #[test]
    fn alternatives_are_found_by_name() {
        let without = expected() + 0.1;
        let alternatives = [
            ("something else", (expected() * 3.0).into_dyn()),
            ("the loss without its regularisation", without.clone().into_dyn()),
        ];
        let views: Vec<_> = alternatives.iter().map(|(name, array)| (*name, array.view())).collect();
        let diagnosis = diagnose(&without, &expected(), None, &views).expect("an alternative");
        assert_eq!(diagnosis.to_string(), "Your result is the loss without its regularisation.");
    }

    #[test]
    fn a_single_number_is_only_a_named_multiple() {
        assert_eq!(diagnose(&arr0(3.7), &arr0(1.0), Some(8), &[]), None);
        let diagnosis = diagnose(&arr0(16.0), &arr0(2.0), Some(8), &[]);
        assert_eq!(diagnosis, Some(Diagnosis::Scaled { k: 8.0, factor: Factor::Count(8) }));
    }

    #[test]
    fn without_values_names_no_constant() {
        for (k, n) in [(8.0, 8), (0.5, 8), (3.75, 8)] {
            let text = of(&(expected() * k), n).expect("a multiple").without_values();
            assert!(!text.contains(|c: char| c.is_ascii_digit()), "{text}");
        }
    }
}
