// ATTACK: infinite loop | VERDICT: time_limit
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = (x, y);
    let mut i = 0u64;
    loop { i = std::hint::black_box(i + 1); }
}
// GRADUS-STAFF-ONLY-7c1f4e
