//! Adds a cell's items to a session: into a crate of their own, or into the crates of those that they belong to.
//!
//! - A name that is defined again leaves its old crate; crates that mention it are compiled anew when they are next
//!   needed, so that callers see the new function.
//! - An implementation for a type or trait of an earlier cell goes into that one's crate, because of the orphan rule.
//! - Crates that come to need each other become one.
//! - A crate keeps its name, and its types their identity, only while no definition that its types depend on changes;
//!   variables of other types are dropped. So a value never meets code compiled for another layout.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cell::{Item, ItemKind, Parsed};
use crate::mentions::Names;
use crate::session::{Piece, Session, Unit};
use crate::source::Edit;

/// What adding items did beside it.
#[derive(Debug, Default)]
pub struct Defined {
    /// Crates to compile before the cell counts as accepted.
    pub units: BTreeSet<usize>,
    /// Variables that are dropped.
    pub dropped: Vec<String>,
}

impl Session {
    /// Adds the items of cell `number`.
    pub fn define(&mut self, parsed: &Parsed, number: usize) -> Defined {
        let mut defined = Defined::default();
        let declared: Names = parsed.items.iter().filter_map(Item::name).map(str::to_owned).collect();
        let again: Names = declared.iter().filter(|name| self.names.contains_key(*name)).cloned().collect();
        let mut changed = BTreeSet::new();
        let dependents: Vec<usize> = self.users_of(&again);

        self.drop_variables(&again, &mut defined);
        let carried = self.remove(&again, &mut changed);
        let mut own = Vec::new();
        for piece in pieces(parsed) {
            match piece.item.as_ref().and_then(|item| self.home(item, &declared)) {
                Some(home) => {
                    self.add_implementation(home, piece, parsed);
                    changed.insert(home);
                    defined.units.insert(home);
                }
                None => own.push(piece),
            }
        }
        if own.iter().any(|piece| piece.item.is_some()) {
            own.extend(carried);
            let unit = Unit {
                number,
                pieces: own,
                imports: self.imports.clone(),
                built: None,
                crate_name: format!("items_{number}"),
            };
            for item in unit.items() {
                if let Some(name) = item.name() {
                    self.names.insert(name.to_owned(), number);
                }
            }
            self.units.insert(number, Arc::new(unit));
            defined.units.insert(number);
        }
        changed.extend(dependents);
        self.spread(&mut changed);
        self.rename(&changed, &again, number);
        for merged in self.merge_cycles() {
            if defined.units.remove(&merged.1) {
                defined.units.insert(merged.0);
            }
        }
        self.drop_variables_of_changed_types(&mut defined);
        defined
    }

    /// The crates that a crate's text refers to.
    pub fn dependencies(&self, unit: &Unit) -> BTreeSet<usize> {
        let mentions = self.with_macros(&unit.mentions());
        let numbers = mentions.iter().filter_map(|name| self.names.get(name)).copied();
        numbers.filter(|number| *number != unit.number).collect()
    }

    fn users_of(&self, names: &Names) -> Vec<usize> {
        let uses = |unit: &&Arc<Unit>| !self.with_macros(&unit.mentions()).is_disjoint(names);
        self.units.values().filter(uses).map(|unit| unit.number).collect()
    }

    /// Removes items by name, with the implementations that came from the same cell. Implementations for them from
    /// other cells are returned: they are for what takes the names.
    fn remove(&mut self, names: &Names, changed: &mut BTreeSet<usize>) -> Vec<Piece> {
        let mut carried = Vec::new();
        let owners: BTreeSet<usize> = names.iter().filter_map(|name| self.names.remove(name)).collect();
        for number in owners {
            let Some(unit) = self.units.get(&number) else { continue };
            let cells: Vec<_> = unit
                .pieces
                .iter()
                .filter(|piece| piece.item.as_ref().and_then(Item::name).is_some_and(|name| names.contains(name)))
                .map(|piece| piece.text.clone())
                .collect();
            let mut kept = Vec::new();
            for piece in &unit.pieces {
                let Some(item) = &piece.item else {
                    kept.push(piece.clone());
                    continue;
                };
                match &item.kind {
                    ItemKind::Named(name) if names.contains(name) => {}
                    ItemKind::Impl { of_type, .. } if !of_type.is_disjoint(names) => {
                        if !cells.iter().any(|cell| Arc::ptr_eq(cell, &piece.text)) {
                            carried.push(piece.clone());
                        }
                    }
                    _ => kept.push(piece.clone()),
                }
            }
            if kept.iter().any(|piece| piece.item.is_some()) {
                self.change(number, |unit| unit.pieces = kept);
                changed.insert(number);
            } else {
                self.units.remove(&number);
            }
        }
        carried
    }

    /// The earlier crate that an implementation has to go to, if it does.
    fn home(&self, item: &Item, declared: &Names) -> Option<usize> {
        let ItemKind::Impl { of_type, of_trait, .. } = &item.kind else { return None };
        let head: Names = of_type.union(of_trait).cloned().collect();
        if !head.is_disjoint(declared) {
            return None;
        }
        let mut homes = head.iter().filter_map(|name| self.names.get(name)).copied();
        // Whichever it is, a cycle makes one crate of them all.
        homes.next()
    }

    fn add_implementation(&mut self, home: usize, piece: Piece, parsed: &Parsed) {
        let Some(ItemKind::Impl { head, members, of_trait, .. }) = piece.item.as_ref().map(|item| item.kind.clone())
        else {
            return;
        };
        self.change(home, |unit| {
            // The same implementation in a cell that is run again, or functions of it.
            for old in &mut unit.pieces {
                let Some(old_item) = &mut old.item else { continue };
                let ItemKind::Impl { head: old_head, members: old_members, .. } = &mut old_item.kind else { continue };
                if *old_head != head {
                    continue;
                }
                let replaced = |name: &String| !of_trait.is_empty() || members.iter().any(|(new, _)| new == name);
                for (_, range) in old_members.iter().filter(|(name, _)| replaced(name)) {
                    old_item.edits.retain(|edit| edit.range.end < range.start || edit.range.start > range.end);
                    old_item.edits.push(Edit { range: range.clone(), text: String::new() });
                }
                old_members.retain(|(name, _)| !replaced(name));
                old_item.edits.sort_by_key(|edit| edit.range.start);
                if old_members.is_empty() {
                    old.item = None;
                    old.range.end = old.range.start;
                }
            }
            unit.pieces.retain(|piece| !piece.range.is_empty());
            for import in &parsed.imports {
                if !unit.imports.contains(import) {
                    unit.imports.push(import.clone());
                }
            }
            unit.pieces.push(piece);
        });
    }

    /// Adds all that depend on what changed, and marks them.
    fn spread(&mut self, changed: &mut BTreeSet<usize>) {
        loop {
            let before = changed.len();
            for unit in self.units.values() {
                if self.dependencies(unit).iter().any(|number| changed.contains(number)) {
                    changed.insert(unit.number);
                }
            }
            if changed.len() == before {
                break;
            }
        }
        for number in changed.iter() {
            self.change(*number, |unit| unit.built = None);
        }
    }

    /// Gives crates a new name whose types depend on what was defined again.
    fn rename(&mut self, changed: &BTreeSet<usize>, again: &Names, number: usize) {
        for unit in changed {
            let Some(found) = self.units.get(unit) else { continue };
            let types = found.items().filter(|item| !item.types.is_empty()).filter_map(Item::name).map(str::to_owned);
            if !self.definition_closure(types).is_disjoint(again) {
                self.change(*unit, |unit| unit.crate_name = format!("items_{}_{number}", unit.number));
            }
        }
    }

    /// Makes one crate of those that need each other. Returns pairs: what a crate is now in, and which it was.
    fn merge_cycles(&mut self) -> Vec<(usize, usize)> {
        let mut merged = Vec::new();
        while let Some((keep, lose)) = self.find_cycle() {
            let Some(lost) = self.units.remove(&lose) else { break };
            self.change(keep, |unit| {
                unit.pieces.extend(lost.pieces.iter().cloned());
                for import in &lost.imports {
                    if !unit.imports.contains(import) {
                        unit.imports.push(import.clone());
                    }
                }
                unit.built = None;
            });
            for number in self.names.values_mut() {
                if *number == lose {
                    *number = keep;
                }
            }
            merged.push((keep, lose));
        }
        merged
    }

    /// Two crates each of which depends on the other, the older first.
    fn find_cycle(&self) -> Option<(usize, usize)> {
        let direct: BTreeMap<usize, BTreeSet<usize>> = self
            .units
            .values()
            .filter(|unit| unit.built.is_none())
            .map(|unit| (unit.number, self.dependencies(unit)))
            .collect();
        for start in direct.keys() {
            let mut seen = BTreeSet::new();
            let mut open: Vec<usize> = direct[start].iter().copied().collect();
            while let Some(next) = open.pop() {
                if next == *start {
                    // Some crate on the way back is its partner.
                    let partner = direct.iter().find(|(other, uses)| {
                        *other != start && uses.contains(start) && self.reaches(&direct, *start, **other)
                    });
                    return partner.map(|(other, _)| (*start.min(other), *start.max(other)));
                }
                if seen.insert(next) {
                    open.extend(direct.get(&next).into_iter().flatten().copied());
                }
            }
        }
        None
    }

    fn reaches(&self, direct: &BTreeMap<usize, BTreeSet<usize>>, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                open.extend(direct.get(&next).into_iter().flatten().copied());
            }
        }
        false
    }

    fn drop_variables(&mut self, again: &Names, defined: &mut Defined) {
        let old: Vec<String> = self
            .variables
            .iter()
            .filter(|(name, variable)| again.contains(*name) || !variable.depends_on.is_disjoint(again))
            .map(|(name, _)| name.clone())
            .collect();
        for name in old {
            if !again.contains(&name) {
                self.gone.insert(name.clone(), "its type has been defined again".to_owned());
            }
            self.variables.remove(&name);
            defined.dropped.push(name);
        }
    }

    /// A merge can move a type into another crate, which makes another type of it.
    fn drop_variables_of_changed_types(&mut self, defined: &mut Defined) {
        let crates: Names = self.units.values().map(|unit| unit.crate_name.clone()).collect();
        let old: Vec<String> = self
            .variables
            .iter()
            .filter(|(_, variable)| crates_in(&variable.type_path).any(|name| !crates.contains(name)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in old {
            self.variables.remove(&name);
            self.gone.insert(name.clone(), "the items that its type belongs to have been compiled anew".to_owned());
            defined.dropped.push(name);
        }
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut Unit)) {
        if let Some(unit) = self.units.get_mut(&number) {
            let mut copy = Unit {
                number: unit.number,
                pieces: unit.pieces.clone(),
                imports: unit.imports.clone(),
                built: unit.built.clone(),
                crate_name: unit.crate_name.clone(),
            };
            change(&mut copy);
            copy.built = None;
            *unit = Arc::new(copy);
        }
    }

    /// Notes that a crate has been compiled.
    pub fn set_built(&mut self, number: usize, built: Arc<crate::session::Built>) {
        self.change(number, |_| {});
        if let Some(unit) = self.units.get_mut(&number).and_then(Arc::get_mut) {
            unit.built = Some(built);
        }
    }
}

/// The crates of items that a type's path names.
pub fn crates_in(type_path: &str) -> impl Iterator<Item = &str> {
    type_path.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.starts_with("items_"))
}

/// A cell's items, and the imports and macros between them, in the order in which they stand.
fn pieces(parsed: &Parsed) -> Vec<Piece> {
    let items = parsed.items.iter().map(|item| (item.range.clone(), Some(item.clone())));
    let declarations = parsed.declarations.iter().map(|range| (range.clone(), None));
    let mut all: Vec<_> = items.chain(declarations).collect();
    all.sort_by_key(|(range, _)| range.start);
    all.into_iter().map(|(range, item)| Piece { text: parsed.text.clone(), range, item }).collect()
}
