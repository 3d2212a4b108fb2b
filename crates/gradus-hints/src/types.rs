//! Types as a student writes them.

/// A type in the words of `ndarray`'s prelude: `Array2<f64>` rather than `ArrayBase<OwnedRepr<f64>, Dim<[usize; 2]>, f64>`.
/// What is no array stays as it is, but for the paths of common types.
///
/// ```
/// use gradus_hints::plain_type;
/// assert_eq!(plain_type("&ArrayBase<OwnedRepr<f64>, Dim<[usize; 2]>, f64>"), "&Array2<f64>");
/// assert_eq!(plain_type("Vec<ArrayBase<ViewRepr<&f32>, Dim<IxDynImpl>, f32>>"), "Vec<ArrayViewD<f32>>");
/// assert_eq!(plain_type("alloc::string::String"), "String");
/// ```
pub fn plain_type(name: &str) -> String {
    let name = shorten_paths(name);
    for array in ["ArrayBase<", "ArrayRef<"] {
        let Some(start) = name.find(array) else { continue };
        let inside = start + array.len();
        let Some(end) = closing(&name, inside) else { continue };
        let arguments = arguments(&name[inside..end]);
        let plain = array_type(&arguments, array == "ArrayRef<");
        return format!("{}{plain}{}", &name[..start], plain_type(&name[end + 1..]));
    }
    name
}

/// Whether the type is one of the numbers that can be computed with.
pub(crate) fn is_number(name: &str) -> bool {
    is_integer(name) || is_float(name)
}

/// Whether it is an integer type, or a literal that becomes one.
pub(crate) fn is_integer(name: &str) -> bool {
    let integers = ["usize", "isize", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128"];
    integers.contains(&name) || is_integer_literal(name)
}

/// Whether it is a float type, or a literal that becomes one.
pub(crate) fn is_float(name: &str) -> bool {
    ["f32", "f64"].contains(&name) || is_float_literal(name)
}

/// Whether it is an integer literal of no particular type yet.
pub(crate) fn is_integer_literal(name: &str) -> bool {
    name == "{integer}" || name == "integer"
}

/// Whether it is a float literal of no particular type yet.
pub(crate) fn is_float_literal(name: &str) -> bool {
    name == "{float}" || name == "floating-point number"
}

/// With its article: "an `i32`".
pub(crate) fn with_article(name: &str) -> String {
    if is_integer_literal(name) {
        return "an integer".to_owned();
    }
    if is_float_literal(name) {
        return "a float".to_owned();
    }
    let plain = plain_type(name);
    let first = plain.trim_start_matches(['&', '[', '(', '{']);
    let vowel = first.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O'])
        || first.starts_with("f32")
        || first.starts_with("f64");
    format!("{} `{plain}`", if vowel && !plain.starts_with('&') { "an" } else { "a" })
}

fn array_type(arguments: &[String], borrowed: bool) -> String {
    let element = arguments.last().map_or("_", String::as_str);
    let dimension = arguments.iter().find_map(|argument| dimension(argument));
    let dimension = dimension.map(|digits| if digits == "Dyn" { "D".to_owned() } else { digits });
    if borrowed {
        let element = arguments.first().map_or("_", String::as_str);
        return format!("ArrayRef{}<{element}>", dimension.unwrap_or_default());
    }
    let storage = arguments.first().map_or("", String::as_str);
    let kind = if storage.starts_with("ViewRepr<&mut") {
        "ArrayViewMut"
    } else if storage.starts_with("ViewRepr") {
        "ArrayView"
    } else {
        "Array"
    };
    let element = if element == "_" || element == "..." { element_of(storage).unwrap_or(element) } else { element };
    format!("{kind}{}<{element}>", dimension.unwrap_or_default())
}

fn element_of(storage: &str) -> Option<&str> {
    let inside = storage.split_once('<')?.1.strip_suffix('>')?;
    Some(inside.trim_start_matches("&mut ").trim_start_matches('&'))
}

/// `2` of `Dim<[usize; 2]>`, `Dyn` of `Dim<IxDynImpl>`.
fn dimension(argument: &str) -> Option<String> {
    let inside = argument.strip_prefix("Dim<")?.strip_suffix('>')?;
    if inside == "IxDynImpl" {
        return Some("Dyn".to_owned());
    }
    Some(inside.strip_prefix("[usize; ")?.strip_suffix(']')?.to_owned())
}

/// Where the bracket closes that was opened just before `from`.
fn closing(name: &str, from: usize) -> Option<usize> {
    let mut depth = 1;
    for (at, letter) in name[from..].char_indices() {
        match letter {
            '<' => depth += 1,
            '>' if !name[..from + at].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(from + at);
        }
    }
    None
}

/// The arguments between the brackets of a generic type.
fn arguments(inside: &str) -> Vec<String> {
    let (mut arguments, mut depth) = (vec![String::new()], 0);
    for letter in inside.chars() {
        depth += match letter {
            '<' | '[' | '(' => 1,
            '>' | ']' | ')' => -1,
            _ => 0,
        };
        if letter == ',' && depth == 0 {
            arguments.push(String::new());
        } else if let Some(argument) = arguments.last_mut() {
            argument.push(letter);
        }
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// Without the modules that types are in: `alloc::vec::Vec<f64>` is `Vec<f64>`.
fn shorten_paths(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    for word in name.split_inclusive(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':')) {
        let last = word.rsplit("::").next().unwrap_or(word);
        let is_type = last.starts_with(|letter: char| letter.is_uppercase());
        short.push_str(if is_type && !word.starts_with(':') { last } else { word });
    }
    short
}
