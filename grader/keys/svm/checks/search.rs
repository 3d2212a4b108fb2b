//! Checks of `search`, held against the answer's own `train_svm` and `predict`: a search is right if it reports what
//! they do, so a mistake in them costs nothing here, except where the search is to find something that learns.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::svm::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;
use rand::seq::index::sample;

use crate::common::{check, inputs};
use crate::linear::images::images;

const NAME: &str = "search";

/// Far below what right answers reach; `keys/svm/README.md` has the measurements.
const ACCURACY: f64 = 0.55;

pub fn checks() -> Vec<Check> {
    let checks = vec![
        check(
            NAME,
            "accuracies of the grid",
            5,
            "for each pair the accuracy on the validation examples, after train_svm with that pair and the seed",
            accuracies,
        ),
        check(NAME, "the best pair", 4, "the learning rate and the strength with the highest accuracy", best_pair),
        check(
            NAME,
            "grids of one row, one column, one pair",
            1,
            "the right result for a single value of either",
            single,
        ),
        check(NAME, "a pair that learns", 2, "the learning rate that learns, not the one that is 0", finds_what_learns),
        check(NAME, "images", 2, "a pair with which most validation images get their right class", on_images),
        check(NAME, "inputs left alone", 1, "all arrays as they were before the call, and the right result", unchanged),
    ];
    // A search trains again and again.
    checks.into_iter().map(|check| Check { patience: Duration::from_secs(10), ..check }).collect()
}

/// Arguments of one call.
#[derive(Clone)]
struct Search {
    train: (Array2<f64>, Array1<usize>),
    validation: (Array2<f64>, Array1<usize>),
    learning_rates: Array1<f64>,
    regs: Array1<f64>,
    iterations: usize,
    batch_size: usize,
    seed: u64,
}

type Found = (f64, f64, Array2<f64>);

/// Groups of points around random centres, in which no class is empty.
fn groups(context: &mut Context, centres: &Array2<f64>, n: usize) -> (Array2<f64>, Array1<usize>) {
    let mut y: Vec<usize> = (0..n).map(|i| i % centres.nrows()).collect();
    y.shuffle(&mut context.random);
    let y = Array1::from_vec(y);
    let x = centres.select(Axis(0), &y.to_vec()) + inputs::normal(&mut context.random, (n, centres.ncols()), 1.0);
    (x, y)
}

impl Search {
    /// Groups that overlap, so that different weights have different accuracies.
    fn random(context: &mut Context, (rates, regs): (usize, usize)) -> Self {
        let random = &mut context.random;
        let (features, classes) = (random.random_range(3..6), random.random_range(3..6));
        let centres = inputs::normal(random, (classes, features), 1.0);
        let learning_rates = Array1::from_shape_simple_fn(rates, || 10f64.powf(random.random_range(-3.0..-0.3)));
        let regs = Array1::from_shape_simple_fn(regs, || 10f64.powf(random.random_range(-2.0..0.5)));
        let (iterations, batch_size, seed) = (random.random_range(10..20), random.random_range(2..8), random.random());
        let train = groups(context, &centres, 30);
        let validation = groups(context, &centres, 41);
        Self { train, validation, learning_rates, regs, iterations, batch_size, seed }
    }

    fn call(&self) -> Call<Found> {
        let ((x_train, y_train), (x_val, y_val)) = (&self.train, &self.validation);
        let Self { learning_rates, regs, iterations, batch_size, seed, .. } = self;
        call::search(x_train, y_train, x_val, y_val, learning_rates, regs, *iterations, *batch_size, *seed)
    }

    /// The accuracy of each pair by the answer's own training and prediction, on these examples.
    fn accuracies_on(
        &self,
        session: &mut Session<'_>,
        (x, y): &(Array2<f64>, Array1<usize>),
    ) -> Result<Array2<f64>, Failure> {
        let mut accuracies = Array2::zeros((self.learning_rates.len(), self.regs.len()));
        for ((i, j), accuracy) in accuracies.indexed_iter_mut() {
            let w = self.trained(session, (self.learning_rates[i], self.regs[j]))?;
            let predicted = session.call(&call::predict(&w, x))?;
            let right = predicted.iter().zip(y).filter(|(predicted, label)| predicted == label).count();
            *accuracy = right as f64 / y.len() as f64;
        }
        Ok(accuracies)
    }

    fn trained(&self, session: &mut Session<'_>, pair: (f64, f64)) -> Result<Array2<f64>, Failure> {
        let (x, y) = &self.train;
        Ok(session.call(&call::train_svm(x, y, pair.0, pair.1, self.iterations, self.batch_size, self.seed))?.0)
    }

    /// The result should be `found`, whichever of several best pairs was taken.
    fn compare(&self, found: &Found, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        let first = (self.learning_rates[0], self.regs[0]);
        context.expect(
            self.trained(session, first)? == self.trained(session, first)?,
            "train_svm gives other weights in a second run, so there is nothing to hold a search against",
            "take every random number in train_svm from one generator made from the seed",
        )?;
        let expected = self.accuracies_on(session, &self.validation)?;
        if part != Part::Pair && gradus_check::compare(&found.2, &expected, Tolerance::double()).is_err() {
            self.explain(&found.2, &expected, session, context)?;
        }
        if part == Part::Accuracies {
            return Ok(());
        }
        self.compare_pair((found.0, found.1), &expected, context)
    }

    /// Whether the answer's own training makes one pair better than another.
    fn tells_apart(&self, session: &mut Session<'_>) -> Result<bool, Failure> {
        let accuracies = self.accuracies_on(session, &self.validation)?;
        Ok(accuracies.iter().any(|&accuracy| accuracy != accuracies[[0, 0]]))
    }

    /// The failure of accuracies that are not as expected.
    fn explain(
        &self,
        found: &Array2<f64>,
        expected: &Array2<f64>,
        session: &mut Session<'_>,
        context: &Context,
    ) -> Result<(), Failure> {
        let on_train = self.accuracies_on(session, &self.train)?;
        let transposed = expected.t().to_owned();
        let n = self.validation.1.len() as f64;
        context
            .expect_array(
                "the accuracies",
                found,
                expected,
                Tolerance::double(),
                &[
                    ("the accuracies on the training examples; those that were trained on do not count", &on_train),
                    ("transposed: learning rates go in rows, strengths in columns", &transposed),
                    ("the number of right predictions; divide by the number of validation examples", &(expected * n)),
                    ("the accuracies in percent; an accuracy is a share, from 0 to 1", &(expected * 100.0)),
                    ("the shares of wrong predictions", &(1.0 - expected)),
                    ("the accuracies of the first strength in every column", &columns_alike(expected)),
                    ("the accuracies of the best pairs so far; every pair has its own", &best_so_far(expected)),
                    ("the improvements alone; every pair has its accuracy", &improvements(expected)),
                ],
            )
            .map_err(|failure| {
                failure
                    .with_hint("train every pair with train_svm, the iterations, batch size and seed that were given")
            })
    }

    fn compare_pair(&self, pair: (f64, f64), expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let place = |(rate, reg): (f64, f64)| {
            let i = self.learning_rates.iter().position(|&other| other == rate)?;
            Some([i, self.regs.iter().position(|&other| other == reg)?])
        };
        let Some(found) = place(pair) else {
            let failure = Failure::wrong("the pair is not in the grid");
            return Err(failure.with_hint(if place((pair.1, pair.0)).is_some() {
                "the strength comes first; return the learning rate first"
            } else {
                "return values of learning_rates and of regs, not their places"
            }));
        };
        let highest = expected.fold(f64::NEG_INFINITY, |highest, &accuracy| highest.max(accuracy));
        let lowest = expected.fold(f64::INFINITY, |lowest, &accuracy| lowest.min(accuracy));
        let last = [self.learning_rates.len() - 1, self.regs.len() - 1];
        // The last pair may have the lowest accuracy too; then nothing tells which slip it was.
        let hint = if expected[found] == lowest && found != last {
            "it is the pair with the lowest accuracy"
        } else if found == last && expected[found] != lowest {
            "it is the last pair that was tried: keep a pair only if its accuracy is above the best so far"
        } else {
            "keep a pair only if its accuracy on the validation examples is above the best so far, and then keep that accuracy too"
        };
        context.expect(expected[found] == highest, "the pair is not the one with the highest accuracy", hint)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, session, context, part)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Accuracies,
    Pair,
    Both,
}

fn columns_alike(accuracies: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn(accuracies.dim(), |(i, _)| accuracies[[i, 0]])
}

fn best_so_far(accuracies: &Array2<f64>) -> Array2<f64> {
    let mut best = f64::NEG_INFINITY;
    accuracies.mapv(|accuracy| {
        best = best.max(accuracy);
        best
    })
}

fn improvements(accuracies: &Array2<f64>) -> Array2<f64> {
    let mut best = 0.0;
    accuracies.mapv(|accuracy| {
        let better = accuracy > best;
        best = accuracy.max(best);
        if better { accuracy } else { 0.0 }
    })
}

/// What every check with points asks first: twice the same shapes, other numbers.
fn ordinary(session: &mut Session<'_>, context: &mut Context, part: Part) -> Result<(), Failure> {
    let first = Search::random(context, (3, 2));
    let random = &mut context.random;
    let other_data = Search { train: (&first.train.0 * -0.7, first.train.1.clone()), ..first.clone() };
    let other_rates = Search {
        learning_rates: first.learning_rates.mapv(|rate| rate * random.random_range(0.2..0.5)),
        seed: random.random(),
        ..first.clone()
    };
    let mut all = [first, other_data, other_rates];
    all.shuffle(random);
    all.iter().try_for_each(|search| search.hold(session, context, part))
}

fn accuracies(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Accuracies)?;
    for shape in [(2, 4), (3, 3)] {
        Search::random(context, shape).hold(session, context, Part::Accuracies)?;
    }
    Ok(())
}

fn best_pair(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Pair)?;
    let mut tells_apart = false;
    for shape in [(4, 2), (2, 3), (3, 3), (4, 3)] {
        let search = Search::random(context, shape);
        search.hold(session, context, Part::Pair)?;
        tells_apart |= search.tells_apart(session)?;
    }
    context.expect(
        tells_apart,
        "train_svm and predict give the same accuracy for every pair, so no pair is the best one",
        "get the checks of train_svm and of predict right first",
    )
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    for shape in [(1, 3), (3, 1), (1, 1)] {
        Search::random(context, shape).hold(session, context, Part::Both)?;
    }
    Ok(())
}

fn finds_what_learns(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Pair)?;
    let mut search = Search::random(context, (3, 2));
    // Corners of a cube, far apart: any weights that were trained tell them apart, and hardly any others do.
    let centres = Array2::from_shape_fn((8, 4), |(class, d)| if d == 3 || class >> d & 1 == 1 { 8.0 } else { -8.0 });
    (search.train, search.validation) = (groups(context, &centres, 80), groups(context, &centres, 80));
    // Not a tiny rate: from weights of zero, a prediction does not depend on how long the steps are.
    let mut rates = [0.01, 0.0];
    rates.shuffle(&mut context.random);
    search.learning_rates = Array1::from_iter(rates);
    search.regs = Array1::from_iter([1e-4, 1e-5]);
    (search.iterations, search.batch_size) = (400, 16);
    let found = session.call(&search.call())?;
    search.compare(&found, session, context, Part::Both)?;
    let (rate, _, accuracies) = found;
    let hint = "train_svm has to learn here, and the pair with the highest accuracy has to come back";
    context.expect(rate == 0.01, "the learning rate that learns is not the one that came back", hint)?;
    context.expect(accuracies.iter().any(|&accuracy| accuracy > 0.9), "no accuracy is as high as it should be", hint)
}

fn on_images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    let (x, y) = &images().train;
    let drawn = sample(&mut context.random, y.len(), 700).into_vec();
    let part = |indices: &[usize]| (x.select(Axis(0), indices), y.select(Axis(0), indices));
    let search = Search {
        train: part(&drawn[..500]),
        validation: part(&drawn[500..]),
        learning_rates: Array1::from_iter([1e-5, 0.02]),
        regs: Array1::from_iter([1e-3, 1.0]),
        iterations: 150,
        batch_size: 30,
        seed: context.random.random(),
    };
    let found = session.call(&search.call())?;
    search.compare(&found, session, context, Part::Both)?;
    let highest = found.2.fold(0.0, |highest: f64, &accuracy| highest.max(accuracy));
    context.expect(
        highest > ACCURACY,
        "too few of the validation images get their right class, whatever the pair",
        "get the checks of train_svm right first",
    )
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Part::Both)?;
    let search = Search::random(context, (2, 2));
    let found = session.call_watching_inputs(&search.call())?;
    search.compare(&found, session, context, Part::Both)
}
