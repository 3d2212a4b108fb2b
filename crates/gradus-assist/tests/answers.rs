//! The program as the kernel uses it: lines in, lines out.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// As the engine writes it.
const SESSION: &str = "use std::collections::HashMap;\n\
    /// Adds two numbers.\n///\n/// # Examples\n///\n/// One and one is two.\nfn add_two(a: i32, b: i32) -> i32 { a + b }\n\
    struct Net { weights: Vec<f64>, bias: f64 }\n\
    impl Net { fn forward(&self) -> f64 { self.bias } }\n\
    let net: Net;\nlet train_images: Vec<f64>;\nlet counts: ::std::collections::HashMap<String, usize>;\n\
    let w: ::ndarray::ArrayBase<::ndarray::OwnedRepr<f64>, ::ndarray::Dim<[usize; 2]>>;\n";

struct Program {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gradus-assist"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (questions, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut program = Self { child, questions, answers };
        assert_eq!(program.read(), json!({ "ready": true }));
        program
    }

    fn say(&mut self, line: &[u8]) {
        self.questions.write_all(line).unwrap();
        self.questions.write_all(b"\n").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// `code` has its cursor at `|`.
    fn ask(&mut self, ask: &str, session: &str, code: &str, detail: bool) -> Value {
        let cursor = code.find('|').unwrap();
        let code = code.replacen('|', "", 1);
        let question =
            json!({ "id": 7, "ask": ask, "session": session, "code": code, "cursor": cursor, "detail": detail });
        self.say(question.to_string().as_bytes());
        let answer = self.read();
        assert_eq!(answer["id"], 7);
        assert!(answer.get("error").is_none(), "{code}: {answer}");
        answer
    }

    fn texts(&mut self, session: &str, code: &str) -> Vec<String> {
        let answer = self.ask("complete", session, code, false);
        let candidates = answer["candidates"].as_array().unwrap_or_else(|| panic!("{answer}"));
        candidates.iter().map(|candidate| candidate["text"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn offers(&mut self, session: &str, code: &str, wanted: &str) {
        let found = self.texts(session, code);
        assert!(found.iter().any(|text| text == wanted), "{code}: {found:?}");
    }

    fn documentation(&mut self, session: &str, code: &str) -> String {
        self.ask("inspect", session, code, false)["markdown"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process for the tests that need the libraries, since loading takes seconds.
fn program() -> MutexGuard<'static, Program> {
    static PROGRAM: LazyLock<Mutex<Program>> = LazyLock::new(|| {
        Mutex::new(Program::start(&["gradus-prelude", "gradus_nn", "gradus_check", "ndarray", "rand", "plotters"]))
    });
    PROGRAM.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn the_standard_library() {
    let mut program = program();
    assert_eq!(program.texts("", "let v: Vec<i32> = Vec::wi|"), ["with_capacity"]);
    assert_eq!(program.texts("", "std::collections::HashMa|"), ["HashMap"]);
    program.offers("", "String::from_utf8_los|", "from_utf8_lossy");
    program.offers("", "printl|", "println!");
    program.offers("", "vec![1, 2].iter().ma|", "map");
}

#[test]
fn methods_and_fields_of_the_sessions_variables() {
    let mut program = program();
    program.offers(SESSION, "train_images.ite|", "iter");
    program.offers(SESSION, "w.sum_a|", "sum_axis");
    program.offers(SESSION, "w.shap|", "shape");
    program.offers(SESSION, "counts.entr|", "entry");
    program.offers(SESSION, "net.|", "forward");
    program.offers(SESSION, "net.|", "weights");
    program.offers(SESSION, "let total = train_images.len(); total.checked_a|", "checked_add");
    program.offers(SESSION, "for image in &train_images { image.sqr|", "sqrt");
    let answer = program.ask("complete", SESSION, "train_im|", false);
    assert_eq!(answer["candidates"][0], json!({ "text": "train_images", "kind": "variable", "signature": "Vec<f64>" }));
}

#[test]
fn paths_of_the_courses_library() {
    let mut program = program();
    program.offers("", "gradus_nn::softmax::softmax_l|", "softmax_loss");
    program.offers("", "use ndarray::Arr|", "Array2");
    program.offers("use ndarray::Array2;", "Array2::<f64>::zer|", "zeros");
    program.offers("", "show_i|", "show_images");
    assert!(program.documentation("", "gradus_nn::softmax::softmax_loss|").contains("loss"));
    // What the library links for itself is no business of cells.
    assert!(program.texts("", "libloadin|").is_empty());
}

#[test]
fn documentation_and_its_detail() {
    let mut program = program();
    let first = program.documentation(SESSION, "add_tw|o(1, 2)");
    assert!(first.contains("fn add_two(a: i32, b: i32) -> i32") && first.contains("Adds two numbers."), "{first}");
    assert!(!first.contains("One and one"), "{first}");
    let all = program.ask("inspect", SESSION, "add_two|", true);
    assert!(all["markdown"].as_str().unwrap().contains("One and one is two."), "{all}");
    assert!(program.documentation(SESSION, "add_two(1, |)").contains("Adds two numbers."));
    assert!(program.documentation(SESSION, "train_images|").contains("Vec<f64>"));
    assert!(program.documentation("", "std::collections::Hash|Map::<i32, i32>::new()").contains("HashMap"));
    assert!(program.documentation("", "Vec::push|").contains("Appends an element"));
    assert!(program.documentation("", "println!|").contains("Prints to the standard output"));
    assert_eq!(program.documentation("", "nothing_of_this_name|"), "");
}

#[test]
fn cursors_in_the_middle_and_behind_letters_of_several_bytes() {
    let mut program = program();
    program.offers("", "let q = Vec::<i32>::with_cap|; q.len()", "with_capacity");
    program.offers(SESSION, "train_images.it|er().count()", "iter");
    let before = "let s = \"🦀🦀 日本\"; let vv: Vec<i32> = Vec::";
    let answer = program.ask("complete", "", &format!("{before}with_cap|"), false);
    assert_eq!((&answer["start"], &answer["end"]), (&json!(before.len()), &json!(before.len() + "with_cap".len())));
    assert_eq!(answer["candidates"][0]["text"], "with_capacity");
}

#[test]
fn broken_and_repeated_code() {
    let mut program = program();
    program.offers(SESSION, "for i in 0..3 { if true { train_images.pus|", "push");
    program.offers(SESSION, "let = ; fn ( } ]\ntrain_images.pus|", "push");
    program.offers(SESSION, "let x = foo(1, \ntrain_images.pus|", "push");
    // A cell that is run once more, changed, counts, and not what it had defined before.
    program.offers(SESSION, "struct Net { depth: usize }\nlet net = Net { depth: 1 };\nnet.dep|", "depth");
    program.offers(SESSION, ":dep regex = \"1\"\n:type train_images.pus|", "push");
    for code in ["|", "|}", "\"|", "'|", "/* |", "🦀|", ".|", "::|", "r#\"|", "#[|", "|\u{0}"] {
        program.ask("complete", SESSION, code, false);
        program.ask("inspect", SESSION, code, true);
    }
    assert!(program.texts("", "__c|").is_empty(), "the file around the cell shows");
}

#[test]
fn answers_are_fast_once_the_libraries_are_loaded() {
    let mut program = program();
    program.offers(SESSION, "w.su|", "sum");
    let mut times: Vec<Duration> = (0..9)
        .map(|number| {
            let start = Instant::now();
            program.offers(SESSION, &format!("let number = {number};\nw.su|"), "sum");
            start.elapsed()
        })
        .collect();
    times.sort();
    assert!(times[4] < Duration::from_millis(500), "{times:?}");
}

#[test]
fn garbage_is_told_and_survived() {
    let mut program = Program::start(&[]);
    for line in [&b"no JSON"[..], b"", b"{}", b"[]", b"\xff\xfe", b"{\"ask\":\"complete\",\"code\":1,\"cursor\":0}"] {
        program.say(line);
        assert!(program.read()["error"].is_string());
    }
    for cursor in [1, 3, usize::MAX] {
        program.say(json!({ "ask": "complete", "code": "é", "cursor": cursor }).to_string().as_bytes());
        assert!(program.read()["error"].is_string());
    }
    assert_eq!(program.texts("", "std::collections::HashMa|"), ["HashMap"]);
}

#[test]
fn it_ends_with_its_input_and_knows_a_wrong_command_line() {
    let mut program =
        Command::new(env!("CARGO_BIN_EXE_gradus-assist")).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    assert!(program.wait().unwrap().success());
    let output = Command::new(env!("CARGO_BIN_EXE_gradus-assist")).arg("--help").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: gradus-assist"));
}
