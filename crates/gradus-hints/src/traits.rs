//! E0277 and E0271: a type does not have what is asked of it.

use crate::arrays;
use crate::diagnostic::{Diagnostic, quoted};
use crate::operators;
use crate::types::{is_float, plain_type, with_article};

/// E0277 and E0271.
pub(crate) fn explain(diagnostic: &Diagnostic) -> Option<String> {
    question_mark(diagnostic)
        .or_else(|| formatting(diagnostic))
        .or_else(|| arrays::elements(diagnostic))
        .or_else(|| operators::numbers(diagnostic))
        .or_else(|| index(diagnostic))
        .or_else(|| arrays::product(diagnostic))
        .or_else(|| iteration(diagnostic))
        .or_else(|| size(diagnostic))
        .or_else(|| bound(diagnostic))
}

fn question_mark(diagnostic: &Diagnostic) -> Option<String> {
    let message = &diagnostic.message;
    if message.contains("operator can only be used on `Result`s, not `Option`s") {
        return Some("The function returns a `Result`, but this is an `Option`. Say what the error is: `.ok_or(\"what is missing\")?`.".to_owned());
    }
    if message.contains("operator can only be used on `Option`s, not `Result`s") {
        return Some("The function returns an `Option`, but this is a `Result`. Drop the error with `.ok()?`, or return a `Result`.".to_owned());
    }
    if message.contains("operator can only be used") {
        return Some(
            "`?` hands an error to the caller, so the function must be able to return one: \
             `-> Result<…, Box<dyn std::error::Error>>`, with `Ok(…)` at the end. Or stop here: `.expect(\"what went wrong\")`."
                .to_owned(),
        );
    }
    message.contains("couldn't convert the error").then(|| {
        let target = diagnostic.quoted(1).unwrap_or("its error type");
        format!(
            "The function's errors are `{target}`, and this one cannot become that. Convert it: \
             `.map_err(|error| error.to_string())?`, or return `Result<…, Box<dyn std::error::Error>>`, which takes any error."
        )
    })
}

fn formatting(diagnostic: &Diagnostic) -> Option<String> {
    let (kind, rest) = (diagnostic.quoted(0)?, diagnostic.quoted(1)?);
    if !diagnostic.message.contains("doesn't implement") {
        return None;
    }
    match rest.rsplit("::").next()? {
        "Debug" => Some(format!(
            "To print `{0}` with `{{:?}}`, write `#[derive(Debug)]` above the definition of `{0}`.",
            plain_type(kind)
        )),
        "Display" => Some(format!(
            "`{{}}` is for what has one obvious text, such as numbers. Print `{}` with `{{:?}}`.",
            plain_type(kind)
        )),
        _ => None,
    }
}

fn index(diagnostic: &Diagnostic) -> Option<String> {
    if !diagnostic.message.contains("cannot be indexed by") {
        return arrays::index(diagnostic);
    }
    let (kind, source) = (diagnostic.quoted(1)?, diagnostic.source());
    if arrays::is_wrong_index(kind) {
        return Some(format!(
            "Positions in a list are `usize`, but `{source}` is `{kind}`. Write `[{source} as usize]`, or let `{source}` be a \
             `usize` from the start."
        ));
    }
    if is_float(kind) {
        return Some(format!(
            "A position is a whole number: write `[{source} as usize]` (which cuts off the fraction)."
        ));
    }
    Some("Positions in a list are `usize`: one number, or a range such as `1..3`.".to_owned())
}

fn iteration(diagnostic: &Diagnostic) -> Option<String> {
    let message = &diagnostic.message;
    let source = diagnostic.source();
    if message.contains("is not an iterator") {
        let kind = diagnostic.quoted(0)?;
        return Some(if crate::types::is_integer(kind) {
            format!("To count up to `{source}`, loop over a range: `for i in 0..{source}`.")
        } else {
            format!(
                "A loop needs something to go through. Does {} have `.iter()`, `.rows()` or `.outer_iter()`?",
                with_article(kind)
            )
        });
    }
    if message.contains("cannot be made by summing") || message.contains("cannot be made by multiplying") {
        let (to, of) = (diagnostic.quoted(0)?, diagnostic.quoted(1)?);
        return Some(format!(
            "The sum of `{of}` cannot be {}. Sum as what the elements are, and convert the result: `.sum::<{}>() as {to}`.",
            with_article(to),
            of.trim_start_matches('&')
        ));
    }
    message.contains("cannot be built from an iterator").then(|| {
        format!(
            "`collect` makes a collection, which `{}` is not. A `Vec<_>` or an `Array1<_>` it can be; for one number use `sum`, \
             `max` or `fold`.",
            plain_type(diagnostic.quoted(0).unwrap_or("this"))
        )
    })
}

fn size(diagnostic: &Diagnostic) -> Option<String> {
    if !diagnostic.message.starts_with("the size for values of type") {
        return None;
    }
    let kind = diagnostic.quoted(0)?;
    Some(format!("`{kind}` can be of any length, so it is passed by reference: `&{kind}`."))
}

fn bound(diagnostic: &Diagnostic) -> Option<String> {
    let bound = quoted(&diagnostic.message, 0)?;
    let (kind, wanted) = bound.split_once(": ")?;
    let source = diagnostic.source();
    if is_float(kind) && (wanted == "Ord" || wanted == "Eq" || wanted == "Hash") {
        return Some(match source {
            "sort" => "Floats have no total order (`NaN` is neither more nor less), so `sort` refuses. Write `v.sort_by(f64::total_cmp)`."
                .to_owned()
                .replace("f64", kind),
            "max" | "min" => format!(
                "Floats have no total order (`NaN` is neither more nor less), so `{source}` refuses. Write \
                 `.{source}_by(|a, b| a.total_cmp(b))`, or `.fold({kind}::{}, |a, &b| a.{source}(b))`.",
                if source == "max" { "NEG_INFINITY" } else { "INFINITY" }
            ),
            _ => format!("Floats can be neither keys nor ordered without care (`NaN` equals nothing). `{kind}` lacks `{wanted}`; use integers, or `total_cmp`."),
        });
    }
    if wanted.starts_with("ScalarOperand") {
        return Some("To the right of an operator, lend the array with `&`.".to_owned());
    }
    if kind.starts_with(['{', '_']) || wanted.contains("::") {
        return None;
    }
    Some(format!(
        "This asks for a type with `{wanted}`, and `{0}` has none. If `{0}` is yours, write `impl {wanted} for {0} {{ … }}`, or derive it.",
        plain_type(kind)
    ))
}
