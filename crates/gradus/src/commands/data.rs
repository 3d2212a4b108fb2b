//! `gradus data`: the data sets that come with the program.

use std::env;
use std::fmt::Write;
use std::path::PathBuf;

use gradus_nn::data::registry::{DataSet, data_sets};
use serde_json::json;

use crate::Ending;
use crate::arguments::{Data, DataAction, Format};
use crate::error::Hinted;
use crate::terminal;

/// Lists, unpacks or verifies.
pub fn run(options: &Data) -> anyhow::Result<Ending> {
    match options.action {
        DataAction::List { format } => list(format),
        DataAction::Path => path(),
        DataAction::Verify => verify(),
    }
}

fn list(format: Format) -> anyhow::Result<Ending> {
    let text = match format {
        Format::Text => data_sets().iter().map(in_words).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}\n", data_sets().iter().map(as_json).collect::<serde_json::Value>()),
    };
    terminal::data(&text)?;
    Ok(Ending::Well)
}

/// Unpacks every data set into its folder, unless it is there already, and prints the folders.
fn path() -> anyhow::Result<Ending> {
    for data_set in data_sets() {
        let folder = folder(data_set)?;
        data_set.unpack(&folder)?;
        terminal::data(&format!("{}\n", folder.display()))?;
    }
    Ok(Ending::Well)
}

/// Holds the embedded bytes, and the unpacked files if there are any, against their checksums.
fn verify() -> anyhow::Result<Ending> {
    let mut ending = Ending::Well;
    for data_set in data_sets() {
        let folder = folder(data_set)?;
        let mut results = vec![("embedded".to_owned(), data_set.verify())];
        if folder.exists() {
            results.push((folder.display().to_string(), data_set.verify_folder(&folder)));
        }
        for (place, result) in results {
            let verdict = match result {
                Ok(()) => "ok".to_owned(),
                Err(error) => {
                    ending = Ending::NotRight;
                    error.to_string()
                }
            };
            terminal::data(&format!("{} ({place}): {verdict}\n", data_set.name))?;
        }
    }
    Ok(ending)
}

/// `$GRADUS_DATA`, or else the user's cache.
fn folder(data_set: &DataSet) -> anyhow::Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("GRADUS_DATA")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("gradus/data")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/gradus/data")))
        .ok_or_else(|| Hinted::new("there is no folder for data sets", "set GRADUS_DATA to a folder"))?;
    Ok(base.join(data_set.name))
}

fn in_words(data_set: &DataSet) -> String {
    let mut text = format!("{}: {}\n", data_set.name, data_set.description);
    for (name, value) in [
        ("images", format!("{} for training, {} for testing", data_set.train, data_set.test)),
        ("origin", data_set.origin.to_owned()),
        ("licence", data_set.licence.to_owned()),
        ("files", data_set.files.iter().map(|file| file.name).collect::<Vec<_>>().join(", ")),
    ] {
        writeln!(text, "  {name:<8} {value}").expect("writing to a string");
    }
    text
}

fn as_json(data_set: &DataSet) -> serde_json::Value {
    let files = data_set.files.iter();
    json!({
        "name": data_set.name,
        "description": data_set.description,
        "train": data_set.train,
        "test": data_set.test,
        "origin": data_set.origin,
        "licence": data_set.licence,
        "files": files.map(|file| json!({"name": file.name, "bytes": file.bytes.len(), "sha256": file.sha256})).collect::<Vec<_>>(),
    })
}
