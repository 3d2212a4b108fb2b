//! What is alike and what is not, however it was disguised.

use gradus_similarity::{Code, Comparison, Limits, Piece, compare, page};
use proptest::prelude::*;

/// A loss over scores, as one might write it.
const FIRST: &str = "pub fn softmax_loss(scores: &Array2<f64>, labels: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = scores.nrows();
    let mut gradient = Array2::zeros(scores.raw_dim());
    let mut loss = 0.0;
    for i in 0..n {
        let row = scores.row(i);
        let largest = row.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let exponentials = row.mapv(|score| (score - largest).exp());
        let sum = exponentials.sum();
        loss -= (exponentials[labels[i]] / sum).ln();
        for c in 0..scores.ncols() {
            gradient[[i, c]] = exponentials[c] / sum / n as f64;
        }
        gradient[[i, labels[i]]] -= 1.0 / n as f64;
    }
    (loss / n as f64, gradient)
}
";

/// The same loss by somebody else.
const OTHER: &str = "pub fn softmax_loss(scores: &Array2<f64>, labels: &Array1<usize>) -> (f64, Array2<f64>) {
    let maxima = scores.map_axis(Axis(1), |row| row.iter().copied().fold(scores[[0, 0]], f64::max)).insert_axis(Axis(1));
    let shifted = scores - &maxima;
    let mut probabilities = shifted.mapv(f64::exp);
    let sums = probabilities.sum_axis(Axis(1)).insert_axis(Axis(1));
    probabilities /= &sums;
    let count = labels.len() as f64;
    let loss = labels.iter().enumerate().map(|(i, label)| -probabilities[[i, *label]].ln()).sum::<f64>() / count;
    labels.indexed_iter().for_each(|(i, label)| probabilities[[i, *label]] -= 1.0);
    (loss, probabilities / count)
}
";

fn class(texts: &[&str]) -> Comparison {
    let codes: Vec<_> = texts.iter().zip('a'..).map(|(text, name)| Code::from_text(name, *text)).collect();
    compare(&codes, &Code::from_text("starter", ""), Limits::default())
}

fn names(comparison: &Comparison) -> Vec<String> {
    comparison.pairs.iter().map(|pair| pair.names.concat()).collect()
}

#[test]
fn a_copy_is_found_however_it_was_disguised() {
    let renamed = FIRST.replace("exponentials", "e").replace("largest", "m").replace("gradient", "ds");
    let spaced = FIRST.replace('\n', "\n\n    // a comment\n").replace(" - ", "-");
    let helper = "fn helper(w: &[f64]) -> f64 { w.iter().map(|w| w * w).sum::<f64>().sqrt() / w.len() as f64 }\n";
    let reordered = format!("{helper}{FIRST}");
    for copy in [&renamed, &spaced] {
        let found = class(&[OTHER, FIRST, copy]);
        assert_eq!(names(&found), ["bc"]);
        assert_eq!(found.pairs[0].similarity, 1.0);
    }
    let found = class(&[OTHER, &format!("{FIRST}{helper}"), &reordered]);
    assert_eq!(names(&found), ["bc"]);
    assert!(found.pairs[0].similarity > 0.9, "{}", found.pairs[0].similarity);
}

#[test]
fn a_copied_part_is_found_and_shown() {
    let half: String = FIRST.lines().take(10).map(|line| format!("{line}\n")).collect();
    let mixture = format!("{half}        todo!(\"the gradient\")\n    }}\n    unreachable!()\n}}\n");
    let found = class(&[OTHER, FIRST, &mixture]);
    assert_eq!(names(&found), ["bc"]);
    let [one, other] = &found.pairs[0].passages[0];
    assert_eq!(one.lines, [(0, 0..10)]);
    assert_eq!(other.lines, [(0, 0..10)]);
}

#[test]
fn what_everybody_was_given_does_not_count() {
    let codes = ["a", "b"].map(|name| Code::from_text(name, FIRST));
    let found = compare(&codes, &Code::from_text("starter", FIRST), Limits::default());
    assert!(found.pairs.is_empty());
}

#[test]
fn what_many_write_is_no_reason_to_look() {
    // Twenty have the first text, two of them with a helper that nobody else has.
    let helper = FIRST
        .replace("softmax_loss", "helper")
        .replace("exp()", "exp2()")
        .replace("ln()", "log2()")
        .replace(" -= ", " += ");
    let with_helper = format!("{FIRST}{helper}");
    let mut texts = vec![FIRST; 20];
    texts.extend([with_helper.as_str(); 2]);
    assert_eq!(names(&class(&texts)), ["uv"]);
}

#[test]
fn answers_to_one_question_are_compared_by_themselves() {
    let piece = |question: &str, text: &str| Piece {
        question: Some(question.to_owned()),
        place: "answers.rs".to_owned(),
        line: 1,
        text: text.to_owned(),
    };
    // Steps in no order at all, and in another for each seed.
    let own = |seed: u64| {
        let mut state = seed;
        let mut step = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("a.step_{}(b)", (state >> 33) % 50)
        };
        let lines: String = (0..60).map(|_| format!("    total += {} * {};\n", step(), step())).collect();
        format!("fn long() {{\n{lines}}}\n")
    };
    let code = |name: &str, loss: &str, seed: u64| Code {
        name: name.to_owned(),
        pieces: vec![piece("loss", loss), piece("long", &own(seed))],
    };
    let codes = [code("a", FIRST, 1), code("b", FIRST, 2), code("c", OTHER, 3)];
    let found = compare(&codes, &Code::from_text("starter", ""), Limits::default());
    assert_eq!(names(&found), ["ab"]);
    let pair = &found.pairs[0];
    assert!(pair.similarity < 0.6, "as a whole they differ: {}", pair.similarity);
    assert_eq!(pair.questions["loss"], 1.0);
}

#[test]
fn nobody_and_one_alone() {
    for texts in [&[][..], &[FIRST], &["", ""], &["fn f(", "fn f("]] {
        assert!(class(texts).pairs.is_empty());
    }
}

#[test]
fn the_page() {
    let renamed = FIRST.replace("exponentials", "<script>").replace("<script>", "e");
    let codes = [("<b>", FIRST), ("b", renamed.as_str())].map(|(name, text)| Code::from_text(name, text));
    let found = compare(&codes, &Code::from_text("starter", ""), Limits::default());
    insta::assert_snapshot!(page("Softmax <1>", &codes, &found).split("</style>").nth(1).expect("a page"));
}

proptest! {
    #[test]
    fn any_text_can_be_compared_and_similarity_is_a_part(texts in prop::collection::vec("[a-z(){}\\[\\]:;.,# \n\"'/!0-9<>&|+*-]{0,200}", 0..6)) {
        let codes: Vec<_> = texts.iter().map(|text| Code::from_text("x", text.repeat(4))).collect();
        let limits = Limits { similarity: 0.0, rare: 0, pairs: 100 };
        let found = compare(&codes, &Code::from_text("starter", ""), limits);
        for pair in &found.pairs {
            prop_assert!((0.0..=1.0).contains(&pair.similarity));
            if texts[pair.places[0]] == texts[pair.places[1]] {
                prop_assert_eq!(pair.similarity, 1.0);
            }
        }
    }
}
