//! The program as the kernel uses it: lines in, lines out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Helper {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Helper {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gradus-assist"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (questions, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut helper = Self { child, questions, answers };
        assert_eq!(helper.read(), json!({ "ready": true }));
        helper
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// `code` has its cursor at `|`.
    fn ask(&mut self, ask: &str, session: &str, code: &str) -> Value {
        let cursor = code.find('|').unwrap();
        let code = code.replacen('|', "", 1);
        let question = json!({ "id": 7, "ask": ask, "session": session, "code": code, "cursor": cursor });
        writeln!(self.questions, "{question}").unwrap();
        let answer = self.read();
        assert_eq!(answer["id"], 7);
        answer
    }

    fn texts(&mut self, session: &str, code: &str) -> Vec<String> {
        let answer = self.ask("complete", session, code);
        let candidates = answer["candidates"].as_array().unwrap_or_else(|| panic!("{answer}"));
        candidates.iter().map(|candidate| candidate["text"].as_str().unwrap().to_owned()).collect()
    }

    fn documentation(&mut self, session: &str, code: &str) -> String {
        self.ask("inspect", session, code)["markdown"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process for all of them, since loading takes seconds.
#[test]
fn cells_are_completed_and_explained() {
    let mut helper = Helper::start(&["--package", "gradus-nn"]);

    // Of the standard library, and of no more than fits.
    assert_eq!(helper.texts("", "let v: Vec<i32> = Vec::wi|"), ["with_capacity"]);
    assert_eq!(helper.texts("", "std::collections::HashMa|"), ["HashMap"]);
    let methods = helper.texts("let numbers: Vec<i32>;", "numbers.ite|");
    assert!(methods.contains(&"iter".to_owned()), "{methods:?}");

    // In the middle of a cell, and behind letters of several bytes.
    let middle = helper.texts("", "let q = Vec::<i32>::with_cap|; q.len()");
    assert!(middle.contains(&"with_capacity".to_owned()), "{middle:?}");
    let answer = helper.ask("complete", "", "let s = \"🦀🦀 日本\"; let vv: Vec<i32> = Vec::with_cap|");
    let start = "let s = \"🦀🦀 日本\"; let vv: Vec<i32> = Vec::".len();
    assert_eq!((&answer["start"], &answer["end"]), (&json!(start), &json!(start + "with_cap".len())));

    // Of the session: variables with their types, fields, functions with their documentation.
    let session = "/// Adds two numbers.\nfn add_two(a: i32, b: i32) -> i32 { a + b }\nstruct Net { weights: Vec<f64>, bias: f64 }\n\
                   let net: Net;\nlet train_images: Vec<f64>;";
    let answer = helper.ask("complete", session, "train_im|");
    assert_eq!(answer["candidates"][0], json!({ "text": "train_images", "kind": "variable", "signature": "Vec<f64>" }));
    let fields = helper.texts(session, "net.|");
    assert!(fields.contains(&"weights".to_owned()) && fields.contains(&"bias".to_owned()), "{fields:?}");
    assert!(helper.documentation(session, "add_tw|o(1, 2)").contains("Adds two numbers."));
    assert!(helper.documentation(session, "add_two(1, |)").contains("Adds two numbers."));
    assert!(helper.documentation(session, "train_images|").contains("Vec<f64>"));
    assert!(helper.documentation("", "std::collections::Hash|Map::<i32, i32>::new()").contains("HashMap"));

    // Of the course's libraries.
    let arrays = helper.texts("let w: ndarray::Array2<f64>;", "w.sum_a|");
    assert!(arrays.contains(&"sum_axis".to_owned()), "{arrays:?}");
    let layers = helper.texts("", "gradus_nn::softmax::softmax_l|");
    assert!(layers.contains(&"softmax_loss".to_owned()), "{layers:?}");
    assert!(helper.documentation("", "gradus_nn::softmax::softmax_loss|").contains("loss"));

    // Nothing of the file around the cell.
    assert!(helper.texts("", "__c|").is_empty());
    assert!(helper.ask("complete", "", "|").get("error").is_none());
}

#[test]
fn wrong_questions_are_told_and_survived() {
    let mut helper = Helper::start(&[]);
    writeln!(helper.questions, "no JSON").unwrap();
    assert!(helper.read()["error"].is_string());
    let question = json!({ "ask": "complete", "code": "é", "cursor": 1 });
    writeln!(helper.questions, "{question}").unwrap();
    assert!(helper.read()["error"].is_string());
    assert_eq!(helper.texts("", "std::collections::HashMa|"), ["HashMap"]);
}
