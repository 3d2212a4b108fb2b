//! The example `conformance`: its verdicts, on cases made for that.

use crate::conformance_program::cases::read_cases;
use crate::conformance_program::report;

/// The report on cases of which each is given as JSON.
fn report_on(cases: &str) -> String {
    let cases = read_cases(&format!(r#"{{"cases": [{cases}]}}"#)).expect("cases of the format");
    let mut text = Vec::new();
    let passed = report(&cases, &mut text).expect("a Vec takes all");
    let text = String::from_utf8(text).expect("text");
    assert!(text.ends_with(&format!("\n{passed} of {} cases within 1e-9\n", cases.len())), "{text}");
    text
}

/// A case of the softmax loss of two equal scores: the loss is ln 2, the gradient (-1/2, 1/2).
fn softmax_case(id: &str, op: &str, x: &str, expected: &str) -> String {
    format!(
        r#"{{"id": "{id}", "op": "{op}", "params": {{}}, "expected": {{{expected}}},
            "inputs": {{"x": {x}, "y": {{"shape": [1], "data": [0], "dtype": "i64"}}}}}}"#
    )
}

const X: &str = r#"{"shape": [1, 2], "data": [3.0, 3.0], "dtype": "f64"}"#;
const LOSS: &str = r#""loss": {"shape": [], "data": [0.6931471805599453]}"#;
const DX: &str = r#""dx": {"shape": [1, 2], "data": [-0.5, 0.5]}"#;

#[test]
fn each_case_gets_a_line_and_faults_say_what_is_wrong() {
    let case = |id, expected: String| softmax_case(id, "softmax_loss", X, &expected);
    let cases = [
        case("right", format!("{LOSS}, {DX}")),
        case("nearly", format!(r#"{LOSS}, "dx": {{"shape": [1, 2], "data": [-0.500000001, 0.5]}}"#)),
        case("wrong", r#""loss": {"shape": [], "data": [0.7]}, "dx": {"shape": [1, 2], "data": [-0.5, 1.5]}"#.into()),
        case("shape", format!(r#"{LOSS}, "dx": {{"shape": [2], "data": [-0.5, 0.5]}}"#)),
        case("missing", format!(r#"{LOSS}, "dw": {{"shape": [], "data": [0.0]}}"#)),
        softmax_case("unknown", "softmaxx", X, LOSS),
        softmax_case("fault", "softmax_loss", r#"{"shape": [2, 1], "data": [3.0, 3.0]}"#, LOSS),
        softmax_case("axes", "softmax_loss", r#"{"shape": [2], "data": [3.0, 3.0]}"#, LOSS),
    ];
    assert_eq!(
        report_on(&cases.join(",")),
        "ok right\n\
         ok nearly\n\
         wrong: worst error 5.0e-1 in dx\n\
         shape: dx has shape [1, 2], expected [2]\n\
         missing: output dw is not computed\n\
         unknown: unknown op \"softmaxx\"\n\
         fault: panicked: softmax_loss: y needs one label for each row of x, but x is [2, 1] and y is [1]\n\
         axes: panicked: input x needs 2 axes, but is [2]\n\
         2 of 8 cases within 1e-9\n"
    );
}

#[test]
fn the_library_gives_what_was_recorded() {
    for (topic, text) in [
        ("softmax_loss_pytorch", include_str!("fixtures/softmax_loss_pytorch.json")),
        ("activations", include_str!("fixtures/activations.json")),
        ("losses", include_str!("fixtures/losses.json")),
        ("norms", include_str!("fixtures/norms.json")),
        ("vision_pytorch", include_str!("fixtures/vision_pytorch.json")),
        ("other_shapes", include_str!("fixtures/other_shapes.json")),
    ] {
        let cases = read_cases(text).expect("cases of the format");
        let mut text = Vec::new();
        let passed = report(&cases, &mut text).expect("a Vec takes all");
        assert_eq!(passed, cases.len(), "{topic}:\n{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn numbers_are_read_to_the_last_bit() {
    // One that serde_json misses by a bit unless it has the feature float_roundtrip.
    let x = r#"{"shape": [1], "data": [4.2795233913852834e-10]}"#;
    let cases = read_cases(&format!(r#"{{"cases": [{}]}}"#, softmax_case("a", "softmax_loss", x, "")));
    assert_eq!(cases.expect("cases of the format")[0].inputs["x"][0], 4.2795233913852834e-10);
}

#[test]
fn a_file_that_is_not_of_the_format_is_an_error_that_names_the_place() {
    let error = |text: &str| read_cases(text).err().expect("an error");
    assert!(error("{").starts_with("not JSON: "));
    assert!(error("[]").starts_with("there is no list \"cases\""));
    assert_eq!(error(r#"{"cases": []}"#), "the list \"cases\" is empty");
    assert_eq!(error(r#"{"cases": [{"id": "a"}]}"#), "cases[0]: op must be a text");
    let case = |x: &str| format!(r#"{{"cases": [{}]}}"#, softmax_case("a", "softmax_loss", x, ""));
    assert_eq!(error(&case("3")), "cases[0]: inputs.x.shape must be a list of numbers");
    assert_eq!(error(&case(r#"{"shape": [2], "data": [1]}"#)), "cases[0]: inputs.x: the data do not fill the shape");
    assert_eq!(error(&case(r#"{"shape": [1], "data": [null]}"#)), "cases[0]: inputs.x.data: not a number");
}
