//! Every way a submission can be unreadable, with the words the student sees.

use std::fs;
use std::path::Path;

use crate::common::{folder, notebook, read, read_bytes};
use gradus_notebook::SubmissionError;

/// The error and its hint, with the temporary folder taken out.
fn shown(error: &SubmissionError) -> String {
    let file = Path::new(error.file());
    let folder = format!("{}/", file.parent().unwrap_or(Path::new("")).display());
    format!("{}\nhint: {}", error.to_string().replace(&folder, ""), error.hint())
}

fn error_of(name: &str, content: &[u8]) -> String {
    shown(&read_bytes(name, content, &["f"]).expect_err("an error"))
}

#[test]
fn errors_and_hints() {
    let python =
        r#"{"cells": [], "metadata": {"kernelspec": {"name": "python3", "language": "python"}}, "nbformat": 4}"#;
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain("fn".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let cases: [(&str, &[u8]); 14] = [
        ("a.zip", b"PK"),
        ("a.rs", b" \n"),
        ("latin1.rs", b"fn f() {}\n// gr\xF6\xDFe"),
        ("utf16.rs", &utf16),
        ("conflict.ipynb", b"{\n<<<<<<< HEAD\n}"),
        ("cut.ipynb", b"{\n \"cells\": [\n"),
        ("list.ipynb", b"[1, 2]"),
        ("object.ipynb", b"{}"),
        ("no_cells.ipynb", b"{\"nbformat\": 4}"),
        ("source.ipynb", b"{\"nbformat\": 4, \"cells\": [\n{\"cell_type\": \"code\", \"source\": 3}]}"),
        ("old.ipynb", b"{\"nbformat\": 3, \"worksheets\": []}"),
        ("new.ipynb", b"{\"nbformat\": 5, \"cells\": []}"),
        ("python.ipynb", python.as_bytes()),
        ("text.ipynb", b"{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"markdown\", \"source\": \"fn f() {}\"}]}"),
    ];
    let report: Vec<String> = cases.iter().map(|(name, content)| error_of(name, content)).collect();
    insta::assert_snapshot!(report.join("\n\n"));
}

#[test]
fn errors_of_the_file_system() {
    let folder = folder(&[("empty/.hidden", b""), ("many/1", b""), ("big.rs", &vec![b' '; (2 << 20) + 1])]);
    for number in 0..201 {
        fs::write(folder.path().join(format!("many/{number}.rs")), "fn f() {}").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("big.rs", folder.path().join("link.rs")).unwrap();
    let names = ["missing.rs", "empty", "many", "big.rs", "link.rs"];
    let report: Vec<String> =
        names.iter().map(|name| shown(&read(folder.path().join(name), &["f"]).expect_err(name))).collect();
    insta::assert_snapshot!(report.join("\n\n"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = folder(&[]);
    let pipe = folder.path().join("pipe.rs");
    std::os::unix::net::UnixListener::bind(&pipe).unwrap();
    assert!(matches!(read(pipe, &["f"]), Err(SubmissionError::NotAFile { .. })));
}

#[test]
fn kernels_of_rust_are_accepted_and_unnamed_ones_too() {
    let with = |metadata: &str| {
        notebook(&[("f", "fn f() {}")])
            .replace("\"metadata\":{},\"nbformat\"", &format!("\"metadata\":{metadata},\"nbformat\""))
    };
    for metadata in [
        "null",
        "3",
        "{}",
        r#"{"kernelspec": null, "language_info": []}"#,
        r#"{"kernelspec": {"name": "rust"}}"#,
        r#"{"kernelspec": {"name": "evcxr_jupyter"}}"#,
        r#"{"kernelspec": {"name": "mine"}}"#,
        r#"{"kernelspec": {"name": "gradus"}, "language_info": {"name": "python"}}"#,
        r#"{"kernelspec": {"name": "python3", "language": "python"}, "language_info": {"name": "Rust"}}"#,
    ] {
        let text = with(metadata);
        assert!(text.contains(metadata));
        assert!(read_bytes("a.ipynb", text.as_bytes(), &["f"]).is_ok(), "{metadata}");
    }
    for metadata in [r#"{"kernelspec": {"name": "python3"}}"#, r#"{"language_info": {"name": "julia"}}"#] {
        let result = read_bytes("a.ipynb", with(metadata).as_bytes(), &["f"]);
        assert!(matches!(result, Err(SubmissionError::WrongLanguage { .. })), "{metadata}");
    }
}

#[test]
fn outputs_of_any_size_and_depth_do_not_matter() {
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let text = notebook(&[("f", "fn f() {}")]).replace("\"outputs\":[]", &format!("\"outputs\":{deep}"));
    assert!(read_bytes("a.ipynb", text.as_bytes(), &["f"]).unwrap().answer("f").is_some());
    for (name, json) in [("source", "\"fn f() {}\""), ("metadata", "{}")] {
        let text =
            notebook(&[("f", "fn f() {}")]).replace(&format!("\"{name}\":{json}"), &format!("\"{name}\":{deep}"));
        let _ = read_bytes("a.ipynb", text.as_bytes(), &["f"]);
    }
    let _ = read_bytes("a.ipynb", deep.as_bytes(), &["f"]).expect_err("no notebook");
}
