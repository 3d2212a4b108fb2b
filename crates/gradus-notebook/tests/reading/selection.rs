//! Which items of a submission are taken, one test for each rule.

use crate::common::{cells, folder, notes, read, read_bytes, rust, texts};
use gradus_notebook::{FragmentKind, Import, LeftOutReason, SubmissionError, make_public, signature_of};

#[test]
fn a_notebook_as_jupyter_writes_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/jupyter.ipynb");
    let submission = read(path.into(), &["softmax_loss"]).unwrap();
    assert_eq!(submission.name, "jupyter");
    let answer = submission.answer("softmax_loss").unwrap();
    let cell = answer.origin.cell.as_ref().unwrap();
    assert_eq!((cell.number, cell.id.as_deref(), answer.origin.line), (3, Some("softmax-loss"), 1));
    assert!(answer.text.starts_with("/// The loss and its gradient.\n#[must_use]\npub fn softmax_loss("));
    let rest: Vec<&str> = texts(&submission).into_iter().filter(|text| *text != answer.text).collect();
    assert_eq!(
        rest,
        [
            "use ndarray::{Array1, Array2};",
            "use std::fmt;",
            "const SCALE: f64 = 0.5;",
            "fn shifted(x: &Array2<f64>) -> Array2<f64> {\n    x - 1.0\n}"
        ]
    );
    assert_eq!(submission.fragments[0].origin.line, 2);
    assert_eq!(
        signature_of(answer).unwrap(),
        "fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>)"
    );
    assert!(submission.notes.is_empty());
}

#[test]
fn cells_without_ids_are_found_by_name() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/without_ids.ipynb");
    let submission = read(path.into(), &["scale"]).unwrap();
    assert!(submission.answer("scale").is_some());
}

#[test]
fn statements_and_commands_are_left_out() {
    let submission = cells(
        &[("", ":dep rand = \"0.9\"\n%%time\nlet a = f();\nfn f() -> i32 { 1 }\nprintln!(\"{}\", f());\nf() + 1")],
        &["f"],
    );
    assert_eq!(texts(&submission), ["fn f() -> i32 { 1 }"]);
    assert_eq!(submission.fragments[0].origin.line, 4);
}

#[test]
fn the_answer_cell_wins_over_copies() {
    let submission = cells(&[("", "fn f() {}"), ("f", "fn f() { todo!() }"), ("x", "fn f() { later() }")], &["f"]);
    assert_eq!(texts(&submission), ["fn f() { todo!() }"]);
    insta::assert_snapshot!(notes(&submission));
    assert!(submission.notes[0].hint.as_ref().unwrap().contains("todo!()"));
    assert!(submission.left_out.iter().all(|left_out| left_out.reason == LeftOutReason::Duplicate));
}

#[test]
fn without_the_answer_cell_the_last_definition_wins() {
    let submission = cells(&[("a", "fn f() {}"), ("b", "fn f() { 2; }")], &["f"]);
    assert_eq!(texts(&submission), ["fn f() { 2; }"]);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn an_answer_cell_with_something_else_or_with_a_fault() {
    let submission = cells(&[("f", "let x = 1;"), ("b", "fn f() {}")], &["f"]);
    insta::assert_snapshot!("answer_cell_with_something_else", notes(&submission));
    let submission = cells(&[("f", "fn f() { = }"), ("b", "fn f() {}")], &["f"]);
    assert_eq!(texts(&submission), ["fn f() {}"]);
    insta::assert_snapshot!("answer_cell_with_a_fault", notes(&submission));
}

#[test]
fn a_copied_cell_loses_the_id() {
    let submission = cells(&[("f", "fn f() { 1; }"), ("f", "fn f() { 2; }")], &["f"]);
    assert_eq!(texts(&submission), ["fn f() { 1; }"]);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn a_broken_function_costs_only_itself() {
    let source = "use std::fmt;\n\n/// Fine.\nfn good() {\nlet x = 1;\n}\nlet a = = 3;\n\
                  fn broken(x: f64 -> f64 {\n    x\n}\n#[inline]\nfn also_good() { /* } */ }\n";
    let submission = cells(&[("", source)], &["good", "broken", "also_good"]);
    assert_eq!(submission.answer("good").unwrap().text, "/// Fine.\nfn good() {\nlet x = 1;\n}");
    assert_eq!(submission.answer("also_good").unwrap().origin.line, 11);
    let broken = submission.answer("broken").unwrap();
    assert_eq!(broken.origin.line, 8);
    let FragmentKind::Unparsed { functions, error } = &broken.kind else { panic!("{broken:?}") };
    assert_eq!(functions, &["broken"]);
    assert_eq!(error.line, 8);
    assert_eq!(texts(&submission)[0], "use std::fmt;");
}

#[test]
fn a_fault_in_a_body_has_its_line_and_column() {
    let submission = rust("fn fine() {}\r\n\r\nfn f() {\r\n    let größe = ;\r\n}\r\n", &["fine", "f"]);
    let FragmentKind::Unparsed { error, .. } = &submission.answer("f").unwrap().kind else { panic!() };
    assert_eq!((error.line, error.column), (4, 17));
    assert_eq!(error.message, "expected an expression");
    assert!(matches!(submission.answer("fine").unwrap().kind, FragmentKind::Answer { .. }));
}

#[test]
fn an_unclosed_brace_or_string_keeps_the_next_function() {
    for fault in ["fn bad() { if true {", "fn bad() { \"abc", "fn bad( {"] {
        let submission = rust(&format!("{fault}\n\nfn good() {{\n    1\n}}\n"), &["bad", "good"]);
        assert!(matches!(submission.answer("good").unwrap().kind, FragmentKind::Answer { .. }), "{fault}");
        assert!(matches!(submission.answer("bad").unwrap().kind, FragmentKind::Unparsed { .. }), "{fault}");
    }
}

#[test]
fn what_an_answer_mentions_comes_along() {
    let submission = cells(
        &[
            ("f", "fn f(net: &Net) -> f64 { helper(net) + square!(2.0) }"),
            (
                "",
                "struct Net { w: f64 }\nimpl Net { fn new() -> Self { Net { w: ONE } } }\nstruct Unused;\nimpl Unused {}",
            ),
            ("", "fn helper(net: &Net) -> f64 { net.w.twice() }\nconst ONE: f64 = 1.0;\nconst NOT: f64 = 2.0;"),
            (
                "",
                "trait Twice { fn twice(&self) -> f64; }\nimpl Twice for f64 { fn twice(&self) -> f64 { 2.0 * self } }",
            ),
            ("", "macro_rules! square { ($x:expr) => { $x * SHIFT } }\nstatic SHIFT: f64 = 0.0;"),
        ],
        &["f"],
    );
    let all = texts(&submission).join("\n");
    for part in ["fn f(", "struct Net", "impl Net", "fn helper", "ONE: f64", "trait Twice", "impl Twice", "SHIFT"] {
        assert!(all.contains(part), "{part} in {all}");
    }
    assert!(!all.contains("Unused") && !all.contains("NOT"), "{all}");
    assert_eq!(submission.fragments[0].kind, FragmentKind::Macro, "macros stand before their use");
}

#[test]
fn inline_format_arguments_are_mentions() {
    let submission = rust("const NAME: &str = \"a\";\nfn f() -> String { format!(\"{NAME:?}\") }", &["f"]);
    assert_eq!(submission.fragments.len(), 2);
}

#[test]
fn the_last_helper_wins() {
    let submission = cells(
        &[
            ("", "fn helper() { 1; }\nstruct A;\nimpl A { fn g() {} }"),
            ("", "struct A;\nimpl A { fn g() {} }"),
            ("f", "fn f() { helper(); A::g() }"),
            ("", "fn helper() { 2; }"),
        ],
        &["f"],
    );
    assert_eq!(
        texts(&submission),
        ["struct A;", "impl A { fn g() {} }", "fn f() { helper(); A::g() }", "fn helper() { 2; }"]
    );
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn imports_are_made_unique_in_place() {
    let submission = cells(
        &[
            ("", "use ndarray::{Array1, Array2};\nuse std::collections::{HashMap, hash_map::{Entry, Keys}};"),
            ("f", "use ndarray::{Array2, s,\n    Array1};\nuse std::collections::hash_map::Entry;\nfn f() {}"),
            ("", "use ndarray::prelude::*;\nuse ndarray::prelude::*;\nuse crate::missing::Thing;"),
        ],
        &["f"],
    );
    assert_eq!(
        texts(&submission),
        [
            "use ndarray::{Array1, Array2};",
            "use std::collections::{HashMap, hash_map::{Entry, Keys}};",
            "use ndarray::{        s,\n          };",
            "use ndarray::prelude::*;",
            "fn f() {}",
        ]
    );
    let FragmentKind::Use { imports } = &submission.fragments[2].kind else { panic!() };
    assert_eq!(imports, &[Import { path: "ndarray::s".into(), name: "s".into() }]);
}

#[test]
fn imports_from_other_crates_are_left_out_and_said() {
    let submission = cells(
        &[
            ("", "use rand::{Rng, SeedableRng};\nuse {std::mem, rayon::prelude::*};\nuse gone::Unmentioned;"),
            ("f", "fn f(r: &mut impl Rng) {}"),
        ],
        &["f"],
    );
    assert_eq!(texts(&submission)[0], "use {std::mem,                  };");
    assert_eq!(submission.left_out.iter().filter(|item| item.reason == LeftOutReason::NotAvailable).count(), 2);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn imports_from_the_submission_follow_what_they_import_from() {
    let source = "mod tools { pub fn norm() {} }\nenum Layer { Relu, Affine }\nmod other { pub fn x() {} }\n\
                  use tools::norm;\nuse self::Layer::*;\nuse crate::other::x;\nfn f() { norm(); Relu; }";
    let submission = rust(source, &["f"]);
    assert_eq!(
        texts(&submission),
        [
            "use tools::norm;",
            "use self::Layer::*;",
            "mod tools { pub fn norm() {} }",
            "enum Layer { Relu, Affine }",
            "fn f() { norm(); Relu; }"
        ]
    );
}

#[test]
fn an_import_gives_way_to_a_definition_and_to_a_later_import() {
    let submission = cells(
        &[
            ("", "use std::mem::swap;\nuse std::fmt::Result;"),
            ("f", "fn f() -> Result { swap() }\nfn swap() {}\nuse std::io::Result;"),
        ],
        &["f"],
    );
    assert_eq!(texts(&submission), ["use std::io::Result;", "fn f() -> Result { swap() }", "fn swap() {}"]);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn main_and_tests_are_left_out_and_inner_attributes_are_seen() {
    let source = "#!/usr/bin/env run\n//! About.\n#![allow(dead_code)]\n#![feature(rustc_private)]\n#![doc = include_str!(\"x\")]\n\
                  fn f() {}\nfn main() { f() }\n#[cfg(test)]\nmod tests { use super::*; #[test] fn t() {} }\ninclude!(\"/etc/passwd\");";
    let submission = rust(source, &["f"]);
    let names: Vec<&str> = submission
        .fragments
        .iter()
        .filter_map(|fragment| match &fragment.kind {
            FragmentKind::InnerAttribute { name } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["feature", "doc"]);
    assert_eq!(submission.fragments[0].origin.line, 4);
    assert_eq!(submission.fragments.len(), 3);
    let left_out: Vec<LeftOutReason> = submission.left_out.iter().map(|item| item.reason).collect();
    assert_eq!(left_out, [LeftOutReason::MainOrTest, LeftOutReason::MainOrTest, LeftOutReason::NotMentioned]);
}

#[test]
fn a_byte_order_mark_and_tabs_are_fine() {
    let submission = read_bytes("a.rs", "\u{FEFF}\tfn f() {}\n\tfn größe() {}".as_bytes(), &["f", "größe"]).unwrap();
    assert_eq!(texts(&submission), ["fn f() {}", "fn größe() {}"]);
    assert_eq!(submission.name, "a");
}

#[test]
fn a_folder_is_read_in_name_order() {
    let folder = folder(&[
        ("b.rs", b"fn g() { 2; }"),
        ("a.ipynb", crate::common::notebook(&[("f", "fn f() { g() }"), ("", "fn g() { 1; }")]).as_bytes()),
        (".ipynb_checkpoints/a.ipynb", b"broken"),
        (".hidden.rs", b"fn f() { 3; }"),
        ("notes.txt", b"hello"),
        ("old/c.rs", b"fn f() { 4; }"),
        ("z.ipynb", b"{"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.rs")).unwrap();
    let submission = read(folder.path().to_owned(), &["f"]).unwrap();
    assert_eq!(texts(&submission), ["fn f() { g() }", "fn g() { 2; }"]);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn a_folder_in_a_folder_as_archives_have_it() {
    let folder = folder(&[("work/inner/a.rs", b"fn f() {}"), ("__MACOSX/x", b"")]);
    let submission = read(folder.path().to_owned(), &["f"]).unwrap();
    assert_eq!(submission.answer("f").unwrap().origin.to_string(), "line 1 of work/inner/a.rs");
}

#[test]
fn macro_calls_come_along_only_for_what_they_define() {
    let source = "thread_local! { pub static CACHE: Vec<f64> = Vec::new(); }\nassert!(p as *const f64, { const N: i32 = 1; });\n\
                  mod raw { pub fn x(p: *const f64) {} }\nfn f(x_1: f64) { CACHE.with(|c| N); }";
    let submission = rust(source, &["f"]);
    assert_eq!(submission.fragments.len(), 2, "{:?}", texts(&submission));
    assert!(texts(&submission)[0].starts_with("thread_local!"));
}

#[test]
fn broken_helpers_and_imports_are_said() {
    let submission = cells(
        &[("", "use std::fmt\n\nfn helper( {}"), ("f", "use crate::*;\nuse crate::f;\nfn f() { helper() }")],
        &["f"],
    );
    assert_eq!(submission.fragments.len(), 2);
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn a_missing_function_is_no_error() {
    let submission = rust("fn other() {}", &["f"]);
    assert!(submission.answer("f").is_none() && submission.fragments.is_empty());
}

#[test]
fn a_source_that_is_nested_too_deeply_is_unparsed() {
    let source = format!("fn f() {{ {}1{}; }}\nfn g() {{}}", "(".repeat(100_000), ")".repeat(100_000));
    let submission = rust(&source, &["f", "g"]);
    assert!(matches!(submission.answer("f").unwrap().kind, FragmentKind::Unparsed { .. }));
    assert!(matches!(submission.answer("g").unwrap().kind, FragmentKind::Answer { .. }));
}

#[test]
fn visibility_is_added_where_it_can_stand() {
    for (before, after) in [
        ("fn f() {}", "pub fn f() {}"),
        ("/// A.\n#[inline]\nasync unsafe fn f() {}", "/// A.\n#[inline]\npub async unsafe fn f() {}"),
        ("const fn f() {}", "pub const fn f() {}"),
        ("const A: i32 = 1;", "pub const A: i32 = 1;"),
        ("const _: () = ();", "const _: () = ();"),
        ("extern \"C\" fn f() {}", "pub extern \"C\" fn f() {}"),
        ("extern \"C\" { fn f(); }", "extern \"C\" { fn f(); }"),
        ("unsafe impl Send for A {}", "unsafe impl Send for A {}"),
        ("union U { a: i32 }", "pub union U { a: i32 }"),
        ("struct S { a: i32 }", "pub struct S { a: i32 }"),
        ("pub(crate) fn f() {}", "pub fn f() {}"),
        ("/// A.\npub(in a::b) struct S;", "/// A.\npub struct S;"),
        ("pub fn f() {}", "pub fn f() {}"),
        ("use a::b;", "use a::b;"),
        ("macro_rules! m { () => {} }", "macro_rules! m { () => {} }"),
        ("größe", "größe"),
        ("fn f( {", "fn f( {"),
    ] {
        assert_eq!(make_public(before), after);
    }
}

#[test]
fn a_name_without_an_extension_is_refused() {
    assert!(matches!(read_bytes("work", b"x", &[]), Err(SubmissionError::UnknownExtension { .. })));
}
