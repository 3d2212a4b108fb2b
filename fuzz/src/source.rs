//! Source text, as the scan before compiling meets it.

use proc_macro2::TokenStream;

/// `refused_line` is the scan: the line of what it refuses, if anything.
pub fn run(bytes: &[u8], refused_line: impl Fn(&str) -> Option<usize>) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(line) = refused_line(text) {
        assert!((1..=text.matches('\n').count() + 1).contains(&line), "line {line}");
    }
    let has_tokens = text.parse::<TokenStream>().is_ok();
    proc_macro2::extra::invalidate_current_thread_spans();
    if has_tokens {
        // Nothing that stands before it hides it.
        let more = format!("{text}\nfn g() {{ m!{{ unsafe {{ }} }} }}");
        assert!(refused_line(&more).is_some());
    }
}
