//! Cross-validation: splitting examples into folds, each of which is held out once.

use rand::seq::SliceRandom;

use ndarray::ArrayRef1;

use crate::random::generator;

/// One turn of cross-validation: the row numbers to train on and those to validate on, each in rising order. They share
/// no example and together are all examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The examples of the other folds.
    pub train: Vec<usize>,
    /// The examples of this fold.
    pub validation: Vec<usize>,
}

/// Shuffles `n` examples and splits them into `folds` folds of equal size; each example is in the validation part of
/// exactly one. If `n` does not divide evenly, the first `n % folds` folds have one example more.
///
/// Use it to choose hyper-parameters where there is too little data for one validation part: train on each turn's
/// `train`, measure on its `validation`, and take the mean.
///
/// Source: CS231n, notes on image classification, cross-validation; Hastie, Tibshirani and Friedman, *The elements of
/// statistical learning*, section 7.10.
///
/// # Panics
/// If `folds` is below 2 or above `n`.
///
/// ```
/// use gradus_nn::folds::k_fold;
/// use ndarray::{Array2, Axis};
/// let x = Array2::<f64>::zeros((10, 4));
/// for fold in k_fold(x.nrows(), 5, 231) {
///     assert_eq!(x.select(Axis(0), &fold.train).dim(), (8, 4));
///     assert_eq!(x.select(Axis(0), &fold.validation).dim(), (2, 4));
/// }
/// ```
#[track_caller]
pub fn k_fold(n: usize, folds: usize, seed: u64) -> Vec<Fold> {
    require_folds("k_fold", n, folds);
    let mut shuffled: Vec<usize> = (0..n).collect();
    shuffled.shuffle(&mut generator(seed));
    deal(&shuffled, folds)
}

/// [`k_fold`] with the classes spread evenly: the numbers of a class's examples in any two folds differ by at most one,
/// and so do the sizes of the folds. Use it where some classes are rare.
///
/// The examples of each class are shuffled, and then all are dealt to the folds in turn, class after class, as cards
/// are. A class with fewer examples than there are folds is missing from some of them.
///
/// Shape: labels `y` (batch).
///
/// Source: Kohavi, *A study of cross-validation and bootstrap for accuracy estimation and model selection*, 1995.
///
/// # Panics
/// If `folds` is below 2 or above the number of examples.
///
/// ```
/// use gradus_nn::folds::stratified_k_fold;
/// use ndarray::array;
/// let y = array![0, 0, 0, 0, 0, 0, 1, 1, 1]; // twice as many of class 0
/// for fold in stratified_k_fold(&y, 3, 231) {
///     assert_eq!(fold.validation.iter().map(|&index| y[index]).collect::<Vec<_>>(), [0, 0, 1]);
/// }
/// ```
#[track_caller]
pub fn stratified_k_fold(y: &ArrayRef1<usize>, folds: usize, seed: u64) -> Vec<Fold> {
    require_folds("stratified_k_fold", y.len(), folds);
    let mut by_class: Vec<usize> = (0..y.len()).collect();
    by_class.shuffle(&mut generator(seed));
    by_class.sort_by_key(|&index| y[index]); // stable: within a class the order stays random
    deal(&by_class, folds)
}

/// Deals the examples to the folds in turn.
fn deal(examples: &[usize], folds: usize) -> Vec<Fold> {
    let mut fold_of = vec![0; examples.len()];
    for (turn, &example) in examples.iter().enumerate() {
        fold_of[example] = turn % folds;
    }
    let parts = |fold| (0..examples.len()).partition(|&example| fold_of[example] != fold);
    (0..folds).map(parts).map(|(train, validation)| Fold { train, validation }).collect()
}

#[track_caller]
fn require_folds(operation: &str, n: usize, folds: usize) {
    assert!(folds >= 2, "{operation}: needs at least 2 folds, but folds is {folds}");
    assert!(folds <= n, "{operation}: each fold needs an example, but folds is {folds} and there are {n} examples");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::with_replacement;
    use ndarray::Array1;
    use proptest::prelude::*;

    /// Each example is validated once, and trained on in all other turns.
    fn is_partition(folds: &[Fold], n: usize) -> bool {
        let mut validated: Vec<usize> = folds.iter().flat_map(|fold| fold.validation.clone()).collect();
        validated.sort_unstable();
        let complete = |fold: &Fold| {
            let mut both = [&fold.train[..], &fold.validation].concat();
            both.sort_unstable();
            both == (0..n).collect::<Vec<_>>()
        };
        validated == (0..n).collect::<Vec<_>>() && folds.iter().all(complete)
    }

    fn differ_by_at_most_one(counts: impl Iterator<Item = usize> + Clone) -> bool {
        counts.clone().max().unwrap_or(0) - counts.min().unwrap_or(0) <= 1
    }

    proptest! {
        #[test]
        fn folds_share_the_examples_out(n in 2_usize..60, share in 0.0..1.0, classes in 1_usize..6, seed in any::<u64>()) {
            let folds = 2 + (share * (n - 1) as f64) as usize;
            let y = Array1::from(with_replacement(classes, n, &mut generator(seed)));
            for turns in [k_fold(n, folds, seed), stratified_k_fold(&y, folds, seed)] {
                prop_assert_eq!(turns.len(), folds);
                prop_assert!(is_partition(&turns, n));
                prop_assert!(differ_by_at_most_one(turns.iter().map(|fold| fold.validation.len())));
            }
            for class in 0..classes {
                let turns = stratified_k_fold(&y, folds, seed);
                let count = |fold: &Fold| fold.validation.iter().filter(|&&index| y[index] == class).count();
                prop_assert!(differ_by_at_most_one(turns.iter().map(count)), "class {} is uneven", class);
            }
            prop_assert_eq!(k_fold(n, folds, seed), k_fold(n, folds, seed));
        }
    }

    #[test]
    fn the_seed_decides() {
        let y = Array1::from_shape_fn(100, |index| index / 50);
        assert_ne!(k_fold(100, 5, 1), k_fold(100, 5, 2));
        assert_ne!(stratified_k_fold(&y, 5, 1), stratified_k_fold(&y, 5, 2));
    }

    /// A course records its cross-validation under a seed.
    #[test]
    fn the_folds_of_a_seed_do_not_change() {
        let validation: Vec<_> = k_fold(7, 3, 231).into_iter().map(|fold| fold.validation).collect();
        assert_eq!(validation, [vec![0, 2, 5], vec![1, 3], vec![4, 6]]);
    }

    #[test]
    #[should_panic(expected = "k_fold: each fold needs an example, but folds is 11 and there are 10 examples")]
    fn refuses_an_empty_fold() {
        k_fold(10, 11, 0);
    }

    #[test]
    #[should_panic(expected = "stratified_k_fold: needs at least 2 folds, but folds is 1")]
    fn refuses_one_fold() {
        stratified_k_fold(&Array1::zeros(10), 1, 0);
    }
}
