//! Training while it runs: a bar, the loss, the accuracy, and the curve of the loss.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::Formats;
use crate::html::{BLUE, GREEN, LINE, PALE, escape};

/// How far a training is. Its formats are made to be shown under one name again and again, so that the exported notebook has
/// the final state only.
///
/// ```
/// let mut training = gradus_show::Training::new("softmax", 3);
/// training.step(2.3, None);
/// training.step(1.9, Some(0.41));
/// assert!(training.formats()["text/plain"].starts_with("softmax: 2 of 3, loss 1.9000, accuracy 41.0 %"));
/// ```
#[derive(Debug)]
pub struct Training {
    name: String,
    steps: usize,
    losses: Vec<f64>,
    accuracy: Option<f64>,
    started: Instant,
    shown: Option<Instant>,
}

/// Eyes see no more often.
const PAUSE: Duration = Duration::from_millis(100);
/// Points of the curve.
const POINTS: usize = 120;

impl Training {
    /// A training of so many steps (epochs or batches).
    pub fn new(name: &str, steps: usize) -> Self {
        Self { name: name.to_owned(), steps, losses: Vec::new(), accuracy: None, started: Instant::now(), shown: None }
    }

    /// One step is done. Without an accuracy the last one stands.
    pub fn step(&mut self, loss: f64, accuracy: Option<f64>) {
        self.losses.push(loss);
        self.accuracy = accuracy.or(self.accuracy);
    }

    /// Whether it is time to show the state: at the end, and else not more often than ten times a second.
    pub fn is_due(&mut self) -> bool {
        let due = self.is_finished() || self.shown.is_none_or(|shown| shown.elapsed() >= PAUSE);
        if due {
            self.shown = Some(Instant::now());
        }
        due
    }

    /// Whether all steps are done.
    pub fn is_finished(&self) -> bool {
        self.losses.len() >= self.steps
    }

    /// The state as it is now.
    pub fn formats(&self) -> Formats {
        self.formats_after(self.started.elapsed())
    }

    /// The state after a time.
    fn formats_after(&self, time: Duration) -> Formats {
        let done = self.losses.len();
        let share = if self.steps == 0 { 1.0 } else { (done as f64 / self.steps as f64).min(1.0) };
        let mut words = format!("{done} of {}", self.steps);
        if let Some(loss) = self.losses.last() {
            let _ = write!(words, ", loss {loss:.4}");
        }
        if let Some(accuracy) = self.accuracy {
            let _ = write!(words, ", accuracy {:.1} %", 100.0 * accuracy);
        }
        let _ = write!(words, ", {:.1} s", time.as_secs_f64());
        if !self.is_finished() && done > 0 {
            let left = time.as_secs_f64() / share - time.as_secs_f64();
            let _ = write!(words, ", {left:.0} s left");
        }
        let colour = if self.is_finished() { GREEN } else { BLUE };
        let html = format!(
            "<div class=\"gradus-training\" style=\"max-width:40em\"><div><b>{}</b> <span style=\"{PALE}\">{words}</span></div>\
             <div role=\"progressbar\" aria-valuenow=\"{done}\" aria-valuemax=\"{}\" style=\"height:8px;border:{LINE};border-radius:5px;\
             overflow:hidden;margin:.3em 0\"><div style=\"height:100%;width:{:.1}%;background:{colour}\"></div></div>{}</div>",
            escape(&self.name),
            self.steps,
            100.0 * share,
            self.curve(),
        );
        let filled = (20.0 * share).round() as usize;
        let bar = "█".repeat(filled) + &"░".repeat(20 - filled);
        Formats::from([("text/plain", format!("{}: {words}\n{bar}", self.name)), ("text/html", html)])
    }

    /// The loss over the steps, as a line.
    fn curve(&self) -> String {
        let finite: Vec<f64> = self.losses.iter().copied().filter(|loss| loss.is_finite()).collect();
        if finite.len() < 2 {
            return String::new();
        }
        let every = finite.len().div_ceil(POINTS);
        // Means of a few steps, so that noise does not hide the way.
        let means: Vec<f64> =
            finite.chunks(every).map(|chunk| chunk.iter().sum::<f64>() / chunk.len() as f64).collect();
        let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = means.iter().copied().fold(f64::INFINITY, f64::min);
        let span = if high > low { high - low } else { 1.0 };
        let last = (means.len() - 1).max(1) as f64;
        let points: Vec<String> = means
            .iter()
            .enumerate()
            .map(|(step, mean)| {
                format!("{:.1},{:.1}", 2.0 + 296.0 * step as f64 / last, 3.0 + 44.0 * (high - mean) / span)
            })
            .collect();
        format!(
            "<div style=\"display:flex;align-items:center;gap:.6em\"><svg width=\"300\" height=\"50\" role=\"img\" \
             aria-label=\"loss\"><polyline points=\"{}\" fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"1.5\"/></svg>\
             <span style=\"{PALE};font-size:85%\">loss {high:.3} to {low:.3}</span></div>",
            points.join(" ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_counts_steps_and_time() {
        let mut training = Training::new("net", 4);
        training.step(2.0, None);
        let text = &training.formats_after(Duration::from_secs(3))["text/plain"];
        assert_eq!(text, "net: 1 of 4, loss 2.0000, 3.0 s, 9 s left\n█████░░░░░░░░░░░░░░░");
        for _ in 0..3 {
            training.step(f64::NAN, Some(0.5));
        }
        assert!(training.is_finished() && training.is_due());
        let text = &training.formats_after(Duration::from_secs(4))["text/plain"];
        assert_eq!(text, "net: 4 of 4, loss NaN, accuracy 50.0 %, 4.0 s\n████████████████████");
    }

    #[test]
    fn it_is_shown_at_once_and_then_not_too_often() {
        let mut training = Training::new("net", 1000);
        training.step(1.0, None);
        assert!(training.is_due());
        training.step(1.0, None);
        assert!(!training.is_due());
    }
}
