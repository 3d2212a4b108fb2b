//! Public checks of the norms for images.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array4, Axis, array};

use super::{evenly_spaced, expect_shapes, expect_slopes, flat, scattered};
use crate::conv::{BatchnormParam, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const BATCH: &str = "spatial_batchnorm_forward";
const BATCH_BACKWARD: &str = "spatial_batchnorm_backward";
const GROUP: &str = "spatial_groupnorm_forward";
const GROUP_BACKWARD: &str = "spatial_groupnorm_backward";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(BATCH, "one channel by hand", "-1, 3, 3 and -1; running mean 0.5, running variance 0.4", by_hand),
        check(BATCH, "means and deviations", "for each channel the mean beta and the deviation gamma", channels),
        check(BATCH, "not in training", "2 and 5, by the running statistics, which stay as they are", in_use),
        check(BATCH_BACKWARD, "one channel by hand", "dx = 0, dgamma = 2, dbeta = 4", batch_backward_by_hand),
        check(
            BATCH_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what spatial_batchnorm_forward returns",
            batch_slope,
        ),
        check(GROUP, "four channels by hand", "-1, 1, 6 and -10", group_by_hand),
        check(GROUP, "means and deviations", "the mean 0 and the deviation 1 for each group of each image", groups),
        check(
            GROUP_BACKWARD,
            "two channels by hand",
            "dx = 0, dgamma = -1 and 3, dbeta = 1 and 3",
            group_backward_by_hand,
        ),
        check(
            GROUP_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what spatial_groupnorm_forward returns",
            group_slope,
        ),
    ]
}

// The mean of the channel is 5 and its variance 4; a tenth of each goes into the running statistics.
fn by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[3.0, 7.0]]], [[[7.0, 3.0]]]];
    let param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
    let call = call::spatial_batchnorm_forward(&x, &array![2.0], &array![1.0], &param);
    let (out, next) = session.call(&call)?;
    context.expect_array("out", &out, &array![[[[-1.0, 3.0]]], [[[3.0, -1.0]]]], TOLERANCE, &[])?;
    let swapped = ("a mean with both weights exchanged; momentum goes with the old one", &array![4.5]);
    context.expect_array("the running mean", &next.running_mean, &array![0.5], TOLERANCE, &[swapped])?;
    context.expect_array("the running variance", &next.running_var, &array![0.4], TOLERANCE, &[])
}

/// The mean and the deviation of each channel.
fn statistics(x: &Array4<f64>) -> (Array1<f64>, Array1<f64>) {
    let means = x.axis_iter(Axis(1)).map(|channel| channel.mean().unwrap_or(f64::NAN)).collect();
    (means, x.axis_iter(Axis(1)).map(|channel| channel.std(0.0)).collect())
}

fn channels(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = scattered([2, 3, 4, 5]).mapv(|x| 4.0 * x + 10.0);
    let ones = (Array1::ones(3), Array1::zeros(3));
    for (gamma, beta) in [ones, (array![3.0, 4.0, 5.0], array![6.0, 7.0, 8.0])] {
        let call = call::spatial_batchnorm_forward(&x, &gamma, &beta, &BatchnormParam::new(3));
        let (out, _) = session.call(&call)?;
        expect_same_shape(&out, &x)?;
        let (means, deviations) = statistics(&out);
        // The deviation is a little smaller, because of eps.
        let tolerance = Tolerance::new(1e-5, 1e-5);
        context.expect_array("the means of the channels", &means, &beta, tolerance, &[])?;
        context.expect_array("the deviations of the channels", &deviations, &gamma, tolerance, &[])?;
    }
    Ok(())
}

fn expect_same_shape(out: &Array4<f64>, x: &Array4<f64>) -> Result<(), Failure> {
    if out.dim() == x.dim() {
        return Ok(());
    }
    Err(Failure::wrong("the output has the wrong shape")
        .with_detail(format!("the output has the shape {:?}; expected {:?}", out.shape(), x.shape()))
        .with_hint("whatever order the axes are brought into on the way, the output has them as x has"))
}

fn in_use(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let param = BatchnormParam {
        training: false,
        eps: 0.0,
        running_mean: array![1.0],
        running_var: array![4.0],
        ..BatchnormParam::new(1)
    };
    // One image is enough.
    let call = call::spatial_batchnorm_forward(&array![[[[1.0, 3.0]]]], &array![3.0], &array![2.0], &param);
    let (out, next) = session.call(&call)?;
    context.expect_array("out", &out, &array![[[[2.0, 5.0]]]], TOLERANCE, &[])?;
    context.expect(next == param, "the running statistics or the settings changed", "they change in training alone")
}

fn batch_backward_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
    let (x, dout) = (array![[[[3.0, 7.0]]]], array![[[[1.0, 3.0]]]]);
    let call = call::spatial_batchnorm_backward(&x, &array![2.0], &array![1.0], &param, &dout);
    let (dx, dgamma, dbeta) = session.call(&call)?;
    context.expect_array("dx", &dx, &array![[[[0.0, 0.0]]]], TOLERANCE, &[]).map_err(|failure| {
        failure
            .with_hint("two numbers always become -1 and 1, so moving one changes nothing: mean and deviation move too")
    })?;
    context.expect_array("dgamma", &dgamma, &array![2.0], TOLERANCE, &[])?;
    context.expect_array("dbeta", &dbeta, &array![4.0], TOLERANCE, &[])
}

fn batch_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta) = (scattered([2, 3, 2, 3]), array![1.3, -0.7, 0.4], array![0.2, -0.5, 0.9]);
    let (param, dout) = (BatchnormParam::new(3), evenly_spaced(1.1, -0.8, [2, 3, 2, 3]).mapv(|slope| slope * slope));
    let (dx, dgamma, dbeta) = session.call(&call::spatial_batchnorm_backward(&x, &gamma, &beta, &param, &dout))?;
    expect_shapes(&[
        ("dx", dx.shape(), x.shape()),
        ("dgamma", dgamma.shape(), gamma.shape()),
        ("dbeta", dbeta.shape(), beta.shape()),
    ])?;
    let forward = call::spatial_batchnorm_forward(&x, &gamma, &beta, &param);
    let gradients = [("dx", "x", flat(&dx)), ("dgamma", "gamma", dgamma), ("dbeta", "beta", dbeta)];
    expect_slopes(session, context, &forward, &dout, &gradients)
}

fn group_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[3.0]], [[7.0]], [[1.0]], [[0.0]]]];
    let (gamma, beta) = (array![1.0, 1.0, 1.0, 10.0], array![0.0, 0.0, 5.0, 0.0]);
    let out = session.call(&call::spatial_groupnorm_forward(&x, &gamma, &beta, 2, 0.0))?;
    context.expect_array("out", &out, &array![[[[-1.0]], [[1.0]], [[6.0]], [[-10.0]]]], TOLERANCE, &[])
}

fn groups(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = scattered([2, 6, 4, 5]).mapv(|x| 4.0 * x + 10.0);
    let out = session.call(&call::spatial_groupnorm_forward(&x, &Array1::ones(6), &Array1::zeros(6), 2, 1e-5))?;
    expect_same_shape(&out, &x)?;
    let rows = Array2::from_shape_vec((4, 60), out.iter().copied().collect()).expect("two groups of two images");
    let tolerance = Tolerance::new(1e-5, 1e-5);
    context.expect_array(
        "the means of the groups",
        &rows.sum_axis(Axis(1)).mapv(|sum| sum / 60.0),
        &Array1::zeros(4),
        tolerance,
        &[],
    )?;
    context.expect_array("the deviations of the groups", &rows.std_axis(Axis(1), 0.0), &Array1::ones(4), tolerance, &[])
}

fn group_backward_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, dout, ones) = (array![[[[3.0]], [[7.0]]]], array![[[[1.0]], [[3.0]]]], array![1.0, 1.0]);
    let (dx, dgamma, dbeta) = session.call(&call::spatial_groupnorm_backward(&x, &ones, &ones, 1, 0.0, &dout))?;
    context.expect_array("dx", &dx, &array![[[[0.0]], [[0.0]]]], TOLERANCE, &[]).map_err(|failure| {
        failure
            .with_hint("two numbers always become -1 and 1, so moving one changes nothing: mean and deviation move too")
    })?;
    context.expect_array("dgamma", &dgamma, &array![-1.0, 3.0], TOLERANCE, &[])?;
    context.expect_array("dbeta", &dbeta, &array![1.0, 3.0], TOLERANCE, &[])
}

fn group_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta) = (scattered([2, 4, 2, 3]), array![1.3, -0.7, 0.4, 0.8], array![0.2, -0.5, 0.9, 0.0]);
    let dout = evenly_spaced(1.1, -0.8, [2, 4, 2, 3]).mapv(|slope| slope * slope);
    let (dx, dgamma, dbeta) = session.call(&call::spatial_groupnorm_backward(&x, &gamma, &beta, 2, 1e-5, &dout))?;
    expect_shapes(&[
        ("dx", dx.shape(), x.shape()),
        ("dgamma", dgamma.shape(), gamma.shape()),
        ("dbeta", dbeta.shape(), beta.shape()),
    ])?;
    let forward = call::spatial_groupnorm_forward(&x, &gamma, &beta, 2, 1e-5);
    let gradients = [("dx", "x", flat(&dx)), ("dgamma", "gamma", dgamma), ("dbeta", "beta", dbeta)];
    expect_slopes(session, context, &forward, &dout, &gradients)
}
