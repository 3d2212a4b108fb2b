//! Statements, variables, values, outputs.

use gradus_engine::CellErrorKind;

use crate::support::{Notebook, Seen, plain};

#[test]
fn variables_stay_and_change() {
    let mut notebook = Notebook::new();
    notebook.ok("let mut a = 34; let b = 8;");
    notebook.ok("a = a + b;");
    assert_eq!(notebook.value("a"), "42");
    assert_eq!(notebook.variables(), ["a: i32", "b: i32"]);
    let error = notebook.error("b = 2;");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Compile, "E0384"));
}

#[test]
fn arrays_of_the_library_are_there_from_the_first_cell() {
    let mut notebook = Notebook::new();
    notebook.ok("use ndarray::prelude::*;\nlet a = Array2::<f64>::from_elem((2, 3), 1.5);");
    assert_eq!(notebook.value("a.sum()"), "9.0");
    notebook.ok("let b = a.dot(&a.t());");
    assert_eq!(notebook.value("b.dim()"), "(2, 2)");
}

#[test]
fn output_comes_in_order_and_before_the_value() {
    let mut notebook = Notebook::new();
    assert_eq!(notebook.value("for i in 0..3 { println!(\"o{i}\"); eprintln!(\"e{i}\"); }\nprint!(\"end\"); 99"), "99");
    let expected = ["o0\n", "e0\n", "o1\n", "e1\n", "o2\n", "e2\n", "end"];
    let texts: Vec<_> = notebook
        .seen()
        .into_iter()
        .map(|seen| match seen {
            Seen::Stdout(1, text) | Seen::Stderr(1, text) => text,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, expected);
}

#[test]
fn a_panic_names_the_line_and_keeps_everything() {
    let mut notebook = Notebook::new();
    notebook.ok("let kept = vec![1, 2]; let given = String::from(\"x\");");
    let error = notebook.error("let n = kept.len();\nlet given = given;\npanic!(\"boom {n}\");");
    assert_eq!((error.kind, error.message.as_str()), (CellErrorKind::Panic, "boom 2"));
    assert!(plain(&error).contains("[2]:3:1"), "{}", plain(&error));
    assert_eq!(notebook.value("(kept, given)"), "([1, 2], \"x\")");
}

#[test]
fn a_compile_error_stands_on_the_cells_own_line() {
    let mut notebook = Notebook::new();
    let error = notebook.error("let ok = 1;\nlet bad: i32 = \"s\";");
    assert_eq!((error.kind, error.name.as_str()), (CellErrorKind::Compile, "E0308"));
    let text = plain(&error);
    assert!(text.contains("[1]:2:16") && text.contains("let bad: i32 = \"s\";"), "{text}");
    assert!(notebook.variables().is_empty());
}

#[test]
fn an_item_is_there_for_later_cells() {
    let mut notebook = Notebook::new();
    notebook.ok("struct Point { x: f64 }\nimpl Point { fn double(&self) -> f64 { self.x * 2.0 } }");
    notebook.ok("let p = Point { x: 1.5 };");
    assert_eq!(notebook.value("p.double()"), "3.0");
    assert_eq!(notebook.variables(), ["p: Point"]);
}
