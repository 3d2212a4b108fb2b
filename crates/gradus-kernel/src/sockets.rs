//! The five sockets of a kernel, on a thread of their own: the only place that knows ZeroMQ and `async`.
//!
//! Inwards they are plain channels. IOPub is an XPUB socket, since PUB drops messages under load; one task owns it,
//! since it learns of subscriptions only while it receives.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::prelude::*;
use zeromq::{RepSocket, RouterRecvHalf, RouterSendHalf, RouterSocket, XPubSocket, ZmqMessage, ZmqResult};

use crate::connection::Connection;
use crate::error::KernelError;
use crate::iopub::{Backlog, Publication};
use crate::log;
use crate::messages::iopub_welcome;
use crate::wire::{Message, Session};

/// How long one frontend that does not read may hold up what all others see.
const PATIENCE: Duration = Duration::from_secs(10);
/// ZeroMQ's writers are tasks that say nothing when they are done.
const LINGER: Duration = Duration::from_millis(100);

/// Something from outside.
pub enum Incoming {
    /// A request on the shell channel.
    Shell(Message),
    /// A request on the control channel.
    Control(Message),
    /// An answer to a question.
    Stdin(Message),
    /// The signal that asks to interrupt.
    InterruptSignal,
    /// The signal that asks to end.
    TerminateSignal,
}

/// Where the kernel's own messages go.
pub struct Outgoing {
    /// Replies on the shell channel.
    pub shell: UnboundedSender<Vec<Bytes>>,
    /// Replies on the control channel.
    pub control: UnboundedSender<Vec<Bytes>>,
    /// Questions to the user.
    pub stdin: UnboundedSender<Vec<Bytes>>,
    /// What everybody sees.
    pub iopub: UnboundedSender<Publication>,
}

/// Listens until the end of the queue of publications.
pub fn open(
    connection: &Connection,
    session: &Arc<Session>,
    backlog: Arc<Backlog>,
    incoming: Sender<Incoming>,
) -> Result<(Outgoing, JoinHandle<()>), KernelError> {
    let (shell, shell_replies) = unbounded_channel();
    let (control, control_replies) = unbounded_channel();
    let (stdin, questions) = unbounded_channel();
    let (iopub, publications) = unbounded_channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| KernelError::Listen { source })?;
    let (connection, session) = (connection.clone(), session.clone());
    let (bound_sender, bound) = mpsc::channel();
    let thread = thread::spawn(move || {
        runtime.block_on(async move {
            let sockets = match Bound::bind(&connection).await {
                Ok(sockets) => sockets,
                Err(error) => return drop(bound_sender.send(Err(error))),
            };
            watch_signals(&incoming);
            let _ = bound_sender.send(Ok(()));
            tokio::spawn(echo(sockets.heartbeat));
            for (socket, replies, wrap) in [
                (sockets.shell, shell_replies, Incoming::Shell as fn(_) -> _),
                (sockets.control, control_replies, Incoming::Control),
                (sockets.stdin, questions, Incoming::Stdin),
            ] {
                let (send_half, receive_half) = socket.split();
                tokio::spawn(reply(send_half, replies));
                tokio::spawn(receive(receive_half, session.clone(), incoming.clone(), wrap));
            }
            publish(sockets.iopub, &session, publications, &backlog).await;
            tokio::time::sleep(LINGER).await;
        });
    });
    bound.recv().expect("the sockets' thread answers")?;
    Ok((Outgoing { shell, control, stdin, iopub }, thread))
}

struct Bound {
    shell: RouterSocket,
    control: RouterSocket,
    stdin: RouterSocket,
    iopub: XPubSocket,
    heartbeat: RepSocket,
}

impl Bound {
    async fn bind(connection: &Connection) -> Result<Self, KernelError> {
        Ok(Self {
            shell: bind(connection, "shell", connection.shell_port).await?,
            control: bind(connection, "control", connection.control_port).await?,
            stdin: bind(connection, "stdin", connection.stdin_port).await?,
            iopub: bind(connection, "iopub", connection.iopub_port).await?,
            heartbeat: bind(connection, "heartbeat", connection.hb_port).await?,
        })
    }
}

async fn bind<S: Socket>(connection: &Connection, channel: &'static str, port: u16) -> Result<S, KernelError> {
    let address = connection.address(port);
    let mut socket = S::new();
    match socket.bind(&address).await {
        Ok(_) => Ok(socket),
        Err(source) => Err(KernelError::Bind { channel, address, source }),
    }
}

/// A frontend takes the kernel for alive when its own bytes come back.
async fn echo(mut socket: RepSocket) {
    loop {
        if let Ok(beat) = socket.recv().await {
            let _ = socket.send(beat).await;
        }
    }
}

async fn receive(
    mut socket: RouterRecvHalf,
    session: Arc<Session>,
    incoming: Sender<Incoming>,
    wrap: fn(Message) -> Incoming,
) {
    loop {
        let Ok(frames) = socket.recv().await else { continue };
        match session.decode(frames.into_vec()) {
            Ok(message) => drop(incoming.send(wrap(message))),
            Err(error) => log(&format!("a message was ignored: {error}")),
        }
    }
}

async fn reply(mut socket: RouterSendHalf, mut replies: UnboundedReceiver<Vec<Bytes>>) {
    while let Some(frames) = replies.recv().await {
        report(send(&mut socket, frames).await);
    }
}

/// Publishes in the order of the queue, and welcomes each new subscription.
async fn publish(
    mut socket: XPubSocket,
    session: &Session,
    mut publications: UnboundedReceiver<Publication>,
    backlog: &Backlog,
) {
    loop {
        tokio::select! {
            request = socket.recv() => {
                let frame = request.ok().and_then(|request| request.into_vec().pop());
                if let Some([1, subscription @ ..]) = frame.as_deref() {
                    publish_one(&mut socket, iopub_welcome::frames(session, subscription)).await;
                }
            }
            publication = publications.recv() => match publication {
                Some(Publication::Message(frames)) => {
                    let size = frames.iter().map(Bytes::len).sum();
                    publish_one(&mut socket, frames).await;
                    backlog.shrink(size);
                }
                Some(Publication::Barrier(passed)) => drop(passed.send(())),
                Some(Publication::End) | None => break,
            }
        }
    }
}

async fn publish_one(socket: &mut XPubSocket, frames: Vec<Bytes>) {
    match tokio::time::timeout(PATIENCE, send(socket, frames)).await {
        Ok(result) => report(result),
        Err(_) => log("a frontend reads nothing; a message was dropped"),
    }
}

async fn send(socket: &mut impl SocketSend, frames: Vec<Bytes>) -> ZmqResult<()> {
    match ZmqMessage::try_from(frames) {
        Ok(message) => socket.send(message).await,
        Err(_) => Ok(()),
    }
}

/// A frontend that went away is no fault.
fn report(result: ZmqResult<()>) {
    if let Err(error) = result {
        log(&format!("a message was not delivered: {error}"));
    }
}

fn watch_signals(incoming: &Sender<Incoming>) {
    for (kind, incident) in [
        (SignalKind::interrupt(), (|| Incoming::InterruptSignal) as fn() -> Incoming),
        (SignalKind::terminate(), || Incoming::TerminateSignal),
    ] {
        let incoming = incoming.clone();
        match signal(kind) {
            Ok(mut signals) => drop(tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    let _ = incoming.send(incident());
                }
            })),
            Err(error) => log(&format!("signals are not watched: {error}")),
        }
    }
}
