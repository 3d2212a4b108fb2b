//! Finds submissions that are suspiciously alike, whoever renamed the variables.
//!
//! Each submission becomes a row of tokens without names, numbers and comments; of the hashes of all short runs of tokens
//! a few are chosen by *winnowing* (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003), which finds every run of
//! [`CERTAIN`] tokens that two submissions share, wherever it stands in them. What the assignment itself gives to everybody
//! does not count, and what many write counts little.
//!
//! A likeness is a reason to look, never a verdict: [`page`] shows the sources side by side. Nothing here runs code, and
//! nothing here knows of points.
//!
//! ```
//! use gradus_similarity::{Code, Limits, compare};
//!
//! let one = Code::from_text("ada", "fn f(a: &[f64]) -> f64 { let mut sum = 0.0; for x in a { sum += x * x; } sum.sqrt() / 2.0 }");
//! let other = Code::from_text("bob", "fn f(v: &[f64]) -> f64 { let mut t = 0.0; for y in v { t += y * y; } t.sqrt() / 2.0 }");
//! let found = compare(&[one, other], &Code::from_text("starter", ""), Limits { rare: 1, ..Limits::default() });
//! assert_eq!(found.pairs[0].similarity, 1.0);
//! ```

mod code;
mod fingerprint;
mod page;
mod pairs;
mod tokens;

pub use code::{Code, Piece};
pub use fingerprint::CERTAIN;
pub use page::{page, percent};
pub use pairs::{Comparison, Limits, Pair, Passage, compare};
