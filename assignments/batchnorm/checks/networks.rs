//! Public checks of `fully_connected_loss` and `scores`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, ArrayD, Axis, array};

use super::evenly_spaced;
use crate::batchnorm::{
    HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters, Running, RunningLayers, call,
};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks of `fully_connected_loss`.
pub fn loss() -> Vec<Check> {
    const NAME: &str = "fully_connected_loss";
    vec![
        check(
            NAME,
            "evenly spaced numbers",
            "without normalisation, the losses that CS231n's notebook prints: 3.4702243556 for reg = 0 and 26.5948426952 for reg = 1",
            loss_evenly_spaced,
        ),
        check(
            NAME,
            "two networks by hand",
            "a loss of ln 2 where gamma is 0 and both scores are equal; and with batch normalisation only, a tenth of the mean and of the variance of x w + b in the running statistics",
            by_hand,
        ),
        check(
            NAME,
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss, whatever the normalisation, for reg = 0 and reg = 3.14",
            loss_slope,
        ),
    ]
}

/// The checks of `scores`.
pub fn scores() -> Vec<Check> {
    const NAME: &str = "scores";
    vec![
        check(
            NAME,
            "evenly spaced numbers",
            "without normalisation, the scores that CS231n's notebook prints for a network with one hidden layer",
            scores_evenly_spaced,
        ),
        check(
            NAME,
            "running statistics by hand",
            "with batch normalisation, the scores 7 and -3, and 4 and 1",
            scores_by_hand,
        ),
        check(
            NAME,
            "one example at a time",
            "the same scores for each example, whatever else is in the batch",
            one_at_a_time,
        ),
    ]
}

/// A network with one hidden layer.
fn one_hidden(
    normalisation: Normalisation,
    (w, b): (Array2<f64>, Array1<f64>),
    (gamma, beta): (Array1<f64>, Array1<f64>),
    (last_w, last_b): (Array2<f64>, Array1<f64>),
) -> NormalisedNet {
    let running = RunningLayers { layers: vec![Running::new(b.len())] };
    let hidden = vec![HiddenLayer { w, b, gamma, beta }];
    NormalisedNet {
        normalisation,
        parameters: Parameters { hidden, last: LastLayer { w: last_w, b: last_b } },
        running,
    }
}

/// The network of CS231n's notebook on networks with two layers, and its data.
fn notebooks_network() -> (NormalisedNet, ArrayD<f64>) {
    let net = one_hidden(
        Normalisation::None,
        (evenly_spaced(-0.7, 0.3, [5, 50]), evenly_spaced(-0.1, 0.9, [50])),
        (Array1::from_elem(50, 2.0), Array1::from_elem(50, 1.0)),
        (evenly_spaced(-0.3, 0.4, [50, 7]), evenly_spaced(-0.9, 0.1, [7])),
    );
    (net, evenly_spaced(-5.5, 4.5, [5, 3]).t().to_owned().into_dyn())
}

fn loss_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = notebooks_network();
    let (data_loss, regularised) = (3.4702243556, 26.5948426952);
    let squares = |array: &Array1<f64>| array.iter().map(|number| number * number).sum::<f64>();
    let hidden = &net.parameters.hidden[0];
    let biases = 0.5 * (squares(&hidden.b) + squares(&net.parameters.last.b));
    let scales = 0.5 * (squares(&hidden.gamma) + squares(&hidden.beta));
    for (reg, expected) in [(0.0, data_loss), (1.0, regularised)] {
        let (loss, ..) = session.call(&call::fully_connected_loss(&net, &x, &array![0, 5, 1], reg))?;
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); a factor 0.5 belongs to it", 2.0 * expected - data_loss),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + reg * biases),
            ("the loss with gamma and beta in the regulariser; it is about the weights alone", expected + reg * scales),
        ];
        context.expect_number("the loss", loss, expected, Tolerance::new(0.0, 1e-9), &slips)?;
    }
    Ok(())
}

fn by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    scales_of_zero(session, context)?;
    running_by_hand(session, context)
}

/// Hidden units are beta, or 0, whatever comes in.
fn scales_of_zero(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[1.0, 2.0], [-2.0, 1.0], [0.5, 0.0]].into_dyn();
    for normalisation in [Normalisation::Batch, Normalisation::Layer] {
        let net = one_hidden(
            normalisation,
            (array![[1.0, -1.0], [0.5, 1.0]], array![0.0, -2.0]),
            (Array1::zeros(2), array![3.0, -4.0]),
            (array![[2.0, -1.0], [7.0, 5.0]], array![0.0, 9.0]),
        );
        let (loss, gradients, _) = session.call(&call::fully_connected_loss(&net, &x, &array![0, 1, 1], 0.0))?;
        context
            .expect_number(&format!("the loss with {normalisation:?}"), loss, std::f64::consts::LN_2, TOLERANCE, &[])
            .map_err(|failure| {
                failure.with_hint(
                    "normalise between the affine layer and ReLU: with gamma = 0, what goes into ReLU is beta",
                )
            })?;
        // The mean of dscores is (1/6, -1/6), and the second hidden unit is off.
        let found = gradients.hidden.first().map_or(Array1::zeros(0), |layer| layer.beta.clone());
        context.expect_array(
            &format!("the gradient of beta with {normalisation:?}"),
            &found,
            &array![0.5, 0.0],
            TOLERANCE,
            &[],
        )?;
    }
    Ok(())
}

fn running_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // x w + b is (3, -1) and (5, 3).
    let x = array![[1.0, 0.0], [3.0, 2.0]].into_dyn();
    for normalisation in Normalisation::ALL {
        let net = one_hidden(
            normalisation,
            (array![[1.0, 0.0], [0.0, 2.0]], array![2.0, -1.0]),
            (array![1.0, 1.0], array![0.0, 0.0]),
            (array![[2.0, -1.0], [-1.0, 3.0]], array![0.0, 0.0]),
        );
        let (.., running) = session.call(&call::fully_connected_loss(&net, &x, &array![0, 1], 0.0))?;
        let layers = "one element for each hidden layer, whatever the normalisation";
        context.expect(running.layers.len() == 1, "the running statistics have the wrong number of layers", layers)?;
        let expected = match normalisation {
            Normalisation::Batch => Running { mean: array![0.4, 0.1], var: array![0.1, 0.4] },
            _ => Running::new(2),
        };
        let found = &running.layers[0];
        for (what, found, expected) in
            [("running mean", &found.mean, &expected.mean), ("running variance", &found.var, &expected.var)]
        {
            let what = format!("the {what} with {normalisation:?}");
            context.expect_array(&what, found, expected, TOLERANCE, &[]).map_err(|failure| {
                failure.with_hint(
                    "return what batchnorm_forward returns for each hidden layer, with momentum 0.9; otherwise net.running as it is",
                )
            })?;
        }
    }
    Ok(())
}

/// Two hidden layers; no number that goes into ReLU is near 0 for any of these examples.
fn small_network(normalisation: Normalisation) -> (NormalisedNet, ArrayD<f64>, Array1<usize>) {
    let layer = |from, to, shape: [usize; 2], b, gamma, beta| HiddenLayer {
        w: evenly_spaced(from, to, shape).mapv(|w: f64| w + (17.0 * w).sin()),
        b,
        gamma,
        beta,
    };
    let hidden = vec![
        layer(
            -0.8,
            0.9,
            [3, 4],
            array![0.3, -0.4, 0.1, 0.25],
            array![1.2, 0.7, -0.9, 1.1],
            array![0.2, 0.4, -0.3, 0.5],
        ),
        layer(0.9, -0.7, [4, 3], array![0.35, 0.2, -0.15], array![0.8, 1.3, 1.0], array![0.25, -0.1, 0.6]),
    ];
    let last = LastLayer { w: evenly_spaced(1.3, -0.9, [3, 2]), b: array![0.2, -0.1] };
    let x = array![[1.0, -0.5, 0.7], [-0.4, 1.2, 0.3], [0.8, 0.9, -1.1], [0.1, -1.3, -0.6]].into_dyn();
    let running = RunningLayers { layers: vec![Running::new(4), Running::new(3)] };
    (NormalisedNet { normalisation, parameters: Parameters { hidden, last }, running }, x, array![1, 0, 0, 1])
}

#[expect(clippy::approx_constant, reason = "the strength that CS231n's notebook takes; no circle is meant")]
fn loss_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for (normalisation, reg) in
        Normalisation::ALL.into_iter().flat_map(|normalisation| [0.0, 3.14].map(|reg| (normalisation, reg)))
    {
        let (net, x, y) = small_network(normalisation);
        let call = call::fully_connected_loss(&net, &x, &y, reg);
        let (_, gradients, _) = session.call(&call)?;
        let shapes = |parameters: &Parameters| -> Vec<Vec<usize>> {
            parameters.arrays().iter().map(|array| array.shape().to_vec()).collect()
        };
        if shapes(&gradients) != shapes(&net.parameters) {
            return Err(Failure::wrong("the shapes are wrong")
                .with_detail(format!(
                    "with {normalisation:?}, the gradients have the shapes {:?}; expected {:?}",
                    shapes(&gradients),
                    shapes(&net.parameters)
                ))
                .with_hint("the gradient of each parameter has its shape; without normalisation those of gamma and beta are zeros"));
        }
        let flat: Array1<f64> = gradients.arrays().iter().flatten().copied().collect();
        let all: Vec<usize> = (0..flat.len()).collect();
        let slopes = session.numeric_gradient(&call, "net", &all, 1e-5, Projection::Number(0))?;
        let what = format!("the gradients with {normalisation:?}, held against the slopes of your own loss");
        context.expect_array(&what, &flat, &Array1::from_vec(slopes), Tolerance::new(1e-4, 1e-7), &[])?;
    }
    Ok(())
}

fn scores_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = notebooks_network();
    let scores = session.call(&call::scores(&net, &x))?;
    let expected = array![
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319]
    ];
    context.expect_array("the scores", &scores, &expected, Tolerance::new(0.0, 1e-8), &[])
}

fn scores_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut net = one_hidden(
        Normalisation::Batch,
        (array![[1.0, 0.0], [0.0, 1.0]], array![1.0, 2.0]),
        (array![2.0, -1.0], array![1.0, 0.0]),
        (array![[2.0, -1.0], [-1.0, 3.0]], array![1.0, 0.0]),
    );
    // With eps = 1e-5, the divisors are 2 and 3.
    net.running.layers[0] = Running { mean: array![3.0, -1.0], var: array![4.0 - 1e-5, 9.0 - 1e-5] };
    // x w + b is (5, 2) and (4, -4); the normalised numbers are (3, -1) and (2, 1).
    let x = array![[4.0, 0.0], [3.0, -6.0]].into_dyn();
    let scores = session.call(&call::scores(&net, &x))?;
    let expected = array![[7.0, -3.0], [4.0, 1.0]];
    context.expect_array("the scores", &scores, &expected, TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint("scores are for use, not for training: batch normalisation takes net.running then")
    })
}

fn one_at_a_time(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for normalisation in Normalisation::ALL {
        let (mut net, x, _) = small_network(normalisation);
        for layer in &mut net.running.layers {
            layer.var.fill(1.5);
        }
        let all = session.call(&call::scores(&net, &x))?;
        context.expect(all.dim() == (4, 2), "the scores have the wrong shape", "a row for each example")?;
        for (i, expected) in all.rows().into_iter().enumerate() {
            let one = session.call(&call::scores(&net, &x.select(Axis(0), &[i])))?;
            let what = format!("the scores of example {i} alone, with {normalisation:?}");
            context.expect_array(&what, &one, &expected.to_owned().insert_axis(Axis(0)), TOLERANCE, &[]).map_err(
                |failure| failure.with_hint("an example's scores must not depend on what else is in the batch"),
            )?;
        }
    }
    Ok(())
}
