//! From raw inputs to rows that a classifier trains on.

use ndarray::{Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, Axis, Dimension, concatenate};

use crate::Scalar;
use crate::shape::{require, require_rows};

/// Images as rows: (batch, ...) to (batch, features), with the values 0 to 255 as they are.
///
/// # Panics
/// If the array has no axis.
///
/// ```
/// use gradus_nn::preprocess::rows;
/// use ndarray::array;
/// let images = array![[[1_u8, 2], [3, 4]], [[5, 6], [7, 255]]];
/// assert_eq!(rows::<f64, _>(&images), array![[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 255.0]]);
/// ```
#[track_caller]
pub fn rows<F: Scalar, D: Dimension>(images: &ArrayRef<u8, D>) -> Array2<F> {
    assert!(images.ndim() > 0, "rows: images need a batch axis, but are {:?}", images.shape());
    let (batch, features) = (images.shape()[0], images.shape()[1..].iter().product());
    let values = images.iter().map(|&value| F::cast(value.into())).collect();
    Array2::from_shape_vec((batch, features), values).expect("one value for each pixel")
}

/// The mean of each feature over the training rows: `mean_k = 1/n sum_i x_ik`.
///
/// Shapes: `train` (batch, features), result (features). Give it the training part only: a mean that has seen the
/// validation or test part lets the model know of them.
///
/// # Panics
/// If there are no rows.
///
/// ```
/// use gradus_nn::preprocess::mean_image;
/// use ndarray::array;
/// assert_eq!(mean_image(&array![[1.0, 10.0], [3.0, 20.0]]), array![2.0, 15.0]);
/// ```
#[track_caller]
pub fn mean_image<F: Scalar>(train: &ArrayRef2<F>) -> Array1<F> {
    require_rows("mean_image", "train", train.shape());
    train.sum_axis(Axis(0)) / F::count(train.nrows())
}

/// Each row less the mean image of the training part.
///
/// Shapes: `x` (batch, features), `mean` (features), result (batch, features).
///
/// # Panics
/// If `mean` has not one value for each column of `x`.
///
/// ```
/// use gradus_nn::preprocess::{mean_image, subtract_mean};
/// use ndarray::array;
/// let mean = mean_image(&array![[1.0, 10.0], [3.0, 20.0]]);
/// assert_eq!(subtract_mean(&array![[2.0, 16.0]], &mean), array![[0.0, 1.0]]);
/// ```
#[track_caller]
pub fn subtract_mean<F: Scalar>(x: &ArrayRef2<F>, mean: &ArrayRef1<F>) -> Array2<F> {
    let rule = "mean needs one value for each column of x";
    require(x.ncols() == mean.len(), "subtract_mean", rule, ("x", x.shape()), ("mean", mean.shape()));
    x - mean
}

/// The bias trick: appends a column of ones, so that the last row of the weights acts as the bias.
///
/// Shapes: `x` (batch, features), result (batch, features + 1).
///
/// Source: CS231n, notes on linear classification.
///
/// ```
/// use gradus_nn::preprocess::add_bias_column;
/// use ndarray::array;
/// assert_eq!(add_bias_column(&array![[5.0, 6.0], [7.0, 8.0]]), array![[5.0, 6.0, 1.0], [7.0, 8.0, 1.0]]);
/// ```
pub fn add_bias_column<F: Scalar>(x: &ArrayRef2<F>) -> Array2<F> {
    let ones = Array2::ones((x.nrows(), 1));
    concatenate(Axis(1), &[x.view(), ones.view()]).expect("both have the rows of x")
}
