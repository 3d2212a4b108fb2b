//! Images side by side: examples, filters, the templates of a linear classifier.

use ndarray::{ArrayRef2, ArrayRef4, ArrayView3, Axis};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{
    Area, Bitmap, Drawn, GRID, INK, PALE_INK, Plot, SMALL, Surface, TITLE, px, signed, text, text_width,
};
use super::picture::Picture;
use crate::Scalar;
use crate::shape::require;

/// How values become colours. Values that are not finite are shown as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tones {
    /// 0 is black and 1 full light; what lies outside is clipped.
    Unit,
    /// The lowest value of each image is black, its highest full light: for filters, each to be seen on its own.
    OwnRange,
    /// The lowest value of all images is black, the highest full light: for images to be compared.
    SharedRange,
    /// Blue for negative, white for 0, orange-brown for positive values, the same depth for the same size in all images.
    /// For weights of one channel.
    Signed,
}

/// Images in rows of `columns`, each with a caption below it; without captions if `captions` is empty. Pixels are shown as
/// squares, not smoothed.
///
/// Shapes: `x` (batch, channels, height, width) with 1 or 3 channels (1 for [`Tones::Signed`]); `captions` (batch) or none.
///
/// # Panics
/// If there are no images, or images without pixels, of another number of channels; if `columns` is 0; if there are
/// captions, but not one for each image.
///
/// ```
/// use gradus_nn::pictures::{Tones, image_grid};
/// use ndarray::Array4;
/// let x = Array4::from_shape_fn((6, 3, 8, 8), |(n, c, i, j)| ((n + c + i + j) % 8) as f64 / 7.0);
/// let picture = image_grid(&x, &["a", "b", "c", "d", "e", "f"], 3, Tones::Unit);
/// assert_eq!(picture.svg().matches("<image").count(), 6);
/// ```
#[track_caller]
pub fn image_grid<F: Scalar>(x: &ArrayRef4<F>, captions: &[&str], columns: usize, tones: Tones) -> Picture {
    let rule = "captions needs one caption for each image of x";
    let fits = captions.is_empty() || captions.len() == x.dim().0;
    require(fits, "image_grid", rule, ("x", x.shape()), ("captions", &[captions.len()]));
    assert!(columns > 0, "image_grid: columns must be at least 1, but is 0");
    Picture::of(Grid::new("image_grid", "", x, captions, columns, tones))
}

/// What each class of a linear classifier looks for: its column of the weights as an image. Gray images are shown in
/// [`Tones::Signed`], because the sign of a weight says whether a bright pixel speaks for the class or against it; colour
/// images each in their [`Tones::OwnRange`].
///
/// Shapes: `w` (features, classes) without the bias row, `image` channels, height and width; `names` (classes).
///
/// Source: CS231n, notes on linear classification (interpreting a linear classifier as template matching).
///
/// # Panics
/// If `w` has not one row for each value of an image, there is not one name for each class, or `image` has neither 1 nor 3
/// channels.
///
/// ```
/// use gradus_nn::{pictures::weight_templates, random::{generator, normal}};
/// let w = normal::<f64, _>((784, 2), 0.1, &mut generator(231));
/// let picture = weight_templates(&w, (1, 28, 28), &["coat", "bag"]);
/// assert!(picture.svg().contains("coat"));
/// ```
#[track_caller]
pub fn weight_templates<F: Scalar>(w: &ArrayRef2<F>, image: (usize, usize, usize), names: &[&str]) -> Picture {
    let (operation, (channels, height, width)) = ("weight_templates", image);
    let rule = "w needs one row for each value of an image (leave out the bias row)";
    let values = channels * height * width;
    require(w.nrows() == values, operation, rule, ("w", w.shape()), ("image", &[channels, height, width]));
    let rule = "names needs one name for each column of w";
    require(w.ncols() == names.len(), operation, rule, ("w", w.shape()), ("names", &[names.len()]));
    let templates = w.t().as_standard_layout().into_owned();
    let templates = templates.into_shape_with_order((w.ncols(), channels, height, width)).expect("one value for each");
    let tones = if channels == 1 { Tones::Signed } else { Tones::OwnRange };
    Picture::of(Grid::new(operation, "Weights as templates", &templates, names, names.len().div_ceil(2).min(5), tones))
}

/// Lengths are in CSS pixels.
struct Grid {
    title: String,
    /// Below the title, if there is one.
    note: &'static str,
    captions: Vec<String>,
    columns: u32,
    width: u32,
    /// From the left edge of a tile to that of the next, and from top to top.
    step: (u32, u32),
    tiles: Vec<Bitmap>,
}

const MARGIN: u32 = 12;
const GAP: u32 = 4;
const CAPTION: u32 = 20;

/// The height of a title with its note.
fn head(title: &str) -> u32 {
    if title.is_empty() { 0 } else { 46 }
}

impl Grid {
    #[track_caller]
    fn new<F: Scalar>(
        operation: &str,
        title: &str,
        x: &ArrayRef4<F>,
        captions: &[&str],
        columns: usize,
        tones: Tones,
    ) -> Self {
        let (batch, channels, height, width) = x.dim();
        assert!(
            batch > 0 && height > 0 && width > 0,
            "{operation}: needs at least one image with pixels, but x is {:?}",
            x.shape()
        );
        let coloured = channels == 3 && tones != Tones::Signed;
        assert!(
            channels == 1 || coloured,
            "{operation}: x needs 1 channel{}, but is {:?}",
            if tones == Tones::Signed { " for Tones::Signed" } else { " (gray) or 3 (red, green, blue)" },
            x.shape()
        );
        let side = if batch <= 24 { 96 } else { 64 };
        let zoom = (side / height.max(width)).max(1) as u32;
        let widest = captions.iter().map(|caption| text_width(SMALL, caption)).max().unwrap_or(0);
        let caption = if captions.is_empty() { 0 } else { CAPTION };
        let step = ((zoom * width as u32).max(widest + 4) + GAP, zoom * height as u32 + caption + GAP);
        let columns = columns.min(batch) as u32;
        let note = if tones == Tones::Signed { "orange: above 0, blue: below, white: 0" } else { "" };
        let words = if title.is_empty() { 0 } else { text_width(TITLE, title).max(text_width(SMALL, note)) };
        let tiles = columns * step.0 - GAP;
        let (total, left) = (2 * MARGIN + tiles.max(words), MARGIN + words.saturating_sub(tiles) / 2);

        let shared = extremes(x.iter());
        let top = MARGIN + head(title);
        let tile = |(n, image): (u32, ArrayView3<F>)| {
            let (low, high) = match tones {
                Tones::Unit => (0.0, 1.0),
                Tones::OwnRange => extremes(image.iter()),
                Tones::SharedRange => shared,
                Tones::Signed => (-shared.0.abs().max(shared.1.abs()), shared.0.abs().max(shared.1.abs())),
            };
            let indent = (step.0 - GAP - zoom * width as u32) / 2;
            let corner = (left + step.0 * (n % columns) + indent, top + step.1 * (n / columns));
            Bitmap { corner, size: (width as u32, height as u32), zoom, pixels: pixels(image, low, high, tones) }
        };
        let tiles = (0..).zip(x.axis_iter(Axis(0))).map(tile).collect();
        let captions = captions.iter().map(|&caption| caption.to_owned()).collect();
        Self { title: title.to_owned(), note, captions, columns, width: total, step, tiles }
    }
}

impl Plot for Grid {
    fn size(&self) -> (u32, u32) {
        let rows = (self.tiles.len() as u32).div_ceil(self.columns);
        (self.width, 2 * MARGIN + head(&self.title) + rows * self.step.1 - GAP)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let centred = |size: i32| text(size, INK, HPos::Center, VPos::Top);
        if !self.title.is_empty() {
            let middle = px(Plot::size(self).0 as i32) / 2;
            area.draw(&Text::new(self.title.clone(), (middle, px(12)), centred(TITLE)))?;
            let note = text(SMALL, PALE_INK, HPos::Center, VPos::Top);
            area.draw(&Text::new(self.note, (middle, px(34)), note))?;
        }
        for tile in &self.tiles {
            // A rim, because the edge of an image may be as white as the paper.
            let (left, top) = (px(tile.corner.0 as i32), px(tile.corner.1 as i32));
            let (width, height) = (px((tile.zoom * tile.size.0) as i32), px((tile.zoom * tile.size.1) as i32));
            let rim = [(left - px(1), top - px(1)), (left + width + px(1), top + height + px(1))];
            area.draw(&Rectangle::new(rim, GRID.filled()))?;
        }
        for (tile, caption) in self.tiles.iter().zip(&self.captions) {
            let (width, height) = (tile.zoom * tile.size.0, tile.zoom * tile.size.1);
            let place = (tile.corner.0 as i32 + width as i32 / 2, (tile.corner.1 + height + 3) as i32);
            area.draw(&Text::new(caption.clone(), (px(place.0), px(place.1)), centred(SMALL)))?;
        }
        Ok(())
    }

    fn bitmaps(&self) -> &[Bitmap] {
        &self.tiles
    }
}

/// Lowest and highest finite value.
fn extremes<'a, F: Scalar>(values: impl Iterator<Item = &'a F>) -> (f64, f64) {
    let finite = values.filter_map(|value| value.to_f64()).filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high { (0.0, 1.0) } else { (low, high) }
}

fn pixels<F: Scalar>(image: ArrayView3<F>, low: f64, high: f64, tones: Tones) -> Vec<u8> {
    let (channels, height, width) = image.dim();
    // An image of one value is shown in the middle of the scale.
    let share = |value: F| {
        let value = value.to_f64().filter(|value| value.is_finite()).unwrap_or(0.0);
        if high > low { (value - low) / (high - low) } else { 0.5 }
    };
    let mut pixels = Vec::with_capacity(3 * height * width);
    for i in 0..height {
        for j in 0..width {
            let shares = [0, 1, 2].map(|channel| share(image[[channel.min(channels - 1), i, j]]));
            let RGBColor(red, green, blue) = signed(2.0 * shares[0] - 1.0);
            let light = shares.map(|share| (255.0 * share.clamp(0.0, 1.0)).round() as u8);
            pixels.extend(if tones == Tones::Signed { [red, green, blue] } else { light });
        }
    }
    pixels
}
