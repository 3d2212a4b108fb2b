//! Searching for hyper-parameters: candidates at random or on a grid, in log space.
//!
//! Learning rates and strengths of regularisation act by their factor, so candidates belong at equal *ratios*. At random is
//! better than on a grid of the same size: where one hyper-parameter matters and another does not, a grid tries few values
//! of the one that does.
//!
//! ```
//! use gradus_nn::random::generator;
//! use gradus_nn::search::{best, random_search};
//! let candidates = random_search([(1e-5, 1e-1), (1e-6, 1.0)], 50, &mut generator(231));
//! let accuracy = |&[learning_rate, _reg]: &[f64; 2]| -(learning_rate / 1e-3).ln().abs(); // a stand-in for training
//! let (chosen, scores) = best(&candidates, accuracy);
//! assert!((candidates[chosen][0] / 1e-3).ln().abs() < 0.5 && scores.len() == 50);
//! ```
//!
//! Source: CS231n, notes on hyper-parameter search; Bergstra and Bengio, Random search for hyper-parameter optimization
//! (2012).

use rand::Rng;

/// `count` values from `low` to `high`, each the same factor above the one before. One value alone is `low`.
///
/// # Panics
/// If `low` is not above 0, or `high` is below `low` or infinite.
///
/// ```
/// use gradus_nn::search::log_space;
/// let rates = log_space(1e-4, 1e-1, 4);
/// assert!(rates.iter().zip([1e-4, 1e-3, 1e-2, 1e-1]).all(|(rate, expected)| (rate / expected - 1.0).abs() < 1e-14));
/// ```
#[track_caller]
pub fn log_space(low: f64, high: f64, count: usize) -> Vec<f64> {
    require_range("log_space", low, high);
    let share = |index: usize| index as f64 / (count.max(2) - 1) as f64;
    (0..count).map(|index| between(low, high, share(index))).collect()
}

/// One draw between `low` and `high`, uniform in the logarithm.
///
/// # Panics
/// If `low` is not above 0, or `high` is below `low` or infinite.
///
/// ```
/// use gradus_nn::random::generator;
/// use gradus_nn::search::log_uniform;
/// let mut generator = generator(231);
/// let draws: Vec<f64> = (0..1000).map(|_| log_uniform(1e-4, 1.0, &mut generator)).collect();
/// let small = draws.iter().filter(|&&draw| draw < 1e-2).count();
/// assert!(450 < small && small < 550 && draws.iter().all(|draw| (1e-4..=1.0).contains(draw)));
/// ```
#[track_caller]
pub fn log_uniform(low: f64, high: f64, generator: &mut impl Rng) -> f64 {
    require_range("log_uniform", low, high);
    between(low, high, generator.random())
}

/// `count` candidates at random: each hyper-parameter [`log_uniform`] in its range `(low, high)`.
///
/// # Panics
/// As [`log_uniform`].
///
/// ```
/// use gradus_nn::random::generator;
/// use gradus_nn::search::random_search;
/// for [learning_rate, reg] in random_search([(1e-4, 1e-1), (1e-6, 1e-2)], 20, &mut generator(231)) {
///     assert!((1e-4..=1e-1).contains(&learning_rate) && (1e-6..=1e-2).contains(&reg));
/// }
/// ```
#[track_caller]
pub fn random_search<const N: usize>(ranges: [(f64, f64); N], count: usize, generator: &mut impl Rng) -> Vec<[f64; N]> {
    ranges.iter().for_each(|&(low, high)| require_range("random_search", low, high));
    (0..count).map(|_| ranges.map(|(low, high)| between(low, high, generator.random()))).collect()
}

/// All combinations of the values of each hyper-parameter; the last one changes fastest.
///
/// ```
/// use gradus_nn::search::{grid_search, log_space};
/// let candidates = grid_search([&[1.0, 2.0], &[10.0, 20.0, 30.0]]);
/// assert_eq!(candidates[..4], [[1.0, 10.0], [1.0, 20.0], [1.0, 30.0], [2.0, 10.0]]);
/// assert_eq!(grid_search([&log_space(1e-4, 1e-1, 4), &log_space(1e-6, 1.0, 7)]).len(), 28);
/// ```
pub fn grid_search<const N: usize>(values: [&[f64]; N]) -> Vec<[f64; N]> {
    let count = values.iter().map(|values| values.len()).product();
    (0..count)
        .map(|mut index| {
            let mut candidate = [0.0; N];
            for (chosen, values) in candidate.iter_mut().zip(values).rev() {
                *chosen = values[index % values.len()];
                index /= values.len();
            }
            candidate
        })
        .collect()
}

/// Scores every candidate, and gives the index of the best and all scores. Higher is better: give the validation accuracy, or
/// minus the loss. Of equal scores the first wins; NaN never does, unless all are.
///
/// # Panics
/// If there are no candidates.
///
/// ```
/// use gradus_nn::search::best;
/// assert_eq!(best(&[3.0, 1.0, 2.0], |&candidate: &f64| -candidate), (1, vec![-3.0, -1.0, -2.0]));
/// ```
#[track_caller]
pub fn best<C>(candidates: &[C], score: impl FnMut(&C) -> f64) -> (usize, Vec<f64>) {
    assert!(!candidates.is_empty(), "best: needs at least one candidate");
    let scores: Vec<f64> = candidates.iter().map(score).collect();
    let better = |best: usize, index: usize| scores[index] > scores[best] || scores[best].is_nan();
    let chosen = (1..scores.len()).fold(0, |best, index| if better(best, index) { index } else { best });
    (chosen, scores)
}

/// The value at that share of the way from `low` to `high`, by equal factors. The ends are exact.
fn between(low: f64, high: f64, share: f64) -> f64 {
    if share >= 1.0 { high } else { (low * (share * (high / low).ln()).exp()).min(high) }
}

#[track_caller]
fn require_range(operation: &str, low: f64, high: f64) {
    assert!(
        0.0 < low && low <= high && high.is_finite(),
        "{operation}: a range in log space needs 0 < low <= high, but low is {low} and high is {high}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::generator;

    #[test]
    fn ends_are_exact_and_one_value_is_the_low_end() {
        let values = log_space(1e-7, 3.0, 9);
        assert_eq!((values[0], values[8], values.len()), (1e-7, 3.0, 9));
        assert_eq!((log_space(0.1, 1.0, 1), log_space(0.1, 1.0, 0)), (vec![0.1], vec![]));
        assert_eq!(log_space(0.5, 0.5, 3), [0.5; 3]);
    }

    #[test]
    fn the_same_seed_gives_the_same_candidates() {
        let draw = |seed| random_search([(1e-3, 1.0), (1.0, 10.0)], 5, &mut generator(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_grid_with_an_empty_axis_is_empty() {
        assert!(grid_search([&[1.0][..], &[]]).is_empty());
        assert_eq!(grid_search([]), [[0.0; 0]]);
    }

    #[test]
    fn nan_never_wins() {
        let scores = [f64::NAN, 1.0, f64::NAN, 2.0, 2.0];
        assert_eq!(best(&scores, |&score| score).0, 3);
    }

    #[test]
    #[should_panic(expected = "log_space: a range in log space needs 0 < low <= high, but low is 0 and high is 1")]
    fn refuses_a_range_from_zero() {
        log_space(0.0, 1.0, 3);
    }
}
