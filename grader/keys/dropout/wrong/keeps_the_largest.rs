// The largest numbers are kept.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::ArrayD;

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    let _ = seed;
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { mask: None });
    }
    let mut sorted: Vec<f64> = x.iter().copied().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let count = (p * x.len() as f64).round() as usize;
    let least = sorted[count.max(1) - 1];
    let mask = x.mapv(|x| if x >= least { 1.0 / p } else { 0.0 });
    (x * &mask, DropoutCache { mask: Some(mask) })
}
