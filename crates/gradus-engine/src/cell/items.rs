//! Items: what they are called, what they mention, and the `pub`s that let later cells use them.

use std::ops::Range;

use quote::ToTokens;
use syn::visit::{self, Visit};

use super::range;
use crate::mentions::{self, Names};
use crate::source::Edit;

/// An item of a cell.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its place, attributes and documentation included.
    pub range: Range<usize>,
    /// Edits that make it public.
    pub edits: Vec<Edit>,
    /// All names in it.
    pub mentions: Names,
    /// Types inside it that other crates can name, as paths from the item's own place: `foo::bar::Baz`.
    pub types: Vec<String>,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// Something with a name.
    Named(String),
    /// An implementation: names in its head, without its own parameters.
    Impl {
        /// Names of the type's path, and of types inside it.
        of_type: Names,
        /// Names of the trait's path, and of types inside it.
        of_trait: Names,
        /// The head without its parameters, to recognise the same implementation in another cell.
        head: String,
        /// Its functions, constants and types, and where they stand.
        members: Vec<(String, Range<usize>)>,
    },
    /// Something else without a name.
    Other,
}

/// One name brought into scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The name, `*` for all of a module, `_` for a trait without one.
    pub name: String,
    /// What follows `use`: `std::fmt::Debug as D`.
    pub path: String,
    /// The first name of the path.
    pub root: String,
}

/// A macro by example.
#[derive(Debug, Clone)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// Its text on one line.
    pub text: String,
    /// The names in it.
    pub mentions: Names,
}

/// Reads one item.
pub fn item(item: &syn::Item) -> Item {
    let mut public = Public::default();
    public.visit_item(item);
    public.edits.sort_by_key(|edit| edit.range.start);
    let mut types = Types::default();
    types.visit_item(item);
    let tokens = item.to_token_stream();
    Item {
        kind: kind(item),
        range: range(item),
        edits: public.edits,
        mentions: mentions::in_tokens(tokens),
        types: types.found,
    }
}

/// Reads a `use`.
pub fn imports(import: &syn::ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    let prefix = if import.leading_colon.is_some() { "::" } else { "" };
    flatten(&import.tree, prefix.to_owned(), &mut found);
    found
}

/// Reads a `macro_rules!`.
pub fn macro_by_example(item: &syn::ItemMacro) -> Option<Macro> {
    let name = item.ident.as_ref()?.to_string();
    let tokens = item.to_token_stream();
    Some(Macro { name, text: tokens.to_string().replace('\n', " "), mentions: mentions::in_tokens(tokens) })
}

fn kind(item: &syn::Item) -> ItemKind {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Mod(item) => &item.ident,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::TraitAlias(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        syn::Item::Impl(item) => {
            let own_type = item.self_ty.to_token_stream();
            let of_trait = item.trait_.as_ref().map(|(_, path, _)| path.to_token_stream()).unwrap_or_default();
            return ItemKind::Impl {
                head: format!("{of_trait} for {own_type}"),
                of_type: mentions::in_tokens(own_type),
                of_trait: mentions::in_tokens(of_trait),
                members: item.items.iter().filter_map(member).collect(),
            };
        }
        _ => return ItemKind::Other,
    };
    if ident == "_" { ItemKind::Other } else { ItemKind::Named(ident.to_string()) }
}

fn member(member: &syn::ImplItem) -> Option<(String, Range<usize>)> {
    let ident = match member {
        syn::ImplItem::Fn(member) => &member.sig.ident,
        syn::ImplItem::Const(member) => &member.ident,
        syn::ImplItem::Type(member) => &member.ident,
        _ => return None,
    };
    Some((ident.to_string(), range(member)))
}

fn flatten(tree: &syn::UseTree, path: String, found: &mut Vec<Import>) {
    let root = |path: &str| path.trim_start_matches("::").split("::").next().unwrap_or_default().to_owned();
    let mut import = |name: String, path: String| found.push(Import { name, root: root(&path), path });
    match tree {
        syn::UseTree::Path(part) => flatten(&part.tree, format!("{path}{}::", part.ident), found),
        // `a::b::{self}` is `a::b`.
        syn::UseTree::Name(name) if name.ident == "self" => {
            let path = path.trim_end_matches("::").to_owned();
            import(path.rsplit("::").next().unwrap_or_default().to_owned(), path);
        }
        syn::UseTree::Name(name) => import(name.ident.to_string(), format!("{path}{}", name.ident)),
        syn::UseTree::Rename(rename) if rename.ident == "self" => {
            import(rename.rename.to_string(), format!("{} as {}", path.trim_end_matches("::"), rename.rename));
        }
        syn::UseTree::Rename(rename) => {
            import(rename.rename.to_string(), format!("{path}{} as {}", rename.ident, rename.rename));
        }
        syn::UseTree::Glob(_) => import("*".to_owned(), format!("{path}*")),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path.clone(), found)),
    }
}

/// Finds where `pub` is missing.
#[derive(Default)]
struct Public {
    edits: Vec<Edit>,
}

impl Public {
    fn see(&mut self, visibility: &syn::Visibility, start: Range<usize>) {
        match visibility {
            syn::Visibility::Inherited => self.edits.push(Edit::insert(start.start, "pub ")),
            syn::Visibility::Restricted(_) => {
                self.edits.push(Edit { range: range(visibility), text: "pub".to_owned() });
            }
            syn::Visibility::Public(_) => {}
        }
    }
}

impl Visit<'_> for Public {
    // Nothing inside functions and modules: those are as private as the user made them.
    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        self.see(&item.vis, range(&item.sig));
    }
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.see(&item.vis, range(&item.mod_token));
    }
    fn visit_item_const(&mut self, item: &syn::ItemConst) {
        if item.ident != "_" {
            self.see(&item.vis, range(&item.const_token));
        }
    }
    fn visit_item_static(&mut self, item: &syn::ItemStatic) {
        self.see(&item.vis, range(&item.static_token));
    }
    fn visit_item_type(&mut self, item: &syn::ItemType) {
        self.see(&item.vis, range(&item.type_token));
    }
    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        self.see(&item.vis, range(&item.enum_token));
    }
    fn visit_item_union(&mut self, item: &syn::ItemUnion) {
        self.see(&item.vis, range(&item.union_token));
        item.fields.named.iter().for_each(|field| self.visit_field(field));
    }
    fn visit_item_struct(&mut self, item: &syn::ItemStruct) {
        self.see(&item.vis, range(&item.struct_token));
        visit::visit_fields(self, &item.fields);
    }
    fn visit_item_trait(&mut self, item: &syn::ItemTrait) {
        let start = item.unsafety.as_ref().map_or_else(|| range(&item.trait_token), range);
        self.see(&item.vis, start);
    }
    fn visit_field(&mut self, field: &syn::Field) {
        self.see(&field.vis, field.ident.as_ref().map_or_else(|| range(&field.ty), range));
    }
    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        if item.trait_.is_some() {
            return;
        }
        for part in &item.items {
            match part {
                syn::ImplItem::Fn(part) => self.see(&part.vis, range(&part.sig)),
                syn::ImplItem::Const(part) => self.see(&part.vis, range(&part.const_token)),
                syn::ImplItem::Type(part) => self.see(&part.vis, range(&part.type_token)),
                _ => {}
            }
        }
    }
}

/// Collects the types that an item declares, modules included.
#[derive(Default)]
struct Types {
    path: Vec<String>,
    found: Vec<String>,
}

impl Types {
    fn add(&mut self, ident: &syn::Ident) {
        let path: Vec<String> = self.path.iter().cloned().chain([ident.to_string()]).collect();
        self.found.push(path.join("::"));
    }
}

impl Visit<'_> for Types {
    fn visit_item_struct(&mut self, item: &syn::ItemStruct) {
        self.add(&item.ident);
    }
    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        self.add(&item.ident);
    }
    fn visit_item_union(&mut self, item: &syn::ItemUnion) {
        self.add(&item.ident);
    }
    fn visit_item_trait(&mut self, item: &syn::ItemTrait) {
        self.add(&item.ident);
    }
    fn visit_item_fn(&mut self, _: &syn::ItemFn) {}
    fn visit_item_impl(&mut self, _: &syn::ItemImpl) {}
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.path.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.path.pop();
    }
}
