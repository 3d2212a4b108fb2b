//! What both norms for images have in common: sets of numbers to the mean 0 and the deviation 1, the right ones or others.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Context, Failure};
use ndarray::{Array1, Array4, Axis};

use crate::common::expected::close_to;

/// Gradients with respect to `x`, `gamma` and `beta`.
pub type Gradients = (Array4<f64>, Array1<f64>, Array1<f64>);

/// How sets are normalised.
#[derive(Clone, Copy)]
pub struct Way {
    /// The sum of squares is divided by the number of elements less this.
    pub correction: f64,
    /// Whether `eps` stands in the root or is added to the deviation.
    pub eps_in_root: bool,
    /// Whether the mean is taken off.
    pub centred: bool,
    /// Whether the variance itself takes the place of the deviation.
    pub by_variance: bool,
}

pub const RIGHT: Way = Way { correction: 0.0, eps_in_root: true, centred: true, by_variance: false };

/// Brings the sets of `x`, of which each place belongs to one, to the mean 0 and the deviation 1.
pub fn normalised(
    x: &Array4<f64>,
    eps: f64,
    set: impl Fn((usize, usize, usize, usize)) -> usize,
    way: Way,
) -> Array4<f64> {
    let count = x.indexed_iter().map(|(place, _)| set(place) + 1).max().unwrap_or(0);
    let (mut sizes, mut means, mut squares) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    x.indexed_iter().for_each(|(place, x)| {
        sizes[set(place)] += 1.0;
        means[set(place)] += x;
    });
    means.iter_mut().zip(&sizes).for_each(|(mean, size)| *mean /= size);
    x.indexed_iter().for_each(|(place, x)| squares[set(place)] += (x - means[set(place)]).powi(2));
    let mut out = x.clone();
    out.indexed_iter_mut().for_each(|(place, x)| {
        let set = set(place);
        let variance = squares[set] / (sizes[set] - way.correction);
        let divisor = match way {
            Way { by_variance: true, .. } => variance + eps,
            Way { eps_in_root: true, .. } => (variance + eps).sqrt(),
            _ => variance.sqrt() + eps,
        };
        *x = (*x - if way.centred { means[set] } else { 0.0 }) / divisor;
    });
    out
}

/// `gamma * x + beta` for each channel.
pub fn scaled(x: &Array4<f64>, gamma: &Array1<f64>, beta: &Array1<f64>) -> Array4<f64> {
    let mut out = x.clone();
    for ((mut channel, gamma), beta) in out.axis_iter_mut(Axis(1)).zip(gamma).zip(beta) {
        channel.mapv_inplace(|x| gamma * x + beta);
    }
    out
}

/// Expects an output in the shape of `x`, with words for the slips that both norms know.
pub fn expect_output(
    context: &Context,
    out: &Array4<f64>,
    expected: &Array4<f64>,
    slips: &[(&str, &Array4<f64>)],
) -> Result<(), Failure> {
    context.expect(
        out.dim() == expected.dim(),
        "the output has the wrong shape",
        "whatever order the axes are brought into on the way, the output has them as x has",
    )?;
    context.expect_array("the output", out, expected, close_to(expected.iter().copied()), slips)
}

/// Which gradients are compared.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    X,
    Parameters,
    All,
}

/// Expects gradients; `of_dx` are slips of `dx`. `images` is the length of the batch, and `dout` the upstream gradient.
pub fn expect_gradients(
    context: &Context,
    part: Part,
    (found, expected): (&Gradients, &Gradients),
    dout: &Array4<f64>,
    of_dx: &[(&str, &Array4<f64>)],
) -> Result<(), Failure> {
    let (dx, dgamma, dbeta) = expected;
    let (images, places) = (dout.dim().0 as f64, (dout.len() / dgamma.len().max(1)) as f64);
    if part != Part::X {
        let means = |all: &Array1<f64>| [all / places, all / images];
        for (what, found, expected) in [("dgamma", &found.1, dgamma), ("dbeta", &found.2, dbeta)] {
            let [mean, over_images] = means(expected);
            let slips = [
                ("the mean over images and places; it is the sum", &mean),
                ("the mean over the images; it is the sum", &over_images),
                ("the sum over all channels in each place; each channel has its own", &{
                    Array1::from_elem(expected.len(), expected.sum())
                }),
                ("the gradient of the other one: dgamma has the normalised numbers in it, dbeta has not", {
                    if what == "dgamma" { dbeta } else { dgamma }
                }),
            ];
            context.expect_array(what, found, expected, close_to(expected.iter().copied()), &slips)?;
        }
    }
    if part != Part::Parameters {
        context.expect(
            found.0.dim() == dx.dim(),
            "dx has the wrong shape",
            "whatever order the axes are brought into on the way, dx has them as x has",
        )?;
        // dx is a difference of numbers of the order of dout; rounding goes by these.
        let size = dx.iter().copied().chain([dout.iter().fold(0.0, |size: f64, slope| size.max(slope.abs())) * 1e-2]);
        context.expect_array("dx", &found.0, dx, close_to(size), of_dx)?;
    }
    Ok(())
}
