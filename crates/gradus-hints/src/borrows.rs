//! Ownership: values that were given away, and loans that are in the way.

use crate::diagnostic::{Diagnostic, quoted};
use crate::types::plain_type;

/// E0382: a value is used after it was given away.
pub(crate) fn moved(diagnostic: &Diagnostic) -> Option<String> {
    let name = diagnostic.quoted(0)?;
    let reason = diagnostic.labelled("move occurs because").and_then(|span| span.label.as_deref()).unwrap_or("");
    let kind = quoted(reason, 1).map_or_else(|| "value".to_owned(), |kind| format!("`{}`", plain_type(kind)));
    if diagnostic.labelled("in previous iteration of loop").is_some() {
        return Some(format!(
            "The first round of the loop gives `{name}` away, so the second has none left. Lend it with `&{name}` if it \
             is only looked at, or give each round its own copy: `{name}.clone()`."
        ));
    }
    if diagnostic.labelled("implicit call to `.into_iter()`").is_some() {
        return Some(format!("`for … in {name}` uses `{name}` up. To keep it, loop over `&{name}`."));
    }
    if let Some(call) = diagnostic.labelled("due to this method call") {
        let keep = if quoted(reason, 1).is_some_and(|kind| kind.starts_with("Option<") || kind.starts_with("Result<")) {
            format!("`{name}.as_ref().{}`", call.source())
        } else {
            format!("`{name}.clone().{}`", call.source())
        };
        return Some(format!("The method `{}` uses `{name}` up. To keep `{name}`, write {keep}.", call.source()));
    }
    if let Some(operation) = diagnostic.labelled("due to usage in operator") {
        return Some(format!(
            "`{}` uses `{name}` up: arithmetic on an owned array takes its memory for the result. To keep `{name}`, write \
             `&{name}` in it.",
            operation.source()
        ));
    }
    if diagnostic.labelled("moved into closure").is_some() {
        return Some(format!(
            "The `move` closure has taken `{name}` along. Give it a copy: `let copy = {name}.clone();` before it, and use \
             `copy` inside."
        ));
    }
    Some(format!(
        "`{name}` was given away before: a {kind} has one owner, and it changed hands. Lend it there with `&{name}` if it \
         is only looked at, or give away a copy: `{name}.clone()`."
    ))
}

/// The other errors about ownership, borrowing and `mut`.
pub(crate) fn borrowed(diagnostic: &Diagnostic) -> Option<String> {
    let name = diagnostic.quoted(0).unwrap_or("it");
    let later = later_use(diagnostic);
    Some(match diagnostic.code() {
        "E0594" | "E0596" if diagnostic.message.contains("behind a") => behind_reference(name),
        "E0384" => format!("A variable cannot change unless it is declared so: write `let mut {name}`."),
        "E0594" => format!("What is not declared `mut` cannot change: write `let mut {}`.", root(name)),
        "E0596" => format!("This changes `{0}`, so `{0}` must be declared so: write `let mut {0}`.", root(name)),
        "E0499" => format!(
            "There can be only one `&mut` to `{name}` at a time: two could change it under each other's feet. The first is \
             still needed{later}; make the second after that."
        ),
        "E0502" => in_use(diagnostic, name, &later),
        "E0503" | "E0506" => format!(
            "`{name}` is lent out and the loan is still needed{later}; until then it can be neither changed nor, if it is \
             lent as `&mut`, read. Move this line behind the last use of the loan, or copy the value beforehand."
        ),
        "E0505" => format!(
            "`{name}` is given away here while a reference to it is still needed{later}. Give it away after the last use of \
             the reference, or give away a copy: `{name}.clone()`."
        ),
        "E0507" => {
            let place = diagnostic.source();
            format!(
                "`{place}` belongs to something that is only lent, so it cannot be taken out. Take a copy, \
                 `{place}.clone()`, or only lend it: `&{place}`."
            )
        }
        "E0597" => format!(
            "`{name}` ends with its block, but a reference to it is used afterwards{later}. Declare `{name}` before the \
             block, or keep the value itself instead of a reference."
        ),
        "E0716" => "The value is made in the middle of this line and gone at its end, but a reference into it is kept. Give \
             the value a name first: `let value = …;`, and then refer to `value`."
            .to_owned(),
        "E0515" => "What the reference points to lives in this function and ends with it. Return the value itself instead of a \
             reference (without `&`, and without it in the return type)."
            .to_owned(),
        "E0373" => format!(
            "The closure may run longer than this function, so it must own what it uses: write `move` before `|`. If \
             {} is needed afterwards, give the closure a copy.",
            diagnostic.quoted(0).map_or_else(|| "it".to_owned(), |name| format!("`{name}`"))
        ),
        "E0381" => format!("`{name}` has no value yet on some way to here. Give it one where it is declared."),
        _ => return None,
    })
}

/// E0106: a reference in a signature or in a struct, of which the compiler cannot tell what it borrows from.
pub(crate) fn lifetime(diagnostic: &Diagnostic) -> Option<String> {
    let in_result = diagnostic.child("return type contains a borrowed value").is_some();
    Some(if in_result {
        "The function returns a reference, and the compiler cannot tell which argument it points into. The simple way: \
         return a value that belongs to the caller (no `&` in the return type, `.clone()` or `.to_owned()` in the body). \
         Otherwise name the lifetime: `fn f<'a>(a: &'a …, b: …) -> &'a …`."
            .to_owned()
    } else {
        "A struct that holds a reference must say how long that lives. The simple way: let it own its data (`Vec<f64>` \
         instead of `&[f64]`, `String` instead of `&str`). Otherwise name the lifetime: `struct S<'a> { field: &'a … }`."
            .to_owned()
    })
}

fn in_use(diagnostic: &Diagnostic, name: &str, later: &str) -> String {
    let changes = diagnostic.source();
    if diagnostic.message.contains("as immutable because it is also borrowed as mutable") {
        return format!(
            "`{name}` is lent out as `&mut`, which is still needed{later}; until then nobody else may look at it. Read it \
             before that loan, or after its last use."
        );
    }
    let loan = diagnostic.labelled("immutable borrow later used here").map_or("", |span| span.source());
    if diagnostic.labelled("immutable borrow occurs here").is_some_and(|span| !loan.is_empty() && span.source() == loan)
    {
        return format!(
            "The loop goes over `{name}`, so `{name}` cannot change meanwhile. Collect the changes in a variable of their own \
             and apply them after the loop, or loop over indices: `for i in 0..{name}.len()`."
        );
    }
    format!(
        "`{changes}` changes `{name}` while a reference into it is still needed{later}. Use the reference for the last time \
         before the change, or keep a copy instead (`*` or `.clone()`)."
    )
}

/// ` (by `first`)`, if rustc says who needs a loan later.
fn later_use(diagnostic: &Diagnostic) -> String {
    let user = diagnostic.labelled("later used here").map_or("", |span| span.source());
    let word = !user.is_empty() && user.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if word { format!(" (by `{user}`)") } else { String::new() }
}

fn behind_reference(name: &str) -> String {
    let variable = root(name);
    if variable == "self" {
        return "The method changes `self`, so it must borrow it for that: write `&mut self` in its signature."
            .to_owned();
    }
    format!(
        "`{variable}` is a `&` reference: one may look, but not change. Take it as `&mut` (in a signature: `{variable}: \
         &mut …`, and `&mut …` in the call), or change a copy and return that."
    )
}

/// The variable of a place: `net` of `*net.weights`.
fn root(place: &str) -> &str {
    let place = place.trim_start_matches(['*', '&', '(']);
    place.split(['.', '[', ')']).next().unwrap_or(place)
}
