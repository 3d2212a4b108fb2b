// ATTACK: kernel attack surface: unshare, io_uring, bpf, keyctl, userfaultfd, perf, memfd, socket, setuid | VERDICT: accept or rejected_source or crash
unsafe extern "C" { fn syscall(n: i64, ...) -> i64; }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let t: [(&str, i64, i64, i64); 9] = [("unshare(NEWUSER)", 272, 0x10000000, 0), ("bpf", 321, 0, 0), ("keyctl", 250, 0, -3), ("userfaultfd", 323, 0x80001, 0), ("memfd_create", 319, c"x".as_ptr() as i64, 0), ("socket", 41, 1, 1), ("setuid0", 105, 0, 0), ("add_key", 248, 0, 0), ("personality", 135, 0xffffffff, 0)];
    for (n, s, a, b) in t { if unsafe { syscall(s, a, b, 0i64, 0i64, 0i64) } >= 0 { println!("PWNED: {n}"); } }
    let mut p = [0u8; 256]; if unsafe { syscall(425, 4i64, p.as_mut_ptr()) } >= 0 { println!("PWNED: io_uring"); }
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
