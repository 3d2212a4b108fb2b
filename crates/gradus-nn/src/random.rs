//! Seeded draws: the same seed gives the same numbers on every run.

use ndarray::{Array, Dimension, IntoDimension};
use ndarray_rand::{RandomExt, rand_distr::StandardNormal};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Scalar;

/// The library's random number generator, ChaCha with 8 rounds, started from `seed`.
///
/// ```
/// use rand::Rng;
/// let (mut a, mut b) = (gradus_nn::random::generator(231), gradus_nn::random::generator(231));
/// assert_eq!(a.random::<u64>(), b.random::<u64>());
/// ```
pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// An array of independent draws from a normal distribution with mean 0 and the given standard deviation, filled in
/// row-major order. Drawn in `f64` and then rounded, so `f32` and `f64` start alike.
///
/// ```
/// use gradus_nn::random::{generator, normal};
/// let w = normal::<f64, _>((785, 10), 0.001, &mut generator(231));
/// assert_eq!(w.dim(), (785, 10));
/// assert!(w.std(0.0) > 0.0009 && w.std(0.0) < 0.0011);
/// ```
pub fn normal<F: Scalar, D: Dimension>(
    shape: impl IntoDimension<Dim = D>,
    standard_deviation: f64,
    generator: &mut impl Rng,
) -> Array<F, D> {
    let draws = Array::<f64, D>::random_using(shape.into_dimension(), StandardNormal, generator);
    draws.mapv(|draw| F::cast(standard_deviation * draw))
}

/// An array of independent draws from the uniform distribution on `low..high`, filled in row-major order. Drawn in `f64`
/// and then rounded, so `f32` and `f64` start alike.
///
/// ```
/// use gradus_nn::random::{generator, uniform};
/// let w = uniform::<f64, _>((100, 10), -0.5, 0.5, &mut generator(231));
/// assert!(w.iter().all(|&draw| -0.5 <= draw && draw < 0.5));
/// ```
pub fn uniform<F: Scalar, D: Dimension>(
    shape: impl IntoDimension<Dim = D>,
    low: f64,
    high: f64,
    generator: &mut impl Rng,
) -> Array<F, D> {
    Array::from_shape_simple_fn(shape.into_dimension(), || F::cast(low + (high - low) * generator.random::<f64>()))
}

/// `count` indices drawn independently and uniformly from `0..n`: some may come twice.
///
/// # Panics
/// If `n` is 0 and `count` is not.
///
/// ```
/// use gradus_nn::random::{generator, with_replacement};
/// let batch = with_replacement(6000, 200, &mut generator(231));
/// assert!(batch.len() == 200 && batch.iter().all(|&index| index < 6000));
/// ```
#[track_caller]
pub fn with_replacement(n: usize, count: usize, generator: &mut impl Rng) -> Vec<usize> {
    assert!(n > 0 || count == 0, "with_replacement: cannot draw {count} indices from none");
    (0..count).map(|_| generator.random_range(0..n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_precision_is_double_precision_rounded() {
        let single = normal::<f32, _>((3, 4), 0.5, &mut generator(7));
        let double = normal::<f64, _>((3, 4), 0.5, &mut generator(7));
        assert_eq!(single, double.mapv(|value| value as f32));
        assert_ne!(double, normal::<f64, _>((3, 4), 0.5, &mut generator(8)));
    }

    #[test]
    fn every_index_can_come_and_come_twice() {
        let mut drawn = with_replacement(5, 200, &mut generator(1));
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [0, 1, 2, 3, 4]);
    }

    /// A course records losses under a seed: a new version of a dependency must not change the draws unseen.
    #[test]
    fn the_draws_of_a_seed_do_not_change() {
        let mut generator = generator(231);
        let w = normal::<f64, _>(3, 1.0, &mut generator);
        let batch = with_replacement(6000, 4, &mut generator);
        assert_eq!(
            (w.to_vec(), batch),
            (vec![0.8423048529861246, 0.17985270544871249, -0.0882862575383498], vec![4494, 3255, 884, 4302])
        );
    }
}
