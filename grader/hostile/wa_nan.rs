// ATTACK: NaN everywhere: passes `if (a-b).abs() > tol { fail }` | VERDICT: wrong_answer
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    (f64::NAN, ndarray::Array2::from_elem(x.raw_dim(), f64::NAN))
}
// GRADUS-STAFF-ONLY-7c1f4e
