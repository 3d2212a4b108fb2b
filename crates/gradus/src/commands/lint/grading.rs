//! The grades that rules look at: of the starter, of the reference, of every recorded answer.

use std::fs;
use std::path::Path;

use anyhow::Context;
use gradus_judge::Outcome;
use gradus_judge::batch::Entry;
use gradus_judge::museum::whole_submission;

use crate::arguments::Lint;
use crate::commands::authored::{Authored, folder};
use crate::commands::grade::{grade_and_show, jobs, staff_judge};
use crate::error::Hinted;

/// The recorded reports were made with it.
const SEED: u64 = 7;

/// How submissions of an assignment were graded.
#[derive(Default)]
pub struct Grading {
    /// The untouched starter.
    pub starter: Option<Outcome>,
    /// The reference answers.
    pub reference: Option<Outcome>,
    /// The recorded answers, by name.
    pub recorded: Vec<Recorded>,
}

/// A recorded answer.
pub struct Recorded {
    /// Its file's name without extension.
    pub name: String,
    /// Whether it is to get full marks.
    pub right: bool,
    /// How it was graded.
    pub outcome: Outcome,
}

impl Grading {
    /// Grades starter and reference, and the recorded answers too where they are asked for.
    pub fn of(repository: &Path, authored: &Authored, with_recorded: bool, options: &Lint) -> anyhow::Result<Self> {
        let reference = authored.reference()?;
        let scratch = tempfile::tempdir()?;
        let put = |name: &str, text: &str| -> anyhow::Result<Entry> {
            // In folders of their own, so that no recorded answer's name can be taken.
            let path = scratch.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, text)?;
            Ok(Entry::new(path, SEED))
        };
        let mut entries = vec![
            put("own/starter.ipynb", &authored.released.notebook().to_json())?,
            put("own/reference.rs", &reference)?,
        ];
        let mut names = Vec::new();
        if with_recorded {
            for (name, right, text) in recorded(&repository.join(folder(authored.assignment.id)))? {
                let whole = whole_submission(authored.assignment, &text, &reference)
                    .map_err(|error| Hinted::new(format!("{name}.rs: {error}"), error.hint()))?;
                entries.push(put(&format!("recorded/{name}.rs"), &whole)?);
                names.push((name, right));
            }
        }
        let judge = staff_judge(authored.assignment, options.protection)?;
        let mut outcomes = grade_and_show(&entries, jobs(options.jobs), &|entry| judge.grade(entry)).into_iter();
        Ok(Self {
            starter: outcomes.next(),
            reference: outcomes.next(),
            recorded: names
                .into_iter()
                .zip(outcomes)
                .map(|((name, right), outcome)| Recorded { name, right, outcome })
                .collect(),
        })
    }
}

/// Name, whether it is right, and text of each recorded answer, by name.
fn recorded(key: &Path) -> anyhow::Result<Vec<(String, bool, String)>> {
    let mut found = Vec::new();
    for (kind, right) in [("wrong", false), ("right", true)] {
        let folder = key.join(kind);
        for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            found.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), right, text));
        }
    }
    found.sort();
    Ok(found)
}
