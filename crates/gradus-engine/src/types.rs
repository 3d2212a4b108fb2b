//! From a type as rustc writes it for people to one that generated code can name.
//!
//! rustc leaves out the path of a name that is the only one: `ArrayBase<OwnedRepr<f64>, Dim<[usize; 2]>>`. A name is
//! looked up among the notebook's own items, among names that need no path, and among those that have been met before.
//! For a name that is new, rustc is asked once to write the type in full.

use std::collections::{BTreeSet, HashMap};

use crate::session::{Session, Variable};

/// Paths of library types, by the name that rustc writes.
#[derive(Debug)]
pub struct Paths {
    known: HashMap<String, String>,
}

/// A type that can be written in generated code.
struct Named {
    path: String,
    own: BTreeSet<String>,
    units: BTreeSet<usize>,
}

/// In scope everywhere, or keywords in types.
const NO_PATH: [&str; 37] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64", "dyn", "mut", "const", "fn", "for", "unsafe", "extern", "static", "Option", "Result", "Vec", "Box",
    "String", "Fn", "FnMut", "FnOnce", "Send", "Sync", "Iterator", "_",
];

/// Names that nearly every notebook meets, so that it does not have to ask.
const COMMON: [&str; 16] = [
    "ndarray::ArrayBase",
    "ndarray::OwnedRepr",
    "ndarray::ViewRepr",
    "ndarray::Dim",
    "ndarray::IxDynImpl",
    "ndarray::OwnedArcRepr",
    "ndarray::CowRepr",
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::collections::BTreeMap",
    "std::collections::VecDeque",
    "std::rc::Rc",
    "std::cell::RefCell",
    "std::sync::Arc",
    "std::time::Instant",
    "rand::rngs::StdRng",
];

impl Default for Paths {
    fn default() -> Self {
        let mut paths = Self { known: HashMap::new() };
        COMMON.iter().for_each(|path| paths.know(path));
        paths
    }
}

impl Paths {
    /// Whether all names of a type are known.
    pub fn knows(&self, type_name: &str, session: &Session) -> bool {
        words(type_name).all(|(word, in_path)| in_path || self.own_path(word, session).is_some() || self.is_known(word))
    }

    /// Remembers the paths in a type that rustc has written in full.
    pub fn learn(&mut self, whole: &str) {
        let mut rest = whole;
        while let Some(start) = rest.find(is_word) {
            rest = &rest[start..];
            let length = path_length(rest);
            let path = &rest[..length];
            if path.contains("::") && !path.starts_with("items_") && !path.starts_with("paths_") {
                self.know(path);
            }
            rest = &rest[length..];
        }
    }

    /// How a variable of this type can be kept, if it can.
    pub fn variable(&self, type_name: &str, mutable: bool, session: &Session) -> Option<Variable> {
        if is_unnameable(type_name) {
            return None;
        }
        let named = self.name(type_name, session)?;
        Some(Variable {
            type_path: named.path,
            type_name: type_name.to_owned(),
            mutable,
            units: named.units,
            depends_on: session.definition_closure(named.own),
        })
    }

    fn know(&mut self, path: &str) {
        let word = path.rsplit("::").next().unwrap_or(path);
        self.known.insert(word.to_owned(), format!("::{path}"));
    }

    fn name(&self, type_name: &str, session: &Session) -> Option<Named> {
        let mut named = Named { path: String::new(), own: BTreeSet::new(), units: BTreeSet::new() };
        let mut rest = type_name;
        while !rest.is_empty() {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            if length == 0 {
                // A lifetime's name is no type.
                let skip = if rest.starts_with('\'') {
                    rest[1..].find(|c| !is_word(c)).map_or(rest.len(), |end| end + 1)
                } else {
                    rest.chars().next().map_or(0, char::len_utf8)
                };
                named.path.push_str(&rest[..skip]);
                rest = &rest[skip..];
                continue;
            }
            let path_length = path_length(rest);
            let (path, word) = (&rest[..path_length], &rest[..length]);
            if path_length > length {
                named.add_path(path, session)?;
            } else if let Some((own, number)) = self.own_path(word, session) {
                let unit = session.units.get(&number)?;
                named.path.push_str(&format!("::{}::{own}", unit.crate_name));
                named.units.insert(number);
                named.own.insert(own.split("::").next().unwrap_or(&own).to_owned());
            } else if NO_PATH.contains(&word)
                || word.starts_with(|c: char| c.is_ascii_digit())
                || word == "Item"
                || word == "Output"
            {
                named.path.push_str(word);
            } else {
                named.path.push_str(self.known.get(word)?);
            }
            rest = &rest[path_length..];
        }
        Some(named)
    }

    fn own_path(&self, word: &str, session: &Session) -> Option<(String, usize)> {
        session.units.values().rev().find_map(|unit| {
            let types = unit.items().flat_map(|item| item.types.iter());
            let found = types.filter(|path| path.rsplit("::").next() == Some(word));
            found.last().map(|path| (path.clone(), unit.number))
        })
    }

    fn is_known(&self, word: &str) -> bool {
        NO_PATH.contains(&word) || word.starts_with(|c: char| c.is_ascii_digit()) || self.known.contains_key(word)
    }
}

impl Named {
    /// A path that rustc has written in full.
    fn add_path(&mut self, path: &str, session: &Session) -> Option<()> {
        let root = path.split("::").next().unwrap_or_default();
        if let Some(unit) = session.units.values().find(|unit| unit.crate_name == root) {
            self.units.insert(unit.number);
            self.own.extend(path.split("::").nth(1).map(str::to_owned));
        } else if root.starts_with("items_") || root.starts_with("cell_") {
            return None;
        }
        self.path.push_str("::");
        self.path.push_str(path);
        Some(())
    }
}

/// A closure, a function's own type, an opaque type.
pub fn is_unnameable(type_name: &str) -> bool {
    type_name.contains(['{', '@']) || type_name.split(|c| !is_word(c)).any(|word| word == "impl")
}

/// The words of a type, and whether each is part of a longer path.
fn words(type_name: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = type_name;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(is_word)?;
            let is_lifetime = rest[..start].ends_with('\'');
            rest = &rest[start..];
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let whole = path_length(rest);
            let word = &rest[..length];
            rest = &rest[whole..];
            if !is_lifetime {
                return Some((word, whole > length));
            }
        }
    })
}

/// The length of the path that `text` begins with.
fn path_length(text: &str) -> usize {
    let mut length = text.find(|c| !is_word(c)).unwrap_or(text.len());
    while let Some(rest) = text[length..].strip_prefix("::") {
        let next = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if next == 0 {
            break;
        }
        length += 2 + next;
    }
    length
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
