//! What the scan refuses wherever it hides, and what it lets pass.

use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> Option<String> {
    scan(text).map(|refusal| format!("{}: {}", refusal.line, refusal.what))
}

#[test]
fn refuses_what_no_exercise_needs_and_says_where() {
    for (text, expected) in [
        ("fn f() {\n    unsafe { g() }\n}", "2: `unsafe`"),
        ("const A: &str = include_str!(\"/etc/passwd\");", "1: `include_str!`"),
        ("#[doc = include_str!(\"x\")]\nfn f() {}", "1: `include_str!`"),
        ("macro_rules! m { () => { core::arch::asm!(\"\") } }", "1: `asm`"),
        ("fn f() { let _ = option_env!(\"SECRET\"); }", "1: `option_env!`"),
        ("\n#[path = \"x.rs\"] mod x;", "2: the attribute `path`"),
        ("#[link(name = \"m\")] extern \"C\" {}", "1: the attribute `link`"),
        ("#[link_name = \"m\"] fn f() {}", "1: the attribute `link_name`"),
        ("extern \"C\" { fn f(); }", "1: an `extern` block"),
        ("extern crate std as other;", "1: `extern crate`"),
        ("#![recursion_limit = \"9999\"]", "1: the attribute `recursion_limit`"),
        ("#![no_main]", "1: the attribute `no_main`"),
        ("#[cfg_attr(all(), allow(unsafe_code))] fn f() {}", "1: `unsafe_code`"),
        ("#[cfg_attr(all(),\ncfg_attr(not(a), path = \"x\"))] mod m;", "2: the attribute `path`"),
        ("#[cfg_attr(all(), inline, path = \"x\")] mod m;", "1: the attribute `path`"),
        ("fn f() { println!(\"{}\", env!(\"HOME\")) }", "1: `env!`"),
        ("fn f() { r#include!(\"x\"); }", "1: `include!`"),
        ("fn r#unsafe() {}", "1: `unsafe`"),
        ("use std::include_str as text;", "1: `include_str!`"),
        ("use std::env as text;", "1: `env!`"),
        ("use std::{f64::consts,\ninclude as text};", "2: `include!`"),
        // What a macro could put together.
        ("macro_rules! m { ($i:ident) => { $i!(\"x\") } }", "1: a macro with a changing name"),
        ("m!(include);", "1: `include!`"),
        ("macro_rules! m { ($a:tt $b:tt) => { env $a $b } }", "1: `env!`"),
        ("m! { path = \"x\" }", "1: the attribute `path`"),
        ("m!(extern);", "1: an `extern` block"),
        ("m!([{ #[no_std] }]);", "1: the attribute `no_std`"),
    ] {
        assert_eq!(refused(text).as_deref(), Some(expected), "{text}");
    }
}

/// Code that an honest answer may have.
const HONEST: [&str; 22] = [
    "// unsafe in a comment",
    "/* #![feature(x)] include!(\"x\") */",
    "/// It is no unsafe_code, and reads no env!(\"HOME\").",
    "fn f() { let include = 1; let env = include as f64; let path = \"unsafe\"; assert_eq!(env, include); }",
    "fn g(x: &Array2<f64>) { let _ = x.slice(s![.., 0]); azip!((a in x) *a += 1.0); }",
    "#[derive(Clone)] struct Cache { link: usize, env: f64, path: Vec<usize> }",
    "impl Cache { fn feature(&self) -> usize { self.link + self.path.len() } }",
    "#[allow(dead_code)] fn main() { println!(\"{} {}\", cache.path, \"extern crate\"); }",
    "#[cfg(test)] mod tests { use super::*; #[test] fn t() { assert!(include != 3 && !(env)); } }",
    "extern \"C\" fn callback() {}",
    "fn call(callback: extern \"C\" fn(i32) -> i32) {}",
    "#[cfg(feature = \"fast\")] fn quick() {}",
    "#[doc(alias = \"path\")] fn h() {}",
    "#[cfg_attr(feature = \"fast\", inline)] fn i() {}",
    "use std::env; fn home() -> Option<String> { env::var(\"HOME\").ok() }",
    "macro_rules! square { ($x:expr) => { $x * $x } }",
    "fn j() { if !(1 < 2) { return; } let feature = \"a\"; let link = feature; }",
    "fn k<'a>(x: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> { x.iter().map(|env| *env as f64) }",
    "const TEXT: &str = r#\"unsafe { asm!() } #[path = \"x\"]\"#;",
    "fn l() { zip!(x, y); stack![Axis(0), a, b]; let path = [0; 3]; let start = path[0]; }",
    "#[inline(always)] #[must_use] fn m(used: bool, lang: &str) -> bool { used }",
    "mod naked { pub fn start() {} }",
];

#[test]
fn lets_honest_code_pass() {
    for text in HONEST {
        assert_eq!(refused(text), None, "{text}");
    }
}

/// What is refused wherever it stands, as text without a line break.
const REFUSED: [&str; 30] = [
    "unsafe { }",
    "unsafe fn f() {}",
    "#[unsafe(no_mangle)] fn f() {}",
    "#[no_mangle] fn f() {}",
    "#[export_name = \"main\"] fn f() {}",
    "#[link_section = \".init_array\"] static A: fn() = f;",
    "#[global_allocator] static A: S = S;",
    "#[link(name = \"m\")] extern \"C\" {}",
    "extern { fn f(); }",
    "extern \"C\" { fn f(); }",
    "extern crate proc_macro;",
    "extern crate core as c;",
    "core::arch::asm!(\"nop\");",
    "core::arch::global_asm!(\"nop\");",
    "core::arch::naked_asm!(\"nop\");",
    "use core::arch::asm as harmless;",
    "include!(\"x\");",
    "std::include!(\"x\");",
    "let a = include_str!(\"x\");",
    "let a = include_bytes ! [\"x\"];",
    "let a = env!{\"x\"};",
    "let a = r#option_env!(\"x\");",
    "#[path = \"x\"] mod m {}",
    "#[r#path = \"x\"] mod m {}",
    "#[cfg_attr(all(), path = \"x\")] mod m {}",
    "#[doc = include_str!(\"x\")] fn f() {}",
    "#[allow(unsafe_code)] fn f() {}",
    "#[used] static A: u8 = 0;",
    "#![feature(rustc_private)]",
    "#![type_length_limit = \"1\"]",
];

/// Places that it can stand in.
const AROUND: [(&str, &str); 12] = [
    ("", ""),
    ("fn f() {", "}"),
    ("mod m { mod n { impl A {", "}}}"),
    ("macro_rules! m { () => {", "} }"),
    ("macro_rules! m { ($($t:tt)*) => { $($t)* ", " } }"),
    ("m! {", "}"),
    ("vec![m!(1,", ")];"),
    ("println!(\"{}\", {", "});"),
    ("const A: u8 = { let _ = || {", "}; 1 };"),
    ("s![..; {", "}]"),
    ("fn f() { g(|x| { [(", ")] }) }"),
    ("#[cfg(test)] mod tests { #[test] fn t() { let \u{e9} = 'u';", "} }"),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hides_what_is_refused(
        before in prop::collection::vec(prop::sample::select(&HONEST[..]), 0..6),
        after in prop::collection::vec(prop::sample::select(&HONEST[..]), 0..3),
        what in prop::sample::select(&REFUSED[..]),
        around in prop::collection::vec(prop::sample::select(&AROUND[..]), 0..5),
    ) {
        let open: String = around.iter().map(|(open, _)| format!("{open} ")).collect();
        let close: String = around.iter().rev().map(|(_, close)| *close).collect();
        let lines = [before.clone(), vec![&open, what, &close], after].concat();
        let text = lines.join("\n");
        let refusal = scan(&text);
        prop_assert!(refusal.is_some(), "{text}");
        prop_assert_eq!(refusal.map(|refusal| refusal.line), Some(before.len() + 2), "{}", text);
    }

    #[test]
    fn honest_code_passes_in_any_order(
        lines in prop::collection::vec(prop::sample::select(&HONEST[..]), 0..20),
        crlf in any::<bool>(),
    ) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        prop_assert_eq!(refused(&text), None, "{}", text);
    }

    #[test]
    fn strings_and_comments_are_free(what in prop::sample::select(&REFUSED[..])) {
        let text = format!("// {what}\n/* {what} */ const A: &str = {what:?};\n/// {what}\nfn f() {{}}");
        prop_assert_eq!(refused(&text), None, "{}", text);
    }

    #[test]
    fn any_text_is_scanned(text in "(unsafe|include|#|!|\\[|\\]|\\(|\\)|\\{|\\}|\\$|use|as|,|=|\"|'|r#|a|;|//|\n| ){0,60}") {
        let _ = scan(&text);
    }
}

/// The body of the fuzz target.
#[path = "../../../../fuzz/src/source.rs"]
mod target;

#[test]
fn what_the_fuzz_target_kept_is_scanned() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/source");
    let mut count = 0;
    for file in std::fs::read_dir(corpus).expect("the target has a corpus") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a file");
        target::run(&bytes, |text| scan(text).map(|refusal| refusal.line));
        count += 1;
    }
    assert!(count > 5, "only {count} files");
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    for (open, close) in [("(", ")"), ("#[cfg_attr(a, ", ")]"), ("m!{", "}"), ("#[a[", "]]")] {
        let text = format!("{}unsafe{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(refused(&text).as_deref(), Some("1: `unsafe`"));
    }
    let text = format!("#[{}path{}]", "cfg_attr(a, ".repeat(20_000), ")".repeat(20_000));
    assert_eq!(refused(&text).as_deref(), Some("1: the attribute `path`"));
}
