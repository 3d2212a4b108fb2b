//! The signal that asks to interrupt. It reaches every kernel of a process, so it has a process of its own.

#[expect(dead_code, reason = "this test needs a part of it")]
#[path = "protocol/frontend.rs"]
mod frontend;
#[path = "protocol/test_engine.rs"]
mod test_engine;

use frontend::{Channel, Frontend, line};
use rustix::process::{Signal, getpid, kill_process};

#[test]
fn a_signal_interrupts_a_cell_and_nothing_else() {
    let mut frontend = Frontend::start();
    kill_process(getpid(), Signal::INT).expect("a signal to this process");
    assert_eq!(frontend.run("value 1").0["status"], "ok");

    let cell = frontend.execute("loop");
    assert_eq!(line(&frontend.receive(Channel::Iopub)), "busy");
    assert_eq!(line(&frontend.receive(Channel::Iopub)), r#"input 2 "loop""#);
    kill_process(getpid(), Signal::INT).expect("a signal to this process");
    let reply = frontend.reply(Channel::Shell, &cell, "execute_reply");
    assert_eq!(reply["ename"], "interrupted");
    assert_eq!(frontend.transcript(&cell), ["error interrupted: stopped by the user", "idle"]);
}
