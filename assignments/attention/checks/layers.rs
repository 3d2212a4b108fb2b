//! Public checks of encoder and decoder layers.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, Axis, array};

use super::{
    all_numbers, expect_slopes, fill, flat, idle_decoder_layer, idle_encoder_layer, no_attention, plain_norm,
    scattered, weighed_by,
};
use crate::attention::{DecoderLayer, EncoderLayer, LayerNorm, Mask, MultiHeadAttention, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const ENCODER: &str = "transformer_encoder_layer_forward";
const ENCODER_BACKWARD: &str = "transformer_encoder_layer_backward";
const DECODER: &str = "transformer_decoder_layer_forward";
const DECODER_BACKWARD: &str = "transformer_decoder_layer_backward";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(ENCODER, "parts that do nothing", "-1 and 3, up to eps: what is left are the norms", idle_encoder),
        check(ENCODER, "means and deviations", "the mean 0 and the deviation 1 at each time step", encoder_statistics),
        check(
            ENCODER_BACKWARD,
            "the last norm by hand",
            "the sum of dout as the gradient of the last beta",
            encoder_beta,
        ),
        check(
            ENCODER_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what transformer_encoder_layer_forward returns",
            encoder_slope,
        ),
        check(DECODER, "a memory by hand", "-1 and 1, up to eps: the memory's mean turns the signs", memory),
        check(DECODER, "means and deviations", "the mean 0 and the deviation 1 at each time step", decoder_statistics),
        check(
            DECODER_BACKWARD,
            "the last norm by hand",
            "the sum of dout as the gradient of the last beta",
            decoder_beta,
        ),
        check(
            DECODER_BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what transformer_decoder_layer_forward returns",
            decoder_slope,
        ),
    ]
}

/// As near as eps lets a norm come to deviation 1.
const UP_TO_EPS: Tolerance = Tolerance::new(1e-4, 1e-4);

fn idle_encoder(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let last = LayerNorm { gamma: array![2.0, 2.0], beta: array![1.0, 1.0] };
    let net = EncoderLayer { norm_feed_forward: last, ..idle_encoder_layer(2, 3) };
    let out = session.call(&call::transformer_encoder_layer_forward(&net, 1, &array![[[3.0, 7.0]]], &Mask::All))?;
    let nothing = ("without adding what each part got", &array![[[1.0, 1.0]]]);
    context.expect_array("out", &out, &array![[[-1.0, 3.0]]], UP_TO_EPS, &[nothing])
}

/// Expects the mean 0 and the deviation 1 at each time step.
fn expect_normalised(context: &Context, out: &Array3<f64>, x: &Array3<f64>) -> Result<(), Failure> {
    if out.dim() != x.dim() {
        return Err(Failure::wrong("the output has the wrong shape").with_detail(format!(
            "the output has the shape {:?}; expected {:?}",
            out.shape(),
            x.shape()
        )));
    }
    let zeros = Array2::zeros((x.dim().0, x.dim().1));
    let means = out.sum_axis(Axis(2)) / x.dim().2 as f64;
    context.expect_array("the means of the time steps", &means, &zeros, UP_TO_EPS, &[])?;
    let deviations = out.std_axis(Axis(2), 0.0);
    context.expect_array("the deviations of the time steps", &deviations, &(zeros + 1.0), UP_TO_EPS, &[])
}

fn encoder_statistics(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = EncoderLayer { norm_feed_forward: plain_norm(4), ..fill(idle_encoder_layer(4, 5)) };
    let x = scattered([2, 3, 4]) * 3.0 + 2.0;
    let out = session.call(&call::transformer_encoder_layer_forward(&net, 2, &x, &Mask::All))?;
    expect_normalised(context, &out, &x)
}

/// The sum over examples and time steps.
fn summed(dout: &Array3<f64>) -> Array1<f64> {
    dout.sum_axis(Axis(0)).sum_axis(Axis(0))
}

fn encoder_beta(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, dout) = (scattered([2, 3, 4]), scattered([2, 3, 4]) + 0.5);
    let net = fill(idle_encoder_layer(4, 5));
    let (_, gradients) = session.call(&call::transformer_encoder_layer_backward(&net, 2, &x, &Mask::All, &dout))?;
    let found = &gradients.norm_feed_forward.beta;
    context.expect_array("the gradient of norm_feed_forward.beta", found, &summed(&dout), TOLERANCE, &[])
}

fn encoder_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, dout) = (scattered([2, 3, 4]), scattered([2, 3, 4]) + 0.2);
    let net = fill(idle_encoder_layer(4, 5));
    let mask = Mask::Allowed(array![[true, false, true], [true, true, false], [true, true, true]]);
    let (dx, gradients) = session.call(&call::transformer_encoder_layer_backward(&net, 2, &x, &mask, &dout))?;
    let forward = call::transformer_encoder_layer_forward(&net, 2, &x, &mask);
    let count = all_numbers(&net).len();
    let gradients = [("x", x.len(), flat(&dx)), ("net", count, all_numbers(&gradients))];
    expect_slopes(session, context, &forward, &weighed_by(&dout), &gradients)
}

// Cross attention takes the mean of the memory, -3 and 3. Added to 1 and -1 it gives -2 and 2.
fn memory(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let cross_attention = MultiHeadAttention { wv: Array2::eye(2), wo: Array2::eye(2), ..no_attention(2) };
    let net = DecoderLayer { cross_attention, ..idle_decoder_layer(2, 3) };
    let (x, memory) = (array![[[7.0, 3.0]]], array![[[-5.0, 0.0], [-1.0, 6.0]]]);
    let out = session.call(&call::transformer_decoder_layer_forward(&net, 1, &x, &memory, &Mask::All))?;
    let without = ("without cross attention to the memory", &array![[[1.0, -1.0]]]);
    context.expect_array("out", &out, &array![[[-1.0, 1.0]]], UP_TO_EPS, &[without])
}

fn decoder_statistics(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = DecoderLayer { norm_feed_forward: plain_norm(4), ..fill(idle_decoder_layer(4, 5)) };
    let (x, memory) = (scattered([2, 3, 4]) * 3.0 + 2.0, scattered([2, 5, 4]));
    let out = session.call(&call::transformer_decoder_layer_forward(&net, 2, &x, &memory, &Mask::All))?;
    expect_normalised(context, &out, &x)
}

fn decoder_beta(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, memory, dout) = (scattered([2, 3, 4]), scattered([2, 2, 4]) - 0.1, scattered([2, 3, 4]) + 0.5);
    let net = fill(idle_decoder_layer(4, 5));
    let call = call::transformer_decoder_layer_backward(&net, 2, &x, &memory, &Mask::All, &dout);
    let (.., gradients) = session.call(&call)?;
    let found = &gradients.norm_feed_forward.beta;
    context.expect_array("the gradient of norm_feed_forward.beta", found, &summed(&dout), TOLERANCE, &[])
}

fn decoder_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, memory, dout) = (scattered([2, 3, 4]), scattered([2, 2, 4]) - 0.1, scattered([2, 3, 4]) + 0.2);
    let net = fill(idle_decoder_layer(4, 5));
    let mask = Mask::Allowed(array![[true, false, false], [true, true, false], [true, true, true]]);
    let call = call::transformer_decoder_layer_backward(&net, 2, &x, &memory, &mask, &dout);
    let (dx, dmemory, gradients) = session.call(&call)?;
    let forward = call::transformer_decoder_layer_forward(&net, 2, &x, &memory, &mask);
    let count = all_numbers(&net).len();
    let gradients =
        [("x", x.len(), flat(&dx)), ("memory", memory.len(), flat(&dmemory)), ("net", count, all_numbers(&gradients))];
    expect_slopes(session, context, &forward, &weighed_by(&dout), &gradients)
}
