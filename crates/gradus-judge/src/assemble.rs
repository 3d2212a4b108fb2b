//! Puts a submission's fragments together into the one crate that is compiled, and finds the way back from its lines.
//!
//! A function that is missing or broken gets a stub with the right signature that panics when called, so that the
//! functions that call it still compile and lose only what really depends on it.

use std::collections::BTreeMap;

use gradus_notebook::{Fragment, FragmentKind, Origin, make_public};
use gradus_question::Function;

use crate::grade::Location;

/// rustc takes what is compiled of generic code from crates that are named.
const LINKED: &str = "mod gradus_linked {\n    use ::gradus_instances as _;\n}\n";

/// The crate to compile, and where each of its lines comes from.
pub struct Assembled {
    /// The crate's source.
    pub source: String,
    regions: Vec<Region>,
}

/// A run of lines that came from one fragment.
struct Region {
    fragment: usize,
    first_line: usize,
    line_count: usize,
    origin: Origin,
}

/// Why a function is replaced by a stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stub {
    /// It was not handed in.
    Missing,
    /// It was, but does not get through the compiler.
    Broken,
}

/// Assembles the fragments whose index `keep` allows, and stubs for the functions in `stubs`. `interface` is the module of
/// the assignment.
pub fn assemble(
    fragments: &[Fragment],
    keep: impl Fn(usize) -> bool,
    interface: &str,
    functions: &[Function],
    stubs: &BTreeMap<&'static str, Stub>,
) -> Assembled {
    // Warnings would be talk, and the student has had them in the notebook.
    let mut source = String::from("#![allow(warnings)]\n");
    let mut regions = Vec::new();
    let mut first_line = 2;
    for (index, fragment) in fragments.iter().enumerate() {
        if !keep(index) || !is_compiled(fragment) {
            continue;
        }
        source.push_str(&make_public(&fragment.text));
        source.push('\n');
        let line_count = fragment.text.matches('\n').count() + 1;
        regions.push(Region { fragment: index, first_line, line_count, origin: fragment.origin.clone() });
        first_line += line_count;
    }
    source.push_str(&stub_module(interface, functions, stubs));
    source.push_str(LINKED);
    Assembled { source, regions }
}

impl Assembled {
    /// The fragment that a line of the crate belongs to.
    pub fn fragment_at(&self, line: usize) -> Option<usize> {
        self.region_at(line).map(|region| region.fragment)
    }

    /// Where a line of the crate stands in what the student handed in.
    pub fn locate(&self, line: usize) -> Option<Location> {
        self.region_at(line).map(|region| Location {
            line: region.origin.line + (line - region.first_line),
            ..location_of(&region.origin)
        })
    }

    fn region_at(&self, line: usize) -> Option<&Region> {
        self.regions.iter().find(|region| (region.first_line..region.first_line + region.line_count).contains(&line))
    }
}

/// The place of a fragment's first line.
pub fn location_of(origin: &Origin) -> Location {
    Location { file: origin.file.clone(), cell: origin.cell.as_ref().map(|cell| cell.number), line: origin.line }
}

/// Whether a fragment is source that can be compiled at all.
fn is_compiled(fragment: &Fragment) -> bool {
    !matches!(fragment.kind, FragmentKind::Unparsed { .. } | FragmentKind::InnerAttribute { .. })
}

/// A module with the stubs, out of reach of whatever names the submission defines.
fn stub_module(interface: &str, functions: &[Function], stubs: &BTreeMap<&'static str, Stub>) -> String {
    if stubs.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for name in stubs.keys() {
        text.push_str(&format!("pub use self::gradus_stubs::{name};\n"));
    }
    // Signatures name types of arrays, and those that the assignment gives.
    text.push_str(&format!(
        "mod gradus_stubs {{\n    use ::ndarray::*;\n    use ::gradus_assignments::{interface}::*;\n"
    ));
    for function in functions {
        let Some(stub) = stubs.get(function.name) else { continue };
        let why = match stub {
            Stub::Missing => "is missing",
            Stub::Broken => "does not compile",
        };
        text.push_str(&format!(
            "    {} {{ ::std::panic!(\"it calls `{}`, which {why}\") }}\n",
            function.stand_in_signature(),
            function.name
        ));
    }
    text.push_str("}\n");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const F: Function = Function { name: "f", arguments: &["x"], types: &["f64"], output: "f64", own_types: &[] };

    fn fragment(text: &str, line: usize) -> Fragment {
        Fragment {
            origin: Origin { file: "a.rs".to_owned(), cell: None, line },
            text: text.to_owned(),
            kind: FragmentKind::Item,
            defines: Vec::new(),
            mentions: BTreeSet::new(),
        }
    }

    #[test]
    fn lines_lead_back_to_the_student() {
        let fragments = [fragment("fn a() {\n}", 10), fragment("fn b() {}", 3), fragment("fn c() {\n\n}", 20)];
        let assembled = assemble(&fragments, |index| index != 1, "softmax", &[], &BTreeMap::new());
        assert_eq!(assembled.source, format!("#![allow(warnings)]\npub fn a() {{\n}}\npub fn c() {{\n\n}}\n{LINKED}"));
        assert_eq!(assembled.fragment_at(3), Some(0));
        assert_eq!(assembled.locate(3).map(|at| at.line), Some(11));
        assert_eq!(assembled.fragment_at(4), Some(2));
        assert_eq!(assembled.locate(6).map(|at| at.line), Some(22));
        assert_eq!(assembled.locate(1), None);
        assert_eq!(assembled.locate(7), None);
    }

    #[test]
    fn stubs_say_what_is_wrong_when_called() {
        let stubs = BTreeMap::from([("f", Stub::Missing)]);
        let assembled = assemble(&[], |_| true, "softmax", &[F], &stubs);
        assert!(
            assembled.source.contains("pub fn f(x: f64) -> f64 { ::std::panic!(\"it calls `f`, which is missing\") }")
        );
    }

    #[test]
    fn a_stub_needs_no_type_of_the_students() {
        let backward = Function { types: &["&Cache"], own_types: &["Cache"], ..F };
        let assembled = assemble(&[], |_| true, "softmax", &[backward], &BTreeMap::from([("f", Stub::Broken)]));
        assert!(assembled.source.contains("pub fn f<Cache>(x: &Cache) -> f64 {"), "{}", assembled.source);
    }
}
