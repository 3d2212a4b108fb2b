//! rust-analyzer, with the libraries loaded and one file for the cell.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use ra_ap_cfg::CfgOptions;
use ra_ap_hir::PrefixKind;
use ra_ap_ide::{
    AnalysisHost, CompletionConfig, CompletionFieldsToResolve, CompletionItem, CompletionItemKind, Edition, FileId,
    FilePosition, FileRange, HoverConfig, HoverDocFormat, RaFixtureConfig, SubstTyLen, SymbolKind, TextRange, TextSize,
};
use ra_ap_ide_db::ChangeWithProcMacros;
use ra_ap_ide_db::base_db::{
    AbsPathBuf, CrateBuilderId, CrateDisplayName, CrateGraphBuilder, CrateName, CrateOrigin, CrateWorkspaceData,
    DependencyBuilder, Env, FileSet, LangCrateOrigin, SourceRoot, Version, VfsPath,
};
use ra_ap_ide_db::imports::insert_use::{ImportGranularity, InsertUseConfig};
use ra_ap_intern::Symbol;
use serde_json::{Value, json};
use triomphe::Arc;

use crate::packages::{self, Package};
use crate::question::{Ask, Candidate, Completions, Question};
use crate::session::Document;
use crate::sources::{Source, rust_files};
use crate::standard_library::{CRATES, Toolchain};

/// Answers questions.
pub struct Analyser {
    host: AnalysisHost,
    cell: FileId,
    with_library: bool,
}

/// Candidates beyond this number help nobody.
const CANDIDATES: usize = 200;

impl Analyser {
    /// Loads the standard library and the crates that `package` links.
    pub fn load(package: Option<&str>) -> io::Result<Self> {
        let toolchain = Toolchain::ask()?;
        let packages = package.map(packages::linked_by).transpose()?.unwrap_or_default();
        let with_library = packages.last().is_some_and(|package| package.name == "gradus_prelude");
        let mut loader = Loader::new(&toolchain);
        let standard: Vec<CrateBuilderId> = CRATES.iter().map(|name| loader.standard(&toolchain, name)).collect();
        for (index, id) in standard.iter().enumerate() {
            for (name, dependency) in CRATES.iter().zip(&standard).take(index) {
                loader.depend(*id, name, *dependency, true);
            }
        }
        let mut crates = Vec::new();
        for package in &packages {
            let id = loader.package(package);
            loader.depend_on_standard(id, &standard);
            for (name, dependency) in &package.dependencies {
                loader.depend(id, name, crates[*dependency], false);
            }
            crates.push(id);
        }
        let (cell, root) = loader.cell();
        loader.depend_on_standard(root, &standard);
        // A cell can name the library and whatever the library links itself.
        if let (Some(package), Some(id)) = (packages.last(), crates.last()) {
            loader.depend(root, &package.name, *id, false);
            for (name, dependency) in &package.dependencies {
                loader.depend(root, name, crates[*dependency], false);
            }
        }
        let mut host = AnalysisHost::new(None);
        host.apply_change(loader.finish());
        let mut analyser = Self { host, cell, with_library };
        analyser.warm_up();
        Ok(analyser)
    }

    /// Answers one question.
    pub fn answer(&mut self, question: &Question) -> Value {
        if !question.code.is_char_boundary(question.cursor) {
            return json!({ "error": "the cursor is not between two characters of the code" });
        }
        match question.ask {
            Ask::Complete => json!(self.complete(question)),
            Ask::Inspect => json!({ "markdown": self.inspect(question) }),
        }
    }

    fn complete(&mut self, question: &Question) -> Completions {
        let document = self.show(&question.session, &question.code);
        let position = FilePosition { file_id: self.cell, offset: size(document.offset + question.cursor) };
        let items = self.host.analysis().completions(&completion_config(), position, None);
        let items = items.ok().flatten().unwrap_or_default();
        let Some(range) = items.first().map(|item| item.source_range) else {
            return Completions { start: question.cursor, end: question.cursor, candidates: Vec::new() };
        };
        let start = usize::from(range.start()).saturating_sub(document.offset).min(question.cursor);
        let typed = &question.code[start..question.cursor];
        let mut fitting: Vec<_> = items.iter().filter(|item| item.source_range == range && fits(item, typed)).collect();
        fitting.sort_by(|a, b| b.relevance.score().cmp(&a.relevance.score()).then_with(|| a.lookup().cmp(b.lookup())));
        let mut candidates: Vec<Candidate> = fitting.into_iter().filter_map(candidate).collect();
        candidates.dedup_by(|a, b| a.text == b.text);
        candidates.truncate(CANDIDATES);
        let end = usize::from(range.end()).saturating_sub(document.offset).clamp(question.cursor, question.code.len());
        Completions { start, end, candidates }
    }

    fn inspect(&mut self, question: &Question) -> Option<String> {
        let document = self.show(&question.session, &question.code);
        let places = [
            Some(question.cursor),
            word_before(&question.code, question.cursor),
            callee(&question.code, question.cursor),
        ];
        places.into_iter().flatten().find_map(|place| self.hover(document.offset + place))
    }

    fn hover(&self, offset: usize) -> Option<String> {
        let range = FileRange { file_id: self.cell, range: TextRange::empty(size(offset)) };
        let found = self.host.analysis().hover(&hover_config(), range).ok()??;
        Some(found.info.markup.as_str().to_owned())
    }

    /// Puts a cell into its file.
    fn show(&mut self, session: &str, code: &str) -> Document {
        let document = Document::new(session, code, self.with_library);
        let mut change = ChangeWithProcMacros::default();
        change.change_file(self.cell, Some(document.text.clone()));
        self.host.apply_change(change);
        document
    }

    /// Has the libraries analysed before the first question.
    fn warm_up(&mut self) {
        let array = if self.with_library { "let a = ndarray::Array2::<f64>::zeros((2, 2)); a." } else { "vec![1.0]." };
        for code in ["Vec::<i32>::new().", array] {
            let question = Question {
                id: 0,
                ask: Ask::Complete,
                session: String::new(),
                code: code.to_owned(),
                cursor: code.len(),
            };
            self.complete(&question);
        }
    }
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

    fn depend(&mut self, from: CrateBuilderId, name: &str, to: CrateBuilderId, standard: bool) {
        let name = CrateName::normalize_dashes(name);
        // `alloc` and `proc_macro` are there, but only for those that say `extern crate`.
        let named = !standard || matches!(name.symbol().as_str(), "std" | "core");
        let dependency = DependencyBuilder::with_prelude(name, to, named, standard);
        // Cargo's graph has no cycles among what is linked.
        let _ = self.graph.add_dep(from, dependency);
    }

    fn depend_on_standard(&mut self, from: CrateBuilderId, standard: &[CrateBuilderId]) {
        for (name, id) in CRATES.iter().zip(standard) {
            self.depend(from, name, *id, true);
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

/// Whether a candidate begins like what is typed, and is meant for people.
fn fits(item: &CompletionItem, typed: &str) -> bool {
    let begins = item.lookup().get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    begins && !item.lookup().starts_with("__")
}

fn candidate(item: &CompletionItem) -> Option<Candidate> {
    let edit = item.text_edit.iter().find(|edit| edit.delete == item.source_range)?;
    Some(Candidate {
        text: edit.insert.clone(),
        kind: kind(item.kind),
        signature: item.detail.clone().unwrap_or_default(),
    })
}

fn kind(kind: CompletionItemKind) -> &'static str {
    match kind {
        CompletionItemKind::Binding => "variable",
        CompletionItemKind::BuiltinType | CompletionItemKind::InferredType => "type",
        CompletionItemKind::Keyword => "keyword",
        CompletionItemKind::Snippet => "snippet",
        CompletionItemKind::UnresolvedReference | CompletionItemKind::Expression => "expression",
        CompletionItemKind::SymbolKind(kind) => match kind {
            SymbolKind::Function | SymbolKind::Method => "function",
            SymbolKind::Struct | SymbolKind::Union => "struct",
            SymbolKind::Enum => "enum",
            SymbolKind::Variant => "variant",
            SymbolKind::Field => "field",
            SymbolKind::Trait => "trait",
            SymbolKind::Module | SymbolKind::CrateRoot => "module",
            SymbolKind::Macro | SymbolKind::ProcMacro | SymbolKind::Attribute | SymbolKind::Derive => "macro",
            SymbolKind::Const | SymbolKind::Static | SymbolKind::ConstParam => "constant",
            SymbolKind::Local | SymbolKind::ValueParam | SymbolKind::SelfParam => "variable",
            _ => "type",
        },
    }
}

/// A place inside the word that ends at the cursor.
fn word_before(code: &str, cursor: usize) -> Option<usize> {
    let letter = code[..cursor].char_indices().next_back()?;
    (letter.1.is_alphanumeric() || letter.1 == '_').then_some(letter.0)
}

/// The name of the function in whose brackets the cursor is.
fn callee(code: &str, cursor: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in code[..cursor].char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' if depth == 0 => return word_before(code, at),
            '(' => depth -= 1,
            ';' | '{' | '}' => return None,
            _ => {}
        }
    }
    None
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("a cell has less than 4 GiB")
}

fn completion_config() -> CompletionConfig<'static> {
    CompletionConfig {
        enable_postfix_completions: false,
        // Looking through all crates for names that are not imported takes seconds, and offers too much.
        enable_imports_on_the_fly: false,
        enable_self_on_the_fly: true,
        enable_auto_iter: false,
        enable_auto_await: false,
        enable_private_editable: false,
        enable_term_search: false,
        term_search_fuel: 0,
        full_function_signatures: false,
        callable: None,
        add_colons_to_module: false,
        add_semicolon_to_unit: false,
        snippet_cap: None,
        insert_use: InsertUseConfig {
            granularity: ImportGranularity::Crate,
            enforce_granularity: false,
            prefix_kind: PrefixKind::Plain,
            group: false,
            skip_glob_imports: false,
        },
        prefer_no_std: false,
        prefer_prelude: true,
        prefer_absolute: false,
        snippets: Vec::new(),
        limit: None,
        fields_to_resolve: CompletionFieldsToResolve::empty(),
        exclude_flyimport: Vec::new(),
        exclude_traits: &[],
        ra_fixture: RaFixtureConfig::default(),
    }
}

fn hover_config() -> HoverConfig<'static> {
    HoverConfig {
        links_in_hover: false,
        memory_layout: None,
        documentation: true,
        keywords: true,
        format: HoverDocFormat::Markdown,
        max_trait_assoc_items_count: Some(10),
        max_fields_count: Some(20),
        max_enum_variants_count: Some(20),
        max_subst_ty_len: SubstTyLen::Unlimited,
        show_drop_glue: false,
        ra_fixture: RaFixtureConfig::default(),
    }
}
