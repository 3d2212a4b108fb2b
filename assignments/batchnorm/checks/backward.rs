//! Public checks of the three backward passes.

use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, array};

use super::evenly_spaced;
use crate::batchnorm::{Mode, Running, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

type Gradients = (Array2<f64>, Array1<f64>, Array1<f64>);
type Backward = fn(&Array2<f64>, &Array1<f64>, &Array1<f64>, f64, &Array2<f64>) -> Call<Gradients>;

const BY_HAND: &str = "dx, dgamma and dbeta of one feature, with a variance of 4 and eps = 5";
const SLOPE: &str = "gradients that are the slopes of what the forward pass returns";

/// The checks of `batchnorm_backward`.
pub fn batchnorm() -> Vec<Check> {
    vec![
        check("batchnorm_backward", "two examples by hand", BY_HAND, |session, context| {
            feature_by_hand(call::batchnorm_backward, session, context)
        }),
        check("batchnorm_backward", "slope of the output", SLOPE, |session, context| {
            slope_of_batchnorm(call::batchnorm_backward, session, context)
        }),
    ]
}

/// The checks of `batchnorm_backward_alt`.
pub fn batchnorm_alt() -> Vec<Check> {
    vec![
        check("batchnorm_backward_alt", "two examples by hand", BY_HAND, |session, context| {
            feature_by_hand(call::batchnorm_backward_alt, session, context)
        }),
        check("batchnorm_backward_alt", "slope of the output", SLOPE, |session, context| {
            slope_of_batchnorm(call::batchnorm_backward_alt, session, context)
        }),
    ]
}

/// The checks of `layernorm_backward`.
pub fn layernorm() -> Vec<Check> {
    vec![
        check(
            "layernorm_backward",
            "two examples by hand",
            "dx, dgamma and dbeta of two rows, each with a variance of 4 and eps = 5",
            rows_by_hand,
        ),
        check("layernorm_backward", "slope of the output", SLOPE, slope_of_layernorm),
    ]
}

fn feature_by_hand(backward: Backward, session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // x_hat is -2/3 and 2/3.
    let (x, dout) = (array![[3.0], [7.0]], array![[1.0], [4.0]]);
    let (dx, dgamma, dbeta) = session.call(&backward(&x, &array![3.0], &array![1.0], 5.0, &dout))?;
    let mean = ("the mean over the examples; it is their sum", &array![2.5]);
    context.expect_array("dbeta", &dbeta, &array![5.0], TOLERANCE, &[mean])?;
    let slips = [
        ("the mean over the examples; it is their sum", &array![1.0]),
        ("the sum of dout * x; gamma is multiplied by x_hat", &array![31.0]),
    ];
    context.expect_array("dgamma", &dgamma, &array![2.0], TOLERANCE, &slips)?;
    let expected = array![[-5.0 / 6.0], [5.0 / 6.0]];
    let slips = [
        ("right if mean and variance did not depend on x; they do", &dout),
        ("right if the variance did not depend on x; it does", &array![[-1.5], [1.5]]),
        ("right if the mean did not depend on x; it does", &array![[5.0 / 3.0], [10.0 / 3.0]]),
        ("dx without gamma", &(&expected / 3.0)),
    ];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &slips)
}

fn rows_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // x_hat is -2/3, 2/3 and 2/3, -2/3.
    let (x, dout) = (array![[3.0, 7.0], [10.0, 6.0]], array![[1.0, 2.0], [1.0, 1.0]]);
    let call = call::layernorm_backward(&x, &array![3.0, 6.0], &array![1.0, -1.0], 5.0, &dout);
    let (dx, dgamma, dbeta) = session.call(&call)?;
    context.expect_array("dbeta", &dbeta, &array![2.0, 3.0], TOLERANCE, &[])?;
    context.expect_array("dgamma", &dgamma, &array![0.0, 2.0 / 3.0], TOLERANCE, &[])?;
    let expected = array![[-5.0 / 6.0, 5.0 / 6.0], [-5.0 / 18.0, 5.0 / 18.0]];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint(
            "first multiply dout by gamma, column by column; the means of the short formula then go over each row",
        )
    })
}

/// Inputs of both kinds of normalisation, and an upstream gradient.
fn inputs() -> (Array2<f64>, Array1<f64>, Array1<f64>, Array2<f64>) {
    let x = evenly_spaced(-2.0, 2.5, [4, 3]).mapv(|x: f64| x * x + 2.0 * (3.0 * x).sin());
    let dout = evenly_spaced(1.1, -0.7, [4, 3]).mapv(|slope: f64| slope + (9.0 * slope).cos());
    (x, array![1.5, -0.5, 0.8], array![0.3, 0.0, -1.0], dout)
}

const EPS: f64 = 0.1;

fn slope_of_batchnorm(backward: Backward, session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta, dout) = inputs();
    let gradients = session.call(&backward(&x, &gamma, &beta, EPS, &dout))?;
    let forward = call::batchnorm_forward(&x, &gamma, &beta, &Running::new(3), Mode::Train, 0.9, EPS);
    expect_slopes(&forward, &dout, &gradients, session, context)
}

fn slope_of_layernorm(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta, dout) = inputs();
    let gradients = session.call(&call::layernorm_backward(&x, &gamma, &beta, EPS, &dout))?;
    expect_slopes(&call::layernorm_forward(&x, &gamma, &beta, EPS), &dout, &gradients, session, context)
}

fn expect_slopes<R>(
    forward: &Call<R>,
    dout: &Array2<f64>,
    (dx, dgamma, dbeta): &Gradients,
    session: &mut Session<'_>,
    context: &Context,
) -> Result<(), Failure> {
    let flat = |numbers: &mut dyn Iterator<Item = &f64>| numbers.copied().collect::<Array1<f64>>();
    for (what, argument, count, found) in [
        ("dx", "x", dout.len(), flat(&mut dx.iter())),
        ("dgamma", "gamma", dout.ncols(), flat(&mut dgamma.iter())),
        ("dbeta", "beta", dout.ncols(), flat(&mut dbeta.iter())),
    ] {
        let all: Vec<usize> = (0..count).collect();
        let weights = Projection::WeightedSum(0, dout.iter().copied().collect());
        let slope = Array1::from_vec(session.numeric_gradient(forward, argument, &all, 1e-5, weights)?);
        let what = format!("{what}, held against the slope of your own output");
        context.expect_array(&what, &found, &slope, Tolerance::numeric_gradient(), &[])?;
    }
    Ok(())
}
