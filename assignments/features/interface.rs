//! Assignment `features`: what a student writes.

use ndarray::{Array1, Array2, Array3, Array4};

gradus_question::interface! {
    /// The grey image (height, width) of `image` (channels, height, width) with three channels or one.
    fn rgb2gray(image: &Array3<f64>) -> Array2<f64>;

    /// The histogram of oriented gradients of `image`, in cells of `cell` by `cell` pixels: (cells down * cells across *
    /// orientations).
    fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64>;

    /// The shares of the hues of `image` (3, height, width) in `bins` equal parts of the circle of colours.
    fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64>;

    /// The results of the feature functions with these numbers, side by side, for each of `images` (batch, channels,
    /// height, width): (batch, features).
    fn extract_features(images: &Array4<f64>, numbers: &Array1<usize>) -> Array2<f64> {
        fn extract_features<FeatureFunction>(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64>;
    }

    /// `x` (batch, features) less the mean and divided by the deviation that each feature has in `x_train` (train, features),
    /// with a column of ones behind.
    fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64>;

    /// The validation accuracy of a classifier for each learning rate (rows) and strength of regularisation (columns), and
    /// the two that do best.
    fn tune_classifier(
        x_train: &Array2<f64>,
        y_train: &Array1<usize>,
        x_val: &Array2<f64>,
        y_val: &Array1<usize>,
        learning_rates: &Array1<f64>,
        regs: &Array1<f64>,
        iterations: usize,
        seed: u64,
    ) -> (Array2<f64>, f64, f64);
}
