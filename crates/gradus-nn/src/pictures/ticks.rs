//! Numbers on axes: ranges that leave room, labels without noise.

use std::ops::Range;

/// From the lowest to the highest finite value; `None` if they are all alike, or there are none.
pub(super) fn extremes(values: impl Iterator<Item = f64>) -> Option<Range<f64>> {
    let (low, high) = lowest_and_highest(values);
    (high - low > 1e-12 * high.abs().max(low.abs())).then_some(low..high)
}

/// The range of the finite values, with 4 % of room at both ends. Values that are all alike get room of half their size,
/// or of 0.5; no values give 0 to 1.
pub(super) fn range(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    if let Some(Range { start, end }) = extremes(values.clone()) {
        return start - 0.04 * (end - start)..end + 0.04 * (end - start);
    }
    match lowest_and_highest(values) {
        (low, high) if low <= high => low - 0.5 * low.abs().max(1.0)..high + 0.5 * high.abs().max(1.0),
        _ => 0.0..1.0,
    }
}

fn lowest_and_highest(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// The [`label`] of a place on an axis: what is 0 but for rounding is 0.
pub(super) fn label_on(axis: &Range<f64>, value: f64) -> String {
    label(if value.abs() < 1e-9 * (axis.end - axis.start) { 0.0 } else { value })
}

/// A number as short as six digits allow: `0.3` for 0.30000000000000004, `2000` for 2000.0, `3e−7`; with a real minus.
pub(super) fn label(value: f64) -> String {
    let text = match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-4..1e6).contains(&size) => {
            let decimals = (5 - size.log10().floor() as i32).max(0) as usize;
            let fixed = format!("{value:.decimals$}");
            if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').to_owned() } else { fixed }
        }
        _ => {
            let scientific = format!("{value:.3e}");
            let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        let labels = [0.1 + 0.2, 2000.0, -0.5, 3e-7, 1.25e9, 0.0, -0.0, 999999.0, 123.456789].map(label);
        assert_eq!(labels, ["0.3", "2000", "−0.5", "3e−7", "1.25e9", "0", "0", "999999", "123.457"]);
    }

    #[test]
    fn zero_on_an_axis_is_zero() {
        assert_eq!(label_on(&(-0.04..0.04), 6.939e-18), "0");
        assert_eq!(label_on(&(-4e-18..4e-18), 2e-18), "2e−18");
    }

    #[test]
    fn ranges_leave_room_and_are_never_empty() {
        assert_eq!(range([0.0, f64::NAN, 1.0, f64::INFINITY].into_iter()), -0.04..1.04);
        assert_eq!(range([7.0, 7.0].into_iter()), 3.5..10.5);
        assert_eq!(range([0.0].into_iter()), -0.5..0.5);
        assert_eq!(range([].into_iter()), 0.0..1.0);
    }
}
