//! Which paths of an ordinary Linux system programs need that were not built to stand alone.

use std::path::PathBuf;

/// Those of the usual library directories that exist here: what a dynamically linked program needs to start.
/// To be given as [`Job::executable`](crate::Job::executable).
#[must_use]
pub fn library_paths() -> Vec<PathBuf> {
    existing(&["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache"])
}

/// Those of the usual paths that exist here which the system's C compiler driver (`cc`) needs to link: programs, their
/// internal parts, libraries, and the links by which Debian names alternatives. Headers are not among them.
/// To be given as [`Job::executable`](crate::Job::executable).
#[must_use]
pub fn linker_paths() -> Vec<PathBuf> {
    let mut paths = library_paths();
    paths.extend(existing(&["/bin", "/usr/bin", "/usr/libexec", "/etc/alternatives"]));
    paths
}

fn existing(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).filter(|path| path.exists()).collect()
}
