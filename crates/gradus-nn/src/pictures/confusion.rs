//! The confusion matrix as a table of shaded cells.

use ndarray::{Array2, ArrayRef2};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{
    Area, Drawn, GRID, INK, LABEL, PALE_INK, Plot, SMALL, Surface, TITLE, blues, draw_frame, px, text, text_width,
};
use super::picture::Picture;
use crate::shape::require;

/// A [confusion matrix](crate::metrics::confusion_matrix) with its counts: rows are true classes, columns predicted ones.
/// A cell is the darker, the larger its share of its row, so rare classes show as clearly as common ones. With more than
/// 30 classes the cells are too small for counts, and only shaded; with very many, not every class is named.
///
/// Shapes: `confusion` (classes, classes), `names` (classes).
///
/// # Panics
/// If `confusion` is not square or empty, or there is not one name for each class.
///
/// ```
/// use gradus_nn::pictures::confusion_matrix;
/// use ndarray::array;
/// let picture = confusion_matrix(&array![[48, 2], [5, 45]], &["cat", "dog"]);
/// assert!(picture.svg().contains("true class"));
/// ```
#[track_caller]
pub fn confusion_matrix(confusion: &ArrayRef2<usize>, names: &[&str]) -> Picture {
    let (operation, shape) = ("confusion_matrix", confusion.shape());
    assert!(
        confusion.is_square() && !confusion.is_empty(),
        "{operation}: confusion needs one row and one column for each class, but confusion is {shape:?}"
    );
    let rule = "names needs one name for each class";
    require(names.len() == shape[0], operation, rule, ("confusion", shape), ("names", &[names.len()]));

    let widest = names.iter().map(|name| text_width(LABEL, name)).max().unwrap_or(0) as i32;
    let largest = confusion.iter().max().map_or(0, |count| text_width(SMALL, &count.to_string())) as i32;
    let counted = names.len() <= 30;
    let cell = if counted {
        (largest + 10).max((400 / names.len() as i32).clamp(30, 64))
    } else {
        (800 / names.len() as i32).max(8)
    };
    Picture::of(Table {
        confusion: confusion.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        counted,
        cell,
        widest,
        upright: widest + 6 > cell,
    })
}

/// Lengths are in CSS pixels.
struct Table {
    confusion: Array2<usize>,
    names: Vec<String>,
    counted: bool,
    cell: i32,
    widest: i32,
    /// Whether the names of the columns are turned, because they are wider than a column.
    upright: bool,
}

const MARGIN: i32 = 14;
const HEAD: i32 = 40;
/// For the words "true class" and "predicted class".
const AXIS: i32 = 24;

impl Table {
    fn left(&self) -> i32 {
        MARGIN + AXIS + self.widest + 8
    }

    fn side(&self) -> i32 {
        self.cell * self.names.len() as i32
    }
}

impl Plot for Table {
    fn size(&self) -> (u32, u32) {
        let names = if self.upright { self.widest } else { LABEL };
        let right = (self.side() / 2 + MARGIN + 6).max(80); // the title is wider than a small table
        let width = self.left() + self.side() / 2 + right;
        (width as u32, (HEAD + self.side() + 10 + names + AXIS + MARGIN) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let (left, side, cell) = (px(self.left()), px(self.side()), px(self.cell));
        let (top, right, bottom) = (px(HEAD), left + side, px(HEAD) + side);
        let words = |words: &str, x: i32, y: i32, style: TextStyle<'static>| Text::new(words.to_owned(), (x, y), style);
        let centred = |size: i32, vertical: VPos| text(size, INK, HPos::Center, vertical);

        area.draw(&words("Confusion matrix", left + side / 2, px(12), centred(TITLE, VPos::Top)))?;
        for (row, counts) in self.confusion.outer_iter().enumerate() {
            let examples = counts.sum().max(1) as f64;
            for (column, &count) in counts.iter().enumerate() {
                let (x, y) = (left + cell * column as i32, top + cell * row as i32);
                let share = count as f64 / examples;
                if count > 0 {
                    area.draw(&Rectangle::new([(x, y), (x + cell, y + cell)], blues(share).filled()))?;
                }
                if self.counted {
                    let colour = if count == 0 {
                        PALE_INK
                    } else if share > 0.6 {
                        WHITE
                    } else {
                        INK
                    };
                    let style = text(SMALL, colour, HPos::Center, VPos::Center);
                    area.draw(&words(&count.to_string(), x + cell / 2, y + cell / 2, style))?;
                }
            }
        }
        let thin = GRID.stroke_width(px(1) as u32);
        for line in 1..self.names.len() as i32 {
            area.draw(&PathElement::new([(left + cell * line, top), (left + cell * line, bottom)], thin))?;
            area.draw(&PathElement::new([(left, top + cell * line), (right, top + cell * line)], thin))?;
        }
        draw_frame(area, [(left, top), (right, bottom)], INK)?;

        let turned = |style: TextStyle<'static>| style.transform(FontTransform::Rotate270);
        // Where rows are lower than letters, only some are named.
        let every = (LABEL as usize + 2).div_ceil(self.cell as usize);
        for (class, name) in self.names.iter().enumerate().step_by(every) {
            let middle = cell * class as i32 + cell / 2;
            area.draw(&words(name, left - px(8), top + middle, text(LABEL, INK, HPos::Right, VPos::Center)))?;
            let style = if self.upright {
                turned(text(LABEL, INK, HPos::Right, VPos::Center))
            } else {
                centred(LABEL, VPos::Top)
            };
            area.draw(&words(name, left + middle, bottom + px(8), style))?;
        }
        let below = px(Plot::size(self).1 as i32 - MARGIN);
        area.draw(&words("predicted class", left + side / 2, below, centred(LABEL, VPos::Bottom)))?;
        area.draw(&words("true class", px(MARGIN), top + side / 2, turned(centred(LABEL, VPos::Top))))
    }
}
