//! Splitting examples into training, validation, test and development parts.

use rand::seq::{SliceRandom, index};

use crate::random::generator;

/// How many examples each part gets. The first three share no example; `dev` is drawn from `train`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SplitSizes {
    /// Examples to train on.
    pub train: usize,
    /// Examples to choose hyper-parameters with.
    pub validation: usize,
    /// Examples for one last measurement. 0 where the test part is a file of its own.
    pub test: usize,
    /// Examples from the training part for quick trials.
    pub dev: usize,
}

/// The row numbers of each part, to be used with `x.select(Axis(0), &split.train)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Training part.
    pub train: Vec<usize>,
    /// Validation part.
    pub validation: Vec<usize>,
    /// Test part.
    pub test: Vec<usize>,
    /// Development part: a random sample of the training part, no example twice.
    pub dev: Vec<usize>,
}

/// Splits `n` examples at random, as CS231n does: training, validation and test part have no example in common, and the
/// development part is a random sample of the training part. The examples are shuffled first, because files are often
/// sorted in part. Examples that no part asks for are left out.
///
/// Source: CS231n, assignment 1.
///
/// # Panics
/// If the parts need more than `n` examples, or `dev` is larger than `train`.
///
/// ```
/// use gradus_nn::split::{SplitSizes, split};
/// use ndarray::{Array2, Axis};
/// let sizes = SplitSizes { train: 5000, validation: 1000, dev: 500, ..Default::default() };
/// let parts = split(6000, sizes, 231);
/// let x = Array2::<f64>::zeros((6000, 784));
/// assert_eq!(x.select(Axis(0), &parts.validation).dim(), (1000, 784));
/// assert!(parts.dev.iter().all(|index| parts.train.contains(index)));
/// ```
#[track_caller]
pub fn split(n: usize, sizes: SplitSizes, seed: u64) -> Split {
    let SplitSizes { train, validation, test, dev } = sizes;
    let needed = train.saturating_add(validation).saturating_add(test);
    assert!(
        needed <= n,
        "split: the parts must fit into the examples, but train {train}, validation {validation} and test {test} need \
         {needed} of {n}"
    );
    assert!(dev <= train, "split: dev is drawn from train, but dev is {dev} and train is {train}");

    let mut generator = generator(seed);
    let mut shuffled: Vec<usize> = (0..n).collect();
    shuffled.shuffle(&mut generator);
    let (train, rest) = shuffled.split_at(train);
    let (validation, rest) = rest.split_at(validation);
    let dev = index::sample(&mut generator, train.len(), dev).into_iter().map(|position| train[position]).collect();
    Split { train: train.to_vec(), validation: validation.to_vec(), test: rest[..test].to_vec(), dev }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(indices: &[usize]) -> BTreeSet<usize> {
        indices.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn parts_are_disjoint_and_dev_lies_in_train(
            train in 0_usize..40, validation in 0_usize..20, test in 0_usize..20, spare in 0_usize..20,
            share in 0.0..1.0, seed in any::<u64>(),
        ) {
            let sizes = SplitSizes { train, validation, test, dev: (share * train as f64) as usize };
            let n = train + validation + test + spare;
            let parts = split(n, sizes, seed);
            let all: Vec<usize> = [&parts.train, &parts.validation, &parts.test].into_iter().flatten().copied().collect();
            prop_assert_eq!(
                (parts.train.len(), parts.validation.len(), parts.test.len(), set(&parts.dev).len()),
                (sizes.train, sizes.validation, sizes.test, sizes.dev)
            );
            prop_assert_eq!(set(&all).len(), all.len(), "an example is in two parts");
            prop_assert!(all.iter().all(|&index| index < n));
            prop_assert!(set(&parts.dev).is_subset(&set(&parts.train)));
            prop_assert_eq!(&parts, &split(n, sizes, seed));
        }
    }

    #[test]
    fn a_part_is_not_a_run_of_neighbours() {
        let sizes = SplitSizes { train: 500, validation: 500, ..Default::default() };
        let parts = split(1000, sizes, 1);
        let low = parts.train.iter().filter(|&&index| index < 500).count();
        assert!((200..300).contains(&low), "{low} of the training part come from the first half");
        assert_ne!(parts, split(1000, sizes, 2));
    }

    #[test]
    #[should_panic(
        expected = "split: the parts must fit into the examples, but train 8, validation 2 and test 1 need 11 of 10"
    )]
    fn refuses_more_than_there_is() {
        split(10, SplitSizes { train: 8, validation: 2, test: 1, dev: 0 }, 0);
    }

    #[test]
    #[should_panic(expected = "split: dev is drawn from train, but dev is 9 and train is 8")]
    fn refuses_a_dev_part_larger_than_train() {
        split(10, SplitSizes { train: 8, dev: 9, ..Default::default() }, 0);
    }
}
