//! Checks of `color_histogram_hsv`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array3};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::Deserialize;

use super::{expect, images, reference, slips};
use crate::common::expected::in_turn;
use crate::common::{check, recorded};

const NAME: &str = "color_histogram_hsv";

/// The checks, 25 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "histograms of fresh images",
            10,
            "for each part of the circle the share of the pixels with such a hue",
            fresh,
        ),
        check(
            NAME,
            "hues at the border of two bins",
            4,
            "pure colours in the bin that starts with them, and every pixel in some bin",
            borders,
        ),
        check(NAME, "grey, black and white", 3, "pixels without a hue in the first bin", gray),
        check(
            NAME,
            "dark, pale and other scales",
            3,
            "the same histogram in shade, in fog and on a scale from 0 to 1",
            scales,
        ),
        check(NAME, "one pixel, one bin", 2, "the right shares for a single pixel, row or bin", single),
        check(NAME, "recorded images", 2, "the shares that were recorded for fixed images", recorded_images),
        check(NAME, "inputs left alone", 1, "the image as it was before the call, and the right shares", unchanged),
    ]
}

/// Arguments of one call.
#[derive(Clone, Deserialize)]
struct Hues {
    #[serde(deserialize_with = "images::recorded")]
    image: Array3<f64>,
    bins: usize,
}

impl Hues {
    fn fresh(context: &mut Context, (height, width): (usize, usize), bins: usize) -> Self {
        Self { image: images::fresh(&mut context.random, (3, height, width)), bins }
    }

    /// These colours in random order.
    fn of(context: &mut Context, mut colours: Vec<[f64; 3]>, (height, width): (usize, usize), bins: usize) -> Self {
        colours.shuffle(&mut context.random);
        let image = Array3::from_shape_fn((3, height, width), |(c, h, w)| colours[(h * width + w) % colours.len()][c]);
        Self { image, bins }
    }

    fn call(&self) -> gradus_question::Call<Array1<f64>> {
        call::color_histogram_hsv(&self.image, self.bins)
    }

    fn expected(&self) -> Array1<f64> {
        reference::color_histogram_hsv(&self.image, self.bins)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &self.expected(), context)
    }

    fn compare(&self, actual: &Array1<f64>, expected: &Array1<f64>, context: &Context) -> Result<(), Failure> {
        expect(context, "the histogram", actual, expected, || slips::of_hues(&self.image, self.bins))
    }
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let (height, bins) = (random.random_range(6..10), random.random_range(7..20));
    let width = height + random.random_range(1..4);
    let all: Vec<_> =
        images::look_alikes(random, (3, height, width)).into_iter().map(|image| Hues { image, bins }).collect();
    in_turn(context, all, |hues, context| hues.hold(session, context)).map_err(|failure| {
        failure.with_hint(
            "for each pixel the hue H from 0 to below 1 by the three lines of the formula; it is in bin floor(bins * H), and each \
             pixel adds 1 / number of pixels",
        )
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (size, bins) in [((32, 32), 25), ((28, 28), 10), ((5, 30), 40), ((20, 9), 4)] {
        Hues::fresh(context, size, bins).hold(session, context)?;
    }
    Ok(())
}

/// Red, yellow, green, cyan, blue and magenta.
const PURE: [[f64; 3]; 6] =
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 1.0]];

/// Each colour as often as its place among them.
fn pure(full: f64, least: f64) -> Vec<[f64; 3]> {
    let times = |(i, colour): (usize, &[f64; 3])| vec![colour.map(|part| least + (full - least) * part); i + 1];
    PURE.iter().enumerate().flat_map(times).collect()
}

fn borders(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (full, least, bins) in [(255.0, 0.0, 6), (1.0, 0.0, 3), (200.0, 72.0, 2), (255.0, 0.0, 12), (192.0, 64.0, 6)] {
        Hues::of(context, pure(full, least), (3, 7), bins).hold(session, context).map_err(|failure| {
            failure.with_hint(
                "red is 0, yellow 1/6, green 1/3, cyan 1/2, blue 2/3, magenta 5/6, and a bin takes the hue that it starts with",
            )
        })?;
    }
    // A hair below red: rounding may take it to a whole turn. The last bin is right, and the first is near enough.
    for bins in [5, 9] {
        let hair = Hues::of(context, vec![[200.0, 10.0, 10.0 + 2e-15]; 4], (2, 2), bins);
        let actual = session.call(&hair.call()).map_err(|error| Failure::from(error).with_hint(LIFTED))?;
        context.expect(
            actual.len() == bins
                && (actual.sum() - 1.0).abs() < 1e-9
                && (actual[0] + actual[bins - 1] - 1.0).abs() < 1e-9,
            "a hue just below that of red is in no bin, or in a wrong one",
            LIFTED,
        )?;
    }
    Ok(())
}

const LIFTED: &str =
    "a hue just below 0 can be a whole turn after folding and rounding, and its bin one too many: take min(bins - 1)";

fn gray(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let shade = context.random.random_range(1.0..254.0);
    let hint = "where the largest of the three is the smallest too, nothing is divided: the hue is 0";
    for value in [0.0, shade, 255.0] {
        let hues = Hues { image: Array3::from_elem((3, 4, 5), value), bins: 8 };
        hues.hold(session, context).map_err(|failure| failure.with_hint(hint))?;
    }
    let mut colours = pure(250.0, 31.0);
    colours.extend([[0.0; 3], [255.0; 3], [shade; 3], [shade; 3]]);
    Hues::of(context, colours, (5, 5), 7).hold(session, context).map_err(|failure| failure.with_hint(hint))
}

fn scales(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let Hues { image, bins } = Hues::fresh(context, (7, 9), 11);
    for image in [&image / 255.0, &image * 0.05, &image * 0.4 + 150.0, image] {
        Hues { image, bins }.hold(session, context).map_err(|failure| {
            failure.with_hint("the hue is made of ratios of differences: neither a factor nor a constant changes it")
        })?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (size, bins) in [((1, 1), 10), ((1, 1), 10), ((1, 12), 9), ((12, 1), 9), ((6, 5), 1), ((3, 4), 100)] {
        Hues::fresh(context, size, bins)
            .hold(session, context)
            .map_err(|failure| failure.with_hint("height, width and the number of bins may be anything from 1"))?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    hues: Hues,
    #[serde(deserialize_with = "recorded::vector")]
    histogram: Array1<f64>,
}

fn recorded_images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { hues, histogram } in recorded::read(include_str!("../snapshots/color_histogram_hsv.snap")) {
        let actual = session.call(&hues.call())?;
        hues.compare(&actual, &histogram, context)?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let hues = Hues::fresh(context, (6, 8), 13);
    hues.compare(&session.call_watching_inputs(&hues.call())?, &hues.expected(), context)
}
