//! The kernel as a whole: takes what comes from outside and hands it to whoever answers it.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;

use crate::assist::{self, Assist};
use crate::assistant::Assistant;
use crate::connection::Connection;
use crate::error::KernelError;
use crate::exchange::Request;
use crate::executor::{self, StartEngine, Work};
use crate::history::History;
use crate::iopub::{Backlog, Iopub};
use crate::log;
use crate::messages::kernel_info::Identity;
use crate::messages::status::{State as ExecutionState, Status};
use crate::messages::{
    comm_close, comm_info, comm_msg, comm_open, debug, history, input_reply, interrupt, kernel_info,
};
use crate::messages::{connect, shutdown};
use crate::parent::Parent;
use crate::sockets::{self, Incoming, Outgoing};
use crate::state::State;
use crate::wire::{Message, Session};

/// How often the kernel looks whether its parent still lives.
const PARENT_CHECK: Duration = Duration::from_millis(500);
/// How long the engine may take to let go of what runs.
const FAREWELL: Duration = Duration::from_secs(2);

/// Everything that a kernel is made of.
pub struct Kernel {
    /// What it says of itself.
    pub identity: Identity,
    /// The file that keeps the history between sessions, if any does.
    pub history: Option<PathBuf>,
    /// What helps while a cell is written.
    pub assistant: Box<dyn Assistant>,
    /// Makes what evaluates cells.
    pub engine: StartEngine,
}

impl Kernel {
    /// Serves frontends until one asks to shut down, a signal does, or the process that started the kernel dies.
    ///
    /// # Errors
    /// When it cannot listen where the connection says. A failure of the engine is no error: the kernel lives and
    /// tells it in each cell.
    pub fn run(self, connection: &Connection) -> Result<(), KernelError> {
        let session = Arc::new(Session::new("kernel", &connection.key));
        let backlog = Arc::new(Backlog::default());
        let (incoming_sender, incoming) = channel();
        let (outgoing, sockets) = sockets::open(connection, &session, backlog.clone(), incoming_sender)?;
        let Outgoing { shell, control, stdin, iopub } = outgoing;
        let state = Arc::new(State {
            identity: self.identity,
            session: session.clone(),
            iopub: Iopub::new(session, iopub, backlog),
            ports: connection.ports(),
            stdin,
            history: Mutex::new(History::open(self.history)),
            interrupter: OnceLock::new(),
            session_source: Mutex::new(Arc::from("")),
            question: Mutex::new(None),
            cells: Mutex::default(),
        });
        state.iopub.publish(None, &Status { execution_state: ExecutionState::Starting });
        let assist = assist::start(state.clone(), self.assistant);
        let (work, executor) = executor::start(state.clone(), assist.clone(), self.engine);
        let dispatcher = Dispatcher { state: state.clone(), shell, control, work: work.clone(), assist };

        let parent = Parent::of_this_process();
        loop {
            match incoming.recv_timeout(PARENT_CHECK) {
                Ok(incident) => {
                    if dispatcher.take(incident).is_break() {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if parent.is_gone() {
                break;
            }
        }

        state.interrupt();
        let _ = work.send(Work::Stop);
        wait_for(&executor, FAREWELL);
        state.iopub.end();
        let _ = sockets.join();
        Ok(())
    }
}

/// Whether to go on.
type Next = std::ops::ControlFlow<()>;

/// Hands each request to whoever answers it. What is answered here takes no time, so nothing waits for a cell.
struct Dispatcher {
    state: Arc<State>,
    shell: UnboundedSender<Vec<Bytes>>,
    control: UnboundedSender<Vec<Bytes>>,
    work: Sender<Work>,
    assist: Sender<Assist>,
}

impl Dispatcher {
    fn take(&self, incident: Incoming) -> Next {
        match incident {
            Incoming::Shell(message) => self.dispatch(message, &self.shell),
            Incoming::Control(message) => self.dispatch(message, &self.control),
            Incoming::Stdin(message) => {
                input_reply::take(&self.state, &message);
                Next::Continue(())
            }
            Incoming::InterruptSignal => {
                self.state.interrupt();
                Next::Continue(())
            }
            Incoming::TerminateSignal => Next::Break(()),
        }
    }

    fn dispatch(&self, message: Message, channel: &UnboundedSender<Vec<Bytes>>) -> Next {
        let state = &*self.state;
        let request = Request::new(message, state.session.clone(), channel.clone());
        match request.message.header.msg_type.as_str() {
            "execute_request" => drop(self.work.send(Work::Execute(request))),
            "is_complete_request" => drop(self.work.send(Work::IsComplete(request))),
            "complete_request" => drop(self.assist.send(Assist::Complete(request))),
            "inspect_request" => drop(self.assist.send(Assist::Inspect(request))),
            "kernel_info_request" => kernel_info::answer(state, &request),
            "connect_request" => connect::answer(state, &request),
            "history_request" => history::answer(state, &request),
            "comm_info_request" => comm_info::answer(state, &request),
            "comm_open" => comm_open::take(state, &request),
            "comm_msg" => comm_msg::take(state, &request),
            "comm_close" => comm_close::take(state, &request),
            "debug_request" => debug::answer(state, &request),
            "interrupt_request" => interrupt::answer(state, &request),
            "shutdown_request" => {
                shutdown::answer(state, &request);
                return Next::Break(());
            }
            unknown => {
                log(&format!("a message of unknown type {unknown:?} was ignored"));
                request.acknowledge(&state.iopub, |_: serde_json::Value| ());
            }
        }
        Next::Continue(())
    }
}

fn wait_for(thread: &JoinHandle<()>, patience: Duration) {
    let end = Instant::now() + patience;
    while !thread.is_finished() && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
}
