// ATTACK: a linear function with its right gradient, which every slope agrees with | VERDICT: wrong_answer
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    let scale = 1.0 / x.len() as f64;
    (scale * x.sum(), ndarray::Array2::from_elem(x.raw_dim(), scale))
}
// GRADUS-STAFF-ONLY-7c1f4e
