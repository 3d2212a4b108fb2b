//! What the message of a panic means.

/// What a panic's message means and what to look at, if there is something to add to it.
///
/// ```
/// let hint = gradus_hints::explain_panic("attempt to subtract with overflow").unwrap();
/// assert!(hint.contains("below 0"));
/// ```
pub fn explain_panic(message: &str) -> Option<String> {
    open_question(message)
        .or_else(|| shapes(message))
        .or_else(|| positions(message))
        .or_else(|| missing_values(message))
        .or_else(|| arithmetic(message))
        .or_else(|| other(message))
}

const SAME_SHAPE: &str = "`Zip` needs arrays of the same shape. Print `.shape()` of each.";

fn open_question(message: &str) -> Option<String> {
    let question = message.strip_prefix("not yet implemented").or_else(|| message.strip_prefix("not implemented"))?;
    let question = question.trim_start_matches(':').trim();
    Some(if question.is_empty() {
        "This part is still to be written: replace `todo!()` by your answer.".to_owned()
    } else {
        format!("This part is still to be written: {question}. Replace the `todo!` by your answer.")
    })
}

fn shapes(message: &str) -> Option<String> {
    if let Some(both) = message.strip_prefix("ndarray: could not broadcast array from shape: ") {
        let (from, to) = both.split_once(" to: ")?;
        return Some(format!(
            "An array of shape {from} does not fit one of shape {to}. Shapes are compared from the right: each length must be the \
             same, or 1. Print `.shape()` of both; `.insert_axis(Axis(…))` adds an axis, `.t()` swaps the two of a matrix."
        ));
    }
    if let Some(both) = message.strip_prefix("ndarray: inputs ") {
        let (left, rest) = both.split_once(" and ")?;
        let right = rest.split(" are not compatible").next()?;
        return Some(format!(
            "In a matrix product, the columns on the left must be as many as the rows on the right, but here {left} meets {right} \
             (rows × columns). Is one of them to be transposed, `.t()`, or is the order wrong?"
        ));
    }
    if message.contains("ShapeError/IncompatibleShape") {
        return Some(
            "The shapes do not fit. In arithmetic they are compared from the right, and each length must be the same or 1; a new \
             shape must have as many elements as the old; arrays that are stacked must agree in the other axes. Print `.shape()` \
             of each."
                .to_owned(),
        );
    }
    if message.starts_with("Zip: Producer dimension mismatch") {
        return Some(SAME_SHAPE.to_owned());
    }
    if message.contains("ShapeError/OutOfBounds") {
        return Some(
            "The list has not as many elements as the shape needs: the lengths of the shape multiplied.".to_owned(),
        );
    }
    match message {
        "assertion failed: self.len() == rhs.len()" => {
            Some("The dot product needs two vectors of the same length. Print `.len()` of both.".to_owned())
        }
        "assertion failed: part.equal_dim(dimension)" => Some(SAME_SHAPE.to_owned()),
        _ => None,
    }
}

fn positions(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("index out of bounds: the len is ") {
        let (length, index) = rest.split_once(" but the index is ")?;
        let last = length.parse::<usize>().ok()?.checked_sub(1);
        return Some(last.map_or_else(
            || format!("There is nothing in it (length 0), so there is no number {index}."),
            |last| format!("Counting starts at 0, so {length} elements have the numbers 0 to {last}; number {index} is outside."),
        ));
    }
    if message.starts_with("ndarray: index ") && message.contains("out of bounds") {
        return Some(
            "A position is outside the array. Counting starts at 0, so an axis of length 3 has 0, 1 and 2. Print `.shape()` and the \
             position."
                .to_owned(),
        );
    }
    if message.starts_with("range end index")
        || message.starts_with("range start index")
        || message.starts_with("slice index starts at")
    {
        return Some(
            "The range goes beyond the end. `a..b` takes the elements from a to b - 1; b may be at most the length."
                .to_owned(),
        );
    }
    // With debug assertions ndarray says more.
    let message = match message {
        row if row.starts_with("collapse_axis: Index") => "assertion failed: index < dim",
        slice if slice.starts_with("Slice end") || slice.starts_with("Slice begin") => {
            "assertion failed: end <= axis_len"
        }
        other => other,
    };
    match message {
        "assertion failed: axis < self.ndim()" => Some(
            "There is no such axis. They are counted from 0: a matrix has `Axis(0)` (down the rows) and `Axis(1)` (along a row)."
                .to_owned(),
        ),
        "assertion failed: index < dim" => Some("A row, column or position is outside the axis. Counting starts at 0, so an axis of length 3 has 0, 1 and 2. Print `.shape()`.".to_owned()),
        "assertion failed: end <= axis_len" | "assertion failed: start <= axis_len" => {
            Some("The slice goes beyond the end of the axis. `s![a..b]` takes the positions a to b - 1; b may be at most the length. Print `.shape()`.".to_owned())
        }
        _ => None,
    }
}

fn missing_values(message: &str) -> Option<String> {
    if message == "called `Option::unwrap()` on a `None` value" {
        return Some(
            "`unwrap` takes the value out of an `Option`, but there was none: an empty list, a key that is not there, a comparison \
             with `NaN`. Handle that case with `match`, `if let` or `unwrap_or`."
                .to_owned(),
        );
    }
    if let Some(error) = message.strip_prefix("called `Result::unwrap()` on an `Err` value: ") {
        return Some(format!(
            "`unwrap` takes the value out of a `Result`, but this one failed: {error}. Handle the error with `match`, or pass it on \
             with `?`."
        ));
    }
    (message == "no entry found for key")
        .then(|| "The map has no such key. `map.get(key)` returns an `Option` instead of a panic.".to_owned())
}

fn arithmetic(message: &str) -> Option<String> {
    Some(match message {
        "attempt to subtract with overflow" => {
            "The difference is below 0 (or too small), which the type cannot hold: `usize` has no negative numbers. Compare before you \
             subtract, or compute in `i64`."
        }
        "attempt to add with overflow" | "attempt to multiply with overflow" | "attempt to negate with overflow" => {
            "The result is too large for its type. Compute in a larger one (`as i64`, `as f64`)."
        }
        "attempt to divide by zero" | "attempt to calculate the remainder with a divisor of zero" => {
            "An integer was divided by 0. (Only floats have `inf` and `NaN` for that.) Where does the 0 come from: an empty batch, a \
             count?"
        }
        "attempt to divide with overflow" => "The smallest integer divided by -1 is too large for its type. Compute in a larger one.",
        "attempt to shift left with overflow" | "attempt to shift right with overflow" => "A number cannot be shifted by more bits than it has.",
        "capacity overflow" => "That much memory cannot be asked for. Is a length negative somewhere, and became huge as `usize`?",
        _ => return None,
    }
    .to_owned())
}

fn other(message: &str) -> Option<String> {
    if message.starts_with("RefCell already")
        || message.starts_with("already borrowed")
        || message.starts_with("already mutably borrowed")
    {
        return Some(
            "The `RefCell` is borrowed already. Let the first borrow end (its block, or `drop`) before the second."
                .to_owned(),
        );
    }
    if message == "chunk size must be non-zero" {
        return Some("Pieces of length 0 would never end. Is the batch size 0?".to_owned());
    }
    message.contains("is not a char boundary").then(|| {
        "Positions in text count bytes, and a letter such as `é` has several. Go through `.chars()` instead.".to_owned()
    })
}
