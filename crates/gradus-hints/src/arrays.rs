//! What is particular to `ndarray`: dimensions, owned arrays against views, element types.

use crate::diagnostic::{Diagnostic, quoted};
use crate::types::{is_integer, plain_type};

/// An array where another kind of array is needed.
pub(crate) fn mismatch(source: &str, expected: &str, found: &str) -> Option<String> {
    let (needed, given) = (Array::of(expected)?, Array::of(found)?);
    if let (Some(to), Some(from)) = (&needed.dimension, &given.dimension)
        && to != from
    {
        return Some(format!(
            "A {to}-dimensional array is needed, but `{source}` has {from}. More dimensions: `.insert_axis(Axis(0))` or \
             `.to_shape(…)`; fewer: `.row(i)`, `.column(j)`, `.sum_axis(Axis(0))`."
        ));
    }
    if needed.element != given.element && needed.element.is_some() && given.element.is_some() {
        let (to, from) = (needed.element?, given.element?);
        return Some(format!(
            "The elements must be `{to}`, but `{source}` holds `{from}`. Convert each: `{source}.mapv(|x| x as {to})`, or choose \
             `{to}` where the array is made."
        ));
    }
    match (needed.storage, given.storage) {
        ("Owned", "View") => Some(format!(
            "`{source}` is a view: a window into another array. For one of its own, write `{source}.to_owned()`."
        )),
        ("View", "Owned") => Some(format!("A view is needed, a window into the array: write `{source}.view()`.")),
        ("ViewMut", "Owned") => Some(format!("A view that can be written to is needed: write `{source}.view_mut()`.")),
        _ => None,
    }
}

/// Arithmetic between arrays, or between an array and a number, that `ndarray` does not offer.
pub(crate) fn arithmetic(left: &str, operator: &str, right: &str, names: (&str, &str)) -> Option<String> {
    let (one, other) = (Array::of(left), Array::of(right));
    if one.is_none() && other.is_none() {
        return None;
    }
    if let (Some(one), Some(other)) = (&one, &other) {
        if let (Some(a), Some(b)) = (&one.element, &other.element)
            && a != b
        {
            return Some(format!(
                "One array holds `{a}`, the other `{b}`, and Rust does not convert numbers by itself. Convert one of them: \
                 `.mapv(|x| x as {a})`."
            ));
        }
        let (a, b) = if names.0.is_empty() { ("a", "b") } else { names };
        let lend = |name: &str| if name.starts_with('&') { name.to_owned() } else { format!("&{name}") };
        return Some(format!(
            "`ndarray` computes with references to arrays: write `{} {operator} {}`. (An owned array on the left is used up, a \
             view needs its own `&`.)",
            lend(a),
            lend(b)
        ));
    }
    let element = one.or(other)?.element?;
    let number = if Array::of(left).is_some() { right } else { left };
    if number.trim_start_matches('&') == element {
        return None;
    }
    Some(if number.contains("{integer}") {
        format!("The array holds `{element}`, so the number must be one as well: write it with a point, such as `2.0`.")
    } else {
        format!("The array holds `{element}`, but the number is `{number}`. Convert the number: `(…) as {element}`.")
    })
}

/// E0277 on an index: too few numbers for the dimensions, or numbers that are not `usize`.
pub(crate) fn index(diagnostic: &Diagnostic) -> Option<String> {
    let bound = quoted(&diagnostic.message, 0)?;
    let (index, needed) = bound.split_once(": NdIndex<")?;
    let dimensions: usize = needed.split("usize; ").nth(1)?.split(']').next()?.parse().ok()?;
    let source = diagnostic.source();
    let given = if index.starts_with('[') {
        index.rsplit("; ").next()?.trim_end_matches(']').parse().ok()?
    } else if index.starts_with('(') {
        index.matches(',').count() + 1
    } else {
        1
    };
    if given != dimensions {
        let example = match dimensions {
            1 => "a[i]",
            2 => "a[[i, j]]",
            3 => "a[[i, j, k]]",
            _ => "a[[n, c, i, j]]",
        };
        return Some(format!(
            "The array has {dimensions} dimensions, so an element needs {dimensions} numbers: `{example}`. A whole row is \
             `a.row(i)`, a part `a.slice(s![…])`."
        )
        .replace("1 dimensions", "1 dimension")
        .replace("1 numbers", "1 number"));
    }
    Some(format!(
        "Positions in an array are `usize`, but `{source}` is `{}`. Write `… as usize` on each, or let the variable be a `usize` \
         from the start.",
        plain_type(index)
    ))
}

/// E0277 on `dot`.
pub(crate) fn product(diagnostic: &Diagnostic) -> Option<String> {
    let bound = quoted(&diagnostic.message, 0)?;
    let (left, right) = bound.split_once(": Dot<")?;
    let (left, right) = (plain_type(left), plain_type(right.strip_suffix('>')?));
    Some(format!(
        "`dot` multiplies vectors and matrices (1 or 2 dimensions) of one element type, but here are `{}` and `{right}`. Take a \
         slice, or flatten with `.to_shape(…)`, first.",
        left.replace("ArrayRef", "Array")
    ))
}

/// E0271 and E0277 about what the elements are.
pub(crate) fn elements(diagnostic: &Diagnostic) -> Option<String> {
    let whole_array =
        diagnostic.label().contains("expected `ArrayBase") || diagnostic.child("trait `ScalarOperand`").is_some();
    if whole_array && diagnostic.source().ends_with('=') {
        let operator = diagnostic.source();
        return Some(format!("To the right of `{operator}`, lend the array: `a {operator} &b`."));
    }
    let (one, other) = (quoted(diagnostic.label(), 0)?, quoted(diagnostic.label(), 1)?);
    (diagnostic.message.contains("RawData>::Elem")).then(|| {
        format!(
            "Both arrays must hold the same kind of numbers, but one has `{one}`, the other `{other}`. Convert one: \
             `.mapv(|x| x as {one})`."
        )
    })
}

struct Array {
    storage: &'static str,
    dimension: Option<String>,
    element: Option<String>,
}

impl Array {
    /// `None` if it is no array.
    fn of(name: &str) -> Option<Self> {
        let known = |part: &str| (part != "_" && part != "..." && !part.is_empty()).then(|| part.to_owned());
        let plain = name.trim_start_matches('&').trim_start_matches("mut ");
        let inside = plain.strip_prefix("ArrayBase<")?.strip_suffix('>')?;
        let storage = match inside {
            owned if owned.starts_with("OwnedRepr") => "Owned",
            view if view.starts_with("ViewRepr<&mut") => "ViewMut",
            view if view.starts_with("ViewRepr") => "View",
            _ => "",
        };
        let dimension = inside.split("[usize; ").nth(1).and_then(|rest| rest.split(']').next()).map(str::to_owned);
        let element = inside.rsplit(", ").next().and_then(known);
        Some(Self { storage, dimension, element })
    }
}

/// Whether the type can stand in an index.
pub(crate) fn is_wrong_index(name: &str) -> bool {
    is_integer(name) && name != "usize"
}
