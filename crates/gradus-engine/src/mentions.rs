//! The names that a piece of code may refer to.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Names in order.
pub type Names = BTreeSet<String>;

/// All identifiers in `tokens`, those in format strings too. More than are meant: fields and methods are among them.
pub fn in_tokens(tokens: TokenStream) -> Names {
    let mut names = Names::new();
    collect(tokens, &mut names);
    names
}

/// As [`in_tokens`], but without those that only name a new variable of a `let`.
pub fn in_statement(statement: &syn::Stmt) -> Names {
    let mut mentions = Mentions(Names::new());
    mentions.visit_stmt(statement);
    mentions.0
}

struct Mentions(Names);

impl Visit<'_> for Mentions {
    fn visit_ident(&mut self, ident: &Ident) {
        self.0.insert(text(ident));
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        visit::visit_path(self, &call.path);
        collect(call.tokens.clone(), &mut self.0);
    }

    fn visit_local(&mut self, local: &syn::Local) {
        // A bare name is new.
        match &local.pat {
            syn::Pat::Ident(pattern) if is_plain_new(pattern) => {}
            syn::Pat::Type(typed) if matches!(&*typed.pat, syn::Pat::Ident(pattern) if is_plain_new(pattern)) => {
                self.visit_type(&typed.ty);
            }
            pattern => self.visit_pat(pattern),
        }
        if let Some(init) = &local.init {
            self.visit_local_init(init);
        }
    }
}

fn is_plain_new(pattern: &syn::PatIdent) -> bool {
    pattern.subpat.is_none()
}

fn collect(tokens: TokenStream, names: &mut Names) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(text(&ident));
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Literal(literal) => in_format_string(&literal.to_string(), names),
            TokenTree::Punct(_) => {}
        }
    }
}

/// `{name}`, `{name:?}`, `{:width$}`: everything between braces that looks like a name.
fn in_format_string(literal: &str, names: &mut Names) {
    if !literal.contains('"') {
        return;
    }
    for part in literal.split('{').skip(1) {
        let inside = part.split('}').next().unwrap_or_default();
        let words = inside.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        names.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    }
}

fn text(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}
