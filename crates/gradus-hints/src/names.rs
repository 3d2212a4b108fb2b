//! Names that are not found, arguments that do not fit, and what is missing from definitions.

use crate::diagnostic::Diagnostic;
use crate::types::{plain_type, with_article};

/// Everything that is not about types or borrowing.
pub(crate) fn explain(diagnostic: &Diagnostic) -> Option<String> {
    match diagnostic.code() {
        "E0425" | "E0412" => unknown(diagnostic),
        "E0432" | "E0433" => unresolved(diagnostic),
        "E0599" => method(diagnostic),
        "E0609" | "E0560" => field(diagnostic),
        "E0061" | "E0057" => arguments(diagnostic),
        "E0423" if diagnostic.child("use `!` to invoke").is_some() => {
            Some(format!("`{0}` is a macro: write `{0}!(…)`.", diagnostic.source()))
        }
        "E0618" => Some(format!(
            "`{}` is no function. Is an operator missing before the bracket, such as `*`?",
            diagnostic.source()
        )),
        "E0624" | "E0616" => private(diagnostic),
        "E0004" => Some(format!(
            "`match` must say what to do in every case; {} is missing. Add a branch for it, or `_ => …` for all the rest.",
            diagnostic
                .label()
                .trim_start_matches("pattern ")
                .trim_start_matches("patterns ")
                .trim_end_matches(" not covered")
        )),
        "E0063" => {
            Some(format!("Every field needs a value: add {}.", diagnostic.label().trim_start_matches("missing ")))
        }
        "E0046" => Some(format!(
            "The trait promises more than this has: write {} as well.",
            diagnostic.label().trim_start_matches("missing ").split(" in ").next()?
        )),
        "E0428" => {
            diagnostic.quoted(0).map(|name| format!("There are two `{name}` in this cell. Rename one, or remove it."))
        }
        "" => diagnostic.message.strip_prefix("cannot find macro `").and_then(|rest| rest.split_once('`')).map(
            |(name, _)| {
                similar(diagnostic).map_or_else(
                    || format!("There is no macro `{name}!`. Is it misspelt, or does it need a `use`?"),
                    |other| format!("There is no macro `{name}!`. Did you mean `{other}!`?"),
                )
            },
        ),
        _ => None,
    }
}

fn unknown(diagnostic: &Diagnostic) -> Option<String> {
    let name = diagnostic.quoted(0)?;
    if let Some(other) = diagnostic.replacement("available field") {
        return Some(format!("A field of the struct is reached through `self`: write `{other}{name}`."));
    }
    if let Some(import) = import(diagnostic) {
        return Some(format!("`{name}` exists, but not in this session yet. Write `{import}` first."));
    }
    if let Some(other) = similar(diagnostic) {
        return Some(format!("There is no `{name}`. Did you mean `{other}`?"));
    }
    let kind = if diagnostic.message.contains("function") {
        "function"
    } else if diagnostic.message.contains("type") || diagnostic.message.contains("trait") {
        "type"
    } else {
        "variable"
    };
    Some(match (kind, well_known(name)) {
        (_, Some(import)) => format!("`{name}` needs an import: `{import}`."),
        ("variable", _) => format!(
            "There is no variable `{name}` here. Is it misspelt, did the cell that declares it fail or not run yet, or does it \
             live inside another block or function?"
        ),
        ("function", _) => format!("There is no function `{name}`. Is it misspelt, or has its cell not been run yet?"),
        _ => format!("There is no type `{name}`. Is it misspelt, or has the cell that defines it not been run yet?"),
    })
}

fn unresolved(diagnostic: &Diagnostic) -> Option<String> {
    if let Some(import) = import(diagnostic) {
        return Some(format!("`{}` exists, but not in this session yet. Write `{import}` first.", diagnostic.source()));
    }
    let name = diagnostic.source();
    let last = name.rsplit("::").next()?;
    if let Some(other) = similar(diagnostic) {
        return Some(format!("There is no `{last}`. Did you mean `{other}`?"));
    }
    if let Some(import) = well_known(last) {
        return Some(format!("`{last}` needs an import: `{import}`."));
    }
    if diagnostic.label().contains("unlinked crate") || diagnostic.child("missing a crate").is_some() {
        return Some(match last {
            "np" | "numpy" => {
                "There is no NumPy in Rust; `ndarray` takes its place: `Array2::<f64>::zeros((rows, columns))`."
                    .to_owned()
            }
            _ => format!(
                "There is no crate `{last}` in this session. Is it misspelt? A crate of crates.io is added with `:dep {last} = \"version\"`."
            ),
        });
    }
    Some(format!(
        "There is no `{last}` at that place. Look at the documentation of `{}` for its right name.",
        name.split("::").next()?
    ))
}

fn method(diagnostic: &Diagnostic) -> Option<String> {
    let (name, kind) = (diagnostic.quoted(0)?, diagnostic.quoted(1)?);
    if crate::types::is_integer(kind) && ["sqrt", "exp", "ln", "powf", "powi", "sin", "cos", "tanh"].contains(&name) {
        return Some(format!(
            "`{name}` is for floats, but this is {}. Convert first: `(… as f64).{name}(…)`.",
            with_article(kind)
        ));
    }
    if let Some(import) = import(diagnostic) {
        return Some(format!("`{name}` comes from a trait that has not been imported. Write `{import}` first."));
    }
    if name == "random" || name == "random_using" {
        return Some(format!(
            "`{name}` comes from a trait that has not been imported. Write `use ndarray_rand::RandomExt;` first."
        ));
    }
    let plain = plain_type(kind);
    if let Some(other) = similar(diagnostic) {
        return Some(format!(
            "{} has no `{name}`. Did you mean `{other}`?",
            crate::mismatch::capital(&with_article(kind))
        ));
    }
    if let Some(field) = diagnostic.replacement("field") {
        return Some(format!("`{plain}` itself has no `{name}`, but a field of it has: `.{field}{name}(…)`."));
    }
    if kind.starts_with("Option<") || kind.starts_with("Result<") {
        return Some(format!(
            "This is {}: first take out the value (`?`, `.expect(\"…\")`, `match`), then call `{name}`.",
            with_article(kind)
        ));
    }
    if kind.starts_with("Vec<") || kind.starts_with('[') {
        return Some(format!(
            "A `Vec` is a list and has no `{name}`. Arrays have arithmetic and statistics: `Array1::from(v).{name}(…)`; else go \
             through `.iter()`."
        ));
    }
    if crate::types::is_integer(kind) {
        return Some(format!(
            "{} has no `{name}`. If it is for floats, convert first: `(… as f64).{name}()`.",
            crate::mismatch::capital(&with_article(kind))
        ));
    }
    let what = if diagnostic.message.contains("function or associated item") { "function" } else { "method" };
    Some(format!(
        "`{plain}` has no {what} `{name}`. Is it misspelt, or has the cell with its `impl` not been run? Type `.` and press Tab to \
         see what there is."
    ))
}

fn field(diagnostic: &Diagnostic) -> Option<String> {
    let (name, kind) = (diagnostic.quoted(0)?, plain_type(diagnostic.quoted(1)?));
    Some(similar(diagnostic).map_or_else(
        || format!("`{kind}` has no field `{name}`. A method is called with brackets: `.{name}()`."),
        |other| format!("`{kind}` has no field `{name}`. Did you mean `{other}`?"),
    ))
}

fn arguments(diagnostic: &Diagnostic) -> Option<String> {
    let name = diagnostic.source();
    let labels = || diagnostic.spans.iter().filter_map(|span| span.label.as_deref());
    let missing: Vec<String> = labels()
        .filter(|label| label.contains("is missing"))
        .filter_map(|label| {
            let number =
                label.strip_prefix("argument #").or_else(|| label.strip_prefix("argument "))?.split(' ').next()?;
            let kind = crate::diagnostic::quoted(label, 0)?;
            Some(format!("number {number}, {}", with_article(kind)))
        })
        .collect();
    if !missing.is_empty() {
        return Some(format!("`{name}` is called with too few arguments. Missing: {}.", missing.join("; ")));
    }
    let extra = diagnostic.labelled("unexpected argument");
    Some(extra.map_or_else(
        || format!("Compare the call of `{name}` with its signature: the number of arguments differs."),
        |span| format!("`{name}` takes fewer arguments: `{}` is one too many.", span.source()),
    ))
}

fn private(diagnostic: &Diagnostic) -> Option<String> {
    if let Some(note) = diagnostic.child("exists on the type") {
        let _ = note;
        return Some(format!(
            "This is an `Option` or a `Result`: first take out the value (`?`, `.expect(\"…\")`, `match`), then call `{}`.",
            diagnostic.source()
        ));
    }
    Some(format!("`{}` is for its own module only. Use what is marked `pub`.", diagnostic.source()))
}

/// The `use` line that rustc suggests.
fn import(diagnostic: &Diagnostic) -> Option<&str> {
    let suggestions = diagnostic.children.iter().flat_map(|child| &child.spans);
    suggestions
        .filter_map(|span| span.suggested_replacement.as_deref())
        .map(str::trim)
        .find(|text| text.starts_with("use "))
}

/// The name that rustc takes for the one meant.
fn similar(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.child("similar name").filter(|child| !child.message.contains("different arguments"))?;
    diagnostic.replacement("similar name")
}

fn well_known(name: &str) -> Option<&'static str> {
    Some(match name {
        "HashMap" | "HashSet" | "BTreeMap" | "VecDeque" => "use std::collections::*;",
        "Array" | "Array1" | "Array2" | "Array3" | "Array4" | "ArrayD" | "ArrayView1" | "ArrayView2"
        | "ArrayViewMut1" | "Axis" => "use ndarray::prelude::*;",
        "Zip" => "use ndarray::Zip;",
        _ => return None,
    })
}
