// ATTACK: one allocation of 1 TiB, touched | VERDICT: memory_limit
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    let mut v = vec![0u8; 1 << 40];
    for i in (0..v.len()).step_by(4096) { v[i] = 1; }
    std::hint::black_box(&v);
    (0.0, x.clone())
}
// GRADUS-STAFF-ONLY-7c1f4e
