//! Winnowing: of all runs of tokens those that stand for the text.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::Code;
use crate::tokens::{Token, tokens};

/// How many tokens a run has: shorter ones are shared by chance.
const RUN: usize = 12;
/// Of so many runs beside each other one at least is chosen.
const WINDOW: usize = 6;
/// Two submissions that share so many tokens in a row share a fingerprint.
pub const CERTAIN: usize = RUN + WINDOW - 1;

/// A chosen run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The hash of its tokens.
    pub hash: u64,
    /// The piece of code that it is in.
    pub piece: usize,
    /// The lines of the piece that it covers, from 0.
    pub lines: Range<usize>,
}

/// The fingerprints of all pieces, in order.
pub fn fingerprints(code: &Code) -> Vec<Fingerprint> {
    let mut found = Vec::new();
    for (piece, code) in code.pieces.iter().enumerate() {
        let tokens = tokens(&code.text);
        for (hash, start) in winnow(&run_hashes(&tokens), WINDOW) {
            let run = &tokens[start..start + RUN];
            found.push(Fingerprint { hash, piece, lines: run[0].line..run[RUN - 1].line + 1 });
        }
    }
    found
}

fn run_hashes(tokens: &[Token]) -> Vec<u64> {
    let hash = |run: &[Token]| {
        let mut hasher = DefaultHasher::new();
        run.iter().for_each(|token| token.kind.hash(&mut hasher));
        hasher.finish()
    };
    tokens.windows(RUN).map(hash).collect()
}

/// The least hash of each window, the last of equal ones, with its place; each once.
fn winnow(hashes: &[u64], window: usize) -> Vec<(u64, usize)> {
    let mut chosen: Vec<(u64, usize)> = Vec::new();
    let window = window.min(hashes.len()).max(1);
    for (start, window) in hashes.windows(window).enumerate() {
        let least = window.iter().enumerate().min_by_key(|(at, hash)| (**hash, std::cmp::Reverse(*at)));
        let Some((at, hash)) = least else { continue };
        if chosen.last().is_none_or(|(_, last)| *last != start + at) {
            chosen.push((*hash, start + at));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper's figure 2: windows of 4 over 17 hashes.
    #[test]
    fn the_papers_example() {
        let hashes = [77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98];
        assert_eq!(winnow(&hashes, 4), [(17, 3), (17, 6), (8, 8), (39, 11), (17, 15)]);
    }

    #[test]
    fn short_code_has_none_and_code_of_one_run_has_one() {
        let count = |tokens: usize| fingerprints(&Code::from_text("a", "+ ".repeat(tokens))).len();
        assert_eq!((count(0), count(RUN - 1), count(RUN)), (0, 0, 1));
    }
}
