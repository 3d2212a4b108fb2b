//! The sandbox's launcher as a program of its own, for callers that cannot be started again themselves (tests).

fn main() {
    gradus_sandbox::launcher::run_if_asked();
    // Only a sandbox starts it in earnest.
    std::process::exit(2);
}
