//! `gradus kernel`, as far as it needs neither Jupyter nor a compiler; `tests/kernel` has the rest.

use std::fs;

use crate::support::{gradus, gradus_in, snapshot};

#[test]
fn a_kernel_without_a_connection_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing.json").display().to_string();
    snapshot("kernel_without_connection_file", &gradus(&["kernel", "run", "-f", &path]), folder.path());
}

#[test]
fn a_connection_file_that_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("list.json"), "[1, 2]").expect("a file");
    let path = folder.path().join("list.json").display().to_string();
    snapshot("kernel_with_another_file", &gradus(&["kernel", "run", "-f", &path]), folder.path());
}

#[test]
fn a_kernel_that_is_not_installed_cannot_be_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = gradus_in(folder.path(), &["kernel", "uninstall", "--prefix", "."]);
    snapshot("kernel_uninstall_nothing", &run, folder.path());
}

#[test]
fn each_engine_has_a_kernel_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = gradus_in(folder.path(), &["kernel", "uninstall", "--prefix", ".", "--engine", "evcxr"]);
    snapshot("kernel_uninstall_evcxr", &run, folder.path());
}

#[cfg(not(feature = "evcxr"))]
#[test]
fn an_engine_that_was_left_out_is_told_how_to_get() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = gradus_in(folder.path(), &["kernel", "install", "--prefix", ".", "--engine", "evcxr"]);
    snapshot("kernel_install_without_evcxr", &run, folder.path());
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}
