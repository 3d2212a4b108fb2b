//! Public checks of `scores`, `fully_connected_loss` and `mc_dropout_predict`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, ArrayD, array};

use super::evenly_spaced;
use crate::dropout::{FullyConnectedNet, Layer, Mode, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            "scores",
            "evaluation by hand",
            "the scores 7 and -3, and 4 and 1, whatever p and seed are",
            evaluation_by_hand,
        ),
        check(
            "scores",
            "one hidden layer in training",
            "hidden units that are dropped or divided by p, before the last layer",
            one_hidden_layer,
        ),
        check(
            "fully_connected_loss",
            "everything kept, by hand",
            "for p = 1 a loss of ln 2, and the gradient of each parameter",
            everything_kept,
        ),
        check(
            "fully_connected_loss",
            "slope of the loss",
            "for p = 1, 0.75 and 0.5 gradients that are the slopes of the returned loss",
            loss_slope,
        ),
        check(
            "mc_dropout_predict",
            "two examples, everything kept",
            "for p = 1 the softmax of the scores, and a spread of 0",
            predict_everything_kept,
        ),
        check(
            "mc_dropout_predict",
            "one hidden unit by hand",
            "a mean of two softmaxes, one with the unit and one without it, and the spread that belongs to it",
            one_hidden_unit,
        ),
    ]
}

/// Two hidden layers of two units, with `offset` added to the scores.
fn by_hand(offset: Array1<f64>) -> FullyConnectedNet {
    FullyConnectedNet {
        layers: vec![
            Layer { w: array![[1.0, -1.0], [0.0, 1.0]], b: array![0.0, -2.0] },
            Layer { w: array![[2.0, -1.0], [1.0, 1.0]], b: array![1.0, 0.0] },
            Layer { w: array![[2.0, -1.0], [-1.0, 3.0]], b: offset },
        ],
    }
}

fn evaluation_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // The first hidden layer gives (1, 0) and (0, 1), the second (3, 0) and (2, 1).
    let x = array![[1.0, 2.0], [-2.0, 1.0]].into_dyn();
    let expected = array![[7.0, -3.0], [4.0, 1.0]];
    for (p, seed) in [(0.5, 1), (0.5, 2), (0.2, 3)] {
        let scores = session.call(&call::scores(&by_hand(array![1.0, 0.0]), &x, p, Mode::Evaluate, seed))?;
        context
            .expect_array("the scores", &scores, &expected, TOLERANCE, &[])
            .map_err(|failure| failure.with_hint("in evaluation the network is the one without dropout"))?;
    }
    Ok(())
}

// The last layer shows each hidden unit as it is.
fn one_hidden_layer(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let units = 40;
    let net = FullyConnectedNet {
        layers: vec![
            Layer { w: evenly_spaced(0.5, 1.5, [2, units]), b: Array1::ones(units) },
            Layer { w: Array2::eye(units), b: Array1::zeros(units) },
        ],
    };
    let x = array![[1.0, 2.0], [0.5, 0.5], [3.0, 0.1]].into_dyn();
    let evaluated = session.call(&call::scores(&net, &x, 0.5, Mode::Evaluate, 1))?;
    for p in [0.5, 0.75] {
        let found = session.call(&call::scores(&net, &x, p, Mode::Train, 1))?;
        context.expect(found.dim() == (3, units), "the scores have another shape in training", "(batch, classes)")?;
        let mut expected = &evaluated / p;
        expected.zip_mut_with(&found, |expected, &found| {
            if found == 0.0 {
                *expected = 0.0;
            }
        });
        let slips = [("the scores of evaluation: nothing was dropped", &evaluated)];
        context.expect_array("the scores", &found, &expected, TOLERANCE, &slips)?;
        context.expect(
            found.iter().any(|score| *score == 0.0) && found.iter().any(|score| *score != 0.0),
            "no unit is dropped, or all are",
            "each hidden unit of each example is kept with the probability p",
        )?;
    }
    Ok(())
}

/// Compares all gradients of a network, last layer first, as the way back goes.
fn expect_layers(
    found: &FullyConnectedNet,
    expected: &FullyConnectedNet,
    tolerance: Tolerance,
    behind: &str,
    context: &Context,
) -> Result<(), Failure> {
    let shapes =
        |net: &FullyConnectedNet| net.layers.iter().map(|layer| (layer.w.dim(), layer.b.len())).collect::<Vec<_>>();
    context.expect(
        shapes(found) == shapes(expected),
        "the gradients have the wrong shapes",
        "one layer for each layer of the network, first to last, each array in the shape of its parameter",
    )?;
    for i in (0..found.layers.len()).rev() {
        let (found, expected, number) = (&found.layers[i], &expected.layers[i], i + 1);
        let what = |name: &str| format!("the gradient of {name} of layer {number}{behind}");
        context.expect_array(&what("w"), &found.w, &expected.w, tolerance, &[])?;
        context.expect_array(&what("b"), &found.b, &expected.b, tolerance, &[])?;
    }
    Ok(())
}

// The second unit of each hidden layer is off; both classes have a score of 6.
fn everything_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = by_hand(array![0.0, 9.0]);
    let x = array![[1.0, 2.0]].into_dyn();
    let (loss, gradients) = session.call(&call::fully_connected_loss(&net, &x, &array![0], 1.0, 0.0, 1))?;
    context.expect_number("the loss", loss, std::f64::consts::LN_2, TOLERANCE, &[])?;
    let expected = FullyConnectedNet {
        layers: vec![
            Layer { w: array![[-3.0, 0.0], [-6.0, 0.0]], b: array![-3.0, 0.0] },
            Layer { w: array![[-1.5, 0.0], [0.0, 0.0]], b: array![-1.5, 0.0] },
            Layer { w: array![[-1.5, 1.5], [0.0, 0.0]], b: array![-0.5, 0.5] },
        ],
    };
    expect_layers(&gradients, &expected, TOLERANCE, "", context)
}

/// Four layers; no hidden score is near 0 for any of these examples, whatever is dropped.
fn small_network() -> (FullyConnectedNet, ArrayD<f64>, Array1<usize>) {
    let layer = |from, to, shape: [usize; 2], b: Array1<f64>| Layer { w: evenly_spaced(from, to, shape), b };
    let layers = vec![
        layer(-0.8, 0.9, [3, 4], array![0.3, -0.4, 0.1, 0.25]),
        layer(0.9, -0.7, [4, 3], array![0.35, 0.2, -0.15]),
        layer(-0.6, 1.1, [3, 3], array![0.15, 0.3, -0.2]),
        layer(1.3, -0.9, [3, 2], array![0.2, -0.1]),
    ];
    let x = array![[1.0, -0.5, 0.7], [-0.4, 1.2, 0.3], [0.8, 0.9, -1.1]].into_dyn();
    (FullyConnectedNet { layers }, x, array![1, 0, 0])
}

fn loss_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x, y) = small_network();
    for p in [1.0, 0.75, 0.5] {
        let call = call::fully_connected_loss(&net, &x, &y, p, 0.1, 123);
        let (_, gradients) = session.call(&call)?;
        let count = net.layers.iter().map(|layer| layer.w.len() + layer.b.len()).sum();
        let all: Vec<usize> = (0..count).collect();
        let mut slopes = session.numeric_gradient(&call, "net", &all, 1e-5, Projection::Number(0))?.into_iter();
        // In the order in which positions count through a network.
        let mut next = || slopes.next().expect("a slope for each parameter");
        let layers = net.layers.iter().map(|layer| Layer {
            w: Array2::from_shape_simple_fn(layer.w.dim(), &mut next),
            b: Array1::from_shape_simple_fn(layer.b.len(), &mut next),
        });
        let slopes = FullyConnectedNet { layers: layers.collect() };
        let behind = format!(", held against the slope of your own loss for p = {p}");
        expect_layers(&gradients, &slopes, Tolerance::numeric_gradient(), &behind, context)?;
    }
    Ok(())
}

// Both examples have the scores 0 and 0, and ln 3 and 0.
fn predict_everything_kept(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = FullyConnectedNet {
        layers: vec![
            Layer { w: array![[1.0]], b: array![0.0] },
            Layer { w: array![[3.0_f64.ln(), 0.0]], b: array![0.0, 0.0] },
        ],
    };
    let x = array![[-1.0], [1.0]].into_dyn();
    for passes in [1, 5] {
        let (mean, spread) = session.call(&call::mc_dropout_predict(&net, &x, 1.0, passes, 1))?;
        let expected = array![[0.5, 0.5], [0.75, 0.25]];
        let slips = [("the scores; take the softmax of each pass", &array![[0.0, 0.0], [3.0_f64.ln(), 0.0]])];
        context.expect_array("the mean", &mean, &expected, TOLERANCE, &slips)?;
        context.expect_array("the spread", &spread, &Array2::zeros((2, 2)), Tolerance::new(0.0, 1e-7), &[])?;
    }
    Ok(())
}

// Kept, the unit passes on 2, and the scores are ln 9 and 0; dropped, both are 0.
fn one_hidden_unit(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = FullyConnectedNet {
        layers: vec![
            Layer { w: array![[1.0]], b: array![0.0] },
            Layer { w: array![[3.0_f64.ln(), 0.0]], b: array![0.0, 0.0] },
        ],
    };
    let passes = 20;
    for seed in [1, 2] {
        let call = call::mc_dropout_predict(&net, &array![[1.0]].into_dyn(), 0.5, passes, seed);
        let (mean, spread) = session.call(&call)?;
        context.expect(mean.dim() == (1, 2) && spread.dim() == (1, 2), "wrong shapes", "(batch, classes)")?;
        let kept = ((mean[[0, 0]] - 0.5) / 0.4 * passes as f64).round() / passes as f64;
        context.expect(
            kept > 0.0 && kept < 1.0,
            "the unit is kept in all passes, or in none",
            "each pass needs a mask of its own",
        )?;
        let expected = array![[0.5 + 0.4 * kept, 0.5 - 0.4 * kept]];
        context.expect_array("the mean", &mean, &expected, TOLERANCE, &[]).map_err(|failure| {
            failure.with_hint("take the softmax of each pass first, and then the mean of the probabilities")
        })?;
        let expected = Array2::from_elem((1, 2), 0.4 * (kept * (1.0 - kept)).sqrt());
        let variance = ("the variance; take its root", &(&expected * &expected));
        let other = ("divided by passes - 1; divide by the number of passes", &(&expected * (20.0_f64 / 19.0).sqrt()));
        context.expect_array("the spread", &spread, &expected, TOLERANCE, &[variance, other])?;
    }
    Ok(())
}
