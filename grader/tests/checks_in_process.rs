//! Every check against every recorded answer, in this process: right answers pass all, wrong ones fail the checks that
//! they should, and every check is failed by somebody.
// GRADUS-STAFF-ONLY-7c1f4e

mod museum;
mod wholly_wrong;

use std::collections::BTreeSet;

use gradus_assignments::softmax::Functions;
use gradus_grader::Key;
use gradus_question::{Answer, Check, Local, Session, Visibility};

const SEED: u64 = 20_240_601;

fn key() -> &'static Key {
    gradus_grader::key("softmax").expect("softmax has a key")
}

fn all_checks() -> Vec<Check> {
    [(key().assignment.public_checks)(), (key().hidden_checks)()].concat()
}

fn run(check: &Check, functions: &dyn Answer, seed: u64) -> Result<(), gradus_question::Failure> {
    let mut local = Local::new(functions);
    check.run(&mut Session::new(&mut local).with_patience(check.patience), seed)
}

fn hidden_checks(function: &str) -> impl Iterator<Item = &'static str> {
    (key().hidden_checks)().into_iter().filter(move |check| check.function == function).map(|check| check.name)
}

/// The names of the checks of `function` that fail.
fn failures(function: &str, functions: &Functions, visibility: Visibility) -> impl Iterator<Item = &'static str> {
    all_checks()
        .into_iter()
        .filter(move |check| check.function == function && check.visibility == visibility)
        .filter(|check| run(check, functions, SEED).is_err())
        .map(|check| check.name)
}

fn points_earned(function: &str, functions: &dyn Answer) -> u32 {
    let earned = |check: &Check| check.function == function && run(check, functions, SEED).is_ok();
    (key().hidden_checks)().iter().filter(|check| earned(check)).map(|check| check.points).sum()
}

#[test]
fn the_reference_passes_every_check_whatever_the_seed() {
    for seed in 0..8 {
        for check in all_checks() {
            let result = run(&check, (key().reference)(), seed);
            assert!(result.is_ok(), "seed {seed}, {}: {}: {:?}", check.function, check.name, result);
        }
    }
}

#[test]
fn right_answers_in_other_styles_pass_every_check_whatever_the_seed() {
    for (name, functions) in museum::right() {
        for seed in 100..103 {
            for check in all_checks() {
                let result = run(&check, &functions, seed);
                assert!(result.is_ok(), "{name}, seed {seed}, {}: {}: {:?}", check.function, check.name, result);
            }
        }
    }
}

/// Which of a function's hidden checks a wrong answer fails.
enum Fails {
    All,
    AllBut(&'static [&'static str]),
    Only(&'static [&'static str]),
}
use Fails::{All, AllBut, Only};

const NUMERIC: &str = "gradient against the slope of the loss";
const LOSSES: &[&str] = &["loss without regularisation", "loss with regularisation"];
const UNREGULARISED: &[&str] = &["loss without regularisation", "gradient without regularisation"];

const WRONG_ANSWERS: &[(&str, Fails)] = &[
    ("no_mean", All),
    ("gradient_without_mean", AllBut(&["loss of fresh scores"])),
    ("wrong_sign", AllBut(&["loss of fresh scores"])),
    ("zero_gradient", AllBut(&["loss of fresh scores"])),
    ("transposed_gradient", All),
    ("integer_division", All),
    ("label_off_by_one", All),
    ("no_shift", Only(&["large scores"])),
    ("single_precision", All),
    ("constant_output", All),
    ("nan", All),
    ("linear_function", All),
    ("caches_by_shape", All),
    ("memorised_public_case", All),
    ("changes_input", Only(&[NUMERIC, "scores left alone"])),
    (
        "no_regulariser_gradient",
        AllBut(&["loss without regularisation", "loss with regularisation", "gradient without regularisation"]),
    ),
    ("half_regulariser", AllBut(UNREGULARISED)),
    ("naive_transposed_gradient", All),
    ("naive_without_shift", Only(&["large scores"])),
    ("naive_keeps_gradient_of_last_example", AllBut(LOSSES)),
    ("naive_always_zero", All),
    ("loops_for_vectorised", Only(&["speed of matrix products"])),
    ("regulariser_divided_by_n", AllBut(UNREGULARISED)),
    ("weights_not_squared", AllBut(UNREGULARISED)),
    ("vectorised_without_shift", Only(&["large scores"])),
    ("always_ln_c", All),
    ("never_updates", All),
    ("climbs", All),
    ("ignores_learning_rate", All),
    ("ignores_regulariser", Only(&["loss history", "regularised steps"])),
    ("history_one_too_long", Only(&["loss history", "loss falls on images", "sizes"])),
    ("history_after_update", Only(&["loss history"])),
    ("ignores_seed", All),
    ("full_batch", Only(&["random mini-batches"])),
    ("first_examples_only", Only(&["held-out images", "loss falls on images", "random mini-batches"])),
    ("labels_of_other_examples", Only(&["held-out images", "loss falls on images", "random mini-batches"])),
    ("counts_classes_that_occur", All),
    ("batch_larger_than_data_panics", Only(&["sizes"])),
    ("stops_early", Only(&["held-out images", "loss falls on images", "several steps"])),
    ("argmin", All),
    ("predicts_one_too_high", All),
    (
        "search_starts_at_zero",
        Only(&["classes of fresh data", "inputs left alone", "negative scores", "recorded weights"]),
    ),
    ("predicts_first_class", All),
    ("argmax_over_examples", All),
];

#[test]
fn wrong_answers_fail_just_the_checks_that_they_should() {
    let recorded = museum::wrong();
    assert!(recorded.iter().map(|(name, ..)| name).eq(WRONG_ANSWERS.iter().map(|(name, _)| name)));
    let mut differences = String::new();
    for ((name, function, functions), (_, fails)) in recorded.iter().zip(WRONG_ANSWERS) {
        let expected: BTreeSet<&str> = hidden_checks(function)
            .filter(|name| match fails {
                All => true,
                AllBut(passed) => !passed.contains(name),
                Only(failed) => failed.contains(name),
            })
            .collect();
        let failed: BTreeSet<&str> = failures(function, functions, Visibility::Hidden).collect();
        if failed != expected {
            differences += &format!("{name} fails {failed:?}\n  and should fail {expected:?}\n");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn each_check_is_failed_by_a_recorded_wrong_answer() {
    let mut unfailed: BTreeSet<_> = all_checks().iter().map(|check| (check.function, check.name)).collect();
    for (_, function, functions) in museum::wrong() {
        for visibility in [Visibility::Public, Visibility::Hidden] {
            for name in failures(function, &functions, visibility) {
                unfailed.remove(&(function, name));
            }
        }
    }
    assert!(unfailed.is_empty(), "nobody fails {unfailed:?}");
}

#[test]
fn wholly_wrong_answers_earn_nothing() {
    for (name, functions) in wholly_wrong::answers() {
        for function in gradus_assignments::softmax::FUNCTIONS {
            assert_eq!(points_earned(function.name, &functions), 0, "{name}: {}", function.name);
        }
    }
}

#[test]
fn the_untouched_starter_earns_nothing() {
    let untouched = Functions {
        softmax_loss: Some(|_, _| todo!()),
        softmax_classifier_loss_naive: Some(|_, _, _, _| todo!()),
        softmax_classifier_loss: Some(|_, _, _, _| todo!()),
        train_softmax: Some(|_, _, _, _, _, _, _| todo!()),
        predict: Some(|_, _| todo!()),
    };
    for functions in [untouched, Functions::default()] {
        assert!(all_checks().iter().all(|check| run(check, &functions, SEED).is_err()));
    }
}
