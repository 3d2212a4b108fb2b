//! What the kernel makes of a process for completion that is not there, fails, hangs or answers: shell scripts stand in.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use gradus_kernel::{AssistProcess, Assistant, Place};

const SESSION: &str = "/// Adds.\nfn add_two(a: i32) -> i32 {\n";
const READY: &str = "echo '{\"ready\":true}'; read question;";

fn assistant(script: &str) -> AssistProcess {
    AssistProcess::new("sh", ["-c", script].map(OsString::from), [])
}

fn place(code: &str) -> Place<'_> {
    Place { code, cursor: code.len(), session_source: SESSION }
}

/// Candidates for `code`, which must come quickly.
fn complete(assistant: &mut AssistProcess, code: &str) -> Vec<String> {
    let start = Instant::now();
    let found = assistant.complete(&place(code)).candidates;
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    found.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn without_the_program_the_sessions_names_are_known() {
    let mut assistant = AssistProcess::new("/nowhere/gradus-assist", [], []);
    assert_eq!(complete(&mut assistant, "add"), ["add_two"]);
    assert!(complete(&mut assistant, "add.").is_empty());
    let known = assistant.inspect(&place("add_two"), false).expect("the session's name");
    assert_eq!(known["text/plain"], "fn add_two(a: i32) -> i32\n\nAdds.");
    assert_eq!(complete(&mut assistant, ":ty"), ["type"]);
}

#[test]
fn a_program_that_fails_is_not_waited_for() {
    for script in
        ["exit 1", "echo no JSON", "echo '{}'", "echo '{\"ready\":true}'", "echo '{\"ready\":true}'; read q; kill $$"]
    {
        let mut assistant = assistant(script);
        for _ in 0..5 {
            assert_eq!(complete(&mut assistant, "add"), ["add_two"], "{script}");
            assert!(complete(&mut assistant, "x.").is_empty(), "{script}");
        }
    }
}

#[test]
fn while_the_program_loads_names_come_at_once() {
    let mut assistant = assistant("exec sleep 100");
    let start = Instant::now();
    assert_eq!(complete(&mut assistant, "add"), ["add_two"]);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_program_that_does_not_answer_is_given_up() {
    let mut assistant = assistant(&format!("{READY} exec sleep 100"));
    assert_eq!(complete(&mut assistant, "add"), ["add_two"]);
    // Nor one that does not even read.
    let mut assistant = self::assistant("echo '{\"ready\":true}'; exec sleep 100");
    assert!(complete(&mut assistant, &format!("x.{}", " ".repeat(1 << 20))).is_empty());
}

#[test]
fn answers_are_taken_if_they_fit_the_question() {
    let answer = r#"{"id":1,"start":2,"end":4,"candidates":[{"text":"push","kind":"function","signature":"fn(T)"}]}"#;
    let mut one = assistant(&format!("{READY} echo '{{\"id\":99}}'; echo '{answer}'; cat"));
    let found = one.complete(&place("v.pu"));
    assert_eq!((found.replaced, found.candidates[0].text.as_str()), (2..4, "push"));

    let answer = answer.replace("\"end\":4", "\"end\":40");
    let mut beyond = assistant(&format!("{READY} echo '{answer}'; cat"));
    assert!(complete(&mut beyond, "v.pu").is_empty());

    let answer = r#"{"id":1,"markdown":"```rust\nfn f()\n```\n\n---\n\nDoes."}"#.replace('\\', "\\\\");
    let mut two = assistant(&format!("{READY} echo '{answer}'; cat"));
    let found = two.inspect(&place("f"), true).expect("an answer");
    assert_eq!(found["text/plain"], "fn f()\n\n\n\nDoes.");
    assert_eq!(found["text/markdown"], "```rust\nfn f()\n```\n\n---\n\nDoes.");
}
