//! The table of times: where a slow run spends them.

use std::time::Duration;

use comfy_table::Cell;

use super::{bare, finished, right};
use crate::grade::{Outcome, Timings};
use crate::report::text::one_line;

/// How long each phase took for each graded submission, in seconds, with a total and a median line; each line ended.
pub fn timings_table(outcomes: &[Outcome]) -> String {
    let mut table = bare(false);
    let titles = ["extract", "compile", "judge", "report", "total"];
    table.set_header([Cell::new("seconds")].into_iter().chain(titles.map(right)));

    let graded: Vec<_> = outcomes.iter().filter_map(times).collect();
    for outcome in outcomes {
        let name = Cell::new(one_line(outcome.submission(), 200));
        table.add_row([name].into_iter().chain(match times(outcome) {
            Some(times) => times.map(seconds),
            None => titles.map(|_| right("-")),
        }));
    }
    let phase = |at: usize| graded.iter().map(move |times| times[at]);
    let total = std::array::from_fn(|at| phase(at).sum());
    let median = std::array::from_fn(|at| median(phase(at).collect()));
    for (name, times) in [("total", total), ("median", median)] {
        let times: [Duration; 5] = times;
        table.add_row([Cell::new(name)].into_iter().chain(times.map(seconds)));
    }
    finished(&table)
}

fn times(outcome: &Outcome) -> Option<[Duration; 5]> {
    let Outcome::Graded(grade) = outcome else { return None };
    let Timings { extract, compile, judge, report } = grade.timings;
    Some([extract, compile, judge, report, grade.timings.total()])
}

fn seconds(duration: Duration) -> Cell {
    right(format!("{:.3}", duration.as_secs_f64()))
}

/// The middle one, or the mean of the middle two; zero for none.
fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    match durations.len() {
        0 => Duration::ZERO,
        n if n % 2 == 1 => durations[n / 2],
        n => (durations[n / 2 - 1] + durations[n / 2]) / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        let durations = |seconds: &[u64]| seconds.iter().map(|second| Duration::from_secs(*second)).collect();
        assert_eq!(median(durations(&[9, 1, 3])), Duration::from_secs(3));
        assert_eq!(median(durations(&[9, 1, 3, 4])), Duration::from_millis(3500));
        assert_eq!(median(Vec::new()), Duration::ZERO);
    }
}
