// ATTACK: starts up to 3,000 sleeping threads; correct answers otherwise | VERDICT: accept or runtime_panic or memory_limit or crash or time_limit
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let mut n = 0;
    for _ in 0..3000 { if std::thread::Builder::new().stack_size(65536).spawn(|| std::thread::sleep(std::time::Duration::from_secs(2))).is_ok() { n += 1; } }
    if n > 1000 { println!("PWNED: {n} threads"); }
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
