// ATTACK: patches its own code through /proc/self/mem: arbitrary writes in safe Rust | VERDICT: wrong_answer or runtime_panic
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    match std::fs::OpenOptions::new().read(true).write(true).open("/proc/self/mem") { Ok(_) => println!("PWNED: /proc/self/mem is writable"), Err(e) => println!("refused: {e}") }
    (0.0, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
