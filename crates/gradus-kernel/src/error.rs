//! Why a kernel cannot be run, installed or removed.

use std::io;
use std::path::PathBuf;

/// Why a kernel cannot be run, installed or removed.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// There is no connection file to read.
    #[error("cannot read the connection file {path}", path = path.display())]
    ConnectionFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not a connection file.
    #[error("{path} is not a connection file", path = path.display())]
    ConnectionFormat {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// The connection file asks for something that this kernel does not have.
    #[error("{what} {value:?} is not supported, only {supported:?}")]
    Unsupported {
        /// What is asked for.
        what: &'static str,
        /// Which one.
        value: String,
        /// What there is.
        supported: &'static str,
    },
    /// The machinery below the sockets does not start.
    #[error("cannot start listening")]
    Listen {
        /// What the system says.
        source: io::Error,
    },
    /// A port cannot be listened at.
    #[error("cannot listen at {address} for {channel}")]
    Bind {
        /// The channel.
        channel: &'static str,
        /// Its address.
        address: String,
        /// What ZeroMQ says.
        source: zeromq::ZmqError,
    },
    /// The folder of kernel specifications cannot be written.
    #[error("cannot write {path}", path = path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no place for kernel specifications.
    #[error("there is no folder for kernel specifications: neither HOME nor JUPYTER_DATA_DIR is set")]
    NoFolder,
}

impl KernelError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ConnectionFile { .. } | Self::ConnectionFormat { .. } => {
                "a frontend writes this file and passes it; to start a kernel by hand, use `jupyter console --kernel gradus`"
            }
            Self::Unsupported { .. } => "leave `transport` and `Session.signature_scheme` of Jupyter at their defaults",
            Self::Listen { .. } | Self::Bind { .. } => "another program may use this port; start the kernel once more",
            Self::Write { .. } => "use `--user`, or `--prefix` with a folder that you may write",
            Self::NoFolder => "use `--prefix`",
        }
    }
}
