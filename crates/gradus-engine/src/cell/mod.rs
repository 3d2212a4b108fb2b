//! Takes a cell apart: commands, items, imports, macros, statements, the value at the end.
//!
//! What is found are places in the cell's text, so that it can be copied from there into generated sources. Names are
//! collected generously; what they refer to is for the session to say.

mod items;
mod repetition;
mod statements;

use std::ops::Range;
use std::sync::Arc;

use syn::spanned::Spanned;

pub use items::{Import, Item, ItemKind, Macro, imports};
pub use repetition::Repetition;
pub use statements::Statements;

use crate::source::CellText;

/// A cell, taken apart.
pub struct Parsed {
    /// The text, without its commands.
    pub text: Arc<CellText>,
    /// Functions, types, traits, implementations, constants.
    pub items: Vec<Item>,
    /// Names brought into scope by `use`.
    pub imports: Vec<Import>,
    /// Macros by example.
    pub macros: Vec<Macro>,
    /// Where imports and macros stand.
    pub declarations: Vec<Range<usize>>,
    /// What is run, if anything is.
    pub statements: Option<Statements>,
}

/// A line that begins with `:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its first word, without the colon.
    pub name: String,
    /// The rest of the line.
    pub argument: String,
}

/// Splits commands off the beginning of a cell's text. In the text that is left their lines are empty.
pub fn split_commands(text: &str) -> (Vec<Command>, String) {
    let mut commands = Vec::new();
    let mut rest = String::with_capacity(text.len());
    let mut in_commands = true;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if in_commands && trimmed.starts_with(':') && !trimmed.starts_with("::") {
            let (name, argument) = trimmed[1..].split_once(char::is_whitespace).unwrap_or((&trimmed[1..], ""));
            commands.push(Command { name: name.to_owned(), argument: argument.trim().to_owned() });
            rest.push('\n');
        } else {
            in_commands &= trimmed.is_empty() || trimmed.starts_with("//");
            rest.push_str(line);
        }
    }
    (commands, rest)
}

/// What is put before a cell's text to make a block of it, which is what is parsed.
const OPENING: &str = "{\n";

/// Takes a cell apart; `None` if it does not parse.
pub fn parse(text: &Arc<CellText>) -> Option<Parsed> {
    let block: syn::Block = syn::parse_str(&format!("{OPENING}{}\n}}", text.text)).ok()?;
    let mut parsed = Parsed {
        text: text.clone(),
        items: Vec::new(),
        imports: Vec::new(),
        macros: Vec::new(),
        declarations: Vec::new(),
        statements: None,
    };
    let mut statements = Vec::new();
    for statement in block.stmts {
        match statement {
            syn::Stmt::Item(syn::Item::Use(import)) => {
                parsed.declarations.push(range(&import));
                parsed.imports.extend(items::imports(&import));
            }
            syn::Stmt::Item(syn::Item::Macro(item)) if item.ident.is_some() => {
                parsed.declarations.push(range(&item));
                parsed.macros.extend(items::macro_by_example(&item));
            }
            syn::Stmt::Item(syn::Item::Verbatim(_)) => return None,
            syn::Stmt::Item(item) => parsed.items.push(items::item(&item)),
            statement => statements.push(statement),
        }
    }
    parsed.statements = statements::statements(&statements);
    Some(parsed)
}

/// Where in the cell's text something stands.
fn range(spanned: &impl Spanned) -> Range<usize> {
    let range = spanned.span().byte_range();
    range.start.saturating_sub(OPENING.len())..range.end.saturating_sub(OPENING.len())
}
