//! A fragment together with what selection needs to know about it.

use crate::files::Source;
use crate::fragment::{Fragment, FragmentKind, Origin};
use crate::item::{Described, Shape};
use crate::lines::Lines;
use crate::split::{Piece, split};
use crate::tokens::mentions;

/// An item of the submission that may or may not be needed.
pub(crate) struct Candidate {
    pub fragment: Fragment,
    /// `None` for source that does not parse.
    pub shape: Option<Shape>,
    /// See [`Described::provides`].
    pub provides: Vec<String>,
    pub main_or_test: bool,
}

impl Candidate {
    /// Whether it is a sound function named `function`.
    pub fn is_function(&self, function: &str) -> bool {
        matches!(self.shape, Some(Shape::Function))
            && !self.main_or_test
            && self.fragment.defines.iter().any(|name| name == function)
    }

    /// Whether it is broken and seems to define `function`.
    pub fn is_broken_function(&self, function: &str) -> bool {
        matches!(&self.fragment.kind, FragmentKind::Unparsed { functions, .. } if functions.iter().any(|name| name == function))
    }

    pub fn cell_id(&self) -> Option<&str> {
        self.fragment.origin.cell.as_ref()?.id.as_deref()
    }
}

/// All items of one source text.
pub(crate) fn candidates(source: &Source) -> Vec<Candidate> {
    let lines = Lines::new(&source.text);
    split(&source.text).into_iter().map(|piece| candidate(piece, source, &lines)).collect()
}

fn candidate(piece: Piece, source: &Source, lines: &Lines) -> Candidate {
    let text = source.text.get(piece.range.clone()).unwrap_or_default().to_owned();
    let origin = Origin { file: source.file.clone(), cell: source.cell.clone(), line: lines.line(piece.range.start) };
    let mentions = mentions(&text);
    match piece.content {
        Ok(Described { shape, defines, provides, main_or_test }) => {
            let kind = match &shape {
                Shape::Function | Shape::Type { .. } | Shape::Value | Shape::Other => FragmentKind::Item,
                Shape::Impl(head) => FragmentKind::Impl { trait_name: head.trait_name.clone() },
                Shape::Macro => FragmentKind::Macro,
                Shape::MacroCall { name } => FragmentKind::MacroCall { name: name.clone() },
                Shape::Use(tree) => FragmentKind::Use { imports: tree.imports.clone() },
                Shape::InnerAttribute { name } => FragmentKind::InnerAttribute { name: name.clone() },
            };
            let fragment = Fragment { origin, text, kind, defines, mentions };
            Candidate { fragment, shape: Some(shape), provides, main_or_test }
        }
        Err(broken) => {
            let kind = FragmentKind::Unparsed { functions: broken.functions, error: broken.error };
            let fragment = Fragment { origin, text, kind, defines: broken.defines, mentions };
            Candidate { fragment, shape: None, provides: Vec::new(), main_or_test: false }
        }
    }
}
