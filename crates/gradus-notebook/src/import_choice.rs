//! Which imports of a submission go into the one crate that is made of it.
//!
//! Cells are compiled one by one in a notebook, so the same name may be imported in many of them; in one
//! crate it may be imported once.

use std::collections::{HashMap, HashSet};

use crate::candidate::Candidate;
use crate::fragment::{Fragment, FragmentKind, Import, LeftOutReason, Note};
use crate::imports::ImportTree;
use crate::item::Shape;
use crate::names::Names;

/// What becomes of an import declaration.
pub(crate) type Choice = Result<Fragment, LeftOutReason>;

/// One choice for each candidate that imports, `None` for the others.
pub(crate) fn choose_imports(
    candidates: &[Candidate],
    needed: &[bool],
    names: &Names,
    available: &[&str],
    notes: &mut Vec<Note>,
) -> Vec<Option<Choice>> {
    let trees: Vec<Option<&ImportTree>> = candidates
        .iter()
        .map(|candidate| match &candidate.shape {
            Some(Shape::Use(tree)) if !candidate.main_or_test => Some(tree),
            _ => None,
        })
        .collect();
    let used = Used::new(candidates, needed);
    let sources = ImportSources::new(&trees, names, needed, available);
    let mut last_path: HashMap<&str, &str> = HashMap::new();
    for tree in trees.iter().flatten() {
        for (index, import) in tree.imports.iter().enumerate() {
            if sources.verdict(tree, index) == Verdict::Keep {
                last_path.insert(key(import), &import.path);
            }
        }
    }

    let mut imported: HashSet<&str> = HashSet::new();
    let mut choices = Vec::with_capacity(candidates.len());
    for (candidate, tree) in candidates.iter().zip(&trees) {
        let Some(tree) = tree else {
            choices.push(None);
            continue;
        };
        let fragment = &candidate.fragment;
        let mut reason = LeftOutReason::NotMentioned;
        let mut keep = vec![false; tree.imports.len()];
        for (index, import) in tree.imports.iter().enumerate() {
            let verdict = sources.verdict(tree, index);
            if verdict != Verdict::Keep {
                if verdict == Verdict::NotAvailable {
                    reason = LeftOutReason::NotAvailable;
                    if used.may_use(import) {
                        notes.push(not_available(fragment, import, tree.first_segment(index)));
                    }
                }
                continue;
            }
            reason = LeftOutReason::Duplicate;
            let taken_path = last_path.get(key(import)).copied();
            if let Some(definition) = used.definition_against(import) {
                notes.push(defined_too(fragment, import, &candidates[definition].fragment));
            } else if taken_path != Some(import.path.as_str()) {
                if used.may_use(import) {
                    notes.push(other_path(fragment, import, taken_path.unwrap_or_default()));
                }
            } else {
                keep[index] = imported.insert(key(import));
            }
        }
        choices.push(Some(narrowed(fragment, tree, &keep).ok_or(reason)));
    }
    choices
}

/// Globs and anonymous imports clash with nothing but themselves.
fn key(import: &Import) -> &str {
    if import.name == "*" || import.name == "_" { &import.path } else { &import.name }
}

fn narrowed(fragment: &Fragment, tree: &ImportTree, keep: &[bool]) -> Option<Fragment> {
    let text = tree.narrowed(&fragment.text, keep)?;
    let imports: Vec<Import> =
        tree.imports.iter().zip(keep).filter(|(_, keep)| **keep).map(|(import, _)| import.clone()).collect();
    let defines = imports.iter().map(|import| import.name.clone()).collect();
    let mentions = crate::tokens::mentions(&text);
    Some(Fragment { text, defines, mentions, kind: FragmentKind::Use { imports }, origin: fragment.origin.clone() })
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Verdict {
    Keep,
    /// From an item of the submission that no answer needs.
    NotNeeded,
    NotAvailable,
}

/// Where imports may come from.
struct ImportSources<'a> {
    names: &'a Names,
    needed: &'a [bool],
    crates: HashSet<&'a str>,
}

impl<'a> ImportSources<'a> {
    fn new(trees: &[Option<&'a ImportTree>], names: &'a Names, needed: &'a [bool], available: &[&'a str]) -> Self {
        let mut sources = Self { names, needed, crates: available.iter().copied().collect() };
        // `use std::fmt; use fmt::Write;`: a name that is imported is a place to import from.
        let mut more: Vec<&'a str> = Vec::new();
        for tree in trees.iter().flatten() {
            for (index, import) in tree.imports.iter().enumerate() {
                if import.name != "*" && sources.verdict(tree, index) == Verdict::Keep {
                    more.push(&import.name);
                }
            }
        }
        sources.crates.extend(more);
        sources
    }

    fn verdict(&self, tree: &ImportTree, index: usize) -> Verdict {
        let first = tree.first_segment(index);
        if self.crates.contains(first) {
            return Verdict::Keep;
        }
        let import = &tree.imports[index];
        let owners = self.names.meanings(first);
        // `use crate::f;` and `use crate::*;` import what is there already.
        if first == "*" || !owners.is_empty() && import.path == import.name {
            Verdict::NotNeeded
        } else if owners.iter().any(|owner| self.needed[*owner]) {
            Verdict::Keep
        } else if owners.is_empty() {
            Verdict::NotAvailable
        } else {
            Verdict::NotNeeded
        }
    }
}

/// What the needed items mention and define.
struct Used<'a> {
    mentions: HashSet<&'a str>,
    macros: HashSet<&'a str>,
    definitions: HashMap<&'a str, usize>,
}

impl<'a> Used<'a> {
    fn new(candidates: &'a [Candidate], needed: &[bool]) -> Self {
        let mut used = Self { mentions: HashSet::new(), macros: HashSet::new(), definitions: HashMap::new() };
        for (index, candidate) in candidates.iter().enumerate().filter(|(index, _)| needed[*index]) {
            let fragment = &candidate.fragment;
            used.mentions.extend(fragment.mentions.iter().map(String::as_str));
            let before_bang = fragment.text.split('!').filter_map(|part| {
                let name = part.rsplit(|last: char| !(last.is_alphanumeric() || last == '_')).next();
                name.filter(|name| !name.is_empty())
            });
            used.macros.extend(before_bang);
            if candidate.shape.is_some() {
                used.definitions.extend(fragment.defines.iter().map(|name| (name.as_str(), index)));
            }
        }
        used
    }

    /// Whether an answer may need the import; of a glob nobody knows what it brings.
    fn may_use(&self, import: &Import) -> bool {
        import.name == "*" || import.name == "_" || self.mentions.contains(import.name.as_str())
    }

    /// The needed item that has the import's name. A macro and a function may share one.
    fn definition_against(&self, import: &Import) -> Option<usize> {
        let definition = self.definitions.get(import.name.as_str()).copied()?;
        (!self.macros.contains(import.name.as_str())).then_some(definition)
    }
}

fn not_available(fragment: &Fragment, import: &Import, from: &str) -> Note {
    Note {
        origin: Some(fragment.origin.clone()),
        message: format!(
            "the import of `{}` in {} was left out: `{from}` is not available when grading",
            import.path, fragment.origin
        ),
        hint: Some("Write the answer with the crates of the assignment only.".to_owned()),
    }
}

fn defined_too(fragment: &Fragment, import: &Import, definition: &Fragment) -> Note {
    Note {
        origin: Some(fragment.origin.clone()),
        message: format!(
            "the import of `{}` in {} was left out: `{}` is defined in {}",
            import.path, fragment.origin, import.name, definition.origin
        ),
        hint: Some("Give one of the two another name.".to_owned()),
    }
}

fn other_path(fragment: &Fragment, import: &Import, taken: &str) -> Note {
    Note {
        origin: Some(fragment.origin.clone()),
        message: format!(
            "the import of `{}` in {} was left out: a later one imports `{}` from `{taken}`",
            import.path, fragment.origin, import.name
        ),
        hint: Some("Import one of the two under another name with `as`.".to_owned()),
    }
}
