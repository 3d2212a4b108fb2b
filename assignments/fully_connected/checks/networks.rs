//! Public checks of `initialise`, `scores` and `fully_connected_loss`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, ArrayD, array};

use super::evenly_spaced;
use crate::fully_connected::{FullyConnectedNet, Layer, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            "initialise",
            "shapes of three networks",
            "a layer for each hidden size and one for the classes, each with as many inputs as the one before has outputs",
            shapes,
        ),
        check(
            "initialise",
            "first numbers",
            "weights with the mean 0 and the deviation weight_scale, and biases 0",
            first_numbers,
        ),
        check(
            "initialise",
            "same seed",
            "the same network for the same seed, and another one for another seed",
            same_seed,
        ),
        check("scores", "three layers by hand", "the scores 7 and -3, and 4 and 1", three_layers),
        check(
            "scores",
            "evenly spaced numbers",
            "the scores that CS231n's notebook prints for a network with one hidden layer",
            scores_evenly_spaced,
        ),
        check("scores", "one layer alone", "x w + b, where there is one layer alone", no_hidden_layer),
        check(
            "fully_connected_loss",
            "one example by hand",
            "a loss of ln 2, and the gradient of each parameter of three layers",
            one_example,
        ),
        check(
            "fully_connected_loss",
            "evenly spaced numbers",
            "the losses that CS231n's notebook prints: 3.4702243556 for reg = 0 and 26.5948426952 for reg = 1",
            loss_evenly_spaced,
        ),
        check(
            "fully_connected_loss",
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss, for reg = 0 and reg = 3.14",
            loss_slope,
        ),
    ]
}

/// The shapes of all weights and biases.
pub fn dimensions(net: &FullyConnectedNet) -> Vec<((usize, usize), usize)> {
    net.layers.iter().map(|layer| (layer.w.dim(), layer.b.len())).collect()
}

fn shapes(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let cases = [
        (array![7, 6], vec![((5, 7), 7), ((7, 6), 6), ((6, 3), 3)]),
        (array![4], vec![((5, 4), 4), ((4, 3), 3)]),
        (Array1::zeros(0), vec![((5, 3), 3)]),
    ];
    for (hidden, expected) in cases {
        let net = session.call(&call::initialise(5, &hidden, 3, 0.1, 1))?;
        let found = dimensions(&net);
        if found != expected {
            return Err(Failure::wrong("the shapes are wrong")
                .with_detail(format!(
                    "5 features, hidden sizes {:?} and 3 classes gave (w, b) of the shapes {found:?}; expected {expected:?}",
                    hidden.to_vec()
                ))
                .with_hint("the outputs of a layer are the inputs of the next; the last layer has an output for each class"));
        }
    }
    Ok(())
}

fn first_numbers(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    for weight_scale in [0.05, 2.0] {
        let net = session.call(&call::initialise(60, &array![50, 40], 30, weight_scale, 231))?;
        for (number, Layer { w, b }) in (1..).zip(&net.layers) {
            let (mean, deviation) = (w.mean().unwrap_or(f64::NAN), w.std(0.0));
            let near = mean.abs() < 0.15 * weight_scale && (deviation / weight_scale - 1.0).abs() < 0.1;
            if !near || b.iter().any(|bias| *bias != 0.0) {
                return Err(Failure::wrong("the first numbers are wrong")
                    .with_detail(format!(
                        "with weight_scale {weight_scale}, the weights of layer {number} have the mean {mean:.4} and the deviation {deviation:.4}, and its biases add up to {}",
                        b.sum()
                    ))
                    .with_hint("a weight is weight_scale times a number of the standard normal distribution; a bias is 0"));
            }
        }
    }
    Ok(())
}

fn same_seed(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut run = |seed| session.call(&call::initialise(5, &array![7, 6], 3, 0.1, seed));
    let (first, again, other) = (run(1)?, run(1)?, run(2)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    context.expect(first == again, "another network for the same seed", hint)?;
    context.expect(first != other, "the same network for another seed", hint)
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

fn three_layers(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // The first hidden layer gives (1, 0) and (0, 1), the second (3, 0) and (2, 1).
    let x = array![[1.0, 2.0], [-2.0, 1.0]].into_dyn();
    let scores = session.call(&call::scores(&by_hand(array![1.0, 0.0]), &x))?;
    let expected = array![[7.0, -3.0], [4.0, 1.0]];
    let bent = expected.mapv(|score: f64| score.max(0.0));
    let slips = [("the scores with ReLU behind the last layer too; it belongs behind the hidden ones", &bent)];
    context.expect_array("the scores", &scores, &expected, TOLERANCE, &slips)
}

/// The network of CS231n's notebook on networks with two layers, and its data.
fn notebooks_network() -> (FullyConnectedNet, ArrayD<f64>) {
    let layers = vec![
        Layer { w: evenly_spaced(-0.7, 0.3, [5, 50]), b: evenly_spaced(-0.1, 0.9, [50]) },
        Layer { w: evenly_spaced(-0.3, 0.4, [50, 7]), b: evenly_spaced(-0.9, 0.1, [7]) },
    ];
    (FullyConnectedNet { layers }, evenly_spaced(-5.5, 4.5, [5, 3]).t().to_owned().into_dyn())
}

fn scores_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = notebooks_network();
    let scores = session.call(&call::scores(&net, &x))?;
    let expected = array![
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319]
    ];
    let without_bias = &expected - &net.layers[1].b;
    let slips = [("the scores without the last layer's biases", &without_bias)];
    context.expect_array("the scores", &scores, &expected, Tolerance::new(0.0, 1e-8), &slips)
}

fn no_hidden_layer(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = FullyConnectedNet { layers: vec![Layer { w: array![[1.0, -1.0], [2.0, 0.5]], b: array![0.0, 0.25] }] };
    let scores = session.call(&call::scores(&net, &array![[1.0, 2.0], [-3.0, 0.5]].into_dyn()))?;
    let expected = array![[5.0, 0.25], [-2.0, 3.5]];
    context.expect_array("the scores", &scores, &expected, TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint("the last layer has no ReLU, and where there are no hidden layers it is the only one")
    })
}

/// Compares all gradients of a network, last layer first, as the way back goes.
pub fn expect_layers(
    found: &FullyConnectedNet,
    expected: &FullyConnectedNet,
    tolerance: Tolerance,
    (before, behind): (&str, &str),
    context: &Context,
) -> Result<(), Failure> {
    if dimensions(found) != dimensions(expected) {
        return Err(Failure::wrong("the shapes are wrong")
            .with_detail(format!(
                "{before}(w, b) of the layers have the shapes {:?}; expected {:?}",
                dimensions(found),
                dimensions(expected)
            ))
            .with_hint(
                "one layer for each layer of the network, first to last, each array in the shape of its parameter",
            ));
    }
    for (number, (found, expected)) in
        (1..).zip(found.layers.iter().zip(&expected.layers)).collect::<Vec<_>>().into_iter().rev()
    {
        context.expect_array(&format!("{before}w of layer {number}{behind}"), &found.w, &expected.w, tolerance, &[])?;
        context.expect_array(&format!("{before}b of layer {number}{behind}"), &found.b, &expected.b, tolerance, &[])?;
    }
    Ok(())
}

// The second unit of each hidden layer is off; both classes have a score of 6.
fn one_example(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = by_hand(array![0.0, 9.0]);
    let (loss, gradients) =
        session.call(&call::fully_connected_loss(&net, &array![[1.0, 2.0]].into_dyn(), &array![0], 0.0))?;
    context.expect_number("the loss", loss, std::f64::consts::LN_2, TOLERANCE, &[])?;
    let expected = FullyConnectedNet {
        layers: vec![
            Layer { w: array![[-3.0, 0.0], [-6.0, 0.0]], b: array![-3.0, 0.0] },
            Layer { w: array![[-1.5, 0.0], [0.0, 0.0]], b: array![-1.5, 0.0] },
            Layer { w: array![[-1.5, 1.5], [0.0, 0.0]], b: array![-0.5, 0.5] },
        ],
    };
    expect_layers(&gradients, &expected, TOLERANCE, ("the gradient of ", ""), context).map_err(|failure| {
        failure.with_hint("go through the layers backwards: the dx of a layer is the dout of the layer before it")
    })
}

fn loss_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = notebooks_network();
    let (data_loss, regularised) = (3.4702243556, 26.5948426952);
    let biases = 0.5 * net.layers.iter().flat_map(|layer| &layer.b).map(|bias| bias * bias).sum::<f64>();
    for (reg, expected) in [(0.0, data_loss), (1.0, regularised)] {
        let (loss, _) = session.call(&call::fully_connected_loss(&net, &x, &array![0, 5, 1], reg))?;
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); a factor 0.5 belongs to it", 2.0 * expected - data_loss),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + reg * biases),
        ];
        context.expect_number("the loss", loss, expected, Tolerance::new(0.0, 1e-9), &slips)?;
    }
    Ok(())
}

/// Four layers; no hidden score is near 0 for any of these examples.
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

#[expect(clippy::approx_constant, reason = "the strength that CS231n's notebook takes; no circle is meant")]
fn loss_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x, y) = small_network();
    for reg in [0.0, 3.14] {
        let call = call::fully_connected_loss(&net, &x, &y, reg);
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
        let words = ("the gradient of ", ", held against the slope of your own loss");
        expect_layers(&gradients, &slopes, Tolerance::numeric_gradient(), words, context)?;
    }
    Ok(())
}
