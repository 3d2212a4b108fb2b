// ATTACK: writes half a header and goes to sleep | VERDICT: rejected_source or compile_error or protocol_violation or crash or time_limit
#![allow(unsafe_code)]
unsafe extern "C" {
    fn write(descriptor: i32, bytes: *const u8, count: usize) -> isize;
}
fn send(bytes: &[u8]) {
    for descriptor in 3..8 {
        let _ = unsafe { write(descriptor, bytes.as_ptr(), bytes.len()) };
    }
}
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    send(&[1, 0, 0, 0, 7]);
    std::thread::sleep(std::time::Duration::from_secs(60));
    good(x, y)
}
fn good(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let n = x.nrows() as f64;
    let mut p = x.clone();
    for mut row in p.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row /= s;
    }
    let mut loss = 0.0;
    for (i, &c) in y.iter().enumerate() {
        loss -= p[[i, c]].ln();
        p[[i, c]] -= 1.0;
    }
    p /= n;
    (loss / n, p)
}
// GRADUS-STAFF-ONLY-7c1f4e
