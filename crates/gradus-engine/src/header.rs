//! The line that stands before a cell's text in every generated source: what is in scope.

use std::collections::BTreeSet;

use crate::cell::{Import, Macro};
use crate::mentions::Names;
use crate::session::Session;

/// Lints that would blame the user for how cells are put together, or for a mathematician's `W`.
const ALLOWED: &str = "#![allow(unused_imports, unused_mut, unused_assignments, unused_macros, unused_attributes, \
    dead_code, unreachable_pub, private_interfaces, private_bounds, non_snake_case, unused_parens, \
    unused_extern_crates, redundant_imports)]";

/// What is in scope, and where from.
pub struct Header {
    /// The text, one line without its end.
    pub text: String,
    /// The crates of items that it names.
    pub units: BTreeSet<usize>,
}

/// What is to be in scope.
pub struct Scope<'a> {
    /// The notebook so far, this cell's items included.
    pub session: &'a Session,
    /// Names that the code may refer to.
    pub mentions: &'a Names,
    /// Names that the code declares itself.
    pub own: &'a Names,
    /// Imports; those that the code has itself are not needed.
    pub imports: &'a [Import],
    /// Macros that the code has itself.
    pub own_macros: &'a [Macro],
    /// The crate that this is, if it is one of items.
    pub unit: Option<usize>,
    /// Further attributes and declarations.
    pub extra: &'a str,
}

/// Writes the header.
pub fn header(scope: &Scope<'_>) -> Header {
    let session = scope.session;
    let mut mentions = session.with_macros(scope.mentions);
    mentions.extend(scope.imports.iter().map(|import| import.root.clone()));
    let mut text = format!("{ALLOWED} {} extern crate gradus_prelude as __gradus; ", scope.extra);
    text.push_str("use __gradus::notebook::*; use __gradus::{eprint, eprintln}; ");
    let mut units = BTreeSet::new();
    for name in &mentions {
        let Some(number) = session.names.get(name).filter(|number| Some(**number) != scope.unit) else { continue };
        let Some(unit) = session.units.get(number) else { continue };
        if scope.own.contains(name) {
            continue;
        }
        text.push_str(&format!("use {}::{name}; ", unit.crate_name));
        units.insert(*number);
    }
    for import in scope.imports {
        let clashes = !import.is_nameless() && (scope.own.contains(&import.name) || units_declare(scope, &import.name));
        if !clashes {
            text.push_str(&format!("use {}; ", import.path));
        }
    }
    let is_own = |found: &Macro| scope.own_macros.iter().any(|own| own.name == found.name);
    for found in session.macros.values().filter(|found| mentions.contains(&found.name) && !is_own(found)) {
        text.push_str(&found.text);
        text.push(' ');
    }
    Header { text, units }
}

/// Whether an item of the notebook, which is imported already, has the name.
fn units_declare(scope: &Scope<'_>, name: &str) -> bool {
    scope.mentions.contains(name) && scope.session.names.get(name).is_some_and(|number| Some(*number) != scope.unit)
}
