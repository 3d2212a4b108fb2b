//! What the gradients of a network with a regulariser should be, and what typical slips would make of them.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_check::Tolerance;
use gradus_question::{Call, Context, Failure, Projection, Session};
use ndarray::Array1;

/// What most answers need to hear whose gradients and losses do not go together.
pub const DERIVE_AGAIN: &str = "the gradients are not those of the loss you return: derive them again";

/// Expects gradients, number by number, to be the slopes of the answer's own loss: the first result of a call whose
/// argument `net` holds the parameters.
pub fn hold_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    call: &Call<R>,
    found: &Array1<f64>,
    right_shapes: bool,
    hint: &str,
) -> Result<(), Failure> {
    context.expect(
        right_shapes,
        "the gradients have the wrong shapes",
        "the gradient of each parameter has that parameter's shape",
    )?;
    let all: Vec<usize> = (0..found.len()).collect();
    let slopes = session.numeric_gradient(call, "net", &all, 1e-5, Projection::Number(0))?;
    let what = "the gradients, held against the slope of your own loss";
    context
        .expect_array(what, found, &Array1::from_vec(slopes), Tolerance::new(1e-4, 1e-6), &[])
        .map_err(|failure| failure.with_hint(hint))
}

/// What typical slips with the regulariser `0.5 * reg * sum(w^2)`, and with the mean over `n` examples or images, make of
/// gradients; `combine` is one of two networks, number by number.
pub fn regularised_slips<N: Clone>(
    of_data: &N,
    of_regulariser: &N,
    with_biases: N,
    n: f64,
    examples: &str,
    combine: impl Fn(&N, &N, &dyn Fn(f64, f64) -> f64) -> N,
) -> Vec<(String, N)> {
    let both = |f: &dyn Fn(f64, f64) -> f64| combine(of_data, of_regulariser, f);
    let with = |factor: f64| both(&|data, own| data + factor * own);
    [
        ("without the regulariser's part, which is reg * w".to_owned(), of_data.clone()),
        ("with 2 * reg * w; with the factor 0.5 the slope is reg * w".to_owned(), with(2.0)),
        ("with 0.5 * reg * w; the slope of 0.5 * reg * w^2 is reg * w".to_owned(), with(0.5)),
        (format!("with the regulariser's part divided by the number of {examples}"), with(1.0 / n)),
        ("with the regulariser's part subtracted; it is added".to_owned(), with(-1.0)),
        ("with a regulariser of the biases; it is about the weights alone".to_owned(), with_biases),
        (format!("of the sum over the {examples}; the loss is their mean"), both(&|data, own| n * data + own)),
        (format!("divided by the number of {examples} twice"), both(&|data, own| data / n + own)),
    ]
    .into_iter()
    .map(|(words, slip)| (format!("the gradient {words}"), slip))
    .collect()
}
