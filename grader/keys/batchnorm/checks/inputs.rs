//! Fresh inputs of a normalisation layer.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::Running;
use gradus_check::Tolerance;
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::inputs::{look_alikes, moderate_scale, normal, scale};

pub type Gradients = (Array2<f64>, Array1<f64>, Array1<f64>);

/// Arguments of all passes.
#[derive(Clone)]
pub struct Inputs {
    pub x: Array2<f64>,
    pub gamma: Array1<f64>,
    pub beta: Array1<f64>,
    pub eps: f64,
    pub dout: Array2<f64>,
    pub momentum: f64,
    pub running: Running,
}

impl Inputs {
    pub fn random(random: &mut ChaCha8Rng, shape: (usize, usize)) -> Self {
        let scale = scale(random);
        Self::of_scale(random, shape, scale)
    }

    /// Where a slope by differences is exact enough.
    pub fn moderate(random: &mut ChaCha8Rng, shape: (usize, usize)) -> Self {
        let scale = moderate_scale(random);
        Self::of_scale(random, shape, scale)
    }

    fn of_scale(random: &mut ChaCha8Rng, (n, d): (usize, usize), scale: f64) -> Self {
        // Each feature, and each example, has a mean of its own.
        let x = normal(random, (n, d), scale) + normal(random, d, 2.0 * scale) + normal(random, (n, 1), scale);
        Self {
            x,
            gamma: normal(random, d, 0.5) + 1.5,
            beta: normal(random, d, 1.0),
            // So large that its place shows.
            eps: scale * scale * random.random_range(0.1..0.6),
            dout: normal(random, (n, d), 1.0),
            momentum: random.random_range(0.6..0.95),
            running: Running {
                mean: normal(random, d, 2.0 * scale),
                var: normal(random, d, 1.0).mapv(|number| scale * scale * (0.5 + number * number)),
            },
        }
    }

    /// Inputs of one shape, any two of them alike in some respect.
    pub fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = (random.random_range(4..9), random.random_range(3..8));
        let (first, other) = (Self::random(random, shape), Self::random(random, shape));
        let mut all: Vec<_> = look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }).to_vec();
        all.extend(look_alikes(random, &first.dout).map(|dout| Self { dout, ..first.clone() }));
        all.extend([
            Self { gamma: other.gamma, ..first.clone() },
            Self { beta: other.beta, ..first.clone() },
            Self { eps: 3.0 * first.eps, ..first.clone() },
            Self { momentum: 0.7 * first.momentum, ..first.clone() },
            Self { running: Running { mean: &first.running.mean + 1.0, ..first.running.clone() }, ..first.clone() },
            Self { running: Running { var: &first.running.var * 1.5, ..first.running.clone() }, ..first.clone() },
        ]);
        all.push(first);
        all
    }

    /// Look-alikes, and inputs of several shapes.
    pub fn fresh(random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Self::look_alikes(random);
        all.extend([(30, 20), (2, 2), (5, 7), (13, 3)].map(|shape| Self::random(random, shape)));
        all
    }

    /// Some features, and some examples, are the same number everywhere.
    pub fn constant(random: &mut ChaCha8Rng) -> Vec<Self> {
        let along = |random: &mut ChaCha8Rng, axis| {
            let mut inputs = Self::random(random, (6, 5));
            inputs.eps = 1e-5;
            for (place, mut lane) in inputs.x.axis_iter_mut(axis).enumerate() {
                if place % 2 == 0 {
                    lane.fill(random.random_range(-2.0..2.0));
                }
            }
            inputs
        };
        vec![along(random, Axis(0)), along(random, Axis(1)), {
            let mut all = Self::random(random, (4, 3));
            all.x.fill(0.7);
            all
        }]
    }

    /// With one example or one feature.
    pub fn single(random: &mut ChaCha8Rng) -> Vec<Self> {
        [(1, 6), (1, 1), (7, 1), (2, 1), (1, 2)].map(|shape| Self::random(random, shape)).to_vec()
    }

    /// Gradients are differences of numbers of this size, and their rounding follows it.
    pub fn tolerance_of_dx(&self, axis: Axis) -> Tolerance {
        let smallest = self.x.var_axis(axis, 0.0).fold(f64::INFINITY, |smallest: f64, var| smallest.min(*var));
        let largest = (&self.dout * &self.gamma).fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
        Tolerance::new(1e-9, 1e-12 + 1e-10 * largest / (smallest + self.eps).sqrt())
    }
}
