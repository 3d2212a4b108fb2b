//! Times typical pieces of work, in single and in double precision, with two threads.
//!
//! `cargo run --release -p gradus-nn --example bench -- [WORKLOAD...]`
//!
//! Without names: all workloads. Prints one JSON object a line for each workload and number type: `workload`, `peer`
//! (always `gradus`), `dtype` and the median and the least time of one call in seconds, `median_s` and `min_s`.
//! `benches/library_speed.py` runs it beside PyTorch and NumPy. Exit status: 0, or 2 for a name that is no workload.

mod linear;
mod sequence;
mod vision;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;

/// What is timed. It owns its inputs, and makes them before the clock runs.
pub type Call = Box<dyn FnMut()>;

/// A piece of work, for both number types.
pub struct Workload {
    name: &'static str,
    single: fn() -> Call,
    double: fn() -> Call,
}

/// The [`Workload`] of a function with a number type as its parameter, under the function's name.
macro_rules! workload {
    ($module:ident::$function:ident) => {
        Workload { name: stringify!($function), single: $module::$function::<f32>, double: $module::$function::<f64> }
    };
}

const WORKLOADS: &[Workload] = &[
    workload!(linear::softmax),
    workload!(linear::svm),
    workload!(linear::two_layer),
    workload!(vision::conv_cs231n),
    workload!(vision::conv_64),
    workload!(vision::max_pool),
    workload!(vision::spatial_batchnorm),
    workload!(linear::knn_distances),
    workload!(sequence::rnn),
    workload!(sequence::lstm),
    workload!(sequence::attention),
    workload!(vision::convnet_step),
];

const THREADS: usize = 2;
/// Of one workload and number type: as many calls as fit, but no fewer than `LEAST_CALLS`.
const TIME: Duration = Duration::from_millis(400);
const LEAST_CALLS: usize = 5;
const WARM_UP_CALLS: usize = 2;

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let known: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        eprintln!("error: there is no workload {unknown:?}. Hint: the workloads are {}", known.join(", "));
        return ExitCode::from(2);
    }
    gradus_nn::set_threads(THREADS);
    gradus_nn::keep_freed_memory();
    for workload in WORKLOADS {
        if !names.is_empty() && !names.iter().any(|name| name == workload.name) {
            continue;
        }
        for (dtype, prepare) in [("f32", workload.single), ("f64", workload.double)] {
            let times = measure(prepare());
            let (median, least) = (times[times.len() / 2].as_secs_f64(), times[0].as_secs_f64());
            let line = json!({
                "workload": workload.name, "peer": "gradus", "dtype": dtype, "median_s": median, "min_s": least
            });
            if let Err(error) = writeln!(io::stdout(), "{line}") {
                eprintln!("error: cannot write the result: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}

/// The time of each call, the shortest first.
fn measure(mut call: Call) -> Vec<Duration> {
    for _ in 0..WARM_UP_CALLS {
        call();
    }
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < LEAST_CALLS || start.elapsed() < TIME {
        let start = Instant::now();
        call();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
}
