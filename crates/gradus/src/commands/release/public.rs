//! Files that students get. There is one way to make them, and it refuses what is the staff's.

use std::path::{Component, Path};

use thiserror::Error;

/// Where a file stands in what students get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicPath(String);

/// A file that students get.
#[derive(Debug, Clone)]
pub struct PublicFile {
    path: PublicPath,
    bytes: Vec<u8>,
    program: bool,
}

/// Why something is not for students.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotPublic {
    /// It leads out of the folder, or into the staff's.
    #[error("`{path}` cannot be a file of the students")]
    Path {
        /// The path.
        path: String,
    },
    /// It carries the canary.
    #[error("`{path}` would be given to students, and carries the staff's canary line")]
    Canary {
        /// The path.
        path: String,
    },
}

impl NotPublic {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Path { .. } => "name it by a path inside the archive, without `..`",
            Self::Canary { .. } => {
                "take the line out of what students get; a staff file that got among the public ones goes to grader/"
            }
        }
    }
}

impl PublicPath {
    /// A path from the top of what students get.
    pub fn new(path: &str) -> Result<Self, NotPublic> {
        let mut components = Path::new(path).components();
        let inside = components.all(|part| matches!(part, Component::Normal(name) if name != "grader"));
        if inside && !path.is_empty() {
            Ok(Self(path.to_owned()))
        } else {
            Err(NotPublic::Path { path: path.to_owned() })
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PublicFile {
    /// A file, if it may be public.
    pub fn new(path: PublicPath, bytes: Vec<u8>) -> Result<Self, NotPublic> {
        if carries_canary(&bytes) {
            return Err(NotPublic::Canary { path: path.0 });
        }
        Ok(Self { path, bytes, program: false })
    }

    /// Makes it one that can be started.
    pub fn program(mut self) -> Self {
        self.program = true;
        self
    }

    /// Where it stands.
    pub fn path(&self) -> &PublicPath {
        &self.path
    }

    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it can be started.
    pub fn is_program(&self) -> bool {
        self.program
    }
}

/// Whether these bytes are the staff's.
pub fn carries_canary(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, gradus_grader::CANARY.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_staffs_does_not_become_public() {
        let path = PublicPath::new("softmax.ipynb").expect("a path");
        assert!(PublicFile::new(path.clone(), b"{}".to_vec()).is_ok());
        let staff = format!("before {} after", gradus_grader::CANARY).into_bytes();
        let refused = PublicFile::new(path, staff).map(drop);
        assert_eq!(refused, Err(NotPublic::Canary { path: "softmax.ipynb".to_owned() }));
    }

    #[test]
    fn a_public_path_stays_inside() {
        for path in ["", "/etc/passwd", "../softmax", "a/../../b", "grader/keys/softmax/source.rs", "."] {
            assert_eq!(PublicPath::new(path), Err(NotPublic::Path { path: path.to_owned() }));
        }
        assert!(PublicPath::new("library/check/softmax/libndarray.rlib").is_ok());
    }
}
