//! Pictures of training: curves, images, tables, for notebooks and for print.
//!
//! Each function returns a [`Picture`]. It is drawn when its bytes are asked for, as SVG or PNG, and the same data gives
//! the same bytes on every machine: the font comes with the library, and neither a system font nor fontconfig is used.
//! As the last expression of a notebook cell a picture shows itself.
//!
//! | function | shows |
//! | --- | --- |
//! | [`loss_curves`], [`accuracy_curves`], [`line_chart`] | how training went |
//! | [`image_grid`] | images of a data set, filters of a convolution |
//! | [`weight_templates`] | the weights of a linear classifier as images |
//! | [`confusion_matrix`] | which class was taken for which |
//! | [`roc_curves`] | what each threshold catches |
//! | [`activation_histograms`] | how the activations of each layer are spread |
//!
//! Lines differ in colour and in marker, and colours in lightness too, so that they can be told apart in gray print and by
//! colour-blind readers (palette: Okabe and Ito, *Color universal design*, 2008).

mod base64;
mod canvas;
mod confusion;
mod curves;
mod grid;
mod histograms;
mod picture;
mod roc;
mod ticks;

pub use canvas::register_fonts;
pub use confusion::confusion_matrix;
pub use curves::{accuracy_curves, line_chart, loss_curves};
pub use grid::{Tones, image_grid, weight_templates};
pub use histograms::activation_histograms;
pub use picture::{Picture, PictureError};
pub use roc::roc_curves;
