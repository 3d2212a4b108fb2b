//! Cells that ask the user: <https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-stdin-router-dealer-channel>

use serde_json::json;

use crate::frontend::{Channel, Frontend, content, parent_id};

fn asked(frontend: &mut Frontend) -> String {
    let request = frontend.execute_with("ask your name? ", json!({"allow_stdin": true}));
    let question = frontend.receive(Channel::Stdin);
    assert_eq!(question.header.msg_type, "input_request");
    assert_eq!(parent_id(&question), request);
    assert_eq!(content(&question), json!({"prompt": "your name? ", "password": false}));
    request
}

#[test]
fn a_question_is_answered() {
    let mut frontend = Frontend::start();
    let request = asked(&mut frontend);
    frontend.send(Channel::Stdin, "input_reply", json!({"value": "Ada", "status": "ok"}));
    assert_eq!(frontend.transcript(&request)[2], r#"stdout "got Ada\n""#);
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["status"], "ok");
}

#[test]
fn a_question_nobody_can_answer_is_not_asked() {
    let mut frontend = Frontend::start();
    let (reply, _) = frontend.run("ask who? ");
    assert_eq!(reply["evalue"], "nobody can answer");
}

#[test]
fn an_interrupt_ends_the_wait_for_an_answer() {
    let mut frontend = Frontend::start();
    let request = asked(&mut frontend);
    let interrupt = frontend.send(Channel::Control, "interrupt_request", json!({}));
    frontend.reply(Channel::Control, &interrupt, "interrupt_reply");
    assert_eq!(frontend.reply(Channel::Shell, &request, "execute_reply")["evalue"], "no answer");
    let published = |frontend: &mut Frontend| content(&frontend.receive(Channel::Iopub))["execution_state"].clone();
    let mut idle = 0;
    while idle < 2 {
        idle += usize::from(published(&mut frontend) == "idle");
    }
    // An answer that comes too late is nobody's.
    frontend.send(Channel::Stdin, "input_reply", json!({"value": "late", "status": "ok"}));
    assert_eq!(frontend.run("value 2").1.len(), 4);
}
