//! From another system's notebooks to a source.

use gradus_notebook::Notebook;
use gradus_notebook::authoring::{Role, Source};
use gradus_notebook::conversion::{ConversionError, Converted, from_nbgrader};
use proptest::prelude::*;
use serde_json::{Value, json};

const WRITTEN_IN_RUST: &str = "rust";

fn notebook(language: &str, cells: &[Value]) -> Notebook {
    let text = json!({
        "nbformat": 4, "nbformat_minor": 4, "cells": cells,
        "metadata": { "kernelspec": { "name": language, "display_name": language, "language": language } },
    });
    Notebook::from_json(&text.to_string()).expect("a notebook")
}

fn code(nbgrader: &Value, source: &str) -> Value {
    let metadata = json!({ "nbgrader": nbgrader });
    json!({ "cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": null })
}

fn text(nbgrader: &Value, source: &str) -> Value {
    json!({ "cell_type": "markdown", "metadata": { "nbgrader": nbgrader }, "source": source })
}

fn answer(id: &str) -> Value {
    json!({ "schema_version": 3, "grade_id": id, "grade": false, "solution": true, "locked": false, "task": false })
}

fn tests(id: &str) -> Value {
    json!({ "schema_version": 3, "grade_id": id, "grade": true, "solution": false, "locked": true, "task": false, "points": 5 })
}

fn by_hand(id: &str) -> Value {
    json!({ "schema_version": 3, "grade_id": id, "grade": true, "solution": true, "locked": false, "task": false, "points": 2 })
}

fn convert(language: &str, cells: &[Value]) -> Result<Converted, ConversionError> {
    from_nbgrader(&[("halves.ipynb".to_owned(), notebook(language, cells))])
}

fn show(converted: &Converted) -> String {
    let remarks = converted.remarks.iter().map(|remark| format!("{}: {}\n", remark.cell, remark.text));
    format!("{}\n== remarks\n{}", converted.source, remarks.collect::<String>())
}

#[test]
fn every_kind_of_cell() {
    let task = json!({ "schema_version": 3, "grade_id": "plan", "grade": false, "solution": false, "locked": true, "task": true, "points": 2.5 });
    let locked = json!({ "schema_version": 3, "grade_id": "fixed", "grade": false, "solution": false, "locked": true, "task": false });
    let cells = [
        json!({ "cell_type": "markdown", "metadata": {}, "source": "# Halves\n\n%% of a line" }),
        code(&locked, "use std::ops::Div;\n// %% no cell"),
        code(
            &answer("half"),
            "pub fn half(x: f64) -> f64 {\n    ### BEGIN SOLUTION\n    x.div(2.0)\n    ### END SOLUTION\n}",
        ),
        code(
            &tests("test-half"),
            "assert_eq!(half(4.0), 2.0);\n// BEGIN HIDDEN TESTS\nassert_eq!(half(5.0), 2.5);\n// END HIDDEN TESTS",
        ),
        text(&by_hand("why"), "Because."),
        text(
            &by_hand("how"),
            "How?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION\n=== BEGIN MARK SCHEME ===\n2 for so.\n=== END MARK SCHEME ===",
        ),
        text(&task, "Plan it.\n\n=== BEGIN MARK SCHEME ===\nAny plan.\n=== END MARK SCHEME ==="),
        code(&by_hand("free"), "let free = 1;"),
    ];
    let converted = convert(WRITTEN_IN_RUST, &cells).expect("a conversion");
    let source = Source::parse("halves", &converted.source).expect("a source");
    let answers: Vec<_> = source.cells_with(Role::Answer).collect();
    assert_eq!(answers, ["half", "free"]);
    let written: Vec<_> = source.written().map(|question| (question.cell, question.points)).collect();
    assert_eq!(written, [("why".to_owned(), 2), ("how".to_owned(), 2), ("plan".to_owned(), 3)]);
    insta::assert_snapshot!(show(&converted));
}

#[test]
fn the_mark_scheme_of_code_is_told_with_and_without_a_solution_region() {
    let scheme = "// BEGIN MARK SCHEME\n// 2 for any.\n// END MARK SCHEME";
    for answer in ["const A: u8 = 1;", "// BEGIN SOLUTION\nconst A: u8 = 1;\n// END SOLUTION"] {
        let converted = convert(WRITTEN_IN_RUST, &[code(&by_hand("a"), &format!("{answer}\n{scheme}"))]);
        let converted = converted.expect("a conversion");
        assert!(converted.source.contains("// BEGIN SOLUTION\nconst A: u8 = 1;"), "{}", converted.source);
        assert!(!converted.source.contains("2 for any"), "{}", converted.source);
        assert!(converted.remarks.iter().any(|remark| remark.text.contains("2 for any.")), "{:?}", converted.remarks);
    }
}

#[test]
fn another_language_becomes_comments() {
    let cells = [
        code(&answer("half"), "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION"),
        code(&tests("test_half"), "assert half(4) == 2\n\nassert half(5) == 2.5"),
    ];
    insta::assert_snapshot!(show(&convert("python", &cells).expect("a conversion")));
}

#[test]
fn all_versions_of_the_metadata_and_no_later_one() {
    // Version 1 has no type of cell, and points may be text; version 2 has no tasks.
    let first = json!({ "schema_version": 1, "grade_id": "why", "grade": true, "solution": true, "points": "3" });
    let second = json!({ "schema_version": 2, "grade_id": "why", "grade": true, "solution": true, "points": 3, "cell_type": "markdown" });
    for metadata in [first, second, by_hand("why")] {
        let converted = convert(WRITTEN_IN_RUST, &[text(&metadata, "Because.")]).expect("a conversion");
        assert!(converted.source.contains("\"role\":\"written\""), "{}", converted.source);
    }
    let fourth = json!({ "schema_version": 4, "grade_id": "why", "grade": true, "solution": true });
    let error = convert(WRITTEN_IN_RUST, &[text(&fourth, "Because.")]).expect_err("a later version");
    assert!(matches!(error, ConversionError::Version { version: 4, .. }), "{error}");
}

#[test]
fn errors_and_hints() {
    let cells: [&[Value]; 10] = [
        &[json!({ "cell_type": "markdown", "metadata": {}, "source": "no metadata" })],
        &[text(&json!({ "schema_version": 9, "grade_id": "a" }), "")],
        &[text(&json!({ "grade_id": "a", "points": "many" }), "")],
        &[code(&answer("no id"), "")],
        &[code(&answer("a"), "// BEGIN SOLUTION\n// END SOLUTION"), code(&answer("a"), "")],
        &[text(&answer("a"), "")],
        &[code(&answer("a"), "// BEGIN SOLUTION\n// BEGIN SOLUTION")],
        &[code(&answer("a"), "\n// BEGIN SOLUTION")],
        &[code(&tests("a"), "// END HIDDEN TESTS")],
        &[code(&tests("a"), "// BEGIN SOLUTION\n// END SOLUTION")],
    ];
    let told = cells.map(|cells| {
        let error = convert(WRITTEN_IN_RUST, cells).expect_err("not in order");
        format!("{error}\n  {}\n", error.hint())
    });
    insta::assert_snapshot!(told.concat());
}

#[test]
fn cells_of_several_notebooks_have_ids_of_their_own() {
    let cells = [code(&answer("a"), "// BEGIN SOLUTION\nconst A: u8 = 1;\n// END SOLUTION"), text(&Value::Null, "")];
    let cells = &cells[..1];
    let notebooks = ["first", "second"].map(|name| (name.to_owned(), notebook(WRITTEN_IN_RUST, cells)));
    let converted = from_nbgrader(&notebooks).expect("a conversion");
    let source = Source::parse("halves", &converted.source).expect("a source");
    assert_eq!(source.cells_with(Role::Answer).collect::<Vec<_>>(), ["a", "a-2"]);
}

proptest! {
    #[test]
    fn whatever_stands_in_the_cells_a_source_comes_out_that_has_every_line(
        cells in prop::collection::vec((0..6usize, prop::collection::vec("[ -~]{0,30}|// %% x|%%|BEGIN|# %%|//", 0..6)), 1..8),
        is_rust in any::<bool>(),
    ) {
        let has_marker = |line: &String| line.contains("SOLUTION") || line.contains("TESTS") || line.contains("SCHEME");
        prop_assume!(!cells.iter().flat_map(|(_, lines)| lines).any(has_marker));
        let made: Vec<_> = cells.iter().enumerate().map(|(index, (kind, lines))| {
            let (id, source) = (format!("cell-{}", index / 2 * 2), lines.join("\n"));
            let id = if index % 2 == 0 { id } else { format!("{id}-2") };
            match kind {
                0 => code(&answer(&id), &format!("// BEGIN SOLUTION\n{source}\n// END SOLUTION")),
                1 => code(&answer(&id), &source),
                2 => code(&tests(&id), &source),
                3 => text(&by_hand(&id), &source),
                4 => json!({ "cell_type": "markdown", "metadata": {}, "source": source }),
                _ => json!({ "cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": null }),
            }
        }).collect();
        let converted = convert(if is_rust { "rust" } else { "julia" }, &made);
        if let Err(ConversionError::NotNbgrader) = converted {
            prop_assert!(cells.iter().all(|(kind, _)| *kind > 3));
            return Ok(());
        }
        let converted = converted.expect("a conversion");
        let source = Source::parse("any", &converted.source);
        prop_assert!(source.is_ok(), "{:?}\n{}", source.err(), converted.source);
        let words = |text: &str| text.split_whitespace().filter(|word| !word.starts_with("//")).count();
        let all = source.expect("a source").solution().cells.iter().map(|cell| words(&cell.source)).sum::<usize>();
        prop_assert!(all >= cells.iter().flat_map(|(_, lines)| lines).map(|line| words(line)).sum::<usize>());
    }
}
