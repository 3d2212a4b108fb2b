//! Central differences, cut in two: which points to evaluate, and what the values there say about the gradient.
//!
//! The function itself may run here, in another process or on another machine. Its caller evaluates; this module only
//! plans and calculates.

use ndarray::{ArrayBase, Data, Dimension};
use thiserror::Error;

/// How far from `x` a central difference looks.
///
/// The error of a central difference has two parts: truncation, which grows with `h^2`, and rounding, which grows with
/// `1/h`. In `f64` their sum is least near the cube root of the machine epsilon, about 6e-6 times the scale of `x`. The
/// default is therefore `Step::scaled(1e-5)`.
///
/// ```
/// use gradus_check::Step;
/// assert_eq!(Step::default().at(0.25), 1e-5);
/// assert_eq!(Step::default().at(-300.0), 300.0 * 1e-5);
/// assert_eq!(Step::fixed(1e-3).at(-300.0), 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    h: f64,
    scaled: bool,
}

impl Step {
    /// The step `h * max(1, |x|)`.
    ///
    /// # Panics
    /// If `h` is not a positive number.
    #[track_caller]
    pub fn scaled(h: f64) -> Self {
        Step { h: positive(h), scaled: true }
    }

    /// The same step `h` everywhere.
    ///
    /// # Panics
    /// If `h` is not a positive number.
    #[track_caller]
    pub fn fixed(h: f64) -> Self {
        Step { h: positive(h), scaled: false }
    }

    /// The step at the value `x`.
    pub fn at(self, x: f64) -> f64 {
        if self.scaled { self.h * x.abs().max(1.0) } else { self.h }
    }
}

impl Default for Step {
    fn default() -> Self {
        Step::scaled(1e-5)
    }
}

#[track_caller]
fn positive(h: f64) -> f64 {
    assert!(h > 0.0 && h.is_finite(), "Step: h must be a positive number, but is {h}");
    h
}

/// The number of evaluations does not fit the probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected {expected} evaluations, two for each element probed, but got {actual}")]
pub struct EvaluationCount {
    /// Twice the number of elements probed.
    pub expected: usize,
    /// The number given.
    pub actual: usize,
}

/// A plan for central differences at some elements of `x`:
///
/// `df/dx_i ~ (f(x + h e_i) - f(x - h e_i)) / 2h`
///
/// Elements are named by their *flat index*: their position in row-major order, whatever the memory layout.
///
/// ```
/// use gradus_check::{Probe, Step};
/// use ndarray::array;
///
/// let x = array![1.0, 2.0, 3.0];
/// let probe = Probe::new(&x, &[0, 2], Step::default());
/// // Whoever holds the function evaluates it at each point ...
/// let values: Vec<f64> = probe
///     .perturbations()
///     .into_iter()
///     .map(|(index, delta)| {
///         let mut x = x.clone();
///         x[index] += delta;
///         x.mapv(|v| v * v).sum()
///     })
///     .collect();
/// // ... and the values give the gradient at elements 0 and 2.
/// let gradient = probe.gradient(&values)?;
/// assert!((gradient[0] - 2.0).abs() < 1e-9 && (gradient[1] - 6.0).abs() < 1e-9);
/// # Ok::<(), gradus_check::EvaluationCount>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    points: Vec<Point>,
}

/// One element, the step there, and the distance of the two points once they are rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) index: usize,
    pub(crate) h: f64,
    pub(crate) distance: f64,
}

impl Point {
    /// `(plus - minus) / ((x + h) - (x - h))`
    pub(crate) fn slope(self, plus: f64, minus: f64) -> f64 {
        (plus - minus) / self.distance
    }
}

impl Probe {
    /// Plans for the elements of `x` with the given flat indices, in that order.
    ///
    /// # Panics
    /// If an index is not below the number of elements.
    #[track_caller]
    pub fn new<S, D>(x: &ArrayBase<S, D>, indices: &[usize], step: Step) -> Self
    where
        S: Data<Elem = f64>,
        D: Dimension,
    {
        let values: Vec<f64> = x.iter().copied().collect();
        if let Some(index) = indices.iter().find(|&&index| index >= values.len()) {
            panic!("Probe: flat indices must be below the number of elements, {}, but one is {index}", values.len());
        }
        let point = |&index: &usize| {
            let (x, h) = (values[index], step.at(values[index]));
            Point { index, h, distance: (x + h) - (x - h) }
        };
        Probe { points: indices.iter().map(point).collect() }
    }

    /// Plans for every element of `x`.
    pub fn dense<S, D>(x: &ArrayBase<S, D>, step: Step) -> Self
    where
        S: Data<Elem = f64>,
        D: Dimension,
    {
        let all: Vec<usize> = (0..x.len()).collect();
        Probe::new(x, &all, step)
    }

    /// The points to evaluate: for each element `(index, h)` and then `(index, -h)`. At each, add the second number to
    /// the element of `x` with that flat index, leave the others, and evaluate.
    pub fn perturbations(&self) -> Vec<(usize, f64)> {
        self.points.iter().flat_map(|point| [(point.index, point.h), (point.index, -point.h)]).collect()
    }

    /// The gradient at the probed elements, from a scalar function's values in the order of [`Probe::perturbations`].
    /// A value that is NaN or infinite makes its element of the gradient so.
    ///
    /// # Errors
    /// If the number of evaluations is not twice the number of probed elements.
    pub fn gradient(&self, evaluations: &[f64]) -> Result<Vec<f64>, EvaluationCount> {
        let expected = 2 * self.points.len();
        if evaluations.len() != expected {
            return Err(EvaluationCount { expected, actual: evaluations.len() });
        }
        let slope = |(point, pair): (&Point, &[f64])| point.slope(pair[0], pair[1]);
        Ok(self.points.iter().zip(evaluations.chunks_exact(2)).map(slope).collect())
    }

    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn plans_plus_then_minus_for_each_element() {
        let x = array![[0.0, 10.0], [20.0, 30.0]];
        let probe = Probe::new(&x, &[3, 0], Step::scaled(0.1));
        assert_eq!(probe.perturbations(), [(3, 3.0), (3, -3.0), (0, 0.1), (0, -0.1)]);
        assert_eq!(probe.gradient(&[7.0, 1.0, 0.5, 0.3]).unwrap()[0], 1.0);
    }

    #[test]
    fn flat_indices_are_row_major_in_any_layout() {
        let x = array![[0.0, 100.0], [200.0, 300.0]];
        assert_eq!(Probe::new(&x, &[1], Step::scaled(0.01)).perturbations(), [(1, 1.0), (1, -1.0)]);
        assert_eq!(Probe::new(&x.t(), &[1], Step::scaled(0.01)).perturbations(), [(1, 2.0), (1, -2.0)]);
    }

    #[test]
    fn divides_by_the_distance_of_the_rounded_points() {
        // Around 1e6 a step of 1e-9 is lost in part: the rounded points are not 2e-9 apart.
        let x = 1.0e6_f64;
        let probe = Probe::dense(&array![x], Step::fixed(1e-9));
        let values: Vec<f64> = probe.perturbations().iter().map(|(_, delta)| 2.0 * (x + delta)).collect();
        assert_eq!(probe.gradient(&values).unwrap(), [2.0]);
    }

    #[test]
    fn a_wrong_number_of_values_is_an_error() {
        let probe = Probe::dense(&array![1.0, 2.0], Step::default());
        let error = probe.gradient(&[0.0; 3]).unwrap_err();
        assert_eq!(error, EvaluationCount { expected: 4, actual: 3 });
        assert_eq!(error.to_string(), "expected 4 evaluations, two for each element probed, but got 3");
    }

    #[test]
    fn values_that_are_not_finite_stay_visible() {
        let probe = Probe::dense(&array![1.0, 2.0], Step::default());
        let gradient = probe.gradient(&[f64::NAN, 0.0, f64::INFINITY, 0.0]).unwrap();
        assert!(gradient[0].is_nan() && gradient[1] == f64::INFINITY);
    }

    #[test]
    #[should_panic(expected = "Probe: flat indices must be below the number of elements, 2, but one is 2")]
    fn refuses_an_index_out_of_range() {
        Probe::new(&array![1.0, 2.0], &[0, 2], Step::default());
    }

    #[test]
    #[should_panic(expected = "Step: h must be a positive number, but is NaN")]
    fn refuses_a_step_that_is_no_number() {
        Step::fixed(f64::NAN);
    }
}
