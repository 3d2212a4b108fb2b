//! What values look like in a notebook.
//!
//! Each function makes [`Formats`] of a value; the frontend takes the best one that it can show. There is always a
//! `text/plain` or a picture. Sending them to the notebook is left to whoever calls.

#![deny(missing_docs)]

mod array;
mod checks;
mod element;
mod figure;
mod html;
mod image;
mod training;

use std::collections::BTreeMap;

pub use array::array;
pub use checks::checks;
pub use element::Element;
pub use figure::{Figure, figure};
pub use image::{ImageError, images, images_with_captions, looks_like_images};
pub use training::Training;

/// One value in several formats: MIME type to content; binary formats in base64.
pub type Formats = BTreeMap<&'static str, String>;
