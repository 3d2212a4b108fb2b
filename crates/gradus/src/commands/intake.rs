//! From the paths of a command line to submissions, each with its student's name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_gradebook::{Gradebook, Student};
use gradus_judge::batch::Entry;
use gradus_judge::{Scratch, submission_name};
use gradus_notebook::{Bulk, HandedIn, Platform};

use crate::commands::{recording, with_name};
use crate::error::Hinted;

/// A submission to grade.
pub struct Submission {
    /// The name of its student, and of its reports.
    pub name: String,
    /// The file or folder.
    pub path: PathBuf,
    /// What a learning platform says of its student.
    pub student: Option<Student>,
}

/// The submissions that the paths name, in their order. What has to be unpacked goes into folders in `scratch`, which are
/// there as long as they are kept.
///
/// A path is one of these:
/// - a submission;
/// - a folder with a folder for each student, as nbgrader's `submitted` is: `<student>/<assignment>/<notebook>.ipynb`;
/// - the archive that Canvas, Moodle or Gradescope makes of all submissions.
pub fn submissions(paths: &[PathBuf], assignment: &str, scratch: &mut Vec<Scratch>) -> anyhow::Result<Vec<Submission>> {
    let mut found = Vec::new();
    refuse_mixed(paths, assignment)?;
    for path in paths {
        let path = with_name(path);
        fs::symlink_metadata(&path).with_context(|| format!("{}", path.display())).map_err(|error| {
            Hinted::new(
                format!("{error:#}"),
                "give notebooks (.ipynb), Rust files (.rs), or folders or zip archives of them",
            )
        })?;
        match by_student(&path, assignment) {
            students if !students.is_empty() => found.extend(students),
            _ => match by_platform(&path, scratch)? {
                Some(students) => found.extend(students),
                None => found.push(Submission { name: submission_name(&path), path, student: None }),
            },
        }
    }
    refuse_ambiguous(&found)?;
    Ok(found)
}

/// The submissions as they are graded, with seeds; what is known of their students goes into the gradebook.
pub fn entries(submissions: Vec<Submission>, gradebook: &Gradebook, seed: Option<u64>) -> anyhow::Result<Vec<Entry>> {
    let students: Vec<_> = submissions.iter().filter_map(|submission| submission.student.clone()).collect();
    gradebook.note_students(&students).map_err(recording::hinted)?;
    let seed = || seed.unwrap_or_else(rand::random);
    let entry = |submission: Submission| Entry { name: submission.name, path: submission.path, seed: seed() };
    Ok(submissions.into_iter().map(entry).collect())
}

/// The submissions of a folder that is laid out as nbgrader's is; none if it is another kind of folder.
fn by_student(folder: &Path, assignment: &str) -> Vec<Submission> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut students: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.path().join(assignment).is_dir())
        .map(|entry| Submission {
            name: entry.file_name().to_string_lossy().into_owned(),
            path: entry.path().join(assignment),
            student: None,
        })
        .collect();
    students.sort_by(|left, right| left.name.cmp(&right.name));
    students
}

/// The submissions of an archive of all of them; `None` if it is another file.
fn by_platform(path: &Path, scratch: &mut Vec<Scratch>) -> anyhow::Result<Option<Vec<Submission>>> {
    let is_archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if !is_archive || !path.is_file() {
        return Ok(None);
    }
    let hinted = |error: gradus_notebook::SubmissionError| Hinted::new(error.to_string(), error.hint());
    let Some(bulk) = Bulk::open(path).map_err(hinted)? else { return Ok(None) };
    let platform = bulk.platform;
    if let Some(remark) = &bulk.remark {
        eprintln!("note: {remark}");
    }
    let folder = Scratch::new()?;
    let handed_in = bulk.unpack(folder.path()).map_err(hinted)?;
    scratch.push(folder);
    let submission = |handed_in: HandedIn| {
        let HandedIn { name, number, full_name, email, path } = handed_in;
        let mut student = Student { name: name.clone(), full_name, email, ..Student::default() };
        match platform {
            Platform::Canvas => student.canvas_id = Some(number),
            Platform::Moodle => student.moodle_id = Some(format!("Participant {number}")),
            Platform::Gradescope => {}
        }
        Submission { name, path, student: Some(student) }
    };
    Ok(Some(handed_in.into_iter().map(submission).collect()))
}

/// Among folders of submissions, one laid out for many students may be one student's, who would then answer for others.
fn refuse_mixed(paths: &[PathBuf], assignment: &str) -> anyhow::Result<()> {
    let folders: Vec<_> =
        paths.iter().filter(|path| path.is_dir()).map(|path| (path, by_student(path, assignment))).collect();
    let of_many = folders.iter().find_map(|(folder, students)| Some((folder, students.first()?)));
    let of_one = folders.iter().find(|(_, students)| students.is_empty());
    let (Some((many, student)), Some((one, _))) = (of_many, of_one) else { return Ok(()) };
    let message = format!(
        "{} looks like a folder of many students (with `{}` in it), and {} like a submission",
        many.display(),
        student.name,
        one.display()
    );
    let hint = "grade the folder of many students in a run of its own; if it is one student's, give the folder in it";
    Err(Hinted::new(message, hint).into())
}

/// Two submissions of one name would overwrite each other's reports.
fn refuse_ambiguous(found: &[Submission]) -> anyhow::Result<()> {
    let mut names: BTreeMap<&str, &Path> = BTreeMap::new();
    for Submission { name, path, .. } in found {
        if let Some(other) = names.insert(name, path) {
            let message = format!("{} and {} are both called `{name}`", other.display(), path.display());
            return Err(Hinted::new(message, "rename one of them, or grade them with two --out folders").into());
        }
    }
    Ok(())
}
