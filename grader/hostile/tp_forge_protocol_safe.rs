// ATTACK: opens its own descriptors through /proc/self/fd and /dev/fd (safe Rust) and writes forged answers | VERDICT: wrong_answer or protocol_violation or crash
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    use std::io::Write;
    let (l, g) = (0.0f64, ndarray::Array2::<f64>::zeros(x.raw_dim()));
    let _ = y;
    for d in ["/proc/self/fd", "/dev/fd"] { for n in 3..32 {
        if let Ok(mut f) = std::fs::OpenOptions::new().write(true).open(format!("{d}/{n}")) { println!("note: opened {d}/{n} for writing"); let _ = f.write_all(&[0u8; 64]); }
    } }
    (l, g)
}
// GRADUS-STAFF-ONLY-7c1f4e
