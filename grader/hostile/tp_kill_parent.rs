// ATTACK: signals the parent and everybody (signal 0 only) | VERDICT: accept or rejected_source or crash
unsafe extern "C" { fn kill(p: i32, s: i32) -> i32; fn getppid() -> i32; fn getpid() -> i32; }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let pp = unsafe { getppid() };
    if unsafe { kill(pp, 0) } == 0 { println!("PWNED: may signal the parent {pp}"); }
    let me = unsafe { getpid() };
    let n = (2..40000).filter(|p| *p != me && *p != pp && unsafe { kill(*p, 0) } == 0).count();
    if n > 0 { println!("PWNED: may signal {n} other processes"); }
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
