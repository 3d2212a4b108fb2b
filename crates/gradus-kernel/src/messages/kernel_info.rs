//! What the kernel says of itself.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#kernel-info>

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::state::State;
use crate::wire::PROTOCOL_VERSION;

/// What a kernel says of itself.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The version of the kernel.
    pub version: String,
    /// The version of Rust.
    pub language_version: String,
    /// What a console shows first.
    pub banner: String,
}

/// What are you?
#[derive(Debug, Deserialize)]
struct KernelInfoRequest {}

/// This.
#[derive(Debug, Serialize)]
struct KernelInfoReply<'a> {
    status: &'static str,
    protocol_version: &'static str,
    implementation: &'static str,
    implementation_version: &'a str,
    language_info: LanguageInfo<'a>,
    banner: &'a str,
    debugger: bool,
    help_links: [HelpLink; 3],
    /// Neither a debugger nor subshells.
    supported_features: [&'static str; 0],
}

/// Frontends look lexers and editors up by these names.
#[derive(Debug, Serialize)]
struct LanguageInfo<'a> {
    name: &'static str,
    version: &'a str,
    mimetype: &'static str,
    file_extension: &'static str,
    pygments_lexer: &'static str,
    codemirror_mode: &'static str,
    nbconvert_exporter: &'static str,
}

#[derive(Debug, Serialize)]
struct HelpLink {
    text: &'static str,
    url: &'static str,
}

impl Reply for KernelInfoReply<'_> {
    const TYPE: &'static str = "kernel_info_reply";
}

/// Answers at once, even while the engine starts.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |_: KernelInfoRequest| KernelInfoReply {
        status: "ok",
        protocol_version: PROTOCOL_VERSION,
        implementation: "gradus",
        implementation_version: &state.identity.version,
        language_info: LanguageInfo {
            name: "rust",
            version: &state.identity.language_version,
            mimetype: "text/x-rustsrc",
            file_extension: ".rs",
            pygments_lexer: "rust",
            codemirror_mode: "rust",
            nbconvert_exporter: "script",
        },
        banner: &state.identity.banner,
        debugger: false,
        help_links: [
            HelpLink { text: "The Rust Programming Language", url: "https://doc.rust-lang.org/book/" },
            HelpLink { text: "Rust's standard library", url: "https://doc.rust-lang.org/std/" },
            HelpLink {
                text: "ndarray for NumPy users",
                url: "https://docs.rs/ndarray/latest/ndarray/doc/ndarray_for_numpy_users/",
            },
        ],
        supported_features: [],
    });
}
