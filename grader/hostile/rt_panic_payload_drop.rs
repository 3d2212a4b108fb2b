// ATTACK: panic payload whose Drop panics again | VERDICT: runtime_panic or crash
struct B;
impl Drop for B { fn drop(&mut self) { panic!("in drop of the payload") } }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = (x, y);
    std::panic::panic_any(B)
}
// GRADUS-STAFF-ONLY-7c1f4e
