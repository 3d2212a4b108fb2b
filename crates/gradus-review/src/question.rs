//! What can be scored by hand, and with what.

use gradus_notebook::authoring::WrittenQuestion;
use thiserror::Error;

/// An assignment, as far as people grade it.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its functions, and what each is worth: their checks give points, which can be overridden.
    pub functions: Vec<(String, u32)>,
    /// Its written questions.
    pub written: Vec<WrittenQuestion>,
}

/// What a score by hand is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// A written question.
    Written {
        /// What it is worth.
        points: u32,
    },
    /// A function: the score takes the place of what its checks gave.
    Function {
        /// What it is worth.
        points: u32,
    },
}

/// Why a score cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScoreError {
    /// There is no such question.
    #[error("`{assignment}` has no question `{question}` that is scored by hand")]
    NoQuestion {
        /// The assignment's id.
        assignment: String,
        /// What was asked for.
        question: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It is worth less, or the score is below nothing.
    #[error("`{question}` is worth 0 to {worth} points, not {points}")]
    OutOfRange {
        /// The question.
        question: String,
        /// What it is worth.
        worth: u32,
        /// What was to be given.
        points: String,
    },
    /// Points by checks may not be overridden without a word.
    #[error("the points of `{question}` come from its checks, and no reason is given for others")]
    NoReason {
        /// The question.
        question: String,
    },
}

impl ScoreError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::NoQuestion { known, .. } if known.is_empty() => "it has none at all".to_owned(),
            Self::NoQuestion { known, .. } => format!("its questions are: {}", known.join(", ")),
            Self::OutOfRange { .. } => "give a number between them".to_owned(),
            Self::NoReason { .. } => "say why, for the student and for whoever asks later".to_owned(),
        }
    }
}

impl Assignment {
    /// The question of this name.
    pub fn question(&self, name: &str) -> Option<Question> {
        let written = self.written.iter().find(|written| written.cell == name);
        let function = || self.functions.iter().find(|(function, _)| function == name);
        written
            .map(|written| Question::Written { points: written.points })
            .or_else(|| function().map(|(_, points)| Question::Function { points: *points }))
    }

    /// What a question is worth, if so many points can be given for it.
    ///
    /// # Errors
    /// When there is no such question, when it is worth less, or when points by checks are overridden without a reason.
    ///
    /// ```
    /// use gradus_review::{Assignment, ScoreError};
    ///
    /// let functions = vec![("predict".to_owned(), 10)];
    /// let assignment = Assignment { id: "softmax".into(), title: "Softmax".into(), functions, written: vec![] };
    /// assert_eq!(assignment.accept("predict", 4.5, "right but for a typing error"), Ok(10));
    /// assert!(matches!(assignment.accept("predict", 4.5, " "), Err(ScoreError::NoReason { .. })));
    /// ```
    pub fn accept(&self, question: &str, points: f64, comment: &str) -> Result<u32, ScoreError> {
        let found = self.question(question).ok_or_else(|| ScoreError::NoQuestion {
            assignment: self.id.clone(),
            question: question.to_owned(),
            known: self
                .written
                .iter()
                .map(|written| written.cell.clone())
                .chain(self.functions.iter().map(|(name, _)| name.clone()))
                .collect(),
        })?;
        let (Question::Written { points: worth } | Question::Function { points: worth }) = found;
        // Not a number is in no range.
        if !(0.0..=f64::from(worth)).contains(&points) {
            return Err(ScoreError::OutOfRange { question: question.to_owned(), worth, points: points.to_string() });
        }
        if matches!(found, Question::Function { .. }) && comment.trim().is_empty() {
            return Err(ScoreError::NoReason { question: question.to_owned() });
        }
        Ok(worth)
    }
}
