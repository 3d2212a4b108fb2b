//! Checks of `predict_labels`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::knn::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array1, Array2};
use rand::Rng;
use serde::Deserialize;

use super::{reference, slips};
use crate::common::expected::in_turn;
use crate::common::{check, inputs, recorded};

const NAME: &str = "predict_labels";

/// The checks, 20 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(NAME, "labels of fresh distances", 6, "the label that most of the k nearest examples have", fresh),
        check(NAME, "one neighbour", 2, "the label of the nearest example where k is 1", one_neighbour),
        check(
            NAME,
            "all are neighbours",
            2,
            "the label that most training examples have where k is their number",
            all_neighbours,
        ),
        check(
            NAME,
            "equal votes",
            4,
            "of labels with equally many votes the smallest, whichever is nearer",
            equal_votes,
        ),
        check(
            NAME,
            "equal distances",
            2,
            "of training examples at the same distance those that come first",
            equal_distances,
        ),
        check(NAME, "recorded distances", 1, "the labels that were recorded for fixed distances", recorded_distances),
        check(
            NAME,
            "one example, one class",
            2,
            "the right labels for a single test or training example, and for a single class",
            single,
        ),
        check(NAME, "inputs left alone", 1, "distances and labels as they were, and the right labels", unchanged),
    ]
}

/// Arguments of one call.
#[derive(Clone, Deserialize)]
struct Vote {
    #[serde(deserialize_with = "recorded::matrix")]
    distances: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    y_train: Array1<usize>,
    k: usize,
}

impl Vote {
    /// Distances without ties. Some labels below `classes` may have no example.
    fn random(context: &mut Context, (test, train, classes): (usize, usize, usize), k: usize) -> Self {
        let random = &mut context.random;
        let scale = inputs::scale(random);
        let distances = Array2::from_shape_simple_fn((test, train), || scale * random.random_range(0.0..1.0));
        Self { distances, y_train: inputs::labels(random, train, classes), k }
    }

    fn call(&self) -> Call<Array1<usize>> {
        call::predict_labels(&self.distances, &self.y_train, self.k)
    }

    fn expected(&self) -> Array1<usize> {
        reference::predict_labels(&self.distances, &self.y_train, self.k)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &self.expected(), context)
    }

    fn compare(&self, labels: &Array1<usize>, expected: &Array1<usize>, context: &Context) -> Result<(), Failure> {
        // Counted from 1 here: labels of 0 everywhere are no sign of an array that was never filled.
        let numbers = |labels: &Array1<usize>| labels.mapv(|label| label as f64 + 1.0);
        let slips = slips::of_labels(&self.distances, &self.y_train, self.k);
        let slips: Vec<_> = slips.into_iter().map(|(words, slip)| (words, slip + 1.0)).collect();
        let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
        context.expect_array("the predicted labels", &numbers(labels), &numbers(expected), Tolerance::exact(), &slips)
    }

    /// Arguments of one shape, any two of them alike in some respect.
    fn look_alikes(context: &mut Context) -> Vec<Self> {
        let sizes @ (_, train, classes) = ordinary_sizes(context);
        // Odd, and votes can still be equal; enough that the nearest alone does not decide.
        let k = [3, 5, 7][context.random.random_range(0..3)];
        let (first, other) = (Self::random(context, sizes, k), Self::random(context, sizes, k));
        let random = &mut context.random;
        let mut all = vec![
            Self { distances: other.distances, ..first.clone() },
            Self { y_train: inputs::other_labels(random, &first.y_train, classes), ..first.clone() },
            Self { k: random.random_range(8..train), ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.distances).map(|distances| Self { distances, ..first.clone() }));
        all.push(first);
        all
    }
}

/// Test examples, training examples, classes; enough test examples that guessing is hopeless.
fn ordinary_sizes(context: &mut Context) -> (usize, usize, usize) {
    let random = &mut context.random;
    let test = random.random_range(30..50);
    (test, test + random.random_range(5..20), random.random_range(3..7))
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Vote::look_alikes(context);
    in_turn(context, all, |vote, context| vote.hold(session, context)).map_err(|failure| {
        failure.with_hint("this check starts from ordinary distances, as that of fresh distances does")
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Vote::look_alikes(context);
    for (sizes, k) in [((60, 100, 10), 5), ((20, 50, 15), 10), ((40, 12, 4), 6), ((30, 40, 3), 33)] {
        all.push(Vote::random(context, sizes, k));
    }
    in_turn(context, all, |vote, context| vote.hold(session, context)).map_err(|failure| {
        failure.with_hint(
            "for each row of distances: sort the places of the training examples by distance, and let the labels y_train of the \
             first k vote; there are max(y_train) + 1 classes",
        )
    })
}

fn one_neighbour(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(40, 25, 8), (30, 60, 14)] {
        Vote::random(context, sizes, 1).hold(session, context)?;
    }
    Ok(())
}

fn all_neighbours(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for train in [9, 24, 24] {
        Vote::random(context, (15, train, 6), train).hold(session, context)?;
    }
    Ok(())
}

fn equal_votes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (classes, k) in [(2, 2), (5, 2), (6, 4), (9, 3), (2, 8)] {
        Vote::random(context, (40, 20, classes), k).hold(session, context)?;
    }
    Ok(())
}

fn equal_distances(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for k in [1, 3, 6] {
        let mut vote = Vote::random(context, (40, 30, 7), k);
        // Four different distances among thirty, so that the line between the k nearest and the others is among equals.
        vote.distances.mapv_inplace(f64::sqrt);
        let step = vote.distances.fold(0.0, |largest: f64, &distance| largest.max(distance)) / 4.0;
        vote.distances.mapv_inplace(|distance| (distance / step).ceil() * step);
        vote.hold(session, context)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    vote: Vote,
    #[serde(deserialize_with = "recorded::vector")]
    labels: Array1<usize>,
}

fn recorded_distances(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { vote, labels } in recorded::read(include_str!("../snapshots/predict_labels.snap")) {
        vote.compare(&session.call(&vote.call())?, &labels, context)?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (sizes, k) in [((1, 30, 5), 4), ((12, 1, 6), 1), ((1, 1, 3), 1), ((9, 14, 1), 5), ((1, 25, 4), 2)] {
        Vote::random(context, sizes, k).hold(session, context)?;
    }
    let mut gaps = Vote::random(context, (20, 15, 4), 3);
    gaps.y_train.mapv_inplace(|label| 7 * label + 2);
    gaps.hold(session, context)
        .map_err(|failure| failure.with_hint("a label is below max(y_train) + 1, and labels in between may be missing"))
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let sizes = ordinary_sizes(context);
    let vote = Vote::random(context, sizes, 5);
    vote.compare(&session.call_watching_inputs(&vote.call())?, &vote.expected(), context)
}
