//! The frontend's side of the protocol: sends requests to a kernel, and sorts what comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use gradus_kernel::Connection;
use gradus_kernel::wire::{Message, Session};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use zeromq::prelude::*;
use zeromq::{DealerSocket, SubSocket, ZmqError, ZmqMessage};

/// How long the first try to connect to a socket may take. A kernel that begins to listen a little later is found a
/// little later: ZeroMQ itself would wait twice as long after each try.
const FIRST_TRY: Duration = Duration::from_millis(500);
/// After a broken connection.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection to a kernel.
pub struct Client {
    session: Session,
    shell: DealerSocket,
    control: DealerSocket,
    iopub: SubSocket,
}

/// What came from a kernel.
pub enum Received {
    /// A reply on the shell channel.
    Reply(Message),
    /// Something that everybody sees.
    Published(Message),
}

impl Client {
    /// Connects, as soon as the kernel listens.
    pub async fn connect(connection: &Connection) -> Result<Self, ZmqError> {
        let mut iopub: SubSocket = connected(&connection.address(connection.iopub_port)).await?;
        iopub.subscribe("").await?;
        Ok(Self {
            session: Session::new("gradus", &connection.key),
            shell: connected(&connection.address(connection.shell_port)).await?,
            control: connected(&connection.address(connection.control_port)).await?,
            iopub,
        })
    }

    /// Waits until the kernel answers, and until what it publishes arrives here. Gives its `kernel_info_reply`.
    ///
    /// A subscription takes a moment, and what is published before is lost, so requests are sent until one is seen on
    /// both channels.
    pub async fn wait_until_ready(&mut self) -> Result<Value, ZmqError> {
        let (mut asked, mut information, mut heard) = (BTreeSet::new(), None, false);
        loop {
            asked.insert(self.request("kernel_info_request", &json!({})).await?);
            let answers = async {
                while information.is_none() || !heard {
                    match self.receive().await {
                        Received::Reply(message) if asked.contains(parent(&message)) => {
                            information = message.parse::<Value>().ok();
                        }
                        Received::Reply(_) => {}
                        Received::Published(_) => heard = true,
                    }
                }
            };
            let _ = timeout(2 * FIRST_TRY, answers).await;
            if heard && let Some(information) = information.take() {
                return Ok(information);
            }
        }
    }

    /// Sends a request on the shell channel, and tells its id.
    pub async fn request(&mut self, kind: &str, content: &impl Serialize) -> Result<String, ZmqError> {
        let header = self.session.header(kind);
        send(&mut self.shell, self.session.encode(&[], &header, None, content)).await?;
        Ok(header.msg_id)
    }

    /// Sends a request on the control channel, whose reply nobody waits for.
    pub async fn command(&mut self, kind: &str, content: &impl Serialize) -> Result<(), ZmqError> {
        let header = self.session.header(kind);
        send(&mut self.control, self.session.encode(&[], &header, None, content)).await
    }

    /// The next message on either channel. Waits for ever when the kernel has ended.
    pub async fn receive(&mut self) -> Received {
        tokio::select! {
            message = next(&mut self.shell, &self.session) => Received::Reply(message),
            message = next(&mut self.iopub, &self.session) => Received::Published(message),
        }
    }
}

/// The id of the request that a message belongs to.
pub fn parent(message: &Message) -> &str {
    message.parent.as_ref().map_or("", |parent| &parent.msg_id)
}

async fn connected<S: Socket>(address: &str) -> Result<S, ZmqError> {
    let mut patience = FIRST_TRY;
    loop {
        let mut socket = S::new();
        match timeout(patience, socket.connect(address)).await {
            Ok(result) => return result.map(|()| socket),
            Err(_) => patience *= 2,
        }
    }
}

async fn send(socket: &mut DealerSocket, frames: Vec<Bytes>) -> Result<(), ZmqError> {
    let message = ZmqMessage::try_from(frames).map_err(|_| ZmqError::Other("a message has frames"))?;
    socket.send(message).await
}

/// The next message that is one, and signed with the key: anything else is somebody else's.
async fn next(socket: &mut impl SocketRecv, session: &Session) -> Message {
    loop {
        match socket.recv().await {
            Ok(frames) => {
                if let Ok(message) = session.decode(frames.into_vec()) {
                    return message;
                }
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}
