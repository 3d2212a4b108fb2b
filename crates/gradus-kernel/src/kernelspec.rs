//! The kernel's entry in Jupyter's list: written, found, removed.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/kernels.html#kernel-specs>

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::KernelError;

const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-svg.svg", include_bytes!("../logos/logo-svg.svg")),
    ("logo-64x64.png", include_bytes!("../logos/logo-64x64.png")),
    ("logo-32x32.png", include_bytes!("../logos/logo-32x32.png")),
];

/// An entry in Jupyter's list.
#[derive(Debug, Clone)]
pub struct KernelSpec {
    /// Its name, and the folder's.
    pub name: String,
    /// What people choose.
    pub display_name: String,
    /// The command that starts the kernel; `{connection_file}` stands for the connection file.
    pub command: Vec<String>,
    /// What the kernel finds in its environment beside what Jupyter has.
    pub environment: BTreeMap<String, String>,
}

impl KernelSpec {
    /// Writes the entry, over an older one if there is one, and tells its folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn install(&self, place: &Place) -> Result<PathBuf, KernelError> {
        let folder = place.folder()?.join(&self.name);
        let write = |path: PathBuf, content: &[u8]| {
            fs::write(&path, content).map_err(|source| KernelError::Write { path, source })
        };
        fs::create_dir_all(&folder).map_err(|source| KernelError::Write { path: folder.clone(), source })?;
        write(folder.join("kernel.json"), format!("{:#}\n", self.content()).as_bytes())?;
        for (name, content) in LOGOS {
            write(folder.join(name), content)?;
        }
        Ok(folder)
    }

    fn content(&self) -> serde_json::Value {
        json!({
            "argv": self.command,
            "display_name": self.display_name,
            "env": self.environment,
            "language": "rust",
            // A signal would go to the whole process group, and with it to the compiler and the cell's own process.
            "interrupt_mode": "message",
            "metadata": {"debugger": false},
        })
    }
}

/// Removes the entry of a name and tells its folder, or `None` if there is none.
///
/// # Errors
/// When the folder cannot be removed.
pub fn uninstall(name: &str, place: &Place) -> Result<Option<PathBuf>, KernelError> {
    let folder = place.folder()?.join(name);
    if !folder.join("kernel.json").is_file() {
        return Ok(None);
    }
    fs::remove_dir_all(&folder).map_err(|source| KernelError::Write { path: folder.clone(), source })?;
    Ok(Some(folder))
}

/// Whose list.
#[derive(Debug, Clone)]
pub enum Place {
    /// The user's.
    User,
    /// That of a Python environment or a system: `PREFIX/share/jupyter`.
    Prefix(PathBuf),
}

impl Place {
    /// The folder of all entries.
    fn folder(&self) -> Result<PathBuf, KernelError> {
        let jupyter = match self {
            Self::User => set("JUPYTER_DATA_DIR")
                .or_else(|| user_data_folder().map(|folder| folder.join("jupyter")))
                .ok_or(KernelError::NoFolder)?,
            Self::Prefix(prefix) => absolute(prefix).join("share/jupyter"),
        };
        Ok(jupyter.join("kernels"))
    }
}

/// Where a user's data is kept: `$XDG_DATA_HOME`, or else `~/.local/share`.
#[must_use]
pub fn user_data_folder() -> Option<PathBuf> {
    set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")))
}

fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_and_goes() {
        let prefix = tempfile::tempdir().expect("a folder");
        let place = Place::Prefix(prefix.path().to_owned());
        let specification = KernelSpec {
            name: "gradus".to_owned(),
            display_name: "Rust (Gradus)".to_owned(),
            command: vec!["/somewhere/gradus".to_owned(), "{connection_file}".to_owned()],
            environment: [("GRADUS_NOTEBOOK_LIBRARY".to_owned(), "/a/library".to_owned())].into(),
        };
        assert!(uninstall("gradus", &place).expect("a folder").is_none());
        for _ in 0..2 {
            let folder = specification.install(&place).expect("a writable folder");
            assert_eq!(folder, prefix.path().join("share/jupyter/kernels/gradus"));
        }
        let folder = prefix.path().join("share/jupyter/kernels/gradus");
        let content: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.join("kernel.json")).expect("the file")).expect("JSON");
        assert_eq!(
            content,
            json!({
                "argv": ["/somewhere/gradus", "{connection_file}"], "display_name": "Rust (Gradus)", "language": "rust",
                "env": {"GRADUS_NOTEBOOK_LIBRARY": "/a/library"},
                "interrupt_mode": "message", "metadata": {"debugger": false},
            })
        );
        for (logo, start) in
            [("logo-32x32.png", &b"\x89PNG"[..]), ("logo-64x64.png", b"\x89PNG"), ("logo-svg.svg", b"<svg")]
        {
            assert!(fs::read(folder.join(logo)).expect("a logo").starts_with(start));
        }
        assert_eq!(uninstall("gradus", &place).expect("a writable folder"), Some(folder.clone()));
        assert!(!folder.exists());
    }
}
