// ATTACK: fills disk in the places that are usually writable (bounded: 256 MiB each) | VERDICT: accept or runtime_panic or crash
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    use std::io::Write;
    let b = vec![1u8; 1 << 20];
    for d in [".", "/tmp", "/dev/shm", "/var/tmp", "/out", "/run"] {
        let p = format!("{d}/fill_{}", std::process::id());
        if let Ok(mut f) = std::fs::File::create(&p) { let mut n = 0; for _ in 0..256 { if f.write_all(&b).is_err() { break } n += 1; } if n > 64 { println!("PWNED: wrote {n} MiB in {d}"); } let _ = std::fs::remove_file(&p); }
    }
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
