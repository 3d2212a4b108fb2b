//! Holds the gradient of every parameter of a network against its loss.

use gradus_nn::networks::Parameters;
use proptest::prelude::*;

/// Each element's gradient must lie between the slopes of the loss to its left and to its right, which differ where ReLU or
/// a maximum has its kink within that step, and there no single number is right. Up to 40 elements of each parameter, evenly
/// spread. The loss must draw the same masks each time.
pub fn check_gradients(
    parameters: &Parameters<f64>,
    loss: impl Fn(&Parameters<f64>) -> (f64, Parameters<f64>),
    seed: u64,
) -> Result<(), TestCaseError> {
    const STEP: f64 = 1e-5;
    let (here, gradients) = loss(parameters);
    prop_assert!(gradients.same_shapes(parameters), "seed {}", seed);
    for (name, gradient) in gradients.iter() {
        let loss_at = |index: usize, step: f64| {
            let mut moved = parameters.clone();
            let w = moved.get_mut(name).expect("a parameter");
            *w.iter_mut().nth(index).expect("an element") += step;
            loss(&moved).0
        };
        for (index, &gradient) in gradient.iter().enumerate().step_by(gradient.len().div_ceil(40)) {
            let (left, right) = ((here - loss_at(index, -STEP)) / STEP, (loss_at(index, STEP) - here) / STEP);
            let tolerance = (right - left).abs() + 1e-6 * gradient.abs().max(1.0);
            prop_assert!(
                left.min(right) - tolerance <= gradient && gradient <= left.max(right) + tolerance,
                "seed {}: {}, element {}: {} between {} and {}",
                seed,
                name,
                index,
                gradient,
                left,
                right
            );
        }
    }
    Ok(())
}
