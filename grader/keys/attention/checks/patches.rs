//! Checks of `patch_embedding_forward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::call;
use gradus_question::{Call, Check};
use ndarray::{Array1, Array2, Array3, Array4, s};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{ALL, Case, Named, Slips, fresh, one, recorded, special, unchanged};
use super::random_net::{matrix, vector};
use super::recorded::{Numbers, of_pytorch};
use super::reference;
use crate::common::{check, inputs};

/// The checks, 4 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("patch_embedding_forward", name, points, expectation, run);
    vec![
        check("fresh images", 1, "an affine map of the pixels of each square", |session, context| {
            fresh::<Inputs>(session, context, ALL)
        }),
        check(
            "images and patches of other sizes",
            1,
            "the right sequence where height and width differ, for one channel, one patch, patches of one pixel",
            |session, context| {
                let hint = "height and width need not be equal; patches are counted as one reads";
                special::<Inputs>(session, context, other_sizes, hint)
            },
        ),
        check(
            "recorded images",
            1,
            "what PyTorch's convolution gives whose stride is the size of its filters",
            |session, context| recorded(session, context, recorded_cases(), None),
        ),
        check(
            "images left alone",
            1,
            "all arrays as they were before the call, and the right sequence",
            unchanged::<Inputs>,
        ),
    ]
}

#[derive(Clone)]
struct Inputs {
    x: Array4<f64>,
    w: Array2<f64>,
    b: Array1<f64>,
    size: usize,
}

impl Inputs {
    /// Examples and channels, rows and columns of patches, their size, features.
    fn random(random: &mut ChaCha8Rng, [batch, channels, rows, columns, size, features]: [usize; 6]) -> Self {
        let scale = inputs::scale(random);
        Self {
            x: inputs::normal(random, (batch, channels, rows * size, columns * size), scale),
            w: matrix(random, channels * size * size, features),
            b: vector(random, features),
            size,
        }
    }

    /// The output of patches whose pixels come from elsewhere: by image, patch and place in it.
    fn with(&self, pixel: impl Fn(usize, usize, usize) -> f64) -> Array3<f64> {
        let patches = self.x.dim().2 / self.size * (self.x.dim().3 / self.size);
        let places = self.w.nrows();
        let rows = Array2::from_shape_fn((self.x.dim().0 * patches, places), |(row, place)| {
            pixel(row / patches, row % patches, place)
        });
        let out = rows.dot(&self.w) + &self.b;
        out.into_shape_with_order((self.x.dim().0, patches, self.b.len())).expect("as many numbers")
    }
}

impl Case for Inputs {
    type Found = Array3<f64>;

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let side = random.random_range(2..4);
        let sizes = [
            random.random_range(2..4),
            random.random_range(2..4),
            side,
            side,
            random.random_range(2..4),
            random.random_range(3..6),
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(inputs::look_alikes(random, &self.x).map(|x| Self { x, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.w).map(|w| Self { w, ..self.clone() }));
        all.push(Self { b: vector(random, self.b.len()), ..self.clone() });
        all
    }

    fn call(&self) -> Call<Array3<f64>> {
        call::patch_embedding_forward(&self.x, &self.w, &self.b, self.size)
    }

    fn named(found: Array3<f64>) -> Named {
        one("the sequence", found)
    }

    fn expected(&self) -> Array3<f64> {
        reference::patch_embedding_forward(&self.x, &self.w, &self.b, self.size).0
    }

    fn slips(&self, _: &Named) -> Slips {
        let Self { x, w, b, size } = self;
        let (size, (_, channels, height, width)) = (*size, x.dim());
        let (rows, columns) = (height / size, width / size);
        let by_columns = |n: usize, patch: usize, place: usize| {
            let (i, j) = (patch % rows * size, patch / rows * size);
            x[[n, place / (size * size), i + place % (size * size) / size, j + place % size]]
        };
        let channels_last = |n: usize, patch: usize, place: usize| {
            let (i, j, pixel) = (patch / columns * size, patch % columns * size, place / channels);
            x[[n, place % channels, i + pixel / size, j + pixel % size]]
        };
        let transposed = |n: usize, patch: usize, place: usize| {
            let (i, j, pixel) = (patch / columns * size, patch % columns * size, place % (size * size));
            x[[n, place / (size * size), i + pixel % size, j + pixel / size]]
        };
        let per_image = w.nrows();
        let cut = |n: usize, patch: usize, place: usize| {
            x.slice(s![n, .., .., ..]).iter().nth(patch * per_image + place).copied().unwrap_or(0.0)
        };
        let slips = [
            ("without the bias b", reference::patch_embedding_forward(x, w, &Array1::zeros(b.len()), size).0),
            ("with patches counted column by column; count them as one reads", self.with(by_columns)),
            ("with the channels of each pixel side by side; all of channel 0 come first", self.with(channels_last)),
            ("with the pixels of a patch column by column; they go row by row", self.with(transposed)),
            ("what a new shape alone gives: pieces of rows, not squares", self.with(cut)),
        ];
        slips.map(|(words, out)| (words, one("the sequence", out))).into()
    }
}

fn other_sizes(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [
        [2, 2, 2, 3, 2, 4],
        [1, 3, 3, 1, 2, 2],
        [2, 1, 1, 1, 3, 5],
        [2, 3, 2, 3, 1, 4],
        [3, 1, 1, 4, 2, 1],
        [1, 1, 1, 1, 1, 1],
    ];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    x: Numbers,
    w: Numbers,
    b: Numbers,
    size: usize,
    out: Numbers,
}

fn recorded_cases() -> impl Iterator<Item = (Inputs, Array3<f64>)> {
    of_pytorch::<Recorded>("patch_embedding").into_iter().map(|case| {
        let Recorded { x, w, b, size, out } = case;
        (Inputs { x: x.array(), w: w.array(), b: b.array(), size }, out.array())
    })
}
