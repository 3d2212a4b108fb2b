//! Checks of `positional_encoding`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::Array2;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{ALL, Case, Named, Slips, fresh, one, recorded, special};
use super::recorded::{Numbers, of_cs231n, of_pytorch};
use super::reference;
use crate::common::check;

/// The checks, 4 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("positional_encoding", name, points, expectation, run);
    vec![
        check("fresh sizes", 2, "sines at even features and cosines at odd ones", |session, context| {
            fresh::<Sizes>(session, context, ALL)
        }),
        check("odd numbers of features", 1, "a last wave that has its sine only", |session, context| {
            let hint = "with an odd number of features the last one is a sine";
            special::<Sizes>(session, context, |_| [[4, 7], [9, 1], [1, 3], [30, 5]].map(Sizes).to_vec(), hint)
        }),
        check("recorded sizes", 1, "what PyTorch gives, and CS231n's notebook prints", recorded_sizes),
    ]
}

/// Time steps and features.
#[derive(Clone)]
struct Sizes([usize; 2]);

/// With this angle, and sine or cosine by place.
fn with(sizes: [usize; 2], wave: impl Fn(f64, usize, f64) -> f64) -> Array2<f64> {
    Array2::from_shape_fn(sizes, |(t, feature)| wave(t as f64, feature, sizes[1] as f64))
}

/// Sines and cosines in turn, of this angle.
fn turns(sizes: [usize; 2], angle: impl Fn(f64, f64, f64) -> f64) -> Array2<f64> {
    with(sizes, |t, feature, d| {
        let angle = angle(t, feature as f64, d);
        if feature % 2 == 0 { angle.sin() } else { angle.cos() }
    })
}

impl Case for Sizes {
    type Found = Array2<f64>;

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Sizes([random.random_range(3..20), 2 * random.random_range(2..8)])
    }

    fn look_alikes(&self, _: &mut ChaCha8Rng) -> Vec<Self> {
        let [time, features] = self.0;
        vec![Sizes([time + 1, features]), Sizes([time, features + 2])]
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::positional_encoding(self.0[0], self.0[1])
    }

    fn named(found: Array2<f64>) -> Named {
        one("the encoding", found)
    }

    fn expected(&self) -> Array2<f64> {
        reference::positional_encoding(self.0[0], self.0[1])
    }

    fn slips(&self, _: &Named) -> Slips {
        let sizes = self.0;
        let even = |feature: f64| feature - feature % 2.0;
        let slips = [
            (
                "with a wave of its own for each feature; the two of a pair share one",
                turns(sizes, |t, i, d| t * 10000_f64.powf(-i / d)),
            ),
            (
                "with sines and cosines exchanged",
                with(sizes, |t, i, d| {
                    let angle = t * 10000_f64.powf(-((i - i % 2) as f64) / d);
                    if i % 2 == 0 { angle.cos() } else { angle.sin() }
                }),
            ),
            (
                "with time steps counted from 1; the first is 0",
                turns(sizes, |t, i, d| (t + 1.0) * 10000_f64.powf(-even(i) / d)),
            ),
            (
                "with the exponent 2 * (feature - feature % 2) / d; it has that without the factor 2",
                turns(sizes, |t, i, d| t * 10000_f64.powf(-2.0 * even(i) / d)),
            ),
            (
                "with the exponent of half the feature; pair i has the exponent 2 i / d",
                turns(sizes, |t, i, d| t * 10000_f64.powf(-even(i) / 2.0 / d)),
            ),
            (
                "with waves that get shorter: divide by the power, do not multiply",
                turns(sizes, |t, i, d| t * 10000_f64.powf(even(i) / d)),
            ),
            (
                "all sines first, then all cosines; they stand in turns",
                with(sizes, |t, i, d| {
                    let half = (d as usize).div_ceil(2);
                    let angle = t * 10000_f64.powf(-2.0 * (i % half) as f64 / d);
                    if i < half { angle.sin() } else { angle.cos() }
                }),
            ),
            ("with 1000 in place of 10000", turns(sizes, |t, i, d| t * 1000_f64.powf(-even(i) / d))),
            (
                "with angles in degrees; sine and cosine take radians",
                turns(sizes, |t, i, d| (t * 10000_f64.powf(-even(i) / d)).to_radians()),
            ),
        ];
        slips.map(|(words, encoding)| (words, one("the encoding", encoding))).into()
    }
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    time: usize,
    features: usize,
    out: Numbers,
}

fn recorded_sizes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let case = |case: Recorded| (Sizes([case.time, case.features]), case.out.array());
    recorded(session, context, of_pytorch("positional_encoding").into_iter().map(case), None)?;
    let published = of_cs231n("positional_encoding").into_iter().map(case);
    recorded(session, context, published, Some(Tolerance::new(0.0, 6e-5)))
}
