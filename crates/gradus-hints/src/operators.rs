//! Operators that the types at hand do not have.

use crate::arrays;
use crate::diagnostic::Diagnostic;
use crate::mismatch::different_numbers;
use crate::types::{is_float, is_integer, is_integer_literal, is_number, plain_type, with_article};

/// E0368, E0369, E0600, E0604, E0605, E0606, E0608, E0614.
pub(crate) fn explain(diagnostic: &Diagnostic) -> Option<String> {
    match diagnostic.code() {
        "E0614" => Some(format!(
            "`{}` is a value, not a reference, so there is nothing behind it: leave out the `*`.",
            diagnostic.source().trim_start_matches('*')
        )),
        "E0600" => negation(diagnostic),
        "E0368" => assignment(diagnostic),
        "E0604" | "E0605" | "E0606" => cast(diagnostic),
        "E0608" => Some(format!(
            "{} has no elements to pick with `[…]`.",
            crate::mismatch::capital(&with_article(diagnostic.quoted(0)?))
        )),
        _ => binary(diagnostic),
    }
}

/// E0277: "cannot add `{integer}` to `f64`".
pub(crate) fn numbers(diagnostic: &Diagnostic) -> Option<String> {
    let operator = diagnostic.source();
    let both = diagnostic.label().strip_prefix("no implementation for `")?.strip_suffix('`')?;
    let (left, right) = both.split_once(&format!(" {operator} "))?;
    let written = operator.trim_end_matches('=');
    let bare = |name: &str| name.trim_start_matches('&').to_owned();
    if diagnostic.message.starts_with("can't compare") && !(is_number(left) && is_number(right)) {
        return Some(format!(
            "Only values of one type can be compared, but here are {} and {}. Convert one of them, or take a `&` away or in.",
            with_article(left),
            with_article(right)
        ));
    }
    // Where an array is one side, rustc speaks of its elements, and names the array in a note.
    if let Some(note) = diagnostic.child("ArrayBase<").filter(|note| note.message.starts_with("required for")) {
        let array = crate::diagnostic::quoted(&note.message, 0).unwrap_or("");
        return arrays::arithmetic(array, written, right, ("", ""));
    }
    if let Some(hint) = arrays::arithmetic(left, written, right, ("", "")) {
        return Some(hint);
    }
    let (left, right) = (bare(left), bare(right));
    if !(is_number(&left) && is_number(&right)) {
        return None;
    }
    if is_integer_literal(&right) && is_float(&left) || is_integer_literal(&left) && is_float(&right) {
        return Some(
            "Rust keeps integers and floats apart, even in literals: write the integer with a point, such as `1.0`."
                .to_owned(),
        );
    }
    if is_integer(&left) != is_integer(&right) {
        let (integer, float) = if is_integer(&left) { (&left, &right) } else { (&right, &left) };
        let float = if is_float(float) && float.starts_with('f') { float.as_str() } else { "f64" };
        return Some(format!(
            "`{written}` needs the same type on both sides, and Rust does not convert numbers by itself. Convert the \
             {}: `… as {float}`.",
            if is_integer_literal(integer) { "integer".to_owned() } else { format!("`{integer}`") }
        ));
    }
    Some(different_numbers("…", &left, &right).replace("(…)", "…"))
}

fn binary(diagnostic: &Diagnostic) -> Option<String> {
    let operator = diagnostic.source();
    let mut sides = diagnostic.spans.iter().filter(|span| !span.is_primary && span.label.is_some());
    let left = sides.next()?;
    let right = sides.next();
    let kind = left.label.clone()?;
    let other = right.and_then(|span| span.label.clone()).unwrap_or_else(|| kind.clone());
    let (a, b) = (left.source(), right.map_or("", |span| span.source()));
    if let Some(hint) = arrays::arithmetic(&kind, operator, &other, (a, b)) {
        return Some(hint);
    }
    if let Some(hint) = diagnostic.child("restricting type parameter") {
        let _ = hint;
        return Some(format!(
            "`{kind}` stands for any type, and not every type has `{operator}`. Name what it needs in the signature{}.",
            diagnostic
                .replacement("restricting type parameter")
                .map_or_else(String::new, |bound| format!(": `<{kind}{bound}>`"))
        ));
    }
    if ["==", "!=", "<", ">", "<=", ">="].contains(&operator) {
        let derive =
            if operator.starts_with('=') || operator.starts_with('!') { "PartialEq" } else { "PartialEq, PartialOrd" };
        return Some(format!(
            "Values of `{}` cannot be compared yet. Write `#[derive({derive})]` above its definition.",
            plain_type(&kind)
        ));
    }
    if kind.starts_with("Vec<") || kind.starts_with('[') || kind.starts_with("&[") {
        return Some(format!(
            "A `Vec` is a list, without arithmetic. Use arrays, `Array1::from({a})`, and compute with `&{a} {operator} &{b}`."
        ));
    }
    if kind == "&str" && operator == "+" {
        return Some(format!("Two pieces of text are joined with `format!(\"{{{a}}}{{{b}}}\")`."));
    }
    if kind.starts_with("Option<") || kind.starts_with("Result<") {
        return Some(format!(
            "`{a}` may hold no value, so it cannot be computed with. Take the value out first: `{a}.unwrap_or(0.0)`, `?` or `match`."
        ));
    }
    Some(format!("`{}` has no `{operator}`. Compute with its parts, or write a method for it.", plain_type(&kind)))
}

fn negation(diagnostic: &Diagnostic) -> Option<String> {
    let (operator, kind) = (diagnostic.quoted(0)?, diagnostic.quoted(1)?);
    let value = diagnostic.source().trim_start_matches(['-', '!']);
    Some(match operator {
        "-" if is_integer(kind) => {
            format!("`{kind}` has no negative numbers. Convert first: `-({value} as i64)`, or `-({value} as f64)`.")
        }
        "-" if kind.starts_with("Vec<") => {
            format!("A `Vec` is a list, without arithmetic. Use an array: `-Array1::from({value})`.")
        }
        "!" => format!("`!` turns `true` into `false`; {} is neither. Compare it first.", with_article(kind)),
        _ => return None,
    })
}

fn assignment(diagnostic: &Diagnostic) -> Option<String> {
    let kind = diagnostic.quoted(1)?;
    let operator = diagnostic.quoted(0)?;
    let left = diagnostic.labelled("cannot use").map_or("x", |span| span.source());
    if kind.starts_with("&mut ") {
        return Some(format!("`{left}` is a reference; to change what it points to, write `*{left} {operator} …`."));
    }
    if kind.starts_with('&') {
        return Some(format!(
            "`{left}` is a `&` reference, through which nothing can be changed. Go over `.iter_mut()`, or take `&mut`, and write \
             `*{left} {operator} …`."
        ));
    }
    Some(format!("`{}` has no `{operator}`.", plain_type(kind)))
}

fn cast(diagnostic: &Diagnostic) -> Option<String> {
    let (from, to) = (diagnostic.quoted(0)?, diagnostic.quoted(1)?);
    let value = diagnostic.source().split(" as ").next().unwrap_or("x");
    if from.starts_with('&') {
        return Some(format!("`{value}` is a reference. Convert what it points to: `*{value} as {to}`."));
    }
    if from.starts_with("Array") {
        return Some(format!("`as` converts one number. For each element of an array: `{value}.mapv(|x| x as {to})`."));
    }
    if from.starts_with("Vec<") {
        return Some(format!(
            "`as` converts one number. For each element of a list: `{value}.iter().map(|&x| x as {to})`."
        ));
    }
    if from == "String" || from == "&str" {
        return Some(format!("`as` converts numbers only. Read a number from text with `{value}.parse::<{to}>()`."));
    }
    Some(format!("`as` converts between numbers only, and {} is none.", with_article(from)))
}
