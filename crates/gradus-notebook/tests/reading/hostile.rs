//! Nothing a file holds makes reading panic, and what is kept stands in the input where it says.

use std::path::Path;

use crate::common::{notebook, read_bytes};
use gradus_notebook::{Fragment, FragmentKind, Notebook, make_public, signature_of};
use proptest::prelude::*;

const FUNCTIONS: [&str; 3] = ["f", "softmax_loss", "g"];

/// The fragment's text starts at its line; a `use` may have names blanked out, bytes kept.
fn stands_in(fragment: &Fragment, source: &str) -> bool {
    let offset: usize = source.split_inclusive('\n').take(fragment.origin.line - 1).map(str::len).sum();
    let line_end = source[offset..].find('\n').map_or(source.len(), |end| offset + end);
    (offset..=line_end).filter(|&start| source.is_char_boundary(start)).any(|start| {
        let Some(found) = source.get(start..start + fragment.text.len()) else { return false };
        let is_use = matches!(fragment.kind, FragmentKind::Use { .. });
        found == fragment.text
            || is_use && found.bytes().zip(fragment.text.bytes()).all(|(left, right)| left == right || right == b' ')
    })
}

fn check_rust(source: &str) {
    let Ok(submission) = read_bytes("a.rs", source.as_bytes(), &FUNCTIONS) else { return };
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let left_out = submission.left_out.iter().map(|left_out| &left_out.fragment);
    for fragment in submission.fragments.iter().chain(left_out) {
        assert!(stands_in(fragment, source), "{fragment:?}\nin\n{source}");
        let _ = signature_of(fragment);
        let public = make_public(&fragment.text);
        assert_eq!(public.matches('\n').count(), fragment.text.matches('\n').count());
    }
}

fn check_notebook(json: &[u8]) {
    let _ = read_bytes("a.ipynb", json, &FUNCTIONS);
    if let Ok(text) = std::str::from_utf8(json)
        && let Ok(notebook) = Notebook::from_json(text)
    {
        let written = notebook.to_json();
        assert_eq!(Notebook::from_json(&written).expect("its own output").to_json(), written);
    }
}

/// Lines that are likely to make trouble together.
fn rust_line() -> impl Strategy<Value = String> {
    let lines = [
        "fn f() {",
        "}",
        "pub fn g(x: f64) -> f64 { x }",
        "#[inline]",
        "/// doc",
        "/**",
        "*/",
        "\"",
        "r#\"",
        "\"#",
        "use ndarray::{Array1, s};",
        "use ndarray::s;",
        "use {a::b, ndarray::Array1 as A};",
        "impl A {",
        "struct A;",
        "mod m { pub fn f() {} }",
        "#![feature(x)]",
        ":dep x = \"1\"",
        "%%time",
        "let x = 1;",
        "f();",
        "macro_rules! m {",
        "() => { fn f() {} } }",
        "(",
        ")",
        "//",
        "'",
        "größe",
        "\u{FEFF}",
        "\r",
        "\t",
        "const A: i32 = 1;",
        "union U {",
        "extern \"C\" { fn f(); }",
        "    fn f() {}",
        "use a::{self, b::*};",
        "thread_local! { static A: i32 = 1; }",
        "\0",
        "損",
    ];
    prop_oneof![4 => prop::sample::select(lines.to_vec()).prop_map(str::to_owned), 1 => ".{0,20}"]
}

/// 400, or what `PROPTEST_CASES` asks for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_bytes("a.rs", &bytes, &FUNCTIONS);
        check_notebook(&bytes);
    }

    #[test]
    fn random_text(text in "\\PC{0,200}") {
        check_rust(&text);
    }

    #[test]
    fn shuffled_lines(lines in prop::collection::vec(rust_line(), 0..20), crlf in any::<bool>()) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        check_rust(&text);
        check_notebook(notebook(&[("f", &text), ("f", "fn f() {}"), ("", &text)]).as_bytes());
    }

    #[test]
    fn mutated_notebook(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_usize), 1..6)) {
        let mut bytes = include_bytes!("../fixtures/jupyter.ipynb").to_vec();
        for (place, byte, kind) in edits {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => { bytes.remove(place); }
                _ => bytes[place] = *b"{}[]\",:0".get(usize::from(byte) % 8).unwrap_or(&b'0'),
            }
        }
        check_notebook(&bytes);
    }

    #[test]
    fn percent_format(text in "(// %%|\\[|\\]|=|\\{|\\}|\"|id|markdown| |\n|//|#|ö|a){0,40}") {
        if let Ok(notebook) = Notebook::from_percent(&text) {
            let ids: std::collections::BTreeSet<_> = notebook.cells.iter().map(|cell| cell.id.clone()).collect();
            prop_assert_eq!(ids.len(), notebook.cells.len());
            prop_assert_eq!(Notebook::from_json(&notebook.to_json()).expect("its own output"), notebook);
        }
    }
}

/// Each repeats until the parser has nested as deep as it is let; the stack holds.
#[test]
fn deep_sources_do_not_overflow_the_stack() {
    let repeated = [
        ("(", "1", ")"),
        ("!", "1", ""),
        ("&", "1", ""),
        ("-", "1", ""),
        ("1+", "1", ""),
        ("a=", "1", ""),
        ("if a {} else ", "{}", ""),
        ("||", "1", ""),
        ("|a|", "1", ""),
        ("return ", "1", ""),
        ("break ", "1", ""),
        ("[", "1", "]"),
        ("{", "1", "}"),
        ("x.f(", "1", ")"),
        ("a", ".b()", ""),
        ("", "1", ".b"),
        ("", "1", "?"),
        ("", "1", " as u8"),
        ("let _: A<", "B", ">"),
        ("let _: A<B, ", "B", ">"),
        ("let _: &", "B", ""),
        ("let _: fn() -> ", "B", ""),
        ("match 1 { _ => ", "1", "}"),
        ("let Some(", "x", ")"),
        ("..", "1", ""),
        ("|a, b| ", "1", ""),
        ("unsafe {", "1", "}"),
        ("async move {", "1", "}"),
        ("x[", "1", "]"),
        ("*", "x", ""),
        ("let &", "x", " = 1"),
        ("m!(", "1", ")"),
        ("mod a {", "", "}"),
        ("fn f() {", "", "}"),
        ("for a in ", "b", "{}"),
        ("let _: impl Fn() -> ", "B", ""),
        ("1..", "1", ""),
        ("a||", "1", ""),
        ("a<", "1", ""),
        ("A::<", "B", ">"),
    ];
    for (open, middle, close) in repeated {
        for count in [500, 1_000, 1_300, 2_000, 4_000, 100_000] {
            let body = format!("{}{middle}{}", open.repeat(count), close.repeat(count));
            let source = format!("fn f() {{ {body}; }}\nfn g() {{}}\n");
            let submission = read_bytes("a.rs", source.as_bytes(), &["f", "g"]).expect("a Rust file");
            assert!(submission.answer("g").is_some(), "{open} {count}");
        }
    }
    let imports = format!("use {}a{};\nfn g() {{}}", "a::{".repeat(1_000), "}".repeat(1_000));
    assert!(read_bytes("a.rs", imports.as_bytes(), &["g"]).expect("a Rust file").answer("g").is_some());
}

/// Effort grows no faster than the size of what is handed in.
#[test]
fn large_broken_sources_are_read_in_bounded_time() {
    let start = std::time::Instant::now();
    for line in [
        "fn f( {\n",
        "fn a() {}\n",
        "\"\n",
        "use ndarray::s;\n",
        "/// a\n",
        "fn f() { { } \n",
        "impl A { fn a() {} }\n",
    ] {
        let source = line.repeat((256 << 10) / line.len());
        assert!(read_bytes("a.rs", source.as_bytes(), &["f"]).is_ok());
    }
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn the_fixture_is_read_from_its_own_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    assert!(crate::common::read(folder, &["softmax_loss"]).expect("a folder").answer("softmax_loss").is_some());
}
