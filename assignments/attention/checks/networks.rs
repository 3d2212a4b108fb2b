//! Public checks of the patch embedding and of both networks.

use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, array};

use super::{all_numbers, expect_slopes, fill, idle_decoder_layer, idle_encoder_layer, scattered};
use crate::attention::{CaptioningTransformer, END, NULL, START, VisionTransformer, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const PATCHES: &str = "patch_embedding_forward";
const CAPTIONING: &str = "captioning_transformer_loss";
const SAMPLE: &str = "captioning_transformer_sample";
const VISION: &str = "vision_transformer_loss";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(PATCHES, "two patches by hand", "the sequence of 6521.5 and 8743.5", two_patches),
        check(PATCHES, "two channels by hand", "87654321: all of channel 0, and then all of channel 1", two_channels),
        check(
            CAPTIONING,
            "nothing learned yet",
            "ln 6 for each word that is to be said: 4 words in 2 captions",
            first_captions,
        ),
        check(
            CAPTIONING,
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss",
            captioning_slope,
        ),
        check(SAMPLE, "one word again and again", "word 4 at every step, when nothing but its bias counts", one_word),
        check(SAMPLE, "the end", "END, and nothing but NULL behind it", end),
        check(VISION, "nothing learned yet", "ln 4 for four classes", first_classes),
        check(
            VISION,
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss",
            vision_slope,
        ),
    ]
}

fn two_patches(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]]];
    let w = array![[1.0], [10.0], [100.0], [1000.0]];
    let out = session.call(&call::patch_embedding_forward(&x, &w, &array![0.5], 2))?;
    let (rows, columns) = (array![[[4321.5], [8765.5]]], array![[[6251.5], [8473.5]]]);
    let slips = [
        ("what a new shape alone gives: pieces of rows, not squares", &rows),
        ("with the pixels of a patch column by column; they go row by row", &columns),
    ];
    context.expect_array("out", &out, &array![[[6521.5], [8743.5]]], TOLERANCE, &slips)
}

fn two_channels(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]];
    let w = Array2::from_shape_fn((8, 1), |(place, _)| 10_f64.powi(place as i32));
    let out = session.call(&call::patch_embedding_forward(&x, &w, &array![0.0], 2))?;
    let mixed = ("with the channels of each pixel side by side; all of channel 0 come first", &array![[[84736251.0]]]);
    context.expect_array("out", &out, &array![[[87654321.0]]], TOLERANCE, &[mixed])
}

/// Two layers of four features; images have parts of three numbers; six words.
fn captioner() -> CaptioningTransformer {
    fill(CaptioningTransformer {
        w_projection: Array2::zeros((3, 4)),
        b_projection: Array1::zeros(4),
        w_embedding: Array2::zeros((6, 4)),
        layers: vec![idle_decoder_layer(4, 3), idle_decoder_layer(4, 3)],
        w_vocabulary: Array2::zeros((4, 6)),
        b_vocabulary: Array1::zeros(6),
    })
}

/// A network whose scores are its last biases.
fn by_bias(word: usize) -> CaptioningTransformer {
    let mut b_vocabulary = Array1::zeros(6);
    b_vocabulary[word] = 3.0;
    CaptioningTransformer { w_vocabulary: Array2::zeros((4, 6)), b_vocabulary, ..captioner() }
}

fn first_captions(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net =
        CaptioningTransformer { w_vocabulary: Array2::zeros((4, 6)), b_vocabulary: Array1::zeros(6), ..captioner() };
    let captions = array![[START, 3, 5, END], [START, END, NULL, NULL]];
    let (loss, _) = session.call(&call::captioning_transformer_loss(&net, 2, &scattered([2, 2, 3]), &captions))?;
    let word = 6.0_f64.ln();
    let slips = [
        ("the loss with NULL counted; not to say it costs nothing", 3.0 * word),
        ("the mean over all words; the sum over words is divided by the number of captions", word),
        ("the sum over the captions; the loss is their mean", 4.0 * word),
    ];
    context.expect_number("the loss", loss, 2.0 * word, TOLERANCE, &slips)
}

fn captioning_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, features) = (captioner(), scattered([2, 2, 3]));
    let captions = array![[START, 3, 5, 4, END], [START, 4, END, NULL, NULL]];
    let call = call::captioning_transformer_loss(&net, 2, &features, &captions);
    let (_, gradients) = session.call(&call)?;
    let gradients = [("net", all_numbers(&net).len(), all_numbers(&gradients))];
    expect_slopes(session, context, &call, &Projection::Number(0), &gradients)
}

/// Expects words.
fn expect_words(context: &Context, found: &Array2<usize>, expected: &Array2<usize>) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    let right_shape = found.dim() == expected.dim();
    context.expect(right_shape, "the words have the wrong shape", "it is (batch, max_length), without START")?;
    Err(Failure::wrong("other words").with_detail(format!("the words are {found}; expected {expected}")))
}

fn one_word(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let said = session.call(&call::captioning_transformer_sample(&by_bias(4), 2, &scattered([2, 2, 3]), 3))?;
    expect_words(context, &said, &array![[4, 4, 4], [4, 4, 4]])
}

fn end(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let said = session.call(&call::captioning_transformer_sample(&by_bias(END), 2, &scattered([2, 2, 3]), 3))?;
    expect_words(context, &said, &array![[END, NULL, NULL], [END, NULL, NULL]])
}

/// Two layers of four features, patches of 2 x 2 pixels, four classes.
fn vision_transformer() -> VisionTransformer {
    fill(VisionTransformer {
        w_patch: Array2::zeros((8, 4)),
        b_patch: Array1::zeros(4),
        layers: vec![idle_encoder_layer(4, 3), idle_encoder_layer(4, 3)],
        w_class: Array2::zeros((4, 4)),
        b_class: Array1::zeros(4),
    })
}

fn first_classes(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = VisionTransformer { w_class: Array2::zeros((4, 4)), b_class: Array1::zeros(4), ..vision_transformer() };
    let call = call::vision_transformer_loss(&net, 2, 2, &scattered([2, 2, 4, 4]), &array![1, 3]);
    let (loss, gradients) = session.call(&call)?;
    context.expect_number(
        "the loss",
        loss,
        4.0_f64.ln(),
        TOLERANCE,
        &[("the sum over the images; the loss is their mean", 8.0_f64.ln() + 2.0_f64.ln())],
    )?;
    let expected = array![0.25, -0.25, 0.25, -0.25];
    context.expect_array("the gradient of b_class", &gradients.b_class, &expected, TOLERANCE, &[])
}

fn vision_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = (vision_transformer(), scattered([2, 2, 4, 4]));
    let call = call::vision_transformer_loss(&net, 2, 2, &x, &array![1, 3]);
    let (_, gradients) = session.call(&call)?;
    let gradients = [("net", all_numbers(&net).len(), all_numbers(&gradients))];
    expect_slopes(session, context, &call, &Projection::Number(0), &gradients)
}
