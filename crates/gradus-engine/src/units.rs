//! Compiles crates of items, when they are needed and not before.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compile::{Call, Compiler, Failed, Product};
use crate::diagnostics::Diagnostic;
use crate::header::{Scope, header};
use crate::mentions::Names;
use crate::session::{Built, Session, Unit};
use crate::source::Source;

/// A crate of items that does not compile.
pub struct Refused {
    /// The source that messages are about.
    pub source: Arc<Source>,
    /// The file that they name.
    pub file: String,
    /// Why not.
    pub why: Failed,
}

/// What compiling crates of items gave.
pub struct Fresh {
    /// The crate.
    pub built: Arc<Built>,
    /// Warnings.
    pub messages: Vec<Diagnostic>,
}

/// Compiles those of `units`, and of what they depend on, that have to be. Returns what was compiled.
pub fn build(
    session: &mut Session,
    units: &BTreeSet<usize>,
    compiler: &Compiler,
    generation: &mut u64,
) -> Result<Vec<Fresh>, Box<Refused>> {
    let mut fresh = Vec::new();
    for number in units {
        build_one(session, *number, compiler, generation, &mut fresh)?;
    }
    Ok(fresh)
}

fn build_one(
    session: &mut Session,
    number: usize,
    compiler: &Compiler,
    generation: &mut u64,
    fresh: &mut Vec<Fresh>,
) -> Result<(), Box<Refused>> {
    let Some(unit) = session.units.get(&number).cloned() else { return Ok(()) };
    if unit.built.is_some() {
        return Ok(());
    }
    // There are no cycles: those have become one crate.
    for dependency in session.dependencies(&unit) {
        build_one(session, dependency, compiler, generation, fresh)?;
    }
    let (source, used) = source(session, &unit);
    *generation += 1;
    let suffix = format!("_g{generation}");
    let file = format!("{}{suffix}.rs", unit.crate_name);
    let source = Arc::new(source);
    let uses: Vec<Arc<Built>> = used.iter().filter_map(|number| session.units.get(number)?.built.clone()).collect();
    let closure = Built::closure(uses.iter().cloned());
    let items: Vec<_> = closure.iter().map(|built| (built.crate_name.clone(), built.metadata.clone())).collect();
    let call = Call {
        crate_name: &unit.crate_name,
        suffix: &suffix,
        text: &source.text,
        product: Product::Items,
        items: &items,
    };
    let metadata = compiler.directory.join(format!("lib{}{suffix}.rmeta", unit.crate_name));
    let library = compiler.directory.join(format!("lib{}{suffix}.so", unit.crate_name));
    let libraries = closure.iter().map(|built| (built.code.clone(), built.library.clone())).collect();
    match compiler.compile_items(&call, &library, libraries) {
        Ok((messages, code)) => {
            let built = Built { crate_name: unit.crate_name.clone(), file, source, metadata, library, code, uses };
            let built = Arc::new(built);
            session.set_built(number, built.clone());
            fresh.push(Fresh { built, messages });
            Ok(())
        }
        Err(why) => Err(Box::new(Refused { source, file, why })),
    }
}

/// The source of a crate of items, and the crates that it names.
fn source(session: &Session, unit: &Unit) -> (Source, BTreeSet<usize>) {
    let mut own: Names = unit.items().filter_map(|item| item.name()).map(str::to_owned).collect();
    let has_in_text = |path: &str| {
        unit.pieces.iter().any(|piece| piece.item.is_none() && piece.text.text[piece.range.clone()].contains(path))
    };
    own.extend(unit.pieces.iter().filter(|piece| piece.item.is_none()).flat_map(imported_names));
    let imports: Vec<_> = unit.imports.iter().filter(|import| !has_in_text(&import.path)).cloned().collect();
    let own_macros: Vec<_> =
        session.macros.values().filter(|found| has_in_text(&format!("macro_rules! {}", found.name))).cloned().collect();
    let mentions = unit.mentions();
    let unfinished = mentions.contains("todo");
    let scope = Scope {
        session,
        mentions: &mentions,
        own: &own,
        imports: &imports,
        own_macros: &own_macros,
        unit: Some(unit.number),
        // A question that nobody has answered yet uses none of its arguments.
        extra: if unfinished { "#![allow(unused_variables, unreachable_code)]" } else { "" },
    };
    let header = header(&scope);
    let mut source = Source::default();
    source.push(&header.text);
    let mut before = None;
    for piece in &unit.pieces {
        // Blanks where statements were, so that lines stay what they are in the cell.
        let start = match before {
            Some((text, end)) if Arc::ptr_eq(text, &piece.text) && end <= piece.range.start => end,
            _ => {
                if before.is_some() {
                    source.push("\n");
                }
                0
            }
        };
        source.blank(&piece.text, start..piece.range.start);
        let edits = piece.item.as_ref().map(|item| item.edits.as_slice()).unwrap_or_default();
        source.copy(&piece.text, piece.range.clone(), edits);
        before = Some((&piece.text, piece.range.end));
    }
    source.push("\n");
    (source, header.units)
}

/// The names that a `use` in a crate of items brings in itself.
fn imported_names(piece: &crate::session::Piece) -> Vec<String> {
    let text = &piece.text.text[piece.range.clone()];
    let Ok(import) = syn::parse_str::<syn::ItemUse>(text) else { return Vec::new() };
    let names = crate::cell::imports(&import);
    names.into_iter().filter(|import| !import.is_nameless()).map(|import| import.name).collect()
}
