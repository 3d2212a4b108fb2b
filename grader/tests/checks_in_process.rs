//! Every check against every recorded answer, in this process: right answers pass all, wrong ones fail the checks that
//! they should, and every check is failed by somebody.
// GRADUS-STAFF-ONLY-7c1f4e

mod museum;
mod wholly_wrong;

use std::collections::BTreeSet;

use gradus_assignments::ASSIGNMENTS;
use gradus_grader::Key;
use gradus_question::{Answer, Check, Local, Session, Visibility};
use museum::Fails::{All, AllBut, Only};
use museum::Museum;

const SEED: u64 = 20_240_601;

impl Museum {
    fn key(&self) -> &'static Key {
        gradus_grader::key(self.id).expect("each assignment has a key")
    }

    fn all_checks(&self) -> Vec<Check> {
        [(self.key().assignment.public_checks)(), (self.key().hidden_checks)()].concat()
    }

    fn hidden_checks(&self, function: &str) -> impl Iterator<Item = &'static str> {
        (self.key().hidden_checks)().into_iter().filter(move |check| check.function == function).map(|check| check.name)
    }

    /// The names of the checks of `function` that fail.
    fn failures(
        &self,
        function: &str,
        functions: &dyn Answer,
        visibility: Visibility,
    ) -> impl Iterator<Item = &'static str> {
        self.all_checks()
            .into_iter()
            .filter(move |check| check.function == function && check.visibility == visibility)
            .filter(|check| run(check, functions, SEED).is_err())
            .map(|check| check.name)
    }

    fn points_earned(&self, function: &str, functions: &dyn Answer) -> u32 {
        let earned = |check: &Check| check.function == function && run(check, functions, SEED).is_ok();
        (self.key().hidden_checks)().iter().filter(|check| earned(check)).map(|check| check.points).sum()
    }
}

fn run(check: &Check, functions: &dyn Answer, seed: u64) -> Result<(), gradus_question::Failure> {
    let mut local = Local::new(functions);
    check.run(&mut Session::new(&mut local).with_patience(check.patience), seed)
}

#[test]
fn each_assignment_has_recorded_answers() {
    assert!(museum::all().iter().map(|museum| museum.id).eq(ASSIGNMENTS.iter().map(|assignment| assignment.id)));
    for museum in museum::all() {
        let recorded = museum.key().museum.iter().filter(|specimen| !specimen.right).map(|specimen| specimen.name);
        // One or the other does not compile with the signature asked for.
        let left_out = recorded.filter(|name| museum.wrong.iter().all(|wrong| wrong.name != *name)).count();
        assert!(left_out <= 1, "{}: {left_out} wrong answers are not tried", museum.id);
    }
}

#[test]
fn the_reference_passes_every_check_whatever_the_seed() {
    for museum in museum::all() {
        for seed in 0..8 {
            for check in museum.all_checks() {
                let result = run(&check, (museum.key().reference)(), seed);
                assert!(result.is_ok(), "seed {seed}, {}: {}: {:?}", check.function, check.name, result);
            }
        }
    }
}

#[test]
fn right_answers_in_other_styles_pass_every_check_whatever_the_seed() {
    for museum in museum::all() {
        for (name, functions) in &museum.right {
            for seed in 100..103 {
                for check in museum.all_checks() {
                    let result = run(&check, functions.as_ref(), seed);
                    assert!(result.is_ok(), "{name}, seed {seed}, {}: {}: {:?}", check.function, check.name, result);
                }
            }
        }
    }
}

#[test]
fn wrong_answers_fail_just_the_checks_that_they_should() {
    let mut differences = String::new();
    for museum in museum::all() {
        for wrong in &museum.wrong {
            let expected: BTreeSet<&str> = museum
                .hidden_checks(wrong.function)
                .filter(|name| match wrong.fails {
                    All => true,
                    AllBut(passed) => !passed.contains(name),
                    Only(failed) => failed.contains(name),
                })
                .collect();
            let failed: BTreeSet<&str> =
                museum.failures(wrong.function, wrong.answer.as_ref(), Visibility::Hidden).collect();
            if failed != expected {
                differences += &format!("{} fails {failed:?}\n  and should fail {expected:?}\n", wrong.name);
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn each_check_is_failed_by_a_recorded_wrong_answer() {
    for museum in museum::all() {
        let mut unfailed: BTreeSet<_> = museum.all_checks().iter().map(|check| (check.function, check.name)).collect();
        for wrong in &museum.wrong {
            for visibility in [Visibility::Public, Visibility::Hidden] {
                for name in museum.failures(wrong.function, wrong.answer.as_ref(), visibility) {
                    unfailed.remove(&(wrong.function, name));
                }
            }
        }
        assert!(unfailed.is_empty(), "{}: nobody fails {unfailed:?}", museum.id);
    }
}

#[test]
fn wholly_wrong_answers_earn_nothing() {
    for museum in museum::all() {
        for (name, functions) in &museum.wholly_wrong {
            for function in museum.key().assignment.functions {
                assert_eq!(museum.points_earned(function.name, functions.as_ref()), 0, "{name}: {}", function.name);
            }
        }
    }
}

#[test]
fn the_untouched_starter_earns_nothing() {
    for museum in museum::all() {
        assert!(
            museum.all_checks().iter().all(|check| run(check, museum.untouched.as_ref(), SEED).is_err()),
            "{}",
            museum.id
        );
    }
}
