//! The steps: [`Source`], [`Stripped`], [`Cleared`], [`Released`].

use serde_json::json;

use super::error::SourceError;
use super::region::{self, Part};
use super::role::Role;
use super::{nbgrader, reference};
use crate::notebook::{Cell, Notebook};
use crate::percent;
use crate::to_percent::to_percent;

/// What an assignment's manifest says about one answer cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The answer cell's id.
    pub cell: String,
    /// What it is worth.
    pub points: u32,
}

/// A question that is answered in words and graded by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenQuestion {
    /// Its cell's id.
    pub cell: String,
    /// What it is worth.
    pub points: u32,
    /// What is asked.
    pub question: String,
    /// A good answer.
    pub sample: String,
    /// How answers are graded.
    pub rubric: String,
}

/// An assignment's source: every cell with its role and its regions.
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) assignment: String,
    pub(super) cells: Vec<SourceCell>,
}

#[derive(Debug, Clone)]
pub(super) struct SourceCell {
    pub cell: Cell,
    pub role: Role,
    pub parts: Vec<Part>,
    /// Whether the reference has it, where its marker says so.
    pub reference: Option<bool>,
    /// The line of the source at which its text starts.
    pub first_line: usize,
}

/// A source without solutions, rubrics and hidden checks.
#[derive(Debug, Clone)]
pub struct Stripped {
    assignment: String,
    cells: Vec<(Role, Cell)>,
}

/// A stripped source without outputs and without what only authors need to know.
#[derive(Debug, Clone)]
pub struct Cleared {
    assignment: String,
    cells: Vec<(Role, Cell)>,
}

/// What students get.
#[derive(Debug, Clone)]
pub struct Released {
    notebook: Notebook,
}

impl Source {
    /// Reads the source of the assignment with this id.
    ///
    /// ```
    /// use gradus_notebook::authoring::{Question, Source};
    ///
    /// let source = Source::parse("halves", r#"
    /// // %% [markdown]
    /// // # Halves
    /// // %% id="half" gradus={"role": "answer"}
    /// pub fn half(x: f64) -> f64 {
    ///     // BEGIN SOLUTION
    ///     x / 2.0
    ///     // END SOLUTION
    /// }
    /// "#)?;
    /// let questions = [Question { cell: "half".to_owned(), points: 100 }];
    /// let released = source.strip().clear().release(&questions)?;
    /// assert!(released.notebook().cells[1].source.contains("    todo!(\"halves: question 1\")\n}"));
    /// assert!(source.solution().cells[1].source.contains("x / 2.0"));
    /// # Ok::<(), gradus_notebook::authoring::SourceError>(())
    /// ```
    ///
    /// # Errors
    /// When it is not in percent format, or a role or a region is not in order.
    pub fn parse(assignment: &str, text: &str) -> Result<Self, SourceError> {
        let cells = percent::placed_cells(text)?
            .into_iter()
            .map(|placed| {
                let (role, reference) = Role::of(&placed)?;
                let parts = region::parts(&placed, role)?;
                Ok(SourceCell { role, parts, reference, first_line: placed.first_line, cell: placed.cell })
            })
            .collect::<Result<_, SourceError>>()?;
        Ok(Self { assignment: assignment.to_owned(), cells })
    }

    /// The written questions, in order.
    pub fn written(&self) -> impl Iterator<Item = WrittenQuestion> {
        self.cells.iter().filter_map(|cell| {
            let Role::Written { points } = cell.role else { return None };
            let region = |kind| region::lines_of(&cell.parts, kind);
            Some(WrittenQuestion {
                cell: cell.cell.id.clone().unwrap_or_default(),
                points,
                question: region(None),
                sample: region(Some(region::Kind::Solution)),
                rubric: region(Some(region::Kind::Rubric)),
            })
        })
    }

    /// The ids of the cells of a role.
    pub fn cells_with(&self, role: Role) -> impl Iterator<Item = &str> {
        self.cells.iter().filter(move |cell| cell.role == role).filter_map(|cell| cell.cell.id.as_deref())
    }

    /// The staff's notebook, not run: all answers, rubrics and hidden checks.
    #[must_use]
    pub fn solution(&self) -> Notebook {
        let cells = self.cells.iter().map(|cell| Cell { source: region::filled(&cell.parts), ..cell.cell.clone() });
        notebook(&self.assignment, cells.collect())
    }

    /// The answers as one Rust file, without what only the notebook needs: the answer cells, and of the given cells
    /// those that hold imports, or items that an answer mentions. Imports come first, one name a line, so that
    /// another answer that brings some of them can take the place of one here.
    ///
    /// # Errors
    /// When an answer is not Rust.
    pub fn reference(&self) -> Result<String, SourceError> {
        reference::reference(self)
    }

    /// Takes away solutions, rubrics and hidden checks.
    #[must_use]
    pub fn strip(&self) -> Stripped {
        let mut number = 0;
        let cells = self.cells.iter().filter(|cell| cell.role != Role::HiddenCheck).map(|cell| {
            number += usize::from(cell.role == Role::Answer);
            let question = format!("{}: question {number}", self.assignment);
            let source = region::stripped(&cell.parts, cell.cell.cell_type, &question);
            (cell.role, Cell { source, ..cell.cell.clone() })
        });
        Stripped { cells: cells.collect(), assignment: self.assignment.clone() }
    }
}

impl Stripped {
    /// Takes away outputs, numbers of executions, and the authors' metadata.
    #[must_use]
    pub fn clear(mut self) -> Cleared {
        for (role, cell) in &mut self.cells {
            cell.clear();
            cell.metadata.remove("gradus");
            if let Some(kept) = role.kept() {
                cell.metadata.insert("gradus".to_owned(), kept);
            }
        }
        Cleared { assignment: self.assignment, cells: self.cells }
    }
}

impl Cleared {
    /// Adds what nbgrader's tools ask for.
    ///
    /// # Errors
    /// When the answer cells are not those of the manifest.
    pub fn release(self, questions: &[Question]) -> Result<Released, SourceError> {
        let id_of = |cell: &Cell| cell.id.clone().unwrap_or_default();
        let found: Vec<String> =
            self.cells.iter().filter(|(role, _)| *role == Role::Answer).map(|(_, cell)| id_of(cell)).collect();
        let listed: Vec<String> = questions.iter().map(|question| question.cell.clone()).collect();
        if found != listed {
            return Err(SourceError::Questions { found, listed });
        }
        let cells = self.cells.into_iter().map(|(role, mut cell)| {
            let id = id_of(&cell);
            let points = match role {
                Role::Written { points } => points,
                _ => questions.iter().find(|question| question.cell == id).map_or(0, |question| question.points),
            };
            if let Some(metadata) = nbgrader::metadata(role, cell.cell_type, &id, points) {
                cell.metadata.insert("nbgrader".to_owned(), metadata);
            }
            cell
        });
        Ok(Released { notebook: notebook(&self.assignment, cells.collect()) })
    }
}

impl Released {
    /// The student's notebook.
    #[must_use]
    pub fn notebook(&self) -> &Notebook {
        &self.notebook
    }

    /// The same in percent format, without metadata of tools.
    #[must_use]
    pub fn starter(&self) -> String {
        let mut cells = self.notebook.cells.clone();
        for cell in &mut cells {
            cell.metadata.remove("gradus");
            cell.metadata.remove("nbgrader");
        }
        to_percent(&cells)
    }
}

/// As [`Notebook::assignment`] reads it.
fn notebook(assignment: &str, cells: Vec<Cell>) -> Notebook {
    let mut notebook = Notebook::new(cells);
    notebook.metadata.insert("gradus".to_owned(), json!({ "assignment": assignment }));
    notebook
}
