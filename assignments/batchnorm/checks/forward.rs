//! Public checks of `batchnorm_forward` and `layernorm_forward`.

use gradus_check::Tolerance;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, array};

use super::evenly_spaced;
use crate::batchnorm::{Mode, Running, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

/// The checks of `batchnorm_forward`.
pub fn batchnorm() -> Vec<Check> {
    const NAME: &str = "batchnorm_forward";
    vec![
        check(
            NAME,
            "training by hand",
            "the output -1, 3 and 3, -5: variances of 4, and eps = 5 below the root; and means beta, deviations gamma",
            training_by_hand,
        ),
        check(NAME, "two batches by hand", "running means 2 and 2, and running variances 2.5 and 7", running_by_hand),
        check(
            NAME,
            "evaluation by hand",
            "the output 3, 3 and 1, -3, and the running statistics as they were",
            evaluation_by_hand,
        ),
    ]
}

/// The checks of `layernorm_forward`.
pub fn layernorm() -> Vec<Check> {
    const NAME: &str = "layernorm_forward";
    vec![
        check(NAME, "two examples by hand", "the output -1, 3 and 3, -5", rows_by_hand),
        check(NAME, "rows", "rows with the mean 5 and the deviation 3", rows_alike),
    ]
}

/// Both features, and both examples, have the variance 4; with eps = 5 the divisor is 3.
fn by_hand() -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    (array![[3.0, 10.0], [7.0, 6.0]], array![3.0, 6.0], array![1.0, -1.0])
}

fn training_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta) = by_hand();
    let (out, _) =
        session.call(&call::batchnorm_forward(&x, &gamma, &beta, &Running::new(2), Mode::Train, 0.9, 5.0))?;
    let signs = array![[-2.0, 2.0], [2.0, -2.0]];
    let with = |divisor: f64| &signs / divisor * &gamma + &beta;
    let expected = with(3.0);
    let slips = [
        ("divided by the root plus eps; eps belongs below the root", &with(2.0 + 5.0)),
        ("divided without eps", &with(2.0)),
        ("made with the variance divided by n - 1; here it is n", &with(13f64.sqrt())),
        ("divided by the variance; divide by its root", &with(9.0)),
        ("x_hat alone; gamma scales it and beta shifts it", &(&signs / 3.0)),
        ("made with gamma and beta exchanged", &(&signs / 3.0 * &beta + &gamma)),
    ];
    context.expect_array("out", &out, &expected, TOLERANCE, &slips)?;
    means_and_deviations(session, context)
}

fn running_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta) = by_hand();
    let running = Running { mean: array![1.0, 0.0], var: array![2.0, 8.0] };
    let (_, next) = session.call(&call::batchnorm_forward(&x, &gamma, &beta, &running, Mode::Train, 0.75, 5.0))?;
    let (mean, var) = (array![5.0, 8.0], array![4.0, 4.0]);
    let mixed = |old: &Array1<f64>, new: &Array1<f64>, share: f64| old * share + new * (1.0 - share);
    context.expect_array(
        "the running mean",
        &next.mean,
        &array![2.0, 2.0],
        TOLERANCE,
        &[
            ("momentum times the batch's mean; momentum goes with the old one", &mixed(&running.mean, &mean, 0.25)),
            ("the batch's mean alone", &mean),
            ("as it came in; training moves it", &running.mean),
        ],
    )?;
    context.expect_array(
        "the running variance",
        &next.var,
        &array![2.5, 7.0],
        TOLERANCE,
        &[
            ("momentum times the batch's variance; momentum goes with the old one", &mixed(&running.var, &var, 0.25)),
            ("moved by the variance divided by n - 1; here it is n", &mixed(&running.var, &array![8.0, 8.0], 0.75)),
            ("moved by the deviation; it is a mean of variances", &mixed(&running.var, &array![2.0, 2.0], 0.75)),
            ("the batch's variance alone", &var),
            ("as it came in; training moves it", &running.var),
        ],
    )
}

fn evaluation_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (x, gamma, beta) = (array![[4.0, 8.0], [1.0, -4.0]], array![2.0, 3.0], array![1.0, 0.0]);
    let running = Running { mean: array![1.0, 2.0], var: array![4.0, 31.0] };
    let (out, next) = session.call(&call::batchnorm_forward(&x, &gamma, &beta, &running, Mode::Evaluate, 0.75, 5.0))?;
    context.expect_array("out", &out, &array![[3.0, 3.0], [1.0, -3.0]], TOLERANCE, &[]).map_err(|failure| {
        failure.with_hint("in evaluation the running mean and variance take the place of the batch's own")
    })?;
    context.expect(
        next == running,
        "the running statistics were moved",
        "evaluation returns the running statistics as they came in",
    )
}

/// No evenly spaced numbers: rows and columns differ.
fn uneven(shape: [usize; 2]) -> Array2<f64> {
    evenly_spaced(-3.0, 4.0, shape).mapv(|x: f64| x * x + 5.0 * (3.0 * x).sin())
}

/// With a small eps, each feature of the output has the mean beta and the deviation gamma.
fn means_and_deviations(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (gamma, beta) = (array![1.0, 2.0, 3.0], array![11.0, 12.0, 13.0]);
    let call = call::batchnorm_forward(&uneven([20, 3]), &gamma, &beta, &Running::new(3), Mode::Train, 0.9, 1e-5);
    let (out, _) = session.call(&call)?;
    context.expect(out.dim() == (20, 3), "out has another shape than x", "each number of x gives one of out")?;
    // eps makes the deviations a little too small.
    let tolerance = Tolerance::new(1e-5, 1e-6);
    let mean = out.mean_axis(Axis(0)).expect("twenty rows");
    context.expect_array("the means of the features of out", &mean, &beta, tolerance, &[])?;
    context.expect_array("the deviations of the features of out", &out.std_axis(Axis(0), 0.0), &gamma, tolerance, &[])
}

fn rows_by_hand(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let x = array![[3.0, 7.0], [10.0, 6.0]];
    let (_, gamma, beta) = by_hand();
    let out = session.call(&call::layernorm_forward(&x, &gamma, &beta, 5.0))?;
    let expected = array![[-1.0, 3.0], [3.0, -5.0]];
    let of_columns = {
        // Column means 6.5 and 6.5, variances 12.25 and 0.25.
        let centred = array![[-3.5, 0.5], [3.5, -0.5]];
        let divisor = array![17.25f64.sqrt(), 5.25f64.sqrt()];
        centred / &divisor * &gamma + &beta
    };
    let slips = [
        ("what batch normalisation gives; here each row has a mean and a variance of its own", &of_columns),
        ("x_hat alone; gamma scales it and beta shifts it", &((&expected - &beta) / &gamma)),
    ];
    context.expect_array("out", &out, &expected, TOLERANCE, &slips)
}

fn rows_alike(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (gamma, beta) = (Array1::from_elem(6, 3.0), Array1::from_elem(6, 5.0));
    let out = session.call(&call::layernorm_forward(&uneven([4, 6]), &gamma, &beta, 1e-5))?;
    context.expect(out.dim() == (4, 6), "out has another shape than x", "each number of x gives one of out")?;
    let tolerance = Tolerance::new(1e-5, 1e-6);
    let mean = out.mean_axis(Axis(1)).expect("six columns");
    context.expect_array("the means of the rows of out", &mean, &Array1::from_elem(4, 5.0), tolerance, &[])?;
    let deviation = out.std_axis(Axis(1), 0.0);
    context.expect_array("the deviations of the rows of out", &deviation, &Array1::from_elem(4, 3.0), tolerance, &[])
}
