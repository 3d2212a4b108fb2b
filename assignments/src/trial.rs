//! A student's trial of their own functions, in their own notebook: the public checks of one function and what came
//! out. It gives no points; those are the grader's.

use std::fmt::{self, Display, Formatter};
use std::sync::OnceLock;

use gradus_question::{Answer, Check, Failure, Local, Session};

/// What the public checks of one function found. `Display` shows it to the student.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    function: String,
    outcomes: Vec<Outcome>,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What it looks at, in a few words.
    pub name: &'static str,
    /// What was expected, in a sentence.
    pub expectation: &'static str,
    /// What was wrong, if anything was.
    pub failure: Option<Failure>,
}

/// Public checks look at the same numbers each time.
const SEED: u64 = 0;

impl Trial {
    /// Runs those of `checks` that are of `function` against `functions`.
    pub fn run(checks: Vec<Check>, function: &str, functions: &dyn Answer) -> Self {
        let outcomes = checks
            .into_iter()
            .filter(|check| check.function == function)
            .map(|check| {
                let mut local = Local::new(functions);
                let mut session = Session::new(&mut local).with_patience(check.patience);
                let failure = check.run(&mut session, SEED).err();
                Outcome { name: check.name, expectation: check.expectation, failure }
            })
            .collect();
        Self { function: function.to_owned(), outcomes }
    }

    /// The function that was checked.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// What each check found, in order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Whether there were checks and all of them passed.
    pub fn passed(&self) -> bool {
        !self.outcomes.is_empty() && self.outcomes.iter().all(|outcome| outcome.failure.is_none())
    }
}

/// Runs the public checks of a function of the notebook, and shows what came out.
///
/// ```
/// # use ndarray::{Array1, Array2};
/// fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
///     todo!("softmax: question 5")
/// }
///
/// gradus_assignments::check!(softmax, predict);
/// ```
///
/// A backward pass is checked after the forward pass that fills its cache and whose slope it should be. That is named too,
/// because a notebook's cell sees only what it names: `check!(two_layer_net, relu_backward after relu_forward)`.
#[macro_export]
macro_rules! check {
    ($assignment:ident, $function:ident $(after $forward:ident)?) => {
        $crate::show_trial(&$crate::$assignment::try_out(
            ::std::stringify!($function),
            $crate::$assignment::Functions {
                $function: Some($crate::$assignment::answer!($function)),
                $($forward: Some($crate::$assignment::answer!($forward)),)?
                ..Default::default()
            },
        ))
    };
}

/// A student's function as calls reach it, in assignments whose interface has just the functions that students write.
#[doc(hidden)]
#[macro_export]
macro_rules! answer_as_written {
    ($function:ident) => {
        $function
    };
}

static SHOW: OnceLock<fn(&Trial)> = OnceLock::new();

/// Has trials shown by `show` from now on, as a notebook can; until then they are printed. Only the first call counts.
pub fn show_trials_with(show: fn(&Trial)) {
    SHOW.get_or_init(|| show);
}

/// Shows a trial to the student.
#[expect(clippy::print_stdout, reason = "what a cell shows where there is no notebook")]
pub fn show_trial(trial: &Trial) {
    match SHOW.get() {
        Some(show) => show(trial),
        None => println!("{trial}"),
    }
}

impl Display for Trial {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.outcomes.is_empty() {
            return write!(f, "there are no public checks of `{}`", self.function);
        }
        let passed = self.outcomes.iter().filter(|outcome| outcome.failure.is_none()).count();
        write!(f, "{}: {passed} of {} public checks pass", self.function, self.outcomes.len())?;
        for outcome in &self.outcomes {
            let Some(failure) = &outcome.failure else {
                write!(f, "\n  passed  {}", outcome.name)?;
                continue;
            };
            let what = failure.detail.as_ref().unwrap_or(&failure.summary);
            write!(f, "\n  failed  {}\n          {what}", outcome.name)?;
            write!(f, "\n          expected: {}", outcome.expectation)?;
            if let Some(hint) = &failure.hint {
                write!(f, "\n          hint: {hint}")?;
            }
        }
        Ok(())
    }
}
