//! A step of the set-up that failed: which, doing what, with what answer.

use super::super::plan::Step;

/// Stops the set-up. Never swallowed: it becomes a weaker plan while probing, a refusal otherwise.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    pub step: Step,
    pub what: String,
}

impl Failure {
    pub fn new(step: Step, what: impl Into<String>) -> Failure {
        Failure { step, what: what.into() }
    }
}

/// Says which step an error belongs to.
pub trait InStep<T> {
    fn in_step(self, step: Step, doing: &str) -> Result<T, Failure>;
}

impl<T, E: std::fmt::Display> InStep<T> for Result<T, E> {
    fn in_step(self, step: Step, doing: &str) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(step, format!("{doing}: {error}")))
    }
}
