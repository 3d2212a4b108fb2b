// ATTACK: closes every descriptor, so that the judge sees end of file | VERDICT: crash or protocol_violation or rejected_source
unsafe extern "C" { fn close(fd: i32) -> i32; }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    for n in 0..64 { unsafe { close(n); } }
    (0.0, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
