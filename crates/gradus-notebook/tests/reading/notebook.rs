//! Notebooks written back and made from percent format.

use gradus_notebook::{Cell, CellType, Notebook, NotebookError, PercentError};
use serde_json::json;

#[test]
fn what_jupyter_wrote_comes_back_byte_for_byte() {
    let text = include_str!("../fixtures/jupyter.ipynb");
    let notebook = Notebook::from_json(text).unwrap();
    assert_eq!(notebook.cells.len(), 6);
    assert_eq!(notebook.cells[3].execution_count, Some(Some(7)));
    assert_eq!(notebook.to_json(), text.replace("1e-07", "1e-7"));
    assert!(text.contains("1e-07"), "the one spelling that differs");
}

#[test]
fn text_in_outputs_is_written_line_by_line_where_jupyter_does() {
    let mut cell = Cell::code("a", "1");
    cell.outputs = Some(vec![
        json!({"output_type": "stream", "name": "stdout", "text": "a\nb"}),
        json!({"output_type": "display_data", "metadata": {}, "data": {
            "text/html": "<b>\n", "image/svg+xml": "<svg>\n</svg>", "image/png": "AA\n==\n", "application/json": {"text": "a\nb"},
        }}),
        json!({"output_type": "error", "ename": "E", "evalue": "a\nb", "traceback": ["a\nb"]}),
    ]);
    let written: serde_json::Value = serde_json::from_str(&Notebook::new(vec![cell]).to_json()).unwrap();
    let outputs = &written["cells"][0]["outputs"];
    assert_eq!(outputs[0]["text"], json!(["a\n", "b"]));
    assert_eq!(
        outputs[1]["data"],
        json!({
            "text/html": ["<b>\n"], "image/svg+xml": ["<svg>\n", "</svg>"], "image/png": "AA\n==\n", "application/json": {"text": "a\nb"},
        })
    );
    assert_eq!(outputs[2]["evalue"], "a\nb");
    assert_eq!(outputs[2]["traceback"], json!(["a\nb"]));
}

#[test]
fn a_notebook_of_another_format_is_refused() {
    let text = r#"{"cells": [], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}"#;
    assert!(matches!(Notebook::from_json(text), Err(NotebookError::Format { major: 3 })));
    assert!(matches!(Notebook::from_json("{"), Err(NotebookError::Json { .. })));
}

#[test]
fn percent_format_becomes_a_notebook() {
    let source = "//! For authors.\r\n#![allow(unused)]\r\n// ---\r\n// jupyter: {}\r\n// ---\r\n\r\n\
        // %% [markdown]\r\n// # The softmax loss!\r\n//\r\n// Text,\r\n//   indented.\r\n\r\n\
        // %% id=\"softmax-loss\" gradus={\"role\": \"answer\", \"points\": 3} tags=[\"a b\"]\r\n\
        pub fn f() {\r\n\r\n    todo!() // %% not a marker\r\n}\r\n\r\n\
        // %% Try it {\"id\": \"try\", \"x\": 1}\r\nlet a = 1;\r\n\
        // %%\r\n// %%% no marker\r\n// %% [raw]\r\n// raw";
    let notebook = Notebook::from_percent(source).unwrap();
    let cells: Vec<(CellType, &str, &str)> =
        notebook.cells.iter().map(|cell| (cell.cell_type, cell.id.as_deref().unwrap(), cell.source.as_str())).collect();
    assert_eq!(
        cells,
        [
            (CellType::Markdown, "the-softmax-loss-1", "# The softmax loss!\n\nText,\n  indented."),
            (CellType::Code, "softmax-loss", "pub fn f() {\n\n    todo!() // %% not a marker\n}"),
            (CellType::Code, "try", "let a = 1;"),
            (CellType::Code, "the-softmax-loss-4", "// %%% no marker"),
            (CellType::Raw, "the-softmax-loss-5", "raw"),
        ]
    );
    assert_eq!(json!(notebook.cells[1].metadata), json!({"gradus": {"role": "answer", "points": 3}, "tags": ["a b"]}));
    assert_eq!(json!(notebook.cells[2].metadata), json!({"title": "Try it", "x": 1}));
    insta::assert_snapshot!(notebook.to_json());
    assert_eq!(Notebook::from_json(&notebook.to_json()).unwrap(), notebook);
}

#[test]
fn ids_in_one_section_do_not_depend_on_another() {
    let source =
        |extra: &str| format!("// %% [markdown]\n// # One\n{extra}// %% [markdown]\n// ## Two\n// %%\nlet x = 1;\n");
    let last = |source: String| Notebook::from_percent(&source).unwrap().cells.last().unwrap().id.clone();
    assert_eq!(last(source("")), Some("two-2".to_owned()));
    assert_eq!(last(source("// %%\nlet y = 1;\n")), last(source("")));
}

#[test]
fn a_given_id_is_never_given_again() {
    let notebook = Notebook::from_percent("// %% id=\"cell-2\"\n// %%\n// %%\n").unwrap();
    let ids: Vec<&str> = notebook.cells.iter().filter_map(|cell| cell.id.as_deref()).collect();
    assert_eq!(ids, ["cell-2", "cell-3", "cell-4"]);
}

#[test]
fn percent_errors_and_hints() {
    let sources = [
        "",
        "fn f() {}\n// %%\n",
        "// %% [markdown]\n// text\nnot a comment\n",
        "// %% [latex]\n",
        "// %% id=softmax\n",
        "// %% id=\"a\" id=\"b\"\n",
        "// %% id=\"a\" points\n",
        "// %% {\"a\": }\n",
        "// %% id=\"größe\"\n",
        "// %% id=3\n",
        "// %% id=\"a\"\n\n// %% id=\"a\"\n",
    ];
    let report: Vec<String> = sources
        .iter()
        .map(|source| {
            let error: PercentError = Notebook::from_percent(source).expect_err(source);
            format!("{error}\nhint: {}", error.hint())
        })
        .collect();
    insta::assert_snapshot!(report.join("\n\n"));
}

#[test]
fn an_empty_cell_and_a_text_cell_are_written_as_nbformat_does() {
    let text = Notebook::new(vec![Cell::markdown("a", "x\ny\n"), Cell::code("b", "")]).to_json();
    insta::assert_snapshot!(text);
}
