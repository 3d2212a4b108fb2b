//! What calls into the sandbox cost: the real worker behind the real pipes, on the machine that this runs on.

use std::time::{Duration, Instant};

use gradus_judge::Worker;
use gradus_question::{Call, Perturbation, Projection, Session};
use gradus_sandbox::{Job, Level, Limits, Options, Profile, Requirement, Sandbox, launcher, library_paths};
use ndarray::Array2;

mod functions {
    use ndarray::{Array2, Axis};

    gradus_question::interface! {
        /// The sum of the squares, the cheapest function that reads its argument.
        fn squares(x: &Array2<f64>) -> f64;
        /// The softmax loss of scores whose right class is 0, and its gradient.
        fn softmax(x: &Array2<f64>) -> (f64, Array2<f64>);
        /// The argument as it came.
        fn echo(x: &Array2<f64>) -> Array2<f64>;
    }

    pub static ALL: Functions = Functions {
        squares: Some(|x| x.iter().map(|value| value * value).sum()),
        softmax: Some(|x| {
            let mut probabilities = x.clone();
            let mut loss = 0.0;
            for mut row in probabilities.axis_iter_mut(Axis(0)) {
                let largest = row.fold(f64::NEG_INFINITY, |largest, value| largest.max(*value));
                row.mapv_inplace(|value| (value - largest).exp());
                let sum = row.sum();
                row /= sum;
                loss -= row[0].ln();
                row[0] -= 1.0;
            }
            let count = x.nrows() as f64;
            (loss / count, probabilities / count)
        }),
        echo: Some(Array2::clone),
    };
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    launcher::run_if_asked();
    if std::env::args().nth(1).as_deref() == Some("worker") {
        return Ok(gradus_worker::serve(&functions::ALL)?);
    }
    gradus_nn::keep_freed_memory(); // as `gradus` does
    let program = std::env::current_exe()?;
    let limits = Limits {
        cpu: Duration::from_secs(60),
        wall: Duration::from_secs(60),
        memory_bytes: 1 << 30,
        ..Limits::default()
    };
    let job = Job::new(&program, Profile::Worker).executables(library_paths()).argument("worker").limits(limits);
    for ceiling in [Level::Restricted, Level::Full] {
        let sandbox = Sandbox::probe_with(Requirement::LimitsOnly, &Options::default().with_ceiling(ceiling))?;
        say(&sandbox.describe());
        first_call(&sandbox, &job)?;
        let mut worker = Worker::new(&sandbox, job.clone());
        let mut session = Session::new(&mut worker).with_patience(Duration::from_secs(20));
        calls(&mut session)?;
        perturbations(&mut session)?;
        large_arrays(&mut session)?;
    }
    Ok(())
}

/// From nothing to the first answer: the sandbox's start, the program's, and one call.
fn first_call(sandbox: &Sandbox, job: &Job) -> Result<(), Box<dyn std::error::Error>> {
    let mut times = Vec::new();
    for _ in 0..100 {
        let mut worker = Worker::new(sandbox, job.clone());
        let began = Instant::now();
        Session::new(&mut worker).call(&functions::call::squares(&square(10)))?;
        times.push(began.elapsed());
    }
    times.sort();
    let milliseconds = |index: usize| times[index].as_secs_f64() * 1e3;
    say(&format!(
        "  start to first answer: {:.2} ms (median of 100; 95% within {:.2} ms)",
        milliseconds(50),
        milliseconds(95)
    ));
    Ok(())
}

fn calls(session: &mut Session<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (squares, softmax) = (functions::call::squares(&square(10)), functions::call::softmax(&square(10)));
    let per_second = best(|| repeat(50_000, || session.call(&squares).map(drop)))?;
    say(&format!("  10 x 10, one by one, sum of squares: {per_second:.0} calls a second"));
    let per_second = best(|| repeat(50_000, || session.call(&softmax).map(drop)))?;
    say(&format!("  10 x 10, one by one, softmax loss and gradient: {per_second:.0} calls a second"));
    Ok(())
}

fn perturbations(session: &mut Session<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (squares, softmax) = (functions::call::squares(&square(10)), functions::call::softmax(&square(10)));
    let per_second = best(|| perturb(session, &squares))?;
    say(&format!("  10 x 10, 200 perturbations a message, sum of squares: {per_second:.0} evaluations a second"));
    let per_second = best(|| perturb(session, &softmax))?;
    say(&format!("  10 x 10, 200 perturbations a message, softmax: {per_second:.0} evaluations a second"));
    Ok(())
}

fn perturb<R>(session: &mut Session<'_>, call: &Call<R>) -> Result<f64, gradus_question::CallError> {
    let changes: Vec<_> = (0..100).flat_map(|index| [(index, 1e-5), (index, -1e-5)]).collect();
    let messages = repeat(1000, || {
        let perturbation = Perturbation { argument: "x", changes: changes.clone(), projection: Projection::Number(0) };
        session.perturb(call, perturbation).map(drop)
    })?;
    Ok(messages * changes.len() as f64)
}

fn large_arrays(session: &mut Session<'_>) -> Result<(), Box<dyn std::error::Error>> {
    for side in [300, 1000] {
        let bytes = (2 * side * side * 8) as f64;
        let x = square(side);
        let per_second = best(|| repeat(40, || session.call(&functions::call::echo(&x)).map(drop)))?;
        let gigabytes = per_second * bytes / 1e9;
        say(&format!("  {side} x {side}, there and back: {gigabytes:.2} GB a second (both directions together)"));
    }
    Ok(())
}

/// How often a second it can be done, over `count` times.
fn repeat<E>(count: u32, mut once: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let began = Instant::now();
    for _ in 0..count {
        once()?;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// The best of three, the one least disturbed by others.
fn best<E>(mut measure: impl FnMut() -> Result<f64, E>) -> Result<f64, E> {
    let first = measure()?;
    Ok(first.max(measure()?).max(measure()?))
}

fn square(side: usize) -> Array2<f64> {
    Array2::from_shape_fn((side, side), |(row, column)| ((row * 7 + column * 13) % 10) as f64 / 10.0)
}

#[expect(clippy::print_stdout, reason = "an example that prints a table")]
fn say(line: &str) {
    println!("{line}");
}
