//! How the loss went in a training, the student's beside the reference's.

use std::fmt::Write;

use maud::{Markup, html};

use super::text;
use crate::grade::LossCurves;

/// The drawing's size in CSS pixels, and the room around its axes for their numbers.
const SIZE: (f64, f64) = (420.0, 160.0);
const ROOM: (f64, f64) = (44.0, 20.0);

/// The curves over the iterations, and what each ends at.
pub(super) fn curves(losses: &LossCurves) -> Markup {
    let longest = losses.own.len().max(losses.reference.len());
    let top = top(losses);
    if longest < 2 || top <= 0.0 {
        return html! {};
    }
    let line = |values: &[Option<f64>]| path(values, longest, top);
    let (width, height) = SIZE;
    let (left, bottom) = (ROOM.0, height - ROOM.1);
    html! {
        figure.losses {
            svg viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) role="img"
                aria-label={ "Loss over " (longest) " iterations. " (summary(losses)) } {
                path.axes d={ "M" (left) " 4V" (bottom) "H" (width) } {}
                text x=(left - 4.0) y="12" text-anchor="end" { (number(top)) }
                text x=(left - 4.0) y=(bottom) text-anchor="end" { "0" }
                text x=(left) y=(height - 5.0) { "1" }
                text x=(width) y=(height - 5.0) text-anchor="end" { (longest) }
                path.reference d=(line(&losses.reference)) {}
                path.own d=(line(&losses.own)) {}
            }
            figcaption {
                "Loss over the iterations of the training: " (text(&losses.training)) ". "
                span.own { "━ yours" }
                @if !losses.reference.is_empty() { ", " span.reference { "━ a right answer's" } }
                ". " (summary(losses))
            }
        }
    }
}

/// The number at the upper end of the axis. A loss that runs away must not press the other curve flat.
fn top(losses: &LossCurves) -> f64 {
    let largest = |values: &[Option<f64>]| values.iter().flatten().copied().fold(0.0, f64::max);
    let start = losses.own.iter().flatten().next().copied().unwrap_or(0.0);
    largest(&losses.own).min(2.0 * largest(&losses.reference).max(start))
}

/// The line through the losses; interrupted where one is not finite, at the edge where one is beyond the axis.
fn path(values: &[Option<f64>], longest: usize, top: f64) -> String {
    let (left, bottom) = (ROOM.0, SIZE.1 - ROOM.1);
    let mut line = String::new();
    let mut begun = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            begun = false;
            continue;
        };
        let x = left + (SIZE.0 - left) * at as f64 / (longest - 1) as f64;
        let y = bottom - (bottom - 4.0) * (value / top).clamp(0.0, 1.0);
        let step = if begun { 'L' } else { 'M' };
        let _ = write!(line, "{step}{x:.1} {y:.1}");
        begun = true;
    }
    line
}

fn summary(losses: &LossCurves) -> String {
    let end = |values: &[Option<f64>]| match values.last() {
        Some(Some(last)) => format!("ends at {}", number(*last)),
        Some(None) => "ends at NaN or infinity".to_owned(),
        None => "has no losses".to_owned(),
    };
    let mut words = format!("Yours {}", end(&losses.own));
    if !losses.reference.is_empty() {
        let _ = write!(words, ", a right answer's {}", end(&losses.reference));
    }
    words + "."
}

fn number(value: f64) -> String {
    if value == 0.0 || (0.001..10_000.0).contains(&value.abs()) {
        format!("{value:.3}")
    } else {
        format!("{value:.1e}")
    }
}
