//! What typical mistakes make of an image, so that a hint can name them.
// GRADUS-STAFF-ONLY-7c1f4e

use std::f64::consts::{PI, TAU};

use ndarray::{Array1, Array2, Array3, Axis};

use super::reference;

/// Where a step goes to.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Ahead,
    Back,
    Both,
    AroundTheRim,
    WithinCells,
    /// Ahead, and the last column and the last row count for nothing.
    AheadOfBoth,
}

/// A way to work out a histogram of oriented gradients.
#[derive(Clone, Copy)]
struct Way {
    step: Step,
    /// The direction of `(dx, dy)` as a share of all bins, from 0 to 1; what is outside of that is lost.
    share: fn(f64, f64) -> f64,
    weight: fn(f64, f64) -> f64,
    /// What is added to the place among the bins before it is rounded down.
    shift: f64,
}

const RIGHT: Way = Way {
    step: Step::Ahead,
    share: |dx, dy| dy.atan2(dx).rem_euclid(PI) / PI,
    weight: |dx, dy| dx.hypot(dy),
    shift: 0.0,
};

impl Way {
    /// The features (cells down, cells across, orientations).
    fn histogram(self, gray: &Array2<f64>, cell: usize, orientations: usize) -> Array3<f64> {
        let (height, width) = gray.dim();
        let cells = (height / cell, width / cell);
        let inside = (cells.0 * cell, cells.1 * cell);
        let (end_h, end_w) = if self.step == Step::WithinCells { inside } else { (height, width) };
        let step = |place: usize, end: usize, value: &dyn Fn(usize) -> f64| match self.step {
            Step::Ahead | Step::WithinCells | Step::AheadOfBoth if place + 1 < end => value(place + 1) - value(place),
            Step::Back if place > 0 => value(place) - value(place - 1),
            Step::Both if place > 0 && place + 1 < end => 0.5 * (value(place + 1) - value(place - 1)),
            Step::AroundTheRim => value((place + 1) % end) - value(place),
            _ => 0.0,
        };
        let mut histogram = Array3::zeros((cells.0, cells.1, orientations));
        for h in 0..inside.0 {
            for w in 0..inside.1 {
                let dx = step(w, end_w, &|w| gray[[h, w]]);
                let dy = step(h, end_h, &|h| gray[[h, w]]);
                let share = (self.share)(dx, dy);
                if self.step == Step::AheadOfBoth && (h + 1 == end_h || w + 1 == end_w) {
                    continue;
                }
                if (0.0..=1.0).contains(&share) {
                    let bin = ((share * orientations as f64 + self.shift) as usize).min(orientations - 1);
                    histogram[[h / cell, w / cell, bin]] += (self.weight)(dx, dy) / (cell * cell) as f64;
                }
            }
        }
        histogram
    }
}

/// Wrong histograms of oriented gradients.
pub fn of_gradients(image: &Array3<f64>, cell: usize, orientations: usize) -> Vec<(&'static str, Array1<f64>)> {
    let gray = reference::rgb2gray(image);
    let of = |way: Way| way.histogram(&gray, cell, orientations);
    let right = of(RIGHT);
    let flat = |histogram: Array3<f64>| histogram.into_iter().collect::<Array1<f64>>();
    let in_order = |axes: [usize; 3]| flat(right.clone().permuted_axes(axes).as_standard_layout().into_owned());
    let length = right.iter().map(|value| value * value).sum::<f64>().sqrt();
    let sum = right.sum();
    let mut slips = vec![
        ("the sums over the cells; divide by the number of a cell's pixels", &right * (cell * cell) as f64),
        (
            "what counting the pixels gives; add up the lengths of their gradients",
            of(Way { weight: |dx, dy| if dx == 0.0 && dy == 0.0 { 0.0 } else { 1.0 }, ..RIGHT }),
        ),
        (
            "what the squares of the lengths give; the root is missing",
            of(Way { weight: |dx, dy| dx * dx + dy * dy, ..RIGHT }),
        ),
        (
            "what |dx| + |dy| gives; the length of a gradient is the root of dx^2 + dy^2",
            of(Way { weight: |dx, dy| dx.abs() + dy.abs(), ..RIGHT }),
        ),
        (
            "what bins of a whole circle give; they are for half of it, where opposite directions are the same",
            of(Way { share: |dx, dy| dy.atan2(dx).rem_euclid(TAU) / TAU, ..RIGHT }),
        ),
        (
            "what bins from -PI to PI give; fold the angle to 0 and above first, modulo PI",
            of(Way { share: |dx, dy| (dy.atan2(dx) + PI) / TAU, ..RIGHT }),
        ),
        (
            "what is left when negative angles are dropped; fold them, modulo PI",
            of(Way { share: |dx, dy| dy.atan2(dx) / PI, ..RIGHT }),
        ),
        (
            "what is left when negative angles count as 0; fold them, modulo PI",
            of(Way { share: |dx, dy| dy.atan2(dx).max(0.0) / PI, ..RIGHT }),
        ),
        (
            "what angles without their sign give; fold a negative one by adding PI",
            of(Way { share: |dx, dy| dy.atan2(dx).abs() / PI, ..RIGHT }),
        ),
        (
            "what atan2(dx, dy) gives; it is atan2(dy, dx)",
            of(Way { share: |dx, dy| dx.atan2(dy).rem_euclid(PI) / PI, ..RIGHT }),
        ),
        (
            "what angles turned by a quarter give; bin 0 starts at steps to the right",
            of(Way { share: |dx, dy| (dy.atan2(dx) + PI / 2.0).rem_euclid(PI) / PI, ..RIGHT }),
        ),
        (
            "what the nearest bin gives; an angle is in the bin that it lies in, so round down",
            of(Way { shift: 0.5, ..RIGHT }),
        ),
        (
            "what steps from the left and from above give; a step goes to the right and down",
            of(Way { step: Step::Back, ..RIGHT }),
        ),
        (
            "what steps between both neighbours give; a step goes from a pixel to the next one",
            of(Way { step: Step::Both, ..RIGHT }),
        ),
        (
            "what steps around the rim give; in the last column dx is 0, and in the last row dy",
            of(Way { step: Step::AroundTheRim, ..RIGHT }),
        ),
        (
            "what cutting the image to its cells first gives; steps go to neighbours outside of the cells too",
            of(Way { step: Step::WithinCells, ..RIGHT }),
        ),
        (
            "what leaving out the last column and the last row gives; one of their two steps is 0, the other counts",
            of(Way { step: Step::AheadOfBoth, ..RIGHT }),
        ),
        (
            "what an angle of PI in the last bin gives; straight to the left is 0 modulo PI",
            of(Way { share: |dx, dy| if dy == 0.0 && dx < 0.0 { 1.0 } else { (RIGHT.share)(dx, dy) }, ..RIGHT }),
        ),
        ("right but for its length, which is 1; nothing is normalised", &right / length),
        ("right but for its sum, which is 1; nothing is normalised", &right / sum),
    ]
    .into_iter()
    .map(|(words, histogram)| (words, flat(histogram)))
    .collect::<Vec<_>>();
    slips.push(("in another order: the bins of a cell stand next to each other", in_order([2, 0, 1])));
    slips.push(("in another order: cells go from left to right, then down", in_order([1, 0, 2])));
    slips
}

/// The largest of three, the smallest, and the hue in sixths of the circle before it is folded.
fn parts([red, green, blue]: [f64; 3]) -> (f64, f64, f64) {
    let (largest, smallest) = (red.max(green).max(blue), red.min(green).min(blue));
    let range = largest - smallest;
    let sixths = if range == 0.0 {
        0.0
    } else if largest == red {
        (green - blue) / range
    } else if largest == green {
        2.0 + (blue - red) / range
    } else {
        4.0 + (red - green) / range
    };
    (largest, smallest, sixths)
}

/// Wrong histograms of hues.
pub fn of_hues(image: &Array3<f64>, bins: usize) -> Vec<(&'static str, Array1<f64>)> {
    type Colour = [f64; 3];
    let pixels: Vec<Colour> = image.lanes(Axis(0)).into_iter().map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let n = pixels.len() as f64;
    // Shares of all bins, from 0 to 1, each with a weight.
    let of = |place: &dyn Fn(Colour) -> f64, weight: &dyn Fn(Colour) -> f64, shift: f64| -> Array1<f64> {
        let mut histogram = Array1::zeros(bins);
        for &pixel in &pixels {
            let bin = ((place(pixel) * bins as f64 + shift) as usize).min(bins - 1);
            histogram[bin] += weight(pixel) / n;
        }
        histogram
    };
    let hue = |pixel: Colour| parts(pixel).2.rem_euclid(6.0) / 6.0;
    let one = |_: Colour| 1.0;
    let saturation = |pixel: Colour| {
        let (largest, smallest, _) = parts(pixel);
        if largest == 0.0 { 0.0 } else { (largest - smallest) / largest }
    };
    let coloured = |pixel: Colour| if parts(pixel).0 == parts(pixel).1 { 0.0 } else { 1.0 };
    let right = of(&hue, &one, 0.0);
    let without_gray = of(&hue, &coloured, 0.0);
    let share_of_coloured = without_gray.sum();
    let mut slips = vec![
        ("the numbers of pixels; divide by how many there are", &right * n),
        ("the density, whose area is 1; the shares themselves add up to 1", &right * bins as f64),
        ("the share of all numbers of the image; a pixel is one, not three", &right / 3.0),
        ("what a negative hue counted as 0 gives; take it modulo 6", of(&|p| parts(p).2.max(0.0) / 6.0, &one, 0.0)),
        ("what a negative hue without its sign gives; take it modulo 6", of(&|p| parts(p).2.abs() / 6.0, &one, 0.0)),
        (
            "what hues without the 2 for green and the 4 for blue give",
            of(
                &|[r, g, b]| hue([r, g, b]).mul_add(6.0, 1.0).rem_euclid(2.0).mul_add(1.0, -1.0).rem_euclid(6.0) / 6.0,
                &one,
                0.0,
            ),
        ),
        ("what blue, green, red give; the first channel is red", of(&|[r, g, b]| hue([b, g, r]), &one, 0.0)),
        ("what the nearest bin gives; a hue is in the bin that it lies in, so round down", of(&hue, &one, 0.5)),
        ("the histogram of saturations; that of hues is asked for", of(&saturation, &one, 0.0)),
        ("the histogram of brightness; that of hues is asked for", of(&|p| parts(p).0 / 255.0, &one, 0.0)),
        ("what counting pixels by their saturation gives; each counts the same", of(&hue, &saturation, 0.0)),
        ("the shares of red, green and blue only; the hue goes on between them", {
            of(&|p| (parts(p).2.rem_euclid(6.0) / 2.0).round().rem_euclid(3.0) / 3.0, &one, 0.0)
        }),
        ("what is left when grey pixels are left out; they count as red", without_gray.clone()),
        ("one bin on everywhere: bins count from 0", {
            let mut turned = right.to_vec();
            turned.rotate_right(1);
            Array1::from_vec(turned)
        }),
    ];
    if share_of_coloured > 0.0 {
        let words = "the shares of those pixels that are not grey; grey ones count too, as red";
        slips.push((words, without_gray / share_of_coloured));
    }
    let length = right.dot(&right).sqrt();
    slips.push(("right but for its length, which is 1; its sum has to be", right / length));
    slips
}
