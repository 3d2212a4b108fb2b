//! The rules, each of which gives what is wrong and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_assignments::Assignment;
use gradus_judge::grade::{CheckGrade, FunctionState, Grade};
use gradus_judge::museum::summary;
use gradus_judge::{Outcome, report};
use gradus_question::{Check, Visibility};
use gradus_toolchain::Toolchain;

use super::grading::{Grading, Recorded};
use crate::commands::authored::{Authored, folder};
use crate::error::Hinted;

type Faults = anyhow::Result<Vec<String>>;

pub fn derived(repository: &Path, authored: &Authored) -> Faults {
    let mut faults = Vec::new();
    for (path, text) in authored.derived()? {
        match fs::read_to_string(repository.join(&path)) {
            Ok(found) if found == text => {}
            Ok(found) => faults.push(format!(
                "{}, line {}, is not what source.rs gives; run `gradus generate`",
                path.display(),
                first_difference(&found, &text).0
            )),
            Err(error) => faults.push(format!("{}: {error}; run `gradus generate`", path.display())),
        }
    }
    let key = gradus_grader::key(authored.assignment.id);
    if key.is_none_or(|key| authored.reference().is_ok_and(|text| text != key.reference_source)) {
        faults.push("this program was built with another reference than source.rs gives; build it again".to_owned());
    }
    Ok(faults)
}

pub fn starter(grading: &Grading) -> Vec<String> {
    let grade = match graded("the starter", grading.starter.as_ref()) {
        Ok(grade) => grade,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    for function in &grade.functions {
        match &function.state {
            FunctionState::Ready => {}
            FunctionState::Missing => faults.push(format!("{} is missing", function.name)),
            FunctionState::Broken(_, messages) => {
                let message = messages.first().map(|message| message.text.as_str()).unwrap_or_default();
                faults.push(format!("{} does not compile: {message}", function.name));
            }
        }
        let passed = function.checks.iter().filter(|check| check.passed());
        faults.extend(passed.map(|check| format!("{} passes `{}`", function.name, check.name)));
    }
    if grade.points() > 0 {
        faults.push(format!("it scores {} of {}", grade.points(), grade.max_points()));
    }
    faults
}

pub fn reference(grading: &Grading) -> Vec<String> {
    match graded("the reference", grading.reference.as_ref()) {
        Ok(grade) => failures(grade).map(|(function, check)| format!("{function} fails `{}`", check.name)).collect(),
        Err(fault) => vec![fault],
    }
}

pub fn recorded(repository: &Path, assignment: &Assignment, grading: &Grading) -> Faults {
    let reports = folder(assignment.id).join("reports");
    let mut faults = Vec::new();
    for recorded in &grading.recorded {
        let grade = match graded(&recorded.name, Some(&recorded.outcome)) {
            Ok(grade) => grade,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        if recorded.right != (grade.points() == grade.max_points()) {
            let kind = if recorded.right { "right" } else { "wrong" };
            let (points, most) = (grade.points(), grade.max_points());
            faults.push(format!("{kind}/{}.rs scores {points} of {most}", recorded.name));
        }
        let place = reports.join(format!("{}.snap", recorded.name));
        let found = summary(&serde_json::to_value(report::results::results(&recorded.outcome))?);
        match fs::read_to_string(repository.join(&place)) {
            Ok(text) => faults.extend(difference(&place, content(&text), &found)),
            Err(error) => faults.push(format!("{}: {error}", place.display())),
        }
    }
    let names: BTreeSet<&str> = grading.recorded.iter().map(|recorded| recorded.name.as_str()).collect();
    for path in files_below(&repository.join(&reports))? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !names.contains(name.as_str()) {
            faults.push(format!("{}: there is no recorded answer of that name", reports.join(name).display()));
        }
    }
    Ok(faults)
}

/// What a snapshot of `insta` holds below its header.
fn content(snapshot: &str) -> &str {
    snapshot.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(snapshot, |(_, content)| content)
}

fn difference(place: &Path, expected: &str, found: &str) -> Option<String> {
    let (expected, found) = (expected.trim_end(), found.trim_end());
    (expected != found).then(|| {
        let (line, expected, found) = first_difference(expected, found);
        format!("{}: line {line} of the report is\n    {found}\nand should be\n    {expected}", place.display())
    })
}

/// The first line at which two texts differ, from 1, and what it is in each.
fn first_difference<'a>(left: &'a str, right: &'a str) -> (usize, &'a str, &'a str) {
    const END: &str = "(the end)";
    let (mut lines, mut others) = (left.lines(), right.lines());
    let mut number = 1;
    loop {
        match (lines.next(), others.next()) {
            (Some(left), Some(right)) if left == right => number += 1,
            (left, right) => return (number, left.unwrap_or(END), right.unwrap_or(END)),
        }
    }
}

pub fn coverage(grading: &Grading) -> Vec<String> {
    let mut failed_by: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, grade) in wrong_ones(grading) {
        for function in &grade.functions {
            for check in &function.checks {
                *failed_by.entry((&function.name, &check.name)).or_default() += usize::from(!check.passed());
            }
        }
    }
    if failed_by.is_empty() {
        return vec!["there are no recorded wrong answers".to_owned()];
    }
    let unfailed = failed_by.into_iter().filter(|(_, count)| *count == 0);
    unfailed.map(|((function, check), _)| format!("no recorded wrong answer fails `{check}` of {function}")).collect()
}

pub fn hints(assignment: &Assignment, grading: &Grading) -> Vec<String> {
    let hinted: BTreeSet<&str> = wrong_ones(grading)
        .flat_map(|(_, grade)| failures(grade))
        .filter(|(_, check)| check.hint.is_some())
        .map(|(function, _)| function)
        .collect();
    let names = assignment.functions.iter().map(|function| function.name);
    names.filter(|name| !hinted.contains(name)).map(|name| format!("no failed check of {name} gives a hint")).collect()
}

pub fn points(authored: &Authored) -> Faults {
    let assignment = authored.assignment;
    let key = gradus_grader::key(assignment.id).context("the assignment has no key")?;
    let (hidden, public) = ((key.hidden_checks)(), (assignment.public_checks)());
    let mut faults = Vec::new();
    for entry in &authored.manifest.functions {
        let sum = |checks: &[Check]| -> u32 {
            checks.iter().filter(|check| check.function == entry.name).map(|check| check.points).sum()
        };
        if sum(&hidden) != entry.points {
            let found = sum(&hidden);
            faults.push(format!("{} is worth {} in assignment.toml, its checks {found}", entry.name, entry.points));
        }
    }
    for check in &public {
        if check.points > 0 {
            let name = check.name;
            faults
                .push(format!("the public check `{name}` of {} carries points: its inputs are known", check.function));
        }
    }
    for check in &hidden {
        if check.points == 0 || check.visibility != Visibility::Hidden {
            faults.push(format!("the hidden check `{}` of {} carries no points", check.name, check.function));
        }
    }
    let total = authored.manifest.max_points();
    if total != 100 {
        faults.push(format!("the points in assignment.toml add up to {total}"));
    }
    Ok(faults)
}

pub fn secrecy(repository: &Path, assignment: &Assignment) -> Faults {
    let carries = |path: &Path| -> anyhow::Result<bool> {
        let bytes = fs::read(path).with_context(|| format!("{}", path.display()))?;
        Ok(super::super::release::carries_canary(&bytes))
    };
    let toolchain = Toolchain::find().map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    let library =
        toolchain.student_library(assignment.id).map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    let mut public = files_below(&repository.join("assignments").join(assignment.id))?;
    public.push(repository.join("notebooks").join(assignment.id).with_extension("ipynb"));
    public.extend(files_below(&library.directory)?);
    let mut faults = Vec::new();
    let name = |path: &Path| path.strip_prefix(repository).unwrap_or(path).display().to_string();
    for path in public {
        if carries(&path)? {
            faults.push(format!("{} is public, and carries the staff's canary", name(&path)));
        }
    }
    for path in files_below(&repository.join(folder(assignment.id)))? {
        // A report that waits for review.
        if path.extension().is_none_or(|extension| extension != "new") && !carries(&path)? {
            faults.push(format!("{} is the staff's, and has no canary", name(&path)));
        }
    }
    Ok(faults)
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

fn graded<'a>(name: &str, outcome: Option<&'a Outcome>) -> Result<&'a Grade, String> {
    match outcome {
        Some(Outcome::Graded(grade)) => Ok(grade),
        Some(Outcome::Unreadable { message, .. }) => Err(format!("{name} cannot be read: {message}")),
        Some(Outcome::Fault { message, .. }) => Err(format!("{name} was not graded, by a fault of ours: {message}")),
        None => Err(format!("{name} was not graded")),
    }
}

fn wrong_ones(grading: &Grading) -> impl Iterator<Item = (&Recorded, &Grade)> {
    let wrong = grading.recorded.iter().filter(|recorded| !recorded.right);
    wrong.filter_map(|recorded| Some((recorded, graded(&recorded.name, Some(&recorded.outcome)).ok()?)))
}

fn failures(grade: &Grade) -> impl Iterator<Item = (&str, &CheckGrade)> {
    grade.functions.iter().flat_map(|function| {
        let failed = function.checks.iter().filter(|check| !check.passed());
        failed.map(|check| (function.name.as_str(), check))
    })
}
