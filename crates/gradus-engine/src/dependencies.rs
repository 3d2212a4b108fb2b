//! `:dep`: crates that the library does not have.
//!
//! All crates that a notebook asks for are built together, once, as one dynamic library, so that their statics are the
//! same in every cell. It goes into a folder named after what was asked for, in a cache that all notebooks share, and a
//! second notebook that asks for the same has it at once and without a network. They are built apart from the course's
//! library: a crate that has `ndarray` in its interface has one of its own.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::compile::Dependencies;
use crate::contract::CellError;
use crate::engine::RustcEngine;
use crate::failures;
use crate::interrupt::Stop;
use crate::library::{Library, inner_cargo};

/// What a notebook has asked for: each crate's right side in `[dependencies]`.
pub type Wanted = BTreeMap<String, toml::Value>;

/// What the cache has of one set of crates.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    externs: BTreeMap<String, PathBuf>,
    directory: PathBuf,
    library: PathBuf,
}

/// Carries out `:dep ARGUMENT`.
pub fn add(engine: &mut RustcEngine, argument: &str) -> Result<(), CellError> {
    let refused = |what: String| failures::dependency(&what);
    let (name, value) = read(argument).map_err(&refused)?;
    let crate_name = name.replace('-', "_");
    if let Some(version) = engine.compiler.library.version_of(&crate_name) {
        return is_there(&name, version, &value).map_err(refused);
    }
    let mut wanted = engine.wanted.clone();
    wanted.insert(name.clone(), value);
    let cache = cache(&engine.compiler.library).map_err(&refused)?;
    let folder = cache.join(format!("{:016x}", key(&wanted)));
    let list = folder.join("kept.json");
    // A path may have changed since.
    let is_fixed = wanted.values().all(|value| value.get("path").is_none());
    let kept = fs::read(&list).ok().filter(|_| is_fixed).and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
    let kept = match kept {
        Some(kept) => kept,
        None => {
            let output = engine.output.clone();
            let say = move |line: &str| output.say(&format!("{}\n", line.trim()));
            let built = build(&engine.compiler.library, &cache, &folder, &wanted, &engine.compiler.stop, &say);
            let kept = built
                .map_err(|what| if engine.compiler.stop.is_set() { failures::interrupted() } else { refused(what) })?;
            let text = serde_json::to_vec(&kept).map_err(|error| refused(error.to_string()))?;
            fs::write(&list, text).map_err(|error| refused(format!("{}: {error}", list.display())))?;
            kept
        }
    };
    engine.wanted = wanted;
    engine.compiler.dependencies =
        Dependencies { externs: kept.externs, directories: vec![kept.directory], objects: vec![kept.library] };
    Ok(())
}

/// Whether what is asked for is there in the version that the library has.
pub(crate) fn is_there(name: &str, version: &str, asked: &toml::Value) -> Result<(), String> {
    let Some(wanted) = asked.as_str().or_else(|| asked.get("version")?.as_str()) else { return Ok(()) };
    let requirement = VersionReq::parse(wanted).map_err(|error| format!("{name} = \"{wanted}\": {error}"))?;
    let version = Version::parse(version).map_err(|error| format!("{name} {version}: {error}"))?;
    if requirement.matches(&version) {
        return Ok(());
    }
    Err(format!("this notebook comes with {name} {version}, and two versions of it would not fit together"))
}

/// `name`, `name = "1"`, `name = { version = "1", features = ["derive"] }`, or a folder.
pub(crate) fn read(argument: &str) -> Result<(String, toml::Value), String> {
    if argument.is_empty() {
        return Err("which crate? For example `:dep itertools = \"0.14\"`".to_owned());
    }
    if argument.starts_with(['/', '.']) {
        let path = fs::canonicalize(argument).map_err(|error| format!("{argument}: {error}"))?;
        let manifest =
            fs::read_to_string(path.join("Cargo.toml")).map_err(|error| format!("{argument}/Cargo.toml: {error}"))?;
        let manifest: toml::Table = manifest.parse().map_err(|error| format!("{argument}/Cargo.toml: {error}"))?;
        let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let name = name.ok_or_else(|| format!("{argument}/Cargo.toml names no package"))?;
        let value =
            toml::Value::Table(toml::Table::from_iter([("path".to_owned(), path.display().to_string().into())]));
        return Ok((name.to_owned(), value));
    }
    let line = if argument.contains('=') { argument.to_owned() } else { format!("{argument} = \"*\"") };
    let table: toml::Table = line.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let (name, mut value) = table.into_iter().next().ok_or("which crate?")?;
    if let Some(path) = value.get("path").and_then(toml::Value::as_str) {
        let path = fs::canonicalize(path).map_err(|error| format!("{path}: {error}"))?;
        if let Some(table) = value.as_table_mut() {
            table.insert("path".to_owned(), path.display().to_string().into());
        }
    }
    Ok((name, value))
}

/// The cache of this compiler's crates, since no other can read them.
fn cache(library: &Library) -> Result<PathBuf, String> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    let base = base.ok_or("neither XDG_CACHE_HOME nor HOME says where to keep crates")?;
    let mut hasher = DefaultHasher::new();
    library.list.rustc.hash(&mut hasher);
    Ok(base.join("gradus").join("crates").join(format!("{:016x}", hasher.finish())))
}

fn key(wanted: &Wanted) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (name, value) in wanted {
        (name, value.to_string()).hash(&mut hasher);
    }
    hasher.finish()
}

/// Builds the crates into `folder`; from what is on this machine, or else from crates.io.
fn build(
    library: &Library,
    cache: &Path,
    folder: &Path,
    wanted: &Wanted,
    stop: &Stop,
    say: &dyn Fn(&str),
) -> Result<Kept, String> {
    let written =
        |path: &Path, text: String| fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()));
    fs::create_dir_all(folder.join("src")).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = format!("gradus_dependencies_{:016x}", key(wanted));
    let dependencies: String = wanted.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    written(
        &folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"dylib\"]\n\
             [workspace]\n[profile.release]\nopt-level = 2\n[dependencies]\n{dependencies}"
        ),
    )?;
    let uses: String = wanted.keys().map(|name| format!("pub use {};\n", name.replace('-', "_"))).collect();
    written(&folder.join("src/lib.rs"), uses)?;
    let offline = cargo(library, cache, folder, true, stop, &|_| ());
    let artifacts = match offline {
        Ok(artifacts) => artifacts,
        Err(_) if !stop.is_set() => cargo(library, cache, folder, false, stop, say)?,
        Err(error) => return Err(error),
    };
    let mut kept = Kept { externs: BTreeMap::new(), directory: PathBuf::new(), library: PathBuf::new() };
    for (crate_name, file) in artifacts {
        if crate_name == name {
            let to = folder.join(format!("lib{name}.so"));
            // The process may have the old one in use: a new file, not new content.
            let _ = fs::remove_file(&to);
            fs::copy(&file, &to).map_err(|error| format!("{}: {error}", to.display()))?;
            kept.library = to;
        } else {
            kept.directory = file.parent().map(Path::to_owned).unwrap_or_default();
            if wanted.keys().any(|wanted| wanted.replace('-', "_") == crate_name) {
                kept.externs.insert(crate_name, file);
            }
        }
    }
    match wanted.keys().find(|name| !kept.externs.contains_key(&name.replace('-', "_"))) {
        Some(name) => Err(format!("`{name}` has no library that a notebook could use")),
        None => Ok(kept),
    }
}

/// Runs cargo, and returns the library file of each crate.
fn cargo(
    library: &Library,
    cache: &Path,
    folder: &Path,
    offline: bool,
    stop: &Stop,
    say: &dyn Fn(&str),
) -> Result<Vec<(String, PathBuf)>, String> {
    let mut cargo: Command = inner_cargo();
    cargo
        .current_dir(folder)
        .env("RUSTC", library.rustc())
        // Other crates than those of the same name in the course's library, even if they are the same version.
        .env(
            "RUSTFLAGS",
            format!(
                "-Cprefer-dynamic -Cmetadata=dependencies -Clink-arg=-Wl,-rpath,{}",
                library.standard_library().display()
            ),
        )
        .args(["build", "--release", "--message-format", "json-render-diagnostics", "--target", &library.list.target])
        .arg("--target-dir")
        .arg(cache.join("build"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if offline {
        cargo.arg("--offline");
    }
    let mut child = cargo.spawn().map_err(|error| format!("cargo: {error}"))?;
    stop.started(child.id());
    let mut stdout = child.stdout.take().expect("it is piped");
    let messages = thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.read_to_string(&mut text);
        text
    });
    let mut talk = Vec::new();
    for line in BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok) {
        say(&line);
        talk.push(line);
    }
    let status = stop.waited(child).map_err(|error| format!("cargo: {error}"))?;
    let messages = messages.join().unwrap_or_default();
    if !status.success() {
        let from = talk.iter().position(|line| line.starts_with("error")).unwrap_or(0);
        return Err(talk[from..].join("\n"));
    }
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter_map(|message| {
            let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
            let is_library =
                |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rlib" || extension == "so");
            let file = files.into_iter().find(is_library)?;
            Some((message["target"]["name"].as_str()?.replace('-', "_"), file))
        });
    Ok(artifacts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_there_as_in_cargo() {
        for (wanted, version) in [("0.17", "0.17.2"), ("1", "1.0.3"), ("*", "1.4.0"), (">=0.9.1, <2", "0.9.5")] {
            assert_eq!(is_there("rand", version, &wanted.into()), Ok(()), "{wanted}");
        }
        for (wanted, version) in [("0.16", "0.17.2"), ("2", "1.0.3"), ("0.9.7", "0.9.5"), ("=1.4", "1.5.0")] {
            assert!(is_there("rand", version, &wanted.into()).unwrap_err().contains("two versions"), "{wanted}");
        }
        let with_features = toml::Value::Table("version = \"0.8\"\nfeatures = [\"std\"]".parse().unwrap());
        assert!(is_there("rand", "0.9.2", &with_features).is_err());
        assert!(is_there("rand", "0.9.2", &"one".into()).unwrap_err().starts_with("rand = \"one\": "));
    }
}
