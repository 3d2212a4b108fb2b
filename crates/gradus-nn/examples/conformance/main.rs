//! Runs recorded cases through the library and says how far each result is from the recorded one.
//!
//! `cargo run --release -p gradus-nn --example conformance -- CASES.json`
//!
//! One line for each case: `ok ID`, or `ID: ` and what is wrong, with the output that is furthest off. The last line is
//! `N of M cases within 1e-9`. Where a result is 0 in exact arithmetic, both sides hold what rounding left of it, often
//! 1e-15, and `relative_error`, which divides by no less than 1e-8, would count that as 1e-7. So elements that both lie
//! within 1e-12 of 0 count as equal. Exit status: 0 if all are within, 1 if any is not, 2 if there is no file of cases to
//! run.

mod activations;
pub mod cases;
mod losses;
mod norms;
mod optimisers;
pub mod sequence;
pub mod vision;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use gradus_check::relative_error;
use ndarray::ArrayD;
use serde_json::Value;

use cases::{Case, read_cases};

/// The arrays of a case by name, for example `x` and `w`. Labels are whole numbers in `f64`.
pub type Inputs = BTreeMap<String, ArrayD<f64>>;
/// The results by name, for example `y` and `dx`.
pub type Outputs = BTreeMap<String, ArrayD<f64>>;
/// What each module has: runs `op` with `params` and `inputs`, backward from the upstream gradient if there is one.
/// `None` says that the module does not know `op`. Inputs that do not fit panic, as the library does.
type Run = fn(op: &str, params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs>;

/// All modules. A new one is a `mod` line above and a line here.
const MODULES: &[Run] = &[
    activations::run, // affine layer, ReLU to GELU
    losses::run,      // softmax, SVM, mean squared error
    norms::run,       // batch, layer, group and instance norm
    optimisers::run,  // from gradients to parameters
    sequence::run,    // embedding, recurrent layers, attention
    vision::run,      // convolution, pooling, upsampling
];

/// The largest relative error that passes.
const TOLERANCE: f64 = 1e-9;

/// What rounding can leave of a 0 that comes out of sums of numbers around 1.
const ROUNDING: f64 = 1e-12;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = &arguments[..] else {
        eprintln!(
            "error: give one file of cases. Hint: cargo run --release -p gradus-nn --example conformance -- FILE"
        );
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: cannot read {path}: {error}. Hint: the argument is the path of a JSON file of cases.");
            return ExitCode::from(2);
        }
    };
    let cases = match read_cases(&text) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("error: {path}: {error}");
            return ExitCode::from(2);
        }
    };
    // A case that panics is a line of the report; the default message would only repeat it.
    panic::set_hook(Box::new(|_| {}));
    match report(&cases, &mut io::stdout().lock()) {
        Ok(passed) if passed == cases.len() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: cannot write the report: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a line for each case and the sum, and returns how many cases passed.
pub fn report(cases: &[Case], out: &mut impl Write) -> io::Result<usize> {
    let mut passed = 0;
    for case in cases {
        match judge(case) {
            Ok(()) => {
                passed += 1;
                writeln!(out, "ok {}", case.id)?;
            }
            Err(fault) => writeln!(out, "{}: {fault}", case.id)?,
        }
    }
    writeln!(out, "{passed} of {} cases within {TOLERANCE:e}", cases.len())?;
    Ok(passed)
}

/// Runs one case and compares every output that was recorded. The error is what to print of it.
fn judge(case: &Case) -> Result<(), String> {
    let run = || MODULES.iter().find_map(|run| run(&case.op, &case.params, &case.inputs, case.grad_output.as_ref()));
    let outputs = panic::catch_unwind(AssertUnwindSafe(run))
        .map_err(|payload| format!("panicked: {}", panic_text(&*payload)))?
        .ok_or_else(|| format!("unknown op {:?}", case.op))?;

    let mut worst = (0.0, "");
    for (name, expected) in &case.expected {
        let actual = outputs.get(name).ok_or_else(|| format!("output {name} is not computed"))?;
        if actual.shape() != expected.shape() {
            return Err(format!("{name} has shape {:?}, expected {:?}", actual.shape(), expected.shape()));
        }
        let without_rounding = |array: &ArrayD<f64>| array.mapv(|x| if x.abs() <= ROUNDING { 0.0 } else { x });
        let error = relative_error(&without_rounding(actual), &without_rounding(expected));
        if error > worst.0 {
            worst = (error, name);
        }
    }
    if worst.0 <= TOLERANCE { Ok(()) } else { Err(format!("worst error {:.1e} in {}", worst.0, worst.1)) }
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}
