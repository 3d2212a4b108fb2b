//! Checks of `cross_validate`. The answer's own distances and votes count as well as the reference's: a cross-validation
//! is right if it reports what they do, so a mistake in them costs nothing here, except on images.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::knn::call;
use gradus_check::Tolerance;
use gradus_question::{Call, CallError, Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;
use rand::seq::index::sample;
use serde::Deserialize;

use super::reference;
use super::slips::{Folds, rows_of};
use crate::common::expected::in_turn;
use crate::common::{check, inputs, recorded};
use crate::linear::images::images;

const NAME: &str = "cross_validate";

/// Below what right answers reach with any draw of images; `keys/knn/README.md` has the measurements.
const ACCURACY: f64 = 0.45;

/// The checks, 25 points.
pub fn checks() -> Vec<Check> {
    let checks = vec![
        check(
            NAME,
            "accuracies of fresh folds",
            11,
            "for each k and each fold the share of right predictions from the other folds",
            fresh,
        ),
        check(
            NAME,
            "folds of different lengths",
            4,
            "one example more in each of the first n % folds folds, and an accuracy that goes by the fold's own length",
            uneven,
        ),
        check(
            NAME,
            "one example in each fold",
            2,
            "0 or 1 for each fold where each is a single example",
            leave_one_out,
        ),
        check(NAME, "two folds, one k", 2, "the right accuracies for two folds, and for a single k", two_folds),
        check(NAME, "recorded folds", 2, "the accuracies that were recorded for fixed examples", recorded_folds),
        check(NAME, "images", 3, "accuracies with which most images of clothing get their right class", on_images),
        check(NAME, "inputs left alone", 1, "all arrays as they were before the call, and the right result", unchanged),
    ];
    // Each call predicts for all folds and all k.
    checks.into_iter().map(|check| Check { patience: Duration::from_secs(10), ..check }).collect()
}

/// Arguments of one call.
#[derive(Clone, Deserialize)]
struct Validation {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    y: Array1<usize>,
    #[serde(deserialize_with = "recorded::vector")]
    ks: Array1<usize>,
    folds: usize,
}

/// Who votes on the examples of a fold.
#[derive(Clone, Copy, PartialEq)]
enum Voters {
    Others,
    Fold,
}

type DistancesCall = fn(&Array2<f64>, &Array2<f64>) -> Call<Array2<f64>>;

impl Validation {
    /// Groups of points that overlap, so that different folds and different `k` have different accuracies. There are no equal
    /// distances, and `choices` values of `k` in random order, small enough for each fold.
    fn random(context: &mut Context, (n, folds, choices): (usize, usize, usize)) -> Self {
        let random = &mut context.random;
        let (features, classes) = (random.random_range(2..5), random.random_range(3..6));
        let centres = inputs::normal(random, (classes, features), 1.5);
        let y = inputs::labels(random, n, classes);
        let x = centres.select(Axis(0), &y.to_vec()) + inputs::normal(random, (n, features), 1.0);
        let most = (n - n.div_ceil(folds)).min(12);
        let mut ks: Vec<usize> = sample(random, most, choices).into_iter().map(|k| k + 1).collect();
        ks.shuffle(random);
        Self { x, y, ks: Array1::from_vec(ks), folds }
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::cross_validate(&self.x, &self.y, &self.ks, self.folds)
    }

    /// The examples given first, predicted from those given second: the share that `predict` gets right.
    fn accuracy<E>(
        &self,
        (held_out, others): (&[usize], &[usize]),
        predict: impl FnOnce(&Array2<f64>, &Array2<f64>, &Array1<usize>) -> Result<Array1<usize>, E>,
    ) -> Result<f64, E> {
        let rows = |examples: &[usize]| self.x.select(Axis(0), examples);
        let labels = |examples: &[usize]| self.y.select(Axis(0), examples);
        let predicted = predict(&rows(held_out), &rows(others), &labels(others))?;
        let right = predicted.iter().zip(&labels(held_out)).filter(|(predicted, label)| predicted == label).count();
        Ok(right as f64 / held_out.len() as f64)
    }

    fn fold(&self, fold: usize) -> (Vec<usize>, Vec<usize>) {
        let n = self.x.nrows();
        let held_out = rows_of(fold, self.folds, n);
        (0..n).partition(|example| held_out.contains(example))
    }

    /// The labels that the answer's own votes on its own distances give, and the accuracies.
    fn by_own(
        &self,
        session: &mut Session<'_>,
        distances: DistancesCall,
        voters: Voters,
    ) -> Result<(Vec<Array1<usize>>, Array2<f64>), CallError> {
        let mut labels = Vec::new();
        let mut accuracies = Array2::zeros((self.ks.len(), self.folds));
        for ((i, fold), accuracy) in accuracies.indexed_iter_mut() {
            let (held_out, others) = self.fold(fold);
            let voters = if voters == Voters::Others { &others } else { &held_out };
            *accuracy = self.accuracy((&held_out, voters), |x, x_train, y_train| {
                let distances = session.call(&distances(x, x_train))?;
                let k = self.ks[i].min(voters.len());
                let predicted = session.call(&call::predict_labels(&distances, y_train, k))?;
                labels.push(predicted.clone());
                Ok::<_, CallError>(predicted)
            })?;
        }
        Ok((labels, accuracies))
    }

    /// Whether `found` is what one of the answer's own ways to distances gives, and what they give depends on who votes.
    fn agrees_with_own(&self, found: &Array2<f64>, session: &mut Session<'_>) -> bool {
        let ways: [DistancesCall; 3] =
            [call::compute_distances_no_loops, call::compute_distances_two_loops, call::compute_distances_one_loop];
        ways.into_iter().any(|distances| {
            let Ok((labels, own)) = self.by_own(session, distances, Voters::Others) else { return false };
            gradus_check::compare(found, &own, Tolerance::double()).is_ok()
                && self.by_own(session, distances, Voters::Fold).is_ok_and(|(others, _)| others != labels)
        })
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let expected = reference::cross_validate(&self.x, &self.y, &self.ks, self.folds);
        let found = session.call(&self.call()).map_err(|error| {
            Failure::from(error).with_hint(
                "if it is your distances or predict_labels that fail, get them right first; else mind that a fold may be a single \
                 example, and that all rows outside of it vote",
            )
        })?;
        self.compare(&found, &expected, session, context)
    }

    fn compare(
        &self,
        found: &Array2<f64>,
        expected: &Array2<f64>,
        session: &mut Session<'_>,
        context: &Context,
    ) -> Result<(), Failure> {
        if gradus_check::compare(found, expected, Tolerance::double()).is_ok() || self.agrees_with_own(found, session) {
            return Ok(());
        }
        let accuracy = |held_out: &[usize], others: &[usize], k: usize| {
            let by_reference = |x: &Array2<f64>, x_train: &Array2<f64>, y_train: &Array1<usize>| {
                let distances = reference::compute_distances_no_loops(x, x_train);
                Ok::<_, std::convert::Infallible>(reference::predict_labels(&distances, y_train, k))
            };
            self.accuracy((held_out, others), by_reference).unwrap_or_else(|never| match never {})
        };
        let (n, folds) = (self.x.nrows(), self.folds);
        let slips = Folds { n, folds, ks: &self.ks, right: expected, accuracy: &accuracy }.slips();
        let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
        context.expect_array("the accuracies", found, expected, Tolerance::double(), &slips).map_err(|failure| {
            failure.with_hint(
                "for each fold: its rows of x and their labels are predicted from all other rows, in their order, with each \
                 k of ks in turn",
            )
        })
    }
}

/// What every check with points asks first, in random order, and one of them again: arguments of one shape, any two of
/// them alike in some respect. All folds have the same length.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let folds = context.random.random_range(3..6);
    let first = Validation::random(context, (8 * folds, folds, 3));
    let random = &mut context.random;
    let classes = first.y.iter().max().map_or(2, |label| label + 1).max(2);
    let other_points = Validation { x: &first.x * -0.7 + inputs::normal(random, first.x.dim(), 1.0), ..first.clone() };
    let other_labels = Validation { y: inputs::other_labels(random, &first.y, classes), ..first.clone() };
    let other_ks = Validation { ks: first.ks.mapv(|k| k + 1), ..first.clone() };
    let all = vec![first, other_points, other_labels, other_ks];
    in_turn(context, all, |validation, context| validation.hold(session, context))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(60, 5, 4), (48, 3, 2), (40, 10, 3)] {
        Validation::random(context, sizes).hold(session, context)?;
    }
    Ok(())
}

fn uneven(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(43, 5, 3), (29, 4, 2), (38, 8, 3), (14, 9, 2)] {
        Validation::random(context, sizes).hold(session, context)?;
    }
    Ok(())
}

fn leave_one_out(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for n in [12, 17] {
        Validation::random(context, (n, n, 3)).hold(session, context)?;
    }
    Ok(())
}

fn two_folds(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(30, 2, 3), (24, 4, 1), (26, 2, 1)] {
        Validation::random(context, sizes).hold(session, context)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    validation: Validation,
    #[serde(deserialize_with = "recorded::matrix")]
    accuracies: Array2<f64>,
}

fn recorded_folds(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { validation, accuracies } in recorded::read(include_str!("../snapshots/cross_validate.snap")) {
        let found = session.call(&validation.call())?;
        validation.compare(&found, &accuracies, session, context)?;
    }
    Ok(())
}

fn on_images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let (x, y) = &images().train;
    let drawn = sample(&mut context.random, y.len(), 300).into_vec();
    // Pixels are whole numbers, so distances can be equal; with a little noise none are, and rounding decides nothing.
    let noise = inputs::normal(&mut context.random, (300, x.ncols()), 1e-3);
    let x = x.select(Axis(0), &drawn) + noise;
    let ks = Array1::from_iter([5, 1, 12]);
    let validation = Validation { x, y: y.select(Axis(0), &drawn), ks, folds: 5 };
    let found = session.call(&validation.call())?;
    let expected = reference::cross_validate(&validation.x, &validation.y, &validation.ks, validation.folds);
    validation.compare(&found, &expected, session, context)?;
    context.expect(
        found.mean_axis(Axis(1)).is_some_and(|means| means.iter().all(|&mean| mean > ACCURACY)),
        "too few of the images get their right class",
        "get the checks of the distances and of predict_labels right first",
    )
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let validation = Validation::random(context, (30, 5, 2));
    let expected = reference::cross_validate(&validation.x, &validation.y, &validation.ks, validation.folds);
    let found = session.call_watching_inputs(&validation.call())?;
    validation.compare(&found, &expected, session, context)
}
