//! From a plot to bytes, and what all plots share: units, font, colours.
//!
//! plotters places everything at whole units. So that lines are smooth, a unit is a quarter of a CSS pixel: the SVG is
//! scaled down by its view box, the PNG by taking the mean of each 2 x 2 block.

use std::fmt::Write as _;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::base64;
use super::picture::encode_png;

/// Something to draw. The size is in CSS pixels.
pub(super) trait Plot: Send + Sync + 'static {
    fn size(&self) -> (u32, u32);

    /// Draws on an area of that size, in units: see [`px`].
    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B>;

    /// Images to lay over what was drawn. They are kept apart so that the SVG can hold them in their own resolution.
    fn bitmaps(&self) -> &[Bitmap] {
        &[]
    }
}

pub(super) type Area<B> = DrawingArea<B, Shift>;
pub(super) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// What is drawn on.
pub(super) trait Surface: DrawingBackend {
    /// Whether it joins the segments of a broad line neatly by itself.
    const JOINS_LINES: bool;
}

impl Surface for SVGBackend<'_> {
    const JOINS_LINES: bool = true;
}

impl Surface for BitMapBackend<'_> {
    // plotters extends sharp corners into spikes, and leaves the line between them out in places.
    const JOINS_LINES: bool = false;
}

/// Draws a line through places on the area, with round joints.
pub(super) fn draw_path<B: Surface>(area: &Area<B>, places: Vec<(i32, i32)>, colour: RGBColor, width: i32) -> Drawn<B> {
    let stroke = colour.stroke_width(width as u32);
    if B::JOINS_LINES {
        return area.draw(&PathElement::new(places, stroke));
    }
    for ends in places.windows(2) {
        area.draw(&PathElement::new(ends, stroke))?;
        area.draw(&Circle::new(ends[1], width / 2, colour.filled()))?;
    }
    Ok(())
}

/// Draws the outline of a rectangle, one CSS pixel wide. (plotters' own has no width in SVG.)
pub(super) fn draw_frame<B: DrawingBackend>(area: &Area<B>, corners: [(i32, i32); 2], colour: RGBColor) -> Drawn<B> {
    let [(left, top), (right, bottom)] = corners;
    let half = px(1) / 2; // so that the outline is closed at its first corner
    let places = [(left - half, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    area.draw(&PathElement::new(places, colour.stroke_width(px(1) as u32)))
}

/// A small image whose pixels are shown as squares.
pub(super) struct Bitmap {
    /// Left and top edge in CSS pixels.
    pub corner: (u32, u32),
    /// Pixels in a row, rows.
    pub size: (u32, u32),
    /// CSS pixels to the side of one of its pixels.
    pub zoom: u32,
    /// Row by row, three bytes each.
    pub pixels: Vec<u8>,
}

const UNITS: u32 = 4;
const PNG_SCALE: u32 = 2;

/// A length in CSS pixels, in units.
pub(super) const fn px(length: i32) -> i32 {
    length * UNITS as i32
}

/// A [`Plot`] of any kind.
pub(super) trait Render: Send + Sync {
    fn size(&self) -> (u32, u32);
    fn svg(&self) -> String;
    /// Width, height, and the pixels row by row, three bytes each.
    fn pixels(&self) -> (u32, u32, Vec<u8>);
}

impl<P: Plot> Render for P {
    fn size(&self) -> (u32, u32) {
        Plot::size(self)
    }

    fn svg(&self) -> String {
        let (width, height) = Plot::size(self);
        let units = (width * UNITS, height * UNITS);
        let mut svg = String::new();
        paint(self, SVGBackend::with_string(&mut svg, units));

        let (drawn, content) = svg.split_once('\n').expect("the svg tag has a line of its own");
        let head = drawn.replacen(
            &format!("width=\"{}\" height=\"{}\"", units.0, units.1),
            &format!("width=\"{width}\" height=\"{height}\""),
            1,
        );
        let mut images = String::new();
        for Bitmap { corner: (x, y), size: (columns, rows), zoom, pixels } in self.bitmaps() {
            let (x, y, zoom) = (x * UNITS, y * UNITS, zoom * UNITS);
            let data = base64::encode(&encode_png(*columns, *rows, pixels));
            writeln!(
                images,
                "<image x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
                 style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>",
                columns * zoom,
                rows * zoom,
            )
            .expect("a string takes all text");
        }
        let content = content.replace("<polyline ", "<polyline stroke-linejoin=\"round\" ");
        format!("{head}\n{}", content.replacen("</svg>", &format!("{images}</svg>"), 1))
    }

    fn pixels(&self) -> (u32, u32, Vec<u8>) {
        let (width, height) = Plot::size(self);
        let units = (width * UNITS, height * UNITS);
        let mut fine = vec![0; 3 * (units.0 * units.1) as usize];
        paint(self, BitMapBackend::with_buffer(&mut fine, units));

        let (width, height) = (width * PNG_SCALE, height * PNG_SCALE);
        let mut pixels = block_means(&fine, units.0 as usize, (UNITS / PNG_SCALE) as usize);
        for bitmap in self.bitmaps() {
            bitmap.paste(&mut pixels, width as usize);
        }
        (width, height, pixels)
    }
}

fn paint<P: Plot, B: Surface>(plot: &P, backend: B) {
    register_fonts();
    let area = backend.into_drawing_area();
    let drawn = area.fill(&WHITE).and_then(|()| plot.draw(&area)).and_then(|()| area.present());
    if let Err(error) = drawn {
        // Both backends write into memory and the font is embedded, so only a plot that is wrong itself can fail.
        panic!("a picture could not be drawn: {error}");
    }
}

/// Gives `plotters` the embedded font, under the names that figures of your own use too: `sans-serif`, `serif` and
/// `monospace`. Without it `plotters`, as it is built here, cannot draw text. More than one call does no harm.
///
/// ```
/// use gradus_nn::pictures::register_fonts;
/// use plotters::prelude::*;
/// register_fonts();
/// assert!(("sans-serif", 20).into_font().box_size("loss").is_ok());
/// ```
pub fn register_fonts() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        for name in [FONT, "sans-serif", "serif", "monospace"] {
            let registered = register_font(name, FontStyle::Normal, include_bytes!("../../fonts/GradusSans.ttf"));
            assert!(registered.is_ok(), "the embedded font is sound");
        }
    });
}

/// The mean of each block of `side` by `side` pixels.
fn block_means(fine: &[u8], width: usize, side: usize) -> Vec<u8> {
    let (columns, rows) = (width / side, fine.len() / 3 / width / side);
    let mut means = Vec::with_capacity(3 * columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            for channel in 0..3 {
                let mut sum = 0;
                for i in row * side..(row + 1) * side {
                    for j in column * side..(column + 1) * side {
                        sum += usize::from(fine[3 * (i * width + j) + channel]);
                    }
                }
                means.push(((sum + side * side / 2) / (side * side)) as u8);
            }
        }
    }
    means
}

impl Bitmap {
    /// Draws the image into PNG pixels.
    fn paste(&self, pixels: &mut [u8], width: usize) {
        let scale = |length: u32| (length * PNG_SCALE) as usize;
        let (left, top, zoom) = (scale(self.corner.0), scale(self.corner.1), scale(self.zoom));
        let (columns, rows) = (self.size.0 as usize, self.size.1 as usize);
        for i in 0..rows * zoom {
            for j in 0..columns * zoom {
                let (to, from) = (3 * ((top + i) * width + left + j), 3 * (i / zoom * columns + j / zoom));
                pixels[to..to + 3].copy_from_slice(&self.pixels[from..from + 3]);
            }
        }
    }
}

/// In SVG the first of these that the reader's machine has (Verdana has the same widths, nearly); in PNG the embedded
/// subset of the first.
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const PALE_INK: RGBColor = RGBColor(110, 110, 110);
pub(super) const GRID: RGBColor = RGBColor(225, 225, 225);

/// Blue, vermilion, green, purple, orange, sky blue, black: the palette of Okabe and Ito without its yellow, which is
/// too pale for lines.
pub(super) const LINES: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

pub(super) const TITLE: i32 = 15;
pub(super) const LABEL: i32 = 12;
pub(super) const SMALL: i32 = 11;

/// Text of a size in CSS pixels, anchored at its point.
pub(super) fn text(size: i32, colour: RGBColor, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    // plotters counts a font's size from the highest to the lowest letter, 1.24 times the em that CSS counts.
    let font = FontDesc::new(FontFamily::Name(FONT), 1.24 * f64::from(px(size)), FontStyle::Normal);
    TextStyle { font, color: colour.to_backend_color(), pos: Pos::new(horizontal, vertical) }
}

/// How wide a text will be, in CSS pixels.
pub(super) fn text_width(size: i32, label: &str) -> u32 {
    register_fonts();
    let (units, _) = text(size, INK, HPos::Left, VPos::Top).font.box_size(label).expect("the font is registered");
    units.div_ceil(UNITS)
}

/// White to dark blue for shares from 0 to 1: darker everywhere, so it survives gray print.
pub(super) fn blues(share: f64) -> RGBColor {
    const STOPS: [[f64; 3]; 5] =
        [[255.0, 255.0, 255.0], [199.0, 219.0, 239.0], [107.0, 163.0, 208.0], [33.0, 98.0, 160.0], [8.0, 48.0, 107.0]];
    between(&STOPS, share)
}

/// Blue for -1, white for 0, orange-brown for 1: a pair that colour-blind readers tell apart.
pub(super) fn signed(value: f64) -> RGBColor {
    const STOPS: [[f64; 3]; 5] =
        [[5.0, 60.0, 120.0], [100.0, 165.0, 210.0], [250.0, 250.0, 250.0], [235.0, 150.0, 70.0], [140.0, 60.0, 0.0]];
    between(&STOPS, (value + 1.0) / 2.0)
}

fn between(stops: &[[f64; 3]; 5], share: f64) -> RGBColor {
    let place = if share.is_nan() { 0.0 } else { 4.0 * share.clamp(0.0, 1.0) };
    let stop = (place as usize).min(3);
    let mix = |channel: usize| {
        let (low, high) = (stops[stop][channel], stops[stop + 1][channel]);
        (low + (high - low) * (place - stop as f64)).round() as u8
    };
    RGBColor(mix(0), mix(1), mix(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_a_scale_grow_darker() {
        let lightness =
            |colour: RGBColor| 299 * u32::from(colour.0) + 587 * u32::from(colour.1) + 114 * u32::from(colour.2);
        let steps: Vec<u32> = (0..=20).map(|step| lightness(blues(f64::from(step) / 20.0))).collect();
        assert!(steps.is_sorted_by(|a, b| a > b), "{steps:?}");
        assert_eq!((blues(-1.0), blues(2.0)), (blues(0.0), blues(1.0)));
        assert_eq!(blues(f64::NAN), blues(0.0));
    }

    #[test]
    fn blocks_are_averaged() {
        let fine = [[10, 0, 0], [20, 0, 0], [30, 4, 0], [40, 0, 255]].concat();
        assert_eq!(block_means(&fine, 2, 2), [25, 1, 64]);
    }
}
