//! How values are spread, layer by layer.

use std::ops::Range;

use ndarray::ArrayViewD;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Area, Drawn, GRID, INK, LABEL, LINES, PALE_INK, Plot, SMALL, Surface, TITLE, px, text};
use super::picture::Picture;
use super::ticks;
use crate::Scalar;

/// A histogram of each layer's activations, with mean and standard deviation: all over the same range of values, each with
/// its own scale of shares. Shows at a glance whether activations vanish, saturate or die with the depth of a network.
///
/// Values that are not finite are left out and counted below the histogram. Any shape will do, for example
/// `("layer 1", h.view().into_dyn())`.
///
/// Source: CS231n, lecture on training neural networks (weight initialisation).
///
/// # Panics
/// If there are no layers.
///
/// ```
/// use gradus_nn::{pictures::activation_histograms, random::{generator, normal}};
/// let h = normal::<f64, _>((100, 50), 1.0, &mut generator(231)).mapv(f64::tanh);
/// let picture = activation_histograms(&[("layer 1", h.view().into_dyn())]);
/// assert!(picture.svg().contains("layer 1"));
/// ```
#[track_caller]
pub fn activation_histograms<F: Scalar>(layers: &[(&str, ArrayViewD<F>)]) -> Picture {
    assert!(!layers.is_empty(), "activation_histograms: needs at least one layer, but there are none");
    let finite = |values: &ArrayViewD<F>| -> Vec<f64> {
        values.iter().filter_map(|value| value.to_f64()).filter(|value| value.is_finite()).collect()
    };
    let values: Vec<Vec<f64>> = layers.iter().map(|(_, values)| finite(values)).collect();
    let axis = ticks::range(values.iter().flatten().copied());
    let bins = ticks::extremes(values.iter().flatten().copied()).unwrap_or(axis.clone());
    let panels = layers.iter().zip(&values).map(|((name, all), values)| Panel::new(name, values, all.len(), &bins));
    Picture::of(Panels { panels: panels.collect(), bins, axis })
}

const BINS: usize = 40;

struct Panels {
    panels: Vec<Panel>,
    /// From the lowest to the highest value.
    bins: Range<f64>,
    /// The same with room on both sides.
    axis: Range<f64>,
}

struct Panel {
    name: String,
    /// Mean, standard deviation, and what was left out.
    summary: String,
    /// The share of the values in each bin, in percent.
    shares: Vec<f64>,
}

impl Panel {
    fn new(name: &str, values: &[f64], all: usize, bins: &Range<f64>) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
        let mut shares = vec![0.0; BINS];
        for value in values {
            let place = (value - bins.start) / (bins.end - bins.start);
            shares[((place * BINS as f64) as usize).min(BINS - 1)] += 100.0 / n;
        }
        // A mean that is nothing beside the deviation is shown as 0.
        let unit = 10_f64.powf(deviation.log10().floor() - 3.0);
        let shown = if unit > 0.0 { (mean / unit).round() * unit } else { mean };
        let spread = format!("mean {}, sd {}", short(shown), short(deviation));
        let summary = match (values.len(), all - values.len()) {
            (0, 0) => "no values".to_owned(),
            (0, _) => "no value is finite".to_owned(),
            (_, 0) => spread,
            (_, left_out) => format!("{spread}, {left_out} not finite"),
        };
        Self { name: name.to_owned(), summary, shares }
    }
}

/// Three digits.
fn short(value: f64) -> String {
    ticks::label(format!("{value:.2e}").parse().unwrap_or(value))
}

const COLUMNS: usize = 3;
const PANEL: (i32, i32) = (250, 190);
const HEAD: i32 = 38;
const FOOT: i32 = 26;

impl Plot for Panels {
    fn size(&self) -> (u32, u32) {
        let (columns, rows) = (self.panels.len().min(COLUMNS) as i32, self.panels.len().div_ceil(COLUMNS) as i32);
        ((columns * PANEL.0 + 24) as u32, (HEAD + rows * PANEL.1 + FOOT) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let (width, height) = Plot::size(self);
        let (middle, bottom) = (px(width as i32) / 2, px(height as i32 - 10));
        let centred = |size: i32, vertical: VPos| text(size, INK, HPos::Center, vertical);
        area.draw(&Text::new("Activations by layer", (middle, px(12)), centred(TITLE, VPos::Top)))?;
        area.draw(&Text::new("activation (height: share in %)", (middle, bottom), centred(LABEL, VPos::Bottom)))?;
        for (index, panel) in self.panels.iter().enumerate() {
            let (left, top) = (PANEL.0 * (index % COLUMNS) as i32 + 8, PANEL.1 * (index / COLUMNS) as i32 + HEAD);
            let corner = (px(left), px(top));
            let place = area.clone().shrink(corner, (px(PANEL.0), px(PANEL.1)));
            panel.draw(&place, &self.bins, &self.axis)?;
        }
        Ok(())
    }
}

impl Panel {
    fn draw<B: DrawingBackend>(&self, area: &Area<B>, bins: &Range<f64>, axis: &Range<f64>) -> Drawn<B> {
        let heading = |size: i32, colour: RGBColor| text(size, colour, HPos::Center, VPos::Top);
        let middle = px((PANEL.0 + 40) / 2);
        area.draw(&Text::new(self.name.clone(), (middle, px(4)), heading(LABEL, INK)))?;
        area.draw(&Text::new(self.summary.clone(), (middle, px(21)), heading(SMALL, PALE_INK)))?;
        let highest = self.shares.iter().copied().fold(0.0, f64::max);
        let top = if highest > 0.0 { 1.08 * highest } else { 1.0 };
        let mut chart = ChartBuilder::on(area)
            .margin_top(px(40))
            .margin_right(px(12))
            .x_label_area_size(px(26))
            .y_label_area_size(px(42))
            .build_cartesian_2d(axis.clone(), 0.0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .max_light_lines(1)
            .bold_line_style(GRID.stroke_width(px(1) as u32))
            .light_line_style(TRANSPARENT)
            .axis_style(INK.stroke_width(px(1) as u32))
            .set_all_tick_mark_size(px(4))
            .x_labels(5)
            .y_labels(4)
            .x_label_formatter(&|value| ticks::label_on(axis, *value))
            .y_label_formatter(&|value| ticks::label_on(&(0.0..top), *value))
            .label_style(text(SMALL, INK, HPos::Left, VPos::Top))
            .draw()?;
        let step = (bins.end - bins.start) / BINS as f64;
        let bar = |(bin, &share): (usize, &f64)| {
            let left = bins.start + step * bin as f64;
            Rectangle::new([(left, 0.0), (left + step, share)], LINES[0].filled())
        };
        chart.draw_series(self.shares.iter().enumerate().filter(|(_, share)| **share > 0.0).map(bar))?;
        Ok(())
    }
}
