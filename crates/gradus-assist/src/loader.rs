//! From crates on disk to what rust-analyzer wants to know of them.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use ra_ap_cfg::CfgOptions;
use ra_ap_ide::{Edition, FileId};
use ra_ap_ide_db::ChangeWithProcMacros;
use ra_ap_ide_db::base_db::{
    AbsPathBuf, CrateBuilderId, CrateDisplayName, CrateGraphBuilder, CrateName, CrateOrigin, CrateWorkspaceData,
    DependencyBuilder, Env, FileSet, LangCrateOrigin, SourceRoot, Version, VfsPath,
};
use ra_ap_intern::Symbol;
use triomphe::Arc;

use crate::packages::{self, Package};
use crate::sources::{Source, rust_files};
use crate::standard_library::{CRATES, Toolchain};

/// Everything that cells can name, and the file for them.
pub struct Loaded {
    /// What brings it all in.
    pub change: ChangeWithProcMacros,
    /// The file of the cell.
    pub cell: FileId,
    /// Whether the notebook's own library is there.
    pub with_library: bool,
}

/// Loads the standard library and the crates that `package` links; of those, cells can name `crates`.
pub fn load(package: Option<&str>, crates: &[String]) -> io::Result<Loaded> {
    let toolchain = Toolchain::ask()?;
    let packages = package.map_or_else(Vec::new, |package| {
        packages::linked_by(package).unwrap_or_else(|error| {
            eprintln!("gradus-assist: only the standard library is known: {error}");
            Vec::new()
        })
    });
    let mut loader = Loader::new(&toolchain);
    let standard: Vec<CrateBuilderId> = CRATES.iter().map(|name| loader.standard(&toolchain, name)).collect();
    for (index, id) in standard.iter().enumerate() {
        for (name, dependency) in CRATES.iter().zip(&standard).take(index) {
            loader.depend(*id, name, *dependency, Visibility::Standard);
        }
    }
    let mut loaded = Vec::new();
    for package in &packages {
        let id = loader.package(package);
        loader.depend_on_standard(id, &standard);
        for (name, dependency) in &package.dependencies {
            loader.depend(id, name, loaded[*dependency], Visibility::Linked);
        }
        loaded.push(id);
    }
    let (cell, root) = loader.cell();
    loader.depend_on_standard(root, &standard);
    if let (Some(package), Some(id)) = (packages.last(), loaded.last()) {
        loader.depend(root, &package.name, *id, Visibility::Linked);
        for (name, dependency) in package.dependencies.iter().filter(|(name, _)| crates.contains(name)) {
            loader.depend(root, name, loaded[*dependency], Visibility::Linked);
        }
    }
    let with_library = packages.last().is_some_and(|package| package.name == "gradus_prelude");
    Ok(Loaded { change: loader.finish(), cell, with_library })
}

/// How a crate's name gets into scope.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// By cargo.
    Linked,
    /// By the compiler: `std` and `core`; the others only for those that say `extern crate`.
    Standard,
}

/// Collects crates and their files for one first change.
struct Loader {
    graph: CrateGraphBuilder,
    change: ChangeWithProcMacros,
    roots: Vec<SourceRoot>,
    files: u32,
    cfg: CfgOptions,
    workspace: Arc<CrateWorkspaceData>,
    folder: Arc<AbsPathBuf>,
}

impl Loader {
    fn new(toolchain: &Toolchain) -> Self {
        let mut cfg = CfgOptions::default();
        for line in toolchain.cfg.lines() {
            match line.split_once('=') {
                Some((key, value)) => {
                    cfg.insert_key_value(Symbol::intern(key), Symbol::intern(value.trim_matches('"')))
                }
                None => cfg.insert_atom(Symbol::intern(line)),
            }
        }
        Self {
            graph: CrateGraphBuilder::default(),
            change: ChangeWithProcMacros::default(),
            roots: Vec::new(),
            files: 0,
            cfg,
            workspace: Arc::new(CrateWorkspaceData {
                target: Err("no layout is needed".into()),
                toolchain: Version::parse(&toolchain.version).ok(),
            }),
            folder: Arc::new(AbsPathBuf::assert_utf8("/".into())),
        }
    }

    fn standard(&mut self, toolchain: &Toolchain, name: &str) -> CrateBuilderId {
        let files = self.add_files(toolchain.sources(name), true);
        if files.is_empty() {
            eprintln!("gradus-assist: nothing is known of `{name}`. Hint: `rustup component add rust-src` brings it");
        }
        let root = files.get(&toolchain.root(name).to_string_lossy().into_owned()).copied();
        let root = root.unwrap_or_else(|| self.add_file("/missing.rs", ""));
        let origin = CrateOrigin::Lang(LangCrateOrigin::from(name));
        self.add_crate(root, name, Edition::Edition2024, self.cfg.clone(), origin)
    }

    fn package(&mut self, package: &Package) -> CrateBuilderId {
        let folder = package.root.parent().unwrap_or(Path::new("/"));
        let files = self.add_files(rust_files(folder), true);
        let root = files.get(&package.root.to_string_lossy().into_owned()).copied();
        let root = root.unwrap_or_else(|| self.add_file("/missing.rs", ""));
        let mut cfg = self.cfg.clone();
        for feature in &package.features {
            cfg.insert_key_value(Symbol::intern("feature"), Symbol::intern(feature));
        }
        let edition = package.edition.parse().unwrap_or(Edition::CURRENT);
        let origin = CrateOrigin::Library { repo: None, name: Symbol::intern(&package.name) };
        self.add_crate(root, &package.name, edition, cfg, origin)
    }

    /// The file of the cell, and its crate.
    fn cell(&mut self) -> (FileId, CrateBuilderId) {
        let source = Source { path: "/cell/main.rs".into(), text: String::new() };
        let files = self.add_files(vec![source], false);
        let file = files["/cell/main.rs"];
        let origin = CrateOrigin::Local { repo: None, name: Some(Symbol::intern("cell")) };
        (file, self.add_crate(file, "cell", Edition::Edition2024, self.cfg.clone(), origin))
    }

    fn add_crate(
        &mut self,
        root: FileId,
        name: &str,
        edition: Edition,
        cfg: CfgOptions,
        origin: CrateOrigin,
    ) -> CrateBuilderId {
        let name = Some(CrateDisplayName::from_canonical_name(name));
        let (folder, workspace) = (self.folder.clone(), self.workspace.clone());
        self.graph.add_crate_root(
            root,
            edition,
            name,
            None,
            cfg,
            None,
            Env::default(),
            origin,
            Vec::new(),
            false,
            folder,
            workspace,
        )
    }

    fn depend(&mut self, from: CrateBuilderId, name: &str, to: CrateBuilderId, visibility: Visibility) {
        let standard = visibility == Visibility::Standard;
        let named = !standard || matches!(name, "std" | "core");
        let dependency = DependencyBuilder::with_prelude(CrateName::normalize_dashes(name), to, named, standard);
        // Cargo's graph has no cycles among what is linked.
        let _ = self.graph.add_dep(from, dependency);
    }

    fn depend_on_standard(&mut self, from: CrateBuilderId, standard: &[CrateBuilderId]) {
        for (name, id) in CRATES.iter().zip(standard) {
            self.depend(from, name, *id, Visibility::Standard);
        }
    }

    fn add_files(&mut self, sources: Vec<Source>, library: bool) -> HashMap<String, FileId> {
        let (mut set, mut files) = (FileSet::default(), HashMap::new());
        for source in sources {
            let path = source.path.to_string_lossy().into_owned();
            let file = self.next_file();
            set.insert(file, VfsPath::new_virtual_path(path.clone()));
            self.change.change_file(file, Some(source.text));
            files.insert(path, file);
        }
        self.roots.push(if library { SourceRoot::new_library(set) } else { SourceRoot::new_local(set) });
        files
    }

    fn add_file(&mut self, path: &str, text: &str) -> FileId {
        self.add_files(vec![Source { path: path.into(), text: text.to_owned() }], true)[path]
    }

    fn next_file(&mut self) -> FileId {
        self.files += 1;
        FileId::from_raw(self.files)
    }

    fn finish(mut self) -> ChangeWithProcMacros {
        self.change.set_roots(self.roots);
        self.change.set_crate_graph(self.graph);
        self.change
    }
}
