//! What the public checks of a function found, as a table.

use std::fmt::Write;

use gradus_assignments::Trial;

use crate::Formats;
use crate::html::{GREEN, LINE, PALE, RED, escape};

/// A table: check, verdict, what came out with its tolerance, what was expected, and a hint.
pub fn checks(trial: &Trial) -> Formats {
    let outcomes = trial.outcomes();
    let passed = outcomes.iter().filter(|outcome| outcome.failure.is_none()).count();
    let colour = if trial.passed() { GREEN } else { RED };
    let cell = format!(
        "padding:3px 10px;text-align:left;vertical-align:top;border:{LINE};background:none;white-space:normal;max-width:26em"
    );
    let mut html = format!(
        "<div class=\"gradus-checks\"><div><code>{}</code>: <b style=\"color:{colour}\">{passed} of {} public checks pass</b></div>",
        escape(trial.function()),
        outcomes.len()
    );
    if !outcomes.is_empty() {
        html.push_str(
            "<table style=\"border-collapse:collapse;margin:.3em 0;width:auto\"><tr style=\"background:none\">",
        );
        for head in ["Check", "Verdict", "Your result", "Expected", "Hint"] {
            let _ = write!(html, "<th style=\"{cell};{PALE}\">{head}</th>");
        }
        html.push_str("</tr>");
        for outcome in outcomes {
            let (verdict, result, hint) = match &outcome.failure {
                None => (format!("<span style=\"color:{GREEN}\">✓ passed</span>"), "as expected", ""),
                Some(failure) => (
                    format!("<span style=\"color:{RED}\">✗ failed</span>"),
                    failure.detail.as_deref().unwrap_or(&failure.summary),
                    failure.hint.as_deref().unwrap_or(""),
                ),
            };
            html.push_str("<tr style=\"background:none\">");
            let columns = [escape(outcome.name), verdict, escape(result), escape(outcome.expectation), escape(hint)];
            for column in columns {
                let _ = write!(html, "<td style=\"{cell}\">{}</td>", column.replace('\n', "<br>"));
            }
            html.push_str("</tr>");
        }
        html.push_str("</table>");
    }
    html.push_str("</div>");
    Formats::from([("text/plain", trial.to_string()), ("text/html", html)])
}
