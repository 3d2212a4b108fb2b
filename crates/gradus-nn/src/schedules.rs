//! Learning rates over time: large steps at first, small ones when the loss is near its valley.
//!
//! Each function gives the learning rate at time `t`, counted from 0 in epochs or in updates, as you like. They multiply:
//! `linear_warmup(1.0, t, 500) * cosine_decay(1e-3, t, 10_000)`. [`Plateau`] looks at the loss instead of the clock.
//!
//! Source: CS231n, notes on annealing the learning rate, and the papers named below.

use crate::Scalar;

/// Falls by `factor` every `every` steps: `learning_rate * factor^floor(t / every)`.
///
/// # Panics
/// If `every` is 0.
///
/// ```
/// use gradus_nn::schedules::step_decay;
/// assert_eq!([0, 9, 10, 20].map(|t| step_decay(1.0, t, 10, 0.5)), [1.0, 1.0, 0.5, 0.25]);
/// ```
#[track_caller]
pub fn step_decay<F: Scalar>(learning_rate: F, t: usize, every: usize, factor: F) -> F {
    assert!(every > 0, "step_decay: every must be at least 1, but is 0");
    learning_rate * factor.powi(exponent(t / every))
}

/// Falls by the same factor at each step: `learning_rate * exp(-rate * t)`.
///
/// ```
/// use gradus_nn::schedules::exponential_decay;
/// assert_eq!(exponential_decay(2.0, 0, 0.1), 2.0);
/// assert!((exponential_decay(2.0, 10, 0.1) - 2.0 / 1.0_f64.exp()).abs() < 1e-15);
/// ```
pub fn exponential_decay<F: Scalar>(learning_rate: F, t: usize, rate: F) -> F {
    learning_rate * (-rate * F::count(t)).exp()
}

/// Falls as 1/t: `learning_rate / (1 + rate * t)`.
///
/// ```
/// use gradus_nn::schedules::inverse_time_decay;
/// assert_eq!([0, 1, 6].map(|t| inverse_time_decay(1.0, t, 0.5)), [1.0, 2.0 / 3.0, 0.25]);
/// ```
pub fn inverse_time_decay<F: Scalar>(learning_rate: F, t: usize, rate: F) -> F {
    learning_rate / (F::one() + rate * F::count(t))
}

/// Falls along half a cosine to 0 at `total` and stays there: `learning_rate * (1 + cos(pi * min(t / total, 1))) / 2`.
///
/// Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (2017).
///
/// # Panics
/// If `total` is 0.
///
/// ```
/// use gradus_nn::schedules::cosine_decay;
/// let rates = [0, 1, 2, 3, 4, 9].map(|t| cosine_decay(2.0_f64, t, 4));
/// let expected = [2.0, 1.0 + 0.5_f64.sqrt(), 1.0, 1.0 - 0.5_f64.sqrt(), 0.0, 0.0];
/// assert!(rates.iter().zip(expected).all(|(rate, expected)| (rate - expected).abs() < 1e-15));
/// ```
#[track_caller]
pub fn cosine_decay<F: Scalar>(learning_rate: F, t: usize, total: usize) -> F {
    assert!(total > 0, "cosine_decay: total must be at least 1, but is 0");
    let share = F::count(t.min(total)) / F::count(total);
    F::cast(0.5) * learning_rate * (F::one() + (F::cast(std::f64::consts::PI) * share).cos())
}

/// Falls as the inverse square root: `learning_rate / sqrt(max(t, 1))`.
///
/// With [`linear_warmup`] over `n` steps and `learning_rate * sqrt(n)` it is the schedule of the first transformer.
///
/// Source: Vaswani and others, Attention is all you need (2017), section 5.3.
///
/// ```
/// use gradus_nn::schedules::inverse_square_root_decay;
/// assert_eq!([0, 1, 4, 100].map(|t| inverse_square_root_decay(1.0, t)), [1.0, 1.0, 0.5, 0.1]);
/// ```
pub fn inverse_square_root_decay<F: Scalar>(learning_rate: F, t: usize) -> F {
    learning_rate / F::count(t.max(1)).sqrt()
}

/// Rises in a line during the first `steps` steps, then stays: `learning_rate * min((t + 1) / steps, 1)`. The first step is
/// not 0, because it would be wasted.
///
/// Source: Goyal and others, Accurate, large minibatch SGD (2017).
///
/// ```
/// use gradus_nn::schedules::linear_warmup;
/// assert_eq!([0, 1, 3, 4].map(|t| linear_warmup(1.0, t, 4)), [0.25, 0.5, 1.0, 1.0]);
/// assert_eq!(linear_warmup(1.0, 0, 0), 1.0);
/// ```
pub fn linear_warmup<F: Scalar>(learning_rate: F, t: usize, steps: usize) -> F {
    if t >= steps { learning_rate } else { learning_rate * F::count(t + 1) / F::count(steps) }
}

/// Falls by `factor` when the loss has not improved `patience` times in a row, never below `minimum`.
///
/// ```
/// use gradus_nn::schedules::Plateau;
/// let mut plateau = Plateau::new(1.0, 0.5, 2);
/// let rates = [3.0, 2.0, 2.0, 2.5, 1.0, 1.0, 1.0].map(|loss| plateau.observe(loss));
/// assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plateau<F> {
    /// The learning rate now.
    pub learning_rate: F,
    /// What remains of it, from 0 up to below 1; often 0.1 or 0.5.
    pub factor: F,
    /// How many losses without improvement to bear, at least 1.
    pub patience: usize,
    /// By what share the best loss must be beaten to count: `loss < best * (1 - threshold)`. Losses are above 0.
    pub threshold: F,
    /// The learning rate never falls below it.
    pub minimum: F,
    /// The best loss so far; infinite before the first.
    pub best: F,
    /// How many losses have not improved since the last that did, or since the last fall.
    pub waited: usize,
}

impl<F: Scalar> Plateau<F> {
    /// With threshold 0 and minimum 0.
    ///
    /// # Panics
    /// If `patience` is 0.
    #[track_caller]
    pub fn new(learning_rate: F, factor: F, patience: usize) -> Self {
        assert!(patience > 0, "Plateau::new: patience must be at least 1, but is 0");
        let (threshold, minimum, best) = (F::zero(), F::zero(), F::infinity());
        Plateau { learning_rate, factor, patience, threshold, minimum, best, waited: 0 }
    }

    /// Takes note of a loss, usually of the validation part after an epoch, and gives the learning rate to go on with. A
    /// loss that is NaN is no improvement.
    pub fn observe(&mut self, loss: F) -> F {
        if loss < self.best * (F::one() - self.threshold) {
            (self.best, self.waited) = (loss, 0);
        } else {
            self.waited += 1;
        }
        if self.waited >= self.patience {
            self.learning_rate = self.minimum.max(self.learning_rate * self.factor);
            self.waited = 0;
        }
        self.learning_rate
    }
}

fn exponent(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plateau_stops_at_its_minimum_and_wants_a_clear_improvement() {
        let mut plateau = Plateau { minimum: 0.3, threshold: 0.1, ..Plateau::new(1.0, 0.5, 1) };
        assert_eq!([10.0, 9.5, 8.9, f64::NAN].map(|loss| plateau.observe(loss)), [1.0, 0.5, 0.5, 0.3]);
        assert_eq!((plateau.best, plateau.waited), (8.9, 0));
    }

    #[test]
    fn warm_up_and_inverse_square_root_make_the_first_transformers_schedule() {
        // d^-0.5 * min(s^-0.5, s * warmup^-1.5) with d = 512, warmup = 4000 and s counted from 1.
        for step in [1_usize, 100, 3999, 4000, 4001, 100_000] {
            let s = step as f64;
            let paper = 512_f64.powf(-0.5) * s.powf(-0.5).min(s * 4000_f64.powf(-1.5));
            let peak = 512_f64.powf(-0.5) * 4000_f64.powf(-0.5);
            let ours =
                linear_warmup(1.0, step - 1, 4000) * inverse_square_root_decay(peak * 4000_f64.sqrt(), step.max(4000));
            assert!((ours / paper - 1.0).abs() < 1e-12, "{step}: {ours} against {paper}");
        }
    }

    #[test]
    fn every_schedule_is_the_same_in_single_precision() {
        for t in [0, 1, 7, 100] {
            let pairs = [
                (step_decay(0.1_f32, t, 3, 0.9), step_decay(0.1, t, 3, 0.9)),
                (exponential_decay(0.1_f32, t, 0.05), exponential_decay(0.1, t, 0.05)),
                (inverse_time_decay(0.1_f32, t, 0.05), inverse_time_decay(0.1, t, 0.05)),
                (cosine_decay(0.1_f32, t, 200), cosine_decay(0.1, t, 200)),
                (inverse_square_root_decay(0.1_f32, t), inverse_square_root_decay(0.1, t)),
                (linear_warmup(0.1_f32, t, 10), linear_warmup(0.1, t, 10)),
            ];
            for (single, double) in pairs {
                let double: f64 = double;
                assert!((f64::from(single) / double - 1.0).abs() < 1e-5, "t = {t}: {single} and {double}");
            }
        }
    }
}
