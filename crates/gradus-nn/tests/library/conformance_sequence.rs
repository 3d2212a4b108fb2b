//! The recorded cases of sequences and optimisers, through the example `conformance`.

use std::collections::BTreeMap;

use crate::conformance_program::cases::read_cases;
use crate::conformance_program::{report, sequence};
use gradus_check::relative_error_scalar;

/// All cases of a file must pass, and there must be as many as were recorded.
#[track_caller]
fn all_pass(text: &str, recorded: usize) {
    let cases = read_cases(text).expect("a file of cases");
    let mut lines = Vec::new();
    report(&cases, &mut lines).expect("a Vec takes all");
    let lines = String::from_utf8(lines).expect("text");
    assert!(lines.ends_with(&format!("\n{recorded} of {recorded} cases within 1e-9\n")), "{lines}");
}

#[test]
fn recurrent_layers() {
    all_pass(include_str!("fixtures/rnn_pytorch.json"), 8);
}

#[test]
fn optimisers() {
    all_pass(include_str!("fixtures/optimisers_pytorch.json"), 14);
}

/// Some of these gradients are 0 in exact arithmetic: that of `bk`, because the bias of the keys shifts all scores of a
/// query alike, and that of a causal sequence's first query, because it sees one key only. Recorded is what rounding left
/// of them, up to 1.3e-14, which no other program repeats and which the relative error does not forgive. Here these
/// elements, 42 of `dbk` and 144 of `dquery`, must be 0 to 1e-13 on both sides; all others agree to 1e-9.
#[test]
fn attention() {
    let cases = read_cases(include_str!("fixtures/attention_pytorch.json")).expect("a file of cases");
    assert_eq!(cases.len(), 4);
    let mut zeros = BTreeMap::new();
    for case in cases {
        let outputs = sequence::run(&case.op, &case.params, &case.inputs, case.grad_output.as_ref());
        let outputs = outputs.expect("a known op");
        assert_eq!(outputs.len(), 12);
        for (name, expected) in &case.expected {
            let actual = &outputs[name];
            assert_eq!(actual.shape(), expected.shape(), "{}: {name}", case.id);
            for (&actual, &expected) in actual.iter().zip(expected) {
                if expected.abs() < 1e-13 {
                    *zeros.entry(name.clone()).or_insert(0) += 1;
                    assert!(actual.abs() < 1e-13, "{}: {name} has {actual} for 0", case.id);
                } else {
                    let error = relative_error_scalar(actual, expected);
                    assert!(error <= 1e-9, "{}: {error:e} in {name}", case.id);
                }
            }
        }
    }
    assert_eq!(zeros, BTreeMap::from([("dbk".to_owned(), 42), ("dquery".to_owned(), 144)]));
}
