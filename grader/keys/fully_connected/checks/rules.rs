//! Checks of the update rules: `sgd_momentum`, `rmsprop` and `adam`.
// GRADUS-STAFF-ONLY-7c1f4e

use std::sync::OnceLock;

use gradus_assignments::fully_connected::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::ArrayD;
use serde::Deserialize;

use super::ORDINARY_FIRST;
use super::step::{Part, Rule, Step};
use crate::common::check;
use crate::common::expected::{close_to, in_turn};

type Run = fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>;

/// The checks of `sgd_momentum`, 8 points.
pub fn sgd_momentum() -> Vec<Check> {
    let check = |name, points, expectation, run: Run| check("sgd_momentum", name, points, expectation, run);
    vec![
        check("velocity of fresh numbers", 2, "momentum * velocity - learning_rate * dw", |session, context| {
            fresh(session, context, Rule::Momentum, Part::State)
        }),
        check("weights of fresh numbers", 3, "w + the new velocity", |session, context| {
            fresh(session, context, Rule::Momentum, Part::Weights)
        }),
        check("recorded steps", 1, "five steps in a row, as PyTorch makes them", |session, context| {
            recorded_steps(session, context, Rule::Momentum)
        }),
        check("one axis to four axes", 1, "the right step for parameters with any axes", |session, context| {
            axes(session, context, Rule::Momentum)
        }),
        check("numbers left alone", 1, "all arrays as they were before, and the right step", |session, context| {
            unchanged(session, context, Rule::Momentum)
        }),
    ]
}

/// The checks of `rmsprop`, 8 points.
pub fn rmsprop() -> Vec<Check> {
    let check = |name, points, expectation, run: Run| check("rmsprop", name, points, expectation, run);
    vec![
        check("cache of fresh numbers", 2, "decay_rate * cache + (1 - decay_rate) * dw^2", |session, context| {
            fresh(session, context, Rule::RmsProp, Part::State)
        }),
        check(
            "weights of fresh numbers",
            2,
            "w - learning_rate * dw / (root of the new cache + epsilon)",
            |session, context| fresh(session, context, Rule::RmsProp, Part::Weights),
        ),
        check("recorded steps", 1, "five steps in a row, as PyTorch makes them", |session, context| {
            recorded_steps(session, context, Rule::RmsProp)
        }),
        check("gradients of 0", 1, "no step where gradient and cache are 0, and no NaN", |session, context| {
            nothing_to_do(session, context, Rule::RmsProp)
        }),
        check("one axis to four axes", 1, "the right step for parameters with any axes", |session, context| {
            axes(session, context, Rule::RmsProp)
        }),
        check("numbers left alone", 1, "all arrays as they were before, and the right step", |session, context| {
            unchanged(session, context, Rule::RmsProp)
        }),
    ]
}

/// The checks of `adam`, 14 points.
pub fn adam() -> Vec<Check> {
    let check = |name, points, expectation, run: Run| check("adam", name, points, expectation, run);
    vec![
        check(
            "means of fresh numbers",
            3,
            "beta1 * m + (1 - beta1) * dw and beta2 * v + (1 - beta2) * dw^2, both without correction",
            |session, context| fresh(session, context, Rule::Adam, Part::State),
        ),
        check(
            "weights of fresh numbers",
            4,
            "w - learning_rate * corrected m / (root of corrected v + epsilon), with t counted from 1",
            |session, context| fresh(session, context, Rule::Adam, Part::Weights),
        ),
        check("number of the step", 1, "t + 1, beside the right step", number_of_the_step),
        check("recorded steps", 2, "five steps in a row, as PyTorch makes them", |session, context| {
            recorded_steps(session, context, Rule::Adam)
        }),
        check("late steps", 1, "the right step after many thousands of steps", late_steps),
        check("gradients of 0", 1, "no step where gradient and means are 0, and no NaN", |session, context| {
            nothing_to_do(session, context, Rule::Adam)
        }),
        check("one axis to four axes", 1, "the right step for parameters with any axes", |session, context| {
            axes(session, context, Rule::Adam)
        }),
        check("numbers left alone", 1, "all arrays as they were before, and the right step", |session, context| {
            unchanged(session, context, Rule::Adam)
        }),
    ]
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context, rule: Rule) -> Result<(), Failure> {
    let all = Step::look_alikes(&mut context.random, rule);
    in_turn(context, all, |step, context| step.hold(session, context, Part::Both))
        .map_err(|failure| failure.with_hint(ORDINARY_FIRST))
}

fn fresh(session: &mut Session<'_>, context: &mut Context, rule: Rule, part: Part) -> Result<(), Failure> {
    let mut all = Step::look_alikes(&mut context.random, rule);
    for shape in [[30, 20], [2, 2], [3, 7]] {
        all.push(Step::random(&mut context.random, rule, &shape));
    }
    in_turn(context, all, |step, context| step.hold(session, context, part))
}

fn axes(session: &mut Session<'_>, context: &mut Context, rule: Rule) -> Result<(), Failure> {
    ordinary(session, context, rule)?;
    let shapes: [&[usize]; 7] = [&[7], &[1], &[3, 4], &[1, 5], &[2, 1, 3], &[2, 3, 2, 2], &[1, 1, 1, 1]];
    let all = shapes.map(|shape| Step::random(&mut context.random, rule, shape)).to_vec();
    in_turn(context, all, |step, context| step.hold(session, context, Part::Both)).map_err(|failure| {
        failure.with_hint("a step is made number by number: operators on whole arrays do not care about the axes")
    })
}

fn unchanged(session: &mut Session<'_>, context: &mut Context, rule: Rule) -> Result<(), Failure> {
    ordinary(session, context, rule)?;
    let step = Step::random(&mut context.random, rule, &[4, 3]);
    step.compare(&step.run_watching(session)?, context, Part::Both)
}

/// Where no gradient has come yet, 0 / 0 must not become NaN.
fn nothing_to_do(session: &mut Session<'_>, context: &mut Context, rule: Rule) -> Result<(), Failure> {
    ordinary(session, context, rule)?;
    for shape in [[4, 3], [2, 5]] {
        let mut step = Step::random(&mut context.random, rule, &shape);
        (step.t, step.epsilon) = (0, 1e-8);
        for place in (0..step.w.len()).step_by(2) {
            for array in [&mut step.dw, &mut step.first, &mut step.second] {
                *array.iter_mut().nth(place).expect("a place in the array") = 0.0;
            }
        }
        step.hold(session, context, Part::Both).map_err(|failure| {
            failure.with_hint("epsilon, added to the root, keeps the divisor away from 0; 0 / epsilon is 0")
        })?;
    }
    Ok(())
}

fn number_of_the_step(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Step::look_alikes(&mut context.random, Rule::Adam);
    in_turn(context, all, |step, context| {
        let next = step.run(session)?;
        step.compare(&next, context, Part::State)?;
        context.expect(
            next.t == step.t + 1,
            "the returned t is not one higher",
            "t comes in as the number of steps before this one; count it up and return it",
        )
    })
}

fn late_steps(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context, Rule::Adam)?;
    for t in [300, 70_000, 5_000_000] {
        let step = Step { t, ..Step::random(&mut context.random, Rule::Adam, &[3, 4]) };
        step.hold(session, context, Part::Both).map_err(|failure| {
            failure
                .with_hint("beta^t comes near 0 after many steps, and the correction near 1: t goes into a power only")
        })?;
    }
    Ok(())
}

/// Steps of `torch.optim`, each from where the one before ended.
#[derive(Deserialize)]
struct Recorded {
    rule: String,
    settings: Settings,
    shape: Vec<usize>,
    w: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    /// `w` after each step.
    trajectory: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    lr: f64,
    momentum: f64,
    decay: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { lr: 0.0, momentum: 0.0, decay: 0.0, beta1: 0.0, beta2: 0.0, eps: 0.0 }
    }
}

fn recorded() -> &'static [Recorded] {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Recorded>,
    }
    static CASES: OnceLock<Vec<Recorded>> = OnceLock::new();
    CASES.get_or_init(|| {
        let file: File = serde_json::from_str(include_str!("../recorded/pytorch.json")).expect("a file of cases");
        file.cases
    })
}

fn recorded_steps(session: &mut Session<'_>, context: &mut Context, rule: Rule) -> Result<(), Failure> {
    ordinary(session, context, rule)?;
    let name = match rule {
        Rule::Momentum => "sgd_momentum",
        Rule::RmsProp => "rmsprop",
        Rule::Adam => "adam",
    };
    for case in recorded().iter().filter(|case| case.rule == name) {
        let array =
            |numbers: &Vec<f64>| ArrayD::from_shape_vec(case.shape.clone(), numbers.clone()).expect("as many numbers");
        let Settings { lr, momentum, decay, beta1, beta2, eps } = case.settings;
        let mut w = array(&case.w);
        let (mut first, mut second, mut t) = (ArrayD::zeros(w.raw_dim()), ArrayD::zeros(w.raw_dim()), 0);
        for (number, (gradient, expected)) in (1..).zip(case.gradients.iter().zip(&case.trajectory)) {
            let dw = array(gradient);
            match rule {
                Rule::Momentum => (w, first) = session.call(&call::sgd_momentum(&w, &dw, &first, lr, momentum))?,
                Rule::RmsProp => (w, second) = session.call(&call::rmsprop(&w, &dw, &second, lr, decay, eps))?,
                Rule::Adam => {
                    (w, first, second, t) =
                        session.call(&call::adam(&w, &dw, &first, &second, t, lr, beta1, beta2, eps))?;
                }
            }
            let expected = array(expected);
            let tolerance = close_to(expected.iter().copied());
            context
                .expect_array(&format!("w after step {number}"), &w, &expected, tolerance, &[])
                .map_err(|failure| failure.with_hint("each step starts from the state that the one before returned"))?;
        }
    }
    Ok(())
}
