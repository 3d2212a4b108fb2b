//! What typical slips make of distances, of a vote and of cross-validation, in words that go on from "Your result is".
// GRADUS-STAFF-ONLY-7c1f4e

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, Axis};

/// A measure of two points by their pairs of features.
fn of_pairs(x: &Array2<f64>, x_train: &Array2<f64>, measure: impl Fn(&[(f64, f64)]) -> f64) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), x_train.nrows()), |(i, j)| {
        let pairs: Vec<_> = x.row(i).iter().copied().zip(x_train.row(j).iter().copied()).collect();
        measure(&pairs)
    })
}

fn sum(pairs: &[(f64, f64)], term: impl Fn(f64, f64) -> f64) -> f64 {
    pairs.iter().map(|&(a, b)| term(a, b)).sum()
}

pub fn of_distances(x: &Array2<f64>, x_train: &Array2<f64>) -> Vec<(&'static str, Array2<f64>)> {
    let of = |measure: fn(&[(f64, f64)]) -> f64| of_pairs(x, x_train, measure);
    vec![
        ("the squares of the distances: the root is missing", of(|pairs| sum(pairs, |a, b| (a - b) * (a - b)))),
        (
            "the sums of the absolute differences; square them, and take the root of their sum",
            of(|pairs| sum(pairs, |a, b| (a - b).abs())),
        ),
        (
            "the sums of the differences, without their signs; square each difference before you add",
            of(|pairs| sum(pairs, |a, b| a - b).abs()),
        ),
        (
            "the largest difference; the squares of all of them count",
            of(|pairs| pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)),
        ),
        (
            "what the mean of the squares gives; it is their sum",
            of(|pairs| (sum(pairs, |a, b| (a - b) * (a - b)) / pairs.len() as f64).sqrt()),
        ),
        (
            "what sums of the features give; a distance is made of their differences",
            of(|pairs| sum(pairs, |a, b| (a + b) * (a + b)).sqrt()),
        ),
        (
            "the difference of the two lengths; the distance is the length of the difference",
            of(|pairs| (sum(pairs, |a, _| a * a).sqrt() - sum(pairs, |_, b| b * b).sqrt()).abs()),
        ),
        (
            "what all features but the last give",
            of(|pairs| sum(&pairs[..pairs.len() - 1], |a, b| (a - b) * (a - b)).sqrt()),
        ),
        ("the root of x^2 + y^2, without -2 x y", of(|pairs| sum(pairs, |a, b| a * a + b * b).sqrt())),
        (
            "the root of x^2 + y^2 - x y; the product counts twice",
            of(|pairs| sum(pairs, |a, b| a * a + b * b - a * b).sqrt()),
        ),
        (
            "the root of y^2 - 2 x y, without the squares of the test examples",
            of(|pairs| sum(pairs, |a, b| b * b - 2.0 * a * b).max(0.0).sqrt()),
        ),
        (
            "the root of x^2 - 2 x y, without the squares of the training examples",
            of(|pairs| sum(pairs, |a, b| a * a - 2.0 * a * b).max(0.0).sqrt()),
        ),
        (
            "the root of x + y - 2 x y; the sums are over the squares of the features",
            of(|pairs| sum(pairs, |a, b| a + b - 2.0 * a * b).max(0.0).sqrt()),
        ),
    ]
}

/// The training examples from near to far; of equally near ones the first is nearer.
fn by_distance(distances: ArrayView1<'_, f64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..distances.len()).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(a.cmp(&b)));
    order
}

/// How many votes each label got.
fn votes(labels: &[usize]) -> BTreeMap<usize, usize> {
    labels.iter().fold(BTreeMap::new(), |mut votes, &label| {
        *votes.entry(label).or_default() += 1;
        votes
    })
}

/// The smallest of the labels with most votes.
fn winner(labels: &[usize]) -> usize {
    votes(labels).into_iter().min_by_key(|&(label, count)| (Reverse(count), label)).map_or(0, |(label, _)| label)
}

pub fn of_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Vec<(&'static str, Array1<f64>)> {
    let train = y_train.len();
    let labels_of = |order: &[usize]| order.iter().map(|&example| y_train[example]).collect::<Vec<_>>();
    let of = |decide: &dyn Fn(&[usize]) -> usize| distances.map_axis(Axis(1), |row| decide(&by_distance(row)) as f64);
    let of_first = |count: usize| of(&|order| winner(&labels_of(&order[..count.clamp(1, train)])));
    let largest = |order: &[usize]| {
        let votes = votes(&labels_of(&order[..k]));
        votes.into_iter().max_by_key(|&(label, count)| (count, label)).map_or(0, |(label, _)| label)
    };
    let nearest_of_best = |order: &[usize]| {
        let labels = labels_of(&order[..k]);
        let votes = votes(&labels);
        let most = votes.values().max().copied().unwrap_or(0);
        labels.into_iter().find(|label| votes[label] == most).unwrap_or(0)
    };
    let sorted_by = |compare: &dyn Fn((f64, usize), (f64, usize)) -> Ordering| {
        distances.map_axis(Axis(1), |row| {
            let mut order: Vec<usize> = (0..train).collect();
            order.sort_by(|&a, &b| compare((row[a], a), (row[b], b)));
            winner(&labels_of(&order[..k])) as f64
        })
    };
    let by_nearness = distances.map_axis(Axis(1), |row| {
        let order = by_distance(row);
        let weight = |label: usize| {
            order[..k].iter().filter(|&&j| y_train[j] == label).map(|&j| 1.0 / (row[j] + 1e-9)).sum::<f64>()
        };
        let labels = labels_of(&order[..k]);
        labels.iter().copied().max_by(|&a, &b| weight(a).total_cmp(&weight(b))).unwrap_or(0) as f64
    });
    let mean = |order: &[usize]| (labels_of(&order[..k]).iter().sum::<usize>() as f64 / k as f64).round() as usize;
    let without_first_class = |order: &[usize]| {
        let mut labels = labels_of(&order[..k]);
        labels.retain(|&label| label > 0);
        if labels.is_empty() { 1 } else { winner(&labels) }
    };
    let without_nearest =
        "the vote without the nearest example; it is not the test example itself, but one of those that vote";
    vec![
        ("the label of the nearest example; k of them vote", of_first(1)),
        ("what the k furthest examples vote for", of(&|order| winner(&labels_of(&order[train - k..])))),
        ("what k + 1 examples vote for", of_first(k + 1)),
        (without_nearest, of(&|order| winner(&labels_of(&order[1..k.max(1)])))),
        (without_nearest, of(&|order| winner(&labels_of(&order[1..(k + 1).min(train)])))),
        ("what k - 1 examples vote for", of_first(k.saturating_sub(1))),
        ("the place of the nearest example; its label is y_train at that place", of(&|order| order[0])),
        (
            "the number of votes; the label that got them is asked for",
            of(&|order| votes(&labels_of(&order[..k])).values().max().copied().unwrap_or(0)),
        ),
        ("the largest of the labels with equally many votes; the smallest wins", of(&largest)),
        ("the nearest of the labels with equally many votes; the smallest wins", of(&nearest_of_best)),
        ("the mean of the labels; labels are names, and the most frequent wins", of(&mean)),
        ("never 0: the search for the most votes has to start from the first class", of(&without_first_class)),
        ("what votes that count for more from nearby give; each counts the same", by_nearness),
        (
            "what distances without their fractions give; sort with total_cmp",
            sorted_by(&|(a, _), (b, _)| a.trunc().total_cmp(&b.trunc())),
        ),
        (
            "what the first k training examples vote for; sort their places by their distances",
            sorted_by(&|_, _| Ordering::Equal),
        ),
        (
            "the later of examples at the same distance; those that come first are nearer",
            sorted_by(&|(a, i), (b, j)| a.total_cmp(&b).then(j.cmp(&i))),
        ),
        ("one too high everywhere: classes count from 0", of_first(k) + 1.0),
    ]
}

/// The rows of a fold: runs of neighbours, of which the first `n % folds` have one row more.
pub fn rows_of(fold: usize, folds: usize, n: usize) -> Range<usize> {
    let start = |fold: usize| fold * (n / folds) + fold.min(n % folds);
    start(fold)..start(fold + 1)
}

/// The accuracy of a number of neighbours on the examples given first, predicted from those given second.
type Accuracy<'a> = dyn Fn(&[usize], &[usize], usize) -> f64 + 'a;

/// How folds can be cut wrongly, and what comes of the predictions.
pub struct Folds<'a> {
    pub n: usize,
    pub folds: usize,
    pub ks: &'a Array1<usize>,
    /// The right accuracies.
    pub right: &'a Array2<f64>,
    pub accuracy: &'a Accuracy<'a>,
}

impl Folds<'_> {
    /// With these examples held out, and predicted from those.
    fn of(&self, parts: impl Fn(usize) -> (Vec<usize>, Vec<usize>)) -> Array2<f64> {
        self.of_ks(&self.ks.to_vec(), parts)
    }

    fn of_ks(&self, ks: &[usize], parts: impl Fn(usize) -> (Vec<usize>, Vec<usize>)) -> Array2<f64> {
        let parts: Vec<_> = (0..self.folds).map(parts).collect();
        Array2::from_shape_fn((self.ks.len(), self.folds), |(i, fold)| {
            let (held_out, others) = &parts[fold];
            let possible = !held_out.is_empty() && ks[i] <= others.len();
            if possible { (self.accuracy)(held_out, others, ks[i]) } else { f64::NAN }
        })
    }

    fn held_out_by(&self, is_held_out: impl Fn(usize, usize) -> bool) -> Array2<f64> {
        self.of(|fold| (0..self.n).partition(|&example| is_held_out(fold, example)))
    }

    /// With these rows as folds.
    fn cut_at(&self, fold: impl Fn(usize) -> Range<usize>) -> Array2<f64> {
        self.held_out_by(|number, example| fold(number).contains(&example))
    }

    pub fn slips(&self) -> Vec<(&'static str, Array2<f64>)> {
        let Self { n, folds, right, .. } = *self;
        let (least, extra, most) = (n / folds, n % folds, n.div_ceil(folds));
        let in_order = |fold: usize| rows_of(fold, folds, n);
        let rows = |range: Range<usize>| range.collect::<Vec<_>>();
        let others = |fold: usize| (0..n).filter(|example| !in_order(fold).contains(example)).collect::<Vec<_>>();
        let lengths = Array1::from_iter((0..folds).map(|fold| in_order(fold).len() as f64));
        let means = right.mean_axis(Axis(1)).map(|means| means.insert_axis(Axis(1)));
        let means = means.as_ref().and_then(|means| means.broadcast(right.dim()));
        let first_k = right.row(0).insert_axis(Axis(0)).broadcast(right.dim()).map(|rows| rows.to_owned());
        let mut slips = vec![
            (
                "what comes out when the fold's own examples vote too; predict from the other folds only",
                self.of(|fold| (rows(in_order(fold)), rows(0..n))),
            ),
            (
                "the accuracy on the other folds, predicted from the fold; it is the other way round",
                self.of(|fold| (others(fold), rows(in_order(fold)))),
            ),
            (
                "the accuracy on the examples that vote; measure on the fold",
                self.of(|fold| (others(fold), others(fold))),
            ),
            ("transposed: choices of k go in rows, folds in columns", right.t().to_owned()),
            ("the numbers of right predictions; divide by the length of the fold", right * &lengths),
            (
                "the numbers of right predictions divided by that of all examples; divide by the length of the fold",
                right * &lengths / n as f64,
            ),
            ("the accuracies in percent; an accuracy is a share, from 0 to 1", right * 100.0),
            ("the shares of wrong predictions", 1.0 - right),
            (
                "what folds of every folds-th example give; a fold is a run of neighbours",
                self.held_out_by(|fold, example| example % folds == fold),
            ),
            (
                "what folds of n / folds examples, rounded down, give; the last examples are in none then",
                self.of(|fold| {
                    (
                        rows(fold * least..(fold + 1) * least),
                        rows(0..folds * least).into_iter().filter(|example| example / least != fold).collect(),
                    )
                }),
            ),
            (
                "what all left-over examples in the last fold give; each of the first n % folds folds has one of them",
                self.cut_at(|fold| fold * least..if fold + 1 == folds { n } else { (fold + 1) * least }),
            ),
            (
                "what folds of n / folds examples, rounded up, give; the last fold is too short then",
                self.cut_at(|fold| fold * most..((fold + 1) * most).min(n)),
            ),
        ];
        let longer = folds - extra;
        let longer_last = |fold: usize| fold * least + fold.saturating_sub(longer);
        slips.push((
            "what folds give whose last ones are the longer ones; the first n % folds have one example more",
            self.cut_at(|fold| longer_last(fold)..longer_last(fold + 1)),
        ));
        let mut sorted = self.ks.to_vec();
        sorted.sort_unstable();
        let of_ks = |ks: &[usize]| self.of_ks(ks, |fold| (rows(in_order(fold)), others(fold)));
        slips.push(("what the choices of k give in rising order; leave them in theirs", of_ks(&sorted)));
        let counted: Vec<usize> = (1..=self.ks.len()).collect();
        slips.push(("what k = 1, 2, 3 and so on give; the choices stand in ks", of_ks(&counted)));
        slips.extend(
            means.map(|means| ("the mean over the folds in each of them; each fold has its own", means.to_owned())),
        );
        slips.extend(first_k.map(|slip| ("that of the first choice of k for every choice", slip)));
        slips
    }
}
