//! Keeps hostile nesting from overflowing the stack.
//!
//! `syn` parses, walks and drops by recursion. [`nesting_bound`] gives a bound on the depth from the tokens
//! alone, without recursion, and [`run`] gives the work a stack that is large enough for
//! [`MAX_NESTING`]. The thread also frees the span table that `proc_macro2` keeps for each thread.

use std::panic::resume_unwind;
use std::thread;

use proc_macro2::{TokenStream, TokenTree, token_stream};

/// The greatest [`nesting_bound`] that is parsed.
pub(crate) const MAX_NESTING: usize = 4096;

/// A test parses the worst inputs of that nesting; only pages that are touched take memory.
const STACK_BYTES: usize = 512 << 20;

/// Runs `work` on a large stack of its own.
///
/// # Errors
/// When the operating system gives no thread.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, std::io::Error> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("gradus-notebook".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Runs small work on a thread of its own, only so that its span table is freed with it.
///
/// Without a thread it runs here: a busy machine must not change the result.
pub(crate) fn with_own_spans<T: Send>(work: impl Fn() -> Option<T> + Send + Sync) -> Option<T> {
    thread::scope(|scope| match thread::Builder::new().spawn_scoped(scope, &work) {
        Ok(thread) => thread.join().ok().flatten(),
        Err(_) => work(),
    })
}

struct Level {
    trees: std::iter::Peekable<token_stream::IntoIter>,
    /// Tokens since the last point at which every open construct of this level has ended.
    run: usize,
    /// Whether a comma may stand inside angle brackets or closure parameters, and so ends nothing.
    comma_nests: bool,
}

impl Level {
    fn new(tokens: TokenStream) -> Self {
        Self { trees: tokens.into_iter().peekable(), run: 0, comma_nests: false }
    }

    fn end_run(&mut self) {
        self.run = 0;
        self.comma_nests = false;
    }
}

/// An upper bound on the depth of the syntax tree: along each path of nested brackets, the tokens that can
/// still be open.
pub(crate) fn nesting_bound(tokens: TokenStream) -> usize {
    let mut levels = vec![Level::new(tokens)];
    let mut open = 0;
    let mut bound = 0;
    while let Some(level) = levels.last_mut() {
        let Some(tree) = level.trees.next() else {
            levels.pop();
            // What follows a bracket pair continues the run that contains it.
            open -= levels.last().map_or(0, |outer| outer.run);
            if let Some(outer) = levels.last_mut() {
                end_run_before_item(outer);
            }
            continue;
        };
        level.run += 1;
        bound = bound.max(open + level.run);
        match tree {
            TokenTree::Group(group) => {
                open += level.run;
                levels.push(Level::new(group.stream()));
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => level.end_run(),
                ',' if !level.comma_nests => level.end_run(),
                '<' | '|' => level.comma_nests = true,
                _ => {}
            },
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
    }
    bound
}

/// No expression or type goes on with a keyword that starts an item or a `let`.
fn end_run_before_item(level: &mut Level) {
    const STARTS: [&str; 12] =
        ["fn", "pub", "struct", "enum", "impl", "use", "mod", "let", "type", "trait", "static", "macro_rules"];
    let starts = match level.trees.peek() {
        Some(TokenTree::Ident(ident)) => STARTS.iter().any(|start| ident == start),
        Some(TokenTree::Punct(punct)) => punct.as_char() == '#',
        _ => false,
    };
    if starts {
        level.end_run();
    }
}
