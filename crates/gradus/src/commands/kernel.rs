//! `gradus kernel`: puts the Jupyter kernel on Jupyter's list, takes it off, runs it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::Context;
use gradus_assignments::{ASSIGNMENTS, Assignment};
use gradus_engine::{Library, Options as EngineOptions};
use gradus_kernel::kernelspec::{KernelSpec, Place, uninstall, user_data_folder};
use gradus_kernel::{Connection, Identity, Kernel, KernelError};
use gradus_notebook::Notebook;

use super::{completion, engines};
use crate::Ending;
use crate::arguments::{EngineChoice, Kernel as Options, KernelAction, KernelPlace};
use crate::error::Hinted;
use crate::terminal;

/// Installs, removes or runs the kernel.
pub fn run(options: &Options) -> anyhow::Result<Ending> {
    match &options.action {
        KernelAction::Install { place, engine, without_completion } => install(place, *engine, *without_completion),
        KernelAction::Uninstall { place, engine } => remove(place, *engine),
        KernelAction::Run { connection_file, engine } => serve(connection_file, *engine),
    }
}

fn install(place: &KernelPlace, engine: EngineChoice, without_completion: bool) -> anyhow::Result<Ending> {
    let (library, completion) = match (engine, Library::beside_program()) {
        // From an archive: what it brings is all there is.
        (EngineChoice::Rustc, Some(library)) => (link_libraries(&library)?, String::new()),
        _ => {
            let library = Library::default_root();
            match engine {
                EngineChoice::Rustc => build_libraries(&library)?,
                EngineChoice::Evcxr => engines::prepare_evcxr(&library)?,
            }
            (library, if without_completion { String::new() } else { build_completion() })
        }
    };
    let mut environment = engines::environment(engine, &library)?;
    // Where it is must not depend on the environment in which Jupyter runs.
    environment.insert("GRADUS_NOTEBOOK_LIBRARY".to_owned(), library.display().to_string());
    environment.insert(completion::VARIABLE.to_owned(), completion);
    // Jupyter starts the kernel in the notebook's folder, so the program needs its full path.
    let program = env::current_exe()?;
    let program = program.to_str().ok_or_else(|| {
        let hint = "move the program to a folder whose name is valid Unicode; a kernel specification is JSON";
        Hinted::new(format!("{} cannot be written in JSON", program.display()), hint)
    })?;
    let arguments = ["kernel", "run", "--connection-file", "{connection_file}"];
    let which = engines::arguments(engine);
    let display_name = engines::display_name(engine);
    let specification = KernelSpec {
        name: engines::kernel_name(engine).to_owned(),
        display_name: display_name.to_owned(),
        environment,
        command: [program].into_iter().chain(arguments).chain(which.iter().copied()).map(str::to_owned).collect(),
    };
    let folder = specification.install(&place.place()).map_err(hinted)?;
    terminal::data(&format!("{}\n", folder.display()))?;
    eprintln!("\"{display_name}\" is on Jupyter's list; it runs {program}");
    Ok(Ending::Well)
}

/// Builds what notebooks link, or brings it up to date: the whole library, and for each assignment one without its answers.
/// Some minutes at the first time.
fn build_libraries(root: &Path) -> anyhow::Result<()> {
    let assignments = ASSIGNMENTS.iter().map(|assignment| Some(assignment.id));
    for assignment in std::iter::once(None).chain(assignments) {
        let whose = assignment.map_or_else(String::new, |id| format!(" of the assignment {id}"));
        eprintln!("building the library that notebooks{whose} use, in {}", root.display());
        let hint = "`cargo`, `rustc` 1.95 and a C compiler must be on the path, and the folder that gradus was built in must still be there";
        build_library(root, assignment, hint)?;
    }
    Ok(())
}

/// Builds one of the libraries, or brings it up to date, showing on a terminal what cargo is at.
pub(super) fn build_library(root: &Path, assignment: Option<&str>, hint: &'static str) -> anyhow::Result<Library> {
    let progress = terminal::talk();
    let built = Library::build(root, assignment, &mut |line| progress.set_message(line.trim().to_owned()));
    progress.finish_and_clear();
    built.map_err(|error| Hinted::new(error.to_string(), hint).into())
}

/// Puts the libraries of an archive beside those of other assignments' archives, since all have one kernel.
fn link_libraries(from: &Path) -> anyhow::Result<PathBuf> {
    let root = user_data_folder()
        .map(|folder| folder.join("gradus/notebooks"))
        .ok_or_else(|| Hinted::new("there is no folder for a user's data", "set HOME, or XDG_DATA_HOME"))?;
    fs::create_dir_all(&root).with_context(|| format!("{}", root.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let entry = entry?;
        let to = root.join(entry.file_name());
        let linked = match fs::remove_file(&to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => std::os::unix::fs::symlink(entry.path(), &to),
        };
        linked.with_context(|| format!("{}", to.display()))?;
    }
    Ok(root)
}

/// Builds what completes and inspects, or brings it up to date; a kernel without it is a kernel nevertheless.
fn build_completion() -> String {
    eprintln!("building rust-analyzer, for completion: minutes at the first time; --without-completion leaves it out");
    match completion::build() {
        Ok(program) => program.display().to_string(),
        Err(error) => {
            eprintln!(
                "warning: only names of the session will be completed, since rust-analyzer was not built: {error}"
            );
            eprintln!("hint: it needs 2 GB of memory, 1 GB of disk and the network; then install once more");
            String::new()
        }
    }
}

/// Serves one notebook until it is closed.
fn serve(connection_file: &Path, engine: EngineChoice) -> anyhow::Result<Ending> {
    let connection = Connection::read(connection_file).map_err(hinted)?;
    let version = env!("CARGO_PKG_VERSION");
    let kernel = Kernel {
        identity: Identity {
            version: version.to_owned(),
            language_version: env!("CARGO_PKG_RUST_VERSION").to_owned(),
            banner: format!("Gradus {version}: Rust for deep learning. `:help` lists the commands."),
        },
        history: user_data_folder().map(|folder| folder.join("gradus/history.jsonl")),
        assistant: completion::assistant(),
        engine: Box::new(move |events| engines::start(engine, &engine_options(), events)),
    };
    kernel.run(&connection).map_err(hinted)?;
    Ok(Ending::Well)
}

/// The library that the notebook's cells see.
fn engine_options() -> EngineOptions {
    let library_root = Library::default_root();
    let assignment = assignment().or_else(|| only_one(&library_root));
    EngineOptions { library_root, assignment }
}

/// The assignment that the notebook's metadata name, if they name one of this course. Jupyter's server says which notebook it
/// starts a kernel for; other programs do not, and there the library is whole.
fn assignment() -> Option<String> {
    let path = PathBuf::from(env::var_os("JPY_SESSION_NAME")?);
    // It may count from the server's folder; the kernel is started in the notebook's own.
    let text = fs::read_to_string(&path).or_else(|_| fs::read_to_string(path.file_name().unwrap_or_default())).ok()?;
    let notebook = Notebook::from_json(&text).ok()?;
    Assignment::find(notebook.assignment()?).map(|assignment| assignment.id.to_owned())
}

/// The one library that there is, where no clone was built and so there is none for notebooks of no assignment.
fn only_one(root: &Path) -> Option<String> {
    let mut found = fs::read_dir(root).ok()?.flatten().filter(|entry| entry.path().join("library.json").is_file());
    let (first, second) = (found.next()?, found.next());
    let name = first.file_name().into_string().ok()?;
    (second.is_none() && Assignment::find(&name).is_some()).then_some(name)
}

fn remove(place: &KernelPlace, engine: EngineChoice) -> anyhow::Result<Ending> {
    let name = engines::kernel_name(engine);
    match uninstall(name, &place.place()).map_err(hinted)? {
        Some(folder) => terminal::data(&format!("{}\n", folder.display()))?,
        None => {
            let hint = "`jupyter kernelspec list` shows where it is; --prefix takes it from another place";
            return Err(Hinted::new(format!("the kernel `{name}` is not installed there"), hint).into());
        }
    }
    Ok(Ending::Well)
}

impl KernelPlace {
    fn place(&self) -> Place {
        self.prefix.clone().map_or(Place::User, Place::Prefix)
    }
}

fn hinted(error: KernelError) -> anyhow::Error {
    let hint = error.hint();
    anyhow::Error::new(error).context(Hinted::new("the kernel", hint))
}
