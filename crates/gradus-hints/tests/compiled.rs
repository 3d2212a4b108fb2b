//! Each mistake of `tests/mistakes` is compiled by the real compiler; its hint is held against a recorded one.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use gradus_hints::{Diagnostic, explain, fold};
use ndarray as _; // built, so that the mistakes can use it

#[test]
fn ownership_and_borrowing() {
    insta::assert_snapshot!(hints("borrows"));
}

#[test]
fn types_and_operators() {
    insta::assert_snapshot!(hints("types"));
}

#[test]
fn names_and_imports() {
    insta::assert_snapshot!(hints("names"));
}

/// For each module of the file, in order: its lines, the errors and the hints.
fn hints(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes").join(file).with_extension("rs");
    let source = fs::read_to_string(&path).unwrap();
    let diagnostics = compile(&path);
    let lines: Vec<&str> = source.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].starts_with("mod ")).collect();
    let mut text = String::new();
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(lines.len());
        let name = lines[start].trim_start_matches("mod ").trim_end_matches(" {");
        let own: Vec<Diagnostic> =
            diagnostics.iter().filter(|one| (start..end).contains(&line(one))).cloned().collect();
        let folded = fold(&own);
        assert!(!folded.roots.is_empty(), "{name} compiles");
        for root in folded.roots {
            let hint = explain(root);
            assert!(hint.is_some(), "no hint for {name}: {} {} {:?}", root.code(), root.message, root.primary());
            let _ = writeln!(text, "{name}: {} {}\n    {}\n", root.code(), root.message, hint.unwrap());
        }
    }
    text
}

/// Counted from 0.
fn line(diagnostic: &Diagnostic) -> usize {
    let span = diagnostic.primary().or_else(|| diagnostic.spans.first()).unwrap();
    let own = span.file_name.contains("mistakes");
    let line = if own {
        span.line_start
    } else {
        diagnostic.spans.iter().find(|span| span.file_name.contains("mistakes")).unwrap().line_start
    };
    line - 1
}

fn compile(path: &Path) -> Vec<Diagnostic> {
    let out = tempfile::tempdir().unwrap();
    let libraries = libraries();
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--error-format=json"])
        .arg("--out-dir")
        .arg(out.path())
        .arg("-L")
        .arg(format!("dependency={}", libraries.display()))
        .arg("--extern")
        .arg(format!("ndarray={}", newest(&libraries, "libndarray-").display()))
        .arg(path)
        .output()
        .unwrap();
    Diagnostic::parse(&String::from_utf8(output.stderr).unwrap())
}

/// Where cargo puts the libraries that tests are linked with: beside the tests.
fn libraries() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn newest(folder: &Path, prefix: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(prefix) && name.ends_with(".rlib")
    };
    files.filter(fits).max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).expect("ndarray is built")
}
