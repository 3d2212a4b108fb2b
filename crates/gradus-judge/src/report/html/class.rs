//! The page about a class as a whole.

use gradus_question::Visibility;
use maud::{Markup, html};

use super::{breakable, hint_line, name, text, whole};
use crate::report::class::{BINS, Check, Class, Failure, Question};
use crate::report::text::counted;

/// How many names stand beside a failure.
const NAMES: usize = 12;

/// The page about `class`.
pub fn page(class: &Class) -> String {
    let title = if class.title.is_empty() {
        "Class report".to_owned()
    } else {
        format!("Class report: {}", name(&class.title))
    };
    let body = html! {
        header {
            p.kind { "Class report" }
            h1 { (name(&class.title)) }
            p.score { (counted(class.scores.len(), "submission with a score", "submissions with a score")) }
        }
        (faults(class))
        (distribution(class))
        (questions(&class.questions))
        (checks(&class.questions))
        (failures(&class.failures))
        (unreadable(class))
        (slowest(class))
    };
    whole(&title, &body)
}

fn faults(class: &Class) -> Markup {
    html! {
        @if !class.faults.is_empty() {
            section.problem {
                h2 { (counted(class.faults.len(), "fault of the grader", "faults of the grader")) }
                p { "These submissions have no score. Mend the cause and grade them again." }
                ul {
                    @for [student, message, hint] in &class.faults {
                        li { strong { (name(student)) } ": " (text(message)) (hint_line("What to do", Some(hint))) }
                    }
                }
            }
        }
    }
}

fn distribution(class: &Class) -> Markup {
    let bins = class.distribution();
    let highest = bins.iter().copied().max().unwrap_or_default().max(1);
    let edge = |bin: usize| (class.max_points as usize * bin).div_ceil(BINS);
    html! {
        @if let (Some(mean), Some(median)) = (class.mean(), class.median()) {
            section {
                h2 #scores { "Scores" }
                p {
                    "Mean " (format!("{mean:.1}")) ", median " (median) ", from " (class.scores[0]) " to "
                    (class.scores[class.scores.len() - 1]) ", of " (class.max_points) "."
                }
                table.overview.bars aria-labelledby="scores" {
                    thead { tr { th scope="col" { "Points" } th.number scope="col" { "Submissions" } td {} } }
                    tbody {
                        @for (bin, count) in bins.iter().enumerate() {
                            tr {
                                th scope="row" {
                                    (edge(bin)) " to "
                                    @if bin + 1 == BINS { (class.max_points) } @else { (edge(bin + 1).saturating_sub(1)) }
                                }
                                td.number { (count) }
                                td.bar { (bar(*count, highest)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn questions(questions: &[Question]) -> Markup {
    html! {
        section {
            h2 #questions { "Questions" }
            table.overview.bars.questions aria-labelledby="questions" {
                thead { tr {
                    th scope="col" { "Function" }
                    th.number scope="col" { "Mean" }
                    th.number scope="col" { "All points" }
                    th.number scope="col" { "No points" }
                    td {}
                } }
                tbody {
                    @for question in questions {
                        @let all = question.checks.first().map_or(0, |check| check.all);
                        @let mean = question.points as f64 / all.max(1) as f64;
                        tr {
                            th scope="row" { code { (breakable(&question.name)) } }
                            td.number { (format!("{mean:.1}")) " of " (question.max_points) }
                            td.number { (question.full) }
                            td.number { (question.none) }
                            td.bar { (bar(question.points as usize, question.max_points as usize * all)) }
                        }
                    }
                }
            }
        }
    }
}

fn checks(questions: &[Question]) -> Markup {
    let with = |wanted: fn(&Check) -> bool| -> Vec<(&Question, &Check)> {
        let all = questions.iter().flat_map(|question| question.checks.iter().map(move |check| (question, check)));
        all.filter(|(_, check)| wanted(check)).collect()
    };
    let nobody = with(|check| check.passed == 0);
    let everybody = with(|check| check.passed == check.all);
    let list = |checks: &[(&Question, &Check)]| {
        html! {
            ul {
                @for (question, check) in checks {
                    li { code { (breakable(&question.name)) } ": " (name(&check.name)) " (" (kind(check)) ")" }
                }
            }
        }
    };
    html! {
        @if !nobody.is_empty() {
            section.problem {
                h2 { "Checks that nobody passes" }
                p { "Is the question clear, and the check right?" }
                (list(&nobody))
            }
        }
        @if !everybody.is_empty() {
            section {
                h2 { "Checks that everybody passes" }
                (list(&everybody))
            }
        }
    }
}

fn failures(failures: &[Failure]) -> Markup {
    html! {
        @if !failures.is_empty() {
            section {
                h2 { "The most frequent failures" }
                ol {
                    @for failure in failures {
                        li {
                            p {
                                strong { (counted(failure.names.len(), "submission", "submissions")) } ": "
                                code { (breakable(&failure.question)) } " " (failure.verdict.sentence())
                                @if let Some(check) = &failure.check { " (" (name(check)) ")" }
                            }
                            (hint_line("The hint", failure.hint.as_deref()))
                            p.place {
                                (failure.names.iter().take(NAMES).map(|student| name(student)).collect::<Vec<_>>().join(", "))
                                @if failure.names.len() > NAMES { " and " (failure.names.len() - NAMES) " more" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn unreadable(class: &Class) -> Markup {
    html! {
        @if !class.unreadable.is_empty() {
            section {
                h2 { (counted(class.unreadable.len(), "submission that cannot be read", "submissions that cannot be read")) }
                ul {
                    @for [student, message] in &class.unreadable { li { strong { (name(student)) } ": " (text(message)) } }
                }
            }
        }
    }
}

fn slowest(class: &Class) -> Markup {
    html! {
        @if !class.slowest.is_empty() {
            section {
                h2 #slowest { "What took longest" }
                table.overview aria-labelledby="slowest" {
                    thead { tr { th scope="col" { "Submission" } th.number scope="col" { "Seconds" } } }
                    tbody {
                        @for (student, time) in &class.slowest {
                            tr { th scope="row" { (name(student)) } td.number { (format!("{:.2}", time.as_secs_f64())) } }
                        }
                    }
                }
            }
        }
    }
}

fn kind(check: &Check) -> &'static str {
    match check.visibility {
        Visibility::Public => "public",
        Visibility::Hidden => "hidden",
    }
}

/// A bar as long as `part` is of `all`; the number beside it says the same.
fn bar(part: usize, all: usize) -> Markup {
    let percent = 100.0 * part as f64 / all.max(1) as f64;
    html! { svg width="100%" height="12" aria-hidden="true" { rect width=(format!("{percent:.1}%")) height="12" rx="2" {} } }
}
