//! The page about what is alike: a table of the pairs, then each pair's sources side by side.

use gradus_judge::report::{counted, html_name as name, html_page, shown};
use maud::{Markup, html};

use crate::{Code, Comparison, Pair, Passage};

/// A line's length at most, in bytes.
const LINE_LIMIT: usize = 400;
/// How many lines of a piece of code are shown.
const LINES_LIMIT: usize = 500;

/// The page about a comparison of `codes` in the assignment called `title`.
pub fn page(title: &str, codes: &[Code], comparison: &Comparison) -> String {
    let Comparison { submissions, pairs, more } = comparison;
    let body = html! {
        header {
            p.kind { "Similar submissions" }
            h1 { (name(title)) }
            p.score { (counted(pairs.len() + more, "pair worth a look", "pairs worth a look")) " among " (submissions) " submissions" }
        }
        section {
            p {
                "Names, numbers, comments and the order of the parts do not count; what the assignment gives to everybody does "
                "not count; what many wrote counts little. Two students may well have had the same idea: look before you ask."
            }
            @if !pairs.is_empty() { (table(pairs)) }
            @if *more > 0 { p { "and " (counted(*more, "more pair", "more pairs")) } }
        }
        @for (at, pair) in pairs.iter().enumerate() { (section(at, pair, codes)) }
    };
    html_page(&format!("Similar submissions: {}", name(title)), &body)
}

fn table(pairs: &[Pair]) -> Markup {
    html! {
        h2 #pairs { "Pairs" }
        table.overview aria-labelledby="pairs" {
            thead { tr {
                th scope="col" { "Submissions" }
                th.number scope="col" { "Similarity" }
                th.number scope="col" { "Rare passages" }
                th scope="col" { "Most alike" }
            } }
            tbody {
                @for (at, pair) in pairs.iter().enumerate() {
                    tr {
                        th scope="row" { a href={ "#" (pair_id(at)) } { (both(pair)) } }
                        td.number { (percent(pair.similarity)) }
                        td.number { (pair.rare) }
                        td {
                            @if let Some((question, similarity)) = pair.most_alike() {
                                code { (name(question)) } " " (percent(similarity))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn section(at: usize, pair: &Pair, codes: &[Code]) -> Markup {
    html! {
        section.function aria-labelledby=(pair_id(at)) {
            h2 id=(pair_id(at)) { (both(pair)) }
            p.points {
                (percent(pair.similarity)) " alike"
                @for (question, similarity) in &pair.questions { ", " code { (name(question)) } " " (percent(*similarity)) }
            }
            div.side-by-side {
                @for side in [0, 1] {
                    div {
                        h3 { (name(&pair.names[side])) }
                        (source(&codes[pair.places[side]], &pair.passages, side))
                    }
                }
            }
        }
    }
}

fn source(code: &Code, passages: &[[Passage; 2]], side: usize) -> Markup {
    html! {
        @for (at, piece) in code.pieces.iter().enumerate() {
            table.listing {
                caption { (name(&piece.place)) }
                thead.unseen { tr { th scope="col" { "Line" } th scope="col" { "Code" } th scope="col" { "Passage" } } }
                tbody {
                    @for (index, line) in piece.text.lines().take(LINES_LIMIT).enumerate() {
                        @let passage = passages.iter().position(|both| both[side].has(at, index));
                        tr.shared[passage.is_some()] {
                            th scope="row" { (piece.line + index) }
                            td { code { (shown(line, LINE_LIMIT)) } }
                            td.passage { @if let Some(number) = passage { (number + 1) } }
                        }
                    }
                }
            }
        }
    }
}

impl Passage {
    fn has(&self, piece: usize, line: usize) -> bool {
        self.lines.iter().any(|(of, lines)| *of == piece && lines.contains(&line))
    }
}

fn both(pair: &Pair) -> String {
    format!("{} and {}", name(&pair.names[0]), name(&pair.names[1]))
}

fn pair_id(at: usize) -> String {
    format!("pair-{}", at + 1)
}

/// A part of the whole in percent, rounded down: only what is wholly alike is 100 %.
pub fn percent(part: f64) -> String {
    format!("{:.0} %", (part * 100.0).floor())
}
