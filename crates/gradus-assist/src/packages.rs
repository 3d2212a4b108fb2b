//! The crates that a package of this workspace links, with their features, as `cargo metadata` tells them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// A library crate.
pub struct Package {
    /// As code names it.
    pub name: String,
    /// Its root file.
    pub root: PathBuf,
    /// For example `2024`.
    pub edition: String,
    /// Features that are switched on.
    pub features: Vec<String>,
    /// What it links: the name it uses, and the crate's index in the list.
    pub dependencies: Vec<(String, usize)>,
}

/// The crates that `package` links, and itself, each after those it depends on.
pub fn linked_by(package: &str) -> io::Result<Vec<Package>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform", target()])
        .arg("--manifest-path")
        .arg(workspace)
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(io::Error::other)?;
    let mut walk = Walk {
        manifests: metadata.packages.iter().map(|manifest| (manifest.id.as_str(), manifest)).collect(),
        nodes: metadata.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect(),
        indices: HashMap::new(),
        packages: Vec::new(),
    };
    let root = metadata.packages.iter().find(|manifest| manifest.name == package);
    let root = root.ok_or_else(|| io::Error::other(format!("the workspace has no package `{package}`")))?;
    walk.visit(&root.id);
    Ok(walk.packages)
}

/// The machine for which this program was compiled.
fn target() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

struct Walk<'a> {
    manifests: HashMap<&'a str, &'a Manifest>,
    nodes: HashMap<&'a str, &'a Node>,
    indices: HashMap<&'a str, Option<usize>>,
    packages: Vec<Package>,
}

impl<'a> Walk<'a> {
    /// The package's index in the list; `None` if it has no library that can be linked.
    fn visit(&mut self, id: &'a str) -> Option<usize> {
        if let Some(known) = self.indices.get(id) {
            return *known;
        }
        let (manifest, node) = (*self.manifests.get(id)?, *self.nodes.get(id)?);
        // Procedural macros are not run, so they and what they need are left out.
        let library = manifest.targets.iter().find(|target| target.kind.iter().any(|kind| kind.ends_with("lib")));
        let Some(library) = library else {
            self.indices.insert(id, None);
            return None;
        };
        let links = node.deps.iter().filter(|link| link.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        let dependencies = links.filter_map(|link| Some((link.name.clone(), self.visit(&link.pkg)?))).collect();
        self.packages.push(Package {
            name: library.name.replace('-', "_"),
            root: library.src_path.clone(),
            edition: library.edition.clone(),
            features: node.features.clone(),
            dependencies,
        });
        let index = Some(self.packages.len() - 1);
        self.indices.insert(id, index);
        index
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Manifest>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Manifest {
    id: String,
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
    edition: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    features: Vec<String>,
    deps: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    name: String,
    pkg: String,
    dep_kinds: Vec<LinkKind>,
}

#[derive(Deserialize)]
struct LinkKind {
    /// `None` for what is linked; else `dev` or `build`.
    kind: Option<String>,
}
