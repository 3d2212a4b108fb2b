//! What the captioning networks share: the words that are no words, and how a caption teaches.

use ndarray::{Array2, ArrayRef1, ArrayRef2, s};

use crate::Scalar;

/// The words of a vocabulary that are no words.
///
/// ```
/// use gradus_nn::networks::SpecialWords;
/// assert_eq!(SpecialWords::default(), SpecialWords { null: 0, start: 1, end: 2 }); // as in CS231n
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialWords {
    /// Fills up a caption that is shorter than others. Not to say it costs nothing.
    pub null: usize,
    /// Comes first in each caption.
    pub start: usize,
    /// Comes last.
    pub end: usize,
}

impl Default for SpecialWords {
    fn default() -> Self {
        SpecialWords { null: 0, start: 1, end: 2 }
    }
}

/// What the network reads, what it should say next at each step, and whether that counts: all words but the last, all but
/// the first, and where those are not null.
#[track_caller]
pub(super) fn lesson(
    operation: &str,
    captions: &ArrayRef2<usize>,
    null: usize,
) -> (Array2<usize>, Array2<usize>, Array2<bool>) {
    assert!(
        captions.ncols() >= 2,
        "{operation}: captions need at least two words, one to read and one to say, but captions is {:?}",
        captions.shape()
    );
    let (read, say) = (captions.slice(s![.., ..-1]).to_owned(), captions.slice(s![.., 1..]).to_owned());
    let counts = say.mapv(|word| word != null);
    (read, say, counts)
}

/// Captions that grow word by word: `next` gives the scores of the next word for each, from the captions so far and the
/// step. Behind the end of a caption comes null.
pub(super) fn say_greedily<F: Scalar>(
    batch: usize,
    max_length: usize,
    words: SpecialWords,
    mut next: impl FnMut(&Array2<usize>, usize) -> Array2<F>,
) -> Array2<usize> {
    let mut said = Array2::from_elem((batch, max_length + 1), words.null);
    said.column_mut(0).fill(words.start);
    for t in 0..max_length {
        let scores = next(&said, t);
        for (n, scores) in scores.outer_iter().enumerate() {
            let ended = t > 0 && [words.end, words.null].contains(&said[[n, t]]);
            said[[n, t + 1]] = if ended { words.null } else { best(&scores) };
        }
        if (0..batch).all(|n| [words.end, words.null].contains(&said[[n, t + 1]])) {
            break;
        }
    }
    said.slice(s![.., 1..]).to_owned()
}

/// The first of the highest scores.
fn best<F: Scalar>(scores: &ArrayRef1<F>) -> usize {
    (1..scores.len()).fold(0, |best, word| if scores[word] > scores[best] { word } else { best })
}
