//! Arrays as tables with shape and type.

use std::fmt::Write;

use ndarray::{ArrayRef, ArrayView2, ArrayViewD, Axis, Dimension, Ix2};

use crate::Formats;
use crate::element::Element;
use crate::html::{LINE, PALE};

/// Rows or columns shown of a long axis: the first ones and the last ones.
const ENDS: usize = 4;
/// An axis up to this length is shown whole.
const WHOLE: usize = 10;
/// Matrices shown of an array with more than two axes.
const MATRICES: usize = 3;

/// An array as a table, with its shape and the type of its elements. Long axes are shortened in the middle; of more than two
/// axes, the first matrices are shown.
///
/// ```
/// let formats = gradus_show::array(&ndarray::array![[1.0, 2.5], [-3.0, 4.0]]);
/// assert_eq!(formats["text/plain"], "Array2<f64>, shape [2, 2]\n 1.0  2.5\n-3.0  4.0");
/// assert!(formats["text/html"].contains("<table"));
/// ```
pub fn array<A: Element, D: Dimension>(array: &ArrayRef<A, D>) -> Formats {
    // One kind of array from here on, so that little code is generated for each.
    dynamic(array.view().into_dyn())
}

fn dynamic<A: Element>(array: ArrayViewD<'_, A>) -> Formats {
    let title = title(&array);
    let pieces = pieces(&array);
    let format = Format::of(pieces.iter().flat_map(|(_, matrix)| shown(matrix)));
    let mut text = title.clone();
    let mut html = format!(
        "<div class=\"gradus-array\"><div style=\"{PALE};font-size:90%\">{}</div>",
        crate::html::escape(&title)
    );
    for (name, matrix) in &pieces {
        if !name.is_empty() {
            let _ = write!(text, "\n{name}");
            let _ = write!(html, "<div style=\"{PALE};font-size:90%;margin-top:.4em\">{name}</div>");
        }
        plain_table(matrix, &format, &mut text);
        html_table(matrix, &format, array.ndim() >= 2, &mut html);
    }
    let matrices: usize = array.shape().iter().rev().skip(2).product();
    if array.ndim() > 2 && pieces.len() < matrices {
        let rest = format!("… and {} more", matrices - pieces.len());
        let _ = write!(text, "\n{rest}");
        let _ = write!(html, "<div style=\"{PALE};font-size:90%\">{rest}</div>");
    }
    html.push_str("</div>");
    Formats::from([("text/plain", text), ("text/html", html)])
}

fn title<A: Element>(array: &ArrayViewD<'_, A>) -> String {
    let kind = if (1..=6).contains(&array.ndim()) { array.ndim().to_string() } else { "D".to_owned() };
    let range = if A::IS_FLOAT && array.len() > 1 { range(array) } else { String::new() };
    format!("Array{kind}<{}>, shape {:?}{range}", A::NAME, array.shape())
}

/// The extremes, for arrays too large to be shown whole.
fn range<A: Element>(array: &ArrayViewD<'_, A>) -> String {
    if array.shape().iter().all(|&length| length <= WHOLE) && array.ndim() <= 2 {
        return String::new();
    }
    let (mut low, mut high, mut strange) = (f64::INFINITY, f64::NEG_INFINITY, 0_usize);
    for value in array.iter().map(|value| value.number()) {
        if value.is_finite() {
            (low, high) = (low.min(value), high.max(value));
        } else {
            strange += 1;
        }
    }
    let mut text =
        if low <= high { format!(", from {} to {}", significant(low), significant(high)) } else { String::new() };
    if strange > 0 {
        let _ = write!(text, ", {strange} not finite");
    }
    text
}

/// The matrices to show, each with its place in the array.
fn pieces<'a, A: Element>(array: &ArrayViewD<'a, A>) -> Vec<(String, ArrayView2<'a, A>)> {
    let view = array.clone();
    match array.ndim() {
        0 => vec![(
            String::new(),
            view.insert_axis(Axis(0)).insert_axis(Axis(0)).into_dimensionality::<Ix2>().expect("two axes"),
        )],
        1 => vec![(String::new(), view.insert_axis(Axis(0)).into_dimensionality::<Ix2>().expect("two axes"))],
        2 => vec![(String::new(), view.into_dimensionality::<Ix2>().expect("two axes"))],
        axes => {
            let outer: Vec<usize> = array.shape()[..axes - 2].to_vec();
            let count: usize = outer.iter().product();
            (0..count.min(MATRICES))
                .map(|number| {
                    let (mut rest, mut place, mut piece) = (number, Vec::new(), array.clone());
                    for (axis, _) in outer.iter().enumerate() {
                        let inner: usize = outer[axis + 1..].iter().product();
                        place.push((rest / inner).to_string());
                        piece = piece.index_axis_move(Axis(0), rest / inner);
                        rest %= inner;
                    }
                    (format!("[{}, .., ..]", place.join(", ")), piece.into_dimensionality::<Ix2>().expect("two axes"))
                })
                .collect()
        }
    }
}

/// The indices of an axis that are shown; `None` stands for those left out.
fn indices(length: usize) -> Vec<Option<usize>> {
    if length <= WHOLE {
        return (0..length).map(Some).collect();
    }
    let first = (0..ENDS).map(Some);
    first.chain([None]).chain((length - ENDS..length).map(Some)).collect()
}

fn shown<A: Element>(matrix: &ArrayView2<'_, A>) -> Vec<A> {
    let columns = indices(matrix.ncols());
    let rows = indices(matrix.nrows()).into_iter().flatten();
    rows.flat_map(|row| columns.iter().flatten().map(move |&column| (row, column))).map(|place| matrix[place]).collect()
}

/// How the numbers of one array are written: all alike, so that they can be compared.
enum Format {
    /// As they are.
    Plain,
    /// With so many digits behind the point.
    Fixed(usize),
    /// With a power of ten.
    Scientific,
}

impl Format {
    fn of<A: Element>(values: impl Iterator<Item = A>) -> Self {
        if !A::IS_FLOAT {
            return Self::Plain;
        }
        let finite: Vec<f64> =
            values.map(|value| value.number().abs()).filter(|size| size.is_finite() && *size > 0.0).collect();
        let largest = finite.iter().copied().fold(0.0, f64::max);
        let smallest = finite.iter().copied().fold(f64::INFINITY, f64::min);
        if largest >= 1e6 || (largest > 0.0 && largest < 1e-3) || largest / smallest > 1e6 {
            return Self::Scientific;
        }
        let digits = (1..4).find(|&digits| {
            let scale = 10_f64.powi(digits);
            finite.iter().all(|value| (value * scale - (value * scale).round()).abs() < 1e-6)
        });
        Self::Fixed(digits.unwrap_or(4) as usize)
    }

    fn text<A: Element>(&self, value: A) -> String {
        match self {
            Self::Plain => value.text(),
            _ if !value.number().is_finite() => value.text(),
            Self::Fixed(digits) => format!("{:.digits$}", value.number()),
            Self::Scientific => format!("{:.3e}", value.number()),
        }
    }
}

fn significant(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e6).contains(&value.abs()) { format!("{value:.3e}") } else { format!("{value:.4}") }
}

fn plain_table<A: Element>(matrix: &ArrayView2<'_, A>, format: &Format, text: &mut String) {
    let (rows, columns) = (indices(matrix.nrows()), indices(matrix.ncols()));
    let cell = |row: Option<usize>, column: Option<usize>| match (row, column) {
        (Some(row), Some(column)) => format.text(matrix[(row, column)]),
        (None, Some(_)) => "⋮".to_owned(),
        _ => "…".to_owned(),
    };
    let width = |column: Option<usize>| rows.iter().map(|&row| cell(row, column).chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = columns.iter().map(|&column| width(column)).collect();
    for &row in &rows {
        let cells: Vec<String> =
            columns.iter().zip(&widths).map(|(&column, &width)| format!("{:>width$}", cell(row, column))).collect();
        let _ = write!(text, "\n{}", cells.join("  "));
    }
}

fn html_table<A: Element>(matrix: &ArrayView2<'_, A>, format: &Format, has_rows: bool, html: &mut String) {
    let (rows, columns) = (indices(matrix.nrows()), indices(matrix.ncols()));
    let number =
        format!("padding:1px 8px;text-align:right;border:{LINE};font-variant-numeric:tabular-nums;background:none");
    let index = format!("padding:1px 8px;text-align:right;font-weight:normal;border:none;background:none;{PALE}");
    let name = |index: &Option<usize>| index.map_or_else(|| "…".to_owned(), |index| index.to_string());
    html.push_str("<table style=\"border-collapse:collapse;margin:.2em 0;width:auto;font-family:var(--jp-code-font-family,monospace);font-size:90%\"><tr style=\"background:none\">");
    if has_rows {
        let _ = write!(html, "<th style=\"{index}\"></th>");
    }
    for column in &columns {
        let _ = write!(html, "<th style=\"{index}\">{}</th>", name(column));
    }
    html.push_str("</tr>");
    for row in &rows {
        html.push_str("<tr style=\"background:none\">");
        if has_rows {
            let _ = write!(html, "<th style=\"{index}\">{}</th>", name(row));
        }
        for column in &columns {
            let value = match (row, column) {
                (Some(row), Some(column)) => format.text(matrix[(*row, *column)]),
                (None, Some(_)) => "⋮".to_owned(),
                _ => "…".to_owned(),
            };
            let _ = write!(html, "<td style=\"{number}\">{value}</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
}
