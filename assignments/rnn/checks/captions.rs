//! Public checks of `captioning_loss` and `captioning_sample`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array, Array1, Array2, Dimension, array, s};

use super::{evenly_spaced, scattered};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};
use crate::rnn::{CaptioningNet, END, NULL, START, call};

const LOSS: &str = "captioning_loss";
const SAMPLE: &str = "captioning_sample";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(LOSS, "nothing learned yet", "ln 5 for each word to say, when all weights are 0", first_loss),
        check(
            LOSS,
            "evenly spaced weights",
            "the losses that CS231n's notebooks print, 9.83235591003 and 9.82445935443",
            printed,
        ),
        check(
            LOSS,
            "slope of the loss",
            "for each parameter, of both cells, a gradient that is the slope of the returned loss",
            slope,
        ),
        check(SAMPLE, "a chain of words", "the words 3, 4, 5, each of which asks for the next", chain),
        check(SAMPLE, "behind the end", "<NULL> behind <END>, up to the length that is asked for", behind_the_end),
    ]
}

/// A network without weights: gates for the LSTM, or 1.
fn zeros(features: usize, vocabulary: usize, embedding: usize, hidden: usize, gates: usize) -> CaptioningNet {
    CaptioningNet {
        w_proj: Array2::zeros((features, hidden)),
        b_proj: Array1::zeros(hidden),
        w_embed: Array2::zeros((vocabulary, embedding)),
        wx: Array2::zeros((embedding, gates * hidden)),
        wh: Array2::zeros((hidden, gates * hidden)),
        b: Array1::zeros(gates * hidden),
        w_vocab: Array2::zeros((hidden, vocabulary)),
        b_vocab: Array1::zeros(vocabulary),
    }
}

// The captions have three words and two, with <END>.
fn first_loss(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let captions = array![[START, 3, 4, END], [START, 4, END, NULL]];
    for gates in [1, 4] {
        let net = zeros(2, 5, 3, 2, gates);
        let (loss, gradients) = session.call(&call::captioning_loss(&net, &scattered([2, 2]), &captions))?;
        let each = 5f64.ln();
        let slips = [
            ("that with <NULL> among the words to say", 3.0 * each),
            ("that with the first word among the words to say; it is given", 3.5 * each),
            ("the mean over all words; divide by the batch size alone", each),
        ];
        context.expect_number("the loss", loss, 2.5 * each, TOLERANCE, &slips)?;
        let expected = array![0.5, 0.5, -0.5, 0.0, -0.5];
        context.expect_array("the gradient of b_vocab", &gradients.b_vocab, &expected, TOLERANCE, &[])?;
    }
    Ok(())
}

fn printed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let captions = Array2::from_shape_fn((10, 13), |(n, t)| (13 * n + t) % 3);
    for (gates, (from, to), expected) in [(1, (-1.5, 0.3), 9.83235591003), (4, (-0.5, 1.7), 9.82445935443)] {
        let net = CaptioningNet {
            w_proj: evenly_spaced(-1.4, 1.3, [20, 40]),
            b_proj: evenly_spaced(-1.4, 1.3, 40),
            w_embed: evenly_spaced(-1.4, 1.3, [3, 30]),
            wx: evenly_spaced(-1.4, 1.3, [30, gates * 40]),
            wh: evenly_spaced(-1.4, 1.3, [40, gates * 40]),
            b: evenly_spaced(-1.4, 1.3, gates * 40),
            w_vocab: evenly_spaced(-1.4, 1.3, [40, 3]),
            b_vocab: evenly_spaced(-1.4, 1.3, 3),
        };
        let features = evenly_spaced(from, to, [10, 20]);
        let (loss, _) = session.call(&call::captioning_loss(&net, &features, &captions))?;
        context.expect_number("the loss", loss, expected, Tolerance::new(0.0, 1e-10), &[])?;
    }
    Ok(())
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let captions = array![[START, 3, 4, END], [START, 4, END, NULL]];
    for gates in [1, 4] {
        let net = CaptioningNet {
            w_proj: scattered([3, 2]),
            b_proj: array![0.2, -0.4],
            w_embed: evenly_spaced(-0.7, 0.9, [5, 2]),
            wx: evenly_spaced(0.8, -0.6, [2, gates * 2]),
            wh: scattered([2, gates * 2]),
            b: evenly_spaced(-0.2, 0.3, gates * 2),
            w_vocab: scattered([2, 5]).mapv(|weight| 2.0 * weight),
            b_vocab: evenly_spaced(0.4, -0.3, 5),
        };
        let call = call::captioning_loss(&net, &evenly_spaced(1.1, -0.9, [2, 3]), &captions);
        let (_, gradients) = session.call(&call)?;
        let count = net.arrays().iter().map(|array| array.len()).sum::<usize>();
        let all: Vec<usize> = (0..count).collect();
        // In the order in which positions count through a network.
        let slopes = session.numeric_gradient(&call, "net", &all, 1e-5, Projection::Number(0))?;
        let mut slopes = slopes.as_slice();
        let names = ["w_proj", "b_proj", "w_embed", "wx", "wh", "b", "w_vocab", "b_vocab"];
        for ((name, parameter), found) in names.iter().zip(net.arrays()).zip(gradients.arrays()) {
            let (own, rest) = slopes.split_at(parameter.len());
            slopes = rest;
            let expected = Array::from_shape_vec(parameter.raw_dim(), own.to_vec()).expect("as many slopes");
            hold(name, &found.to_owned(), &expected, context)?;
        }
    }
    Ok(())
}

fn hold<D: Dimension>(
    name: &str,
    found: &Array<f64, D>,
    slopes: &Array<f64, D>,
    context: &Context,
) -> Result<(), Failure> {
    context.expect(
        found.shape() == slopes.shape(),
        &format!("the gradient of {name} has the wrong shape"),
        "a gradient has the shape of its parameter",
    )?;
    let what = format!("the gradient of {name}, held against the slope of your own loss");
    context.expect_array(&what, found, slopes, Tolerance::numeric_gradient(), &[])
}

/// A network in which each word asks for the one in the list, whatever the image: unit `word` is the memory of it.
fn chained(next: &[usize], gates: usize) -> CaptioningNet {
    let count = next.len();
    let mut net = zeros(2, count, count, count, gates);
    net.w_embed = Array2::eye(count);
    net.w_vocab = Array2::eye(count);
    // The candidate of the LSTM stands in the last columns. Its input and output gates are open, the forget gate is shut.
    let first = (gates - 1) * count;
    next.iter().enumerate().for_each(|(word, &next)| net.wx[[word, first + next]] = 10.0);
    if gates == 4 {
        net.b.slice_mut(s![..count]).fill(100.0);
        net.b.slice_mut(s![count..2 * count]).fill(-100.0);
        net.b.slice_mut(s![2 * count..3 * count]).fill(100.0);
    }
    net
}

fn chain(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for gates in [1, 4] {
        let net = chained(&[0, 3, 0, 4, 5, 3], gates);
        let said = session.call(&call::captioning_sample(&net, &scattered([2, 2]), 4))?;
        let with_start = Array2::from_shape_fn((2, 4), |(_, t)| [START, 3, 4, 5][t]);
        let always = Array2::from_elem((2, 4), 3);
        let slips = [
            ("the words with <START> before them; leave it out", &with_start),
            ("what comes first, again and again; each step reads the word that was said last", &always),
        ];
        expect_words(&said, &array![[3, 4, 5, 3], [3, 4, 5, 3]], &slips, context)?;
    }
    Ok(())
}

fn behind_the_end(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // <END> asks for the word 3 again, but a caption that has ended says nothing more.
    let net = chained(&[0, 3, 3, END], 1);
    let said = session.call(&call::captioning_sample(&net, &scattered([1, 2]), 6))?;
    let goes_on = ("words behind <END> too; there stands <NULL>", &array![[3, END, 3, END, 3, END]]);
    let all_ends =
        ("<END> to the last place; behind the first <END> stands <NULL>", &array![[3, END, END, END, END, END]]);
    expect_words(&said, &array![[3, END, NULL, NULL, NULL, NULL]], &[goes_on, all_ends], context)
}

fn expect_words(
    found: &Array2<usize>,
    expected: &Array2<usize>,
    slips: &[(&str, &Array2<usize>)],
    context: &Context,
) -> Result<(), Failure> {
    let numbers = |words: &Array2<usize>| words.mapv(|word| word as f64);
    let slips: Vec<_> = slips.iter().map(|(hint, words)| (*hint, numbers(words))).collect();
    let slips: Vec<_> = slips.iter().map(|(hint, words)| (*hint, words)).collect();
    context.expect_array("the words", &numbers(found), &numbers(expected), Tolerance::exact(), &slips)
}
