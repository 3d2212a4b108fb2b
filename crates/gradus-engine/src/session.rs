//! What a notebook has defined so far.
//!
//! A session is a value: a cell works on a copy, which takes the place of the old one if the cell compiles.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use crate::cell::{Import, Item, ItemKind, Macro};
use crate::compile::Code;
use crate::contract;
use crate::mentions::Names;
use crate::source::{CellText, Source};

/// Everything that later cells can refer to.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The crates of items, by number.
    pub units: BTreeMap<usize, Arc<Unit>>,
    /// Which crate has the item of a name.
    pub names: HashMap<String, usize>,
    /// What is in scope by `use`.
    pub imports: Vec<Import>,
    /// Macros by name.
    pub macros: BTreeMap<String, Macro>,
    /// The variables.
    pub variables: BTreeMap<String, Variable>,
    /// What became of variables that are no longer there.
    pub gone: BTreeMap<String, String>,
}

/// A variable that the process holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// A type that generated code can name.
    pub type_path: String,
    /// The type as rustc writes it for people.
    pub type_name: String,
    /// Whether it was declared `mut`.
    pub mutable: bool,
    /// Crates of items that the type is from.
    pub units: BTreeSet<usize>,
    /// Everything of the notebook's own that the type's definition depends on.
    pub depends_on: Names,
}

/// A crate of items: those of one cell, or of several that need each other.
#[derive(Debug)]
pub struct Unit {
    /// Its number.
    pub number: usize,
    /// Its items, and the declarations that stand between them.
    pub pieces: Vec<Piece>,
    /// What was in scope by `use` where it was defined.
    pub imports: Vec<Import>,
    /// Its present form; `None` when it has to be compiled anew.
    pub built: Option<Arc<Built>>,
    /// The crate's name, which is part of the identity of its types.
    pub crate_name: String,
}

/// A part of a cell in a crate of items.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The cell.
    pub text: Arc<CellText>,
    /// Where it stands.
    pub range: std::ops::Range<usize>,
    /// The item; `None` for a macro or a `use`.
    pub item: Option<Item>,
}

/// One compiled form of a crate of items.
#[derive(Debug)]
pub struct Built {
    /// The crate's name.
    pub crate_name: String,
    /// The file that messages of the compiler and of panics name.
    pub file: String,
    /// Its source.
    pub source: Arc<Source>,
    /// What other crates compile against.
    pub metadata: PathBuf,
    /// What the process loads, once `code` is done.
    pub library: PathBuf,
    /// Its machine code.
    pub code: Arc<Code>,
    /// The crates of items that it uses.
    pub uses: Vec<Arc<Built>>,
}

/// An item that some code refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// Its crate.
    pub unit: usize,
    /// Whether it is a trait that is not named itself.
    pub by_method: bool,
}

impl Unit {
    /// Its items.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.pieces.iter().filter_map(|piece| piece.item.as_ref())
    }

    /// All names in it.
    pub fn mentions(&self) -> Names {
        let of_items = self.items().flat_map(|item| item.mentions.iter().cloned());
        of_items.chain(self.imports.iter().map(|import| import.root.clone())).collect()
    }
}

impl Item {
    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            ItemKind::Named(name) => Some(name),
            _ => None,
        }
    }
}

impl Built {
    /// It and everything that it uses, each once.
    pub fn closure(list: impl IntoIterator<Item = Arc<Built>>) -> Vec<Arc<Built>> {
        let mut found: Vec<Arc<Built>> = Vec::new();
        let mut open: Vec<Arc<Built>> = list.into_iter().collect();
        while let Some(next) = open.pop() {
            if !found.iter().any(|known| Arc::ptr_eq(known, &next)) {
                open.extend(next.uses.iter().cloned());
                found.push(next);
            }
        }
        found
    }
}

impl Session {
    /// Names that code with these `mentions` refers to, through macros too.
    pub fn with_macros(&self, mentions: &Names) -> Names {
        let mut all = mentions.clone();
        let mut open: Vec<&Macro> = mentions.iter().filter_map(|name| self.macros.get(name)).collect();
        let mut seen = Names::new();
        while let Some(found) = open.pop() {
            if seen.insert(found.name.clone()) {
                open.extend(found.mentions.iter().filter_map(|name| self.macros.get(name)));
                all.extend(found.mentions.iter().cloned());
            }
        }
        all
    }

    /// The items that code with these mentions refers to: by name, and traits by the name of a method.
    pub fn references(&self, mentions: &Names) -> Vec<Reference> {
        let mut found: Vec<Reference> = mentions
            .iter()
            .filter_map(|name| Some(Reference { name: name.clone(), unit: *self.names.get(name)?, by_method: false }))
            .collect();
        for unit in self.units.values() {
            for item in unit.items().filter(|item| item.methods.iter().any(|method| mentions.contains(method))) {
                if let Some(name) = item.name().filter(|name| !mentions.contains(*name)) {
                    found.push(Reference { name: name.to_owned(), unit: unit.number, by_method: true });
                }
            }
        }
        found
    }

    /// Brings imports into scope; a name that was there gives way.
    pub fn import(&mut self, new: &[Import]) {
        for import in new {
            let replaces = |old: &Import| old.path == import.path || !import.is_nameless() && old.name == import.name;
            self.imports.retain(|old| !replaces(old));
            self.imports.push(import.clone());
        }
    }

    /// Every name of the notebook's own that the definitions of `names` depend on, `names` included. Implementations do
    /// not count: they change no type.
    pub fn definition_closure(&self, names: impl IntoIterator<Item = String>) -> Names {
        let mut found = Names::new();
        let mut open: Vec<String> = names.into_iter().collect();
        while let Some(name) = open.pop() {
            let Some(unit) = self.names.get(&name).and_then(|number| self.units.get(number)) else { continue };
            if found.insert(name.clone()) {
                let items = unit.items().filter(|item| item.name() == Some(&name));
                open.extend(items.flat_map(|item| item.mentions.iter().cloned()));
            }
        }
        found
    }
}

impl Import {
    /// Whether it is for all names of a module, or for a trait's methods only.
    pub fn is_nameless(&self) -> bool {
        self.name == "*" || self.name == "_"
    }
}

impl Session {
    /// The variables, as an engine tells of them.
    pub fn listed(&self) -> Vec<contract::Variable> {
        let list = self.variables.iter();
        list.map(|(name, variable)| contract::Variable {
            name: name.clone(),
            type_name: variable.type_name.clone(),
            mutable: variable.mutable,
        })
        .collect()
    }

    /// Everything as one source: imports, macros, items, and variables as declarations.
    pub fn as_source(&self) -> String {
        let mut text = String::new();
        for import in &self.imports {
            text.push_str(&format!("use {};\n", import.path));
        }
        for found in self.macros.values() {
            text.push_str(&found.text);
            text.push('\n');
        }
        for unit in self.units.values() {
            for piece in unit.pieces.iter().filter(|piece| piece.item.is_some()) {
                text.push_str(&piece.text.text[piece.range.clone()]);
                text.push('\n');
            }
        }
        for (name, variable) in &self.variables {
            let mutable = if variable.mutable { "mut " } else { "" };
            let mut path = variable.type_path.clone();
            for unit in self.units.values() {
                path = path.replace(&format!("::{}::", unit.crate_name), "");
            }
            text.push_str(&format!("let {mutable}{name}: {path};\n"));
        }
        text
    }
}
