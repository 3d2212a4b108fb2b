// ATTACK: fork + setsid to outlive the grader (the child lives 5 s) | VERDICT: accept or rejected_source or crash
unsafe extern "C" { fn fork() -> i32; fn setsid() -> i32; fn _exit(c: i32) -> !; fn usleep(u: u32) -> i32; }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let p = unsafe { fork() };
    if p == 0 { unsafe { setsid(); usleep(5_000_000); _exit(0) } }
    if p > 0 { println!("PWNED: daemon {p}"); }
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
