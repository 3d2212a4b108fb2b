//! One function's section: its checks, what the compiler says, and the student's own code.

use maud::{Markup, html};

use super::listing::{Listing, Note};
use super::{breakable, checks, function_id, name, text};
use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Location, Message};
use crate::report::results::headline;

/// How many compiler messages are shown.
const MESSAGES_LIMIT: usize = 30;

pub(super) fn section(grade: &Grade, at: usize, function: &FunctionGrade) -> Markup {
    let id = function_id(at);
    let listing = function.answer.as_ref().map(|answer| Listing::new(id.as_str(), answer));
    let (pointed, elsewhere): (Vec<_>, Vec<_>) = messages(&function.state)
        .iter()
        .take(MESSAGES_LIMIT)
        .partition(|message| listing.as_ref().is_some_and(|listing| listing.shows(message.location.as_ref())));
    let mut notes: Vec<Note> = pointed.into_iter().filter_map(of_message).collect();
    notes.extend(of_checks(&function.checks));
    let ready = matches!(function.state, FunctionState::Ready);
    html! {
        section.function aria-labelledby=(id) {
            h2 id=(id) { code { (breakable(&function.name)) } }
            p.points { (function.points()) " of " (function.max_points()) " points" }
            (state(function))
            (messages_without_line(&elsewhere))
            // Where nothing compiled, the code is what matters.
            @if !ready { (code(listing.as_ref(), &notes)) }
            (checks_of(grade, function))
            @if ready { (code(listing.as_ref(), &notes)) }
        }
    }
}

/// Where a line of `grade`'s answers stands in the page, and what it says.
pub(super) fn find_line(grade: &Grade, location: &Location) -> Option<(String, String)> {
    grade.functions.iter().enumerate().find_map(|(at, function)| {
        let answer = function.answer.as_ref()?;
        let id = Listing::new(function_id(at), answer).line_id(location)?;
        Some((id, answer.line(location)?.trim().to_owned()))
    })
}

fn checks_of(grade: &Grade, function: &FunctionGrade) -> Markup {
    html! {
        @if !function.checks.is_empty() {
            h3 { "Checks" }
            ol.checks {
                @for check in &function.checks { (checks::item(grade, check)) }
            }
        }
    }
}

fn code(listing: Option<&Listing>, notes: &[Note]) -> Markup {
    html! {
        @if let Some(listing) = listing {
            h3 { "Your code" }
            (listing.markup(notes))
        }
    }
}

fn state(function: &FunctionGrade) -> Markup {
    match &function.state {
        FunctionState::Ready => html! {},
        FunctionState::Missing => html! {
            p.problem { "The submission has no such function. What was asked for:" }
            pre.signature { code { (text(&function.signature)) } }
        },
        FunctionState::Broken(verdict, _) => html! {
            p.problem { "The function " (verdict.sentence()) ", so none of its checks could run. What was asked for:" }
            pre.signature { code { (text(&function.signature)) } }
        },
    }
}

fn messages(state: &FunctionState) -> &[Message] {
    match state {
        FunctionState::Broken(_, messages) => messages,
        FunctionState::Ready | FunctionState::Missing => &[],
    }
}

/// Messages that point at no line of this function's code.
fn messages_without_line(messages: &[&Message]) -> Markup {
    html! {
        @if !messages.is_empty() {
            h3 { "Messages" }
            ul.messages {
                @for message in messages {
                    li {
                        p.message { (text(&headline(message))) }
                        @if let Some(line) = &message.line_text { pre.line { code { (text(line.trim())) } } }
                        @for note in message.notes.iter().take(MESSAGES_LIMIT) { p.note { (text(note)) } }
                    }
                }
            }
        }
    }
}

fn of_message(message: &Message) -> Option<Note> {
    let location = message.location.clone()?;
    let code = message.code.as_ref().map(|code| format!("[{}]", name(code))).unwrap_or_default();
    let mut lines = vec![message.text.clone()];
    lines.extend(message.notes.iter().take(MESSAGES_LIMIT).cloned());
    Some(Note { location, label: format!("error{code}"), lines })
}

/// What failed checks say of lines; checks that say the same share a note.
fn of_checks(checks: &[CheckGrade]) -> Vec<Note> {
    let mut notes: Vec<(Note, Vec<&str>)> = Vec::new();
    for check in checks.iter().filter(|check| !check.passed()) {
        let Some(location) = &check.location else { continue };
        let message = check.message.clone().unwrap_or_else(|| check.verdict.sentence().to_owned());
        let same = notes.iter_mut().find(|(note, _)| note.location == *location && note.lines[0] == message);
        match same {
            Some((_, names)) => names.push(&check.name),
            None => {
                let note = Note { location: location.clone(), label: String::new(), lines: vec![message] };
                notes.push((note, vec![&check.name]));
            }
        }
    }
    let labelled = |(note, names): (Note, Vec<&str>)| Note { label: name(&names.join(", ")), ..note };
    notes.into_iter().map(labelled).collect()
}
