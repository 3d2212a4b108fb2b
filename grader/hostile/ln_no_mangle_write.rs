// ATTACK: exports its own `write`, which the harness would call | VERDICT: wrong_answer or rejected_source or crash or protocol_violation or compile_error or time_limit or runtime_panic
#[unsafe(no_mangle)]
pub extern "C" fn write(_fd: i32, _b: *const u8, n: usize) -> isize { n as isize }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    (0.0, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
