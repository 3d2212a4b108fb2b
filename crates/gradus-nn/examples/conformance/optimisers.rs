//! Optimisers: a parameter `w` and one gradient for each update (`grads`), to the parameter after each (`trajectory`).

use gradus_nn::optimisers::{AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimiser, RmsProp, Sgd};
use ndarray::{ArrayD, Axis, IxDyn};
use serde_json::Value;

use super::cases::{input, number, outputs};
use super::{Inputs, Outputs};

/// See [`Run`](super::Run). Parameters that a case does not give have PyTorch's defaults.
pub fn run(op: &str, params: &Value, inputs: &Inputs, _grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let number = |name: &str, default: f64| number(params, name, default);
    let learning_rate = number("lr", if op.starts_with("adam") { 1e-3 } else { 1e-2 });
    let (momentum, weight_decay) = (number("momentum", 0.0), number("weight_decay", 0.0));
    let adam = || Adam {
        beta1: number("beta1", 0.9),
        beta2: number("beta2", 0.999),
        eps: number("eps", 1e-8),
        ..Adam::new(learning_rate)
    };
    let mut optimiser: Box<dyn Optimiser<f64, IxDyn>> = match op {
        "sgd" => Box::new(Sgd { learning_rate, weight_decay }),
        "sgd_momentum" => Box::new(Momentum::new(learning_rate, momentum)),
        "sgd_nesterov" => Box::new(Nesterov::new(learning_rate, momentum)),
        "adagrad" => Box::new(AdaGrad { eps: number("eps", 1e-10), ..AdaGrad::new(learning_rate) }),
        "rmsprop" => {
            Box::new(RmsProp { decay: number("decay", 0.99), eps: number("eps", 1e-8), ..RmsProp::new(learning_rate) })
        }
        "adam" => Box::new(adam()),
        "adamw" => Box::new(AdamW { adam: adam(), weight_decay: number("weight_decay", 1e-2) }),
        _ => return None,
    };

    // Sgd and AdamW have weight decay of their own. To the others PyTorch gives it as a part of the gradient.
    let decay_of_gradient = if matches!(op, "sgd" | "adamw") { 0.0 } else { weight_decay };
    let (mut w, grads) = (input(inputs, "w").clone(), input(inputs, "grads"));
    let mut trajectory = ArrayD::zeros(grads.raw_dim());
    for (dw, mut after) in grads.axis_iter(Axis(0)).zip(trajectory.axis_iter_mut(Axis(0))) {
        let dw = &dw + &w * decay_of_gradient;
        optimiser.update(&mut w, &dw);
        after.assign(&w);
    }
    outputs([("trajectory", trajectory)])
}
