//! E0308, a value of another type than needed, and types that cannot be told.

use crate::arrays;
use crate::diagnostic::{Diagnostic, quoted};
use crate::types::{is_float, is_float_literal, is_integer, is_integer_literal, is_number, with_article};

/// E0308 and E0317.
pub(crate) fn explain(diagnostic: &Diagnostic) -> Option<String> {
    if diagnostic.code() == "E0317" {
        return Some(
            "An `if` without `else` has no value for the other case. Add `else { … }` with a value of the same type."
                .to_owned(),
        );
    }
    no_value(diagnostic).or_else(|| branches(diagnostic)).or_else(|| {
        let (expected, found) = expected_and_found(diagnostic)?;
        let source = diagnostic.source();
        numbers(source, &expected, &found)
            .or_else(|| references(source, &expected, &found))
            .or_else(|| arrays::mismatch(source, &expected, &found))
            .or_else(|| wrapped(source, &expected, &found))
            .or_else(|| condition(source, &expected, &found))
    })
}

/// What to write so that `source`, of one number type, becomes a value of another.
pub(crate) fn convert(source: &str, to: &str) -> String {
    let plain = source.chars().all(|letter| letter.is_alphanumeric() || "_.()[]".contains(letter));
    if plain { format!("`{source} as {to}`") } else { format!("`({source}) as {to}`") }
}

/// E0282, E0283, E0284, E0689: a type that nothing tells.
pub(crate) fn unknown_type(diagnostic: &Diagnostic) -> Option<String> {
    let source = diagnostic.source();
    let suggests = diagnostic
        .children
        .iter()
        .flat_map(|child| &child.spans)
        .find_map(|span| span.suggested_replacement.as_deref());
    if diagnostic.code() == "E0689" {
        return Some(format!(
            "A literal such as `2.0` may be an `f32` or an `f64`, and `{source}` exists for both. Say which: `let x: f64 = …`, \
             or `2.0_f64`."
        ));
    }
    let needs = diagnostic.labelled("type must be known at this point").map_or("", |span| span.source());
    if source == "sum" || source == "product" {
        return Some(format!("`{source}` can result in several types. Say which: `.{source}::<f64>()`."));
    }
    if source == "into" || needs == "into" {
        return Some(
            "`into()` can result in several types. Say which with a name: `let x: f64 = value.into();`.".to_owned(),
        );
    }
    let variable = source.chars().all(|letter| letter.is_alphanumeric() || letter == '_') && !source.is_empty();
    if needs == "collect" || source == "collect" {
        return Some(
            "`collect` can build several kinds of collections. Say which: `let v: Vec<_> = … .collect();` (or `Array1<_>`)."
                .to_owned(),
        );
    }
    if needs == "parse" || source == "parse" {
        return Some("`parse` can read several types. Say which: `.parse::<f64>()`.".to_owned());
    }
    if variable && suggests.is_some_and(|suggestion| suggestion.starts_with(": ")) {
        let example = suggests.unwrap_or("").replace("Vec<T>", "Vec<f64>").replace("/* Type */", "f64");
        return Some(format!(
            "Nothing here tells the type of `{source}`. Say it: `let {source}{example} = …`, or use it in a way that tells."
        ));
    }
    Some("Nothing here tells the type. Give the value a name with a type: `let x: f64 = …`.".to_owned())
}

fn no_value(diagnostic: &Diagnostic) -> Option<String> {
    let (expected, found) = expected_and_found(diagnostic)?;
    if let Some(function) = diagnostic.labelled("as its body has no tail") {
        let name = function.source();
        return Some(if diagnostic.child("remove this semicolon").is_some() {
            format!(
                "The `;` at the end of `{name}` throws the value away. Remove it: the last expression is what is returned."
            )
        } else {
            format!(
                "`{name}` promises {} but ends without one. Write the value as its last line, without `;`.",
                with_article(&expected)
            )
        });
    }
    if found == "()" {
        if diagnostic.child("compare for equality").is_some() {
            return Some("One `=` stores a value, two compare: write `==`.".to_owned());
        }
        if let Some(note) = diagnostic.child("modifies its receiver in-place") {
            let method = quoted(&note.message, 0).unwrap_or("this");
            return Some(format!(
                "`{method}` changes the value itself and returns nothing. Call it on a line of its own and use the variable \
                 afterwards."
            ));
        }
        return Some(format!(
            "{} is needed here, but this has no value (`()`). Does a block end in `;`, or does the function return nothing?",
            capital(&with_article(&expected))
        ));
    }
    if expected == "()" {
        if diagnostic.labelled("`if` expressions without `else`").is_some() {
            return Some(format!(
                "The value of this `if` goes nowhere. To leave the function with it, write `return {};`; otherwise add an \
                 `else` and use the value.",
                diagnostic.source()
            ));
        }
        if let Some(result) = diagnostic.replacement("try adding a return type") {
            return Some(format!("The function's signature promises no value. Add its type: `fn name(…){result}`."));
        }
    }
    None
}

fn branches(diagnostic: &Diagnostic) -> Option<String> {
    let both = if diagnostic.message.starts_with("`if` and `else`") {
        "Both branches of an `if`"
    } else if diagnostic.message.starts_with("`match` arms") {
        "All arms of a `match`"
    } else {
        return None;
    };
    let (expected, found) = expected_and_found(diagnostic)?;
    Some(format!(
        "{both} must have values of one type, but here are {} and {}.",
        with_article(&expected),
        with_article(&found)
    ))
}

fn numbers(source: &str, expected: &str, found: &str) -> Option<String> {
    if !(is_number(found) && is_number(expected.trim_start_matches('&'))) {
        return None;
    }
    if let Some(bare) = expected.strip_prefix('&').filter(|_| !found.starts_with('&')) {
        let bare = bare.trim_start_matches('&');
        return Some(format!(
            "One side is a reference to {}, the other a number. Take the number behind the reference with `*` (one `*` for \
             each `&`), or name it in the closure's argument: `|&x|`.",
            with_article(bare)
        ));
    }
    if is_float(expected) && is_integer_literal(found) {
        return Some(format!("Rust keeps integers and floats apart, even in literals. Write `{source}.0`."));
    }
    if is_integer(expected) && is_float_literal(found) {
        let whole = source.split('.').next().unwrap_or(source);
        return Some(format!(
            "Rust keeps integers and floats apart, even in literals. Write `{whole}`, without the point."
        ));
    }
    Some(different_numbers(source, expected, found))
}

/// That Rust does not convert numbers by itself, with what to write and what can go wrong.
pub(crate) fn different_numbers(source: &str, expected: &str, found: &str) -> String {
    let convert = convert(source, expected);
    let danger = if expected == "usize" && found.starts_with('i') {
        " (it must not be negative then)"
    } else if is_integer(expected) && is_float(found) {
        " (this cuts off the fraction; call `.round()` first if that matters)"
    } else if expected == "f32" && found == "f64" {
        " (this rounds)"
    } else {
        ""
    };
    let why = if expected == "usize" && is_integer(found) || found == "usize" && is_integer(expected) {
        "Lengths and positions are `usize`, and Rust does not convert numbers by itself."
    } else {
        "Rust does not convert numbers by itself."
    };
    format!("{why} Write {convert}{danger}, or give the variable the type `{expected}` from the start.")
}

fn references(source: &str, expected: &str, found: &str) -> Option<String> {
    if expected.starts_with("&mut ") && !found.starts_with("&mut ") {
        let value = source.trim_start_matches('&');
        return Some(format!(
            "The function changes what it is given, so it must be lent for that: write `&mut {value}` (and declare \
             `let mut {value}`)."
        ));
    }
    if expected == "String" && found == "&str" {
        return Some(format!(
            "Text in quotes is a `&str`, lent; a `String` owns its text. Write `{source}.to_string()`."
        ));
    }
    let (lent, bare) = (expected.strip_prefix('&'), found.strip_prefix('&'));
    if let (Some(lent), None) = (lent, bare) {
        let same = lent == "_" || alike(lent, found) || (lent == "str" && found == "String") || lent.starts_with('[');
        return same.then(|| {
            format!(
                "It is to be lent, not given away: write `&{source}`. Then `{source}` also stays usable afterwards."
            )
        });
    }
    if let (None, Some(bare)) = (lent, bare) {
        let bare = bare.trim_start_matches("mut ").trim_start_matches('&');
        if !alike(expected, bare) {
            return None;
        }
        let value = source.strip_prefix('&');
        return Some(match value {
            Some(value) if is_number(expected) => format!("The number itself is needed: write `{value}`, without `&`."),
            Some(value) => format!(
                "The value itself is needed, to keep: write `{value}`, without `&`; or `{value}.clone()` if you need `{value}` \
                 afterwards."
            ),
            None if is_number(expected) => {
                format!("`{source}` is a reference to a number. Take the number: `*{source}`.")
            }
            None => format!("`{source}` is only lent here. To get a value of your own, write `{source}.clone()`."),
        });
    }
    None
}

fn wrapped(source: &str, expected: &str, found: &str) -> Option<String> {
    if found.starts_with("Option<") && !expected.starts_with("Option<") {
        return Some(format!(
            "`{source}` may be `None` (an empty list, say), so it is {}. Say what then: `.unwrap_or(…)` for a default, \
             `match`, or `.expect(\"why it cannot be None\")`.{}",
            with_article(found),
            if found.starts_with("Option<&") {
                " It also holds a reference: `.copied()` turns `&f64` into `f64`."
            } else {
                ""
            }
        ));
    }
    if found.starts_with("Result<") && !expected.starts_with("Result<") {
        return Some(format!(
            "`{source}` may fail, so it is {}. Pass the error on with `?`, or stop there with `.expect(\"what went wrong\")`.",
            with_article(found)
        ));
    }
    let wrapper = [("Option<", "Some"), ("Result<", "Ok")].into_iter().find(|(kind, _)| expected.starts_with(kind));
    wrapper.map(|(_, name)| {
        format!("{} is promised: wrap the value, `{name}({source})`.", capital(&with_article(expected)))
    })
}

fn condition(source: &str, expected: &str, found: &str) -> Option<String> {
    (expected == "bool" && is_number(found))
        .then(|| format!("A condition must be `true` or `false`; a number is neither. Compare it: `{source} != 0`."))
}

/// Whether both are the same type, but for what is not known yet.
fn alike(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.split(['<', '{']).next().unwrap_or("").to_owned();
    let number = is_number(one) && is_number(other) && is_float(one) == is_float(other);
    number || (bare(one) == bare(other) && !bare(one).is_empty())
}

/// Both types, as complete as the compiler gives them.
pub(crate) fn expected_and_found(diagnostic: &Diagnostic) -> Option<(String, String)> {
    let label = diagnostic.label();
    let from_label = label.strip_prefix("expected ").and_then(|rest| rest.split_once(", found "));
    let from_note =
        diagnostic.children.iter().find(|child| child.level == "note" && child.message.starts_with("expected "));
    let note =
        from_note.and_then(|note| Some((quoted(&note.message, 0)?.to_owned(), quoted(&note.message, 1)?.to_owned())));
    let bare = |name: &str| name.trim_matches('`').to_owned();
    match (from_label, note) {
        // The label leaves out what does not fit on a line, the note what is the same on both sides.
        (Some((expected, found)), Some(note)) if expected.contains("...") || !label.contains('`') => {
            Some(if expected.contains("...") { (bare(expected), bare(found)).richer(note) } else { note })
        }
        (Some((expected, found)), _) => Some((bare(expected), bare(found))),
        (None, note) => note,
    }
}

trait Richer {
    fn richer(self, note: (String, String)) -> (String, String);
}

impl Richer for (String, String) {
    /// The note's types where they differ in what matters, else the label's.
    fn richer(self, note: (String, String)) -> (String, String) {
        let storage_or_shape = |name: &str| name.contains("Repr") || name.contains("Dim<");
        if storage_or_shape(&note.0) && storage_or_shape(&note.1) { note } else { self }
    }
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
