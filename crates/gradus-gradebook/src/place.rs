//! Where a gradebook is.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf, absolute};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sqlx::any::AnyConnectOptions;

/// What means something in an address, and all that need not stand there.
const NOT_IN_A_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'_').remove(b'-');

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A file of SQLite, or a database of a PostgreSQL server. It is shown without the password.
///
/// ```
/// use gradus_gradebook::Place;
///
/// let place = Place::from("postgres://ada:secret@db.example.org/course");
/// assert_eq!(place.to_string(), "postgres://ada@db.example.org/course");
/// let place = Place::from("grades/gradebook.sqlite");
/// assert_eq!(place.to_string(), "grades/gradebook.sqlite");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// The address of a database, such as `postgres://user:password@host/database`.
    Server(String),
}

impl Place {
    /// Whether it is a database of a server.
    pub fn is_server(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// How the database library is told of it.
    pub(crate) fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        match self {
            Self::File(path) => {
                let path = absolute(path)?;
                let path = percent_encode(path.as_os_str().as_encoded_bytes(), &NOT_IN_A_PATH);
                format!("sqlite://{path}?mode=rwc").parse()
            }
            Self::Server(address) => address.parse(),
        }
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

/// Addresses are known by their scheme; all else are files.
impl<P: AsRef<Path> + ?Sized> From<&P> for Place {
    fn from(text: &P) -> Self {
        let path = text.as_ref();
        let address = path.to_str().filter(|text| SCHEMES.iter().any(|scheme| text.starts_with(scheme)));
        address.map_or_else(|| Self::File(path.to_owned()), |address| Self::Server(address.to_owned()))
    }
}

impl Display for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Server(address) => without_password(address).fmt(out),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, out)
    }
}

/// Addresses that are no addresses are shown too, so this does not rely on their form.
fn without_password(address: &str) -> String {
    let (address, parameters) = address.split_once('?').map_or((address, None), |(left, right)| (left, Some(right)));
    let hidden = match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (user, rest))) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{rest}")
        }
        None => address.to_owned(),
    };
    // A password may stand among the parameters too.
    hidden + if parameters.is_some() { "?..." } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (address, shown) in [
            ("postgres://ada:p@ss:word@host:5432/course", "postgres://ada@host:5432/course"),
            ("postgresql:///course?host=/run&password=secret", "postgresql:///course?..."),
            ("postgres://host/course", "postgres://host/course"),
            ("postgres://:secret@", "postgres://@"),
        ] {
            let place = Place::from(address);
            assert_eq!(place.to_string(), shown);
            assert_eq!(format!("{place:?}"), shown);
        }
    }
}
