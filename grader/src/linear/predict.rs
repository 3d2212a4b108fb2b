//! Checks of `predict`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;

use super::Linear;
use crate::common::expected::in_turn;
use crate::common::{check, inputs};

const NAME: &str = "predict";

/// The checks, 10 points.
pub fn checks<A: Linear>() -> Vec<Check> {
    vec![
        check(NAME, "classes of fresh data", 5, "for each row of x the class with the highest score", fresh::<A>),
        check(NAME, "negative scores", 2, "the highest score also where all scores are negative", negative_scores::<A>),
        check(
            NAME,
            "recorded weights",
            1,
            "the classes that were recorded for fixed weights and data",
            recorded_weights::<A>,
        ),
        check(
            NAME,
            "one example, one class",
            1,
            "the right classes for a single example, and for a single class",
            single::<A>,
        ),
        check(
            NAME,
            "inputs left alone",
            1,
            "weights and data as they were before the call, and the right classes",
            unchanged::<A>,
        ),
    ]
}

/// Weights (features, classes) and data (batch, features).
struct Inputs {
    w: Array2<f64>,
    x: Array2<f64>,
}

impl Inputs {
    /// Random inputs without ties, and without scores so near to each other that the order of summation decides.
    fn random(context: &mut Context, (n, features, classes): (usize, usize, usize)) -> Self {
        loop {
            let random = &mut context.random;
            let (w_scale, x_scale) = (inputs::scale(random), inputs::scale(random));
            let w = inputs::normal(random, (features, classes), w_scale);
            let x = inputs::normal(random, (n, features), x_scale);
            let inputs = Self { w, x };
            if inputs.is_clear() {
                return inputs;
            }
        }
    }

    fn is_clear(&self) -> bool {
        let scores = self.x.dot(&self.w);
        let largest = scores.fold(0.0, |largest: f64, score| largest.max(score.abs()));
        scores.axis_iter(Axis(0)).all(|scores| {
            let mut sorted = scores.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.windows(2).all(|pair| pair[1] - pair[0] > 1e-10 * largest)
        })
    }

    /// Weights and data of one shape, any two of them alike in some respect.
    fn look_alikes(context: &mut Context) -> Vec<Self> {
        let sizes = ordinary_sizes(context);
        loop {
            let [first, second] = [(); 2].map(|()| Self::random(context, sizes));
            let random = &mut context.random;
            let mut all = vec![Self { w: second.w, x: first.x.clone() }, Self { w: first.w.clone(), x: second.x }];
            all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { w: first.w.clone(), x }));
            all.extend(inputs::look_alikes(random, &first.w).map(|w| Self { w, x: first.x.clone() }));
            all.push(first);
            if all.iter().all(Self::is_clear) {
                return all;
            }
        }
    }

    fn hold<A: Linear>(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let classes = session.call(&A::predict(&self.w, &self.x))?;
        self.compare::<A>(&classes, &A::predicted(&self.w, &self.x), context)
    }

    fn compare<A: Linear>(
        &self,
        classes: &Array1<usize>,
        expected: &Array1<usize>,
        context: &Context,
    ) -> Result<(), Failure> {
        let lowest = A::predicted(&self.w.mapv(|weight| -weight), &self.x);
        let numbers = |classes: &Array1<usize>| classes.mapv(|class| class as f64);
        context.expect_array(
            "the predicted classes",
            &numbers(classes),
            &numbers(expected),
            gradus_check::Tolerance::exact(),
            &[
                ("the class with the lowest score", &numbers(&lowest)),
                ("one too high everywhere: classes count from 0", &(numbers(expected) + 1.0)),
            ],
        )
    }
}

/// Enough rows that guessing is hopeless.
fn ordinary_sizes(context: &mut Context) -> (usize, usize, usize) {
    let random = &mut context.random;
    (random.random_range(30..60), random.random_range(4..12), random.random_range(4..10))
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(context);
    in_turn(context, all, |inputs, context| inputs.hold::<A>(session, context))
}

fn fresh<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let mut all_sizes = vec![(100, 20, 10), (40, 3, 2), (30, 5, 5), ordinary_sizes(context)];
    all_sizes.shuffle(&mut context.random);
    all_sizes.into_iter().try_for_each(|sizes| Inputs::random(context, sizes).hold::<A>(session, context))
}

fn negative_scores<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let sizes = ordinary_sizes(context);
    for _ in 0..2 {
        let mut inputs = Inputs::random(context, sizes);
        // A bias below every score: it changes no prediction.
        let lowest = inputs.x.dot(&inputs.w).fold(0.0, |lowest: f64, score| lowest.min(*score));
        let highest = inputs.x.dot(&inputs.w).fold(0.0, |highest: f64, score| highest.max(*score));
        inputs.x.push_column(Array1::ones(sizes.0).view()).expect("a column of ones fits");
        inputs.w.push_row(Array1::from_elem(sizes.2, lowest - highest).view()).expect("a row of weights fits");
        inputs.hold::<A>(session, context).map_err(|failure| {
            failure.with_hint("all scores can be negative: do not start the search for the highest from 0")
        })?;
    }
    Ok(())
}

fn recorded_weights<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    for recorded in A::recorded_predictions() {
        let inputs = Inputs { w: recorded.w, x: recorded.x };
        let classes = session.call(&A::predict(&inputs.w, &inputs.x))?;
        inputs.compare::<A>(&classes, &recorded.classes, context)?;
    }
    Ok(())
}

fn single<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let (n, features, classes) = ordinary_sizes(context);
    for sizes in [(1, features, classes), (n, features, 1), (1, features, classes), (n, 1, classes)] {
        Inputs::random(context, sizes).hold::<A>(session, context)?;
    }
    Ok(())
}

fn unchanged<A: Linear>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<A>(session, context)?;
    let sizes = ordinary_sizes(context);
    let inputs = Inputs::random(context, sizes);
    let classes = session.call_watching_inputs(&A::predict(&inputs.w, &inputs.x))?;
    inputs.compare::<A>(&classes, &A::predicted(&inputs.w, &inputs.x), context)
}
