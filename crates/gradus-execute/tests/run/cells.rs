//! What a run writes into the cells.

use gradus_execute::{CellEnd, OnError, Progress};
use gradus_notebook::Cell;
use serde_json::json;

use crate::kernel::Run;

#[test]
fn outputs_of_every_kind_stand_in_their_cells_in_order() {
    let mut run = Run::of(&[
        "print a\nprint b\\n\neprint c\nprint d\nvalue 42",
        "show x <b>1</b>\nprint after",
        "update x <b>2</b>\nshow - <i>plain</i>",
        "print gone\nclear wait\nprint kept",
        "show x <b>3</b>\nclear\nprint anew",
    ]);
    let summary = run.run();
    assert_eq!(summary.first_failure(), None);
    assert_eq!(
        run.outputs(0),
        [r#"stdout "ab\n""#, r#"stderr "c""#, r#"stdout "d""#, r#"execute_result {"text/plain":"42"}"#]
    );
    assert_eq!(run.outputs(1), [r#"display_data {"text/html":"<b>3</b>"}"#, r#"stdout "after""#]);
    assert_eq!(run.outputs(2), [r#"display_data {"text/html":"<i>plain</i>"}"#]);
    assert_eq!(run.outputs(3), [r#"stdout "kept""#]);
    assert_eq!(run.outputs(4), [r#"stdout "anew""#]);
    let counts: Vec<_> = run.notebook.cells.iter().map(|cell| cell.execution_count).collect();
    assert_eq!(counts, [1, 2, 3, 4, 5].map(|count| Some(Some(count))));
    assert_eq!(run.notebook.metadata["language_info"]["name"], "rust");
    assert_eq!(run.notebook.metadata["language_info"]["version"], "1.95.0");
    let steps: Vec<_> = (0..5).map(|done| Progress::Cell { cell: done + 1, done, count: 5 }).collect();
    assert_eq!(run.progress[0], Progress::Starting { kernel: "test".to_owned() });
    assert_eq!(run.progress[1..], steps);
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    let mut run = Run::of(&["show x 1\nprint a\nvalue 1", "value 2"]);
    run.run();
    let first = run.notebook.to_json();
    run.notebook.cells[0].metadata.insert("execution".to_owned(), json!({"iopub.status.busy": "yesterday"}));
    run.run();
    assert_eq!(run.notebook.to_json(), first);
}

#[test]
fn only_code_is_run_and_nothing_of_an_earlier_run_stays() {
    let mut run = Run::of(&["value 1", " \n", "value 2", "value 3"]);
    run.notebook.cells.insert(0, Cell::markdown("text", "value 0"));
    run.notebook.cells[3].metadata.insert("tags".to_owned(), json!(["skip-execution"]));
    for cell in &mut run.notebook.cells[1..] {
        cell.outputs = Some(vec![json!({"output_type": "stream", "name": "stdout", "text": "old"})]);
        cell.execution_count = Some(Some(99));
    }
    let summary = run.run();
    assert_eq!(summary.cells.iter().map(|run| run.cell).collect::<Vec<_>>(), [2, 5]);
    assert_eq!(run.notebook.cells[0], Cell::markdown("text", "value 0"));
    assert!(run.outputs(2).is_empty() && run.outputs(3).is_empty());
    let counts: Vec<_> = run.notebook.cells[1..].iter().map(|cell| cell.execution_count).collect();
    assert_eq!(counts, [Some(Some(1)), Some(None), Some(None), Some(Some(2))]);
}

#[test]
fn a_failing_cell_is_the_last_unless_errors_are_allowed() {
    let sources = ["value 1", "print so far\nfail on purpose", "value 3"];
    let mut run = Run::of(&sources);
    let summary = run.run();
    assert_eq!((summary.cells.len(), summary.count), (2, 3));
    let failure = summary.first_failure().expect("a failure");
    assert_eq!((failure.cell, failure.id.as_deref()), (2, Some("cell-1")));
    assert_eq!(failure.end.to_string(), "E0000: on purpose");
    assert!(
        matches!(&failure.end, CellEnd::Failed { traceback, expected: false, .. } if traceback == &["E0000: on purpose"])
    );
    assert_eq!(run.outputs(1), [r#"stdout "so far""#, "error E0000: on purpose"]);
    assert!(run.outputs(2).is_empty());

    let mut run = Run::of(&sources);
    run.options.errors = OnError::GoOn;
    let summary = run.run();
    assert_eq!(summary.first_failure().map(|failure| failure.cell), Some(2));
    assert_eq!(run.outputs(2), [r#"execute_result {"text/plain":"3"}"#]);

    let mut run = Run::of(&sources);
    run.notebook.cells[1].metadata.insert("tags".to_owned(), json!(["other", "raises-exception"]));
    let summary = run.run();
    assert_eq!(summary.first_failure(), None);
    assert!(matches!(summary.cells[1].end, CellEnd::Failed { expected: true, .. }));
    assert_eq!(run.outputs(2), [r#"execute_result {"text/plain":"3"}"#]);
}

#[test]
fn a_question_to_the_user_fails_at_once() {
    let mut run = Run::of(&["ask your name"]);
    let summary = run.run();
    assert_eq!(summary.first_failure().expect("a failure").end.to_string(), "stdin: nobody can answer");
}

#[test]
fn much_output_is_whole_and_one_output() {
    let mut run = Run::of(&["flood 160", "value 1"]);
    run.run();
    let outputs = run.notebook.cells[0].outputs.as_ref().expect("outputs");
    assert_eq!(outputs.len(), 1);
    assert_eq!(outputs[0]["text"].as_str().expect("a text").len(), 160 << 16);
    assert_eq!(run.outputs(1), [r#"execute_result {"text/plain":"1"}"#]);
}
