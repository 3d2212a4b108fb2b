//! The gradebook in a browser.

use gradus_assignments::ASSIGNMENTS;
use gradus_gradebook::Gradebook;
use gradus_review::{Review, ReviewError};

use super::graded_by_people;
use crate::Ending;
use crate::error::Hinted;
use crate::terminal;

/// Serves the gradebook until Ctrl-C. The address is data: a program may start this one and read it.
pub fn run(gradebook: Gradebook, port: u16) -> anyhow::Result<Ending> {
    let hinted = |error: ReviewError| Hinted::new(error.to_string(), error.hint());
    let assignments = ASSIGNMENTS.iter().map(graded_by_people).collect::<anyhow::Result<Vec<_>>>()?;
    let review = Review::bind(gradebook, assignments, port).map_err(hinted)?;
    eprintln!("open this address in a browser of this machine; Ctrl-C ends the server");
    terminal::data(&format!("{}\n", review.address()))?;
    review.serve().map_err(hinted)?;
    Ok(Ending::Well)
}
