//! What the forms do: each is one more record in the gradebook.

use serde::Deserialize;

use crate::ReviewError;
use crate::server::Inner;

/// The most bytes of a remark.
const TEXT_LIMIT: usize = 16 << 10;

/// A score for a written question, or another one than a function's checks gave.
#[derive(Deserialize)]
pub struct ScoreForm {
    form_token: String,
    question: String,
    points: String,
    #[serde(default)]
    comment: String,
}

/// A remark.
#[derive(Deserialize)]
pub struct CommentForm {
    form_token: String,
    text: String,
}

/// Gives a score.
pub fn score(shared: &Inner, assignment: &str, student: &str, form: &ScoreForm) -> Result<(), ReviewError> {
    shared.access.check_form(&form.form_token)?;
    let assignment = shared.assignment(assignment)?;
    // People write 1,5 too.
    let points = form.points.trim().replace(',', ".");
    let points: f64 =
        points.parse().map_err(|_| ReviewError::Form { what: format!("`{}` is no number of points", form.points) })?;
    let comment = within_limit(&form.comment)?;
    let worth = assignment.accept(&form.question, points, comment)?;
    shared.gradebook.score_by_hand(student, &assignment.id, &form.question, (points, f64::from(worth)), comment)?;
    Ok(())
}

/// Keeps a remark.
pub fn comment(shared: &Inner, assignment: &str, student: &str, form: &CommentForm) -> Result<(), ReviewError> {
    shared.access.check_form(&form.form_token)?;
    let assignment = shared.assignment(assignment)?;
    let text = within_limit(&form.text)?;
    if text.is_empty() {
        return Err(ReviewError::Form { what: "the remark is empty".to_owned() });
    }
    shared.gradebook.comment(student, &assignment.id, text)?;
    Ok(())
}

fn within_limit(text: &str) -> Result<&str, ReviewError> {
    if text.len() > TEXT_LIMIT {
        return Err(ReviewError::Form { what: format!("the text is longer than {TEXT_LIMIT} bytes") });
    }
    Ok(text.trim())
}
