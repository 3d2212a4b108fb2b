//! Which of many errors are worth reading.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Span};

/// The errors to show, and how many others there are.
#[derive(Debug)]
pub struct Folded<'a> {
    /// The errors to show, in the compiler's order.
    pub roots: Vec<&'a Diagnostic>,
    /// How many repeat one of those or follow from one.
    pub consequences: usize,
    /// How many are left out because there would be too many to read.
    pub beyond: usize,
}

/// Errors beyond this number are counted only.
const SHOWN: usize = 4;

/// Picks the errors to show: one of each kind at each place, none that follow from another.
pub fn fold(diagnostics: &[Diagnostic]) -> Folded<'_> {
    let mut roots: Vec<&Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        let follows = roots.iter().any(|root| repeats(root, diagnostic) || follows_from(diagnostic, root));
        if !follows {
            roots.push(diagnostic);
        }
    }
    // Where something else is wrong, a type that cannot be told is mostly its consequence.
    if roots.iter().any(|root| !is_inference(root)) {
        roots.retain(|root| !is_inference(root));
    }
    // An error may also come before the one that it follows from.
    let unresolved = unresolved_names(&roots);
    roots.retain(|root| !(is_unknown_name(root) && root.quoted(0).is_some_and(|name| unresolved.contains(name))));
    let consequences = diagnostics.len() - roots.len();
    let beyond = roots.len().saturating_sub(SHOWN);
    roots.truncate(SHOWN);
    Folded { roots, consequences, beyond }
}

impl Folded<'_> {
    /// A line about what is not shown, if there is any.
    ///
    /// ```
    /// let folded = gradus_hints::Folded { roots: Vec::new(), consequences: 2, beyond: 0 };
    /// assert_eq!(folded.remark().unwrap(), "2 more errors repeat these or follow from them.");
    /// ```
    pub fn remark(&self) -> Option<String> {
        let errors = |count: usize| if count == 1 { "1 more error".to_owned() } else { format!("{count} more errors") };
        let (repeat, follow) = if self.consequences == 1 { ("repeats", "follows") } else { ("repeat", "follow") };
        match (self.consequences, self.beyond) {
            (0, 0) => None,
            (consequences, 0) => Some(format!("{} {repeat} these or {follow} from them.", errors(consequences))),
            (0, beyond) => Some(format!("{}: mend these first.", errors(beyond))),
            (consequences, beyond) => Some(format!(
                "{}, and {consequences} that {repeat} errors or {follow} from them: mend these first.",
                errors(beyond)
            )),
        }
    }
}

/// The same place, or the same unknown name once more.
fn repeats(root: &Diagnostic, other: &Diagnostic) -> bool {
    let same_text = root.code() == other.code() && root.message == other.message;
    let same_place =
        matches!((root.primary(), other.primary()), (Some(one), Some(other)) if start(one) == start(other));
    same_place || (same_text && (is_unknown_name(root) || ["E0433", "E0384", "E0599"].contains(&root.code())))
}

/// Whether `other` is there because of `root`.
fn follows_from(other: &Diagnostic, root: &Diagnostic) -> bool {
    let (Some(place), Some(origin)) = (other.primary(), root.primary()) else { return false };
    // `a + k` with two types of numbers is reported on `k` and on `+`.
    let operator = !place.source().is_empty() && place.source().chars().all(|letter| "+-*/%=&|^<>!".contains(letter));
    let same_operation =
        operator && root.code() == "E0308" && other.code() == "E0277" && origin.line_start == place.line_start;
    // An array operation can fail twice at its operator.
    let same_operator = operator && start(place) == start(origin);
    same_operation || same_operator
}

fn is_inference(diagnostic: &Diagnostic) -> bool {
    ["E0282", "E0283", "E0284"].contains(&diagnostic.code())
}

fn is_unknown_name(diagnostic: &Diagnostic) -> bool {
    ["E0425", "E0412", "E0422", "E0405"].contains(&diagnostic.code())
}

/// The names that failing imports would have brought.
fn unresolved_names(roots: &[&Diagnostic]) -> HashSet<String> {
    let imports = roots.iter().filter(|root| root.code() == "E0432");
    imports.filter_map(|root| root.quoted(0)?.rsplit("::").next().map(str::to_owned)).collect()
}

fn start(span: &Span) -> (&str, usize, usize) {
    (&span.file_name, span.line_start, span.column_start)
}
