//! Statements: which variables they make and use, and what compiling them needs to know.

use std::ops::Range;

use syn::visit::{self, Visit};

use super::range;
use super::repetition::{Repetition, repetition};
use crate::mentions::{self, Names};

/// The statements of a cell.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// Names that they may refer to and do not declare before.
    pub mentions: Names,
    /// The variables that are there at the end, and whether they are `mut`.
    pub variables: Vec<(String, bool)>,
    /// The expression at the end whose value is shown.
    pub value: Option<Range<usize>>,
    /// Where to put the semicolon that a last statement without a value lacks.
    pub unfinished: Option<usize>,
    /// What is done over and over.
    pub repetition: Repetition,
    /// Whether there is an `.await` outside of blocks of their own.
    pub awaits: bool,
}

/// Reads the statements of a cell; `None` when there are none.
pub fn statements(list: &[syn::Stmt]) -> Option<Statements> {
    let mut found = Statements::default();
    for statement in list {
        let known = |name: &String| found.variables.iter().any(|(variable, _)| variable == name);
        let new: Names = mentions::in_statement(statement).into_iter().filter(|name| !known(name)).collect();
        found.mentions.extend(new);
        if let syn::Stmt::Local(local) = statement {
            let mut variables = Variables::default();
            variables.visit_pat(&local.pat);
            found.variables.retain(|(name, _)| !variables.0.iter().any(|(new, _)| new == name));
            found.variables.extend(variables.0);
        }
        found.repetition = found.repetition.max(repetition(statement));
        let mut awaits = Awaits::default();
        awaits.visit_stmt(statement);
        found.awaits |= awaits.found;
    }
    match list.last()? {
        syn::Stmt::Expr(expression, None) if has_value(expression) => found.value = Some(range(expression)),
        syn::Stmt::Macro(call) if call.semi_token.is_none() && !never_returns(&call.mac) => {
            found.value = Some(range(call));
        }
        syn::Stmt::Expr(expression, None) => found.unfinished = Some(range(expression).end),
        syn::Stmt::Macro(call) if call.semi_token.is_none() => found.unfinished = Some(range(call).end),
        _ => {}
    }
    Some(found)
}

/// Whether a last expression may have a value to show. An endless loop or a `return` has a type without values, which
/// would hide what shows it.
fn has_value(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Return(_) | syn::Expr::Assign(_) => false,
        syn::Expr::Loop(looping) => {
            let mut breaks = Breaks::default();
            breaks.visit_block(&looping.body);
            breaks.with_value
        }
        syn::Expr::Macro(call) => !never_returns(&call.mac),
        syn::Expr::Binary(binary) => !matches!(
            binary.op,
            syn::BinOp::AddAssign(_)
                | syn::BinOp::SubAssign(_)
                | syn::BinOp::MulAssign(_)
                | syn::BinOp::DivAssign(_)
                | syn::BinOp::RemAssign(_)
        ),
        _ => true,
    }
}

fn never_returns(call: &syn::Macro) -> bool {
    const NEVER: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];
    call.path.segments.last().is_some_and(|segment| NEVER.iter().any(|name| segment.ident == name))
}

#[derive(Default)]
struct Variables(Vec<(String, bool)>);

impl Visit<'_> for Variables {
    fn visit_pat_ident(&mut self, pattern: &syn::PatIdent) {
        let name = pattern.ident.to_string();
        if name != "None" {
            self.0.push((name, pattern.mutability.is_some()));
        }
        visit::visit_pat_ident(self, pattern);
    }
    fn visit_expr(&mut self, _: &syn::Expr) {}
}

/// Whether a statement waits for a future.
#[derive(Default)]
struct Awaits {
    found: bool,
}

impl Visit<'_> for Awaits {
    fn visit_expr_await(&mut self, expression: &syn::ExprAwait) {
        self.found = true;
        visit::visit_expr_await(self, expression);
    }
    fn visit_expr_async(&mut self, _: &syn::ExprAsync) {}
    fn visit_macro(&mut self, call: &syn::Macro) {
        // In a macro's argument.
        self.found |= call.tokens.to_string().contains(". await");
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

#[derive(Default)]
struct Breaks {
    with_value: bool,
}

impl Visit<'_> for Breaks {
    fn visit_expr_break(&mut self, expression: &syn::ExprBreak) {
        self.with_value |= expression.expr.is_some();
    }
    fn visit_expr_loop(&mut self, _: &syn::ExprLoop) {}
    fn visit_expr_closure(&mut self, _: &syn::ExprClosure) {}
}
