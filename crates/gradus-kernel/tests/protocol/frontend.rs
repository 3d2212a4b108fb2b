//! A frontend in miniature that accounts for every message: what a test does not ask for makes it fail.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use gradus_kernel::wire::{Header, Message, Session};
use gradus_kernel::{Assistant, Connection, Identity, Kernel, KernelError, NoAssistant};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use zeromq::prelude::*;
use zeromq::util::PeerIdentity;
use zeromq::{DealerSocket, ReqSocket, SocketOptions, SubSocket, ZmqMessage};

use crate::test_engine::TestEngine;

/// Long enough for a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to wait for messages that should not come.
const SILENCE: Duration = Duration::from_millis(100);

/// A kernel on a thread, and a frontend that is connected to it.
pub struct Frontend {
    runtime: Runtime,
    session: Session,
    sockets: Sockets,
    kernel: Option<JoinHandle<Result<(), KernelError>>>,
}

struct Sockets {
    shell: DealerSocket,
    control: DealerSocket,
    stdin: DealerSocket,
    iopub: SubSocket,
    heartbeat: ReqSocket,
}

/// A channel on which messages come.
#[derive(Debug, Clone, Copy)]
pub enum Channel {
    Shell,
    Control,
    Stdin,
    Iopub,
}

/// How a kernel is made that is not the usual one of the tests.
pub struct Options {
    pub history: Option<PathBuf>,
    pub assistant: Box<dyn Assistant>,
    pub engine_starts: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { history: None, assistant: Box::new(NoAssistant), engine_starts: true }
    }
}

impl Frontend {
    /// Starts the usual kernel of the tests and connects to it.
    pub fn start() -> Self {
        Self::start_with(Options::default())
    }

    /// Starts a kernel, connects, and reads the welcome.
    pub fn start_with(options: Options) -> Self {
        let connection = Connection::on_free_ports().expect("free ports");
        let kernel = Kernel {
            identity: Identity {
                version: "1".to_owned(),
                language_version: "1.95.0".to_owned(),
                banner: "a kernel under test".to_owned(),
            },
            history: options.history,
            assistant: options.assistant,
            engine: if options.engine_starts {
                Box::new(|events| Ok(Box::new(TestEngine::new(events))))
            } else {
                Box::new(|_| Err(crate::test_engine::error("NoCompiler", "there is no compiler")))
            },
        };
        let served = connection.clone();
        let kernel = thread::spawn(move || kernel.run(&served));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sockets = runtime.block_on(Sockets::connect(&connection));
        let session = Session::new("tester", &connection.key);
        let mut frontend = Self { runtime, session, sockets, kernel: Some(kernel) };
        let welcome = frontend.receive(Channel::Iopub);
        assert_eq!(welcome.header.msg_type, "iopub_welcome");
        assert_eq!(content(&welcome), json!({"subscription": ""}));
        assert!(welcome.parent.is_none());
        frontend
    }

    /// Sends a request and tells its id.
    pub fn send(&mut self, channel: Channel, msg_type: &str, content: Value) -> String {
        let header = self.session.header(msg_type);
        self.send_frames(channel, self.session.encode(&[], &header, None, &content));
        header.msg_id
    }

    /// Sends a request that was signed with another key.
    pub fn send_forged(&mut self, channel: Channel, msg_type: &str, content: Value) {
        let forger = Session::new("forger", "another key");
        self.send_frames(channel, forger.encode(&[], &forger.header(msg_type), None, &content));
    }

    /// Sends frames as they are.
    pub fn send_frames(&mut self, channel: Channel, frames: Vec<Bytes>) {
        let message = ZmqMessage::try_from(frames).expect("some frames");
        let socket = match channel {
            Channel::Shell => &mut self.sockets.shell,
            Channel::Control => &mut self.sockets.control,
            Channel::Stdin => &mut self.sockets.stdin,
            Channel::Iopub => panic!("a frontend says nothing on IOPub"),
        };
        self.runtime.block_on(socket.send(message)).expect("the kernel listens");
    }

    /// Asks to run a cell.
    pub fn execute(&mut self, code: &str) -> String {
        self.execute_with(code, json!({}))
    }

    /// Asks to run a cell with fields that are not the usual ones.
    pub fn execute_with(&mut self, code: &str, fields: Value) -> String {
        let mut content = json!({"code": code, "silent": false, "store_history": true, "allow_stdin": false});
        let fields = fields.as_object().expect("fields").clone();
        content.as_object_mut().expect("an object").extend(fields);
        self.send(Channel::Shell, "execute_request", content)
    }

    /// The next message of a channel.
    pub fn receive(&mut self, channel: Channel) -> Message {
        self.receive_within(channel, PATIENCE).unwrap_or_else(|| panic!("nothing came on {channel:?}"))
    }

    /// The reply to a request: nothing else may be on its channel. Gives its content.
    pub fn reply(&mut self, channel: Channel, request: &str, msg_type: &str) -> Value {
        let message = self.receive(channel);
        assert_eq!(message.header.msg_type, msg_type);
        assert_eq!(parent_id(&message), request, "the reply is to another request");
        assert_eq!(message.parent.as_ref().map(|parent| parent.username.as_str()), Some("tester"));
        assert_eq!(message.header.version, "5.4");
        content(&message)
    }

    /// What is published for a request, from busy to idle, one line a message. Text that was split in two because time
    /// had passed is put together again.
    pub fn transcript(&mut self, request: &str) -> Vec<String> {
        let mut contents: Vec<(String, Value)> = Vec::new();
        loop {
            let message = self.receive(Channel::Iopub);
            assert_eq!(parent_id(&message), request, "a {} of another request", message.header.msg_type);
            let (kind, content) = (message.header.msg_type.clone(), content(&message));
            let end = content["execution_state"] == "idle";
            match contents.last_mut() {
                Some((last, before)) if last == "stream" && kind == "stream" && before["name"] == content["name"] => {
                    let text = |content: &Value| content["text"].as_str().unwrap_or_default().to_owned();
                    before["text"] = (text(before) + &text(&content)).into();
                }
                _ => contents.push((kind, content)),
            }
            if end {
                return contents.iter().map(|(kind, content)| describe(kind, content)).collect();
            }
        }
    }

    /// Runs a cell; gives the reply's content and the transcript.
    pub fn run(&mut self, code: &str) -> (Value, Vec<String>) {
        let request = self.execute(code);
        let transcript = self.transcript(&request);
        (self.reply(Channel::Shell, &request, "execute_reply"), transcript)
    }

    /// Asks something that has nothing but a reply, between busy and idle.
    pub fn ask(&mut self, channel: Channel, name: &str, content: Value) -> Value {
        let request = self.send(channel, &format!("{name}_request"), content);
        assert_eq!(self.transcript(&request), ["busy", "idle"]);
        self.reply(channel, &request, &format!("{name}_reply"))
    }

    /// What comes back on the heartbeat channel.
    pub fn beat(&mut self, bytes: &'static [u8]) -> Vec<u8> {
        let heartbeat = &mut self.sockets.heartbeat;
        let echo = self.runtime.block_on(async {
            heartbeat.send(Bytes::from_static(bytes).into()).await.expect("the kernel listens");
            tokio::time::timeout(PATIENCE, heartbeat.recv()).await.expect("a beat").expect("a message")
        });
        echo.into_vec().concat()
    }

    /// Waits for the end of the kernel, which something else has caused.
    pub fn kernel_ends(&mut self) {
        let kernel = self.kernel.take().expect("the kernel runs");
        let (ended, end) = mpsc::channel();
        thread::spawn(move || ended.send(kernel.join()));
        let result = end.recv_timeout(PATIENCE).expect("the kernel ends");
        result.expect("the kernel does not panic").expect("the kernel could listen");
    }

    fn receive_within(&mut self, channel: Channel, patience: Duration) -> Option<Message> {
        let sockets = &mut self.sockets;
        let frames = self.runtime.block_on(async {
            tokio::time::timeout(patience, async {
                match channel {
                    Channel::Shell => sockets.shell.recv().await,
                    Channel::Control => sockets.control.recv().await,
                    Channel::Stdin => sockets.stdin.recv().await,
                    Channel::Iopub => sockets.iopub.recv().await,
                }
            })
            .await
        });
        let frames = frames.ok()?.ok()?;
        Some(self.session.decode(frames.into_vec()).expect("a well signed message"))
    }
}

impl Drop for Frontend {
    /// Ends the kernel, and fails the test if it left a message unread.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        for channel in [Channel::Shell, Channel::Control, Channel::Stdin, Channel::Iopub] {
            if let Some(message) = self.receive_within(channel, SILENCE) {
                panic!("unread on {channel:?}: {} {}", message.header.msg_type, content(&message));
            }
        }
        if self.kernel.is_some() {
            let request = self.send(Channel::Control, "shutdown_request", json!({"restart": false}));
            let reply = self.reply(Channel::Control, &request, "shutdown_reply");
            assert_eq!(reply, json!({"status": "ok", "restart": false}));
            self.kernel_ends();
        }
    }
}

impl Sockets {
    async fn connect(connection: &Connection) -> Self {
        let address = |port| connection.address(port);
        // The answer to a cell's question finds its frontend by this name, so it is the same on all channels.
        let identity: PeerIdentity = "frontend".to_owned().into_bytes().try_into().expect("a name");
        let dealer = || {
            let mut options = SocketOptions::default();
            options.peer_identity(identity.clone());
            DealerSocket::with_options(options)
        };
        let mut sockets = Self {
            shell: dealer(),
            control: dealer(),
            stdin: dealer(),
            iopub: SubSocket::new(),
            heartbeat: ReqSocket::new(),
        };
        sockets.shell.connect(&address(connection.shell_port)).await.expect("the shell channel");
        sockets.control.connect(&address(connection.control_port)).await.expect("the control channel");
        sockets.stdin.connect(&address(connection.stdin_port)).await.expect("the stdin channel");
        sockets.heartbeat.connect(&address(connection.hb_port)).await.expect("the heartbeat channel");
        sockets.iopub.connect(&address(connection.iopub_port)).await.expect("the iopub channel");
        sockets.iopub.subscribe("").await.expect("a subscription");
        sockets
    }
}

/// A message's content.
pub fn content(message: &Message) -> Value {
    message.parse().expect("content in JSON")
}

/// The id of the request that caused a message.
pub fn parent_id(message: &Message) -> &str {
    message.parent.as_ref().map_or("", |Header { msg_id, .. }| msg_id)
}

/// A published message in one line.
pub fn line(message: &Message) -> String {
    describe(&message.header.msg_type, &content(message))
}

fn describe(kind: &str, content: &Value) -> String {
    let text = |field: &str| content[field].as_str().unwrap_or_default().to_owned();
    match kind {
        "status" => text("execution_state"),
        "stream" => format!("{} {:?}", text("name"), text("text")),
        "execute_input" => format!("input {} {:?}", content["execution_count"], text("code")),
        "execute_result" => format!("result {} {}", content["execution_count"], content["data"]),
        "error" => format!("error {}: {}", text("ename"), text("evalue")),
        "clear_output" => format!("clear wait={}", content["wait"]),
        kind @ ("display_data" | "update_display_data") => {
            format!("{kind} {} {}", content["transient"], content["data"])
        }
        kind => format!("{kind} {content}"),
    }
}
