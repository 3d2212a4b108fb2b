//! `gradus demo`: the whole way on six submissions that come with the program.

use std::fs;

use anyhow::Context;
use gradus_judge::batch::Entry;
use gradus_judge::report;

use crate::Ending;
use crate::arguments::Demo;
use crate::commands::grade::{ending, grade_and_write, prepare_folder, staff_judge};
use crate::error::Hinted;
use crate::terminal;

const ASSIGNMENT: &str = "softmax";

/// Fixed, so that everybody sees the same reports.
const SEED: u64 = 1;

/// Grades the samples and says what to try next.
pub fn run(options: &Demo) -> anyhow::Result<Ending> {
    let judge = staff_judge(ASSIGNMENT, options.sandbox)?;
    let key = gradus_grader::key(ASSIGNMENT)
        .ok_or_else(|| Hinted::new("the demo's assignment has no key", "this is a fault of ours: report it"))?;
    let samples = options.out.join("submissions");
    prepare_folder(&samples)?;
    let mut entries = Vec::new();
    for sample in key.demo {
        let path = samples.join(sample.file_name);
        fs::write(&path, sample.bytes).with_context(|| format!("{}", path.display()))?;
        entries.push(Entry { path, seed: SEED });
    }

    eprintln!("grading {} submissions of `{ASSIGNMENT}`: {}", entries.len(), judge.sandbox().describe());
    let outcomes = grade_and_write(&judge, &entries, 2, &options.out)?;
    terminal::data(&report::table(&outcomes, terminal::colours()))?;
    if options.timings {
        terminal::data(&report::timings_table(&outcomes))?;
    }
    let out = options.out.display();
    eprintln!("scores:  {out}/scores.csv");
    eprintln!("reports: {out}/<submission>/report.html and results.json");
    eprintln!("next:    open {out}/wrong_gradient/report.html in a browser");
    eprintln!("         change {out}/submissions/wrong_gradient.rs and grade it again:");
    eprintln!("         gradus grade {ASSIGNMENT} {out}/submissions/wrong_gradient.rs --out {out}/again");
    Ok(ending(&outcomes))
}
