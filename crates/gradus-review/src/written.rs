//! What a student wrote under the written questions.

use std::collections::BTreeMap;

use gradus_gradebook::{Gradebook, GradebookError, Standing};
use gradus_judge::Scratch;
use gradus_notebook::read_texts;

/// The text cells of a submission that the gradebook has kept, by their ids; why there are none.
pub fn answers(
    gradebook: &Gradebook,
    standing: &Standing,
) -> Result<Result<BTreeMap<String, String>, String>, GradebookError> {
    let content = gradebook.content(&standing.content_hash)?;
    let folder = match Scratch::new() {
        Ok(folder) => folder,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let path = content.unpack(folder.path(), "submission")?;
    Ok(read_texts(&path).map_err(|error| error.to_string()))
}
