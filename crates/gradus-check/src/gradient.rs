//! Numeric gradients of functions that run here.
//!
//! All use `f64` and the default [`Step`]. Check code that is generic over `f32` and `f64` in its `f64` form: in `f32`
//! rounding alone costs a central difference half its digits.

use ndarray::{Array, ArrayBase, Data, Dimension};

use crate::probe::{Point, Probe, Step};

/// The gradient of a scalar function at `x`, element by element:
///
/// `df/dx_i ~ (f(x + h e_i) - f(x - h e_i)) / 2h`, with `h = 1e-5 * max(1, |x_i|)`
///
/// `f` is called twice for each element. Near a kink (ReLU at 0, a maximum with two equal candidates) the two sides
/// have different slopes, and the result is their mean.
///
/// ```
/// use gradus_check::{numeric_gradient, relative_error};
/// use ndarray::array;
/// let x = array![[1.0, -2.0], [0.5, 3.0]];
/// let dx = numeric_gradient(|x| x.mapv(|v| v.powi(3)).sum(), &x);
/// assert!(relative_error(&dx, &x.mapv(|v| 3.0 * v * v)) < 1e-8);
/// ```
pub fn numeric_gradient<S, D>(f: impl FnMut(&Array<f64, D>) -> f64, x: &ArrayBase<S, D>) -> Array<f64, D>
where
    S: Data<Elem = f64>,
    D: Dimension,
{
    let probe = Probe::dense(x, Step::default());
    shaped_like(x, slopes(&probe, x, f))
}

/// The gradient at `x` of `sum(f(x) * upstream)`, where `f` gives an array: what a backward function returns for that
/// upstream gradient.
///
/// `dx_i = sum_j upstream_j * df_j/dx_i`
///
/// # Panics
/// If `f` gives an array of another shape than `upstream`.
///
/// ```
/// use gradus_check::{numeric_gradient_array, relative_error};
/// use ndarray::array;
/// let (x, w) = (array![[1.0, 2.0]], array![[3.0, -1.0, 0.5], [0.0, 2.0, 1.0]]);
/// let upstream = array![[1.0, 10.0, 100.0]];
/// let dx = numeric_gradient_array(|x| x.dot(&w), &x, &upstream);
/// assert!(relative_error(&dx, &upstream.dot(&w.t())) < 1e-8);
/// ```
#[track_caller]
pub fn numeric_gradient_array<S, T, D, E>(
    mut f: impl FnMut(&Array<f64, D>) -> Array<f64, E>,
    x: &ArrayBase<S, D>,
    upstream: &ArrayBase<T, E>,
) -> Array<f64, D>
where
    S: Data<Elem = f64>,
    T: Data<Elem = f64>,
    D: Dimension,
    E: Dimension,
{
    let probe = Probe::dense(x, Step::default());
    let mut perturbed = Perturbed::new(x);
    let mut slopes = Vec::with_capacity(x.len());
    for &point in probe.points() {
        let (plus, minus) = perturbed.both_sides(point, &mut f);
        for value in [&plus, &minus] {
            assert!(
                value.shape() == upstream.shape(),
                "numeric_gradient_array: upstream needs the shape of f(x), but upstream is {:?} and f(x) is {:?}",
                upstream.shape(),
                value.shape()
            );
        }
        // Differences first: the two sums may be large and nearly equal.
        slopes.push(plus.iter().zip(&minus).zip(upstream).map(|((&p, &m), &u)| point.slope(p, m) * u).sum());
    }
    shaped_like(x, slopes)
}

/// The gradient of a scalar function at the elements of `x` with the given flat indices (row-major), in that order:
/// for large arrays, where [`numeric_gradient`] would take too long.
///
/// # Panics
/// If an index is not below the number of elements.
///
/// ```
/// use gradus_check::numeric_gradient_sampled;
/// use ndarray::Array2;
/// use rand::{SeedableRng, seq::index};
/// use rand_chacha::ChaCha8Rng;
///
/// let w = Array2::<f64>::ones((785, 10));
/// let indices = index::sample(&mut ChaCha8Rng::seed_from_u64(231), w.len(), 5).into_vec();
/// let dw = numeric_gradient_sampled(|w| 0.5 * w.mapv(|v| v * v).sum(), &w, &indices);
/// assert!(dw.iter().all(|slope| (slope - 1.0).abs() < 1e-5));
/// ```
#[track_caller]
pub fn numeric_gradient_sampled<S, D>(
    f: impl FnMut(&Array<f64, D>) -> f64,
    x: &ArrayBase<S, D>,
    indices: &[usize],
) -> Vec<f64>
where
    S: Data<Elem = f64>,
    D: Dimension,
{
    let probe = Probe::new(x, indices, Step::default());
    slopes(&probe, x, f)
}

/// The slopes of a scalar function at each point of the probe.
fn slopes<S, D>(probe: &Probe, x: &ArrayBase<S, D>, mut f: impl FnMut(&Array<f64, D>) -> f64) -> Vec<f64>
where
    S: Data<Elem = f64>,
    D: Dimension,
{
    let mut perturbed = Perturbed::new(x);
    let slope = |&point: &Point| {
        let (plus, minus) = perturbed.both_sides(point, &mut f);
        point.slope(plus, minus)
    };
    probe.points().iter().map(slope).collect()
}

/// A row-major copy of `x`, in which one element at a time is moved and put back.
struct Perturbed<D: Dimension>(Array<f64, D>);

impl<D: Dimension> Perturbed<D> {
    fn new<S: Data<Elem = f64>>(x: &ArrayBase<S, D>) -> Self {
        Perturbed(shaped_like(x, x.iter().copied().collect()))
    }

    /// `f(x + h e_i)` and `f(x - h e_i)`.
    fn both_sides<T>(&mut self, point: Point, f: &mut impl FnMut(&Array<f64, D>) -> T) -> (T, T) {
        let original = *self.element(point.index);
        *self.element(point.index) = original + point.h;
        let plus = f(&self.0);
        *self.element(point.index) = original - point.h;
        let minus = f(&self.0);
        *self.element(point.index) = original;
        (plus, minus)
    }

    fn element(&mut self, flat: usize) -> &mut f64 {
        &mut self.0.as_slice_mut().expect("shaped_like makes row-major arrays")[flat]
    }
}

/// An array of the shape of `x` with the given elements in row-major order.
fn shaped_like<S, D>(x: &ArrayBase<S, D>, elements: Vec<f64>) -> Array<f64, D>
where
    S: Data<Elem = f64>,
    D: Dimension,
{
    Array::from_shape_vec(x.raw_dim(), elements).expect("one element for each element of x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relative_error;
    use ndarray::{Array0, Array1, Array2, ArrayD, array};

    #[test]
    fn is_exact_for_a_quadratic_by_hand() {
        // f = x0^2 + 3 x0 x1, so df/dx = (2 x0 + 3 x1, 3 x0).
        let dx = numeric_gradient(|x| x[0] * x[0] + 3.0 * x[0] * x[1], &array![2.0, 5.0]);
        assert!(relative_error(&dx, &array![19.0, 6.0]) < 1e-9);
    }

    #[test]
    fn works_in_any_dimension_and_layout() {
        let scalar = Array0::from_elem((), 3.0);
        assert!((numeric_gradient(|x| x.sum().powi(2), &scalar)[()] - 6.0).abs() < 1e-8);
        let dynamic = ArrayD::from_elem(vec![2, 1, 2], 3.0);
        assert_eq!(numeric_gradient(|x| x.sum(), &dynamic).shape(), [2, 1, 2]);
        let x = array![[1.0, 2.0], [3.0, 4.0]];
        let weights = array![[1.0, 10.0], [100.0, 1000.0]];
        let dx = numeric_gradient(|x| (x * &weights).sum(), &x.t());
        assert!(relative_error(&dx, &weights) < 1e-6);
        assert_eq!(numeric_gradient(|x| x.sum(), &Array2::zeros((0, 3))).shape(), [0, 3]);
    }

    #[test]
    fn the_other_elements_stay_exactly_as_they_were() {
        let x = array![0.1, 0.2, 0.3];
        numeric_gradient(
            |perturbed| {
                assert_eq!(perturbed.iter().zip(&x).filter(|(a, b)| a != b).count(), 1);
                0.0
            },
            &x,
        );
    }

    #[test]
    fn keeps_its_digits_beside_a_large_constant_output() {
        // sum(f(x) * upstream) alone would lose 1 in 1e9.
        let f = |x: &Array1<f64>| array![1e9, x[0]];
        let dx = numeric_gradient_array(f, &array![1.0], &array![1.0, 1.0]);
        assert!((dx[0] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_kink_of_relu_gives_the_mean_of_both_slopes() {
        let dx = numeric_gradient(|x| x[0].max(0.0), &array![0.0]);
        assert!((dx[0] - 0.5).abs() < 1e-12);
    }

    #[test]
    #[should_panic(expected = "upstream needs the shape of f(x), but upstream is [1, 2] and f(x) is [2, 1]")]
    fn refuses_an_upstream_of_another_shape() {
        numeric_gradient_array(|x: &Array2<f64>| x.clone(), &array![[1.0], [2.0]], &array![[1.0, 2.0]]);
    }
}
