//! Which items of a submission the answers need.

use std::collections::HashSet;

use crate::answers;
use crate::candidate::Candidate;
use crate::files::Source;
use crate::fragment::{FragmentKind, LeftOut, LeftOutReason, Note, Submission};
use crate::import_choice::choose_imports;
use crate::item::Shape;
use crate::names::Names;
use crate::submission::Wanted;

/// Chooses the answers, then everything they mention, then the imports.
pub(crate) fn select(
    mut candidates: Vec<Candidate>,
    sources: &[Source],
    wanted: &[Wanted<'_>],
    available: &[&str],
) -> Submission {
    let mut notes = Vec::new();
    let mut answers: Vec<(String, usize)> = Vec::new();
    for wanted in wanted {
        if let Some(index) = answers::choose(wanted, &candidates, sources, &mut notes) {
            answers.push((wanted.function.to_owned(), index));
        }
    }
    let names = Names::new(&candidates, &answers);
    let needed = needed(&candidates, &names, answers.iter().map(|(_, index)| *index));
    note_superseded(&candidates, &names, &needed, &mut notes);
    note_broken(&candidates, &needed, &answers, &mut notes);
    let imports = choose_imports(&candidates, &needed, &names, available, &mut notes);
    for (function, index) in answers {
        let kind = &mut candidates[index].fragment.kind;
        if !matches!(kind, FragmentKind::Unparsed { .. }) {
            *kind = FragmentKind::Answer { function };
        }
    }

    let mut submission = Submission { name: String::new(), fragments: Vec::new(), left_out: Vec::new(), notes };
    for ((index, candidate), import) in candidates.into_iter().enumerate().zip(imports) {
        let Candidate { fragment, shape, main_or_test, .. } = candidate;
        let left_out = match import {
            Some(Ok(narrowed)) => {
                submission.fragments.push(narrowed);
                continue;
            }
            Some(Err(reason)) => Some(reason),
            None if main_or_test => Some(LeftOutReason::MainOrTest),
            None if needed[index] || matches!(shape, Some(Shape::InnerAttribute { .. })) => None,
            None if names.dead[index] => Some(LeftOutReason::Duplicate),
            None => Some(LeftOutReason::NotMentioned),
        };
        match left_out {
            None => submission.fragments.push(fragment),
            Some(reason) => submission.left_out.push(LeftOut { fragment, reason }),
        }
    }
    // Macros count from their definition on, and a cell further down may define one that an answer uses.
    submission.fragments.sort_by_key(|fragment| match fragment.kind {
        FragmentKind::InnerAttribute { .. } => 0,
        FragmentKind::Use { .. } => 1,
        FragmentKind::Macro => 2,
        _ => 3,
    });
    submission
}

/// Marks the answers and everything they mention, transitively.
fn needed(candidates: &[Candidate], names: &Names, answers: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut needed = vec![false; candidates.len()];
    let mut open: Vec<usize> = answers.collect();
    let mut seen: HashSet<&str> = HashSet::new();
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut needed[index], true) {
            continue;
        }
        let fragment = &candidates[index].fragment;
        for name in &fragment.mentions {
            if seen.insert(name) {
                open.extend(names.meanings(name));
            }
        }
        for name in &fragment.defines {
            open.extend(names.impls_of(name));
        }
    }
    needed
}

fn note_superseded(candidates: &[Candidate], names: &Names, needed: &[bool], notes: &mut Vec<Note>) {
    for superseded in names.superseded.iter().filter(|superseded| needed[superseded.new]) {
        let [old, new] = [superseded.old, superseded.new].map(|index| &candidates[index].fragment);
        let what = if matches!(new.kind, FragmentKind::Impl { .. }) { "the `impl` block of " } else { "" };
        notes.push(Note {
            origin: Some(new.origin.clone()),
            message: format!(
                "{what}`{}` is defined in {} and again in {}; the last one was taken",
                superseded.name, old.origin, new.origin
            ),
            hint: Some("Keep one definition and delete the others.".to_owned()),
        });
    }
}

/// Broken helpers that an answer mentions, and broken imports, of which no name can be seen to be needed.
fn note_broken(candidates: &[Candidate], needed: &[bool], answers: &[(String, usize)], notes: &mut Vec<Note>) {
    for (index, candidate) in candidates.iter().enumerate() {
        let fragment = &candidate.fragment;
        let is_import = fragment.text.starts_with("use ") || fragment.text.starts_with("pub use ");
        let is_answer = answers.iter().any(|(_, answer)| *answer == index);
        let FragmentKind::Unparsed { error, .. } = &fragment.kind else { continue };
        let (what, hint) = match fragment.defines.first() {
            _ if is_import => ("the import".to_owned(), "An import ends with `;`."),
            Some(name) if needed[index] && !is_answer => {
                (format!("`{name}`, which the answers mention,"), "Run the cell and mend what the compiler reports.")
            }
            _ => continue,
        };
        notes.push(Note {
            origin: Some(fragment.origin.clone()),
            message: format!("{what} in {} is not valid Rust and was left out: {}", fragment.origin, error.message),
            hint: Some(hint.to_owned()),
        });
    }
}
