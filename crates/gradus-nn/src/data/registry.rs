//! The list of embedded data sets: what they are, whether their bytes are intact, and their files in a folder.
//!
//! Loading into arrays is left to each data set's own module.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A data set that comes with the library.
#[derive(Debug, Clone, Copy)]
pub struct DataSet {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// What it is, in one line.
    pub description: &'static str,
    /// The licence's usual name; the text is among the files.
    pub licence: &'static str,
    /// Where it comes from.
    pub origin: &'static str,
    /// The number of training examples.
    pub train: usize,
    /// The number of test examples.
    pub test: usize,
    /// Its files.
    pub files: &'static [DataFile],
}

/// One file of a data set.
#[derive(Debug, Clone, Copy)]
pub struct DataFile {
    /// Its name within the data set's folder.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// The SHA-256 that its bytes should have, in lower-case hexadecimal.
    pub sha256: &'static str,
}

/// A data set's files are not as they should be, or cannot be read or written.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// There is no data set of that name.
    #[error("there is no data set {name:?}. Hint: there is {known}.")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// A file's bytes are not those the data set was published with.
    #[error(
        "{file} is damaged or changed: expected SHA-256 {expected}, found {found}. \
         Hint: move the file away and unpack the data set again."
    )]
    Checksum {
        /// Which file.
        file: String,
        /// What it should have.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// Unpacking would overwrite a file with other content.
    #[error("{} is there already with other content, and was left as it is. Hint: move it away or choose another folder.", .file.display())]
    Occupied {
        /// Which file.
        file: PathBuf,
    },
    /// The operating system could not read or write a file.
    #[error("cannot {action} {}: {source}. Hint: check the path and its permissions.", .file.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// Which file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// All data sets built into this library; which ones depends on its features.
///
/// ```
/// for data_set in gradus_nn::data::registry::data_sets() {
///     data_set.verify()?;
///     assert!(data_set.train > 0 && !data_set.licence.is_empty());
/// }
/// # Ok::<(), gradus_nn::data::registry::RegistryError>(())
/// ```
pub fn data_sets() -> &'static [DataSet] {
    &[
        #[cfg(feature = "fashion-mnist")]
        super::fashion_mnist::DATA_SET,
    ]
}

/// The data set of that name.
///
/// # Errors
/// If there is none.
///
/// ```
/// let error = gradus_nn::data::registry::find("imagenet").unwrap_err();
/// assert!(error.to_string().starts_with("there is no data set \"imagenet\""));
/// ```
pub fn find(name: &str) -> Result<&'static DataSet, RegistryError> {
    data_sets().iter().find(|data_set| data_set.name == name).ok_or_else(|| {
        let names: Vec<_> = data_sets().iter().map(|data_set| data_set.name).collect();
        let known = if names.is_empty() { "none in this build".to_owned() } else { names.join(", ") };
        RegistryError::Unknown { name: name.to_owned(), known }
    })
}

impl DataSet {
    /// Checks that the embedded bytes are those the data set was published with.
    ///
    /// # Errors
    /// If a file's SHA-256 differs.
    pub fn verify(&self) -> Result<(), RegistryError> {
        self.files.iter().try_for_each(|file| file.check(file.bytes, || format!("{}/{}", self.name, file.name)))
    }

    /// Checks the files in a folder where the data set was unpacked.
    ///
    /// # Errors
    /// If a file is missing or cannot be read, or its SHA-256 differs.
    pub fn verify_folder(&self, folder: impl AsRef<Path>) -> Result<(), RegistryError> {
        self.files.iter().try_for_each(|file| {
            let path = folder.as_ref().join(file.name);
            let bytes = fs::read(&path).map_err(|source| io_error("read", &path, source))?;
            file.check(&bytes, || path.display().to_string())
        })
    }

    /// Writes the data set's files into a folder, which is made if it is not there. A file that is there already with
    /// the same bytes is left; each other file appears whole or not at all.
    ///
    /// # Errors
    /// If a file cannot be written, or one is there with other content; nothing is overwritten.
    pub fn unpack(&self, folder: impl AsRef<Path>) -> Result<(), RegistryError> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder).map_err(|source| io_error("write", folder, source))?;
        self.files.iter().try_for_each(|file| file.write(folder))
    }
}

impl DataFile {
    fn check(&self, bytes: &[u8], name: impl FnOnce() -> String) -> Result<(), RegistryError> {
        let found = format!("{:x}", Sha256::digest(bytes));
        if found == self.sha256 {
            return Ok(());
        }
        Err(RegistryError::Checksum { file: name(), expected: self.sha256, found })
    }

    fn write(&self, folder: &Path) -> Result<(), RegistryError> {
        let path = folder.join(self.name);
        match fs::read(&path) {
            Ok(bytes) if bytes == self.bytes => return Ok(()),
            Ok(_) => return Err(RegistryError::Occupied { file: path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io_error("read", &path, source)),
        }
        // Under a name of this process until whole, so that no reader meets half a file.
        let unfinished = folder.join(format!(".{}.{}", self.name, std::process::id()));
        fs::write(&unfinished, self.bytes)
            .and_then(|()| fs::rename(&unfinished, &path))
            .inspect_err(|_| drop(fs::remove_file(&unfinished)))
            .map_err(|source| io_error("write", &path, source))
    }
}

fn io_error(action: &'static str, file: &Path, source: io::Error) -> RegistryError {
    RegistryError::Io { action, file: file.to_owned(), source }
}
