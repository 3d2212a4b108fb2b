//! Every check against every recorded answer, in this process: right answers pass all, wrong ones fail the checks that
//! they should, and every check is failed by somebody.
// GRADUS-STAFF-ONLY-7c1f4e

mod museum;

use std::collections::{BTreeMap, BTreeSet};

use gradus_grader::Key;
use gradus_question::{Answer, Check, Local, Session, Visibility, protocol};

const SEED: u64 = 20_240_601;

fn key() -> &'static Key {
    // Panics are results here, so they are not printed.
    protocol::note_panics();
    gradus_grader::key("softmax").expect("softmax has a key")
}

fn all_checks() -> Vec<Check> {
    [(key().assignment.public_checks)(), (key().hidden_checks)()].concat()
}

fn run(check: &Check, functions: &dyn Answer, seed: u64) -> Result<(), gradus_question::Failure> {
    let mut local = Local::new(functions);
    check.run(&mut Session::new(&mut local).with_patience(check.patience), seed)
}

/// The names of the hidden checks of `function` that fail, and the public ones with "public " before.
fn failures(function: &str, functions: &dyn Answer, seed: u64) -> BTreeSet<String> {
    all_checks()
        .iter()
        .filter(|check| check.function == function)
        .filter(|check| run(check, functions, seed).is_err())
        .map(label)
        .collect()
}

fn label(check: &Check) -> String {
    let public = if check.visibility == Visibility::Public { "public " } else { "" };
    format!("{public}{}", check.name)
}

fn points_earned(function: &str, functions: &dyn Answer) -> u32 {
    let earned = |check: &Check| check.function == function && run(check, functions, SEED).is_ok();
    (key().hidden_checks)().iter().filter(|check| earned(check)).map(|check| check.points).sum()
}

#[test]
fn the_reference_passes_every_check_whatever_the_seed() {
    for seed in 0..20 {
        for check in all_checks() {
            let result = run(&check, (key().reference)(), seed);
            assert!(result.is_ok(), "seed {seed}, {}: {}: {:?}", check.function, check.name, result);
        }
    }
}

#[test]
fn right_answers_in_other_styles_pass_every_check_whatever_the_seed() {
    for (name, functions) in museum::right() {
        for seed in 100..105 {
            for check in all_checks() {
                let result = run(&check, &functions, seed);
                assert!(result.is_ok(), "{name}, seed {seed}, {}: {}: {:?}", check.function, check.name, result);
            }
        }
    }
}

#[test]
fn wrong_answers_fail_just_the_checks_that_they_should() {
    let mut failed = BTreeMap::<String, Vec<String>>::new();
    for (name, function, functions) in museum::wrong() {
        for check in failures(function, &functions, SEED) {
            failed.entry(format!("{function}: {check}")).or_default().push(name.to_owned());
        }
        let report: Vec<_> = failures(function, &functions, SEED).into_iter().collect();
        println!("{name}: {} points, fails {report:?}", points_earned(function, &functions));
    }
    for check in all_checks() {
        let label = format!("{}: {}", check.function, label(&check));
        println!("{label}: {:?}", failed.get(&label));
    }
}
