//! Interrupt and end, and what is answered while a cell runs.

use serde_json::json;

use crate::frontend::{Channel, Frontend, line, parent_id};

/// A cell that runs until it is interrupted, with what is published at its beginning read.
fn endless_cell(frontend: &mut Frontend) -> String {
    let cell = frontend.execute("loop");
    assert_eq!(line(&frontend.receive(Channel::Iopub)), "busy");
    assert_eq!(line(&frontend.receive(Channel::Iopub)), r#"input 1 "loop""#);
    cell
}

/// Interrupts, and reads everything up to the cell's idle and the interrupt's.
fn interrupt(frontend: &mut Frontend, cell: &str) -> serde_json::Value {
    let request = frontend.send(Channel::Control, "interrupt_request", json!({}));
    assert_eq!(frontend.reply(Channel::Control, &request, "interrupt_reply"), json!({"status": "ok"}));
    let mut idle = Vec::new();
    while idle.len() < 2 {
        let message = frontend.receive(Channel::Iopub);
        if line(&message) == "idle" {
            idle.push(parent_id(&message).to_owned());
        }
    }
    idle.sort_by_key(|id| id != cell);
    assert_eq!(idle, [cell, request.as_str()]);
    frontend.reply(Channel::Shell, cell, "execute_reply")
}

#[test]
fn an_interrupt_stops_a_cell() {
    let mut frontend = Frontend::start();
    let cell = endless_cell(&mut frontend);
    assert_eq!(interrupt(&mut frontend, &cell)["ename"], "interrupted");
    assert_eq!(frontend.run("value 2").0["status"], "ok");
}

#[test]
fn an_interrupt_aborts_the_cells_that_wait() {
    let mut frontend = Frontend::start();
    let cell = endless_cell(&mut frontend);
    let waiting = frontend.execute_with("value 2", json!({"stop_on_error": false}));
    // The answer shows that the cell before it has arrived.
    while_running(&mut frontend, &cell, Channel::Shell, "comm_info");
    assert_eq!(interrupt(&mut frontend, &cell)["status"], "error");
    assert_eq!(frontend.transcript(&waiting), ["busy", "idle"]);
    assert_eq!(frontend.reply(Channel::Shell, &waiting, "execute_reply"), json!({"status": "aborted"}));
}

#[test]
fn an_interrupt_of_nothing_is_harmless() {
    let mut frontend = Frontend::start();
    assert_eq!(frontend.ask(Channel::Control, "interrupt", json!({})), json!({"status": "ok"}));
    assert_eq!(frontend.run("value 1").0["status"], "ok");
}

/// Asks something while a cell runs; the last state that is published must be the cell's.
fn while_running(frontend: &mut Frontend, cell: &str, channel: Channel, name: &str) {
    let request = frontend.send(channel, &format!("{name}_request"), json!({"code": "a", "cursor_pos": 1}));
    assert_eq!(frontend.transcript(&request), ["busy", "idle"]);
    let again = frontend.receive(Channel::Iopub);
    assert_eq!((line(&again).as_str(), parent_id(&again)), ("busy", cell));
    frontend.reply(channel, &request, &format!("{name}_reply"));
}

#[test]
fn much_is_answered_while_a_cell_runs() {
    let mut frontend = Frontend::start();
    let cell = endless_cell(&mut frontend);
    while_running(&mut frontend, &cell, Channel::Control, "kernel_info");
    while_running(&mut frontend, &cell, Channel::Shell, "complete");
    while_running(&mut frontend, &cell, Channel::Shell, "inspect");
    assert_eq!(frontend.beat(b"alive?"), b"alive?");
    interrupt(&mut frontend, &cell);
}

#[test]
fn a_shutdown_is_told_to_everybody() {
    let mut frontend = Frontend::start();
    let request = frontend.send(Channel::Control, "shutdown_request", json!({"restart": true}));
    let expected = r#"shutdown_reply {"restart":true,"status":"ok"}"#;
    assert_eq!(frontend.transcript(&request), ["busy", expected, "idle"]);
    let reply = frontend.reply(Channel::Control, &request, "shutdown_reply");
    assert_eq!(reply, json!({"status": "ok", "restart": true}));
    frontend.kernel_ends();
}

#[test]
fn a_shutdown_ends_a_running_cell() {
    let mut frontend = Frontend::start();
    let cell = endless_cell(&mut frontend);
    let request = frontend.send(Channel::Control, "shutdown_request", json!({}));
    frontend.reply(Channel::Control, &request, "shutdown_reply");
    assert_eq!(frontend.reply(Channel::Shell, &cell, "execute_reply")["status"], "error");
    frontend.kernel_ends();
    let mut idle = 0;
    while idle < 2 {
        idle += usize::from(line(&frontend.receive(Channel::Iopub)) == "idle");
    }
}
