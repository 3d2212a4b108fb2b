//! Two images in one, with their labels: mixup and CutMix. Their results are for losses that take soft targets.

use ndarray::{Array2, Array4, ArrayRef1, ArrayRef2, ArrayRef4, Axis, s};
use ndarray_rand::rand_distr::{Beta, Distribution};
use rand::Rng;
use rand::seq::SliceRandom;

use crate::Scalar;
use crate::shape::{require, require_rows};

/// A batch of mixed images and what is on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed<F> {
    /// Images (batch, channels, height, width).
    pub x: Array4<F>,
    /// Targets (batch, classes): rows of probabilities if the given ones were.
    pub y: Array2<F>,
    /// The share that each image has in its mixture; the rest comes from its partner.
    pub lambda: f64,
    /// Image `n` was mixed with image `partner[n]`: a permutation of the batch.
    pub partner: Vec<usize>,
}

/// Labels as rows of probabilities: `one_hot_ik = 1` where `k = y_i`, else 0.
///
/// Shapes: labels `y` (batch), result (batch, classes).
///
/// # Panics
/// If a label is not below `classes`.
///
/// ```
/// use gradus_nn::augment::one_hot;
/// use ndarray::array;
/// assert_eq!(one_hot::<f64>(&array![1, 0], 3), array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
/// ```
#[track_caller]
pub fn one_hot<F: Scalar>(y: &ArrayRef1<usize>, classes: usize) -> Array2<F> {
    let mut out = Array2::zeros((y.len(), classes));
    for (i, &label) in y.iter().enumerate() {
        assert!(
            label < classes,
            "one_hot: labels must be below the number of classes, {classes}, but y[{i}] is {label}"
        );
        out[[i, label]] = F::one();
    }
    out
}

/// Weighted means of pairs of images, and of their targets with the same weights:
///
/// `out_n = lambda * x_n + (1 - lambda) * x_partner(n)`, `y'_n = lambda * y_n + (1 - lambda) * y_partner(n)`
///
/// with one `lambda ~ Beta(alpha, alpha)` for the batch, drawn first, and then a random permutation of partners. A
/// small `alpha` mixes little (`lambda` near 0 or 1), 1 makes every share as likely.
///
/// Shapes: `x` (batch, channels, height, width), targets `y` (batch, classes), for example from [`one_hot`].
///
/// Source: Zhang et al., *mixup: beyond empirical risk minimization*, 2018, with `alpha` 0.2 on ImageNet and 1 on CIFAR.
///
/// # Panics
/// If there is no image, there is not one row of targets for each image, or `alpha` is not above 0 and finite.
///
/// ```
/// use gradus_nn::{augment::{mixup, one_hot}, random::generator};
/// use ndarray::{Array4, array};
/// let mixed = mixup(&Array4::<f64>::ones((2, 3, 8, 8)), &one_hot(&array![0, 1], 2), 0.2, &mut generator(231));
/// assert!(mixed.x.iter().all(|value| (value - 1.0).abs() < 1e-12));
/// assert!(mixed.y.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12));
/// ```
#[track_caller]
pub fn mixup<F: Scalar>(x: &ArrayRef4<F>, y: &ArrayRef2<F>, alpha: f64, generator: &mut impl Rng) -> Mixed<F> {
    let (lambda, partner) = draw("mixup", x, y, alpha, generator);
    let mut mixed_x = x.select(Axis(0), &partner);
    mixed_x.zip_mut_with(x, |other, &own| *other = F::cast(lambda) * own + F::cast(1.0 - lambda) * *other);
    Mixed { x: mixed_x, y: mixed_targets(y, lambda, &partner), lambda, partner }
}

/// Pastes a box of each image's partner over it, and mixes the targets by the areas:
///
/// `out_n = x_partner(n)` inside the box, `x_n` outside; `y'_n = lambda' * y_n + (1 - lambda') * y_partner(n)`
///
/// with `lambda ~ Beta(alpha, alpha)` and the partners drawn as by [`mixup`]; the box has `height * sqrt(1 - lambda)` by
/// `width * sqrt(1 - lambda)` pixels (rounded down) about a pixel drawn uniformly, row first, and is clipped at the
/// edges. `lambda' = 1 - (pixels in the box) / (height * width)` is the share that is truly left of the image, and what
/// [`Mixed::lambda`] holds. One box for the batch.
///
/// Shapes: `x` (batch, channels, height, width), targets `y` (batch, classes), for example from [`one_hot`].
///
/// Source: Yun et al., *CutMix: regularization strategy to train strong classifiers with localizable features*, 2019,
/// with `alpha` 1.
///
/// # Panics
/// If there is no image or no pixel, there is not one row of targets for each image, or `alpha` is not above 0 and
/// finite.
///
/// ```
/// use gradus_nn::{augment::{cutmix, one_hot}, random::generator};
/// use ndarray::{Array4, array};
/// let x = Array4::from_shape_fn((2, 3, 8, 8), |(n, ..)| n as f64);
/// let mixed = cutmix(&x, &one_hot(&array![0, 1], 2), 1.0, &mut generator(231));
/// assert!(mixed.x.iter().all(|&value| value == 0.0 || value == 1.0));
/// ```
#[track_caller]
pub fn cutmix<F: Scalar>(x: &ArrayRef4<F>, y: &ArrayRef2<F>, alpha: f64, generator: &mut impl Rng) -> Mixed<F> {
    let (_, _, height, width) = x.dim();
    let (lambda, partner) = draw("cutmix", x, y, alpha, generator);
    assert!(height > 0 && width > 0, "cutmix: images need at least one pixel, but x is {:?}", x.shape());
    let mut side = |length: usize| {
        let (middle, size) = (generator.random_range(0..length), (length as f64 * (1.0 - lambda).sqrt()) as usize);
        middle.saturating_sub(size / 2)..(middle + size).saturating_sub(size / 2).min(length)
    };
    let (rows, columns) = (side(height), side(width));

    let left = height * width - rows.len() * columns.len();
    let lambda = left as f64 / (height * width) as f64;
    let mut mixed_x = x.to_owned();
    for (mut image, &partner) in mixed_x.outer_iter_mut().zip(&partner) {
        let pasted = x.slice(s![partner, .., rows.clone(), columns.clone()]);
        image.slice_mut(s![.., rows.clone(), columns.clone()]).assign(&pasted);
    }
    Mixed { x: mixed_x, y: mixed_targets(y, lambda, &partner), lambda, partner }
}

#[track_caller]
fn draw<F: Scalar>(
    operation: &str,
    x: &ArrayRef4<F>,
    y: &ArrayRef2<F>,
    alpha: f64,
    generator: &mut impl Rng,
) -> (f64, Vec<usize>) {
    require_rows(operation, "x", x.shape());
    let rule = "y needs one row of targets for each image of x";
    require(y.nrows() == x.dim().0, operation, rule, ("x", x.shape()), ("y", y.shape()));
    assert!(alpha > 0.0 && alpha.is_finite(), "{operation}: alpha must be above 0 and finite, but is {alpha}");
    let lambda = Beta::new(alpha, alpha).expect("alpha is above 0").sample(generator);
    let mut partner: Vec<usize> = (0..x.dim().0).collect();
    partner.shuffle(generator);
    (lambda, partner)
}

fn mixed_targets<F: Scalar>(y: &ArrayRef2<F>, lambda: f64, partner: &[usize]) -> Array2<F> {
    let others = y.select(Axis(0), partner);
    y * F::cast(lambda) + others * F::cast(1.0 - lambda)
}
