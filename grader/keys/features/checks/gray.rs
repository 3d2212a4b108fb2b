//! Checks of `rgb2gray`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array2, Array3, Axis};
use rand::Rng;

use super::{expect, images, reference};
use crate::common::check;
use crate::common::expected::in_turn;

const NAME: &str = "rgb2gray";

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(NAME, "grey of fresh images", 5, "0.299 red + 0.587 green + 0.114 blue, for each pixel", fresh),
        check(NAME, "images of one channel", 2, "the only channel as it is", one_channel),
        check(NAME, "black, white and pure colours", 1, "the right grey at both ends of the scale", extremes),
        check(NAME, "one row, one pixel", 1, "the right grey where an axis has length 1", single),
        check(NAME, "inputs left alone", 1, "the image as it was before the call, and the right grey", unchanged),
    ]
}

const WEIGHTS: [f64; 3] = [0.299, 0.587, 0.114];

fn slips(image: &Array3<f64>) -> Vec<(&'static str, Array2<f64>)> {
    if image.dim().0 == 1 {
        let channel = image.index_axis(Axis(0), 0);
        return vec![
            ("the channel times 0.299; a single channel is grey already", &channel * WEIGHTS[0]),
            ("the channel as the whole number below; leave it as it is", channel.mapv(f64::floor)),
        ];
    }
    let weighed = |weights: [f64; 3]| {
        let parts = image.outer_iter().zip(weights).map(|(channel, weight)| &channel * weight);
        parts.reduce(|sum, part| sum + part).unwrap_or_default()
    };
    let [red, green, blue] = WEIGHTS;
    vec![
        ("the mean of the channels; each has a weight of its own", weighed([1.0 / 3.0; 3])),
        ("the sum of the channels; each has a weight of its own", weighed([1.0; 3])),
        ("what the weights give in the order blue, green, red", weighed([blue, green, red])),
        ("what the weights give in the order green, red, blue", weighed([green, red, blue])),
        ("what 0.2126, 0.7152 and 0.0722 give, the weights of another standard", weighed([0.2126, 0.7152, 0.0722])),
        ("the largest channel; all three count", image.fold_axis(Axis(0), 0.0, |&a: &f64, &b| a.max(b))),
        ("the grey as the whole number below; leave the fraction", weighed(WEIGHTS).mapv(f64::floor)),
        ("the grey divided by 255; leave the scale as it is", weighed(WEIGHTS) / 255.0),
        ("transposed: rows stay rows", weighed(WEIGHTS).t().to_owned()),
    ]
}

fn compare(image: &Array3<f64>, actual: &Array2<f64>, context: &Context) -> Result<(), Failure> {
    let expected = reference::rgb2gray(image);
    expect(context, "the grey image", actual, &expected, || slips(image))
}

fn hold(image: &Array3<f64>, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
    compare(image, &session.call(&call::rgb2gray(image))?, context)
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let height = context.random.random_range(3..7);
    let width = height + context.random.random_range(1..4);
    let all = images::look_alikes(&mut context.random, (3, height, width));
    in_turn(context, all, |image, context| hold(image, session, context)).map_err(|failure| {
        failure.with_hint("multiply the channels by 0.299, 0.587 and 0.114, and add them up: (height, width)")
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [(3, 28, 28), (3, 5, 40), (3, 17, 2)] {
        hold(&images::fresh(&mut context.random, shape), session, context)?;
    }
    Ok(())
}

fn one_channel(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [(1, 6, 9), (1, 6, 9), (1, 1, 3), (1, 3, 1)] {
        hold(&images::fresh(&mut context.random, shape), session, context).map_err(|failure| {
            failure.with_hint("look at the length of the first axis: an image of one channel is grey already")
        })?;
    }
    Ok(())
}

fn extremes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for full in [255.0, 1.0] {
        let random = &mut context.random;
        let image = Array3::from_shape_simple_fn((3, 5, 6), || if random.random() { full } else { 0.0 });
        hold(&image, session, context).map_err(|failure| {
            failure
                .with_hint("values may be anything from 0 to 255, or from 0 to 1: keep them in f64 and on their scale")
        })?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [(3, 1, 8), (3, 8, 1), (3, 1, 1), (3, 3, 3)] {
        hold(&images::fresh(&mut context.random, shape), session, context).map_err(|failure| {
            failure.with_hint("height and width may be anything from 1; the first axis counts channels")
        })?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for channels in [3, 1] {
        let image = images::fresh(&mut context.random, (channels, 6, 7));
        compare(&image, &session.call_watching_inputs(&call::rgb2gray(&image))?, context)?;
    }
    Ok(())
}
