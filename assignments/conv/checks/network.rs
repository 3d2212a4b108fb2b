//! Public checks of `three_layer_convnet_loss`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array, Array1, Array2, Array4, Dimension, array};

use super::{evenly_spaced, scattered};
use crate::conv::{ThreeLayerConvNet, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const NAME: &str = "three_layer_convnet_loss";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(NAME, "nothing learned yet", "ln 10 for ten classes, when all weights are 0", first_loss),
        check(NAME, "regulariser", "0.5 * reg * sum(w^2) over all three weights on top of the loss", regulariser),
        check(
            NAME,
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss, for reg = 0 and reg = 0.3",
            slope,
        ),
    ]
}

fn first_loss(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = ThreeLayerConvNet {
        w1: Array4::zeros((3, 2, 3, 3)),
        b1: Array1::zeros(3),
        w2: Array2::zeros((12, 5)),
        b2: Array1::zeros(5),
        w3: Array2::zeros((5, 10)),
        b3: Array1::zeros(10),
    };
    let y = array![3, 7];
    let (loss, gradients) = session.call(&call::three_layer_convnet_loss(&net, &scattered([2, 2, 4, 4]), &y, 0.5))?;
    context.expect_number("the loss", loss, std::f64::consts::LN_10, TOLERANCE, &[])?;
    let b3 = Array1::from_shape_fn(10, |class| if class == 3 || class == 7 { -0.4 } else { 0.1 });
    context.expect_array("the gradient of b3", &gradients.b3, &b3, TOLERANCE, &[])
}

/// Two filters on images of 4 x 4 pixels and two channels.
fn small_network() -> (ThreeLayerConvNet, Array4<f64>, Array1<usize>) {
    let net = ThreeLayerConvNet {
        w1: scattered([2, 2, 3, 3]),
        b1: array![0.2, -0.1],
        w2: evenly_spaced(-0.7, 0.9, [8, 3]),
        b2: array![0.3, 0.25, -0.2],
        w3: evenly_spaced(0.8, -0.6, [3, 2]),
        b3: array![0.1, -0.2],
    };
    let x = scattered([3, 2, 4, 4]).mapv(|x| 1.3 * x);
    (net, x, array![1, 0, 0])
}

fn regulariser(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x, y) = small_network();
    let mut loss = |reg| session.call(&call::three_layer_convnet_loss(&net, &x, &y, reg)).map(|(loss, _)| loss);
    let part = loss(2.0)? - loss(0.0)?;
    let squares = |weights: &mut dyn Iterator<Item = &f64>| weights.map(|weight| weight * weight).sum::<f64>();
    let (w1, w2, w3) = (squares(&mut net.w1.iter()), squares(&mut net.w2.iter()), squares(&mut net.w3.iter()));
    let biases = squares(&mut net.b1.iter().chain(&net.b2).chain(&net.b3));
    let slips = [
        ("reg * sum(w^2); here a factor 0.5 belongs to it", 2.0 * (w1 + w2 + w3)),
        ("that of all but the filters; they are weights too", w2 + w3),
        ("that of the biases too; it is about the weights alone", w1 + w2 + w3 + biases),
    ];
    context.expect_number("the regulariser's part of the loss", part, w1 + w2 + w3, TOLERANCE, &slips)
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x, y) = small_network();
    for reg in [0.0, 0.3] {
        let call = call::three_layer_convnet_loss(&net, &x, &y, reg);
        let (_, gradients) = session.call(&call)?;
        let ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 } = &net;
        let count = w1.len() + b1.len() + w2.len() + b2.len() + w3.len() + b3.len();
        let all: Vec<usize> = (0..count).collect();
        // In the order in which positions count through a network.
        let mut slopes = session.numeric_gradient(&call, "net", &all, 1e-5, Projection::Number(0))?.into_iter();
        hold("w1", &gradients.w1, &mut slopes, context)?;
        hold("b1", &gradients.b1, &mut slopes, context)?;
        hold("w2", &gradients.w2, &mut slopes, context)?;
        hold("b2", &gradients.b2, &mut slopes, context)?;
        hold("w3", &gradients.w3, &mut slopes, context)?;
        hold("b3", &gradients.b3, &mut slopes, context)?;
    }
    Ok(())
}

/// Expects a gradient to be the next of these slopes.
fn hold<D: Dimension>(
    name: &str,
    found: &Array<f64, D>,
    slopes: &mut std::vec::IntoIter<f64>,
    context: &Context,
) -> Result<(), Failure> {
    let expected: Vec<f64> = slopes.take(found.len()).collect();
    let what = format!("the gradient of {name}, held against the slope of your own loss");
    context.expect(
        expected.len() == found.len(),
        &format!("the gradient of {name} has the wrong shape"),
        "a gradient has the shape of its parameter",
    )?;
    let expected = Array::from_shape_vec(found.raw_dim(), expected).expect("as many slopes");
    context.expect_array(&what, found, &expected, Tolerance::numeric_gradient(), &[])
}
