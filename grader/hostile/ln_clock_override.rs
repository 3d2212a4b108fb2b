// ATTACK: exports clock_gettime that always says zero, then spins 60 s: time must be measured by the judge | VERDICT: time_limit or rejected_source or compile_error
#[unsafe(no_mangle)]
pub extern "C" fn clock_gettime(_c: i32, t: *mut [i64; 2]) -> i32 { unsafe { *t = [0, 0] }; 0 }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let mut i = 0u64;
    while i < 60_000_000_000 { i = std::hint::black_box(i + 1); }
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
