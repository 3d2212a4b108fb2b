//! What grading one submission gave: the data that all reports are made from.
//!
//! A hidden check's messages in here are already without values; nothing in here needs to be kept from the student
//! except [`Grade::seed`], which is therefore left out where a grade is written as JSON.

use std::fmt;
use std::time::Duration;

use gradus_question::{Verdict, Visibility};
use serde::{Deserialize, Serialize};

/// How grading one submission ended. Each submission ends in exactly one of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It was graded, whatever its score.
    Graded(Box<Grade>),
    /// It cannot be read as a submission; it earns nothing, and the message says what to hand in instead.
    Unreadable {
        /// Its name.
        submission: String,
        /// What is wrong, with file, cell and line where they apply.
        message: String,
        /// What to do.
        hint: String,
        /// What could have been earned.
        max_points: u32,
    },
    /// Our own fault: there is no score.
    Fault {
        /// Its name.
        submission: String,
        /// What failed.
        message: String,
        /// What to do.
        hint: String,
    },
}

/// One submission's grade.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grade {
    /// The submission's name: its file's or folder's, without extension.
    pub submission: String,
    /// The assignment's id.
    pub assignment: String,
    /// The assignment's title.
    pub title: String,
    /// Under which protection the submission ran, in one line.
    pub sandbox: String,
    /// What the random inputs came from. For staff: it repeats the grading exactly.
    #[serde(skip)]
    pub seed: u64,
    /// The functions asked for, in order.
    pub functions: Vec<FunctionGrade>,
    /// What was repaired or left out while reading.
    pub remarks: Vec<Remark>,
    /// How long it took.
    pub timings: Timings,
}

/// One function's grade.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FunctionGrade {
    /// The function's name.
    pub name: String,
    /// The signature that was asked for.
    pub signature: String,
    /// Whether it could be called.
    pub state: FunctionState,
    /// The student's own code, where it was found.
    pub answer: Option<Answer>,
    /// Its checks, in order.
    pub checks: Vec<CheckGrade>,
}

/// The student's code for one function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Where its first line stands.
    pub location: Location,
    /// The code as handed in.
    pub text: String,
}

/// Whether a function could be called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "messages")]
pub enum FunctionState {
    /// It compiled.
    Ready,
    /// The submission does not have it.
    Missing,
    /// It, or something it needs, did not get through the compiler; the verdict says how.
    Broken(#[serde(with = "verdict_id")] Verdict, Vec<Message>),
}

/// What the compiler, or the scan before it, says about a student's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The compiler's code, for example `E0308`.
    pub code: Option<String>,
    /// The message.
    pub text: String,
    /// Where.
    pub location: Option<Location>,
    /// The student's own line that it points at.
    pub line_text: Option<String>,
    /// What the compiler adds: labels, notes and help, a line each.
    pub notes: Vec<String>,
}

/// One check's result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckGrade {
    /// What it looks at, in a few words.
    pub name: String,
    /// What was expected, in a sentence.
    pub expectation: String,
    /// Whether the check is public.
    #[serde(with = "is_public", rename = "public")]
    pub visibility: Visibility,
    /// What was earned.
    pub points: u32,
    /// What could have been earned.
    pub max_points: u32,
    /// How it came out.
    #[serde(with = "verdict_id")]
    pub verdict: Verdict,
    /// What happened, when it did not pass.
    pub message: Option<String>,
    /// What to look at first, when it did not pass.
    pub hint: Option<String>,
    /// Where the result is wrong, as an [`ErrorMap`](gradus_check::ErrorMap) has it; of public checks alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// How the loss went in the training that the check looked at; of public checks alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub losses: Option<LossCurves>,
    /// The student's own line, where one is known.
    pub location: Option<Location>,
}

/// How the loss went in a training, one number for each iteration; none where it was NaN or infinite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossCurves {
    /// Which training it was.
    pub training: String,
    /// The student's losses.
    pub own: Vec<Option<f64>>,
    /// Those of the reference in the same training; none where there is no reference at hand.
    pub reference: Vec<Option<f64>>,
}

/// Something that was repaired or left out while reading, said to the student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Where.
    pub location: Option<Location>,
    /// What.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A place in what the student handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file's name.
    pub file: String,
    /// The cell's number, from 1, in a notebook.
    pub cell: Option<usize>,
    /// The line in that cell or file, from 1.
    pub line: usize,
}

/// How long each phase took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Reading the submission and finding the answers.
    pub extract: Duration,
    /// Compiling and linking.
    pub compile: Duration,
    /// Running the checks.
    pub judge: Duration,
    /// Writing the reports.
    pub report: Duration,
}

impl Grade {
    /// What was earned.
    pub fn points(&self) -> u32 {
        self.functions.iter().map(FunctionGrade::points).sum()
    }

    /// What could have been earned.
    pub fn max_points(&self) -> u32 {
        self.functions.iter().map(FunctionGrade::max_points).sum()
    }

    /// The student's own line at a place, where an answer has it.
    pub fn line(&self, location: &Location) -> Option<&str> {
        self.functions.iter().find_map(|function| function.answer.as_ref()?.line(location))
    }
}

impl Answer {
    /// The line at a place, when the place is in this answer.
    pub fn line(&self, location: &Location) -> Option<&str> {
        let here = location.file == self.location.file && location.cell == self.location.cell;
        let index = location.line.checked_sub(self.location.line)?;
        if here { self.text.lines().nth(index) } else { None }
    }
}

impl FunctionGrade {
    /// What was earned.
    pub fn points(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }

    /// What could have been earned.
    pub fn max_points(&self) -> u32 {
        self.checks.iter().map(|check| check.max_points).sum()
    }
}

impl CheckGrade {
    /// Whether it passed.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Accept
    }

    /// What happened, where that says more than the verdict does.
    pub fn message_beyond_verdict(&self) -> Option<&str> {
        self.message.as_deref().filter(|message| *message != self.verdict.sentence())
    }
}

impl Outcome {
    /// A fault of ours: what failed, and what to do.
    pub fn fault(submission: &str, message: &dyn fmt::Display, hint: &str) -> Self {
        Self::Fault { submission: submission.to_owned(), message: message.to_string(), hint: hint.to_owned() }
    }

    /// The submission's name.
    pub fn submission(&self) -> &str {
        match self {
            Self::Graded(grade) => &grade.submission,
            Self::Unreadable { submission, .. } | Self::Fault { submission, .. } => submission,
        }
    }

    /// What was earned: nothing by what cannot be read, and no score at all after a fault of ours.
    pub fn points(&self) -> Option<u32> {
        match self {
            Self::Graded(grade) => Some(grade.points()),
            Self::Unreadable { .. } => Some(0),
            Self::Fault { .. } => None,
        }
    }

    /// What could have been earned, unless a fault of ours kept it from being known.
    pub fn max_points(&self) -> Option<u32> {
        match self {
            Self::Graded(grade) => Some(grade.max_points()),
            Self::Unreadable { max_points, .. } => Some(*max_points),
            Self::Fault { .. } => None,
        }
    }

    /// The outcome as machines read it.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Graded(_) => "graded",
            Self::Unreadable { .. } => "unreadable",
            Self::Fault { .. } => "fault",
        }
    }
}

impl Timings {
    /// All phases together.
    pub fn total(&self) -> Duration {
        self.extract + self.compile + self.judge + self.report
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell {
            Some(cell) => write!(out, "{}, cell {cell}, line {}", self.file, self.line),
            None => write!(out, "{}, line {}", self.file, self.line),
        }
    }
}

mod verdict_id {
    use gradus_question::Verdict;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(verdict.id())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Verdict, D::Error> {
        let id = String::deserialize(deserializer)?;
        Verdict::from_id(&id).ok_or_else(|| D::Error::custom(format!("there is no verdict `{id}`")))
    }
}

mod is_public {
    use gradus_question::Visibility;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(visibility: &Visibility, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*visibility == Visibility::Public)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Visibility, D::Error> {
        Ok(if bool::deserialize(deserializer)? { Visibility::Public } else { Visibility::Hidden })
    }
}
