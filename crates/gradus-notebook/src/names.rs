//! Which item a name of the submission means.

use std::collections::HashMap;

use crate::candidate::Candidate;
use crate::item::Shape;

/// The namespaces of Rust that an item's name can be in.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Namespace {
    Type,
    Value,
    Macro,
}

const NAMESPACES: [Namespace; 3] = [Namespace::Type, Namespace::Value, Namespace::Macro];

/// A definition that lost its name to a later one.
pub(crate) struct Superseded {
    pub name: String,
    pub old: usize,
    pub new: usize,
}

/// The names of a submission. Of several definitions the last one counts, except for answers.
#[derive(Default)]
pub(crate) struct Names {
    meanings: HashMap<(Namespace, String), usize>,
    broken: HashMap<String, usize>,
    providers: HashMap<String, Vec<usize>>,
    impls: HashMap<String, Vec<usize>>,
    pub superseded: Vec<Superseded>,
    pub dead: Vec<bool>,
}

impl Names {
    /// `answers` are the functions that were chosen already.
    pub fn new(candidates: &[Candidate], answers: &[(String, usize)]) -> Self {
        let mut names = Self { dead: vec![false; candidates.len()], ..Self::default() };
        let answers: HashMap<&str, usize> = answers.iter().map(|(name, index)| (name.as_str(), *index)).collect();
        for (index, candidate) in candidates.iter().enumerate() {
            if candidate.main_or_test {
                continue;
            }
            for name in &candidate.fragment.defines {
                let chosen = answers.get(name.as_str()).copied();
                for &namespace in namespaces(candidate.shape.as_ref()) {
                    match chosen {
                        Some(chosen) if namespace == Namespace::Value && chosen != index => names.dead[index] = true,
                        _ => names.define(namespace, name, index),
                    }
                }
                if candidate.shape.is_none() && chosen.is_none_or(|chosen| chosen == index) {
                    names.broken.insert(name.clone(), index);
                }
            }
        }
        names.drop_repeated_impls(candidates);
        for (index, candidate) in candidates.iter().enumerate() {
            if names.dead[index] || candidate.main_or_test {
                continue;
            }
            for name in &candidate.provides {
                names.providers.entry(name.clone()).or_default().push(index);
            }
            if let Some(Shape::Impl(head)) = &candidate.shape {
                let mut owners: Vec<&String> = head.self_names.iter().filter(|name| names.is_type(name)).collect();
                if owners.is_empty() {
                    owners.extend(&head.trait_name);
                }
                for owner in owners {
                    names.impls.entry(owner.clone()).or_default().push(index);
                }
            }
        }
        names
    }

    /// The items that a mention of `name` can mean.
    pub fn meanings(&self, name: &str) -> Vec<usize> {
        let mut found: Vec<usize> = NAMESPACES
            .iter()
            .filter_map(|&namespace| self.meanings.get(&(namespace, name.to_owned())).copied())
            .collect();
        if found.is_empty() {
            found.extend(self.broken.get(name));
        }
        found.extend(self.providers.get(name).into_iter().flatten());
        found
    }

    /// The `impl` blocks that come with the type or trait `name`.
    pub fn impls_of(&self, name: &str) -> &[usize] {
        self.impls.get(name).map_or(&[], Vec::as_slice)
    }

    /// The type, trait or module called `name`, broken or not.
    pub fn type_or_module(&self, name: &str) -> Option<usize> {
        self.meanings.get(&(Namespace::Type, name.to_owned())).or_else(|| self.broken.get(name)).copied()
    }

    fn is_type(&self, name: &str) -> bool {
        self.type_or_module(name).is_some()
    }

    fn define(&mut self, namespace: Namespace, name: &str, index: usize) {
        if let Some(old) = self.meanings.insert((namespace, name.to_owned()), index)
            && old != index
            && !self.dead[old]
        {
            self.dead[old] = true;
            self.superseded.push(Superseded { name: name.to_owned(), old, new: index });
        }
    }

    /// A trait can be implemented once for a type, and a member can be defined once.
    fn drop_repeated_impls(&mut self, candidates: &[Candidate]) {
        let mut holders: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let Some(Shape::Impl(head)) = &candidate.shape else { continue };
            if candidate.main_or_test {
                continue;
            }
            let members: Vec<&str> =
                if head.trait_name.is_some() { vec![""] } else { head.members.iter().map(String::as_str).collect() };
            for member in members {
                if let Some(old) = holders.insert((&head.header, member), index)
                    && old != index
                    && !self.dead[old]
                {
                    self.dead[old] = true;
                    let name = head.self_names.first().cloned().unwrap_or_default();
                    self.superseded.push(Superseded { name, old, new: index });
                }
            }
        }
    }
}

fn namespaces(shape: Option<&Shape>) -> &'static [Namespace] {
    match shape {
        Some(Shape::Function | Shape::Value) => &[Namespace::Value],
        Some(Shape::Type { also_value: true }) => &[Namespace::Type, Namespace::Value],
        Some(Shape::Type { also_value: false }) => &[Namespace::Type],
        Some(Shape::Macro) => &[Namespace::Macro],
        // What a macro call or foreign block defines is a guess; it never takes a name from both kinds.
        Some(Shape::MacroCall { .. } | Shape::Other) => &[Namespace::Value, Namespace::Type],
        Some(Shape::Impl(_) | Shape::Use(_) | Shape::InnerAttribute { .. }) | None => &[],
    }
}
