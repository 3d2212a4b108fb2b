//! Public checks of `train`.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, ArrayD, array};

use super::networks::{dimensions, expect_layers};
use crate::fully_connected::{FullyConnectedNet, Layer, UpdateRule, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
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
            "with each update rule, a loss that falls below a tenth where no straight line tells the classes apart",
            four_corners,
        ),
    ]
}

/// Points in four groups; groups that lie opposite to each other belong to the same class.
fn corners() -> (ArrayD<f64>, Array1<usize>) {
    let x =
        array![[2.0, 2.0], [3.0, 2.5], [-2.0, -2.0], [-2.5, -3.0], [2.0, -2.0], [2.5, -3.0], [-2.0, 2.0], [-3.0, 2.5]];
    (x.into_dyn(), array![0, 0, 0, 0, 1, 1, 1, 1])
}

/// Two hidden layers: a unit for each group, then one for each class.
fn untrained() -> FullyConnectedNet {
    FullyConnectedNet {
        layers: vec![
            Layer { w: array![[0.3, -0.3, 0.3, -0.3], [0.3, -0.3, -0.3, 0.3]], b: Array1::zeros(4) },
            Layer {
                w: array![[0.3, 0.1, 0.2], [0.2, 0.1, 0.3], [-0.1, 0.3, 0.2], [0.1, 0.3, 0.1]],
                b: Array1::zeros(3),
            },
            Layer { w: array![[0.2, -0.1], [-0.1, 0.2], [0.1, 0.1]], b: Array1::zeros(2) },
        ],
    }
}

fn lengths(session: &mut Session<'_>, _: &mut Context) -> Result<(), Failure> {
    let ((x, y), net) = (corners(), untrained());
    for (rule, iterations, batch_size) in
        [(UpdateRule::Sgd, 7, 2), (UpdateRule::Adam, 0, 2), (UpdateRule::RmsProp, 2, 20)]
    {
        let call = call::train(&net, &x, &y, rule, 0.01, 0.01, iterations, batch_size, 1);
        let (trained, history) = session.call(&call)?;
        if dimensions(&trained) == dimensions(&net) && history.len() == iterations {
            continue;
        }
        return Err(Failure::wrong("the lengths are wrong")
            .with_detail(format!(
                "{iterations} iterations gave {} losses and layers of the shapes {:?}; expected {iterations} and {:?}",
                history.len(),
                dimensions(&trained),
                dimensions(&net)
            ))
            .with_hint("each iteration adds one loss, and a step changes no shape"));
    }
    Ok(())
}

fn same_again(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = corners();
    let call = call::train(&untrained(), &x, &y, UpdateRule::SgdMomentum, 0.05, 0.01, 5, 2, 7);
    let (first, second) = (session.call(&call)?, session.call(&call)?);
    let hint = "make one generator with StdRng::seed_from_u64(seed), and take every random number from it";
    expect_layers(&second.0, &first.0, TOLERANCE, ("", " in the second run"), context)
        .and_then(|()| {
            let (first, second) = (Array1::from_vec(first.1), Array1::from_vec(second.1));
            context.expect_array("the losses of the second run", &second, &first, TOLERANCE, &[])
        })
        .map_err(|failure| failure.with_hint(hint))
}

fn four_corners(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, y) = corners();
    for (rule, learning_rate) in
        [(UpdateRule::Sgd, 0.2), (UpdateRule::SgdMomentum, 0.05), (UpdateRule::RmsProp, 0.01), (UpdateRule::Adam, 0.02)]
    {
        let (_, history) = session.call(&call::train(&untrained(), &x, &y, rule, learning_rate, 0.0, 200, 4, 3))?;
        context.note_losses(format!("four corners with {rule:?}"), &history);
        let last = history.last().copied().unwrap_or(f64::NAN);
        if last < 0.1 {
            continue;
        }
        return Err(Failure::wrong("the loss does not fall")
            .with_detail(format!("with {rule:?}, the last of 200 losses is {last}; expected less than 0.1"))
            .with_hint(
                "each parameter needs a state of its own, which goes on from step to step; examples and labels need the same indices",
            ));
    }
    Ok(())
}
