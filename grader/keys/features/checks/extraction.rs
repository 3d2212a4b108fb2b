//! Checks of `extract_features`. The feature functions are those that everybody can see, so that mistakes in the
//! assignment's own cost nothing here.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::{call, feature_functions};
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array4, Axis, concatenate};
use rand::Rng;

use super::{expect, reference};
use crate::common::expected::in_turn;
use crate::common::{check, inputs};

const NAME: &str = "extract_features";

/// The checks, 10 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(NAME, "features of fresh images", 5, "for each image the results of all functions, side by side", fresh),
        check(
            NAME,
            "functions in their order",
            2,
            "the results in the order of the functions, and twice where a function comes twice",
            in_order,
        ),
        check(NAME, "one image, one function", 2, "the right features for a single image or a single function", single),
        check(
            NAME,
            "inputs left alone",
            1,
            "the images as they were before the call, and the right features",
            unchanged,
        ),
    ]
}

/// Arguments of one call.
struct Images {
    images: Array4<f64>,
    numbers: Array1<usize>,
}

impl Images {
    fn fresh(context: &mut Context, shape: (usize, usize, usize, usize), numbers: &[usize]) -> Self {
        let random = &mut context.random;
        let images = Array4::from_shape_simple_fn(shape, || random.random_range(0.0..255.0));
        Self { images, numbers: Array1::from_vec(numbers.to_vec()) }
    }

    fn expected(&self) -> Array2<f64> {
        reference::extract_features(&self.images, &feature_functions(&self.numbers))
    }

    fn slips(&self, expected: &Array2<f64>) -> Vec<(&'static str, Array2<f64>)> {
        let functions = feature_functions(&self.numbers);
        let of = |functions: &[_]| reference::extract_features(&self.images, functions);
        let reversed: Vec<_> = functions.iter().rev().copied().collect();
        let first = expected.row(0).insert_axis(Axis(0));
        let mut once = functions.clone();
        once.dedup();
        let columns = expected.len() / self.images.dim().0;
        let one_after_another: Vec<f64> = {
            let blocks: Vec<_> = functions.iter().map(|&function| of(&[function])).collect();
            blocks.iter().flatten().copied().collect()
        };
        let mut slips = vec![
            ("what the functions give in the opposite order", of(&reversed)),
            ("what the first function alone gives; the results of all stand side by side", of(&functions[..1])),
            (
                "what the last function alone gives; the results of all stand side by side",
                of(&functions[functions.len() - 1..]),
            ),
            (
                "the features of the first image in every row",
                concatenate(Axis(0), &vec![first; expected.nrows()]).unwrap_or_default(),
            ),
            ("transposed: an image is a row", expected.t().to_owned()),
            ("what is left when a function that comes twice counts once", of(&once)),
        ];
        if let Ok(slip) = Array2::from_shape_vec((self.images.dim().0, columns), one_after_another) {
            let words =
                "in another order: first all images of one function; the results for one image stand in one row";
            slips.push((words, slip));
        }
        slips
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&call::extract_features(&self.images, &self.numbers))?, context)
    }

    fn compare(&self, actual: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let expected = self.expected();
        expect(context, "the features", actual, &expected, || self.slips(&expected))
    }
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let (batch, height) = (random.random_range(4..8), random.random_range(2..5));
    let shape = (batch, 3, height, height + random.random_range(1..4));
    let first = Images::fresh(context, shape, &[0, 1, 3]);
    let other = Images::fresh(context, shape, &[0, 1, 3]);
    let alike = inputs::look_alikes(&mut context.random, &first.images);
    let mut all = vec![Images { images: first.images.clone(), numbers: Array1::from_vec(vec![2, 0]) }];
    all.extend(alike.map(|images| Images { images, numbers: first.numbers.clone() }));
    all.extend([first, other]);
    in_turn(context, all, |images, context| images.hold(session, context)).map_err(|failure| {
        failure.with_hint("row n is what each function gives for image n, one result behind the other")
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (shape, numbers) in [((12, 3, 5, 6), [1, 2]), ((3, 1, 7, 4), [3, 0]), ((20, 3, 2, 2), [0, 3])] {
        Images::fresh(context, shape, &numbers).hold(session, context)?;
    }
    Ok(())
}

fn in_order(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for numbers in [&[1, 0][..], &[0, 1], &[2, 2, 1], &[1, 3, 1, 0, 2]] {
        Images::fresh(context, (5, 3, 3, 4), numbers).hold(session, context)?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for (shape, numbers) in
        [((1, 3, 4, 5), &[0, 3][..]), ((6, 3, 4, 5), &[2]), ((1, 1, 1, 1), &[1]), ((4, 1, 1, 6), &[3, 1])]
    {
        Images::fresh(context, shape, numbers)
            .hold(session, context)
            .map_err(|failure| failure.with_hint("images and functions may be one, and so may all axes of an image"))?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let images = Images::fresh(context, (4, 3, 3, 5), &[3, 1]);
    let call = call::extract_features(&images.images, &images.numbers);
    images.compare(&session.call_watching_inputs(&call)?, context)
}
