//! The kernels that are installed: entries in Jupyter's list, looked for where Jupyter looks.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/kernels.html#kernel-specs>

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use gradus_kernel::kernelspec::user_data_folder;
use serde::Deserialize;

use crate::error::ExecuteError;

/// A kernel on Jupyter's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledKernel {
    /// Its name: its folder's, in small letters.
    pub name: String,
    /// The folder of its entry.
    pub folder: PathBuf,
    /// The command that starts it; `{connection_file}` stands for the connection file.
    pub command: Vec<String>,
    /// What it finds in its environment beside ours; `${NAME}` stands for our variable `NAME`.
    pub environment: BTreeMap<String, String>,
    /// How it wants to be interrupted.
    pub interrupt_mode: InterruptMode,
}

/// How a kernel wants to be interrupted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InterruptMode {
    /// By SIGINT to its process group.
    #[default]
    Signal,
    /// By a message.
    Message,
}

/// `kernel.json`, as far as it matters here.
#[derive(Deserialize)]
struct Entry {
    argv: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    interrupt_mode: InterruptMode,
}

impl InstalledKernel {
    /// The kernel with this name, in small or capital letters, from the first of the folders that has one.
    ///
    /// # Errors
    /// When there is none, or its entry cannot be read.
    pub fn find(name: &str, folders: &[PathBuf]) -> Result<Self, ExecuteError> {
        let mut installed = installed_kernels(folders);
        let name = name.to_lowercase();
        let Some(folder) = installed.remove(&name) else {
            return Err(ExecuteError::UnknownKernel { name, known: installed.into_keys().collect() });
        };
        let path = folder.join("kernel.json");
        let wrong = |reason: String| ExecuteError::KernelSpec { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let entry: Entry = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if entry.argv.is_empty() {
            return Err(wrong("its command, `argv`, is empty".to_owned()));
        }
        let (command, environment) = (entry.argv, entry.env);
        Ok(Self { name, folder, command, environment, interrupt_mode: entry.interrupt_mode })
    }

    /// The command that starts it with this connection file.
    pub(crate) fn command_for(&self, connection_file: &Path) -> Vec<String> {
        let connection_file = connection_file.display().to_string();
        let resources = self.folder.display().to_string();
        let prefix = self.prefix().map_or_else(String::new, |prefix| prefix.display().to_string());
        let filled = |argument: &String| {
            let argument = argument.replace("{connection_file}", &connection_file);
            argument.replace("{resource_dir}", &resources).replace("{prefix}", &prefix)
        };
        let mut command: Vec<_> = self.command.iter().map(filled).collect();
        if let Some(own) = self.own_python(&command[0]) {
            command[0] = own;
        }
        command
    }

    /// Jupyter starts `python` as the interpreter that it runs in itself; here that is the one of the environment that the
    /// kernel is installed in, whichever stands on the path.
    fn own_python(&self, program: &str) -> Option<String> {
        let own = self.prefix()?.join("bin").join(program);
        (program.starts_with("python") && own.is_file()).then(|| own.display().to_string())
    }

    /// The environment or system that it is installed in, `PREFIX/share/jupyter/kernels/NAME`.
    fn prefix(&self) -> Option<&Path> {
        let jupyter = self.folder.parent()?.parent()?;
        jupyter.ends_with("share/jupyter").then(|| jupyter.parent()?.parent()).flatten()
    }
}

/// Every kernel's name and folder. A folder earlier in the list hides those of the same name in later ones.
#[must_use]
pub fn installed_kernels(folders: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let mut installed = BTreeMap::new();
    for folder in folders.iter().flat_map(fs::read_dir).flatten().flatten().map(|entry| entry.path()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let valid = name.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character));
        if valid && folder.join("kernel.json").is_file() {
            installed.entry(name).or_insert(folder);
        }
    }
    installed
}

/// Where Jupyter looks for kernels, first place first: `$JUPYTER_PATH`, the active Python environment, the user's own
/// data, the environment whose programs come first on the path, the system.
#[must_use]
pub fn kernel_folders() -> Vec<PathBuf> {
    let jupyter_path = env::var_os("JUPYTER_PATH");
    let mut places: Vec<PathBuf> = jupyter_path.iter().flat_map(env::split_paths).collect();
    places.extend(["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(set).map(share));
    places.extend(set("JUPYTER_DATA_DIR").or_else(|| Some(user_data_folder()?.join("jupyter"))));
    places.extend(environment_on_path().map(share));
    places.extend(["/usr/local", "/usr"].map(|prefix| share(PathBuf::from(prefix))));
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in places.into_iter().map(|place| place.join("kernels")) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// The environment that `jupyter` comes from, or else `python3`: a program in it finds the kernels there without it being
/// active.
fn environment_on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let holder = |program: &str| env::split_paths(&path).find(|folder| folder.join(program).is_file());
    Some(holder("jupyter").or_else(|| holder("python3"))?.parent()?.to_owned())
}

fn share(prefix: PathBuf) -> PathBuf {
    prefix.join("share/jupyter")
}

fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn install(folder: &Path, name: &str, content: &str) {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("kernel.json"), content).expect("a file");
    }

    fn entry(argv: &[&str]) -> String {
        json!({"argv": argv, "display_name": "A kernel", "language": "any"}).to_string()
    }

    #[test]
    fn the_first_folder_hides_the_others_and_letters_may_be_capital() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        install(&first, "Ada", &entry(&["first"]));
        install(&second, "ada", &entry(&["second"]));
        install(&second, "bob", &entry(&["bob"]));
        install(&second, "not a name", &entry(&["x"]));
        fs::create_dir_all(second.join("no-entry")).expect("a folder");
        let folders = [folder.path().join("missing"), first, second];
        assert_eq!(InstalledKernel::find("ADA", &folders).expect("there is one").command, ["first"]);
        assert_eq!(installed_kernels(&folders).into_keys().collect::<Vec<_>>(), ["ada", "bob"]);
        match InstalledKernel::find("eve", &folders) {
            Err(error @ ExecuteError::UnknownKernel { .. }) => assert!(error.hint().contains("ada, bob"), "{error:?}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_damaged_entry_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in
            [("json", "{"), ("empty", r#"{"argv": []}"#), ("mode", r#"{"argv": ["x"], "interrupt_mode": 1}"#)]
        {
            install(folder.path(), name, content);
            match InstalledKernel::find(name, &[folder.path().to_owned()]) {
                Err(error @ ExecuteError::KernelSpec { .. }) => assert!(error.to_string().contains(name), "{error}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn the_command_is_filled_in_and_python_is_that_of_the_environment() {
        let prefix = tempfile::tempdir().expect("a folder");
        let kernels = prefix.path().join("share/jupyter/kernels");
        install(&kernels, "snake", &entry(&["python", "-f", "{connection_file}", "{resource_dir}/x", "{prefix}"]));
        let kernel = InstalledKernel::find("snake", std::slice::from_ref(&kernels)).expect("it is installed");
        assert_eq!(kernel.interrupt_mode, InterruptMode::Signal);
        let shown = |path: &str| prefix.path().join(path).display().to_string();
        let [resources, here] = [shown("share/jupyter/kernels/snake/x"), prefix.path().display().to_string()];
        assert_eq!(kernel.command_for(Path::new("/c")), ["python", "-f", "/c", &resources, &here]);
        fs::create_dir(prefix.path().join("bin")).expect("a folder");
        fs::write(prefix.path().join("bin/python"), "").expect("a file");
        assert_eq!(kernel.command_for(Path::new("/c"))[0], shown("bin/python"));
    }
}
