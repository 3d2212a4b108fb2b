//! One step of an update rule: fresh numbers for it, and what typical slips would make of them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::call;
use gradus_question::{Context, Failure, Session};
use ndarray::{ArrayD, Zip};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::reference;
use crate::common::expected::close_to;
use crate::common::inputs;

#[derive(Clone, Copy, PartialEq)]
pub enum Rule {
    Momentum,
    RmsProp,
    Adam,
}

/// Which part of the result a check is about.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    State,
    Weights,
    Both,
}

/// Arguments of one call. What a rule does not have is not looked at.
#[derive(Clone)]
pub struct Step {
    pub rule: Rule,
    pub w: ArrayD<f64>,
    pub dw: ArrayD<f64>,
    /// Velocity, or running mean of gradients.
    pub first: ArrayD<f64>,
    /// Running mean of squared gradients.
    pub second: ArrayD<f64>,
    pub t: usize,
    pub rate: f64,
    /// What stays of `first`.
    pub keep_first: f64,
    /// What stays of `second`.
    pub keep_second: f64,
    pub epsilon: f64,
}

/// What a step gives.
pub struct Next {
    pub w: ArrayD<f64>,
    pub first: ArrayD<f64>,
    pub second: ArrayD<f64>,
    pub t: usize,
}

type Slips = Vec<(&'static str, ArrayD<f64>)>;

impl Step {
    pub fn random(random: &mut ChaCha8Rng, rule: Rule, shape: &[usize]) -> Self {
        let scale = inputs::scale(random);
        let normal = |random: &mut ChaCha8Rng, deviation| inputs::normal(random, shape, deviation);
        // A state of the order of what one gradient adds to it, and a step of the order of the parameters.
        let rate =
            if rule == Rule::Momentum { random.random_range(0.3..0.9) / scale } else { random.random_range(0.3..0.9) };
        let first_scale = if rule == Rule::Momentum { 1.0 } else { scale };
        Self {
            rule,
            w: normal(random, 1.0),
            dw: normal(random, scale),
            first: normal(random, first_scale),
            second: normal(random, scale).mapv(|number| number * number + 0.01 * scale * scale),
            t: random.random_range(1..12),
            rate,
            keep_first: random.random_range(0.6..0.95),
            keep_second: random.random_range(0.7..0.98),
            epsilon: scale * random.random_range(0.05..0.3),
        }
    }

    /// Steps of one shape, any two of them alike in some respect.
    pub fn look_alikes(random: &mut ChaCha8Rng, rule: Rule) -> Vec<Self> {
        let shape = [random.random_range(3..7), random.random_range(2..6)];
        let (first, other) = (Self::random(random, rule, &shape), Self::random(random, rule, &shape));
        let mut all = vec![
            Self { w: other.w, ..first.clone() },
            Self { dw: other.dw, ..first.clone() },
            Self { first: other.first, ..first.clone() },
            Self { second: other.second, ..first.clone() },
            Self { t: first.t + 5, ..first.clone() },
            Self { t: 0, ..first.clone() },
            Self { rate: 1.5 * first.rate, ..first.clone() },
            Self { keep_first: first.keep_first - 0.2, ..first.clone() },
            Self { keep_second: first.keep_second - 0.3, ..first.clone() },
            Self { epsilon: 2.0 * first.epsilon, ..first.clone() },
        ];
        all.extend(inputs::look_alikes(random, &first.w).map(|w| Self { w, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.dw).map(|dw| Self { dw, ..first.clone() }));
        all.push(first);
        all
    }

    pub fn run(&self, session: &mut Session<'_>) -> Result<Next, Failure> {
        self.call(session, false)
    }

    pub fn run_watching(&self, session: &mut Session<'_>) -> Result<Next, Failure> {
        self.call(session, true)
    }

    fn call(&self, session: &mut Session<'_>, watching: bool) -> Result<Next, Failure> {
        macro_rules! call {
            ($call:expr) => {{
                let call = $call;
                if watching { session.call_watching_inputs(&call)? } else { session.call(&call)? }
            }};
        }
        let Self { w, dw, first, second, t, rate, keep_first, keep_second, epsilon, .. } = self;
        let mut next = Next { w: w.clone(), first: first.clone(), second: second.clone(), t: *t };
        match self.rule {
            Rule::Momentum => (next.w, next.first) = call!(call::sgd_momentum(w, dw, first, *rate, *keep_first)),
            Rule::RmsProp => (next.w, next.second) = call!(call::rmsprop(w, dw, second, *rate, *keep_second, *epsilon)),
            Rule::Adam => {
                (next.w, next.first, next.second, next.t) =
                    call!(call::adam(w, dw, first, second, *t, *rate, *keep_first, *keep_second, *epsilon));
            }
        }
        Ok(next)
    }

    /// What the reference gives.
    pub fn expected(&self) -> Next {
        let Self { w, dw, first, second, t, rate, keep_first, keep_second, epsilon, .. } = self;
        let mut next = Next { w: w.clone(), first: first.clone(), second: second.clone(), t: *t };
        match self.rule {
            Rule::Momentum => (next.w, next.first) = reference::sgd_momentum(w, dw, first, *rate, *keep_first),
            Rule::RmsProp => (next.w, next.second) = reference::rmsprop(w, dw, second, *rate, *keep_second, *epsilon),
            Rule::Adam => {
                (next.w, next.first, next.second, next.t) =
                    reference::adam(w, dw, first, second, *t, *rate, *keep_first, *keep_second, *epsilon);
            }
        }
        next
    }

    pub fn hold(&self, session: &mut Session<'_>, context: &Context, part: Part) -> Result<(), Failure> {
        self.compare(&self.run(session)?, context, part)
    }

    /// Compares all but `t`.
    pub fn compare(&self, found: &Next, context: &Context, part: Part) -> Result<(), Failure> {
        let expected = self.expected();
        let compare = |what: &str, found: &ArrayD<f64>, expected: &ArrayD<f64>, slips: &Slips| {
            let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
            context.expect_array(what, found, expected, close_to(expected.iter().copied()), &slips)
        };
        if part != Part::Weights {
            let first = if self.rule == Rule::Adam { "m" } else { "the velocity" };
            let second = if self.rule == Rule::Adam { "v" } else { "the cache" };
            compare(first, &found.first, &expected.first, &self.slips_of_first(&expected))?;
            compare(second, &found.second, &expected.second, &self.slips_of_second(&expected))?;
        }
        if part != Part::State {
            compare("the next w", &found.w, &expected.w, &self.slips_of_w(&expected))?;
        }
        Ok(())
    }

    fn slips_of_first(&self, expected: &Next) -> Slips {
        let Self { dw, first, rate, keep_first: keep, .. } = self;
        match self.rule {
            Rule::Momentum => vec![
                ("the velocity with the gradient added; learning_rate * dw is subtracted", first * *keep + dw * *rate),
                ("the velocity as it came in", first.clone()),
                ("the velocity without the learning rate", first * *keep - dw),
                (
                    "momentum * velocity + dw; here the learning rate goes into the velocity, with a minus",
                    first * *keep + dw,
                ),
                (
                    "a running mean; the gradient is not multiplied by 1 - momentum",
                    first * *keep - dw * (*rate * (1.0 - keep)),
                ),
                ("the velocity without its old part", dw * -rate),
                ("the velocity without momentum; multiply the old one by it", first - dw * *rate),
            ],
            Rule::RmsProp => Vec::new(),
            Rule::Adam => vec![
                ("the mean with both weights exchanged: beta1 goes with the old m", first * (1.0 - keep) + dw * *keep),
                ("m after the correction; return it without", &expected.first / (1.0 - keep.powi(self.t as i32 + 1))),
                ("m as it came in", first.clone()),
                ("a sum; the gradient is multiplied by 1 - beta1", first * *keep + dw),
                ("the mean with beta2; that belongs to v", first * self.keep_second + dw * (1.0 - self.keep_second)),
            ],
        }
    }

    fn slips_of_second(&self, expected: &Next) -> Slips {
        let Self { dw, second, keep_second: keep, .. } = self;
        let squares = dw * dw;
        match self.rule {
            Rule::Momentum => Vec::new(),
            Rule::RmsProp => vec![
                ("the sum of cache and squares; a running mean forgets", second + &squares),
                ("decay_rate * cache + dw^2; the square is multiplied by 1 - decay_rate", second * *keep + &squares),
                (
                    "the mean with both weights exchanged: decay_rate goes with the old cache",
                    second * (1.0 - keep) + &squares * *keep,
                ),
                ("a mean of the gradients; it is about their squares", second * *keep + dw * (1.0 - keep)),
                (
                    "a mean of the gradients' sizes; it is about their squares",
                    second * *keep + dw.mapv(f64::abs) * (1.0 - keep),
                ),
                ("the cache as it came in", second.clone()),
                ("the root of the cache; return the cache itself", expected.second.mapv(f64::sqrt)),
            ],
            Rule::Adam => vec![
                (
                    "the mean with both weights exchanged: beta2 goes with the old v",
                    second * (1.0 - keep) + &squares * *keep,
                ),
                ("v after the correction; return it without", &expected.second / (1.0 - keep.powi(self.t as i32 + 1))),
                ("v as it came in", second.clone()),
                ("a mean of the gradients; v is about their squares", second * *keep + dw * (1.0 - keep)),
                ("a sum; the square is multiplied by 1 - beta2", second * *keep + &squares),
                (
                    "the mean with beta1; that belongs to m",
                    second * self.keep_first + &squares * (1.0 - self.keep_first),
                ),
                (
                    "the mean with (1 - beta2) squared; square the gradient alone",
                    second * *keep + &squares * (1.0 - keep).powi(2),
                ),
            ],
        }
    }

    fn slips_of_w(&self, expected: &Next) -> Slips {
        let Self { w, dw, first, second, t, rate, keep_first, keep_second, epsilon, .. } = self;
        let uphill = ("a step in the wrong direction", w * 2.0 - &expected.w);
        let mut slips = match self.rule {
            Rule::Momentum => vec![
                ("plain gradient descent: the velocity is not used", w - dw * *rate),
                ("a step with the old velocity; take the new one", w + first),
                ("the step of Nesterov's momentum", w + &expected.first * *keep_first - dw * *rate),
                (
                    "the step with the learning rate in it twice; the velocity has it already",
                    w + &expected.first * *rate,
                ),
                (
                    "the step and a plain one besides; the velocity has the gradient already",
                    w + &expected.first - dw * *rate,
                ),
            ],
            Rule::RmsProp => {
                let by = |divisor: ArrayD<f64>| w - dw * *rate / divisor;
                let root = |mean: &ArrayD<f64>| mean.mapv(f64::sqrt);
                vec![
                    ("a step divided by the cache; divide by its root", by(&expected.second + *epsilon)),
                    ("a step with epsilon under the root; it stands outside", by(root(&(&expected.second + *epsilon)))),
                    ("a step divided by the old cache's root; take the new one", by(root(second) + *epsilon)),
                    ("a step without epsilon", by(root(&expected.second))),
                    ("plain gradient descent: the cache is not used", w - dw * *rate),
                    ("a step with the cache's root as a factor; divide by it", w - dw * *rate * root(&expected.second)),
                ]
            }
            Rule::Adam => {
                let by = |m: ArrayD<f64>, v: ArrayD<f64>| {
                    Zip::from(w).and(&m).and(&v).map_collect(|w, m, v| w - rate * m / (v.sqrt() + epsilon))
                };
                let at = |t: usize| (1.0 - keep_first.powi(t as i32), 1.0 - keep_second.powi(t as i32));
                let (m, v) = (&expected.first, &expected.second);
                let (unbias_m, unbias_v) = at(t + 1);
                let (early_m, early_v) = at(*t);
                let under = |v: &ArrayD<f64>| {
                    let m = m / unbias_m;
                    Zip::from(w).and(&m).and(v).map_collect(|w, m, v| w - rate * m / (v / unbias_v + epsilon).sqrt())
                };
                vec![
                    (
                        "a step without correction: divide m by 1 - beta1^t and v by 1 - beta2^t",
                        by(m.clone(), v.clone()),
                    ),
                    ("a step with the old t; count it up first", by(m / early_m, v / early_v)),
                    ("a step with the t after the next", by(m / at(t + 2).0, v / at(t + 2).1)),
                    ("a step in which m alone is corrected", by(m / unbias_m, v.clone())),
                    ("a step in which v alone is corrected", by(m.clone(), v / unbias_v)),
                    ("a step with epsilon under the root; it stands outside", under(v)),
                    ("a step without epsilon", w - m / unbias_m * *rate / (v / unbias_v).mapv(f64::sqrt)),
                    ("a step divided by v; divide by its root", w - m / unbias_m * *rate / (v / unbias_v + *epsilon)),
                    ("a step with the gradient itself; take m", by(dw.clone(), v / unbias_v)),
                    ("a step with the old m and v; take the new ones", by(first / unbias_m, second / unbias_v)),
                ]
            }
        };
        slips.push(uphill);
        slips
    }
}
