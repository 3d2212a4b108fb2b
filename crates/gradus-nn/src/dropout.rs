//! Inverted dropout: in training each element is kept with probability `p` and scaled by `1 / p`, else set to 0. So its
//! expectation stays the same, and evaluation needs no change.
//!
//! Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, Dropout, 2014; CS231n, notes on neural networks,
//! part 2.

use ndarray::{Array, ArrayRef, Dimension};
use rand::Rng;

use crate::shape::require_same_shape;
use crate::{Mode, Scalar};

/// What [`dropout_backward`] needs: what each element was multiplied by.
#[derive(Debug, Clone)]
pub struct DropoutCache<F, D: Dimension> {
    /// `1 / p` where an element was kept and 0 where it was dropped, in the shape of `x`; none in evaluation.
    pub mask: Option<Array<F, D>>,
}

/// Inverted dropout. In training: `out = x * mask`, where each element of `mask` is `1 / p` with probability `p`, else 0.
/// In evaluation: `out = x`.
///
/// Shapes: input `x` and output are alike. `p` is the probability of *keeping* an element, above 0 and at most 1.
///
/// The draws, so that others can repeat them: one number from 0 to 1 in `f64` for each element in row-major order; an
/// element is kept if its number is below `p`. Evaluation draws nothing.
///
/// # Panics
/// If `p` is not above 0 and at most 1.
///
/// ```
/// use gradus_nn::{Mode, dropout::dropout_forward, random::generator};
/// use ndarray::Array2;
/// let x = Array2::<f64>::ones((500, 500));
/// let (out, _) = dropout_forward(&x, 0.25, Mode::Train, &mut generator(231));
/// assert!(out.iter().all(|&value| value == 0.0 || value == 4.0) && (out.mean().unwrap() - 1.0).abs() < 0.02);
/// assert_eq!(dropout_forward(&x, 0.25, Mode::Evaluate, &mut generator(231)).0, x);
/// ```
#[track_caller]
pub fn dropout_forward<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    p: f64,
    mode: Mode,
    generator: &mut impl Rng,
) -> (Array<F, D>, DropoutCache<F, D>) {
    assert!(
        p > 0.0 && p <= 1.0,
        "dropout_forward: p, the probability of keeping, must be above 0 and at most 1, but is {p}"
    );
    if mode == Mode::Evaluate {
        return (x.to_owned(), DropoutCache { mask: None });
    }
    let kept = F::cast(p.recip());
    let draw = || if generator.random::<f64>() < p { kept } else { F::zero() };
    let mask = Array::from_shape_simple_fn(x.raw_dim(), draw);
    (&mask * &x.view(), DropoutCache { mask: Some(mask) })
}

/// The gradient of [`dropout_forward`]: `dx = dout * mask`; in evaluation `dx = dout`.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `mask`.
///
/// ```
/// use gradus_nn::{Mode, dropout::{dropout_backward, dropout_forward}, random::generator};
/// use ndarray::Array1;
/// let ones = Array1::<f64>::ones(10);
/// let (out, cache) = dropout_forward(&ones, 0.5, Mode::Train, &mut generator(231));
/// assert_eq!(dropout_backward(&ones, &cache), out);
/// ```
#[track_caller]
pub fn dropout_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &DropoutCache<F, D>) -> Array<F, D> {
    match &cache.mask {
        None => dout.to_owned(),
        Some(mask) => {
            require_same_shape("dropout_backward", ("mask", mask.shape()), ("dout", dout.shape()));
            mask * &dout.view()
        }
    }
}
