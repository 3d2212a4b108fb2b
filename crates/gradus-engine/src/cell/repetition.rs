//! How often code runs what is in it, as far as its text tells: what optimising it is worth.

use proc_macro2::{TokenStream, TokenTree};
use syn::Token;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

/// What is done over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Repetition {
    /// Nothing.
    #[default]
    Nothing,
    /// Calls, as in a training loop: the time goes where the functions are.
    Calls,
    /// Work on single elements.
    Elements,
}

/// Loops deeper than this go through elements, whatever is in them; steps of training have epochs and batches.
const LOOPS_OF_CALLS: usize = 2;

/// What a statement does over and over.
pub fn repetition(statement: &syn::Stmt) -> Repetition {
    let mut loops = Loops::default();
    loops.visit_stmt(statement);
    loops.found
}

/// Loops and closures, which may be called in loops.
#[derive(Default)]
struct Loops {
    depth: usize,
    found: Repetition,
}

impl Loops {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.find(if self.depth > LOOPS_OF_CALLS { Repetition::Elements } else { Repetition::Calls });
        visit(self);
        self.depth -= 1;
    }

    fn find(&mut self, found: Repetition) {
        self.found = self.found.max(found);
    }

    fn find_element(&mut self) {
        if self.depth > 0 {
            self.find(Repetition::Elements);
        }
    }
}

impl Visit<'_> for Loops {
    fn visit_expr_for_loop(&mut self, expression: &syn::ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.inside(|loops| loops.visit_block(&expression.body));
    }
    fn visit_expr_while(&mut self, expression: &syn::ExprWhile) {
        self.inside(|loops| visit::visit_expr_while(loops, expression));
    }
    fn visit_expr_loop(&mut self, expression: &syn::ExprLoop) {
        self.inside(|loops| visit::visit_expr_loop(loops, expression));
    }
    fn visit_expr_closure(&mut self, expression: &syn::ExprClosure) {
        // What takes a closure in a loop calls it for each element.
        self.find_element();
        self.inside(|loops| visit::visit_expr_closure(loops, expression));
    }
    fn visit_expr_index(&mut self, expression: &syn::ExprIndex) {
        self.find_element();
        visit::visit_expr_index(self, expression);
    }
    fn visit_expr_unary(&mut self, expression: &syn::ExprUnary) {
        if matches!(expression.op, syn::UnOp::Deref(_)) {
            self.find_element();
        }
        visit::visit_expr_unary(self, expression);
    }
    fn visit_macro(&mut self, call: &syn::Macro) {
        match Punctuated::<syn::Expr, Token![,]>::parse_terminated.parse2(call.tokens.clone()) {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            Err(_) if has_loop(call.tokens.clone()) => self.inside(Self::find_element),
            Err(_) => {}
        }
    }
}

/// Whether there is something like a loop in what only the macro understands: `azip!((a in &mut x, &b in &y) *a += b)`.
fn has_loop(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => ["for", "in", "loop", "while"].iter().any(|keyword| word == keyword),
        TokenTree::Punct(mark) => mark.as_char() == '|',
        TokenTree::Group(group) => has_loop(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::Repetition::{Calls, Elements, Nothing};
    use super::*;

    fn of(text: &str) -> Repetition {
        repetition(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn what_is_done_once_is_not_repeated() {
        for text in ["let x = a.dot(&b);", "let y = x[3] + *z;", "let v = vec![0.0; 10];", "println!(\"{}\", x[3]);"] {
            assert_eq!(of(text), Nothing, "{text}");
        }
    }

    #[test]
    fn training_repeats_calls() {
        for text in [
            "for step in 0..20 { let (loss, dw) = softmax_loss(&w, &x, &y, 0.0); w.scaled_add(-0.5, &dw); }",
            "for epoch in 0..5 { for batch in batches(&x) { net.step(&batch); } }",
            "let a = Array2::from_shape_fn((64, 10), |(i, j)| (i + j) as f64);",
            "for element in &list[1..] { show(element); }",
            "println!(\"{}\", numbers.iter().map(|n| n * n).sum::<u64>());",
        ] {
            assert_eq!(of(text), Calls, "{text}");
        }
    }

    #[test]
    fn elements_in_loops() {
        for text in [
            "for i in 0..n { sum += x[i]; }",
            "for (a, b) in y.iter_mut().zip(&x) { *a += b; }",
            "for _ in 0..10 { a.mapv_inplace(|v| v * 0.5); }",
            "while i < n { while j < n { loop { count += 1; break; } } }",
            "for _ in 0..10 { azip!((a in &mut x, &b in &y) *a += b); }",
            "azip!((a in &mut x, &b in &y) *a += b);",
            "{ fn sum(x: &[f64]) -> f64 { let mut sum = 0.0; for i in 0..x.len() { sum += x[i]; } sum } sum(&x) }",
        ] {
            assert_eq!(of(text), Elements, "{text}");
        }
    }
}
