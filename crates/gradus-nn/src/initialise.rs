//! The first weights: not all alike, or all units would learn the same, and of a size that neither lets the signal die nor
//! explode on its way through the layers.
//!
//! Weights of an affine map are (inputs, outputs), of a convolution (filters, channels, height, width). Biases start at 0:
//! [`ndarray::Array::zeros`]. All draws are made in `f64` and then rounded, so `f32` and `f64` start alike.
//!
//! Source: CS231n, notes on weight initialisation.

use ndarray::{Array, Array2, Dimension, IntoDimension};
use rand::Rng;
use rand::seq::index;

use crate::Scalar;
use crate::random::{normal, uniform};

/// All 0: right for biases, and wrong for the weights of hidden layers, whose units would then all get one gradient.
///
/// ```
/// use gradus_nn::initialise::zero;
/// assert_eq!(zero::<f64, _>((2, 3)).sum(), 0.0);
/// ```
pub fn zero<F: Scalar, D: Dimension>(shape: impl IntoDimension<Dim = D>) -> Array<F, D> {
    Array::zeros(shape.into_dimension())
}

/// Small random numbers: normal draws with mean 0 and the given standard deviation, often 0.01. Fine for small networks; in
/// deep ones the signal shrinks from layer to layer.
///
/// ```
/// use gradus_nn::initialise::small_random;
/// use gradus_nn::random::generator;
/// let w = small_random::<f64, _>((100, 50), 0.01, &mut generator(231));
/// assert!((w.std(0.0) - 0.01).abs() < 0.001);
/// ```
pub fn small_random<F: Scalar, D: Dimension>(
    shape: impl IntoDimension<Dim = D>,
    standard_deviation: f64,
    generator: &mut impl Rng,
) -> Array<F, D> {
    normal(shape, standard_deviation, generator)
}

/// Sparse: each output is connected to `connections` inputs drawn at random, with normal weights of the given standard
/// deviation; all other weights are 0.
///
/// Shapes: result (inputs, outputs).
///
/// Source: Martens, Deep learning via Hessian-free optimization (2010).
///
/// # Panics
/// If there are more connections than inputs.
///
/// ```
/// use gradus_nn::initialise::sparse;
/// use gradus_nn::random::generator;
/// let w = sparse::<f64>((100, 20), 15, 0.1, &mut generator(231));
/// assert!(w.columns().into_iter().all(|column| column.iter().filter(|&&weight| weight != 0.0).count() == 15));
/// ```
#[track_caller]
pub fn sparse<F: Scalar>(
    (inputs, outputs): (usize, usize),
    connections: usize,
    standard_deviation: f64,
    generator: &mut impl Rng,
) -> Array2<F> {
    assert!(
        connections <= inputs,
        "sparse: an output can have at most one connection to each input, but connections is {connections} and inputs is {inputs}"
    );
    let mut w = Array2::zeros((inputs, outputs));
    for mut column in w.columns_mut() {
        let weights = normal::<F, _>(connections, standard_deviation, generator);
        for (input, &weight) in index::sample(generator, inputs, connections).into_iter().zip(&weights) {
            column[input] = weight;
        }
    }
    w
}

/// Xavier (Glorot), uniform: draws between plus and minus `sqrt(6 / (fan_in + fan_out))`, a variance of
/// `2 / (fan_in + fan_out)`. Made for tanh: signal and gradient keep their size from layer to layer. See [`fans`].
///
/// Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).
///
/// # Panics
/// As [`fans`].
///
/// ```
/// use gradus_nn::initialise::xavier_uniform;
/// use gradus_nn::random::generator;
/// let w = xavier_uniform::<f64, _>((400, 200), &mut generator(231));
/// assert!(w.iter().all(|weight| weight.abs() <= 0.1) && (w.std(0.0) - (2.0_f64 / 600.0).sqrt()).abs() < 1e-3);
/// ```
#[track_caller]
pub fn xavier_uniform<F: Scalar, D: Dimension>(
    shape: impl IntoDimension<Dim = D>,
    generator: &mut impl Rng,
) -> Array<F, D> {
    let shape = shape.into_dimension();
    let (fan_in, fan_out) = fans(shape.slice());
    let limit = (6.0 / (fan_in + fan_out) as f64).sqrt();
    uniform(shape, -limit, limit, generator)
}

/// Xavier (Glorot), normal: draws with the variance `2 / (fan_in + fan_out)`, as [`xavier_uniform`].
///
/// Shapes: result as `shape`, with the axes that [`fans`] knows.
///
/// # Panics
/// As [`fans`].
///
/// ```
/// use gradus_nn::initialise::xavier_normal;
/// use gradus_nn::random::generator;
/// let w = xavier_normal::<f64, _>((400, 200), &mut generator(231));
/// assert!((w.std(0.0) - (2.0_f64 / 600.0).sqrt()).abs() < 1e-3);
/// ```
#[track_caller]
pub fn xavier_normal<F: Scalar, D: Dimension>(
    shape: impl IntoDimension<Dim = D>,
    generator: &mut impl Rng,
) -> Array<F, D> {
    let shape = shape.into_dimension();
    let (fan_in, fan_out) = fans(shape.slice());
    normal(shape, (2.0 / (fan_in + fan_out) as f64).sqrt(), generator)
}

/// He (Kaiming), normal: draws with the variance `2 / fan_in`. Made for ReLU, which lets half of the signal through. See
/// [`fans`].
///
/// Shapes: result as `shape`, with the axes that [`fans`] knows.
///
/// Source: He and others, Delving deep into rectifiers (2015).
///
/// # Panics
/// As [`fans`].
///
/// ```
/// use gradus_nn::initialise::he_normal;
/// use gradus_nn::random::generator;
/// let w = he_normal::<f64, _>((64, 8, 5, 5), &mut generator(231)); // 64 filters over 8 channels
/// assert!((w.std(0.0) - (2.0_f64 / 200.0).sqrt()).abs() < 2e-3);
/// ```
#[track_caller]
pub fn he_normal<F: Scalar, D: Dimension>(shape: impl IntoDimension<Dim = D>, generator: &mut impl Rng) -> Array<F, D> {
    let shape = shape.into_dimension();
    let (fan_in, _) = fans(shape.slice());
    normal(shape, (2.0 / fan_in as f64).sqrt(), generator)
}

/// How many inputs an output has, and how many outputs an input has: (fan_in, fan_out).
///
/// Of an affine map (inputs, outputs) they are the two lengths. Of a convolution (filters, channels, height, width) they are
/// `channels * height * width` and `filters * height * width`.
///
/// # Panics
/// If the shape has neither 2 nor 4 axes, or an axis is empty.
///
/// ```
/// use gradus_nn::initialise::fans;
/// assert_eq!((fans(&[784, 100]), fans(&[32, 3, 7, 7])), ((784, 100), (3 * 49, 32 * 49)));
/// ```
#[track_caller]
pub fn fans(shape: &[usize]) -> (usize, usize) {
    assert!(!shape.contains(&0), "fans: no axis may be empty, but the shape is {shape:?}");
    match *shape {
        [inputs, outputs] => (inputs, outputs),
        [filters, channels, height, width] => (channels * height * width, filters * height * width),
        _ => panic!(
            "fans: weights need the axes (inputs, outputs) or (filters, channels, height, width), but the shape is {shape:?}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::generator;

    /// The mean square of a signal after ten layers of 256 units, from 1.
    fn after_ten_layers(draw: impl Fn(&mut rand_chacha::ChaCha8Rng) -> Array2<f64>, f: fn(f64) -> f64) -> f64 {
        let mut draws = generator(231);
        let mut x = normal::<f64, _>((64, 256), 1.0, &mut draws);
        for _ in 0..10 {
            x = x.dot(&draw(&mut draws)).mapv_into(f);
        }
        x.mapv(|value| value * value).mean().expect("a signal")
    }

    #[test]
    fn he_keeps_a_signal_alive_through_relu_and_small_numbers_do_not() {
        let he = after_ten_layers(|draws| he_normal((256, 256), draws), |x| x.max(0.0));
        let small = after_ten_layers(|draws| small_random((256, 256), 0.01, draws), |x| x.max(0.0));
        assert!((0.3..3.0).contains(&he) && small < 1e-12, "{he} and {small}");
    }

    #[test]
    fn xavier_keeps_a_signal_alive_without_slopes_below_1() {
        for xavier in [xavier_normal, xavier_uniform] {
            let signal = after_ten_layers(|draws| xavier((256, 256), draws), |x| x);
            assert!((0.5..2.0).contains(&signal), "{signal}");
        }
    }

    #[test]
    fn single_precision_is_double_precision_rounded() {
        let single = sparse::<f32>((6, 4), 3, 0.5, &mut generator(7));
        let double = sparse::<f64>((6, 4), 3, 0.5, &mut generator(7));
        assert_eq!(single, double.mapv(|weight| weight as f32));
        let single = xavier_uniform::<f32, _>((6, 4), &mut generator(7));
        assert_eq!(single, xavier_uniform::<f64, _>((6, 4), &mut generator(7)).mapv(|weight| weight as f32));
    }

    #[test]
    #[should_panic(expected = "connections is 4 and inputs is 3")]
    fn refuses_more_connections_than_inputs() {
        sparse::<f64>((3, 2), 4, 1.0, &mut generator(1));
    }

    #[test]
    #[should_panic(expected = "fans: weights need the axes (inputs, outputs) or (filters, channels, height, width)")]
    fn refuses_a_bias() {
        he_normal::<f64, _>(3, &mut generator(1));
    }
}
