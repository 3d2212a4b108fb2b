//! Running cells: <https://jupyter-client.readthedocs.io/en/latest/messaging.html#execute>

use serde_json::json;

use crate::frontend::{Channel, Frontend, Options};

#[test]
fn a_cell_with_a_value() {
    let mut frontend = Frontend::start();
    let (reply, transcript) = frontend.run("print hello\\n\nvalue 42");
    assert_eq!(
        transcript,
        [
            "busy",
            r#"input 1 "print hello\\n\nvalue 42""#,
            r#"stdout "hello\n""#,
            r#"result 1 {"text/plain":"42"}"#,
            "idle"
        ]
    );
    assert_eq!(reply, json!({"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}));
}

#[test]
fn a_cell_that_fails() {
    let mut frontend = Frontend::start();
    let (reply, transcript) = frontend.run("fail no such thing");
    assert_eq!(transcript, ["busy", r#"input 1 "fail no such thing""#, "error E0000: no such thing", "idle"]);
    assert_eq!(reply["status"], "error");
    assert_eq!(reply["execution_count"], 1);
    assert_eq!(reply["ename"], "E0000");
    assert_eq!(reply["evalue"], "no such thing");
    assert_eq!(reply["traceback"], json!(["E0000: no such thing"]));
}

#[test]
fn cells_are_counted_whatever_their_end() {
    let mut frontend = Frontend::start();
    for (count, code) in [(1, "value 1"), (2, "fail"), (3, ""), (4, "value 4")] {
        let (reply, _) = frontend.run(code);
        assert_eq!(reply["execution_count"], count);
    }
}

#[test]
fn a_silent_cell_is_seen_by_nobody() {
    let mut frontend = Frontend::start();
    let request = frontend.execute_with("print a\nshow - b\nvalue 1", json!({"silent": true}));
    assert_eq!(frontend.transcript(&request), ["busy", "idle"]);
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["status"], "ok");
    let request = frontend.execute_with("fail", json!({"silent": true}));
    assert_eq!(frontend.transcript(&request), ["busy", "idle"]);
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["status"], "error");
    assert_eq!(frontend.run("").0["execution_count"], 1);
}

#[test]
fn a_cell_that_is_not_stored_has_no_number_of_its_own() {
    let mut frontend = Frontend::start();
    let request = frontend.execute_with("value 1", json!({"store_history": false}));
    assert_eq!(frontend.transcript(&request).len(), 4);
    frontend.reply(Channel::Shell, &request, "execute_reply");
    assert_eq!(frontend.run("").0["execution_count"], 1);
}

#[test]
fn expressions_are_evaluated_after_a_cell() {
    let mut frontend = Frontend::start();
    let fields = json!({"user_expressions": {"good": "value 8", "bad": "fail why", "nothing": ""}});
    let request = frontend.execute_with("value 1", fields.clone());
    frontend.transcript(&request);
    let reply = frontend.reply(Channel::Shell, &request, "execute_reply");
    assert_eq!(
        reply["user_expressions"],
        json!({
            "good": {"status": "ok", "data": {"text/plain": "8"}, "metadata": {}},
            "bad": {"status": "error", "ename": "E0000", "evalue": "why", "traceback": ["E0000: why"]},
            "nothing": {"status": "ok", "data": {}, "metadata": {}},
        })
    );
    let request = frontend.execute_with("fail", fields);
    frontend.transcript(&request);
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["user_expressions"], json!({}));
}

#[test]
fn a_failure_aborts_the_cells_that_wait_and_no_others() {
    let mut frontend = Frontend::start();
    let requests = ["pause\nfail", "value 2", "value 3"].map(|code| frontend.execute(code));
    let question = frontend.send(Channel::Shell, "is_complete_request", json!({"code": "x"}));
    assert_eq!(frontend.transcript(&requests[0]).last().map(String::as_str), Some("idle"));
    assert_eq!(frontend.transcript(&requests[1]), ["busy", "idle"]);
    assert_eq!(frontend.transcript(&requests[2]), ["busy", "idle"]);
    assert_eq!(frontend.transcript(&question), ["busy", "idle"]);
    for (request, status) in requests.iter().zip(["error", "aborted", "aborted"]) {
        assert_eq!(frontend.reply(Channel::Shell, request, "execute_reply")["status"], status);
    }
    frontend.reply(Channel::Shell, &question, "is_complete_reply");
    assert_eq!(frontend.run("value 4").0["execution_count"], 2);
}

#[test]
fn cells_go_on_after_a_failure_if_asked_to() {
    let mut frontend = Frontend::start();
    let first = frontend.execute_with("pause\nfail", json!({"stop_on_error": false}));
    let second = frontend.execute("value 2");
    frontend.transcript(&first);
    frontend.transcript(&second);
    assert_eq!(frontend.reply(Channel::Shell, &first, "execute_reply")["status"], "error");
    assert_eq!(frontend.reply(Channel::Shell, &second, "execute_reply")["status"], "ok");
}

#[test]
fn an_engine_that_breaks_is_answered_for() {
    let mut frontend = Frontend::start();
    let (reply, transcript) = frontend.run("break");
    assert_eq!(transcript, ["busy", r#"input 1 "break""#, "idle"]);
    assert_eq!(reply["status"], "error");
    assert_eq!(reply["ename"], "KernelFault");
    assert_eq!(frontend.run("value 2").0["status"], "ok");
}

#[test]
fn an_engine_that_does_not_start_says_so_in_each_cell() {
    let mut frontend = Frontend::start_with(Options { engine_starts: false, ..Options::default() });
    for _ in 0..2 {
        let (reply, _) = frontend.run("value 1");
        assert_eq!((&reply["ename"], &reply["evalue"]), (&json!("NoCompiler"), &json!("there is no compiler")));
    }
    assert_eq!(frontend.ask(Channel::Shell, "is_complete", json!({"code": "value"})), json!({"status": "complete"}));
}

#[test]
fn optional_fields_may_be_missing() {
    let mut frontend = Frontend::start();
    let request = frontend.send(Channel::Shell, "execute_request", json!({"code": "value 1"}));
    assert_eq!(frontend.transcript(&request).len(), 4);
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["execution_count"], 1);
}
