//! A message's bytes: frames, signature, header. What a content means is left to `messages`.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#the-wire-protocol>

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The version of the protocol that this kernel speaks.
pub const PROTOCOL_VERSION: &str = "5.4";

const DELIMITER: &[u8] = b"<IDS|MSG>";
const EMPTY: &[u8] = b"{}";

/// Who sent a message, when, and what kind it is.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Header {
    /// Differs for every message.
    pub msg_id: String,
    /// Who sent it.
    #[serde(default)]
    pub session: String,
    /// The person behind it.
    #[serde(default)]
    pub username: String,
    /// When, in ISO 8601.
    #[serde(default)]
    pub date: String,
    /// What kind of content it has.
    pub msg_type: String,
    /// The version of the protocol.
    #[serde(default)]
    pub version: String,
}

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Message {
    /// The route back to who sent it; the topic on IOPub.
    pub identities: Vec<Bytes>,
    /// The header.
    pub header: Header,
    /// The header as it was sent: replies repeat it to the letter.
    pub raw_header: Bytes,
    /// The header of the message that caused this one.
    pub parent: Option<Header>,
    /// The content, in JSON.
    pub content: Bytes,
}

impl Message {
    /// The content as the type that belongs to the message's type.
    ///
    /// # Errors
    /// When the content is of another form.
    pub fn parse<Content: DeserializeOwned>(&self) -> serde_json::Result<Content> {
        serde_json::from_slice(&self.content)
    }
}

/// Why frames are no message.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Nothing separates the identities from the message.
    #[error("there is no delimiter")]
    NoDelimiter,
    /// A part is missing.
    #[error("there are {found} frames after the delimiter, not 5")]
    TooShort {
        /// How many there are.
        found: usize,
    },
    /// Somebody without the key sent it.
    #[error("the signature is wrong")]
    BadSignature,
    /// The header is of another form.
    #[error("the header is no header")]
    BadHeader {
        /// Where it differs.
        source: serde_json::Error,
    },
}

/// Makes and reads the messages of one participant: numbers, dates and signs them.
#[derive(Debug)]
pub struct Session {
    id: String,
    username: &'static str,
    count: AtomicU64,
    key: Option<Hmac<Sha256>>,
}

impl Session {
    /// A session that signs with `key`, or not at all when it is empty.
    #[must_use]
    pub fn new(username: &'static str, key: &str) -> Self {
        let key =
            (!key.is_empty()).then(|| Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of every length"));
        Self { id: uuid::Uuid::new_v4().to_string(), username, count: AtomicU64::new(0), key }
    }

    /// The name of this participant.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The header of the next message.
    pub fn header(&self, msg_type: &str) -> Header {
        Header {
            msg_id: format!("{}_{}", self.id, self.count.fetch_add(1, Ordering::Relaxed)),
            session: self.id.clone(),
            username: self.username.to_owned(),
            date: humantime::format_rfc3339_micros(SystemTime::now()).to_string(),
            msg_type: msg_type.to_owned(),
            version: PROTOCOL_VERSION.to_owned(),
        }
    }

    /// The frames of a message.
    pub fn encode(
        &self,
        identities: &[Bytes],
        header: &Header,
        parent: Option<&Bytes>,
        content: &impl Serialize,
    ) -> Vec<Bytes> {
        let parts = [
            Bytes::from(serde_json::to_vec(header).expect("a header is plain text")),
            parent.cloned().unwrap_or(Bytes::from_static(EMPTY)),
            Bytes::from_static(EMPTY),
            Bytes::from(serde_json::to_vec(content).expect("a content has text as its keys")),
        ];
        let signature = Bytes::from(self.sign(&parts));
        let mut frames = identities.to_vec();
        frames.extend([Bytes::from_static(DELIMITER), signature]);
        frames.extend(parts);
        frames
    }

    /// The message of frames.
    ///
    /// # Errors
    /// When they are no message, or one that was not signed with this session's key.
    pub fn decode(&self, mut frames: Vec<Bytes>) -> Result<Message, WireError> {
        let delimiter = frames.iter().position(|frame| frame == DELIMITER).ok_or(WireError::NoDelimiter)?;
        let rest = frames.split_off(delimiter + 1);
        frames.pop();
        // Frames after the content are buffers, which no message to a kernel without comms has; they are not signed.
        let [signature, parts @ ..] = &rest[..] else { return Err(WireError::TooShort { found: 0 }) };
        let parts @ [header, parent, _metadata, content] =
            parts.first_chunk::<4>().ok_or(WireError::TooShort { found: rest.len() })?;
        self.verify(signature, parts)?;
        Ok(Message {
            identities: frames,
            header: serde_json::from_slice(header).map_err(|source| WireError::BadHeader { source })?,
            raw_header: header.clone(),
            parent: serde_json::from_slice(parent).ok(),
            content: content.clone(),
        })
    }

    fn sign(&self, parts: &[Bytes]) -> String {
        let mut text = String::new();
        if let Some(mac) = self.mac(parts) {
            for byte in mac.finalize().into_bytes() {
                write!(text, "{byte:02x}").expect("writing to a string");
            }
        }
        text
    }

    fn verify(&self, signature: &[u8], parts: &[Bytes]) -> Result<(), WireError> {
        let Some(mac) = self.mac(parts) else { return Ok(()) };
        let signature = from_hexadecimal(signature).ok_or(WireError::BadSignature)?;
        mac.verify_slice(&signature).map_err(|_| WireError::BadSignature)
    }

    fn mac(&self, parts: &[Bytes]) -> Option<Hmac<Sha256>> {
        let mut mac = self.key.clone()?;
        parts.iter().for_each(|part| mac.update(part));
        Some(mac)
    }
}

fn from_hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn frames(session: &Session) -> Vec<Bytes> {
        let header = session.header("kernel_info_request");
        session.encode(&[Bytes::from_static(b"who")], &header, None, &json!({"a": 1}))
    }

    #[test]
    fn a_message_survives_the_wire() {
        let session = Session::new("test", "secret");
        let message = session.decode(frames(&session)).expect("our own message");
        assert_eq!(message.identities, ["who"]);
        assert_eq!(message.header.msg_type, "kernel_info_request");
        assert_eq!(message.parse::<serde_json::Value>().expect("JSON"), json!({"a": 1}));
    }

    /// The value is what `hmac.new(b"key", b"{}{}{}{}", "sha256")` gives in Python.
    #[test]
    fn a_signature_is_what_other_programs_compute() {
        let parts = [const { Bytes::from_static(EMPTY) }; 4];
        let signature = Session::new("test", "key").sign(&parts);
        assert_eq!(signature, "ca767b02c5bc061ed184a9a029e7f93a7f2f7ed4e8fe74120fc1212f0b008fa3");
    }

    #[test]
    fn every_changed_frame_is_noticed() {
        let session = Session::new("test", "secret");
        for changed in 2..7 {
            let mut frames = frames(&session);
            frames[changed] = Bytes::from_static(b"{\"msg_id\": \"x\", \"msg_type\": \"y\"}");
            assert!(matches!(session.decode(frames), Err(WireError::BadSignature)), "frame {changed}");
        }
    }

    #[test]
    fn too_few_frames_are_no_message() {
        let session = Session::new("test", "");
        for kept in 0..7 {
            let mut frames = frames(&session);
            frames.truncate(kept);
            assert!(session.decode(frames).is_err(), "{kept} frames");
        }
    }
}
