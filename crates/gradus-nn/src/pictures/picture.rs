//! What every function of this module returns: a picture that can be written, saved and shown.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ColorType, ImageEncoder};
use thiserror::Error;

use super::base64;
use super::canvas::{Plot, Render};

/// A picture, drawn when it is asked for.
///
/// ```
/// use gradus_nn::pictures::loss_curves;
/// let picture = loss_curves(&[("SGD", &[2.3, 1.7, 1.2, 0.9])]);
/// assert!(picture.svg().starts_with("<svg"));
/// assert!(picture.png().starts_with(b"\x89PNG"));
/// ```
#[derive(Clone)]
pub struct Picture {
    plot: Arc<dyn Render>,
}

/// Why a picture could not be saved.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The file's name does not say what it should hold.
    #[error("cannot tell which format {} should have. Hint: let the name end in .svg or .png", path.display())]
    UnknownFormat {
        /// Where it should have gone.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot write the picture to {}: {source}. Hint: does the folder exist, and may you write there?", path.display())]
    Write {
        /// Where it should have gone.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Picture {
    pub(super) fn of(plot: impl Plot) -> Self {
        Self { plot: Arc::new(plot) }
    }

    /// Width and height in CSS pixels, 1/96 inch. The PNG has twice as many pixels each way.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// assert_eq!(loss_curves(&[("SGD", &[2.3, 1.7])]).size(), (640, 400));
    /// ```
    pub fn size(&self) -> (u32, u32) {
        self.plot.size()
    }

    /// The picture as an SVG document. Images in it are embedded, so the document needs no other file.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// let svg = loss_curves(&[("SGD", &[2.3, 1.7])]).svg();
    /// assert!(svg.contains(">\nLoss\n</text>"));
    /// ```
    pub fn svg(&self) -> String {
        self.plot.svg()
    }

    /// The picture as the bytes of a PNG file, with twice the pixels of [`Picture::size`] each way.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// let png = loss_curves(&[("SGD", &[2.3, 1.7])]).png();
    /// assert_eq!(&png[16..24], [1280_u32.to_be_bytes(), 800_u32.to_be_bytes()].concat());
    /// ```
    pub fn png(&self) -> Vec<u8> {
        let (width, height, pixels) = self.plot.pixels();
        encode_png(width, height, &pixels)
    }

    /// [`Picture::png`] in base64, as notebooks and web pages take it.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// assert!(loss_curves(&[("SGD", &[2.3, 1.7])]).png_base64().starts_with("iVBORw0KGgo"));
    /// ```
    pub fn png_base64(&self) -> String {
        base64::encode(&self.png())
    }

    /// Writes the picture into a file, SVG or PNG as the end of its name says.
    ///
    /// # Errors
    /// [`PictureError::UnknownFormat`] if the name ends in neither `.svg` nor `.png`; [`PictureError::Write`] if the file
    /// cannot be written.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// let picture = loss_curves(&[("SGD", &[2.3, 1.7])]);
    /// let error = picture.save("loss.jpg").unwrap_err().to_string();
    /// assert_eq!(error, "cannot tell which format loss.jpg should have. Hint: let the name end in .svg or .png");
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PictureError> {
        let path = path.as_ref();
        let format = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
        let content = match format.as_deref() {
            Some("svg") => self.svg().into_bytes(),
            Some("png") => self.png(),
            _ => return Err(PictureError::UnknownFormat { path: path.to_owned() }),
        };
        fs::write(path, content).map_err(|source| PictureError::Write { path: path.to_owned(), source })
    }

    /// What [`Picture::evcxr_display`] prints: the SVG between the lines that a notebook kernel for Rust takes as the
    /// beginning and the end of rich output.
    ///
    /// Source: evcxr, `evcxr_runtime`: <https://github.com/evcxr/evcxr>.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// let content = loss_curves(&[("SGD", &[2.3, 1.7])]).evcxr_content();
    /// assert!(content.starts_with("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg"));
    /// assert!(content.ends_with("</svg>\nEVCXR_END_CONTENT"));
    /// ```
    pub fn evcxr_content(&self) -> String {
        format!("EVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT", self.svg().trim_end())
    }

    /// Shows the picture in a notebook. Kernels of evcxr's kind call this method for the last expression of a cell; call
    /// it yourself to show a picture in the middle of one.
    ///
    /// ```
    /// use gradus_nn::pictures::loss_curves;
    /// loss_curves(&[("SGD", &[2.3, 1.7])]).evcxr_display();
    /// ```
    #[expect(clippy::print_stdout, reason = "the notebook's protocol: the kernel reads rich output from stdout")]
    pub fn evcxr_display(&self) {
        println!("{}", self.evcxr_content());
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        write!(formatter, "Picture({width} x {height})")
    }
}

/// A PNG file with these pixels, row by row, three bytes each.
pub(super) fn encode_png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive);
    encoder.write_image(pixels, width, height, ColorType::Rgb8).expect("a vector takes all bytes");
    png
}
