//! `gradus generate`: writes what is derived from something else in the repository, or tells what is out of date.
//!
//! - `assignments/<id>/starter.rs`, `notebooks/<id>.ipynb` and `grader/keys/<id>/reference.rs` from
//!   `grader/keys/<id>/source.rs`
//! - the demo's table in `README.md`, from running the demo

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_assignments::ASSIGNMENTS;

use crate::Ending;
use crate::arguments::Generate;
use crate::commands::authored::{Authored, repository};
use crate::commands::demo;
use crate::error::Hinted;

const BEGIN: &str = "<!-- demo: written by `gradus generate` -->\n";
const END: &str = "<!-- /demo -->";

/// Writes or checks every derived file.
pub fn run(options: &Generate) -> anyhow::Result<Ending> {
    let repository = repository()?;
    let mut stale = false;
    for (path, text) in derived(&repository)? {
        let path = repository.join(path);
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        stale = true;
        if options.check {
            eprintln!("out of date: {}", path.display());
        } else {
            fs::write(&path, text).with_context(|| format!("{}", path.display()))?;
            eprintln!("written: {}", path.display());
        }
    }
    if stale && options.check {
        eprintln!("hint: run `gradus generate` and commit what it writes");
        return Ok(Ending::NotRight);
    }
    Ok(Ending::Well)
}

/// Every derived file, from the repository's root, and what it should be.
fn derived(repository: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for assignment in ASSIGNMENTS {
        files.extend(Authored::read(repository, assignment)?.derived()?);
    }
    let readme = fs::read_to_string(repository.join("README.md")).context("README.md")?;
    files.push((PathBuf::from("README.md"), with_table(&readme, &demo::table()?)?));
    Ok(files)
}

fn with_table(readme: &str, table: &str) -> anyhow::Result<String> {
    let missing = || {
        Hinted::new("README.md has no place for the demo's table", format!("it stands between {BEGIN:?} and {END:?}"))
    };
    let (before, rest) = readme.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    Ok(format!("{before}{BEGIN}\n```text\n{table}```\n\n{END}{after}"))
}
