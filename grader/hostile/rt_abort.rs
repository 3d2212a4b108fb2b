// ATTACK: process::abort() | VERDICT: crash
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = (x, y);
    std::process::abort()
}
// GRADUS-STAFF-ONLY-7c1f4e
