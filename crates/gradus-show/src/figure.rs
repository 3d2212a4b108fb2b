//! Figures drawn with `plotters`.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend, WHITE};

use crate::Formats;

/// A figure as an SVG document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    svg: String,
}

/// Draws a figure of a size in pixels; `draw` gets a white drawing area.
///
/// # Errors
/// What `draw` returns.
///
/// ```
/// use plotters::prelude::*;
/// let figure = gradus_show::figure((320, 200), |area| {
///     let mut chart = ChartBuilder::on(area).margin(10).build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
///     chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], &BLUE))?;
///     Ok(())
/// })?;
/// assert!(figure.svg().starts_with("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn figure(
    size: (u32, u32),
    draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>>,
) -> Result<Figure, Box<dyn Error>> {
    gradus_nn::pictures::register_fonts();
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).map_err(|error| error.to_string())?;
        draw(&area)?;
        area.present().map_err(|error| error.to_string())?;
    }
    Ok(Figure { svg })
}

impl Figure {
    /// The document.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// For a notebook.
    pub fn formats(&self) -> Formats {
        Formats::from([("image/svg+xml", self.svg.clone()), ("text/plain", "a figure".to_owned())])
    }
}
