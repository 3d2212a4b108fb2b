//! Requests that run no cell.

use std::ops::Range;

use bytes::Bytes;
use gradus_engine::MimeBundle;
use gradus_kernel::{Assistant, Candidate, Completions, Place};
use serde_json::json;

use crate::frontend::{Channel, Frontend, Options};

/// Offers the word that the session began with, and knows whatever the cursor is at.
struct Parrot;

impl Assistant for Parrot {
    fn complete(&mut self, place: &Place<'_>) -> Completions {
        let replaced: Range<usize> = place.code[..place.cursor].rfind(' ').map_or(0, |space| space + 1)..place.cursor;
        let text = place.session_source.split_whitespace().next().unwrap_or("nothing").to_owned();
        let candidate = Candidate { text, kind: "function".to_owned(), signature: "fn()".to_owned() };
        Completions { replaced, candidates: vec![candidate] }
    }

    fn inspect(&mut self, place: &Place<'_>, detail: bool) -> Option<MimeBundle> {
        (place.code != "unknown").then(|| [("text/plain".to_owned(), format!("{} {detail}", place.code))].into())
    }
}

fn with_parrot() -> Frontend {
    Frontend::start_with(Options { assistant: Box::new(Parrot), ..Options::default() })
}

#[test]
fn kernel_info() {
    let mut frontend = Frontend::start();
    for channel in [Channel::Shell, Channel::Control] {
        let reply = frontend.ask(channel, "kernel_info", json!({}));
        assert_eq!(reply["status"], "ok");
        assert_eq!(reply["protocol_version"], "5.4");
        assert_eq!(reply["implementation"], "gradus");
        assert_eq!(reply["language_info"]["name"], "rust");
        assert_eq!(reply["language_info"]["version"], "1.95.0");
        assert_eq!(reply["language_info"]["file_extension"], ".rs");
        assert_eq!(reply["supported_features"], json!([]));
    }
}

#[test]
fn is_complete() {
    let mut frontend = Frontend::start();
    for (code, expected) in [
        ("value 1", json!({"status": "complete"})),
        ("value", json!({"status": "incomplete", "indent": "  "})),
        (")", json!({"status": "invalid"})),
    ] {
        assert_eq!(frontend.ask(Channel::Shell, "is_complete", json!({"code": code})), expected);
    }
}

#[test]
fn completion_counts_characters() {
    let mut frontend = with_parrot();
    frontend.run("print hi");
    let reply = frontend.ask(Channel::Shell, "complete", json!({"code": "🦀é pri tail", "cursor_pos": 6}));
    assert_eq!(
        reply,
        json!({
            "status": "ok", "matches": ["print"], "cursor_start": 3, "cursor_end": 6,
            "metadata": {"_jupyter_types_experimental": [
                {"start": 3, "end": 6, "text": "print", "type": "function", "signature": "fn()"},
            ]},
        })
    );
}

#[test]
fn inspection() {
    let mut frontend = with_parrot();
    let known = json!({"code": "x", "cursor_pos": 1, "detail_level": 1});
    let expected = json!({"status": "ok", "found": true, "data": {"text/plain": "x true"}, "metadata": {}});
    assert_eq!(frontend.ask(Channel::Shell, "inspect", known), expected);
    let unknown = json!({"code": "unknown", "cursor_pos": 99});
    let expected = json!({"status": "ok", "found": false, "data": {}, "metadata": {}});
    assert_eq!(frontend.ask(Channel::Shell, "inspect", unknown), expected);
}

#[test]
fn documentation_opens_the_pager() {
    let mut frontend = with_parrot();
    let (reply, _) = frontend.run(":doc Vec::push");
    let page = json!([{"source": "page", "data": {"text/plain": "Vec::push true"}, "start": 0}]);
    assert_eq!((&reply["status"], &reply["payload"]), (&json!("ok"), &page));
    assert_eq!(frontend.run(":doc unknown").0["evalue"], "nothing is known of `unknown`");
}

#[test]
fn without_an_assistant_nothing_is_known() {
    let mut frontend = Frontend::start();
    let reply = frontend.ask(Channel::Shell, "complete", json!({"code": "abc", "cursor_pos": 2}));
    assert_eq!((&reply["matches"], &reply["cursor_start"], &reply["cursor_end"]), (&json!([]), &json!(2), &json!(2)));
    assert_eq!(frontend.ask(Channel::Shell, "inspect", json!({"code": "a", "cursor_pos": 1}))["found"], false);
}

#[test]
fn history_is_kept_between_sessions() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        let history = Some(folder.path().join("history.jsonl"));
        Frontend::start_with(Options { history, ..Options::default() })
    };
    let mut first = start();
    first.run("value 1");
    first.run("value 2");
    drop(first);
    let mut frontend = start();
    frontend.run("value 3");
    let silent = frontend.execute_with("value 4", json!({"store_history": false}));
    frontend.transcript(&silent);
    frontend.reply(Channel::Shell, &silent, "execute_reply");
    let mut ask = |content| frontend.ask(Channel::Shell, "history", content)["history"].clone();

    let tail = json!({"hist_access_type": "tail", "n": 2, "output": false, "raw": true});
    assert_eq!(ask(tail), json!([[1, 2, "value 2"], [2, 1, "value 3"]]));
    let range = json!({"hist_access_type": "range", "session": -1, "start": 1, "stop": 2, "output": true, "raw": true});
    assert_eq!(ask(range), json!([[1, 1, ["value 1", "1"]]]));
    let this_session = json!({"hist_access_type": "range", "output": false, "raw": true});
    assert_eq!(ask(this_session), json!([[2, 1, "value 3"]]));
    let search = json!({"hist_access_type": "search", "pattern": "value*", "n": 1, "output": false, "raw": true});
    assert_eq!(ask(search), json!([[2, 1, "value 3"]]));
}

#[test]
fn comms_are_closed_politely() {
    let mut frontend = Frontend::start();
    assert_eq!(frontend.ask(Channel::Shell, "comm_info", json!({})), json!({"status": "ok", "comms": {}}));
    let open = json!({"comm_id": "c1", "target_name": "jupyter.widget", "data": {}});
    let request = frontend.send(Channel::Shell, "comm_open", open);
    assert_eq!(frontend.transcript(&request), ["busy", r#"comm_close {"comm_id":"c1","data":{}}"#, "idle"]);
    for kind in ["comm_msg", "comm_close"] {
        let request = frontend.send(Channel::Shell, kind, json!({"comm_id": "c1", "data": {}}));
        assert_eq!(frontend.transcript(&request), ["busy", "idle"]);
    }
}

#[test]
fn debug_requests_are_answered() {
    let mut frontend = Frontend::start();
    let request = json!({"seq": 7, "type": "request", "command": "debugInfo"});
    let reply = frontend.ask(Channel::Control, "debug", request);
    assert_eq!(
        (&reply["success"], &reply["request_seq"], &reply["command"]),
        (&json!(false), &json!(7), &json!("debugInfo"))
    );
}

#[test]
fn connect_tells_five_ports() {
    let mut frontend = Frontend::start();
    let reply = frontend.ask(Channel::Shell, "connect", json!({}));
    assert!(reply["shell_port"].is_u64() && reply.as_object().is_some_and(|ports| ports.len() == 5), "{reply}");
}

#[test]
fn malformed_requests_are_answered_with_an_error() {
    let mut frontend = Frontend::start();
    for name in ["execute", "complete", "inspect", "history", "is_complete", "interrupt"] {
        let reply = frontend.ask(Channel::Shell, name, json!(["no", "object"]));
        assert_eq!((&reply["status"], &reply["ename"]), (&json!("error"), &json!("BadRequest")), "{name}");
    }
}

#[test]
fn unknown_requests_end_in_idle() {
    let mut frontend = Frontend::start();
    let request = frontend.send(Channel::Shell, "make_coffee_request", json!({}));
    assert_eq!(frontend.transcript(&request), ["busy", "idle"]);
}

#[test]
fn what_others_signed_or_garbled_is_ignored() {
    let mut frontend = Frontend::start();
    frontend.send_forged(Channel::Shell, "execute_request", json!({"code": "print forged"}));
    frontend.send_frames(Channel::Shell, vec![Bytes::from_static(b"garbage")]);
    frontend.send_frames(Channel::Control, vec![Bytes::from_static(b"<IDS|MSG>"), Bytes::new()]);
    assert_eq!(frontend.run("value 1").0["execution_count"], 1);
}

#[test]
fn a_heartbeat_is_an_echo() {
    let mut frontend = Frontend::start();
    assert_eq!(frontend.beat(b"some bytes"), b"some bytes");
    assert_eq!(frontend.beat(b"others"), b"others");
}
