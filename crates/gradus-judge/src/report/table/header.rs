//! How the functions' columns are headed, so that a table of any assignment fits its width.
//!
//! Names wrap at their underscores, in columns as wide as there is room for; where even short pieces are too wide,
//! columns are numbered and hold points alone, and a legend says the rest; where those are too many, the columns are
//! left out.

use super::WIDTH;

/// The narrowest column that a piece of a name still reads in, and the widest that is worth its room.
const PIECE_WIDTHS: std::ops::RangeInclusive<usize> = 7..=12;

/// What a remark should have beside names, to stand on a line or two, and what it must have beside numbers.
const REMARK_WIDTH: usize = 44;
const NARROW_REMARK_WIDTH: usize = 16;

/// The blanks around a column.
const PADDING: usize = 2;

/// What the other columns, and each function's values, take.
pub(super) struct Widths {
    pub submission: usize,
    pub score: usize,
    pub values: Vec<Values>,
}

/// One function's values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values {
    /// The width of its longest points of maximal points, for example of `25/25`.
    pub fraction: usize,
    /// What can be earned.
    pub max_points: u32,
}

/// The functions' columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// A header for each function, or none where there is no room.
    pub columns: Vec<String>,
    /// Whether the columns hold points alone, without what could have been earned.
    pub points_alone: bool,
    /// Lines to print below the table.
    pub legend: Vec<String>,
}

impl Header {
    pub(super) fn choose(names: &[&str], widths: &Widths) -> Self {
        let others = widths.submission + widths.score + 3 * PADDING;
        let fits = |columns: &[String], value: fn(&Values) -> usize, remark: usize| {
            let functions = columns.iter().zip(&widths.values);
            others + remark + functions.map(|(column, of)| width(column).max(value(of)) + PADDING).sum::<usize>()
                <= usize::from(WIDTH)
        };
        for piece_width in PIECE_WIDTHS.rev() {
            let columns: Vec<_> = names.iter().map(|name| wrapped(name, piece_width)).collect();
            if fits(&columns, |of| of.fraction, REMARK_WIDTH) && all_distinct(&columns) {
                return Self { columns, points_alone: false, legend: Vec::new() };
            }
        }
        let numbers: Vec<_> = (1..=names.len()).map(|number| number.to_string()).collect();
        if fits(&numbers, |of| of.max_points.to_string().len(), NARROW_REMARK_WIDTH) {
            return Self { columns: numbers, points_alone: true, legend: legend(names, &widths.values) };
        }
        let note = format!(" The points of the {} functions stand in scores.csv and in the reports.", names.len());
        Self { columns: Vec::new(), points_alone: true, legend: vec![note] }
    }
}

/// `name` in lines of at most `limit` characters, broken after underscores; a longer piece is cut.
fn wrapped(name: &str, limit: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for piece in name.split_inclusive('_') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + piece.trim_end_matches('_').chars().count() <= limit => {
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    // The break stands for the underscore.
    let lines: Vec<_> = lines.iter().map(|line| shortened(line.trim_end_matches('_'), limit)).collect();
    lines.join("\n")
}

fn shortened(piece: &str, limit: usize) -> String {
    if piece.chars().count() <= limit {
        return piece.to_owned();
    }
    piece.chars().take(limit - 1).chain(['…']).collect()
}

fn width(column: &str) -> usize {
    column.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

fn all_distinct(columns: &[String]) -> bool {
    columns.iter().enumerate().all(|(at, column)| !columns[..at].contains(column))
}

/// The numbered names with what can be earned, as many to a line as fit.
fn legend(names: &[&str], values: &[Values]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (at, (name, values)) in names.iter().zip(values).enumerate() {
        let entry = shortened(&format!("{} {name} (of {})", at + 1, values.max_points), usize::from(WIDTH) - 1);
        match lines.last_mut() {
            Some(line) if line.chars().count() + entry.chars().count() + 3 <= usize::from(WIDTH) => {
                line.push_str("   ");
                line.push_str(&entry);
            }
            _ => lines.push(format!(" {entry}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(functions: usize) -> Widths {
        Widths { submission: 12, score: 6, values: vec![Values { fraction: 5, max_points: 10 }; functions] }
    }

    #[test]
    fn names_break_at_underscores() {
        assert_eq!(wrapped("softmax_classifier_loss_naive", 7), "softmax\nclassi…\nloss\nnaive");
        assert_eq!(wrapped("softmax_classifier_loss_naive", 12), "softmax\nclassifier\nloss_naive");
        assert_eq!(wrapped("predict", 12), "predict");
    }

    #[test]
    fn names_that_would_look_the_same_are_numbered() {
        let header = Header::choose(&["backpropagation", "backpropagatiom"], &widths(2));
        assert_eq!(header.columns, ["1", "2"]);
        assert_eq!(header.legend, [" 1 backpropagation (of 10)   2 backpropagatiom (of 10)"]);
    }

    #[test]
    fn too_many_functions_for_the_width_get_numbers_then_no_columns() {
        let names: Vec<_> = (0..60).map(|number| format!("temporal_layer_{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_eq!(Header::choose(&names[..2], &widths(2)).columns[0], "temporal\nlayer_0");
        assert_eq!(Header::choose(&names[..12], &widths(12)).columns.len(), 12);
        assert_eq!(Header::choose(&names[..12], &widths(12)).columns[0], "1");
        assert_eq!(Header::choose(&names, &widths(60)).columns.len(), 0);
        assert_eq!(Header::choose(&names, &widths(60)).legend.len(), 1);
    }
}
