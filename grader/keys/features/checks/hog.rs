//! Checks of `hog_feature`.
// GRADUS-STAFF-ONLY-7c1f4e

use std::f64::consts::PI;

use gradus_assignments::features::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, Axis};
use rand::Rng;
use serde::Deserialize;

use super::images::{self, with_channel};
use super::{expect, reference, slips};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, recorded};

const NAME: &str = "hog_feature";

/// The checks, 30 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "histograms of fresh images",
            10,
            "for each cell and each bin of the half circle the mean length of the gradients that point there",
            fresh,
        ),
        check(NAME, "directions", 4, "each direction in its bin, and the opposite one in the same", directions),
        check(
            NAME,
            "sizes that are no multiple of the cell",
            3,
            "whole cells only, with steps to the pixels that are left over",
            left_over,
        ),
        check(NAME, "even images", 2, "0 everywhere where nothing changes", even),
        check(NAME, "images in colour", 3, "the features of the grey image", in_colour),
        check(
            NAME,
            "other cells, other bins",
            3,
            "cells of any size from one pixel, and any number of bins from 1",
            other_cells,
        ),
        check(NAME, "one row, one column", 2, "the right features where an axis has length 1", single),
        check(NAME, "recorded images", 2, "the features that were recorded for fixed images", recorded_images),
        check(NAME, "inputs left alone", 1, "the image as it was before the call, and the right features", unchanged),
    ]
}

/// Arguments of one call.
#[derive(Clone, Deserialize)]
struct Gradients {
    #[serde(deserialize_with = "images::recorded")]
    image: Array3<f64>,
    cell: usize,
    orientations: usize,
}

impl Gradients {
    fn gray(context: &mut Context, (height, width): (usize, usize), cell: usize, orientations: usize) -> Self {
        Self { image: images::gray(&mut context.random, height, width), cell, orientations }
    }

    fn call(&self) -> gradus_question::Call<Array1<f64>> {
        call::hog_feature(&self.image, self.cell, self.orientations)
    }

    fn expected(&self) -> Array1<f64> {
        reference::hog_feature(&self.image, self.cell, self.orientations)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, &self.expected(), context)
    }

    fn compare(&self, actual: &Array1<f64>, expected: &Array1<f64>, context: &Context) -> Result<(), Failure> {
        expect(context, "the features", actual, expected, || {
            slips::of_gradients(&self.image, self.cell, self.orientations)
        })
    }

    /// With the last bin of each cell put to the first, for directions that rounding may take to either.
    fn hold_joined(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let joined = |features: Array1<f64>| {
            let mut rows =
                features.into_shape_with_order((self.expected().len() / self.orientations, self.orientations));
            if let Ok(rows) = &mut rows {
                for mut row in rows.rows_mut() {
                    row[0] += row[self.orientations - 1];
                    row[self.orientations - 1] = 0.0;
                }
            }
            rows.map_or_else(|_| Array1::zeros(0), |rows| rows.flatten().into_owned())
        };
        let expected = joined(self.expected());
        let actual = joined(session.call(&self.call())?);
        context.expect_array("the features", &actual, &expected, close_to(expected.iter().copied()), &[])
    }
}

const FORMULA: &str = "steps dx to the right and dy down on the grey image; m = sqrt(dx^2 + dy^2), t = atan2(dy, dx) modulo PI; \
                       bin floor(orientations * t / PI) of the pixel's cell gets m / cell^2";

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let (cell, orientations, down) = (random.random_range(3..6), random.random_range(5..9), random.random_range(2..4));
    let across = down + random.random_range(1..3);
    let all: Vec<_> = images::look_alikes(random, (1, down * cell, across * cell))
        .into_iter()
        .map(|image| Gradients { image, cell, orientations })
        .collect();
    in_turn(context, all, |gradients, context| gradients.hold(session, context))
        .map_err(|failure| failure.with_hint(FORMULA))
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (size, cell, orientations) in [((32, 32), 8, 9), ((28, 28), 7, 9), ((12, 30), 6, 7), ((20, 10), 5, 12)] {
        Gradients::gray(context, size, cell, orientations).hold(session, context)?;
    }
    Ok(())
}

/// An image that rises evenly in one direction.
fn plane(size: usize, slope: f64, (dx, dy): (f64, f64)) -> Array3<f64> {
    with_channel(Array2::from_shape_fn((size, size), |(h, w)| 128.0 + slope * (h as f64 * dy + w as f64 * dx)))
}

fn directions(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let random = &mut context.random;
    let orientations = random.random_range(5..12);
    let slope = random.random_range(4.0..9.0);
    let offset = random.random_range(0.2..0.8);
    let mut all: Vec<_> = (0..2 * orientations)
        .map(|k| {
            let angle = (k as f64 + offset) * PI / orientations as f64;
            Gradients { image: plane(8, slope, (angle.cos(), angle.sin())), cell: 4, orientations }
        })
        .collect();
    // Borders of bins on which all ways of rounding agree: level, upright, and 45 degrees in four bins.
    for (step, bins) in [((1.0, 0.0), 9), ((-1.0, 0.0), 9), ((0.0, 1.0), 2), ((0.0, -1.0), 4), ((1.0, 1.0), 4)] {
        all.push(Gradients { image: plane(6, 5.0, step), cell: 5, orientations: bins });
    }
    in_turn(context, all, |gradients, context| {
        gradients.hold(session, context).map_err(|failure| {
            failure.with_hint(
                "an angle of PI, straight to the left, is 0 modulo PI, and a negative one has PI added: then bin k takes the \
                 angles from k * PI / orientations on",
            )
        })
    })?;
    // A step to the right that goes up by the least there is, so that folding its angle rounds to PI.
    let least = 16.0 * f64::EPSILON;
    let lifted = Array2::from_shape_fn((6, 6), |(h, w)| if w % 2 == 0 { 20.0 - least * h as f64 } else { 220.0 });
    for orientations in [9, 6] {
        let lifted = Gradients { image: with_channel(lifted.clone()), cell: 3, orientations };
        lifted.hold_joined(session, context).map_err(|failure| {
            failure.with_hint(
                "an angle just below 0 can be PI after folding and rounding, and its bin one too many: take min(orientations - 1)",
            )
        })?;
    }
    Ok(())
}

fn left_over(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (size, cell, orientations) in [((19, 26), 6, 9), ((13, 13), 12, 8), ((28, 25), 8, 9), ((11, 16), 4, 5)] {
        Gradients::gray(context, size, cell, orientations).hold(session, context).map_err(|failure| {
            failure.with_hint(
                "there are height / cell and width / cell cells, rounded down; pixels further on are in no cell, but the last \
                 pixels of a cell still step to them",
            )
        })?;
    }
    Ok(())
}

fn even(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let gray = context.random.random_range(1.0..254.0);
    for value in [0.0, gray, 255.0] {
        let image = Array3::from_elem((1, 12, 16), value);
        Gradients { image, cell: 4, orientations: 9 }.hold(session, context).map_err(|failure| {
            failure
                .with_hint("where nothing changes, lengths are 0, and so are all features; nothing is divided by them")
        })?;
    }
    Ok(())
}

fn in_colour(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (shape, cell) in [((3, 16, 24), 8), ((3, 16, 24), 8), ((3, 21, 14), 7)] {
        let gradients = Gradients { image: images::fresh(&mut context.random, shape), cell, orientations: 9 };
        let actual = session.call(&gradients.call()).map_err(|error| Failure::from(error).with_hint(COLOUR))?;
        // What follows from the answer's own grey image counts too: a mistake there costs nothing here.
        let own =
            session.call(&call::rgb2gray(&gradients.image)).ok().filter(|gray| gray.nrows().min(gray.ncols()) >= cell);
        let own = own.map(|gray| reference::hog_feature(&with_channel(gray), cell, 9));
        if own.is_some_and(|own| gradus_check::compare(&actual, &own, close_to(own.iter().copied())).is_ok()) {
            continue;
        }
        gradients.compare_in_colour(&actual, context).map_err(|failure| failure.with_hint(COLOUR))?;
    }
    Ok(())
}

const COLOUR: &str = "take the steps on what rgb2gray gives, whatever the number of channels";

impl Gradients {
    fn compare_in_colour(&self, actual: &Array1<f64>, context: &Context) -> Result<(), Failure> {
        let expected = self.expected();
        let of = |gray: Array2<f64>| reference::hog_feature(&with_channel(gray), self.cell, self.orientations);
        let channels = self.image.outer_iter().map(|channel| of(channel.to_owned())).collect::<Vec<_>>();
        let mean = of(self.image.mean_axis(Axis(0)).unwrap_or_default());
        context.expect_array(
            "the features",
            actual,
            &expected,
            close_to(expected.iter().copied()),
            &[
                ("what the red channel alone gives; steps are taken on the grey image", &channels[0]),
                ("what the mean of the channels gives; steps are taken on the grey image of question 1", &mean),
                (
                    "what adding up the features of the three channels gives; steps are taken on the grey image",
                    &(&channels[0] + &channels[1] + &channels[2]),
                ),
            ],
        )
    }
}

fn other_cells(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (size, cell, orientations) in
        [((7, 9), 1, 9), ((10, 10), 10, 9), ((12, 18), 3, 1), ((8, 12), 2, 36), ((7, 7), 7, 1), ((9, 6), 3, 9)]
    {
        Gradients::gray(context, size, cell, orientations).hold(session, context).map_err(|failure| {
            failure.with_hint("neither the size of a cell nor the number of bins is fixed: both are arguments")
        })?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for size in [(1, 9), (9, 1), (1, 1), (1, 2)] {
        Gradients::gray(context, size, 1, 9)
            .hold(session, context)
            .map_err(|failure| failure.with_hint("in a single row all dy are 0, and in a single column all dx"))?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    gradients: Gradients,
    #[serde(deserialize_with = "recorded::vector")]
    features: Array1<f64>,
}

fn recorded_images(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { gradients, features } in recorded::read(include_str!("../snapshots/hog_feature.snap")) {
        let actual = session.call(&gradients.call())?;
        gradients.compare(&actual, &features, context)?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let gradients = Gradients::gray(context, (12, 15), 3, 9);
    gradients.compare(&session.call_watching_inputs(&gradients.call())?, &gradients.expected(), context)
}
