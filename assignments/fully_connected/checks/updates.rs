//! Public checks of `sgd_momentum`, `rmsprop` and `adam`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array2, ArrayD, array};

use super::evenly_spaced;
use crate::fully_connected::call;
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            "sgd_momentum",
            "two steps by hand",
            "w = 0.25 and velocity -0.75, then -0.375 and -0.625",
            momentum_by_hand,
        ),
        check("sgd_momentum", "evenly spaced numbers", PRINTED, momentum_evenly_spaced),
        check("rmsprop", "one step by hand", "the next w 0 and 2, and the cache 4 and 0.25", rmsprop_by_hand),
        check("rmsprop", "evenly spaced numbers", PRINTED, rmsprop_evenly_spaced),
        check(
            "adam",
            "the first step by hand",
            "steps of the learning rate, whatever the size of the gradient, and t = 1",
            adam_by_hand,
        ),
        check("adam", "evenly spaced numbers", PRINTED, adam_evenly_spaced),
    ]
}

const PRINTED: &str = "the numbers that CS231n's notebook prints";

/// The notebook prints 8 decimals.
const EIGHT_DECIMALS: Tolerance = Tolerance::new(0.0, 1e-8);

/// `w` and `dw` of CS231n's notebook.
fn notebooks_numbers() -> (ArrayD<f64>, ArrayD<f64>) {
    (evenly_spaced(-0.4, 0.6, [4, 5]).into_dyn(), evenly_spaced(-0.6, 0.4, [4, 5]).into_dyn())
}

/// What the notebook prints, row by row.
fn printed(numbers: [[f64; 5]; 4]) -> ArrayD<f64> {
    Array2::from(numbers.to_vec()).into_dyn()
}

fn momentum_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let start = array![1.0].into_dyn();
    for (w, dw, velocity, expected) in [(1.0, 2.0, 0.5, (0.25, -0.75)), (0.25, 0.5, -0.75, (-0.375, -0.625))] {
        let number = |number: f64| &start * number;
        let (w, dw, velocity) = (number(w), number(dw), number(velocity));
        let (next, moved) = session.call(&call::sgd_momentum(&w, &dw, &velocity, 0.5, 0.5))?;
        let plain = ("plain gradient descent; the velocity belongs to it", &(&w - &dw * 0.5));
        let old = ("a step with the old velocity; take the new one", &(&w + &velocity));
        context.expect_array("the next w", &next, &number(expected.0), TOLERANCE, &[plain, old])?;
        let uphill = ("the velocity up the gradient; learning_rate * dw is subtracted", &(&velocity * 0.5 + &dw * 0.5));
        context.expect_array("the velocity", &moved, &number(expected.1), TOLERANCE, &[uphill])?;
    }
    Ok(())
}

fn momentum_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dw) = notebooks_numbers();
    let velocity = evenly_spaced(0.6, 0.9, [4, 5]).into_dyn();
    let (next, moved) = session.call(&call::sgd_momentum(&w, &dw, &velocity, 1e-3, 0.9))?;
    let expected = printed([
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]);
    let expected_velocity = printed([
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]);
    context.expect_array("the next w", &next, &expected, EIGHT_DECIMALS, &[])?;
    context.expect_array("the velocity", &moved, &expected_velocity, EIGHT_DECIMALS, &[])
}

fn rmsprop_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dw, cache) = (array![1.0, 0.0].into_dyn(), array![2.0, -1.0].into_dyn(), array![4.0, 0.0].into_dyn());
    let (next, mean) = session.call(&call::rmsprop(&w, &dw, &cache, 1.0, 0.75, 0.0))?;
    // The roots of the new cache are 2 and 1/2.
    let sum = (
        "the sum of old cache and squared gradient; it is a mean with the weights decay_rate and 1 - decay_rate",
        &(&cache + &dw * &dw),
    );
    let swapped = (
        "the mean with both weights exchanged; decay_rate goes with the old cache",
        &(&cache * 0.25 + &dw * &dw * 0.75),
    );
    context.expect_array("the cache", &mean, &array![4.0, 0.25].into_dyn(), TOLERANCE, &[sum, swapped])?;
    let without_root = ("a step divided by the cache; divide by its root", &array![0.5, 4.0].into_dyn());
    context.expect_array("the next w", &next, &array![0.0, 2.0].into_dyn(), TOLERANCE, &[without_root])
}

fn rmsprop_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dw) = notebooks_numbers();
    let cache = evenly_spaced(0.6, 0.9, [4, 5]).into_dyn();
    let (next, mean) = session.call(&call::rmsprop(&w, &dw, &cache, 1e-2, 0.99, 1e-8))?;
    let expected = printed([
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]);
    let expected_cache = printed([
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]);
    context.expect_array("the cache", &mean, &expected_cache, EIGHT_DECIMALS, &[])?;
    context.expect_array("the next w", &next, &expected, EIGHT_DECIMALS, &[])
}

fn adam_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dw) = (array![1.0, 1.0].into_dyn(), array![3.0, -0.01].into_dyn());
    let zeros = ArrayD::zeros(w.raw_dim());
    let (next, m, v, t) = session.call(&call::adam(&w, &dw, &zeros, &zeros, 0, 0.5, 0.9, 0.99, 0.0))?;
    let steps = "t is the number of steps before this one; the new t is one higher";
    context.expect(t == 1, "the number of steps is not 1 after the first", steps)?;
    context.expect_array("m", &m, &(&dw * 0.1), TOLERANCE, &[("dw itself; m is a running mean", &dw)])?;
    let squares = &dw * &dw;
    context.expect_array(
        "v",
        &v,
        &(&squares * 0.01),
        TOLERANCE,
        &[("the squares themselves; v is a running mean", &squares)],
    )?;
    context.expect_array("the next w", &next, &array![0.5, 1.5].into_dyn(), TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint(
            "divide m by 1 - beta1^t and v by 1 - beta2^t, with t counted from 1, but return both as they are",
        )
    })
}

fn adam_evenly_spaced(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (w, dw) = notebooks_numbers();
    let (m, v) = (evenly_spaced(0.6, 0.9, [4, 5]).into_dyn(), evenly_spaced(0.7, 0.5, [4, 5]).into_dyn());
    let (next, next_m, next_v, t) = session.call(&call::adam(&w, &dw, &m, &v, 5, 1e-2, 0.9, 0.999, 1e-8))?;
    let expected = printed([
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]);
    let expected_m = printed([
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
        [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
        [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
        [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
    ]);
    let expected_v = printed([
        [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
        [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
        [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
        [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
    ]);
    context.expect_array("m", &next_m, &expected_m, EIGHT_DECIMALS, &[])?;
    context.expect_array("v", &next_v, &expected_v, EIGHT_DECIMALS, &[])?;
    context.expect_array("the next w", &next, &expected, EIGHT_DECIMALS, &[]).map_err(|failure| {
        failure.with_hint("this is the sixth step: t comes in as 5, and the divisions are by 1 - beta^6")
    })?;
    context.expect(t == 6, "the number of steps is not 6 after the sixth", "return t + 1")
}
