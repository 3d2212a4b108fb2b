//! What cells print and show: <https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-iopub-pub-sub-channel>

use crate::frontend::{Channel, Frontend, content, line, parent_id};

fn outputs(frontend: &mut Frontend, code: &str) -> Vec<String> {
    let (_, mut transcript) = frontend.run(code);
    assert_eq!(transcript.pop().as_deref(), Some("idle"));
    transcript.drain(..2);
    transcript
}

#[test]
fn streams_keep_their_order() {
    let mut frontend = Frontend::start();
    let outputs = outputs(&mut frontend, "print a\nprint b\\n\neprint c\nprint d\\r50%\\r100%");
    assert_eq!(outputs, [r#"stdout "ab\n""#, r#"stderr "c""#, r#"stdout "d\r50%\r100%""#]);
}

#[test]
fn displays_updates_and_streams_keep_their_order() {
    let mut frontend = Frontend::start();
    let outputs =
        outputs(&mut frontend, "print a\nshow - one\nshow bar two\nprint b\nupdate bar three\nclear wait\nclear");
    assert_eq!(
        outputs,
        [
            r#"stdout "a""#,
            r#"display_data {} {"text/html":"one"}"#,
            r#"display_data {"display_id":"bar"} {"text/html":"two"}"#,
            r#"stdout "b""#,
            r#"update_display_data {"display_id":"bar"} {"text/html":"three"}"#,
            "clear wait=true",
            "clear wait=false",
        ]
    );
}

#[test]
fn a_stream_is_live() {
    let mut frontend = Frontend::start();
    let request = frontend.execute("print early\nloop");
    // These lines can only be read here if they come while the cell runs.
    for expected in ["busy", r#"input 1 "print early\nloop""#, r#"stdout "early""#] {
        assert_eq!(line(&frontend.receive(Channel::Iopub)), expected);
    }
    let interrupt = frontend.send(Channel::Control, "interrupt_request", serde_json::json!({}));
    frontend.reply(Channel::Control, &interrupt, "interrupt_reply");
    frontend.reply(Channel::Shell, &request, "execute_reply");
    let mut idle = 0;
    while idle < 2 {
        idle += usize::from(line(&frontend.receive(Channel::Iopub)) == "idle");
    }
}

#[test]
fn a_flood_arrives_whole_and_before_idle() {
    let mut frontend = Frontend::start();
    let request = frontend.execute("flood 160\nvalue 1");
    let mut length = 0;
    loop {
        let message = frontend.receive(Channel::Iopub);
        match message.header.msg_type.as_str() {
            "stream" => length += content(&message)["text"].as_str().expect("text").len(),
            "execute_result" => assert_eq!(length, 160 << 16, "all text comes before the value"),
            "status" if line(&message) == "idle" => break,
            _ => {}
        }
    }
    assert_eq!(length, 160 << 16);
    frontend.reply(Channel::Shell, &request, "execute_reply");
}

#[test]
fn late_output_belongs_to_the_cell_that_caused_it() {
    let mut frontend = Frontend::start();
    let late = frontend.execute("late from a thread");
    frontend.transcript(&late);
    frontend.reply(Channel::Shell, &late, "execute_reply");
    frontend.run("value 2");
    let message = frontend.receive(Channel::Iopub);
    assert_eq!(line(&message), r#"stdout "from a thread""#);
    assert_eq!(parent_id(&message), late);
}
