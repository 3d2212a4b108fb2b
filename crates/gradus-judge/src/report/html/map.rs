//! Where an array is wrong, as squares.

use maud::{Markup, html};

/// What the levels are called, from 0.
const LEVELS: [&str; 6] = ["right", "error below 1e-6", "below 1e-3", "below 0.1", "0.1 and more", "NaN or infinite"];

/// How wide a square may be, and all of them, in CSS pixels.
const SQUARE: usize = 14;
const WIDEST: usize = 420;

/// The map with a legend of what is in it; nothing for an empty one.
pub(super) fn map(lines: &[String]) -> Markup {
    let columns = lines.iter().map(String::len).max().unwrap_or_default();
    if columns == 0 {
        return html! {};
    }
    let squares = || {
        lines.iter().enumerate().flat_map(|(row, line)| {
            line.chars().enumerate().map(move |(column, digit)| (row, column, digit.to_digit(10).unwrap_or_default()))
        })
    };
    let count = |level: usize| squares().filter(|(_, _, of)| *of as usize == level).count();
    let wrong = squares().filter(|(_, _, level)| *level > 0).count();
    let size = SQUARE.min(WIDEST / columns).max(4);
    html! {
        figure.errors {
            svg viewBox={ "0 0 " (columns) " " (lines.len()) } width=(columns * size) height=(lines.len() * size) role="img"
                aria-label={ "Map of the result, row by row: " (wrong) " of " (squares().count()) " squares are wrong" } {
                rect.e0 width=(columns) height=(lines.len()) {}
                @for (row, column, level) in squares().filter(|(_, _, level)| *level > 0) {
                    rect class={ "e" (level) } x=(column) y=(row) width="1" height="1" {}
                }
            }
            figcaption {
                "Where it is wrong, row by row: "
                @for (level, words) in LEVELS.iter().enumerate().filter(|(level, _)| count(*level) > 0) {
                    span.level { svg viewBox="0 0 1 1" width="10" height="10" aria-hidden="true" { rect class={ "e" (level) } width="1" height="1" {} } " " (words) } " "
                }
            }
        }
    }
}
