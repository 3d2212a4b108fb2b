//! Lines over a common axis: losses, accuracies.

use std::ops::Range;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{
    Area, Drawn, GRID, INK, LABEL, LINES, PALE_INK, Plot, Surface, TITLE, draw_frame, draw_path, px, text, text_width,
};
use super::picture::Picture;
use super::ticks;
use crate::Scalar;

/// Loss against iteration, counted from 1, one line for each history. Losses that are not finite leave a gap.
///
/// # Panics
/// If there is no history.
///
/// ```
/// use gradus_nn::pictures::loss_curves;
/// let picture = loss_curves(&[("SGD", &[2.3, 1.9, 1.7]), ("Adam", &[2.3, 1.4, 1.1])]);
/// assert!(picture.svg().contains("Adam"));
/// ```
#[track_caller]
pub fn loss_curves<F: Scalar>(histories: &[(&str, &[F])]) -> Picture {
    assert!(!histories.is_empty(), "loss_curves: needs at least one history, but there are none");
    let lines = histories.iter().map(|&(name, losses)| Line::from_one(name, losses, 1.0)).collect();
    let axes = [Axis::counting("iteration"), Axis::fitted("loss")];
    Picture::of(Chart { title: "Loss".to_owned(), axes, lines, reference: None, size: SIZE })
}

/// Accuracy in percent against epoch, counted from 1, one line for each history of shares from 0 to 1.
///
/// # Panics
/// If there is no history.
///
/// ```
/// use gradus_nn::pictures::accuracy_curves;
/// let picture = accuracy_curves(&[("training", &[0.61, 0.80, 0.91]), ("validation", &[0.60, 0.75, 0.78])]);
/// assert!(picture.svg().contains("accuracy, %"));
/// ```
#[track_caller]
pub fn accuracy_curves<F: Scalar>(histories: &[(&str, &[F])]) -> Picture {
    assert!(!histories.is_empty(), "accuracy_curves: needs at least one history, but there are none");
    let lines = histories.iter().map(|&(name, shares)| Line::from_one(name, shares, 100.0)).collect();
    let axes = [Axis::counting("epoch"), Axis::fitted("accuracy, %")];
    Picture::of(Chart { title: "Accuracy".to_owned(), axes, lines, reference: None, size: SIZE })
}

/// Lines through `(x, y)` points, each with a name; the points are joined in the order given. A point that is not finite
/// leaves a gap. Of a line with very many points the picture shows the lowest and the highest of each step.
///
/// # Panics
/// If there is no line.
///
/// ```
/// use gradus_nn::pictures::line_chart;
/// let parabola: Vec<(f64, f64)> = (-10..=10).map(|x| f64::from(x)).map(|x| (x, x * x)).collect();
/// let picture = line_chart("A parabola", "x", "x²", &[("y = x²", parabola)]);
/// assert!(picture.svg().contains("A parabola"));
/// ```
#[track_caller]
pub fn line_chart(title: &str, x_label: &str, y_label: &str, lines: &[(&str, Vec<(f64, f64)>)]) -> Picture {
    assert!(!lines.is_empty(), "line_chart: needs at least one line, but there are none");
    let lines = lines.iter().map(|(name, points)| Line { name: (*name).to_owned(), points: points.clone() }).collect();
    let axes = [Axis::fitted(x_label), Axis::fitted(y_label)];
    Picture::of(Chart { title: title.to_owned(), axes, lines, reference: None, size: SIZE })
}

pub(super) struct Chart {
    pub title: String,
    /// x and y.
    pub axes: [Axis; 2],
    pub lines: Vec<Line>,
    /// A dashed line for comparison.
    pub reference: Option<[(f64, f64); 2]>,
    /// In CSS pixels.
    pub size: (u32, u32),
}

pub(super) struct Axis {
    pub label: String,
    /// Fitted to the lines if `None`.
    pub range: Option<Range<f64>>,
    /// Whether only whole numbers have a meaning, and so a label.
    pub whole: bool,
}

impl Axis {
    fn fitted(label: &str) -> Self {
        Self { label: label.to_owned(), range: None, whole: false }
    }

    fn counting(label: &str) -> Self {
        Self { whole: true, ..Self::fitted(label) }
    }

    fn labels(&self, range: &Range<f64>, most: usize) -> usize {
        if self.whole { most.min((range.end - range.start).floor().max(1.0) as usize) } else { most }
    }

    fn tick(&self, range: &Range<f64>, value: f64) -> String {
        if self.whole && value.fract() != 0.0 { String::new() } else { ticks::label_on(range, value) }
    }
}

pub(super) struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

impl Line {
    fn from_one<F: Scalar>(name: &str, values: &[F], unit: f64) -> Self {
        let value = |value: &F| unit * value.to_f64().expect("f32 and f64 are f64");
        Self { name: name.to_owned(), points: (1_u32..).map(f64::from).zip(values.iter().map(value)).collect() }
    }
}

const SIZE: (u32, u32) = (640, 400);

impl Plot for Chart {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let [x, y] = [0, 1].map(|axis| {
            let coordinates = |&(x, y): &(f64, f64)| [x, y][axis];
            let fitted = || ticks::range(self.lines.iter().flat_map(|line| line.points.iter().map(coordinates)));
            self.axes[axis].range.clone().unwrap_or_else(fitted)
        });
        area.draw(&Text::new(
            self.title.clone(),
            (px(self.size.0 as i32) / 2, px(12)),
            text(TITLE, INK, HPos::Center, VPos::Top),
        ))?;
        let mut chart = ChartBuilder::on(area)
            .margin_top(px(38))
            .margin_right(px(20))
            .margin_bottom(px(8))
            .margin_left(px(8))
            .x_label_area_size(px(44))
            .y_label_area_size(px(62))
            .build_cartesian_2d(x.clone(), y.clone())?;
        chart
            .configure_mesh()
            .max_light_lines(1)
            .bold_line_style(GRID.stroke_width(px(1) as u32))
            .light_line_style(TRANSPARENT)
            .axis_style(INK.stroke_width(px(1) as u32))
            .set_all_tick_mark_size(px(5))
            .x_labels(self.axes[0].labels(&x, 8))
            .y_labels(self.axes[1].labels(&y, 7))
            .x_label_formatter(&|value| self.axes[0].tick(&x, *value))
            .y_label_formatter(&|value| self.axes[1].tick(&y, *value))
            .x_desc(&self.axes[0].label)
            .y_desc(&self.axes[1].label)
            .label_style(text(LABEL, INK, HPos::Left, VPos::Top))
            .axis_desc_style(text(LABEL, INK, HPos::Left, VPos::Top))
            .draw()?;
        if let Some(ends) = self.reference {
            chart.draw_series(DashedLineSeries::new(ends, px(6), px(5), PALE_INK.stroke_width(px(1) as u32)))?;
        }
        let mut drawn = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            for run in line.points.split(|(x, y)| !x.is_finite() || !y.is_finite()) {
                let places = thinned(&run.iter().map(|point| chart.backend_coord(point)).collect::<Vec<_>>());
                draw_line(area, &places, index)?;
                drawn.push(places);
            }
        }
        let legend = Legend::of(&self.lines);
        legend.draw(area, legend.corner(chart.plotting_area().get_pixel_range(), &drawn))
    }
}

const LINE_WIDTH: i32 = px(3) / 2;

/// Draws a line with the colour and the marker of its index.
fn draw_line<B: Surface>(area: &Area<B>, places: &[(i32, i32)], index: usize) -> Drawn<B> {
    let colour = LINES[index % LINES.len()];
    match places {
        [] => return Ok(()),
        [alone] => area.draw(&Circle::new(*alone, px(2), colour.filled()))?,
        _ => draw_path(area, places.to_vec(), colour, LINE_WIDTH)?,
    }
    // Few points are marked all, many at steps; lines start at different places so that their markers stay apart.
    let step = if places.len() <= 15 { 1 } else { places.len() / 7 };
    let first = if step == 1 { 0 } else { (2 * index + 1) * step / 7 % step };
    places.iter().skip(first).step_by(step).try_for_each(|&place| draw_marker(area, place, index))
}

/// The first line has no marker; the others have discs, squares, triangles and diamonds, with a white rim.
fn draw_marker<B: DrawingBackend>(area: &Area<B>, (x, y): (i32, i32), index: usize) -> Drawn<B> {
    for (r, colour) in [(px(5), WHITE), (px(4), LINES[index % LINES.len()])] {
        let style = colour.filled();
        match index % 5 {
            0 => {}
            1 => area.draw(&Circle::new((x, y), r, style))?,
            2 => area.draw(&Rectangle::new([(x - r, y - r), (x + r, y + r)], style))?,
            3 => area.draw(&Polygon::new(vec![(x, y - r * 5 / 4), (x + r, y + r), (x - r, y + r)], style))?,
            _ => area.draw(&Polygon::new(vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], style))?,
        }
    }
    Ok(())
}

/// The same picture with fewer points: of those within one pixel column only the first, the lowest, the highest and the
/// last.
fn thinned(places: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut kept = Vec::new();
    for column in places.chunk_by(|a, b| a.0 / px(1) == b.0 / px(1)) {
        if column.len() <= 4 {
            kept.extend_from_slice(column);
            continue;
        }
        let index_of = |place: Option<(usize, &(i32, i32))>| place.map_or(0, |(index, _)| index);
        let low = index_of(column.iter().enumerate().min_by_key(|(_, place)| place.1));
        let high = index_of(column.iter().enumerate().max_by_key(|(_, place)| place.1));
        let mut indices = [0, low.min(high), low.max(high), column.len() - 1].to_vec();
        indices.dedup();
        kept.extend(indices.into_iter().map(|index| column[index]));
    }
    kept
}

/// The names of the lines, each with its index; lines without a name are left out.
struct Legend {
    names: Vec<(usize, String)>,
    /// Width and height, in units.
    size: (i32, i32),
}

impl Legend {
    const ROW: i32 = px(19);
    const SAMPLE: i32 = px(28);
    const GAP: i32 = px(8);

    fn of(lines: &[Line]) -> Self {
        let named = lines.iter().enumerate().filter(|(_, line)| !line.name.is_empty());
        let names: Vec<_> = named.map(|(index, line)| (index, line.name.clone())).collect();
        let widest = names.iter().map(|(_, name)| text_width(LABEL, name)).max().unwrap_or(0);
        let width = Self::SAMPLE + 3 * Self::GAP + px(widest as i32);
        let size = (width, Self::ROW * names.len() as i32 + Self::GAP);
        Self { names, size }
    }

    /// The left upper corner of where the legend hides least of the lines.
    fn corner(&self, (columns, rows): (Range<i32>, Range<i32>), lines: &[Vec<(i32, i32)>]) -> (i32, i32) {
        let (left, right) = (columns.start + Self::GAP, columns.end - Self::GAP - self.size.0);
        let (top, bottom) = (rows.start + Self::GAP, rows.end - Self::GAP - self.size.1);
        let hidden = |&(x, y): &(i32, i32)| {
            let inside = |at: (i32, i32)| (x..x + self.size.0).contains(&at.0) && (y..y + self.size.1).contains(&at.1);
            // A segment is as good as twenty places on it.
            let on = |ends: &[(i32, i32)], step: i32| {
                let between = |a: i32, b: i32| a + (b - a) * step / 20;
                (between(ends[0].0, ends[1].0), between(ends[0].1, ends[1].1))
            };
            let segments = lines.iter().flat_map(|line| line.windows(2));
            segments.map(|ends| (0..20).filter(|&step| inside(on(ends, step))).count()).sum::<usize>()
        };
        let corners = [(right, top), (right, bottom), (left, top), (left, bottom)];
        corners.into_iter().min_by_key(hidden).unwrap_or((right, top))
    }

    fn draw<B: Surface>(&self, area: &Area<B>, (left, top): (i32, i32)) -> Drawn<B> {
        if self.names.is_empty() {
            return Ok(());
        }
        let frame = [(left, top), (left + self.size.0, top + self.size.1)];
        area.draw(&Rectangle::new(frame, WHITE.mix(0.85).filled()))?;
        draw_frame(area, frame, GRID)?;
        for (place, (index, name)) in self.names.iter().enumerate() {
            let (x, y) = (left + Self::GAP, top + Self::GAP / 2 + Self::ROW * place as i32 + Self::ROW / 2);
            draw_path(area, vec![(x, y), (x + Self::SAMPLE, y)], LINES[index % LINES.len()], LINE_WIDTH)?;
            draw_marker(area, (x + Self::SAMPLE / 2, y), *index)?;
            let label = text(LABEL, INK, HPos::Left, VPos::Center);
            area.draw(&Text::new(name.clone(), (x + Self::SAMPLE + Self::GAP, y), label))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_what_is_seen() {
        let column: Vec<(i32, i32)> = [5, 1, 2, 9, 3, 4].iter().map(|&y| (px(7), y)).collect();
        assert_eq!(thinned(&column), [5, 1, 9, 4].map(|y| (px(7), y)));
        let few: Vec<(i32, i32)> = (0..50).map(|step| (px(step), step)).collect();
        assert_eq!(thinned(&few), few);
        assert_eq!(thinned(&[]), []);
        let many: Vec<(i32, i32)> = (0..100_000).map(|step| (step / 100, step % 37)).collect();
        assert!(thinned(&many).len() <= 4 * 251);
    }

    #[test]
    fn the_legend_keeps_out_of_the_way() {
        let legend = Legend { names: vec![], size: (100, 100) };
        let place = |line: Vec<(i32, i32)>| legend.corner((0..1000, 0..1000), &[line]);
        let (near, far) = (Legend::GAP, 1000 - 100 - Legend::GAP);
        assert_eq!(place(vec![]), (far, near));
        assert_eq!(place(vec![(0, 1000), (1000, 0)]), (far, far)); // rising: rows count downwards
        assert_eq!(place(vec![(0, 995), (960, 995), (960, 0)]), (near, near));
    }
}
