//! The archive that a learning platform makes of all submissions of an assignment: whose is what.
//!
//! Each platform tells it by names. What is in a submission is left to whoever reads it.

mod submitters;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::archive::{Entry, entries, is_hidden, plain};
use crate::error::SubmissionError;
use submitters::Submitter;

/// The most entries such an archive may have.
const MAX_ENTRIES: usize = 50_000;
/// The most bytes its entries may have together when unpacked.
const MAX_UNPACKED_BYTES: u64 = 16 << 30;

/// Whose archive it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// `lovelaceada_4711_90210_softmax.ipynb`, with `LATE` after the name where it was.
    Canvas,
    /// `Ada Lovelace_512_assignsubmission_file_/softmax.ipynb`, or that without a folder.
    Moodle,
    /// `submission_31337/softmax.ipynb`, in one folder or in none, with `submission_metadata.yml` beside them.
    Gradescope,
}

/// An archive of all submissions of an assignment.
pub struct Bulk {
    /// Whose it is.
    pub platform: Platform,
    /// What the staff should know of it.
    pub remark: Option<String>,
    file: String,
    archive: ZipArchive<BufReader<File>>,
    students: BTreeMap<String, Vec<Entry>>,
    submitters: BTreeMap<String, Vec<Submitter>>,
}

/// What one student handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// The student, by a name that no other has: `lovelaceada_4711`, `Ada Lovelace_512`; `submission_31337` where nobody
    /// says whose it is.
    pub name: String,
    /// The number that the platform knows them by; in Gradescope's archive without submitters it is the submission's.
    pub number: String,
    /// Their name for people, where the platform tells it.
    pub full_name: Option<String>,
    /// Their address, where the platform tells it.
    pub email: Option<String>,
    /// The file, or the folder of several.
    pub path: PathBuf,
}

impl Bulk {
    /// Opens an archive as a platform makes it. `None` if it is none, but perhaps one student's archive.
    ///
    /// # Errors
    /// When it is an archive of many submissions, and something in it is what no archive should have: a path that leads out, a
    /// link, more than anybody unpacks.
    pub fn open(path: &Path) -> Result<Option<Self>, SubmissionError> {
        let file = path.display().to_string();
        let Ok(opened) = File::open(path) else { return Ok(None) };
        let Ok(archive) = ZipArchive::new(BufReader::new(opened)) else { return Ok(None) };
        let names: Vec<String> = archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
        let Some(platform) = platform_of(&names) else { return Ok(None) };
        if archive.len() > MAX_ENTRIES {
            return Err(SubmissionError::TooManyFiles { file, limit: MAX_ENTRIES });
        }
        let mut students: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        let mut about = None;
        // The platform packs whatever a student handed in: what is in one file must not cost the others theirs.
        for entry in entries(&archive, &file, MAX_UNPACKED_BYTES, None)? {
            match platform.student(&entry.name).filter(|_| !is_hidden(&entry.name)) {
                Some(student) => students.entry(student).or_default().push(entry),
                None if entry.name.rsplit('/').next() == Some(submitters::FILE) => about = Some(entry),
                None => {}
            }
        }
        let mut bulk = Self { platform, remark: None, file, archive, students, submitters: BTreeMap::new() };
        if let Some(about) = about.filter(|_| platform == Platform::Gradescope) {
            match bulk.read_submitters(&about) {
                Ok(submitters) => bulk.submitters = submitters,
                Err(error) => {
                    bulk.remark = Some(format!(
                        "{} does not say who handed in, so numbers of submissions do: {error}",
                        about.name
                    ));
                }
            }
        }
        Ok(Some(bulk))
    }

    fn read_submitters(&mut self, about: &Entry) -> Result<BTreeMap<String, Vec<Submitter>>, String> {
        let entry = self.archive.by_index(about.index).map_err(|error| plain(&error))?;
        let mut text = String::new();
        entry.take(submitters::MAX_BYTES).read_to_string(&mut text).map_err(|error| error.to_string())?;
        submitters::read(&text)
    }

    /// Unpacks everybody's files, each into a folder of their own in `folder`; by name.
    ///
    /// # Errors
    /// When the archive is damaged, or something cannot be written.
    pub fn unpack(mut self, folder: &Path) -> Result<Vec<HandedIn>, SubmissionError> {
        let mut handed_in = Vec::new();
        for (name, entries) in std::mem::take(&mut self.students) {
            let own = folder.join(&name);
            let mut paths = Vec::new();
            for entry in &entries {
                paths.push(self.unpack_entry(entry, &own)?);
            }
            // An archive that a student handed in is read where it is all that they did.
            let path = if let [only] = paths.as_slice() { only.clone() } else { own };
            let submitters = self.submitters.get(&name).into_iter().flatten();
            let named = submitters.filter_map(|submitter| {
                Some(HandedIn {
                    name: submitter.id()?,
                    number: submitter.number.clone().unwrap_or_default(),
                    full_name: submitter.name.clone(),
                    email: submitter.email.clone(),
                    path: path.clone(),
                })
            });
            let named: Vec<_> = named.collect();
            if named.is_empty() {
                handed_in.push(self.platform.by_name(name, path));
            }
            handed_in.extend(named);
        }
        handed_in.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(handed_in)
    }

    fn unpack_entry(&mut self, entry: &Entry, folder: &Path) -> Result<PathBuf, SubmissionError> {
        let failed = |reason: String| SubmissionError::NotAnArchive { file: self.file.clone(), reason };
        let name = self.platform.file_name(&entry.name);
        let mut path = folder.join(name);
        let mut number = 2;
        while path.exists() {
            path = folder.join(format!("{number}-{name}"));
            number += 1;
        }
        let write = |reader: &mut dyn Read, path: &Path| -> io::Result<u64> {
            fs::create_dir_all(folder)?;
            // What an entry says of its size was counted, so it gets no more.
            io::copy(&mut reader.take(entry.size), &mut File::create(path)?)
        };
        let mut reader = self.archive.by_index(entry.index).map_err(|error| failed(plain(&error)))?;
        write(&mut reader, &path).map_err(|error| failed(format!("{} cannot be unpacked: {error}", entry.name)))?;
        Ok(path)
    }
}

impl Platform {
    /// What was handed in by whoever the platform's name of it tells.
    fn by_name(self, name: String, path: PathBuf) -> HandedIn {
        let (full_name, number) = match name.rsplit_once('_') {
            Some((full_name, number)) => (full_name.to_owned(), number.to_owned()),
            None => (String::new(), name.clone()),
        };
        let full_name = (self == Self::Moodle).then_some(full_name);
        HandedIn { name, number, full_name, email: None, path }
    }

    /// Whose an entry is.
    fn student(self, entry: &str) -> Option<String> {
        match self {
            Self::Canvas => canvas(entry).map(|(student, _)| student),
            Self::Moodle => moodle(entry).map(|(student, _)| student),
            Self::Gradescope => gradescope(entry).map(str::to_owned),
        }
    }

    /// What the student called it.
    fn file_name(self, entry: &str) -> &str {
        let last = entry.rsplit('/').next().unwrap_or(entry);
        match self {
            Self::Canvas => canvas(entry).map_or(last, |(_, file)| file),
            Self::Moodle => moodle(entry).map_or(last, |(_, file)| file),
            Self::Gradescope => last,
        }
    }
}

/// The platform whose names all of these are.
fn platform_of(names: &[String]) -> Option<Platform> {
    let files = || names.iter().filter(|name| !name.ends_with('/') && !is_hidden(name));
    // A platform's own files may lie beside the submissions.
    let handed_in = || files().filter(|name| !name.ends_with(".yml") && !name.ends_with(".html"));
    let all = |is: &dyn Fn(&str) -> bool| handed_in().next().is_some() && handed_in().all(|name| is(name));
    if all(&|name| moodle(name).is_some()) {
        Some(Platform::Moodle)
    } else if all(&|name| gradescope(name).is_some()) {
        Some(Platform::Gradescope)
    } else if all(&|name| canvas(name).is_some()) {
        Some(Platform::Canvas)
    } else {
        None
    }
}

/// Student and file of `lovelaceada_LATE_4711_90210_softmax.ipynb`.
fn canvas(entry: &str) -> Option<(String, &str)> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (name, rest) = entry.split_once('_').filter(|(name, _)| !name.is_empty() && !entry.contains('/'))?;
    let rest = rest.strip_prefix("LATE_").unwrap_or(rest);
    let (student, rest) = rest.split_once('_')?;
    let (attachment, file) = rest.split_once('_')?;
    (is_number(student) && is_number(attachment) && is_name(file)).then(|| (format!("{name}_{student}"), file))
}

/// Student and file of `Ada Lovelace_512_assignsubmission_file_/softmax.ipynb`.
fn moodle(entry: &str) -> Option<(String, &str)> {
    let (student, rest) = entry.split_once("_assignsubmission_file_")?;
    let (name, number) = student.rsplit_once('_')?;
    let file = rest.rsplit('/').next()?;
    let sound = !name.is_empty() && !student.contains('/') && number.bytes().all(|byte| byte.is_ascii_digit());
    (sound && !number.is_empty() && is_name(file)).then(|| (student.to_owned(), file))
}

/// `submission_31337` of `submission_31337/softmax.ipynb` or `assignment_1_export/submission_31337/softmax.ipynb`.
fn gradescope(entry: &str) -> Option<&str> {
    let mut folders = entry.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().take(2);
    folders.find(|folder| {
        folder
            .strip_prefix("submission_")
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Whether a file can have this name, which is cut from a longer one that was looked at as a whole.
fn is_name(file: &str) -> bool {
    !matches!(file, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn written(folder: &Path, names: &[&str]) -> PathBuf {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
            writer.write_all(name.as_bytes()).expect("its content");
        }
        let path = folder.join("submissions.zip");
        fs::write(&path, writer.finish().expect("an archive").into_inner()).expect("a file");
        path
    }

    /// Name, number and path of a student.
    type Read = (String, String, String);

    fn read(names: &[&str]) -> Option<(Platform, Vec<Read>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let bulk = Bulk::open(&written(folder.path(), names)).expect("nothing is wrong with it")?;
        let platform = bulk.platform;
        let out = folder.path().join("out");
        let handed_in = bulk.unpack(&out).expect("it can be unpacked").into_iter().map(|handed_in| {
            let path = handed_in.path.strip_prefix(&out).expect("it is in the folder").display().to_string();
            (handed_in.name, handed_in.number, path)
        });
        Some((platform, handed_in.collect()))
    }

    fn student(name: &str, number: &str, path: &str) -> Read {
        (name.to_owned(), number.to_owned(), path.to_owned())
    }

    #[test]
    fn canvas_puts_everything_into_names() {
        let names = ["lovelaceada_11_501_my_softmax.ipynb", "byronada_LATE_12_502_a.rs", "byronada_LATE_12_503_b.rs"];
        let students = vec![
            student("byronada_12", "12", "byronada_12"),
            student("lovelaceada_11", "11", "lovelaceada_11/my_softmax.ipynb"),
        ];
        assert_eq!(read(&names), Some((Platform::Canvas, students)));
    }

    #[test]
    fn moodle_has_a_folder_for_each_or_none() {
        let names = [
            "Ada Lovelace_512_assignsubmission_file_/softmax.ipynb",
            "Kurt_Gödel_9_assignsubmission_file_softmax.ipynb",
            "Kurt_Gödel_9_assignsubmission_onlinetext_/onlinetext.html",
        ];
        let students = vec![
            student("Ada Lovelace_512", "512", "Ada Lovelace_512/softmax.ipynb"),
            student("Kurt_Gödel_9", "9", "Kurt_Gödel_9/softmax.ipynb"),
        ];
        assert_eq!(read(&names), Some((Platform::Moodle, students)));
    }

    #[test]
    fn gradescope_has_a_folder_for_each_submission() {
        let names = [
            "assignment_7_export/submission_metadata.yml",
            "assignment_7_export/submission_31/softmax.ipynb",
            "assignment_7_export/submission_32/src/a.rs",
            "assignment_7_export/submission_32/a.rs",
        ];
        let students = vec![
            student("submission_31", "31", "submission_31/softmax.ipynb"),
            student("submission_32", "32", "submission_32"),
        ];
        assert_eq!(read(&names), Some((Platform::Gradescope, students)));
    }

    #[test]
    fn gradescope_may_say_who_handed_in_and_every_member_of_a_group_is_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let about = "submission_31:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '0512'\n    :email: ada@example.org\n  \
                     - :name: Emmy\n    :sid: '7'\n";
        let names = ["export/submission_31/a.rs", "export/submission_32/submission_metadata.yml"];
        let archive = |about: &str| {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for (name, text) in [("export/submission_metadata.yml", about), (names[0], "1"), (names[1], "2")] {
                writer.start_file(name, SimpleFileOptions::default()).expect("an entry");
                writer.write_all(text.as_bytes()).expect("its content");
            }
            let path = folder.path().join("export.zip");
            fs::write(&path, writer.finish().expect("an archive").into_inner()).expect("a file");
            Bulk::open(&path).expect("nothing is wrong with it").expect("it is Gradescope's")
        };
        let bulk = archive(about);
        assert_eq!(bulk.remark, None);
        let handed_in = bulk.unpack(&folder.path().join("named")).expect("it can be unpacked");
        let read: Vec<_> = handed_in
            .iter()
            .map(|one| {
                let path = one.path.strip_prefix(folder.path().join("named")).expect("it is in the folder");
                (one.name.as_str(), one.number.as_str(), one.email.as_deref(), path.to_str().expect("a name"))
            })
            .collect();
        let expected = [
            ("Ada Lovelace_0512", "0512", Some("ada@example.org"), "submission_31/a.rs"),
            ("Emmy_7", "7", None, "submission_31/a.rs"),
            // What a student handed in under that name is theirs.
            ("submission_32", "32", None, "submission_32/submission_metadata.yml"),
        ];
        assert_eq!(read, expected);

        let bulk = archive("- nothing of the kind");
        assert!(bulk.remark.as_ref().is_some_and(|remark| remark.contains("export/submission_metadata.yml")));
        let handed_in = bulk.unpack(&folder.path().join("numbers")).expect("it can be unpacked");
        let names: Vec<_> = handed_in.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["submission_31", "submission_32"]);
    }

    #[test]
    fn one_students_archive_is_none_of_these() {
        for names in [&["softmax.ipynb"][..], &["my_work/a.rs", "my_work/b.rs"], &["a_1.rs"], &[]] {
            assert_eq!(read(names), None, "{names:?}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Bulk::open(folder.path()).expect("a folder is no archive").is_none());
    }

    #[test]
    fn a_file_that_shrinks_like_a_bomb_costs_nobody_else_theirs() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("class.zip");
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("ada_1_1_a.rs", "fn f() {}".to_owned()), ("eve_2_2_a.rs", " ".repeat(3 << 20))] {
            writer.start_file(name, SimpleFileOptions::default()).expect("an entry");
            writer.write_all(text.as_bytes()).expect("its content");
        }
        fs::write(&path, writer.finish().expect("an archive").into_inner()).expect("a file");
        let bulk = Bulk::open(&path).expect("nothing is wrong with it").expect("it is Canvas's");
        let handed_in = bulk.unpack(&folder.path().join("out")).expect("it can be unpacked");
        let sizes: Vec<_> = handed_in.iter().map(|one| fs::metadata(&one.path).expect("it is there").len()).collect();
        assert_eq!(sizes, [9, 3 << 20]);
    }

    #[test]
    fn what_leads_out_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path(), &["submission_1/a.rs", "submission_2/../../b.rs"]);
        let error = Bulk::open(&path).err().expect("it leads out");
        assert!(error.to_string().contains("leads out"), "{error}");
    }

    proptest! {
        #[test]
        fn no_name_makes_a_student_that_leads_out(entry in "([a.]{0,3}[_/]|submission_[0-9]{0,2}/|[0-9]{1,2}_|_assignsubmission_file_|LATE_){0,7}[a.]{0,3}") {
            for platform in [Platform::Canvas, Platform::Moodle, Platform::Gradescope] {
                if let Some(student) = platform.student(&entry) {
                    prop_assert!(is_name(&student) && !student.contains('/'), "{student:?}");
                    let file = platform.file_name(&entry);
                    prop_assert!(!file.contains('/') && (is_name(file) || entry.ends_with(['/', '.'])), "{file:?}");
                }
            }
        }
    }
}
