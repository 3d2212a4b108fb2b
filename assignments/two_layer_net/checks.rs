//! Public checks of assignment `two_layer_net`: small inputs whose results can be worked out by hand, and the evenly spaced
//! numbers whose results CS231n's notebooks print.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array, Array1, Array2, ArrayD, IntoDimension, array};

use super::{TwoLayerNet, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check, expect_classes};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    vec![
        check("affine_forward", "two examples by hand", "x w + b for each of two examples", affine_by_hand),
        check(
            "affine_forward",
            "evenly spaced numbers",
            "an output of 2 x 3 numbers for two examples of 4 x 5 x 6 numbers",
            affine_evenly_spaced,
        ),
        check(
            "affine_backward",
            "one output by hand",
            "dx, dw and db of two examples and one output",
            backward_by_hand,
        ),
        check("affine_backward", "shapes", "dx, dw and db in the shapes of x, w and b", backward_shapes),
        check(
            "affine_backward",
            "slope of the output",
            "gradients that are the slopes of what affine_forward returns",
            affine_slope,
        ),
        check("relu_forward", "five numbers by hand", "0 for what is negative, everything else as it is", relu_by_hand),
        check("relu_forward", "evenly spaced numbers", "3 x 4 numbers, of which six are 0", relu_evenly_spaced),
        check(
            "relu_backward",
            "five numbers by hand",
            "dout where x was positive, 0 elsewhere, also where x was 0",
            relu_backward_by_hand,
        ),
        check(
            "relu_backward",
            "slope of the output",
            "a gradient that is the slope of what relu_forward returns",
            relu_slope,
        ),
        check(
            "two_layer_net_loss",
            "one example by hand",
            "a loss of ln 2, and the gradient of each parameter",
            one_example_by_hand,
        ),
        check(
            "two_layer_net_loss",
            "evenly spaced numbers",
            "the losses that CS231n's notebook prints: 3.4702243556 for reg = 0 and 26.5948426952 for reg = 1",
            loss_evenly_spaced,
        ),
        check(
            "two_layer_net_loss",
            "slope of the loss",
            "for each parameter a gradient that is the slope of the returned loss",
            loss_slope,
        ),
        check("train", "lengths", "one loss for each iteration, and parameters of the same shapes", lengths),
        check(
            "train",
            "same result again",
            "the same parameters and losses in a second run with the same seed",
            same_again,
        ),
        check(
            "train",
            "four corners",
            "a loss that falls below a tenth where no straight line tells the classes apart",
            four_corners,
        ),
        check("predict", "four examples by hand", "the classes 0, 2, 1 and 1", four_examples),
        check(
            "predict",
            "three negative scores",
            "the highest score, also where all scores are negative",
            three_negative_scores,
        ),
    ]
}

/// Numbers at equal distances, in an array of this shape.
fn evenly_spaced<D: IntoDimension>(from: f64, to: f64, shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    Array1::linspace(from, to, ndarray::Dimension::size(&shape)).into_shape_with_order(shape).expect("as many numbers")
}

const COLUMN_BY_COLUMN: &str =
    "what you get when each example is read column by column; its last axis is the one that runs fastest";

fn affine_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[1.0, 2.0], [3.0, -1.0]].into_dyn();
    let w = array![[1.0, 0.0, -1.0], [2.0, 1.0, 0.5]];
    let out = session.call(&call::affine_forward(&x, &w, &array![0.5, -1.0, 2.0]))?;
    let without = array![[5.0, 2.0, 0.0], [1.0, -1.0, -3.5]];
    let expected = &without + &array![0.5, -1.0, 2.0];
    context.expect_array("out", &out, &expected, TOLERANCE, &[("the output without the bias b", &without)])
}

fn affine_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-0.1, 0.5, [2, 4, 5, 6]).into_dyn();
    let (w, b) = (evenly_spaced(-0.2, 0.3, [120, 3]), evenly_spaced(-0.3, 0.1, [3]));
    let out = session.call(&call::affine_forward(&x, &w, &b))?;
    let expected = array![[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]];
    let columns = Array2::from_shape_fn((2, 120), |(n, i)| x[[n, i % 4, i / 4 % 5, i / 20]]).dot(&w) + &b;
    let slips = [("the output without the bias b", &(&expected - &b)), (COLUMN_BY_COLUMN, &columns)];
    context.expect_array("out", &out, &expected, Tolerance::recorded(), &slips)
}

fn backward_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, w) = (array![[1.0, 2.0], [3.0, 4.0]].into_dyn(), array![[5.0], [6.0]]);
    let (dx, dw, db) = session.call(&call::affine_backward(&x, &w, &array![0.5], &array![[1.0], [10.0]]))?;
    context.expect_array("dx", &dx, &array![[5.0, 6.0], [50.0, 60.0]].into_dyn(), TOLERANCE, &[])?;
    let dw_expected = array![[31.0], [42.0]];
    let mean = ("the mean over the examples; dw is their sum", &(&dw_expected / 2.0));
    context.expect_array("dw", &dw, &dw_expected, TOLERANCE, &[mean])?;
    let mean = ("the mean over the examples; db is their sum", &array![5.5]);
    context.expect_array("db", &db, &array![11.0], TOLERANCE, &[mean])
}

fn backward_shapes(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-1.0, 1.0, [2, 3, 2, 2]).into_dyn();
    let (w, b) = (evenly_spaced(-1.0, 2.0, [12, 5]), evenly_spaced(0.0, 1.0, [5]));
    let (dx, dw, db) = session.call(&call::affine_backward(&x, &w, &b, &evenly_spaced(-2.0, 1.0, [2, 5])))?;
    if (dx.shape(), dw.shape(), db.shape()) == (x.shape(), w.shape(), b.shape()) {
        return Ok(());
    }
    Err(Failure::wrong("the shapes are wrong")
        .with_detail(format!(
            "dx, dw and db have the shapes {:?}, {:?} and {:?}; expected {:?}, {:?} and {:?}",
            dx.shape(),
            dw.shape(),
            db.shape(),
            x.shape(),
            w.shape(),
            b.shape()
        ))
        .with_hint("a gradient has the shape of what it is the gradient with respect to; dx is no matrix of rows here"))
}

fn affine_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = evenly_spaced(-0.8, 1.3, [3, 2, 2]).into_dyn();
    let (w, b) = (evenly_spaced(-0.5, 0.9, [4, 3]), evenly_spaced(-0.3, 0.4, [3]));
    let dout = evenly_spaced(1.1, -0.7, [3, 3]);
    let (dx, dw, db) = session.call(&call::affine_backward(&x, &w, &b, &dout))?;
    let forward = call::affine_forward(&x, &w, &b);
    let mut slope = |argument, count: usize| {
        let all: Vec<usize> = (0..count).collect();
        let weights = Projection::WeightedSum(0, dout.iter().copied().collect());
        session.numeric_gradient(&forward, argument, &all, 1e-5, weights).map(Array1::from_vec)
    };
    let flat = |numbers: &mut dyn Iterator<Item = &f64>| numbers.copied().collect::<Array1<f64>>();
    for (what, argument, found) in
        [("dx", "x", flat(&mut dx.iter())), ("dw", "w", flat(&mut dw.iter())), ("db", "b", flat(&mut db.iter()))]
    {
        let slope = slope(argument, found.len())?;
        let what = format!("{what}, held against the slope of your own output");
        context.expect_array(&what, &found, &slope, Tolerance::numeric_gradient(), &[])?;
    }
    Ok(())
}

fn relu_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![-2.0, 3.0, 0.0, -0.5, 0.25].into_dyn();
    let out = session.call(&call::relu_forward(&x))?;
    let magnitudes = ("the numbers without their signs", &x.mapv(f64::abs));
    context.expect_array("out", &out, &array![0.0, 3.0, 0.0, 0.0, 0.25].into_dyn(), TOLERANCE, &[magnitudes])
}

fn relu_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let out = session.call(&call::relu_forward(&evenly_spaced(-0.5, 0.5, [3, 4]).into_dyn()))?;
    let expected =
        array![[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.04545455, 0.13636364], [0.22727273, 0.31818182, 0.40909091, 0.5]];
    context.expect_array("out", &out, &expected.into_dyn(), Tolerance::recorded(), &[])
}

fn relu_backward_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[-2.0, 3.0, 0.0], [-0.5, 0.25, 4.0]].into_dyn();
    let dout = array![[10.0, -20.0, 30.0], [40.0, 50.0, -60.0]].into_dyn();
    let dx = session.call(&call::relu_backward(&x, &dout))?;
    let expected = array![[0.0, -20.0, 0.0], [0.0, 50.0, -60.0]].into_dyn();
    let slips = [
        ("dout itself; where x is negative, the output does not move", &dout),
        ("the slope 1 or 0 alone; multiply it by dout", &expected.mapv(|slope| if slope == 0.0 { 0.0 } else { 1.0 })),
        ("dout where dout is positive; what counts is where x was", &dout.mapv(|slope| slope.max(0.0))),
        ("right but for x = 0, where the slope counts as 0", &{
            let mut with_zero = expected.clone();
            with_zero[[0, 2]] = 30.0;
            with_zero
        }),
    ];
    context.expect_array("dx", &dx, &expected, TOLERANCE, &slips)
}

fn relu_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // No number is near 0, where the slope jumps.
    let x = evenly_spaced(-1.05, 1.0, [2, 3, 2]).into_dyn();
    let dout = evenly_spaced(0.7, -0.9, [2, 3, 2]).into_dyn();
    let dx = session.call(&call::relu_backward(&x, &dout))?;
    let all: Vec<usize> = (0..x.len()).collect();
    let weights = Projection::WeightedSum(0, dout.iter().copied().collect());
    let slope = session.numeric_gradient(&call::relu_forward(&x), "x", &all, 1e-5, weights)?;
    let slope = ArrayD::from_shape_vec(x.raw_dim(), slope).expect("one slope for each number");
    context.expect_array(
        "dx, held against the slope of your own output",
        &dx,
        &slope,
        Tolerance::numeric_gradient(),
        &[],
    )
}

/// Compares all gradients of a network, parameter by parameter.
fn expect_gradients(
    found: &TwoLayerNet,
    expected: &TwoLayerNet,
    tolerance: Tolerance,
    what: &str,
    context: &Context,
) -> Result<(), Failure> {
    context.expect_array(&format!("the gradient of w2{what}"), &found.w2, &expected.w2, tolerance, &[])?;
    context.expect_array(&format!("the gradient of b2{what}"), &found.b2, &expected.b2, tolerance, &[])?;
    context.expect_array(&format!("the gradient of w1{what}"), &found.w1, &expected.w1, tolerance, &[])?;
    context.expect_array(&format!("the gradient of b1{what}"), &found.b1, &expected.b1, tolerance, &[])
}

// The second hidden unit is off: its score is -1. Both classes have a score of 2.
fn one_example_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = TwoLayerNet {
        w1: array![[1.0, -1.0], [0.0, 1.0]],
        b1: array![0.0, -2.0],
        w2: array![[2.0, 0.0], [1.0, 3.0]],
        b2: array![0.0, 2.0],
    };
    let (loss, gradients) =
        session.call(&call::two_layer_net_loss(&net, &array![[1.0, 2.0]].into_dyn(), &array![0], 0.0))?;
    context.expect_number("the loss", loss, std::f64::consts::LN_2, TOLERANCE, &[])?;
    let expected = TwoLayerNet {
        w1: array![[-1.0, 0.0], [-2.0, 0.0]],
        b1: array![-1.0, 0.0],
        w2: array![[-0.5, 0.5], [0.0, 0.0]],
        b2: array![-0.5, 0.5],
    };
    expect_gradients(&gradients, &expected, TOLERANCE, "", context).map_err(|failure| {
        failure.with_hint("go through the layers backwards; a hidden unit that is off passes nothing on")
    })
}

fn loss_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = TwoLayerNet {
        w1: evenly_spaced(-0.7, 0.3, [5, 50]),
        b1: evenly_spaced(-0.1, 0.9, [50]),
        w2: evenly_spaced(-0.3, 0.4, [50, 7]),
        b2: evenly_spaced(-0.9, 0.1, [7]),
    };
    let x = evenly_spaced(-5.5, 4.5, [5, 3]).t().to_owned().into_dyn();
    let (data_loss, regularised) = (3.4702243556, 26.5948426952);
    let biases = 0.5 * (net.b1.iter().chain(&net.b2).map(|bias| bias * bias).sum::<f64>());
    for (reg, expected) in [(0.0, data_loss), (1.0, regularised)] {
        let (loss, _) = session.call(&call::two_layer_net_loss(&net, &x, &array![0, 5, 1], reg))?;
        let slips = [
            ("the loss without the regulariser", data_loss),
            ("the loss with reg * sum(w^2); here a factor 0.5 belongs to it", 2.0 * expected - data_loss),
            ("the loss with the biases in the regulariser; it is about the weights alone", expected + reg * biases),
        ];
        context.expect_number("the loss", loss, expected, Tolerance::new(0.0, 1e-9), &slips)?;
    }
    Ok(())
}

/// No hidden score is near 0 for any of these examples.
fn small_network() -> (TwoLayerNet, ArrayD<f64>, Array1<usize>) {
    let net = TwoLayerNet {
        w1: array![[0.4, -0.7, 0.2, 0.9], [-0.3, 0.5, 0.8, -0.6], [0.6, 0.1, -0.9, 0.3]],
        b1: array![0.1, -0.2, 0.3, 0.05],
        w2: array![[0.5, -0.4], [-0.2, 0.7], [0.9, 0.3], [-0.6, 0.1]],
        b2: array![0.2, -0.1],
    };
    let x = array![[1.0, -0.5, 0.7], [-0.4, 1.2, 0.3], [0.8, 0.9, -1.1]].into_dyn();
    (net, x, array![1, 0, 0])
}

fn loss_slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x, y) = small_network();
    let call = call::two_layer_net_loss(&net, &x, &y, 0.7);
    let (_, gradients) = session.call(&call)?;
    let count = net.w1.len() + net.b1.len() + net.w2.len() + net.b2.len();
    let all: Vec<usize> = (0..count).collect();
    let slopes = session.numeric_gradient(&call, "net", &all, 1e-5, Projection::Number(0))?;
    // In the order in which positions count through a network.
    let mut slopes = slopes.into_iter();
    let slopes = TwoLayerNet {
        w1: Array2::from_shape_simple_fn(net.w1.dim(), || slopes.next().expect("a slope for each weight")),
        b1: slopes.by_ref().take(net.b1.len()).collect(),
        w2: Array2::from_shape_simple_fn(net.w2.dim(), || slopes.next().expect("a slope for each weight")),
        b2: slopes.collect(),
    };
    let what = ", held against the slope of your own loss";
    expect_gradients(&gradients, &slopes, Tolerance::numeric_gradient(), what, context)
}

/// Points in four groups; groups that lie opposite to each other belong to the same class.
fn corners() -> (ArrayD<f64>, Array1<usize>) {
    let x =
        array![[2.0, 2.0], [3.0, 2.5], [-2.0, -2.0], [-2.5, -3.0], [2.0, -2.0], [2.5, -3.0], [-2.0, 2.0], [-3.0, 2.5]];
    (x.into_dyn(), array![0, 0, 0, 0, 1, 1, 1, 1])
}

/// A hidden unit for each group, and nothing learned yet.
fn untrained() -> TwoLayerNet {
    TwoLayerNet {
        w1: array![[0.1, -0.1, 0.1, -0.1], [0.1, -0.1, -0.1, 0.1]],
        b1: Array1::zeros(4),
        w2: array![[0.02, -0.01], [0.01, 0.02], [-0.02, 0.01], [0.01, 0.01]],
        b2: Array1::zeros(2),
    }
}

fn lengths(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let ((x, y), net) = (corners(), untrained());
    for (iterations, batch_size) in [(7, 2), (0, 2), (2, 20)] {
        let (trained, history) = session.call(&call::train(&net, &x, &y, 0.1, 0.01, iterations, batch_size, 1))?;
        let dims = |net: &TwoLayerNet| (net.w1.dim(), net.b1.dim(), net.w2.dim(), net.b2.dim());
        if dims(&trained) == dims(&net) && history.len() == iterations {
            continue;
        }
        return Err(Failure::wrong("the lengths are wrong")
            .with_detail(format!(
                "{iterations} iterations gave {} losses and parameters of the shapes {:?}; expected {iterations} and {:?}",
                history.len(),
                dims(&trained),
                dims(&net)
            ))
            .with_hint("each iteration adds one loss, and a step changes no shape"));
    }
    Ok(())
}

fn same_again(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = corners();
    let call = call::train(&untrained(), &x, &y, 0.1, 0.01, 5, 2, 7);
    let (first, second) = (session.call(&call)?, session.call(&call)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    expect_gradients(&second.0, &first.0, TOLERANCE, " in the second run", context)
        .and_then(|()| {
            let (first, second) = (Array1::from_vec(first.1), Array1::from_vec(second.1));
            context.expect_array("the losses of the second run", &second, &first, TOLERANCE, &[])
        })
        .map_err(|failure| failure.with_hint(hint))
}

fn four_corners(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = corners();
    let (_, history) = session.call(&call::train(&untrained(), &x, &y, 0.3, 0.0, 200, 4, 3))?;
    context.note_losses("four corners", &history);
    let last = history.last().copied().unwrap_or(f64::NAN);
    if last < 0.1 {
        return Ok(());
    }
    Err(Failure::wrong("the loss does not fall")
        .with_detail(format!("the last of 200 losses is {last}; expected less than 0.1"))
        .with_hint("each step subtracts learning_rate times its gradient from each of the four parameters; examples and labels need the same indices"))
}

/// Hidden units that are the features, as long as these are positive.
fn network_for_predictions(b2: Array1<f64>) -> TwoLayerNet {
    TwoLayerNet {
        w1: array![[1.0, 0.0], [0.0, 1.0]],
        b1: array![0.0, 0.0],
        w2: array![[1.0, 0.0, -1.0], [0.0, 1.0, 2.0]],
        b2,
    }
}

fn four_examples(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    // Scores: (1, 0.5, -1), (0, 2.5, 4), (0, 0.5, 0) where both hidden units are off, and again, by far.
    let x = array![[1.0, 0.0], [0.0, 2.0], [-3.0, -1.0], [-50.0, -70.0]].into_dyn();
    let classes = session.call(&call::predict(&network_for_predictions(array![0.0, 0.5, 0.0]), &x))?;
    expect_classes(&classes, &[0, 2, 1, 1], context)
        .map_err(|failure| failure.with_hint("ReLU belongs between the two layers in prediction too, and both biases"))
}

fn three_negative_scores(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = network_for_predictions(array![-3.0, -2.0, -9.0]);
    let classes = session.call(&call::predict(&net, &array![[0.5, 0.0], [0.0, 0.2]].into_dyn()))?;
    expect_classes(&classes, &[1, 1], context)
        .map_err(|failure| failure.with_hint("do not start the search for the highest score from 0"))
}
