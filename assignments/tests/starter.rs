//! The starter asks just the manifest's questions, in its order, and the public checks run on what a student writes.

use gradus_assignments::softmax::{Functions, try_out};
use gradus_assignments::{ASSIGNMENTS, Assignment};
use syn::Item;

/// Cells of the percent format: the marker's line, and the text below it.
fn cells(starter: &str) -> Vec<(&str, &str)> {
    starter.split("// %%").skip(1).map(|cell| cell.split_once('\n').expect("a cell has a marker's line")).collect()
}

fn id_of(marker: &str) -> &str {
    marker.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("each cell has an id")
}

fn each_function(assignment: &Assignment, mut look: impl FnMut(&str, &str, &str)) {
    let cells = cells(assignment.starter);
    for (entry, function) in assignment.manifest().expect("a right manifest").functions.iter().zip(assignment.functions)
    {
        let (_, text) = cells.iter().find(|(marker, _)| id_of(marker) == entry.cell).expect("an answer cell");
        look(&entry.name, &function.signature(), text);
    }
}

#[test]
fn each_answer_cell_holds_its_signature_and_nothing_of_an_answer() {
    for assignment in ASSIGNMENTS {
        each_function(assignment, |name, signature, text| {
            let file = syn::parse_file(text).expect("an answer cell is Rust");
            let [Item::Fn(function)] = &file.items[..] else { panic!("{name}: one function and nothing else") };
            let without_space = |text: &str| text.replace(char::is_whitespace, "").replace(",)", ")");
            assert!(without_space(text).contains(&without_space(signature)), "{name}: {signature}");
            assert!(!function.attrs.is_empty(), "{name} is documented");
            assert_eq!(function.block.stmts.len(), 1, "{name} has no answer");
            assert!(text.contains(&format!("todo!(\"{}: question", assignment.id)), "{name}");
        });
    }
}

#[test]
fn the_questions_come_in_the_manifests_order_and_ids_are_unique() {
    for assignment in ASSIGNMENTS {
        let ids: Vec<_> = cells(assignment.starter).iter().map(|(marker, _)| id_of(marker)).collect();
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        let manifest = assignment.manifest().expect("a right manifest");
        let answers: Vec<_> = manifest.functions.iter().map(|entry| entry.cell.as_str()).collect();
        let found: Vec<_> = ids.iter().copied().filter(|id| answers.contains(id)).collect();
        assert_eq!(found, answers);
        for cell in answers {
            assert!(ids.contains(&format!("check-{cell}").as_str()), "{cell} has a cell that runs its checks");
        }
    }
}

#[test]
fn the_whole_starter_reads_as_one_rust_file() {
    for assignment in ASSIGNMENTS {
        syn::parse_file(assignment.starter).expect("a student may hand in the starter as it is");
    }
}

#[test]
fn each_function_has_two_or_three_public_checks() {
    for assignment in ASSIGNMENTS {
        let checks = (assignment.public_checks)();
        for function in assignment.functions {
            let count = checks.iter().filter(|check| check.function == function.name).count();
            assert!((2..=3).contains(&count), "{}: {count}", function.name);
        }
    }
}

#[test]
fn a_trial_tells_what_was_expected_and_what_came() {
    let mine = Functions { softmax_loss: Some(|x, _| (1.0, x.clone())), ..Functions::default() };
    let text = try_out("softmax_loss", mine).to_string();
    assert!(text.starts_with("softmax_loss: 0 of 3 public checks pass\n  failed  two examples by hand\n"), "{text}");
    assert!(text.contains("the loss: got 1, expected 0.49041463"), "{text}");
    assert!(text.contains("hint: "), "{text}");
    assert!(!try_out("softmax_loss", mine).passed());
    assert_eq!(try_out("nothing", mine).to_string(), "there are no public checks of `nothing`");
}

#[test]
fn a_backward_pass_is_tried_with_its_forward_pass() {
    use ndarray::ArrayD;

    fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ArrayD<f64>) {
        (x.mapv(|x| x.max(0.0)), x.clone())
    }
    fn relu_backward(dout: &ArrayD<f64>, x: &ArrayD<f64>) -> ArrayD<f64> {
        dout * &x.mapv(|x| if x > 0.0 { 1.0 } else { 0.0 })
    }
    gradus_assignments::show_trials_with(|trial| assert!(trial.passed(), "{trial}"));
    gradus_assignments::check!(two_layer_net, relu_backward after relu_forward);
}
