//! What a start costs: the median of 200 jobs that do nothing, for each level to be had here.

use std::time::{Duration, Instant};

use gradus_sandbox::{Job, Level, Options, Profile, Requirement, Sandbox, SandboxError, launcher};

#[expect(clippy::print_stdout, reason = "an example that prints a table")]
fn main() -> Result<(), SandboxError> {
    launcher::run_if_asked();
    for ceiling in [Level::LimitsOnly, Level::Filtered, Level::Restricted, Level::Full] {
        let began = Instant::now();
        let sandbox = Sandbox::probe_with(Requirement::LimitsOnly, &Options::default().with_ceiling(ceiling))?;
        println!("{} (probed in {:.1} ms)", sandbox.describe(), milliseconds(began.elapsed()));
        for profile in [Profile::Worker, Profile::Compiler] {
            let job = Job::new("/bin/true", profile).executables(["/lib", "/lib64", "/usr/lib"]);
            let mut times = Vec::new();
            for _ in 0..200 {
                let began = Instant::now();
                let finished = sandbox.run(&job)?;
                times.push(began.elapsed());
                assert_eq!(finished.outcome, gradus_sandbox::Outcome::Exited { code: 0 });
            }
            times.sort();
            let (median, slow) = (milliseconds(times[100]), milliseconds(times[190]));
            println!("  {profile:?}: start to end {median:.2} ms (median of 200; 95% within {slow:.2} ms)");
        }
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
