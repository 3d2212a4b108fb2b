//! `gradus similar`: which submissions of an assignment are suspiciously alike.

use std::path::PathBuf;

use gradus_gradebook::Place;
use gradus_judge::{Scratch, read_answers, report};
use gradus_similarity::{Code, Comparison, Limits, Pair, compare, page, percent};

use crate::Ending;
use crate::arguments::{Format, Similar};
use crate::commands::{find_assignment, intake, recording};
use crate::error::Hinted;
use crate::{files, terminal};

/// Compares the submissions that the arguments name with each other.
pub fn run(options: &Similar) -> anyhow::Result<Ending> {
    let assignment = find_assignment(&options.assignment)?;
    let manifest = assignment.manifest()?;
    let page_file = options.out.as_deref().map(files::Pending::at).transpose()?;
    let mut scratch = Vec::new();
    let submissions = match &options.gradebook {
        Some(gradebook) => kept(gradebook, assignment.id, &mut scratch)?,
        None => intake::submissions(&options.submissions, assignment.id, &mut scratch)?
            .into_iter()
            .map(|submission| (submission.name, submission.path))
            .collect(),
    };

    let mut codes = Vec::new();
    let mut unreadable = 0;
    let bar = terminal::progress(submissions.len(), "read");
    for (name, path) in submissions {
        match read_answers(&manifest, &path) {
            Ok(submission) => codes.push(Code::of(name, &submission)),
            Err(error) => {
                unreadable += 1;
                bar.suspend(|| eprintln!("not compared: {error}\nhint: {}", error.hint()));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let limits = Limits { similarity: f64::from(options.at_least) / 100.0, pairs: options.pairs, ..Limits::default() };
    let comparison = compare(&codes, &Code::from_text("starter", assignment.starter), limits);

    match options.format {
        Format::Text => terminal::data(&text(&comparison))?,
        Format::Json => terminal::data(&format!("{:#}\n", serde_json::to_value(&comparison)?))?,
    }
    let Comparison { submissions, pairs, more } = &comparison;
    let count = report::counted(pairs.len() + more, "pair is", "pairs are");
    eprintln!("{count} worth a look among {submissions} submissions");
    if let Some((file, path)) = page_file.zip(options.out.as_deref()) {
        file.write(page(&manifest.title, &codes, &comparison).as_bytes())?;
        eprintln!("side by side: {}", path.display());
    }
    Ok(if unreadable == 0 { Ending::Well } else { Ending::Incomplete })
}

/// Everybody's last submission in a gradebook.
fn kept(gradebook: &Place, assignment: &str, scratch: &mut Vec<Scratch>) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let gradebook = recording::open_existing(gradebook)?;
    let folder = Scratch::new()?;
    let mut found = Vec::new();
    for standing in gradebook.standings(Some(assignment)).map_err(recording::hinted)? {
        let content = gradebook.content(&standing.content_hash).map_err(recording::hinted)?;
        // In folders of their own: what a name cannot be as a path, a hash is.
        let path = content.unpack(&folder.path().join(&content.hash), &standing.student.name);
        found.push((standing.student.name, path.map_err(recording::hinted)?));
    }
    if found.is_empty() {
        let message = format!("the gradebook has no submission of `{assignment}`");
        return Err(Hinted::new(message, "grade some into it, or name the submissions themselves").into());
    }
    scratch.push(folder);
    Ok(found)
}

fn text(comparison: &Comparison) -> String {
    let row = |pair: &Pair| {
        let most = pair.most_alike().map(|(question, similarity)| format!("{question} {}", percent(similarity)));
        [pair.names.join(", "), percent(pair.similarity), pair.rare.to_string(), most.unwrap_or_default()]
    };
    if comparison.pairs.is_empty() {
        return String::new();
    }
    let headings = ["submissions", "similarity", "rare passages", "most alike"];
    report::plain_table(&headings, comparison.pairs.iter().map(row), terminal::colours())
}
