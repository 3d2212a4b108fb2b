//! The tables on the terminal: scores, and how long each phase took.
//!
//! Scores hold no times, so that the same submissions always give the same table. Whether colours are wanted is the
//! caller's to decide; no colour says anything that a word does not.

mod header;
mod timings;

use comfy_table::{
    Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width,
};

use self::header::Header;
pub use self::timings::timings_table;
use super::remark::remark;
use super::scores::{function, function_names};
use super::text::one_line;
use crate::grade::{FunctionGrade, Outcome};

/// How wide a table or a text for the terminal may be, in columns of the terminal.
pub const WIDTH: u16 = 100;

/// How wide a submission's name may be before it wraps.
const NAME_WIDTH: u16 = 20;

/// What a remark may take, in bytes: three lines or so.
const REMARK_LIMIT: usize = 120;

/// The scores, a row for each submission in the order of `outcomes`, each line ended.
pub fn table(outcomes: &[Outcome], colours: bool) -> String {
    let names = function_names(outcomes);
    let header = Header::choose(&names, &widths(outcomes, &names));

    let mut table = bare(colours);
    let mut titles = vec![Cell::new("submission"), right("score")];
    titles.extend(header.columns.iter().map(right));
    titles.push(Cell::new("remark"));
    table.set_header(titles);
    for outcome in outcomes {
        let mut row = vec![Cell::new(one_line(outcome.submission(), 200)), score(outcome)];
        let shown = names.iter().take(header.columns.len());
        row.extend(shown.map(|name| points_of(outcome, name, header.points_alone)));
        row.push(Cell::new(one_line(&remark(outcome), REMARK_LIMIT)));
        table.add_row(row);
    }
    let name_width = ColumnConstraint::UpperBoundary(Width::Fixed(NAME_WIDTH + 2));
    table.column_mut(0).expect("the header has columns").set_constraint(name_width);

    let mut text = finished(&table);
    for line in &header.legend {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A table of words, each line ended.
pub fn plain_table<const N: usize>(
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    colours: bool,
) -> String {
    let mut table = bare(colours);
    table.set_header(headings.map(Cell::new));
    for row in rows {
        table.add_row(row.map(|text| Cell::new(one_line(&text, 200))));
    }
    finished(&table)
}

/// A table with one line below its header and no other.
pub(super) fn bare(colours: bool) -> Table {
    let line = LineStyle::none().fill('─');
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(line))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .force_no_tty();
    if colours {
        table.enforce_styling();
    }
    table
}

/// The table's lines without the blanks that only fill them up.
pub(super) fn finished(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

pub(super) fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn score(outcome: &Outcome) -> Cell {
    match outcome {
        Outcome::Graded(grade) => fraction(grade.points(), grade.max_points()),
        Outcome::Unreadable { max_points, .. } => fraction(0, *max_points),
        Outcome::Fault { .. } => right("none").fg(Color::Magenta),
    }
}

fn points_of(outcome: &Outcome, name: &str, alone: bool) -> Cell {
    match function(outcome, name).map(|function| (function.points(), function.max_points())) {
        Some((points, max_points)) if alone => right(points).fg(colour(points, max_points)),
        Some((points, max_points)) => fraction(points, max_points),
        None => right("-"),
    }
}

fn fraction(points: u32, max_points: u32) -> Cell {
    right(fraction_text(points, max_points)).fg(colour(points, max_points))
}

fn fraction_text(points: u32, max_points: u32) -> String {
    format!("{points}/{max_points}")
}

fn colour(points: u32, max_points: u32) -> Color {
    match points {
        _ if points == max_points => Color::Green,
        0 => Color::Red,
        _ => Color::Yellow,
    }
}

/// What the columns beside the functions' take, and what each function's values take.
fn widths(outcomes: &[Outcome], names: &[&str]) -> header::Widths {
    let submission = outcomes.iter().map(|outcome| one_line(outcome.submission(), 200).chars().count()).max();
    let values = names.iter().map(|name| {
        let of_name = || outcomes.iter().filter_map(|outcome| function(outcome, name));
        let fraction = |f: &FunctionGrade| fraction_text(f.points(), f.max_points()).len();
        header::Values {
            fraction: of_name().map(fraction).max().unwrap_or(1),
            max_points: of_name().map(FunctionGrade::max_points).max().unwrap_or(0),
        }
    });
    let score = outcomes.iter().map(|outcome| score(outcome).content().len()).max();
    header::Widths {
        submission: submission.unwrap_or(0).clamp("submission".len(), usize::from(NAME_WIDTH)),
        score: score.unwrap_or(0).max("score".len()),
        values: values.collect(),
    }
}
