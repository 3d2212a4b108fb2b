//! Everything derived is up to date.

use crate::support::{gradus_in, repository};

#[test]
fn the_notebooks_and_the_readme_are_what_gradus_generate_writes() {
    let run = gradus_in(&repository(), &["generate", "--check"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}
