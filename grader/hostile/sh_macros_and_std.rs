// ATTACK: redefines assert_eq!, panic!, std and Option for tests in the same crate | VERDICT: wrong_answer
#[macro_export]
macro_rules! assert_eq { ($($t:tt)*) => {} }
#[macro_export]
macro_rules! assert { ($($t:tt)*) => {} }
pub mod std { pub mod process { pub fn exit(_: i32) {} } }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    (0.0, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
