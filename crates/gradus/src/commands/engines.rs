//! The engines that a kernel can have: their kernels' names, what they need, how they start.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::SyncSender;

#[cfg(feature = "evcxr")]
use gradus_engine::EvcxrEngine;
use gradus_engine::{CellError, CellErrorKind, Engine, Event, Options, RustcEngine};

use crate::arguments::EngineChoice;
use crate::error::Hinted;

#[cfg(not(feature = "evcxr"))]
const MISSING: &str = "this program was built without the engine evcxr";
#[cfg(not(feature = "evcxr"))]
const BUILD_IT: &str = "in the clone, `cargo build --release --features evcxr` builds it with that engine, which takes minutes; \
                        then run target/release/gradus";

/// The kernel's name on Jupyter's list.
pub fn kernel_name(engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Rustc => "gradus",
        EngineChoice::Evcxr => "gradus-evcxr",
    }
}

/// What people choose.
pub fn display_name(engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Rustc => "Rust (Gradus)",
        EngineChoice::Evcxr => "Rust (Gradus, evcxr)",
    }
}

/// What is to be given to `gradus kernel run`.
pub fn arguments(engine: EngineChoice) -> &'static [&'static str] {
    match engine {
        EngineChoice::Rustc => &[],
        EngineChoice::Evcxr => &["--engine", "evcxr"],
    }
}

/// What the engine needs in its environment.
pub fn environment(engine: EngineChoice, library_root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    match engine {
        EngineChoice::Rustc => Ok(BTreeMap::new()),
        EngineChoice::Evcxr => evcxr_environment(library_root),
    }
}

/// Starts an engine. One that does not start is told to the user in the notebook, the only place that they see.
pub fn start(engine: EngineChoice, options: &Options, events: SyncSender<Event>) -> Result<Box<dyn Engine>, CellError> {
    match engine {
        EngineChoice::Rustc => match RustcEngine::start(options, events) {
            Ok(engine) => Ok(Box::new(engine)),
            Err(error) => Err(not_started(&error.to_string())),
        },
        EngineChoice::Evcxr => start_evcxr(options, events),
    }
}

fn not_started(error: &str) -> CellError {
    CellError {
        kind: CellErrorKind::Internal,
        name: "NoEngine".to_owned(),
        message: error.to_owned(),
        traceback: vec![format!("This kernel cannot run cells: {error}.")],
    }
}

/// Compiles the course's library in the way in which evcxr does, so that no notebook has to wait for it.
#[cfg(feature = "evcxr")]
pub fn prepare_evcxr(library_root: &Path) -> anyhow::Result<()> {
    eprintln!("compiling the library for evcxr, in {}: minutes at the first time", library_root.display());
    let options = Options { library_root: library_root.to_owned(), assignment: None };
    let hint = "`cargo`, `rustc` 1.95 and a C compiler must be on the path, and the folder that gradus was built in must still be there";
    EvcxrEngine::prepare(&options).map_err(|error| Hinted::new(error.to_string(), hint).into())
}

#[cfg(not(feature = "evcxr"))]
pub fn prepare_evcxr(_: &Path) -> anyhow::Result<()> {
    Err(Hinted::new(MISSING, BUILD_IT).into())
}

#[cfg(feature = "evcxr")]
fn evcxr_environment(library_root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let source = gradus_engine::standard_library_source(library_root).map_err(|error| {
        let hint = "rust-analyzer, which is a part of evcxr, reads it; rustup's component rust-src has it";
        Hinted::new(error.to_string(), hint)
    })?;
    Ok(source.map(|path| ("RUST_SRC_PATH".to_owned(), path.display().to_string())).into_iter().collect())
}

#[cfg(not(feature = "evcxr"))]
fn evcxr_environment(_: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    Err(Hinted::new(MISSING, BUILD_IT).into())
}

#[cfg(feature = "evcxr")]
fn start_evcxr(options: &Options, events: SyncSender<Event>) -> Result<Box<dyn Engine>, CellError> {
    match EvcxrEngine::start(options, events) {
        Ok(engine) => Ok(Box::new(engine)),
        Err(error) => Err(not_started(&error.to_string())),
    }
}

#[cfg(not(feature = "evcxr"))]
fn start_evcxr(_: &Options, _: SyncSender<Event>) -> Result<Box<dyn Engine>, CellError> {
    Err(not_started(&format!("{MISSING}. Hint: {BUILD_IT}")))
}
