//! What students get: the notebook, data, how to start, and the program with the libraries that it needs.

use std::fs;
use std::path::Path;

use anyhow::Context;
use gradus_engine::Library;
use gradus_toolchain::Toolchain;

use super::public::PublicFile;
use super::{c_library, files_in, library_list, public, rust_version, students_program};
use crate::arguments::Release;
use crate::commands::authored::Authored;
use crate::commands::kernel::build_library;

const START: &str = include_str!("START.md");
const WITH_PROGRAM: (&str, &str) = ("<!-- with the program -->\n", "<!-- /with the program -->\n");
const WITHOUT_PROGRAM: (&str, &str) = ("<!-- without the program -->\n", "<!-- /without the program -->\n");

/// All files of the student's archive.
pub fn files(
    repository: &Path,
    authored: &Authored,
    notebook: PublicFile,
    toolchain: &Toolchain,
    options: &Release,
) -> anyhow::Result<Vec<PublicFile>> {
    let id = authored.assignment.id;
    let mut files = vec![notebook];
    let data = repository.join("assignments").join(id).join("data");
    if data.is_dir() {
        take("data", &data, &mut files)?;
    }
    let mut start = START.replace("{id}", id).replace("{title}", &authored.manifest.title);
    if options.without_program {
        start = choose(&start, WITHOUT_PROGRAM, WITH_PROGRAM);
    } else {
        let program = match &options.students_program {
            Some(path) => fs::read(path).with_context(|| format!("{}", path.display()))?,
            None => students_program::build()?,
        };
        start = choose(&start, WITH_PROGRAM, WITHOUT_PROGRAM)
            .replace("{rust}", &rust_version(toolchain))
            .replace("{machine}", std::env::consts::ARCH);
        let from = files.len();
        files.push(public("gradus", program)?.program());
        files.push(public("library/check/library.json", library_list(toolchain, id)?)?);
        take(&format!("library/check/{id}"), &toolchain.library().join(id), &mut files)?;
        take(&format!("library/notebooks/{id}"), &notebook_library(id)?, &mut files)?;
        let programs: Vec<&[u8]> = files[from..].iter().map(PublicFile::bytes).collect();
        start = start.replace("{glibc}", &c_library(&programs));
    }
    files.push(public("START.md", start.into_bytes())?);
    Ok(files)
}

/// Takes all files directly in `folder`.
fn take(to: &str, folder: &Path, files: &mut Vec<PublicFile>) -> anyhow::Result<()> {
    for path in files_in(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&path).with_context(|| format!("{}", path.display()))?;
        let file = public(&format!("{to}/{name}"), bytes)?;
        files.push(if name == "gradus-runner" { file.program() } else { file });
    }
    Ok(())
}

/// The library that cells of the assignment's notebook link, built or brought up to date.
fn notebook_library(id: &str) -> anyhow::Result<std::path::PathBuf> {
    let root = Library::default_root();
    eprintln!("building the library that the notebook uses, in {}", root.display());
    let hint = "`cargo`, `rustc` 1.95 and a C compiler must be on the path; --without-program leaves program and libraries out";
    Ok(build_library(&root, Some(id), hint)?.directory().to_owned())
}

/// The text with what stands between one pair of lines, and without what stands between the other.
fn choose(text: &str, keep: (&str, &str), drop: (&str, &str)) -> String {
    let mut text = text.replace(keep.0, "").replace(keep.1, "");
    while let Some((before, rest)) = text.split_once(drop.0) {
        let after = rest.split_once(drop.1).map_or("", |(_, after)| after);
        text = format!("{before}{after}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_are_of_what_is_in_the_archive() {
        let with = choose(START, WITH_PROGRAM, WITHOUT_PROGRAM);
        let without = choose(START, WITHOUT_PROGRAM, WITH_PROGRAM);
        assert!(with.contains("./gradus kernel install") && !without.contains("./gradus"), "{without}");
        assert!(!with.contains("<!--") && !without.contains("<!--"));
        for placeholder in ["{rust}", "{glibc}", "{machine}"] {
            assert!(with.contains(placeholder) && !without.contains(placeholder), "{placeholder}");
        }
    }
}
