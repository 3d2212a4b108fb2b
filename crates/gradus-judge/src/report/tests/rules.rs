//! What holds for every report, whatever a student wrote.

use std::collections::BTreeSet;

use proptest::prelude::*;
use scraper::{Html, Selector};
use serde_json::Value;

use super::samples::{all, fault, hostile, hostile_with, mixed, unreadable};
use crate::grade::Outcome;
use crate::report::class::Class;
use crate::report::{self, html, results, scores};

/// All that Gradescope's specification knows of, and the `max_score` that our own readers want.
const RESULTS_FIELDS: [&str; 7] =
    ["score", "max_score", "execution_time", "output", "output_format", "visibility", "tests"];
const TEST_FIELDS: [&str; 8] =
    ["name", "score", "max_score", "status", "output", "output_format", "visibility", "extra_data"];
const VISIBILITIES: [&str; 4] = ["hidden", "after_due_date", "after_published", "visible"];

/// Texts made of what breaks formats, between texts made of anything.
fn any_text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<script>",
        "</script>",
        "</style>",
        "<!--",
        "-->",
        "<x-student a='b'>",
        "&lt;",
        "&#0;",
        "\"",
        "'",
        "]]>",
        "=1+1",
        "\0",
        "\x1b[31m",
        "\r",
        "\n",
        "\t",
        "\u{202e}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "\u{85}",
        ",",
        "\\",
        "`",
    ]);
    prop::collection::vec(prop_oneof![special.prop_map(str::to_owned), any::<String>()], 0..8)
        .prop_map(|parts| parts.concat())
}

fn json_of(outcome: &Outcome) -> (String, Value) {
    let text = results::to_json(&results::results(outcome));
    let value = serde_json::from_str(&text).expect("valid JSON");
    (text, value)
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Asserts that no character is left that a terminal obeys, or that hides or reorders what stands around it.
fn assert_harmless(text: &str) {
    let bad = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert_eq!(text.find(bad).map(|at| text[at..].chars().next()), None, "{text:?}");
}

fn assert_gradescope(outcome: &Outcome) {
    let (text, value) = json_of(outcome);
    assert!(text.len() <= results::MAX_BYTES, "{} bytes", text.len());
    assert_harmless(&text);
    assert!(keys(&value).iter().all(|key| RESULTS_FIELDS.contains(key)));
    assert!(value["output"].as_str().is_some_and(|output| !output.is_empty()));
    assert_eq!(value["output_format"], "text");
    assert_eq!(value["visibility"], "visible");
    let Outcome::Graded(grade) = outcome else { return };

    assert_eq!(value["score"], grade.points());
    assert_eq!(value["max_score"], grade.max_points());
    assert!(value["execution_time"].as_f64().is_some_and(|seconds| seconds.is_finite() && seconds >= 0.0));
    let tests = value["tests"].as_array().unwrap();
    let checks: Vec<_> = grade.functions.iter().flat_map(|f| f.checks.iter().map(move |check| (f, check))).collect();
    assert_eq!(tests.len(), checks.len());
    for (test, (function, check)) in tests.iter().zip(checks) {
        assert_eq!(keys(test).iter().collect::<BTreeSet<_>>(), TEST_FIELDS.iter().collect());
        assert!(test["name"].as_str().unwrap().starts_with(&format!("{}: ", function.name)));
        assert_eq!(test["score"], check.points);
        assert_eq!(test["max_score"], check.max_points);
        assert_eq!(test["status"], if check.passed() { "passed" } else { "failed" });
        assert_eq!(test["extra_data"]["verdict"], check.verdict.id());
        assert_eq!(test["extra_data"]["function"], function.name.as_str());
        assert!(VISIBILITIES.contains(&test["visibility"].as_str().unwrap()));
        let public = check.visibility == gradus_question::Visibility::Public;
        assert_eq!(test["visibility"], if public { "visible" } else { "after_published" });
    }
}

#[test]
fn results_keep_to_gradescopes_rules() {
    all().iter().for_each(assert_gradescope);
}

#[test]
fn an_unreadable_submission_has_zero_points_and_a_fault_has_no_score() {
    let (_, unreadable) = json_of(&unreadable());
    assert_eq!((&unreadable["score"], &unreadable["tests"]), (&Value::from(0), &Value::Array(Vec::new())));
    let (_, fault) = json_of(&fault());
    assert_eq!(keys(&fault), ["output", "output_format", "visibility"]);
    assert!(fault["output"].as_str().unwrap().contains("the grader's, not the student's"));
}

#[test]
fn before_grades_are_published_nothing_tells_how_hidden_checks_came_out() {
    // The same submission with every hidden check turned round must look the same to a student.
    let visible = |outcome: &Outcome| {
        let (_, value) = json_of(outcome);
        let tests = value["tests"].as_array().unwrap().iter().filter(|test| test["visibility"] == "visible");
        (value["output"].clone(), tests.cloned().collect::<Vec<_>>())
    };
    let Outcome::Graded(mut turned) = mixed() else { unreachable!() };
    for check in turned.functions.iter_mut().filter(|f| f.name == "softmax_loss").flat_map(|f| &mut f.checks) {
        if check.visibility == gradus_question::Visibility::Hidden {
            check.verdict = gradus_question::Verdict::Accept;
            check.points = check.max_points;
            check.message = None;
        }
    }
    let turned = Outcome::Graded(turned);
    assert_ne!(json_of(&turned).1["score"], json_of(&mixed()).1["score"]);
    assert_eq!(visible(&turned), visible(&mixed()));
}

#[test]
fn a_megabyte_of_message_is_cut_in_every_report() {
    for text in ["x".repeat(1 << 20), "\"".repeat(1 << 20), "\u{202e}<".repeat(1 << 18), "a\n".repeat(1 << 19)] {
        let outcome = hostile_with(&text);
        assert_gradescope(&outcome);
        assert!(html::page(&outcome).len() < 1 << 20);
        let outcomes = [outcome];
        assert!(scores::csv(&outcomes).unwrap().len() < 8192);
        assert!(report::json(&outcomes).to_string().len() < 1 << 19);
        assert!(report::table(&outcomes, false).len() < 8192);
    }
}

#[test]
fn a_hundred_checks_with_long_messages_keep_to_the_limit() {
    let Outcome::Graded(mut grade) = hostile_with(&"\"".repeat(10_000)) else { unreachable!() };
    let check = grade.functions[0].checks[0].clone();
    grade.functions[0].checks = vec![check; 100];
    assert_gradescope(&Outcome::Graded(grade));
}

#[test]
fn a_spreadsheet_takes_no_cell_for_a_formula() {
    for start in ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝"] {
        let csv = scores::csv(&[hostile_with(&format!("{start}HYPERLINK(\"http://x\")"))]).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        let defused = |cell: &str| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']);
        assert!(record.iter().all(defused), "{record:?}");
        assert!(record[0].starts_with('\''), "{record:?}");
    }
}

#[test]
fn tables_fit_their_width_and_have_colours_only_when_asked() {
    let outcomes = all();
    let plain = report::table(&outcomes, false);
    let longest = plain.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= usize::from(report::WIDTH), "{longest}\n{plain}");
    assert_harmless(&plain);
    assert_harmless(&report::timings_table(&outcomes));
    assert!(report::table(&outcomes, true).contains("\x1b["));
}

#[test]
fn feedback_fits_its_width_and_has_colours_only_when_asked() {
    for outcome in [mixed(), hostile(), hostile_with(&"wide ".repeat(1000)), hostile_with(&"x".repeat(1000))] {
        let Outcome::Graded(grade) = outcome else { unreachable!() };
        let plain = report::feedback(&grade, false);
        let longest = plain.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= usize::from(report::WIDTH), "{longest}\n{plain}");
        assert_harmless(&plain);
        assert!(report::feedback(&grade, true).contains("\x1b["));
    }
}

#[test]
fn headings_are_in_order_and_tables_have_headers() {
    let class = html::class_page(&Class::of(&all()));
    for page in all().iter().map(html::page).chain([class]) {
        let page = Html::parse_document(&page);
        let levels: Vec<u8> =
            select(&page, "h1, h2, h3, h4").map(|heading| heading.value().name().as_bytes()[1]).collect();
        assert_eq!(levels.iter().filter(|level| **level == b'1').count(), 1);
        assert_eq!(levels[0], b'1');
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        for table in select(&page, "table") {
            assert!(table.select(&Selector::parse("thead th[scope=col]").unwrap()).count() >= 2);
            assert!(table.select(&Selector::parse("tbody th[scope=row]").unwrap()).count() >= 1);
        }
    }
}

#[test]
fn links_lead_to_places_in_the_page() {
    let page = Html::parse_document(&html::page(&mixed()));
    let mut links = 0;
    for link in select(&page, "a") {
        let target = link.attr("href").unwrap().strip_prefix('#').expect("a link within the page");
        assert_eq!(select(&page, &format!("[id='{target}']")).count(), 1, "{target}");
        links += 1;
    }
    assert_eq!(links, 5 + 2, "five functions, two panics");
}

#[test]
fn messages_stand_under_the_lines_they_point_at() {
    let page = Html::parse_document(&html::page(&mixed()));
    let noted: Vec<_> =
        select(&page, ".listing .pointed + .note").map(|note| note.text().collect::<String>()).collect();
    assert_eq!(noted.len(), 2);
    assert_eq!(noted[0], "large scores, a single row: panicked");
    assert!(noted[1].starts_with("error[E0599]: no method named `max`"), "{noted:?}");
    let lines: Vec<_> = select(&page, ".listing .pointed th").map(|line| line.text().collect::<String>()).collect();
    assert_eq!(lines, ["12", "3"]);
}

fn select<'a>(page: &'a Html, selector: &'a str) -> impl Iterator<Item = scraper::ElementRef<'a>> {
    let found: Vec<_> = page.select(&Selector::parse(selector).unwrap()).collect();
    found.into_iter()
}

/// The names of all elements, and of all attributes on them.
fn vocabulary(page: &Html) -> BTreeSet<String> {
    let elements = page.tree.nodes().filter_map(|node| node.value().as_element());
    elements
        .flat_map(|element| {
            let attributes = element.attrs().map(|(name, _)| format!("@{name}"));
            attributes.chain([element.name().to_owned()]).collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gives_results_that_keep_to_the_rules(text in any_text()) {
        assert_gradescope(&hostile_with(&text));
    }

    #[test]
    fn any_text_gives_a_page_without_a_students_markup(text in any_text()) {
        let class = |outcome| html::class_page(&Class::of(&[outcome]));
        for (source, harmless) in [
            (html::page(&hostile_with(&text)), html::page(&hostile())),
            (class(hostile_with(&text)), class(hostile())),
        ] {
            assert_harmless(&source);
            let page = Html::parse_document(&source);
            prop_assert!(page.errors.is_empty(), "{:?}", page.errors);
            let known = vocabulary(&Html::parse_document(&harmless));
            let found = vocabulary(&page);
            prop_assert!(found.is_subset(&known), "{:?}", found.difference(&known));
            prop_assert!(!known.contains("script") && !known.contains("img") && !known.contains("@onerror"));
            prop_assert_eq!(select(&page, "style").count(), 1);
        }
    }

    #[test]
    fn scores_reread_are_the_same_rows(text in any_text()) {
        let outcomes = [mixed(), hostile_with(&text), unreadable(), fault()];
        let csv = scores::csv(&outcomes).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), outcomes.len());
        for (record, outcome) in records.iter().zip(&outcomes) {
            prop_assert_eq!(&record[column("outcome")], outcome.id());
            record.iter().for_each(assert_harmless);
        }
        prop_assert_eq!(&records[0][column("score")], "25");
        prop_assert_eq!(&records[0][column("softmax_classifier_loss")], "25");
        prop_assert_eq!(&records[0][column("seed")], "18364758544493064720");
        prop_assert_eq!(&records[2][column("score")], "0");
        prop_assert_eq!(&records[3][column("score")], "");

        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&headers).unwrap();
        records.iter().for_each(|record| writer.write_record(record).unwrap());
        prop_assert_eq!(String::from_utf8(writer.into_inner().unwrap()).unwrap(), csv);
    }

    #[test]
    fn any_text_gives_what_a_terminal_can_show(text in any_text()) {
        let outcomes = [mixed(), hostile_with(&text)];
        assert_harmless(&report::table(&outcomes, false));
        assert_harmless(&report::timings_table(&outcomes));
        assert_harmless(&report::json(&outcomes).to_string());
        let Outcome::Graded(grade) = &outcomes[1] else { unreachable!() };
        assert_harmless(&report::feedback(grade, false));
    }
}
