//! Checks of `tune_classifier`. Everybody trains with the library's function and from the same seed, so results can be
//! compared exactly.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::features::call;
use gradus_check::{Tolerance, compare_scalar};
use gradus_nn::linear::{predict, train_softmax};
use gradus_nn::metrics::accuracy;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;

use super::{expect, reference};
use crate::common::expected::in_turn;
use crate::common::{check, inputs};

const NAME: &str = "tune_classifier";

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    let checks = vec![
        check(NAME, "accuracies of all pairs", 4, "the validation accuracy after training with each pair", accuracies),
        check(NAME, "the best pair", 2, "the learning rate and the strength of the highest accuracy", best),
        check(NAME, "equally good pairs", 2, "of equally high accuracies the first", equal),
        check(NAME, "one rate, one strength", 1, "the right accuracies where there is no choice", single),
        check(NAME, "inputs left alone", 1, "all arrays as they were before the call, and the right result", unchanged),
    ];
    // Each call trains a dozen times.
    checks.into_iter().map(|check| Check { patience: Duration::from_secs(10), ..check }).collect()
}

type Tuned = (Array2<f64>, f64, f64);

/// Arguments of one call.
#[derive(Clone)]
struct Search {
    x_train: Array2<f64>,
    y_train: Array1<usize>,
    x_val: Array2<f64>,
    y_val: Array1<usize>,
    learning_rates: Array1<f64>,
    regs: Array1<f64>,
    iterations: usize,
    seed: u64,
}

/// Which part of the result is looked at.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Accuracies,
    All,
}

impl Search {
    /// The best pair is neither the first nor the last, and no other is as good.
    fn with_one_best(context: &mut Context, sizes: (usize, usize)) -> Self {
        loop {
            let search = Self::drawn(context, sizes);
            let is_best = search.which_are_best();
            if is_best.iter().filter(|&&is_best| is_best).count() == 1 && !is_best[0] && !is_best[is_best.len() - 1] {
                return search;
            }
        }
    }

    /// Several pairs are equally good, and the first pair is not among them.
    fn with_equals(context: &mut Context, sizes: (usize, usize)) -> Self {
        loop {
            let mut search = Self::drawn(context, sizes);
            // Few different shares of so few examples can be right.
            let some: Vec<usize> = (0..7).collect();
            search.x_val = search.x_val.select(Axis(0), &some);
            search.y_val = search.y_val.select(Axis(0), &some);
            let is_best = search.which_are_best();
            if is_best.iter().filter(|&&is_best| is_best).count() > 1 && !is_best[0] {
                return search;
            }
        }
    }

    fn which_are_best(&self) -> Vec<bool> {
        let accuracies = self.expected().0;
        let best = accuracies.iter().copied().fold(0.0, f64::max);
        accuracies.iter().map(|&accuracy| accuracy == best).collect()
    }

    /// Groups that overlap, as features with a column of ones; the accuracies of different pairs differ.
    fn drawn(context: &mut Context, (rates, strengths): (usize, usize)) -> Self {
        let random = &mut context.random;
        let (features, classes) = (random.random_range(5..9), random.random_range(4..7));
        let centres = inputs::normal(random, (classes, features), 0.8);
        let mut part = |n: usize| {
            let y = inputs::labels(random, n, classes);
            let noise = inputs::normal(random, (n, features), 1.0);
            let mut x = centres.select(Axis(0), &y.to_vec()) + noise;
            x.push_column(Array1::ones(n).view()).expect("a one for each row");
            (x, y)
        };
        let ((x_train, mut y_train), (x_val, y_val)) = (part(60), part(90));
        // All classes occur in training.
        y_train[0] = classes - 1;
        let mut learning_rates: Vec<f64> =
            (0..rates).map(|i| 0.003 * 6f64.powi(i as i32) * random.random_range(0.8..1.2)).collect();
        let mut regs: Vec<f64> =
            (0..strengths).map(|i| 0.01 * 8f64.powi(i as i32) * random.random_range(0.8..1.2)).collect();
        learning_rates.shuffle(random);
        regs.shuffle(random);
        let (iterations, seed) = (random.random_range(15..25), random.random_range(0..1_000_000));
        Self {
            x_train,
            y_train,
            x_val,
            y_val,
            learning_rates: Array1::from_vec(learning_rates),
            regs: Array1::from_vec(regs),
            iterations,
            seed,
        }
    }

    fn call(&self) -> Call<Tuned> {
        let Self { x_train, y_train, x_val, y_val, learning_rates, regs, iterations, seed } = self;
        call::tune_classifier(x_train, y_train, x_val, y_val, learning_rates, regs, *iterations, *seed)
    }

    fn expected(&self) -> Tuned {
        let Self { x_train, y_train, x_val, y_val, learning_rates, regs, iterations, seed } = self;
        reference::tune_classifier(x_train, y_train, x_val, y_val, learning_rates, regs, *iterations, *seed)
    }

    /// The accuracies where something is done differently.
    fn accuracies(&self, change: impl Fn(usize, &mut Training), on_training: bool) -> Array2<f64> {
        let (x, y) = if on_training { (&self.x_train, &self.y_train) } else { (&self.x_val, &self.y_val) };
        Array2::from_shape_fn((self.learning_rates.len(), self.regs.len()), |(i, j)| {
            let mut training = Training {
                rate: self.learning_rates[i],
                reg: self.regs[j],
                iterations: self.iterations,
                batch_size: 100,
                seed: self.seed,
            };
            change(i * self.regs.len() + j, &mut training);
            let Training { rate, reg, iterations, batch_size, seed } = training;
            let (w, _) = train_softmax(&self.x_train, &self.y_train, rate, reg, iterations, batch_size, seed);
            accuracy(&predict(&w, x), y)
        })
    }

    fn slips(&self, expected: &Array2<f64>) -> Vec<(&'static str, Array2<f64>)> {
        let n = self.y_val.len() as f64;
        vec![
            ("transposed: learning rates go in rows, strengths in columns", expected.t().to_owned()),
            (
                "the accuracies on the training examples; measure on the validation examples",
                self.accuracies(|_, _| (), true),
            ),
            ("the shares of wrong predictions", 1.0 - expected),
            ("the accuracies in percent; an accuracy is a share, from 0 to 1", expected * 100.0),
            ("the numbers of right predictions; divide by how many there are", expected * n),
            (
                "what mini-batches of the size of the training set give; they are of 100 examples",
                self.accuracies(|_, training| training.batch_size = self.y_train.len(), false),
            ),
            (
                "what mini-batches of 50 give; they are of 100 examples",
                self.accuracies(|_, training| training.batch_size = 50, false),
            ),
            (
                "what mini-batches of 200 give; they are of 100 examples",
                self.accuracies(|_, training| training.batch_size = 200, false),
            ),
            (
                "what another seed for each pair gives; all have the same",
                self.accuracies(|place, training| training.seed = training.seed.wrapping_add(place as u64), false),
            ),
            (
                "what a fixed seed gives; use the one that is asked for",
                self.accuracies(|_, training| training.seed = 0, false),
            ),
            (
                "what a fixed seed gives; use the one that is asked for",
                self.accuracies(|_, training| training.seed = 231, false),
            ),
            (
                "what 100 iterations give; as many are wanted as is said",
                self.accuracies(|_, training| training.iterations = 100, false),
            ),
            (
                "what learning rate and strength give in exchanged places",
                self.accuracies(|_, training| std::mem::swap(&mut training.rate, &mut training.reg), false),
            ),
            ("what no regularisation gives", self.accuracies(|_, training| training.reg = 0.0, false)),
        ]
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context, part)
    }

    fn compare(&self, actual: &Tuned, context: &Context, part: Part) -> Result<(), Failure> {
        let expected = self.expected();
        expect(context, "the accuracies", &actual.0, &expected.0, || self.slips(&expected.0))?;
        let close = |a: f64, b: f64| compare_scalar(a, b, Tolerance::double()).is_ok();
        if part == Part::Accuracies || close(actual.1, expected.1) && close(actual.2, expected.2) {
            return Ok(());
        }
        let (rates, regs) = (&self.learning_rates, &self.regs);
        let on_training = self.accuracies(|_, _| (), true);
        let learned = self.pair_at(&on_training, |a, b| a > b);
        let [last, worst] = [self.pair_at(&expected.0, |a, b| a >= b), self.pair_at(&expected.0, |a, b| a < b)];
        let slips = |of: fn((f64, f64)) -> f64, first: f64| {
            [
                ("that of the highest accuracy on the training examples; the validation examples choose", of(learned)),
                ("that of the lowest accuracy", of(worst)),
                ("that of the last of the highest accuracies; the first counts", of(last)),
                ("the first of the list, whatever its accuracy", first),
            ]
        };
        context.expect_number(
            "the learning rate",
            actual.1,
            expected.1,
            Tolerance::double(),
            &slips(|pair| pair.0, rates[0]),
        )?;
        context.expect_number(
            "the strength of regularisation",
            actual.2,
            expected.2,
            Tolerance::double(),
            &slips(|pair| pair.1, regs[0]),
        )
    }

    /// The pair whose accuracy no later one is better than.
    fn pair_at(&self, accuracies: &Array2<f64>, better: fn(f64, f64) -> bool) -> (f64, f64) {
        let first = ((0, 0), accuracies[[0, 0]]);
        let ((i, j), _) = accuracies
            .indexed_iter()
            .skip(1)
            .fold(first, |best, (place, &accuracy)| if better(accuracy, best.1) { (place, accuracy) } else { best });
        (self.learning_rates[i], self.regs[j])
    }
}

/// A training with one pair.
struct Training {
    rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
}

/// What every check with points asks first, in random order, and one of them again. Where several pairs may be equally
/// good, only the accuracies are looked at.
fn ordinary(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let first = Search::with_one_best(context, (3, 4));
    let other = Search::with_one_best(context, (3, 4));
    let random = &mut context.random;
    let classes = first.y_train.iter().max().map_or(2, |label| label + 1);
    let changed = [
        Search { y_val: inputs::other_labels(random, &first.y_val, classes), ..first.clone() },
        Search { x_val: inputs::normal(random, first.x_val.dim(), 1.0), ..first.clone() },
        Search { seed: first.seed + 1, ..first.clone() },
        Search { iterations: first.iterations / 3, ..first.clone() },
        Search { regs: &first.regs * 3.0, ..first.clone() },
        Search { learning_rates: &first.learning_rates * 0.3, ..first.clone() },
    ];
    let mut all: Vec<_> = changed.into_iter().map(|search| (search, Part::Accuracies)).collect();
    all.extend([(first, part), (other, part)]);
    in_turn(context, all, |(search, part), context| search.hold(session, context, *part)).map_err(|failure| {
        failure.with_hint(
            "for each pair: train_softmax(x_train, y_train, rate, reg, iterations, 100, seed), then the accuracy of predict on \
             x_val; the pair with the highest accuracy is returned",
        )
    })
}

fn accuracies(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Accuracies)?;
    for sizes in [(2, 5), (4, 2)] {
        Search::drawn(context, sizes).hold(session, context, Part::Accuracies)?;
    }
    Ok(())
}

fn best(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::All)?;
    for sizes in [(4, 3), (2, 4)] {
        Search::with_one_best(context, sizes).hold(session, context, Part::All)?;
    }
    Ok(())
}

fn equal(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Accuracies)?;
    for sizes in [(3, 3), (2, 4), (4, 2)] {
        Search::with_equals(context, sizes).hold(session, context, Part::All).map_err(|failure| {
            failure.with_hint("a later pair counts only if its accuracy is higher than all before")
        })?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Accuracies)?;
    Search::drawn(context, (1, 1)).hold(session, context, Part::All)?;
    for sizes in [(1, 4), (4, 1)] {
        Search::with_one_best(context, sizes).hold(session, context, Part::All)?;
    }
    // A single example to measure on.
    let mut search = Search::drawn(context, (2, 2));
    search.x_val = search.x_val.select(Axis(0), &[0]);
    search.y_val = search.y_val.select(Axis(0), &[0]);
    search.hold(session, context, Part::Accuracies)
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Accuracies)?;
    let search = Search::drawn(context, (2, 2));
    search.compare(&session.call_watching_inputs(&search.call())?, context, Part::Accuracies)
}
