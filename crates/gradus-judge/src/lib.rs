//! The trusted judge: compiles a submission in the sandbox, calls it, runs checks, counts points, writes reports.
