//! The source of the standard library: of the component `rust-src`, or else read back from the pages of `rust-docs`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::sources::{Source, each_file, rust_files};

/// The crates that are of use, each after those it depends on.
pub const CRATES: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// Parts of `core` whose source is elsewhere in the compiler's repository: forty megabytes of processors' instructions.
const ELSEWHERE: [&str; 2] = ["stdarch", "portable-simd"];

/// What the compiler says of itself.
pub struct Toolchain {
    /// Where it is installed.
    pub sysroot: PathBuf,
    /// For example `1.95.0`.
    pub version: String,
    /// What `cfg` holds on this machine, one a line.
    pub cfg: String,
}

impl Toolchain {
    /// Asks the compiler that `rustc` (or `$RUSTC`) is.
    pub fn ask() -> io::Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let ask = |arguments: &[&str]| -> io::Result<String> {
            let output = Command::new(&rustc).args(arguments).output()?;
            String::from_utf8(output.stdout).map_err(io::Error::other)
        };
        let version = ask(&["--version"])?;
        Ok(Self {
            sysroot: PathBuf::from(ask(&["--print", "sysroot"])?.trim()),
            version: version.split(' ').nth(1).unwrap_or("").to_owned(),
            cfg: ask(&["--print", "cfg"])?,
        })
    }

    /// The files of one of [`CRATES`]; none if neither component is installed.
    pub fn sources(&self, name: &str) -> Vec<Source> {
        let component = self.sysroot.join("lib/rustlib/src/rust/library").join(name).join("src");
        if component.is_dir() {
            return rust_files(&component);
        }
        let mut sources = Vec::new();
        let pages = self.sysroot.join("share/doc/rust/html/src").join(name);
        each_file(&pages, &["html"], &ELSEWHERE, &mut |page| sources.extend(read_page(&page.text)));
        sources
    }

    /// The root file of one of [`CRATES`], as [`Toolchain::sources`] names it.
    pub fn root(&self, name: &str) -> PathBuf {
        let component = self.sysroot.join("lib/rustlib/src/rust/library").join(name).join("src/lib.rs");
        if component.is_file() { component } else { Path::new("/library").join(name).join("src/lib.rs") }
    }
}

/// The file that a page of source code shows, under the path that it has in the compiler's repository.
fn read_page(page: &str) -> Option<Source> {
    let path = between(page, "Source of the Rust file `", "`")?;
    let code = between(page, "<code>", "</code>")?;
    Some(Source { path: Path::new("/").join(path), text: plain(code) })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let end = start + text[start..].find(after)?;
    Some(&text[start..end])
}

/// Without line numbers, tags and escapes.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(tag) = rest.find('<') {
        unescape(&rest[..tag], &mut text);
        rest = &rest[tag..];
        // A line's number is a link with the number as its text.
        let end = if rest.starts_with("<a ") && between(rest, "", ">").is_some_and(|tag| tag.contains("data-nosnippet"))
        {
            rest.find("</a>").map(|at| at + "</a>".len())
        } else {
            rest.find('>').map(|at| at + 1)
        };
        let Some(end) = end else { return text };
        rest = &rest[end..];
    }
    unescape(rest, &mut text);
    text
}

fn unescape(html: &str, text: &mut String) {
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&#39;", '\''), ("&#x27;", '\'')];
        let (escape, letter) = known.into_iter().find(|(escape, _)| rest.starts_with(escape)).unwrap_or(("&", '&'));
        text.push(letter);
        rest = &rest[escape.len()..];
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_page_back() {
        let page = "<meta content=\"Source of the Rust file `library/core/src/any.rs`.\"><code>\
                    <a href=#1 id=1 data-nosnippet>1</a><span class=\"kw\">fn </span>f&lt;T&gt;(a: <span>&amp;T</span>) {\n\
                    <a href=#2 id=2 data-nosnippet>2</a>}\n</code>";
        let source = read_page(page).unwrap();
        assert_eq!(source.path, Path::new("/library/core/src/any.rs"));
        assert_eq!(source.text, "fn f<T>(a: &T) {\n}\n");
    }
}
