//! What one parsed top-level item is called, what it gives to others, and whether it counts at all.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ImplItem, Item, Meta, TraitItem, Type};

use crate::imports::ImportTree;
use crate::tokens::{flatten, mentions, plain_name, seemingly_defined};

/// The item kinds that selection tells apart.
pub(crate) enum Shape {
    Function,
    /// A type, trait or module: its name is in the type namespace, a tuple or unit struct's in both.
    Type {
        also_value: bool,
    },
    /// A constant or static.
    Value,
    Impl(ImplHead),
    Macro,
    MacroCall {
        name: String,
    },
    Use(ImportTree),
    InnerAttribute {
        name: String,
    },
    /// A foreign block or syntax that `syn` only carries along.
    Other,
}

/// What decides which answers an `impl` block belongs to.
pub(crate) struct ImplHead {
    /// Identifiers in the self type.
    pub self_names: Vec<String>,
    pub trait_name: Option<String>,
    /// Generics, trait and self type, to recognise a second block for the same.
    pub header: String,
    /// Methods and associated items.
    pub members: Vec<String>,
}

/// A parsed item.
pub(crate) struct Described {
    pub shape: Shape,
    pub defines: Vec<String>,
    /// Names that others may use without naming the item: enum variants, trait methods, a module's items.
    pub provides: Vec<String>,
    pub main_or_test: bool,
}

impl Described {
    fn named(shape: Shape, name: &impl ToString) -> Self {
        Self { shape, defines: vec![plain_name(name)], provides: Vec::new(), main_or_test: false }
    }

    fn nameless(shape: Shape) -> Self {
        Self { shape, defines: Vec::new(), provides: Vec::new(), main_or_test: false }
    }
}

/// Describes an item whose text starts at byte `start` of the parsed source.
pub(crate) fn describe(item: &Item, start: usize) -> Described {
    let mut described = match item {
        Item::Fn(item) => {
            let mut described = Described::named(Shape::Function, &item.sig.ident);
            described.main_or_test = item.sig.ident == "main";
            described
        }
        Item::Struct(item) => {
            let also_value = !matches!(item.fields, syn::Fields::Named(_));
            Described::named(Shape::Type { also_value }, &item.ident)
        }
        Item::Enum(item) => {
            let mut described = Described::named(Shape::Type { also_value: false }, &item.ident);
            described.provides = item.variants.iter().map(|variant| plain_name(&variant.ident)).collect();
            described
        }
        Item::Union(item) => Described::named(Shape::Type { also_value: false }, &item.ident),
        Item::Type(item) => Described::named(Shape::Type { also_value: false }, &item.ident),
        Item::TraitAlias(item) => Described::named(Shape::Type { also_value: false }, &item.ident),
        Item::Trait(item) => {
            let mut described = Described::named(Shape::Type { also_value: false }, &item.ident);
            described.provides = item.items.iter().filter_map(trait_member).collect();
            described
        }
        Item::Mod(item) => {
            let mut described = Described::named(Shape::Type { also_value: false }, &item.ident);
            let inner = item.content.iter().flat_map(|(_, items)| items).map(|item| describe(item, 0));
            let inner = inner.filter(|item| !matches!(item.shape, Shape::Use(_)));
            described.provides = inner.flat_map(|item| item.defines.into_iter().chain(item.provides)).collect();
            described
        }
        Item::Const(item) => Described::named(Shape::Value, &item.ident),
        Item::Static(item) => Described::named(Shape::Value, &item.ident),
        Item::Impl(item) => Described::nameless(Shape::Impl(impl_head(item))),
        Item::Macro(item) => match &item.ident {
            Some(name) => Described::named(Shape::Macro, name),
            None => macro_call(&item.mac),
        },
        Item::Use(item) => imports(ImportTree::of_use(&item.tree, start)),
        Item::ExternCrate(item) => {
            let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
            imports(ImportTree::of_extern_crate(&plain_name(&item.ident), &plain_name(name)))
        }
        Item::ForeignMod(item) => {
            let mut described = Described::nameless(Shape::Other);
            described.defines = seemingly_defined(item.items.iter().map(ToTokens::to_token_stream).collect());
            described
        }
        other => {
            let mut described = Described::nameless(Shape::Other);
            described.defines = seemingly_defined(other.to_token_stream());
            described
        }
    };
    described.main_or_test |= attributes(item).iter().any(is_test);
    described
}

/// Describes a macro call that stands where an item could.
pub(crate) fn macro_call(call: &syn::Macro) -> Described {
    let name = call.path.segments.last().map(|segment| plain_name(&segment.ident)).unwrap_or_default();
    let mut described = Described::nameless(Shape::MacroCall { name });
    described.defines = seemingly_defined(call.tokens.clone());
    described
}

/// Describes an inner attribute; `None` for lint levels and plain documentation, which change nothing.
pub(crate) fn inner_attribute(attribute: &Attribute) -> Option<Described> {
    let name = attribute.path().to_token_stream().to_string().replace(' ', "");
    let plain_documentation =
        name == "doc" && matches!(&attribute.meta, Meta::NameValue(pair) if matches!(pair.value, syn::Expr::Lit(_)));
    let harmless = ["allow", "warn", "deny", "forbid", "expect"].contains(&name.as_str()) || plain_documentation;
    (!harmless).then(|| Described::nameless(Shape::InnerAttribute { name }))
}

fn imports(tree: ImportTree) -> Described {
    let mut described = Described::nameless(Shape::Other);
    described.defines = tree.imports.iter().map(|import| import.name.clone()).collect();
    described.shape = Shape::Use(tree);
    described
}

fn impl_head(item: &syn::ItemImpl) -> ImplHead {
    let trait_path = item.trait_.as_ref().map(|(_, path, _)| path);
    let mut header = item.generics.to_token_stream();
    if let Some((not, path, _)) = &item.trait_ {
        not.to_tokens(&mut header);
        path.to_tokens(&mut header);
    }
    header.extend(quote::quote!(for));
    item.self_ty.to_tokens(&mut header);
    ImplHead {
        self_names: type_names(&item.self_ty),
        trait_name: trait_path.and_then(|path| path.segments.last()).map(|segment| plain_name(&segment.ident)),
        header: token_text(header),
        members: item.items.iter().filter_map(impl_member).collect(),
    }
}

fn token_text(tokens: TokenStream) -> String {
    let words: Vec<String> = flatten(tokens)
        .map(|tree| match tree {
            proc_macro2::TokenTree::Group(group) => format!("{:?}", group.delimiter()),
            other => other.to_string(),
        })
        .collect();
    words.join(" ")
}

fn type_names(of: &Type) -> Vec<String> {
    mentions(&token_text(of.to_token_stream())).into_iter().collect()
}

fn impl_member(member: &ImplItem) -> Option<String> {
    Some(plain_name(match member {
        ImplItem::Fn(member) => &member.sig.ident,
        ImplItem::Const(member) => &member.ident,
        ImplItem::Type(member) => &member.ident,
        _ => return None,
    }))
}

fn trait_member(member: &TraitItem) -> Option<String> {
    Some(plain_name(match member {
        TraitItem::Fn(member) => &member.sig.ident,
        TraitItem::Const(member) => &member.ident,
        TraitItem::Type(member) => &member.ident,
        _ => return None,
    }))
}

/// `#[test]`, `#[bench]` or `#[cfg(test)]`.
fn is_test(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::Path(path) => path.is_ident("test") || path.is_ident("bench"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
