//! One submission: the student's report, and beside it what people have to say.

use std::collections::BTreeMap;

use gradus_gradebook::{Comment, ManualScore, Standing, StudentHistory};
use gradus_judge::Outcome;
use gradus_judge::report::{html_body, html_page_with_forms};
use gradus_notebook::authoring::WrittenQuestion;
use maud::{Markup, html};

use super::{address, minute, name, points, reflowed, text, text_block};
use crate::server::Inner;
use crate::{Assignment, ReviewError, written};

/// The page of a student's submission that counts.
pub fn submission(shared: &Inner, assignment: &str, student: &str) -> Result<String, ReviewError> {
    let assignment = shared.assignment(assignment)?;
    let standing = &shared
        .gradebook
        .standing(&assignment.id, student)?
        .ok_or_else(|| ReviewError::NotFound { what: format!("submission of `{}` by `{student}`", assignment.id) })?;
    let history = shared.gradebook.history(student)?;
    let page = Page { assignment, standing, form_token: shared.access.form_token() };
    let shown_name = name(standing.student.shown_name());
    let body = html! {
        nav { a href="/" { "All submissions" } " · " a href={ "/?assignment=" (assignment.id) } { (name(&assignment.title)) } }
        header {
            p.kind { (name(&assignment.title)) }
            h1 { (shown_name) }
            p.score { (points(standing.points())) " of " (page.max_points()) " points" }
        }
        div.side-by-side {
            div {
                @if !assignment.written.is_empty() {
                    (page.written(&written::answers(&shared.gradebook, standing)?))
                }
                (page.overrides())
                (page.comments())
                (records(assignment, &history))
            }
            article { (html_body(&standing.outcome)) }
        }
    };
    Ok(html_page_with_forms(&format!("{shown_name}: {}", name(&assignment.title)), &body))
}

struct Page<'a> {
    assignment: &'a Assignment,
    standing: &'a Standing,
    form_token: &'a str,
}

impl Page<'_> {
    fn max_points(&self) -> u32 {
        let written: u32 = self.assignment.written.iter().map(|question| question.points).sum();
        let functions: u32 = self.assignment.functions.iter().map(|(_, points)| points).sum();
        written + functions
    }

    fn written(&self, answers: &Result<BTreeMap<String, String>, String>) -> Markup {
        html! {
            section {
                h2 { "Written answers" }
                @if let Err(reason) = answers { p.problem { "They cannot be read: " (text(reason)) } }
                @for question in &self.assignment.written {
                    (self.question(question, answers.as_ref().ok().and_then(|answers| answers.get(&question.cell))))
                }
            }
        }
    }

    fn question(&self, question: &WrittenQuestion, answer: Option<&String>) -> Markup {
        let WrittenQuestion { cell, points: worth, question, sample, rubric } = question;
        html! {
            section.function aria-labelledby=(cell) {
                h3 id=(cell) { (name(cell)) }
                details { summary { "Question" } (text_block(&reflowed(question))) }
                @match answer {
                    // The question stands above it in the same cell.
                    Some(answer) => (text_block(answer.strip_prefix(question.as_str()).unwrap_or(answer).trim())),
                    None => p.problem { "Its cell is not in what was handed in." },
                }
                details open { summary { "Rubric" } (text_block(&reflowed(rubric))) }
                details { summary { "A good answer" } (text_block(&reflowed(sample))) }
                (self.score_form(cell, *worth, self.standing.by_hand(cell), false))
            }
        }
    }

    fn overrides(&self) -> Markup {
        let by_checks = |function: &str| match &self.standing.outcome {
            Outcome::Graded(grade) => {
                grade.functions.iter().find(|graded| graded.name == function).map(|graded| graded.points())
            }
            _ => None,
        };
        html! {
            section {
                h2 { "Points by checks" }
                p { "Other points than the checks gave need a reason. They stay when the submission is graded again." }
                @for (function, worth) in &self.assignment.functions {
                    @let score = self.standing.by_hand(function);
                    details open[score.is_some()] {
                        summary {
                            code { (name(function)) } ": " (points(by_checks(function).map(f64::from))) " of " (worth)
                            @if let Some(score) = score { ", by hand " (score.points) }
                        }
                        (self.score_form(function, *worth, score, true))
                    }
                }
            }
        }
    }

    fn score_form(&self, question: &str, worth: u32, score: Option<&ManualScore>, is_override: bool) -> Markup {
        let comment = if is_override { "Reason" } else { "Comment" };
        html! {
            @if let Some(ManualScore { points, given_by, given_at, .. }) = score {
                p.place { (points) " of " (worth) " by " (name(given_by)) ", " (minute(given_at)) }
            }
            form.fields method="post" action={ (self.address()) "/score" } {
                input type="hidden" name="form_token" value=(self.form_token);
                input type="hidden" name="question" value=(question);
                label { "Points " input name="points" type="number" min="0" max=(worth) step="any" required
                    value=[score.map(|score| score.points)]; " of " (worth) }
                label.wide { (comment) " " input name="comment" required[is_override]
                    value=[score.map(|score| score.comment.as_str())]; }
                button { "Save" }
            }
        }
    }

    fn comments(&self) -> Markup {
        html! {
            section {
                h2 { "Remarks" }
                @for Comment { text: remark, given_by, given_at, .. } in &self.standing.comments {
                    (text_block(remark))
                    p.place { (name(given_by)) ", " (minute(given_at)) }
                }
                form.fields method="post" action={ (self.address()) "/comment" } {
                    input type="hidden" name="form_token" value=(self.form_token);
                    label.wide { "Remark " textarea name="text" rows="3" required {} }
                    button { "Save" }
                }
            }
        }
    }

    fn address(&self) -> String {
        address(&self.assignment.id, &self.standing.student.name)
    }
}

/// Everything that was ever recorded about this student and assignment.
fn records(assignment: &Assignment, history: &StudentHistory) -> Markup {
    let gradings = history.gradings.iter().filter(|grading| grading.assignment == assignment.id).map(|grading| {
        let of = grading.outcome.points().map(f64::from);
        let words = format!("graded: {} ({})", points(of), grading.state);
        (grading.graded_at.as_str(), words, grading.graded_by.as_str())
    });
    let by_hand = history.manual.iter().filter(|score| score.assignment == assignment.id).map(|score| {
        let comment = if score.comment.is_empty() { String::new() } else { format!(": {}", score.comment) };
        let words = format!("{} of {} for {}{comment}", score.points, score.max_points, score.question);
        (score.given_at.as_str(), words, score.given_by.as_str())
    });
    let remarks = history.comments.iter().filter(|comment| comment.assignment == assignment.id);
    let remarks = remarks.map(|comment| (comment.given_at.as_str(), "a remark".to_owned(), comment.given_by.as_str()));
    let mut all: Vec<_> = gradings.chain(by_hand).chain(remarks).collect();
    all.sort();
    html! {
        section {
            h2 #records { "Records" }
            table.overview aria-labelledby="records" {
                thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "By" } } }
                tbody {
                    @for (time, words, by) in all {
                        tr { td { (minute(time)) } td { (name(&words)) } td { (name(by)) } }
                    }
                }
            }
        }
    }
}
