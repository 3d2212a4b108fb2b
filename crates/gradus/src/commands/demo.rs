//! `gradus demo`: the whole way on six submissions that come with the program.

use std::fs;
use std::path::Path;

use anyhow::Context;
use gradus_judge::batch::Entry;
use gradus_judge::report;

use crate::Ending;
use crate::arguments::{Demo, Protection, RequiredLevel, SandboxChoice};
use crate::commands::find_assignment;
use crate::commands::grade::{ending, grade_and_write, prepare_folder, staff_judge};
use crate::error::Hinted;
use crate::terminal;

const ASSIGNMENT: &str = "softmax";

/// Fixed, so that everybody sees the same reports.
const SEED: u64 = 1;

/// Submissions graded at a time.
const JOBS: usize = 2;

/// Grades the samples and says what to try next.
pub fn run(options: &Demo) -> anyhow::Result<Ending> {
    let judge = staff_judge(find_assignment(ASSIGNMENT)?, options.protection)?;
    let entries = unpack_samples(&options.out.join("submissions"))?;
    eprintln!("grading {} submissions of `{ASSIGNMENT}`: {}", entries.len(), judge.sandbox().describe());
    let outcomes = grade_and_write(&entries, JOBS, &options.out, &|entry| judge.grade(entry))?;
    terminal::data(&report::table(&outcomes, terminal::colours()))?;
    if options.timings {
        terminal::data(&report::timings_table(&outcomes))?;
    }
    let out = options.out.display();
    let program = std::env::args().next().unwrap_or_else(|| "gradus".to_owned());
    eprintln!("scores:  {out}/scores.csv");
    eprintln!("reports: {out}/<submission>/report.html and results.json");
    eprintln!("next:    open {out}/wrong_gradient/report.html in a browser,");
    eprintln!("         mend {out}/submissions/wrong_gradient.rs and grade it again:");
    eprintln!("         {program} grade {ASSIGNMENT} {out}/submissions/wrong_gradient.rs --out {out}/again");
    Ok(ending(&outcomes))
}

/// The table that the demo prints.
pub fn table() -> anyhow::Result<String> {
    let protection = Protection { sandbox: SandboxChoice::Auto, require_sandbox: RequiredLevel::Restricted };
    let judge = staff_judge(find_assignment(ASSIGNMENT)?, protection)?;
    let folder = tempfile::tempdir()?;
    let entries = unpack_samples(&folder.path().join("submissions"))?;
    Ok(report::table(&grade_and_write(&entries, JOBS, folder.path(), &|entry| judge.grade(entry))?, false))
}

fn unpack_samples(folder: &Path) -> anyhow::Result<Vec<Entry>> {
    let key = gradus_grader::key(ASSIGNMENT)
        .ok_or_else(|| Hinted::new("the demo's assignment has no key", "this is a fault of ours: report it"))?;
    prepare_folder(folder)?;
    key.demo
        .iter()
        .map(|sample| {
            let path = folder.join(sample.file_name);
            fs::write(&path, sample.bytes).with_context(|| format!("{}", path.display()))?;
            Ok(Entry::new(path, SEED))
        })
        .collect()
}
