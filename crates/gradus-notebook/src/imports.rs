//! The names a `use` brings in, each with the bytes that bring it, so that single names can be blanked out.

use std::ops::Range;

use syn::UseTree;
use syn::punctuated::Pair;
use syn::spanned::Spanned;

use crate::fragment::Import;
use crate::tokens::plain_name;

/// The imports of one declaration.
pub(crate) struct ImportTree {
    pub imports: Vec<Import>,
    root: Node,
}

/// A name, or a group of nodes that is worth nothing without its members.
struct Node {
    /// Bytes in the fragment, with the comma that follows.
    range: Range<usize>,
    content: Content,
}

enum Content {
    Import(usize),
    Group(Vec<Node>),
}

impl ImportTree {
    /// The imports of a `use` whose fragment starts at byte `start` of the parsed source.
    pub fn of_use(tree: &UseTree, start: usize) -> Self {
        let mut imports = Vec::new();
        let range = shifted(tree.span().byte_range(), start);
        let root = node(tree, range, start, &mut Vec::new(), &mut imports);
        Self { imports, root }
    }

    pub fn of_extern_crate(path: &str, name: &str) -> Self {
        let import = Import { path: path.to_owned(), name: name.to_owned() };
        Self { imports: vec![import], root: Node { range: 0..0, content: Content::Import(0) } }
    }

    /// The first segment of the path of each import.
    pub fn first_segment(&self, index: usize) -> &str {
        let path = self.imports[index].path.as_str();
        path.split("::").next().unwrap_or(path)
    }

    /// `text` with the imports that are not kept replaced by spaces; `None` if nothing is left of it.
    pub fn narrowed(&self, text: &str, keep: &[bool]) -> Option<String> {
        let mut blank = Vec::new();
        if !collect_blank(&self.root, keep, &mut blank) {
            return None;
        }
        let mut bytes = text.as_bytes().to_vec();
        for range in blank {
            for byte in bytes.get_mut(range)? {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        String::from_utf8(bytes).ok()
    }
}

/// Adds the ranges to blank out below `node`; says whether anything in it stays.
fn collect_blank(node: &Node, keep: &[bool], blank: &mut Vec<Range<usize>>) -> bool {
    match &node.content {
        Content::Import(index) => keep[*index],
        Content::Group(members) => {
            let before = blank.len();
            let mut stays = false;
            for member in members {
                if collect_blank(member, keep, blank) {
                    stays = true;
                } else {
                    blank.push(member.range.clone());
                }
            }
            if !stays {
                blank.truncate(before); // The whole group goes, which covers its members.
            }
            stays
        }
    }
}

fn node(tree: &UseTree, range: Range<usize>, start: usize, path: &mut Vec<String>, imports: &mut Vec<Import>) -> Node {
    let depth = path.len();
    let mut import = |path: &[String], name: String| {
        imports.push(Import { path: without_prefix(path).join("::"), name });
        Content::Import(imports.len() - 1)
    };
    let content = match tree {
        UseTree::Path(next) => {
            path.push(plain_name(&next.ident));
            let inner = node(&next.tree, range.clone(), start, path, imports);
            path.truncate(depth);
            return inner;
        }
        UseTree::Name(name) => {
            let name = plain_name(&name.ident);
            if name != "self" {
                path.push(name.clone());
            }
            let name = if name == "self" { path.last().cloned().unwrap_or(name) } else { name };
            import(path, name)
        }
        UseTree::Rename(rename) => {
            if rename.ident != "self" {
                path.push(plain_name(&rename.ident));
            }
            import(path, plain_name(&rename.rename))
        }
        UseTree::Glob(_) => {
            path.push("*".to_owned());
            import(path, "*".to_owned())
        }
        UseTree::Group(group) => Content::Group(
            group
                .items
                .pairs()
                .map(|pair| {
                    let mut range = pair.value().span().byte_range();
                    if let Pair::Punctuated(_, comma) = &pair {
                        range.end = comma.span().byte_range().end.max(range.end);
                    }
                    node(pair.value(), shifted(range, start), start, path, imports)
                })
                .collect(),
        ),
    };
    path.truncate(depth);
    Node { range, content }
}

/// `crate::a`, `self::a` and `super::a` at the top of a cell all mean the crate's own `a`.
fn without_prefix(path: &[String]) -> &[String] {
    let local = path.iter().take_while(|segment| matches!(segment.as_str(), "crate" | "self" | "super")).count();
    &path[local.min(path.len().saturating_sub(1))..]
}

fn shifted(range: Range<usize>, start: usize) -> Range<usize> {
    range.start.saturating_sub(start)..range.end.saturating_sub(start)
}
