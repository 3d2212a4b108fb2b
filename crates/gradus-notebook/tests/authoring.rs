//! From a source to what students and staff get.

use gradus_notebook::Notebook;
use gradus_notebook::authoring::{Question, Released, Role, Source, SourceError, WrittenQuestion};
use proptest::prelude::*;
use serde_json::json;

const HALVES: &str = r#"//! For authors.

// %% [markdown] id="title"
// # Halves

// %% id="imports"
use ndarray::{Array1, Axis};

// %% id="half" gradus={"role": "answer"}
// BEGIN SOLUTION
use std::ops::{Div, self};
// END SOLUTION
/// Half of `x`.
pub fn half(x: f64) -> f64 {
    // BEGIN SOLUTION
    halved(x)
    // END SOLUTION
}
// BEGIN SOLUTION

fn halved(x: f64) -> f64 {
    x.div(GIVEN)
}
// END SOLUTION

// %% id="given"
const GIVEN: f64 = 2.0; // BEGIN SOLUTION

// %% id="check-half" gradus={"role": "check"}
gradus_assignments::check!(halves, half);

// %% id="secret" gradus={"role": "hidden_check"}
assert_eq!(half(5.0), 2.5);

// %% id="quarters" gradus={"role": "answer"}
pub fn quarters(x: &Array1<f64>) -> (f64, Array1<f64>) {
    let first =
        // BEGIN SOLUTION
        x[0] / 4.0
        // END SOLUTION
    ;
    // BEGIN SOLUTION
    let rest = x / 4.0;
    // END SOLUTION
    (first, rest)
}

// %% id="picture" gradus={"role": "plot"}
show(&half);

// %% [markdown] id="why" gradus={"role": "written", "points": 5}
// Why is half of an odd number no whole number?
//
// BEGIN SOLUTION
// Because it is odd.
// END SOLUTION
// BEGIN RUBRIC
// 5 for any reason.
// END RUBRIC
"#;

fn source() -> Source {
    Source::parse("halves", HALVES).expect("a source")
}

fn release(source: &Source) -> Released {
    let points = |cell: &str, points| Question { cell: cell.to_owned(), points };
    source.strip().clear().release(&[points("half", 60), points("quarters", 40)]).expect("the manifest's cells")
}

fn text<'a>(notebook: &'a Notebook, id: &str) -> &'a str {
    &notebook.cells.iter().find(|cell| cell.id.as_deref() == Some(id)).expect(id).source
}

#[test]
fn students_get_a_todo_for_each_solution_and_everything_else() {
    let released = release(&source());
    let notebook = released.notebook();
    assert_eq!(
        text(notebook, "half"),
        "/// Half of `x`.\npub fn half(x: f64) -> f64 {\n    todo!(\"halves: question 1\")\n}"
    );
    assert_eq!(
        text(notebook, "quarters"),
        "pub fn quarters(x: &Array1<f64>) -> (f64, Array1<f64>) {\n    let first =\n        todo!(\"halves: question \
         2\")\n    ;\n    todo!(\"halves: question 2\");\n    (first, rest)\n}"
    );
    assert_eq!(text(notebook, "why"), "Why is half of an odd number no whole number?\n\n*Write your answer here.*");
    // A marker that is not the whole line is a comment like any other.
    assert_eq!(text(notebook, "given"), "const GIVEN: f64 = 2.0; // BEGIN SOLUTION");
    let ids: Vec<_> = notebook.cells.iter().filter_map(|cell| cell.id.as_deref()).collect();
    assert_eq!(ids, ["title", "imports", "half", "given", "check-half", "quarters", "picture", "why"]);
    assert_eq!(json!(notebook.metadata["gradus"]), json!({"assignment": "halves"}));
}

#[test]
fn nbgrader_is_told_which_cells_are_whose() {
    let notebook = release(&source()).notebook().clone();
    let metadata =
        |id: &str| json!(notebook.cells.iter().find(|cell| cell.id.as_deref() == Some(id)).expect(id).metadata);
    let nbgrader = |grade: bool, solution: bool, locked: bool, id: &str, cell_type: &str| {
        json!({"schema_version": 3, "grade": grade, "solution": solution, "locked": locked, "task": false,
               "grade_id": id, "cell_type": cell_type})
    };
    let mut half = nbgrader(true, true, false, "half", "code");
    half["points"] = json!(60);
    assert_eq!(metadata("half"), json!({"gradus": {"role": "answer"}, "nbgrader": half}));
    let check = nbgrader(false, false, true, "check-half", "code");
    assert_eq!(metadata("check-half"), json!({"gradus": {"role": "check"}, "nbgrader": check}));
    let mut why = nbgrader(true, true, false, "why", "markdown");
    why["points"] = json!(5);
    assert_eq!(metadata("why"), json!({"gradus": {"role": "written"}, "nbgrader": why}));
    for id in ["title", "imports", "given", "picture"] {
        assert_eq!(metadata(id), json!({}), "{id}");
    }
}

#[test]
fn staff_get_all_answers_rubrics_and_hidden_checks() {
    let solution = source().solution();
    assert!(text(&solution, "half").starts_with("use std::ops::{Div, self};\n/// Half"), "{}", text(&solution, "half"));
    assert!(text(&solution, "half").ends_with("x.div(GIVEN)\n}"));
    assert_eq!(text(&solution, "secret"), "assert_eq!(half(5.0), 2.5);");
    let why = "Why is half of an odd number no whole number?\n\nBecause it is odd.\n\n**Rubric**\n\n5 for any reason.";
    assert_eq!(text(&solution, "why"), why);
    assert!(!solution.to_json().contains("END "), "a marker is left");
    let written = WrittenQuestion {
        cell: "why".to_owned(),
        points: 5,
        question: "Why is half of an odd number no whole number?".to_owned(),
        sample: "Because it is odd.".to_owned(),
        rubric: "5 for any reason.".to_owned(),
    };
    assert_eq!(source().written().collect::<Vec<_>>(), [written]);
    assert_eq!(source().cells_with(Role::Plot).collect::<Vec<_>>(), ["picture"]);
}

#[test]
fn the_reference_is_the_answers_and_what_they_mention() {
    assert_eq!(
        source().reference().expect("Rust"),
        "use ndarray::Array1;\nuse ndarray::Axis;\nuse std::ops;\nuse std::ops::Div;\n\n\
         /// Half of `x`.\npub fn half(x: f64) -> f64 {\n    halved(x)\n}\n\nfn halved(x: f64) -> f64 {\n    \
         x.div(GIVEN)\n}\n\nconst GIVEN: f64 = 2.0; // BEGIN SOLUTION\n\n\
         pub fn quarters(x: &Array1<f64>) -> (f64, Array1<f64>) {\n    let first =\n        x[0] / 4.0\n    ;\n    \
         let rest = x / 4.0;\n    (first, rest)\n}\n"
    );
}

#[test]
fn the_starter_is_the_students_notebook_in_percent_format() {
    let released = release(&source());
    let starter = released.starter();
    assert!(starter.starts_with("// %% [markdown] id=\"title\"\n// # Halves\n\n// %% id=\"imports\"\n"), "{starter}");
    assert!(!starter.contains("gradus=") && !starter.contains("nbgrader"), "{starter}");
    let again = Notebook::from_percent(&starter).expect("percent format");
    let texts = |notebook: &Notebook| {
        notebook.cells.iter().map(|cell| (cell.id.clone(), cell.source.clone())).collect::<Vec<_>>()
    };
    assert_eq!(texts(&again), texts(released.notebook()));
}

#[test]
fn what_the_manifest_does_not_list_is_not_released() {
    let error = source().strip().clear().release(&[]).expect_err("two cells");
    assert!(matches!(error, SourceError::Questions { .. }), "{error}");
}

#[test]
fn errors_and_hints() {
    let answer = "// %% id=\"a\" gradus={\"role\": \"answer\"}\n";
    let written = "// %% [markdown] id=\"w\" gradus={\"role\": \"written\", \"points\": 2}\n";
    let sources = [
        format!("{answer}fn f() {{\n    // BEGIN SOLUTION\n    1\n    // BEGIN SOLUTION\n    // END SOLUTION\n}}\n"),
        format!("{answer}fn f() {{\n    // BEGIN SOLUTION\n    1\n}}\n// %%\n// END SOLUTION\n"),
        format!("{answer}\nfn f() {{\n    1\n    // END SOLUTION\n}}\n"),
        format!("{answer}fn f() {{ 1 }}\n"),
        format!("{answer}// BEGIN SOLUTION\nfn f() {{ 1 \n// END SOLUTION\n"),
        "// %% id=\"g\"\n// BEGIN SOLUTION\n// END SOLUTION\n".to_owned(),
        "// %% [markdown]\n// BEGIN SOLUTION\n// 42\n// END SOLUTION\n".to_owned(),
        format!("{answer}// BEGIN RUBRIC\n// END RUBRIC\n"),
        format!("{written}// Why?\n// BEGIN SOLUTION\n// So.\n// END RUBRIC\n"),
        format!("{written}// Why?\n// BEGIN SOLUTION\n// So.\n// END SOLUTION\n"),
        "// %% [markdown] gradus={\"role\": \"written\"}\n// Why?\n".to_owned(),
        "// %% gradus={\"role\": \"written\", \"points\": 2}\n".to_owned(),
        "// %% [markdown] gradus={\"role\": \"check\"}\n".to_owned(),
        "// %% gradus={\"role\": \"anwser\"}\n".to_owned(),
        "// %% gradus={\"role\": \"answer\", \"points\": 3}\n".to_owned(),
        "// %% gradus={\"role\": \"check\", \"reference\": true}\n".to_owned(),
        "fn f() {}\n".to_owned(),
    ];
    let report: Vec<String> = sources
        .iter()
        .map(|text| {
            let error = Source::parse("halves", text).and_then(|source| source.reference()).expect_err(text);
            format!("{error}\nhint: {}", error.hint())
        })
        .collect();
    insta::assert_snapshot!(report.join("\n\n"));
}

/// A line of a cell: for everybody, or of a region.
#[derive(Debug, Clone)]
enum Line {
    Plain(String),
    Region(usize, Vec<String>),
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let plain = "[a-z(){};., ]{0,12}".prop_map(|text| Line::Plain(format!("{text}x")));
    let mentions = prop_oneof![
        Just(Line::Plain("let s = \"// BEGIN SOLUTION\";".to_owned())),
        Just(Line::Plain("/// // END SOLUTION".to_owned())),
        Just(Line::Plain("// BEGIN SOLUTION of the equation".to_owned())),
    ];
    let region = (0usize..3, prop::collection::vec("[a-z(){}; ]{0,12}", 0..4)).prop_map(|(depth, lines)| {
        Line::Region(depth, lines.into_iter().map(|line| format!("SECRET {line}")).collect())
    });
    prop::collection::vec(prop_oneof![4 => plain, 1 => mentions, 2 => region], 0..12)
}

/// The text of a cell, with a region at the end so that it is an answer.
fn cell(lines: &[Line]) -> String {
    let mut text = String::new();
    let region = |depth: usize, lines: &[String]| {
        let margin = "    ".repeat(depth);
        format!(
            "{margin}// BEGIN SOLUTION\n{}{margin}// END SOLUTION\n",
            lines.iter().map(|line| format!("{line}\n")).collect::<String>()
        )
    };
    for line in lines {
        match line {
            Line::Plain(line) => text += &format!("{line}\n"),
            Line::Region(depth, lines) => text += &region(*depth, lines),
        }
    }
    text + &region(0, &["SECRET".to_owned()])
}

fn strip_answer(text: &str) -> String {
    let source =
        Source::parse("p", &format!("// %% id=\"a\" gradus={{\"role\": \"answer\"}}\n{text}")).expect("a source");
    let question = Question { cell: "a".to_owned(), points: 1 };
    source.strip().clear().release(&[question]).expect("one cell").notebook().cells[0].source.clone()
}

proptest! {
    #[test]
    fn stripping_leaves_no_solution_and_every_other_line(lines in lines()) {
        let stripped = strip_answer(&cell(&lines));
        prop_assert!(!stripped.contains("SECRET"), "{stripped}");
        let kept: Vec<&str> = stripped.lines().filter(|line| !line.trim_start().starts_with("todo!(\"p: question 1\")")).collect();
        let plain: Vec<&str> = lines.iter().filter_map(|line| match line {
            Line::Plain(line) => Some(line.as_str()),
            Line::Region(..) => None,
        }).collect();
        prop_assert_eq!(kept, plain);
        let todos = stripped.lines().filter(|line| line.trim_start().starts_with("todo!")).count();
        prop_assert_eq!(todos, lines.iter().filter(|line| matches!(line, Line::Region(1.., _))).count());
    }

    #[test]
    fn stripping_twice_is_stripping_once(lines in lines()) {
        let stripped = strip_answer(&cell(&lines));
        // What students have is a source, too, in which nothing is left to strip.
        let again = Source::parse("p", &format!("// %% id=\"a\"\n{stripped}")).expect("a source");
        let released = again.strip().clear().release(&[]).expect("no answer cell");
        prop_assert_eq!(&released.notebook().cells[0].source, &stripped);
        prop_assert_eq!(&again.solution().cells[0].source, &stripped);
    }

    #[test]
    fn a_marker_too_many_is_named_by_its_line(lines in lines(), at in 0usize..12, begins in any::<bool>()) {
        let plain: Vec<Line> = lines.into_iter().filter(|line| matches!(line, Line::Plain(_))).collect();
        let at = at.min(plain.len());
        let marker = if begins { "// BEGIN SOLUTION" } else { "// END SOLUTION" };
        let mut broken = plain.clone();
        broken.insert(at, Line::Plain(marker.to_owned()));
        let text = format!("// %% [markdown]\n// # P\n\n// %% gradus={{\"role\": \"answer\"}}\n\n{}", cell(&broken));
        let error = Source::parse("p", &text).expect_err("a marker too many");
        let line = 6 + at;
        match error {
            SourceError::Nested { first, .. } => { prop_assert!(begins); prop_assert_eq!(first, line) }
            SourceError::NoBeginning { line: found, .. } => { prop_assert!(!begins); prop_assert_eq!(found, line) }
            other => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn no_text_makes_reading_panic(text in "(// %%( \\[markdown\\])?( gradus=\\{\"role\": \"(answer|written)\"\\})?\n|( {4})?(// )?(BEGIN|END) (SOLUTION|RUBRIC)\n|[a-z{}\"/ ]{0,9}\n){0,12}") {
        if let Ok(source) = Source::parse("p", &text) {
            let _ = source.reference();
            let _ = source.strip().clear();
        }
    }
}
