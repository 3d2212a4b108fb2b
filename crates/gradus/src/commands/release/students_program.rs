//! The students' program: this one, built without the staff's part.

use std::fs;

use anyhow::Context;
use gradus_engine::{inner_cargo, target, workspace};

use crate::commands::completion;
use crate::error::Hinted;

/// Builds it, or brings it up to date, in a target folder of its own: in the workspace's it would take this
/// program's place.
pub fn build() -> anyhow::Result<Vec<u8>> {
    let target = target().join("students-program");
    eprintln!("building the students' program, in {}; minutes at the first time", target.display());
    let mut cargo = inner_cargo();
    cargo.current_dir(workspace());
    cargo.args(["build", "--release", "--locked", "--package", "gradus", "--no-default-features", "--target-dir"]);
    cargo.arg(&target);
    completion::run(cargo).map_err(|error| {
        let hint = "give one that is built with --students-program FILE, or leave it out with --without-program";
        Hinted::new(format!("the students' program was not built: {error}"), hint)
    })?;
    let program = target.join("release/gradus");
    fs::read(&program).with_context(|| format!("{}", program.display()))
}
