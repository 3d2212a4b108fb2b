// ATTACK: writes to stderr for ever | VERDICT: output_limit or time_limit
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = (x, y);
    loop { eprintln!("{}", "B".repeat(4000)); }
}
// GRADUS-STAFF-ONLY-7c1f4e
