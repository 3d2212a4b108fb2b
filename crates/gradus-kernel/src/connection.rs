//! The connection file: where a kernel listens and how its messages are signed.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/kernels.html#connection-files>

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::KernelError;

/// What a frontend writes, as JSON, before it starts the kernel.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Connection {
    /// The address of all five sockets.
    pub ip: String,
    /// Only `tcp` is supported.
    pub transport: String,
    /// Requests that wait for each other.
    pub shell_port: u16,
    /// What everybody sees.
    pub iopub_port: u16,
    /// Questions to the user.
    pub stdin_port: u16,
    /// Requests that do not wait: interrupt, shutdown.
    pub control_port: u16,
    /// The echo by which a frontend knows that the kernel lives.
    pub hb_port: u16,
    /// The secret that signs messages; empty for none.
    pub key: String,
    /// Only `hmac-sha256` is supported.
    pub signature_scheme: String,
}

impl Connection {
    /// A new connection on this machine, with a key of its own. The ports are free now, which is all that a frontend can
    /// know before the kernel listens.
    ///
    /// # Errors
    /// When the system has no port left.
    pub fn on_free_ports() -> io::Result<Self> {
        let listeners: Vec<_> = (0..5).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<io::Result<_>>()?;
        let ports: Vec<_> =
            listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect::<io::Result<_>>()?;
        Ok(Self {
            ip: "127.0.0.1".to_owned(),
            transport: "tcp".to_owned(),
            shell_port: ports[0],
            iopub_port: ports[1],
            stdin_port: ports[2],
            control_port: ports[3],
            hb_port: ports[4],
            key: uuid::Uuid::new_v4().to_string(),
            signature_scheme: "hmac-sha256".to_owned(),
        })
    }

    /// Reads a connection file.
    ///
    /// # Errors
    /// When there is no such file, when it is not a connection file, or when it asks for a transport or a signature
    /// that this kernel does not have.
    pub fn read(path: &Path) -> Result<Self, KernelError> {
        let text =
            fs::read_to_string(path).map_err(|source| KernelError::ConnectionFile { path: path.to_owned(), source })?;
        let connection: Self = serde_json::from_str(&text)
            .map_err(|source| KernelError::ConnectionFormat { path: path.to_owned(), source })?;
        connection.check()?;
        Ok(connection)
    }

    /// The ZeroMQ address of a port.
    #[must_use]
    pub fn address(&self, port: u16) -> String {
        format!("tcp://{}:{port}", self.ip)
    }

    /// Every port by its name.
    pub(crate) fn ports(&self) -> BTreeMap<&'static str, u16> {
        BTreeMap::from([
            ("shell_port", self.shell_port),
            ("iopub_port", self.iopub_port),
            ("stdin_port", self.stdin_port),
            ("control_port", self.control_port),
            ("hb_port", self.hb_port),
        ])
    }

    fn check(&self) -> Result<(), KernelError> {
        for (what, value, supported) in
            [("transport", &self.transport, "tcp"), ("signature scheme", &self.signature_scheme, "hmac-sha256")]
        {
            if value != supported {
                return Err(KernelError::Unsupported { what, value: value.clone(), supported });
            }
        }
        Ok(())
    }
}
