//! Answers that try to look right, whole from the hostile corpus, in this process: whatever the seed, none earns more
//! than what is right in it.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::softmax::Functions;
use gradus_question::{Local, Session};

/// Modules for the answers, and `answers()` with the most points that each deserves.
macro_rules! answers {
    ($($name:ident, $path:literal, $points:literal;)*) => {
        $(
            #[path = $path]
            #[expect(clippy::allow_attributes, reason = "hostile answers stay as they were written")]
            #[allow(clippy::all, dead_code)]
            mod $name;
        )*

        fn answers() -> Vec<(&'static str, Functions, u32)> {
            vec![$((
                stringify!($name),
                Functions { softmax_loss: Some($name::softmax_loss), ..Functions::default() },
                $points,
            ),)*]
        }
    };
}

answers! {
    wa_cache_by_first_row, "../hostile/wa_cache_by_first_row.rs", 0;
    wa_cache_by_labels, "../hostile/wa_cache_by_labels.rs", 0;
    wa_cache_by_sum, "../hostile/wa_cache_by_sum.rs", 0;
    wa_caches_by_shape, "../hostile/wa_caches_by_shape.rs", 0;
    wa_clock, "../hostile/wa_clock.rs", 0;
    wa_counts_calls, "../hostile/wa_counts_calls.rs", 0;
    wa_linear_function, "../hostile/wa_linear_function.rs", 0;
    wa_nan_when_asked_again, "../hostile/wa_nan_when_asked_again.rs", 0;
    wa_once_lock, "../hostile/wa_once_lock.rs", 0;
    wa_one_call_late, "../hostile/wa_one_call_late.rs", 0;
    wa_stack_address, "../hostile/wa_stack_address.rs", 0;
    // Their losses are right away from the points of a slope.
    wa_close_to_known_point, "../hostile/wa_close_to_known_point.rs", 8;
    wa_detects_perturbation, "../hostile/wa_detects_perturbation.rs", 8;
}

#[test]
fn answers_that_try_to_look_right_earn_nothing_by_it() {
    let key = gradus_grader::key("softmax").expect("softmax has a key");
    let checks = (key.hidden_checks)();
    let mut wrong = Vec::new();
    for (name, functions, deserved) in answers() {
        for seed in 0..12 {
            let passed: Vec<_> = checks
                .iter()
                .filter(|check| check.function == "softmax_loss")
                .filter(|check| {
                    let mut local = Local::new(&functions);
                    check.run(&mut Session::new(&mut local), seed).is_ok()
                })
                .collect();
            if passed.iter().map(|check| check.points).sum::<u32>() > deserved {
                let passed: Vec<_> = passed.iter().map(|check| check.name).collect();
                wrong.push(format!("{name}, seed {seed}: passes {passed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
