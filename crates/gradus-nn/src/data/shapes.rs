//! Made-up pictures for captioning: one coloured shape on a dark ground each, and a caption that says what is where.
//!
//! Nothing is read from a file; a seed gives the same pictures on every run.
//!
//! ```
//! use gradus_nn::data::shapes;
//! let data = shapes::draw(3, 231);
//! for caption in data.captions.outer_iter() {
//!     println!("{}", shapes::text(&caption)); // such as "a small red circle at the top left"
//! }
//! ```

use ndarray::{Array1, Array2, Array4, ArrayRef1};
use rand::Rng;

use crate::random::generator;

/// Height and width of a picture.
pub const SIZE: usize = 24;

/// The words of the captions. A caption holds their indices here: first 1, last 2, filled up with 0.
pub const VOCABULARY: [&str; 22] = [
    "<NULL>", "<START>", "<END>", "a", "small", "large", "red", "green", "blue", "yellow", "purple", "white", "circle",
    "square", "triangle", "cross", "at", "the", "top", "bottom", "left", "right",
];

/// Words of the longest caption, with start and end.
pub const LENGTH: usize = 10;

const NULL: usize = 0;
const START: usize = 1;
const END: usize = 2;

/// What is drawn, by its word.
const KINDS: [&str; 4] = ["circle", "square", "triangle", "cross"];

/// Red, green and blue of each colour word.
const COLOURS: [(&str, [u8; 3]); 6] = [
    ("red", [220, 40, 40]),
    ("green", [40, 190, 60]),
    ("blue", [50, 80, 230]),
    ("yellow", [230, 210, 50]),
    ("purple", [170, 60, 200]),
    ("white", [235, 235, 235]),
];

/// From the middle of a shape to its edge. What is between small and large is not mentioned.
const RADII: [(Option<&str>, i32); 3] = [(Some("small"), 3), (None, 5), (Some("large"), 7)];

/// Pictures, and what is on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptionedShapes {
    /// (batch, 3, [`SIZE`], [`SIZE`]), red, green and blue from 0 to 255.
    pub images: Array4<u8>,
    /// (batch, [`LENGTH`]), indices into [`VOCABULARY`].
    pub captions: Array2<usize>,
    /// (batch), 0 for a circle, 1 for a square, 2 for a triangle, 3 for a cross.
    pub labels: Array1<usize>,
}

/// Draws `count` pictures: kind, colour, size and quarter of the picture are equally likely; the place varies by a pixel,
/// the colour a little, and the ground is noise.
///
/// ```
/// use gradus_nn::data::shapes::{LENGTH, SIZE, VOCABULARY, draw};
/// let data = draw(100, 231);
/// assert_eq!((data.images.dim(), data.captions.dim()), ((100, 3, SIZE, SIZE), (100, LENGTH)));
/// assert_eq!(VOCABULARY[12 + data.labels[0]], VOCABULARY[data.captions.row(0).iter().copied().find(|word| (12..16).contains(word)).unwrap()]);
/// ```
pub fn draw(count: usize, seed: u64) -> CaptionedShapes {
    let mut draws = generator(seed);
    let mut data = CaptionedShapes {
        images: Array4::zeros((count, 3, SIZE, SIZE)),
        captions: Array2::from_elem((count, LENGTH), NULL),
        labels: Array1::zeros(count),
    };
    for n in 0..count {
        let kind = draws.random_range(0..KINDS.len());
        let (colour, rgb) = COLOURS[draws.random_range(0..COLOURS.len())];
        let (size, radius) = RADII[draws.random_range(0..RADII.len())];
        let (bottom, right) = (draws.random::<bool>(), draws.random::<bool>());
        let mut middle = |far: bool| if far { 16 } else { 7 } + draws.random_range(-1..=1);
        let (y, x) = (middle(bottom), middle(right));

        let tint: i16 = draws.random_range(-20..=20);
        for h in 0..SIZE {
            for w in 0..SIZE {
                let inside = covers(kind, h as i32 - y, w as i32 - x, radius);
                for (c, &colour) in rgb.iter().enumerate() {
                    let noise: i16 = draws.random_range(0..40);
                    let shade = if inside { i16::from(colour) + tint - noise / 4 } else { noise };
                    data.images[[n, c, h, w]] = shade.clamp(0, 255) as u8;
                }
            }
        }

        let place = [if bottom { "bottom" } else { "top" }, if right { "right" } else { "left" }];
        let said = ["a"].into_iter().chain(size).chain([colour, KINDS[kind], "at", "the"]).chain(place);
        let words = [START].into_iter().chain(said.map(index)).chain([END]);
        data.captions.row_mut(n).iter_mut().zip(words).for_each(|(place, word)| *place = word);
        data.labels[n] = kind;
    }
    data
}

/// A caption as text, without start, end and what follows it.
///
/// # Panics
/// If a word is not below the size of the vocabulary.
///
/// ```
/// use gradus_nn::data::shapes::text;
/// use ndarray::array;
/// assert_eq!(text(&array![1, 3, 6, 12, 2, 0]), "a red circle");
/// ```
#[track_caller]
pub fn text(caption: &ArrayRef1<usize>) -> String {
    let mut words = Vec::new();
    for &word in caption {
        assert!(
            word < VOCABULARY.len(),
            "text: words must be below the size of the vocabulary, {}, but one is {word}",
            VOCABULARY.len()
        );
        match word {
            END => break,
            NULL | START => {}
            word => words.push(VOCABULARY[word]),
        }
    }
    words.join(" ")
}

/// Whether the pixel that is `dy` below and `dx` to the right of the middle belongs to the shape.
fn covers(kind: usize, dy: i32, dx: i32, radius: i32) -> bool {
    match KINDS[kind] {
        "circle" => dy * dy + dx * dx <= radius * radius,
        "square" => dy.abs().max(dx.abs()) < radius,
        "triangle" => dy.abs() <= radius && 2 * dx.abs() <= dy + radius,
        _ => dy.abs().min(dx.abs()) <= radius / 4 && dy.abs().max(dx.abs()) <= radius,
    }
}

fn index(word: &str) -> usize {
    VOCABULARY.iter().position(|&known| known == word).expect("captions are made of these words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_pictures() {
        assert_eq!(draw(5, 1), draw(5, 1));
        assert_ne!(draw(5, 1), draw(5, 2));
    }

    #[test]
    fn every_word_is_said_and_every_caption_ends() {
        let data = draw(300, 231);
        let mut said = [false; VOCABULARY.len()];
        for caption in data.captions.outer_iter() {
            caption.iter().for_each(|&word| said[word] = true);
            assert_eq!((caption[0], caption.iter().filter(|&&word| word == END).count()), (START, 1));
        }
        assert_eq!(said, [true; VOCABULARY.len()]);
        let lengths = data.captions.outer_iter().map(|caption| text(&caption).split(' ').count());
        assert!(lengths.clone().min() == Some(7) && lengths.max() == Some(8));
    }

    /// The caption must be true: where it says, and in that colour.
    #[test]
    fn captions_tell_what_is_seen() {
        let data = draw(200, 7);
        for (image, caption) in data.images.outer_iter().zip(data.captions.outer_iter()) {
            let caption = text(&caption);
            let bright = |h: usize, w: usize| (0..3).map(|c| u32::from(image[[c, h, w]])).max().expect("three") > 100;
            let (mut sum_h, mut sum_w, mut count) = (0, 0, 0);
            for h in 0..SIZE {
                for w in (0..SIZE).filter(|&w| bright(h, w)) {
                    (sum_h, sum_w, count) = (sum_h + h, sum_w + w, count + 1);
                }
            }
            let (h, w) = (sum_h / count, sum_w / count);
            assert!(caption.contains(if h < SIZE / 2 { "top" } else { "bottom" }), "{caption}: row {h}");
            assert!(caption.ends_with(if w < SIZE / 2 { "left" } else { "right" }), "{caption}: column {w}");
            let pixel = [0, 1, 2].map(|c| i32::from(image[[c, h, w]]));
            let distance = |rgb: [u8; 3]| (0..3).map(|c| (i32::from(rgb[c]) - pixel[c]).pow(2)).sum::<i32>();
            let nearest = COLOURS.iter().min_by_key(|(_, rgb)| distance(*rgb)).expect("colours").0;
            assert!(caption.contains(nearest), "{caption}: {pixel:?}");
        }
    }
}
