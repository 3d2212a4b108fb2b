//! Calls of the compiler and the linker.
//!
//! rustc is called directly, makes one object file, and is not asked to link: so it needs no more than the metadata of
//! the crates that a source uses, and can work while their machine code is still being made.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::diagnostics::Diagnostic;
use crate::interrupt::Stop;
use crate::library::Library;

/// How one session compiles.
pub struct Compiler {
    /// What everything is compiled against.
    pub library: Library,
    /// Where sources and what comes of them stand.
    pub directory: PathBuf,
    /// Files of crates that `:dep` added.
    pub dependencies: Dependencies,
    /// Stops a compiler that runs.
    pub stop: Arc<Stop>,
}

/// Crates that were added to the course's.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    /// The file of each crate that may be named.
    pub externs: BTreeMap<String, PathBuf>,
    /// Folders with the crates behind them.
    pub directories: Vec<PathBuf>,
    /// What is linked.
    pub objects: Vec<PathBuf>,
}

/// One call of rustc.
pub struct Call<'a> {
    /// The crate's name.
    pub crate_name: &'a str,
    /// What sets this crate's files apart from those of an earlier generation.
    pub suffix: &'a str,
    /// The source.
    pub text: &'a str,
    /// What is to come of it.
    pub product: Product,
    /// Crates of items and their metadata.
    pub items: &'a [(String, PathBuf)],
}

/// What a call makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Metadata, and then an object file: items for other cells.
    Items,
    /// An object file with one function to call.
    Statements {
        /// Whether it is worth optimising.
        optimise: u8,
    },
    /// Nothing but messages.
    Check,
    /// Messages in which each name has its whole path.
    Paths,
}

/// Why there is no product.
#[derive(Debug)]
pub enum Failed {
    /// The source is wrong.
    Refused(Vec<Diagnostic>),
    /// The user has stopped it.
    Interrupted,
    /// The compiler could not be run.
    Fault(String),
}

/// Machine code that is being made.
#[derive(Debug, Default)]
pub struct Code {
    done: Mutex<Option<Result<(), String>>>,
    changed: Condvar,
}

impl Code {
    /// Waits until it is there.
    ///
    /// # Errors
    /// When it could not be made.
    pub fn wait(&self) -> Result<(), String> {
        let mut done = self.done.lock().expect("no holder of this lock panics");
        loop {
            if let Some(result) = &*done {
                return result.clone();
            }
            done = self.changed.wait(done).expect("no holder of this lock panics");
        }
    }

    fn finish(&self, result: Result<(), String>) {
        *self.done.lock().expect("no holder of this lock panics") = Some(result);
        self.changed.notify_all();
    }
}

impl Compiler {
    /// Compiles to the end, and returns the messages that are no errors.
    ///
    /// # Errors
    /// When the source is wrong or the compiler cannot be run.
    pub fn compile(&self, call: &Call<'_>) -> Result<Vec<Diagnostic>, Failed> {
        let mut child = self.start(call)?;
        let mut messages = String::new();
        let read = child.stderr.take().expect("it is piped").read_to_string(&mut messages);
        let status = self.stop.waited(child).and_then(|status| read.map(|_| status));
        self.judge(status.map(|status| status.success()), messages.lines())
    }

    /// Compiles items until their metadata is there. The rest happens on a thread, which then links `libraries`, once
    /// they are there, and what has come of this call into `product`.
    ///
    /// # Errors
    /// When the source is wrong or the compiler cannot be run.
    pub fn compile_items(
        &self,
        call: &Call<'_>,
        product: &Path,
        libraries: Vec<(Arc<Code>, PathBuf)>,
    ) -> Result<(Vec<Diagnostic>, Arc<Code>), Failed> {
        let mut child = self.start(call)?;
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut messages = Vec::new();
        let mut line = String::new();
        let has_metadata = loop {
            line.clear();
            match stderr.read_line(&mut line) {
                Ok(0) | Err(_) => break false,
                Ok(_) if is_metadata(&line) => break true,
                Ok(_) => messages.push(line.clone()),
            }
        };
        if !has_metadata {
            let status = self.stop.waited(child);
            let messages = messages.iter().map(String::as_str);
            return self.judge(status.map(|_| false), messages).map(|list| (list, Arc::default()));
        }
        let pid = child.id();
        let code = Arc::new(Code::default());
        let link = self.link_command(&self.object(call), product, libraries.iter().map(|(_, file)| file.as_path()));
        let finished = code.clone();
        thread::spawn(move || {
            let mut rest = String::new();
            let _ = stderr.read_to_string(&mut rest);
            let compiled = match child.wait() {
                Ok(status) if status.success() => Ok(()),
                Ok(_) => Err(first_error(&rest)),
                Err(error) => Err(error.to_string()),
            };
            let ready = compiled.and_then(|()| libraries.iter().try_for_each(|(code, _)| code.wait()));
            finished.finish(ready.and_then(|()| run_linker(link)));
        });
        self.stop.released(pid);
        let list = self.judge(Ok(true), messages.iter().map(String::as_str))?;
        Ok((list, code))
    }

    /// Links what has come of `call` and `libraries` into `product`.
    ///
    /// # Errors
    /// When the linker cannot be run or complains.
    pub fn link<'a>(
        &self,
        call: &Call<'_>,
        product: &Path,
        libraries: impl Iterator<Item = &'a Path>,
    ) -> Result<(), Failed> {
        run_linker(self.link_command(&self.object(call), product, libraries)).map_err(Failed::Fault)
    }

    fn start(&self, call: &Call<'_>) -> Result<Child, Failed> {
        let file = format!("{}{}.rs", call.crate_name, call.suffix);
        std::fs::write(self.directory.join(&file), call.text)
            .map_err(|error| Failed::Fault(format!("{file}: {error}")))?;
        let child = self.rustc(call, &file).spawn();
        let child = child.map_err(|error| Failed::Fault(format!("rustc: {error}")))?;
        if !self.stop.started(child.id()) {
            let _ = self.stop.waited(child);
            return Err(Failed::Interrupted);
        }
        Ok(child)
    }

    fn rustc(&self, call: &Call<'_>, file: &str) -> Command {
        let mut rustc = Command::new(self.library.rustc());
        let (kind, emit, level) = match call.product {
            Product::Items => ("lib", "metadata,obj", 3),
            Product::Statements { optimise } => ("cdylib", "obj", optimise),
            Product::Check | Product::Paths => ("lib", "metadata", 0),
        };
        if call.product == Product::Paths {
            // The one place where a flag of an unstable compiler is used. Without it the common types are still known.
            rustc.env("RUSTC_BOOTSTRAP", "1").arg("-Ztrim-diagnostic-paths=no");
        }
        rustc
            .current_dir(&self.directory)
            .env_remove("RUSTFLAGS")
            .args([file, "--edition=2024", "--error-format=json", "--json=artifacts", "--diagnostic-width=9999"])
            .args(["--crate-type", kind, "--crate-name", call.crate_name, "--emit", emit, "--out-dir", "."])
            .arg(format!("-Cextra-filename={}", call.suffix))
            .arg(format!("-Copt-level={level}"))
            .args(["-Ccodegen-units=1", "-Cprefer-dynamic", "-Coverflow-checks=on", "-Cdebuginfo=line-tables-only"])
            // Crates of items are found here by those that use them; naming them on the command line is not enough.
            .arg("-Ldependency=.")
            .arg(format!("-Ldependency={}", self.library.directory.display()));
        for (name, path) in self.library.externs() {
            rustc.arg(format!("--extern={name}={}", path.display()));
        }
        for directory in &self.dependencies.directories {
            rustc.arg(format!("-Ldependency={}", directory.display()));
        }
        for (name, path) in &self.dependencies.externs {
            rustc.arg(format!("--extern={name}={}", path.display()));
        }
        for (name, metadata) in call.items {
            rustc.arg(format!("--extern={name}={}", metadata.display()));
        }
        rustc.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        rustc
    }

    fn judge<'a>(
        &self,
        success: io::Result<bool>,
        messages: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<Diagnostic>, Failed> {
        if self.stop.is_set() {
            return Err(Failed::Interrupted);
        }
        let list: Vec<Diagnostic> = messages.filter_map(Diagnostic::read).collect();
        match success {
            Ok(true) => Ok(list),
            Ok(false) if list.iter().any(Diagnostic::is_error) => Err(Failed::Refused(list)),
            Ok(false) => Err(Failed::Fault("rustc ended without saying why".to_owned())),
            Err(error) => Err(Failed::Fault(format!("rustc: {error}"))),
        }
    }

    fn object(&self, call: &Call<'_>) -> PathBuf {
        self.directory.join(format!("{}{}.o", call.crate_name, call.suffix))
    }

    fn link_command<'a>(&self, object: &Path, product: &Path, libraries: impl Iterator<Item = &'a Path>) -> Command {
        let mut linker = Command::new(self.library.linker());
        let name = product.file_name().unwrap_or_default();
        let standard = self.library.standard_library();
        linker.args(["-flavor", "gnu", "-shared", "--eh-frame-hdr", "-o"]).arg(product).arg("-soname").arg(name);
        let own = [&self.directory, &self.library.directory, &standard];
        for directory in own.into_iter().chain(&self.dependencies.directories) {
            linker.arg("-rpath").arg(directory);
        }
        // What is missing then, the process that loads the product has: the course's library and the standard one.
        linker.arg(object).args(libraries).args(&self.dependencies.objects);
        let names = std::fs::read_dir(&standard).into_iter().flatten().flatten();
        linker.args(names.map(|entry| entry.path()).filter(|path| is_compilers(path)));
        linker.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        linker
    }
}

fn run_linker(mut command: Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("the linker: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let talk = String::from_utf8_lossy(&output.stderr);
    Err(talk.lines().next().unwrap_or("the linker failed without saying why").to_owned())
}

/// The routines that the compiler itself calls.
fn is_compilers(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("libcompiler_builtins-") && name.ends_with(".rlib")
}

fn is_metadata(line: &str) -> bool {
    line.starts_with("{\"$message_type\":\"artifact\"") && line.contains(".rmeta\"")
}

fn first_error(messages: &str) -> String {
    let list = messages.lines().filter_map(Diagnostic::read);
    list.into_iter()
        .find(Diagnostic::is_error)
        .map_or_else(|| "the compiler made no code for these items".to_owned(), |diagnostic| diagnostic.message)
}
